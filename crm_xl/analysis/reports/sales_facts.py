"""Who sold what to whom and where: order lines and opportunities with their owner, region and industry as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from crm_xl.analysis.calendar import Dates
from crm_xl.analysis.customers import Frames, is_within
from crm_xl.analysis.metrics_orders import OrderLines
from crm_xl.analysis.reports.choice import Choice, named
from crm_xl.analysis.tally import Codes, Flags, codes_in
from crm_xl.tables import choices as c
from crm_xl.tables import inputs as i

OWNER, REGION, INDUSTRY = "owner", "region", "industry"
_DIMENSIONS = (OWNER, REGION, INDUSTRY)
# What an order or an opportunity says itself comes first; the customer's own stands in for a blank.
_ORDER_COLUMNS = {OWNER: "sales_owner", REGION: "region"}
_OPPORTUNITY_COLUMNS = {OWNER: "sales_owner"}

Groups = Mapping[str, Codes]


@dataclass(frozen=True, kw_only=True, eq=False)
class Opportunities:
    """The opportunities created up to the analysis date.

    Attributes:
        created: the day.
        won: whether it was closed as won by the analysis date.
        closed: the day it was closed; NaT where that is not known.
        groups: owner, region and industry -> the number of each one's among the names.
    """

    created: Dates
    won: Flags
    closed: Dates
    groups: Groups


@dataclass(frozen=True, kw_only=True, eq=False)
class SalesFacts:
    """What sales reports count.

    Attributes:
        names: owner, region and industry -> their names, sorted, choices.UNNAMED last.
        lines: the order lines.
        customer: the number of each line's customer.
        groups: owner, region and industry -> the number of each line's among `names`.
        orders: the rows that the lines are made of.
        opportunities: None where there is no such table.
    """

    names: Mapping[str, np.ndarray]
    lines: OrderLines
    customer: Codes
    groups: Groups
    orders: pd.DataFrame
    opportunities: Opportunities | None

    def chosen(self, choice: Choice, groups: Groups, *, any_owner: bool = False) -> Flags:
        """Which lines or opportunities a choice means, whatever their day.

        Args:
            choice: above a report.
            groups: of the lines, or of the opportunities.
            any_owner: the whole team, whoever was chosen.
        """
        inside = np.ones(len(groups[OWNER]), dtype=bool)
        for name in _DIMENSIONS:
            wanted = getattr(choice, name)
            if wanted and not (any_owner and name == OWNER):
                allowed = is_within(pd.Series(self.names[name], dtype=object), wanted).to_numpy()
                inside &= allowed[groups[name]]
        return inside


def sales_facts(frames: Frames, lines: OrderLines, listed: pd.Index[Any], date: pd.Timestamp) -> SalesFacts:
    """The facts of every customer in scope.

    Args:
        frames: cleaned tables; tblCustomers and tblOrders are there.
        lines: of tblOrders, up to the analysis date.
        listed: the ids of tblCustomers, by which the lines' customers are numbered.
        date: the analysis date.
    """
    orders = frames[i.ORDERS.name]
    if len(orders) != len(lines):
        orders = orders[orders["order_date"].to_numpy().astype("datetime64[D]") <= np.datetime64(date, "D")]
    customer = np.full(len(lines), -1, dtype=np.int64)
    customer[lines.tally.listed] = lines.tally.codes
    deals = frames.get(i.OPPORTUNITIES.name)
    if deals is not None:
        deals = deals[deals["created_on"].to_numpy().astype("datetime64[D]") <= np.datetime64(date, "D")]
        deal_customer = codes_in(deals["customer_id"], listed)
    names, of_line, of_deal = {}, {}, {}
    for name in _DIMENSIONS:
        own = named(frames[i.CUSTOMERS.name][name])
        said = None if name not in _ORDER_COLUMNS else _said(orders[_ORDER_COLUMNS[name]])
        dealt = None
        if deals is not None and name in _OPPORTUNITY_COLUMNS:
            dealt = _said(deals[_OPPORTUNITY_COLUMNS[name]])
        known = {*own, *(said[1] if said else ()), *(dealt[1] if dealt else ())} - {c.UNNAMED, ""}
        index = pd.Index([*sorted(known), c.UNNAMED], dtype=object)
        names[name] = index.to_numpy(dtype=object)
        # A row of nobody listed takes the last name, that of those who have none.
        of_customer = np.append(index.get_indexer(pd.Index(own, dtype=object)), len(index) - 1)
        of_line[name] = _numbered(said, index, of_customer[customer])
        if deals is not None:
            of_deal[name] = _numbered(dealt, index, of_customer[deal_customer])
    opportunities = None
    if deals is not None:
        closed = deals["closed_on"].to_numpy().astype("datetime64[D]")
        won = (deals["stage"] == i.OPPORTUNITY_WON).to_numpy(dtype=bool) & ~(
            closed > np.datetime64(date, "D")
        )
        created = deals["created_on"].to_numpy().astype("datetime64[D]")
        opportunities = Opportunities(created=created, won=won, closed=closed, groups=of_deal)
    return SalesFacts(
        names=names,
        lines=lines,
        customer=customer,
        groups=of_line,
        orders=orders,
        opportunities=opportunities,
    )


_Said = tuple[np.ndarray, np.ndarray]  # the number of each row's text, -1 where it is missing; the texts


def _said(values: pd.Series) -> _Said:
    codes, texts = pd.factorize(values.to_numpy(dtype=object))
    return codes, np.asarray(texts, dtype=object)


def _numbered(said: _Said | None, index: pd.Index[Any], otherwise: Codes) -> Codes:
    """The place in the index of each row's text; of the other one where nothing is said."""
    if said is None:
        return otherwise
    codes, texts = said
    places = np.append(index.get_indexer(pd.Index(texts, dtype=object)), -1)[codes]
    numbers: Codes = np.where(places >= 0, places, otherwise)
    return numbers
