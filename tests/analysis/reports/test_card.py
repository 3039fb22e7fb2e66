"""客户卡片, 客户信息评估表 and 客户分级分类标准表: guide 003's own figures, and whatever a customer may lack."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import crm_xl
from crm_xl import CrmError, Settings
from crm_xl.analysis.reports.grade_standard import grade_standard
from crm_xl.raw import RawTable
from crm_xl.tables import TABLES
from crm_xl.tables import card as d
from crm_xl.tables import inputs as i
from crm_xl.tables import parameters as p
from crm_xl.tables.shipped import SHIPPED
from tests.support.ground import typed_row

DATE = "2024-12-31"


def settings(**values: Any) -> RawTable:
    """参数 with these settings changed, by title."""
    rows = SHIPPED[p.SETTINGS_TABLE.name]
    assert set(values) <= {row[0] for row in rows}
    changed = [(row[0], values.get(row[0], row[1]), *row[2:]) for row in rows]
    return RawTable.from_rows(p.SETTINGS_TABLE.name, [p.SETTINGS_TABLE.titles, *changed], sheet=p.SHEET)


def rows(name: str, *cells: dict[str, Any]) -> pd.DataFrame:
    assert {key for row in cells for key in row} <= set(TABLES[name].names)
    return pd.DataFrame(list(cells))


def order(customer: str, number: str, amount: float, day: str = DATE, **more: Any) -> dict[str, Any]:
    return {"order_id": number, "customer_id": customer, "order_date": day, "amount": amount, **more}


# Guide 003: C2024001 with 1500万, 18 %, 6 years, 35 %; beside it customer A of its step 5, and a prospect.
CUSTOMERS = (
    {"customer_id": "C2024001", "customer_name": "星河科技有限公司", "industry": "信息技术", "owner": "李总",
     "cooperation_start": "2018-12-31", "remark": "连续3年区域销售冠军，联系 13912345678", "region": "华东",
     "employees": 320, "size_band": "100-499人", "contract_end": "2025-01-30", "renewals": 2},
    {"customer_id": "A", "customer_name": "甲公司", "cooperation_start": "2019-12-31"},
    {"customer_id": "P", "customer_name": "新客公司"},
)  # fmt: skip


def tables(**more: pd.DataFrame) -> dict[str, Any]:
    return {
        "tblCustomers": rows("tblCustomers", *CUSTOMERS),
        "tblOrders": rows(
            "tblOrders",
            order("C2024001", "1", 15_000_000, profit=2_700_000, product_type="云服务"),
            order("A", "2", 12_000_000, profit=1_800_000, product_type="云服务"),
        ),
        "tblRatings": rows(
            "tblRatings",
            {"customer_id": "C2024001", "cross_buy_rate": 0.35},
            {"customer_id": "A", "cross_buy_rate": 0.30},
        ),
        "tblContacts": rows(
            "tblContacts",
            {"contact_id": "P1", "customer_id": "C2024001", "contact_name": "王小明", "phone": "13812345678",
             "position": "采购总监", "decision_role": "采购负责人"},
        ),
        **more,
    }  # fmt: skip


def run(*choices: RawTable, **more: pd.DataFrame) -> Any:
    given = {**tables(**more), **{table.name: table for table in choices}}
    return crm_xl.analyze(given, analysis_date=DATE, today="2025-01-01")


def card_of(customer: str | None, *choices: RawTable, **more: pd.DataFrame) -> dict[str, pd.DataFrame]:
    chosen = () if customer is None else (typed_row(d.CARD_CHOICE, customer_id=customer),)
    results = run(*chosen, *choices, **more)
    assert d.ASSESSMENT_CARD.name in results.tables, results.missing
    found = {table.name: results.tables[table.name] for table in d.CARD_BLOCKS}
    for table in d.CARD_BLOCKS:
        assert len(found[table.name]) == table.fixed_rows
        assert list(found[table.name]) == list(table.names)
    return found


def form(card: dict[str, pd.DataFrame]) -> pd.DataFrame:
    frame = card[d.ASSESSMENT_CARD.name]
    return frame[frame["indicator"].notna()].set_index("indicator")


def items(card: dict[str, pd.DataFrame]) -> dict[str, str]:
    frame = card[d.CUSTOMER_CARD.name]
    return dict(zip(frame["item"], frame["content"], strict=True))


class TestAssessment:
    def test_the_guides_card(self) -> None:
        found = form(card_of("C2024001"))
        assert found.index.tolist() == [
            "客户编号", "客户名称", "所属行业", "负责人", "联系方式", "年消费额", "利润率", "合作时长", "交叉购买率", "综合得分",
            "客户分级", "备注",
        ]  # fmt: skip
        assert found["raw"].tolist()[:4] == ["C2024001", "星河科技有限公司", "信息技术", "李总"]
        # SPEC 10.2: 100 × 40 % + 100 × 25 % + 100 × 20 % + 100 × 15 % = 100
        lines = found.loc["年消费额":"交叉购买率"]
        assert lines["raw"].tolist() == ["1500万", "18%", "6年", "35%"]
        assert lines["points"].tolist() == [100, 100, 100, 100]
        assert lines["weight"].tolist() == pytest.approx([0.40, 0.25, 0.20, 0.15])
        assert lines["weighted"].tolist() == pytest.approx([40, 25, 20, 15])
        assert found.loc["综合得分", "weighted"] == pytest.approx(100)
        assert found.loc["客户分级", "raw"] == "战略级客户"

    def test_customer_a_of_step_five(self) -> None:
        # SPEC 10.1: 40 + 22.5 + 20 + 12 = 94.5
        found = form(card_of("A"))
        assert found.loc["年消费额":"交叉购买率", "weighted"].tolist() == pytest.approx([40, 22.5, 20, 12])
        assert found.loc["综合得分", "weighted"] == pytest.approx(94.5)

    def test_phones_are_masked_wherever_they_stand(self) -> None:
        found = form(card_of("C2024001"))
        assert found.loc["联系方式", "raw"] == "138****5678"
        assert found.loc["备注", "raw"] == "连续3年区域销售冠军，联系 139****5678"

    def test_who_never_ordered_is_pending_and_the_lines_say_why(self) -> None:
        found = form(card_of("P"))
        assert found.loc["综合得分", "raw"] == "待评估"
        assert np.isnan(found.loc["综合得分", "weighted"])
        assert found.loc["年消费额":"交叉购买率", "weighted"].isna().all()
        assert found["raw"].loc["年消费额":"交叉购买率"].tolist() == ["0万", "无订单", "无订单", "0%"]
        assert found.loc["客户分级", "raw"] == "待评估"

    def test_a_known_nothing_earns_the_lowest_step(self) -> None:
        orders = rows(
            "tblOrders", order("A", "1", 100, "2023-01-15", profit=9), order("C2024001", "2", 100, profit=9)
        )
        found = form(card_of("A", tblOrders=orders))
        assert found.loc["利润率", ["raw", "points"]].tolist() == ["无订单", 40]
        assert found.loc["年消费额", "raw"] == "0万"
        assert found.loc["年消费额", "points"] == 60

    def test_the_lines_add_up_to_the_score_whatever_is_left_out(self) -> None:
        # 四维评分卡: A's own churn rate is blank and left out; the other weights are scaled to 100 %.
        rated = {
            "industry_rank": 5, "need_match": 0.9, "industry_potential": 4, "on_time_payment": 1.0, "benchmark_status": 4,
            "brand_synergy": 3, "policy_support": 3,
        }  # fmt: skip
        ratings = rows(
            "tblRatings",
            {"customer_id": "C2024001", "cross_buy_rate": 0.35, "churn_rate": 0.02, **rated},
            {"customer_id": "A", "cross_buy_rate": 0.3, **rated},
        )
        tickets = rows(
            "tblTickets",
            {"ticket_id": "1", "customer_id": "A", "submitted_at": DATE, "ticket_type": "投诉"},
        )
        found = form(card_of("A", settings(默认评分卡=p.CARD_FOUR), tblRatings=ratings, tblTickets=tickets))
        lines = found.loc["年消费额":"政策支持力度"]
        assert lines.loc["流失率", "raw"] == "空白，未计入" and lines.loc["流失率", "weight"] == 0
        assert lines["weight"].sum() == pytest.approx(1)
        assert lines["weighted"].sum() == pytest.approx(found.loc["综合得分", "weighted"])

    def test_a_shown_tier_that_differs_says_what_the_score_alone_would_give(self) -> None:
        override = rows("tblOverrides", {"customer_id": "A", "tier": "普通级", "reason": "重组中"})
        assert (
            form(card_of("A", tblOverrides=override)).loc["客户分级", "raw"]
            == "普通级客户（按本次得分为战略级客户）"
        )

    def test_a_card_with_more_lines_than_the_form_sums_the_rest(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(d, "MOST_INDICATORS", 3)
        found = form(card_of("A"))
        assert found.index.tolist()[5:9] == ["年消费额", "利润率", "其余2项", "综合得分"]
        assert found.loc["其余2项", "weight"] == pytest.approx(0.35)  # 20 % + 15 %
        assert found.loc["其余2项", "weighted"] == pytest.approx(32)  # 20 + 12


class TestChoice:
    def test_nobody_chosen_is_the_highest_score(self) -> None:
        assert form(card_of(None)).loc["客户编号", "raw"] == "C2024001"
        assert form(card_of("")).loc["客户编号", "raw"] == "C2024001"

    def test_a_whole_name_will_do(self) -> None:
        assert form(card_of("甲公司")).loc["客户编号", "raw"] == "A"

    def test_the_caption_says_who_it_is(self) -> None:
        results = run(typed_row(d.CARD_CHOICE, customer_id="A"))
        assert results.caption_of(d.ASSESSMENT_CARD.name).endswith("客户 A，甲公司")

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ("C2024002", "是否想写“C2024001”"),
            ("不存在", "请从下拉列表中选择"),
            ("同名", "有 2 家客户叫“同名”。请填客户编号，如 X、Y"),
        ],
    )
    def test_nobody_of_that_number_is_a_sentence_with_its_cell(self, typed: str, said: str) -> None:
        twins = [{"customer_id": name, "customer_name": "同名"} for name in ("X", "Y")]
        results = run(
            typed_row(d.CARD_CHOICE, customer_id=typed), tblCustomers=rows("tblCustomers", *CUSTOMERS, *twins)
        )
        for table in d.CARD_BLOCKS:
            assert said in results.missing[table.name]
            assert "客户卡片!A4" in results.missing[table.name]
        assert d.GRADE_STANDARD.name in results.tables

    def test_a_scope_without_customers_says_so(self) -> None:
        results = run(settings(分析范围="区域", 范围取值="南极"))
        assert "没有客户" in results.missing[d.ASSESSMENT_CARD.name]


class TestOverview:
    def test_every_item_has_its_line_whatever_is_known(self) -> None:
        for customer in ("C2024001", "A", "P"):
            frame = card_of(customer)[d.CUSTOMER_CARD.name]
            assert frame["item"].tolist() == [item for part in d.CARD_ITEMS.values() for item in part]
            assert frame["content"].map(type).eq(str).all()

    def test_what_is_known_of_the_guides_customer(self) -> None:
        tags = rows(
            "tblTags",
            {"customer_id": "C2024001", "tag_kind": "需求", "tag": "降本增效"},
            {"customer_id": "C2024001", "tag_kind": "潜力", "tag": "高潜力"},
        )
        found = items(card_of("C2024001", tblTags=tags))
        assert found["企业规模"] == "320人"
        assert found["合作时间"] == "2018-12-31起，6年，续约2次"
        assert found["合同"] == "2025-01-30到期（还有30天）"
        assert found["联系人"] == "P1，王*明，采购总监，采购负责人"
        assert found["年消费额"] == "1500万元，期间利润率18%"
        assert found["历史总消费"] == "1500万元，1单，客单价1500万元，最近2024-12-31"
        assert found["产品"] == "云服务，期间内1类，交叉购买率35%"
        assert found["近3个月"] == "1500万元"  # nothing before to compare with
        assert found["R / F / M"].startswith("0天 / 1单 / 1500万元，得分 ")
        assert found["客户标签"] == "需求：降本增效；潜力：高潜力"
        assert found["客户画像"].startswith("【行业:信息技术】【规模:100-499人】")

    def test_what_would_lift_a_customer_stands_on_its_card(self) -> None:
        orders = rows("tblOrders", order("A", "1", 6_000_000, profit=600_000), order("C2024001", "2", 1))
        # 80 × 40 % + 80 × 25 % + 100 × 20 % + 80 × 15 % = 84: 6 short of 战略级.
        assert items(card_of("A", tblOrders=orders))["得分说明"].startswith("距战略级差 6 分：")

    def test_warnings_and_their_reasons(self) -> None:
        orders = rows("tblOrders", order("A", "1", 500, "2024-01-15"), order("C2024001", "2", 500))
        found = items(card_of("A", tblOrders=orders))
        assert found["预警级别"] == "高" and "2024-01-15" in found["预警原因"]
        assert items(card_of("C2024001", tblOrders=orders))["预警级别"] == "无"

    def test_a_prospect_has_no_trade_and_no_figures(self) -> None:
        found = items(card_of("P"))
        assert found["历史总消费"] == "无交易"
        assert [found[item] for item in ("年消费额", "产品", "近3个月", "R / F / M", "分群")] == [""] * 5

    def test_a_contract_that_has_ended(self) -> None:
        ended = [{**CUSTOMERS[0], "contract_end": "2024-12-21", "renewed": "否"}, *CUSTOMERS[1:]]
        found = items(card_of("C2024001", tblCustomers=rows("tblCustomers", *ended)))
        assert found["合同"] == "2024-12-21到期（已过10天），未续约"


class TestHistory:
    def talk(self, number: int, day: str, **more: Any) -> dict[str, Any]:
        return {"interaction_id": f"I{number}", "customer_id": "A", "interaction_time": day, **more}

    def test_orders_by_month(self) -> None:
        orders = rows(
            "tblOrders",
            order("A", "1", 20_000, "2024-10-05"),
            order("A", "2", 10_000, "2024-12-01"),
            order("A", "3", 5_000, "2024-12-31"),
            order("C2024001", "4", 70_000, "2024-12-31"),
        )
        found = card_of("A", tblOrders=orders)[d.CARD_MONTHS.name]
        assert found["amount"].tolist()[-3:] == [2.0, 0.0, 1.5]
        assert found["orders"].tolist()[-3:] == [1, 0, 2]
        assert found["amount"].iloc[:-3].isna().all()
        assert found["month"].iloc[-1] == pd.Timestamp("2024-12-01")

    def test_the_last_talks_come_first_and_later_ones_are_not_known_yet(self) -> None:
        talks = [self.talk(n, f"2024-11-0{n}", summary=f"第{n}次") for n in range(1, 9)]
        talks.append(self.talk(9, "2025-01-01 09:00", summary="明天"))
        talks.append({**self.talk(10, DATE), "customer_id": "C2024001", "summary": "别人"})
        talks[7] |= {
            "channel": "微信",
            "feedback": "积极",
            "quote": "可以，打13812345678",
            "next_action": "报价",
        }
        found = card_of("A", tblInteractions=rows("tblInteractions", *talks))[d.CARD_INTERACTIONS.name]
        assert found["what"].str[:3].tolist() == ["第8次", "第7次", "第6次", "第5次", "第4次", "第3次"]
        assert found.loc[0, "how"] == "微信，积极"
        assert found.loc[0, "what"] == "第8次；“可以，打138****5678”；下一步：报价"

    def test_open_actions_by_when_they_are_due(self) -> None:
        actions = rows(
            "tblActions",
            {"customer_id": "A", "problem": "交付延迟", "advice": "周例会", "department": "运营部",
             "due_date": "2025-01-31", "status": "进行中"},
            {"customer_id": "A", "problem": "已了结", "status": "已完成", "due_date": "2024-12-01"},
            {"customer_id": "P", "problem": "别人的"},
        )  # fmt: skip
        plans = rows(
            "tblPlans",
            {"customer_id": "A", "owner": "王敏", "frequency": "每月1次", "action": "高层拜访", "status": "未开始",
             "target_metric": "订单频次", "target": 6},
        )  # fmt: skip
        talks = rows(
            "tblInteractions",
            self.talk(1, "2024-12-01", next_action="送样", due_date="2024-12-21", follower="李强"),
            self.talk(2, "2024-12-02", next_action="已办", due_date="2024-12-10", done="是"),
        )
        found = card_of("A", tblActions=actions, tblPlans=plans, tblInteractions=talks)[d.CARD_ACTIONS.name]
        assert found["who"].tolist()[:3] == ["约定，李强", "改进，运营部", "计划，王敏"]
        assert found["what"].tolist()[:3] == [
            "送样（逾期10天）", "交付延迟，周例会，进行中", "每月1次，高层拜访，订单频次达到6，未开始",
        ]  # fmt: skip
        assert found["due"].isna().tolist() == [False, False, True, True, True, True]

    def test_more_than_fit_are_counted(self) -> None:
        many = [
            {"customer_id": "A", "problem": f"问题{n}", "due_date": f"2025-01-0{n + 1}"} for n in range(8)
        ]
        found = card_of("A", tblActions=rows("tblActions", *many))[d.CARD_ACTIONS.name]
        assert found["what"].tolist() == [*(f"问题{n}" for n in range(5)), "另有 3 项未列出"]  # 8 − 5

    def test_nothing_to_show_is_said(self) -> None:
        found = card_of("A")
        assert found[d.CARD_INTERACTIONS.name].loc[0, "what"] == "缺少数据表“互动记录”"
        assert found[d.CARD_ACTIONS.name].loc[0, "what"] == "缺少数据表“问题与改进”、“跟进计划”、“互动记录”"
        other = rows("tblInteractions", {**self.talk(1, DATE), "customer_id": "P"})
        found = card_of("A", tblInteractions=other)
        assert found[d.CARD_INTERACTIONS.name].loc[0, "what"] == "没有互动记录"
        assert found[d.CARD_ACTIONS.name].loc[0, "what"] == "没有未完成事项"

    def test_a_card_without_orders_at_all(self) -> None:
        given = {"tblCustomers": rows("tblCustomers", *CUSTOMERS)}
        results = crm_xl.analyze(given, analysis_date=DATE, today="2025-01-01")
        assert results.tables[d.CARD_MONTHS.name]["amount"].isna().all()
        assert len(results.tables[d.CARD_MONTHS.name]) == d.CARD_MONTHS.fixed_rows


class TestGradeStandard:
    def test_the_guides_table(self) -> None:
        found = grade_standard(Settings.default()).set_index("tier")
        assert found.index.tolist() == ["维度权重", "战略级客户", "重点级客户", "普通级客户", "潜在级客户"]
        assert found.loc["维度权重", ["value", "potential", "risk", "strategic"]].tolist() == [
            "40%",
            "30%",
            "20%",
            "10%",
        ]
        assert found["score_range"].tolist() == [
            "",
            "90分及以上",
            "75分（含）至90分",
            "60分（含）至75分",
            "60分以下",
        ]
        assert found.loc["战略级客户"].tolist()[1:] == [
            "年消费额≥1000万元，利润率≥15%", "行业前10，需求匹配度≥90%", "流失率≤5%，回款及时率≥100%",
            "国家重点行业，品牌协同效应≥4", "专属客户经理+定制化方案+高层拜访",
        ]  # fmt: skip
        assert found.loc["重点级客户", "strategic"] == "行业龙头或区域龙头，政策支持力度≥4"
        assert found.loc["潜在级客户", "value"] == "其余客户"

    def test_amounts_follow_the_scale_and_a_tier_of_ones_own_has_its_score(self) -> None:
        heads = p.TIERS.titles
        own = [("顶级", "顶级客户", 80, "专属", None), ("其余", "其余客户", None, "标准", None)]
        tiers = RawTable.from_rows(p.TIERS.name, [heads, *own], sheet=p.SHEET)
        found = grade_standard(
            Settings.from_tables({p.TIERS.name: tiers, p.SETTINGS_TABLE.name: settings(金额门槛系数=0.5)})
        ).set_index("tier")
        assert found.loc["顶级客户", ["score_range", "value", "strategy"]].tolist() == [
            "80分及以上",
            "",
            "专属",
        ]
        assert found.loc["战略级", "value"] == "年消费额≥500万元，利润率≥15%"


def test_a_wrong_choice_is_refused_before_anything_is_made() -> None:
    from crm_xl.analysis.reports.customer_card import chosen_customer
    from tests.support.ground import ground
    from tests.support.metric_rows import metric_rows

    metrics = metric_rows({"customer_id": "A"}, {"customer_id": "B"})
    scores = pd.DataFrame({"score": [np.nan, np.nan]})
    given = ground(DATE, frames={i.CUSTOMERS.name: metrics}, metrics=metrics, scores=scores)
    assert chosen_customer(given) == 0  # nobody is scored: the first number
    nobody = ground(DATE, metrics=metrics.iloc[:0], scores=scores.iloc[:0])
    with pytest.raises(CrmError, match="分析范围内没有客户"):
        chosen_customer(nobody)
