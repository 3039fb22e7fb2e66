"""Churn warnings: every rule on its threshold, levels, reasons with their figures (SPEC section 5)."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_xl import Settings
from crm_xl.analysis.calendar import window
from crm_xl.analysis.churn import Signals, judge
from crm_xl.analysis.churn_tables import churn_warnings
from crm_xl.analysis.metrics import customer_metrics
from crm_xl.settings.model import ChurnRule
from crm_xl.tables import inputs as i
from crm_xl.tables import parameters as p
from crm_xl.tables.workshop import OWNER_WARNINGS, WARNINGS
from tests.support.typed import customers, frame, order, orders

TODAY = pd.Timestamp("2026-10-31")
SETTINGS = Settings.default()
YESTERDAY = "2026-10-30"


def one(last_order=YESTERDAY, **signals):
    """The verdict on one customer: level, reasons, number of signs."""
    tags = {name: np.array([True]) for name in signals.pop("tags", ())}
    plain = {
        name: value if name in ("typical_gap", "looked_back") else np.array([value], dtype=float)
        for name, value in signals.items()
    }
    found = judge(
        Signals(last_order=np.array([last_order], dtype="datetime64[D]"), tags=tags, **plain),
        SETTINGS.churn_rules,
        SETTINGS.general,
        TODAY,
    )
    return found.levels[0], found.reasons[0], found.rules[0]


def test_nothing_known_warns_of_nothing():
    assert one() == ("", "", 0)


@pytest.mark.parametrize(
    ("last_order", "level"),
    # 3 months before 2026-10-31 is 07-31, 6 months before is 04-30 (April ends there): on the day is still in time.
    [("2026-07-31", ""), ("2026-07-30", "中"), ("2026-04-30", "中"), ("2026-04-29", "高")],
)
def test_silent_and_lost_begin_the_day_after_the_calendar_limit(last_order, level):
    found, reasons, _ = one(last_order)
    assert found == level
    assert (last_order in reasons) == bool(level)


def test_lost_is_one_sign_and_does_not_count_as_silent_too():
    _, reasons, signs = one("2026-01-31")
    # 2026-01-31 to 2026-10-31: 28 + 31 + 30 + 31 + 30 + 31 + 31 + 30 + 31 = 273 days.
    assert reasons == "流失：最近订单2026-01-31，已273天，超过6个月"
    assert signs == 1


def test_the_gap_rule_needs_more_than_twice_the_own_gap():
    # 2026-10-11 is 20 days ago: exactly twice a gap of 10 days is no sign, a gap of 9.9 days is.
    assert one("2026-10-11", mean_gap=10)[2] == 0
    level, reasons, _ = one("2026-10-11", mean_gap=8)
    assert level == "低"
    assert reasons == "已20天没有订单，为其平均间隔8天的2.5倍"


def test_who_bought_once_is_judged_by_the_usual_gap_of_the_others():
    assert one("2026-10-11", mean_gap=np.nan, typical_gap=10)[2] == 0
    level, reasons, _ = one("2026-10-11", mean_gap=np.nan, typical_gap=9)
    assert level == "低"
    assert "只在一天买过，已20天没有复购" in reasons and "9天的2倍" in reasons


@pytest.mark.parametrize(("amount", "level"), [(70.01, ""), (70, "低"), (0, "低")])
def test_amount_down_by_thirty_percent_or_more(amount, level):
    assert one(amount=amount, amount_before=100)[0] == level


def test_amount_says_both_sums_and_the_fall():
    # 12,500 after 50,000: 12,500 ÷ 50,000 − 1 = −75 %.
    assert one(amount=12_500, amount_before=50_000)[1] == "近3个月金额12,500元，较前3个月50,000元下降75%"


def test_nothing_bought_before_is_no_fall():
    assert one(amount=0, amount_before=0)[2] == 0
    assert one(amount=-5, amount_before=-1)[2] == 0


@pytest.mark.parametrize(("month", "level"), [(3, "低"), (3.1, "")])
def test_interactions_down_by_forty_percent_or_more(month, level):
    assert one(contacts=month, contacts_before=5)[0] == level  # 3 ÷ 5 − 1 = −40 %


def test_a_customer_contacted_once_a_quarter_is_no_fall():
    # 1 in 3 months is 0.33 a month; the month without a call would read as −100 %.
    assert one(contacts=0, contacts_before=1 / 3)[2] == 0
    assert one(contacts=0, contacts_before=1)[2] == 1


def test_complaint_and_slow_answer_are_one_sign_with_both_reasons():
    level, reasons, signs = one(complaints=2, slowest_answer=36.5)
    assert (level, signs) == ("低", 1)
    assert reasons == "近3个月投诉2次；近3个月工单答复最慢36.5小时，超过24小时"
    assert one(slowest_answer=24)[2] == 0


def test_risk_tags_are_one_sign():
    level, reasons, signs = one(tags=["竞品接触中", "付款周期延长"])
    assert (level, signs, reasons) == ("低", 1, "风险标签：竞品接触中、付款周期延长")
    assert one(tags=["决策链复杂"])[2] == 0  # not a rule


def test_two_signs_are_middle_and_three_high():
    two = {"complaints": 1, "negatives": 1}
    assert one(**two)[0] == "中"
    assert one(**two, amount=1, amount_before=10)[0] == "高"


def test_silence_alone_is_middle_and_a_prospect_is_never_warned_of():
    assert one("2026-07-01")[0] == "中"
    assert one("NaT", complaints=3, negatives=3, tags=["竞品接触中"]) == ("", "", 0)


def test_a_rule_switched_off_is_silent():
    rules = {name: rule for name, rule in SETTINGS.churn_rules.items() if name != p.RULE_LOST}
    signals = Signals(last_order=np.array(["2025-01-01"], dtype="datetime64[D]"))
    found = judge(signals, rules, SETTINGS.general, TODAY)
    assert found.levels.tolist() == ["中"]  # lost is off: still silent
    assert judge(signals, {}, SETTINGS.general, TODAY).levels.tolist() == [""]


def test_a_threshold_of_its_own_comes_before_the_general_limit():
    rules = {p.RULE_SILENT: ChurnRule(name=p.RULE_SILENT, threshold=1)}
    signals = Signals(last_order=np.array(["2026-09-29"], dtype="datetime64[D]"))
    assert judge(signals, rules, SETTINGS.general, TODAY).levels.tolist() == ["中"]


numbers = st.one_of(st.just(np.nan), st.floats(-1e6, 1e6), st.integers(0, 40).map(float))


@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.dates(pd.Timestamp("2020-01-01").date(), TODAY.date())), *[numbers] * 8
        ),
        min_size=1,
        max_size=12,
    )
)
def test_no_warning_without_a_reason_and_rows_do_not_matter_to_each_other(rows):
    def verdict(rows):
        last, *columns = zip(*rows, strict=True)
        names = (
            "mean_gap", "amount", "amount_before", "contacts", "contacts_before", "complaints", "slowest_answer",
            "negatives",
        )  # fmt: skip
        signals = {name: np.array(column) for name, column in zip(names, columns, strict=True)}
        days = np.array([np.datetime64("NaT") if day is None else np.datetime64(day) for day in last])
        signals = Signals(last_order=days.astype("datetime64[D]"), typical_gap=30.0, **signals)
        found = judge(signals, SETTINGS.churn_rules, SETTINGS.general, TODAY)
        return list(zip(found.levels, found.reasons, found.rules, strict=True))

    found = verdict(rows)
    for (day, *_), (level, reasons, signs) in zip(rows, found, strict=True):
        assert bool(level) == bool(reasons) == bool(signs)
        assert day is not None or not level
        # Every sign is told, and complaint with slow answer tells one more than it counts.
        assert signs <= len(reasons.split("；")) <= signs + 1 if signs else True
    assert verdict(rows[::-1]) == found[::-1]


def small_world():
    """Two owners. C1 fell from 1,000 to 500; C2 bought once, is quiet and angry; C3 never bought; C4 is well."""
    people = customers("C1", "C2", "C3", "C4", customer_name="某公司").assign(
        owner=["王敏", "李强", "李强", "王敏"]
    )
    lines = [
        order("C1", "A", "2026-06-15", 1000), order("C1", "B", "2026-09-01", 500),
        order("C2", "C", "2026-08-05", 900),
        order("C4", "D", "2026-07-15", 100), order("C4", "E", "2026-10-20", 100),
    ]  # fmt: skip
    # 王敏 had 3 a month from July to September and 1 in October: 1 ÷ 3 − 1 = −67 %. 李强 kept his 1 a month.
    talks = [("C1", f"2026-{month:02d}-{day:02d}", "王敏") for month in (7, 8, 9) for day in (3, 9, 20)]
    talks += [("C4", "2026-10-05", None)]  # nobody named: C4's owner, 王敏
    talks += [("C2", f"2026-{month:02d}-11", "李强") for month in (7, 8, 9, 10)]
    interactions = [
        {"interaction_id": f"I{n}", "customer_id": who, "interaction_time": f"{day} 10:00", "follower": by,
         "feedback": "消极" if who == "C2" and day > "2026-10" else "积极"}
        for n, (who, day, by) in enumerate(talks)
    ]  # fmt: skip
    tickets = [
        # Answered after 30 hours; of before the three months looked back on; never answered, submitted at 12:00
        # on the last day, so that it has waited 12 hours.
        {"ticket_id": "T1", "customer_id": "C2", "submitted_at": "2026-10-01 08:00", "ticket_type": "投诉",
         "first_response_at": "2026-10-02 14:00"},
        {"ticket_id": "T2", "customer_id": "C4", "submitted_at": "2026-07-31 08:00", "ticket_type": "投诉",
         "first_response_at": "2026-08-30 14:00"},
        {"ticket_id": "T3", "customer_id": "C4", "submitted_at": "2026-10-31 12:00", "ticket_type": "咨询"},
    ]  # fmt: skip
    tags = [{"customer_id": "C1", "tag_kind": "风险", "tag": "竞品接触中"},
            {"customer_id": "C4", "tag_kind": "潜力", "tag": "竞品接触中"}]  # fmt: skip
    return {
        i.CUSTOMERS.name: people,
        i.ORDERS.name: orders(lines),
        i.INTERACTIONS.name: frame(i.INTERACTIONS, interactions),
        i.TICKETS.name: frame(i.TICKETS, tickets),
        i.TAGS.name: frame(i.TAGS, tags),
    }


def warned(tables, settings=SETTINGS, outlook=None):
    metrics = customer_metrics(tables, settings, TODAY, window(TODAY, 12))
    return churn_warnings(metrics, tables, settings, TODAY, outlook)


def test_warnings_of_a_small_world_by_hand():
    found = warned(small_world())
    table = found.customers.set_index("customer_id")
    assert list(found.customers.columns) == list(WARNINGS.names)
    # C1: −50 % (1,000 in May-July, 500 in August-October), contacts 3 a month → 0, a risk tag: three signs, 高.
    assert table.loc["C1", "level"] == "高"
    assert table.loc["C1", "reasons"] == (
        "近3个月金额500元，较前3个月1,000元下降50%；近1个月互动0次，较此前3个月月均3次下降100%；风险标签：竞品接触中"
    )
    # C2: 87 days since the only order; usual gaps are 78 (C1) and 97 (C4), median 87.5, so no gap sign. One
    # service sign (complaint and 30 hours), one negative feedback: 中.
    assert table.loc["C2", "level"] == "中"
    assert (
        table.loc["C2", "reasons"]
        == "近3个月投诉1次；近3个月工单答复最慢30.0小时，超过24小时；近3个月消极反馈1次"
    )
    # C3 never bought; C4's complaint is of before 2026-08-01, its open ticket has waited 12 hours, the tag is no risk.
    assert table.index.tolist() == ["C1", "C2"]
    assert found.verdict.levels.tolist() == ["高", "中", "", ""]


def test_owner_whose_follow_up_falls_is_named_with_customers_at_risk():
    few = replace(SETTINGS, general=replace(SETTINGS.general, follow_up_floor=3.0))
    owners = warned(small_world(), few).owners
    assert list(owners.columns) == list(OWNER_WARNINGS.names)
    assert owners["owner"].tolist() == ["王敏"]
    row = owners.iloc[0]
    assert (row["interactions"], row["usual"], row["customers"], row["warned"], row["high"]) == (
        1,
        3,
        2,
        1,
        1,
    )
    assert row["reason"] == "近1个月互动1次，较此前3个月月均3次下降66.7%"
    # 3 a month are fewer than the 5 that the shipped 参数 ask for: from there two fewer are no news.
    assert warned(small_world()).owners.empty


def test_rules_without_their_table_warn_of_nobody():
    tables = {
        name: table for name, table in small_world().items() if name in (i.CUSTOMERS.name, i.ORDERS.name)
    }
    found = warned(tables)
    assert found.owners is None
    assert found.customers["reasons"].tolist() == ["近3个月金额500元，较前3个月1,000元下降50%"]


def test_order_of_the_rows_changes_nothing():
    tables = small_world()
    turned = {name: table.iloc[::-1].reset_index(drop=True) for name, table in tables.items()}
    pd.testing.assert_frame_equal(warned(tables).customers, warned(turned).customers)
    pd.testing.assert_frame_equal(warned(tables).owners, warned(turned).owners)


def test_months_looked_back_on_are_a_setting():
    general = replace(SETTINGS.general, warning_months=4)
    found = warned(small_world(), replace(SETTINGS, general=general))
    assert "近4个月投诉1次" in found.customers.set_index("customer_id").loc["C4", "reasons"]


def test_the_model_stands_beside_the_rules():
    outlook = pd.DataFrame(
        {"customer_id": ["C1", "C2"], "p_alive": [0.4, np.nan], "expected_orders": [1.5, 0.2],
         "model_note": [None, "只买过一次"]}
    )  # fmt: skip
    table = warned(small_world(), outlook=outlook).customers.set_index("customer_id")
    assert table.loc["C1", "p_alive"] == 0.4
    assert np.isnan(table.loc["C2", "p_alive"]) and table.loc["C2", "model_note"] == "只买过一次"


def test_nobody_at_all():
    tables = {
        i.CUSTOMERS.name: customers("C1").iloc[:0],
        i.ORDERS.name: orders([order("X", "A", "2026-01-01", 1)]),
    }
    assert warned(tables).customers.empty
