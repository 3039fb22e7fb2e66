"""Levels: tier by score, value tier by rank, activity by the last order (SPEC section 5)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from crm_xl.analysis.calendar import months_before
from crm_xl.analysis.tally import Flags
from crm_xl.settings.model import BOUND_TOLERANCE, Tier
from crm_xl.tables.outputs import NO_TRADE, PENDING

HIGH, MIDDLE, LOW = "高", "中", "低"
ACTIVE, SILENT, LOST = "活跃", "沉默", "流失"

# Sums of the same amounts in another order differ in the last bits; they are ties all the same.
TIE_TOLERANCE = 1e-12

Names = NDArray[np.object_]


def assign_tier(score: ArrayLike, tiers: Sequence[Tier]) -> Names:
    """The short name of each score's tier; 待评估 where the score is missing.

    A tier runs from its lower bound, inclusive, to the bound above. A score that misses a bound by less than
    1e-9 has reached it; nothing is rounded, so 89.6 is not 90.

    Args:
        score: unrounded.
        tiers: in any order; one has no lower bound.

    Raises:
        ValueError: no tier is open below.
    """
    scores = np.asarray(score, dtype=float)
    lowers = np.array([-np.inf if tier.lower is None else tier.lower for tier in tiers])
    if not np.isneginf(lowers).any():
        raise ValueError("no tier without a lower bound")
    order = np.argsort(lowers)
    names = np.array([tiers[place].name for place in order], dtype=object)
    place = np.searchsorted(lowers[order] - BOUND_TOLERANCE, scores, side="right") - 1
    graded: Names = np.where(np.isnan(scores), PENDING, names[place])
    return graded


def value_tier(
    amounts: ArrayLike, top: float = 0.2, middle: float = 0.5, *, traded: Flags | None = None
) -> Names:
    """高, 中 or 低 by the share of customers strictly above; 无交易 for customers without an order.

    高 if that share is below `top`, 中 if below `middle`, else 低; an amount of 0 or less is 低. Equal amounts
    share a level, whatever the order of the rows.

    Args:
        amounts: total amount or profit, any unit.
        top: share of the customers with an order, 0 to 1.
        middle: likewise, 高 and 中 together.
        traded: who has an order; default: whoever has an amount. With an order but no amount is 待评估, and
            such customers are not ranked.
    """
    values = np.asarray(amounts, dtype=float)
    ranked = ~np.isnan(values)
    ordered = ranked if traded is None else traded
    ranked = ranked & ordered
    known = np.sort(values[ranked])
    own = values[ranked]
    above = len(known) - np.searchsorted(known, own + np.abs(own) * TIE_TOLERANCE, side="right")
    share = above / max(len(known), 1)
    level = np.where(
        share < top - BOUND_TOLERANCE, HIGH, np.where(share < middle - BOUND_TOLERANCE, MIDDLE, LOW)
    )
    levels = np.where(ordered, PENDING, NO_TRADE).astype(object)
    levels[ranked] = np.where(own > 0, level, LOW)
    return levels


def activity_tier(
    last_date: ArrayLike,
    analysis_date: pd.Timestamp,
    active_months: int = 3,
    silent_months: int = 6,
    *,
    last_contact: ArrayLike | None = None,
) -> Names:
    """活跃, 沉默 or 流失 by calendar months since the last order; 无交易 where there is none.

    Args:
        last_date: last order per customer, NaT where none.
        analysis_date: the day counted from; its time of day does not matter.
        active_months: an order on the day exactly so many months ago is still 活跃.
        silent_months: likewise 沉默.
        last_contact: last interaction per customer, when contact counts as activity. It makes nobody a buyer.
    """
    last = np.asarray(last_date, dtype="datetime64[D]")
    traded = ~np.isnat(last)
    if last_contact is not None:
        last = np.fmax(last, np.asarray(last_contact, dtype="datetime64[D]"))  # fmax passes over NaT
    active = np.datetime64(months_before(analysis_date, active_months), "D")
    silent = np.datetime64(months_before(analysis_date, silent_months), "D")
    level = np.where(last >= active, ACTIVE, np.where(last >= silent, SILENT, LOST))
    return np.where(traded, level, NO_TRADE).astype(object)
