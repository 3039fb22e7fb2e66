"""What people have filled in, as a sample, where the grading workshop is tried out: judgements and a draft."""

from __future__ import annotations

from datetime import date
from typing import Any

from crm_xl.analysis.draft import INDICATOR, TIER
from crm_xl.tables import parameters as p
from crm_xl.tables.shipped import SHIPPED
from crm_xl.tables.workshop import AHP, DRAFT, ITEM_COLUMNS

JUDGE = "示例"
_DIMENSION = "客户价值"
# Consistent with the shipped weights 40/25/20/15: a judgement is the ratio of two weights, to Saaty's nearest step.
_JUDGED = {
    "年消费额": (None, "2", "2", "3"),
    "利润率": (None, None, "1", "2"),
    "合作时长": (None, None, None, "1"),
    "交叉购买率": (None, None, None, None),
}
# A little less weight on the amount, and a little more asked of 重点级.
_REVIEWED = (date(2026, 10, 20), date(2026, 8, 31), date(2026, 9, 30), date(2026, 6, 30))
_TRIED = (
    (INDICATOR, "年消费额", _DIMENSION, 0.35),
    (INDICATOR, "利润率", _DIMENSION, 0.30),
    (TIER, "重点级", None, 78),
)


def trial_rows() -> dict[str, list[tuple[Any, ...]]]:
    """Rows of the outputs and parameters that people fill in, by table name, as a first refresh finds them."""
    return {AHP.name: _judgement_rows(), DRAFT.name: _draft_rows(), p.REVIEW_RULES.name: _review_rows()}


def _review_rows() -> list[tuple[Any, ...]]:
    """Rows of REVIEW_RULES with a day on which each was last done: one late, one due within the month, two not."""
    at = p.REVIEW_RULES.names.index("last_done")
    rows = SHIPPED[p.REVIEW_RULES.name]
    return [(*row[:at], day, *row[at + 1 :]) for row, day in zip(rows, _REVIEWED, strict=True)]


def _judgement_rows() -> list[tuple[Any, ...]]:
    """Rows of AHP: one person's comparisons of the value card's indicators."""
    rows = []
    for number, (item, judged) in enumerate(_JUDGED.items(), start=1):
        cells = {
            "card": p.CARD_VALUE,
            "dimension": _DIMENSION,
            "judge": JUDGE,
            "number": number,
            "item": item,
        }
        cells |= dict(zip(ITEM_COLUMNS, judged, strict=False))
        rows.append(tuple(cells.get(name) for name in AHP.names))
    return rows


def _draft_rows() -> list[tuple[Any, ...]]:
    """Rows of DRAFT: other weights and another bound to try."""
    rows = []
    for item, name, part, value in _TRIED:
        cells = {"item": item, "name": name, "part": part, "draft": value}
        rows.append(tuple(cells.get(column) for column in DRAFT.names))
    return rows
