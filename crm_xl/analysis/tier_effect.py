"""分级效果: what became of each tier, period against period (SPEC sections 5, 6; guide 003's case)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_xl.analysis.calendar import Period
from crm_xl.analysis.grading import ACTIVE, LOST, activity_tier
from crm_xl.analysis.growth import Floats, growth
from crm_xl.analysis.metrics_orders import YUAN_PER_WAN
from crm_xl.analysis.order_facts import orders_of
from crm_xl.analysis.order_questions import Bought
from crm_xl.analysis.tally import Flags, Tally, divide, text_index
from crm_xl.analysis.tier_history import Names
from crm_xl.settings.model import General, Tier
from crm_xl.tables import inputs as i
from crm_xl.tables.outputs import PENDING, TOTAL
from crm_xl.tables.workshop import TIER_EFFECT

_PERCENTAGE_POINTS = 100.0


def tier_effect(
    customer_tiers: pd.Series,
    customer_ids: pd.Series,
    tables: Mapping[str, pd.DataFrame],
    tiers: Sequence[Tier],
    general: General,
    period: Period,
) -> pd.DataFrame:
    """TIER_EFFECT: the same customers in the period and in the one before it, tier by tier, the last row 合计.

    Args:
        customer_tiers: one short tier name per customer. The tier at the period's start (`tiers_at`) tells what
            looking after a tier did; today's tier favours the best, who are there because they grew.
        customer_ids: likewise, distinct.
        tables: cleaned tables; without tickets or interactions their columns are missing.
        tiers: best first; each has a row. 待评估 follows where there is any.
        general: the limits of active and lost.
        period: compared with `period.previous`.

    Returns:
        Money in 万元; changes of rates in percentage points; a growth on nothing or less is missing.
    """
    names = list(
        dict.fromkeys(
            [*(tier.name for tier in tiers), *sorted(set(customer_tiers.fillna(PENDING)) - {PENDING})]
        )
    )
    own = customer_tiers.fillna(PENDING).astype(object)
    if (own == PENDING).any():
        names.append(PENDING)
    groups = _Groups(Tally.of(own, text_index(names)))
    listed = text_index(customer_ids)
    orders = orders_of(tables)
    if orders is None:
        raise ValueError("the effect of tiers needs tblOrders")
    periods = (period, period.previous)
    now, before = (
        _effects(groups, bought, listed, tables, general, when)
        for bought, when in zip(orders.bought(listed, periods), periods, strict=True)
    )
    frame = pd.DataFrame(
        {
            "tier": pd.Series([*names, TOTAL], dtype=object),
            "customers": groups.sum(np.ones(len(own))),
            **now,
            **{f"previous_{name}": values for name, values in before.items()},
            "amount_growth": growth(now["amount"], before["amount"]),
            "churn_change": (now["churn_rate"] - before["churn_rate"]) * _PERCENTAGE_POINTS,
            "repurchase_change": (now["repurchase_rate"] - before["repurchase_rate"]) * _PERCENTAGE_POINTS,
            "csat_change": now["csat"] - before["csat"],
            "hours_growth": growth(now["hours"], before["hours"]),
        }
    )
    return frame[list(TIER_EFFECT.names)]


def tiers_at(history: pd.DataFrame | None, customer_ids: pd.Series, day: pd.Timestamp) -> Names:
    """The tier each customer was last shown in on or before the day; None where no run had taken place.

    Args:
        history: cleaned tblHistory.
        customer_ids: distinct; the order of the result.
        day: usually the last day before a period.
    """
    if history is None or history.empty:
        return np.full(len(customer_ids), None, dtype=object)
    past = history.loc[(history["run_date"] <= day).to_numpy(dtype=bool)].sort_values(
        "run_date", kind="stable"
    )
    last = past.drop_duplicates("customer_id", keep="last").set_index("customer_id")["shown_tier"]
    found = last.reindex(text_index(customer_ids)).astype(object)
    return found.where(found.notna(), None).to_numpy(dtype=object)


@dataclass(frozen=True, eq=False)
class _Groups:
    """Customers by tier; every figure also over all of them."""

    tally: Tally

    def sum(self, values: Floats) -> Floats:
        """The sum of known values per tier, then over all."""
        sums = self.tally.sum(np.where(np.isnan(values), 0.0, values), np.ones(len(values), dtype=bool))
        return np.append(sums, sums.sum())

    def share(self, part: Flags, whole: Flags) -> Floats:
        """Customers of the part ÷ customers of the whole."""
        return divide(self.sum((part & whole).astype(float)), self.sum(whole.astype(float)))


def _effects(
    groups: _Groups,
    bought: Bought,
    listed: pd.Index,
    tables: Mapping[str, pd.DataFrame],
    general: General,
    period: Period,
) -> dict[str, Floats]:
    before = period.start - pd.Timedelta(days=1)
    start = activity_tier(bought.last_before, before, general.active_months, general.silent_months)
    end = activity_tier(bought.last, period.end, general.active_months, general.silent_months)
    return {
        "amount": groups.sum(bought.amount) / YUAN_PER_WAN,
        "churn_rate": groups.share(end == LOST, start == ACTIVE),
        "repurchase_rate": groups.share(bought.orders >= 2, bought.orders >= 1),
        "csat": _csat(groups, listed, tables.get(i.TICKETS.name), period),
        "hours": _hours(groups, listed, tables.get(i.INTERACTIONS.name), period),
    }


def _csat(groups: _Groups, listed: pd.Index, tickets: pd.DataFrame | None, period: Period) -> Floats:
    """The mean over the tickets of the period, not over customers."""
    if tickets is None:
        return groups.sum(np.zeros(len(listed))) * np.nan
    tally = Tally.of(tickets["customer_id"], listed)
    scores = tickets["csat"].to_numpy(dtype=float)
    rated = period.covers(tickets["submitted_at"].to_numpy()) & ~np.isnan(scores)
    return divide(groups.sum(tally.sum(scores, rated)), groups.sum(tally.count(rated)))


def _hours(groups: _Groups, listed: pd.Index, interactions: pd.DataFrame | None, period: Period) -> Floats:
    """Hours spent; missing where no interaction of anybody says how long it took."""
    if interactions is None or interactions["hours"].isna().all():
        return groups.sum(np.zeros(len(listed))) * np.nan
    tally = Tally.of(interactions["customer_id"], listed)
    hours = interactions["hours"].to_numpy(dtype=float)
    spent = period.covers(interactions["interaction_time"].to_numpy()) & ~np.isnan(hours)
    return groups.sum(tally.sum(hours, spent))
