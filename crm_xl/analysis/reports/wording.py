"""Sentences whose figures are those of a table: a text with the cells of its own row put in."""

from __future__ import annotations

from collections.abc import Mapping

from crm_xl.analysis.points import number_text
from crm_xl.settings.insight_rules import PLACEHOLDER


def worded(text: str, cells: Mapping[str, str]) -> str:
    """The text with every placeholder replaced by the cell it names.

    >>> worded("{范围}家中有{涉及}家", {"范围": "12", "涉及": "3"})
    '12家中有3家'

    Raises:
        KeyError: a placeholder that the cells do not have; settings let none through.
    """
    return PLACEHOLDER.sub(lambda found: cells[found[1]], text)


def figure_text(value: float, unit: str) -> str:
    """A figure with its unit, and “无” for one that is missing.

    >>> figure_text(32.5, "%"), figure_text(4.0, "次/月"), figure_text(float("nan"), "%")
    ('32.5%', '4次/月', '无')
    """
    return "无" if value != value else f"{number_text(value)}{unit}"


def share_text(fraction: float) -> str:
    """A fraction as a percentage with at most two decimals.

    >>> share_text(0.3333)
    '33.33%'
    """
    return figure_text(100 * fraction, "%")
