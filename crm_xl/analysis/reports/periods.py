"""Months, quarters and years as reports cut time: their names, their stretches, what they are compared with."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from crm_xl.analysis.calendar import MONTHS_PER_YEAR, Dates, Period
from crm_xl.analysis.reports.choice import months_of, start_of
from crm_xl.analysis.tally import Codes
from crm_xl.settings import Settings
from crm_xl.tables import choices as c


def label(start: pd.Timestamp, grain: str, settings: Settings) -> str:
    """The name of the month, quarter or year that begins on that day: 2024-07, 2024Q3, 2024年.

    A year of its own (财年起始月 not 1) is named by the calendar year it begins in: 2024财年, 2024财年Q1.
    """
    if grain == c.GRAIN_MONTH:
        return f"{start:%Y-%m}"
    first = settings.general.fiscal_start_month
    year = start.year - (start.month < first)
    named = f"{year}" if first == 1 else f"{year}财年"
    if grain == c.GRAIN_YEAR:
        return named if first != 1 else f"{named}年"
    return f"{named}Q{(start.month - first) % MONTHS_PER_YEAR // months_of(c.GRAIN_QUARTER) + 1}"


class Stretch(NamedTuple):
    """A month, quarter or year up to some day of it.

    Attributes:
        days: from its first day to that day.
        whole: its first to its last day.
    """

    days: Period
    whole: Period

    @property
    def complete(self) -> bool:
        """Whether it is over."""
        return self.days.end == self.whole.end

    def back(self, months: int) -> Stretch:
        """As much of the period that began so many months earlier: to the same day by the calendar.

        A stretch that ends with a month's last day goes to a month's last day. 1 April to 15 May three months back
        is 1 January to 15 February; 1 to 31 March one month back is the whole of February.
        """
        offset = pd.DateOffset(months=months)
        whole = Period(self.whole.start - offset, _month_end(self.whole.end - offset))
        if self.complete:
            return Stretch(whole, whole)
        end = self.days.end - offset
        if self.days.end.is_month_end:
            end = _month_end(end)
        return Stretch(Period(whole.start, end), whole)


def stretch_to(day: pd.Timestamp, grain: str, settings: Settings) -> Stretch:
    """The month, quarter or year a day lies in, up to that day."""
    start = start_of(day, grain, settings)
    whole = Period(start, start + pd.DateOffset(months=months_of(grain)) - pd.Timedelta(days=1))
    return Stretch(Period(start, day.normalize()), whole)


def period_codes(
    days: Dates, within: Period, grain: str, settings: Settings
) -> tuple[Codes, list[pd.Timestamp]]:
    """The number of each day's month, quarter or year, and the first days of those that the period touches.

    Args:
        days: of the rows.
        within: what is reported on; days outside it have the number -1.
        grain: one of choices.GRAINS.
        settings: when quarters and years begin.
    """
    first = start_of(within.start, grain, settings)
    months = months_of(grain)
    starts = list(pd.date_range(first, within.end, freq=pd.DateOffset(months=months)))
    since = days.astype("datetime64[M]").astype(np.int64) - np.datetime64(first, "M").astype(np.int64)
    codes = since // months
    codes[~within.covers(days)] = -1
    return codes, starts


def cut_short(start: pd.Timestamp, grain: str, within: Period, settings: Settings) -> str:
    """The words that a month, quarter or year is not in a period as a whole; empty where it is."""
    whole = stretch_to(start, grain, settings).whole
    inside = Period(max(whole.start, within.start), min(whole.end, within.end))
    return "" if inside == whole else f"仅含 {inside.start:%Y-%m-%d} 至 {inside.end:%Y-%m-%d}"


def _month_end(day: pd.Timestamp) -> pd.Timestamp:
    return day + pd.offsets.MonthEnd(0)
