"""The sheets of a LibreOffice document as xlwings asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from xlwings import base_classes as base

from crm_xl.errors import CrmError
from crm_xl.libreoffice.engine_base import Native, fills
from crm_xl.libreoffice.engine_names import Names
from crm_xl.libreoffice.engine_range import Range
from crm_xl.libreoffice.engine_tables import Tables
from crm_xl.package.areas import LAST_COLUMN, LAST_ROW, Area

if TYPE_CHECKING:
    from crm_xl.libreoffice.engine_books import Book


@fills(base.Sheet)
class Sheet:
    """One sheet.

    Args:
        book: where it is.
        native: UNO's object.
    """

    book: Book

    def __init__(self, book: Book, native: Any) -> None:
        self.book, self.native = book, native

    @property
    def api(self) -> Native:
        """UNO's object, and whether it is protected."""
        return Native(self.native, ProtectContents=self.native.isProtected, ProtectionMode=lambda: False)

    @property
    def name(self) -> str:
        """On its tab."""
        text: str = self.native.getName()
        return text

    @name.setter
    def name(self, value: str) -> None:
        self.native.setName(value)

    @property
    def index(self) -> int:
        """Its place among the sheets, from 1."""
        number: int = self.native.RangeAddress.Sheet
        return number + 1

    @property
    def tables(self) -> Tables:
        """Its tables."""
        return Tables(self)

    @property
    def names(self) -> Names:
        """The names that it alone knows."""
        return Names(self.book, self)

    @property
    def visible(self) -> bool:
        """Whether its tab is shown."""
        return bool(self.native.IsVisible)

    @visible.setter
    def visible(self, value: bool) -> None:
        self.native.IsVisible = value

    def cells_at(self, area: Area) -> Range:
        """A rectangle of its cells."""
        return Range(self, area)

    def cells_under(self, native: Any) -> Range:
        """The cells of an object of UNO's."""
        where = native.RangeAddress
        return Range(
            self, Area(where.StartRow + 1, where.StartColumn + 1, where.EndRow + 1, where.EndColumn + 1)
        )

    @property
    def cells(self) -> Range:
        """All cells."""
        return Range(self, Area(1, 1, LAST_ROW, LAST_COLUMN))

    @property
    def used_range(self) -> Range:
        """The cells up to the last that is not blank."""
        cursor = self.native.createCursor()
        cursor.gotoStartOfUsedArea(False)
        cursor.gotoEndOfUsedArea(True)
        return self.cells_under(cursor)

    def range(self, arg1: Any, arg2: Any = None) -> Range:
        """Cells by address ("A1:B2"), by name, by (row, column), or from one range to another.

        Raises:
            CrmError: the sheet knows no such cells.
        """
        first = self._area(arg1)
        if arg2 is None:
            return Range(self, first)
        second = self._area(arg2)
        return Range(
            self,
            Area(
                min(first.top, second.top), min(first.left, second.left),
                max(first.bottom, second.bottom), max(first.right, second.right),
            ),
        )  # fmt: skip

    def _area(self, given: Any) -> Area:
        if isinstance(given, tuple):
            row, column, height, width = (*given, 1, 1)[:4]
            return Area(row, column, row + height - 1, column + width - 1)
        if not isinstance(given, str):
            area: Area = given.area
            return area
        found = Area.parse(given)
        if found is not None:
            return found
        try:
            return self.cells_under(self.native.getCellRangeByName(given)).area
        except Exception as error:
            raise CrmError(
                f"工作表没有区域“{given}”。", where=self.name, hint="请核对地址或名称。"
            ) from error

    def activate(self) -> None:
        """Bring it to the front."""
        self.book.controller.setActiveSheet(self.native)

    select = activate

    def clear_contents(self) -> None:
        """Empty all cells; formats stay."""
        self.used_range.clear_contents()

    def clear_formats(self) -> None:
        """Take all formats off."""
        self.cells.clear_formats()

    def clear(self) -> None:
        """Empty all cells and take formats off."""
        self.cells.clear()

    def autofit(self, axis: str | None = None) -> None:
        """Make columns, rows or both as large as what they hold."""
        self.used_range.autofit(axis)

    def delete(self) -> None:
        """Remove it from the document."""
        self.book.document.sheets.removeByName(self.name)


@fills(base.Sheets)
class Sheets:
    """The sheets of a book.

    Args:
        book: the book.
    """

    api: Any

    def __init__(self, book: Book) -> None:
        self._book = book
        self.api = book.document.sheets

    def __call__(self, key: str | int) -> Sheet:
        """The sheet of that name or number, from 1."""
        if isinstance(key, int):
            return Sheet(self._book, self.api.getByIndex(key - 1))
        for name in self.api.ElementNames:
            if name.casefold() == key.casefold():
                return Sheet(self._book, self.api.getByName(name))
        raise KeyError(key)

    def __len__(self) -> int:
        number: int = self.api.Count
        return number

    def __iter__(self) -> Iterator[Sheet]:
        for index in range(len(self)):
            yield Sheet(self._book, self.api.getByIndex(index))

    def __contains__(self, key: str | int) -> bool:
        if isinstance(key, int):
            return 1 <= key <= len(self)
        return any(name.casefold() == key.casefold() for name in self.api.ElementNames)

    @property
    def active(self) -> Sheet:
        """The one in front."""
        return Sheet(self._book, self._book.controller.getActiveSheet())

    def add(self, before: Sheet | None = None, after: Sheet | None = None, name: str | None = None) -> Sheet:
        """A new sheet, in front of the active one where no place is said."""
        place = (before or self.active).index - 1 if after is None else after.index
        taken = set(self.api.ElementNames)
        number = len(taken) + 1
        while name is None or (name in taken and name == f"Sheet{number}"):
            name = f"Sheet{number}"
            number += 1
        self.api.insertNewByName(name, place)
        made = Sheet(self._book, self.api.getByName(name))
        made.activate()
        return made
