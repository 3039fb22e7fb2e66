"""The grading methods of guide 003 side by side: threshold, rules, clusters, natural breaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crm_xl.analysis.breaks import natural_breaks
from crm_xl.analysis.clusters import cluster_customers
from crm_xl.analysis.grading import assign_tier
from crm_xl.analysis.growth import Floats
from crm_xl.analysis.scoring import Scored
from crm_xl.analysis.shares import shares
from crm_xl.analysis.standards import ByStandards, gaps, grade_by_standards
from crm_xl.analysis.tally import Flags
from crm_xl.errors import CrmError
from crm_xl.settings import Settings
from crm_xl.settings.model import Tier
from crm_xl.tables import parameters as p
from crm_xl.tables.outputs import OTHERS, PENDING
from crm_xl.tables.workshop import METHOD_COMPARE, METHOD_SUMMARY

COLUMNS = {
    p.TIERS_THRESHOLD: "by_threshold",
    p.TIERS_STANDARDS: "by_standards",
    p.TIERS_CLUSTERS: "by_clusters",
    p.TIERS_BREAKS: "by_breaks",
}

Names = NDArray[np.object_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Method:
    """One method's grades.

    Attributes:
        tier: per customer; None throughout for a method that could not be used.
        note: how it was done.
        levels: the tiers with the bounds that the method sets on the score; without any where it sets none.
        fault: why it could not be used.
        ruled: what the rules found, where they graded.
    """

    tier: Names
    note: str
    levels: tuple[Tier, ...] = ()
    fault: CrmError | None = None
    ruled: ByStandards | None = None


def grade_by(name: str, metrics: pd.DataFrame, scored: Scored, settings: Settings) -> Method:
    """The tier of every customer by one method; where it cannot be used, its fault says why.

    Args:
        name: one of parameters.TIERS_….
        metrics: METRICS with the marks of customer_metrics, one row per customer.
        scored: the same customers by the default card.
        settings: tiers, rules, coverage.

    Raises:
        ValueError: there is no such method.
    """
    if name == p.TIERS_THRESHOLD:
        return by_threshold(scored, settings.tiers)
    if name == p.TIERS_STANDARDS:
        return by_standards(metrics, settings)
    if name == p.TIERS_CLUSTERS:
        return by_clusters(scored, settings.tiers)
    if name == p.TIERS_BREAKS:
        return by_breaks(scored.total.to_numpy(dtype=float), settings.tiers)
    raise ValueError(f"no method of grading is called {name}")


def compare_methods(
    metrics: pd.DataFrame,
    scored: Scored,
    settings: Settings,
    counted: Flags | None = None,
    known: Mapping[str, Method] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """METHOD_COMPARE and METHOD_SUMMARY: each customer's tier by every method, and how far they agree.

    A method that cannot be used on these data leaves its column blank and says why in the summary.

    Args:
        metrics: METRICS with the marks of customer_metrics, one row per customer.
        scored: the same customers by the default card.
        settings: tiers, rules, coverage.
        counted: the customers whom the summary counts; None: all. Groups are made of all in either case.
        known: methods that have graded the same customers already, by name.
    """
    done = known or {}
    methods = {name: done.get(name) or grade_by(name, metrics, scored, settings) for name in COLUMNS}
    ruled = methods[p.TIERS_STANDARDS].ruled
    assert ruled is not None
    totals = scored.total.to_numpy(dtype=float)
    compared = _compare(metrics, totals, methods, ruled)
    if counted is not None:
        totals = totals[counted]
        methods = {name: replace(method, tier=method.tier[counted]) for name, method in methods.items()}
    return compared, _summary(totals, methods, settings.tiers)


def by_threshold(scored: Scored, tiers: Sequence[Tier]) -> Method:
    """The tier whose bounds the score lies in."""
    return Method(tier=assign_tier(scored.total, tiers), note=_threshold_note(tiers), levels=tuple(tiers))


def by_standards(metrics: pd.DataFrame, settings: Settings) -> Method:
    """The best tier all of whose conditions in `tblStandards` hold."""
    standards = settings.standards
    ruled = grade_by_standards(metrics, standards, minimum_coverage=settings.general.minimum_coverage)
    fault = None
    names = {tier.name for tier in settings.tiers}
    if unknown := [standard.tier for standard in standards if standard.tier not in names]:
        fault = CrmError(
            f"分级标准中的“{'”、“'.join(unknown)}”不在客户分级表中。",
            where=f"{p.STANDARDS.sheet}“{p.STANDARDS.title}”",
            hint="请写成客户分级表中的名称。",
        )
    elif found := gaps(standards):
        fault = CrmError(
            f"{found[0]}。", where=f"{p.STANDARDS.sheet}“{p.STANDARDS.title}”", hint="请把末级的条件清空。"
        )
    return Method(
        tier=ruled.tier,
        note="；".join(ruled.notes),
        levels=_unbounded(settings.tiers),
        fault=fault,
        ruled=ruled,
    )


def by_clusters(scored: Scored, tiers: Sequence[Tier]) -> Method:
    """One group per tier by k-means, the group of the highest mean score the best tier."""
    try:
        found = cluster_customers(scored, len(tiers))
    except CrmError as error:
        return _unusable(len(scored.total), error)
    told = "" if found.silhouette is None else f"轮廓系数 {found.silhouette:.2f}"
    if told and found.sampled < int((found.groups >= 0).sum()):
        told += f"（抽样{found.sampled}家）"
    return Method(tier=_named(found.groups, tiers), note=told, levels=_unbounded(tiers))


def by_breaks(totals: Floats, tiers: Sequence[Tier]) -> Method:
    """One group per tier by natural breaks on the score, missing scores 待评估."""
    known = ~np.isnan(totals)
    # Nine decimals, as for tiers: what differs in the last bit is the same score.
    rounded = np.round(totals, 9)
    try:
        if len(np.unique(rounded[known])) < len(tiers):
            raise CrmError(
                f"只有{len(np.unique(rounded[known]))}个不同的得分，分不成{len(tiers)}级。",
                hint="请改用阈值法，或减少分级数。",
            )
        found = natural_breaks(rounded[known], len(tiers))
    except CrmError as error:
        return _unusable(len(totals), error)
    groups = np.full(len(totals), -1, dtype=np.int64)
    groups[known] = found.groups(rounded[known])
    names = [tier.name for tier in tiers]
    bounds = "，".join(
        f"{name}≥{lower:.4g}" for name, lower in zip(names, reversed(found.lowers), strict=False)
    )
    lowers = [*reversed(found.lowers), None]
    return Method(
        tier=_named(groups, tiers),
        note=f"{bounds}；解释了{found.fit:.0%}的差异",
        levels=tuple(replace(tier, lower=lower) for tier, lower in zip(tiers, lowers, strict=True)),
    )


def _named(groups: NDArray[np.int64], tiers: Sequence[Tier]) -> Names:
    """Tier names for groups, 0 the lowest tier; 待评估 for -1."""
    names = np.array([*(tier.name for tier in reversed(tiers)), PENDING], dtype=object)
    return np.asarray(names[groups], dtype=object)


def _unbounded(tiers: Sequence[Tier]) -> tuple[Tier, ...]:
    return tuple(replace(tier, lower=None) for tier in tiers)


def _unusable(size: int, error: CrmError) -> Method:
    return Method(tier=np.full(size, None, dtype=object), note=str(error), fault=error)


def _threshold_note(tiers: Sequence[Tier]) -> str:
    return "，".join(f"{tier.name}≥{tier.lower:g}" for tier in tiers if tier.lower is not None)


def _compare(
    metrics: pd.DataFrame, totals: Floats, methods: Mapping[str, Method], ruled: ByStandards
) -> pd.DataFrame:
    reference = methods[p.TIERS_THRESHOLD].tier
    others = [method.tier for name, method in methods.items() if name != p.TIERS_THRESHOLD]
    agreeing = sum((own == reference).astype(np.int64) for own in others)
    frame = metrics[["customer_id", "customer_name", "owner"]].assign(
        score=totals,
        **{COLUMNS[name]: method.tier for name, method in methods.items()},
        agreeing=np.where(np.isnan(totals), np.nan, agreeing),
        matched=ruled.matched,
        notes=ruled.reason,
    )
    return frame[list(METHOD_COMPARE.names)]


def _summary(totals: Floats, methods: Mapping[str, Method], tiers: Sequence[Tier]) -> pd.DataFrame:
    reference = methods[p.TIERS_THRESHOLD].tier
    order = [*(tier.name for tier in tiers), OTHERS, PENDING]
    rows: list[tuple[object, ...]] = []
    for name, method in methods.items():
        if method.tier.size and method.tier[0] is None:
            rows.append((name, "", *[None] * 6, method.note))
            continue
        counts = [int((method.tier == tier).sum()) for tier in order]
        parts = shares(counts)
        first = True
        for tier, number, share in zip(order, counts, parts.tolist(), strict=True):
            if not number and tier in (OTHERS, PENDING):
                continue
            here = method.tier == tier
            scores = totals[here & ~np.isnan(totals)]
            spread = (scores.min(), scores.mean(), scores.max()) if len(scores) else (None, None, None)
            agreed = float((reference[here] == tier).mean()) if number else None
            rows.append((name, tier, number, share, *spread, agreed, method.note if first else ""))
            first = False
    return pd.DataFrame(rows, columns=list(METHOD_SUMMARY.names))
