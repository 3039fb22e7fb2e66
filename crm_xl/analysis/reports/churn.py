"""客户流失报表: who left in the period, why, of which industry and how long a customer, and what went with them.

Source: guide 004 (按流失原因、流失客户特征分类统计); who has left: docs/decisions.md #35.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from crm_xl.analysis.calendar import MONTHS_PER_YEAR, add_months, elapsed
from crm_xl.analysis.grading import ACTIVE
from crm_xl.analysis.growth import Floats
from crm_xl.analysis.metrics_orders import YUAN_PER_WAN
from crm_xl.analysis.reports.breakdown import (
    adds_up,
    group_rows,
    industry_groups,
    most_first,
    stacked,
    tenure_bands,
    tenure_bounds,
    tenure_names,
)
from crm_xl.analysis.reports.choice import Choice, choice_of, named
from crm_xl.analysis.reports.ground import Ground, Made
from crm_xl.analysis.reports.groups import PERSONS, Grouping
from crm_xl.analysis.reports.status import Status, status_on
from crm_xl.analysis.shares import shares
from crm_xl.analysis.summary import chart_block
from crm_xl.analysis.tally import Flags, divide
from crm_xl.tables import choices as c
from crm_xl.tables import inputs as i
from crm_xl.tables import outputs as o
from crm_xl.tables import service_reports as s


@dataclass(frozen=True, kw_only=True, eq=False)
class Losses:
    """One value per customer of `Ground.listed`.

    Attributes:
        chosen: whom the report is about, with anybody who had ordered by the period's end.
        active: active when the period began, and not registered as lost.
        lost: not lost when it began (or no customer yet), lost when it ended.
        there: had ordered by the period's end and was not lost when it began: whoever could leave.
        reasons: why the lost ones left, by tblChurned.
        tenure: band of 合作时长 when the period began.
        amount: 元 of the 12 months up to the last order.
    """

    chosen: Flags
    active: Flags
    lost: Flags
    there: Flags
    reasons: pd.Series
    tenure: pd.Series
    amount: Floats


def losses_in(ground: Ground, choice: Choice) -> Losses:
    """Who left in the period chosen.

    Raises:
        CrmError: nobody is meant, or nobody of them had ordered by the period's end.
    """
    customers = ground.frames[i.CUSTOMERS.name]
    before, end = (
        status_on(ground, day) for day in (choice.period.start - pd.Timedelta(days=1), choice.period.end)
    )
    chosen = choice.customers(customers) & end.traded
    if not chosen.any():
        raise choice.nothing("有订单的客户")
    return Losses(
        chosen=chosen,
        active=chosen & (before.activity == ACTIVE) & ~before.lost,
        lost=chosen & end.lost & ~before.lost,
        there=chosen & ~before.lost,
        reasons=_reasons(ground, end),
        tenure=_tenure(ground, choice),
        amount=_last_year(ground, end),
    )


def make(ground: Ground) -> Made:
    """CHURN_REPORT and the block of its chart.

    Raises:
        CrmError: the choice cannot be read, or matches nobody who ever ordered.
    """
    choice = choice_of(s.CHURN_CHOICE, ground)
    losses = losses_in(ground, choice)
    smallest = ground.settings.general.smallest_group
    industry = industry_groups(ground.frames[i.CUSTOMERS.name], choice)
    lost_reasons = losses.reasons.where(losses.lost, s.UNREGISTERED)
    reasons = Grouping.of(
        s.BY_REASON, lost_reasons, most_first(lost_reasons[losses.lost], (s.NO_REASON, s.UNREGISTERED))
    )
    by_reason = _part(reasons, losses, smallest, rated=False)
    by_industry = Grouping.of(
        s.BY_INDUSTRY, industry, most_first(industry[losses.there], (PERSONS, c.UNNAMED))
    )
    by_tenure = Grouping.of(s.BY_TENURE, losses.tenure, tenure_names(tenure_bounds(ground.settings.general)))
    parts = [by_reason, *(_part(grouping, losses, smallest) for grouping in (by_industry, by_tenure))]
    whole = Grouping.of(o.TOTAL, pd.Series(np.full(len(industry), s.ALL_CUSTOMERS, dtype=object)))
    total = _part(whole, losses, smallest)
    report = stacked(parts, total.iloc[0], s.CHURN_REPORT)
    rows = report[report["dimension"].isin((s.BY_REASON, o.TOTAL))].drop(columns="dimension")
    return Made(
        tables={
            s.CHURN_REPORT.name: report,
            s.CHURN_REASON_CHART.name: chart_block(rows, s.CHURN_REASON_CHART),
        },
        chosen={s.CHURN_REPORT.name: choice.words},
        checks=(adds_up(s.CHURN_REPORT, report, {"lost": float(losses.lost.sum())}),),
    )


def _part(grouping: Grouping, losses: Losses, smallest: int, *, rated: bool = True) -> pd.DataFrame:
    """The rows of one dimension; groups with nobody to tell of are left out.

    Args:
        grouping: of all listed customers.
        losses: who left.
        smallest: a rate of fewer customers is told to be doubtful.
        rated: whether the groups have a rate; reasons have none, for who stays gives no reason.
    """
    tally = grouping.tally
    lost, active = tally.count(losses.lost), tally.count(losses.active)
    active_lost = tally.count(losses.active & losses.lost)
    amount = tally.sum(losses.amount, losses.lost)
    columns: dict[str, Any] = {"lost": lost, "lost_share": shares(lost)}
    columns |= {"amount": amount / YUAN_PER_WAN, "amount_share": shares(amount)}
    shown = lost > 0
    if rated:
        columns |= {"active": active, "active_lost": active_lost, "churn_rate": divide(active_lost, active)}
        columns["notes"] = [_note(base, smallest) for base in active.tolist()]
        shown = (active > 0) | shown
    else:
        columns["active_lost"] = active_lost
    if grouping.title == o.TOTAL:
        shown = np.ones(1, dtype=bool)
    return group_rows(grouping, columns)[shown].reset_index(drop=True)


def _note(base: float, smallest: int) -> str | None:
    if base == 0:
        return "期初没有活跃客户，无流失率"
    return f"期初活跃不足{smallest}家，流失率仅供参考" if base < smallest else None


def _reasons(ground: Ground, end: Status) -> pd.Series:
    """The registered reason of each customer; 未注明 where the registration says none, 未登记 without one."""
    found = np.full(len(end.registered), s.UNREGISTERED, dtype=object)
    churned = ground.frames.get(i.CHURNED.name)
    if churned is not None and len(churned):
        said = named(churned["reason"]).replace(c.UNNAMED, s.NO_REASON).to_numpy(dtype=object)
        known = end.registered >= 0
        found[known] = said[end.registered[known]]
    return pd.Series(found, dtype=object)


def _tenure(ground: Ground, choice: Choice) -> pd.Series:
    """Each customer's band of years when the period began; who came later is of the shortest."""
    starts = ground.frames[i.CUSTOMERS.name]["cooperation_start"].to_numpy().astype("datetime64[D]")
    first = ground.orders.first_orders(ground.listed, ground.date)
    starts = np.where(np.isnat(starts), first, starts)
    years = elapsed(starts, choice.period.start, unit_months=MONTHS_PER_YEAR)
    years[starts > np.datetime64(choice.period.start, "D")] = 0.0
    return pd.Series(tenure_bands(years, tenure_bounds(ground.settings.general)), dtype=object)


def _last_year(ground: Ground, end: Status) -> Floats:
    """What each customer bought in the 12 months up to the last order, in 元; 0 without an order."""
    begin = np.full(len(end.last_order), np.datetime64("NaT", "D"))
    begin[end.traded] = add_months(end.last_order[end.traded], -MONTHS_PER_YEAR)
    return ground.orders.amounts_between(ground.listed, begin, end.last_order)
