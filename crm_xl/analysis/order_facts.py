"""What an analysis asks of the orders: of their net lines in memory, or of a warehouse in which the lines stay.

Whoever needs a figure of the orders asks here, so that ten thousand million lines give the same tables as ten
thousand. What needs the single lines themselves goes by the frame of tblOrders, and is missing where there is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from crm_xl.analysis.balance import Balance, exact_sum
from crm_xl.analysis.calendar import Dates, Period
from crm_xl.analysis.growth import Floats
from crm_xl.analysis.history import purchase_history
from crm_xl.analysis.ledger import Summed
from crm_xl.analysis.metrics_orders import OrderTotals, order_count, order_lines, order_totals
from crm_xl.analysis.rfm import rfm_metrics
from crm_xl.analysis.trend import monthly_trend
from crm_xl.settings.model import General
from crm_xl.tables import inputs as i


@dataclass(frozen=True, kw_only=True, eq=False)
class Bought:
    """What each customer bought in a period, and the last order that counts before it began and by its end."""

    amount: Floats
    orders: Floats
    last_before: Dates
    last: Dates


class OrderFacts(Protocol):
    """The net order lines of some customers, asked and never handed out.

    Attributes:
        customer_ids: of everybody with a line.
        buyers: one row for each of them: customer_id, first_line (moment of the first line), first_order (of the
            first that counts; NaT), net_amount of all time.
    """

    @property
    def customer_ids(self) -> pd.Series:
        """See the class."""

    @property
    def buyers(self) -> pd.DataFrame:
        """See the class."""

    def keep(self, customer_ids: pd.Series) -> OrderFacts:
        """The facts of these customers alone."""

    def last_order(self) -> pd.Timestamp | None:
        """The day of the latest order that counts; None without any."""

    def by_month(self) -> Floats:
        """The net amount of every month that has a line, at all times."""

    def amount(self, period: Period) -> float:
        """The net amount of a period."""

    def totals(self, customers: pd.Index[Any], analysis_date: pd.Timestamp, period: Period) -> OrderTotals:
        """What metrics are made of; lines after the analysis date are left out."""

    def recency_frequency_monetary(self, analysis_date: pd.Timestamp, months: int | None) -> pd.DataFrame:
        """As `rfm.rfm_metrics`."""

    def monthly_trend(self, analysis_date: pd.Timestamp) -> pd.DataFrame:
        """As `trend.monthly_trend`."""

    def purchase_history(self, observed_to: pd.Timestamp) -> pd.DataFrame:
        """As `history.purchase_history`, in days."""

    def bought(self, customers: pd.Index[Any], periods: Sequence[Period]) -> list[Bought]:
        """What the listed customers bought in each period."""


@dataclass(frozen=True, kw_only=True, eq=False)
class CleanedOrders:
    """Orders that stay where they are, cleaned.

    Attributes:
        facts: of the net lines.
        balance: where the money went.
        findings: what the ledger says of them.
        read, kept: lines that hold anything, and net lines that the analysis counts.
        set_aside: lines left out for a fault of their own.
        listed: customer id -> number of its lines before returns; ids as the orders write them, after merging.
    """

    facts: OrderFacts
    balance: Balance
    findings: tuple[Summed, ...]
    read: int
    kept: int
    set_aside: int
    listed: pd.Series


class OrderSource(Protocol):
    """Order lines somewhere else.

    Attributes:
        place: what messages and the ledger call it; never a user or a password.
    """

    @property
    def place(self) -> str:
        """See the class."""

    def cleaned(self, general: General, today: pd.Timestamp, stays: Mapping[str, str]) -> CleanedOrders:
        """The orders cleaned and net of returns, by the rules that a sheet's orders go by.

        Args:
            general: where returns are netted and whether unmatched ones are applied.
            today: lines dated later are set aside.
            stays: merged customer number -> number that stays.

        Raises:
            CrmError: the source cannot be reached or read, or lacks a column.
        """


@dataclass(frozen=True, eq=False)
class LineFacts:
    """The facts of net order lines that are at hand.

    Args:
        lines: cleaned tblOrders with net_amount, net_profit and counts.
    """

    lines: pd.DataFrame

    @property
    def customer_ids(self) -> pd.Series:
        """Of everybody with a line, in order of first appearance."""
        return self.lines["customer_id"].drop_duplicates()

    @property
    def buyers(self) -> pd.DataFrame:
        """One row per customer in order of first appearance, see OrderFacts."""
        orders = self.lines
        codes, ids = pd.factorize(orders["customer_id"].to_numpy(dtype=object))
        counts = orders["counts"].to_numpy(dtype=bool)
        days = orders["order_date"].reset_index(drop=True)
        return pd.DataFrame(
            {
                "customer_id": ids,
                "first_line": days.groupby(codes).min(),
                "first_order": days[counts].groupby(codes[counts]).min().reindex(range(len(ids))),
                "net_amount": np.bincount(
                    codes, weights=orders["net_amount"].to_numpy(dtype=float), minlength=len(ids)
                ),
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
        months, names = pd.factorize(self.lines["order_date"].to_numpy().astype("datetime64[M]"))
        amount = self.lines["net_amount"].to_numpy(dtype=float)
        return np.bincount(months, weights=amount, minlength=len(names)).astype(np.float64)

    def amount(self, period: Period) -> float:
        """The net amount of a period."""
        inside = period.covers(self.lines["order_date"].to_numpy())
        return exact_sum(self.lines.loc[inside, "net_amount"].to_numpy(dtype=float))

    def totals(self, customers: pd.Index[Any], analysis_date: pd.Timestamp, period: Period) -> OrderTotals:
        """What metrics are made of; lines after the analysis date are left out."""
        return order_totals(order_lines(self.lines, customers, analysis_date), analysis_date, period)

    def recency_frequency_monetary(self, analysis_date: pd.Timestamp, months: int | None) -> pd.DataFrame:
        """As `rfm.rfm_metrics`."""
        return rfm_metrics(self.lines, analysis_date, months=months)

    def monthly_trend(self, analysis_date: pd.Timestamp) -> pd.DataFrame:
        """As `trend.monthly_trend`."""
        return monthly_trend(self.lines, analysis_date)

    def purchase_history(self, observed_to: pd.Timestamp) -> pd.DataFrame:
        """As `history.purchase_history`, in days."""
        return purchase_history(self.lines, observed_to)

    def bought(self, customers: pd.Index[Any], periods: Sequence[Period]) -> list[Bought]:
        """What the listed customers bought in each period."""
        lines = order_lines(self.lines, customers, max(period.end for period in periods))

        def last(day: pd.Timestamp) -> Dates:
            return lines.tally.last(lines.days, lines.counts & (lines.days <= np.datetime64(day, "D")))

        return [
            Bought(
                amount=lines.tally.sum(lines.amount, period.covers(lines.days)),
                orders=order_count(lines, period.covers(lines.days)),
                last_before=last(period.start - pd.Timedelta(days=1)),
                last=last(period.end),
            )
            for period in periods
        ]


class Tables(dict[str, pd.DataFrame]):
    """Cleaned tables by name whose order lines stayed in a warehouse: `facts` answers for them."""

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
