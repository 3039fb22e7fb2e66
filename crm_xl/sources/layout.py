"""Where the headings of an exported table stand: below titles, in one row or two, with blank rows between.

Sheets and text files come with a report's title, the date of the export or a group's name above the headings.
What decides is how many cells of a row are headings that somebody declared; without any, the shape.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from crm_xl.sources.notes import Note, Remark
from crm_xl.tables import INPUTS
from crm_xl.tables.headings import heading_key, spellings

LOOKED_AT = 50  # rows; nobody puts more above a table
_SURE = 2  # so many known headings in one row are no accident

Row = Sequence[Any]


@dataclass(frozen=True, kw_only=True)
class HeadingRows:
    """Where the headings stand and what they say.

    Attributes:
        first, last: 0-based rows, both included; the body begins below the last.
        headings: one per cell of the row, empty where there is none.
        above: how many rows above hold something, and are no part of the table.
    """

    first: int
    last: int
    headings: tuple[str, ...]
    above: int


@cache
def declared_headings() -> frozenset[str]:
    """The key of every heading that means a declared input column."""
    return frozenset(key for table in INPUTS for column in table for key in spellings(column))


def find_headings(
    rows: Sequence[Row], known: Collection[str] = (), tall: Collection[int] = ()
) -> HeadingRows | None:
    """The headings among the first rows; None where all of these are blank.

    Args:
        rows: the first rows of a sheet or file; blank cells are None or "".
        known: headings a mapping asks for, beside the declared ones.
        tall: rows of which a cell is merged with the one below: such a row and the next are headings together.
    """
    filled = [index for index, row in enumerate(rows[:LOOKED_AT]) if any(_text(cell) for cell in row)]
    if not filled:
        return None
    wanted = declared_headings() | {heading_key(heading) for heading in known}
    start = _first_by_shape(rows, filled)
    best = HeadingRows(first=start, last=start, headings=_texts(rows[start]), above=0)
    most = (_SURE - 1, 2)
    for index in filled:
        candidates = [HeadingRows(first=index, last=index, headings=_texts(rows[index]), above=0)]
        if index + 1 in filled and _all_text(rows[index]) and _all_text(rows[index + 1]):
            candidates.append(_two_rows(rows, index))
        for candidate in candidates:
            # A title and the headings below it, taken together, say no more than the headings alone.
            preferred = 2 * (candidate.first in tall) if candidate.last > candidate.first else 1
            mark = (_known(candidate.headings, wanted), preferred)
            if mark > most:
                best, most = candidate, mark
    above = sum(index < best.first for index in filled)
    return HeadingRows(first=best.first, last=best.last, headings=best.headings, above=above)


def heading_notes(headings: HeadingRows, where: str) -> Iterator[Note]:
    """Remarks on titles above the headings, and on headings in two rows."""
    if headings.above:
        yield Note(
            remark=Remark.TITLE_ROWS,
            where=where,
            text=f"表头之上有 {headings.above} 行内容，不属于表格，没有导入。",
            count=headings.above,
        )
    if headings.last > headings.first:
        yield Note(remark=Remark.TWO_HEADING_ROWS, where=where, text="表头占两行，已合并读取。")


def _first_by_shape(rows: Sequence[Row], filled: Sequence[int]) -> int:
    """The first row with several cells where those above have one: a title stands alone in its row."""
    widths = [sum(bool(_text(cell)) for cell in rows[index]) for index in filled]
    several = [index for index, width in zip(filled, widths, strict=True) if width > 1]
    return several[0] if several else filled[0]


def _two_rows(rows: Sequence[Row], index: int) -> HeadingRows:
    """Two rows as one: the lower names the columns, the upper those that are merged over both.

    Where the lower repeats itself (金额 under 计划 and under 实际), the group's name goes before it.
    """
    upper, lower = _texts(rows[index]), _texts(rows[index + 1])
    size = max(len(upper), len(lower))
    upper += ("",) * (size - len(upper))
    lower += ("",) * (size - len(lower))
    times = Counter(lower)
    headings = []
    group = ""
    for above, below in zip(upper, lower, strict=True):
        group = above or (group if below else "")
        headings.append(below if below and times[below] == 1 else f"{group}-{below}".strip("-"))
    return HeadingRows(first=index, last=index + 1, headings=tuple(headings), above=0)


def _known(headings: Sequence[str], wanted: Collection[str]) -> int:
    return len({key for heading in headings if (key := heading_key(heading)) in wanted})


def _all_text(row: Row) -> bool:
    return all(isinstance(cell, str) for cell in row if cell is not None)


def _texts(row: Row) -> tuple[str, ...]:
    return tuple(_text(cell) for cell in row)


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()
