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
from crm_xl.analysis.tally import Codes, Flags, Tally, codes_in, divide, sums

DATA_BEGIN = np.timedelta64(30, "D")  # an order this near the earliest date says little of what went before
RECENT_MONTHS = 3
YUAN_PER_WAN = 10_000.0


@dataclass(frozen=True, kw_only=True)
class OrderLines:
    """The order lines up to the analysis date, as arrays; orders are numbered per customer and order id."""

    tally: Tally
    days: Dates  # datetime64[D]
    amount: Floats
    profit: Floats
    counts: Flags
    order: Codes
    product_type: Codes  # -1 where it is missing
    type_names: np.ndarray

    def __len__(self) -> int:
        return len(self.days)


def order_lines(orders: pd.DataFrame, customers: pd.Index[Any], analysis_date: pd.Timestamp) -> OrderLines:
    """The cleaned order lines dated up to the analysis date, ids turned into numbers.

    Args:
        orders: cleaned tblOrders with net_amount, net_profit and counts; no date and no amount missing.
        customers: the ids of tblCustomers.
        analysis_date: lines after it are left out.
    """
    days = orders["order_date"].to_numpy().astype("datetime64[D]")
    known = days <= np.datetime64(analysis_date, "D")
    if not known.all():
        orders, days = orders.loc[known], days[known]
    codes = codes_in(orders["customer_id"], customers)
    order_ids, distinct = pd.factorize(orders["order_id"].to_numpy(dtype=object))
    # Two customers may use one order number by mistake; it is then an order of each.
    order = pd.factorize((codes + 1) * max(len(distinct), 1) + order_ids)[0]
    types, names = pd.factorize(orders["product_type"].to_numpy(dtype=object), sort=True)
    return OrderLines(
        tally=Tally(codes, len(customers)),
        days=days,
        amount=orders["net_amount"].to_numpy(dtype=float),
        profit=orders["net_profit"].to_numpy(dtype=float),
        counts=orders["counts"].to_numpy(dtype=bool),
        order=order.astype(np.int64),
        product_type=types.astype(np.int64),
        type_names=np.asarray(names, dtype=object),
    )


def order_metrics(
    lines: OrderLines, analysis_date: pd.Timestamp, period: Period, *, fill_annual: bool
) -> Mapping[str, Any]:
    """The columns of METRICS that orders yield, and the flags that go with them.

    Args:
        lines: from `order_lines`.
        analysis_date: what recency and every “last N months” count from.
        period: what sums cover.
        fill_annual: put the mean of the last 3 months x 12 for 年消费额 where the data do not show 12 months.

    Returns:
        Column name -> one value per customer. Beyond METRICS: annual_filled, annual_incomplete, sold_nothing.
    """
    inside = period.covers(lines.days)
    columns = _dates(lines, analysis_date)
    columns |= _sums(lines, inside)
    columns |= _margins(lines, inside)
    columns |= _products(lines, inside)
    columns |= _recent(lines, analysis_date)
    columns |= _rhythm(columns)
    columns["sold_nothing"] = (columns["lifetime_orders"] > 0) & (columns["frequency"] == 0)
    return columns | _annual(lines, columns, analysis_date, fill_annual)


def _dates(lines: OrderLines, analysis_date: pd.Timestamp) -> dict[str, Any]:
    last = lines.tally.last(lines.days, lines.counts)
    first = lines.tally.first(lines.days, lines.counts)
    recency = (np.datetime64(analysis_date, "D") - last).astype(float)
    recency[np.isnat(last)] = np.nan
    doubtful = np.full(len(first), None, dtype=object)
    known = ~np.isnat(first)
    if known.any():
        doubt_ends = lines.days.min() + DATA_BEGIN
        doubtful[known] = first[known] < doubt_ends
    return {
        "last_order_date": last,
        "recency_days": recency,
        "first_order_date": first,
        "first_order_at_window_start": doubtful,
    }


def _sums(lines: OrderLines, inside: Flags) -> dict[str, Any]:
    everything = np.ones(len(lines), dtype=bool)
    frequency = order_count(lines, inside)
    monetary = lines.tally.sum(lines.amount, inside)
    return {
        "frequency": frequency,
        "monetary": monetary,
        "average_order_value": divide(monetary, frequency),
        "repeat_rate": divide(frequency - 1, frequency),
        "lifetime_amount": lines.tally.sum(lines.amount, everything),
        "lifetime_orders": order_count(lines, everything),
    }


def order_count(lines: OrderLines, where: Flags) -> Floats:
    """Distinct orders that count with a marked line."""
    marked = where & lines.counts
    # One line stands for its order: the last one written wins, and any does.
    representative = np.full(int(lines.order.max(initial=-1)) + 1, -1, dtype=np.int64)
    rows = np.flatnonzero(marked)
    representative[lines.order[rows]] = rows
    once = np.zeros(len(lines), dtype=bool)
    once[representative[representative >= 0]] = True
    return lines.tally.count(once)


def _margins(lines: OrderLines, inside: Flags) -> dict[str, Any]:
    """Profit, its ratios, and the sales it was made on, over the lines whose profit is known.

    profit is missing where the customer bought in the period and no line says its profit; 0 where nothing was
    bought. Without any profit in the data all three are missing. The margin is missing where the amounts it
    stands on sum to zero or less; the share is of the profit of all listed customers, at all times.
    """
    known = ~np.isnan(lines.profit)
    if not known.any():
        return {}
    covered = inside & known
    profit = lines.tally.sum(lines.profit, covered)
    sales = lines.tally.sum(lines.amount, covered)
    margin = divide(profit, sales)
    untold = (lines.tally.count(covered) == 0) & (lines.tally.count(inside) > 0)
    profit[untold] = np.nan
    lifetime = lines.tally.sum(lines.profit, known)
    everything = np.ones(len(lines), dtype=bool)
    share = divide(lifetime, np.full(len(lifetime), lifetime.sum()))
    share[(lines.tally.count(known) == 0) & (lines.tally.count(everything) > 0)] = np.nan
    return {"profit": profit, "profit_margin": margin, "profit_share": share, "profit_sales": sales}


def _products(lines: OrderLines, inside: Flags) -> dict[str, Any]:
    """Product types bought in the period, the one with the largest amount, and bought ÷ on offer.

    A type is bought where its net amount is positive; on offer is what anybody bought in the period. A
    customer all of whose lines leave the type blank has all three missing.
    """
    number = len(lines.type_names)
    if not number:
        return {}
    typed = inside & (lines.product_type >= 0)
    owners = np.full(len(lines), -1, dtype=np.int64)
    owners[lines.tally.listed] = lines.tally.codes
    cells, pairs = pd.factorize((owners[typed] + 1) * number + lines.product_type[typed])
    amounts = sums(cells, lines.amount[typed], len(pairs))
    bought = amounts > 0
    owner, kind, amounts = pairs[bought] // number - 1, pairs[bought] % number, amounts[bought]
    offered = len(np.unique(kind))
    mine = owner >= 0
    owner, kind, amounts = owner[mine], kind[mine], amounts[mine]
    size = lines.tally.customers
    types = np.bincount(owner, minlength=size).astype(float)
    untold = (lines.tally.count(typed) == 0) & (lines.tally.count(inside) > 0)
    types[untold] = np.nan
    preference = np.full(size, None, dtype=object)
    # Written from the least amount to the largest, so that the largest stays; equals go by name.
    order = np.lexsort((-kind, np.round(amounts, 2)))
    preference[owner[order]] = lines.type_names[kind[order]]
    return {
        "product_types": types,
        "product_preference": preference,
        "cross_buy_rate": divide(types, np.full(size, float(offered))),
    }


def _recent(lines: OrderLines, analysis_date: pd.Timestamp) -> dict[str, Any]:
    last = window(analysis_date, RECENT_MONTHS)
    now = lines.tally.sum(lines.amount, last.covers(lines.days))
    before = lines.tally.sum(lines.amount, last.previous.covers(lines.days))
    return {"amount_3m": now, "amount_previous_3m": before, "amount_3m_change": growth(now, before)}


def _rhythm(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Mean days between orders, (last − first) ÷ (orders − 1), and the present gap as a multiple of it."""
    spread = (columns["last_order_date"] - columns["first_order_date"]).astype(float)
    orders = columns["lifetime_orders"]
    spread[orders == 0] = np.nan
    gap = divide(spread, orders - 1)
    return {"mean_gap_days": gap, "gap_ratio": divide(columns["recency_days"], gap)}


def _annual(
    lines: OrderLines, columns: Mapping[str, Any], analysis_date: pd.Timestamp, fill: bool
) -> dict[str, Any]:
    """Spend of twelve months, and whether the data reach back so far.

    Where the earliest order of all comes well after the twelve months began, what went before is unknown:
    those who bought anything are marked, and filled if the setting says so. A first order some days into the
    year is no sign of missing data, hence the allowance.
    """
    year = window(analysis_date, MONTHS_PER_YEAR)
    amount = lines.tally.sum(lines.amount, year.covers(lines.days))
    in_wan = amount / YUAN_PER_WAN
    latest_begin = np.datetime64(year.start, "D") + DATA_BEGIN
    too_short = len(lines) > 0 and bool(lines.days.min() >= latest_begin)
    incomplete = (columns["lifetime_orders"] > 0) & too_short
    filled = incomplete & fill
    in_wan[filled] = (columns["amount_3m"] * (MONTHS_PER_YEAR / RECENT_MONTHS) / YUAN_PER_WAN)[filled]
    return {
        "annual_amount": amount,
        "annual_amount_wan": in_wan,
        "annual_filled": filled,
        "annual_incomplete": incomplete,
    }
