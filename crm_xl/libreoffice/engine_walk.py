"""Where Ctrl and an arrow key lead on a sheet."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from crm_xl.package.areas import LAST_COLUMN, LAST_ROW, Area

if TYPE_CHECKING:
    from crm_xl.libreoffice.engine_range import Range

_STEPS = {"down": (1, 0), "up": (-1, 0), "right": (0, 1), "left": (0, -1)}
_SHORT = {"d": "down", "u": "up", "r": "right", "l": "left"}


def end_of(start: Range, direction: str) -> Area:
    """The cell to which they lead from the first cell of a range.

    Args:
        start: the range.
        direction: down, up, right, left, or the first letter.
    """
    down, across = _STEPS[_SHORT.get(direction, direction)]
    sheet, row, column = start.sheet, start.row, start.column
    line = _line(sheet.used_range.area, row, column, down, across)
    cells = sheet.book.document.read(sheet.cells_at(line).native)
    filled = [value != "" for each in cells for value in each]
    if down + across < 0:
        filled.reverse()
    number = _stop(filled)
    if number is None:
        number = _to_edge(row, LAST_ROW, down) if down else _to_edge(column, LAST_COLUMN, across)
    row, column = row + down * number, column + across * number
    return Area(row, column, row, column)


def _line(used: Area, row: int, column: int, down: int, across: int) -> Area:
    """The cells from the start to the last used one, or the first, of its column or row."""
    here = Area(row, column, row, column)
    if down:
        return replace(here, bottom=max(used.bottom, row)) if down > 0 else replace(here, top=1)
    return replace(here, right=max(used.right, column)) if across > 0 else replace(here, left=1)


def _to_edge(place: int, last: int, step: int) -> int:
    return last - place if step > 0 else place - 1


def _stop(filled: list[bool]) -> int | None:
    """How many cells they go along cells that are filled or not; None for: to the edge."""
    if len(filled) > 1 and filled[0] and filled[1]:
        return next((n - 1 for n, there in enumerate(filled) if not there), len(filled) - 1)
    return next((n for n, there in enumerate(filled) if n and there), None)
