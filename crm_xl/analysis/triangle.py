"""AHP: the triangles people fill in, one for each judge and each group of items of the default scorecard.

What was typed stands as it was typed; the other half, the diagonal and the figures are written beside it. Nothing
typed is ever dropped: a judgement on items that the scorecards no longer compare is set aside below, and says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from crm_xl.analysis.ahp import SCALE, are_reciprocal, ratio_text
from crm_xl.analysis.weights import by_judgement, levels_of, worst_cells
from crm_xl.errors import CrmError
from crm_xl.settings import Settings
from crm_xl.settings.model import Judgement
from crm_xl.settings.rows import present
from crm_xl.settings.triangle import Pair, Row, Square, Triangles
from crm_xl.tables.workshop import AHP, HEAD_MARK, ITEM_COLUMNS, MOST_COMPARED

NOT_YET = "尚未判断"
PASSED = "通过"
SET_ASIDE = "未采用：评分卡中没有这一组比较；不再需要时请删除这几行"
_FIRST = AHP.names.index(ITEM_COLUMNS[0])
_END = _FIRST + MOST_COMPARED
_SEPARATORS = re.compile(r"[、，,；;]+")


def triangle_table(settings: Settings, found: Triangles) -> pd.DataFrame:
    """AHP: squares of the default card, then those of other cards in which somebody has judged.

    Args:
        settings: cards in force, and who is to judge.
        found: the table as it was read.
    """
    rows: list[Row] = []
    squares = [square for square in found.squares if square.judgements or square.astray]
    for card, judges in _judges(settings, squares).items():
        levels = levels_of(settings.cards[card])
        for judge in judges:
            own = [square for square in squares if (square.key[0], square.key[2]) == (card, judge)]
            for dimension, items in levels.items():
                rows += _square_rows((card, dimension, judge), items, own, settings.general.ahp_ri)
    for square in squares:
        levels = levels_of(settings.cards[square.key[0]]) if square.key[0] in settings.cards else {}
        if any(not any({*pair} <= {*items} for items in levels.values()) for pair in square.cells):
            judged = [row for row in square.rows if any(map(present, row[_FIRST:_END]))]
            rows += [_head(square.key, square.items, None, SET_ASIDE), *map(_unnumbered, judged)]
    rows += map(_unnumbered, found.set_aside)
    frame = pd.DataFrame(rows, columns=list(AHP.names), dtype=object)
    return frame.astype({name: float for name in ("number", "weight", "cr")})


def _judges(settings: Settings, squares: Iterable[Square]) -> dict[str, list[str]]:
    """Card -> who judges it: those whom 参数 names and those who have judged; nobody's name where there is neither."""
    default = settings.general.scorecard
    listed = [name.strip() for name in _SEPARATORS.split(settings.general.ahp_judges) if name.strip()]
    judges: dict[str, list[str]] = {default: listed}
    for square in squares:
        if square.key[0] in settings.cards:
            judges.setdefault(square.key[0], []).append(square.key[2])
    judges[default] = judges[default] or [""]
    return {card: list(dict.fromkeys(names)) for card, names in judges.items()}


def _square_rows(
    key: tuple[str, str, str], items: tuple[str, ...], squares: Sequence[Square], ri: str
) -> list[Row]:
    """The rows of one square: the line of names, then a row for each item.

    Args:
        key: card, dimension, judge.
        items: of the dimension, in order.
        squares: all that the judge has filled in for the card; an item may have come from another dimension.
        ri: name of the table of random indices.
    """
    if len(items) > MOST_COMPARED:
        return [
            _head(key, (), None, f"这一组有{len(items)}项，一次最多比较{MOST_COMPARED}项，请拆成几个维度")
        ]
    cells: dict[Pair, Any] = {}
    astray: dict[tuple[str, int], Any] = {}
    for square in squares:
        cells |= {pair: cell for pair, cell in square.cells.items() if {*pair} <= {*items}}
        if square.key == key:
            astray |= square.astray
    made = [j for square in squares for j in square.judgements if {j.first, j.second} <= {*items}]
    faults = [fault for square in squares if square.key == key for fault in square.faults]
    weights, cr, finding = _verdict(made, items, ri, faults)
    ratios = {(j.first, j.second): j.ratio for j in made if j.ratio is not None}
    body: list[Row] = []
    for number, item in enumerate(items, start=1):
        others = [*items, *[""] * (MOST_COMPARED - len(items))]
        shown = [
            astray.get((item, place), _shown(item, other, number - place, cells, ratios))
            for place, other in enumerate(others, start=1)
        ]
        weight = None if weights is None else weights[number - 1]
        body.append((*key, float(number), item, weight, None, *shown, None))
    return [_head(key, items, cr, finding), *body]


def _shown(item: str, other: str, side: int, cells: Mapping[Pair, Any], ratios: Mapping[Pair, float]) -> Any:
    """What stands where two items meet.

    Args:
        item: of the row.
        other: of the column; empty beyond the last item.
        side: below the diagonal positive, on it 0, above it negative.
        cells: judgements as typed.
        ratios: what those that can be read come to.
    """
    if not other:
        return None
    if side == 0:
        return "1"
    own, opposite = cells.get((item, other)), cells.get((other, item))
    ratio, facing = ratios.get((item, other)), ratios.get((other, item))
    if side < 0:
        return own if own is not None else None if facing is None else ratio_text(1 / facing)
    # Typed below the diagonal alone, a judgement moves up; one that contradicts the other half stays.
    agrees = opposite is None or (facing is not None and ratio is not None and are_reciprocal(ratio, facing))
    if own is not None and (ratio is None or not agrees):
        return own
    below = ratio if facing is None else 1 / facing
    return None if below is None else f"（{ratio_text(below)}）"


def _verdict(
    made: Sequence[Judgement], items: tuple[str, ...], ri: str, faults: Sequence[CrmError]
) -> tuple[Sequence[float] | None, float | None, str]:
    """Weights where the judgements may be used, CR where they link all items, and the finding in words."""
    judged = [judgement for judgement in made if judgement.ratio is not None]
    told = [str(fault) for fault in faults]
    if not judged:
        return None, None, "".join(told) or NOT_YET
    notes: list[str] = []
    try:
        found = by_judgement(judged, items, ri, notes)
    except CrmError as error:
        return None, None, "".join((*told, str(error)))
    try:
        found.require_consistent(items, worst_cells(found, judged, items))
    except CrmError as error:
        return None, found.cr, "".join((*told, str(error)))
    return found.weights.tolist(), found.cr, "；".join((*told, PASSED, *notes))


def _head(key: tuple[str, str, str], items: Sequence[str], cr: float | None, finding: str) -> Row:
    """The line that names the columns of a square, and says what its judgements come to."""
    return (*key, None, HEAD_MARK, None, cr, *items, *[None] * (len(ITEM_COLUMNS) - len(items)), finding)


def _unnumbered(row: Row) -> Row:
    """The row without its number, so that what stands in it is read as no judgement."""
    cells = dict(zip(AHP.names, row, strict=True))
    return tuple((cells | {"number": None, "weight": None, "cr": None}).values())


def saaty_steps() -> pd.DataFrame:
    """SAATY_STEPS: what a judgement may be chosen from, 9 to 1/9, as texts."""
    steps = [*map(float, reversed(SCALE)), *(1 / step for step in SCALE[1:])]
    return pd.DataFrame({"step": [ratio_text(step) for step in steps]}, dtype=object)
