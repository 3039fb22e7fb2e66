"""Segments by ordered rules on R, F and M: the first rule that matches names the customer (SPEC section 5).

A rule's bounds are on raw values, on scores, or on high/low levels. `uncovered` and `overlaps` try every
combination, so that no customer falls through a scheme unseen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crm_xl.analysis.growth import Floats
from crm_xl.analysis.notes import RFM, about
from crm_xl.analysis.rfm import LETTERS, REVERSED
from crm_xl.analysis.tally import Flags
from crm_xl.settings.model import BOUND_TOLERANCE, SegmentRule
from crm_xl.tables import parameters as p
from crm_xl.tables.outputs import OTHERS

HIGH_SCORE = 3.0  # without a population to compare with

Triple = tuple[float, float, float]


def segment(
    scored: pd.DataFrame,
    rules: Sequence[SegmentRule],
    *,
    high: str = p.HIGH_BY_MEAN_SCORE,
    otherwise: str = OTHERS,
) -> NDArray[np.object_]:
    """Each customer's segment: that of the first rule whose every bound holds.

    Args:
        scored: what the rules' bases need of recency_days, frequency, monetary and r, f, m.
        rules: in the order they are tried.
        high: what 高 means to rules on levels: one of parameters.HIGH_BY_….
        otherwise: the name of customers no rule matches.
    """
    inputs: dict[str, Sequence[Floats]] = {}
    for basis in {rule.basis for rule in rules}:
        inputs[basis] = _inputs(scored, basis, high)
    names = np.full(len(scored), otherwise, dtype=object)
    open_rows = np.ones(len(scored), dtype=bool)
    for rule in rules:
        hit = open_rows & _matches(rule, inputs[rule.basis])
        names[hit] = rule.segment
        open_rows &= ~hit
    return names


def levels(scored: pd.DataFrame, high: str = p.HIGH_BY_MEAN_SCORE) -> pd.DataFrame:
    """r, f, m as 1 (high) or 0 (low): a score or value at the mean, median or 3 is high.

    Args:
        scored: r, f, m, or recency_days, frequency, monetary where raw values are compared. The rows are the
            population the mean and the median are of.
        high: one of parameters.HIGH_BY_…. Of raw recency the lower side is high.
    """
    found = {}
    for letter, column in LETTERS.items():
        on_raw = high in (p.HIGH_BY_MEAN, p.HIGH_BY_MEDIAN)
        values = scored[column if on_raw else letter.lower()].to_numpy(dtype=float, na_value=np.nan)
        if high == p.HIGH_BY_THREE:
            bound = HIGH_SCORE
        elif not len(values):
            bound = np.nan
        else:
            bound = np.median(values) if high == p.HIGH_BY_MEDIAN else values.mean()
        # A mean of equal numbers can miss them by the last bit.
        slack = BOUND_TOLERANCE * max(1.0, abs(bound)) if len(values) else 0.0
        lower_is_better = on_raw and letter == REVERSED
        is_high = values <= bound + slack if lower_is_better else values >= bound - slack
        found[letter.lower()] = is_high.astype(float)
    return pd.DataFrame(found, index=scored.index)


def uncovered(rules: Sequence[SegmentRule], groups: int = 5) -> list[Triple]:
    """The (R, F, M) combinations no rule matches: all scores, all levels, or raw values at and beside each bound.

    Args:
        rules: of one basis.
        groups: how many scores there are.

    Raises:
        ValueError: the rules mix bases, so that there is no one list of combinations.
    """
    combinations, hits = _try_all(rules, groups)
    return [combinations[place] for place in np.flatnonzero(~hits.any(axis=0))]


def overlaps(rules: Sequence[SegmentRule], groups: int = 5) -> dict[Triple, tuple[str, ...]]:
    """The combinations that several segments claim, and which; the first of them gets the customer.

    A rule without bounds, which catches the rest, claims nothing here.

    Raises:
        ValueError: the rules mix bases.
    """
    combinations, hits = _try_all(rules, groups)
    claims = [bool(set(rule.r + rule.f + rule.m) - {None}) for rule in rules]
    found = {}
    for place, combination in enumerate(combinations):
        claimed = dict.fromkeys(
            rule.segment
            for rule, claim, hit in zip(rules, claims, hits[:, place], strict=True)
            if claim and hit
        )
        if len(claimed) > 1:
            found[combination] = tuple(claimed)
    return found


def scheme_notes(scheme: str, rules: Sequence[SegmentRule], groups: int) -> tuple[str, ...]:
    """What the captions must say of a scheme: combinations without a segment, rules for scores nobody gets."""
    notes = []
    if gaps := uncovered(rules, groups):
        r, f, m = gaps[0]
        notes.append(f"{scheme}有 {len(gaps)} 种组合没有规则（如 R{r:g} F{f:g} M{m:g}），归入“{OTHERS}”")
    highest = max(
        ((end or 0) for rule in rules for bound in (rule.r, rule.f, rule.m) for end in bound), default=0
    )
    if rules and rules[0].basis == p.BY_SCORE and highest > groups:
        notes.append(f"{scheme}的规则用到{highest:g}分，而RFM只打到{groups}分，高分段的规则不会生效")
    return about(RFM, notes)


def _inputs(scored: pd.DataFrame, basis: str, high: str) -> Sequence[Floats]:
    if basis == p.BY_LEVEL:
        frame = levels(scored, high)
        columns: Iterable[str] = frame.columns
    else:
        frame = scored
        columns = LETTERS.values() if basis == p.BY_RAW else [letter.lower() for letter in LETTERS]
    return [frame[column].to_numpy(dtype=float, na_value=np.nan) for column in columns]


def _matches(rule: SegmentRule, values: Sequence[Floats]) -> Flags:
    hit = np.ones(len(values[0]), dtype=bool)
    for (low, top), own in zip((rule.r, rule.f, rule.m), values, strict=True):
        if low is not None:
            hit &= own >= low - BOUND_TOLERANCE
        if top is not None:
            hit &= own <= top + BOUND_TOLERANCE
    return hit


def _try_all(rules: Sequence[SegmentRule], groups: int) -> tuple[list[Triple], NDArray[np.bool_]]:
    """Every combination, and per rule whether it matches."""
    bases = {rule.basis for rule in rules}
    if len(bases) > 1:
        raise ValueError(f"rules mix {sorted(bases)}")
    points = _points(rules, groups)
    combinations: list[Triple] = list(product(points["R"], points["F"], points["M"]))
    grid = np.array(combinations, dtype=float).T
    return combinations, np.array([_matches(rule, list(grid)) for rule in rules])


def _points(rules: Sequence[SegmentRule], groups: int) -> Mapping[str, Sequence[float]]:
    """The values of each letter that a basis has, or between whose neighbours no raw rule changes its mind."""
    basis = rules[0].basis
    if basis == p.BY_SCORE:
        return {letter: [float(score) for score in range(1, groups + 1)] for letter in LETTERS}
    if basis == p.BY_LEVEL:
        return {letter: [0.0, 1.0] for letter in LETTERS}
    # Recency counts whole days and frequency whole orders; money goes by the 分.
    grain = {"R": 1.0, "F": 1.0, "M": 0.01}
    points = {}
    for letter in LETTERS:
        bounds = {end for rule in rules for end in getattr(rule, letter.lower()) if end is not None}
        beside = {round(end + grain[letter] * side, 2) for end in bounds for side in (-1, 0, 1)}
        points[letter] = sorted(beside) or [0.0]
    return points
