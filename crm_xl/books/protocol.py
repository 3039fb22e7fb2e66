"""What the refresh asks of a workbook, whoever holds it: a file on disk or an open Excel.

`refresh` reads every table it needs in one go, and hands back everything it computed in one go; a book
writes all of it or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from crm_xl.raw import Place, RawTable

__all__ = ["Block", "Book", "Cell", "Place", "Progress"]

Cell = str | float | int | bool | None | Any  # Any: datetime.date and datetime.datetime
Progress = Callable[[str, float], None]  # what is being done, share done 0..1


@dataclass(frozen=True, kw_only=True)
class Block:
    """A table's whole new content: headings and body rows of plain Python values, None for blank.

    A text is written as text whatever it begins with; it never becomes a formula. `linked` is the index of the
    column whose texts are places; where such a text names a cell of the workbook, it becomes a link there.
    """

    headings: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    linked: int | None = None


class Book(Protocol):
    """A workbook that holds declared tables."""

    name: str  # as the user knows it: file name

    @property
    def file(self) -> Path | None:
        """The file on this machine that a write ends up in; None where there is none."""

    def tables(self) -> Mapping[str, Place]:
        """Every Excel table (ListObject) in the book, by name."""

    def read(self, names: Iterable[str]) -> dict[str, RawTable]:
        """The named tables that the book has, read in one go; absent names are left out.

        Raises:
            CrmError: the book cannot be read (damaged, encrypted, not a workbook).
        """

    def value(self, name: str) -> Cell:
        """What stands in the one cell of a defined name; None where it is blank or there is no such cell.

        Raises:
            CrmError: the book cannot be read.
        """

    def write(self, blocks: Mapping[str, Block], cells: Mapping[str, Cell]) -> None:
        """Replace the bodies of the named tables and the values of the named single cells, all or nothing.

        Tables grow and shrink; a defined name or filter that covered exactly the table (or its body) follows.
        Names the book does not have are passed over.

        Args:
            blocks: by table name.
            cells: by defined name that refers to one cell.

        Raises:
            CrmError: locked, read-only, no room; the book is as it was before.
        """

    def restore(self) -> None:
        """Put back what the last write replaced, for an undo.

        Raises:
            CrmError: there is nothing to go back to, or the book cannot be written now.
        """
