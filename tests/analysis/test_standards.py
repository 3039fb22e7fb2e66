"""Rules of guide 003's standard table: first match wins, what nobody knows neither holds nor fails."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_xl.analysis.standards import gaps, grade_by_standards, looser_above, never_reached, overlapping
from crm_xl.settings import Settings
from crm_xl.settings.model import Standard
from tests.support.metric_rows import BUYER, IDLE, PROSPECT, metric_rows

SHIPPED = Settings.default().standards
# Every bound of guide 003's first row, just met.
STRATEGIC = {
    **BUYER,
    "annual_amount_wan": 1000.0, "profit_margin": 0.15, "industry_rank": 10.0, "need_match": 0.9, "churn_rate": 0.05,
    "on_time_payment": 1.0, "key_industry": True, "market_position": "区域龙头", "brand_synergy": 4.0,
    "policy_support": 4.0,
}  # fmt: skip


def tier(**changes: object) -> str:
    return str(grade_by_standards(metric_rows({**STRATEGIC, **changes}), SHIPPED).tier[0])


class TestShippedRules:
    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({}, "战略级"),
            ({"annual_amount_wan": 1000 - 1e-10}, "战略级"),
            ({"annual_amount_wan": 999.99}, "重点级"),
            ({"profit_margin": 0.1499}, "重点级"),
            ({"industry_rank": 11}, "重点级"),
            ({"key_industry": False}, "重点级"),
            ({"brand_synergy": 3}, "重点级"),
            ({"churn_rate": 0.051}, "重点级"),
            ({"on_time_payment": 0.999}, "重点级"),
            ({"key_industry": False, "policy_support": 3}, "普通级"),
            ({"key_industry": False, "market_position": "中小企业"}, "普通级"),
            ({"annual_amount_wan": 100, "profit_margin": 0.05}, "普通级"),
            ({"annual_amount_wan": 99.99}, "潜在级"),
            ({"on_time_payment": 0.8999}, "潜在级"),
            ({"churn_rate": 0.1501}, "潜在级"),
        ],
    )
    def test_the_best_tier_whose_every_bound_holds(self, changes: dict[str, object], expected: str) -> None:
        assert tier(**changes) == expected

    def test_every_tier_a_customer_fulfils_is_told(self) -> None:
        assert grade_by_standards(metric_rows(STRATEGIC), SHIPPED).matched.tolist() == [
            "战略级、重点级、普通级"
        ]
        # 重点级 asks for a leader's position, which neither 战略级 nor 普通级 does.
        found = grade_by_standards(metric_rows({**STRATEGIC, "market_position": "新兴企业"}), SHIPPED)
        assert found.matched.tolist() == ["战略级、普通级"]

    def test_every_row_can_be_reached_and_nothing_falls_through(self) -> None:
        assert gaps(SHIPPED) == []
        assert never_reached(SHIPPED) == {}
        assert looser_above(SHIPPED) == []


class TestWhatIsMissing:
    def test_a_datum_that_might_make_the_better_tier_leaves_the_customer_pending(self) -> None:
        found = grade_by_standards(
            metric_rows({**STRATEGIC, "need_match": None, "key_industry": None}), SHIPPED
        )
        assert found.tier.tolist() == ["待评估"]
        assert found.reason.tolist() == ["缺少需求匹配度、国家重点行业"]

    def test_a_datum_that_could_not_help_is_not_asked_for(self) -> None:
        # 50万 fails the amount of every tier above, whatever the match.
        assert tier(annual_amount_wan=50, need_match=None) == "潜在级"

    def test_a_blank_churn_rate_is_left_out(self) -> None:
        assert tier(churn_rate=None) == "战略级"

    def test_no_orders_in_the_period_is_a_known_nothing(self) -> None:
        idle = {**STRATEGIC, **IDLE, "annual_amount_wan": 0.0, "profit_margin": None}
        assert grade_by_standards(metric_rows(idle), SHIPPED).tier.tolist() == ["潜在级"]

    def test_prospects_wait(self) -> None:
        found = grade_by_standards(metric_rows({**STRATEGIC, **PROSPECT}), SHIPPED)
        assert (found.tier.tolist(), found.reason.tolist(), found.matched.tolist()) == (
            ["待评估"],
            ["尚无订单"],
            [""],
        )

    def test_a_datum_hardly_anybody_has_is_asked_of_nobody_and_said(self) -> None:
        rows = [{**STRATEGIC, "need_match": 0.1 if place == 0 else None} for place in range(10)]
        found = grade_by_standards(metric_rows(*rows), SHIPPED, minimum_coverage=0.2)
        assert set(found.tier) == {"战略级"}
        assert found.notes == ("需求匹配度：仅10%的客户有数据（低于20%），规则法不作要求",)

    def test_no_customer_at_all(self) -> None:
        assert grade_by_standards(metric_rows(), SHIPPED, minimum_coverage=0.2).tier.tolist() == []


class TestChecks:
    def test_customers_below_the_last_bound_are_a_gap(self) -> None:
        without_rest = SHIPPED[:-1]
        assert gaps(without_rest) == [
            "没有不设条件的末级，低于各级条件的客户（如年消费额(万元)低于 100）没有分级"
        ]
        found = grade_by_standards(metric_rows({**STRATEGIC, "annual_amount_wan": 1.0}), without_rest)
        assert found.tier.tolist() == ["其他"]
        assert found.notes == ("1家客户不符合分级标准的任何一行，记为其他",)

    def test_a_tier_behind_a_looser_one_is_never_reached(self) -> None:
        loose = Standard(tier="甲", at_least={"annual_amount_wan": 10.0})
        strict = Standard(tier="乙", at_least={"annual_amount_wan": 20.0, "profit_margin": 0.1})
        assert never_reached([loose, strict]) == {"乙": "甲"}
        assert never_reached([strict, loose]) == {}
        assert looser_above([loose, strict]) == ["甲的年消费额(万元)下限 10 比乙的 20 还宽"]

    @pytest.mark.parametrize(
        ("better", "blocked"),
        [
            (Standard(tier="甲", market_positions=("行业龙头", "区域龙头")), True),
            (Standard(tier="甲", market_positions=("区域龙头",)), False),
            (Standard(tier="甲", key_industry=True), True),
            (Standard(tier="甲", key_industry=False), False),
            (Standard(tier="甲", at_most={"churn_rate": 0.2}), True),
            (Standard(tier="甲", at_most={"churn_rate": 0.05}), False),
            (Standard(tier="甲"), True),
        ],
    )
    def test_implication_looks_at_every_kind_of_bound(self, better: Standard, blocked: bool) -> None:
        worse = Standard(
            tier="乙", at_most={"churn_rate": 0.1}, key_industry=True, market_positions=("行业龙头",)
        )
        assert bool(never_reached([better, worse])) is blocked

    def test_overlaps_are_pairs_somebody_can_fulfil_both(self) -> None:
        assert overlapping(SHIPPED) == [("战略级", "重点级"), ("战略级", "普通级"), ("重点级", "普通级")]
        leaders = Standard(tier="甲", market_positions=("行业龙头",))
        others = Standard(tier="乙", market_positions=("中小企业",))
        small = Standard(tier="丙", at_most={"industry_rank": 5})
        big = Standard(tier="丁", at_least={"industry_rank": 6})
        assert overlapping([leaders, others]) == []
        assert overlapping([small, big]) == []
        assert overlapping([replace(leaders, key_industry=True), replace(leaders, key_industry=False)]) == []


@given(
    st.fixed_dictionaries(
        {
            "annual_amount_wan": st.sampled_from([50.0, 100.0, 500.0, 1000.0, 2000.0]),
            "profit_margin": st.sampled_from([0.01, 0.05, 0.1, 0.15, 0.3]),
            "need_match": st.sampled_from([0.2, 0.5, 0.7, 0.9]),
            "on_time_payment": st.sampled_from([0.8, 0.9, 0.95, 1.0]),
            "brand_synergy": st.sampled_from([1.0, 4.0, 5.0]),
            "policy_support": st.sampled_from([1.0, 4.0, 5.0]),
        }
    ),
    st.sampled_from(["annual_amount_wan", "profit_margin", "need_match", "on_time_payment", "brand_synergy"]),
)
def test_a_better_datum_never_lowers_the_tier(row: dict[str, float], name: str) -> None:
    names = [standard.tier for standard in SHIPPED]
    better = {**row, name: row[name] * 2 if name != "on_time_payment" else 1.0}
    found = grade_by_standards(metric_rows({**STRATEGIC, **row}, {**STRATEGIC, **better}), SHIPPED).tier
    assert names.index(found[1]) <= names.index(found[0])


@given(st.permutations(range(6)))
def test_the_order_of_rows_moves_nobody(order: list[int]) -> None:
    amounts = np.array([50.0, 100.0, 500.0, 999.0, 1000.0, np.nan])
    rows = [{**STRATEGIC, "annual_amount_wan": amount} for amount in amounts]
    plain = grade_by_standards(metric_rows(*rows), SHIPPED).tier
    assert (
        grade_by_standards(metric_rows(*[rows[n] for n in order]), SHIPPED).tier.tolist()
        == plain[order].tolist()
    )
