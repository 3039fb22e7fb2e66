"""A LibreOffice document with what turns its cells into Excel's values and formulas, and back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from crm_xl.errors import CrmError
from crm_xl.libreoffice.engine_base import enum, struct
from crm_xl.libreoffice.error_codes import CODES, error_text

MOST_CELLS_AT_ONCE = 20_000_000
_DATE, _TIME, _LOGICAL = 2, 4, 1024  # com.sun.star.util.NumberFormat
_DEFINED = 1  # of a format that was changed, added to its kind
_ANY_RESULT = 7  # com.sun.star.sheet.FormulaResult: number, text or error
_NUMBER = 1  # the same
_MOMENTS = 2  # com.sun.star.sheet.CellFlags
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
        # Containers that stay the same objects whatever is put into them.
        self.sheets, self.database_ranges = model.Sheets, model.DatabaseRanges
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
        where, rows = cells.RangeAddress, self.stored(cells)
        top, left = where.StartRow, where.StartColumn
        if any(type(value) is float for row in rows for value in row):
            if cells.queryFormulaCells(_NUMBER).getRangeAddresses():
                self._tell_by_formats(cells, rows, top, left)
            else:
                self._tell_moments(cells, rows, top, left)
                self._tell_truths(cells, rows)
        return rows

    def stored(self, cells: Any) -> list[list[Any]]:
        """What is kept in the cells: texts ('' for blank), numbers, `CellError`; moments and truths are numbers.

        Raises:
            CrmError: far more cells than any table has, such as whole columns.
        """
        where = cells.RangeAddress
        if (where.EndRow - where.StartRow + 1) * (
            where.EndColumn - where.StartColumn + 1
        ) > MOST_CELLS_AT_ONCE:
            raise CrmError("一次读取的单元格太多。", hint="请只读取用到的区域，例如 used_range。")
        rows = [list(row) for row in cells.getDataArray()]
        for down, row in enumerate(rows):
            if None in row:
                for across, value in enumerate(row):
                    if value is None:
                        row[across] = CellError(error_text(cells.getCellByPosition(across, down).getError()))
        return rows

    def _tell_by_formats(self, cells: Any, rows: list[list[Any]], top: int, left: int) -> None:
        """Make the numbers what their formats show, formulas' results among them."""
        for shown in cells.getUniqueCellFormatRanges():
            kind = self.kind(shown.NumberFormat)
            if kind == _LOGICAL:
                _turn(shown.getRangeAddresses(), rows, top, left, bool)
            elif kind & (_DATE | _TIME):
                _turn(shown.getRangeAddresses(), rows, top, left, self.moment)

    # Every object that UNO hands over costs as much as hundreds of cells, and formats come as an object each. Where
    # all numbers were typed, two questions find those few that their formats turn into something else.

    def _tell_moments(self, cells: Any, rows: list[list[Any]], top: int, left: int) -> None:
        """Make the numbers in formats of dates and times moments, where no formula is."""
        _turn(cells.queryContentCells(_MOMENTS).getRangeAddresses(), rows, top, left, self.moment)

    def _tell_truths(self, cells: Any, rows: list[list[Any]]) -> None:
        """Make the zeros and ones in formats of truths True and False."""
        mixed = enum("beans.PropertyState", "AMBIGUOUS_VALUE")
        for column, values in enumerate(zip(*rows, strict=True)):
            if 0.0 not in values and 1.0 not in values:
                continue
            places = [place for place, value in enumerate(values) if value in (0.0, 1.0)]
            span = cells.getCellRangeByPosition(column, places[0], column, places[-1])
            if span.getPropertyState("NumberFormat") == mixed:
                truths = self._rows_of_truths(span, places[0])
            elif self.kind(span.NumberFormat) == _LOGICAL:
                truths = set(places)
            else:
                continue
            for place in truths.intersection(places):
                rows[place][column] = bool(values[place])

    def _rows_of_truths(self, span: Any, first: int) -> set[int]:
        """The rows of a span of one column that are formatted as truths, its first one having the number given."""
        top = span.RangeAddress.StartRow - first
        return {
            row - top
            for shown in span.getUniqueCellFormatRanges()
            if self.kind(shown.NumberFormat) == _LOGICAL
            for block in shown.getRangeAddresses()
            for row in range(block.StartRow, block.EndRow + 1)
        }

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

    def computes(self, cells: Any) -> bool:
        """Whether one of the cells computes."""
        return bool(cells.queryFormulaCells(_ANY_RESULT).getRangeAddresses())

    def formula_cells(self, cells: Any) -> list[Any]:
        """Those of the cells that compute."""
        found = []
        for block in self.formula_blocks(cells):
            where = block.RangeAddress
            for row in range(where.EndRow - where.StartRow + 1):
                for column in range(where.EndColumn - where.StartColumn + 1):
                    found.append(block.getCellByPosition(column, row))
        return found


def _turn(
    blocks: Sequence[Any], rows: list[list[Any]], top: int, left: int, turn: Callable[[float], Any]
) -> None:
    """Turn the numbers of some blocks of cells into something else.

    Args:
        blocks: cell range addresses within the rows.
        rows: of cells; changed.
        top: the first row, from 0.
        left: the first column, from 0.
        turn: gives what a number becomes.
    """
    for block in blocks:
        columns = range(block.StartColumn - left, block.EndColumn - left + 1)
        for row in rows[block.StartRow - top : block.EndRow - top + 1]:
            for column in columns:
                if type(row[column]) is float:
                    row[column] = turn(row[column])


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

    if number is not None:
        return [[cleaned(value) for value in row] for row in rows]
    # Most cells stay as they are, and telling so here is sooner done than asking for each.
    return [
        [value if type(value) is float or (value and type(value) is str) else cleaned(value) for value in row]
        for row in rows
    ]
