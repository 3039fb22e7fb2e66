"""Summaries that fit on a slide: customers per tier and per RFM segment, and the blocks their charts read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from crm_xl.analysis.growth import Floats
from crm_xl.analysis.shares import shares
from crm_xl.analysis.tally import Tally, divide
from crm_xl.schema import Table
from crm_xl.settings.model import SegmentRule, Tier
from crm_xl.tables import outputs

YUAN_PER_WAN = 10_000.0

Row = dict[str, float | str]


def tier_summary(
    tiers: ArrayLike,
    amounts: ArrayLike,
    profits: ArrayLike | None = None,
    *,
    sales: ArrayLike | None = None,
    declared: Sequence[Tier] = (),
) -> pd.DataFrame:
    """TIER_SUMMARY: customers, amount and weighted margin per tier, the last row 合计.

    Args:
        tiers: one short or full name per row, or 待评估; blank counts as 待评估. A row is a customer.
        amounts: shown and shared out, in 万元.
        profits: margin = Σ profits ÷ Σ sales over the rows that have both; none leaves the margin blank.
        sales: what the profits were made on, in the same unit as `profits`; default: `amounts`.
        declared: every one gets a row, in this order, with full name and strategy. Names that are not declared
            follow in order of appearance; 待评估 comes last, and only when there is any.

    Returns:
        Shares are fractions with four decimals that add up to 1; blank where there is nothing to share.
    """
    short = {tier.full_name: tier.name for tier in declared} | {"": outputs.PENDING}
    own = pd.Series(np.asarray(tiers, dtype=object)).fillna(outputs.PENDING).replace(short)
    names = _in_order(own, [tier.name for tier in declared])
    tally = Tally.of(own, pd.Index(names, dtype=object))
    everybody = np.ones(len(own), dtype=bool)
    amount = np.asarray(amounts, dtype=float)
    customers = tally.count(everybody)
    money = tally.sum(amount, ~np.isnan(amount))
    margins, total_margin = _margins(tally, profits, amounts if sales is None else sales)
    by_name = {tier.name: tier for tier in declared}
    body = pd.DataFrame(
        {
            "tier": [by_name[name].full_name if name in by_name else name for name in names],
            "customers": customers,
            "customer_share": shares(customers),
            "amount": money,
            "amount_share": shares(money),
            "profit_margin": margins,
            "strategy": [by_name[name].strategy if name in by_name else "" for name in names],
        }
    )
    total: Row = {"tier": outputs.TOTAL, "profit_margin": total_margin, "strategy": ""}
    return _with_total(body, total, outputs.TIER_SUMMARY)


def rfm_summary(scored: pd.DataFrame, rules: Sequence[SegmentRule]) -> pd.DataFrame:
    """RFM_SUMMARY: customers, orders and amount per segment in the rules' order, the last row 合计.

    Args:
        scored: segment, recency_days, frequency, monetary (元).
        rules: each segment gets a row, also without customers; other segments follow.
    """
    names = _in_order(scored["segment"], [rule.segment for rule in rules])
    tally = Tally.of(scored["segment"], pd.Index(names, dtype=object))
    everybody = np.ones(len(scored), dtype=bool)
    strategies = {rule.segment: rule.strategy for rule in reversed(rules)}
    columns = {name: scored[name].to_numpy(dtype=float) for name in ("frequency", "monetary", "recency_days")}
    customers = tally.count(everybody)
    orders, money, days = (tally.sum(values, everybody) for values in columns.values())
    body = pd.DataFrame(
        {
            "segment": names,
            "customers": customers,
            "customer_share": shares(customers),
            "orders": orders,
            "amount": money / YUAN_PER_WAN,
            "amount_share": shares(money),
            "average_order_value": divide(money, orders),
            "mean_recency": divide(days, customers),
            "strategy": [strategies.get(name, "") for name in names],
        }
    )
    total: Row = {
        "segment": outputs.TOTAL,
        "average_order_value": _ratio(money, orders),
        "mean_recency": _ratio(days, customers),
        "strategy": "",
    }
    return _with_total(body, total, outputs.RFM_SUMMARY)


def chart_block(summary: pd.DataFrame, table: Table) -> pd.DataFrame:
    """The label and the figures of a summary's groups on exactly the rows the chart reads.

    Args:
        summary: as from tier_summary or rfm_summary; its first column is the label and its last row 合计.
        table: a block whose first column is the label; the others are columns of the summary. Groups beyond its
            rows are summed as 其他 in the last one; rows that are left stay blank.
    """
    if table.fixed_rows is None:
        raise ValueError(f"{table.name} has no fixed number of rows")
    slots = table.fixed_rows
    groups = summary.iloc[:-1].rename(columns={summary.columns[0]: "label"})[list(table.names)]
    groups = groups.reset_index(drop=True)
    if len(groups) > slots:
        kept, rest = groups.iloc[: slots - 1], groups.iloc[slots - 1 :]
        last = {"label": outputs.OTHERS, **{name: rest[name].sum() for name in table.names[1:]}}
        groups = pd.concat([kept, pd.DataFrame([last])], ignore_index=True)
    return groups.reindex(range(slots)).astype({"label": object})


def _in_order(found: pd.Series, declared: Sequence[str]) -> list[str]:
    """Declared names, then others in order of appearance, 待评估 last and only where it occurs."""
    names = list(dict.fromkeys([*declared, *pd.unique(found)]))
    if outputs.PENDING in names:
        names.remove(outputs.PENDING)
        names.append(outputs.PENDING)
    return names


def _margins(tally: Tally, profits: ArrayLike | None, sales: ArrayLike) -> tuple[Floats, float]:
    """Σ profit ÷ Σ sales per group and over all, of the rows that have both."""
    if profits is None:
        return np.full(tally.customers, np.nan), np.nan
    profit, sold = np.asarray(profits, dtype=float), np.asarray(sales, dtype=float)
    both = ~np.isnan(profit) & ~np.isnan(sold)
    earned, base = tally.sum(profit, both), tally.sum(sold, both)
    return divide(earned, base), _ratio(earned, base)


def _ratio(dividends: Floats, divisors: Floats) -> float:
    return float(divide(np.array([dividends.sum()]), np.array([divisors.sum()]))[0])


def _with_total(body: pd.DataFrame, total: Row, table: Table) -> pd.DataFrame:
    """The body and its total row: sums, shares of the whole, and the figures given."""
    row: Row = {}
    for name in table.names:
        if name in total:
            row[name] = total[name]
        elif name.endswith("_share"):
            # The rounded shares add up to 1 by construction; a blank column has a blank total.
            row[name] = 1.0 if body[name].notna().any() else np.nan
        else:
            row[name] = float(body[name].sum())
    return pd.concat([body, pd.DataFrame([row])], ignore_index=True)[list(table.names)]
