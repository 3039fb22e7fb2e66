"""crm_xl.analyze: from raw tables to every output, as a caller sees it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import crm_xl
from crm_xl import CrmError, Settings
from crm_xl.raw import RawTable
from crm_xl.tables import INPUTS, OUTPUTS, TABLES
from crm_xl.tables import parameters as p
from crm_xl.tables.outputs import CHECKS, LEDGER
from crm_xl.tables.shipped import SHIPPED
from tests.support import retail

TODAY = "2026-01-15"
DATE = "2024-12-31"


def with_setting(title: str, value: Any) -> Settings:
    """The shipped settings with one general setting changed."""
    rows = [(row[0], value, *row[2:]) if row[0] == title else row for row in SHIPPED[p.SETTINGS_TABLE.name]]
    table = RawTable.from_rows(p.SETTINGS_TABLE.name, [p.SETTINGS_TABLE.titles, *rows], sheet=p.SHEET)
    return Settings.from_tables({table.name: table})


def order(customer: str, number: str, date: str, amount: float, **more: Any) -> dict[str, Any]:
    return {"订单编号": number, "客户编号": customer, "订单日期": date, "订单金额(元)": amount, **more}


def analyzed(orders: list[dict[str, Any]], **tables: Any) -> Any:
    customers = tables.pop("customers", None)
    settings = tables.pop("settings", None)
    frames: dict[str, pd.DataFrame] = {"tblOrders": pd.DataFrame(orders)} if orders else {}
    if customers is not None:
        frames["tblCustomers"] = pd.DataFrame(customers)
    frames |= {name: pd.DataFrame(rows) for name, rows in tables.items()}
    return crm_xl.analyze(frames, settings, today=TODAY)


def scores_of(results: Any) -> pd.DataFrame:
    return results.tables["tblScores"].set_index("customer_id")


@pytest.mark.parametrize(
    ("amount_wan", "margin", "since", "cross_buy", "points", "total"),
    [
        # SPEC 10.1: 100 x 40 % + 90 x 25 % + 100 x 20 % + 80 x 15 % = 40 + 22.5 + 20 + 12
        (1200, 0.15, "2019-12-31", 0.30, [100, 90, 100, 80], 94.5),
        # SPEC 10.2: 100 on every indicator
        (1500, 0.18, "2018-12-31", 0.35, [100, 100, 100, 100], 100.0),
    ],
)
def test_the_worked_examples_of_guide_003_hold_from_orders_to_tier(
    amount_wan, margin, since, cross_buy, points, total
):
    amount = amount_wan * 10_000
    results = analyzed(
        [order("A", "1", DATE, amount, **{"毛利(元)": amount * margin})],
        customers=[{"客户编号": "A", "客户名称": "甲公司", "合作起始时间": since}],
        tblRatings=[{"客户编号": "A", "交叉购买率": cross_buy}],
    )
    row = scores_of(results).loc["A"]
    assert row["score"] == pytest.approx(total, abs=1e-9)
    assert row["tier"] == "战略级"
    assert [row[f"{name}得分"] for name in ("年消费额", "利润率", "合作时长", "交叉购买率")] == points
    assert f"年消费额 {amount_wan}万 → 100 × 40% = 40.0" in row["explanation"]
    assert results.tables["tblMetrics"]["tenure_years"].item() == (5 if since.startswith("2019") else 6)


def test_average_order_value_is_total_by_orders_not_by_lines():
    # SPEC 10.5 (guide 002): 15.2 ÷ 4 = 3.8; the first order stands on two lines.
    lines = [("1", 2.0), ("1", 1.8), ("2", 3.8), ("3", 3.8), ("4", 3.8)]
    results = analyzed([order("C001", number, DATE, amount) for number, amount in lines])
    metrics = results.tables["tblMetrics"].iloc[0]
    assert metrics["frequency"] == 4
    assert metrics["average_order_value"] == pytest.approx(3.8)


def test_what_cannot_be_computed_says_which_table_is_missing():
    results = analyzed([], customers=[{"客户编号": "A", "客户名称": "甲公司"}])
    assert "订单" in results.missing["tblRfm"]
    assert "分析日期" in results.missing["tblScores"]
    assert "tblLedger" in results.tables
    assert set(results.tables) | set(results.missing) == {table.name for table in OUTPUTS}
    assert results.balance is None


def test_customers_without_orders_are_pending_and_without_trade():
    results = analyzed(
        [order("A", "1", DATE, 100)],
        customers=[{"客户编号": "A", "客户名称": "甲"}, {"客户编号": "B", "客户名称": "乙"}],
    )
    row = scores_of(results).loc["B"]
    assert (row["tier"], row["activity"], row["value_tier"]) == ("待评估", "无交易", "无交易")
    assert "B" not in set(results.tables["tblRfm"]["customer_id"])
    assert results.tables["tblTierSummary"]["customers"].iloc[-1] == 2


def test_an_order_of_an_unlisted_customer_still_counts_and_is_said():
    results = analyzed(
        [order("A", "1", DATE, 100), order("X", "2", DATE, 50)],
        customers=[{"客户编号": "A", "客户名称": "甲"}],
    )
    assert results.tables["tblMetrics"]["monetary"].sum() == 150
    assert any("1 个客户编号不在客户表中" in note for note in results.notes)
    assert "不在客户表中" in results.caption


def test_the_analysis_date_is_the_latest_order_that_counts():
    results = analyzed(
        [
            order("A", "1", "2024-05-01", 100),
            order("A", "2", "2024-06-01", 100, 订单状态="已取消"),
            order("A", "3", "2099-01-01", 100),  # typed wrongly; after today it is set aside
            order("A", "4", "2024-07-01", -100, 原订单编号="1"),
            order("B", "5", "2024-04-01", 100),
        ]
    )
    # Order 1 was returned in full, 2 cancelled, 3 lies in the future: only order 5 counts.
    assert results.analysis_date == pd.Timestamp("2024-04-01")
    assert results.balance is not None and results.balance.balanced
    assert results.set_aside == 1


def test_the_analysis_date_can_be_given_in_any_spelling_and_hides_what_comes_later():
    orders = [order("A", "1", "2024-05-01", 100), order("A", "2", "2024-08-01", 900)]
    results = crm_xl.analyze({"tblOrders": pd.DataFrame(orders)}, analysis_date="2024年6月30日", today=TODAY)
    assert results.analysis_date == pd.Timestamp("2024-06-30")
    assert results.tables["tblMetrics"]["lifetime_amount"].item() == 100
    with pytest.raises(CrmError, match="分析日期"):
        crm_xl.analyze({"tblOrders": pd.DataFrame(orders)}, analysis_date="上个月底", today=TODAY)


@pytest.mark.parametrize(
    ("scope", "value", "expected"),
    [
        ("区域", "华东", {"A"}),
        ("所属行业", "制造业", {"A", "B"}),
        ("负责人", "王敏", {"B", "C"}),
        ("客户分级", "待评估", set()),
        ("近N个月新增", "6", {"C"}),
        ("全部客户", "", {"A", "B", "C"}),
    ],
)
def test_the_scope_narrows_every_output(scope, value, expected):
    customers = [
        {
            "客户编号": "A",
            "客户名称": "甲",
            "区域": "华东",
            "所属行业": "制造业-汽车零部件",
            "负责人": "李强",
        },
        {"客户编号": "B", "客户名称": "乙", "区域": "华南", "所属行业": "制造业", "负责人": "王敏"},
        {"客户编号": "C", "客户名称": "丙", "区域": "华南", "所属行业": "批发零售", "负责人": "王敏"},
    ]
    orders = [order("A", "1", "2023-01-05", 10), order("B", "2", "2023-01-05", 20), order("C", "3", DATE, 30)]
    rows = dict((row[0], row) for row in SHIPPED[p.SETTINGS_TABLE.name])
    rows["分析范围"] = ("分析范围", scope, *rows["分析范围"][2:])
    rows["范围取值"] = ("范围取值", value or None, *rows["范围取值"][2:])
    table = RawTable.from_rows(
        p.SETTINGS_TABLE.name, [p.SETTINGS_TABLE.titles, *rows.values()], sheet=p.SHEET
    )
    if value == "待评估":
        with pytest.raises(CrmError, match="没有名为“待评估”的分级"):
            Settings.from_tables({table.name: table})
        return
    results = analyzed(orders, customers=customers, settings=Settings.from_tables({table.name: table}))
    assert set(results.tables["tblScores"]["customer_id"]) == expected
    assert set(results.tables["tblRfm"]["customer_id"]) == expected
    money = {"A": 10, "B": 20, "C": 30}
    trend = results.tables["tblTrend"]["amount"].sum() * 10_000
    assert trend == pytest.approx(sum(money[name] for name in expected))
    assert (value or "全部客户") in results.caption
    # The ledger stays the ledger of everything that was read.
    assert results.balance is not None and results.balance.money_in == 60


def test_a_scope_that_matches_nobody_gives_empty_tables_and_a_sentence():
    rows = dict((row[0], row) for row in SHIPPED[p.SETTINGS_TABLE.name])
    rows["分析范围"] = ("分析范围", "区域", *rows["分析范围"][2:])
    rows["范围取值"] = ("范围取值", "火星", *rows["范围取值"][2:])
    table = RawTable.from_rows(p.SETTINGS_TABLE.name, [p.SETTINGS_TABLE.titles, *rows.values()])
    results = analyzed(
        [order("A", "1", DATE, 10)],
        customers=[{"客户编号": "A", "客户名称": "甲", "区域": "华东"}],
        settings=Settings.from_tables({table.name: table}),
    )
    assert results.customers == 0
    assert "没有客户" in results.caption
    assert results.tables["tblTierSummary"]["customers"].iloc[-1] == 0


def test_names_of_persons_are_masked_and_names_of_companies_are_not():
    customers = [
        {"客户编号": "A", "客户名称": "欧阳修文", "客户类型": "个人"},
        {"客户编号": "B", "客户名称": "华东精密机械有限公司", "客户类型": "企业"},
    ]
    orders = [order("A", "1", DATE, 10), order("B", "2", DATE, 10)]
    for name in ("tblScores", "tblRfm", "tblMetrics"):
        names = analyzed(orders, customers=customers).tables[name].set_index("customer_id")["customer_name"]
        assert names.to_dict() == {"A": "欧阳*文", "B": "华东精密机械有限公司"}
    shown = analyzed(orders, customers=customers, settings=with_setting("输出脱敏", "否"))
    assert scores_of(shown).loc["A", "customer_name"] == "欧阳修文"


def test_every_output_has_the_declared_columns_in_order():
    results = analyzed([order("A", "1", DATE, 10), order("B", "2", DATE, 20)])
    for name, frame in results.tables.items():
        declared = TABLES[name]
        assert tuple(frame.columns)[: len(declared.columns)] == declared.names, name
        assert declared.open_ended or len(frame.columns) == len(declared.columns), name


def test_totals_of_customers_tie_to_the_totals_of_orders():
    orders = [order(f"C{n % 7}", str(n), f"2024-{n % 12 + 1:02d}-15", 100.0 + n) for n in range(60)]
    results = analyzed(orders)
    net = results.balance.net_kept
    assert results.tables["tblMetrics"]["lifetime_amount"].sum() == pytest.approx(net)
    assert results.tables["tblRfm"]["monetary"].sum() == pytest.approx(net)
    assert results.tables["tblTrend"]["amount"].sum() * 10_000 == pytest.approx(net)
    assert results.tables["tblRfmSummary"]["amount"].iloc[-1] * 10_000 == pytest.approx(net)


def test_missing_columns_of_several_tables_are_named_at_once():
    with pytest.raises(CrmError) as caught:
        crm_xl.analyze(
            {
                "tblOrders": pd.DataFrame({"订单号": ["1"], "金额": [1.0]}),
                "tblCustomers": pd.DataFrame({"名称": ["甲"]}),
            },
            today=TODAY,
        )
    message = str(caught.value)
    assert "订单日期" in message and "客户编号" in message and "金额" in message


def test_an_undeclared_table_is_refused_by_name():
    with pytest.raises(CrmError, match="tblOrder "):
        crm_xl.analyze({"tblOrder": pd.DataFrame({"a": [1]})})


@pytest.mark.parametrize("table", INPUTS, ids=lambda table: table.name)
def test_a_table_of_headings_only_changes_nothing(table):
    orders = {"tblOrders": pd.DataFrame([order("A", "1", DATE, 10)])}
    empty = {table.name: pd.DataFrame(columns=list(table.titles))}
    results = crm_xl.analyze(orders | empty, today=TODAY)
    assert results.customers == (0 if table.name == "tblOrders" else 1)


def test_the_inputs_are_left_as_they_were():
    frame = pd.DataFrame([order("A", "1", DATE, 10), order("A", "2", DATE, -10)])
    before = frame.copy(deep=True)
    crm_xl.analyze({"tblOrders": frame}, today=TODAY)
    pd.testing.assert_frame_equal(frame, before)


def test_progress_is_told_in_rising_shares():
    told: list[tuple[str, float]] = []
    crm_xl.analyze(
        {"tblOrders": pd.DataFrame([order("A", "1", DATE, 10)])},
        today=TODAY,
        progress=lambda what, share: told.append((what, share)),
    )
    assert [share for _, share in told] == sorted(share for _, share in told)
    assert len(told) >= 2


def test_what_limits_a_figure_is_told_above_the_tables_that_show_it_and_nowhere_else():
    """Without 评估打分 priorities lack two fifths of their card, and nobody has a place in the matrix."""
    results = analyzed([order("A", "1", DATE, 5000.0)], customers=[{"客户编号": "A", "客户名称": "甲"}])
    assert any("优先级评分卡" in note for note in results.notes)
    for table, told in (
        ("tblScores", {"优先级评分卡", "价值–潜力矩阵", "潜力层级"}),
        ("tblLevelSummary", {"优先级评分卡"}),
        ("tblRelation", {"潜力层级"}),
        ("tblMatrix", {"价值–潜力矩阵"}),
        ("tblTierSummary", set()),
        ("tblStructure", set()),
    ):
        notes = [line for line in results.caption_of(table).splitlines() if line.startswith("※")]
        for words in ("优先级评分卡", "价值–潜力矩阵", "潜力层级"):
            assert any(words in note for note in notes) == (words in told), (table, words)


def test_the_order_of_the_lines_decides_nothing() -> None:
    # Amounts in cents: customers who spent as much as another, and halves to be rounded, abound.
    lines = retail.look_alike(6_000, seed=5)
    bought = retail.purchases(lines)
    tables = retail.tables(lines) | {"tblOrders": bought}
    moved = tables | {"tblOrders": bought.sample(frac=1, random_state=1).reset_index(drop=True)}
    one, other = (crm_xl.analyze(each, today="2012-01-01") for each in (tables, moved))
    assert one.tables.keys() == other.tables.keys()
    for name, table in one.tables.items():
        if name in (LEDGER.name, CHECKS.name):  # these tell where a line stands
            continue
        pd.testing.assert_frame_equal(table, other.tables[name], rtol=0, atol=1e-9, obj=name)
    for name, table in one.kept_up.items():
        pd.testing.assert_frame_equal(table, other.kept_up[name], rtol=0, atol=1e-9, obj=name)
