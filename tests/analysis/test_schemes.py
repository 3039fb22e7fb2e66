"""Matrix, potential, membership, stability and prospects; guides 000 and 003, arithmetic by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_xl.analysis.matrix import matrix_cuts, matrix_summary, place_in_matrix
from crm_xl.analysis.prospects import potential_card, prospects
from crm_xl.analysis.schemes import classify, membership_level, potential_tier, stability
from crm_xl.settings import Settings
from crm_xl.tables import parameters as p
from crm_xl.tables.workshop import MATRIX, PROSPECTS, SCHEMES
from tests.support.metric_rows import BUYER, IDLE, PROSPECT, metric_rows

SETTINGS = Settings.default()
GENERAL = SETTINGS.general


class TestMatrix:
    VALUE = np.array([100.0, 200.0, 300.0, 400.0, 500.0])
    GROWTH = np.array([0.00, 0.05, 0.10, 0.15, 0.20])

    @pytest.mark.parametrize(
        ("changes", "cuts"),
        [
            ({"matrix_rule": p.CUT_MEDIAN}, (300.0, 0.10)),
            # Type 7: position (5 − 1) · .8 = 3.2, a fifth of the way from the 4th to the 5th.
            ({"matrix_rule": p.CUT_QUANTILE, "matrix_quantile": 0.8}, (420.0, 0.16)),
            ({"matrix_rule": p.CUT_VALUE}, (500.0, 0.1)),
            ({"matrix_rule": p.CUT_VALUE, "amount_scale": 0.5}, (250.0, 0.1)),
        ],
    )
    def test_cuts_by_value_quantile_or_median(
        self, changes: dict[str, object], cuts: tuple[float, float]
    ) -> None:
        assert matrix_cuts(self.VALUE, self.GROWTH, replace(GENERAL, **changes)) == pytest.approx(cuts)

    def test_who_reaches_a_cut_is_high(self) -> None:
        cells = place_in_matrix(
            [500, 500, 499.99, 499.99], [0.1, 0.0999, 0.1, 0.05], (500.0, 0.1), np.ones(4, dtype=bool)
        )
        assert cells.tolist() == ["S", "A", "B", "C"]

    def test_missing_is_pending_and_prospects_trade_nothing(self) -> None:
        cells = place_in_matrix(
            [500, np.nan, 500], [np.nan, 0.2, 0.2], (500.0, 0.1), np.array([True, True, False])
        )
        assert cells.tolist() == ["待评估", "待评估", "无交易"]

    def test_the_guides_case(self) -> None:
        # Guide 003: 20 S, 50 A, 100 B, 230 C of 400 customers: 5, 12.5, 25 and 57.5 % (SPEC section 10, example 4).
        counts = {"S": 20, "A": 50, "B": 100, "C": 230}
        high = {"S": (900, 0.2), "A": (900, 0.0), "B": (10, 0.2), "C": (10, 0.0)}
        pairs = [high[cell] for cell, number in counts.items() for _ in range(number)]
        value, growth = (np.array(column, dtype=float) for column in zip(*pairs, strict=True))
        cells = place_in_matrix(value, growth, (500.0, 0.1), np.ones(400, dtype=bool))
        table = matrix_summary(cells, value, (500.0, 0.1))
        assert tuple(table.columns) == MATRIX.names
        assert table["cell"].tolist() == ["S", "A", "B", "C", "合计"]
        assert table["customers"].tolist() == [20, 50, 100, 230, 400]
        assert table["customer_share"].tolist() == [0.05, 0.125, 0.25, 0.575, 1.0]
        # 70 · 900 = 63,000 and 330 · 10 = 3,300 of 66,300.
        assert table["amount"].tolist() == [18_000, 45_000, 1_000, 2_300, 66_300]
        assert table.loc[0, "notes"] == "年消费额≥500万元为高价值，行业增长率≥10.00%为高潜力"

    @given(
        st.lists(st.tuples(st.integers(0, 50), st.integers(-5, 30)), min_size=1, max_size=30),
        st.sampled_from([1e-4, 1e4]),
        st.sampled_from([(p.CUT_MEDIAN, 0.5), (p.CUT_QUANTILE, 0.8), (p.CUT_QUANTILE, 0.7)]),
    )
    def test_ties_stay_together_and_the_unit_moves_nobody(
        self, rows: list[tuple[int, int]], unit: float, rule: tuple[str, float]
    ) -> None:
        general = replace(GENERAL, matrix_rule=rule[0], matrix_quantile=rule[1])
        value, growth = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
        everybody = np.ones(len(rows), dtype=bool)

        def cells(values: np.ndarray) -> list[str]:
            return place_in_matrix(
                values, growth / 100, matrix_cuts(values, growth / 100, general), everybody
            ).tolist()

        found = cells(value * 1e4)
        assert len({(row, cell) for row, cell in zip(rows, found, strict=True)}) == len(set(rows))
        assert cells(value * 1e4 * unit) == found
        order = np.argsort(value, kind="stable")
        assert (
            np.array(found)[order].tolist()
            == place_in_matrix(
                value[order] * 1e4,
                growth[order] / 100,
                matrix_cuts(value * 1e4, growth / 100, general),
                everybody,
            ).tolist()
        )


class TestPotential:
    @pytest.mark.parametrize(
        ("marks", "mean", "tier"),
        [
            ((5, 4, 3), 4, "高"),  # 12 ÷ 3
            ((5, 3, 3), 11 / 3, "中"),
            ((3, 2.5, 2), 2.5, "中"),
            ((3, 2, 2), 7 / 3, "低"),
            ((5, 5, None), None, "待评估"),
        ],
    )
    def test_mean_of_three_marks(
        self, marks: tuple[float | None, ...], mean: float | None, tier: str
    ) -> None:
        found, level = potential_tier(*([np.nan if mark is None else mark] for mark in marks))
        assert level.tolist() == [tier]
        assert found.tolist() == [pytest.approx(np.nan if mean is None else mean, nan_ok=True)]

    @given(st.tuples(*[st.integers(1, 4)] * 3), st.integers(0, 2))
    def test_a_better_mark_never_lowers_the_tier(self, marks: tuple[int, int, int], place: int) -> None:
        better = [mark + (number == place) for number, mark in enumerate(marks)]
        _, level = potential_tier(*([a, b] for a, b in zip(marks, better, strict=True)))
        assert ["低", "中", "高"].index(level[1]) >= ["低", "中", "高"].index(level[0])


class TestMembership:
    def members(self, frequency: list[float], value: list[float], recency: list[float], **more: object):
        size = len(frequency)
        options = {"traded": np.ones(size, dtype=bool), "idle": np.zeros(size, dtype=bool), **more}
        return membership_level(np.array(frequency), np.array(value), np.array(recency), **options)  # type: ignore[arg-type]

    def test_sum_of_quantile_scores(self) -> None:
        # Five customers, distinct: cuts of type 7 at 20, 40, 60, 80 % lie between them, so scores are 1 to 5.
        # Sums: 1+5+5 = 11, 2+4+4 = 10, 3+3+3 = 9, 4+2+2 = 8, 5+1+1 = 7; recency is best where it is least.
        points, level = self.members([1, 2, 3, 4, 5], [50, 40, 30, 20, 10], [1, 2, 3, 4, 5])
        assert points.tolist() == [11, 10, 9, 8, 7]
        assert level.tolist() == ["黄金", "黄金", "白银", "白银", "白银"]

    def test_every_level_can_be_reached(self) -> None:
        points, level = self.members([1, 2, 3, 4, 5], [10, 20, 30, 40, 50], [5, 4, 3, 2, 1])
        assert points.tolist() == [3, 6, 9, 12, 15]
        assert level.tolist() == ["普通", "普通", "白银", "黄金", "钻石"]

    def test_all_equal_share_a_level(self) -> None:
        # No cut lies strictly below: 1 + 1 for frequency and value, and the best 5 for recency, reversed.
        points, level = self.members([2, 2, 2], [10, 10, 10], [30, 30, 30])
        assert points.tolist() == [7, 7, 7]
        assert set(level) == {"白银"}

    def test_idle_scores_lowest_missing_waits_and_prospects_are_no_members(self) -> None:
        points, level = self.members(
            [0, 3, np.nan, 0], [np.nan, 30, 20, np.nan], [400, 5, 10, np.nan],
            traded=np.array([True, True, True, False]), idle=np.array([True, False, False, False]),
        )  # fmt: skip
        assert level.tolist() == ["普通", "钻石", "待评估", "无交易"]
        # Frequency 1, value 1, recency 1.
        assert points[0] == 3

    @given(
        st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9), st.integers(0, 99)), min_size=1, max_size=20)
    )
    def test_neither_order_nor_unit_moves_anybody(self, rows: list[tuple[int, int, int]]) -> None:
        columns = [list(map(float, column)) for column in zip(*rows, strict=True)]
        plain, _ = self.members(*columns)
        scaled, _ = self.members(columns[0], [value * 1e4 for value in columns[1]], columns[2])
        backwards, _ = self.members(*(column[::-1] for column in columns))
        assert plain.tolist() == scaled.tolist() == backwards[::-1].tolist()


class TestStability:
    @pytest.mark.parametrize(
        ("activity", "types", "warning", "level", "reason"),
        [
            ("活跃", 3, "", "高稳定", ""),
            ("活跃", 3, "低", "高稳定", ""),
            ("活跃", 3, "中", "关注", "流失预警为中"),
            ("活跃", 1, "", "关注", "只购买一类产品"),
            ("沉默", 1, "中", "关注", "沉默、只购买一类产品、流失预警为中"),
            ("沉默", 3, "高", "流失风险", "流失预警为高"),
            ("流失", 1, "高", "流失风险", "已流失、流失预警为高"),
            ("无交易", 0, "", "无交易", ""),
        ],
    )
    def test_worst_first(self, activity: str, types: float, warning: str, level: str, reason: str) -> None:
        assert [own.tolist() for own in stability([activity], [types], [warning])] == [[level], [reason]]

    def test_without_warnings_the_rest_decides(self) -> None:
        assert stability(["流失", "活跃"], [2, 2])[0].tolist() == ["流失风险", "高稳定"]


class TestTogether:
    def test_one_row_per_customer_with_every_scheme(self) -> None:
        metrics = metric_rows(
            {**BUYER, "annual_amount_wan": 600.0, "industry_growth": 0.2, "size_level": 5.0, "industry_potential": 4.0,
             "willingness": 4.0, "average_order_value": 100.0, "recency_days": 5.0, "product_types": 2.0},
            {**IDLE, "annual_amount_wan": 0.0, "industry_growth": 0.1, "recency_days": 200.0},
            {**PROSPECT, "annual_amount_wan": 0.0, "industry_growth": 0.9},
        )  # fmt: skip
        found = classify(metrics, ["活跃", "流失", "无交易"], GENERAL)
        assert tuple(found.table.columns) == SCHEMES.names
        # Of the two who ordered 80 % is at 600 · .8 = 480万 and 10 % + 10 % · .8 = 18 %; the prospect moves neither.
        assert found.table["matrix_cell"].tolist() == ["S", "C", "无交易"]
        assert found.table["potential_tier"].tolist() == ["高", "待评估", "待评估"]
        # Frequency 5, recency 5, and 1 for an order value that is the only one: 11.
        assert found.table["membership"].tolist() == ["黄金", "普通", "无交易"]
        assert found.table["stability"].tolist() == ["高稳定", "流失风险", "无交易"]
        assert found.matrix["customers"].tolist() == [1, 0, 0, 1, 1, 3]
        assert found.notes == ()

    def test_what_nobody_has_is_said_once(self) -> None:
        found = classify(metric_rows({**BUYER, "annual_amount_wan": 5.0}), ["活跃"], GENERAL)
        assert len(found.notes) == 2
        assert "没有行业增长率数据" in found.notes[0]
        assert found.table["matrix_cell"].tolist() == ["待评估"]

    def test_nobody_at_all(self) -> None:
        found = classify(metric_rows(), [], GENERAL)
        assert found.table.empty
        assert found.matrix["customers"].tolist() == [0, 0, 0, 0, 0]
        assert found.notes == ()


class TestProspects:
    ROWS = (
        {**BUYER, "industry_rank": 1.0, "need_match": 1.0, "industry_potential": 5.0},
        # 80 · .4 + 80 · .4 + 80 · .2 = 80
        {**PROSPECT, "customer_id": "P1", "industry_rank": 20.0, "need_match": 0.7, "industry_potential": 4.0},
        # 60 · .4 + 80 · .4 + 100 · .2 = 76
        {**PROSPECT, "customer_id": "P2", "industry_rank": 50.0, "need_match": 0.7, "industry_potential": 5.0},
        {**PROSPECT, "customer_id": "P3", "industry_rank": 10.0, "need_match": None, "industry_potential": 5.0},
        # 100 · .4 + 100 · .4 + 60 · .2 = 92
        {**PROSPECT, "customer_id": "P4", "industry_rank": 10.0, "need_match": 0.95, "industry_potential": 3.0,
         "size_level": 5.0, "willingness": 4.0},
    )  # fmt: skip

    def test_scored_on_the_potential_dimension_alone_best_first(self) -> None:
        table = prospects(metric_rows(*self.ROWS), SETTINGS).table
        assert tuple(table.columns) == PROSPECTS.names
        assert table["customer_id"].tolist() == ["P4", "P1", "P2", "P3"]
        assert table["score"].tolist() == pytest.approx([92, 80, 76, np.nan], nan_ok=True)
        assert table["focus"].tolist() == [True, True, False, None]
        assert table.loc[0, "potential_tier"] == "高"  # (5 + 3 + 4) ÷ 3 = 4
        assert table.loc[1, "explanation"].startswith("行业排名 20 → 80 × 40% = 32.0")
        assert table.loc[3, "explanation"] == "待评估：缺少需求匹配度"

    def test_the_bound_is_a_setting(self) -> None:
        strict = replace(SETTINGS, general=replace(GENERAL, prospect_focus=92.0))
        assert prospects(metric_rows(*self.ROWS), strict).table["focus"].tolist() == [
            True,
            False,
            False,
            None,
        ]

    def test_another_dimension_may_be_chosen(self) -> None:
        other = replace(SETTINGS, general=replace(GENERAL, prospect_dimension="客户战略"))
        card = potential_card(other)
        assert card is not None
        assert sum(card.weights.values()) == pytest.approx(1)
        assert [i.name for i in card.indicators] == ["行业标杆地位", "品牌协同效应", "政策支持力度"]

    def test_a_book_of_other_cards_lists_prospects_unscored_and_says_so(self) -> None:
        other = replace(SETTINGS, cards={p.CARD_VALUE: SETTINGS.card})
        found = prospects(metric_rows(*self.ROWS), other)
        assert found.table["score"].isna().all()
        assert found.notes == ("参数中没有评分卡“四维评分卡”的维度“客户潜力”，潜在客户未评分",)

    def test_no_prospects(self) -> None:
        found = prospects(metric_rows(self.ROWS[0]), SETTINGS)
        assert found.table.empty
        assert found.notes == ()
