"""Cells of a LibreOffice document as xlwings asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from xlwings import base_classes as base

from crm_xl.libreoffice.engine_base import Native, enum, fills, not_offered, struct
from crm_xl.libreoffice.engine_names import quoted
from crm_xl.libreoffice.engine_walk import end_of
from crm_xl.package.areas import LAST_COLUMN, LAST_ROW, Area

if TYPE_CHECKING:
    from crm_xl.libreoffice.engine_sheets import Sheet
    from crm_xl.libreoffice.engine_tables import Table

# com.sun.star.sheet.CellFlags
_CONTENTS = 1 | 2 | 4 | 16
_FORMATS = 32 | 64 | 256
_EVERYTHING = _CONTENTS | _FORMATS | 8 | 128
_HUNDREDTHS_PER_POINT = 2540 / 72


@fills(base.Range)
class Range:
    """A rectangle of cells.

    Args:
        sheet: where it lies.
        area: the cells.
    """

    sheet: Sheet

    def __init__(self, sheet: Sheet, area: Area) -> None:
        self.sheet, self.area = sheet, area
        self.options: Any = None  # xlwings keeps the converter's here

    @cached_property
    def native(self) -> Any:
        """UNO's object."""
        area = self.area
        return self.sheet.native.getCellRangeByPosition(
            area.left - 1, area.top - 1, area.right - 1, area.bottom - 1
        )

    @property
    def api(self) -> Native:
        """UNO's object, whether a cell computes, and what the cells hold without what their formats make of it."""
        document = self.sheet.book.document
        return Native(
            self.native,
            HasFormula=lambda: document.computes(self.native),
            Value2=lambda: document.stored(self.native),
        )

    # --- Where it is ------------------------------------------------------------------------------------

    @property
    def row(self) -> int:
        """Of its first cell."""
        return self.area.top

    @property
    def column(self) -> int:
        """Of its first cell."""
        return self.area.left

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.area.bottom - self.area.top + 1, self.area.right - self.area.left + 1

    @property
    def coords(self) -> tuple[int, int, int, int]:
        """First row, first column, rows, columns."""
        return self.row, self.column, *self.shape

    max_cells_per_read = None  # in one piece: too large a one is refused, see Document.read
    max_cells_per_write = None

    def __len__(self) -> int:
        rows, columns = self.shape
        return rows * columns

    def __call__(self, first: int, second: int | None = None) -> Range:
        """One cell by row and column from 1, or by its number along the rows."""
        if second is None:
            down, across = divmod(first - 1, self.shape[1])
        else:
            down, across = first - 1, second - 1
        row, column = self.row + down, self.column + across
        if not (1 <= row <= LAST_ROW and 1 <= column <= LAST_COLUMN):
            raise IndexError(f"no cell in row {row}, column {column}")
        return Range(self.sheet, Area(row, column, row, column))

    @property
    def address(self) -> str:
        """As "$A$1:$B$2"."""
        return self.area.text(absolute=True)

    def get_address(self, row_absolute: bool, col_absolute: bool, external: bool) -> str:
        """As formulas write it, with or without dollar signs, book and sheet."""
        ends = []
        for end in self.address.split(":"):
            _, letters, number = end.split("$")
            ends.append(f"{'$' * bool(col_absolute)}{letters}{'$' * bool(row_absolute)}{number}")
        text = ":".join(ends)
        if not external:
            return text
        place = quoted(f"[{self.sheet.book.name}]{self.sheet.name}")
        return f"{place}!{text}"

    # --- What it holds ----------------------------------------------------------------------------------

    @property
    def raw_value(self) -> Any:
        """Rows of what stands in the cells."""
        return self.sheet.book.document.read(self.native)

    @raw_value.setter
    def raw_value(self, data: Any) -> None:
        rows, columns = self.shape
        if not isinstance(data, list | tuple):
            data = [[data] * columns] * rows
        elif not data or not isinstance(data[0], list | tuple):
            data = [data]
        self.sheet.book.document.write(self.native, data)

    @property
    def formula(self) -> Any:
        """What was typed into the cells; a block as rows."""
        document = self.sheet.book.document
        rows = [list(row) for row in self.native.getFormulaArray()]
        for cell in document.formula_cells(self.native):
            where = cell.CellAddress
            text = document.formula(cell.getTokens(), where)
            rows[where.Row + 1 - self.row][where.Column + 1 - self.column] = (
                f"={text}" if text else cell.getFormula()
            )
        return rows[0][0] if len(self) == 1 else tuple(map(tuple, rows))

    @formula.setter
    def formula(self, value: Any) -> None:
        self.raw_value = value

    formula2 = formula

    @property
    def formula_array(self) -> str | None:
        """The one formula that fills all of the cells; None where there is none."""
        if not self.has_array:
            return None
        document = self.sheet.book.document
        return "=" + document.formula(self.native.getArrayTokens(), self._first().CellAddress)

    @formula_array.setter
    def formula_array(self, value: str) -> None:
        tokens = self.sheet.book.document.tokens(value.removeprefix("="), self._first().CellAddress)
        self.native.setArrayTokens(tokens)

    @property
    def has_array(self) -> bool:
        """Whether one formula fills all of the cells."""
        return bool(self.native.getArrayFormula())

    def _first(self) -> Any:
        return self.native.getCellByPosition(0, 0)

    def clear_contents(self) -> None:
        """Empty the cells; formats stay."""
        self.native.clearContents(_CONTENTS)

    def clear_formats(self) -> None:
        """Take formats off; contents stay."""
        self.native.clearContents(_FORMATS)

    def clear(self) -> None:
        """Empty the cells and take formats, notes and all off."""
        self.native.clearContents(_EVERYTHING)

    # --- How it looks -----------------------------------------------------------------------------------

    @property
    def number_format(self) -> str | None:
        """The code of the cells' number format; None where they differ."""
        keys = {shown.NumberFormat for shown in self.native.getUniqueCellFormatRanges()}
        if len(keys) != 1:
            return None
        text: str = self.sheet.book.document.model.NumberFormats.getByKey(keys.pop()).FormatString
        return text

    @number_format.setter
    def number_format(self, value: str) -> None:
        formats = self.sheet.book.document.model.NumberFormats
        english = struct("lang.Locale", Language="en", Country="US")
        key = formats.queryKey(value, english, False)
        self.native.NumberFormat = formats.addNew(value, english) if key == -1 else key

    @property
    def color(self) -> tuple[int, int, int] | None:
        """The fill as red, green, blue; None without one or where the cells differ."""
        found = self.native.CellBackColor
        return None if found == -1 else (found >> 16 & 255, found >> 8 & 255, found & 255)

    @color.setter
    def color(self, value: Any) -> None:
        if isinstance(value, tuple):
            red, green, blue = value
            value = red << 16 | green << 8 | blue
        self.native.CellBackColor = -1 if value is None else value

    @property
    def wrap_text(self) -> bool | None:
        """Whether long texts break into lines."""
        return bool(self.native.IsTextWrapped)

    @wrap_text.setter
    def wrap_text(self, value: bool) -> None:
        self.native.IsTextWrapped = value

    def autofit(self, axis: str | None = None) -> None:
        """Make columns, rows or both as large as what they hold."""
        if axis in (None, "c", "columns"):
            self.native.Columns.OptimalWidth = True
        if axis in (None, "r", "rows"):
            self.native.Rows.OptimalHeight = True

    @property
    def left(self) -> float:
        """In points from the edge of the sheet."""
        return self.native.Position.X / _HUNDREDTHS_PER_POINT

    @property
    def top(self) -> float:
        """In points from the edge of the sheet."""
        return self.native.Position.Y / _HUNDREDTHS_PER_POINT

    @property
    def width(self) -> float:
        """In points."""
        return self.native.Size.Width / _HUNDREDTHS_PER_POINT

    @property
    def height(self) -> float:
        """In points."""
        return self.native.Size.Height / _HUNDREDTHS_PER_POINT

    def autofill(self, destination: Any, type_: str) -> None:
        """Give the formats of these cells to a destination that begins or ends with them; contents stay.

        Conditional formats and validations are among the formats.
        """
        if type_ != "fill_formats":
            raise not_offered(f"Range.autofill 的 {type_}")
        target: Range = destination.impl
        model, whole = self.area, target.area
        if model == whole:
            return
        document, cells = self.sheet.book.document, target.native
        formulas = [(cell, cell.getTokens()) for cell in document.formula_cells(cells)]
        held = tuple(tuple("" if value is None else value for value in row) for row in cells.getDataArray())
        rows, columns = self.shape
        if (model.left, model.right) == (whole.left, whole.right):
            direction = "TO_BOTTOM" if model.top == whole.top else "TO_TOP"
            cells.fillAuto(enum("sheet.FillDirection", direction), rows)
        else:
            direction = "TO_RIGHT" if model.left == whole.left else "TO_LEFT"
            cells.fillAuto(enum("sheet.FillDirection", direction), columns)
        # Calc fills contents too; there is no other way by which conditional formats come along.
        cells.setDataArray(held)
        for cell, tokens in formulas:
            cell.setTokens(tokens)

    # --- Finding its way --------------------------------------------------------------------------------

    @property
    def current_region(self) -> Range:
        """The cells around it up to blank rows and columns."""
        cursor = self.sheet.native.createCursorByRange(self._first())
        cursor.collapseToCurrentRegion()
        return self.sheet.cells_under(cursor)

    def end(self, direction: str) -> Range:
        """Where Ctrl and an arrow key lead."""
        return self.sheet.cells_at(end_of(self, direction))

    @property
    def table(self) -> Table | None:
        """The table that holds its first cell."""
        for table in self.sheet.tables:
            if table.area.holds(self.row, self.column):
                return table
        return None

    def __iter__(self) -> Iterator[Range]:
        rows, columns = self.shape
        return (self(row, column) for row in range(1, rows + 1) for column in range(1, columns + 1))

    def select(self) -> None:
        """Mark the cells for the person in front of the document."""
        self.sheet.activate()
        self.sheet.book.controller.select(self.native)
