"""营销效果报表, by hand (guide 004; rates as SPEC section 4 has them)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crm_xl.analysis.reports.campaigns import make
from crm_xl.analysis.reports.ground import Ground
from crm_xl.errors import CrmError
from crm_xl.tables import inputs as i
from crm_xl.tables import outputs as o
from crm_xl.tables import parameters as p
from crm_xl.tables import service_reports as s
from tests.support.ground import ground, typed_row
from tests.support.typed import Row, frame

CUSTOMERS = frame(
    i.CUSTOMERS,
    [
        {"customer_id": "A", "owner": "王敏"},
        {"customer_id": "B", "owner": "李强"},
        {"customer_id": "C", "owner": "王敏"},
        {"customer_id": "D"},
    ],
)
CAMPAIGNS: list[Row] = [
    {
        "campaign_id": "M1",
        "campaign_name": "秋促",
        "campaign_type": "促销",
        "start_date": "2024-09-01",
        "cost": 10_000,
    },
    {
        "campaign_id": "M2",
        "campaign_name": "客户沙龙",
        "campaign_type": "沙龙",
        "start_date": "2024-10-01",
        "cost": 0,
    },
    {
        "campaign_id": "M3",
        "campaign_name": "展会",
        "campaign_type": "展会",
        "start_date": "2024-11-01",
        "cost": 5_000,
    },
    {"campaign_id": "M4", "campaign_type": "促销", "start_date": "2024-03-01"},
    {"campaign_id": "M0", "campaign_name": "旧促", "start_date": "2022-03-01", "cost": 1},
]


def member(campaign: str, customer: str, *marks: bool | None, amount: float | None = None) -> Row:
    reached, participated, converted = (*marks, None, None, None)[:3]
    return {
        "campaign_id": campaign,
        "customer_id": customer,
        "reached": reached,
        "participated": participated,
        "converted": converted,
        "amount": amount,
    }


MEMBERS = [
    member("M1", "A", True, True, True, amount=30_000),
    member("M1", "B", True, True, False),
    member("M1", "C", True, False, False),
    member("M1", "D", False, False, False),
    member("M2", "A", True, True, True, amount=5_000),
    member("M4", "B", True),  # nobody wrote down whether B came
    member("M9", "A", True, True, True, amount=1),  # of no campaign that is known
    member("M1", "Z", True, True, True, amount=1),  # of no customer that is known
]


def facts(campaigns: list[Row] = CAMPAIGNS, members: list[Row] = MEMBERS, **chosen: Any) -> Ground:
    choice = [typed_row(s.CAMPAIGN_CHOICE, **chosen)] if chosen else []
    frames = {
        i.CUSTOMERS.name: CUSTOMERS,
        i.CAMPAIGNS.name: frame(i.CAMPAIGNS, campaigns),
        i.CAMPAIGN_MEMBERS.name: frame(i.CAMPAIGN_MEMBERS, members),
    }
    return ground("2024-12-31", *choice, frames=frames)


def report(**more: Any) -> pd.DataFrame:
    found = make(facts(**more)).tables[s.CAMPAIGN_REPORT.name]
    assert list(found) == list(s.CAMPAIGN_REPORT.names)
    return found


def campaign(found: pd.DataFrame, number: str) -> pd.Series:
    return found[found["campaign_id"] == number].iloc[0]


def test_a_campaign_by_hand() -> None:
    autumn = campaign(report(), "M1")
    assert autumn[["group", "campaign_type"]].tolist() == ["秋促", "促销"]
    assert autumn[["members", "reached", "joined", "converted"]].tolist() == [4, 3, 2, 1]
    # 参与 2 ÷ 触达 3; 转化 1 ÷ 触达 3; 转化 1 ÷ 参与 2.
    assert autumn[
        ["participation", "conversion_of_reached", "conversion_of_joined"]
    ].tolist() == pytest.approx([2 / 3, 1 / 3, 1 / 2])
    # (3万 − 1万) ÷ 1万.
    assert autumn[["revenue", "cost", "roi"]].tolist() == [3, 1, 2]
    assert pd.isna(autumn["notes"])  # nothing to explain


def test_campaigns_by_date_then_types_then_the_total() -> None:
    found = report()
    assert found["dimension"].tolist() == [s.BY_CAMPAIGN] * 4 + [s.BY_TYPE] * 3 + [o.TOTAL]
    assert found["campaign_id"].dropna().tolist() == ["M4", "M1", "M2", "M3"]  # M0 began before the period
    assert found["group"].tolist()[4:] == ["促销", "展会", "沙龙", "全部活动"]


def test_a_type_is_sums_and_its_rates_are_of_the_campaigns_that_know() -> None:
    found = report()
    promotions = found[(found["dimension"] == s.BY_TYPE) & (found["group"] == "促销")].iloc[0]
    # M1 and M4; of M4 nobody knows who came, so the rates are M1's.
    assert promotions[["members", "reached", "joined", "converted"]].tolist() == [5, 4, 2, 1]
    assert promotions[["participation", "conversion_of_reached"]].tolist() == pytest.approx([2 / 3, 1 / 3])
    assert promotions[["revenue", "cost", "roi"]].tolist() == [3, 1, 2]
    assert promotions["notes"] == "ROI按有名单和费用的1个活动计算，共2个"


def test_the_total_is_sums_over_sums() -> None:
    total = report().iloc[-1]
    assert total[["members", "reached", "joined", "converted"]].tolist() == [6, 5, 3, 2]
    # M1 and M2: 3 joined of 4 reached, 2 converted of 4 reached and of 3 who joined.
    assert total[
        ["participation", "conversion_of_reached", "conversion_of_joined"]
    ].tolist() == pytest.approx([3 / 4, 2 / 4, 2 / 3])
    # Cost 1 + 0 + 0.5万; the return is of M1 and M2, which have members and a cost: (3.5 − 1) ÷ 1.
    assert total[["revenue", "cost", "roi"]].tolist() == pytest.approx([3.5, 1.5, 2.5])


@pytest.mark.parametrize(
    ("number", "note"),
    [("M2", "费用为0，不计算ROI"), ("M3", "没有活动名单，无法计算效果"), ("M4", "没有填写费用，不计算ROI")],
)
def test_no_return_on_nothing(number: str, note: str) -> None:
    row = campaign(report(), number)
    assert np.isnan(row["roi"])
    assert row["notes"] == note


def test_a_campaign_without_members_claims_nothing() -> None:
    fair = campaign(report(), "M3")
    assert fair["members"] == 0
    assert (
        fair[["reached", "joined", "converted", "participation", "conversion_of_reached", "revenue"]]
        .isna()
        .all()
    )
    assert fair["cost"] == 0.5


def test_no_list_at_all() -> None:
    found = report(members=[])
    assert (found["members"] == 0).all()
    assert found[["roi", "revenue", "participation"]].isna().all(axis=None)
    assert found["cost"].iloc[-1] == 1.5


def test_part_of_the_customers_have_no_return_on_the_whole_cost() -> None:
    made = make(facts(owner="王敏"))
    autumn = campaign(made.tables[s.CAMPAIGN_REPORT.name], "M1")
    assert autumn[["members", "reached", "converted", "revenue"]].tolist() == [2, 2, 1, 3]  # A and C
    assert np.isnan(autumn["roi"])
    assert autumn["notes"] == "费用属于整个活动，按部分客户不计算ROI"
    assert made.chosen[s.CAMPAIGN_REPORT.name] == "负责人 王敏"
    base = facts()
    scoped = replace(base.settings.general, scope=p.SCOPE_REGION, scope_value="华东")
    found = make(replace(base, settings=replace(base.settings, general=scoped))).tables[
        s.CAMPAIGN_REPORT.name
    ]
    assert found["roi"].isna().all()


def test_a_period_without_campaigns_says_so() -> None:
    with pytest.raises(CrmError, match="没有符合所选条件的营销活动"):
        make(facts(period="自选起止", start="2023-01-01", end="2023-06-30"))
    with pytest.raises(CrmError, match="没有符合所选条件的营销活动"):
        make(facts(campaigns=[]))


def test_the_chart_shows_the_latest_campaigns_with_their_month() -> None:
    block = make(facts()).tables[s.CAMPAIGN_CHART.name]
    assert block["label"].dropna().tolist() == [
        "（未填）\n2024-03",
        "秋促\n2024-09",
        "客户沙龙\n2024-10",
        "展会\n2024-11",
    ]
    many = [
        {"campaign_id": f"M{n}", "campaign_name": "促", "start_date": f"2024-{n:02d}-01"}
        for n in range(1, 13)
    ]
    latest = make(facts(campaigns=many)).tables[s.CAMPAIGN_CHART.name]
    assert latest["label"].tolist() == [f"促\n2024-{n:02d}" for n in range(7, 13)]


def test_the_order_of_rows_does_not_matter() -> None:
    pd.testing.assert_frame_equal(report(), report(campaigns=CAMPAIGNS[::-1], members=MEMBERS[::-1]))
