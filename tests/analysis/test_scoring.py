"""Scores by the shipped cards; worked examples of SPEC section 10 and arithmetic by hand."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_xl.analysis.grading import assign_tier
from crm_xl.analysis.scoring import points_of, score_customers
from crm_xl.settings import Settings
from crm_xl.settings.model import Indicator, Scorecard, Step
from crm_xl.tables import parameters as p

SETTINGS = Settings.default()
VALUE_CARD = SETTINGS.cards[p.CARD_VALUE]
STEP_CARDS = (p.CARD_VALUE, p.CARD_FOUR, p.CARD_PRIORITY)
INDICATORS = {i.name: i for card in SETTINGS.cards.values() for i in card.indicators}

GOOD = {  # 94.5 points, SPEC section 10, example 1
    "annual_amount_wan": 1200.0,
    "profit_margin": 0.15,
    "tenure_years": 5.0,
    "cross_buy_rate": 0.30,
    "lifetime_orders": 9.0,
    "frequency": 4.0,
}
FOUR = {  # all 100 points but the complaints
    "annual_amount_wan": 1200.0, "profit_margin": 0.2, "tenure_years": 5.0, "cross_buy_rate": 0.4,
    "industry_rank": 5.0, "need_match": 0.9, "industry_potential": 5.0,
    "churn_rate": 0.01, "on_time_payment": 1.0, "complaints": 3.0,
    "benchmark_status": 5.0, "brand_synergy": 5.0, "policy_support": 5.0,
}  # fmt: skip
IDLE = {**GOOD, "profit_margin": np.nan, "cross_buy_rate": np.nan, "frequency": 0.0, "annual_amount_wan": 0.0}
PROSPECT = {**IDLE, "lifetime_orders": 0.0}


def metrics(*rows: dict[str, float]) -> pd.DataFrame:
    return pd.DataFrame(list(rows))


class TestWorkedExamples:
    def test_customer_a_and_c2024001(self) -> None:
        # 100 x 40 % + 90 x 25 % + 100 x 20 % + 80 x 15 % = 40 + 22.5 + 20 + 12 = 94.5
        second = {
            **GOOD,
            "annual_amount_wan": 1500,
            "profit_margin": 0.18,
            "tenure_years": 6,
            "cross_buy_rate": 0.35,
        }
        scored = score_customers(metrics(GOOD, second), VALUE_CARD)
        assert scored.points.to_numpy().tolist() == [[100, 90, 100, 80], [100, 100, 100, 100]]
        assert scored.total.tolist() == [94.5, 100.0]
        assert scored.flags.tolist() == ["", ""]
        assert scored.notes == ()
        assert assign_tier(scored.total, SETTINGS.tiers).tolist() == ["战略级", "战略级"]

    def test_four_dimensions(self) -> None:
        # All 100 except complaints, 40 points at 20 % x 20 % = 4 %: 96 + 1.6 = 97.6
        scored = score_customers(metrics(FOUR), SETTINGS.cards[p.CARD_FOUR])
        assert scored.total.tolist() == pytest.approx([97.6])


class TestPoints:
    @pytest.mark.parametrize(
        ("indicator", "value", "points"),
        [
            ("年消费额", 1000, 100), ("年消费额", 999.99, 80), ("年消费额", 500, 80), ("年消费额", 499.99, 60),
            ("年消费额", 500 - 1e-10, 80), ("年消费额", 0, 60), ("年消费额", -20, 60),
            ("利润率", 0.15, 90), ("利润率", 0.1 + 0.05, 90), ("利润率", 0.1799, 90), ("利润率", 0.18, 100),
            ("利润率", 0.0499, 40), ("利润率", -0.3, 40),
            ("合作时长", 5, 100), ("合作时长", 4.999, 80), ("交叉购买率", 0.35, 100), ("交叉购买率", 0.1 + 0.2, 80),
            ("流失率", 0.0499, 100), ("流失率", 0.05, 80), ("流失率", 0.15, 40),
            ("行业排名", 10, 100), ("行业排名", 11, 80), ("行业排名", 51, 40),
            ("投诉次数", 0, 100), ("投诉次数", 3, 40), ("行业潜力", 4, 80), ("行业潜力", 1, 20),
        ],
    )  # fmt: skip
    def test_a_step_begins_at_its_lower_bound(self, indicator: str, value: float, points: float) -> None:
        assert points_of([value], INDICATORS[indicator]).tolist() == [points]

    def test_missing_earns_nothing_known(self) -> None:
        assert np.isnan(points_of([np.nan], INDICATORS["利润率"])).all()

    def test_minmax_spreads_over_those_present(self) -> None:
        # (5-2)/(8-2) = 50 %
        assert points_of([2, 5, np.nan, 8], INDICATORS["近3个月订单金额"])[[0, 1, 3]].tolist() == [0, 50, 100]

    def test_minmax_of_equals_is_the_middle(self) -> None:
        assert points_of([7, 7], INDICATORS["合作年限"]).tolist() == [50, 50]
        assert points_of([7], INDICATORS["合作年限"]).tolist() == [50]

    def test_raw_is_the_value(self) -> None:
        raw = Indicator(name="原值", metric="tenure_years", weight=1.0, method=p.METHOD_RAW)
        assert points_of([3.5, -1], raw).tolist() == [3.5, -1]

    def test_steps_without_a_lowest_are_our_mistake(self) -> None:
        steps = (Step(lower=1, points=10),)
        with pytest.raises(ValueError, match="lower bound"):
            points_of([0], Indicator(name="x", metric="x", weight=1, method=p.METHOD_STEPS, steps=steps))


class TestMissing:
    def test_one_missing_indicator_leaves_the_customer_pending(self) -> None:
        scored = score_customers(
            metrics(GOOD, {**GOOD, "profit_margin": np.nan, "tenure_years": np.nan}), VALUE_CARD
        )
        assert scored.total.isna().tolist() == [False, True]
        assert scored.flags.tolist() == ["", "缺少利润率、合作时长"]

    def test_no_sales_in_the_period_is_a_known_nothing(self) -> None:
        # 60 x 40 % + 40 x 25 % + 100 x 20 % + 40 x 15 % = 24 + 10 + 20 + 6
        scored = score_customers(metrics(GOOD, IDLE), VALUE_CARD)
        assert scored.total.tolist() == [94.5, 60.0]
        assert scored.flags[1] == "期间内无订单，利润率、交叉购买率按最低档计"

    def test_a_rating_by_hand_outlives_a_period_without_orders(self) -> None:
        scored = score_customers(metrics(GOOD, {**IDLE, "cross_buy_rate": 0.35}), VALUE_CARD)
        assert scored.points.loc[1, "交叉购买率"] == 100
        assert scored.flags[1] == "期间内无订单，利润率按最低档计"

    def test_data_nobody_entered_stays_missing_without_orders(self) -> None:
        scored = score_customers(metrics(GOOD, {**IDLE, "tenure_years": np.nan}), VALUE_CARD)
        assert np.isnan(scored.total[1])
        assert scored.flags[1] == "缺少合作时长；期间内无订单，利润率、交叉购买率按最低档计"

    def test_prospects_wait(self) -> None:
        scored = score_customers(metrics(GOOD, PROSPECT), VALUE_CARD)
        assert np.isnan(scored.total[1])
        assert scored.flags.tolist() == ["", "尚无订单"]

    def test_prospects_stretch_no_scale(self) -> None:
        card = SETTINGS.cards[p.CARD_RECENT]
        rows = [{**GOOD, "amount_3m": amount} for amount in (10.0, 20.0)] + [{**PROSPECT, "amount_3m": 0.0}]
        # 0 and 100 on the amount at 60 %, all equal (50) on the years at 40 %.
        assert score_customers(metrics(*rows), card).total.tolist()[:2] == [20.0, 80.0]

    def test_a_blank_churn_rate_is_left_out_with_its_weight(self) -> None:
        rows = [FOUR, {**FOUR, "churn_rate": np.nan}]
        scored = score_customers(metrics(*rows), SETTINGS.cards[p.CARD_FOUR])
        # Churn weighs 20 % x 40 % = 8 %: (97.6 - 8) / 0.92
        assert scored.total.tolist() == pytest.approx([97.6, 89.6 / 0.92])
        assert scored.flags.tolist() == ["", "流失率空白，未计入，其余权重折算"]
        assert scored.weights.sum(axis=1).tolist() == pytest.approx([1.0, 1.0])
        assert scored.weights.loc[1, "流失率"] == 0

    def test_an_indicator_few_have_is_left_out_for_all(self) -> None:
        without = {**GOOD, "profit_margin": np.nan}
        scored = score_customers(metrics(GOOD, *[without] * 5), VALUE_CARD, minimum_coverage=0.2)
        # (40 + 20 + 12) / 75 % = 96, also for the one who has a margin.
        assert scored.total.tolist() == pytest.approx([96.0] * 6)
        assert scored.points["利润率"].isna().all()
        assert scored.flags.tolist() == [""] * 6
        assert scored.notes == (
            "价值评分卡：有数据的客户低于20%的指标未计入，其余权重折算为100%（利润率17%）",
        )

    def test_the_card_used_gives_the_same_scores_to_whoever_scores_by_it(self) -> None:
        without = {**GOOD, "profit_margin": np.nan}
        scored = score_customers(metrics(GOOD, *[without] * 5), VALUE_CARD, minimum_coverage=0.2)
        used = scored.used_card
        # 40, 20 and 15 of the remaining 75 %.
        assert used.weights == pytest.approx(
            {"年消费额": 40 / 75, "利润率": 0, "合作时长": 20 / 75, "交叉购买率": 15 / 75}
        )
        again = score_customers(metrics(GOOD, *[without] * 5), used)
        assert again.total.tolist() == pytest.approx(scored.total.tolist())
        assert score_customers(metrics(GOOD), VALUE_CARD).used_card is VALUE_CARD

    def test_at_the_coverage_asked_for_it_counts(self) -> None:
        without = {**GOOD, "profit_margin": np.nan}
        scored = score_customers(metrics(GOOD, *[without] * 4), VALUE_CARD, minimum_coverage=0.2)  # 1 of 5
        assert scored.notes == ()
        assert scored.total.isna().tolist() == [False] + [True] * 4

    def test_coverage_asks_only_those_who_could_have_it(self) -> None:
        scored = score_customers(
            metrics(GOOD, *[IDLE] * 9, *[PROSPECT] * 9), VALUE_CARD, minimum_coverage=0.5
        )
        assert scored.notes == ()
        assert scored.total[:10].tolist() == [94.5] + [60.0] * 9

    def test_nothing_left_is_pending(self) -> None:
        blank = dict.fromkeys(
            ("annual_amount_wan", "profit_margin", "tenure_years", "cross_buy_rate"), np.nan
        )
        scored = score_customers(metrics(blank), VALUE_CARD, minimum_coverage=0.2)
        assert scored.total.isna().all()
        (note,) = scored.notes
        assert all(indicator.name in note for indicator in VALUE_CARD.indicators)

    def test_nobody_scores_nothing(self) -> None:
        scored = score_customers(
            metrics(GOOD).iloc[:0], VALUE_CARD, minimum_coverage=0.2, tiers=SETTINGS.tiers
        )
        assert len(scored.total) == len(scored.explanation) == 0

    def test_a_metric_that_is_not_there_is_our_mistake(self) -> None:
        with pytest.raises(ValueError, match="tenure_years"):
            score_customers(metrics(GOOD).drop(columns="tenure_years"), VALUE_CARD)


def improvements(card: Scorecard) -> Iterator[tuple[str, float, float]]:
    """Metric, worse value, better value at every step of the card."""
    for indicator in card.indicators:
        falling = indicator.steps[-1].points < indicator.steps[0].points
        for step in indicator.steps:
            if step.lower is not None:
                below, at = step.lower - 0.01, step.lower
                yield (indicator.metric, at, below) if falling else (indicator.metric, below, at)


class TestProperties:
    @pytest.mark.parametrize("name", STEP_CARDS)
    def test_better_is_never_less(self, name: str) -> None:
        card = SETTINGS.cards[name]
        base = {indicator.metric: 0.0 for indicator in card.indicators}
        for metric, worse, better in improvements(card):
            totals = score_customers(metrics({**base, metric: worse}, {**base, metric: better}), card).total
            assert totals[1] > totals[0], metric

    @given(st.data())
    def test_no_better_value_lowers_a_total(self, data: st.DataObject) -> None:
        card = SETTINGS.cards[data.draw(st.sampled_from(STEP_CARDS))]
        number = st.floats(-5, 2000)
        base = {indicator.metric: data.draw(number) for indicator in card.indicators}
        indicator = data.draw(st.sampled_from(card.indicators))
        low, high = sorted((data.draw(number), data.draw(number)))
        falling = indicator.steps[-1].points < indicator.steps[0].points
        rows = [{**base, indicator.metric: value} for value in ((high, low) if falling else (low, high))]
        worse, better = score_customers(metrics(*rows), card).total
        assert better >= worse

    @pytest.mark.parametrize(
        ("name", "tiers"),
        [(p.CARD_VALUE, SETTINGS.tiers), (p.CARD_FOUR, SETTINGS.tiers), (p.CARD_PRIORITY, SETTINGS.bands)],
    )
    def test_every_tier_of_a_shipped_card_can_be_reached(self, name: str, tiers: tuple) -> None:  # type: ignore[type-arg]
        card = SETTINGS.cards[name]
        # From the worst customer to the best, one indicator and one step at a time.
        rows = [
            {i.metric: (1e9 if i.steps[-1].points < i.steps[0].points else -1e9) for i in card.indicators}
        ]
        for metric, _worse, better in improvements(card):
            step = {**rows[-1], metric: better}
            rows.append(step)
        rows.append(
            {i.metric: (-1e9 if i.steps[-1].points < i.steps[0].points else 1e9) for i in card.indicators}
        )
        reached = set(assign_tier(score_customers(metrics(*rows), card).total, tiers))
        assert reached == {tier.name for tier in tiers}

    def test_every_tier_of_the_scaled_card_can_be_reached(self) -> None:
        rows = [{"amount_3m": float(n), "tenure_years": float(n)} for n in range(101)]
        totals = score_customers(metrics(*rows), SETTINGS.cards[p.CARD_RECENT]).total
        assert set(assign_tier(totals, SETTINGS.tiers)) == {tier.name for tier in SETTINGS.tiers}

    @given(st.permutations(range(6)))
    def test_row_order_moves_nobody(self, order: list[int]) -> None:
        rows = [GOOD, IDLE, PROSPECT, {**GOOD, "profit_margin": 0.01}, {**GOOD, "tenure_years": np.nan}, GOOD]
        frame = metrics(*rows)
        straight = score_customers(frame, VALUE_CARD, tiers=SETTINGS.tiers)
        shuffled = score_customers(frame.iloc[order], VALUE_CARD, tiers=SETTINGS.tiers)
        for name in ("total", "flags", "explanation"):
            pd.testing.assert_series_equal(getattr(shuffled, name).sort_index(), getattr(straight, name))

    def test_the_metrics_are_not_touched(self) -> None:
        frame = metrics(GOOD, IDLE, PROSPECT)
        before = frame.copy()
        _ = score_customers(frame, VALUE_CARD, minimum_coverage=0.2, tiers=SETTINGS.tiers).explanation
        pd.testing.assert_frame_equal(frame, before)
