"""All schemes, warnings and changes of tier for 100,000 customers; their k-means beside scikit-learn's own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from benchmarks.changes import CUSTOMERS, TODAY, made_up_contact, made_up_metrics
from benchmarks.harness import Case, Pair
from crm_xl.analysis.churn_tables import churn_warnings
from crm_xl.analysis.clusters import cluster_customers
from crm_xl.analysis.grades import grade_customers
from crm_xl.analysis.methods import by_breaks
from crm_xl.analysis.metrics import MARKS
from crm_xl.analysis.movement_tables import move_tiers
from crm_xl.analysis.schemes import classify
from crm_xl.analysis.scoring import score_customers
from crm_xl.analysis.standards import grade_by_standards
from crm_xl.settings import Settings
from crm_xl.settings.model import Dimension
from crm_xl.tables import parameters as p

EARLIER = pd.Timestamp("2026-06-30")
INDICATORS = 10
_MARKS = ("size_level", "industry_potential", "willingness", "expansion_plan")
_RATES = ("profit_margin", "cross_buy_rate", "industry_growth", "need_match", "churn_rate", "on_time_payment")
_COUNTS = ("frequency", "lifetime_orders", "renewals", "product_types", "complaints", "industry_rank")


def customers(random: np.random.Generator) -> pd.DataFrame:
    """METRICS of customers, with all that the schemes look at too."""
    metrics = made_up_metrics(random)
    figures = {name: random.integers(1, 6, CUSTOMERS).astype(float) for name in _MARKS}
    figures |= {name: random.uniform(0, 1, CUSTOMERS) for name in _RATES}
    figures |= {name: random.integers(1, 60, CUSTOMERS).astype(float) for name in _COUNTS}
    return metrics.assign(
        **dict.fromkeys(MARKS, False),
        **figures,
        annual_amount_wan=metrics["annual_amount"] / 1e4,
        monetary=metrics["annual_amount"],
        average_order_value=metrics["annual_amount"] / figures["frequency"],
        recency_days=(TODAY - metrics["last_order_date"]).dt.days.astype(float),
        tenure_years=random.uniform(0, 12, CUSTOMERS),
        profit=metrics["annual_amount"] * figures["profit_margin"],
        brand_synergy=random.integers(1, 6, CUSTOMERS).astype(float),
        benchmark_status=random.integers(1, 6, CUSTOMERS).astype(float),
        policy_support=random.integers(1, 6, CUSTOMERS).astype(float),
    )


def _grading() -> Pair:
    random, settings = np.random.default_rng(2), Settings.default()
    metrics = customers(random)
    tables = made_up_contact(random, metrics["customer_id"].to_numpy())

    def state(scores: pd.DataFrame, share: float) -> pd.DataFrame:
        return scores[["customer_id", "customer_name", "owner", "score", "tier"]].assign(
            segment="重要价值客户",
            annual_amount=metrics["annual_amount"] * share,
            last_order_date=metrics["last_order_date"],
        )

    first = state(grade_customers(metrics, settings, TODAY).scores, 0.7)
    past = move_tiers(first, None, settings.tiers, settings.general, EARLIER).history

    def ours() -> None:
        graded = grade_customers(metrics, settings, TODAY)
        warned = churn_warnings(metrics, tables, settings, TODAY).verdict.levels
        classify(metrics, graded.scores["activity"], settings.general, warning=warned)
        grade_by_standards(metrics, settings.standards, minimum_coverage=settings.general.minimum_coverage)
        by_breaks(graded.scored.total.to_numpy(dtype=float), settings.tiers)
        move_tiers(state(graded.scores, 1.0), past, settings.tiers, settings.general, TODAY)

    names = [indicator.metric for indicator in settings.card.indicators]

    def barest() -> None:
        """A weighted sum of ranks, cut in four, counted: none of the rules, reasons and changes."""
        score = metrics[names].rank(pct=True).mean(axis=1)
        metrics.assign(tier=pd.cut(score, 4)).groupby("tier", observed=True)["annual_amount"].agg(
            ["size", "sum"]
        )

    return Pair(ours=ours, baseline=barest, note=f"{CUSTOMERS:,} customers")


def _k_means() -> Pair:
    from sklearn.cluster import KMeans

    settings = Settings.default()
    four = settings.cards[p.CARD_FOUR]
    chosen = four.indicators[:INDICATORS]
    evenly = tuple(replace(indicator, weight=1 / INDICATORS) for indicator in chosen)
    card = replace(four, name="ten", dimensions=(Dimension(name="all", weight=1.0, indicators=evenly),))
    scored = score_customers(customers(np.random.default_rng(3)), card)
    values = scored.values.to_numpy(dtype=float)
    standard = (values - values.mean(axis=0)) / values.std(axis=0)
    return Pair(
        ours=lambda: cluster_customers(scored, 4),
        baseline=lambda: KMeans(4, n_init=1, random_state=0).fit(standard),
        note=f"{CUSTOMERS:,} customers, {values.shape[1]} indicators, 4 groups",
    )


GRADING = Case(
    ours="schemes, warnings, changes of tier",
    baseline="pandas: ranks, cut, counted",
    prepare=_grading,
    most_seconds=3.0,
    most_gigabytes=1.5,
)
KMEANS = Case(
    ours="k-means with silhouette",
    baseline="scikit-learn's KMeans, one start",
    prepare=_k_means,
    most_seconds=2.0,
)
