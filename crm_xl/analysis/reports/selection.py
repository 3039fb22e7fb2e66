"""What happened in any stretch of days, of the sales and opportunities that a choice means."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from crm_xl.analysis.beginnings import first_orders
from crm_xl.analysis.calendar import Period
from crm_xl.analysis.growth import Floats
from crm_xl.analysis.reports.choice import Choice
from crm_xl.analysis.reports.sales_facts import SalesFacts
from crm_xl.analysis.tally import CANCELLED, Codes, Flags, Tally

_FIRST_DAY = np.datetime64(0, "D")


class Measured(NamedTuple):
    """What happened in some days; missing where it cannot be known. Amounts in 元, rates as fractions."""

    amount: float
    orders: float
    customers: float
    new_customers: float
    average_order_value: float
    active_share: float
    profit_margin: float
    high_value_share: float
    created: float
    conversion: float


class Selection:
    """The sales and opportunities of a choice, whatever their day.

    Args:
        facts: of everybody in scope.
        choice: whose owner, industry and region count.
        high_value: which customers are of high value today, in the order by which the sales number them.
        older: 合作起始时间 of those who were customers before orders are on record, NaT of the others; in that order.
    """

    def __init__(self, facts: SalesFacts, choice: Choice, high_value: Flags, older: pd.Series) -> None:
        inside = facts.chosen(choice, facts.groups)
        kept = np.flatnonzero(inside) if not inside.all() else slice(None)
        sales = facts.sales
        self.days = _numbers(sales.day[kept])
        self.amount = sales.amount[kept]
        self._profit, self._profit_base = sales.profit[kept], sales.profit_base[kept]
        self._counts, self._order, self._customer = (
            sales.counts[kept],
            sales.order[kept],
            sales.customer[kept],
        )
        self._orders, self._tells = sales.orders, sales.tells
        # The last place is that of sales whose customer nobody knows.
        self._high = np.append(high_value, False)
        recorded = Tally(self._customer, len(high_value)).first(sales.day[kept], self._counts)
        first = first_orders(recorded, older.index, older)
        self._first = _numbers(first[~np.isnat(first)])
        self._since = _month_start(_numbers(sales.day))
        self._dealt = facts.opportunities is not None
        if facts.opportunities is not None:
            deals = facts.chosen(choice, facts.opportunities.groups)
            self._created = _numbers(facts.opportunities.created[deals])
            self._won = facts.opportunities.won[deals]
            closed = facts.opportunities.closed[deals]
            # Nobody knows since when an opportunity without a day was won: it counts from its first day on.
            self._closed = np.where(np.isnat(closed), self._created, _numbers(closed))
            self._dealt_since = _month_start(_numbers(facts.opportunities.created))

    def knows(self, days: Period) -> bool:
        """Whether the data reach back to these days: to the month of the first line of anybody."""
        return self._since is not None and _number(days.start) >= self._since

    def knows_opportunities(self, days: Period) -> bool:
        """Likewise for opportunities."""
        return self._dealt and self._dealt_since is not None and _number(days.start) >= self._dealt_since

    @property
    def empty(self) -> bool:
        """Whether the choice leaves neither line nor opportunity."""
        return not len(self.days) and not (self._dealt and len(self._created))

    def amount_of(self, days: Period) -> float:
        """The net amount of these days, 元."""
        return _sum(self.amount[self._rows(days)])

    def _rows(self, days: Period) -> Codes:
        if not self._tells(days):
            raise ValueError(f"sales were not added up for {days}")
        return np.flatnonzero((self.days >= _number(days.start)) & (self.days <= _number(days.end)))

    def measure(self, days: Period, grace: int = 0) -> Measured:
        """What happened from the first to the last of these days.

        Args:
            days: both ends count.
            grace: how many days after them opportunities had to be won. Those of last month have had less time than
                those of last year; compared are equally young ones.
        """
        start, end = _number(days.start), _number(days.end)
        rows = self._rows(days)
        amounts, customers = self.amount[rows], self._customer[rows]
        counted = rows[self._counts[rows]]
        buyers = self._customer[counted]
        amount = _sum(amounts)
        orders = float(self._orders[_met(self._order[counted], len(self._orders))].sum())
        bought = float(_met(buyers[buyers >= 0], len(self._high)).sum())
        begun = float((self._first <= end).sum())
        created = won = np.nan
        if self._dealt:
            new = (self._created >= start) & (self._created <= end)
            won_by_then = new & self._won & (self._closed <= end + grace)
            created, won = float(new.sum()), float(won_by_then.sum())
        return Measured(
            amount=amount,
            orders=orders,
            customers=bought,
            new_customers=float(((self._first >= start) & (self._first <= end)).sum()),
            average_order_value=_ratio(amount, orders),
            active_share=_ratio(bought, begun),
            profit_margin=_ratio(_sum(self._profit[rows]), _sum(self._profit_base[rows])),
            high_value_share=_ratio(_sum(amounts[self._high[customers]]), amount),
            created=created,
            conversion=_ratio(won, created),
        )


def _numbers(days: np.ndarray) -> Codes:
    numbers: Codes = (days.astype("datetime64[D]") - _FIRST_DAY).astype(np.int64)
    return numbers


def _number(day: object) -> int:
    return int(_numbers(np.array([day], dtype="datetime64[us]"))[0])


def _month_start(days: Codes) -> int | None:
    """The first day of the month in which the first of these days lies."""
    if not len(days):
        return None
    first = (_FIRST_DAY + days.min()).astype("datetime64[M]")
    return int(_numbers(np.array([first]))[0])


def _met(ids: Codes, size: int) -> Flags:
    """Which of the numbers below `size` occur."""
    met = np.zeros(size, dtype=bool)
    met[ids] = True
    return met


def _sum(values: Floats) -> float:
    """The sum; what cancels out is exactly 0."""
    net = float(values.sum())
    return 0.0 if abs(net) <= CANCELLED * float(np.abs(values).sum()) else net


def _ratio(dividend: float, divisor: float) -> float:
    return dividend / divisor if divisor > 0 else np.nan
