"""客户问题与改进建议表: typed rows first, then what the rules of 参数 propose (guide 002, table 3)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_xl import CrmError, Settings
from crm_xl.analysis.reports.behaviour import Behaviour
from crm_xl.analysis.reports.groups import Grouping
from crm_xl.analysis.reports.improvement import Facts, make, propose
from crm_xl.raw import RawTable
from crm_xl.settings.model import ImprovementRule
from crm_xl.tables import improvement as r
from crm_xl.tables import inputs as i
from crm_xl.tables.choices import UNNAMED
from crm_xl.tables.portraits import IMPROVEMENT
from tests.support.ground import ground
from tests.support.metric_rows import metric_rows
from tests.support.typed import customers, frame

DATE = pd.Timestamp("2026-10-31")
RULES = {rule.name: rule for rule in Settings.default().improvement_rules}


def facts(
    metrics: list[dict[str, Any]],
    *,
    industry: list[str] | None = None,
    logins: list[float] | None = None,
    core_use: list[float] | None = None,
    complaints: list[float] | None = None,
    overdue: list[float] | None = None,
    smallest: int = 5,
) -> Facts:
    """Customers of one industry, with what a test is about."""
    size = len(metrics)

    def values(given: list[float] | None) -> np.ndarray:
        return np.full(size, np.nan) if given is None else np.array(given, dtype=float)

    rows = metric_rows(*metrics)
    return Facts(
        metrics=rows,
        behaviour=Behaviour(
            logins=values(logins), core_use=values(core_use), enquiries=values(None), complaints=values(complaints),
            served=np.ones(size, dtype=bool),
        ),
        overdue=values(overdue),
        first_due=np.full(size, np.datetime64("2026-09-01"), dtype="datetime64[D]"),
        industry=Grouping.of("行业", pd.Series(industry or ["制造业"] * size, dtype=object)),
        smallest=smallest,
    )  # fmt: skip


def proposed(name: str, of: Facts) -> pd.DataFrame:
    return propose(of, (RULES[name],), DATE)


FIVE = [{"annual_amount": 5.0 - n} for n in range(5)]


class TestAgainstTheIndustry:
    def test_the_guides_customer(self) -> None:
        # Guide 002: 使用率30%，低于行业均值50%. (30 + 4 × 55) ÷ 5 = 50.
        found = proposed(r.LOW_CORE_USE, facts(FIVE, core_use=[0.55, 0.30, 0.55, 0.55, 0.55]))
        assert len(found) == 1
        row = found.iloc[0]
        assert row["customer_id"] == "C2"
        assert row["problem"] == "核心功能使用率低"
        assert row["evidence"] == "使用率30%，低于行业均值50%"
        assert row["industry_mean"] == "50%"
        assert (row["cause_level"], row["root_cause"]) == ("产品", "客户对功能认知不足")
        assert (row["advice"], row["department"]) == ("提供“功能操作线上培训课”", "产品部")
        assert row["due_date"] == pd.Timestamp("2026-12-30")  # 60 days on
        assert row["status"] is None and row["origin"] == "数据建议"

    def test_four_customers_are_no_industry_to_compare_with(self) -> None:
        assert proposed(r.LOW_CORE_USE, facts(FIVE[:4], core_use=[0.55, 0.10, 0.55, 0.55])).empty
        # Five customers of whom four are known are four.
        assert proposed(r.LOW_CORE_USE, facts(FIVE, core_use=[0.55, 0.10, 0.55, 0.55, np.nan])).empty

    def test_who_fills_in_no_industry_is_not_compared(self) -> None:
        assert proposed(
            r.LOW_CORE_USE, facts(FIVE, industry=[UNNAMED] * 5, core_use=[0.55, 0.10, 0.55, 0.55, 0.55])
        ).empty

    def test_at_the_threshold_is_no_problem(self) -> None:
        # Mean (35 + 4 × 53.75) ÷ 5 = 50: exactly 15 points below it. Logins: mean 10, 40 % below it is 6.
        assert proposed(r.LOW_CORE_USE, facts(FIVE, core_use=[0.35, *[0.5375] * 4])).empty
        assert proposed(r.LOW_LOGINS, facts(FIVE, logins=[6, *[11] * 4])).empty
        found = proposed(r.LOW_LOGINS, facts(FIVE, logins=[5, *[11.25] * 4]))
        assert found["evidence"].tolist() == ["月均登录5次，低于行业均值10次"]

    def test_complaints_need_two_and_twice_the_mean(self) -> None:
        # Per quarter: mean (1 + 4 × 0.25) ÷ 5 = 0.4; more than 0.8.
        per_quarter = [1, 0.25, 0.25, 0.25, 0.25]
        few = [{**row, "complaints": 1.0} for row in FIVE]
        many = [{**row, "complaints": 4.0} for row in FIVE]
        assert proposed(r.MANY_COMPLAINTS, facts(few, complaints=per_quarter)).empty
        found = proposed(r.MANY_COMPLAINTS, facts(many, complaints=per_quarter))
        assert found["evidence"].tolist() == ["投诉4次，每季度1次，高于行业均值0.4次"]
        assert found["industry_mean"].tolist() == ["0.4次/季度"]


@pytest.mark.parametrize(
    ("rule", "metrics", "evidence"),
    [
        (r.SLOW_ANSWER, {"mean_response_hours": 31.5}, "平均首次响应31.5小时，超过24小时"),
        (r.SLOW_ANSWER, {"mean_response_hours": 24.001}, "平均首次响应24.001小时，超过24小时"),
        (r.SLOW_ANSWER, {"mean_response_hours": 24.0}, None),
        (r.LOW_CSAT, {"csat_mean": 2.5}, "平均满意度2.5分，低于3分"),
        (r.LOW_CSAT, {"csat_mean": 3.0}, None),
        (r.SLOW_SOLUTION, {"mean_resolution_days": 9.0}, "平均解决时间9天，超过4天"),
        (r.SLOW_SOLUTION, {"mean_resolution_days": 4.0}, None),
        (
            r.SINGLE_PRODUCT,
            {"product_types": 1.0, "frequency": 12.0, "product_preference": "云服务"},
            "12单只购买1类产品，主要为云服务",
        ),
        (r.SINGLE_PRODUCT, {"product_types": 1.0, "frequency": 1.0, "product_preference": "云服务"}, None),
        (r.SINGLE_PRODUCT, {"product_types": 2.0, "frequency": 12.0, "product_preference": "云服务"}, None),
        # 8.25 ÷ 12.5 − 1 = −34 %
        (
            r.FALLING_AMOUNT,
            {"amount_3m": 82_500.0, "amount_previous_3m": 125_000.0},
            "近3个月8.25万元，前3个月12.5万元，降34%",
        ),
        (r.FALLING_AMOUNT, {"amount_3m": 70.0, "amount_previous_3m": 100.0}, None),  # exactly 30 %
        (r.FALLING_AMOUNT, {"amount_3m": 0.0, "amount_previous_3m": 0.0}, None),
        (r.FALLING_AMOUNT, {"amount_3m": -5.0, "amount_previous_3m": -1.0}, None),
    ],
)
def test_limits_that_need_no_industry(rule: str, metrics: dict[str, Any], evidence: str | None) -> None:
    found = proposed(rule, facts([metrics]))
    assert found["evidence"].tolist() == ([] if evidence is None else [evidence])
    assert found["industry_mean"].tolist() == ([] if evidence is None else ["同行业有数据的不足5家"])


def test_actions_past_due_from_two_on() -> None:
    found = proposed(r.OVERDUE_ACTIONS, facts(FIVE, overdue=[2, 1, 0, 0, 0]))
    assert found["evidence"].tolist() == ["2项约定逾期未完成，最早2026-09-01"]
    assert found["industry_mean"].tolist() == ["0.6项"]


def test_beside_a_fall_stands_what_the_whole_industry_did() -> None:
    # 50 of 100, the four others 100 of 100 each: 450 of 500, 10 % down.
    rows = [
        {"amount_3m": 50.0, "amount_previous_3m": 100.0},
        *[{"amount_3m": 100.0, "amount_previous_3m": 100.0}] * 4,
    ]
    found = proposed(r.FALLING_AMOUNT, facts(rows))
    assert found["industry_mean"].tolist() == ["行业合计下降10%"]


def test_nothing_known_proposes_nothing() -> None:
    assert propose(facts(FIVE), tuple(RULES.values()), DATE).empty
    assert list(propose(facts(FIVE), (), DATE).columns) == list(IMPROVEMENT.names)


uses = st.lists(st.floats(0, 1), min_size=5, max_size=12)


@given(uses, st.randoms(use_true_random=False))
def test_every_statement_holds_and_the_order_of_customers_does_not_matter(
    drawn: list[float], random: Any
) -> None:
    def table(order: list[int]) -> pd.DataFrame:
        rows = [{"customer_id": f"C{n}", "annual_amount": float(n % 3)} for n in order]
        return proposed(r.LOW_CORE_USE, facts(rows, core_use=[drawn[n] for n in order]))

    order = list(range(len(drawn)))
    found = table(order)
    mean = 100 * np.mean(drawn)
    told = set(found["customer_id"])
    for number, use in enumerate(drawn):
        if abs(mean - 100 * use - 15) > 1e-6:
            assert (f"C{number}" in told) == (100 * use < mean - 15)
    for sentence in found["evidence"]:
        own, usual = (float(part.strip("使用率%")) for part in sentence.split("，低于行业均值"))
        assert own < usual
    random.shuffle(order)
    pd.testing.assert_frame_equal(table(order), found)


class TestTyped:
    def table(self, *actions: dict[str, Any], raw: bool = True) -> pd.DataFrame:
        listed = customers("C001", "C002", customer_name="某公司", industry="制造业")
        listed.loc[1, "customer_name"] = None  # an order names it, tblCustomers does not
        metrics = metric_rows(
            {"customer_id": "C001", "csat_mean": 2.0, "customer_name": "某公司"}, {"customer_id": "C002"}
        )
        given = ground(
            "2026-10-31",
            *([RawTable.from_rows(i.CUSTOMERS.name, [["客户编号"]])] if raw else []),
            frames={i.CUSTOMERS.name: listed, i.ACTIONS.name: frame(i.ACTIONS, list(actions))},
            metrics=metrics,
        )
        return make(given).tables[IMPROVEMENT.name]

    def test_stands_first_and_as_typed(self) -> None:
        typed = {
            "customer_id": "C001", "problem": "交付延迟", "evidence": "近6个月延迟3次", "cause_level": "流程",
            "root_cause": "排产脱节", "advice": "周例会", "department": "运营部", "due_date": "2026-12-15",
            "status": "进行中",
        }  # fmt: skip
        found = self.table(typed)
        assert found["origin"].tolist() == ["填写", "数据建议"]
        row = found.iloc[0]
        assert {name: row[name] for name in typed} == {**typed, "due_date": pd.Timestamp("2026-12-15")}
        assert row["customer_name"] == "某公司" and row["origin"] == "填写"

    @pytest.mark.parametrize(
        ("action", "remark"),
        [
            # Guide 002: C003 stands in table 3 and not in table 1.
            ({"customer_id": "C003"}, "客户表中没有该客户编号"),
            ({"customer_id": "C002"}, "客户表中没有该客户编号"),
            ({}, "未指定客户"),
            ({"customer_id": "C001", "due_date": "2026-10-30", "status": "进行中"}, "已逾期"),
            ({"customer_id": "C001", "due_date": "2026-10-31", "status": "进行中"}, ""),
            ({"customer_id": "C001", "due_date": "2026-10-30", "status": "已完成"}, ""),
            ({"customer_id": "C001"}, ""),
        ],
    )
    def test_orphans_and_late_ones_are_told(self, action: dict[str, Any], remark: str) -> None:
        said = f"填写：{remark}" if remark else "填写"
        assert self.table({"problem": "服务响应慢", **action})["origin"].iloc[0] == said

    def test_without_a_customer_table_nobody_is_an_orphan_for_having_no_name(self) -> None:
        found = self.table({"problem": "服务响应慢", "customer_id": "C002"}, raw=False)
        assert found["origin"].iloc[0] == "填写"

    def test_what_is_being_worked_on_is_not_proposed_again(self) -> None:
        open_row = {"customer_id": "C001", "problem": "客户满意度低", "status": "进行中"}
        assert self.table(open_row)["origin"].tolist() == ["填写"]
        assert self.table({**open_row, "status": "已完成"})["origin"].tolist() == ["填写", "数据建议"]
        of_another = self.table({**open_row, "customer_id": "C002"})
        assert of_another["customer_id"].tolist() == ["C002", "C001"]

    def test_nothing_typed_and_nothing_found_is_an_empty_table(self) -> None:
        given = ground("2026-10-31", frames={i.CUSTOMERS.name: customers("A")}, metrics=metric_rows({}))
        found = make(given).tables[IMPROVEMENT.name]
        assert found.empty and list(found.columns) == list(IMPROVEMENT.names)


class TestRules:
    HEADS = r.IMPROVEMENT_RULES.titles
    ROW = ("满意度低", "是", 3, "分", "服务", "客户满意度低", "", "回访", "客服部", 30, None)

    def settings(self, *rows: tuple[Any, ...]) -> Settings:
        raw = RawTable.from_rows(r.IMPROVEMENT_RULES.name, [self.HEADS, *rows], sheet="参数", row=9)
        return Settings.from_tables({raw.name: raw})

    def test_texts_and_thresholds_are_the_managers(self) -> None:
        assert self.settings((*self.ROW[:2], 3.5, *self.ROW[3:])).improvement_rules == (
            ImprovementRule(
                name="满意度低", threshold=3.5, cause_level="服务", problem="客户满意度低", root_cause="",
                advice="回访", department="客服部", days=30,
            ),
        )  # fmt: skip

    def test_a_rule_that_is_off_or_deleted_proposes_nothing(self) -> None:
        assert self.settings((self.ROW[0], "否", *self.ROW[2:])).improvement_rules == ()

    def test_every_shipped_rule_is_on(self) -> None:
        assert list(RULES) == list(r.UNITS)

    @pytest.mark.parametrize(
        ("change", "said", "cell"),
        [
            ({0: "满意度底"}, "没有名为“满意度底”的改进规则。是否想写“满意度低”", "参数!A10"),
            ({3: "%"}, "单位是分", "参数!D10"),
            ({2: None}, "阈值不能为空", "参数!C10"),
            ({2: -1}, "不小于 0", "参数!C10"),
            ({9: None}, "完成天数不能为空", "参数!J10"),
            ({4: "天气"}, "归因层面", "参数!E10"),
            ({0: r.LOW_LOGINS, 2: 0.4, 3: "%"}, "40% 请写 40", "参数!C10"),
            ({0: r.LOW_CORE_USE, 2: 101, 3: "百分点"}, "不能大于 100百分点", "参数!C10"),
        ],
    )
    def test_a_wrong_cell_is_named(self, change: dict[int, Any], said: str, cell: str) -> None:
        row = tuple(change.get(place, value) for place, value in enumerate(self.ROW))
        with pytest.raises(CrmError) as raised:
            self.settings(row)
        assert said in str(raised.value) and cell in str(raised.value)

    def test_a_rule_twice_is_refused(self) -> None:
        with pytest.raises(CrmError, match="出现两次"):
            self.settings(self.ROW, self.ROW)
