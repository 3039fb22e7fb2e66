"""客户价值评估表 and 客户标签分类表: guide 001's own two customers, and tags that the library does not know."""

from __future__ import annotations

from functools import cache
from typing import Any

import pandas as pd
import pytest

import crm_xl
from crm_xl.analysis.tag_library import remark
from crm_xl.settings import Settings
from crm_xl.tables import inputs as i
from crm_xl.tables.relations import TAG_BOARD, VALUE_ASSESSMENT

DATE, TODAY = "2023-12-31", "2024-01-15"

# Guide 001, tables 1 to 4: C001 and C002. C003 never ordered; C004 has no ratings.
CUSTOMERS = [
    {"customer_id": "C001", "customer_name": "A科技有限公司", "industry": "互联网-电商", "renewals": 3},
    {"customer_id": "C002", "customer_name": "B制造有限公司", "industry": "制造业-汽车零部件", "renewals": 2},
    {"customer_id": "C003", "customer_name": "C教育有限公司", "industry": "教育"},
    {"customer_id": "C004", "customer_name": "D医疗有限公司", "industry": None, "renewals": 0},
]
ORDERS = [
    {
        "order_id": "1",
        "customer_id": "C001",
        "order_date": "2023-06-01",
        "amount": 1_200_000,
        "profit": 300_000,
    },
    {
        "order_id": "2",
        "customer_id": "C002",
        "order_date": "2023-07-01",
        "amount": 850_000,
        "profit": 153_000,
    },
    {"order_id": "3", "customer_id": "C004", "order_date": "2023-08-01", "amount": 10_000, "profit": 100},
]
RATINGS = [
    {"customer_id": "C001", "industry_potential": 4, "expansion_plan": 4, "need_match": 0.9},
    {"customer_id": "C002", "industry_potential": 3, "expansion_plan": 3, "need_match": 0.6},
]
TAGS = [
    {"customer_id": "C001", "tag_kind": "需求", "tag": "仓储系统升级", "detail": None},
    {"customer_id": "C001", "tag_kind": "风险", "tag": "决策链复杂", "detail": "需CTO参与，13800001234"},
    {"customer_id": "C001", "tag_kind": "潜力", "tag": "高潜力", "detail": "预算充足"},
    {"customer_id": "C002", "tag_kind": "行业", "tag": "制造业-汽车零部件", "detail": None},
    {"customer_id": "C002", "tag_kind": "需求", "tag": "降本增校", "detail": None},
    {"customer_id": "C002", "tag_kind": "需求", "tag": "技术升级", "detail": None},
    {"customer_id": "C002", "tag_kind": "风险", "tag": "天气", "detail": None},
    {"customer_id": "C999", "tag_kind": "风险", "tag": "竞品接触中", "detail": None},
]


def tables(**without: None) -> dict[str, pd.DataFrame]:
    rows: dict[Any, list[dict[str, Any]]] = {
        i.CUSTOMERS: CUSTOMERS, i.ORDERS: ORDERS, i.RATINGS: RATINGS, i.TAGS: TAGS,
    }  # fmt: skip
    return {table.name: pd.DataFrame(body) for table, body in rows.items() if table.name not in without}


@cache
def whole() -> crm_xl.Results:
    return crm_xl.analyze(tables(), analysis_date=DATE, today=TODAY)


def made(name: str) -> pd.DataFrame:
    return whole().tables[name].set_index("customer_id")


def test_the_headings_are_guide_001s() -> None:
    guide = [
        "客户ID",
        "近12个月交易额(万元)",
        "利润率",
        "合作稳定性(续约次数)",
        "行业潜力(1-5分)",
        "综合得分(满分100)",
        "优先级",
    ]
    assert [title for title in VALUE_ASSESSMENT.titles if title in guide] == guide
    board = ["客户ID", "行业标签", "需求标签", "风险标签", "潜力标签"]
    assert [title for title in TAG_BOARD.titles if title in board] == board


def test_the_guides_two_customers() -> None:
    table = made(VALUE_ASSESSMENT.name)
    c1, c2 = table.loc["C001"], table.loc["C002"]
    assert c1[["annual_amount_wan", "profit_margin", "renewals", "industry_potential"]].tolist() == [
        120, 0.25, 3, 4,
    ]  # fmt: skip
    assert c2[["annual_amount_wan", "profit_margin", "renewals", "industry_potential"]].tolist() == [
        85, pytest.approx(0.18), 2, 3,
    ]  # fmt: skip
    # C001: 60 % × (100×50 % + 100×25 % + 100×25 %) + 40 % × (80×40 % + 80×30 % + 100×30 %) = 60 + 40 % × 86 = 94.4.
    assert c1["priority_score"] == pytest.approx(94.4)
    assert c1[["priority", "follow_up"]].tolist() == ["S级（重点突破）", "每月高层拜访1次"]
    # C002: 60 % × (80×50 % + 100×25 % + 80×25 %) + 40 % × (60×40 % + 60×30 % + 60×30 %) = 60 % × 85 + 40 % × 60 = 75.
    assert c2["priority_score"] == pytest.approx(75.0)
    assert c2[["priority", "follow_up"]].tolist() == ["A级（持续维护）", "每月沟通1次"]
    assert "合计 94.4" in c1["explanation"]


def test_the_best_come_first_and_who_cannot_be_assessed_last() -> None:
    table = made(VALUE_ASSESSMENT.name)
    assert table.index.tolist() == ["C001", "C002", "C003", "C004"]
    assert table["priority"].tolist()[2:] == ["待评估", "待评估"]
    assert table["priority_score"].isna().tolist() == [False, False, True, True]
    assert table["follow_up"].isna().tolist() == [False, False, True, True]
    assert "缺少行业潜力" in table["explanation"]["C004"]
    assert "尚无订单" in table["explanation"]["C003"]


def test_the_score_is_that_of_the_scores() -> None:
    ours = made(VALUE_ASSESSMENT.name)["priority_score"].sort_index()
    pd.testing.assert_series_equal(ours, made("tblScores")["priority_score"].sort_index())


def test_tags_stand_side_by_side_with_their_details_masked() -> None:
    board = made(TAG_BOARD.name)
    c1 = board.loc["C001", ["industry_tag", "need_tag", "risk_tag", "potential_tag"]].tolist()
    # No tag of the industry: the customer's own industry stands in.
    assert c1 == ["互联网-电商", "仓储系统升级", "决策链复杂（需CTO参与，138****1234）", "高潜力（预算充足）"]
    assert board.loc["C002", ["industry_tag", "need_tag", "risk_tag"]].tolist() == [
        "制造业-汽车零部件", "降本增校、技术升级", "天气",
    ]  # fmt: skip
    assert board["industry_tag"]["C003"] == "教育"
    assert board.loc["C004"].drop("customer_name").isna().all()
    assert len(board) == 4  # the tag of nobody known stands in 数据核对


def test_a_tag_that_the_library_does_not_have_is_reported_with_the_nearest() -> None:
    board = made(TAG_BOARD.name)
    assert board["remarks"]["C002"] == (
        "需求标签“降本增校”不在标签库，最接近“降本增效”；风险标签“天气”不在标签库"
    )
    assert pd.isna(board["remarks"]["C001"])
    # Known, but of another kind.
    assert remark("风险", "高潜力", Settings.default().tags) == "风险标签“高潜力”不在标签库"


def test_the_checks_name_the_cells_of_unknown_tags() -> None:
    check = whole().tables["tblChecks"].set_index("check").loc["“客户标签”都取自标签库"]
    # The 5th and the 7th tag; the headings are row 1.
    assert check[["result", "findings", "where"]].tolist() == ["※", 2, "tblTags!C6、tblTags!C8"]
    assert check["detail"] == "需求标签“降本增校”不在标签库，最接近“降本增效”；风险标签“天气”不在标签库"


def test_without_tags_the_board_shows_the_industries() -> None:
    results = crm_xl.analyze(tables(tblTags=None), analysis_date=DATE, today=TODAY)
    board = results.tables[TAG_BOARD.name]
    assert board["industry_tag"].tolist()[:3] == ["互联网-电商", "制造业-汽车零部件", "教育"]
    assert board["need_tag"].isna().all()


@pytest.mark.parametrize(
    ("absent", "score"),
    [
        # Without orders renewals and potential remain: (100×15 % + 80×16 % + 80×12 % + 100×12 %) ÷ 55 % = 49.4 ÷ 0.55.
        (i.ORDERS.name, 49.4 / 0.55),
        # Without ratings amount, margin and renewals: 100 each.
        (i.RATINGS.name, 100.0),
    ],
)
def test_what_nobody_has_is_left_out_for_all(absent: str, score: float) -> None:
    results = crm_xl.analyze(tables(**{absent: None}), analysis_date=DATE, today=TODAY)
    table = results.tables[VALUE_ASSESSMENT.name].set_index("customer_id")
    assert len(table) == 4
    assert table["priority_score"]["C001"] == pytest.approx(score)
