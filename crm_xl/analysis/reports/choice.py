"""What stands in the row of choices above a report: its period, and the owner, industry and region it is narrowed to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crm_xl.analysis.calendar import MONTHS_PER_YEAR, Period, window
from crm_xl.analysis.customers import is_within
from crm_xl.analysis.reports.ground import Ground
from crm_xl.errors import CrmError
from crm_xl.raw import RawTable
from crm_xl.schema import Table
from crm_xl.settings import Settings
from crm_xl.settings.rows import Row, read_rows
from crm_xl.tables import choices as c
from crm_xl.tables import inputs as i

_MONTHS_OF = {c.GRAIN_MONTH: 1, c.GRAIN_QUARTER: 3, c.GRAIN_YEAR: MONTHS_PER_YEAR}
_NARROWING = ("owner", "industry", "region")


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What one report shows.

    Attributes:
        period: the days it covers, never after the analysis date.
        grain: one of choices.GRAINS.
        owner, industry, region: empty for all.
        words: what was chosen, for the caption; empty where nothing was.
    """

    period: Period
    grain: str = c.GRAIN_MONTH
    owner: str = ""
    industry: str = ""
    region: str = ""
    words: str = ""

    def customers(self, customers: pd.DataFrame) -> NDArray[np.bool_]:
        """Which rows of a table with owner, industry and region are meant.

        Args:
            customers: tblCustomers, or METRICS, or any table with those columns.
        """
        inside = np.ones(len(customers), dtype=bool)
        for name in _NARROWING:
            if wanted := getattr(self, name):
                inside &= is_within(customers[name], wanted).to_numpy()
        return inside


def chosen_row(table: Table, raw: RawTable | None) -> Row | None:
    """The row of choices as typed; None where the book has none or all its cells are blank.

    Raises:
        CrmError: a cell that cannot be read as what it should be, with its address.
    """
    if raw is None:
        return None
    faults: list[CrmError] = []
    rows = read_rows(table, raw, faults)
    if faults:
        raise CrmError.of(faults)
    return rows[0] if rows else None


def choice_of(table: Table, ground: Ground) -> Choice:
    """What the row of choices above a report asks for; without one, or blank, the analysis period and everybody.

    Raises:
        CrmError: a cell that cannot be read, a period the wrong way round, a name that no customer has.
    """
    row = chosen_row(table, ground.raw.get(table.name))
    if row is None:
        return Choice(period=ground.period)
    values = {name: _said(row, name) for name in _NARROWING}
    chosen = row["period"] or c.PERIOD_AS_SET
    period = _days_chosen(row, ground) if chosen == c.PERIOD_DAYS else named_period(chosen, ground)
    grain = row.values.get("grain") or c.GRAIN_MONTH
    words = (
        [] if chosen == c.PERIOD_AS_SET else [f"{chosen} {period.start:%Y-%m-%d} 至 {period.end:%Y-%m-%d}"]
    )
    words += [f"{table.column(name).title} {value}" for name, value in values.items() if value]
    choice = Choice(period=period, grain=grain, **values, words="　".join(words))
    if i.CUSTOMERS.name in ground.frames:
        _known(row, choice, ground.frames[i.CUSTOMERS.name])
    return choice


def named_period(name: str, ground: Ground) -> Period:
    """The period of that name, up to the analysis date; a year begins where 财年起始月 says.

    Raises:
        ValueError: the name is none of choices.PERIODS, or 自选起止.
    """
    if name == c.PERIOD_AS_SET:
        return ground.period
    if name == c.PERIOD_TWELVE:
        return window(ground.date, MONTHS_PER_YEAR)
    if name == c.PERIOD_ALL:
        orders = ground.frames.get(i.ORDERS.name)
        first = None if orders is None else orders["order_date"].min()
        return Period(
            ground.period.start if first is None or pd.isna(first) else first.normalize(), ground.date
        )
    grains: dict[str, tuple[str, bool]] = {
        c.PERIOD_MONTH: (c.GRAIN_MONTH, False), c.PERIOD_LAST_MONTH: (c.GRAIN_MONTH, True),
        c.PERIOD_QUARTER: (c.GRAIN_QUARTER, False), c.PERIOD_LAST_QUARTER: (c.GRAIN_QUARTER, True),
        c.PERIOD_YEAR: (c.GRAIN_YEAR, False), c.PERIOD_LAST_YEAR: (c.GRAIN_YEAR, True),
    }  # fmt: skip
    if name not in grains:
        raise ValueError(f"no period is called {name}")
    grain, last = grains[name]
    start = start_of(ground.date, grain, ground.settings)
    if not last:
        return Period(start, ground.date)
    return Period(start - pd.DateOffset(months=_MONTHS_OF[grain]), start - pd.Timedelta(days=1))


def start_of(date: pd.Timestamp, grain: str, settings: Settings) -> pd.Timestamp:
    """The first day of the month, quarter or year that a date lies in; quarters and years by 财年起始月."""
    months = _MONTHS_OF[grain]
    since = (date.month - settings.general.fiscal_start_month) % months
    first = date.normalize().replace(day=1)
    return first - pd.DateOffset(months=since)


def _days_chosen(row: Row, ground: Ground) -> Period:
    start, end = row["start"], row["end"]
    start = ground.period.start if start is None else pd.Timestamp(start).normalize()
    end = ground.date if end is None else min(pd.Timestamp(end).normalize(), ground.date)
    if start > end:
        raise row.fault(
            "start", f"起 {start:%Y-%m-%d} 晚于止或分析日期 {end:%Y-%m-%d}。", "请改为不晚于该日的日期。"
        )
    return Period(start, end)


def _said(row: Row, name: str) -> str:
    value = str(row.values.get(name) or "").strip()
    return "" if value == c.EVERYTHING else value


def _known(row: Row, choice: Choice, customers: pd.DataFrame) -> None:
    """Each name must be some customer's."""
    for name in _NARROWING:
        wanted = getattr(choice, name)
        if wanted and not is_within(customers[name], wanted).any():
            raise row.fault(
                name, f"没有客户的{_TITLES[name]}是“{wanted}”。", "请从下拉列表中选择，或填“全部”。"
            )


_TITLES = {name: i.CUSTOMERS.column(name).title for name in _NARROWING}


def option_lists(customers: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The lists that the choices above the reports offer: OWNER_LIST, INDUSTRY_LIST, REGION_LIST, CUSTOMER_LIST.

    Args:
        customers: tblCustomers of everybody in scope.
    """
    made: dict[str, pd.DataFrame] = {}
    for table in c.LISTS:
        name = table.names[0]
        if name == c.CUSTOMER_LIST.names[0]:
            made[table.name] = customers[list(table.names)].reset_index(drop=True)
            continue
        values = {str(value) for value in customers[name].dropna().unique() if str(value)}
        if name == "industry":
            values |= {value.split("-")[0] for value in values}
        made[table.name] = pd.DataFrame({name: [c.EVERYTHING, *sorted(values)]}, dtype=object)
    return made
