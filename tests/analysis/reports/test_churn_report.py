"""客户流失报表 and 流失客户共性, by hand (guide 004; the rate as SPEC section 4 has it)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crm_xl.analysis.reports import churn, churn_traits
from crm_xl.analysis.reports.breakdown import tenure_bands, tenure_names
from crm_xl.analysis.reports.ground import Ground
from crm_xl.errors import CrmError
from crm_xl.settings import Settings
from crm_xl.tables import inputs as i
from crm_xl.tables import outputs as o
from crm_xl.tables import service_reports as s
from tests.support.ground import ground, typed_row
from tests.support.typed import Row, frame, order, orders

# The period is 2024; who was active on 2023-12-31 had ordered since 2023-09-30, who is lost on 2024-12-31 not since
# 2024-06-30.
CUSTOMERS = frame(
    i.CUSTOMERS,
    [
        {"customer_id": "A", "industry": "制造业-电子", "cooperation_start": "2019-01-01", "region": "华东"},
        {"customer_id": "B", "industry": "制造业", "cooperation_start": "2021-01-01"},
        {"customer_id": "C", "industry": "零售业"},
        {"customer_id": "D", "industry": "零售业"},
        {"customer_id": "E", "industry": "金融", "cooperation_start": "2020-06-01"},
        {"customer_id": "F", "industry": "金融", "region": "华南"},
        {"customer_id": "G", "industry": "金融"},
        {"customer_id": "P", "industry": "医疗"},
    ],
)
ORDERS = [
    order("A", "1", "2023-12-01", 10_000), order("A", "2", "2024-02-01", 5_000),  # active, then lost
    order("B", "3", "2023-11-15", 20_000), order("B", "4", "2024-12-01", 1_000),  # active and stays
    order("C", "5", "2022-07-01", 999), order("C", "6", "2023-08-01", 8_000),  # silent, then lost
    order("D", "7", "2024-03-01", 3_000),  # came and left within the year
    order("E", "8", "2023-12-15", 7_000), order("E", "9", "2024-11-01", 1_000),  # active, registered as lost
    order("F", "10", "2023-12-20", 2_000), order("F", "11", "2024-10-15", 2_000),  # came back after a registration
    order("G", "12", "2022-05-01", 5_000),  # lost long before
]  # fmt: skip
CHURNED: list[Row] = [
    {"customer_id": "A", "churned_on": "2024-08-01", "reason": "价格"},
    {"customer_id": "D", "churned_on": "2024-05-01"},
    {"customer_id": "E", "churned_on": "2024-03-01", "reason": "竞品"},  # an order came after it
    {"customer_id": "E", "churned_on": "2024-12-10", "reason": "服务"},
    {"customer_id": "F", "churned_on": "2024-02-01", "reason": "价格"},
    {"customer_id": "G", "churned_on": "2023-01-01", "reason": "价格"},
]


def facts(lines: list[Row] = ORDERS, registered: list[Row] | None = CHURNED, **chosen: Any) -> Ground:
    frames = {i.CUSTOMERS.name: CUSTOMERS, i.ORDERS.name: orders(lines)}
    if registered is not None:
        frames[i.CHURNED.name] = frame(i.CHURNED, registered)
    choice = [typed_row(s.CHURN_CHOICE, **chosen)] if chosen else []
    return ground("2024-12-31", *choice, frames=frames)


def report(**more: Any) -> pd.DataFrame:
    found = churn.make(facts(**more)).tables[s.CHURN_REPORT.name]
    assert list(found) == list(s.CHURN_REPORT.names)
    return found.set_index(["dimension", "group"])


def test_who_left_and_what_went_with_them() -> None:
    total = report().iloc[-1]
    # A, C, D and E left. Active when the year began: A, B, E, F; of them A and E are lost: 2 of 4.
    assert total[["lost", "active", "active_lost", "churn_rate"]].tolist() == [4, 4, 2, 0.5]
    # The 12 months up to the last order: A 15,000, C 8,000 (not the 999 of 2022), D 3,000, E 8,000 = 3.4万.
    assert total["amount"] == pytest.approx(3.4)
    assert total[["lost_share", "amount_share"]].tolist() == [1, 1]


def test_reasons_are_the_registered_ones_and_the_rest_is_unregistered() -> None:
    reasons = report().loc[s.BY_REASON]
    # A 价格, E 服务 (its latest registration), D registered without a reason, C not registered.
    assert reasons["lost"].to_dict() == {"价格": 1, "服务": 1, s.NO_REASON: 1, s.UNREGISTERED: 1}
    assert reasons.index.tolist()[-2:] == [s.NO_REASON, s.UNREGISTERED]
    assert reasons.loc["价格", "amount"] == 1.5
    assert reasons["lost_share"].tolist() == [0.25] * 4
    assert reasons["churn_rate"].isna().all()  # who stays gives no reason: there is nothing to divide by


def test_industries_have_rates_of_those_active_at_the_start() -> None:
    industries = report().loc[s.BY_INDUSTRY]
    assert industries[["active", "active_lost", "churn_rate"]].loc["制造业"].tolist() == [2, 1, 0.5]
    assert industries[["lost", "active", "active_lost", "churn_rate"]].loc["金融"].tolist() == [1, 2, 1, 0.5]
    # C was silent and D not there yet: two losses, but nobody active to lose.
    retail = industries.loc["零售业"]
    assert retail[["lost", "active"]].tolist() == [2, 0]
    assert np.isnan(retail["churn_rate"])
    assert retail["notes"] == "期初没有活跃客户，无流失率"
    assert "医疗" not in industries.index  # never bought: nothing to lose
    assert industries.loc["制造业", "notes"] == "期初活跃不足5家，流失率仅供参考"


def test_tenure_is_that_of_the_day_the_period_began() -> None:
    tenure = report().loc[s.BY_TENURE]
    # On 2024-01-01: A exactly 5 years, E 3.6, B exactly 3, C 1.5 (since its first order), D and F less than one.
    assert tenure["lost"].to_dict() == {"1年以下": 1, "1-3年": 1, "3-5年": 1, "5年及以上": 1}
    assert tenure["active"].to_dict() == {"1年以下": 1, "1-3年": 0, "3-5年": 2, "5年及以上": 1}


def test_bands_take_their_lower_bound() -> None:
    assert tenure_names((1, 3, 5)) == ("1年以下", "1-3年", "3-5年", "5年及以上")
    found = tenure_bands([0.0, 0.999, 1.0, 2.9999999999, 5.0, 30.0, np.nan], (1, 3, 5))
    assert found.tolist() == ["1年以下", "1年以下", "1-3年", "3-5年", "5年及以上", "5年及以上", "（未填）"]


def test_bounds_typed_in_any_order_are_put_in_order() -> None:
    base = facts()
    general = replace(base.settings.general, tenure_first=5.0, tenure_second=0.5, tenure_third=5.0)
    found = churn.make(replace(base, settings=replace(base.settings, general=general)))
    bands = found.tables[s.CHURN_REPORT.name].set_index("dimension").loc[s.BY_TENURE, "group"]
    assert bands.tolist() == ["0.5年以下", "0.5-5年", "5年及以上"]


def test_without_a_register_every_loss_is_unregistered() -> None:
    found = report(registered=None)
    # By orders alone E is active and came back only in the register: A, C and D are lost.
    assert found.loc[s.BY_REASON, "lost"].to_dict() == {s.UNREGISTERED: 3}
    assert found.iloc[-1][["active", "active_lost", "churn_rate"]].tolist() == [4, 1, 0.25]


def test_who_was_registered_as_lost_before_is_neither_active_nor_lost_again() -> None:
    # B ordered in November 2023 and would be active by orders; registered in December, it came back a year later.
    before = [*CHURNED, {"customer_id": "B", "churned_on": "2023-12-31", "reason": "价格"}]
    assert report(registered=before).iloc[-1][["lost", "active", "active_lost"]].tolist() == [4, 3, 2]
    # Registered on the first day of the period, it was still there when the period began.
    within = [*CHURNED, {"customer_id": "B", "churned_on": "2024-01-01", "reason": "价格"}]
    assert report(registered=within).iloc[-1][["lost", "active", "active_lost"]].tolist() == [4, 4, 2]


def test_a_loss_registered_after_the_period_is_not_known_in_it() -> None:
    chosen = {"period": "自选起止", "start": "2024-01-01", "end": "2024-12-09"}
    found = report(**chosen)
    assert found.iloc[-1]["lost"] == 3  # E is registered on the tenth
    assert "服务" not in found.loc[s.BY_REASON].index


def test_a_choice_narrows_and_is_told() -> None:
    made = churn.make(facts(region="华东"))
    found = made.tables[s.CHURN_REPORT.name]
    assert found.iloc[-1][["lost", "active", "churn_rate"]].tolist() == [1, 1, 1]
    assert made.chosen[s.CHURN_REPORT.name] == "区域 华东"


def test_a_period_in_which_nobody_left() -> None:
    found = report(lines=[order("B", "1", "2024-12-01", 1)], registered=[])
    assert found.index.tolist() == [(o.TOTAL, s.ALL_CUSTOMERS)]
    total = found.iloc[-1]
    assert total[["lost", "active"]].tolist() == [0, 0]
    assert total[["lost_share", "churn_rate", "amount_share"]].isna().all()


def test_nobody_who_ever_ordered_is_a_sentence() -> None:
    with pytest.raises(CrmError, match="没有符合所选条件的有订单的客户"):
        churn.make(facts(lines=[]))
    with pytest.raises(CrmError, match="没有符合所选条件的有订单的客户"):
        churn.make(facts(industry="医疗"))


def test_the_chart_reads_the_reasons() -> None:
    block = churn.make(facts()).tables[s.CHURN_REASON_CHART.name]
    assert len(block) == s.CHURN_REASON_CHART.fixed_rows
    assert block["lost"].sum() == 4


def test_contact_that_counts_as_activity_keeps_a_customer() -> None:
    base = facts(registered=None)
    talks = frame(
        i.INTERACTIONS,
        [{"interaction_id": "1", "customer_id": "A", "interaction_time": "2024-12-20 10:00"}],
    )
    general = replace(base.settings.general, activity_by_contact=True)
    spoken = replace(
        base,
        frames={**base.frames, i.INTERACTIONS.name: talks},
        settings=replace(base.settings, general=general),
    )
    found = churn.make(spoken).tables[s.CHURN_REPORT.name]
    assert found["lost"].iloc[-1] == 2  # C and D; A was spoken to in December


def test_losses_of_neighbouring_periods_are_counted_once() -> None:
    rng = np.random.default_rng(11)
    names = [f"C{n}" for n in range(80)]
    lines = [
        order(str(rng.choice(names)), str(n), str(np.datetime64("2022-01-01") + rng.integers(0, 1095)), 10.0)
        for n in range(300)
    ]
    frames = {
        i.CUSTOMERS.name: frame(i.CUSTOMERS, [{"customer_id": name} for name in names]),
        i.ORDERS.name: orders(lines),
    }

    def lost(start: str, end: str) -> float:
        choice = typed_row(s.CHURN_CHOICE, period="自选起止", start=start, end=end)
        return (
            churn.make(ground("2024-12-31", choice, frames=frames))
            .tables[s.CHURN_REPORT.name]["lost"]
            .iloc[-1]
        )

    halves = lost("2024-01-01", "2024-06-30"), lost("2024-07-01", "2024-12-31")
    # Who left in the first half and came back is a loss of that half only, hence at most the sum.
    assert lost("2024-01-01", "2024-12-31") <= sum(halves)
    assert min(halves) > 0


def trait_facts(small_lost: int, small_kept: int) -> Ground:
    """20 customers of whom 10 left, so many of either being small companies."""
    names = [f"L{n}" for n in range(10)] + [f"K{n}" for n in range(10)]
    small = {*names[:small_lost], *names[10 : 10 + small_kept]}
    customers = frame(
        i.CUSTOMERS,
        [
            {"customer_id": name, "market_position": "中小企业" if name in small else "行业龙头"}
            for name in names
        ],
    )
    lines = [order(name, f"1{name}", "2023-12-01", 1) for name in names]
    lines += [order(name, f"2{name}", "2024-12-01", 1) for name in names[10:]]
    metrics = pd.DataFrame({"customer_id": names, "product_preference": None})
    return ground(
        "2024-12-31",
        frames={i.CUSTOMERS.name: customers, i.ORDERS.name: orders(lines)},
        metrics=metrics.assign(**dict.fromkeys(o.CHANNEL_COLUMNS.values(), np.nan)),
    )


def test_what_the_lost_have_in_common() -> None:
    found = churn_traits.make(trait_facts(8, 1)).tables[s.CHURN_TRAITS.name]
    assert list(found) == list(s.CHURN_TRAITS.names)
    small = found[found["value"] == "中小企业"].iloc[0]
    # 8 of 10 lost and 9 of all 20 are small: 0.8 ÷ 0.45. By lot at least 8 of 9 drawn of 20, 10 of them lost:
    # [C(10,8)·C(10,1) + C(10,9)·C(10,0)] ÷ C(20,9) = (45·10 + 10) ÷ 167,960.
    assert small[["flagged", "customers", "share", "base_share"]].tolist() == [8, 9, 0.8, 0.45]
    assert small["lift"] == pytest.approx(0.8 / 0.45)
    assert small["chance"] == pytest.approx(460 / 167_960)
    assert found["value"].tolist() == ["中小企业"]  # the leaders are commoner among those who stayed


def test_who_was_lost_before_the_period_is_not_compared() -> None:
    base = trait_facts(8, 1)
    gone = frame(i.CUSTOMERS, [{"customer_id": f"G{n}", "market_position": "中小企业"} for n in range(30)])
    old = orders([order(f"G{n}", f"3G{n}", "2022-01-01", 1) for n in range(30)])
    frames = {
        i.CUSTOMERS.name: pd.concat([base.frames[i.CUSTOMERS.name], gone], ignore_index=True),
        i.ORDERS.name: pd.concat([base.frames[i.ORDERS.name], old], ignore_index=True),
    }
    metrics = pd.concat([base.metrics, gone[["customer_id"]]], ignore_index=True)
    found = churn_traits.make(replace(base, frames=frames, metrics=metrics)).tables[s.CHURN_TRAITS.name]
    assert found["customers"].tolist() == [9]


def test_what_may_be_chance_or_is_of_too_few_is_not_told() -> None:
    # 6 of 10 lost and 5 of 10 kept: at least so many in half of all draws.
    assert churn_traits.make(trait_facts(6, 5)).tables[s.CHURN_TRAITS.name].empty
    # 4 of 4 small companies left: telling, but of fewer than five.
    assert churn_traits.make(trait_facts(4, 0)).tables[s.CHURN_TRAITS.name]["value"].tolist() == []


def test_complaints_slow_answers_and_negative_feedback_are_traits_and_their_absence_is_none() -> None:
    base = trait_facts(0, 0)
    lost = [f"L{n}" for n in range(8)]
    tickets = frame(
        i.TICKETS,
        [
            {"ticket_id": name, "customer_id": name, "submitted_at": "2024-01-10 08:00", "ticket_type": "投诉",
             "first_response_at": "2024-01-13 08:00" if name in lost else "2024-01-10 09:00",
             "issue": "响应速度慢" if name in lost else "价格"}
            for name in (*lost, "K0", "K1", "K2", "K3", "K4", "K5")
        ],
    )  # fmt: skip
    talks = frame(
        i.INTERACTIONS,
        [
            {"interaction_id": name, "customer_id": name, "interaction_time": "2024-01-20",
             "feedback": "消极" if name in lost else "积极"}
            for name in (*lost, "K0", "K1", "K2", "K3", "K4")
        ],
    )  # fmt: skip
    full = replace(base, frames={**base.frames, i.TICKETS.name: tickets, i.INTERACTIONS.name: talks})
    found = churn_traits.make(full).tables[s.CHURN_TRAITS.name]
    assert set(found["value"]) == {"响应速度慢", churn_traits.SLOW, churn_traits.NEGATIVE}
    slow = found[found["value"] == churn_traits.SLOW].iloc[0]
    # Of those with a known answer 8 are lost, all of them slow: share 1, of all 14 it is 8.
    assert slow[["share", "base_share", "customers"]].tolist() == [1, 8 / 14, 8]


def test_the_chance_allowed_is_a_setting() -> None:
    strict = replace(Settings.default().general, trait_chance=0.001)
    base = trait_facts(8, 1)
    found = churn_traits.make(replace(base, settings=replace(base.settings, general=strict)))
    assert found.tables[s.CHURN_TRAITS.name].empty  # 0.27 %
