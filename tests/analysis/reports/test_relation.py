"""客户关系分析表 and 客户基础信息表: guide 000's fields of five customers, every figure by hand."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

import crm_xl
from crm_xl.analysis.reports.contacts import main_contacts
from crm_xl.analysis.reports.ranking import ranked_words
from crm_xl.analysis.reports.relation import strategies_for
from crm_xl.analysis.tally import text_index
from crm_xl.settings import Settings
from crm_xl.tables import inputs as i
from crm_xl.tables.relations import BASIC_INFO, RELATION
from tests.support.typed import frame

DATE, TODAY = "2024-12-31", "2025-01-15"

CUSTOMERS = [
    {"customer_id": "A", "customer_name": "甲公司", "customer_type": "企业", "industry": "制造业-汽车零部件", "employees": 320,
     "revenue_wan": 8600, "owner": "王敏", "cooperation_start": "2019-03-12", "founded_year": 2011,
     "main_business": "零部件", "region": "华东", "renewals": 3, "willingness": 5, "size_band": "100-499人"},
    {"customer_id": "B", "customer_name": "乙公司", "customer_type": "企业", "size_band": "20-99人", "owner": "李强"},
    {"customer_id": "C", "customer_name": "丙公司", "customer_type": "企业"},
    {"customer_id": "D", "customer_name": "欧阳锋", "customer_type": "个人", "occupation": "教师", "income_band": "1-2万"},
    {"customer_id": "E", "customer_name": "戊公司", "customer_type": "企业", "owner": "王敏"},
]  # fmt: skip
CONTACTS = [
    {"contact_id": "P1", "customer_id": "A", "contact_name": "张伟", "position": "技术经理", "decision_role": "技术决策者",
     "phone": "13800001234"},
    {"contact_id": "P2", "customer_id": "A", "contact_name": "欧阳锋", "position": "采购总监", "decision_role": "最终决策者",
     "phone": "13900005678", "contact_preference": "微信"},
    {"contact_id": "P3", "customer_id": "B", "contact_name": "李小三", "phone": "13700001111"},
    {"contact_id": "P9", "customer_id": "Z", "contact_name": "无名", "decision_role": "最终决策者"},
]  # fmt: skip


def order(customer: str, number: str, date: str, amount: float, kind: str | None = None) -> dict[str, Any]:
    return {
        "order_id": number,
        "customer_id": customer,
        "order_date": date,
        "amount": amount,
        "product_type": kind,
    }


ORDERS = [
    # A in the period: 100000 + 20000 + 30000 + 2000 = 152000 in 4 orders: 15.2 ÷ 4 = 3.8 万元, as guide 002's example.
    order("A", "1", "2024-12-01", 100_000, "云服务"), order("A", "2", "2024-11-01", 20_000, "云服务"),
    order("A", "3", "2024-10-01", 30_000, "办公耗材"), order("A", "4", "2024-02-01", 2_000, "培训"),
    order("A", "0", "2022-06-01", 500_000, "设备"),
    order("B", "5", "2024-08-15", 85_000, "培训"),  # 4 months and a half before: 沉默
    order("C", "6", "2024-04-01", 10_000), order("D", "7", "2024-12-20", 500, "培训"),
]  # fmt: skip


def talk(number: str, customer: str, time: str, kind: str | None) -> dict[str, Any]:
    return {"interaction_id": number, "customer_id": customer, "interaction_time": time, "channel": "电话会议",
            "feedback_type": kind}  # fmt: skip


TALKS = [
    talk("1", "A", "2024-12-02", "价格异议"), talk("2", "A", "2024-11-02", "价格异议"), talk("3", "A", "2024-10-02", "需求明确"),
    talk("4", "A", "2024-09-02", None), talk("5", "A", "2023-01-01", "投诉建议"), talk("6", "B", "2024-05-05", None),
]  # fmt: skip


def ticket(
    number: str, customer: str, kind: str, issue: str | None, start: str, end: str | None
) -> dict[str, Any]:
    return {"ticket_id": number, "customer_id": customer, "ticket_type": kind, "issue": issue, "submitted_at": start,
            "first_response_at": start, "resolved_at": end, "resolved": "是" if end else "否"}  # fmt: skip


TICKETS = [
    # Complaint and repair took 3 days and 1: 2 on average; the enquiry's 30 days are no matter of theirs.
    ticket("1", "A", "投诉", "交付延迟", "2024-06-01 09:00", "2024-06-04 09:00"),
    ticket("2", "A", "售后", "产品质量", "2024-07-01 09:00", "2024-07-02 09:00"),
    ticket("3", "A", "咨询", "其他", "2024-08-01 09:00", "2024-08-31 09:00"),
    ticket("4", "A", "投诉", "交付延迟", "2024-09-01 09:00", None),
]
RATINGS = [{"customer_id": "A", "industry_potential": 4}]


def tables(**without: None) -> dict[str, pd.DataFrame]:
    rows = {
        i.CUSTOMERS: CUSTOMERS, i.CONTACTS: CONTACTS, i.ORDERS: ORDERS, i.INTERACTIONS: TALKS, i.TICKETS: TICKETS,
        i.RATINGS: RATINGS,
    }  # fmt: skip
    return {table.name: pd.DataFrame(body) for table, body in rows.items() if table.name not in without}


@cache
def whole() -> crm_xl.Results:
    return crm_xl.analyze(tables(), analysis_date=DATE, today=TODAY)


def made(name: str, given: dict[str, pd.DataFrame] | None = None) -> pd.DataFrame:
    results = whole() if given is None else crm_xl.analyze(given, analysis_date=DATE, today=TODAY)
    return results.tables[name].set_index("customer_id")


def said(column: pd.Series) -> list[Any]:
    return [None if pd.isna(value) else value for value in column]


def test_the_headings_are_the_guides_under_its_five_groups() -> None:
    groups: dict[str, list[str]] = {}
    for column in RELATION:
        groups.setdefault(column.band, []).append(column.title)
    assert list(groups) == ["客户基础信息", "交易行为数据", "互动与反馈记录", "客户分层结果", "维护策略建议"]
    for group, fields in {
        "客户基础信息": ["客户名称", "所属行业", "对接人信息", "客户规模", "合作起始时间"],
        "交易行为数据": ["分析周期内订单总额(万元)", "订单频次", "平均客单价(万元)", "最近交易时间", "产品/服务偏好"],
        "互动与反馈记录": ["沟通总次数", "沟通反馈类型", "投诉/售后次数", "问题解决时效(天)"],
        "客户分层结果": ["价值层级", "活跃度层级", "潜力层级"],
        "维护策略建议": ["负责人", "跟进频率", "核心维护动作", "预期目标"],
    }.items():  # fmt: skip
        assert [title for title in groups[group] if title in fields] == fields


def test_a_customer_from_who_it_is_to_what_to_do() -> None:
    a = made(RELATION.name).loc["A"]
    assert a[["contact", "size"]].tolist() == ["欧阳*，采购总监，139****5678", "320人，年营收8,600万元"]
    assert a["cooperation_start"] == pd.Timestamp("2019-03-12")
    assert a[["amount", "frequency", "average_order_value"]].tolist() == pytest.approx([15.2, 4, 3.8])
    assert a["last_order_date"] == pd.Timestamp("2024-12-01")
    assert (
        a["products"] == "云服务、办公耗材、培训"
    )  # 12 万, 3 万, 0.2 万; the 设备 of 2022 is not of the period
    assert a[["interactions", "feedback_types"]].tolist() == [4, "价格异议(2)、需求明确(1)"]
    assert a[["service_cases", "main_issues"]].tolist() == [3, "交付延迟(2)、产品质量(1)"]
    assert a["resolution_days"] == pytest.approx(2.0)
    # Size 3, outlook 4, willingness 5: mean 4, 高.
    assert a[["value_tier", "activity", "potential_tier"]].tolist() == ["高价值", "活跃", "高潜力"]
    assert a[["strategy", "owner", "role", "follow_up"]].tolist() == [
        "重点维护", "王敏", "销售经理", "每季度1次上门拜访",
    ]  # fmt: skip
    assert a["goal"] == "订单频次提升20%"


def test_levels_and_strategies_of_the_others() -> None:
    table = made(RELATION.name)
    # Of 4 who traded: A 0, B 1/4, C 1/2, D 3/4 strictly above: 高, 中, 低, 低.
    assert table["value_tier"].tolist() == ["高价值", "中价值", "低价值", "低价值", "无交易"]
    assert table["activity"].tolist() == ["活跃", "沉默", "流失", "活跃", "无交易"]
    assert table["strategy"].tolist() == ["重点维护", "主动回访", "减少投入", "标准服务", "新客开发/激活"]
    assert table["potential_tier"].tolist()[1:] == ["待评估"] * 4


def test_what_is_not_known_is_blank_and_what_is_none_is_nought() -> None:
    table = made(RELATION.name)
    assert said(table["contact"])[1:] == ["李*三，137****1111", None, None, None]
    assert said(table["size"])[1:] == ["20-99人", None, "教师，月收入1-2万", None]
    assert table["customer_name"]["D"] == "欧阳*"
    assert table["cooperation_start"]["B"] == pd.Timestamp("2024-08-15")  # the first order
    assert pd.isna(table["cooperation_start"]["E"])
    assert table.loc["E", ["amount", "frequency", "interactions", "service_cases"]].tolist() == [0, 0, 0, 0]
    assert np.isnan(table["average_order_value"]["E"])
    assert pd.isna(table["feedback_types"]["B"])
    assert pd.isna(table["products"]["C"])


def test_the_totals_tie_to_the_orders() -> None:
    table = made(RELATION.name)
    # 152000 + 85000 + 10000 + 500 = 247500 元 in the period, 747500 of all time.
    assert table["amount"].sum() == pytest.approx(24.75)
    assert table["frequency"].sum() == 7
    assert made(BASIC_INFO.name)["amount"].sum() == pytest.approx(74.75)
    checks = whole().tables["tblChecks"].set_index("check")
    check = checks.loc["“客户关系分析表”的订单总额＝期间内订单净额"]
    assert check[["result", "detail"]].tolist() == ["✔", "5 家，247,500.00 元"]
    # Only A, B, C and D have had spend in 12 months: the same 247500.
    levels = checks.loc["“客户分层总结”各级合计＝客户指标"]
    assert levels[["result", "detail"]].tolist() == ["✔", "5 家，近12个月 247,500.00 元"]


@pytest.mark.parametrize(
    "absent", [i.CONTACTS.name, i.INTERACTIONS.name, i.TICKETS.name, i.RATINGS.name, i.ORDERS.name]
)
def test_an_absent_table_leaves_its_columns_blank(absent: str) -> None:
    table = made(RELATION.name, tables(**{absent: None}))
    assert len(table) == 5
    if absent == i.ORDERS.name:
        assert set(table["strategy"]) == {"新客开发/激活"}
    if absent == i.TICKETS.name:
        assert table[["service_cases", "resolution_days"]].isna().all(axis=None)


def test_orders_alone_are_enough() -> None:
    table = made(RELATION.name, {i.ORDERS.name: tables()[i.ORDERS.name]})
    assert table["amount"].sum() == pytest.approx(24.75)
    assert table["contact"].isna().all()
    assert table["owner"].isna().all()


def test_without_the_mask_the_contact_is_shown() -> None:
    contacts = frame(i.CONTACTS, CONTACTS)
    shown = main_contacts(contacts, text_index(["B", "A"]), mask=False)
    assert shown["contact_name"].tolist() == ["李小三", "欧阳锋"]
    assert shown["contact_id"].tolist() == ["P3", "P2"]
    assert main_contacts(None, text_index(["A"]), mask=True)["phone"].isna().all()


def test_a_pair_without_a_strategy_says_so() -> None:
    told = strategies_for(pd.Series(["待评估", "特高"]), pd.Series(["活跃", "沉默"]), Settings.default())
    assert told["strategy"].tolist() == ["先补齐数据，再定策略", "维护策略表中没有“特高”与“沉默”的组合"]
    assert told["action"].isna().all()


def test_the_most_comes_first_and_equals_by_name() -> None:
    owners, names = np.array([0, 0, 0, 0, 1, -1, 0]), np.array(["丙", "乙", "甲"], dtype=object)
    codes = np.array([1, 2, 2, 0, 0, 0, -1])
    assert ranked_words(owners, codes, names, 3).tolist() == ["甲(2)、丙(1)、乙(1)", "丙(1)", None]
    # Amounts: 乙 5, 甲 2 − 3 < 0 is no purchase, 丙 5: equal, by place.
    amounts = np.array([5.0, 2.0, -3.0, 5.0, -1.0, 9.0, 9.0])
    assert ranked_words(owners, codes, names, 2, amounts).tolist() == ["丙、乙", None]
    assert ranked_words(owners, codes, names, 2, amounts, most=1).tolist() == ["丙", None]


def test_basic_information_has_guide_001s_headings() -> None:
    headings = ["客户ID", "客户名称", "行业", "企业规模(员工数)", "成立时间", "关键联系人", "联系人职位", "首次合作时间",
                "累计交易金额(万元)"]  # fmt: skip
    assert [title for title in BASIC_INFO.titles if title in headings] == headings
    a = made(BASIC_INFO.name).loc["A"]
    assert a[["size", "founded_year", "contact_name", "position", "contact_id", "phone"]].tolist() == [
        "320人", 2011, "欧阳*", "采购总监", "P2", "139****5678",
    ]  # fmt: skip
    # 652000 元 in 5 orders; 设备 50 万, 云服务 12 万, 办公耗材 3 万.
    assert a[["amount", "average_order_value"]].tolist() == pytest.approx([65.2, 130_400])
    assert a["products"] == "设备、云服务、办公耗材"
