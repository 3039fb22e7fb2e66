"""Workbooks of formulas: a call as people type it, its arguments in cells, and the place of its answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from crm_xl.functions.declared import function
from crm_xl.spellings import ERROR_VALUES
from tests.functions.variants import EPOCH

SHEET = "公式"
# What a formula can hold in LibreOffice; the newer ones of Excel it does not know.
ERRORS = {
    "#NULL!": 521,
    "#DIV/0!": 532,
    "#VALUE!": 519,
    "#REF!": 524,
    "#NAME?": 525,
    "#NUM!": 503,
    "#N/A": 32767,
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One formula and what it should give.

    Attributes:
        name: of the function.
        arguments: as cells hold them: scalars, or blocks as lists of rows.
        expected: scalar or rows, errors as "#NUM!|reason".
        what: for messages.
    """

    name: str
    arguments: list[Any]
    expected: Any
    what: str = ""

    @property
    def flat(self) -> list[Any]:
        """Every cell of every argument."""
        blocks = [value if isinstance(value, list) else [[value]] for value in self.arguments]
        return [cell for block in blocks for row in block for cell in row]

    @property
    def rows(self) -> list[list[Any]]:
        """What is expected, as rows."""
        return self.expected if isinstance(self.expected, list) else [[self.expected]]


@dataclass
class FormulaBook:
    """Writes calls one below another.

    An argument left out before others is a blank cell: a loaded workbook's forwarders are handed 0 for nothing.

    Attributes:
        path: the workbook.
        places: where each answer stands, as calculate.py takes it: sheet, row, column, rows, columns, formula.
    """

    path: Path
    places: list[tuple[str, int, int, int, int, str]] = field(default_factory=list)

    def write(self, calls: Sequence[Asked]) -> None:
        """Write the workbook and fill `places`."""
        with xlsxwriter.Workbook(self.path) as book:
            sheet = book.add_worksheet(SHEET)
            day = book.add_format({"num_format": "yyyy-mm-dd"})
            row = 0
            for call in calls:
                formula, below = self._arguments(sheet, row, call, day)
                height, width = len(call.rows), len(call.rows[0])
                if height == width == 1:
                    sheet.write_formula(row, 0, formula)
                else:
                    sheet.write_array_formula(row, 0, row + height - 1, width - 1, "{" + formula + "}")
                self.places.append((SHEET, row, 0, height, width, formula.replace(",", ";")))
                row = max(below, row + height) + 1

    def _arguments(self, sheet: Any, row: int, call: Asked, day: Any) -> tuple[str, int]:
        declared = function(call.name)
        arguments = list(call.arguments)
        while arguments and arguments[-1] is None and declared.arguments[len(arguments) - 1].optional:
            arguments.pop()
        column, below, texts = 10, row + 1, []
        for value in arguments:
            block = value if isinstance(value, list) else [[value]]
            for down, cells in enumerate(block):
                for across, cell in enumerate(cells):
                    _write(sheet, row + down, column + across, cell, day)
            last = (row + len(block) - 1, column + len(block[0]) - 1)
            one = xl_rowcol_to_cell(row, column)
            # A range of one cell stays a range: A1:A1.
            area = one if not isinstance(value, list) else xl_range(row, column, *last)
            texts.append(f"{one}:{one}" if isinstance(value, list) and area == one else area)
            column, below = last[1] + 2, max(below, last[0] + 1)
        return f"={call.name}({','.join(texts)})", below


def cell_of(value: Any) -> Any:
    """A value as LibreOffice hands it on: dates and truths are numbers."""
    if isinstance(value, list):
        return [cell_of(item) for item in value]
    if isinstance(value, datetime):
        return (value - EPOCH).total_seconds() / 86400
    if isinstance(value, date):
        return float((value - EPOCH.date()).days)
    if isinstance(value, bool | int | Decimal):
        return float(value)
    return value


def _write(sheet: Any, row: int, column: int, cell: Any, day: Any) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, str) and cell in ERROR_VALUES:
        sheet.write_formula(row, column, f"={cell}", None, cell)
    elif isinstance(cell, bool):
        sheet.write_boolean(row, column, cell)
    elif isinstance(cell, date):
        sheet.write_number(row, column, cell_of(cell), day)
    elif isinstance(cell, int | float | Decimal):
        sheet.write_number(row, column, float(cell))
    else:
        sheet.write_string(row, column, cell)
