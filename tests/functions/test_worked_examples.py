"""The figures of SPEC section 10 and of the guides, and the traps of section 11, as formulas."""

from __future__ import annotations

from typing import Any

import pytest

from crm_xl.functions.declared import function
from tests.functions.variants import called

HEADINGS = ["客户编号", "订单编号", "订单日期", "订单金额(元)"]


def call(name: str, *arguments: Any) -> Any:
    return called(function(name), list(arguments))


def test_example_1_and_2_of_guide_003() -> None:
    customers = [[1200, 0.15, 5, 0.30], [1500, 0.18, 6, 0.35]]
    points = call("INDICATOR_POINTS", customers, [["年消费额", "利润率", "合作时长", "交叉购买率"]])
    assert points == [[100, 90, 100, 80], [100, 100, 100, 100]]
    scores = call("CUSTOMER_SCORE", customers)
    assert scores == [[94.5], [100.0]]
    assert call("CUSTOMER_TIER", scores) == [["战略级"], ["战略级"]]


def test_example_3_shares_and_the_margin_weighted_by_revenue() -> None:
    # 20, 50, 200, 130 customers; 8000, 6000, 5000, 1000 万; margins 18, 12, 8, 3 %.
    tiers, amounts, profits = [], [], []
    for tier, customers, amount, margin in (
        ("战略级", 20, 8000, 0.18), ("重点级", 50, 6000, 0.12), ("普通级", 200, 5000, 0.08), ("潜在级", 130, 1000, 0.03),
    ):  # fmt: skip
        tiers += [[tier]] * customers
        amounts += [[amount / customers]] * customers
        profits += [[amount * margin / customers]] * customers
    table = call("TIER_SUMMARY", tiers, amounts, profits)
    assert [row[2] for row in table[1:]] == [0.05, 0.125, 0.5, 0.325, 1]
    assert [row[4] for row in table[1:]] == [0.4, 0.3, 0.25, 0.05, 1]
    assert [row[5] for row in table[1:]] == pytest.approx([0.18, 0.12, 0.08, 0.03, 0.1295])
    assert table[-1][:2] == ["合计", 400]
    assert table[-1][3] == pytest.approx(20000)


def test_example_4_shares_of_customers() -> None:
    tiers = [[tier] for tier, times in (("S", 20), ("A", 50), ("B", 100), ("C", 230)) for _ in range(times)]
    table = call("TIER_SUMMARY", tiers, [[1]] * 400)
    assert [(row[0], row[2]) for row in table[1:-1]] == [("S", 0.05), ("A", 0.125), ("B", 0.25), ("C", 0.575)]


def test_example_5_average_order_value() -> None:
    assert call("AVERAGE_ORDER_VALUE", [[15.2], [8.5]], [[4], [2]]) == [[3.8], [4.25]]


def test_example_6_growth_in_percent() -> None:
    assert call("GROWTH_RATE", 115, 100) == pytest.approx(0.15)
    assert call("GROWTH_RATE", 108, 100) == pytest.approx(0.08)


def test_a_score_below_a_bound_is_not_rounded_up_and_a_last_bit_is_forgiven() -> None:
    assert call("CUSTOMER_TIER", [[89.5], [89.999], [90 - 1e-10]]) == [["重点级"], ["重点级"], ["战略级"]]


def test_an_explanation_says_what_would_reach_the_next_tier() -> None:
    # 60×40% + 90×25% + 100×20% + 80×15% = 78.5: 500万 gives 80 points and 8 more, not enough for 90; 1000万 does.
    text = call("SCORE_EXPLAIN", [[400, 0.15, 5, 0.3]])
    assert text.endswith("合计 78.5。距战略级差 11.5 分：年消费额升至 1000万 即可")
    assert text.startswith("年消费额 400万 → 60 × 40% = 24.0；")


def test_the_cheapest_lift_follows_the_tiers_passed() -> None:
    tiers = [["分级", "下限(含)"], ["金", 80], ["银", None]]
    assert "距金差 1.5 分" in call("SCORE_EXPLAIN", [[400, 0.15, 5, 0.3]], None, tiers)


def test_known_nothing_is_told_from_missing_where_the_table_says_so() -> None:
    # Ordered before and not in the period: no margin is a known nothing and earns the lowest step.
    headings = ["年消费额", "利润率", "合作时长", "交叉购买率", "历史订单数", "订单频次"]
    rows = [[0, None, 5, None, 3, 0], [100, None, 5, 0.3, 3, 2], [None, None, None, None, 0, 0]]
    assert call("CUSTOMER_SCORE", [headings, *rows]) == [
        [60 * 0.4 + 40 * 0.25 + 100 * 0.2 + 40 * 0.15],
        ["待评估"],
        ["待评估"],
    ]


def test_an_error_in_one_row_spoils_scores_only_where_rows_scale_one_another() -> None:
    rows = [[100, 1], [200, "#N/A"], [300, 3]]
    card = [
        ["指标", "总权重", "计分方法", "下限(含)", "得分"],
        ["甲", 0.5, "极差标准化", None, None],
        ["乙", 0.5, "极差标准化", None, None],
    ]
    assert call("CUSTOMER_SCORE", rows, card) == "#N/A"
    assert call("CUSTOMER_SCORE", [rows[0], rows[2]], card) == [[0], [100]]
    steps = [["指标", "总权重", "下限(含)", "得分"], ["甲", 0.5, None, 10], ["乙", 0.5, None, 20]]
    assert call("CUSTOMER_SCORE", rows, steps) == [[15], ["#N/A"], [15]]


def test_distinct_orders_count_not_lines_and_cancelled_ones_not_at_all() -> None:
    orders = [
        [*HEADINGS, "订单状态"],
        ["C1", "S1", "2026-10-01", 100, "已确认"],
        ["C1", "S1", "2026-10-01", 50, "已确认"],
        ["C1", "S2", "2026-10-20", 70, "已取消"],
        ["C1", "S3", "2026-10-25", 70, "退款"],
        ["C2", "S4", "2026-10-30", 10, None],
    ]
    table = call("RFM_TABLE", orders, "2026-10-31")
    assert [row[:4] for row in table[1:]] == [["C1", 30, 1, 150], ["C2", 1, 1, 10]]


def test_a_return_lowers_the_amount_and_an_order_returned_in_full_is_none() -> None:
    orders = [
        [*HEADINGS, "原订单编号"],
        ["C1", "S1", "2026-10-01", 100, None],
        ["C1", "S2", "2026-10-10", 40, None],
        ["C1", "T1", "2026-10-12", -40, "S2"],  # S2 came back in full
        ["C1", "S1", "2026-10-15", -30, None],  # S1 in part, under its own number
        ["C2", "S3", "2026-10-20", 80, None],
        ["C2", "S3", "2026-10-21", -80, None],
        ["C3", "T9", "2026-10-22", -5, "S9"],  # nothing of it is here
    ]
    table = call("RFM_TABLE", orders, "2026-10-31")
    assert [row[:4] for row in table[1:]] == [["C1", 30, 1, 70]]


def test_returns_and_cancelled_orders_may_stand_together() -> None:
    orders = [
        [*HEADINGS, "订单状态", "原订单编号"],
        ["C9", "S1", "2026-10-01", 100, "已取消", None],
        ["C8", "S2", "2026-10-01", 100, "已取消", None],
        ["C1", "S3", "2026-10-01", 100, "已确认", None],
        ["C1", "S4", "2026-10-05", 60, "已确认", None],
        ["C1", "T4", "2026-10-06", -60, "已确认", "S4"],
        ["C1", "T1", "2026-10-06", -10, "已确认", "S1"],  # S1 was cancelled: nothing is left to take
    ]
    table = call("RFM_TABLE", orders, "2026-10-31")
    assert [row[:4] for row in table[1:]] == [["C1", 30, 1, 100]]


def test_a_row_that_repeats_another_counts_once_and_two_lines_of_an_order_count_both() -> None:
    orders = [
        [*HEADINGS, "行号"],
        ["C1", "S1", "2026-10-01", 100, 1],
        ["C1", "S1", "2026-10-01", 100, 2],
        ["C1", "S1", "2026-10-01", 100, 2],
    ]
    assert call("RFM_TABLE", orders, "2026-10-31")[1][:4] == ["C1", 30, 1, 200]
    without_numbers = [[row[0], *row[2:4]] for row in orders]
    assert call("RFM_TABLE", without_numbers, "2026-10-31")[1][:4] == ["C1", 30, 3, 300]


def test_equal_customers_share_a_score_whatever_their_rows() -> None:
    orders = [HEADINGS, *([f"C{n}", f"S{n}", "2026-10-01", 100 if n < 6 else 100 * n] for n in range(10))]
    table = call("RFM_TABLE", orders, "2026-10-31")
    assert {row[6] for row in table[1:7]} == {1}
    assert {row[4] for row in table[1:]} == {5}
    assert [row[6] for row in table[7:]] == sorted(row[6] for row in table[7:])


def test_the_cuts_passed_are_the_cuts_used() -> None:
    cuts = [["指标", "分界1", "分界2"], ["R", 10, 20], ["F", 0, 1], ["M", 50, 500]]
    table = call("RFM_TABLE", [HEADINGS, ["C1", "S1", "2026-10-16", 100]], "2026-10-31", cuts)
    assert table[1] == ["C1", 15, 1, 100, 2, 2, 2]


def test_calendar_months_not_ninety_days() -> None:
    # 91 days before 31 May is 1 March; three calendar months are 28 February.
    assert call("ACTIVITY_TIER", [["2026-02-28"], ["2026-02-27"]], "2026-05-31") == [["活跃"], ["沉默"]]
    # 29 August is 92 days before 29 November, and three months.
    assert call("ACTIVITY_TIER", "2026-08-29", "2026-11-29") == "活跃"


def test_value_tiers_go_by_the_share_strictly_above() -> None:
    # Three equal best of ten: nobody stands above them, so all are 高, though they are 30 %.
    amounts = [[9], [9], [9], [5], [4], [3], [2], [1], [0], [-2]]
    assert [row[0] for row in call("VALUE_TIER", amounts)] == ["高"] * 3 + ["中"] * 2 + ["低"] * 5


def test_two_customers_may_use_the_same_order_number() -> None:
    assert call("REPURCHASE_RATE", [["C1"], ["C2"]], [["S1"], ["S1"]]) == 0


@pytest.mark.parametrize("base", [0, -5])
def test_growth_from_nothing_is_blank_with_its_reason(base: float) -> None:
    code, _, reason = call("GROWTH_RATE", 100, base).partition("|")
    assert code == "#"
    assert "基期为零或负数" in reason


def test_rows_of_different_lengths_are_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="rows of"):
        function("CUSTOMER_TIER").call([[1, 2], [3]])
