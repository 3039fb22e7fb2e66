"""What orders say of each customer: recency, frequency, money, margin, product types, rhythm (SPEC section 4).

Sums run over the net lines of the period. Recency, first and last order, and everything that names its own
months look at all lines up to the analysis date. Only lines of orders that count (`counts`) make an order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from crm_xl.analysis.calendar import MONTHS_PER_YEAR, Dates, Period, window
from crm_xl.analysis.growth import Floats, growth
from crm_xl.analysis.order_lines import OrderLines
from crm_xl.analysis.tally import Flags, divide, settled, sums

DATA_BEGIN = np.timedelta64(30, "D")  # an order this near the earliest date says little of what went before
RECENT_MONTHS = 3
YUAN_PER_WAN = 10_000.0


@dataclass(frozen=True, kw_only=True, eq=False)
class ProfitTotals:
    """Profit per customer, in 元: `profit` was made on `sales`, by the lines of the period that say a profit.

    `known` of the `lines` of the period say one; `lifetime_known` of the `lifetime_lines` of all time.
    """

    profit: Floats
    sales: Floats
    known: Floats
    lines: Floats
    lifetime_profit: Floats
    lifetime_known: Floats
    lifetime_lines: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class ProductTotals:
    """Product types per customer: how many were bought in the period, and which for the largest amount.

    `typed` of the `lines` of the period name a type; `offered` types were bought by anybody.
    """

    types: Floats
    preference: np.ndarray
    typed: Floats
    lines: Floats
    offered: int


@dataclass(frozen=True, kw_only=True, eq=False)
class OrderTotals:
    """What the order lines up to the analysis date add up to, one value per listed customer.

    Attributes:
        first, last: days of the first and last order that counts; NaT where there is none.
        earliest: the day of the earliest line of anybody, listed or not; NaT without any.
        frequency, lifetime_orders: distinct orders that count, in the period and at all times.
        monetary, lifetime_amount, annual_amount, amount_3m, amount_previous_3m: net, in 元.
        profits: None where no line of anybody says a profit.
        products: None where no line of anybody names a product type.
    """

    first: Dates
    last: Dates
    earliest: np.datetime64
    frequency: Floats
    lifetime_orders: Floats
    monetary: Floats
    lifetime_amount: Floats
    annual_amount: Floats
    amount_3m: Floats
    amount_previous_3m: Floats
    profits: ProfitTotals | None
    products: ProductTotals | None


def order_totals(lines: OrderLines, analysis_date: pd.Timestamp, period: Period) -> OrderTotals:
    """The lines added up per customer.

    Args:
        lines: from `order_lines`.
        analysis_date: what every “last N months” counts from.
        period: what sums cover.
    """
    inside = lines.inside(period)
    everything = np.ones(len(lines), dtype=bool)
    last_months = window(analysis_date, RECENT_MONTHS)

    return OrderTotals(
        first=lines.counted.first(),
        last=lines.counted.last(),
        earliest=lines.days.min() if len(lines) else np.datetime64("NaT", "D"),
        frequency=lines.counted.orders(period),
        lifetime_orders=lines.counted.orders(),
        monetary=lines.bought(period),
        lifetime_amount=lines.sum(lines.amount, everything),
        annual_amount=lines.bought(window(analysis_date, MONTHS_PER_YEAR)),
        amount_3m=lines.bought(last_months),
        amount_previous_3m=lines.bought(last_months.previous),
        profits=_profit_totals(lines, inside),
        products=_product_totals(lines, inside),
    )


def _profit_totals(lines: OrderLines, inside: Flags) -> ProfitTotals | None:
    known = ~np.isnan(lines.profit)
    if not known.any():
        return None
    covered = inside & known
    return ProfitTotals(
        profit=lines.sum(lines.profit, covered),
        sales=lines.sum(lines.amount, covered),
        known=lines.number(covered),
        lines=lines.number(inside),
        lifetime_profit=lines.sum(lines.profit, known),
        lifetime_known=lines.number(known),
        lifetime_lines=lines.number(np.ones(len(lines), dtype=bool)),
    )


def _product_totals(lines: OrderLines, inside: Flags) -> ProductTotals | None:
    """A type is bought where its net amount is positive; equal amounts go by the type's name."""
    number = len(lines.type_names)
    if not number:
        return None
    typed = inside & (lines.product_type >= 0)
    cells, pairs = pd.factorize((lines.owners[typed] + 1) * number + lines.product_type[typed])
    amounts = settled(sums(cells, lines.amount[typed], len(pairs)))
    bought = amounts > 0
    owner, kind, amounts = pairs[bought] // number - 1, pairs[bought] % number, amounts[bought]
    offered = len(np.unique(kind))
    mine = owner >= 0
    owner, kind, amounts = owner[mine], kind[mine], amounts[mine]
    size = lines.tally.customers
    preference = np.full(size, None, dtype=object)
    # Written from the least amount to the largest, so that the largest stays; equals go by name.
    order = np.lexsort((-kind, np.round(amounts, 2)))
    preference[owner[order]] = lines.type_names[kind[order]]
    return ProductTotals(
        types=np.bincount(owner, minlength=size).astype(float),
        preference=preference,
        typed=lines.number(typed),
        lines=lines.number(inside),
        offered=offered,
    )


def order_metrics(
    totals: OrderTotals, analysis_date: pd.Timestamp, *, fill_annual: bool
) -> Mapping[str, Any]:
    """The columns of METRICS that orders yield, and the flags that go with them.

    Args:
        totals: from `order_totals`, or from a warehouse.
        analysis_date: what recency counts from.
        fill_annual: put the mean of the last 3 months x 12 for 年消费额 where the data do not show 12 months.

    Returns:
        Column name -> one value per customer. Beyond METRICS: annual_filled, annual_incomplete, sold_nothing.
    """
    columns = _dates(totals, analysis_date)
    columns |= _sums(totals)
    columns |= _margins(totals.profits)
    columns |= _products(totals.products)
    columns |= {
        "amount_3m": totals.amount_3m,
        "amount_previous_3m": totals.amount_previous_3m,
        "amount_3m_change": growth(totals.amount_3m, totals.amount_previous_3m),
    }
    columns |= _rhythm(columns)
    columns["sold_nothing"] = (columns["lifetime_orders"] > 0) & (columns["frequency"] == 0)
    return columns | _annual(totals, analysis_date, fill_annual)


def _dates(totals: OrderTotals, analysis_date: pd.Timestamp) -> dict[str, Any]:
    first, last = totals.first, totals.last
    recency = (np.datetime64(analysis_date, "D") - last).astype(float)
    recency[np.isnat(last)] = np.nan
    doubtful = np.full(len(first), None, dtype=object)
    known = ~np.isnat(first)
    if known.any():
        doubtful[known] = first[known] < totals.earliest + DATA_BEGIN
    return {
        "last_order_date": last,
        "recency_days": recency,
        "first_order_date": first,
        "first_order_at_window_start": doubtful,
    }


def _sums(totals: OrderTotals) -> dict[str, Any]:
    frequency, monetary = totals.frequency, totals.monetary
    return {
        "frequency": frequency,
        "monetary": monetary,
        "average_order_value": divide(monetary, frequency),
        "repeat_rate": divide(frequency - 1, frequency),
        "lifetime_amount": totals.lifetime_amount,
        "lifetime_orders": totals.lifetime_orders,
    }


def _margins(totals: ProfitTotals | None) -> dict[str, Any]:
    """Profit, its ratios, and the sales it was made on, over the lines whose profit is known.

    profit is missing where the customer bought in the period and no line says its profit; 0 where nothing was
    bought. Without any profit in the data all three are missing. The margin is missing where the amounts it
    stands on sum to zero or less; the share is of the profit of all listed customers, at all times.
    """
    if totals is None:
        return {}
    margin = divide(totals.profit, totals.sales)
    profit = np.where((totals.known == 0) & (totals.lines > 0), np.nan, totals.profit)
    lifetime = totals.lifetime_profit
    share = divide(lifetime, np.full(len(lifetime), lifetime.sum()))
    share[(totals.lifetime_known == 0) & (totals.lifetime_lines > 0)] = np.nan
    return {"profit": profit, "profit_margin": margin, "profit_share": share, "profit_sales": totals.sales}


def _products(totals: ProductTotals | None) -> dict[str, Any]:
    """Product types bought in the period, the one with the largest amount, and bought ÷ on offer.

    On offer is what anybody bought in the period. A customer all of whose lines leave the type blank has all
    three missing.
    """
    if totals is None:
        return {}
    types = np.where((totals.typed == 0) & (totals.lines > 0), np.nan, totals.types)
    return {
        "product_types": types,
        "product_preference": totals.preference,
        "cross_buy_rate": divide(types, np.full(len(types), float(totals.offered))),
    }


def _rhythm(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Mean days between orders, (last − first) ÷ (orders − 1), and the present gap as a multiple of it."""
    spread = (columns["last_order_date"] - columns["first_order_date"]).astype(float)
    orders = columns["lifetime_orders"]
    spread[orders == 0] = np.nan
    gap = divide(spread, orders - 1)
    return {"mean_gap_days": gap, "gap_ratio": divide(columns["recency_days"], gap)}


def _annual(totals: OrderTotals, analysis_date: pd.Timestamp, fill: bool) -> dict[str, Any]:
    """Spend of twelve months, and whether the data reach back so far.

    Where the earliest order of all comes well after the twelve months began, what went before is unknown:
    those who bought anything are marked, and filled if the setting says so. A first order some days into the
    year is no sign of missing data, hence the allowance.
    """
    year = window(analysis_date, MONTHS_PER_YEAR)
    in_wan = totals.annual_amount / YUAN_PER_WAN
    latest_begin = np.datetime64(year.start, "D") + DATA_BEGIN
    too_short = bool(totals.earliest >= latest_begin)  # NaT compares false
    incomplete = (totals.lifetime_orders > 0) & too_short
    filled = incomplete & fill
    in_wan[filled] = (totals.amount_3m * (MONTHS_PER_YEAR / RECENT_MONTHS) / YUAN_PER_WAN)[filled]
    return {
        "annual_amount": totals.annual_amount,
        "annual_amount_wan": in_wan,
        "annual_filled": filled,
        "annual_incomplete": incomplete,
    }
