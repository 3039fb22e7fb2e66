"""Grading by k-means on standardised indicators, groups ordered by their mean score (guide 003, clustering)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crm_xl.analysis.growth import Floats
from crm_xl.analysis.points import step_arrays
from crm_xl.analysis.scoring import Scored
from crm_xl.errors import CrmError
from crm_xl.extras import install_command
from crm_xl.settings.model import Indicator

SEED = 20030  # any fixed number: the same data give the same groups
RESTARTS = 3
SILHOUETTE_SAMPLE = 2_000  # its cost grows with the square; the figure is told to two decimals
_LEAST_SPREAD = 1e-12  # in proportion; below it an indicator is the same for all


@dataclass(frozen=True, kw_only=True, eq=False)
class Clusters:
    """Customers in groups.

    Attributes:
        groups: 0 for the lowest mean score; -1 for customers without a score.
        means: mean score of each group, ascending.
        silhouette: -1 to 1, how much closer customers are to their own group than to the next; None when every
            customer of the sample is a group of its own.
        sampled: on how many customers the silhouette was taken.
    """

    groups: NDArray[np.int64]
    means: tuple[float, ...]
    silhouette: float | None
    sampled: int


def cluster_customers(scored: Scored, groups: int, *, seed: int = SEED) -> Clusters:
    """The customers with a score in so many groups by k-means.

    Args:
        scored: the indicators' raw values are standardised to mean 0 and spread 1. Where a customer is known to
            have bought nothing, the worst value anybody has stands in; an indicator left out for a customer
            takes the mean.
        groups: at least 2.
        seed: of the starting points.

    Returns:
        Equal customers share a group, and the order of the rows does not matter.

    Raises:
        CrmError: fewer different customers than groups, or scikit-learn is not installed.
    """
    known = scored.total.notna().to_numpy()
    features = standardised(scored, known)
    distinct, place = np.unique(features, axis=0, return_inverse=True)
    if len(distinct) < groups:
        raise CrmError(
            f"指标取值不同的客户只有{len(distinct)}家，聚不成{groups}类。",
            hint="请改用阈值法，或减少分级数。",
        )
    # Sorted rows, so that the result hangs neither on their order nor on how the sheet was sorted.
    labels, silhouette, sampled = _k_means(distinct, place.ravel(), groups, seed)
    totals = scored.total.to_numpy(dtype=float)[known]
    means = np.bincount(labels, weights=totals, minlength=groups) / np.bincount(labels, minlength=groups)
    rank = np.empty(groups, dtype=np.int64)
    rank[np.argsort(means, kind="stable")] = np.arange(groups)
    found = np.full(len(known), -1, dtype=np.int64)
    found[known] = rank[labels]
    return Clusters(
        groups=found, means=tuple(np.sort(means).tolist()), silhouette=silhouette, sampled=sampled
    )


def standardised(scored: Scored, rows: NDArray[np.bool_]) -> Floats:
    """The indicators of these customers with mean 0 and standard deviation 1; those equal for all are dropped."""
    columns = []
    for indicator in scored.card.indicators:
        values = scored.values[indicator.name].to_numpy(dtype=float)[rows].copy()
        counted = scored.weights[indicator.name].to_numpy(dtype=float)[rows] > 0
        blank = np.isnan(values)
        if blank.all():
            continue
        nothing = blank & counted
        values[nothing] = np.nanmax(values) if _falls(indicator) else np.nanmin(values)
        values[np.isnan(values)] = np.nanmean(values)
        centred = values - values.mean()
        spread = centred.std()
        if spread > _LEAST_SPREAD * np.abs(values).max():
            # Nine figures, so that equal customers stay equal in whatever unit they were measured.
            columns.append(np.round(centred / spread, 9))
    return np.column_stack(columns) if columns else np.zeros((int(rows.sum()), 1))


def _falls(indicator: Indicator) -> bool:
    """Whether less of it is better."""
    if not indicator.steps:
        return False
    _, points = step_arrays(indicator)
    return bool(points[-1] < points[0])


def _k_means(
    distinct: Floats, place: NDArray[np.int64], groups: int, seed: int
) -> tuple[NDArray[np.int64], float | None, int]:
    """Group of each customer, silhouette, and the size of its sample.

    Args:
        distinct: the different customers, sorted.
        place: which of them each customer is.
        groups: how many.
        seed: of starting points and sample.
    """
    cluster, metrics, threadpool_limits = _scikit_learn()
    counts = np.bincount(place).astype(float)
    # One thread: sums come out the same on every machine, and threads that wait for one another on a busy one
    # cost more than they save.
    with threadpool_limits(limits=1):
        model = cluster.KMeans(n_clusters=groups, n_init=RESTARTS, random_state=seed)
        own = model.fit(distinct, sample_weight=counts).labels_.astype(np.int64)
        return own[place], *_silhouette(metrics, distinct, np.sort(place), own, seed)


def _silhouette(
    metrics: Any, distinct: Floats, order: NDArray[np.int64], own: NDArray[np.int64], seed: int
) -> tuple[float | None, int]:
    """The silhouette, and on how many customers it was taken.

    Args:
        metrics: scikit-learn's module.
        distinct: the different customers.
        order: which of them each customer is, sorted.
        own: the group of each different customer.
        seed: of the sample.
    """
    # Of the customers, sorted, so that how often a kind of customer occurs counts.
    if len(order) > SILHOUETTE_SAMPLE:
        order = np.random.default_rng(seed).choice(order, SILHOUETTE_SAMPLE, replace=False)
    sampled = own[order]
    if not 1 < len(np.unique(sampled)) < len(order):
        return None, len(order)
    return float(metrics.silhouette_score(distinct[order], sampled)), len(order)


def _scikit_learn() -> tuple[Any, Any, Any]:
    try:
        from sklearn import cluster, metrics
        from threadpoolctl import threadpool_limits  # comes with scikit-learn
    except ImportError:
        raise CrmError(
            "聚类需要 scikit-learn，本机尚未安装。", hint=f"请运行 {install_command('model')} 后重试。"
        ) from None
    return cluster, metrics, threadpool_limits
