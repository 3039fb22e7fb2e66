"""Calendar months: windows, the analysis period, what came before it, years elapsed (SPEC section 4).

A month is a calendar month and never 30 days: three months before 2024-05-31 is 2024-02-29.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crm_xl.errors import CrmError
from crm_xl.settings import Settings
from crm_xl.tables import parameters as p

Dates = NDArray[np.datetime64]

_DAY = np.timedelta64(1, "D")
MONTHS_PER_YEAR = 12


class Period(NamedTuple):
    """The days from `start` to `end`, both inclusive, both at midnight."""

    start: pd.Timestamp
    end: pd.Timestamp

    def covers(self, moments: Dates) -> NDArray[np.bool_]:
        """True for every moment of the period, its whole last day included; False for NaT."""
        after_the_end = np.datetime64(self.end, "D") + _DAY
        inside: NDArray[np.bool_] = (moments >= np.datetime64(self.start, "D")) & (moments < after_the_end)
        return inside

    @property
    def whole_months(self) -> int | None:
        """The N for which the period is the window of N months that ends on its last day; None if none."""
        apart = MONTHS_PER_YEAR * (self.end.year - self.start.year) + self.end.month - self.start.month
        for months in (apart, apart + 1):
            if months > 0 and window(self.end, months).start == self.start:
                return months
        return None

    @property
    def months(self) -> float:
        """How many months the period lasts, the last one perhaps in part: what 次/月 divides by."""
        if (whole := self.whole_months) is not None:
            return float(whole)
        starts = np.array([self.start], dtype="datetime64[D]")
        return float(elapsed(starts, self.end + pd.Timedelta(days=1), unit_months=1)[0])

    @property
    def previous(self) -> Period:
        """The comparison window: as many months just before, or as many days where months do not fit."""
        end = self.start - pd.Timedelta(days=1)
        if (whole := self.whole_months) is not None:
            return window(end, whole)
        return Period(end - (self.end - self.start), end)


def add_months(dates: Dates, months: NDArray[np.int64] | int) -> Dates:
    """The same day so many months later, or the month's last day where that day does not exist.

    Args:
        dates: no NaT.
        months: one number for all, or one each; negative goes back.

    Returns:
        datetime64[D].
    """
    days = dates.astype("datetime64[D]")
    month = days.astype("datetime64[M]")
    target = month + np.asarray(months).astype("timedelta64[M]")
    first = target.astype("datetime64[D]")
    last = (target + np.timedelta64(1, "M")).astype("datetime64[D]") - _DAY
    moved: Dates = np.minimum(first + (days - month.astype("datetime64[D]")), last)
    return moved


def months_before(date: pd.Timestamp, months: int) -> pd.Timestamp:
    """The same day `months` calendar months earlier, clipped to the end of that month.

    >>> months_before(pd.Timestamp("2024-05-31"), 3)
    Timestamp('2024-02-29 00:00:00')
    """
    return date.normalize() - pd.DateOffset(months=months)


def window(end: pd.Timestamp, months: int) -> Period:
    """The last `months` months up to and including `end`.

    From a month's last day: the whole calendar months that end there. From any other day: from the day after
    the same day so many months ago.

    >>> [f"{day:%Y-%m-%d}" for day in window(pd.Timestamp("2024-02-29"), 3)]
    ['2023-12-01', '2024-02-29']
    >>> [f"{day:%Y-%m-%d}" for day in window(pd.Timestamp("2024-05-15"), 3)]
    ['2024-02-16', '2024-05-15']
    """
    if months < 1:
        raise ValueError(f"a window has at least one month, not {months}")
    end = end.normalize()
    if end.is_month_end:
        return Period(months_before(end.replace(day=1), months - 1), end)
    return Period(months_before(end, months) + pd.Timedelta(days=1), end)


def elapsed(starts: Dates, end: pd.Timestamp, *, unit_months: int) -> NDArray[np.float64]:
    """Units of calendar time from each start to `end`: completed ones plus the fraction of the running one.

    Args:
        starts: NaT allowed.
        end: the day up to which time is counted.
        unit_months: 12 for years, 1 for months.

    Returns:
        Float; NaN where the start is missing or after the end. 2019-12-31 to 2024-12-31 is exactly 5 years.
    """
    until = np.datetime64(end, "D")
    days = starts.astype("datetime64[D]")
    units = np.full(len(days), np.nan)
    known = days <= until  # NaT compares false
    begun = days[known]
    apart = (until.astype("datetime64[M]") - begun.astype("datetime64[M]")).astype(np.int64)
    completed = apart // unit_months
    # The last anniversary may still be ahead in its month.
    completed -= add_months(begun, completed * unit_months) > until
    last = add_months(begun, completed * unit_months)
    following = add_months(begun, (completed + 1) * unit_months)
    units[known] = completed + (until - last) / (following - last)
    return units


def period_of(settings: Settings, analysis_date: pd.Timestamp) -> Period:
    """The analysis period that 参数 asks for; it never ends after the analysis date.

    Raises:
        CrmError: 起止日期 is chosen and the dates are missing or the wrong way round.
    """
    general = settings.general
    today = analysis_date.normalize()
    if general.period_mode == p.PERIOD_MONTHS:
        return window(today, general.period_months)
    if general.period_mode == p.PERIOD_FISCAL_YEAR:
        year = today.year - (today.month < general.fiscal_start_month)
        return Period(pd.Timestamp(year, general.fiscal_start_month, 1), today)
    if general.period_start is None:
        raise CrmError(
            "期间方式为“起止日期”，但期间起没有填写。",
            where=f"{p.SHEET}“期间起”",
            hint="请填写日期，如 2026-01-01。",
        )
    start = general.period_start.normalize()
    end = min(general.period_end.normalize(), today) if general.period_end is not None else today
    if start > end:
        raise CrmError(
            f"期间起 {start:%Y-%m-%d} 晚于期间止或分析日期 {end:%Y-%m-%d}。",
            where=f"{p.SHEET}“期间起”",
            hint="请改为不晚于该日的日期。",
        )
    return Period(start, end)
