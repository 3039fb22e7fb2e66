"""客户画像报表, by hand (guide 004: basic attributes and how customers buy)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from crm_xl.analysis.reports.ground import Ground
from crm_xl.analysis.reports.profile import make
from crm_xl.errors import CrmError
from crm_xl.tables import inputs as i
from crm_xl.tables import outputs as o
from crm_xl.tables import service_reports as s
from tests.support.ground import ground, typed_row
from tests.support.typed import frame, order, orders

CUSTOMERS = frame(
    i.CUSTOMERS,
    [
        {
            "customer_id": "A",
            "industry": "制造业-汽车零部件",
            "region": "华东",
            "employees": 320,
            "owner": "王敏",
        },
        {"customer_id": "B", "industry": "制造业", "region": "华南", "employees": 50, "owner": "李强"},
        {
            "customer_id": "C",
            "industry": "零售业",
            "region": "华东",
            "size_band": "1000人以上",
            "owner": "王敏",
        },
        {"customer_id": "D"},
    ],
)
ORDERS = orders(
    [
        order("A", "1", "2024-06-01", 20_000, product_type="云服务"),
        order("A", "2", "2024-05-01", 10_000, product_type="设备"),
        order("B", "3", "2023-09-01", 6_000, product_type="设备"),
        order("C", "4", "2024-01-15", 4_000, product_type="云服务"),
        order("C", "5", "2022-01-01", 9_999, product_type="云服务"),  # before the period
    ]
)
TIERS = {"A": "战略级", "B": "普通级", "C": "普通级", "D": None}
SEGMENTS = pd.DataFrame(
    {"customer_id": ["A", "B", "C"], "segment": ["重要价值客户", "一般挽留客户", "一般挽留客户"]}
)


def facts(customers: pd.DataFrame = CUSTOMERS, lines: pd.DataFrame = ORDERS, **chosen: Any) -> Ground:
    scores = pd.DataFrame(
        {"customer_id": customers["customer_id"], "shown_tier": customers["customer_id"].map(TIERS)}
    )
    return ground(
        "2024-06-30",
        *([typed_row(s.PROFILE_CHOICE, **chosen)] if chosen else []),
        frames={i.CUSTOMERS.name: customers, i.ORDERS.name: lines},
        scores=scores,
        made={o.RFM.name: SEGMENTS},
    )


def report(**chosen: Any) -> pd.DataFrame:
    return make(facts(**chosen)).tables[s.PROFILE_REPORT.name]


def rows(found: pd.DataFrame, dimension: str) -> pd.DataFrame:
    return found[found["dimension"] == dimension].set_index("group")


def test_an_industry_by_hand() -> None:
    found = report()
    assert list(found) == list(s.PROFILE_REPORT.names)
    making = rows(found, s.BY_INDUSTRY).loc["制造业"]
    # A and B: 20,000 + 10,000 + 6,000 = 3.6万 in 3 orders; 4 customers and 4万 in all.
    assert making[["customers", "buyers", "orders", "amount"]].tolist() == [2, 2, 3, 3.6]
    assert making[["customer_share", "amount_share"]].tolist() == [0.5, 0.9]
    assert (making["average_order_value"], making["frequency"]) == (12_000, 1.5)
    # 云服务 20,000 against 设备 16,000.
    assert making["preference"] == "云服务"
    assert making["preference_share"] == pytest.approx(20 / 36)
    # On 2024-06-30 A's last order is a month old, B's ten: 1 of 2.
    assert making["active_share"] == 0.5


def test_the_total_is_of_everybody_and_the_last_row() -> None:
    total = report().iloc[-1]
    assert (total["dimension"], total["group"]) == (o.TOTAL, s.ALL_CUSTOMERS)
    # 4 orders, 4万, bought by A, B and C: 10,000 an order, 4 / 3 orders a buyer; A alone is active of 3 who ever bought.
    assert total[["customers", "buyers", "orders", "amount", "average_order_value"]].tolist() == [
        4,
        3,
        4,
        4,
        10_000,
    ]
    assert total["frequency"] == pytest.approx(4 / 3)
    assert total["active_share"] == pytest.approx(1 / 3)
    assert (total["customer_share"], total["amount_share"]) == (1, 1)


def test_groups_stand_in_their_own_order_and_what_is_not_known_last() -> None:
    found = report()
    groups = {name: rows(found, name).index.tolist() for name in found["dimension"].unique()}
    assert groups == {
        s.BY_INDUSTRY: ["制造业", "零售业", "（未填）"],  # the commonest first
        s.BY_SIZE: ["20-99人", "100-499人", "1000人以上", "（未填）"],  # from few people to many
        s.BY_REGION: ["华东", "华南", "（未填）"],
        s.BY_TIER: ["战略级客户", "普通级客户", o.PENDING],
        s.BY_SEGMENT: ["重要价值客户", "一般挽留客户", o.NO_TRADE],
        o.TOTAL: [s.ALL_CUSTOMERS],
    }


def test_who_never_bought_is_no_zero_divided_by_zero() -> None:
    nobody = rows(report(), s.BY_REGION).loc["（未填）"]
    assert nobody[["customers", "buyers", "amount"]].tolist() == [1, 0, 0]
    assert nobody[["average_order_value", "frequency", "preference", "active_share"]].isna().all()


def test_a_choice_narrows_everything_and_is_told() -> None:
    made = make(facts(region="华东"))
    found = made.tables[s.PROFILE_REPORT.name]
    assert rows(found, s.BY_INDUSTRY).index.tolist() == ["制造业", "零售业"]
    assert found.iloc[-1][["customers", "amount"]].tolist() == [2, 3.4]  # A 3万, C 0.4万
    assert made.chosen[s.PROFILE_REPORT.name] == "区域 华东"


def test_narrowed_to_an_industry_its_lower_levels_show() -> None:
    assert rows(report(industry="制造业"), s.BY_INDUSTRY).index.tolist() == ["制造业", "制造业-汽车零部件"]


def test_the_period_chosen_counts_and_activity_is_of_its_end() -> None:
    found = report(period="自选起止", start="2023-07-01", end="2023-12-31")
    total = found.iloc[-1]
    # Only B's order of September; on 2023-12-31 B had bought within 6 months, not within 3, and C in 2022: none active.
    assert total[["orders", "amount", "active_share"]].tolist() == [1, 0.6, 0]


def test_a_choice_that_matches_nobody_says_so() -> None:
    with pytest.raises(CrmError, match=r"没有符合所选条件的客户.*负责人 王敏.*区域 华南"):
        report(owner="王敏", region="华南")


def test_a_period_without_orders_has_customers_and_no_shares_of_nothing() -> None:
    found = report(period="自选起止", start="2023-01-01", end="2023-01-31")
    assert found["customers"].iloc[-1] == 4
    assert (found["orders"] == 0).all()
    assert found[["amount_share", "average_order_value", "preference"]].isna().all(axis=None)


def test_no_order_at_all_and_one_customer() -> None:
    found = make(facts(lines=ORDERS[:0])).tables[s.PROFILE_REPORT.name]
    assert found["customers"].iloc[-1] == 4
    assert found["active_share"].isna().all()
    one = make(facts(customers=CUSTOMERS[:1])).tables[s.PROFILE_REPORT.name]
    assert one["customer_share"].tolist() == [1.0] * len(one)


def test_orders_that_name_no_product_type_have_no_preference() -> None:
    found = make(facts(lines=ORDERS.assign(product_type=None))).tables[s.PROFILE_REPORT.name]
    assert found["preference"].isna().all()
    assert found["preference_share"].isna().all()


def test_nobody_prefers_what_was_only_returned() -> None:
    back = orders([order("B", "9", "2024-06-01", 1, net_amount=-500.0, counts=False, product_type="设备")])
    found = make(facts(lines=back)).tables[s.PROFILE_REPORT.name]
    assert found["preference"].isna().all()
    assert found["amount"].iloc[-1] == -0.05
    assert found["amount_share"].isna().all()  # no share of less than nothing


def test_charts_read_the_groups_of_the_report() -> None:
    tables = make(facts()).tables
    industry, region = (tables[t.name] for t in (s.PROFILE_INDUSTRY_CHART, s.PROFILE_REGION_CHART))
    assert len(industry) == s.PROFILE_INDUSTRY_CHART.fixed_rows
    assert industry["label"].dropna().tolist() == ["制造业", "零售业", "（未填）"]
    assert region["amount"].dropna().tolist() == [3.4, 0.6, 0]


def test_totals_tie_to_the_orders_and_the_order_of_rows_does_not_matter() -> None:
    rng = np.random.default_rng(5)
    ids = [f"C{n:03d}" for n in range(60)]
    customers = frame(
        i.CUSTOMERS,
        [
            {
                "customer_id": name,
                "industry": rng.choice(["制造业", "零售业", "金融", ""]),
                "region": rng.choice(["华东", "华南"]),
            }
            for name in ids
        ],
    )
    lines = orders(
        [
            order(str(rng.choice(ids)), f"O{n}", str(np.datetime64("2023-01-01") + rng.integers(0, 540)),
                  round(float(rng.uniform(-500, 9000)), 2), product_type=str(rng.choice(["甲", "乙", "丙"])))
            for n in range(400)
        ]
    )  # fmt: skip
    found = make(facts(customers, lines)).tables[s.PROFILE_REPORT.name]
    inside = (lines["order_date"] >= "2023-07-01") & (lines["order_date"] <= "2024-06-30")
    for _, part in found.groupby("dimension"):
        assert part["customers"].sum() == 60
        assert part["amount"].sum() * 10_000 == pytest.approx(lines.loc[inside, "net_amount"].sum())
        assert part["customer_share"].sum() == pytest.approx(1, abs=1e-12)
    shuffled = make(
        facts(
            customers.sample(frac=1, random_state=1).reset_index(drop=True),
            lines.sample(frac=1, random_state=2).reset_index(drop=True),
        )
    ).tables[s.PROFILE_REPORT.name]
    pd.testing.assert_frame_equal(found, shuffled)
