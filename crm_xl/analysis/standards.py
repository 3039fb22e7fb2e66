"""Grading by rules: the best tier whose every bound holds (guide 003, custom rules; `tblStandards`).

A bound nobody can check, because the datum is missing, neither holds nor fails: a customer who might yet reach a
tier is 待评估 and not the tier below.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crm_xl.analysis.scoring import FROM_ORDERS, LEFT_OUT_WHEN_BLANK, sold_nothing, without_orders
from crm_xl.analysis.tally import Flags
from crm_xl.settings.model import BOUND_TOLERANCE, Standard
from crm_xl.tables.outputs import METRICS, OTHERS, PENDING

# Does a bound hold? No, nobody knows, yes.
_FAILS, _UNKNOWN, _HOLDS = np.int8(-1), np.int8(0), np.int8(1)
Verdicts = NDArray[np.int8]


@dataclass(frozen=True, kw_only=True)
class _Bound:
    """One condition on one metric; exactly one of the fields behind the name is set."""

    metric: str
    low: float | None = None
    high: float | None = None
    yes: bool | None = None
    among: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class ByStandards:
    """Customers graded by rules, one row per customer in the order of the metrics.

    Attributes:
        tier: the first tier every bound of which holds; 待评估, or 其他 where no rule catches the rest.
        matched: every tier whose bounds all hold, best first, "战略级、普通级"; the unconditional one left out.
        reason: what was missing, where the tier is 待评估.
        notes: what every reader must know: bounds left out for all, customers no rule covers.
    """

    tier: NDArray[np.object_]
    matched: NDArray[np.object_]
    reason: NDArray[np.object_]
    notes: tuple[str, ...]


def grade_by_standards(
    metrics: pd.DataFrame, standards: Sequence[Standard], *, minimum_coverage: float = 0.0
) -> ByStandards:
    """Grade every customer by the rules, best tier first.

    Args:
        metrics: METRICS, one row per customer. Customers who never ordered are 待评估, as on a scorecard.
        standards: the rules in order.
        minimum_coverage: a datum that fewer customers have than this share is asked of nobody.
    """
    prospects, idle = without_orders(metrics), sold_nothing(metrics)
    size = len(metrics)
    cache: dict[_Bound, Verdicts] = {}
    skipped: dict[str, float] = {}

    def verdict(bound: _Bound) -> Verdicts:
        if bound not in cache:
            found, coverage = _verdict(metrics[bound.metric], bound, prospects, idle)
            if coverage < minimum_coverage - BOUND_TOLERANCE:
                skipped[bound.metric] = coverage
                found = np.full(size, _HOLDS)
            cache[bound] = found
        return cache[bound]

    tier = np.full(size, OTHERS, dtype=object)
    matched = np.full(size, "", dtype=object)
    reason = np.full(size, "", dtype=object)
    undecided = ~prospects
    for standard in standards:
        bounds = [(bound.metric, verdict(bound)) for bound in _bounds(standard)]
        overall = np.minimum.reduce([own for _, own in bounds]) if bounds else np.full(size, _HOLDS)
        if bounds:
            here = ~prospects & (overall == _HOLDS)
            matched[here] += np.where(matched[here] == "", "", "、") + standard.tier
        tier[undecided & (overall == _HOLDS)] = standard.tier
        unknown = undecided & (overall == _UNKNOWN)
        tier[unknown] = PENDING
        reason[unknown] = _missing(bounds, unknown)
        undecided = undecided & (overall == _FAILS)
    tier[prospects], reason[prospects] = PENDING, "尚无订单"
    notes = [
        f"{METRICS.column(name).title}：仅{coverage:.0%}的客户有数据（低于{minimum_coverage:.0%}），规则法不作要求"
        for name, coverage in skipped.items()
    ]
    if undecided.any():
        notes.append(f"{int(undecided.sum())}家客户不符合分级标准的任何一行，记为{OTHERS}")
    return ByStandards(tier=tier, matched=matched, reason=reason, notes=tuple(notes))


def gaps(standards: Sequence[Standard]) -> list[str]:
    """What the rules leave out, a sentence each; none when the last rule has no bounds and so catches the rest."""
    if standards and not _bounds(standards[-1]):
        return []
    example = _just_below(standards)
    return [f"没有不设条件的末级，低于各级条件的客户（{example}）没有分级"]


def never_reached(standards: Sequence[Standard]) -> dict[str, str]:
    """Tiers no customer can get, and the better tier that takes everybody who fulfils them."""
    found = {}
    for place, standard in enumerate(standards):
        for better in standards[:place]:
            if _implies(standard, better):
                found[standard.tier] = better.tier
                break
    return found


def looser_above(standards: Sequence[Standard]) -> list[str]:
    """Bounds that ask less of a tier than of the tier below it, a sentence each."""
    sentences = []
    for better, worse in pairwise(standards):
        for side, words in (("at_least", "下限"), ("at_most", "上限")):
            own: Mapping[str, float] = getattr(better, side)
            below: Mapping[str, float] = getattr(worse, side)
            for name in own.keys() & below.keys():
                looser = own[name] < below[name] if side == "at_least" else own[name] > below[name]
                if looser:
                    sentences.append(
                        f"{better.tier}的{METRICS.column(name).title}{words} {own[name]:g} "
                        f"比{worse.tier}的 {below[name]:g} 还宽"
                    )
    return sentences


def overlapping(standards: Sequence[Standard]) -> list[tuple[str, str]]:
    """Pairs of tiers that one customer can fulfil both, the better first; it gets the better."""
    conditional = [standard for standard in standards if _bounds(standard)]
    return [
        (better.tier, worse.tier)
        for place, better in enumerate(conditional)
        for worse in conditional[place + 1 :]
        if _compatible(better, worse)
    ]


def _bounds(standard: Standard) -> list[_Bound]:
    """Every condition that is set."""
    found = [_Bound(metric=name, low=low) for name, low in standard.at_least.items()]
    found += [_Bound(metric=name, high=high) for name, high in standard.at_most.items()]
    if standard.key_industry is not None:
        found.append(_Bound(metric="key_industry", yes=standard.key_industry))
    if standard.market_positions:
        found.append(_Bound(metric="market_position", among=standard.market_positions))
    return found


def _verdict(values: pd.Series, bound: _Bound, prospects: Flags, idle: Flags) -> tuple[Verdicts, float]:
    """Whether the bound holds for each customer, and the share of customers who have the datum."""
    if bound.among:
        blank, holds = values.isna().to_numpy(), values.isin(bound.among).to_numpy()
    else:
        numbers = values.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
        blank = np.isnan(numbers)
        if bound.yes is not None:
            holds = numbers == float(bound.yes)
        elif bound.low is not None:
            holds = numbers >= bound.low - BOUND_TOLERANCE
        else:
            assert bound.high is not None
            holds = numbers <= bound.high + BOUND_TOLERANCE
    found = np.where(holds, _HOLDS, _FAILS)
    nothing = blank & idle & (bound.metric in FROM_ORDERS)
    # Nobody but the salesperson can say one customer's churn rate; without it the other bounds decide.
    found[blank] = _HOLDS if bound.metric in LEFT_OUT_WHEN_BLANK else _UNKNOWN
    found[nothing] = _FAILS
    asked = ~prospects & ~nothing
    coverage = 1.0 - blank[asked].mean() if asked.any() else 1.0
    return found, float(coverage)


def _missing(bounds: Sequence[tuple[str, Verdicts]], rows: Flags) -> NDArray[np.object_]:
    """For each of these customers which data are missing."""
    texts = np.full(int(rows.sum()), "", dtype=object)
    for name, verdicts in bounds:
        here = verdicts[rows] == _UNKNOWN
        texts[here] += np.where(texts[here] == "", "缺少", "、") + METRICS.column(name).title
    return texts


def _implies(standard: Standard, better: Standard) -> bool:
    """Whether whoever fulfils the one fulfils the better one too."""
    if any(standard.at_least.get(n, -np.inf) < bound for n, bound in better.at_least.items()):
        return False
    if any(standard.at_most.get(n, np.inf) > bound for n, bound in better.at_most.items()):
        return False
    if better.key_industry is not None and standard.key_industry is not better.key_industry:
        return False
    if not better.market_positions:
        return True
    return bool(standard.market_positions) and set(standard.market_positions) <= set(better.market_positions)


def _compatible(one: Standard, other: Standard) -> bool:
    """Whether somebody can fulfil both."""
    for lower, upper in ((one.at_least, other.at_most), (other.at_least, one.at_most)):
        if any(bound > upper[name] for name, bound in lower.items() if name in upper):
            return False
    if None not in (one.key_industry, other.key_industry) and one.key_industry != other.key_industry:
        return False
    positions = set(one.market_positions), set(other.market_positions)
    return not all(positions) or bool(positions[0] & positions[1])


def _just_below(standards: Sequence[Standard]) -> str:
    """A customer no rule covers, in words."""
    if not standards:
        return "任何客户"
    last = standards[-1]
    for name, bound in last.at_least.items():
        return f"如{METRICS.column(name).title}低于 {bound:g}"
    for name, bound in last.at_most.items():
        return f"如{METRICS.column(name).title}高于 {bound:g}"
    return f"如不符合{last.tier}的行业或市场地位"
