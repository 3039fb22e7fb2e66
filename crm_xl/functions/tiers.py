"""CUSTOMER_TIER, PRIORITY, VALUE_POTENTIAL, VALUE_TIER, ACTIVITY_TIER."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from crm_xl.analysis.calendar import Dates
from crm_xl.analysis.grading import activity_tier as level_of_activity
from crm_xl.analysis.grading import assign_tier
from crm_xl.analysis.grading import value_tier as level_of_value
from crm_xl.analysis.matrix import matrix_cell
from crm_xl.functions import parameters
from crm_xl.functions.cells import Objects, answer, elementwise, grid, is_omitted, one, read
from crm_xl.functions.errors import NUM, ErrorValue, error_text
from crm_xl.schema import Column, Kind
from crm_xl.settings import Settings
from crm_xl.settings.model import Tier
from crm_xl.tables.outputs import PENDING

_SCORE = Column(name="score", title="得分", kind=Kind.NUMBER)
_VALUE = Column(name="value", title="价值", kind=Kind.NUMBER)
_POTENTIAL = Column(name="potential", title="潜力", kind=Kind.NUMBER)
_VALUE_CUT = Column(name="value_cut", title="价值界限", kind=Kind.NUMBER)
_POTENTIAL_CUT = Column(name="potential_cut", title="潜力界限", kind=Kind.NUMBER)
_AMOUNT = Column(name="amount", title="金额", kind=Kind.MONEY)
_TOP = Column(name="top", title="高价值占比", kind=Kind.PERCENT)
_MIDDLE = Column(name="middle", title="高中价值累计占比", kind=Kind.PERCENT)
_LAST_ORDER = Column(name="last_order", title="最近订单日期", kind=Kind.DATE)
_ANALYSIS_DATE = Column(name="analysis_date", title="分析日期", kind=Kind.DATE)
_ACTIVE_MONTHS = Column(name="active_months", title="活跃月数", kind=Kind.INTEGER)
_SILENT_MONTHS = Column(name="silent_months", title="沉默月数", kind=Kind.INTEGER)


def customer_tier(score: Any, tiers: Any = None) -> Any:
    """The tier of each score; 待评估 stays 待评估."""
    return _graded(score, parameters.tiers(tiers))


def priority(score: Any, bands: Any = None) -> Any:
    """The band S, A, B or C of each score; 待评估 stays 待评估."""
    return _graded(score, parameters.bands(bands))


def value_potential(value: Any, potential: Any, value_cut: Any, potential_cut: Any) -> Any:
    """The cell of the value-potential matrix."""
    return elementwise(
        matrix_cell,
        read(value, _VALUE),
        read(potential, _POTENTIAL),
        read(value_cut, _VALUE_CUT),
        read(potential_cut, _POTENTIAL_CUT),
    )


def value_tier(amounts: Any, top: Any = None, middle: Any = None) -> Any:
    """高, 中 or 低 by rank among all amounts of the range; blanks are not ranked and stay blank."""
    cells = read(amounts, _AMOUNT).checked()
    general = Settings.default().general
    shares = [_given(top, _TOP, general.value_top), _given(middle, _MIDDLE, general.value_middle)]
    if not 0 <= shares[0] <= shares[1] <= 1:
        raise ErrorValue(
            NUM,
            f"占比应满足 0 ≤ 高价值占比 ≤ 高中价值累计占比 ≤ 1，现为 {shares[0]:g} 和 {shares[1]:g}。",
            hint="例如 0.2 和 0.5。",
        )
    levels = level_of_value(cells.values.ravel(), *shares).reshape(cells.values.shape)
    levels[cells.blank] = ""
    return answer(levels)


def activity_tier(
    last_order: Any, analysis_date: Any, active_months: Any = None, silent_months: Any = None
) -> Any:
    """活跃, 沉默 or 流失 by calendar months since the last order."""
    general = Settings.default().general
    active = int(_given(active_months, _ACTIVE_MONTHS, general.active_months))
    silent = int(_given(silent_months, _SILENT_MONTHS, general.silent_months))
    if not 1 <= active <= silent:
        raise ErrorValue(
            NUM, f"应满足 1 ≤ 活跃月数 ≤ 沉默月数，现为 {active} 和 {silent}。", hint="例如 3 和 6。"
        )

    def compute(last: Dates, analysis: Dates) -> Objects:
        levels = np.full(len(last), "", dtype=object)
        for day in np.unique(analysis):
            here = analysis == day
            levels[here] = level_of_activity(last[here], pd.Timestamp(day), active, silent)
        levels[last > analysis] = error_text(NUM, "最近订单日期晚于分析日期。")
        return levels

    return elementwise(compute, read(last_order, _LAST_ORDER), read(analysis_date, _ANALYSIS_DATE))


def _graded(score: Any, tiers: Sequence[Tier]) -> Any:
    cells = grid(score)
    pending = cells == PENDING
    # 0 stands in for 待评估 while the rest is read; a missing score is 待评估 again.
    numbers = read(np.where(pending, 0.0, cells), _SCORE)
    numbers = replace(numbers, values=np.where(pending, np.nan, numbers.values))
    return elementwise(lambda scores: assign_tier(scores, tiers), numbers)


def _given(argument: Any, column: Column, default: float) -> float:
    found = None if is_omitted(argument) else one(argument, column)
    return default if found is None else float(found)
