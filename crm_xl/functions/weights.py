"""AHP_WEIGHTS, AHP_CR, POTENTIAL_TIER."""

from __future__ import annotations

from typing import Any

import numpy as np

from crm_xl.analysis import ahp
from crm_xl.analysis.growth import Floats
from crm_xl.analysis.schemes import potential_tier as level_of_potential
from crm_xl.analysis.weights import by_judgement
from crm_xl.errors import CrmError
from crm_xl.functions.cells import Objects, elementwise, grid, is_omitted, one, raise_excel_error, read
from crm_xl.functions.errors import NOT_AVAILABLE, NUM, VALUE, ErrorValue, error_text
from crm_xl.raw import RawTable
from crm_xl.schema import Column, Kind
from crm_xl.settings import Settings
from crm_xl.settings.triangle import read_triangle
from crm_xl.tables.headings import heading_key
from crm_xl.tables.workshop import AHP, ITEM_COLUMNS

_JUDGEMENT = Column(name="judgement", title="判断值", kind=Kind.NUMBER)
_RI = Column(name="ri", title="随机一致性指标")
_GROUP = Column(name="group", title="比较组")
# A range with these headings is the sheet AHP权重, not a matrix.
_TRIANGLE = tuple(heading_key(AHP.column(name).title) for name in ("number", "item", ITEM_COLUMNS[0]))
_SIZE = Column(name="size", title="企业规模等级", kind=Kind.NUMBER)
_OUTLOOK = Column(name="outlook", title="行业潜力", kind=Kind.NUMBER)
_WILLINGNESS = Column(name="willingness", title="合作意愿", kind=Kind.NUMBER)
_LOWEST_MARK, _HIGHEST_MARK = 1, 5


def ahp_weights(matrix: Any, ri: Any = None, group: Any = None) -> Any:
    """The weights of a judgement matrix, one below the other; an error where CR is above 0.10."""
    weighed = _weighed(matrix, ri, group)
    if weighed is None:
        return ""
    found, items = weighed
    try:
        found.require_consistent(items)
    except CrmError as error:
        raise ErrorValue(NUM, error.problem, hint=error.hint) from None
    weights = found.weights.tolist()
    return weights[0] if len(weights) == 1 else [[weight] for weight in weights]


def ahp_cr(matrix: Any, ri: Any = None, group: Any = None) -> Any:
    """The consistency ratio of a judgement matrix, whether or not it passes."""
    weighed = _weighed(matrix, ri, group)
    return "" if weighed is None else weighed[0].cr


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


def _weighed(matrix: Any, ri: Any, group: Any) -> tuple[ahp.Ahp, tuple[str, ...]] | None:
    """What the judgements come to, and the items' names; None for a blank range."""
    name = Settings.default().general.ahp_ri if is_omitted(ri) else one(ri, _RI)
    if name not in ahp.RANDOM_INDEX:
        known = "、".join(ahp.RANDOM_INDEX)
        raise ErrorValue(NOT_AVAILABLE, f"没有名为“{name}”的随机一致性指标表。", hint=f"可填：{known}。")
    chosen = None if is_omitted(group) else one(group, _GROUP)
    rows = grid(matrix)
    if set(_TRIANGLE) <= {heading_key(str(cell)) for cell in rows[0].tolist()}:
        return _of_triangle(rows, name, chosen)
    if chosen is not None:
        raise ErrorValue(VALUE, "比较组只用于“AHP权重”表。", hint="矩阵请填 CRM_AHP，或省略比较组。")
    cells = read(matrix, _JUDGEMENT).checked()
    if cells.blank.all():
        return None
    found = ahp.weigh(ahp.reciprocal(cells.values.astype(float)), ri=name)
    return found, tuple(f"第{number}项" for number in range(1, len(found.weights) + 1))


def _of_triangle(rows: Objects, ri: str, group: str | None) -> tuple[ahp.Ahp, tuple[str, ...]] | None:
    """The same of the sheet AHP权重, headings included: one group of the card that stands first, all its judges."""
    raise_excel_error(rows)
    found = read_triangle(RawTable.from_rows(AHP.name, rows.tolist()))
    if found.faults:
        raise CrmError.of(found.faults)
    if not found.squares:
        return None
    card, first, _ = found.squares[0].key
    own = [square for square in found.squares if square.key[0] == card]
    chosen = [square for square in own if square.key[1] == (group or first)]
    if not chosen:
        known = "、".join(dict.fromkeys(square.key[1] for square in own))
        raise ErrorValue(NOT_AVAILABLE, f"没有名为“{group}”的比较组。", hint=f"可填：{known}。")
    made = [judgement for square in chosen for judgement in square.judgements]
    return (by_judgement(made, chosen[0].items, ri, []), chosen[0].items) if made else None
