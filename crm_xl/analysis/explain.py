"""Scores in words: what made a total, and the one indicator whose smallest rise would reach the next tier."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crm_xl.analysis.growth import Floats
from crm_xl.analysis.points import number_text, raw_texts, score_text, step_arrays
from crm_xl.settings.model import BOUND_TOLERANCE, Indicator, Scorecard, Tier
from crm_xl.tables.outputs import PENDING
from crm_xl.tables.parameters import METHOD_STEPS

Texts = NDArray[np.object_]


def explain(
    card: Scorecard,
    values: pd.DataFrame,
    points: pd.DataFrame,
    weights: pd.DataFrame,
    total: pd.Series,
    flags: pd.Series,
    tiers: Sequence[Tier] = (),
) -> pd.Series:
    """One text per customer: "年消费额 1200万 → 100 × 40% = 40.0；…；合计 94.5。距…".

    Args:
        card: the indicators, in the order they are told.
        values: raw values, one column per indicator.
        points: points earned, likewise.
        weights: share of the total, likewise; 0 where the indicator is left out.
        total: unrounded; missing gives 待评估 and the flag.
        flags: why a total is missing.
        tiers: levels; none, and nothing is said of the next one.

    Returns:
        Text, same rows.
    """
    texts = np.full(len(total), PENDING, dtype=object)
    texts[:] = [f"{PENDING}：{flag}" if flag else PENDING for flag in flags]
    scored = total.notna().to_numpy()
    totals = total.to_numpy()[scored]
    contributions = [
        _contribution(indicator, *(f[indicator.name].to_numpy()[scored] for f in (values, points, weights)))
        for indicator in card.indicators
        if weights[indicator.name].to_numpy().any()
    ]
    sums = _each(totals, lambda distinct: [f"合计 {score_text(value)}" for value in distinct])
    lifts = lift(card, values[scored], points[scored], weights[scored], totals, tiers)
    texts[scored] = [
        "；".join(filter(None, parts)) + (f"。{step}" if step else "")
        for step, *parts in zip(lifts, *contributions, sums, strict=True)
    ]
    return pd.Series(texts, index=total.index, name="explanation", dtype=object)


def _contribution(indicator: Indicator, values: Floats, points: Floats, weights: Floats) -> Texts:
    """The part of one indicator, "利润率 15% → 90 × 25% = 22.5"; blank where it is left out."""

    def raw(distinct: Floats) -> list[str]:
        unknown = np.isneginf(distinct)
        texts = np.full(len(distinct), "无订单", dtype=object)
        texts[~unknown] = raw_texts(distinct[~unknown], indicator)
        return texts.tolist()

    earned, earned_distinct = pd.factorize(np.nan_to_num(points))
    share, share_distinct = pd.factorize(weights)
    pair, pairs = pd.factorize(earned * len(share_distinct) + share)
    arithmetic = np.empty(len(pairs), dtype=object)
    arithmetic[:] = [
        f" → {number_text(p)} × {number_text(100 * w)}% = {score_text(p * w)}"
        for p, w in zip(
            earned_distinct[pairs // len(share_distinct)].tolist(),
            share_distinct[pairs % len(share_distinct)].tolist(),
            strict=True,
        )
    ]
    known = _each(np.where(np.isnan(values), -np.inf, values), raw)
    texts = np.asarray(f"{indicator.name} " + known + arithmetic[pair], dtype=object)
    texts[weights == 0] = ""
    return texts


def lift(
    card: Scorecard,
    values: pd.DataFrame,
    points: pd.DataFrame,
    weights: pd.DataFrame,
    totals: Floats,
    tiers: Sequence[Tier],
) -> Texts:
    """What would reach the next tier: "距重点级差 3.5 分：利润率升至 15% 即可"; blank in the top tier.

    Of the indicators one of whose better steps would do alone, the one whose raw value has to change least in
    proportion is named. Scaled and raw indicators are not proposed: moving one customer moves the scale.

    Args:
        card: the indicators.
        values: raw values of customers whose total is known, one column per indicator.
        points: points earned, likewise.
        weights: share of the total, likewise.
        totals: unrounded.
        tiers: levels in any order.
    """
    bounded = sorted(((t.lower, t.name) for t in tiers if t.lower is not None), key=lambda pair: pair[0])
    bounds = np.array([lower for lower, _ in bounded], dtype=float)
    above = np.searchsorted(bounds - BOUND_TOLERANCE, totals, side="right")
    texts = np.full(len(totals), "", dtype=object)
    climbing = above < len(bounds)
    if not climbing.any():
        return texts
    goal = above[climbing]
    gaps = bounds[goal] - totals[climbing]
    best_change = np.full(len(gaps), np.inf)
    best_action = np.full(len(gaps), "：需多项指标同时提升" if _has_steps(card) else "", dtype=object)
    for indicator in card.indicators:
        if indicator.method != METHOD_STEPS:
            continue
        raw, earned, share = (f[indicator.name].to_numpy()[climbing] for f in (values, points, weights))
        change, action = _step_up(indicator, raw, earned, share, gaps)
        better = change < best_change
        best_change[better], best_action[better] = change[better], action[better]
    names = np.array([name for _, name in bounded], dtype=object)
    distance = _each(gaps, lambda distinct: [f"差 {_gap_text(gap)} 分" for gap in distinct.tolist()])
    texts[climbing] = "距" + names[goal] + distance + best_action
    return texts


def _step_up(
    indicator: Indicator, values: Floats, points: Floats, weights: Floats, gaps: Floats
) -> tuple[Floats, Texts]:
    """How far, in proportion, the raw value must move for this indicator alone to close the gap, and the words.

    Infinite where no step suffices; the largest number where there is nothing to compare with: the value is 0,
    or unknown because nothing was bought.
    """
    lowers, earned = step_arrays(indicator)
    falling = len(earned) > 1 and earned[-1] < earned[0]
    # Targets from the easiest on: the step's own bound upwards, the bound above the step downwards.
    targets = lowers[:0:-1] if falling else lowers[1:]
    reached = earned[-2::-1] if falling else earned[1:]
    change = np.full(len(values), np.inf)
    action = np.full(len(values), "", dtype=object)
    usable = weights > 0
    needed = np.full(len(values), np.inf)
    needed[usable] = points[usable] + (gaps[usable] - BOUND_TOLERANCE) / weights[usable]
    step = np.searchsorted(reached, needed)
    able = step < len(reached)
    size = np.abs(values[able])
    change[able] = np.divide(
        np.abs(targets[step[able]] - values[able]),
        size,
        out=np.full(len(size), np.finfo(float).max),
        where=size > BOUND_TOLERANCE,  # false where the value is unknown
    )
    words = [
        f"{indicator.name}降至 {text} 以下即可" if falling else f"{indicator.name}升至 {text} 即可"
        for text in raw_texts(targets, indicator)
    ]
    bought_nothing = np.where(np.isnan(values[able]), "：恢复下单，", "：").astype(object)
    action[able] = bought_nothing + np.array([*words, ""], dtype=object)[step[able]]
    return change, action


def _has_steps(card: Scorecard) -> bool:
    return any(indicator.method == METHOD_STEPS for indicator in card.indicators)


def _gap_text(gap: float) -> str:
    """Rounded up, so that closing the gap shown is enough."""
    return number_text(np.ceil(round(gap * 100, 6)) / 100)


def _each(values: Floats, write: Callable[[Floats], list[str]]) -> Texts:
    """Texts per value, each distinct value written once."""
    codes, distinct = pd.factorize(values)
    texts = np.empty(len(distinct), dtype=object)
    texts[:] = write(distinct)
    return np.asarray(texts[codes], dtype=object)
