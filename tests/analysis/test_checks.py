"""数据核对: what disagrees is ✘, what waits is ※, and the verdict stands on top; small tables by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

import crm_xl
from crm_xl import Settings
from crm_xl.analysis.balance import Balance
from crm_xl.analysis.checks import Subject, cross_checks
from crm_xl.analysis.clean import clean
from crm_xl.analysis.customers import population
from crm_xl.raw import RawTable
from crm_xl.tables import inputs as i
from crm_xl.tables import outputs as o

TODAY = "2026-01-15"

CUSTOMERS = [
    {
        "客户编号": "A",
        "客户名称": "甲公司",
        "负责人": "王敏",
        "区域": "华东",
        "合作起始时间": "2024-01-01",
        "最近复核日期": "2024-12-20",
    },
    {
        "客户编号": "B",
        "客户名称": "乙公司",
        "负责人": "李强",
        "区域": "华南",
        "合作起始时间": "2024-01-01",
        "最近复核日期": "2024-12-01",
    },
]
ORDERS = [
    {"订单编号": "1", "客户编号": "A", "订单日期": "2024-12-31", "订单金额(元)": 100},
    {"订单编号": "2", "客户编号": "B", "订单日期": "2024-11-30", "订单金额(元)": 50},
]


def checks(**tables: list[dict[str, Any]]) -> pd.DataFrame:
    given = {"tblCustomers": CUSTOMERS, "tblOrders": ORDERS, **tables}
    results = crm_xl.analyze({name: pd.DataFrame(rows) for name, rows in given.items()}, today=TODAY)
    return results.tables["tblChecks"].set_index("check")


def told(found: pd.DataFrame, check: str) -> tuple[str, float, str, str]:
    row = found.loc[check]
    return row["result"], row["findings"], row["detail"], row["where"]


def test_where_everything_agrees_the_verdict_is_good() -> None:
    found = checks()
    assert found.index[0] == "总核对"
    assert told(found, "总核对")[:2] == ("✔", 0)
    assert not (found["result"] == "✘").any()
    assert told(found, "按负责人合计＝订单净额") == ("✔", 0, "2 组，150.00 元", "")
    assert told(found, "按月份合计＝订单净额")[2] == "2 组，150.00 元"
    assert told(found, "客户指标的订单总额＝期间内订单净额")[2] == "2 家，150.00 元"


def test_numbers_that_only_one_table_knows_are_named() -> None:
    orders = [*ORDERS, *({**ORDERS[0], "订单编号": f"9{n}", "客户编号": "X"} for n in range(5))]
    contacts = [{"联系人编号": "P1", "客户编号": "Y"}, {"联系人编号": "P2", "客户编号": "A"}]
    members = [{"活动编号": "M9", "客户编号": "A"}]
    campaigns = [{"活动编号": "M1", "开始日期": "2024-01-01"}]
    found = checks(tblOrders=orders, tblContacts=contacts, tblCampaignMembers=members, tblCampaigns=campaigns)
    assert told(found, "“订单”的客户编号都在“客户”中") == (
        "✘",
        5,
        "X",
        "tblOrders!B4、tblOrders!B5、tblOrders!B6 等",
    )
    assert told(found, "“联系人”的客户编号都在“客户”中") == ("✘", 1, "Y", "tblContacts!B2")
    assert told(found, "“活动名单”的活动编号都在“营销活动”中") == ("✘", 1, "M9", "tblCampaignMembers!A2")
    assert told(found, "“活动名单”的客户编号都在“客户”中")[0] == "✔"
    assert told(found, "每位客户在“联系人”中都有记录") == ("※", 1, "", "tblCustomers!A3")
    assert told(found, "总核对")[:2] == ("✘", 3)
    # The totals still agree: the order counts under its number.
    assert told(found, "按负责人合计＝订单净额")[0] == "✔"


def test_a_first_order_before_the_cooperation_began() -> None:
    late = [{**CUSTOMERS[0], "合作起始时间": "2025-01-01"}, CUSTOMERS[1]]
    assert told(checks(tblCustomers=late), "首次订单不早于合作起始时间") == ("✘", 1, "", "tblCustomers!E2")


def test_data_not_verified_for_more_than_thirty_days_is_a_reminder() -> None:
    # The analysis date is 2024-12-31: the 1st of December is exactly 30 days ago.
    assert told(checks(), "客户信息在 30 天内复核过")[0] == "✔"
    older = [{**CUSTOMERS[0], "最近复核日期": None}, {**CUSTOMERS[1], "最近复核日期": "2024-11-30"}]
    found = checks(tblCustomers=older)
    assert told(found, "客户信息在 30 天内复核过") == (
        "※",
        2,
        "其中 1 家从未复核",
        "tblCustomers!F2、tblCustomers!F3",
    )
    assert told(found, "总核对")[0] == "✔"


@pytest.mark.parametrize(
    ("due", "done", "result"),
    [
        ("2024-12-30", None, "※"),
        ("2024-12-30", "否", "※"),
        ("2024-12-30", "是", "✔"),
        ("2024-12-31", None, "✔"),
        (None, None, "✔"),
    ],
)
def test_open_actions_past_due(due: str | None, done: str | None, result: str) -> None:
    row = {
        "互动编号": "I1",
        "客户编号": "A",
        "互动时间": "2024-12-01 09:00",
        "约定日期": due,
        "是否完成": done,
    }
    assert told(checks(tblInteractions=[row]), "约定的下一步行动没有过期未办")[0] == result


def test_what_the_ledger_holds_is_summed_up() -> None:
    found = checks(tblOrders=[*ORDERS, {**ORDERS[0], "订单编号": "3", "订单金额(元)": "一千"}])
    assert told(found, "没有因数据问题搁置的行") == ("※", 1, "见数据质量台账", "tblOrders!D4")


def subject(**changes: Any) -> Subject:
    raw = {
        name: RawTable.from_frame(name, pd.DataFrame(rows))
        for name, rows in (("tblCustomers", CUSTOMERS), ("tblOrders", ORDERS))
    }
    cleaned = clean(raw, Settings.default(), pd.Timestamp(TODAY))
    frames, _ = population(cleaned.tables, mask=True)
    ours = Subject(
        cleaned=cleaned,
        frames=frames,
        scoped=None,
        made={},
        settings=Settings.default(),
        period=None,
        date=pd.Timestamp("2024-12-31"),
    )
    return replace(ours, **changes)


def test_totals_that_do_not_agree_are_found() -> None:
    ours = subject()
    lost = ours.frames["tblOrders"].assign(net_amount=[100.0, 49.99])
    found = cross_checks(replace(ours, frames={**ours.frames, "tblOrders": lost})).set_index("check")
    for by in ("负责人", "区域", "月份"):
        assert told(found, f"按{by}合计＝订单净额")[0] == "✘"
        assert found.loc[f"按{by}合计＝订单净额", "detail"].endswith("相差 -0.01")


def test_a_balance_that_is_off_by_a_cent_is_found() -> None:
    ours = subject()
    off = Balance(money_in=150.01, gross_kept=150, netted=0, net_kept=150, cancelled=0, set_aside=0)
    found = cross_checks(replace(ours, cleaned=replace(ours.cleaned, balance=off))).set_index("check")
    assert told(found, "读入总额＝保留净额＋取消＋搁置")[0] == "✘"
    assert told(found, "保留毛额－退货冲减＝保留净额")[0] == "✔"
    assert told(found, "总核对")[:2] == ("✘", 1)


def test_checks_are_made_of_whatever_is_there() -> None:
    for table in i.INPUTS:
        results = crm_xl.analyze({table.name: pd.DataFrame(columns=list(table.titles))}, today=TODAY)
        assert list(results.tables["tblChecks"].columns) == list(o.CHECKS.names)
        assert results.tables["tblChecks"]["result"].iloc[0] == "✔"
