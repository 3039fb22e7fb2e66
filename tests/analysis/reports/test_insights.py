"""问题与机会点: every rule on customers typed by hand, at its threshold and below, and worded from its own row."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest

from crm_xl.analysis.reports.insights import make
from crm_xl.errors import CrmError
from crm_xl.settings import Settings
from crm_xl.tables import inputs as i
from crm_xl.tables import insight_rules as r
from crm_xl.tables.outputs import CHANNEL_COLUMNS
from crm_xl.tables.relations import OPPORTUNITY_NOTES
from crm_xl.tables.workshop import OWNER_WARNINGS
from tests.support.ground import ground
from tests.support.metric_rows import metric_rows
from tests.support.typed import frame, order, orders

DATE = "2024-12-31"
Row = dict[str, Any]
SCORES = {"value_tier": "中", "activity": "活跃", "potential_tier": "中"}


def found(
    rule: str,
    people: list[Row],
    tables: dict[Any, list[Row]] | None = None,
    made: dict[str, pd.DataFrame] | None = None,
    **changed: Any,
) -> pd.DataFrame:
    """The rows one rule gives for customers C1, C2, …, each with cells of tblCustomers, METRICS and SCORES.

    Raises:
        CrmError: it gives none.
    """
    settings = Settings.default()
    only = {rule: replace(settings.insight_rules[rule], **changed)}
    ids = [f"C{n + 1}" for n in range(len(people))]
    customers = [
        {"customer_id": name, **{k: v for k, v in one.items() if k in i.CUSTOMERS.names}}
        for name, one in zip(ids, people, strict=True)
    ]
    blank = dict.fromkeys(CHANNEL_COLUMNS.values(), 0)
    frames = {i.CUSTOMERS.name: frame(i.CUSTOMERS, customers)}
    for table, rows in (tables or {}).items():
        frames[table.name] = orders(rows) if table is i.ORDERS else frame(table, rows)
    metrics = metric_rows(*({**blank, **one} for one in people))
    for column in ("last_order_date", "last_interaction", "first_order_date"):
        metrics[column] = pd.to_datetime(metrics[column]).astype("datetime64[us]")
    scores = pd.DataFrame(
        {k: pd.Series([one.get(k, v) for one in people], dtype=object) for k, v in SCORES.items()}
    )
    facts = ground(
        DATE,
        frames=frames,
        settings=replace(settings, insight_rules=only),
        metrics=metrics,
        scores=scores,
        made=made or {},
    )
    return make(facts).tables[OPPORTUNITY_NOTES.name]


def only(rule: str, *given: Any, **more: Any) -> Row:
    """The one row a rule gives."""
    (row,) = found(rule, *given, **more).to_dict("records")
    assert row["rule"] == rule
    return row


def nothing(rule: str, *given: Any, **more: Any) -> None:
    with pytest.raises(CrmError, match="没有发现问题或机会点"):
        found(rule, *given, **more)


def talks(*rows: tuple[str, str, str | None, str | None]) -> dict[Any, list[Row]]:
    """Interactions: customer, time, 沟通反馈类型, 客户反馈."""
    return {
        i.INTERACTIONS: [
            {"interaction_id": str(n), "customer_id": who, "interaction_time": time, "feedback_type": kind, "feedback": mood}
            for n, (who, time, kind, mood) in enumerate(rows)
        ]
    }  # fmt: skip


class TestByIndustry:
    # Six makers and six traders, 4 talks each with a known type: makers 2 objections of 4, traders 1 of 4.
    PEOPLE: ClassVar[list[Row]] = [
        {"industry": "制造业-汽车零部件", "annual_amount_wan": 10.0 * n} for n in range(1, 7)
    ]
    PEOPLE += [{"industry": "批发零售", "annual_amount_wan": 1.0}] * 6

    def talked(self, makers: int, traders: int) -> dict[Any, list[Row]]:
        rows: list[tuple[str, str, str | None, str | None]] = []
        for n in range(12):
            objections = makers if n < 6 else traders
            rows += [
                (f"C{n + 1}", "2024-06-01", "价格异议" if k < objections else "其他", None) for k in range(4)
            ]
            rows.append((f"C{n + 1}", "2024-07-01", None, None))  # no type: counts nowhere
            rows.append((f"C{n + 1}", "2022-07-01", "价格异议", None))  # before the period
        return talks(*rows)

    def test_an_industry_that_objects_to_prices_more_than_the_rest(self) -> None:
        # 12 of 24 and 6 of 24: 50 % against 18 of 48 = 37.5 %, which is itself above 30 %.
        table = found(r.PRICE_OBJECTIONS, self.PEOPLE, self.talked(2, 1))
        assert table["subject"].tolist() == ["全体", "制造业"]
        row = table.iloc[1]
        assert row[["figure", "base", "unit", "customers", "group", "share"]].tolist() == [
            50,
            37.5,
            "%",
            6,
            6,
            1.0,
        ]
        assert row["amount"] == 210  # 10 + 20 + … + 60 万元
        assert row["listed"] == "C6、C5、C4、C3、C2、C1"
        assert row["finding"] == "制造业客户对价格敏感：有记录的沟通中50%为价格异议（全体37.5%），涉及6家"
        assert row["kind"] == "问题"

    def test_the_threshold_belongs_to_the_finding(self) -> None:
        # Makers 2 of 4 = 50 %; traders none: everybody 25 % is below 30 %.
        assert only(r.PRICE_OBJECTIONS, self.PEOPLE, self.talked(2, 0), threshold=50.0)["subject"] == "制造业"
        nothing(r.PRICE_OBJECTIONS, self.PEOPLE, self.talked(2, 0), threshold=50.1)

    def test_four_customers_say_nothing_of_an_industry(self) -> None:
        few = [{"industry": "制造业"}] * 4 + [{"industry": "教育"}] * 8
        rows = [(f"C{n + 1}", "2024-06-01", "价格异议" if n < 4 else "其他", None) for n in range(12)]
        nothing(r.PRICE_OBJECTIONS, few, talks(*rows), threshold=34.0)
        five = [{"industry": "制造业"}] * 5 + [{"industry": "教育"}] * 8
        rows = [(f"C{n + 1}", "2024-06-01", "价格异议" if n < 5 else "其他", None) for n in range(13)]
        assert only(r.PRICE_OBJECTIONS, five, talks(*rows), threshold=40.0)["customers"] == 5

    def test_negative_feedback(self) -> None:
        rows = [(f"C{n + 1}", "2024-06-01", None, "消极" if n < 5 else "积极") for n in range(12)]
        row = only(r.NEGATIVE_FEEDBACK, self.PEOPLE, talks(*rows), threshold=50.0)
        # 5 of the 6 makers' answers: 83.3 %; of everybody's 5 of 12: 41.7 %.
        assert row["finding"] == "制造业客户反馈偏消极：有记录的反馈中83.3%为消极（全体41.7%），涉及5家"


def ticket(
    who: str, issue: str, hours: float = 1, start: str = "2024-06-01 09:00", kind: str = "投诉"
) -> Row:
    begin = pd.Timestamp(start)
    return {"ticket_id": f"{who}{start}{issue}", "customer_id": who, "submitted_at": begin, "ticket_type": kind,
            "issue": issue, "first_response_at": begin + pd.Timedelta(hours=hours), "resolved": True}  # fmt: skip


def test_complaints_that_are_about_one_thing() -> None:
    rows = [ticket(f"C{n + 1}", "交付延迟") for n in range(5)] + [
        ticket(f"C{n + 1}", "价格") for n in range(5, 9)
    ]
    rows += [ticket("C9", "其他", kind="咨询")] * 9 + [ticket("C9", "其他", start="2021-01-01")] * 9
    # 5 of 9 complaints of the period: 55.6 %; 价格 44.4 % but four customers only.
    row = only(r.COMPLAINTS, [{}] * 9, {i.TICKETS: rows})
    assert row["finding"] == "投诉集中在交付延迟：占期间内投诉的55.6%，涉及5家"
    assert (row["group"], row["share"], np.isnan(row["base"])) == (9, 0.5556, True)


class TestLosses:
    """20 customers bought in January; the first ten never again, and are lost by December."""

    PEOPLE: ClassVar[list[Row]] = [
        {"industry": "金融" if n < 8 else "教育", "first_order_date": "2023-06-01"} for n in range(20)
    ]
    ORDERS: ClassVar[list[Row]] = [order(f"C{n + 1}", f"a{n}", "2024-01-10", 100) for n in range(20)]
    ORDERS += [order(f"C{n + 1}", f"b{n}", "2024-12-01", 100) for n in range(10, 20)]

    def test_what_the_lost_have_in_common(self) -> None:
        # Of finance 8 of 8 left: 80 % of the 10 lost, 40 % of the 20, 2 times.
        row = only(r.LOSS_TRAITS, self.PEOPLE, {i.ORDERS: self.ORDERS})
        assert row["subject"] == "行业为金融的"
        assert (row["figure"], row["base"], row["customers"], row["group"], row["share"]) == (
            80,
            40,
            8,
            10,
            0.8,
        )
        assert row["finding"] == "期间内流失的客户中行业为金融的占80%，期初客户与新客户中占40%"

    def test_what_may_be_chance_is_not_said(self) -> None:
        # Every second of the lost as of the others: 5 of 10 against 10 of 20.
        mixed = [
            {"industry": "金融" if n % 2 else "教育", "first_order_date": "2023-06-01"} for n in range(20)
        ]
        nothing(r.LOSS_TRAITS, mixed, {i.ORDERS: self.ORDERS}, threshold=1.0)

    def test_slow_answers_and_losses(self) -> None:
        slow = [ticket(f"C{n + 1}", "其他", 30, "2024-02-01 09:00") for n in range(8)]
        prompt = [ticket(f"C{n + 1}", "其他", 2, "2024-02-01 09:00") for n in range(8, 20)]
        row = only(r.SLOW_ANSWER, self.PEOPLE, {i.ORDERS: self.ORDERS, i.TICKETS: slow + prompt})
        # All 8 who waited left, and C9 and C10 of the 12 who did not: 16.7 %.
        assert row["finding"] == "响应曾超过24小时的8家客户中随后有8家流失，占100%；响应及时的客户流失16.7%"
        assert (row["customers"], row["group"], row["figure"], row["base"]) == (8, 8, 100, 16.7)

    def test_slow_answers_that_made_no_difference(self) -> None:
        slow = [ticket(f"C{n + 1}", "其他", 30, "2024-02-01 09:00") for n in range(5, 15)]
        prompt = [ticket(f"C{n + 1}", "其他", 2, "2024-02-01 09:00") for n in (*range(5), *range(15, 20))]
        nothing(r.SLOW_ANSWER, self.PEOPLE, {i.ORDERS: self.ORDERS, i.TICKETS: slow + prompt})

    def test_no_ticket_in_the_period_and_no_order_at_all(self) -> None:
        old = [ticket("C1", "其他", 30, "2020-02-01 09:00")]
        nothing(r.SLOW_ANSWER, self.PEOPLE, {i.ORDERS: self.ORDERS, i.TICKETS: old})
        nothing(r.SLOW_ANSWER, self.PEOPLE, {i.TICKETS: old})
        nothing(r.LOSS_TRAITS, [{}] * 3, {i.ORDERS: []})
        nothing(r.LOSS_TRAITS, self.PEOPLE)


def test_an_owner_who_follows_up_less() -> None:
    warned = pd.DataFrame({"owner": ["王敏"], "interactions": [1.0], "usual": [4 / 3]})
    people = [
        {"owner": "王敏", "annual_amount_wan": 3.0},
        {"owner": "李强"},
        {"owner": "王敏"},
        {"owner": None},
    ]
    row = only(r.LESS_FOLLOW_UP, people, None, {OWNER_WARNINGS.name: warned})
    assert row["finding"] == "王敏近1个月跟进1次，此前3个月月均1.3次，名下有2家客户"
    assert (row["listed"], row["amount"]) == ("C1、C3", 3.0)
    nothing(r.LESS_FOLLOW_UP, people)


def test_needs_that_nobody_answered() -> None:
    people = [
        {"last_order_date": "2024-01-01", "last_interaction": "2024-10-02"},  # waits 90 days
        {"last_interaction": "2024-11-01"},  # never ordered, waits 60 days
        {"last_order_date": "2024-11-15", "last_interaction": "2024-11-01"},  # ordered since
        {"last_order_date": "2024-01-01", "last_interaction": "2024-12-01"},  # spoken to since
        {"last_interaction": "2024-12-01"},  # 30 days: not beyond the threshold
        {"last_interaction": "2024-11-01"},  # said something else
    ]
    rows = talks(
        ("C1", "2024-10-02 10:00", "需求明确", None), ("C1", "2024-03-02", "需求明确", None),
        ("C2", "2024-11-01 15:00", "需求明确", None), ("C3", "2024-11-01", "需求明确", None),
        ("C4", "2024-11-01", "需求明确", None), ("C5", "2024-12-01", "需求明确", None), ("C6", "2024-11-01", "其他", None),
    )  # fmt: skip
    row = only(r.UNMET_NEED, people, rows)
    assert row["finding"] == "2家客户提出明确需求后已超过30天没有下单也没有再联系，平均已75天"
    assert (row["group"], row["share"], row["listed"]) == (5, 0.4, "C1、C2")
    assert row["threshold"] == "30天"


def test_what_was_agreed_and_not_done() -> None:
    rows = talks(*[("C1", "2024-06-01", None, None)] * 4, ("C2", "2024-06-01", None, None))
    for cells, due, done in zip(
        rows[i.INTERACTIONS],
        ("2024-12-23", "2024-12-01", "2024-12-01", "2024-12-24", None),
        (None, False, True, None, None),
        strict=True,
    ):
        cells |= {"due_date": due, "done": done}
    # 8 and 30 days late; one was done, one is 7 days late; C2 agreed nothing.
    row = only(r.OVERDUE, [{}, {}], rows)
    assert row["finding"] == "1家客户的约定行动逾期超过7天未完成，共2项"
    assert row["group"] == 1


def test_valuable_customers_who_fell_silent() -> None:
    people = [
        {"value_tier": "高", "activity": "沉默", "annual_amount_wan": 30.5},
        {"value_tier": "高", "activity": "流失", "annual_amount_wan": np.nan},
        {"value_tier": "高", "activity": "活跃", "annual_amount_wan": 99.0},
        {"value_tier": "中", "activity": "沉默", "annual_amount_wan": 99.0},
    ]
    row = only(r.SILENT_VALUE, people)
    assert row["finding"] == "3家高价值客户中有2家沉默或流失，近12个月金额30.5万元"
    assert row["listed"] == "C1、C2"
    nothing(r.SILENT_VALUE, people[2:])


def test_customers_near_a_competitor() -> None:
    people = [
        {"uses_competitor": True},
        {"value_tier": "高"},
        {"uses_competitor": True, "value_tier": "低"},
        {},
    ]
    tags = [{"customer_id": "C2", "tag_kind": "风险", "tag": "竞品接触中"}]
    row = only(r.COMPETITOR, people, {i.TAGS: tags})
    assert (row["listed"], row["customers"], row["group"]) == ("C1、C2", 2, 3)


def test_high_potential_and_little_bought() -> None:
    levels = [("高", "低"), ("高", "无交易"), ("高", "高"), ("中", "低"), ("高", "待评估")]
    people = [{"potential_tier": potential, "value_tier": value} for potential, value in levels]
    row = only(r.HIGH_POTENTIAL, people)
    assert row["finding"] == "4家高潜力客户中有2家价值为低或尚无交易"
    assert row["kind"] == "机会"


def test_loyal_customers_of_one_product() -> None:
    def buyer(frequency: float, types: float, kind: str = "云服务", activity: str = "活跃") -> Row:
        return {
            "frequency": frequency, "product_types": types, "product_preference": kind, "activity": activity,
        }  # fmt: skip

    people = [buyer(3, 1), buyer(2, 1), buyer(9, 2, "培训"), buyer(9, 1, activity="流失"), buyer(5, np.nan)]
    row = only(r.SINGLE_PRODUCT, people)
    assert row["finding"] == "2家期间内下单3次以上的客户中有1家只购买一类产品，占50%"
    nothing(r.SINGLE_PRODUCT, [buyer(3, 1), buyer(4, 1)])  # nothing else is sold


def test_contracts_that_end_soon() -> None:
    ends = ["2024-12-31", "2025-03-31", "2025-04-01", "2024-12-30", None]
    row = only(r.CONTRACT_ENDS, [{"contract_end": day, "annual_amount_wan": 1.0} for day in ends])
    # 90 days from 12-31 is 03-31; 12-30 is over.
    assert row["finding"] == "2家客户的合同将在90天内到期，近12个月金额2万元"
    assert row["group"] == 3


def test_customers_who_plan_to_grow() -> None:
    row = only(r.EXPANSION, [{"expansion_plan": plan} for plan in (4, 3.9, 5, None)])
    assert row["finding"] == "3家有评分的客户中有2家扩张计划达到4分，需优先跟进"


def test_a_need_that_many_share() -> None:
    tags = [
        {"customer_id": f"C{n + 1}", "tag_kind": "需求", "tag": "降本增效" if n < 5 else f"其他{n}"}
        for n in range(20)
    ]
    tags += [{"customer_id": "C1", "tag_kind": "风险", "tag": "竞品接触中"}]
    row = only(r.COMMON_NEED, [{}] * 25, {i.TAGS: tags})
    assert row["finding"] == "有需求标签的客户中25%需要降本增效，共5家，可成批推广"
    nothing(r.COMMON_NEED, [{}] * 25, {i.TAGS: tags[1:]})  # 4 of 19


@pytest.mark.parametrize(
    "rule", [name for name in r.UNITS if name not in (r.LEADING_INDUSTRY, r.LEADING_NEED, r.STANDS_OUT)]
)
@pytest.mark.parametrize("people", [[], [{}], [{"owner": None, "industry": None}] * 6])
def test_without_any_other_table_no_rule_fails(rule: str, people: list[Row]) -> None:
    nothing(rule, people)
    empty = {table: [] for table in (i.ORDERS, i.INTERACTIONS, i.TICKETS, i.TAGS, i.CHURNED)}
    nothing(rule, people, empty)


def test_more_than_ten_customers_are_listed_in_part() -> None:
    people = [{"contract_end": DATE, "annual_amount_wan": float(n)} for n in range(12)]
    listed = only(r.CONTRACT_ENDS, people)["listed"]
    assert listed == "、".join(f"C{n}" for n in range(12, 2, -1)) + "等"


def test_problems_come_first_and_every_number_of_a_sentence_stands_in_its_row() -> None:
    import crm_xl
    from crm_xl.builder.samples import sample_rows
    from crm_xl.raw import RawTable
    from crm_xl.tables import TABLES

    given = {name: RawTable.from_rows(name, [TABLES[name].titles, *rows], sheet=name)
             for name, rows in sample_rows().items()}  # fmt: skip
    table = crm_xl.analyze(given, today="2026-11-01").tables[OPPORTUNITY_NOTES.name]
    assert table["kind"].tolist() == sorted(table["kind"], key=["问题", "机会"].index)
    assert len(table) >= 10
    for row in table.to_dict("records"):
        cells = {f"{cell:g}" for cell in row.values() if isinstance(cell, float)}
        cells |= {f"{cell:.2f}".rstrip("0").rstrip(".") for cell in row.values() if isinstance(cell, float)}
        cells |= {
            f"{round(100 * row['share'], 2):g}",
            *re.findall(r"\d+", f"{row['subject']} {row['threshold']}"),
        }
        fixed = re.findall(
            r"\d+", re.sub(r"\{[^}]*\}", "", Settings.default().insight_rules[row["rule"]].text)
        )
        assert set(re.findall(r"\d+(?:\.\d+)?", row["finding"])) <= cells | set(fixed), row["finding"]
        assert row["customers"] <= row["group"]
        assert row["advice"]
