"""The rows of one table seen per customer: counts, sums, means, first and last, in the customers' order.

Ids become whole numbers once; everything after is arithmetic on arrays, which is what lets half a million
lines be summed up in a fraction of a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crm_xl.analysis.calendar import Dates
from crm_xl.analysis.growth import Floats

MONEY_DECIMALS = 6  # of a sum in 元, here and in a warehouse
CANCELLED = 1e-11  # of the gross; well above what adding up thousands of lines loses

_NO_DAY = np.datetime64("NaT", "D")
# What pandas' dates begin with, and more days than they last.
_FIRST_DAY, _DAYS = np.datetime64("1677-09-22", "D"), 1_000_000

Flags = NDArray[np.bool_]
Codes = NDArray[np.int64]


def text_index(values: pd.Series | Sequence[str]) -> pd.Index[Any]:
    """The texts as an index of Python strings, whatever text type a frame holds them in."""
    index: pd.Index[Any] = pd.Index(np.asarray(values, dtype=object), dtype=object)
    return index


def codes_in(values: pd.Series, known: pd.Index[Any]) -> Codes:
    """The place of each value among the known ones, which are distinct; -1 where it is none of them."""
    return known.get_indexer(text_index(values)).astype(np.int64)


def divide(dividend: Floats, divisor: Floats) -> Floats:
    """Dividend ÷ divisor; missing where the divisor is zero or negative."""
    quotient = np.full(len(divisor), np.nan)
    np.divide(dividend, divisor, out=quotient, where=divisor > 0)
    return quotient


def is_yes(values: pd.Series) -> Flags:
    """True where a 是/否 column says 是; a blank is not a yes."""
    return values.astype("boolean").to_numpy(dtype=bool, na_value=False)


def sums(codes: Codes, values: Floats, size: int) -> Floats:
    """The sum of the values of each code 0 … size-1; what cancels out is exactly 0.

    0.1 + 0.2 - 0.3 leaves 5.6e-17, which is no base for a margin or a growth rate.
    """
    net: Floats = np.asarray(np.bincount(codes, weights=values, minlength=size), dtype=np.float64)
    lowest = values.min(initial=0.0)
    if lowest >= 0:  # nothing cancels out
        return net
    # What cancelling leaves is small beside all that was added up; few sums are, and only those are looked into.
    bound = CANCELLED * max(-lowest, values.max(initial=0.0)) * len(values)
    doubtful = (net != 0) & ~(np.abs(net) > bound)
    if doubtful.any():
        rows = doubtful[codes]
        gross = np.bincount(codes[rows], weights=np.abs(values[rows]), minlength=size)
        net[doubtful & (np.abs(net) <= CANCELLED * gross)] = 0.0
    return net


def settled(money: Floats) -> Floats:
    """Sums in 元 without what only the order of adding has left in their last places.

    0.1 + 0.2 + 0.3 is not 0.3 + 0.2 + 0.1: the order of the rows would decide who comes first of two who bought as
    much, and whether 905.5 is told as 905 or 906.
    """
    rounded: Floats = np.round(money, MONEY_DECIMALS)
    return rounded


class Tally:
    """Whose each row is, and what the rows of each customer add up to.

    Rows of customers that are not listed belong to nobody and enter nothing. Every method takes one value per
    row and returns one value per customer.
    """

    def __init__(self, codes: Codes, customers: int) -> None:
        self.customers = customers
        self.listed = codes >= 0
        self._all_listed = bool(self.listed.all())
        self.codes = codes if self._all_listed else codes[self.listed]

    @classmethod
    def of(cls, rows: pd.Series, customers: pd.Index[Any]) -> Tally:
        """The tally of rows whose customer ids are given, for the customers listed."""
        return cls(codes_in(rows, customers), len(customers))

    @property
    def owners(self) -> Codes:
        """The place of each row's customer among those listed; -1 where he is not."""
        if self._all_listed:
            return self.codes
        owners = np.full(len(self.listed), -1, dtype=np.int64)
        owners[self.listed] = self.codes
        return owners

    def _own(self, values: NDArray[Any]) -> NDArray[Any]:
        return values if self._all_listed else values[self.listed]

    def _marked(self, values: NDArray[Any], where: Flags) -> tuple[Codes, NDArray[Any]]:
        """Whose the marked rows are, and their values; not copied where all are marked, as they mostly are."""
        marked, own = self._own(where), self._own(values)
        return (self.codes, own) if marked.all() else (self.codes[marked], own[marked])

    def count(self, where: Flags) -> Floats:
        """How many rows are marked."""
        return np.bincount(self.codes[self._own(where)], minlength=self.customers).astype(float)

    def count_by(self, kinds: Codes, number: int, where: Flags) -> Floats:
        """How many marked rows there are of each kind 0 … number-1 (negative: of none): customers x kinds."""
        marked = self._own(where & (kinds >= 0))
        cells = self.codes[marked] * number + self._own(kinds)[marked]
        counts: Floats = np.asarray(np.bincount(cells, minlength=self.customers * number), dtype=np.float64)
        return counts.reshape(self.customers, number)

    def sum(self, values: Floats, where: Flags) -> Floats:
        """The sum over the marked rows; 0 where there is none. Marked values are not missing."""
        return sums(*self._marked(values, where), self.customers)

    def mean(self, values: Floats, where: Flags | None = None) -> Floats:
        """The mean of the known values of the marked rows; missing where there is none."""
        known = ~np.isnan(values)
        if where is not None:
            known &= where
        return divide(self.sum(values, known), self.count(known))

    def largest(self, values: Floats) -> Floats:
        """The largest known value; missing where there is none."""
        own = self._own(values)
        known = ~np.isnan(own)
        found = np.full(self.customers, -np.inf)
        np.maximum.at(found, self.codes[known], own[known])
        found[np.isneginf(found)] = np.nan
        return found

    def last(self, dates: Dates, where: Flags) -> Dates:
        """The latest date of the marked rows, as datetime64[D]; NaT where there is none."""
        return self._extreme(np.maximum, dates, where, np.iinfo(np.int64).min)

    def first(self, dates: Dates, where: Flags) -> Dates:
        """The earliest date of the marked rows, as datetime64[D]; NaT where there is none."""
        return self._extreme(np.minimum, dates, where, np.iinfo(np.int64).max)

    def _extreme(self, better: np.ufunc, dates: Dates, where: Flags, none: int) -> Dates:
        codes, dates = self._marked(dates, where)
        days = np.full(self.customers, none, dtype=np.int64)
        better.at(days, codes, dates.astype("datetime64[D]").astype(np.int64))
        found = days.astype("datetime64[D]")
        found[days == none] = np.datetime64("NaT")
        return found


def latest_by(owners: Codes, dates: Dates, customers: Codes, days: Dates) -> Dates:
    """The latest date of each customer up to the day given with him; NaT where there is none.

    Args:
        owners: whose each date is; negative: nobody's.
        dates: datetime64[D].
        customers: who is asked about.
        days: up to when, inclusive; datetime64[D].
    """
    kept = (owners >= 0) & ~np.isnat(dates)
    keys = np.sort(_key(owners[kept], dates[kept]))
    place = np.searchsorted(keys, _key(customers, days), side="right") - 1
    found = keys[np.maximum(place, 0)] if len(keys) else np.full(len(customers), -1)
    mine = (place >= 0) & (found // _DAYS == customers)
    numbers = np.where(mine, found % _DAYS, 0)
    return np.where(mine, _FIRST_DAY + numbers.astype("timedelta64[D]"), _NO_DAY)


def _key(owners: Codes, days: Dates) -> Codes:
    """Owner and day as one number that sorts by both."""
    return owners * _DAYS + (days - _FIRST_DAY).astype(np.int64)
