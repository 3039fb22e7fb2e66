"""Summaries tie out: worked examples 3 and 4 of SPEC section 10, totals, and blocks of fixed size."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_xl.analysis.segments import segment
from crm_xl.analysis.summary import chart_block, rfm_summary, tier_summary
from crm_xl.settings import Settings
from crm_xl.tables import outputs
from crm_xl.tables import parameters as p

SETTINGS = Settings.default()
TIERS = SETTINGS.tiers
ELEVEN = SETTINGS.segments[p.SCHEME_ELEVEN]


class TestTiers:
    # 003's table: tier, customers, amount in 万元, margin.
    GUIDE = (
        ("战略级", 20, 8000, 0.18),
        ("重点级", 50, 6000, 0.12),
        ("普通级", 200, 5000, 0.08),
        ("潜在级", 130, 1000, 0.03),
    )

    def guide(self) -> pd.DataFrame:
        """400 customers, the tier's money spread evenly over its own."""
        return pd.concat(
            pd.DataFrame({"tier": [tier] * n, "amount": amount / n, "profit": amount * margin / n})
            for tier, n, amount, margin in self.GUIDE
        )

    def test_the_guides_summary(self) -> None:
        frame = self.guide()
        found = tier_summary(frame["tier"], frame["amount"], frame["profit"], declared=TIERS)
        assert list(found) == list(outputs.TIER_SUMMARY.names)
        assert found["tier"].tolist() == ["战略级客户", "重点级客户", "普通级客户", "潜在级客户", "合计"]
        assert found["customers"].tolist() == [20, 50, 200, 130, 400]
        assert found["customer_share"].tolist() == [0.05, 0.125, 0.5, 0.325, 1.0]
        assert found["amount"].tolist() == pytest.approx([8000, 6000, 5000, 1000, 20000])
        assert found["amount_share"].tolist() == [0.4, 0.3, 0.25, 0.05, 1.0]
        # (1440 + 720 + 400 + 30) / 20000 = 12.95 %, not the mean of the four, nor the guide's 11.5 %
        assert found["profit_margin"].tolist() == pytest.approx([0.18, 0.12, 0.08, 0.03, 0.1295])
        assert found["strategy"].tolist() == [*(tier.strategy for tier in TIERS), ""]

    def test_the_guides_case(self) -> None:
        tiers = ["S"] * 20 + ["A"] * 50 + ["B"] * 100 + ["C"] * 230
        found = tier_summary(tiers, np.ones(400))
        assert found["tier"].tolist() == ["S", "A", "B", "C", "合计"]
        assert found["customer_share"].tolist() == [0.05, 0.125, 0.25, 0.575, 1.0]
        assert found["profit_margin"].isna().all()

    def test_a_tier_without_customers_keeps_its_row(self) -> None:
        found = tier_summary(["普通级"], [3.0], [0.3], declared=TIERS)
        assert found["customers"].tolist() == [0, 0, 1, 0, 1]
        assert found["amount_share"].tolist() == [0, 0, 1, 0, 1]
        assert np.isnan(found["profit_margin"][0])

    def test_pending_customers_have_a_row_and_are_in_the_total(self) -> None:
        found = tier_summary(["待评估", "战略级", None, ""], [1.0, 5.0, 2.0, np.nan], declared=TIERS)
        assert found["tier"].tolist()[-2:] == ["待评估", "合计"]
        assert found["customers"].tolist() == [1, 0, 0, 0, 3, 4]
        assert found["amount"].tolist() == [5, 0, 0, 0, 3, 8]

    def test_full_names_are_known(self) -> None:
        assert tier_summary(["重点级客户", "重点级"], [1, 1], declared=TIERS)["customers"].tolist() == [
            0,
            2,
            0,
            0,
            2,
        ]

    def test_a_margin_counts_only_rows_that_have_a_profit(self) -> None:
        # 20 / 100, not 20 / 1000
        found = tier_summary(["甲", "甲"], [100.0, 900.0], [20.0, np.nan])
        assert found["profit_margin"].tolist() == pytest.approx([0.2, 0.2])

    def test_a_margin_may_have_another_base_than_the_amount_shown(self) -> None:
        found = tier_summary(["甲"], [0.1], [200.0], sales=[1000.0])
        assert found["profit_margin"].tolist() == pytest.approx([0.2, 0.2])

    def test_nobody(self) -> None:
        found = tier_summary([], [], [], declared=TIERS)
        assert found["customers"].tolist() == [0] * 5
        assert found["customer_share"].isna().all()

    @given(
        st.lists(
            st.tuples(st.sampled_from([t.name for t in TIERS] + ["待评估"]), st.floats(0, 1e6)), min_size=1
        )
    )
    def test_rows_add_up_to_the_total(self, rows: list[tuple[str, float]]) -> None:
        tiers, amounts = zip(*rows, strict=True)
        found = tier_summary(tiers, amounts, declared=TIERS)
        body, total = found.iloc[:-1], found.iloc[-1]
        assert body["customers"].sum() == total["customers"] == len(rows)
        assert body["amount"].sum() == pytest.approx(total["amount"])
        assert total["amount"] == pytest.approx(sum(amounts))
        assert abs(body["customer_share"].sum() - 1) <= 1e-12
        if total["amount"] > 0:
            assert abs(body["amount_share"].sum() - 1) <= 1e-12


class TestRfm:
    SCORED = pd.DataFrame(
        {
            "r": [5.0, 5, 1], "f": [5.0, 5, 1], "m": [5.0, 4, 1],
            "recency_days": [10.0, 20, 300], "frequency": [4.0, 6, 1], "monetary": [30_000.0, 50_000, 20_000],
        }
    )  # fmt: skip

    def test_by_hand(self) -> None:
        scored = self.SCORED.assign(segment=segment(self.SCORED, ELEVEN))
        found = rfm_summary(scored, ELEVEN).set_index("segment")
        assert list(found.columns) == list(outputs.RFM_SUMMARY.names)[1:]
        assert len(found) == 12  # eleven segments and 合计
        champions = found.loc["重要冠军"]
        assert champions["strategy"] == "奖励与共创，优先新品"
        # 2 of 3 customers; 8 of 10 万元; 80,000 ÷ 10 orders; (10 + 20) / 2 days
        assert champions.drop("strategy").tolist() == [2, 0.6667, 10, 8, 0.8, 8000, 15]
        assert found.loc["已流失"].drop("strategy").tolist() == [1, 0.3333, 1, 2, 0.2, 20_000, 300]
        # 100,000 ÷ 11 orders and 330 days ÷ 3 customers, not means of means
        assert found.loc["合计"].drop("strategy").tolist() == pytest.approx(
            [3, 1, 11, 10, 1, 100_000 / 11, 110]
        )
        assert np.isnan(found.loc["沉睡", "average_order_value"])

    def test_a_segment_outside_the_rules_is_not_lost(self) -> None:
        found = rfm_summary(self.SCORED.assign(segment="其他"), ELEVEN)
        assert found["segment"].tolist()[-2:] == ["其他", "合计"]
        assert found["customers"].tolist()[-2:] == [3, 3]


class TestChartBlocks:
    def test_fewer_groups_leave_blank_rows(self) -> None:
        block = chart_block(tier_summary(["战略级"], [7.0], declared=TIERS), outputs.TIER_CHART)
        assert list(block) == ["label", "customers", "amount"]
        assert block["label"].tolist()[:4] == [tier.full_name for tier in TIERS]
        assert block.iloc[4].isna().all()
        assert len(block) == outputs.TIER_CHART.fixed_rows

    def test_more_groups_are_summed_in_the_last_slot(self) -> None:
        names = list(dict.fromkeys(rule.segment for rule in ELEVEN))
        scored = pd.DataFrame({"segment": names, "frequency": 1.0, "recency_days": 1.0, "monetary": 10_000.0})
        block = chart_block(rfm_summary(scored, ELEVEN), outputs.SEGMENT_CHART)
        assert block["label"].tolist() == [*names[:7], "其他"]
        assert block["customers"].tolist() == [1] * 7 + [4]
        assert block["amount"].sum() == pytest.approx(11)

    def test_as_many_groups_as_slots_need_no_others(self) -> None:
        eight = SETTINGS.segments[p.SCHEME_EIGHT]
        scored = pd.DataFrame({"segment": [], "frequency": [], "recency_days": [], "monetary": []})
        block = chart_block(rfm_summary(scored, eight), outputs.SEGMENT_CHART)
        assert block["label"].tolist() == [rule.segment for rule in eight]

    def test_a_table_that_grows_is_no_chart_block(self) -> None:
        with pytest.raises(ValueError, match="fixed"):
            chart_block(tier_summary([], []), outputs.TIER_SUMMARY)
