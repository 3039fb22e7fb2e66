"""Pairwise judgements from the sheet AHP权重: the triangles as people filled them in.

A column means the item whose row has its number, so that sorting the table changes no judgement. What stands in
brackets was written by the refresh and says nothing; a judgement may be typed on either side of the diagonal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from crm_xl.errors import CrmError
from crm_xl.raw import RawTable
from crm_xl.schema import Column, Kind
from crm_xl.settings.model import Judgement
from crm_xl.settings.rows import present
from crm_xl.tables.headings import heading_errors, match_headings
from crm_xl.tables.workshop import AHP, HEAD_MARK, ITEM_COLUMNS
from crm_xl.values import read_cell
from crm_xl.widths import fold

# 3 with 0.33, 6 with 0.17, 7 with 0.14 are reciprocals as people type them.
RECIPROCAL_TOLERANCE = 0.03
HIGHEST = 9.0  # of Saaty's scale

_FRACTION = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*/\s*([0-9]+(?:\.[0-9]+)?)", re.ASCII)
_COMPUTED = re.compile(r"\(.*\)")
_RATIO = Column(name="ratio", title="判断值", kind=Kind.NUMBER)
_NUMBER = Column(name="number", title="序号", kind=Kind.INTEGER)

_KEY = ("card", "dimension", "judge", "number", "item")
_AT = {name: place for place, name in enumerate(AHP.names)}

Key = tuple[str, str, str]  # card, dimension, judge
Pair = tuple[str, str]  # the item of the row, the item of the column
Row = tuple[Any, ...]  # cells in the order of AHP


@dataclass(frozen=True, kw_only=True)
class Square:
    """One person's comparisons within one group of items.

    Attributes:
        key: card, dimension, judge.
        items: in the order of their numbers.
        judgements: of every pair with a cell that says something; the ratio is None where it cannot be read.
        cells: (item of the row, item of the column) -> the judgement as typed, readable or not.
        astray: (item of the row, number of the column) -> what stands where no judgement belongs.
        faults: what is wrong, each with its cell.
        rows: the body rows as found.
    """

    key: Key
    items: tuple[str, ...]
    judgements: tuple[Judgement, ...]
    cells: Mapping[Pair, Any]
    astray: Mapping[tuple[str, int], Any]
    faults: tuple[CrmError, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, kw_only=True)
class Triangles:
    """The table as read.

    Attributes:
        squares: in order of appearance.
        set_aside: rows without a number in which something is judged, with the line of names above them.
        own_faults: what is wrong with headings and rows, outside of the squares.
    """

    squares: tuple[Square, ...] = ()
    set_aside: tuple[Row, ...] = ()
    own_faults: tuple[CrmError, ...] = ()

    @property
    def judgements(self) -> tuple[Judgement, ...]:
        """Of every square."""
        return tuple(judgement for square in self.squares for judgement in square.judgements)

    @property
    def faults(self) -> tuple[CrmError, ...]:
        """Of the table and of every square."""
        return (*self.own_faults, *(fault for square in self.squares for fault in square.faults))


def read_triangle(raw: RawTable | None) -> Triangles:
    """The squares of `tblAhpTriangle`; none where the book has no such table.

    Args:
        raw: as found; rows without a number (the line that names the columns) are passed over.
    """
    if raw is None or not len(raw):
        return Triangles()
    index = match_headings(AHP, raw.headings)
    wanted = {column.name: column for column in AHP if column.name in ("card", "dimension", "number", "item")}
    faults = heading_errors(AHP, raw.headings, raw.sheet, names=index)
    faults += [
        CrmError(f"“{AHP.title}”缺少列“{column.title}”。", where=raw.sheet, hint="请从原始工作簿复制这张表。")
        for name, column in wanted.items()
        if name not in index
    ]
    if faults:
        return Triangles(own_faults=tuple(faults))
    groups: dict[Key, list[int]] = {}
    aside: list[Row] = []
    names: Row | None = None
    for row in range(len(raw)):
        cells = tuple(raw.columns[index[name]][row] if name in index else None for name in AHP.names)
        card, dimension, judge, number, item = (_text(cells, name) for name in _KEY)
        if number:
            groups.setdefault((card, dimension, judge), []).append(row)
        elif item == HEAD_MARK:
            names = cells
            continue
        elif any(present(cells[_AT[name]]) for name in ITEM_COLUMNS):
            aside += [cells] if names is None else [names, cells]
            faults.append(
                CrmError(
                    "这一行没有序号，其中的判断没有采用。",
                    where=raw.cell(row),
                    hint="请填写序号；不再需要时请删除该行。",
                )
            )
        names = None
    squares = [_square(raw, index, key, rows) for key, rows in groups.items()]
    return Triangles(squares=tuple(squares), set_aside=tuple(aside), own_faults=tuple(faults))


def ratio_of(cell: Any) -> float | None:
    """A judgement as typed, 3, "1/3" or 0.33, which is 1/3; None for a blank or what the refresh has written in brackets.

    Raises:
        ValueError: it is none, in words.
    """
    if not present(cell):
        return None
    if isinstance(cell, date):  # a datetime is one, too
        raise ValueError(
            f"被当作日期，大概是输入“{cell.month}/{cell.day}”时变的，请先把单元格设为文本格式再填"
        )
    if isinstance(cell, str):
        text = fold(cell).strip()
        if _COMPUTED.fullmatch(text):
            return None
        if found := _FRACTION.fullmatch(text):
            below = float(found[2])
            cell = float(found[1]) / below if below else 0.0
    value = read_cell(cell, _RATIO)
    if value is None:
        return None
    ratio = float(value)
    if not ratio > 0:
        raise ValueError(f"应大于0，现为 {ratio:g}，较不重要填倒数如1/3")
    slack = 1 + RECIPROCAL_TOLERANCE
    if not 1 / (HIGHEST * slack) <= ratio <= HIGHEST * slack:
        raise ValueError(f"应在1/9至9之间，现为 {ratio:g}")
    # 0.33 is a third, as everywhere: what was meant and not what was rounded.
    whole = round(1 / ratio)
    return 1 / whole if whole > 1 and abs(ratio * whole - 1) <= RECIPROCAL_TOLERANCE else ratio


def _square(raw: RawTable, index: Mapping[str, int], key: Key, rows: list[int]) -> Square:
    faults: list[CrmError] = []
    by_number: dict[int, int] = {}
    for row in rows:
        where = raw.cell(row, raw.headings[index["number"]])
        try:
            number = int(read_cell(raw.columns[index["number"]][row], _NUMBER))
        except ValueError as error:
            faults.append(CrmError(f"序号{error}。", where=where))
            continue
        if number in by_number:
            faults.append(
                CrmError(
                    f"评判人“{key[2]}”对“{key[1]}”的第{number}项有两行。", where=where,
                    hint="请给另一组改写评判人，或删除重复的行。",
                )
            )  # fmt: skip
        by_number.setdefault(number, row)
    items = {
        number: str(raw.columns[index["item"]][row] or "").strip()
        for number, row in sorted(by_number.items())
    }
    judgements: list[Judgement] = []
    cells: dict[Pair, Any] = {}
    astray: dict[tuple[str, int], Any] = {}
    for number, place, cell, where in _cells(raw, index, by_number):
        belongs = number != place and place in items
        ratio = None
        try:
            ratio = ratio_of(cell)
            if ratio is not None and number == place and abs(ratio - 1) > RECIPROCAL_TOLERANCE:
                raise ValueError(f"应为1，现为 {ratio:g}，每项与自身比较填1")
            if ratio is not None and place not in items:
                raise ValueError(f"无处可用：这一组没有第{place}项，请清空")
        except ValueError as error:
            faults.append(CrmError(f"判断值{error}。", where=where))
            if not belongs:
                astray[items[number], place] = cell
        else:
            if ratio is None or not belongs:
                continue
        if belongs:
            pair = items[number], items[place]
            cells[pair] = cell
            judgements.append(
                Judgement(card=key[0], first=pair[0], second=pair[1], ratio=ratio, judge=key[2], where=where)
            )
    return Square(
        key=key,
        items=tuple(items.values()),
        judgements=tuple(judgements),
        cells=cells,
        astray=astray,
        faults=tuple(faults),
        rows=tuple(
            tuple(raw.columns[index[name]][row] if name in index else None for name in AHP.names)
            for row in rows
        ),
    )


def _cells(
    raw: RawTable, index: Mapping[str, int], rows: Mapping[int, int]
) -> Iterator[tuple[int, int, Any, str]]:
    """Number of the row, number of the column, content and place of every cell in which something stands."""
    for number, row in sorted(rows.items()):
        for place, name in enumerate(ITEM_COLUMNS, start=1):
            if name in index and present(cell := raw.columns[index[name]][row]):
                yield number, place, cell, raw.cell(row, raw.headings[index[name]])


def _text(cells: Row, name: str) -> str:
    cell = cells[_AT[name]]
    return str(cell).strip() if present(cell) else ""
