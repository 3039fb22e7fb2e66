"""参数检查: can every tier be reached, does every value earn points, does every customer find a rule.

What makes a setting unusable was refused when it was read. Here is what a manager should know of usable ones, and
what a draft that was not read from 参数 has wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from crm_xl.analysis import standards as rules
from crm_xl.analysis.growth import Floats
from crm_xl.analysis.points import FULL_POINTS, number_text
from crm_xl.analysis.rfm import LETTERS
from crm_xl.analysis.segments import overlaps, uncovered
from crm_xl.settings import Settings
from crm_xl.settings.model import (
    BOUND_TOLERANCE,
    WEIGHT_TOLERANCE,
    Indicator,
    Scorecard,
    SegmentRule,
    Step,
    Tier,
)
from crm_xl.tables import parameters as p
from crm_xl.tables.workshop import SETTING_CHECKS

PASSED, WRONG, HINT = "✔", "✘", "※"
GAP, OVERLAP, ORDER, REACH, SUM, DIMENSIONS = "空档", "重叠", "顺序", "可达", "合计", "维度数"
WHOLE = "完整"  # no gap, no overlap, in order
FEWEST_DIMENSIONS, MOST_DIMENSIONS = 3, 5
_MOST_TOTALS = 20_000
_FINE, _COARSE = 9, 3  # decimals of totals; the coarse ones only where totals are too many to list
_EXAMPLES = 3


@dataclass(frozen=True)
class Finding:
    """One line of 参数检查.

    Attributes:
        subject: kind of setting.
        name: which.
        check: what was looked at: GAP, OVERLAP, ORDER, WHOLE, REACH, SUM or DIMENSIONS.
        result: PASSED, WRONG or HINT.
        finding: the sentence; blank where there is nothing to say.
    """

    subject: str
    name: str
    check: str
    result: str
    finding: str = ""


def setting_checks(settings: Settings) -> pd.DataFrame:
    """SETTING_CHECKS: every finding on the cards, tiers, rules and segment schemes of 参数."""
    general = settings.general
    found: list[Finding] = []
    for card in settings.cards.values():
        levels = settings.bands if card.name == general.priority_card else settings.tiers
        found += check_card(card)
        found += check_reach(card, levels)
    for indicator in {i.name: i for card in settings.cards.values() for i in card.indicators}.values():
        found += check_steps(indicator)
    found += check_tiers("客户分级", settings.tiers)
    found += check_tiers("优先级", settings.bands)
    found += check_standards(settings)
    for scheme, own in settings.segments.items():
        found += check_segments(scheme, own, general.rfm_groups)
    return pd.DataFrame([astuple(finding) for finding in found], columns=list(SETTING_CHECKS.names))


def check_card(card: Scorecard) -> list[Finding]:
    """Weights that are not negative and sum to 1; three to five dimensions."""
    subject = "评分卡"
    levels = {"维度": [d.weight for d in card.dimensions]}
    levels |= {f"维度“{d.name}”": [i.weight for i in d.indicators] for d in card.dimensions}
    found = []
    for level, weights in levels.items():
        if min(weights, default=0.0) < 0:
            found.append(Finding(subject, card.name, SUM, WRONG, f"{level}的权重有负数"))
        elif abs(sum(weights) - 1) > WEIGHT_TOLERANCE:
            found.append(
                Finding(subject, card.name, SUM, WRONG, f"{level}的权重合计为{sum(weights):.2%}，应为100%")
            )
    if not found:
        found.append(Finding(subject, card.name, SUM, PASSED))
    number = len(card.dimensions)
    if not FEWEST_DIMENSIONS <= number <= MOST_DIMENSIONS:
        found.append(
            Finding(
                subject,
                card.name,
                DIMENSIONS,
                HINT,
                f"有{number}个维度，建议{FEWEST_DIMENSIONS}至{MOST_DIMENSIONS}个",
            )
        )
    return found


def check_steps(indicator: Indicator) -> list[Finding]:
    """Values without points, values with two, steps out of order, points that go up and down."""
    subject = "得分分段"
    if indicator.method != p.METHOD_STEPS:
        return []
    lowers = [step.lower for step in indicator.steps]
    bounds = [lower for lower in lowers if lower is not None]
    found = []

    def wrong(check: str, sentence: str) -> None:
        found.append(Finding(subject, indicator.name, check, WRONG, sentence))

    if None not in lowers:
        least = f"低于 {min(bounds):g} 的数值" if bounds else "所有数值"
        wrong(GAP, f"{least}没有得分；请清空最低一段的下限")
    twice = {lower for place, lower in enumerate(lowers) if lower in lowers[:place]}
    for lower in twice:
        start = "空白" if lower is None else f"{lower:g}"
        wrong(OVERLAP, f"下限 {start} 出现两次，同一数值有两个得分")
    if not twice and (bounds != sorted(bounds) or None in lowers[1:]):
        wrong(ORDER, "下限没有从低到高排列")
    changes = [after.points - before.points for before, after in pairwise(_by_bound(indicator))]
    if min(changes, default=0.0) < 0 < max(changes, default=0.0):
        wrong(ORDER, "得分忽高忽低，较好的数值反而少得分")
    outside = [step.points for step in indicator.steps if not 0 <= step.points <= FULL_POINTS]
    if outside:
        wrong(ORDER, f"得分 {outside[0]:g} 不在0至100之间")
    if not found and max(step.points for step in indicator.steps) < FULL_POINTS:
        most = max(step.points for step in indicator.steps)
        found.append(Finding(subject, indicator.name, REACH, HINT, f"最高只能得 {most:g} 分"))
    return found or [Finding(subject, indicator.name, WHOLE, PASSED)]


def check_tiers(subject: str, tiers: Sequence[Tier]) -> list[Finding]:
    """Scores without a tier, tiers that claim the same scores, tiers out of order."""
    lowers = [tier.lower for tier in tiers]
    bounds = [lower for lower in lowers if lower is not None]
    found = []
    if None not in lowers:
        found.append(
            Finding(
                subject,
                tiers[-1].name if tiers else "",
                GAP,
                WRONG,
                "更低的得分没有分级；请清空最后一级的下限",
            )
        )
    for place, tier in enumerate(tiers):
        if tier.lower in lowers[:place]:
            other = tiers[lowers.index(tier.lower)].name
            found.append(Finding(subject, tier.name, OVERLAP, WRONG, f"与“{other}”的下限相同，得分重叠"))
    if not found and (bounds != sorted(bounds, reverse=True) or None in lowers[:-1]):
        found.append(Finding(subject, "", ORDER, WRONG, "下限没有从高到低排列"))
    return found or [Finding(subject, "", WHOLE, PASSED)]


def check_reach(card: Scorecard, tiers: Sequence[Tier]) -> list[Finding]:
    """For each tier whether some customer can get it by this card.

    Steps make the attainable totals a list; every combination is tried, so that a tier that lies between two
    attainable totals is found too. A card that takes raw values has no highest total.
    """
    lowest, reachable = reachable_tiers(card, tiers)
    span = f"综合得分在 {number_text(lowest[0])} 至 {number_text(lowest[1])} 之间"
    lost = [tier.name for tier in tiers if tier.name not in reachable]
    if not lost:
        return [Finding("评分卡", card.name, REACH, PASSED, span)]
    return [
        Finding(
            "评分卡",
            card.name,
            REACH,
            WRONG,
            f"没有客户能评为{'、'.join(lost)}：{span}，请调整分段或分级下限",
        )
    ]


def reachable_tiers(card: Scorecard, tiers: Sequence[Tier]) -> tuple[tuple[float, float], set[str]]:
    """The lowest and highest total the card can give, and the names of the tiers some total falls into."""
    totals, width = _totals(card)
    bounds = sorted({tier.lower for tier in tiers if tier.lower is not None}, reverse=True)
    names = {tier.lower: tier.name for tier in tiers}
    found = set()
    above = np.inf
    slack = BOUND_TOLERANCE if len(totals) < _MOST_TOTALS else 10.0**-_COARSE
    for lower in [*bounds, None]:
        floor = -np.inf if lower is None else lower
        if lower in names and ((totals + width >= floor - slack) & (totals < above - slack)).any():
            found.add(names[lower])
        above = floor
    return (float(totals.min()), float(totals.max() + width)), found


def check_standards(settings: Settings) -> list[Finding]:
    """Customers no rule covers, tiers nobody can get, bounds looser above than below, and overlaps."""
    subject, own = "分级标准", settings.standards
    found = [Finding(subject, "", GAP, WRONG, sentence) for sentence in rules.gaps(own)]
    found += [
        Finding(subject, tier, REACH, WRONG, f"符合者都先归入“{better}”，永远轮不到该级")
        for tier, better in rules.never_reached(own).items()
    ]
    found += [Finding(subject, "", ORDER, WRONG, sentence) for sentence in rules.looser_above(own)]
    known = {tier.name for tier in settings.tiers}
    found += [
        Finding(subject, standard.tier, REACH, HINT, "不是客户分级表中的分级名称")
        for standard in own
        if standard.tier not in known
    ]
    found += [
        Finding(subject, better, OVERLAP, HINT, f"可与“{worse}”同时符合，归入“{better}”")
        for better, worse in rules.overlapping(own)
    ]
    if not any(finding.result == WRONG for finding in found):
        found.insert(0, Finding(subject, "", WHOLE, PASSED))
    return found


def check_segments(scheme: str, own: Sequence[SegmentRule], groups: int = 5) -> list[Finding]:
    """Combinations of R, F and M that no segment or several segments claim."""
    subject = "RFM分群规则"
    if len({rule.basis for rule in own}) > 1:
        return [Finding(subject, scheme, GAP, HINT, "各行依据不同，无法逐一核对；请在同一方案内用同一种依据")]
    found = []
    if empty := uncovered(own, groups):
        found.append(
            Finding(
                subject, scheme, GAP, WRONG, f"{len(empty)}种组合没有分群，如 {_triples(empty)}；请补充规则"
            )
        )
    if claimed := overlaps(own, groups):
        first = next(iter(claimed.values()))
        found.append(
            Finding(
                subject,
                scheme,
                OVERLAP,
                HINT,
                f"{len(claimed)}种组合符合多个分群，如 {_triples(claimed)}（{'、'.join(first)}），取排在前面的",
            )
        )
    return found or [Finding(subject, scheme, WHOLE, PASSED)]


def _by_bound(indicator: Indicator) -> list[Step]:
    return sorted(indicator.steps, key=lambda step: -np.inf if step.lower is None else step.lower)


def _totals(card: Scorecard) -> tuple[Floats, float]:
    """The totals that steps can add up to, sorted, and how much scaled or raw indicators can add to each."""
    totals = np.zeros(1)
    width = 0.0
    for name, weight in card.weights.items():
        indicator = next(own for own in card.indicators if own.name == name)
        if indicator.method == p.METHOD_RAW:
            width += np.inf if weight else 0.0
        elif indicator.method == p.METHOD_MINMAX:
            width += FULL_POINTS * weight
        else:
            earned = np.array([step.points for step in indicator.steps]) * weight
            sums = (totals[:, None] + earned[None, :]).ravel()
            totals = np.unique(np.round(sums, _FINE))
            if len(totals) > _MOST_TOTALS:
                totals = np.unique(np.round(sums, _COARSE))
    return totals, width


def _triples(combinations: Iterable[tuple[float, float, float]]) -> str:
    shown = list(combinations)[:_EXAMPLES]
    return "；".join(
        " ".join(f"{letter}={value:g}" for letter, value in zip(LETTERS, own, strict=True)) for own in shown
    )
