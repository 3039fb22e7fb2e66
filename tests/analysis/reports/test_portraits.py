"""Guide 002's tables of each customer, as a caller of crm_xl.analyze sees them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import crm_xl
from crm_xl import CrmError, Settings
from crm_xl.analysis.reports.groups import Grouping, groupings, industries, sizes
from crm_xl.analysis.reports.structure import structure_of
from crm_xl.analysis.reports.texts import joined, texts_of
from crm_xl.raw import RawTable
from crm_xl.tables import TABLES
from crm_xl.tables import parameters as p
from crm_xl.tables import portraits as t
from crm_xl.tables.choices import UNNAMED
from crm_xl.tables.shipped import SHIPPED
from tests.support.ground import typed_row
from tests.support.typed import customers

DATE = "2026-10-31"
SMALL = {"最小分组家数": 2}


def settings(**values: Any) -> Settings:
    """The shipped settings with these changed, by title."""
    rows = SHIPPED[p.SETTINGS_TABLE.name]
    assert set(values) <= {row[0] for row in rows}
    changed = [(row[0], values.get(row[0], row[1]), *row[2:]) for row in rows]
    raw = RawTable.from_rows(p.SETTINGS_TABLE.name, [p.SETTINGS_TABLE.titles, *changed], sheet=p.SHEET)
    return Settings.from_tables({raw.name: raw})


def rows(name: str, *cells: dict[str, Any]) -> pd.DataFrame:
    """An input table with the columns named, by English name."""
    assert {key for row in cells for key in row} <= set(TABLES[name].names)
    return pd.DataFrame(list(cells))


def people(*ids: str, **same: Any) -> pd.DataFrame:
    return rows("tblCustomers", *({"customer_id": n, "customer_name": f"{n}公司", **same} for n in ids))


def order(customer: str, number: str, date: str, amount: float, **more: Any) -> dict[str, Any]:
    return {"order_id": number, "customer_id": customer, "order_date": date, "amount": amount, **more}


def run(*choices: RawTable, values: dict[str, Any] | None = None, **tables: pd.DataFrame) -> Any:
    given: dict[str, Any] = {**tables, **{table.name: table for table in choices}}
    return crm_xl.analyze(given, settings(**(values or {})), analysis_date=DATE, today="2026-12-01")


def made(results: Any, name: str) -> pd.DataFrame:
    assert name in results.tables, results.missing.get(name)
    frame = results.tables[name]
    assert list(frame.columns) == list(TABLES[name].names)
    return frame


class TestBaseValue:
    def orders(self) -> pd.DataFrame:
        # Guide 002: C001 15.2万, C002 8.5万; four and two orders.
        first = [order("C001", f"1-{n}", f"2026-0{n}-15", 38_000) for n in (2, 4, 6, 8)]
        second = [order("C002", f"2-{n}", f"2026-0{n}-20", 42_500) for n in (1, 2)]
        loyal = [order("C003", f"3-{n}", "2026-10-30", 5_000) for n in range(5)]
        return rows("tblOrders", *first, *second, *loyal)

    def table(self, **values: Any) -> pd.DataFrame:
        listed = people("C001", "C002", "C003", "C004", employees=80, founded_year=2021, owner="王敏")
        results = run(tblCustomers=listed, tblOrders=self.orders(), values=values)
        return made(results, t.BASE_VALUE.name).set_index("customer_id")

    def test_the_guides_figures(self) -> None:
        found = self.table()
        # 15.2 ÷ 4 = 3.8 and 8.5 ÷ 2 = 4.25 (SPEC 10.5); repeats 3 ÷ 4 and 1 ÷ 2.
        assert found.loc["C001", ["lifetime_amount_wan", "average_order_value_wan", "repeat_rate"]].tolist() == [
            15.2, 3.8, 0.75,
        ]  # fmt: skip
        assert found.loc["C002", ["lifetime_amount_wan", "average_order_value_wan", "repeat_rate"]].tolist() == [
            8.5, 4.25, 0.5,
        ]  # fmt: skip
        assert found.loc["C001", "company_age"] == 5  # 2026 − 2021
        assert found.loc["C001", "employees"] == 80

    def test_headings_are_the_guides_own(self) -> None:
        assert t.BASE_VALUE.titles == (
            "客户编号", "客户名称", "所属行业", "企业规模(人)", "区域", "成立年限", "客户经理", "最近合作时间",
            "历史总消费(万元)", "客单价(万元)", "复购率", "客户等级(RFM)",
        )  # fmt: skip

    def test_grades_are_those_of_the_scheme_asked_for(self) -> None:
        # C003: R 1 ≤ 30, F 5, M 25,000 ≥ 2万. C001: R 77, 38,000 × 4: neither R ≤ 30 nor R > 90.
        # C002: R > 90 and M ≥ 2万.
        grades = self.table()["grade"]
        assert grades.tolist() == ["一般客户（未归类）", "流失风险客户", "高价值客户", "无交易"]
        eight = self.table(**{"客户等级(RFM)方案": "八分类"})["grade"]
        assert eight["C003"].endswith("客户") and eight["C003"] != "高价值客户"
        assert eight["C004"] == "无交易"

    def test_who_ordered_before_the_window_of_rfm_has_no_grade_and_it_says_why(self) -> None:
        found = self.table(RFM窗口月数=3)  # from 2026-08-01 on: C001 ordered on 08-15
        assert found.loc["C002", "grade"] == "RFM窗口内无订单"
        assert found.loc["C002", "lifetime_amount_wan"] == 8.5

    def test_a_book_with_one_scheme_of_segments_grades_by_it(self) -> None:
        heads, rules = p.SEGMENTS.titles, SHIPPED[p.SEGMENTS.name]
        eight = [row for row in rules if row[0] == p.SCHEME_EIGHT]
        raw = RawTable.from_rows(p.SEGMENTS.name, [heads, *eight], sheet=p.SHEET)
        given = {"tblCustomers": people("C001", "C002", "C003"), "tblOrders": self.orders(), raw.name: raw}
        results = crm_xl.analyze(given, analysis_date=DATE, today="2026-12-01")
        assert (
            made(results, t.BASE_VALUE.name)["grade"].tolist() == results.tables["tblRfm"]["segment"].tolist()
        )

    def test_without_orders_there_are_customers_and_no_money(self) -> None:
        found = made(run(tblCustomers=people("C001", industry="金融")), t.BASE_VALUE.name).iloc[0]
        assert found["industry"] == "金融"
        assert found[["lifetime_amount_wan", "average_order_value_wan", "repeat_rate", "grade"]].isna().all()


def usage(customer: str, month: str, logins: float, use: float, **more: Any) -> dict[str, Any]:
    return {"customer_id": customer, "month": month, "logins": logins, "core_feature_use": use, **more}


def ticket(customer: str, number: str, kind: str, day: str = "2026-09-10", **more: Any) -> dict[str, Any]:
    return {"customer_id": customer, "ticket_id": number, "submitted_at": day, "ticket_type": kind, **more}


MONTHS = ("2026-08", "2026-09", "2026-10")
QUARTER = {"期间月数": 3}


class TestBehaviour:
    def tables(self) -> dict[str, pd.DataFrame]:
        # Guide 002, table 2, over the three months to 2026-10-31: one quarter.
        first = [usage("C001", m, 18, 0.75, feature_preference=f) for m, f in zip(
            MONTHS, ("权限管理", "数据分析模块", "数据分析模块"), strict=True)]  # fmt: skip
        second = [usage("C002", m, 6, 0.30, feature_preference="基础数据录入") for m in MONTHS]
        tickets = [ticket("C001", f"a{n}", "咨询") for n in range(2)]
        tickets += [ticket("C002", f"b{n}", "咨询") for n in range(5)] + [ticket("C002", "c", "投诉")]
        return {
            "tblCustomers": people("C001", "C002", "C003", "C004", industry="制造业-电子", employees=50),
            "tblOrders": rows("tblOrders", order("C003", "1", "2026-09-01", 100)),
            "tblUsage": rows("tblUsage", *first, *second),
            "tblTickets": rows("tblTickets", *tickets),
        }

    def test_the_guides_two_customers(self) -> None:
        found = made(run(values=QUARTER, **self.tables()), t.BEHAVIOUR.name).set_index("customer_id")
        figures = ["logins_per_month", "core_feature_use", "enquiries_per_quarter", "complaints_per_quarter"]
        assert found.loc["C001", figures].tolist() == pytest.approx([18, 0.75, 2, 0])
        assert found.loc["C002", figures].tolist() == pytest.approx([6, 0.30, 5, 1])
        assert found.loc["C001", "feature_preference"] == "数据分析模块、权限管理"  # two months, one month
        assert found["behaviour_tags"].tolist() == ["高活跃、低投诉", "低活跃、高咨询需求", "低投诉", ""]

    def test_who_never_used_the_product_is_no_quiet_user(self) -> None:
        found = made(run(values=QUARTER, **self.tables()), t.BEHAVIOUR.name).set_index("customer_id")
        assert found.loc[["C003", "C004"], ["logins_per_month", "core_feature_use"]].isna().all().all()
        # C004 has no order, no ticket, no use: nothing is known of its complaints either.
        assert found.loc["C004", "behaviour_tags"] == ""

    def test_who_stopped_using_it_is_one(self) -> None:
        tables = self.tables()
        tables["tblUsage"] = rows(
            "tblUsage", usage("C001", "2026-05", 30, 0.9), usage("C002", "2026-09", 9, 0.3)
        )
        found = made(run(values=QUARTER, **tables), t.BEHAVIOUR.name).set_index("customer_id")
        assert found.loc["C001", "logins_per_month"] == 0
        assert found.loc["C001", "behaviour_tags"] == "低活跃、低投诉"

    def test_a_cut_belongs_to_its_better_side(self) -> None:
        tables = self.tables()
        tables["tblUsage"] = rows(
            "tblUsage", usage("C001", "2026-10", 15, 0.7), usage("C002", "2026-10", 8, 0.7)
        )
        found = made(run(values=QUARTER, **tables), t.BEHAVIOUR.name).set_index("customer_id")
        assert found["behaviour_tags"].tolist()[:2] == ["高活跃、低投诉", "高咨询需求"]

    def test_cuts_come_from_the_settings(self) -> None:
        values = {**QUARTER, "高活跃登录下限": 6, "低活跃登录界限": 6, "高咨询需求下限": 2, "低投诉上限": 1}
        found = made(run(values=values, **self.tables()), t.BEHAVIOUR.name).set_index("customer_id")
        assert found.loc["C001", "behaviour_tags"] == "高活跃、高咨询需求、低投诉"
        assert found.loc["C002", "behaviour_tags"] == "高活跃、高咨询需求、低投诉"
        with pytest.raises(CrmError, match="低活跃登录界限不能大于"):
            settings(高活跃登录下限=5, 低活跃登录界限=6)

    def test_the_choice_narrows_period_and_customers_and_is_told(self) -> None:
        tables = self.tables()
        tables["tblCustomers"].loc[1, "industry"] = "金融"
        month = typed_row(t.BEHAVIOUR_CHOICE, period="本月", industry="制造业")
        results = run(month, values=QUARTER, **tables)
        found = made(results, t.BEHAVIOUR.name).set_index("customer_id")
        assert list(found.index) == ["C001", "C003", "C004"]
        assert found.loc["C001", "feature_preference"] == "数据分析模块"
        assert found.loc["C001", "enquiries_per_quarter"] == 0  # both in September
        for name in (t.BEHAVIOUR.name, t.BEHAVIOUR_COMPARE.name):
            assert "本月 2026-10-01 至 2026-10-31" in results.caption_of(name)

    def test_a_choice_that_matches_nobody_is_a_sentence_in_its_tables_only(self) -> None:
        nowhere = typed_row(t.BEHAVIOUR_CHOICE, region="华东")
        results = run(nowhere, **self.tables())
        assert "区域" in results.missing[t.BEHAVIOUR.name]
        assert t.BASE_VALUE.name in results.tables

    def test_without_usage_and_tickets_it_says_which_tables_are_missing(self) -> None:
        results = run(tblCustomers=people("C001"), tblOrders=rows("tblOrders", order("C001", "1", DATE, 1)))
        for name in (t.BEHAVIOUR.name, t.BEHAVIOUR_COMPARE.name):
            assert "产品使用" in results.missing[name] and "投诉与售后" in results.missing[name]

    def test_tickets_alone_are_enough(self) -> None:
        tables = self.tables()
        del tables["tblUsage"]
        found = made(run(values=QUARTER, **tables), t.BEHAVIOUR.name)
        assert found[["logins_per_month", "feature_preference"]].isna().all().all()
        assert found["behaviour_tags"].tolist() == ["低投诉", "高咨询需求", "低投诉", ""]


class TestCompare:
    def table(self, uses: list[float], **values: Any) -> pd.DataFrame:
        """Small customers with the uses given, and five large ones at 45 %."""
        small = [f"S{n}" for n in range(len(uses))]
        large = [f"L{n}" for n in range(5)]
        listed = pd.concat([people(*small, size_band="20-99人"), people(*large, size_band="1000人以上")])
        use = [usage(n, "2026-10", 10, u) for n, u in zip(small, uses, strict=True)]
        use += [usage(n, "2026-10", 20, 0.45) for n in large]
        results = run(values={**QUARTER, **values}, tblCustomers=listed, tblUsage=rows("tblUsage", *use))
        return made(results, t.BEHAVIOUR_COMPARE.name)

    def test_small_and_large_customers_as_in_the_guide(self) -> None:
        # Guide 002: 12 % of the small against 45 % of the large. All ten: (5 × 12 % + 5 × 45 %) ÷ 10 = 28.5 %.
        found = self.table([0.12] * 5)
        assert found["group"].tolist() == ["全部客户", "20-99人", "1000人以上", UNNAMED]
        by = found[found["dimension"] == "企业规模"].set_index("group")
        assert by["core_feature_use"].tolist() == pytest.approx([0.12, 0.45])
        assert by["core_feature_gap"].tolist() == pytest.approx([-16.5, 16.5])  # 12 − 28.5, 45 − 28.5
        assert by.loc["20-99人", "finding"] == "核心功能使用率12%，低于全体28.5%"
        assert by.loc["1000人以上", "finding"] == "核心功能使用率45%，高于全体28.5%"
        assert by["logins_per_month"].tolist() == [10, 20]
        assert by["active_share"].tolist() == [0, 1]

    def test_four_customers_say_nothing_of_their_group(self) -> None:
        found = self.table([0.12] * 4)
        four = found[found["group"] == "20-99人"].iloc[0]
        assert four["users"] == 4
        assert np.isnan(four["core_feature_use"]) and np.isnan(four["logins_per_month"])
        assert four["finding"] == "有使用记录的不足5家，不比较"
        assert self.table([0.12] * 4, 最小分组家数=4)["core_feature_use"].notna().all()

    def test_a_gap_within_the_threshold_is_no_finding(self) -> None:
        # All: (5 × 15 % + 5 × 45 %) ÷ 10 = 30 %: both are 15 points away, which is not more than 15.
        assert self.table([0.15] * 5)["finding"].tolist() == ["", "", "", ""]


class TestStructure:
    def tables(self) -> dict[str, pd.DataFrame]:
        listed = pd.concat(
            [
                people("A", "B", industry="制造业-电子", region="华东", employees=10),
                people("C", industry="制造业-汽车", region="华南", size_band="1000人以上"),
                people("D", industry="金融", region=None),
                people("E", customer_type="个人", region="华南"),
            ]
        )
        return {
            "tblCustomers": listed,
            "tblOrders": rows(
                "tblOrders",
                order("A", "1", "2026-10-01", 10_000, profit=1_000),
                order("B", "2", "2026-10-02", 20_000, profit=4_000),
                order("C", "3", "2026-10-03", 30_000, profit=3_000),
                order("D", "4", "2026-03-04", 60_000, profit=12_000),
            ),
        }

    def dimension(self, found: pd.DataFrame, name: str) -> pd.DataFrame:
        return found[found["dimension"] == name].set_index("group")

    def test_shares_of_customers_revenue_and_profit(self) -> None:
        found = made(run(**self.tables()), t.STRUCTURE.name)
        industry = self.dimension(found, "行业")
        # 12万 in all: manufacturing 6万, finance 6万; equal, so the larger group stands first. Profit 2万: 0.8, 1.2.
        assert industry.index.tolist() == ["制造业", "金融", "个人客户", "合计"]
        assert industry["customers"].tolist() == [3, 1, 1, 5]
        assert industry["customer_share"].tolist() == [0.6, 0.2, 0.2, 1]
        assert industry["revenue"].tolist() == pytest.approx([6, 6, 0, 12])
        assert industry["revenue_share"].tolist() == [0.5, 0.5, 0, 1]
        assert industry["profit_share"].tolist() == pytest.approx([0.4, 0.6, 0, 1])
        assert self.dimension(found, "细分行业").index.tolist() == [
            "金融",
            "制造业-电子",
            "制造业-汽车",
            "个人客户",
            "合计",
        ]
        assert self.dimension(found, "区域").index.tolist() == ["华东", "华南", UNNAMED, "合计"]
        # The declared order of sizes: 10 people are 20人以下.
        assert self.dimension(found, "企业规模").index.tolist() == [
            "20人以下", "1000人以上", "个人客户", UNNAMED, "合计",
        ]  # fmt: skip

    def test_the_core_is_named_only_where_the_group_is_large_enough(self) -> None:
        tables = self.tables()
        assert made(run(**tables), t.STRUCTURE.name)["finding"].eq("").all()
        found = made(run(values=SMALL, **tables), t.STRUCTURE.name)
        assert self.dimension(found, "行业").loc["制造业", "finding"] == "客户占比60%，贡献总营收50%"

    def test_the_choice_narrows_period_and_customers(self) -> None:
        month = typed_row(t.STRUCTURE_CHOICE, period="本月")
        industry = self.dimension(made(run(month, **self.tables()), t.STRUCTURE.name), "行业")
        assert industry["revenue"].to_dict() == pytest.approx(
            {"制造业": 6, "金融": 0, "个人客户": 0, "合计": 6}
        )
        south = typed_row(t.STRUCTURE_CHOICE, region="华南")
        results = run(south, **self.tables())
        assert self.dimension(made(results, t.STRUCTURE.name), "行业").loc["合计", "customers"] == 2
        assert "区域 华南" in results.caption_of(t.STRUCTURE.name)

    def test_its_totals_are_checked_against_the_data_under_any_choice(self) -> None:
        for choice in ({}, {"period": "本月"}, {"region": "华南"}):
            checks = run(typed_row(t.STRUCTURE_CHOICE, **choice), **self.tables()).tables["tblChecks"]
            (row,) = checks[checks["check"].str.startswith("“客户结构”")].to_dict("records")
            assert row["result"] == "✔"
        # The last choice: in 华南 are C with 3万 and a person who bought nothing.
        assert "营收(万元) 3" in row["detail"]

    def test_no_order_in_the_period_leaves_customers_and_blank_shares(self) -> None:
        days = typed_row(t.STRUCTURE_CHOICE, period="自选起止", start="2020-01-01", end="2020-12-31")
        industry = self.dimension(made(run(days, **self.tables()), t.STRUCTURE.name), "行业")
        assert industry["revenue"].tolist() == [0, 0, 0, 0]
        assert industry["revenue_share"].isna().all()
        assert industry["customer_share"].iloc[-1] == 1

    @pytest.mark.parametrize(
        ("amounts", "told"),
        [
            # 2 of 100 is thinner than 3 %: 其他 with the next, so that it has a width to be named beside.
            ((60, 30, 8, 2), [("甲", 60), ("乙", 30), ("其他", 10)]),
            ((60, 38, 1, 1), [("甲", 60), ("乙", 38), ("其他", 2)]),
            ((60, 30, 7, 3), [("甲", 60), ("乙", 30), ("丙", 7), ("丁", 3)]),
            ((99, 1), [("甲", 99), ("乙", 1)]),  # a pie of one slice would say nothing
        ],
    )
    def test_thin_slices_are_told_together(
        self, amounts: tuple[int, ...], told: list[tuple[str, int]]
    ) -> None:
        names = "甲乙丙丁"[: len(amounts)]
        listed = people(*names).assign(industry=list(names))
        bought = [
            order(name, f"S{name}", "2026-10-01", 1e4 * amount)
            for name, amount in zip(names, amounts, strict=True)
        ]
        results = run(tblCustomers=listed, tblOrders=rows("tblOrders", *bought))
        block = made(results, t.STRUCTURE_CHART.name).dropna(subset="label")
        assert list(zip(block["label"], block["amount"], strict=True)) == told
        assert block["customers"].sum() == len(amounts)

    def test_the_block_of_the_chart_has_its_rows_whatever_happens(self) -> None:
        assert len(made(run(**self.tables()), t.STRUCTURE_CHART.name)) == t.STRUCTURE_CHART.fixed_rows
        assert (
            len(made(run(tblCustomers=people("A")), t.STRUCTURE_CHART.name)) == t.STRUCTURE_CHART.fixed_rows
        )


groups = st.lists(
    st.tuples(st.sampled_from(["甲", "乙", "丙", UNNAMED]), st.floats(-1e6, 1e9), st.floats(-1e6, 1e8)),
    min_size=1,
)


@given(groups, st.randoms(use_true_random=False))
def test_structure_ties_to_its_customers_in_any_order(drawn: list[Any], random: Any) -> None:
    def table(of: list[Any]) -> pd.DataFrame:
        names, revenue, profit = zip(*of, strict=True)
        by = Grouping.of("行业", pd.Series(names, dtype=object))
        return structure_of(by, np.array(revenue), np.array(profit), 5)

    found = table(drawn)
    body, total = found.iloc[:-1], found.iloc[-1]
    assert total["customers"] == len(drawn) == body["customers"].sum()
    assert total["revenue"] == pytest.approx(sum(revenue for _, revenue, _ in drawn), abs=1e-3)
    for share in ("customer_share", "revenue_share", "profit_share"):
        known = body[share].notna().any()
        assert not known or round(body[share].sum(), 9) == 1
        assert total[share] == 1 if known else np.isnan(total[share])
    shuffled = drawn.copy()
    random.shuffle(shuffled)
    again = table(shuffled)
    assert again["group"].tolist() == found["group"].tolist()
    np.testing.assert_allclose(again["revenue"], found["revenue"], rtol=1e-9, atol=1e-3)


class TestProfileTags:
    def test_the_guides_tags(self) -> None:
        listed = people("A", industry="信息技术", size_band="20-99人")
        use = [usage("A", m, 18, 0.5, feature_interest=f) for m, f in zip(
            MONTHS, ("移动端", "移动端", "数据安全模块"), strict=True)]  # fmt: skip
        results = run(
            values={"期间月数": 6},
            tblCustomers=listed,
            tblOrders=rows(
                "tblOrders", order("A", "1", "2026-06-01", 100_000), order("A", "0", "2026-04-30", 1)
            ),
            tblUsage=rows("tblUsage", *use),
            tblTags=rows(
                "tblTags",
                {"customer_id": "A", "tag_kind": "需求", "tag": "降本增效"},
                {"customer_id": "A", "tag_kind": "潜力", "tag": "高潜力"},
            ),
        )
        row = made(results, t.PROFILE_TAGS.name).iloc[0]
        # The last of the functions looked at; 近6个月 from 2026-05-01 on.
        assert row["profile"] == (
            "【行业:信息技术】【规模:20-99人】【行为:月均登录≥15次、高活跃】【价值:近6个月消费10万元】"
            "【需求:关注数据安全模块、降本增效】"
        )

    def test_what_is_not_known_is_left_out(self) -> None:
        results = run(
            tblCustomers=people("A", "B"), tblOrders=rows("tblOrders", order("A", "1", "2026-09-30", 12_345))
        )
        found = made(results, t.PROFILE_TAGS.name)["profile"].tolist()
        assert found == ["【价值:近12个月消费1.23万元】", "【价值:无交易】"]
        nothing = made(run(tblCustomers=people("A")), t.PROFILE_TAGS.name)["profile"]
        assert nothing.tolist() == [""]


class TestGroups:
    def test_the_upper_level_of_an_industry(self) -> None:
        frame = customers("A", "B", "C", "D", customer_type="企业")
        frame["industry"] = ["制造业-电子", "制造业", None, "-x"]
        assert industries(frame).tolist() == ["制造业", "制造业", UNNAMED, UNNAMED]
        assert set(groupings(frame)) == {"industry", "detailed_industry", "region", "size"}

    def test_size_by_band_else_by_people(self) -> None:
        frame = customers("A", "B", "C")
        frame["size_band"] = ["100-499人", None, None]
        frame["employees"] = [5.0, 500.0, np.nan]
        assert sizes(frame).tolist() == ["100-499人", "500-999人", UNNAMED]

    def test_groups_too_small_have_no_mean(self) -> None:
        by = Grouping.of("行业", pd.Series(["a", "a", "b"], dtype=object))
        mean, counted = by.means(np.array([1.0, 3.0, 9.0]), 2)
        assert mean.tolist()[0] == 2 and np.isnan(mean[1])
        assert counted.tolist() == [2, 1]


def test_texts_of_each_customer_stand_in_order() -> None:
    codes = np.array([1, 0, 1, -1, 1])
    texts = np.array(["甲", "乙", "丙", "丁", "戊"], dtype=object)
    assert texts_of(codes, texts, 3).tolist() == ["乙", "甲、丙、戊", ""]
    assert texts_of(codes, texts, 3, most=2).tolist() == ["乙", "甲、丙", ""]
    assert texts_of(codes[:0], texts[:0], 1).tolist() == [""]
    assert joined([texts, np.array(["", "x", "", "y", ""], dtype=object)]).tolist() == [
        "甲",
        "乙、x",
        "丙",
        "丁、y",
        "戊",
    ]


@pytest.mark.parametrize("name", [table.name for table in t.OUTPUTS])
def test_one_customer_without_anything_is_enough(name: str) -> None:
    results = run(tblCustomers=people("A"))
    assert name in results.tables or name in results.missing
    alone = run(
        tblCustomers=people("A"),
        tblOrders=rows("tblOrders", order("A", "1", DATE, 0.0)),
        tblUsage=rows("tblUsage", {"customer_id": "A", "month": "2026-10"}),
        tblTickets=rows("tblTickets", ticket("A", "1", "投诉")),
    )
    frame = made(alone, name)
    assert not np.isinf(frame.select_dtypes("number").to_numpy(dtype=float)).any()
