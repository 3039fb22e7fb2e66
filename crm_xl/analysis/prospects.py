"""重点开发目标: customers without any order, scored on the potential dimension alone (guide 003)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from crm_xl.analysis import notes as captions
from crm_xl.analysis.schemes import potential_tier
from crm_xl.analysis.scoring import score_customers, without_orders
from crm_xl.settings import Settings
from crm_xl.settings.model import BOUND_TOLERANCE, Scorecard
from crm_xl.tables.workshop import PROSPECTS


@dataclass(frozen=True, kw_only=True, eq=False)
class Prospects:
    """Prospects, best first.

    Attributes:
        table: PROSPECTS; 重点开发 is missing where the score is.
        notes: what captions must say.
    """

    table: pd.DataFrame
    notes: tuple[str, ...]


def potential_card(settings: Settings) -> Scorecard | None:
    """The chosen dimension as a card of its own; None where 参数 has no such card."""
    card = settings.cards.get(settings.general.prospect_card)
    if card is None:
        return None
    chosen = [own for own in card.dimensions if own.name == settings.general.prospect_dimension]
    return Scorecard(name=chosen[0].name, dimensions=(replace(chosen[0], weight=1.0),)) if chosen else None


def prospects(metrics: pd.DataFrame, settings: Settings) -> Prospects:
    """The customers who never ordered, by what they promise.

    Args:
        metrics: METRICS, one row per customer.
        settings: the card and dimension that score prospects, and the bound from which one is a target.
    """
    general = settings.general
    found = metrics.loc[without_orders(metrics)].reset_index(drop=True)
    card = potential_card(settings)
    _, tier = potential_tier(
        found["size_level"],
        found["industry_potential"],
        found["willingness"],
        high=general.potential_high,
        middle=general.potential_middle,
    )
    if card is None:
        notes: tuple[str, ...] = (
            f"参数中没有评分卡“{general.prospect_card}”的维度“{general.prospect_dimension}”，潜在客户未评分",
        )
        score = np.full(len(found), np.nan)
        explanation = np.full(len(found), "", dtype=object)
    else:
        # Without the column that tells prospects from buyers, who otherwise are left unscored.
        scored = score_customers(
            found.drop(columns="lifetime_orders"), card, minimum_coverage=general.minimum_coverage
        )
        notes = scored.notes if len(found) else ()
        score = scored.total.to_numpy(dtype=float)
        explanation = scored.explanation.to_numpy(dtype=object)
    focus = (score >= general.prospect_focus - BOUND_TOLERANCE).astype(object)
    focus[np.isnan(score)] = None
    table = found.assign(score=score, potential_tier=tier, focus=focus, explanation=explanation)
    # Stable: among equals the order of the customers' table.
    table = table.sort_values("score", ascending=False, kind="stable", na_position="last")
    return Prospects(
        table=table[list(PROSPECTS.names)].reset_index(drop=True),
        notes=captions.about(captions.PROSPECTS, notes),
    )
