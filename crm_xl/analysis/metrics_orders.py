"""What orders say of each customer: recency, frequency, money, margin, product types, rhythm (SPEC section 4).

Sums run over the net lines of the period. Recency, first and last order, and everything that names its own
months look at all lines up to the analysis date. Only lines of orders that count (`counts`) make an order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from crm_xl.analysis.calendar import MONTHS_PER_YEAR, Dates, Period, window
from crm_xl.analysis.growth import Floats, growth
from crm_xl.analysis.tally import Codes, Flags, Tally, codes_in, divide, sums

DATA_BEGIN = np.timedelta64(30, "D")  # an order this near the earliest date says little of what went before
RECENT_MONTHS = 3
YUAN_PER_WAN = 10_000.0


@dataclass(frozen=True, kw_only=True, eq=False)
class OrderDays:
    """One row for each order and day of it that counts: all that first and last days and numbers of orders need."""

    owners: Codes  # -1 where the customer is not listed
    tally: Tally
    days: Dates  # datetime64[D]
    order: Codes
    rows: Codes  # of the lines that they stand for, the first of each

    def first(self) -> Dates:
        """The day of each customer's first order that counts; NaT where there is none."""
        return self.tally.first(self.days, np.ones(len(self.days), dtype=bool))

    def last(self, day: np.datetime64 | None = None) -> Dates:
        """The day of each customer's last order that counts, up to a day; NaT where there is none."""
        return self.tally.last(
            self.days, np.ones(len(self.days), dtype=bool) if day is None else self.days <= day
        )

    def orders(self, period: Period | None = None) -> Floats:
        """Distinct orders that count of each customer, in the period or of all time."""
        rows = np.arange(len(self.days)) if period is None else np.flatnonzero(period.covers(self.days))
        # One row stands for its order: the last one written wins, and any does.
        representative = np.full(int(self.order.max(initial=-1)) + 1, -1, dtype=np.int64)
        representative[self.order[rows]] = rows
        once = np.zeros(len(self.days), dtype=bool)
        once[representative[representative >= 0]] = True
        return self.tally.count(once)


@dataclass(frozen=True, kw_only=True, eq=False)
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
    _covered: dict[Period, Flags] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.days)

    @cached_property
    def owners(self) -> Codes:
        """The place of each line's customer among those listed; -1 where he is not."""
        owners = np.full(len(self), -1, dtype=np.int64)
        owners[self.tally.listed] = self.tally.codes
        return owners

    @cached_property
    def counted(self) -> OrderDays:
        """The orders that count, a twentieth of the lines; made once for all."""
        # The lines of an order mostly stand together: the first of each run, then of each order and day.
        ends = np.ones(len(self), dtype=bool)
        ends[1:] = (self.order[1:] != self.order[:-1]) | (self.days[1:] != self.days[:-1])
        ends[1:] |= self.counts[1:] & ~self.counts[:-1]
        rows = np.flatnonzero(ends & self.counts)
        day = self.days[rows].astype(np.int64)
        day -= day.min(initial=0)
        pairs = self.order[rows] * (int(day.max(initial=0)) + 1) + day
        rows = rows[~pd.Index(pairs).duplicated()]
        owners = self.owners[rows]
        return OrderDays(
            owners=owners,
            tally=Tally(owners, self.tally.customers),
            days=self.days[rows],
            order=self.order[rows],
            rows=rows,
        )

    def inside(self, period: Period) -> Flags:
        """The lines of the period; not to be changed, for it is kept for the next who asks."""
        if period not in self._covered:
            self._covered[period] = period.covers(self.days)
        return self._covered[period]


@dataclass(frozen=True, eq=False)
class NumberedLines:
    """The order lines up to a day, their texts turned into numbers: the slow part, made once for all who ask.

    Attributes:
        customer: the number of each line's customer, in order of first appearance.
        ids: the customers, by number.
        order_id: the number of each line's order id; two customers may use one by mistake.
        order: the number of each line's order, which belongs to one customer.
    """

    lines: pd.DataFrame
    days: Dates
    customer: Codes
    ids: np.ndarray
    order_id: Codes
    order: Codes

    @classmethod
    def of(cls, orders: pd.DataFrame, analysis_date: pd.Timestamp) -> NumberedLines:
        """The cleaned order lines dated up to the analysis date; arguments as for `order_lines`."""
        days = orders["order_date"].to_numpy().astype("datetime64[D]")
        known = days <= np.datetime64(analysis_date, "D")
        if not known.all():
            orders, days = orders.loc[known], days[known]
        customer, ids = pd.factorize(orders["customer_id"].to_numpy(dtype=object))
        order_id, distinct = pd.factorize(orders["order_id"].to_numpy(dtype=object))
        order = pd.factorize(customer.astype(np.int64) * max(len(distinct), 1) + order_id)[0]
        return cls(
            orders, days, customer.astype(np.int64), ids, order_id.astype(np.int64), order.astype(np.int64)
        )

    @cached_property
    def _types(self) -> tuple[Codes, np.ndarray]:
        types, names = pd.factorize(self.lines["product_type"].to_numpy(dtype=object), sort=True)
        return types.astype(np.int64), np.asarray(names, dtype=object)

    def of_customers(self, customers: pd.Index[Any]) -> OrderLines:
        """The lines as arrays, their customers numbered as in the index."""
        types, names = self._types
        return OrderLines(
            tally=Tally(
                codes_in(pd.Series(self.ids, dtype=object), customers)[self.customer], len(customers)
            ),
            days=self.days,
            amount=self.lines["net_amount"].to_numpy(dtype=float),
            profit=self.lines["net_profit"].to_numpy(dtype=float),
            counts=self.lines["counts"].to_numpy(dtype=bool),
            order=self.order,
            product_type=types,
            type_names=names,
        )


def order_lines(orders: pd.DataFrame, customers: pd.Index[Any], analysis_date: pd.Timestamp) -> OrderLines:
    """The cleaned order lines dated up to the analysis date, ids turned into numbers.

    Args:
        orders: cleaned tblOrders with net_amount, net_profit and counts; no id, date or amount missing.
        customers: the ids of tblCustomers.
        analysis_date: lines after it are left out.
    """
    return NumberedLines.of(orders, analysis_date).of_customers(customers)


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

    def amount(where: Flags) -> Floats:
        return lines.tally.sum(lines.amount, where)

    return OrderTotals(
        first=lines.counted.first(),
        last=lines.counted.last(),
        earliest=lines.days.min() if len(lines) else np.datetime64("NaT", "D"),
        frequency=lines.counted.orders(period),
        lifetime_orders=lines.counted.orders(),
        monetary=amount(inside),
        lifetime_amount=amount(everything),
        annual_amount=amount(lines.inside(window(analysis_date, MONTHS_PER_YEAR))),
        amount_3m=amount(lines.inside(last_months)),
        amount_previous_3m=amount(lines.inside(last_months.previous)),
        profits=_profit_totals(lines, inside),
        products=_product_totals(lines, inside),
    )


def _profit_totals(lines: OrderLines, inside: Flags) -> ProfitTotals | None:
    known = ~np.isnan(lines.profit)
    if not known.any():
        return None
    covered = inside & known
    return ProfitTotals(
        profit=lines.tally.sum(lines.profit, covered),
        sales=lines.tally.sum(lines.amount, covered),
        known=lines.tally.count(covered),
        lines=lines.tally.count(inside),
        lifetime_profit=lines.tally.sum(lines.profit, known),
        lifetime_known=lines.tally.count(known),
        lifetime_lines=lines.tally.count(np.ones(len(lines), dtype=bool)),
    )


def _product_totals(lines: OrderLines, inside: Flags) -> ProductTotals | None:
    """A type is bought where its net amount is positive; equal amounts go by the type's name."""
    number = len(lines.type_names)
    if not number:
        return None
    typed = inside & (lines.product_type >= 0)
    cells, pairs = pd.factorize((lines.owners[typed] + 1) * number + lines.product_type[typed])
    amounts = sums(cells, lines.amount[typed], len(pairs))
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
        typed=lines.tally.count(typed),
        lines=lines.tally.count(inside),
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
