"""A LibreOffice document with what turns its cells into Excel's values and formulas, and back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from crm_xl.errors import CrmError
from crm_xl.libreoffice.engine_base import struct
from crm_xl.libreoffice.error_codes import CODES, error_text

MOST_CELLS_AT_ONCE = 20_000_000
_DATE, _TIME, _LOGICAL = 2, 4, 1024  # com.sun.star.util.NumberFormat
_DEFINED = 1  # of a format that was changed, added to its kind
_ANY_RESULT = 7  # com.sun.star.sheet.FormulaResult: number, text or error
_DAY = 86_400_000  # milliseconds
_EXCEL_A1 = 3  # com.sun.star.sheet.AddressConvention.XL_OOX
_TRUTHS = {"FALSE()": "FALSE", "TRUE()": "TRUE"}


class CellError(str):
    """The text of an error, in a cell that holds the error."""

    __slots__ = ()


class Document:
    """A spreadsheet document of LibreOffice.

    Args:
        model: as UNO gives it.
    """

    def __init__(self, model: Any) -> None:
        self.model = model
        day = model.NullDate
        self.first_day = datetime(day.Year, day.Month, day.Day)
        self._parser: Any = None
        self._kinds: dict[int, int] = {}

    @property
    def excel_macros(self) -> bool:
        """Whether it carries a VBA project: its functions go before the add-in's of the same names."""
        return bool(self.model.BasicLibraries.VBACompatibilityMode)

    def kind(self, number_format: int) -> int:
        """What a number format shows: `com.sun.star.util.NumberFormat`."""
        found = self._kinds.get(number_format)
        if found is None:
            found = self._kinds[number_format] = (
                self.model.NumberFormats.getByKey(number_format).Type & ~_DEFINED
            )
        return found

    def shows_moments(self, number_format: int) -> bool:
        """Whether a number in that format is a date or a time."""
        return bool(self.kind(number_format) & (_DATE | _TIME))

    # --- Formulas ---------------------------------------------------------------------------------------

    def formula(self, tokens: Any, cell: Any = None) -> str:
        """Tokens as Excel writes them, in English, without the equals sign; `cell` is what they are relative to."""
        text = self._formulas().printFormula(tokens, cell or struct("table.CellAddress"))
        return _TRUTHS.get(text, text)

    def tokens(self, formula: str, cell: Any = None) -> Any:
        """A formula as Excel writes it, in English, without the equals sign, taken apart."""
        known = {text: call for call, text in _TRUTHS.items()}
        return self._formulas().parseFormula(known.get(formula, formula), cell or struct("table.CellAddress"))

    def _formulas(self) -> Any:
        if self._parser is None:
            self._parser = self.model.createInstance("com.sun.star.sheet.FormulaParser")
            self._parser.CompileEnglish = True
            self._parser.FormulaConvention = _EXCEL_A1
        return self._parser

    # --- Values -----------------------------------------------------------------------------------------

    def read(self, cells: Any) -> list[list[Any]]:
        """What stands in the cells: texts ('' for blank), numbers, truths, moments, `CellError`.

        Raises:
            CrmError: far more cells than any table has, such as whole columns.
        """
        where = cells.RangeAddress
        top, left = where.StartRow, where.StartColumn
        if (where.EndRow - top + 1) * (where.EndColumn - left + 1) > MOST_CELLS_AT_ONCE:
            raise CrmError("一次读取的单元格太多。", hint="请只读取用到的区域，例如 used_range。")
        rows = [list(row) for row in cells.getDataArray()]
        for shown in cells.getUniqueCellFormatRanges():
            turn = self._turn(self.kind(shown.NumberFormat))
            if turn is None:
                continue
            for block in shown.getRangeAddresses():
                columns = range(block.StartColumn - left, block.EndColumn - left + 1)
                for row in rows[block.StartRow - top : block.EndRow - top + 1]:
                    for column in columns:
                        if isinstance(row[column], float):
                            row[column] = turn(row[column])
        for down, row in enumerate(rows):
            if None in row:
                for across, value in enumerate(row):
                    if value is None:
                        row[across] = CellError(error_text(cells.getCellByPosition(across, down).getError()))
        return rows

    def _turn(self, kind: int) -> Callable[[float], Any] | None:
        """What makes a number in such a format what Excel takes it for; None where it stays a number."""
        if kind == _LOGICAL:
            return bool
        return self.moment if kind & (_DATE | _TIME) else None

    def moment(self, days: float) -> Any:
        """The moment of a serial number, to the millisecond, as Excel tells it; the number where the calendar ends."""
        try:
            return self.first_day + timedelta(milliseconds=round(days * _DAY))
        except OverflowError:
            return days

    def write(self, cells: Any, rows: Sequence[Sequence[Any]]) -> None:
        """Put values into cells, as typing them in Excel would, but that a text is not taken for a number.

        A text after an apostrophe is that text; one after an equals sign a formula; the text of an error that error.

        Raises:
            ValueError: the block has not the shape of the cells, or holds what no cell can.
        """
        where = cells.RangeAddress
        height, width = where.EndRow - where.StartRow + 1, where.EndColumn - where.StartColumn + 1
        if len(rows) != height or any(len(row) != width for row in rows):
            raise ValueError(f"{len(rows)} rows for {height} x {width} cells")
        later: list[tuple[int, int, Any]] = []
        block = []
        for down, row in enumerate(rows):
            values = []
            for across, value in enumerate(row):
                plain, special = self._plain(value)
                values.append(plain)
                if special is not None:
                    later.append((down, across, special))
            block.append(tuple(values))
        cells.setDataArray(tuple(block))
        for down, across, special in later:
            self._finish(cells.getCellByPosition(across, down), special)

    def _plain(self, value: Any) -> tuple[str | float, Any]:
        """The value as a block of cells takes it, and what must be done to its cell besides."""
        if type(value) is float:
            return value, None
        if isinstance(value, str):
            if value[:1] == "'":
                return value[1:], None
            special = len(value) > 1 and (value[0] == "=" or value in CODES)
            return ("", value) if special else (value, None)
        if value is None:
            return "", None
        if isinstance(value, bool):
            return float(value), value
        if isinstance(value, int | float | Decimal):
            return float(value), None
        if isinstance(value, datetime):
            return (value.replace(tzinfo=None) - self.first_day) / timedelta(days=1), value
        if isinstance(value, date):
            return float((datetime(value.year, value.month, value.day) - self.first_day).days), value
        raise ValueError(f"a cell cannot hold {type(value).__name__}: {value!r}")

    def _finish(self, cell: Any, special: Any) -> None:
        if isinstance(special, str):
            self.put_formula(cell, special)
        elif isinstance(special, bool):
            cell.setFormula(f"={str(special).upper()}()")
            cell.setDataArray(((float(special),),))  # a value like any other; the format says it is a truth
            cell.NumberFormat = self._standard(_LOGICAL)
        elif not self.shows_moments(cell.NumberFormat):
            whole = not isinstance(special, datetime) or special.time() == datetime.min.time()
            cell.NumberFormat = self._standard(_DATE if whole else _DATE | _TIME)

    def _standard(self, kind: int) -> int:
        formats = self.model.NumberFormats
        key: int = formats.getStandardFormat(kind, struct("lang.Locale"))
        return key

    def put_formula(self, cell: Any, text: str) -> None:
        """Put a formula into one cell, or an error by its text."""
        if text in CODES:
            cell.setFormula(f"={text}")
        else:
            cell.setTokens(self.tokens(text.removeprefix("="), cell.CellAddress))

    def formula_blocks(self, cells: Any) -> list[Any]:
        """The rectangles among the cells that compute."""
        return list(cells.queryFormulaCells(_ANY_RESULT))

    def formula_cells(self, cells: Any) -> list[Any]:
        """Those of the cells that compute."""
        found = []
        for block in self.formula_blocks(cells):
            where = block.RangeAddress
            for row in range(where.EndRow - where.StartRow + 1):
                for column in range(where.EndColumn - where.StartColumn + 1):
                    found.append(block.getCellByPosition(column, row))
        return found


def clean_rows(
    rows: Sequence[Sequence[Any]],
    moment: Callable[..., Any],
    empty: Any,
    number: Callable[[float], Any] | None,
    *,
    errors_as_text: bool,
) -> list[list[Any]]:
    """Values as xlwings hands them out: blanks, moments, numbers and errors as its options ask."""

    def cleaned(value: Any) -> Any:
        kind = type(value)
        if kind is str or value is None:
            return value or empty
        if kind is float:
            return value if number is None else number(value)
        if kind is datetime:
            return moment(
                year=value.year, month=value.month, day=value.day, hour=value.hour, minute=value.minute,
                second=value.second, microsecond=value.microsecond, tzinfo=None,
            )  # fmt: skip
        if kind is CellError:
            return str(value) if errors_as_text else None
        return value

    return [[cleaned(value) for value in row] for row in rows]
