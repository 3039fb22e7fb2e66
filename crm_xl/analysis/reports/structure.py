"""客户结构: who the customers are, and who brings revenue and profit, by industry, region and size (guide 002)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from crm_xl.analysis.calendar import Period
from crm_xl.analysis.growth import Floats
from crm_xl.analysis.order_facts import orders_of
from crm_xl.analysis.points import number_text
from crm_xl.analysis.reports.breakdown import adds_up
from crm_xl.analysis.reports.choice import choice_of
from crm_xl.analysis.reports.ground import Ground, Made
from crm_xl.analysis.reports.groups import Grouping, groupings
from crm_xl.analysis.shares import shares
from crm_xl.analysis.summary import YUAN_PER_WAN, chart_block
from crm_xl.analysis.tally import Flags
from crm_xl.tables import choices as c
from crm_xl.tables import inputs as i
from crm_xl.tables.outputs import OTHERS, TOTAL
from crm_xl.tables.portraits import STRUCTURE, STRUCTURE_CHART, STRUCTURE_CHOICE

_THINNEST, _FEWEST_TOGETHER = 0.03, 2  # the names of thinner slices would stand on one another
_SHARED = {"customers": "customer_share", "revenue": "revenue_share", "profit": "profit_share"}


def make(ground: Ground) -> Made:
    """STRUCTURE of the customers and the period chosen above it, and the block of its chart.

    Raises:
        CrmError: a choice that matches nobody, or that the data cannot follow.
    """
    choice = choice_of(STRUCTURE_CHOICE, ground)
    customers = ground.frames[i.CUSTOMERS.name]
    inside = choice.customers(customers)
    revenue, profit = (values[inside] / YUAN_PER_WAN for values in _money(ground, choice.period))
    customers = customers[inside].reset_index(drop=True)
    smallest = ground.settings.general.smallest_group
    found = groupings(customers)
    parts = {name: structure_of(by, revenue, profit, smallest) for name, by in found.items()}
    table = pd.concat(parts.values(), ignore_index=True)
    body = table[table["group"] != TOTAL]
    return Made(
        tables={STRUCTURE.name: table, STRUCTURE_CHART.name: _chart(parts["industry"])},
        chosen={STRUCTURE.name: choice.words},
        checks=(adds_up(STRUCTURE, body, _data(ground, choice.period, inside)),),
    )


def _data(ground: Ground, period: Period, inside: Flags) -> dict[str, float]:
    """What the dimensions must add up to: the customers, and their order lines one by one."""
    data = {"customers": float(inside.sum())}
    if orders_of(ground.frames) is not None:
        data["revenue"] = ground.orders.amount_of(ground.listed, inside, period) / YUAN_PER_WAN
    return data


def _money(ground: Ground, period: Period) -> tuple[Floats, Floats]:
    """Net amount and profit of each customer in the period, 元; missing without orders, or without any profit."""
    if period == ground.period:
        metrics = ground.metrics
        return metrics["monetary"].to_numpy(dtype=float), metrics["profit"].to_numpy(dtype=float)
    if orders_of(ground.frames) is None:
        nothing = np.full(len(ground.metrics), np.nan)
        return nothing, nothing
    orders = ground.orders
    return orders.amounts(ground.listed, period), orders.profits(ground.listed, period)


def structure_of(by: Grouping, revenue: Floats, profit: Floats, smallest: int) -> pd.DataFrame:
    """The rows of STRUCTURE of one dimension, most revenue first, the last one 合计; shares add up to 1.

    Args:
        by: which group each customer belongs to.
        revenue: 万元 per customer; all missing without orders.
        profit: likewise; missing where no line says its profit.
        smallest: a group of fewer customers is not called the core.
    """
    everybody = np.ones(len(by.codes), dtype=bool)
    sums = {
        "customers": by.tally.count(everybody),
        "revenue": _sum(by, revenue),
        "profit": _sum(by, profit),
    }
    body = pd.DataFrame({"group": by.names, **sums})
    # By size the declared order says more than the money.
    if by.title != _SIZE:
        last = body["group"].isin([c.UNNAMED])
        keys = body.assign(last=last, less=-body["revenue"], fewer=-body["customers"])
        body = body.loc[keys.sort_values(["last", "less", "fewer", "group"], kind="stable").index]
    for name, share in _SHARED.items():
        body[share] = shares(body[name].to_numpy(dtype=float))
    body["finding"] = _core(body, smallest)
    total: dict[str, Any] = {"group": TOTAL, "finding": ""}
    for name, share in _SHARED.items():
        total[name] = body[name].sum(min_count=1)
        total[share] = 1.0 if body[share].notna().any() else np.nan
    whole = pd.concat([body, pd.DataFrame([total])], ignore_index=True)
    return whole.assign(dimension=by.title)[list(STRUCTURE.names)]


_SIZE = "企业规模"


def _sum(by: Grouping, values: Floats) -> Floats:
    known = ~np.isnan(values)
    return by.tally.sum(values, known) if known.any() else np.full(len(by.names), np.nan)


def _core(body: pd.DataFrame, smallest: int) -> list[str]:
    """Beside the group that brings most revenue: "客户占比35%，贡献总营收42%"; blank elsewhere."""
    texts = [""] * len(body)
    able = (
        (body["customers"] >= smallest) & (body["revenue"] > 0) & (body["group"] != c.UNNAMED)
    ).to_numpy() & body["revenue_share"].notna().to_numpy()
    best = body["revenue"].where(able).max()
    for place in np.flatnonzero(able & (body["revenue"] == best).to_numpy())[:1]:
        row = body.iloc[place]
        if row["revenue"] == body["revenue"].max():
            customers, revenue = (
                number_text(100 * row[name]) for name in ("customer_share", "revenue_share")
            )
            texts[place] = f"客户占比{customers}%，贡献总营收{revenue}%"
    return texts


def _chart(industry: pd.DataFrame) -> pd.DataFrame:
    """The revenue of the industries on the rows of the chart, the thinnest slices together as 其他.

    Returns that outweigh sales have no place in a pie.
    """
    summary = industry.rename(columns={"revenue": "amount"})[["group", "customers", "amount"]]
    summary = summary.assign(amount=summary["amount"].clip(lower=0))
    groups = summary.iloc[:-1].sort_values("amount", ascending=False, kind="stable")
    thin = int((groups["amount"] < _THINNEST * groups["amount"].sum()).sum())
    together = max(thin, _FEWEST_TOGETHER) if thin else 0
    if 0 < together < len(groups):
        kept, rest = groups.iloc[:-together], groups.iloc[-together:]
        others = pd.DataFrame([{"group": OTHERS, **rest[["customers", "amount"]].sum()}])
        groups = pd.concat([kept, others], ignore_index=True)
    return chart_block(pd.concat([groups, summary.iloc[-1:]], ignore_index=True), STRUCTURE_CHART)
