"""模拟测算: what other weights and cuts would do to tiers and money, before they are saved (SPEC section 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_xl.analysis.grades import graded_by_choice
from crm_xl.analysis.growth import Floats
from crm_xl.analysis.movement_tables import direction
from crm_xl.analysis.scoring import score_customers
from crm_xl.analysis.tally import Flags, Tally, text_index
from crm_xl.analysis.tier_history import Names, ranks
from crm_xl.settings import Settings
from crm_xl.settings.model import Tier
from crm_xl.tables.outputs import PENDING, TOTAL
from crm_xl.tables.workshop import WHAT_IF, WHAT_IF_MOVERS


@dataclass(frozen=True, kw_only=True, eq=False)
class WhatIf:
    """The two settings side by side.

    Attributes:
        summary: WHAT_IF, one row per tier, 待评估 where there is any, the last row 合计.
        movers: WHAT_IF_MOVERS, the largest amounts first.
    """

    summary: pd.DataFrame
    movers: pd.DataFrame


def what_if(
    metrics: pd.DataFrame, current: Settings, draft: Settings, counted: Flags | None = None
) -> WhatIf:
    """Tiers by the method chosen under both settings.

    Args:
        metrics: METRICS with the marks of customer_metrics, one row per customer; computed once, because
            weights and cuts do not change what is measured.
        current: the settings in force.
        draft: the settings tried.
        counted: the customers whom the tables are of; None: all. Scores are computed among all in either case.
    """
    score, tier = _graded(metrics, current)
    draft_score, draft_tier = (score, tier) if draft is current else _graded(metrics, draft)
    if counted is not None:
        metrics = metrics.loc[counted]
        score, draft_score = score[counted], draft_score[counted]
        tier, draft_tier = tier[counted], draft_tier[counted]
    amounts = metrics["annual_amount_wan"].to_numpy(dtype=float)
    names = list(dict.fromkeys([*(t.name for t in current.tiers), *(t.name for t in draft.tiers)]))
    if PENDING in tier or PENDING in draft_tier:
        names.append(PENDING)
    return WhatIf(
        summary=_summary(names, tier, draft_tier, amounts),
        movers=_movers(metrics, draft.tiers, (score, draft_score), (tier, draft_tier)),
    )


def _graded(metrics: pd.DataFrame, settings: Settings) -> tuple[Floats, Names]:
    scored = score_customers(metrics, settings.card, minimum_coverage=settings.general.minimum_coverage)
    method, _ = graded_by_choice(metrics, scored, settings)
    return scored.total.to_numpy(dtype=float), method.tier


def _summary(names: Sequence[str], tier: Names, draft_tier: Names, amounts: Floats) -> pd.DataFrame:
    known, everybody = ~np.isnan(amounts), np.ones(len(amounts), dtype=bool)
    now, then = (Tally.of(pd.Series(own, dtype=object), text_index(names)) for own in (tier, draft_tier))
    moved = tier != draft_tier
    body = pd.DataFrame(
        {
            "tier": pd.Series(list(names), dtype=object),
            "customers": now.count(everybody),
            "draft_customers": then.count(everybody),
            "amount": now.sum(amounts, known),
            "draft_amount": then.sum(amounts, known),
            "moved_in": then.count(moved),
            "moved_out": now.count(moved),
        }
    )
    total = pd.DataFrame([{"tier": TOTAL, **body.drop(columns="tier").sum().to_dict()}])
    frame = pd.concat([body, total], ignore_index=True)
    return frame.assign(
        customers_change=frame["draft_customers"] - frame["customers"],
        # To 0.01 元: the same amounts added up in another order differ in the last bits.
        amount_change=(frame["draft_amount"] - frame["amount"]).round(6) + 0.0,
    )[list(WHAT_IF.names)]


def _movers(
    metrics: pd.DataFrame,
    tiers: Sequence[Tier],
    scores: tuple[Floats, Floats],
    names: tuple[Names, Names],
) -> pd.DataFrame:
    at = np.flatnonzero(names[0] != names[1])
    before, after = names[0][at], names[1][at]
    frame = metrics.iloc[at].assign(
        from_tier=before,
        to_tier=after,
        direction=direction(ranks(before, tiers), ranks(after, tiers)),
        score=scores[0][at],
        draft_score=scores[1][at],
    )
    stake = frame.assign(stake=-frame["annual_amount_wan"]).sort_values(["stake", "customer_id"])
    return stake[list(WHAT_IF_MOVERS.names)].reset_index(drop=True)
