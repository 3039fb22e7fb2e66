"""客户画像报表: who the customers are and how they buy, by industry, size, region, tier and segment (guide 004)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_xl.analysis.grading import ACTIVE
from crm_xl.analysis.growth import Floats
from crm_xl.analysis.metrics_orders import YUAN_PER_WAN
from crm_xl.analysis.reports.breakdown import adds_up, group_rows, industry_groups, most_first, stacked
from crm_xl.analysis.reports.choice import Choice, choice_of
from crm_xl.analysis.reports.ground import Ground, Made
from crm_xl.analysis.reports.groups import PERSONS, Grouping, regions, sizes
from crm_xl.analysis.reports.status import status_on
from crm_xl.analysis.shares import shares
from crm_xl.analysis.summary import chart_block
from crm_xl.analysis.tally import Codes, Flags, Tally, divide, sums
from crm_xl.tables import choices as c
from crm_xl.tables import inputs as i
from crm_xl.tables import outputs as o
from crm_xl.tables import service_reports as s

_LAST = (PERSONS, c.UNNAMED)


def make(ground: Ground) -> Made:
    """PROFILE_REPORT and the blocks of its charts, of the customers and the period chosen.

    Raises:
        CrmError: the choice cannot be read, or nobody is meant.
    """
    choice = choice_of(s.PROFILE_CHOICE, ground)
    customers = ground.frames[i.CUSTOMERS.name]
    chosen = choice.customers(customers)
    facts = _facts(ground, choice)
    parts = [_part(grouping, facts, chosen) for grouping in _groupings(ground, choice, chosen)]
    everybody = Grouping.of(o.TOTAL, pd.Series(np.full(len(customers), s.ALL_CUSTOMERS, dtype=object)))
    total = _part(everybody, facts, chosen).iloc[0]
    report = stacked(parts, total, s.PROFILE_REPORT)
    tables = {s.PROFILE_REPORT.name: report}
    for block, dimension in (
        (s.PROFILE_INDUSTRY_CHART, s.BY_INDUSTRY),
        (s.PROFILE_REGION_CHART, s.BY_REGION),
    ):
        rows = report[report["dimension"].isin((dimension, o.TOTAL))]
        tables[block.name] = chart_block(rows.drop(columns="dimension"), block)
    spent = ground.orders.amount_of(ground.listed, chosen, choice.period) / YUAN_PER_WAN
    return Made(
        tables=tables,
        chosen={s.PROFILE_REPORT.name: choice.words},
        checks=(adds_up(s.PROFILE_REPORT, report, {"customers": float(chosen.sum()), "amount": spent}),),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Facts:
    """What each customer did in the period; what of it went into which product type, as rows of its own."""

    orders: Floats
    amount: Floats
    traded: Flags
    active: Flags
    buyer: Codes  # customer of each (customer, product type)
    kind: Codes
    spent: Floats
    kinds: np.ndarray


def _facts(ground: Ground, choice: Choice) -> _Facts:
    orders, status = ground.orders, status_on(ground, choice.period.end)
    types = orders.types_bought(ground.listed, ground.date, choice.period)
    return _Facts(
        orders=orders.order_counts(ground.listed, choice.period),
        amount=orders.amounts(ground.listed, choice.period),
        traded=status.traded,
        active=status.activity == ACTIVE,
        buyer=types.owners,
        kind=types.kinds,
        spent=types.amount,
        kinds=types.names,
    )


def _groupings(ground: Ground, choice: Choice, chosen: Flags) -> list[Grouping]:
    """The dimensions of the report; within one, groups in their declared order or the largest first."""
    customers, settings = ground.frames[i.CUSTOMERS.name], ground.settings
    industry, region = industry_groups(customers, choice), regions(customers)
    full_names = {tier.name: tier.full_name for tier in settings.tiers}
    tiers = _of_listed(ground, ground.scores, "shown_tier").fillna(o.PENDING).replace(full_names)
    found = [
        Grouping.of(s.BY_INDUSTRY, industry, most_first(industry[chosen], _LAST)),
        Grouping.of(s.BY_SIZE, sizes(customers), i.COMPANY_SIZES),
        Grouping.of(s.BY_REGION, region, most_first(region[chosen], _LAST)),
        Grouping.of(s.BY_TIER, tiers, [*full_names.values(), *most_first(tiers, (o.PENDING,))]),
    ]
    if (rfm := ground.made.get(o.RFM.name)) is not None:
        segments = _of_listed(ground, rfm, "segment").fillna(o.NO_TRADE)
        rules = [rule.segment for rule in settings.segment_rules]
        found.append(Grouping.of(s.BY_SEGMENT, segments, [*rules, *most_first(segments, (o.NO_TRADE,))]))
    return found


def _of_listed(ground: Ground, frame: pd.DataFrame, column: str) -> pd.Series:
    """A column of a table with one row per customer, in the order of tblCustomers; missing where it has no row."""
    values = frame.set_index("customer_id")[column].reindex(ground.listed).astype(object)
    return values.reset_index(drop=True)


def _part(grouping: Grouping, facts: _Facts, chosen: Flags) -> pd.DataFrame:
    """The rows of one dimension; groups that none of the chosen customers is in are left out."""
    tally = grouping.tally
    bought = chosen & (facts.orders > 0)
    customers, buyers = tally.count(chosen), tally.count(bought)
    orders, amount = tally.sum(facts.orders, chosen), tally.sum(facts.amount, chosen)
    preference, preference_share = _preferences(grouping, facts, chosen)
    present = customers > 0
    customer_share, amount_share = (_shares_of(values, present) for values in (customers, amount))
    rows = group_rows(
        grouping,
        {
            "customers": customers,
            "customer_share": customer_share,
            "buyers": buyers,
            "orders": orders,
            "amount": amount / YUAN_PER_WAN,
            "amount_share": amount_share,
            "average_order_value": divide(amount, orders),
            "frequency": divide(orders, buyers),
            "preference": preference,
            "preference_share": preference_share,
            "active_share": divide(tally.count(chosen & facts.active), tally.count(chosen & facts.traded)),
        },
    )
    return rows[present].reset_index(drop=True)


def _shares_of(values: Floats, present: Flags) -> Floats:
    found = np.full(len(values), np.nan)
    found[present] = shares(values[present])
    return found


def _preferences(grouping: Grouping, facts: _Facts, chosen: Flags) -> tuple[np.ndarray, Floats]:
    """The product type with the largest amount in each group, and its share of the amounts that name a type."""
    size = len(grouping.names)
    names = np.full(size, None, dtype=object)
    share = np.full(size, np.nan)
    mine = chosen[facts.buyer]
    if not mine.any():
        return names, share
    number = len(facts.kinds)
    cells, pairs = pd.factorize(grouping.codes[facts.buyer[mine]] * number + facts.kind[mine])
    amounts = sums(cells, facts.spent[mine], len(pairs))
    group, kind = pairs // number, pairs % number
    whole = Tally(group, size).sum(amounts, np.ones(len(amounts), dtype=bool))
    # Written from the least amount to the largest, so that the largest stays; equals go by name.
    order = np.lexsort((-kind, np.round(amounts, 2)))
    order = order[amounts[order] > 0]
    names[group[order]] = facts.kinds[kind[order]]
    share[group[order]] = divide(amounts, whole[group])[order]
    return names, share
