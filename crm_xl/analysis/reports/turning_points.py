"""趋势拐点: months in which amount, new customers or the share of active ones turn (guide 004).

A month turns where it is a local extreme and stands out: where its prominence, the smaller of the drops on its two
sides before something higher (for a low: the smaller of the rises) comes, is at least the share of the mean month
that 参数 says. From 1 to 3 new customers is no turn: what counts customers must also stand out by as many of them as
参数 says. Prominence as topography has it, e.g. Llobera 2001, Building past landscape perception with GIS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crm_xl.analysis.calendar import Period
from crm_xl.analysis.growth import Floats, growth
from crm_xl.analysis.metrics_orders import YUAN_PER_WAN
from crm_xl.analysis.reports.change_words import percent_text, short_figure
from crm_xl.analysis.reports.choice import Choice, choice_of
from crm_xl.analysis.reports.ground import Ground, Made
from crm_xl.analysis.reports.sales_figures import ties
from crm_xl.analysis.tally import Codes
from crm_xl.analysis.trend import monthly_trend
from crm_xl.settings import Settings
from crm_xl.settings.model import BOUND_TOLERANCE
from crm_xl.tables import outputs as o
from crm_xl.tables import sales_reports as t

PEAK, VALLEY = "峰（由升转降）", "谷（由降转升）"
_TURNED = {PEAK: "由升转降", VALLEY: "由降转升"}


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A line of the trend whose turns are told.

    Attributes:
        column: of TREND.
        title, unit: as told.
        scale: what a cell is in the unit.
        customers: how many customers 1 of the column stands for, by month of TREND; None: it counts none.
    """

    column: str
    title: str
    unit: str
    scale: float = 1.0
    customers: Callable[[pd.DataFrame], Floats] | None = None


def _one_each(trend: pd.DataFrame) -> Floats:
    return np.ones(len(trend))


def _had_ordered(trend: pd.DataFrame) -> Floats:
    """Customers with an order up to each month's end, of whom active_share is a share."""
    known = trend["customers"].where(trend["active_share"] > 0) / trend["active_share"]
    return known.ffill().bfill().to_numpy(dtype=float)


METRICS = (
    Metric(column="amount", title="订单总额", unit="万元"),
    Metric(column="new_customers", title="新增客户数", unit="家", customers=_one_each),
    Metric(column="active_share", title="活跃客户占比", unit="%", scale=100.0, customers=_had_ordered),
)


def make_turning_points(ground: Ground) -> Made:
    """TURNING_POINTS and the block of its charts: the 24 months up to the last day that the choice above it names.

    Raises:
        CrmError: a choice that cannot be followed, or no order up to that day in what it leaves.
    """
    choice = choice_of(t.TURNING_CHOICE, ground)
    trend = _trend(choice, ground)
    turns = turns_of(trend, choice.period.end, ground.settings)
    months = trend["month"].tolist()
    rows = []
    for metric in METRICS:
        values = trend[metric.column].to_numpy(dtype=float)
        begun = np.flatnonzero(~np.isnan(values))
        before = int(begun[0]) if len(begun) else 0
        for place, prominence in zip(*turns[metric.column], strict=True):
            turn = PEAK if prominence > 0 else VALLEY
            rows.append(
                {
                    "metric": metric.title,
                    "month": months[place],
                    "turn": turn,
                    "value": values[place] * metric.scale,
                    "unit": metric.unit,
                    "prominence": abs(prominence),
                    "statement": _statement(metric, turn, months, values, (before, int(place))),
                }
            )
            before = int(place)
    frame = pd.DataFrame(rows, columns=list(t.TURNING_POINTS.names))
    block = pd.concat(
        [turn_marks(trend, turns), trend[[metric.column for metric in METRICS]]], axis="columns"
    )
    amounts = trend["amount"].dropna().to_numpy(dtype=float)
    shown = Period(months[0], choice.period.end)
    return Made(
        tables={
            t.TURNING_POINTS.name: frame.astype(
                {"month": "datetime64[ns]", "value": float, "prominence": float}
            ),
            t.TURNING_CHART.name: block[list(t.TURNING_CHART.names)],
        },
        chosen={t.TURNING_POINTS.name: choice.words},
        checks=(
            ties(t.TURNING_POINTS, amounts * YUAN_PER_WAN, ground.sales([choice.period]), choice, shown),
        ),
    )


def turns_of(trend: pd.DataFrame, end: pd.Timestamp, settings: Settings) -> dict[str, tuple[Codes, Floats]]:
    """The turns of every line of METRICS: their places in the trend, and how much each stands out, as turning_points has it.

    Args:
        trend: TREND.
        end: the day its last month is known up to; a month that still runs is no fall.
        settings: how much must stand out.
    """
    share, fewest = settings.general.turning_prominence, settings.general.turning_floor
    found = {}
    for metric in METRICS:
        values = trend[metric.column].to_numpy(dtype=float)
        known = np.flatnonzero(~np.isnan(values))
        known = known if end.is_month_end else known[known < len(values) - 1]
        least = np.zeros(len(values)) if metric.customers is None else fewest / metric.customers(trend)
        places, stand_out = turning_points(values[known], share, least[known])
        found[metric.column] = (known[places], stand_out)
    return found


def turn_marks(trend: pd.DataFrame, turns: Mapping[str, tuple[Codes, Floats]]) -> pd.DataFrame:
    """What a chart marks: month, and for each line of METRICS `{column}_turn`, its figure where it turns, else missing.

    Args:
        trend: TREND.
        turns: of it, from `turns_of`.
    """
    marks = trend[["month"]].copy()
    for column, (places, _) in turns.items():
        turned = np.isin(np.arange(len(trend)), places)
        marks[f"{column}_turn"] = trend[column].where(turned)
    return marks


def turning_points(values: Floats, share: float, least: Floats | float = 0.0) -> tuple[Codes, Floats]:
    """The places of the turns of a series, in order, and how much each stands out.

    Args:
        values: one per month, none missing. Neither end turns; of equal months in a row the last one does.
        share: of the mean month: what stands out less is no turn.
        least: nor is what stands out less than this, of each month in the values' own unit.

    Returns:
        Places, and prominence ÷ mean: above 0 for a peak, below for a low. None where the mean is not positive.
    """
    nothing = np.array([], dtype=np.int64), np.array([])
    mean = float(values.mean()) if len(values) else 0.0
    if not mean > 0:
        return nothing
    high, low = prominences(values), prominences(-values)
    # A share of customers comes back as their number but for rounding.
    enough = np.maximum(share * mean, np.asarray(least) * (1 - BOUND_TOLERANCE))
    signed = np.where(high >= enough, high, np.where(low >= enough, -low, 0.0)) / mean
    places = np.flatnonzero((signed != 0.0) & ((high > 0) | (low > 0)))
    return places, signed[places]


def prominences(values: Floats) -> Floats:
    """How far each inner local maximum stands above the higher of the lows that part it from something higher; else 0."""
    found = np.zeros(len(values))
    for place in range(1, len(values) - 1):
        height = values[place]
        before = place - 1
        while before > 0 and values[before] == height:
            before -= 1
        if not (values[before] < height and values[place + 1] < height):
            continue
        left, right = values[:place], values[place + 1 :]
        found[place] = height - max(_low(left[::-1], height), _low(right, height))
    return found


def _low(side: Floats, height: float) -> float:
    """The lowest value on the way from a maximum to something higher, or to the end."""
    higher: NDArray[np.bool_] = side > height
    reach = int(higher.argmax()) if higher.any() else len(side)
    return float(side[:reach].min())


def _trend(choice: Choice, ground: Ground) -> pd.DataFrame:
    facts = ground.sales([choice.period])
    inside = facts.chosen(choice, facts.groups)
    if not (inside & (facts.sales.day <= np.datetime64(choice.period.end, "D"))).any():
        raise choice.nothing("订单")
    if inside.all() and choice.period.end == ground.date and o.TREND.name in ground.made:
        return ground.made[o.TREND.name]
    older = ground.older.reindex(ground.listed).reset_index(drop=True)  # sales number the customers as listed
    return monthly_trend(facts.sales.frame(inside), choice.period.end, older=older)


def _statement(
    metric: Metric, turn: str, months: list[pd.Timestamp], values: Floats, places: tuple[int, int]
) -> str:
    """One turn in words: “2026-02订单总额由降转升：12.3万元，较2025-12的45.6万元下降73%。”."""
    before, place = places
    now, then = values[place] * metric.scale, values[before] * metric.scale
    text = f"{months[place]:%Y-%m}{metric.title}{_TURNED[turn]}：{short_figure(now)}{metric.unit}"
    since = f"较{months[before]:%Y-%m}的{short_figure(then)}{metric.unit}"
    if metric.unit == "%":
        change, shown = now - then, f"{short_figure(round(abs(now - then), 2))}个百分点"
    else:
        change = growth(now, then)
        shown = percent_text(abs(change))
    if np.isnan(change) or change == 0:
        return f"{text}。"
    return f"{text}，{since}{'上升' if change > 0 else '下降'}{shown}。"
