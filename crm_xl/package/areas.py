"""Rectangles of cells, how a workbook's parts write them, and how they follow a table that changes size."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from crm_xl.raw import column_letters

# Of a worksheet.
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
_CELL = r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})"
_AREA = re.compile(rf"{_CELL}(?::{_CELL})?")
# 'Sheet''s name'!$A$1:$B$2 or Sheet!$A$1; what stands before the exclamation mark is kept as found.
_ON_SHEET = re.compile(r"\s*(?:'((?:[^']|'')+)'|([^'!,]+))!([^!,']+)\s*")


def column_number(letters: str) -> int:
    """The 1-based number of column letters.

    >>> column_number("AB")
    28
    """
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


@dataclass(frozen=True)
class Area:
    """A rectangle of cells, 1-based, both ends included."""

    top: int
    left: int
    bottom: int
    right: int

    @classmethod
    def parse(cls, text: str) -> Area | None:
        """The rectangle written as "$A$1:B4"; None for anything else (whole rows, formulas).

        >>> Area.parse("$B$2:C5")
        Area(top=2, left=2, bottom=5, right=3)
        """
        match = _AREA.fullmatch(text.strip())
        if match is None:
            return None
        first_column, first_row, last_column, last_row = match.groups()
        columns = column_number(first_column), column_number(last_column or first_column)
        rows = int(first_row), int(last_row or first_row)
        return cls(min(rows), min(columns), max(rows), max(columns))

    def __str__(self) -> str:
        return self.text()

    def text(self, *, absolute: bool = False) -> str:
        """How a workbook writes it: "B2:C5", "$B$2:$C$5"; one cell is "B2"."""
        mark = "$" if absolute else ""
        first = f"{mark}{column_letters(self.left)}{mark}{self.top}"
        last = f"{mark}{column_letters(self.right)}{mark}{self.bottom}"
        return first if first == last else f"{first}:{last}"

    def holds(self, row: int, column: int) -> bool:
        """Whether the cell lies inside."""
        return self.top <= row <= self.bottom and self.left <= column <= self.right

    def covers(self, other: Area) -> bool:
        """Whether all of the other lies inside."""
        return self.holds(other.top, other.left) and self.holds(other.bottom, other.right)

    def meets(self, other: Area) -> bool:
        """Whether the two share a cell."""
        return (
            self.top <= other.bottom
            and other.top <= self.bottom
            and self.left <= other.right
            and other.left <= self.right
        )


@dataclass(frozen=True, kw_only=True)
class Move:
    """A written table before and after: `old` and `new` with heading and totals row, the bodies without."""

    old: Area
    new: Area
    old_body: Area
    new_body: Area


def follow(area: Area, moves: Iterable[Move]) -> Area:
    """The area as it must be after the tables changed size.

    An area follows when its rows are exactly those of a table, or of its body, and its columns lie within the
    table; it takes the new width only when it had the whole width. Any other area stays as the user made it.
    """
    for move in moves:
        old, body = move.old, move.old_body
        if not (old.left <= area.left and area.right <= old.right):
            continue
        if area.top not in (old.top, body.top) or area.bottom not in (old.bottom, body.bottom):
            continue
        whole_width = area.left == old.left and area.right == old.right
        return replace(
            area,
            bottom=move.new_body.bottom if area.bottom == body.bottom else move.new.bottom,
            right=move.new.right if whole_width else area.right,
        )
    return area


def follow_print_area(area: Area, moves: Iterable[Move], unmoved: Iterable[Area]) -> Area:
    """A print area that ended where a table inside it ended, ending where that table ends now.

    Args:
        area: one rectangle of the print area.
        moves: the written tables of the sheet.
        unmoved: the sheet's other tables, which must stay inside.
    """
    inside = [move for move in moves if area.covers(move.old)]
    others = [other for other in unmoved if area.covers(other)]
    if any(move.old.bottom == area.bottom for move in inside):
        bottoms = [move.new.bottom for move in inside] + [other.bottom for other in others]
        area = replace(area, bottom=max(bottoms))
    if any(move.old.right == area.right for move in inside):
        rights = [move.new.right for move in inside] + [other.right for other in others]
        area = replace(area, right=max(rights))
    return area


def follow_list(text: str, moves: Iterable[Move]) -> str:
    """A white-space separated list of areas (sqref) after the tables changed size."""
    moves = list(moves)
    areas = [(word, Area.parse(word)) for word in text.split()]
    return " ".join(word if area is None else str(follow(area, moves)) for word, area in areas)


def split_reference(text: str) -> list[tuple[str, str, Area]] | None:
    """The areas of a defined name: (text before the area, sheet name, area); None when it is not only areas.

    >>> split_reference("'客户 表'!$A$1:$B$3")
    [("'客户 表'!", '客户 表', Area(top=1, left=1, bottom=3, right=2))]
    """
    found = []
    position = 0
    while position <= len(text):
        match = _ON_SHEET.match(text, position)
        if match is None:
            return None
        quoted, plain, cells = match.groups()
        area = Area.parse(cells)
        if area is None:
            return None
        sheet = quoted.replace("''", "'") if quoted else plain
        found.append((text[match.start() : match.start(3)].lstrip(), sheet, area))
        if match.end() == len(text):
            return found
        if text[match.end()] != ",":
            return None
        position = match.end() + 1
    return None


def moved_reference(
    text: str, moves: Mapping[str, Sequence[Move]], unmoved: Mapping[str, Sequence[Area]], *, print_area: bool
) -> str | None:
    """What a defined name must refer to after the tables changed size; None where it stays as it is.

    Args:
        text: what it refers to now.
        moves: the written tables by sheet.
        unmoved: the areas of all other tables by sheet.
        print_area: whether the name is a sheet's print area, which may hold more than one table.
    """
    moved = []
    for before, sheet, area in split_reference(text) or ():
        on_sheet = moves.get(sheet, ())
        new = (
            follow_print_area(area, on_sheet, unmoved.get(sheet, ()))
            if print_area
            else follow(area, on_sheet)
        )
        moved.append((before, area, new))
    if all(area == new for _, area, new in moved):
        return None
    return ",".join(f"{before}{new.text(absolute=True)}" for before, _, new in moved)
