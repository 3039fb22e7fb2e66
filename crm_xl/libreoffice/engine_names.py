"""Defined names of a LibreOffice document as xlwings asks for them: those of sheets called 'sheet'!name, as in Excel."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from xlwings import base_classes as base

from crm_xl.libreoffice.engine_base import fills, not_offered, struct
from crm_xl.package.areas import split_reference

if TYPE_CHECKING:
    from crm_xl.libreoffice.engine_books import Book
    from crm_xl.libreoffice.engine_range import Range
    from crm_xl.libreoffice.engine_sheets import Sheet

# How Excel's own names of a sheet are written in a file, and by Excel's objects.
_OWN = "_xlnm."
_PRINT_AREA = "Print_Area"
_UNKNOWN = "#NAME?"
_PLAIN = re.compile(r"[^\W\d]\w*")


def quoted(sheet: str) -> str:
    """A sheet's name as formulas write it: in quotes where it is not a plain word."""
    return sheet if _PLAIN.fullmatch(sheet) else "'" + sheet.replace("'", "''") + "'"


@fills(base.Name)
class Name:
    """A defined name.

    Args:
        book: where it is defined.
        names: UNO's container of it.
        own: what it is called there.
        sheet: the sheet that alone knows it; None for one of the whole document.
    """

    def __init__(self, book: Book, names: Any, own: str, sheet: Sheet | None = None) -> None:
        self._book, self._names, self._own, self._sheet = book, names, own, sheet

    @cached_property
    def api(self) -> Any:
        """UNO's object; most names are only looked through, and it costs as much as all their texts."""
        return self._names.getByName(self._own)

    @property
    def name(self) -> str:
        """As Excel would call it."""
        own = self._own.removeprefix(_OWN)
        return own if self._sheet is None else f"{quoted(self._sheet.name)}!{own}"

    @name.setter
    def name(self, value: str) -> None:
        self.api.setName(value)
        self._own = value

    @property
    def refers_to(self) -> str:
        """What it stands for, as a formula."""
        text = self._book.document.formula(self.api.getTokens())
        # A column of a table keeps its words only in LibreOffice's own writing, which is Excel's too.
        return f"={self.api.getContent() if _UNKNOWN in text else text}"

    @refers_to.setter
    def refers_to(self, value: str) -> None:
        text = value.removeprefix("=")
        self.api.setTokens(self._book.document.tokens(text))
        if self._sheet is not None and self._own == _OWN + _PRINT_AREA:
            # What is printed is kept beside the name.
            self._sheet.native.setPrintAreas(tuple(_addresses(self._sheet, text)))

    @property
    def refers_to_range(self) -> Range:
        """The cells it stands for.

        Raises:
            CrmError: it stands for something else.
        """
        areas = split_reference(self.refers_to.removeprefix("="))
        if areas is None or len(areas) != 1:
            raise not_offered(f"refers_to_range（名称 {self.name} 不是一个区域）")
        _, sheet, area = areas[0]
        return self._book.sheets(sheet).cells_at(area)

    def delete(self) -> None:
        """Remove it; what it stood for stays."""
        self._names.removeByName(self._own)


def _addresses(sheet: Sheet, text: str) -> Iterator[Any]:
    for _, _, area in split_reference(text) or ():
        yield struct(
            "table.CellRangeAddress", Sheet=sheet.index - 1, StartColumn=area.left - 1, StartRow=area.top - 1,
            EndColumn=area.right - 1, EndRow=area.bottom - 1,
        )  # fmt: skip


@fills(base.Names)
class Names:
    """All names of a book, or those of one sheet.

    Args:
        book: the book.
        sheet: the sheet whose own names are meant; None for all.
    """

    api: Any

    def __init__(self, book: Book, sheet: Sheet | None = None) -> None:
        self._book, self._sheet = book, sheet
        self.api = book.document.model.NamedRanges if sheet is None else sheet.native.NamedRanges

    def _all(self) -> list[Name]:
        found = [Name(self._book, self.api, own, self._sheet) for own in self.api.ElementNames]
        if self._sheet is None:
            for sheet in self._book.sheets:
                names = sheet.native.NamedRanges
                found += [Name(self._book, names, own, sheet) for own in names.ElementNames]
        return found

    def snapshot(self) -> list[tuple[str, Name]]:
        """Every name with what stands for it."""
        return [(name.name, name) for name in self._all()]

    def __call__(self, name_or_index: str | int) -> Name:
        """The name of that text or number, from 1."""
        if isinstance(name_or_index, int):
            return self._all()[name_or_index - 1]
        wanted = name_or_index.casefold()
        for text, name in self.snapshot():
            if text.casefold() == wanted:
                return name
        raise KeyError(name_or_index)

    def contains(self, name_or_index: str | int) -> bool:
        """Whether there is such a name."""
        if isinstance(name_or_index, int):
            return 1 <= name_or_index <= len(self)
        return any(text.casefold() == name_or_index.casefold() for text, _ in self.snapshot())

    def __len__(self) -> int:
        return len(self._all())

    def add(self, name: str, refers_to: str) -> Name:
        """A new name for cells, a constant or a formula."""
        self.api.addNewByName(name, "", struct("table.CellAddress"), 0)
        made = Name(self._book, self.api, name, self._sheet)
        made.refers_to = refers_to
        return made
