"""One indicator of a scorecard: raw values become points, and how both are written for a reader."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from crm_xl.analysis.growth import Floats
from crm_xl.schema import Column, Kind
from crm_xl.settings.model import BOUND_TOLERANCE, Indicator
from crm_xl.tables import parameters as p
from crm_xl.tables.outputs import METRICS

FULL_POINTS = 100.0
ALL_EQUAL_POINTS = 50.0

_SHORT_UNITS = {"万元": "万"}


def points_of(values: ArrayLike, indicator: Indicator) -> Floats:
    """Points per value, missing where the value is.

    A step begins at its lower bound; a value that misses the bound by less than 1e-9 has reached it. Min-max
    spreads 0 to 100 over the values given, and gives 50 to all when they are equal. Raw takes the value.

    Args:
        values: in the metric's own unit.
        indicator: method and steps.

    Returns:
        One float per value, same order.
    """
    raw = np.asarray(values, dtype=float)
    known = ~np.isnan(raw)
    points = np.full(raw.shape, np.nan)
    if indicator.method == p.METHOD_RAW:
        return raw.copy()
    if indicator.method == p.METHOD_STEPS:
        lowers, earned = step_arrays(indicator)
        points[known] = earned[np.searchsorted(lowers - BOUND_TOLERANCE, raw[known], side="right") - 1]
    elif known.any():
        low, high = raw[known].min(), raw[known].max()
        points[known] = FULL_POINTS * (raw[known] - low) / (high - low) if high > low else ALL_EQUAL_POINTS
    return points


def step_arrays(indicator: Indicator) -> tuple[Floats, Floats]:
    """Lower bounds, ascending from minus infinity, and the points each step earns.

    Raises:
        ValueError: no step is open below, so that some values would earn nothing.
    """
    lowers = np.array([-np.inf if step.lower is None else step.lower for step in indicator.steps])
    if not np.isneginf(lowers).any():
        raise ValueError(f"{indicator.name}: no step without a lower bound")
    order = np.argsort(lowers)
    return lowers[order], np.array([step.points for step in indicator.steps], dtype=float)[order]


def lowest_points(indicator: Indicator) -> float:
    """The points of a known nothing: those of the worst step, 0 for a scaled or raw value."""
    return min((step.points for step in indicator.steps), default=0.0)


def raw_texts(values: Floats, indicator: Indicator) -> list[str]:
    """Raw values as a person writes them: "1200万", "15%", "5年".

    Two decimals, unless rounding would carry a value over a bound that it has not reached: 14.999 % does not
    read 15% beside the points of 14 %.
    """
    column = _column(indicator)
    scale = 100.0 if column.kind is Kind.PERCENT else 1.0
    unit = "%" if column.kind is Kind.PERCENT else _SHORT_UNITS.get(column.unit, column.unit)
    rounded = np.round(values * scale, 2)
    misleading = np.zeros(len(values), dtype=bool)
    if indicator.steps:
        misleading = points_of(rounded / scale, indicator) != points_of(values, indicator)
    texts = [f"{number_text(value)}{unit}" for value in rounded.tolist()]
    for place in np.flatnonzero(misleading):
        texts[place] = f"{values[place] * scale:.10g}{unit}"
    return texts


def number_text(value: float) -> str:
    """A number with at most two decimals and no idle zeros.

    >>> number_text(33.30), number_text(1200.0)
    ('33.3', '1200')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def score_text(value: float) -> str:
    """Points of a contribution or a total: one decimal, two where one would round.

    A total just below a whole number is cut, not rounded, because bounds of tiers are whole numbers and 89.999
    is not the 90 of the tier above.

    >>> score_text(94.5), score_text(100 / 3), score_text(89.999)
    ('94.5', '33.33', '89.99')
    """
    if abs(value - round(value, 1)) <= BOUND_TOLERANCE:
        return f"{value:.1f}"
    rounded = round(value, 2)
    if rounded == int(rounded) and rounded > value:
        rounded -= 0.01
    return f"{rounded:.2f}"


def _column(indicator: Indicator) -> Column:
    if indicator.metric in METRICS.names:
        return METRICS.column(indicator.metric)
    # A worksheet formula may bring an indicator of its own.
    return Column(name=indicator.metric or "value", title=indicator.name, kind=Kind.NUMBER)
