"""Changes and comparisons in the words of guide 004: growth in percent, changes of rates in percentage points."""

from __future__ import annotations

import math

from crm_xl.analysis.points import number_text

_STEADY = "持平"


def short_figure(value: float) -> str:
    """A figure as a sentence says it: two decimals, four where it is below 1.

    >>> short_figure(1.2), short_figure(0.144), short_figure(1234.5)
    ('1.2', '0.144', '1234.5')
    """
    if abs(value) >= 1:
        return number_text(value)
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def percent_text(share: float) -> str:
    """A fraction as a percentage with at most one decimal.

    >>> percent_text(0.12), percent_text(0.1234)
    ('12%', '12.3%')
    """
    return f"{number_text(round(share * 100, 1))}%"


def growth_text(growth: float, up: str) -> str:
    """A growth rate in words; blank where there is none.

    >>> growth_text(0.15, "增长"), growth_text(-0.08, "上升"), growth_text(0.0004, "增长")
    ('增长15%', '下降8%', '持平')
    """
    if math.isnan(growth):
        return ""
    shown = percent_text(abs(growth))
    return _STEADY if shown == "0%" else f"{up if growth > 0 else '下降'}{shown}"


def points_text(points: float) -> str:
    """A change in percentage points in words; blank where there is none.

    >>> points_text(5.0), points_text(-2.04)
    ('提升5个百分点', '下降2个百分点')
    """
    if math.isnan(points):
        return ""
    shown = number_text(round(abs(points), 1))
    return _STEADY if shown == "0" else f"{'提升' if points > 0 else '下降'}{shown}个百分点"
