"""Levels hold at their limits; expected values by hand, rules from SPEC section 5."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_xl.analysis.grading import activity_tier, assign_tier, value_tier
from crm_xl.settings import Settings
from crm_xl.settings.model import Tier

TIERS = Settings.default().tiers
AMOUNTS = st.lists(st.integers(-50, 1000), min_size=1, max_size=60)


class TestTierByScore:
    @pytest.mark.parametrize(
        ("score", "tier"),
        [
            (100.0, "战略级"),
            (94.5, "战略级"),  # SPEC section 10, example 1
            (90.0, "战略级"),
            (90.0 - 5e-10, "战略级"),  # lost in adding, not in scoring
            (90.0 - 5e-9, "重点级"),
            (89.6, "重点级"),  # rounds to 90
            (89.5, "重点级"),  # homeless between the guide's 75–89 and 90–100
            (75.0, "重点级"),
            (74.99, "普通级"),
            (60.0, "普通级"),
            (59.99, "潜在级"),
            (0.0, "潜在级"),
            (-5.0, "潜在级"),
            (np.nan, "待评估"),
        ],
    )
    def test_bounds_are_inclusive_and_nothing_is_rounded(self, score: float, tier: str) -> None:
        assert assign_tier([score], TIERS).tolist() == [tier]

    def test_a_sum_that_misses_its_bound_by_binary_dust_reaches_it(self) -> None:
        score = 100 * sum([0.1] * 9)  # 89.99999999999999
        assert score < 90
        assert assign_tier(np.array([score]), TIERS).tolist() == ["战略级"]

    def test_the_order_in_which_tiers_are_given_does_not_matter(self) -> None:
        scores = np.linspace(0, 100, 201)
        assert (assign_tier(scores, TIERS) == assign_tier(scores, TIERS[::-1])).all()

    def test_priority_bands_are_their_own(self) -> None:
        # 85 is S by 001 and 重点级 by 003.
        assert assign_tier([85, 70, 60, 59.9], Settings.default().bands).tolist() == ["S", "A", "B", "C"]

    def test_tiers_that_leave_low_scores_homeless_are_our_mistake(self) -> None:
        with pytest.raises(ValueError, match="lower bound"):
            assign_tier([50], [Tier(name="甲", full_name="甲级", lower=60)])


class TestValueTier:
    def test_of_ten_customers_two_are_high_and_three_middle(self) -> None:
        # Strictly above the 2nd: 1/10 < 20 %; above the 3rd: 2/10, not < 20 %; above the 6th: 5/10, not < 50 %.
        assert "".join(value_tier(range(10, 0, -1))) == "高高中中中低低低低低"

    def test_equal_amounts_share_the_better_level(self) -> None:
        # Nobody is above the three at 9; three of six (50 %) are above the rest.
        assert "".join(value_tier([9, 9, 9, 1, 1, 1])) == "高高高低低低"

    def test_sums_that_differ_in_the_last_bit_are_ties(self) -> None:
        amounts = [0.1 + 0.2, 0.3, 0.2, 0.2, 0.2]
        assert amounts[0] != amounts[1]
        # Taken apart, one of five (20 %) would stand above the second, and it would be 中.
        assert value_tier(amounts).tolist()[:2] == ["高", "高"]

    def test_nothing_and_less_is_low_even_at_the_top(self) -> None:
        assert value_tier([0.0, -5.0]).tolist() == ["低", "低"]

    def test_only_customers_with_an_order_are_ranked(self) -> None:
        amounts = np.array([5.0, 4, 3, 2, 1, np.nan, 0, 0, 0, 0])
        traded = np.array([True] * 5 + [True] + [False] * 4)
        # Of the five ranked: 0/5, 1/5, 2/5, 3/5, 4/5 above.
        expected = ["高", "中", "中", "低", "低", "待评估", *["无交易"] * 4]
        assert value_tier(amounts, traded=traded).tolist() == expected

    def test_without_anybody_there_is_nobody(self) -> None:
        assert value_tier([]).tolist() == []
        assert value_tier([np.nan]).tolist() == ["无交易"]

    @given(AMOUNTS, st.randoms(use_true_random=False))
    def test_neither_unit_nor_row_order_moves_anybody(self, amounts: list[int], random: object) -> None:
        values = np.array(amounts, dtype=float)
        order = np.array(random.sample(range(len(amounts)), len(amounts)))  # type: ignore[attr-defined]
        levels = value_tier(values)
        assert (value_tier(values * 10_000) == levels).all()
        assert (value_tier(values[order]) == levels[order]).all()
        for amount in set(amounts):
            assert len(set(levels[values == amount])) == 1


class TestActivity:
    @pytest.mark.parametrize(
        ("last", "level"),
        [
            ("2024-05-31", "活跃"),
            ("2024-02-29", "活跃"),  # three calendar months before 05-31, clipped; 90 days would say 03-02
            ("2024-02-28", "沉默"),
            ("2023-11-30", "沉默"),
            ("2023-11-29", "流失"),
            ("NaT", "无交易"),
        ],
    )
    def test_months_are_calendar_months(self, last: str, level: str) -> None:
        day = np.array([last], dtype="datetime64[ns]")
        assert activity_tier(day, pd.Timestamp("2024-05-31")).tolist() == [level]

    def test_the_time_of_day_matters_on_neither_side(self) -> None:
        last = np.array(["2024-02-29T00:00", "2024-02-29T23:59"], dtype="datetime64[ns]")
        assert activity_tier(last, pd.Timestamp("2024-05-31 18:00")).tolist() == ["活跃", "活跃"]

    def test_contact_wakes_a_customer_but_makes_nobody_a_buyer(self) -> None:
        last = np.array(["2023-01-01", "2024-05-01", "NaT"], dtype="datetime64[ns]")
        contact = np.array(["2024-05-20", "NaT", "2024-05-20"], dtype="datetime64[ns]")
        day = pd.Timestamp("2024-05-31")
        assert activity_tier(last, day).tolist() == ["流失", "活跃", "无交易"]
        assert activity_tier(last, day, last_contact=contact).tolist() == ["活跃", "活跃", "无交易"]

    def test_limits_are_settings(self) -> None:
        last = np.array(["2024-04-30", "2024-04-29"], dtype="datetime64[ns]")
        assert activity_tier(last, pd.Timestamp("2024-05-30"), 1, 2).tolist() == ["活跃", "沉默"]
