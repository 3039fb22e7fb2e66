"""The sheet AHP权重 as people have filled it in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crm_xl.raw import RawTable
from crm_xl.tables import parameters as p
from crm_xl.tables.workshop import AHP, ITEM_COLUMNS

ITEMS = ("年消费额", "利润率", "合作时长", "交叉购买率")  # of the value card
Pair = tuple[str, str]


def square(
    pairs: Mapping[Pair, Any],
    *,
    items: Sequence[str] = ITEMS,
    judge: str = "甲",
    card: str = p.CARD_VALUE,
    dimension: str = "客户价值",
) -> list[list[Any]]:
    """The rows of one judge's square; a pair is (item of the row, item of the column)."""
    rows = []
    for number, item in enumerate(items, start=1):
        cells = {"card": card, "dimension": dimension, "judge": judge, "number": float(number), "item": item}
        cells |= {
            ITEM_COLUMNS[items.index(second)]: value
            for (first, second), value in pairs.items()
            if first == item
        }
        rows.append([cells.get(name) for name in AHP.names])
    return rows


def filled(*squares: list[list[Any]]) -> RawTable:
    """The table as a workbook holds it: headings in row 4, so that the first item's row is row 5."""
    rows = [row for own in squares for row in own]
    return RawTable.from_rows(AHP.name, [AHP.titles, *rows], sheet=AHP.sheet, row=4)


def chain(*steps: Any, items: Sequence[str] = ITEMS) -> dict[Pair, Any]:
    """Judgements right of the diagonal, row by row, as one fills in a triangle."""
    pairs = [(first, second) for at, first in enumerate(items) for second in items[at + 1 :]]
    return dict(zip(pairs, steps, strict=True))
