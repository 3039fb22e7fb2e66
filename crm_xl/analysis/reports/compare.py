"""环比同比: the month, quarter and year that a day lies in, against the one before and the same of last year (004)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_xl.analysis.calendar import MONTHS_PER_YEAR, Period
from crm_xl.analysis.grading import HIGH
from crm_xl.analysis.growth import growth
from crm_xl.analysis.metrics_orders import YUAN_PER_WAN
from crm_xl.analysis.reports.change_words import growth_text, points_text
from crm_xl.analysis.reports.choice import choice_of, months_of, start_of
from crm_xl.analysis.reports.ground import Ground, Made
from crm_xl.analysis.reports.periods import label, stretch_to
from crm_xl.analysis.reports.sales_figures import HUNDRED, ties
from crm_xl.analysis.reports.selection import Measured, Selection
from crm_xl.analysis.tally import Flags, codes_in
from crm_xl.settings import Settings
from crm_xl.tables import choices as c
from crm_xl.tables import sales_reports as t


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A row of COMPARE: its name and unit, what one unit is in the measure's own, whether it is a rate."""

    field: str
    title: str
    unit: str
    scale: float = 1.0
    rate: bool = False
    basis: str = ""  # the count that a rate stands on
    offers: bool = False  # of opportunities, not of orders

    def of(self, measured: Measured) -> float:
        """The metric in its own unit."""
        return self.scale * float(getattr(measured, self.field))


METRICS: tuple[Metric, ...] = (
    Metric(field="amount", title="成交金额", unit="万元", scale=1 / YUAN_PER_WAN),
    Metric(field="orders", title="订单数", unit="单"),
    Metric(field="customers", title="成交客户数", unit="家"),
    Metric(field="new_customers", title="新增客户数", unit="家"),
    Metric(field="average_order_value", title="客单价", unit="元"),
    Metric(field="active_share", title="活跃客户占比", unit="%", scale=HUNDRED, rate=True, basis="customers"),
    Metric(field="profit_margin", title="利润率", unit="%", scale=HUNDRED, rate=True, basis="orders"),
    Metric(field="high_value_share", title="高价值客户金额占比", unit="%", scale=HUNDRED, rate=True, basis="customers"),
    Metric(field="created", title="新建商机数", unit="个", offers=True),
    Metric(field="conversion", title="商机转化率", unit="%", scale=HUNDRED, rate=True, basis="created", offers=True),
)  # fmt: skip

_COUNTED = frozenset({"单", "家", "个"})


def make_compare(ground: Ground) -> Made:
    """COMPARE and the block of its chart: the month, quarter and year of the last day that the choice above it names.

    Raises:
        CrmError: a choice that cannot be followed, or there is neither order nor opportunity in what it leaves.
    """
    choice = choice_of(t.COMPARE_CHOICE, ground)
    facts = ground.sales(_measured(choice.period.end, ground.settings))
    older = ground.older.reindex(ground.listed)
    selection = Selection(facts, choice, high_value(ground), older)
    if selection.empty:
        raise choice.nothing("订单")
    grace = (ground.date.normalize() - choice.period.end).days
    rows = [
        row
        for grain in c.GRAINS
        for row in _rows(selection, choice.period.end, grain, ground.settings, grace)
    ]
    frame = pd.DataFrame(rows, columns=list(t.COMPARE.names))
    block = _months(selection, choice.period.end, ground.settings)
    months = block["amount"].dropna().to_numpy(dtype=float)
    shown = Period(
        start_of(choice.period.end, c.GRAIN_MONTH, ground.settings) - pd.DateOffset(months=len(block) - 1),
        choice.period.end,
    )
    return Made(
        tables={
            t.COMPARE.name: frame.astype(
                {"start": "datetime64[us]", "end": "datetime64[us]", "complete": object}
            ),
            t.COMPARE_CHART.name: block,
        },
        chosen={t.COMPARE.name: choice.words},
        checks=(ties(t.COMPARE, months * YUAN_PER_WAN, facts, choice, shown),),
    )


def _measured(day: pd.Timestamp, settings: Settings) -> list[Period]:
    """The stretches up to a day that are measured, and those that they are compared with."""
    now = [(stretch_to(day, grain, settings), months_of(grain)) for grain in c.GRAINS]
    return [stretch.back(months).days for stretch, chain in now for months in (0, chain, MONTHS_PER_YEAR)]


def high_value(ground: Ground) -> Flags:
    """Which of the listed customers are of high value (value_tier 高) today."""
    found = np.zeros(len(ground.listed), dtype=bool)
    high = ground.scores.loc[ground.scores["value_tier"] == HIGH, "customer_id"]
    found[codes_in(high, ground.listed)] = True
    return found


@dataclass(frozen=True, kw_only=True)
class _Base:
    """What a period is compared with.

    Attributes:
        name: 环比 or 同比.
        before: how the sentences about it call it.
        up: how a sentence says that something grew.
        measured: what happened; missing where the data do not reach back.
    """

    name: str
    before: str
    up: str
    measured: Measured
    orders_known: bool
    opportunities_known: bool

    def known(self, metric: Metric) -> bool:
        """Whether the data reach back to it."""
        return self.opportunities_known if metric.offers else self.orders_known


def _rows(
    selection: Selection, day: pd.Timestamp, grain: str, settings: Settings, grace: int
) -> list[dict[str, object]]:
    """One row per metric."""
    now = stretch_to(day, grain, settings)
    current = selection.measure(now.days, grace)
    chain = _base(selection, now.back(months_of(grain)).days, grace, ("环比", "上期", "增长"))
    year = _base(selection, now.back(MONTHS_PER_YEAR).days, grace, ("同比", "去年同期", "上升"))
    name = label(now.whole.start, grain, settings)
    until = "" if now.complete else f"（截至{now.days.end:%Y-%m-%d}）"
    rows = []
    for metric in METRICS:
        value = metric.of(current)
        changes = [_change(metric, current, base, settings.general.smallest_group) for base in (chain, year)]
        # A year's period before is the same period of last year: one of the two says it.
        said = [change.words for change in changes[grain == c.GRAIN_YEAR :] if change.words]
        rows.append(
            {
                "grain": grain,
                "period": name,
                "start": now.days.start,
                "end": now.days.end,
                "complete": now.complete,
                "metric": metric.title,
                "unit": metric.unit,
                "current": value,
                "previous": changes[0].base,
                "last_year": changes[1].base,
                "chain_growth": changes[0].growth,
                "year_growth": changes[1].growth,
                "chain_points": changes[0].points,
                "year_points": changes[1].points,
                "statement": f"{name}{until}{metric.title}{'，'.join(said)}。" if said else "",
                "notes": "；".join(dict.fromkeys(change.why for change in changes if change.why)),
            }
        )
    return rows


@dataclass(frozen=True, kw_only=True)
class _Change:
    """A metric against a base: one of growth and points, the words for it, or why there are none."""

    base: float
    growth: float = np.nan
    points: float = np.nan
    words: str = ""
    why: str = ""


def _change(metric: Metric, current: Measured, base: _Base, fewest: int) -> _Change:
    now, before = metric.of(current), metric.of(base.measured)
    if not base.known(metric):
        return _Change(base=np.nan, why=f"{base.before}早于最早的数据")
    if np.isnan(now) or np.isnan(before):
        return _Change(base=before, why=f"{'本期' if np.isnan(now) else base.before}没有可计算的数据")
    if not metric.rate:
        rate = growth(now, before)
        if np.isnan(rate):
            return _Change(base=before, why=f"{base.before}为{'0' if before == 0 else '负'}，没有{base.name}")
        if metric.unit in _COUNTED and max(now, before) < fewest:
            return _Change(base=before, growth=rate, why=f"不足{fewest}{metric.unit}，{base.name}不作结论")
        return _Change(base=before, growth=rate, words=f"{base.name}{growth_text(rate, base.up)}")
    points = now - before
    if min(getattr(current, metric.basis), getattr(base.measured, metric.basis)) < fewest:
        return _Change(base=before, points=points, why=f"样本不足{fewest}，{base.name}不作结论")
    return _Change(base=before, points=points, words=f"{base.name}{points_text(points)}")


def _base(selection: Selection, days: Period, grace: int, words: tuple[str, str, str]) -> _Base:
    name, before, up = words
    return _Base(
        name=name,
        before=before,
        up=up,
        measured=selection.measure(days, grace),
        orders_known=selection.knows(days),
        opportunities_known=selection.knows_opportunities(days),
    )


def _months(selection: Selection, day: pd.Timestamp, settings: Settings) -> pd.DataFrame:
    """COMPARE_CHART: the amounts of twelve months up to a day beside those of the same months a year before."""
    rows = []
    for back in reversed(range(t.COMPARED_MONTHS)):
        month = stretch_to(day, c.GRAIN_MONTH, settings).back(back)
        if back:
            month = stretch_to(month.whole.end, c.GRAIN_MONTH, settings)
        before = month.back(MONTHS_PER_YEAR).days
        amount = selection.amount_of(month.days) if selection.knows(month.days) else np.nan
        last = selection.amount_of(before) if selection.knows(before) else np.nan
        rows.append(
            (f"{month.whole.start:%Y-%m}", amount / YUAN_PER_WAN, last / YUAN_PER_WAN, growth(amount, last))
        )
    return pd.DataFrame(rows, columns=list(t.COMPARE_CHART.names))
