"""销售业绩报表 and 负责人对比, by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crm_xl.analysis.reports.ground import Ground, Made
from crm_xl.analysis.reports.owners import make_owners
from crm_xl.analysis.reports.sales import make_sales
from crm_xl.errors import CrmError
from crm_xl.settings import Settings
from crm_xl.tables import choices as c
from crm_xl.tables import inputs as i
from crm_xl.tables import sales_reports as t
from tests.support.ground import ground, typed_row
from tests.support.typed import Row, frame, order, orders

DAY = "2024-09-30"
PEOPLE = frame(
    i.CUSTOMERS,
    [
        {"customer_id": "A", "owner": "王敏", "region": "华东", "industry": "制造业-汽车零部件"},
        {"customer_id": "B", "owner": "李强", "region": "华南", "industry": "零售业"},
        {"customer_id": "C", "owner": None, "region": None, "industry": "制造业"},
    ],
)
LINES = [
    order("A", "1", "2024-07-05", 10_000),  # 王敏 华东, as the customer says
    order("A", "1", "2024-07-05", 2_000),  # second line of the same order
    order("A", "2", "2024-07-20", 8_000, sales_owner="李强", region="华北"),  # the order's own come first
    order("B", "3", "2024-08-31", 6_000),
    order("B", "4", "2024-09-30", 4_000),
    order("C", "5", "2024-09-01", 10_000),
    order("A", "6", "2024-09-10", 500, counts=False, net_amount=-1_000.0),  # a return: money, no order
    order("A", "7", "2024-03-31", 70_000),  # before the third quarter
    order("A", "8", "2024-10-01", 90_000),  # after the analysis date
]


def deal(customer: str, number: int, created: str, stage: str, closed: str | None = None, **more: Any) -> Row:
    return {
        "customer_id": customer,
        "opportunity_id": f"O{number}",
        "created_on": created,
        "stage": stage,
        "closed_on": closed,
        **more,
    }


DEALS = [
    deal("A", 1, "2024-07-01", i.OPPORTUNITY_WON, "2024-07-31"),
    deal("A", 2, "2024-07-02", i.OPPORTUNITY_LOST, "2024-07-31"),
    deal("A", 3, "2024-07-03", i.OPPORTUNITY_WON, "2024-12-31"),  # won after the analysis date
    deal("B", 4, "2024-09-03", i.OPPORTUNITY_WON, sales_owner="王敏"),
    deal("B", 5, "2024-10-03", i.OPPORTUNITY_WON),  # not known yet
]


def facts(
    *choices: Any,
    lines: list[Row] = LINES,
    deals: list[Row] | None = DEALS,
    people: pd.DataFrame = PEOPLE,
    **more: Any,
) -> Ground:
    frames = {i.CUSTOMERS.name: people, i.ORDERS.name: orders(lines)}
    if deals is not None:
        frames[i.OPPORTUNITIES.name] = frame(i.OPPORTUNITIES, deals)
    return ground(DAY, *choices, frames=frames, **more)


def sales(**cells: Any) -> Made:
    given = {"period": c.PERIOD_QUARTER, "grain": c.GRAIN_MONTH, **cells}
    return make_sales(facts(typed_row(t.SALES_CHOICE, **given)))


def report(**cells: Any) -> pd.DataFrame:
    return sales(**cells).tables[t.SALES_REPORT.name]


def owners(*choices: Any, **given: Any) -> pd.DataFrame:
    return make_owners(facts(*choices, **given)).tables[t.OWNER_COMPARE.name]


class TestSalesReport:
    def test_a_row_per_month_owner_and_region_and_the_total_last(self) -> None:
        found = report()
        assert list(found) == list(t.SALES_REPORT.names)
        rows = found[["period", "owner", "region", "amount", "orders", "customers", "created", "won"]]
        expected = [
            ("2024-07", "李强", "华北", 0.8, 1, 1, 0, 0),
            ("2024-07", "王敏", "华东", 1.2, 1, 1, 3, 1),
            ("2024-08", "李强", "华南", 0.6, 1, 1, 0, 0),
            ("2024-09", "李强", "华南", 0.4, 1, 1, 0, 0),
            ("2024-09", "王敏", "华东", -0.1, 0, 0, 0, 0),
            ("2024-09", "王敏", "华南", 0.0, 0, 0, 1, 1),  # the opportunity of 王敏 with a customer in 华南
            ("2024-09", "（未填）", "（未填）", 1.0, 1, 1, 0, 0),
            # 12,000 + 8,000 + 6,000 + 4,000 − 1,000 + 10,000; orders 1 to 5; A, B and C once each
            ("合计", "", "", 3.9, 5, 3, 4, 2),
        ]
        got = [tuple(None if value != value else value for value in row) for row in rows.to_numpy().tolist()]
        assert got == [pytest.approx(row, nan_ok=True) for row in expected]

    def test_average_conversion_and_the_team_of_the_same_month(self) -> None:
        found = report().set_index(["period", "owner", "region"])
        july = found.loc["2024-07"]
        assert july["average_order_value"].tolist() == [8_000, 12_000]
        # The team of July: 20,000 in 2 orders. 8,000 ÷ 10,000 − 1, 12,000 ÷ 10,000 − 1.
        assert july["value_against_team"].tolist() == pytest.approx([-0.2, 0.2])
        assert july["conversion"].tolist() == pytest.approx([np.nan, 1 / 3], nan_ok=True)
        assert july["conversion_against_team"].tolist() == pytest.approx([np.nan, 0.0], nan_ok=True)
        # Nobody ordered in that row: no average, hence nothing against the team.
        returned = found.loc[("2024-09", "王敏", "华东")]
        assert returned[["average_order_value", "value_against_team", "conversion"]].isna().all()
        total = found.loc["合计"].iloc[0]
        assert total["average_order_value"] == pytest.approx(39_000 / 5)
        assert total["conversion"] == 0.5
        assert total[["value_against_team", "conversion_against_team"]].isna().all()

    def test_shares_add_up_of_everything_and_within_each_month(self) -> None:
        found = report()
        body = found.iloc[:-1]
        assert body["amount_share"].sum() == pytest.approx(1)
        assert found["amount_share"].iloc[-1] == 1
        assert body.groupby("period")["period_share"].sum().tolist() == pytest.approx([1, 1, 1])
        # 8,000 of 20,000 in July
        assert body["period_share"].iloc[0] == pytest.approx(0.4)

    @pytest.mark.parametrize(
        ("grain", "expected"),
        [
            (c.GRAIN_MONTH, ["2024-07", "2024-08", "2024-09"]),
            (c.GRAIN_QUARTER, ["2024Q3"]),
            (c.GRAIN_YEAR, ["2024年"]),
        ],
    )
    def test_by_month_quarter_or_year_the_total_is_the_same(self, grain: str, expected: list[str]) -> None:
        found = report(grain=grain)
        assert found["period"].drop_duplicates().tolist() == [*expected, "合计"]
        pd.testing.assert_series_equal(found.iloc[-1], report().iloc[-1], check_names=False)

    def test_an_order_of_two_months_and_a_customer_of_two_rows_count_once_in_the_total(self) -> None:
        lines = [order("A", "1", "2024-07-31", 1), order("A", "1", "2024-08-01", 1)]
        made = make_sales(facts(typed_row(t.SALES_CHOICE, period=c.PERIOD_QUARTER), lines=lines))
        found = made.tables[t.SALES_REPORT.name]
        assert found["orders"].tolist()[-1] == 1
        assert found["customers"].tolist()[-1] == 1
        july, august = (found[found["period"] == month] for month in ("2024-07", "2024-08"))
        assert (july["orders"].sum(), august["orders"].sum()) == (1, 1)

    def test_one_number_of_two_customers_is_two_orders(self) -> None:
        lines = [order("A", "1", DAY, 1), order("B", "1", DAY, 1)]
        made = make_sales(facts(typed_row(t.SALES_CHOICE, period=c.PERIOD_QUARTER), lines=lines, deals=None))
        assert made.tables[t.SALES_REPORT.name]["orders"].tolist() == [1, 1, 2]

    def test_a_chosen_owner_is_shown_beside_the_whole_team(self) -> None:
        found = report(owner="王敏", grain=c.GRAIN_QUARTER)
        assert found["owner"].tolist()[:-1] == ["王敏", "王敏"]
        total = found.iloc[-1]
        # 12,000 − 1,000 in one order, the team 39,000 in five: 11,000 ÷ 7,800 − 1
        assert total["amount"] == pytest.approx(1.1)
        assert total["value_against_team"] == pytest.approx(11_000 / 7_800 - 1)
        # All four opportunities are his: 2 of 4, as the team.
        assert total["conversion_against_team"] == 0

    def test_narrowed_by_industry_and_region(self) -> None:
        assert report(industry="制造业")["amount"].iloc[-1] == pytest.approx(2.9)  # A and C
        assert report(industry="制造业-汽车零部件")["amount"].iloc[-1] == pytest.approx(1.9)
        # The order's region, not the customer's.
        assert report(region="华北")["amount"].tolist() == [0.8, 0.8]
        assert report(region="（未填）")["owner"].tolist()[:-1] == ["（未填）"]

    @pytest.mark.parametrize("name", ["owner", "region", "industry"])
    def test_parts_add_up_to_the_whole(self, name: str) -> None:
        table, column = {"owner": (c.OWNER_LIST, "owner"), "region": (c.REGION_LIST, "region"),
                         "industry": (c.INDUSTRY_LIST, "industry")}[name]  # fmt: skip
        from crm_xl.analysis.reports.choice import option_lists

        values = option_lists(facts().frames)[table.name][column].tolist()[1:]
        parts = [value for value in values if value != "制造业-汽车零部件"]  # it lies below 制造业
        sums = {figure: 0.0 for figure in ("amount", "orders", "created", "won")}
        for value in parts:
            total = report(**{name: value}).iloc[-1]
            sums = {figure: sums[figure] + total[figure] for figure in sums}
        whole = report().iloc[-1]
        assert sums == pytest.approx({figure: whole[figure] for figure in sums})

    def test_a_month_that_the_period_cuts_says_so(self) -> None:
        found = report(period=c.PERIOD_DAYS, start="2024-07-20", end="2024-08-31")
        assert found["notes"].tolist() == ["仅含 2024-07-20 至 2024-07-31", "", ""]
        assert found["amount"].tolist() == [0.8, 0.6, 1.4]

    def test_the_caption_says_grain_and_choice(self) -> None:
        made = sales(owner="王敏")
        assert made.chosen[t.SALES_REPORT.name] == "周期 月　本季度 2024-07-01 至 2024-09-30　负责人 王敏"

    def test_the_chart_shows_months_without_sales_too(self) -> None:
        block = sales(period=c.PERIOD_DAYS, start="2024-01-01").tables[t.SALES_CHART.name]
        assert len(block) == t.SALES_CHART.fixed_rows
        assert block["label"].tolist()[:9] == [f"2024-0{month}" for month in range(1, 10)]
        assert block["amount"].tolist()[:9] == pytest.approx([0, 0, 7, 0, 0, 0, 2, 0.6, 1.3])
        assert block["label"].isna().tolist()[9:] == [True] * 3

    def test_without_opportunities_conversion_is_blank(self) -> None:
        found = make_sales(facts(deals=None)).tables[t.SALES_REPORT.name]
        assert found[["created", "won", "conversion", "conversion_against_team"]].isna().all(axis=None)
        assert found["amount"].iloc[-1] == pytest.approx(10.9)  # twelve months: with March

    @pytest.mark.parametrize("make", [make_sales, make_owners], ids=["sales", "owners"])
    def test_what_matches_nothing_says_so(self, make: Any) -> None:
        for table, name in ((t.SALES_CHOICE, "sales"), (t.OWNER_CHOICE, "owners")):
            with pytest.raises(CrmError, match="没有符合所选条件的订单") as error:
                (make_sales if name == "sales" else make_owners)(
                    facts(typed_row(table, owner="王敏", region="（未填）"))
                )
            assert "负责人 王敏，区域 （未填）" in str(error.value)
        with pytest.raises(CrmError, match="没有符合所选条件的订单"):
            make(facts(lines=[], deals=[]))

    def test_no_order_in_the_period_says_so(self) -> None:
        with pytest.raises(CrmError, match="2024-01-01 至 2024-02-29"):
            report(period=c.PERIOD_DAYS, start="2024-01-01", end="2024-02-29")

    def test_one_customer_without_an_owner(self) -> None:
        only = frame(i.CUSTOMERS, [{"customer_id": "C"}])
        given = {"lines": [order("C", "1", DAY, 5)], "deals": None, "people": only}
        found = make_sales(facts(**given)).tables[t.SALES_REPORT.name]
        assert found["owner"].tolist()[0] == "（未填）"
        assert found["amount_share"].tolist() == [1, 1]
        compared = owners(**given)
        assert compared["owner"].tolist() == ["（未填）", "团队"]
        assert compared["comparison"].tolist() == ["", ""]

    def test_only_returns_have_no_shares_and_no_average(self) -> None:
        lines = [order("A", "1", DAY, -5, counts=False)]
        found = make_sales(facts(lines=lines, deals=None)).tables[t.SALES_REPORT.name]
        assert found["amount"].tolist() == pytest.approx([-0.0005, -0.0005])
        assert found[["amount_share", "period_share", "average_order_value"]].isna().all(axis=None)

    def test_the_total_is_checked_against_the_lines(self) -> None:
        for cells in ({}, {"owner": "王敏"}, {"region": "华北"}, {"industry": "制造业"}):
            for check in (
                sales(**cells).checks + make_owners(facts(typed_row(t.OWNER_CHOICE, **cells))).checks
            ):
                assert check.result == "✔", check
        (check,) = sales(owner="王敏").checks
        assert (check.check, check.detail) == ("“销售业绩报表”成交金额合计＝所选订单净额", "11,000.00 元")

    def test_the_order_of_rows_changes_nothing(self) -> None:
        turned = facts(lines=LINES[::-1], deals=DEALS[::-1], people=PEOPLE.iloc[::-1].reset_index(drop=True))
        for make in (make_sales, make_owners):
            for name, table in make(facts()).tables.items():
                pd.testing.assert_frame_equal(make(turned).tables[name], table)

    def test_random_lines_tie_to_their_sum(self) -> None:
        random = np.random.default_rng(4)
        names = ["王敏", "李强", None]
        days = pd.Timestamp("2024-07-01") + pd.to_timedelta(random.integers(0, 92, 600), "D")
        lines = [
            order(random.choice(list("ABC")), str(n // 2), f"{day:%Y-%m-%d}", float(random.integers(-5, 500)),
                  sales_owner=names[random.integers(3)], region=names[random.integers(3)])
            for n, day in enumerate(days)
        ]  # fmt: skip
        for grain in c.GRAINS:
            choice = typed_row(t.SALES_CHOICE, period=c.PERIOD_QUARTER, grain=grain)
            found = make_sales(facts(choice, lines=lines)).tables[t.SALES_REPORT.name]
            total = sum(line["amount"] for line in lines) / 10_000
            assert found["amount"].iloc[:-1].sum() == pytest.approx(total)
            assert found["amount"].iloc[-1] == pytest.approx(total)
            assert found["amount_share"].iloc[:-1].sum() == pytest.approx(1)
            assert found["orders"].iloc[-1] == len(
                {(line["customer_id"], line["order_id"]) for line in lines}
            )


def guide() -> dict[str, Any]:
    """SPEC 10.6: 王 10 orders of 12,000 and 3 of 25 won, 李 20 of 6,000 and 12 of 75: the team 8,000 and 15 of 100."""
    lines = [order("A", f"W{n}", DAY, 12_000) for n in range(10)]
    lines += [order("B", f"L{n}", DAY, 6_000) for n in range(20)]
    stages = [i.OPPORTUNITY_WON] * 3 + [i.OPPORTUNITY_OPEN] * 22
    deals = [deal("A", n, DAY, stage) for n, stage in enumerate(stages)]
    stages = [i.OPPORTUNITY_WON] * 12 + [i.OPPORTUNITY_LOST] * 63
    deals += [deal("B", 100 + n, DAY, stage) for n, stage in enumerate(stages)]
    people = frame(i.CUSTOMERS, [{"customer_id": "A", "owner": "王"}, {"customer_id": "B", "owner": "李"}])
    return {"lines": lines, "deals": deals, "people": people}


class TestOwners:
    def test_the_guides_example(self) -> None:
        found = owners(**guide()).set_index("owner")
        assert found["average_order_value"].to_dict() == pytest.approx({"王": 1.2, "李": 0.6, "团队": 0.8})
        assert found["conversion"].to_dict() == pytest.approx({"王": 0.12, "李": 0.16, "团队": 0.15})
        # 1.2 × 12 % = 0.144 against 0.8 × 15 % = 0.12; 李 0.6 × 16 % = 0.096
        assert found["value_by_conversion"].to_dict() == pytest.approx(
            {"王": 0.144, "李": 0.096, "团队": 0.12}
        )
        assert found["yield_against_team"].to_dict() == pytest.approx(
            {"王": 0.2, "李": -0.2, "团队": np.nan}, nan_ok=True
        )
        assert found.loc[["王", "李"], "value_against_team"].tolist() == pytest.approx([0.5, -0.25])
        assert found.loc[["王", "李"], "conversion_against_team"].tolist() == pytest.approx([-3, 1])
        assert found.loc["王", "comparison"] == (
            "王的客单价（1.2万元）高于团队平均水平（0.8万元），但转化率（12%）低于团队平均水平（15%）；"
            "客单价×转化率（0.144万元）高于团队平均水平（0.12万元）。"
        )

    def test_amounts_shares_and_the_mean_of_owners(self) -> None:
        found = owners(typed_row(t.OWNER_CHOICE, period=c.PERIOD_QUARTER))
        # 李强 8,000 + 6,000 + 4,000; 王敏 12,000 − 1,000; C has nobody.
        assert found["owner"].tolist() == ["李强", "王敏", "（未填）", "团队"]
        assert found["amount"].tolist() == pytest.approx([1.8, 1.1, 1.0, 3.9])
        assert found["amount_share"].iloc[:-1].sum() == pytest.approx(1)
        # Two owners with a name: (1.8 + 1.1) ÷ 2 = 1.45
        assert found["amount_against_mean"].iloc[:2].tolist() == pytest.approx(
            [1.8 / 1.45 - 1, 1.1 / 1.45 - 1]
        )

    def test_too_few_cases_are_not_judged(self) -> None:
        given = guide()
        few = owners(**given | {"deals": given["deals"][:4]}).set_index("owner")["comparison"]
        assert few["王"] == "王的客单价（1.2万元）高于团队平均水平（0.8万元）。"
        assert few["李"] == "李的客单价（0.6万元）低于团队平均水平（0.8万元）。"
        assert owners(**given | {"deals": [], "lines": given["lines"][8:13]})["comparison"].tolist() == [
            "",
            "",
            "",
        ]

    def test_the_fewest_cases_are_a_setting(self) -> None:
        given = guide()
        settings = Settings.default()
        settings = replace(settings, general=replace(settings.general, smallest_group=26))
        few = owners(**given, settings=settings).set_index("owner")["comparison"]
        assert few["王"] == ""
        assert few["李"].startswith("李的转化率（16%）")

    def test_what_reads_the_same_is_the_same(self) -> None:
        given = guide()
        given["lines"] = [order("A", f"W{n}", DAY, 8_000) for n in range(10)]
        given["lines"] += [order("B", f"L{n}", DAY, 8_000) for n in range(20)]
        found = owners(**given).set_index("owner")["comparison"]
        assert found["王"].startswith("王的客单价（0.8万元）与团队平均水平持平")

    def test_a_chosen_owner_stands_beside_the_whole_team(self) -> None:
        found = owners(typed_row(t.OWNER_CHOICE, owner="王"), **guide())
        assert found["owner"].tolist() == ["王", "团队"]
        assert found["amount_share"].tolist() == pytest.approx([0.5, 1])
        assert found["average_order_value"].tolist() == pytest.approx([1.2, 0.8])

    def test_the_chart_keeps_its_rows(self) -> None:
        block = make_owners(facts(**guide())).tables[t.OWNER_CHART.name]
        assert len(block) == t.OWNER_CHART.fixed_rows
        assert sorted(block["label"].tolist()[:2]) == ["李", "王"]
        assert block["team"].dropna().tolist() == pytest.approx([0.12, 0.12])
