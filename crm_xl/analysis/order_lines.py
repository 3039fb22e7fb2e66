"""Order lines as arrays: customers, orders and days numbered once, so that whoever counts only counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from crm_xl.analysis.calendar import Dates, Period
from crm_xl.analysis.growth import Floats
from crm_xl.analysis.tally import Codes, Flags, Tally, codes_in, settled

TEXTS = ("product_type", "sales_owner", "region")
_LOOKED_AT = 100_000  # lines that show whether lines stand together
# Cleaning tells texts apart; the whole numbers by which it did go with the lines, for to tell millions of texts apart
# again takes most of the time. Lines that come without them are told apart here.
CODES = {name: f"{name.removesuffix('_id')}_code" for name in ("customer_id", "order_id", *TEXTS)}


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
    """The order lines up to the analysis date, as arrays; orders are numbered per customer and order id.

    What is worked out for one who asks is kept for the next, and not to be changed.
    """

    tally: Tally
    days: Dates  # datetime64[D]
    amount: Floats
    profit: Floats
    counts: Flags
    order: Codes
    numbered: NumberedLines
    _covered: dict[Period, Flags] = field(default_factory=dict, repr=False)
    _amounts: dict[Period, Floats] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.days)

    @property
    def product_type(self) -> Codes:
        """Which product type each line has; -1 where it is missing."""
        return self.numbered.types[0]

    @property
    def type_names(self) -> np.ndarray:
        """The product types, in order."""
        return self.numbered.types[1]

    @cached_property
    def owners(self) -> Codes:
        """The place of each line's customer among those listed; -1 where he is not."""
        return self.tally.owners

    @cached_property
    def counted(self) -> OrderDays:
        """The orders that count, a twentieth of the lines; made once for all."""
        # The lines of an order mostly stand together: the first of each run, then of each order and day.
        rows = _first_of_each(self.order, self.days, self.counts)
        rows = rows[self.counts[rows]]
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
        """The lines of the period."""
        if period not in self._covered:
            self._covered[period] = period.covers(self.days)
        return self._covered[period]

    def number(self, where: Flags) -> Floats:
        """How many lines of tblOrders the marked ones of each customer stand for."""
        return self.tally.sum(self.numbered.members.astype(float), where)

    def sum(self, money: Floats, where: Flags) -> Floats:
        """What the marked lines of each customer add up to, 元; 0 where there is none."""
        return settled(self.tally.sum(money, where))

    def bought(self, period: Period) -> Floats:
        """The net amount of each customer in the period, 元."""
        if period not in self._amounts:
            self._amounts[period] = self.sum(self.amount, self.inside(period))
        return self._amounts[period]


@dataclass(frozen=True, kw_only=True, eq=False)
class NumberedLines:
    """The order lines up to a day, their texts turned into numbers: the slow part, made once for all who ask.

    Lines that stand together and differ in nothing that anybody asks for are one, with their sums: an invoice of
    twenty products is mostly one line here, and every sum after this a twentieth of the work. Lines of different
    signs stay apart, so that what cancels out is still seen to.

    Attributes:
        days: datetime64[D].
        amount, profit: net, in 元; the profit is missing where the lines say none.
        counts: lines of orders that count.
        members: how many lines of tblOrders each stands for.
        customer: the number of each line's customer, in order of first appearance.
        ids: the customers, by number.
        order_id: the number of each line's order id; two customers may use one by mistake.
        order: the number of each line's order, which belongs to one customer.
    """

    days: Dates
    amount: Floats
    profit: Floats
    counts: Flags
    members: Codes
    customer: Codes
    ids: np.ndarray
    order_id: Codes
    order: Codes
    _orders: pd.DataFrame = field(repr=False)
    _rows: Codes | slice = field(repr=False)  # of those, the first of each line here
    _texts: dict[str, tuple[Codes, np.ndarray]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, orders: pd.DataFrame, analysis_date: pd.Timestamp) -> NumberedLines:
        """The cleaned order lines dated up to the analysis date; arguments as for `order_lines`."""
        days = orders["order_date"].to_numpy().astype("datetime64[D]")
        known = days <= np.datetime64(analysis_date, "D")
        if not known.all():
            orders, days = orders.loc[known], days[known]
        codes = {name: _codes(orders, name) for name in CODES}
        amount = orders["net_amount"].to_numpy(dtype=float)
        profit = orders["net_profit"].to_numpy(dtype=float)
        counts = orders["counts"].to_numpy(dtype=bool)
        rows: Codes | slice = slice(None)  # all of them, and nothing is copied
        members = np.broadcast_to(np.int64(1), len(orders))
        asked = (*codes.values(), days, counts, amount, profit)
        beginning = _first_of_each(*(column[:_LOOKED_AT] for column in asked))
        # Where lines do not stand together, nothing is gained.
        if 0 < len(beginning) <= min(len(orders), _LOOKED_AT) / 2:
            rows = _first_of_each(*asked)
            amount, profit = np.add.reduceat(amount, rows), np.add.reduceat(profit, rows)
            members = np.diff(rows, append=len(orders))
        customer, first = _renumbered(codes["customer_id"][rows])
        order_id = order = _renumbered(codes["order_id"][rows])[0]
        whose = np.empty(int(order_id.max(initial=-1)) + 1, dtype=np.int64)
        whose[order_id] = customer
        if (whose[order_id] != customer).any():
            order = pd.factorize(customer * len(whose) + order_id)[0].astype(np.int64)
        return cls(
            days=days[rows],
            amount=amount,
            profit=profit,
            counts=counts[rows],
            members=members,
            customer=customer,
            ids=orders["customer_id"].to_numpy(dtype=object)[rows][first],
            order_id=order_id,
            order=order,
            _orders=orders,
            _rows=rows,
        )

    def texts(self, name: str) -> tuple[Codes, np.ndarray]:
        """Which of the different texts of one of TEXTS each line has, -1 for none, and those in order of appearance."""
        if name not in self._texts:
            codes = _codes(self._orders, name)[self._rows]
            known = np.flatnonzero(codes >= 0)
            texts = np.empty(0, dtype=object)
            if len(known):
                numbers, first = _renumbered(codes[known])
                texts = self._orders[name].to_numpy(dtype=object)[self._rows][known[first]]
                codes = np.full(len(codes), -1, dtype=codes.dtype)
                codes[known] = numbers
            self._texts[name] = codes, texts
        return self._texts[name]

    @cached_property
    def types(self) -> tuple[Codes, np.ndarray]:
        """Which product type each line has, -1 for none, and their names in order."""
        codes, names = self.texts("product_type")
        order = np.argsort(names)
        place = np.full(len(names) + 1, -1, dtype=np.int64)  # the last for those that are missing
        place[order] = np.arange(len(names))
        return place[codes], names[order]

    def of_customers(self, customers: pd.Index[Any]) -> OrderLines:
        """The lines as arrays, their customers numbered as in the index."""
        places = codes_in(pd.Series(self.ids, dtype=object), customers)
        as_here = np.array_equal(places, np.arange(len(places)))
        return OrderLines(
            tally=Tally(self.customer if as_here else places[self.customer], len(customers)),
            days=self.days,
            amount=self.amount,
            profit=self.profit,
            counts=self.counts,
            order=self.order,
            numbered=self,
        )


def _codes(orders: pd.DataFrame, name: str) -> Codes:
    """Whole numbers that tell the texts of a column apart; -1 where missing, as all are without the column of a text."""
    if CODES[name] in orders:
        codes: Codes = orders[CODES[name]].to_numpy()
        return codes
    if name in TEXTS and name not in orders:
        return np.full(len(orders), -1, dtype=np.int8)
    return pd.factorize(orders[name].to_numpy(dtype=object))[0]


def narrow(codes: Codes) -> np.ndarray:
    """The codes in as few bytes as they need, to be compared and looked up and not to be reckoned with."""
    return codes.astype(np.min_scalar_type(-1 - int(codes.max(initial=0))))


def _first_of_each(*columns: np.ndarray) -> Codes:
    """The row with which each run of rows begins that are equal in every column; of figures, in sign and in being known."""
    differs = np.zeros(len(columns[0]), dtype=bool)
    differs[:1] = True
    for column in columns:
        for told in (column < 0, np.isnan(column)) if column.dtype.kind == "f" else (column,):
            differs[1:] |= told[1:] != told[:-1]
    return np.flatnonzero(differs)


def _renumbered(codes: Codes) -> tuple[Codes, Codes]:
    """Codes that are not negative, numbered in order of first appearance, and the row where each appears first."""
    first = np.full(int(codes.max(initial=-1)) + 1, -1, dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes), dtype=np.int32)[::-1]  # what is written last stays
    there = np.flatnonzero(first >= 0)
    there = there[np.argsort(first[there])]
    number = np.empty(len(first), dtype=np.int64)
    number[there] = np.arange(len(there))
    return number[codes], first[there]


def order_lines(orders: pd.DataFrame, customers: pd.Index[Any], analysis_date: pd.Timestamp) -> OrderLines:
    """The cleaned order lines dated up to the analysis date, ids turned into numbers.

    Args:
        orders: cleaned tblOrders with net_amount, net_profit and counts; no id, date or amount missing.
        customers: the ids of tblCustomers.
        analysis_date: lines after it are left out.
    """
    return NumberedLines.of(orders, analysis_date).of_customers(customers)
