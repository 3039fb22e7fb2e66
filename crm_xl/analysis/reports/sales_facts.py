"""Who sold what to whom and where: sales and opportunities with their owner, region and industry as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from crm_xl.analysis.calendar import Dates, Period
from crm_xl.analysis.customers import Frames, is_within
from crm_xl.analysis.growth import Floats
from crm_xl.analysis.order_lines import OrderLines
from crm_xl.analysis.reports.choice import Choice, named
from crm_xl.analysis.sold_cells import SoldCells, tells
from crm_xl.analysis.tally import Codes, Flags, codes_in, settled, sums
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
class Sales:
    """What was sold in one order on one day by one owner in one region: far fewer rows than there are order lines.

    Attributes:
        day: datetime64[D].
        amount: net, 元.
        profit: of the lines that say one, and `profit_base` the amount of those; 0 where none does.
        counts: whether a line of it makes an order.
        order, customer: numbers; -1 is a customer that is not listed.
        orders: how many orders each number stands for.
        cells: what the rows are of, where they are of stretches instead of days; `day` is then the first of each.
    """

    day: Dates
    amount: Floats
    profit: Floats
    profit_base: Floats
    counts: Flags
    order: Codes
    customer: Codes
    orders: Floats
    cells: SoldCells | None = None

    def tells(self, period: Period) -> bool:
        """Whether the rows tell what was sold in the period and what before and after it."""
        return self.cells is None or tells(self.cells.cuts, self.cells.until, period)

    def covered(self, period: Period) -> Flags:
        """Which rows are of the period.

        Raises:
            ValueError: rows are of stretches that lie in it in part; whoever asks has not said so to Ground.sales.
        """
        if not self.tells(period):
            raise ValueError(f"sales were not added up for {period}")
        return period.covers(self.day)

    def frame(self, where: Flags) -> pd.DataFrame:
        """The marked rows as the trend reads order lines; ids are numbers."""
        return pd.DataFrame(
            {
                "customer_id": self.customer[where],
                "order_date": self.day[where],
                "order_id": self.order[where],
                "net_amount": self.amount[where],
                "counts": self.counts[where],
                "orders": self.orders[self.order[where]],
            }
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class SalesFacts:
    """What sales reports count.

    Attributes:
        names: owner, region and industry -> their names, sorted, choices.UNNAMED last.
        sales: up to the analysis date.
        groups: owner, region and industry -> the number of each sale's among `names`.
        opportunities: None where there is no such table.
    """

    names: Mapping[str, np.ndarray]
    sales: Sales
    groups: Groups
    opportunities: Opportunities | None

    def chosen(self, choice: Choice, groups: Groups, *, any_owner: bool = False) -> Flags:
        """Which sales or opportunities a choice means, whatever their day.

        Args:
            choice: above a report.
            groups: of the sales, or of the opportunities.
            any_owner: the whole team, whoever was chosen.
        """
        inside = np.ones(len(groups[OWNER]), dtype=bool)
        for name in _DIMENSIONS:
            wanted = getattr(choice, name)
            if wanted and not (any_owner and name == OWNER):
                allowed = is_within(pd.Series(self.names[name], dtype=object), wanted).to_numpy()
                inside &= allowed[groups[name]]
        return inside


def sales_facts(
    frames: Frames, sold: OrderLines | SoldCells, listed: pd.Index[Any], date: pd.Timestamp
) -> SalesFacts:
    """The facts of every customer in scope.

    Args:
        frames: cleaned tables; tblCustomers is there.
        sold: the lines of tblOrders up to the analysis date, or what they add up to.
        listed: the ids of tblCustomers, by which the customers of those are numbered.
        date: the analysis date.
    """
    customer = sold.owners
    deals = frames.get(i.OPPORTUNITIES.name)
    if deals is not None:
        deals = deals[deals["created_on"].to_numpy().astype("datetime64[D]") <= np.datetime64(date, "D")]
        deal_customer = codes_in(deals["customer_id"], listed)
    names, of_line, of_deal = {}, {}, {}
    for name in _DIMENSIONS:
        own = named(frames[i.CUSTOMERS.name][name])
        said = None if name not in _ORDER_COLUMNS else _texts(sold, _ORDER_COLUMNS[name])
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
    sales, rows = _sales_of_cells(sold) if isinstance(sold, SoldCells) else _sales(sold, customer, of_line)
    return SalesFacts(
        names=names,
        sales=sales,
        groups={name: codes[rows] for name, codes in of_line.items()},
        opportunities=opportunities,
    )


def _sales(lines: OrderLines, customer: Codes, groups: Groups) -> tuple[Sales, Codes]:
    """The lines added up per order, day, owner and region; and a line of each, in the order they first occur."""
    day = lines.days.astype(np.int64)
    sold = _combined(lines.order, day - day.min(initial=0), groups[OWNER], groups[REGION])
    codes, distinct = pd.factorize(sold)
    size = len(distinct)
    rows = np.zeros(size, dtype=np.int64)
    rows[codes[::-1]] = np.arange(len(codes))[::-1]
    told = ~np.isnan(lines.profit)
    return Sales(
        day=lines.days[rows],
        amount=settled(sums(codes, lines.amount, size)),
        profit=settled(sums(codes[told], lines.profit[told], size)),
        profit_base=settled(sums(codes[told], lines.amount[told], size)),
        counts=np.bincount(codes[lines.counts], minlength=size) > 0,
        order=lines.order[rows],
        customer=customer[rows],
        orders=np.ones(int(lines.order.max(initial=-1)) + 1),
    ), rows


def _sales_of_cells(cells: SoldCells) -> tuple[Sales, Codes]:
    """The cells as they are, and the place of each."""
    return Sales(
        day=cells.day,
        amount=cells.amount,
        profit=cells.profit,
        profit_base=cells.profit_base,
        counts=cells.counts,
        order=cells.order,
        customer=cells.owners,
        orders=cells.orders,
        cells=cells,
    ), np.arange(len(cells))


def _combined(*codes: Codes) -> Codes:
    """One number for each combination of numbers that are not negative."""
    whole = np.zeros(len(codes[0]), dtype=np.int64)
    for each in codes:
        whole = whole * (int(each.max(initial=0)) + 1) + each
    return whole


def _texts(sold: OrderLines | SoldCells, column: str) -> _Said:
    return sold.said[column] if isinstance(sold, SoldCells) else sold.numbered.texts(column)


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
