"""Every tier of every shipped card can be reached; what a draft has wrong is named."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_xl.analysis.card_checks import (
    HINT,
    PASSED,
    WRONG,
    check_card,
    check_reach,
    check_segments,
    check_standards,
    check_steps,
    check_tiers,
    reachable_tiers,
    setting_checks,
)
from crm_xl.analysis.grading import assign_tier
from crm_xl.settings import Settings
from crm_xl.settings.model import Dimension, Indicator, Scorecard, SegmentRule, Step, Tier
from crm_xl.tables import parameters as p
from crm_xl.tables.workshop import SETTING_CHECKS

SETTINGS = Settings.default()


def steps(*pairs: tuple[float | None, float]) -> Indicator:
    return Indicator(
        name="指标", metric="profit_margin", weight=1.0, method=p.METHOD_STEPS,
        steps=tuple(Step(lower=lower, points=points) for lower, points in pairs),
    )  # fmt: skip


def card(*indicators: tuple[float, tuple[float, ...]]) -> Scorecard:
    """A card of one dimension: per indicator its weight and the points it can earn."""
    return Scorecard(name="卡", dimensions=(Dimension(name="维度", weight=1.0, indicators=tuple(
        Indicator(name=f"指标{place}", metric="profit_margin", weight=weight, method=p.METHOD_STEPS, steps=tuple(
            Step(lower=None if n == 0 else n, points=own) for n, own in enumerate(points)))
        for place, (weight, points) in enumerate(indicators))),))  # fmt: skip


def levels(*bounds: float | None) -> tuple[Tier, ...]:
    return tuple(Tier(name=f"{n + 1}级", full_name="", lower=bound) for n, bound in enumerate(bounds))


class TestShipped:
    def test_nothing_is_wrong(self) -> None:
        table = setting_checks(SETTINGS)
        assert tuple(table.columns) == SETTING_CHECKS.names
        assert set(table["result"]) == {PASSED, HINT}

    @pytest.mark.parametrize("name", SETTINGS.cards)
    def test_every_tier_of_every_card_can_be_reached(self, name: str) -> None:
        tiers = SETTINGS.bands if name == p.CARD_PRIORITY else SETTINGS.tiers
        _, reachable = reachable_tiers(SETTINGS.cards[name], tiers)
        assert reachable == {tier.name for tier in tiers}

    def test_lowest_and_highest_totals_by_hand(self) -> None:
        # Value card: 60 · .4 + 40 · .6 = 48.
        assert reachable_tiers(SETTINGS.card, SETTINGS.tiers)[0] == pytest.approx((48, 100))
        # Value 60·.5+40·.3+40·.2 = 50; stability all 40; influence 40·.4+20·.4+20·.2 = 28: 25 + 12 + 5.6 = 42.6.
        manufacturing = SETTINGS.cards[p.CARD_MANUFACTURING]
        assert reachable_tiers(manufacturing, SETTINGS.tiers)[0] == pytest.approx((42.6, 100))
        retail = SETTINGS.cards[p.CARD_RETAIL]
        assert reachable_tiers(retail, SETTINGS.tiers)[0] == pytest.approx((40, 100))

    def test_the_presets_have_the_dimensions_guide_003_names(self) -> None:
        manufacturing, retail = SETTINGS.cards[p.CARD_MANUFACTURING], SETTINGS.cards[p.CARD_RETAIL]
        assert [d.name for d in manufacturing.dimensions] == ["客户价值", "合作稳定性", "行业影响力"]
        assert [d.name for d in retail.dimensions] == ["消费频次", "客单价", "活跃度"]

    def test_dimensions_outside_three_to_five_are_a_hint(self) -> None:
        assert [f.finding for f in check_card(SETTINGS.card) if f.result == HINT] == ["有1个维度，建议3至5个"]
        assert [f.result for f in check_card(SETTINGS.cards[p.CARD_FOUR])] == [PASSED]


class TestReach:
    def test_a_tier_between_two_attainable_totals_is_not_reached(self) -> None:
        # Totals 40 and 100 only: nobody lands in [60, 90).
        (finding,) = check_reach(card((1.0, (40, 100))), levels(90, 75, 60, None))
        assert finding.result == WRONG
        assert finding.finding == "没有客户能评为2级、3级：综合得分在 40 至 100 之间，请调整分段或分级下限"

    def test_a_lowest_step_that_is_too_generous_leaves_the_last_tier_empty(self) -> None:
        # SPEC section 9: a lowest step of 60 everywhere makes 潜在级 (<60) unreachable.
        _, reachable = reachable_tiers(card((0.5, (60, 100)), (0.5, (60, 100))), SETTINGS.tiers)
        assert reachable == {"战略级", "重点级", "普通级"}

    def test_scaled_and_raw_indicators_fill_what_lies_between(self) -> None:
        scaled = card((0.5, (0, 100)), (0.5, (0,)))
        dimension = scaled.dimensions[0]
        for method, top in ((p.METHOD_MINMAX, 100), (p.METHOD_RAW, np.inf)):
            own = replace(
                dimension,
                indicators=(
                    dimension.indicators[0],
                    replace(dimension.indicators[1], method=method, steps=()),
                ),
            )
            span, reachable = reachable_tiers(replace(scaled, dimensions=(own,)), levels(90, 75, 60, None))
            assert span == (0, top)
            assert len(reachable) == 4

    def test_thousands_of_odd_weights_stay_quick_and_right(self) -> None:
        weights = np.random.default_rng(2).dirichlet(np.ones(12))
        own = card(*((float(w), (20, 40, 60, 80, 100)) for w in weights))
        assert reachable_tiers(own, SETTINGS.tiers)[1] == {"战略级", "重点级", "普通级", "潜在级"}

    @given(
        st.lists(
            st.tuples(st.integers(1, 5), st.lists(st.integers(0, 10), min_size=1, max_size=4)),
            min_size=1,
            max_size=4,
        ),
        st.lists(st.integers(1, 100), min_size=1, max_size=3, unique=True),
    )
    def test_reached_are_the_tiers_some_combination_of_steps_gives(
        self, indicators: list[tuple[int, list[int]]], bounds: list[int]
    ) -> None:
        whole = sum(weight for weight, _ in indicators)
        own = card(*((weight / whole, tuple(10.0 * n for n in points)) for weight, points in indicators))
        tiers = levels(*sorted(bounds, reverse=True), None)
        totals = [
            sum(weight / whole * 10 * n for (weight, _), n in zip(indicators, chosen, strict=True))
            for chosen in product(*(points for _, points in indicators))
        ]
        assert reachable_tiers(own, tiers)[1] == set(assign_tier(totals, tiers))


class TestDrafts:
    @pytest.mark.parametrize(
        ("pairs", "words"),
        [
            ([(0.05, 60), (0.1, 80)], "低于 0.05 的数值没有得分"),
            ([(None, 60), (0.1, 80), (0.1, 100)], "下限 0.1 出现两次，同一数值有两个得分"),
            ([(None, 60), (None, 80)], "下限 空白 出现两次"),
            ([(None, 60), (0.2, 80), (0.1, 100)], "下限没有从低到高排列"),
            ([(None, 60), (0.1, 80), (0.2, 70)], "得分忽高忽低"),
            ([(None, -5), (0.1, 80)], "得分 -5 不在0至100之间"),
            ([], "所有数值没有得分"),
        ],
    )
    def test_steps_with_a_gap_an_overlap_or_out_of_order(
        self, pairs: list[tuple[float | None, float]], words: str
    ) -> None:
        found = check_steps(steps(*pairs))
        assert any(words in finding.finding and finding.result == WRONG for finding in found)

    def test_steps_that_fall_are_as_good_as_steps_that_rise(self) -> None:
        assert [f.result for f in check_steps(steps((None, 100), (1, 80), (2, 40)))] == [PASSED]
        assert [f.finding for f in check_steps(steps((None, 40), (1, 90)))] == ["最高只能得 90 分"]

    @pytest.mark.parametrize(
        ("bounds", "words"),
        [
            ((90, 75, 60), "更低的得分没有分级"),
            ((90, 90, None), "与“1级”的下限相同，得分重叠"),
            ((60, 90, None), "下限没有从高到低排列"),
            ((90, None, 60), "下限没有从高到低排列"),
            ((), "更低的得分没有分级"),
        ],
    )
    def test_tiers_with_a_gap_an_overlap_or_out_of_order(
        self, bounds: tuple[float | None, ...], words: str
    ) -> None:
        (finding,) = check_tiers("客户分级", levels(*bounds))
        assert (finding.result, words in finding.finding) == (WRONG, True)

    def test_weights_that_do_not_sum_or_are_negative(self) -> None:
        short, negative = card((0.5, (0, 100)), (0.4, (0, 100))), card((1.5, (0, 100)), (-0.5, (0, 100)))
        assert check_card(short)[0].finding == "维度“维度”的权重合计为90.00%，应为100%"
        assert check_card(negative)[0].finding == "维度“维度”的权重有负数"

    def test_rules_that_leave_gaps_or_never_apply(self) -> None:
        first, second, *_ = SETTINGS.standards
        found = check_standards(replace(SETTINGS, standards=(replace(second, tier="甲"), first)))
        told = {finding.check: finding.finding for finding in found if finding.result == WRONG}
        assert "没有不设条件的末级" in told["空档"]
        assert "甲的年消费额(万元)下限 500 比战略级的 1000 还宽" in [f.finding for f in found]
        unconditional = check_standards(replace(SETTINGS, standards=(SETTINGS.standards[-1], first)))
        assert any("符合者都先归入“潜在级”" in finding.finding for finding in unconditional)

    def test_segments_with_gaps_and_overlaps(self) -> None:
        half = SegmentRule(segment="近", basis=p.BY_SCORE, r=(4, 5))
        more = SegmentRule(segment="常", basis=p.BY_SCORE, f=(5, 5))
        found = {finding.check: finding for finding in check_segments("我的", [half, more])}
        # 3 · 4 · 5 = 60 combinations have R below 4 and F below 5; 2 · 1 · 5 = 10 have both.
        assert found["空档"].finding.startswith("60种组合没有分群，如 R=1 F=1 M=1；R=1 F=1 M=2；R=1 F=1 M=3")
        assert found["重叠"].finding.startswith("10种组合符合多个分群，如 R=4 F=5 M=1")
        mixed = check_segments("混", [half, replace(more, basis=p.BY_RAW)])
        assert [f.result for f in mixed] == [HINT]
