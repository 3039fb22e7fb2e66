"""AHP_WEIGHTS, AHP_CR, POTENTIAL_TIER."""

from __future__ import annotations

from typing import Any

import numpy as np

from crm_xl.analysis import ahp
from crm_xl.analysis.growth import Floats
from crm_xl.analysis.schemes import potential_tier as level_of_potential
from crm_xl.errors import CrmError
from crm_xl.functions.cells import Objects, elementwise, is_omitted, one, read
from crm_xl.functions.errors import NOT_AVAILABLE, NUM, ErrorValue, error_text
from crm_xl.schema import Column, Kind
from crm_xl.settings import Settings

_JUDGEMENT = Column(name="judgement", title="判断值", kind=Kind.NUMBER)
_RI = Column(name="ri", title="随机一致性指标")
_SIZE = Column(name="size", title="企业规模等级", kind=Kind.NUMBER)
_OUTLOOK = Column(name="outlook", title="行业潜力", kind=Kind.NUMBER)
_WILLINGNESS = Column(name="willingness", title="合作意愿", kind=Kind.NUMBER)
_LOWEST_MARK, _HIGHEST_MARK = 1, 5


def ahp_weights(matrix: Any, ri: Any = None) -> Any:
    """The weights of a judgement matrix, one below the other; an error where CR is above 0.10."""
    found = _weighed(matrix, ri)
    if found is None:
        return ""
    try:
        found.require_consistent([f"第{number}项" for number in range(1, len(found.weights) + 1)])
    except CrmError as error:
        raise ErrorValue(NUM, error.problem, hint=error.hint) from None
    weights = found.weights.tolist()
    return weights[0] if len(weights) == 1 else [[weight] for weight in weights]


def ahp_cr(matrix: Any, ri: Any = None) -> Any:
    """The consistency ratio of a judgement matrix, whether or not it passes."""
    found = _weighed(matrix, ri)
    return "" if found is None else found.cr


def potential_tier(size: Any, outlook: Any, willingness: Any) -> Any:
    """高, 中 or 低 by the mean of three marks from 1 to 5."""
    general = Settings.default().general

    def compute(sizes: Floats, outlooks: Floats, wills: Floats) -> Objects:
        _, level = level_of_potential(
            sizes, outlooks, wills, high=general.potential_high, middle=general.potential_middle
        )
        marks = np.stack([sizes, outlooks, wills])
        outside = ((marks < _LOWEST_MARK) | (marks > _HIGHEST_MARK)).any(axis=0)
        level[outside] = error_text(NUM, f"三项打分应在{_LOWEST_MARK}至{_HIGHEST_MARK}之间。")
        return level

    return elementwise(compute, read(size, _SIZE), read(outlook, _OUTLOOK), read(willingness, _WILLINGNESS))


def _weighed(matrix: Any, ri: Any) -> ahp.Ahp | None:
    """What the judgements come to; None for a blank range."""
    cells = read(matrix, _JUDGEMENT).checked()
    name = Settings.default().general.ahp_ri if is_omitted(ri) else one(ri, _RI)
    if name not in ahp.RANDOM_INDEX:
        known = "、".join(ahp.RANDOM_INDEX)
        raise ErrorValue(NOT_AVAILABLE, f"没有名为“{name}”的随机一致性指标表。", hint=f"可填：{known}。")
    if cells.blank.all():
        return None
    return ahp.weigh(ahp.reciprocal(cells.values.astype(float)), ri=name)
