"""Clusters and the comparison of methods: reproducible, whatever the order and the unit."""

from __future__ import annotations

import sys
from dataclasses import replace
from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_xl.analysis.clusters import SILHOUETTE_SAMPLE, cluster_customers, standardised
from crm_xl.analysis.grading import assign_tier
from crm_xl.analysis.methods import by_breaks, compare_methods
from crm_xl.analysis.scoring import Scored, score_customers
from crm_xl.errors import CrmError
from crm_xl.settings import Settings
from crm_xl.settings.model import Dimension, Indicator, Scorecard, Step
from crm_xl.tables import parameters as p
from crm_xl.tables.workshop import METHOD_COMPARE, METHOD_SUMMARY
from tests.support.metric_rows import BUYER, IDLE, PROSPECT, metric_rows

SETTINGS = Settings.default()
# Four kinds of customers far from one another; scores 100, 80, 60 and 48 (see the steps of the value card):
# 100·.4+100·.25+100·.2+100·.15; 80·.4+80·.25+80·.2+80·.15; 60·.4+60·.25+70·.2+70·.15 = 63.5; 60·.4+40·.6 = 48.
KINDS = {
    100.0: {"annual_amount_wan": 2000.0, "profit_margin": 0.30, "tenure_years": 9.0, "cross_buy_rate": 0.60},
    80.0: {"annual_amount_wan": 700.0, "profit_margin": 0.12, "tenure_years": 4.0, "cross_buy_rate": 0.32},
    63.5: {"annual_amount_wan": 200.0, "profit_margin": 0.06, "tenure_years": 2.0, "cross_buy_rate": 0.22},
    48.0: {"annual_amount_wan": 10.0, "profit_margin": 0.01, "tenure_years": 0.2, "cross_buy_rate": 0.05},
}
TIER_OF = {100.0: "战略级", 80.0: "重点级", 63.5: "普通级", 48.0: "潜在级"}


def crowd(size: int = 40) -> pd.DataFrame:
    """Customers of the four kinds in turn, a little apart from one another."""
    rng = np.random.default_rng(1)
    kinds = list(KINDS.values())
    rows = [
        {**BUYER, **{name: value * (1 + 0.02 * rng.random()) for name, value in kinds[n % 4].items()}}
        for n in range(size)
    ]
    return metric_rows(*rows)


def scored(metrics: pd.DataFrame, card: Scorecard = SETTINGS.card) -> Scored:
    return score_customers(metrics, card, tiers=SETTINGS.tiers)


class TestClusters:
    def test_the_kinds_there_are_become_the_groups_ordered_by_mean_score(self) -> None:
        metrics = crowd()
        found = cluster_customers(scored(metrics), 4)
        assert found.groups.tolist() == [3, 2, 1, 0] * 10
        assert found.means == pytest.approx((48.0, 63.5, 80.0, 100.0))
        assert found.silhouette is not None and found.silhouette > 0.9
        assert found.sampled == 40

    @settings(max_examples=10, deadline=None)
    @given(
        st.randoms(),
        st.sampled_from(["annual_amount_wan", "tenure_years"]),
        st.sampled_from([10_000.0, 0.001]),
    )
    def test_neither_order_nor_unit_moves_anybody(self, random: Random, name: str, unit: float) -> None:
        metrics = metric_rows(
            *({**BUYER, "annual_amount_wan": float(a), "profit_margin": 0.1, "tenure_years": float(t), "cross_buy_rate": 0.3}
              for a, t in zip(range(0, 1200, 40), [1, 2, 3] * 10, strict=True))
        )  # fmt: skip
        plain = cluster_customers(scored(metrics), 3)
        order = list(range(len(metrics)))
        random.shuffle(order)
        shuffled = cluster_customers(scored(metrics.iloc[order].reset_index(drop=True)), 3)
        assert shuffled.groups.tolist() == plain.groups[order].tolist()
        # In another unit, with bounds in that unit.
        scaled = cluster_customers(
            scored(metrics.assign(**{name: metrics[name] * unit}), rescaled(name, unit)), 3
        )
        assert scaled.groups.tolist() == plain.groups.tolist()

    def test_equal_customers_share_a_group(self) -> None:
        metrics = pd.concat([crowd(), crowd()], ignore_index=True)
        found = cluster_customers(scored(metrics), 4).groups
        assert found[:40].tolist() == found[40:].tolist()

    def test_prospects_belong_to_no_group(self) -> None:
        metrics = metric_rows(*(BUYER | own for own in KINDS.values()), {**PROSPECT, **KINDS[100.0]})
        assert cluster_customers(scored(metrics), 4).groups.tolist() == [3, 2, 1, 0, -1]

    def test_a_known_nothing_counts_as_the_worst_and_a_left_out_indicator_as_the_mean(self) -> None:
        own = scored(
            metric_rows(
                BUYER | KINDS[100.0],
                BUYER | KINDS[48.0],
                {**IDLE, "annual_amount_wan": 0.0, "tenure_years": 1.0},
            )
        )
        features = standardised(own, np.ones(3, dtype=bool))
        # Margins .30, .01 and the worst in place of none, .01: mean .32 ÷ 3, so the last two are equal.
        assert features[1, 1] == features[2, 1] < features[0, 1]
        blank = metric_rows(
            {"churn_rate": 0.1, "complaints": 0.0},
            {"churn_rate": None, "complaints": 1.0},
            {"churn_rate": 0.3, "complaints": 2.0},
        )
        risk = Scorecard(
            name="风险", dimensions=(replace(SETTINGS.cards[p.CARD_FOUR].dimensions[2], weight=1.0),)
        )
        risk = replace(risk, dimensions=(replace(risk.dimensions[0], indicators=tuple(
            replace(i, weight=0.5) for i in risk.dimensions[0].indicators if i.name != "回款及时率")),))  # fmt: skip
        features = standardised(scored(blank.drop(columns="lifetime_orders"), risk), np.ones(3, dtype=bool))
        assert features[:, 0].tolist() == pytest.approx([-(1.5**0.5), 0, 1.5**0.5])

    @pytest.mark.parametrize("rows", [[KINDS[100.0]], [KINDS[100.0]] * 30, [KINDS[100.0], KINDS[80.0]] * 5])
    def test_too_few_different_customers_are_said(self, rows: list[dict[str, float]]) -> None:
        different = len({row["profit_margin"] for row in rows})
        with pytest.raises(CrmError, match=f"指标取值不同的客户只有{different}家，聚不成4类"):
            cluster_customers(scored(metric_rows(*(BUYER | row for row in rows))), 4)

    def test_the_silhouette_is_taken_on_a_sample_of_5000_at_most(self) -> None:
        rng = np.random.default_rng(0)
        size = SILHOUETTE_SAMPLE + 500
        metrics = pd.DataFrame(
            {
                name: rng.random(size)
                for name in ("annual_amount_wan", "profit_margin", "tenure_years", "cross_buy_rate")
            }
        )
        found = cluster_customers(scored(metrics), 4)
        assert found.sampled == SILHOUETTE_SAMPLE
        assert found.silhouette is not None and -1 <= found.silhouette <= 1
        again = cluster_customers(scored(metrics), 4)
        assert (again.silhouette, again.groups.tolist()) == (found.silhouette, found.groups.tolist())

    def test_without_scikit_learn_the_remedy_is_said(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "sklearn", None)
        with pytest.raises(CrmError, match=r"scikit-learn.*crm-xl extra model"):
            cluster_customers(scored(crowd()), 4)


def rescaled(name: str, unit: float) -> Scorecard:
    (dimension,) = SETTINGS.card.dimensions

    def own(indicator: Indicator) -> Indicator:
        if indicator.metric != name:
            return indicator
        return replace(
            indicator,
            steps=tuple(
                Step(lower=None if s.lower is None else s.lower * unit, points=s.points)
                for s in indicator.steps
            ),
        )

    return Scorecard(
        name="卡",
        dimensions=(Dimension(name="维度", weight=1.0, indicators=tuple(map(own, dimension.indicators))),),
    )


class TestBreaksOnTheScore:
    def test_groups_are_named_from_the_best_down(self) -> None:
        found = by_breaks(np.array([10, 11, 30, 31, 60, 61, 90, 91, np.nan]), SETTINGS.tiers)
        assert found.tier.tolist() == [
            *["潜在级"] * 2,
            *["普通级"] * 2,
            *["重点级"] * 2,
            *["战略级"] * 2,
            "待评估",
        ]
        assert found.note.startswith("战略级≥90，重点级≥60，普通级≥30；解释了100%")

    def test_fewer_scores_than_tiers_are_said_and_nobody_is_graded(self) -> None:
        # The last two differ in the last bit only.
        found = by_breaks(np.array([50.0, 60.0, 70.0, 70.0 + 1e-13]), SETTINGS.tiers)
        assert found.note.startswith("只有3个不同的得分，分不成4级。")
        assert found.tier.tolist() == [None] * 4


class TestComparison:
    def test_each_customer_has_a_tier_by_each_method_and_how_many_agree(self) -> None:
        metrics = crowd()
        table, summary = compare_methods(metrics, scored(metrics), SETTINGS)
        assert tuple(table.columns) == METHOD_COMPARE.names
        assert tuple(summary.columns) == METHOD_SUMMARY.names
        expected = list(TIER_OF.values()) * 10
        for method in ("by_threshold", "by_clusters", "by_breaks"):
            assert table[method].tolist() == expected
        # Nobody has ratings, so that the rules ask for amount and margin alone.
        assert table["by_standards"].tolist() == expected
        assert table["agreeing"].tolist() == [3] * 40
        assert table["matched"].tolist()[:4] == ["战略级、重点级、普通级", "重点级、普通级", "普通级", ""]
        assert "行业排名：仅0%的客户有数据" in summary.set_index("method").loc["规则法", "notes"].iloc[0]

    def test_methods_that_disagree_are_counted(self) -> None:
        # A large customer who keeps us waiting for the money: 94.5 and more by the card, 潜在级 by the rules.
        metrics = metric_rows(*(BUYER | own | {"on_time_payment": 1.0} for own in KINDS.values()),
                              BUYER | KINDS[100.0] | {"on_time_payment": 0.5})  # fmt: skip
        table, summary = compare_methods(metrics, scored(metrics), SETTINGS)
        assert table.loc[4, ["by_threshold", "by_standards", "by_breaks"]].tolist() == [
            "战略级",
            "潜在级",
            "战略级",
        ]
        assert table["agreeing"].tolist() == [3, 3, 3, 3, 2]
        ruled = summary[summary["method"] == "规则法"].set_index("tier")
        # One of the two the rules call 潜在级 is so by the score.
        assert ruled.loc["潜在级", ["customers", "agreement"]].tolist() == [2, 0.5]

    def test_the_summary_counts_and_tells_agreement(self) -> None:
        metrics = crowd()
        _, summary = compare_methods(metrics, scored(metrics), SETTINGS)
        own = summary[summary["method"] == "聚类法"]
        assert own["customers"].tolist() == [10, 10, 10, 10]
        assert own["customer_share"].tolist() == [0.25] * 4
        assert own["mean"].tolist() == pytest.approx([100.0, 80.0, 63.5, 48.0])
        assert own["agreement"].tolist() == [1.0] * 4
        assert own["notes"].tolist()[0].startswith("轮廓系数 0.9")
        assert summary.groupby("method")["customers"].sum().tolist() == [40] * 4

    def test_one_customer_only(self) -> None:
        metrics = metric_rows(BUYER | KINDS[100.0])
        table, summary = compare_methods(metrics, scored(metrics), SETTINGS)
        assert table.loc[0, "by_threshold"] == "战略级"
        assert table[["by_clusters", "by_breaks"]].isna().all(axis=None)
        told = summary.set_index("method")["notes"]
        assert told["聚类法"].startswith("指标取值不同的客户只有1家，聚不成4类。")
        assert told["自然断点"].startswith("只有1个不同的得分，分不成4级。")

    def test_nobody_at_all(self) -> None:
        table, summary = compare_methods(metric_rows(), scored(metric_rows()), SETTINGS)
        assert table.empty
        assert summary["customers"].fillna(0).sum() == 0

    def test_the_threshold_method_is_the_tier_of_the_score(self) -> None:
        metrics = crowd(12)
        own = scored(metrics)
        table, _ = compare_methods(metrics, own, SETTINGS)
        assert table["by_threshold"].tolist() == assign_tier(own.total, SETTINGS.tiers).tolist()
