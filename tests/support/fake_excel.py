"""A workbook as Excel treats it, as far as a refresh can tell: typing, tables that resize, formats, protection.

What it imitates is what Excel documents: a text written to a cell is taken for whatever it looks like, unless
the cell is formatted as text or an apostrophe stands before it; a table keeps its headings different; a
currency cell gives Decimals; a date cell gives moments with a time zone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl.utils.cell import get_column_letter, range_boundaries
from openpyxl.utils.datetime import from_excel, to_excel

from tests.builder.shipped import opened

ERROR_NUMBERS = {
    "#NULL!": -2146826288,
    "#DIV/0!": -2146826281,
    "#VALUE!": -2146826273,
    "#REF!": -2146826265,
    "#NAME?": -2146826259,
    "#NUM!": -2146826252,
    "#N/A": -2146826246,
}
_NUMBER = re.compile(r"\s*[-+]?[¥￥$]?\d[\d,]*(\.\d*)?(e[-+]?\d+)?%?\s*|\s*[-+]?\.\d+\s*", re.IGNORECASE)
_DATE = re.compile(r"\s*(\d{1,4})[-/年](\d{1,2})([-/月](\d{1,2})日?)?( \d.*)?\s*")
_LINK = re.compile(r'=HYPERLINK\("((?:[^"]|"")*)","((?:[^"]|"")*)"\)')
_DATE_FORMAT = re.compile(r"[ymdh]", re.IGNORECASE)

Box = tuple[int, int, int, int]  # top, left, bottom, right


class ExcelError(Exception):
    """What Excel answers instead of doing it."""


class CellError(str):
    """The error a cell holds."""


class Formula(str):
    """The formula a cell holds."""


@dataclass
class FakeTable:
    name: str
    box: Box
    totals: bool = False
    filtered: bool = False
    totals_row: list[Any] = field(default_factory=list)  # what Excel remembers while it is not shown


@dataclass
class FakeSheet:
    name: str
    cells: dict[tuple[int, int], Any] = field(default_factory=dict)
    formats: dict[tuple[int, int], str] = field(default_factory=dict)
    tables: list[FakeTable] = field(default_factory=list)
    protected: bool = False
    formulas: frozenset[tuple[int, int]] = frozenset()  # which cells hold one; their values are in `cells`
    links: dict[tuple[int, int], str] = field(default_factory=dict)  # where a click on the cell leads
    linking: dict[tuple[int, int], str] = field(
        default_factory=dict
    )  # where its HYPERLINK formula would lead

    def has_formula(self, box: Box) -> bool | None:
        """As Excel says it of a block: None where some cells hold a formula and others do not."""
        top, left, bottom, right = box
        formulas = {*self.formulas, *self.linking}
        inside = [1 for row, column in formulas if top <= row <= bottom and left <= column <= right]
        if not inside:
            return False
        return True if len(inside) == (bottom - top + 1) * (right - left + 1) else None

    def get(self, box: Box, *, stored: bool = False) -> list[list[Any]]:
        """What the cells give an automation client; `stored` without what their formats make of numbers."""
        top, left, bottom, right = box
        return [
            [self._given(row, c, stored=stored) for c in range(left, right + 1)]
            for row in range(top, bottom + 1)
        ]

    def _given(self, row: int, column: int, *, stored: bool) -> Any:
        value = self.cells.get((row, column))
        if isinstance(value, CellError):
            return ERROR_NUMBERS[value]
        if isinstance(value, float) and not stored:
            shown = self.formats.get((row, column), "General")
            if "¥" in shown or "_-" in shown:
                return Decimal(repr(round(value, 4)))
            if _DATE_FORMAT.search(re.sub(r'"[^"]*"|\[[^]]*]', "", shown).replace("General", "")):
                return from_excel(value).replace(tzinfo=UTC)
        return value

    def put(self, box: Box, data: Any) -> None:
        """Write values as if they were typed."""
        self.check_writable()
        top, left, bottom, right = box
        height, width = bottom - top + 1, right - left + 1
        if not isinstance(data, list | tuple):
            data = [[data] * width] * height
        if len(data) != height or any(len(row) != width for row in data):
            raise ExcelError(f"{len(data)} rows for {height} x {width} cells")  # Excel would fill with #N/A
        headings = {
            (table.box[0], column): table
            for table in self.tables
            for column in range(table.box[1], table.box[3] + 1)
        }
        for row, values in enumerate(data, top):
            for column, value in enumerate(values, left):
                taken = self._typed(row, column, value)
                if (row, column) in headings:
                    taken = self._heading(headings[row, column], column, taken)
                self._set(row, column, taken)

    def _set(self, row: int, column: int, value: Any) -> None:
        self.linking.pop((row, column), None)
        if isinstance(value, Formula) and (link := _LINK.fullmatch(value)):
            target, value = (text.replace('""', '"') for text in link.groups())
            if max(len(target), len(value)) > 255:
                raise ExcelError("a text in a formula is longer than 255 characters")
            self.linking[row, column] = target
        if value is None:
            self.cells.pop((row, column), None)
        else:
            self.cells[row, column] = value

    def _typed(self, row: int, column: int, value: Any) -> Any:
        if isinstance(value, bool):
            return value
        if isinstance(value, int | float):
            return float(value)
        if not isinstance(value, str):
            raise ExcelError(f"no automation client hands over {value!r} like this")
        if value.startswith("'"):
            return value[1:]
        if value == "":
            return None
        if self.formats.get((row, column)) == "@":
            return value
        if value[0] in "=+-@" and len(value) > 1 and not _NUMBER.fullmatch(value):
            return Formula(value)
        if value.upper() in ("TRUE", "FALSE"):
            return value.upper() == "TRUE"
        if value in ERROR_NUMBERS:
            return CellError(value)
        if _NUMBER.fullmatch(value):
            digits = re.sub(r"[^\d.eE+-]", "", value)
            return float(digits) / (100 if "%" in value else 1)
        if found := _DATE.fullmatch(value):
            year, month, day = (int(found[group] or 1) for group in (1, 2, 4))
            try:
                return float(to_excel(datetime(year, month, day)))
            except ValueError:
                return value
        return value

    def _heading(self, table: FakeTable, column: int, value: Any) -> str:
        top, left, _, right = table.box
        others = {
            str(self.cells.get((top, other), "")).casefold()
            for other in range(left, right + 1)
            if other != column
        }
        wanted = str(value) if value is not None else f"列{column - left + 1}"
        name, number = wanted, 2
        while name.casefold() in others:
            name, number = f"{wanted}{number}", number + 1
        return name

    def clear(self, box: Box, *, formats: bool) -> None:
        self.check_writable()
        for row, column in places(box):
            self._set(row, column, None)
            if formats:
                self.formats.pop((row, column), None)
                self.links.pop((row, column), None)

    def clear_links(self, box: Box) -> None:
        self.check_writable()
        for place in places(box):
            self.links.pop(place, None)

    def set_format(self, box: Box, code: str) -> None:
        self.check_writable()
        for place in places(box):
            self.formats[place] = code
            if code == "General":
                del self.formats[place]

    def fill_formats(self, source: Box, target: Box) -> None:
        self.check_writable()
        top, left, bottom, right = source
        if not (target[0] <= top and target[1] <= left and bottom <= target[2] and right <= target[3]):
            raise ExcelError("the target must hold the source")
        for row, column in places(target):
            model = (
                top + (row - top) % (bottom - top + 1),
                left + (column - left) % (right - left + 1),
            )
            if model in self.formats:
                self.formats[row, column] = self.formats[model]
            else:
                self.formats.pop((row, column), None)

    def resize(self, table: FakeTable, box: Box) -> None:
        self.check_writable()
        if table.totals:
            raise ExcelError("a table with totals is not resized like this")
        if box[0] != table.box[0] or box[2] <= box[0]:
            raise ExcelError("the headings must stay, with a row below them")
        for other in self.tables:
            if other is not table and _meet(other.box, box):
                raise ExcelError(f"{table.name} would cover {other.name}")
        table.box = box
        for column in range(box[1], box[3] + 1):
            if (box[0], column) not in self.cells:
                self.cells[box[0], column] = self._heading(table, column, None)

    def show_totals(self, table: FakeTable, shown: bool) -> None:
        self.check_writable()
        top, left, bottom, right = table.box
        if shown == table.totals:
            return
        if shown:
            table.box = (top, left, bottom + 1, right)
            for column, value in enumerate(table.totals_row, left):
                self._set(bottom + 1, column, value)
        else:
            columns = range(left, right + 1)
            table.totals_row = [self.cells.pop((bottom, column), None) for column in columns]
            table.box = (top, left, bottom - 1, right)
        table.totals = shown

    def check_writable(self) -> None:
        if self.protected:
            raise ExcelError(f"{self.name} is protected")


@dataclass
class FakeWorkbook:
    name: str
    sheets: list[FakeSheet] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    read_only: bool = False
    date1904: bool = False
    active_sheet: str = ""

    def sheet(self, name: str) -> FakeSheet:
        return next(sheet for sheet in self.sheets if sheet.name == name)

    def table(self, name: str) -> tuple[FakeSheet, FakeTable]:
        return next((s, t) for s in self.sheets for t in s.tables if t.name == name)

    def content(self, name: str) -> list[list[Any]]:
        """What stands in a table, headings first."""
        sheet, table = self.table(name)
        top, left, bottom, right = table.box
        return [[sheet.cells.get((r, c)) for c in range(left, right + 1)] for r in range(top, bottom + 1)]

    def copy(self) -> FakeWorkbook:
        """Another one like it; quicker than a deep copy, since no value in it ever changes."""
        sheets = [
            replace(
                sheet,
                cells=dict(sheet.cells),
                formats=dict(sheet.formats),
                links=dict(sheet.links),
                linking=dict(sheet.linking),
                tables=[replace(table) for table in sheet.tables],
            )
            for sheet in self.sheets
        ]
        return replace(self, sheets=sheets, names=dict(self.names))

    def state(self) -> Any:
        """All that must be as before after a failure; only formats of blank cells and links may differ."""
        return (
            [
                (
                    sheet.name,
                    dict(sheet.cells),
                    {place: shown for place, shown in sheet.formats.items() if place in sheet.cells},
                    [(table.name, table.box, table.totals) for table in sheet.tables],
                )
                for sheet in self.sheets
            ],
            dict(self.names),
        )

    @classmethod
    def load(cls, path: Path) -> FakeWorkbook:
        """What Excel would show of a file."""
        source = opened(path, values=True)
        book = cls(path.name)
        for worksheet in source.worksheets:
            sheet = FakeSheet(worksheet.title)
            for row in worksheet.iter_rows():
                for cell in row:
                    place = (cell.row, cell.column)
                    if cell.value is not None:
                        sheet.cells[place] = _loaded(cell)
                    if cell.hyperlink is not None:
                        sheet.links[place] = cell.hyperlink.location or cell.hyperlink.target
                    if cell.number_format != "General":
                        sheet.formats[place] = cell.number_format
            for table in worksheet.tables.values():
                left, top, right, bottom = range_boundaries(table.ref)
                sheet.tables.append(
                    FakeTable(table.displayName, (top, left, bottom, right), bool(table.totalsRowCount))
                )
            if worksheet.print_area:
                book.names[f"'{worksheet.title}'!Print_Area"] = f"={worksheet.print_area}"
            book.sheets.append(sheet)
        for name, defined in source.defined_names.items():
            book.names[name] = f"={defined.value}"
        return book


def _loaded(cell: Any) -> Any:
    if cell.data_type == "e":
        return CellError(cell.value)
    if cell.is_date:
        return float(to_excel(cell.value))
    if isinstance(cell.value, int | float) and not isinstance(cell.value, bool):
        return float(cell.value)
    return cell.value


def address(box: Box) -> str:
    """How Excel writes a rectangle: $A$1:$B$2."""
    top, left, bottom, right = box
    first = f"${get_column_letter(left)}${top}"
    return first if (top, left) == (bottom, right) else f"{first}:${get_column_letter(right)}${bottom}"


def places(box: Box) -> Iterator[tuple[int, int]]:
    """Every cell of a rectangle, row by row."""
    top, left, bottom, right = box
    return ((row, column) for row in range(top, bottom + 1) for column in range(left, right + 1))


def _meet(one: Box, other: Box) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]
