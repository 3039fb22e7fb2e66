"""What an analysis asks of the orders, and what it is given: the answers, the facts, where they come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from crm_xl.analysis.balance import Balance
from crm_xl.analysis.calendar import Dates, Period
from crm_xl.analysis.growth import Floats
from crm_xl.analysis.ledger import Summed
from crm_xl.analysis.metrics_orders import OrderTotals
from crm_xl.analysis.order_lines import OrderLines
from crm_xl.analysis.progress import Progress
from crm_xl.analysis.sold_cells import SoldCells
from crm_xl.analysis.tally import Codes, Flags
from crm_xl.settings.model import General


@dataclass(frozen=True, kw_only=True, eq=False)
class Bought:
    """What each customer bought in a period, and the last order that counts before it began and by its end.

    `profit` is of the lines that say one, and `profit_sales` what those came to.
    """

    amount: Floats
    profit: Floats
    profit_sales: Floats
    orders: Floats
    last_before: Dates
    last: Dates


@dataclass(frozen=True, kw_only=True, eq=False)
class TypesBought:
    """The net amount of each product type that each customer bought: one row per customer and type.

    Attributes:
        owners: the customer's place among those listed.
        kinds: the type's place among the names.
        amount: 元.
        names: of the types, sorted.
    """

    owners: Codes
    kinds: Codes
    amount: Floats
    names: np.ndarray


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

    def monthly_trend(self, analysis_date: pd.Timestamp, older: pd.Series | None = None) -> pd.DataFrame:
        """As `trend.monthly_trend`; `older` by customer_id."""

    def purchase_history(self, observed_to: pd.Timestamp) -> pd.DataFrame:
        """As `history.purchase_history`, in days."""

    def bought(self, customers: pd.Index[Any], periods: Sequence[Period]) -> list[Bought]:
        """What the listed customers bought in each period."""

    def amounts(self, customers: pd.Index[Any], period: Period) -> Floats:
        """The net amount of each listed customer in the period, 元."""

    def order_counts(self, customers: pd.Index[Any], period: Period) -> Floats:
        """Distinct orders that count of each listed customer in the period."""

    def profits(self, customers: pd.Index[Any], period: Period) -> Floats:
        """The profit of each listed customer in the period, 元; all missing where no line of it says one."""

    def amount_of(self, customers: pd.Index[Any], chosen: Flags, period: Period) -> float:
        """The net amount of the marked ones of the listed customers in a period, added up line by line, 元."""

    def first_orders(self, customers: pd.Index[Any], until: pd.Timestamp) -> Dates:
        """The day of each listed customer's first order that counts, up to a day; NaT where there is none."""

    def last_orders(self, customers: pd.Index[Any], until: pd.Timestamp) -> Dates:
        """The day of each listed customer's last order that counts, up to a day; NaT where there is none."""

    def last_orders_by(self, customers: pd.Index[Any], places: Codes, days: Dates) -> Dates:
        """The last order that counts of the listed customers at the places, each up to the day given with it; or NaT."""

    def amounts_between(self, customers: pd.Index[Any], after: Dates, until: Dates) -> Floats:
        """The net amount of each listed customer after a day of his and up to another, 元; 0 where either is NaT."""

    def types_bought(
        self, customers: pd.Index[Any], until: pd.Timestamp, period: Period | None = None
    ) -> TypesBought:
        """What each listed customer bought of each product type up to a day, or in a period up to it."""

    def texts(self, column: str) -> list[str]:
        """The distinct texts of sales_owner or region."""

    def sold(
        self, customers: pd.Index[Any], until: pd.Timestamp, periods: Sequence[Period]
    ) -> OrderLines | SoldCells:
        """Whatever was sold to the listed customers up to a day, told apart as far as the periods need it."""


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

    def cleaned(
        self, general: General, today: pd.Timestamp, stays: Mapping[str, str], progress: Progress
    ) -> CleanedOrders:
        """The orders cleaned and net of returns, by the rules that a sheet's orders go by.

        Args:
            general: where returns are netted and whether unmatched ones are applied.
            today: lines dated later are set aside.
            stays: merged customer number -> number that stays.
            progress: told what is being done and the share of it done.

        Raises:
            CrmError: the source cannot be reached or read, or lacks a column.
        """
