"""Pairwise judgements and expert scores from their 参数 tables: what people think of the weights."""

from __future__ import annotations

from collections.abc import Sequence

from crm_xl.settings.model import ExpertScore, Judgement
from crm_xl.settings.rows import Row


def judgements(rows: Sequence[Row]) -> tuple[Judgement, ...]:
    """The judgements of `tblAhp`; which items they compare is checked where weights are made of them."""
    return tuple(
        Judgement(
            card=row["card"] or "",
            first=row["first"] or "",
            second=row["second"] or "",
            ratio=row["judgement"],
            judge=row["judge"] or "",
            where=row.where("judgement"),
        )
        for row in rows
    )


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
