"""Weighted scores by a scorecard: points x weight, and what to do where an indicator is missing (SPEC 3, 5).

Missing is not none. No sales in the period is a known nothing and earns the lowest step; an indicator nobody
recorded leaves the customer 待评估, except a blank 流失率, which is left out with its weight.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crm_xl.analysis.explain import explain
from crm_xl.analysis.growth import Floats
from crm_xl.analysis.points import lowest_points, points_of
from crm_xl.analysis.tally import Flags
from crm_xl.settings.model import BOUND_TOLERANCE, Indicator, Scorecard, Tier

__all__ = ["Scored", "points_of", "score_customers"]

# Metrics that a period without orders leaves undefined, although everything is known.
FROM_ORDERS = frozenset(
    {
        "average_order_value",
        "profit",
        "profit_margin",
        "profit_share",
        "product_types",
        "cross_buy_rate",
        "repeat_rate",
        "amount_3m_change",
    }
)
# One customer's churn rate is a judgement; without one the rest of the card still holds.
LEFT_OUT_WHEN_BLANK = frozenset({"churn_rate"})

_USED, _MISSING, _NOTHING, _LEFT_OUT = range(4)


@dataclass(frozen=True, kw_only=True, eq=False)
class Scored:
    """Scores of customers by one card, one row per customer in the order of the metrics.

    Attributes:
        card: the card used.
        tiers: the levels the explanation aims at.
        values: raw values, one column per indicator.
        points: points earned, one column per indicator; missing where an indicator does not count.
        weights: the share each indicator has in this customer's total; 0 where it is left out.
        total: 0 to 100, unrounded; missing is 待评估.
        flags: what was missing and how it was handled, blank where nothing was.
        left_out: names of the indicators that were left out for all.
        notes: what every output must say of them.
    """

    card: Scorecard
    tiers: tuple[Tier, ...]
    values: pd.DataFrame
    points: pd.DataFrame
    weights: pd.DataFrame
    total: pd.Series
    flags: pd.Series
    left_out: frozenset[str]
    notes: tuple[str, ...]

    @property
    def used_card(self) -> Scorecard:
        """The card with what was left out for all at weight 0 and the rest scaled to 1."""
        shares = {name: 0.0 if name in self.left_out else own for name, own in self.card.weights.items()}
        total = sum(shares.values())
        if not self.left_out or not total:
            return self.card
        dimensions = []
        for dimension in self.card.dimensions:
            weight = sum(shares[indicator.name] for indicator in dimension.indicators)
            members = tuple(
                replace(indicator, weight=shares[indicator.name] / weight if weight else 0.0)
                for indicator in dimension.indicators
            )
            dimensions.append(replace(dimension, weight=weight / total, indicators=members))
        return replace(self.card, dimensions=tuple(dimensions))

    @cached_property
    def explanation(self) -> pd.Series:
        """How each total came about and what would lift it; 待评估 with its reason. Written on first use."""
        return explain(self.card, self.values, self.points, self.weights, self.total, self.flags, self.tiers)


def score_customers(
    metrics: pd.DataFrame,
    card: Scorecard,
    *,
    minimum_coverage: float = 0.0,
    tiers: Sequence[Tier] = (),
) -> Scored:
    """Score every customer by the card.

    Args:
        metrics: one row per customer with the card's metrics as columns. With `lifetime_orders`, customers
            without any order are prospects and stay 待评估; with `frequency` as well, those who ordered before
            but not in the period are known to have bought nothing.
        card: weights that sum to 1.
        minimum_coverage: an indicator fewer customers have than this share is left out for all, and the
            remaining weights are scaled to 1.
        tiers: levels, so that the explanation can say what would reach the next.

    Returns:
        Scored, same rows.

    Raises:
        ValueError: a metric of the card is not a column.
    """
    if absent := sorted({i.metric for i in card.indicators} - set(metrics.columns)):
        raise ValueError(f"{card.name} needs {absent}")
    prospects, idle = without_orders(metrics), sold_nothing(metrics)
    columns: list[_Column] = []
    sparse: dict[str, str] = {}
    for indicator in card.indicators:
        values = metrics[indicator.metric].to_numpy(dtype=float, na_value=np.nan)
        values = np.where(prospects, np.nan, values)
        column = _Column.of(indicator, values, prospects, idle, minimum_coverage)
        columns.append(column)
        if column.coverage < minimum_coverage - BOUND_TOLERANCE:
            sparse[indicator.name] = f"{indicator.name}{column.coverage:.0%}"
    shares = np.array([card.weights[i.name] for i in card.indicators])
    states = np.column_stack([column.states for column in columns])
    states[:, shares == 0] = _LEFT_OUT  # what weighs nothing need not be known
    points = np.column_stack([column.points for column in columns])
    total, weights = _weigh(points, states, shares, prospects)
    names = [indicator.name for indicator in card.indicators]

    def frame(values: Floats) -> pd.DataFrame:
        return pd.DataFrame(values, columns=names, index=metrics.index)

    return Scored(
        card=card,
        tiers=tuple(tiers),
        values=frame(np.column_stack([column.values for column in columns])),
        points=frame(points),
        weights=frame(weights),
        total=pd.Series(total, index=metrics.index, name="score"),
        flags=pd.Series(_flags(states, prospects, names), index=metrics.index, name="flags", dtype=object),
        left_out=frozenset(sparse),
        notes=_sparse_note(card, tuple(sparse.values()), minimum_coverage),
    )


def without_orders(metrics: pd.DataFrame) -> Flags:
    """True for customers who never ordered; False where the orders are not known."""
    if "lifetime_orders" not in metrics:
        return np.zeros(len(metrics), dtype=bool)
    never: Flags = metrics["lifetime_orders"].to_numpy(dtype=float, na_value=np.nan) == 0
    return never


def sold_nothing(metrics: pd.DataFrame) -> Flags:
    """True for customers who ordered before and have no order in the period."""
    if not {"lifetime_orders", "frequency"} <= set(metrics.columns):
        return np.zeros(len(metrics), dtype=bool)
    before = metrics["lifetime_orders"].to_numpy(dtype=float, na_value=np.nan) > 0
    idle: Flags = before & (metrics["frequency"].to_numpy(dtype=float, na_value=np.nan) == 0)
    return idle


@dataclass(frozen=True, kw_only=True)
class _Column:
    """One indicator over all customers."""

    values: Floats
    points: Floats
    states: NDArray[np.int8]
    coverage: float  # share of those who could have a value that have one

    @classmethod
    def of(
        cls, indicator: Indicator, values: Floats, prospects: Flags, idle: Flags, minimum_coverage: float
    ) -> _Column:
        blank = np.isnan(values)
        known_nothing = blank & idle & (indicator.metric in FROM_ORDERS)
        asked = ~prospects & ~known_nothing
        coverage = 1.0 - blank[asked].mean() if asked.any() else 1.0
        if coverage < minimum_coverage - BOUND_TOLERANCE:
            return cls(
                values=values,
                points=np.full(len(values), np.nan),
                states=np.full(len(values), _LEFT_OUT, dtype=np.int8),
                coverage=coverage,
            )
        points = points_of(values, indicator)
        points[known_nothing] = lowest_points(indicator)
        states = np.full(len(values), _USED, dtype=np.int8)
        states[blank] = _LEFT_OUT if indicator.metric in LEFT_OUT_WHEN_BLANK else _MISSING
        states[known_nothing] = _NOTHING
        return cls(values=values, points=points, states=states, coverage=coverage)


def _sparse_note(card: Scorecard, sparse: Sequence[str], minimum_coverage: float) -> tuple[str, ...]:
    """One sentence however many indicators were left out: it stands above every output."""
    if not sparse:
        return ()
    return (
        f"{card.name}：有数据的客户低于{minimum_coverage:.0%}的指标未计入，其余权重折算为100%"
        f"（{'、'.join(sparse)}）",
    )


def _weigh(
    points: Floats, states: NDArray[np.int8], shares: Floats, prospects: Flags
) -> tuple[Floats, Floats]:
    """Totals, and the weights that made them: those left out are shared among the rest."""
    counted = states != _LEFT_OUT
    weights = counted * shares
    left = weights.sum(axis=1, keepdims=True)
    # Untouched cards keep their weights to the last bit, so that 94.5 is 94.5.
    scale = np.where(counted.all(axis=1, keepdims=True) | (left == 0), 1.0, left)
    weights = weights / scale
    total = (np.where(counted, points, 0.0) * weights).sum(axis=1)
    total[prospects | (left[:, 0] == 0)] = np.nan
    return total, weights


def _flags(states: NDArray[np.int8], prospects: Flags, names: Sequence[str]) -> NDArray[np.object_]:
    """One sentence per customer, written once per pattern of missing indicators."""
    # What all customers lack is said once, in the notes.
    told = np.where((states == _LEFT_OUT).all(axis=0), _USED, states)
    codes = prospects.astype(np.int64)
    for column in told.T:
        codes, _ = pd.factorize(codes * 4 + column)
    _, examples, patterns = np.unique(codes, return_index=True, return_inverse=True)
    texts = np.empty(len(examples), dtype=object)
    texts[:] = ["尚无订单" if prospects[row] else _flag(told[row], names) for row in examples]
    return np.asarray(texts[patterns], dtype=object)


def _flag(states: NDArray[np.int8], names: Sequence[str]) -> str:
    def listed(state: int) -> str:
        return "、".join(name for name, own in zip(names, states, strict=True) if own == state)

    sentences = []
    if missing := listed(_MISSING):
        sentences.append(f"缺少{missing}")
    if nothing := listed(_NOTHING):
        sentences.append(f"期间内无订单，{nothing}按最低档计")
    if left_out := listed(_LEFT_OUT):
        sentences.append(f"{left_out}空白，未计入，其余权重折算")
    return "；".join(sentences)
