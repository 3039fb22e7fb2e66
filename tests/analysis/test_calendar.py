"""Months are calendar months (SPEC section 4; PEERS T14)."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_xl.analysis.calendar import Period, add_months, elapsed, months_before, period_of, window
from crm_xl.errors import CrmError
from crm_xl.settings import Settings
from crm_xl.tables import parameters as p

dates = st.dates(
    min_value=pd.Timestamp("1990-01-01").date(), max_value=pd.Timestamp("2060-12-31").date()
).map(pd.Timestamp)


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


def period(start: str, end: str) -> Period:
    return Period(day(start), day(end))


def settings(**general: object) -> Settings:
    shipped = Settings.default()
    return replace(shipped, general=replace(shipped.general, **general))


def years(start: str, end: str) -> float:
    return elapsed(np.array([start], dtype="datetime64[D]"), day(end), unit_months=12)[0]


def test_three_months_before_the_end_of_may_is_the_end_of_february_and_not_90_days():
    assert months_before(day("2024-05-31"), 3) == day("2024-02-29")
    assert months_before(day("2023-05-31"), 3) == day("2023-02-28")
    assert day("2024-05-31") - pd.Timedelta(days=90) == day("2024-03-02")


def test_a_time_of_day_does_not_count():
    assert months_before(day("2024-05-31 18:30"), 3) == day("2024-02-29")
    assert window(day("2024-05-31 18:30"), 1) == period("2024-05-01", "2024-05-31")


@pytest.mark.parametrize(
    ("end", "months", "expected"),
    [
        ("2024-12-31", 12, ("2024-01-01", "2024-12-31")),
        ("2024-02-29", 3, ("2023-12-01", "2024-02-29")),
        ("2024-04-30", 1, ("2024-04-01", "2024-04-30")),
        # Not the end of its month: 2024-02-28 in a leap year.
        ("2024-02-28", 1, ("2024-01-29", "2024-02-28")),
        ("2023-02-28", 1, ("2023-02-01", "2023-02-28")),
        ("2024-05-15", 12, ("2023-05-16", "2024-05-15")),
        # 30 May less 3 months is clipped to 29 February; the window starts the day after.
        ("2024-05-30", 3, ("2024-03-01", "2024-05-30")),
    ],
)
def test_window_is_whole_months_from_a_month_end_else_day_after_the_same_day(end, months, expected):
    assert window(day(end), months) == period(*expected)


def test_a_window_of_no_months_is_our_own_mistake():
    with pytest.raises(ValueError, match="at least one month"):
        window(day("2024-05-31"), 0)


@pytest.mark.parametrize(
    ("this", "before"),
    [
        (("2024-10-01", "2024-12-31"), ("2024-07-01", "2024-09-30")),
        (("2024-02-16", "2024-05-15"), ("2023-11-16", "2024-02-15")),
        (("2024-03-01", "2024-05-31"), ("2023-12-01", "2024-02-29")),
        # No whole months: as many days (10) just before.
        (("2024-05-03", "2024-05-12"), ("2024-04-23", "2024-05-02")),
    ],
)
def test_comparison_window_is_as_long_and_ends_the_day_before(this, before):
    assert period(*this).previous == period(*before)


@given(dates, st.integers(1, 60))
def test_window_and_comparison_window_touch_and_never_overlap(end, months):
    now = window(end, months)
    assert now.start <= now.end == end
    assert now.previous.end == now.start - pd.Timedelta(days=1)
    assert now.months == months


@given(dates, st.integers(0, 500))
def test_months_forward_on_arrays_agree_with_pandas(date, months):
    moved = add_months(np.array([date], dtype="datetime64[D]"), months)[0]
    assert pd.Timestamp(moved) == date + pd.DateOffset(months=months)


def test_the_last_day_is_in_the_period_to_its_last_minute():
    moments = np.array(
        ["2024-03-31T23:59", "2024-04-01T00:00", "2024-04-30T23:59:59", "2024-05-01T00:00", "NaT"],
        dtype="datetime64[us]",
    )
    assert period("2024-04-01", "2024-04-30").covers(moments).tolist() == [False, True, True, False, False]


def test_months_of_a_broken_period_count_the_part():
    # Nine whole months and 15 of October's 31 days.
    assert period("2024-01-01", "2024-10-15").months == pytest.approx(9 + 15 / 31)


def test_five_calendar_years_are_exactly_five():
    assert years("2019-12-31", "2024-12-31") == 5.0
    assert years("2020-02-29", "2024-02-29") == 4.0
    # The anniversary of a leap day is clipped to 28 February.
    assert years("2020-02-29", "2025-02-28") == 5.0


def test_a_running_year_counts_as_the_part_that_has_passed():
    # 2023-01-01 -> 2024-01-01 is one; from there 182 of the 366 days of 2024.
    assert years("2023-01-01", "2024-07-01") == pytest.approx(1 + 182 / 366)
    assert years("2019-12-31", "2024-12-30") == pytest.approx(4 + 365 / 366)
    assert years("2024-12-31", "2024-12-31") == 0.0


def test_no_start_and_a_start_in_the_future_have_no_years():
    assert np.isnan(years("NaT", "2024-12-31"))
    assert np.isnan(years("2025-01-01", "2024-12-31"))


@given(dates, dates)
def test_years_never_fall_when_the_end_moves_on(start, end):
    earlier, later = sorted((start, end))
    begun = np.array([earlier], dtype="datetime64[D]")
    at = elapsed(begun, later, unit_months=12)[0]
    assert 0 <= at < elapsed(begun, later + pd.Timedelta(days=1), unit_months=12)[0]


def test_period_of_the_last_n_months():
    assert period_of(settings(period_months=3), day("2024-05-31")) == period("2024-03-01", "2024-05-31")


@pytest.mark.parametrize(
    ("start_month", "today", "expected"),
    [(1, "2024-05-15", "2024-01-01"), (4, "2024-05-15", "2024-04-01"), (7, "2024-05-15", "2023-07-01")],
)
def test_period_of_the_fiscal_year_runs_from_its_start_to_the_analysis_date(start_month, today, expected):
    chosen = settings(period_mode=p.PERIOD_FISCAL_YEAR, fiscal_start_month=start_month)
    assert period_of(chosen, day(today)) == period(expected, today)


def test_period_between_dates_never_ends_after_the_analysis_date():
    chosen = settings(
        period_mode=p.PERIOD_BETWEEN, period_start=day("2024-01-10"), period_end=day("2024-12-31")
    )
    assert period_of(chosen, day("2024-06-30")) == period("2024-01-10", "2024-06-30")
    assert period_of(chosen, day("2025-06-30")) == period("2024-01-10", "2024-12-31")
    open_end = settings(period_mode=p.PERIOD_BETWEEN, period_start=day("2024-01-10"))
    assert period_of(open_end, day("2024-06-30")) == period("2024-01-10", "2024-06-30")


def test_period_between_dates_names_the_setting_that_is_blank_or_too_late():
    with pytest.raises(CrmError, match="期间起没有填写"):
        period_of(settings(period_mode=p.PERIOD_BETWEEN), day("2024-06-30"))
    late = settings(period_mode=p.PERIOD_BETWEEN, period_start=day("2024-07-01"))
    with pytest.raises(CrmError, match="2024-07-01 晚于"):
        period_of(late, day("2024-06-30"))
