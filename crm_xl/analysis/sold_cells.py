"""Sales added up where the order lines stay: one row per customer, stretch of days, owner and region."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_xl.analysis.calendar import Dates, Period
from crm_xl.analysis.growth import Floats
from crm_xl.analysis.tally import Codes, Flags

_ONE_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True, kw_only=True, eq=False)
class SoldCells:
    """What was sold in each cell; the columns are those of sales_facts.Sales, of stretches instead of days.

    An order whose lines lie in one cell is counted in it, and no longer told from the others there. One that lies in
    several has a row of its own in each of them, without amounts, so that whoever adds cells up counts it once.

    Attributes:
        cuts: the days on which a stretch begins; no period may begin or end within one.
        until: the last day.
        day: the first day of the row's stretch.
        owners: the place of the row's customer among those listed; -1 where he is not.
        amount, profit, profit_base: sums, 元.
        counts: whether a line of it makes an order.
        order: the number of the row's orders.
        orders: how many orders each such number stands for.
        said: column of tblOrders -> the number of each row's text, -1 for none, and the texts.
    """

    cuts: Dates
    until: pd.Timestamp
    day: Dates
    owners: Codes
    amount: Floats
    profit: Floats
    profit_base: Floats
    counts: Flags
    order: Codes
    orders: Floats
    said: Mapping[str, tuple[Codes, np.ndarray]]

    def __len__(self) -> int:
        return len(self.day)


def tells(cuts: Dates, until: pd.Timestamp, period: Period) -> bool:
    """Whether a period is made of whole stretches, as far as anything was sold in it."""
    bounds = [np.datetime64(day, "D") for day in (period.start, period.end + _ONE_DAY)]
    last = np.datetime64(until, "D")
    return all(day <= cuts[0] or day > last or bool((cuts == day).any()) for day in bounds)


def cuts_of(periods: Iterable[Period], first: pd.Timestamp, last: pd.Timestamp) -> Dates:
    """The days on which stretches must begin so that each period is made of whole ones: every month's first too.

    Args:
        periods: that will be asked about.
        first: the first day on which anything was sold.
        last: the last.
    """
    months = np.arange(np.datetime64(first, "M"), np.datetime64(last, "M") + 1).astype("datetime64[D]")
    bounds = [day for period in periods for day in (period.start, period.end + _ONE_DAY)]
    days = np.array([np.datetime64(day, "D") for day in bounds], dtype="datetime64[D]")
    inside = (days > months[0]) & (days <= np.datetime64(last, "D"))
    cuts: Dates = np.unique(np.concatenate([months, days[inside]]))
    return cuts
