"""Potential (guide 000), membership and stability (guide 003): levels beside the score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from crm_xl.analysis.grading import HIGH, LOST, LOW, MIDDLE, SILENT
from crm_xl.analysis.growth import Floats
from crm_xl.analysis.matrix import matrix_cuts, matrix_summary, place_in_matrix
from crm_xl.analysis.notes import MATRIX, POTENTIAL, about
from crm_xl.analysis.rfm import quantile_cuts, score_values
from crm_xl.analysis.scoring import sold_nothing, without_orders
from crm_xl.analysis.tally import Flags
from crm_xl.settings.model import BOUND_TOLERANCE, General
from crm_xl.tables.outputs import NO_TRADE, PENDING
from crm_xl.tables.workshop import SCHEMES

DIAMOND, GOLD, SILVER, ORDINARY = "钻石", "黄金", "白银", "普通"
AT_RISK, WATCHED, STABLE = "流失风险", "关注", "高稳定"
MEMBERSHIP_SCORES = 5

Names = NDArray[np.object_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Schemes:
    """Customers by every scheme.

    Attributes:
        table: SCHEMES, one row per customer.
        matrix: MATRIX.
        notes: what captions must say.
    """

    table: pd.DataFrame
    matrix: pd.DataFrame
    notes: tuple[str, ...]


def classify(
    metrics: pd.DataFrame,
    activity: ArrayLike,
    general: General,
    *,
    warning: ArrayLike | None = None,
    counted: Flags | None = None,
) -> Schemes:
    """Every customer's place in the matrix, potential, membership and stability.

    Args:
        metrics: METRICS, one row per customer.
        activity: 活跃, 沉默, 流失 or 无交易 of the same customers.
        general: cuts and limits.
        warning: level of the churn warning of the same customers, 高, 中, 低 or blank; None: no warnings made.
        counted: the customers whom the matrix counts; None: all. Its cuts are of all in either case.
    """
    traded = ~without_orders(metrics)
    value = metrics["annual_amount_wan"].to_numpy(dtype=float)
    potential = metrics["industry_growth"].to_numpy(dtype=float)
    cuts = matrix_cuts(value[traded], potential[traded], general)
    cells = place_in_matrix(value, potential, cuts, traded)
    mean, tier = potential_tier(
        metrics["size_level"],
        metrics["industry_potential"],
        metrics["willingness"],
        high=general.potential_high,
        middle=general.potential_middle,
    )
    points, membership = membership_level(
        metrics["frequency"],
        metrics["average_order_value"],
        metrics["recency_days"],
        traded=traded,
        idle=sold_nothing(metrics),
        bounds=(general.membership_diamond, general.membership_gold, general.membership_silver),
    )
    stable, reason = stability(activity, metrics["product_types"], warning)
    table = metrics[["customer_id", "customer_name", "owner"]].assign(
        value=value,
        potential=potential,
        matrix_cell=cells,
        potential_mean=mean,
        potential_tier=tier,
        membership_points=points,
        membership=membership,
        stability=stable,
        stability_reason=reason,
    )
    inside = np.ones(len(metrics), dtype=bool) if counted is None else counted
    matrix = matrix_summary(cells[inside], value[inside], cuts)
    notes: list[str] = []
    if traded.any() and np.isnan(potential[traded]).all():
        notes += about(MATRIX, ["没有行业增长率数据，价值–潜力矩阵无法定位客户"])
    if len(mean) and np.isnan(mean).all():
        notes += about(POTENTIAL, ["没有客户同时具备企业规模、行业潜力与合作意愿，潜力层级均为待评估"])
    return Schemes(table=table[list(SCHEMES.names)], matrix=matrix, notes=tuple(notes))


def potential_tier(
    size: ArrayLike, outlook: ArrayLike, willingness: ArrayLike, *, high: float = 4.0, middle: float = 2.5
) -> tuple[Floats, Names]:
    """The mean of three marks from 1 to 5, and 高, 中 or 低 by it; 待评估 where a mark is missing.

    Args:
        size: band of the company's size.
        outlook: of its industry.
        willingness: to work with us.
        high: the mean from which on potential is 高, inclusive.
        middle: likewise 中.
    """
    marks = [np.asarray(mark, dtype=float) for mark in (size, outlook, willingness)]
    mean: Floats = (marks[0] + marks[1] + marks[2]) / len(marks)
    level = np.where(
        mean >= high - BOUND_TOLERANCE, HIGH, np.where(mean >= middle - BOUND_TOLERANCE, MIDDLE, LOW)
    )
    return mean, np.where(np.isnan(mean), PENDING, level).astype(object)


def membership_level(
    frequency: ArrayLike,
    average_order_value: ArrayLike,
    recency_days: ArrayLike,
    *,
    traded: Flags,
    idle: Flags,
    bounds: tuple[int, int, int] = (13, 10, 7),
) -> tuple[Floats, Names]:
    """The sum of three quantile scores from 1 to 5, and 钻石, 黄金, 白银 or 普通 by it.

    Equal customers share a score: cut points are values. Who never ordered is 无交易.

    Args:
        frequency: orders in the period.
        average_order_value: in the period.
        recency_days: since the last order; lower is better.
        traded: who ever ordered; the quantiles are among them.
        idle: who ordered before and not in the period: their average order value scores 1.
        bounds: from which sum on 钻石, 黄金, 白银, inclusive.
    """
    scores = [
        _quantile_score(frequency, traded),
        _quantile_score(average_order_value, traded),
        _quantile_score(recency_days, traded, reverse=True),
    ]
    scores[1] = np.where(idle & np.isnan(scores[1]), 1.0, scores[1])
    total: Floats = scores[0] + scores[1] + scores[2]
    level = np.full(len(total), ORDINARY, dtype=object)
    for name, bound in zip((SILVER, GOLD, DIAMOND), reversed(bounds), strict=True):
        level[total >= bound] = name
    level[np.isnan(total)] = PENDING
    level[~traded] = NO_TRADE
    return total, level


def stability(
    activity: ArrayLike, product_types: ArrayLike, warning: ArrayLike | None = None
) -> tuple[Names, Names]:
    """流失风险, 关注 or 高稳定, and why; 无交易 for customers without any order.

    Args:
        activity: 活跃, 沉默, 流失 or 无交易.
        product_types: bought in the period.
        warning: level of the churn warning, 高, 中, 低 or blank.
    """
    states = np.asarray(activity, dtype=object)
    levels = np.full(len(states), "", dtype=object) if warning is None else np.asarray(warning, dtype=object)
    single = np.asarray(product_types, dtype=float) == 1
    risks = (("已流失", states == LOST), ("流失预警为高", levels == HIGH))
    cares = (("沉默", states == SILENT), ("只购买一类产品", single), ("流失预警为中", levels == MIDDLE))
    at_risk = np.logical_or.reduce([hit for _, hit in risks])
    watched = np.logical_or.reduce([hit for _, hit in cares])
    level = np.where(at_risk, AT_RISK, np.where(watched, WATCHED, STABLE)).astype(object)
    reason = np.full(len(states), "", dtype=object)
    # The reasons of the level a customer has, not those of a milder one.
    for words, hit in (*risks, *((words, hit & ~at_risk) for words, hit in cares)):
        reason[hit] += np.where(reason[hit] == "", "", "、") + words
    untraded = states == NO_TRADE
    level[untraded], reason[untraded] = NO_TRADE, ""
    return level, reason


def _quantile_score(values: ArrayLike, traded: Flags, *, reverse: bool = False) -> Floats:
    raw = np.where(traded, np.asarray(values, dtype=float), np.nan)
    return score_values(raw, quantile_cuts(raw[~np.isnan(raw)], MEMBERSHIP_SCORES), reverse=reverse)
