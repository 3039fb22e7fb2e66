"""Expert scores from their 参数 table: what people think of the weights; judgements are read in `triangle`."""

from __future__ import annotations

from collections.abc import Sequence

from crm_xl.settings.model import ExpertScore
from crm_xl.settings.rows import Row


def expert_scores(rows: Sequence[Row]) -> tuple[ExpertScore, ...]:
    """The scores of `tblExpertScores`."""
    return tuple(
        ExpertScore(
            card=row["card"] or "",
            item=row["item"] or "",
            score=row["score"],
            expert=row["expert"] or "",
            where=row.where("score"),
        )
        for row in rows
    )
