"""What an analysis asks of the orders: of their net lines in memory, or of a warehouse in which the lines stay.

Whoever needs a figure of the orders asks here, so that ten thousand million lines give the same tables as ten
thousand. What needs the single lines themselves goes by the frame of tblOrders, and is missing where there is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from crm_xl.analysis.balance import exact_sum
from crm_xl.analysis.calendar import Dates, Period, window
from crm_xl.analysis.growth import Floats
from crm_xl.analysis.history import purchase_history
from crm_xl.analysis.metrics_orders import OrderTotals, order_totals
from crm_xl.analysis.order_lines import NumberedLines, OrderLines
from crm_xl.analysis.order_questions import Bought, OrderFacts, TypesBought
from crm_xl.analysis.rfm import rfm_of
from crm_xl.analysis.sold_cells import SoldCells
from crm_xl.analysis.tally import Codes, Flags, latest_by, settled, sums
from crm_xl.analysis.trend import monthly_trend
from crm_xl.tables import inputs as i


@dataclass(frozen=True, eq=False)
class LineFacts:
    """The facts of net order lines that are at hand.

    Args:
        lines: cleaned tblOrders with net_amount, net_profit and counts.
    """

    lines: pd.DataFrame
    _numbered: dict[pd.Timestamp, NumberedLines] = field(default_factory=dict, init=False, repr=False)
    _listed: list[tuple[pd.Timestamp, pd.Index[Any], OrderLines]] = field(
        default_factory=list, init=False, repr=False
    )

    def numbered(self, until: pd.Timestamp) -> NumberedLines:
        """The lines up to a day, ids turned into numbers; made once for all who ask of that day."""
        day = self._day(until)
        if day not in self._numbered:
            self._numbered[day] = NumberedLines.of(self.lines, day)
        return self._numbered[day]

    def order_lines(self, customers: pd.Index[Any], until: pd.Timestamp) -> OrderLines:
        """As `metrics_orders.order_lines`; made once for the same customers and day."""
        day = self._day(until)
        for known_day, known, lines in self._listed:
            if known_day == day and known.equals(customers):
                return lines
        lines = self.numbered(day).of_customers(customers)
        self._listed.append((day, customers, lines))
        return lines

    def _reaching(self, customers: pd.Index[Any], until: pd.Timestamp) -> OrderLines:
        """Lines up to that day at least, of those made already if they reach so far."""
        day = self._day(until)
        for known_day, known, lines in self._listed:
            if known_day >= day and known.equals(customers):
                return lines
        return self.order_lines(customers, day)

    def _day(self, until: pd.Timestamp) -> pd.Timestamp:
        """The day, no later than the last line: who asks of that and of later days asks the same."""
        return min(until.normalize(), self._last_line)

    def _of_buyers(self, until: pd.Timestamp) -> tuple[pd.Index[Any], OrderLines]:
        """Everybody with a line up to the day, in order of first appearance, and the lines numbered so."""
        ids = pd.Index(self.numbered(until).ids, dtype=object)
        return ids, self.order_lines(ids, until)

    @cached_property
    def _last_line(self) -> pd.Timestamp:
        days = self.lines["order_date"].to_numpy()  # none is missing
        return pd.Timestamp(days.max()).normalize() if len(days) else pd.Timestamp(0)

    @property
    def customer_ids(self) -> pd.Series:
        """Of everybody with a line, in order of first appearance."""
        return self.buyers["customer_id"]

    @cached_property
    def buyers(self) -> pd.DataFrame:
        """One row per customer in order of first appearance, see OrderFacts."""
        ids, mine = self._of_buyers(self._last_line)
        every = np.ones(len(mine), dtype=bool)
        return pd.DataFrame(
            {
                "customer_id": ids,
                "first_line": mine.tally.first(mine.days, every).astype("datetime64[us]"),
                "first_order": mine.counted.first().astype("datetime64[us]"),
                "net_amount": mine.sum(mine.amount, every),
            }
        )

    def keep(self, customer_ids: pd.Series) -> LineFacts:
        """The facts of these customers alone."""
        return LineFacts(self.lines[self.lines["customer_id"].isin(pd.Index(customer_ids))])

    def last_order(self) -> pd.Timestamp | None:
        """The day of the latest order that counts; None without any."""
        days = self.lines.loc[self.lines["counts"], "order_date"]
        return pd.Timestamp(days.max()).normalize() if len(days) else None

    def by_month(self) -> Floats:
        """The net amount of every month that has a line, at all times."""
        lines = self._of_buyers(self._last_line)[1]
        months = lines.days.astype("datetime64[M]").astype(np.int64)
        months -= months.min(initial=0)
        added_up = sums(months, lines.amount, int(months.max(initial=-1)) + 1)
        return settled(added_up[np.bincount(months) > 0])

    def amount(self, period: Period) -> float:
        """The net amount of a period."""
        lines = self._of_buyers(self._last_line)[1]
        return exact_sum(lines.amount[lines.inside(period)])

    def totals(self, customers: pd.Index[Any], analysis_date: pd.Timestamp, period: Period) -> OrderTotals:
        """What metrics are made of; lines after the analysis date are left out."""
        return order_totals(self.order_lines(customers, analysis_date), analysis_date, period)

    def recency_frequency_monetary(self, analysis_date: pd.Timestamp, months: int | None) -> pd.DataFrame:
        """As `rfm.rfm_metrics`."""
        ids, lines = self._of_buyers(analysis_date)
        period = None if months is None else window(analysis_date, months)
        everything = np.ones(len(lines), dtype=bool)
        return rfm_of(
            ids.to_numpy(),
            np.datetime64(analysis_date, "D"),
            last=lines.counted.last(),
            frequency=lines.counted.orders(period),
            monetary=lines.sum(lines.amount, everything) if period is None else lines.bought(period),
        )

    def monthly_trend(self, analysis_date: pd.Timestamp, older: pd.Series | None = None) -> pd.DataFrame:
        """As `trend.monthly_trend`; `older` by customer_id."""
        lines, (ids, buyers) = self.numbered(analysis_date), self._of_buyers(analysis_date)
        counted = buyers.counted
        if older is not None:
            older = older.reindex(ids).reset_index(drop=True)  # customers go by their numbers here
        orders = pd.DataFrame(
            {
                "customer_id": counted.owners,
                "order_date": counted.days.astype("datetime64[us]"),
                "order_id": lines.order_id[counted.rows],
            }
        )
        money = pd.DataFrame({"order_date": lines.days.astype("datetime64[us]"), "net_amount": lines.amount})
        return monthly_trend(money, analysis_date, counted=orders, older=older)

    def purchase_history(self, observed_to: pd.Timestamp) -> pd.DataFrame:
        """As `history.purchase_history`, in days."""
        return purchase_history(self.lines, observed_to)

    def bought(self, customers: pd.Index[Any], periods: Sequence[Period]) -> list[Bought]:
        """What the listed customers bought in each period."""
        lines = self.order_lines(customers, max(period.end for period in periods))
        orders, told = lines.counted, ~np.isnan(lines.profit)
        return [
            Bought(
                amount=lines.bought(period),
                profit=lines.sum(lines.profit, lines.inside(period) & told),
                profit_sales=lines.sum(lines.amount, lines.inside(period) & told),
                orders=orders.orders(period),
                last_before=orders.last(np.datetime64(period.start, "D") - np.timedelta64(1, "D")),
                last=orders.last(np.datetime64(period.end, "D")),
            )
            for period in periods
        ]

    def amounts(self, customers: pd.Index[Any], period: Period) -> Floats:
        """The net amount of each listed customer in the period, 元."""
        return self._reaching(customers, period.end).bought(period)

    def order_counts(self, customers: pd.Index[Any], period: Period) -> Floats:
        """Distinct orders that count of each listed customer in the period."""
        return self._reaching(customers, period.end).counted.orders(period)

    def profits(self, customers: pd.Index[Any], period: Period) -> Floats:
        """The profit of each listed customer in the period, 元; all missing where no line of it says one."""
        lines = self._reaching(customers, period.end)
        known = lines.inside(period) & ~np.isnan(lines.profit)
        return lines.sum(lines.profit, known) if known.any() else np.full(len(customers), np.nan)

    def amount_of(self, customers: pd.Index[Any], chosen: Flags, period: Period) -> float:
        """The net amount of the marked ones of the listed customers in a period, added up line by line, 元."""
        lines = self._reaching(customers, period.end)
        mine = lines.inside(period) & lines.tally.listed
        mine[lines.tally.listed] &= chosen[lines.tally.codes]
        return exact_sum(lines.amount[mine])

    def first_orders(self, customers: pd.Index[Any], until: pd.Timestamp) -> Dates:
        """The day of each listed customer's first order that counts, up to a day; NaT where there is none."""
        return self.order_lines(customers, until).counted.first()

    def last_orders(self, customers: pd.Index[Any], until: pd.Timestamp) -> Dates:
        """The day of each listed customer's last order that counts, up to a day; NaT where there is none."""
        return self._reaching(customers, until).counted.last(np.datetime64(until, "D"))

    def last_orders_by(self, customers: pd.Index[Any], places: Codes, days: Dates) -> Dates:
        """The last order that counts of the listed customers at the places, each up to the day given with it; or NaT."""
        ends = days[~np.isnat(days)]
        counted = self._reaching(customers, pd.Timestamp(ends.max() if len(ends) else 0)).counted
        return latest_by(counted.owners, counted.days, places, days)

    def amounts_between(self, customers: pd.Index[Any], after: Dates, until: Dates) -> Floats:
        """The net amount of each listed customer after a day of his and up to another, 元; 0 where either is NaT."""
        ends = until[~np.isnat(until)]
        lines = self._reaching(customers, pd.Timestamp(ends.max() if len(ends) else 0))
        mine, days = lines.tally.codes, lines.days[lines.tally.listed]
        inside = np.zeros(len(lines), dtype=bool)
        inside[lines.tally.listed] = (days > after[mine]) & (days <= until[mine])
        return lines.sum(lines.amount, inside)

    def types_bought(
        self, customers: pd.Index[Any], until: pd.Timestamp, period: Period | None = None
    ) -> TypesBought:
        """What each listed customer bought of each product type up to a day, or in a period up to it."""
        lines = self.order_lines(customers, until)
        mine = lines.tally.listed
        typed = (lines.product_type >= 0) & mine
        if period is not None:
            typed &= lines.inside(period)
        number = max(len(lines.type_names), 1)
        cells, pairs = pd.factorize(lines.tally.codes[typed[mine]] * number + lines.product_type[typed])
        return TypesBought(
            owners=pairs // number,
            kinds=pairs % number,
            amount=settled(sums(cells, lines.amount[typed], len(pairs))),
            names=lines.type_names,
        )

    def texts(self, column: str) -> list[str]:
        """The distinct texts of sales_owner or region."""
        return [str(text) for text in self.numbered(self._last_line).texts(column)[1]]

    def sold(
        self, customers: pd.Index[Any], until: pd.Timestamp, _periods: Sequence[Period]
    ) -> OrderLines | SoldCells:
        """The lines themselves, of whatever day."""
        return self.order_lines(customers, until)


class Tables(dict[str, pd.DataFrame]):
    """Cleaned tables by name, with what answers for their orders: made once, or for lines that stayed elsewhere."""

    def __init__(self, frames: Mapping[str, pd.DataFrame], facts: OrderFacts) -> None:
        super().__init__(frames)
        self.facts = facts


def orders_of(tables: Mapping[str, pd.DataFrame | None]) -> OrderFacts | None:
    """What the tables say of orders; None where they hold none."""
    if isinstance(tables, Tables):
        return tables.facts
    lines = tables.get(i.ORDERS.name)
    return None if lines is None else LineFacts(lines)


def absent(tables: Mapping[str, pd.DataFrame | None], names: Iterable[str]) -> list[str]:
    """Those of the named input tables that the tables do not hold in any form."""
    return [
        name
        for name in names
        if name not in tables and not (name == i.ORDERS.name and orders_of(tables) is not None)
    ]
