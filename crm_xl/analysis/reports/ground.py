"""What a report stands on: cleaned tables, metrics, scores and every output made before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from crm_xl.analysis.beginnings import older_than_orders
from crm_xl.analysis.calendar import MONTHS_PER_YEAR, Period, window
from crm_xl.analysis.checks import Check
from crm_xl.analysis.customers import Frames
from crm_xl.analysis.order_facts import orders_of
from crm_xl.analysis.order_questions import OrderFacts
from crm_xl.analysis.reports.sales_facts import SalesFacts, sales_facts
from crm_xl.analysis.tally import text_index
from crm_xl.raw import RawTable
from crm_xl.schema import Table
from crm_xl.settings import Settings
from crm_xl.tables import inputs as i

_MONTHS_BACK = 2 * MONTHS_PER_YEAR  # as far as reports look back


@dataclass(frozen=True, kw_only=True)
class Ground:
    """One run's facts, of the customers in scope.

    Attributes:
        raw: tables as found, for the choices above a report.
        settings: in force.
        date: the analysis date.
        period: the analysis period.
        frames: cleaned input tables; orders are net lines, `counts` tells those that count.
        metrics: one row per customer: METRICS and the columns that metrics computes beside them.
        scores: SCORES, in the order of `metrics`.
        made: outputs made before this report, by name.
    """

    raw: Mapping[str, RawTable]
    settings: Settings
    date: pd.Timestamp
    period: Period
    frames: Frames
    metrics: pd.DataFrame
    scores: pd.DataFrame
    made: Mapping[str, pd.DataFrame]
    _sales: list[SalesFacts] = field(default_factory=list, init=False, repr=False)

    @cached_property
    def listed(self) -> pd.Index[Any]:
        """The ids of tblCustomers, in its order."""
        return text_index(self.frames[i.CUSTOMERS.name]["customer_id"])

    @cached_property
    def orders(self) -> OrderFacts:
        """What is known of orders.

        Raises:
            KeyError: there are none; a report that asks for them names tblOrders among its needs.
        """
        facts = orders_of(self.frames)
        if facts is None:
            raise KeyError(i.ORDERS.name)
        return facts

    @cached_property
    def older(self) -> pd.Series:
        """The customers who were some before orders are on record, see `older_than_orders`."""
        return older_than_orders(self.frames[i.CUSTOMERS.name], self.orders.buyers)

    def sales(self, periods: Sequence[Period]) -> SalesFacts:
        """Sales and opportunities with owner, region and industry; made once for all who ask about usual periods.

        Args:
            periods: whatever will be asked about, beside whole months and those that end with the analysis date;
                lines that stay in a warehouse are added up for no others.

        Raises:
            KeyError: there are no orders.
        """
        for facts in self._sales:
            if all(map(facts.sales.tells, periods)):
                return facts
        usual = [window(self.date, months) for months in range(1, _MONTHS_BACK + 1)]
        sold = self.orders.sold(self.listed, self.date, [*usual, self.period, *periods])
        self._sales.append(sales_facts(self.frames, sold, self.listed, self.date))
        return self._sales[-1]


@dataclass(kw_only=True)
class Made:
    """What a report gives back.

    Attributes:
        tables: output name -> frame with the declared English columns.
        chosen: output name -> what it was narrowed to, in words; the caption above it says so.
        notes: sentences that every output must carry.
        checks: whether totals tie to the data under the choices; rows of 数据核对.
    """

    tables: dict[str, pd.DataFrame]
    chosen: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Report:
    """One maker and the outputs it makes; it runs where every input that one of them needs is there.

    A CrmError that the maker raises (a choice that matches nothing, no date in the period) stands as a sentence in
    its tables and stops no other report.
    """

    tables: tuple[Table, ...]
    make: Callable[[Ground], Made]

    @property
    def names(self) -> frozenset[str]:
        """The names of its outputs."""
        return frozenset(table.name for table in self.tables)
