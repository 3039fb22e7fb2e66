"""权重对比: for each scorecard the weights in force beside those that judgements, experts or equality give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from crm_xl.analysis import ahp
from crm_xl.analysis.expert import equal_weights, expert_weights
from crm_xl.analysis.growth import Floats
from crm_xl.errors import CrmError
from crm_xl.settings import Settings
from crm_xl.settings.model import Dimension, ExpertScore, Judgement, Scorecard
from crm_xl.tables import parameters as p
from crm_xl.tables.workshop import AHP_WEIGHTS

BETWEEN = "各维度"  # stands for the level above the dimensions


@dataclass(frozen=True, kw_only=True, eq=False)
class Level:
    """Items whose weights sum to 1: the dimensions of a card, or the indicators of one dimension.

    Attributes:
        card: name of the card.
        dimension: its name, or BETWEEN.
        items: names, in the card's order.
        current: weights in force.
        proposed: source of weights (parameters.WEIGHTS_…) -> weights; a source that says nothing is absent.
        spread: standard deviation of the experts' weights; None without experts.
        ahp: the group's judgements; None where there are none or they cannot be used at all.
        refused: source of weights -> the sentence that says why it gives none.
        notes: how many people were asked, what was left out or completed.
    """

    card: str
    dimension: str
    items: tuple[str, ...]
    current: Floats
    proposed: Mapping[str, Floats]
    spread: Floats | None
    ahp: ahp.Ahp | None
    refused: Mapping[str, str]
    notes: tuple[str, ...]


def levels_of(card: Scorecard) -> dict[str, tuple[str, ...]]:
    """The levels of a card that have something to weigh: name -> items, BETWEEN first."""
    levels = {BETWEEN: tuple(dimension.name for dimension in card.dimensions)}
    levels |= {d.name: tuple(indicator.name for indicator in d.indicators) for d in card.dimensions}
    return {name: items for name, items in levels.items() if len(items) > 1}


def weigh_card(
    card: Scorecard, judgements: Sequence[Judgement], scores: Sequence[ExpertScore], ri: str
) -> list[Level]:
    """What each source of weights says of a card, level by level.

    Args:
        card: the weights in force.
        judgements: of any cards.
        scores: likewise.
        ri: name of the table of random indices.
    """
    own = [judgement for judgement in judgements if judgement.card == card.name]
    scored = [score for score in scores if score.card == card.name]
    levels = []
    for dimension, items in levels_of(card).items():
        notes: list[str] = []
        proposed = {p.WEIGHTS_EQUAL: equal_weights(len(items))}
        refused: dict[str, str] = {}
        made = [j for j in own if {j.first, j.second} <= set(items) and j.ratio is not None]
        found = None
        if made:
            try:
                found = by_judgement(made, items, ri, notes)
                found.require_consistent(items, worst_cells(found, made, items))
                proposed[p.WEIGHTS_AHP] = found.weights
            except CrmError as error:
                refused[p.WEIGHTS_AHP] = str(error)
        spread = None
        if told := [score for score in scored if score.item in items]:
            try:
                by_expert = expert_weights(*_score_matrix(told, items))
            except CrmError as error:
                refused[p.WEIGHTS_EXPERT] = str(error)
            else:
                proposed[p.WEIGHTS_EXPERT] = by_expert.weights
                spread = by_expert.spread
                notes.append(f"{by_expert.experts}位专家")
                notes += [f"{name}未给全部指标打分，未计入" for name in by_expert.left_out]
        levels.append(
            Level(
                card=card.name,
                dimension=dimension,
                items=items,
                current=_current(card, dimension),
                proposed=proposed,
                spread=spread,
                ahp=found,
                refused=refused,
                notes=tuple(notes),
            )
        )
    return levels


def ahp_weights(settings: Settings) -> pd.DataFrame:
    """AHP_WEIGHTS: every card that somebody judged or scored, and the default card, item by item.

    A card's wrong judgements leave the rest of the table as it is; their sentence stands in the notes.
    """
    concerned = {settings.general.scorecard}
    concerned |= {judgement.card for judgement in settings.judgements}
    concerned |= {score.card for score in settings.expert_scores}
    rows: list[tuple[object, ...]] = []
    for name, card in settings.cards.items():
        if name in concerned:
            for level in weigh_card(
                card, settings.judgements, settings.expert_scores, settings.general.ahp_ri
            ):
                rows.extend(_rows(level))
    return pd.DataFrame(rows, columns=list(AHP_WEIGHTS.names))


def opinion_notes(settings: Settings) -> tuple[str, ...]:
    """What is wrong in the tables of judgements and expert scores, a sentence each with its cell."""
    faults = list(settings.opinion_faults)
    known = {name: levels_of(card) for name, card in settings.cards.items()}
    for judgement in settings.judgements:
        levels = known.get(judgement.card)
        if levels is None:
            faults.append(_unknown_card(judgement.card, judgement.where, known))
        elif not any({judgement.first, judgement.second} <= set(items) for items in levels.values()):
            faults.append(
                CrmError(
                    f"“{judgement.first}”与“{judgement.second}”不是评分卡“{judgement.card}”中同一层的两项。",
                    where=judgement.where,
                    hint="请比较同一维度内的两个指标，或两个维度。",
                )
            )
        elif judgement.first == judgement.second:
            faults.append(
                CrmError(
                    f"“{judgement.first}”与自身比较。",
                    where=judgement.where,
                    hint="请改填另一项，或删除该行。",
                )
            )
    for score in settings.expert_scores:
        levels = known.get(score.card)
        if levels is None:
            faults.append(_unknown_card(score.card, score.where, known))
        elif not any(score.item in items for items in levels.values()):
            faults.append(
                CrmError(
                    f"评分卡“{score.card}”中没有需要定权重的“{score.item}”。",
                    where=score.where,
                    hint="请填评分指标表中的指标名或维度名。",
                )
            )
    return tuple(str(fault) for fault in faults)


def with_weights(card: Scorecard, weights: Mapping[str, Sequence[float] | Floats]) -> Scorecard:
    """The card with other weights: level name (a dimension, or BETWEEN) -> weights in order; others keep theirs.

    Raises:
        ValueError: another number of weights than items, a negative one, or they do not sum to 1.
    """
    for name, items in levels_of(card).items():
        given = np.asarray(weights.get(name, equal_weights(len(items))), dtype=float)
        if len(given) != len(items) or (given < 0).any() or abs(given.sum() - 1) > 1e-9:
            raise ValueError(f"{card.name}, {name}: not {len(items)} weights that sum to 1")
    between = weights.get(BETWEEN, [dimension.weight for dimension in card.dimensions])
    return replace(
        card,
        dimensions=tuple(
            Dimension(
                name=dimension.name,
                weight=float(weight),
                indicators=tuple(
                    replace(indicator, weight=float(own))
                    for indicator, own in zip(
                        dimension.indicators,
                        weights.get(dimension.name, [i.weight for i in dimension.indicators]),
                        strict=True,
                    )
                ),
            )
            for dimension, weight in zip(card.dimensions, between, strict=True)
        ),
    )


def weighed(settings: Settings) -> tuple[Settings, tuple[str, ...]]:
    """The settings with the default card weighed by the chosen source, and what a reader must know of it.

    A level the source says nothing usable of keeps its typed weights, and a note says why.
    """
    source = settings.general.weight_source
    if source == p.WEIGHTS_TYPED:
        return settings, ()
    levels = weigh_card(settings.card, settings.judgements, settings.expert_scores, settings.general.ahp_ri)
    chosen = {level.dimension: level.proposed[source] for level in levels if source in level.proposed}
    notes = [f"评分卡“{settings.card.name}”的权重取自{source}"] if chosen else []
    for level in levels:
        if level.dimension not in chosen:
            why = level.refused.get(source, f"没有{source}数据").rstrip("。")
            notes.append(f"“{level.dimension}”沿用手工权重：{why}")
    card = with_weights(settings.card, chosen)
    return replace(settings, cards={**settings.cards, card.name: card}), tuple(notes)


def by_judgement(made: Sequence[Judgement], items: Sequence[str], ri: str, notes: list[str]) -> ahp.Ahp:
    """What the group's judgements of one level come to, consistent or not.

    Raises:
        CrmError: too many items, one person contradicts himself, or the judgements do not link all items.
    """
    if len(items) > ahp.MOST_ITEMS:
        raise CrmError(f"一次最多比较{ahp.MOST_ITEMS}项，现为{len(items)}项。", hint="请拆成几个维度。")
    judges = list(dict.fromkeys(judgement.judge for judgement in made))
    group = ahp.geometric_mean([_matrix([j for j in made if j.judge == judge], items) for judge in judges])
    ahp.require_linked(group, items, made[0].where)
    if len(judges) > 1:
        notes.append(f"{len(judges)}人判断，取几何平均")
    if missing := int(np.isnan(np.triu(group)).sum()):
        notes.append(f"{missing}对未判断，按最一致的值补全")
    return ahp.weigh(group, ri=ri)


def _matrix(judgements: Iterable[Judgement], items: Sequence[str]) -> Floats:
    """One person's judgements.

    Raises:
        CrmError: a pair was judged twice with different answers, or an item compared with itself.
    """
    matrix = np.full((len(items), len(items)), np.nan)
    np.fill_diagonal(matrix, 1.0)
    faults = []
    for judgement in judgements:
        row, column = items.index(judgement.first), items.index(judgement.second)
        ratio = judgement.ratio
        if ratio is None or row == column:
            continue
        if not 0 < ratio < np.inf:
            faults.append(
                CrmError(
                    f"判断值必须大于0，现为 {ratio:g}。", where=judgement.where, hint="较不重要填倒数如1/3。"
                )
            )
        elif np.isnan(before := matrix[row, column]):
            matrix[row, column], matrix[column, row] = ratio, 1 / ratio
        elif not ahp.are_reciprocal(ratio, 1 / before):
            faults.append(
                CrmError(
                    f"“{judgement.first}”比“{judgement.second}”填了 {ahp.ratio_text(ratio)}，"
                    f"与同一人另一处的判断 {ahp.ratio_text(float(before))} 不互为倒数。",
                    where=judgement.where,
                    hint=f"请改为 {ahp.ratio_text(float(before))}，或清空其中一格。",
                )
            )
        elif ratio >= 1:  # 3 is exact, the 0.33 of the other row is rounded
            matrix[row, column], matrix[column, row] = ratio, 1 / ratio
    if faults:
        raise CrmError.of(faults)
    return matrix


def worst_cells(found: ahp.Ahp, made: Sequence[Judgement], items: Sequence[str]) -> str:
    """The cells in which the worst judgement stands."""
    worst = found.worst
    if worst is None:
        return ""
    pair = {items[worst.first], items[worst.second]}
    return "、".join(judgement.where for judgement in made if {judgement.first, judgement.second} == pair)


def _score_matrix(scores: Sequence[ExpertScore], items: Sequence[str]) -> tuple[Floats, list[str]]:
    experts = list(dict.fromkeys(score.expert for score in scores))
    matrix = np.full((len(experts), len(items)), np.nan)
    for score in scores:
        cell = experts.index(score.expert), items.index(score.item)
        if not np.isnan(matrix[cell]):
            raise CrmError(
                f"{score.expert}给“{score.item}”打了两次分。", where=score.where, hint="请删除其中一行。"
            )
        matrix[cell] = np.nan if score.score is None else score.score
    return matrix, experts


def _current(card: Scorecard, dimension: str) -> Floats:
    if dimension == BETWEEN:
        return np.array([own.weight for own in card.dimensions])
    (found,) = (own for own in card.dimensions if own.name == dimension)
    return np.array([indicator.weight for indicator in found.indicators])


def _rows(level: Level) -> list[tuple[object, ...]]:
    found = level.ahp
    verdict = "" if found is None else "通过" if found.consistent else "未通过"
    rows: list[tuple[object, ...]] = []
    for place, item in enumerate(level.items):
        by_source = [
            level.proposed[source][place] if source in level.proposed else None
            for source in (p.WEIGHTS_AHP, p.WEIGHTS_EXPERT)
        ]
        rows.append(
            (
                level.card,
                level.dimension,
                item,
                level.current[place],
                by_source[0],
                by_source[1],
                None if level.spread is None else level.spread[place],
                level.proposed[p.WEIGHTS_EQUAL][place],
                # What is said of the level as a whole is said once.
                *((found.cr, verdict, found.advice(level.items)) if found and not place else (None, "", "")),
                "；".join((*level.notes, *level.refused.values())) if not place else "",
            )
        )
    return rows


def _unknown_card(name: str, where: str, known: Iterable[str]) -> CrmError:
    return CrmError(f"没有名为“{name}”的评分卡。", where=where, hint=f"可填：{'、'.join(known)}。")
