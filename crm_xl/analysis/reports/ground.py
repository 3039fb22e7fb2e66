"""What a report stands on: cleaned tables, metrics, scores and every output made before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from crm_xl.analysis.calendar import Period
from crm_xl.analysis.checks import Check
from crm_xl.analysis.customers import Frames
from crm_xl.analysis.order_facts import LineFacts, orders_of
from crm_xl.analysis.order_lines import OrderLines
from crm_xl.analysis.reports.sales_facts import SalesFacts, sales_facts
from crm_xl.analysis.tally import text_index
from crm_xl.raw import RawTable
from crm_xl.schema import Table
from crm_xl.settings import Settings
from crm_xl.tables import inputs as i


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

    @cached_property
    def listed(self) -> pd.Index[Any]:
        """The ids of tblCustomers, in its order."""
        return text_index(self.frames[i.CUSTOMERS.name]["customer_id"])

    @cached_property
    def lines(self) -> OrderLines:
        """The net order lines up to the analysis date, their customers numbered as in `listed`; made once for all.

        Raises:
            KeyError: there are no order lines; a report that asks for them names tblOrders among its needs.
        """
        facts = orders_of(self.frames)
        if not isinstance(facts, LineFacts):
            raise KeyError(i.ORDERS.name)
        return facts.order_lines(self.listed, self.date)

    @cached_property
    def sales(self) -> SalesFacts:
        """Sales and opportunities with owner, region and industry; made once for all.

        Raises:
            KeyError: there are no order lines.
        """
        return sales_facts(self.frames, self.lines, self.listed, self.date)


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
