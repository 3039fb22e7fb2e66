"""What stands in the row of choices above a report: its period, and the owner, industry and region it is narrowed to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crm_xl.analysis.calendar import MONTHS_PER_YEAR, Period, window
from crm_xl.analysis.customers import Frames, is_within
from crm_xl.analysis.order_facts import orders_of
from crm_xl.errors import CrmError
from crm_xl.raw import RawTable
from crm_xl.schema import Table
from crm_xl.settings import Settings
from crm_xl.settings.rows import Row, read_rows
from crm_xl.tables import choices as c
from crm_xl.tables import inputs as i

if TYPE_CHECKING:  # a ground keeps what choices narrow
    from crm_xl.analysis.reports.ground import Ground

_MONTHS_OF = {c.GRAIN_MONTH: 1, c.GRAIN_QUARTER: 3, c.GRAIN_YEAR: MONTHS_PER_YEAR}
_NARROWING = ("owner", "industry", "region")
_TITLES = {name: i.CUSTOMERS.column(name).title for name in _NARROWING}
# Where else than with the customers an owner or a region stands: table -> column.
_ELSEWHERE: dict[str, tuple[tuple[Table, str], ...]] = {
    "owner": ((i.ORDERS, "sales_owner"), (i.OPPORTUNITIES, "sales_owner")),
    "industry": (),
    "region": ((i.ORDERS, "region"),),
}
# What the whole history is made of: table -> the column that dates its rows.
_DATED: tuple[tuple[Table, str], ...] = (
    (i.INTERACTIONS, "interaction_time"), (i.TICKETS, "submitted_at"),
    (i.OPPORTUNITIES, "created_on"), (i.CHURNED, "churned_on"), (i.CAMPAIGNS, "start_date"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What one report shows.

    Attributes:
        period: the days it covers, never after the analysis date.
        grain: one of choices.GRAINS.
        owner, industry, region: empty for all; choices.UNNAMED for those that have none.
        words: what was chosen, for the caption; empty where nothing was.
    """

    period: Period
    grain: str = c.GRAIN_MONTH
    owner: str = ""
    industry: str = ""
    region: str = ""
    words: str = ""

    def rows(self, frame: pd.DataFrame) -> NDArray[np.bool_]:
        """Which rows of a table with owner, industry and region are meant; perhaps none."""
        inside = np.ones(len(frame), dtype=bool)
        for name in _NARROWING:
            if wanted := getattr(self, name):
                inside &= is_within(named(frame[name]), wanted).to_numpy()
        return inside

    def customers(self, customers: pd.DataFrame) -> NDArray[np.bool_]:
        """Which customers are meant, at least one.

        Args:
            customers: tblCustomers, or METRICS, or any table with owner, industry and region.

        Raises:
            CrmError: nobody is; the report has nothing to show, and says so.
        """
        inside = self.rows(customers)
        if not inside.any():
            raise self.nothing("客户")
        return inside

    def nothing(self, what: str) -> CrmError:
        """The error that nothing of that kind lies within what was chosen.

        Args:
            what: the rows that were looked for, "订单".
        """
        narrowed = [f"{_TITLES[name]} {getattr(self, name)}" for name in _NARROWING if getattr(self, name)]
        period = f"{self.period.start:%Y-%m-%d} 至 {self.period.end:%Y-%m-%d}"
        return CrmError(
            f"没有符合所选条件的{what}（{'，'.join([period, *narrowed])}）。",
            hint="请改变表上方所选的期间、负责人、所属行业或区域后刷新。",
        )


def named(values: pd.Series) -> pd.Series:
    """The values as texts, choices.UNNAMED where nothing stands: a group of its own, and one to choose."""
    codes, distinct = pd.factorize(values.to_numpy(dtype=object))
    texts = np.array([*(str(text) or c.UNNAMED for text in distinct), c.UNNAMED], dtype=object)
    return pd.Series(texts[codes], index=values.index, dtype=object)


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
        CrmError: a cell that cannot be read, a period the wrong way round, a name that stands nowhere.
    """
    row = chosen_row(table, ground.raw.get(table.name))
    if row is None:
        return Choice(period=ground.period)
    values = {name: _said(row, name) for name in _NARROWING}
    for name, value in values.items():
        if value:
            _known(row, name, value, ground.frames)
    days_typed = row["start"] is not None or row["end"] is not None
    chosen = row["period"] or c.PERIOD_AS_SET
    if chosen == c.PERIOD_AS_SET and days_typed:
        chosen = c.PERIOD_DAYS  # who types days means them, though the cell beside them still says 分析期间
    period = _days_chosen(row, ground) if chosen == c.PERIOD_DAYS else named_period(chosen, ground)
    words = [f"{_TITLES[name]} {value}" for name, value in values.items() if value]
    if chosen != c.PERIOD_AS_SET:
        words.insert(0, f"{chosen} {period.start:%Y-%m-%d} 至 {period.end:%Y-%m-%d}")
    grain = row.values.get("grain") or c.GRAIN_MONTH
    return Choice(period=period, grain=grain, **values, words="　".join(words))


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
        return Period(_earliest(ground), ground.date.normalize())
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
        return Period(start, ground.date.normalize())
    return Period(start - pd.DateOffset(months=months_of(grain)), start - pd.Timedelta(days=1))


def months_of(grain: str) -> int:
    """How many months a month, a quarter or a year has: 1, 3 or 12."""
    return _MONTHS_OF[grain]


def start_of(date: pd.Timestamp, grain: str, settings: Settings) -> pd.Timestamp:
    """The first day of the month, quarter or year that a date lies in; quarters and years by 财年起始月."""
    months = months_of(grain)
    since = (date.month - settings.general.fiscal_start_month) % months
    first = date.normalize().replace(day=1)
    return first - pd.DateOffset(months=since)


def option_lists(frames: Frames) -> dict[str, pd.DataFrame]:
    """The lists that the choices above the reports offer: OWNER_LIST, INDUSTRY_LIST, REGION_LIST, CUSTOMER_LIST.

    Args:
        frames: cleaned tables of everybody in scope, customers among them.
    """
    lists = {
        table.name: pd.DataFrame({name: [c.EVERYTHING, *_names(name, frames)]}, dtype=object)
        for table, name in ((c.OWNER_LIST, "owner"), (c.INDUSTRY_LIST, "industry"), (c.REGION_LIST, "region"))
    }
    customers = frames[i.CUSTOMERS.name][list(c.CUSTOMER_LIST.names)]
    return lists | {c.CUSTOMER_LIST.name: customers.reset_index(drop=True)}


def _names(name: str, frames: Frames) -> list[str]:
    """Every owner, industry or region there is, sorted, UNNAMED last where a customer has none."""
    found = named(pd.Series(frames[i.CUSTOMERS.name][name].unique()))
    values = set(found)
    for table, column in _ELSEWHERE[name]:
        if table is i.ORDERS:
            orders = orders_of(frames)
            values |= set() if orders is None else set(orders.texts(column)) - {""}
        elif table.name in frames:
            said = frames[table.name][column].unique()
            values |= {str(value) for value in said if not pd.isna(value)} - {""}
    if name == "industry":
        values |= {value.split("-")[0] for value in values}
    return sorted(values - {c.UNNAMED}) + [c.UNNAMED] * (c.UNNAMED in values)


def _earliest(ground: Ground) -> pd.Timestamp:
    """The first day that anything is known of; the period's own start where nothing is."""
    days = [
        ground.frames[table.name][column].min() for table, column in _DATED if table.name in ground.frames
    ]
    if (orders := orders_of(ground.frames)) is not None:
        days.append(orders.buyers["first_line"].min())
    known = [day for day in days if not pd.isna(day) and day <= ground.date]
    return min(known).normalize() if known else ground.period.start


def _days_chosen(row: Row, ground: Ground) -> Period:
    """From 起 to 止; the analysis period's own ends stand in for a blank."""
    today = ground.date.normalize()
    start = ground.period.start if row["start"] is None else pd.Timestamp(row["start"]).normalize()
    end = today if row["end"] is None else min(pd.Timestamp(row["end"]).normalize(), today)
    if start > end:
        cell = "end" if row["start"] is None else "start"
        raise row.fault(
            cell,
            f"所选期间自 {start:%Y-%m-%d} 起，晚于止 {end:%Y-%m-%d}（不晚于分析日期）。",
            "请改正起、止日期后刷新。",
        )
    return Period(start, end)


def _said(row: Row, name: str) -> str:
    value = str(row.values.get(name) or "").strip()
    return "" if value == c.EVERYTHING else value


def _known(row: Row, name: str, value: str, frames: Frames) -> None:
    """A name must stand somewhere: with a customer, an order or an opportunity."""
    names = pd.Series(_names(name, frames), dtype=object)
    if not is_within(names, value).any():
        problem = f"数据中没有{_TITLES[name]}“{value}”。"
        raise row.fault(name, problem, "请从下拉列表中选择，或填“全部”。")
