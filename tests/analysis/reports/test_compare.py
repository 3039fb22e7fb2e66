"""环比同比, by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crm_xl.analysis.reports.compare import make_compare
from crm_xl.analysis.reports.ground import Made
from crm_xl.analysis.reports.periods import cut_short, label, stretch_to
from crm_xl.errors import CrmError
from crm_xl.settings import Settings
from crm_xl.tables import choices as c
from crm_xl.tables import inputs as i
from crm_xl.tables import sales_reports as t
from tests.support.ground import ground, typed_row
from tests.support.typed import Row, frame, order, orders

PEOPLE = frame(
    i.CUSTOMERS,
    [{"customer_id": name, "owner": "王敏", "region": "华东"} for name in "ABCDEFGH"]
    + [{"customer_id": "X", "owner": "李强", "region": "华南"}],
)
SCORES = pd.DataFrame({"customer_id": ["A", "X"], "value_tier": ["高", "低"]})


def made(
    lines: Sequence[Row], *, date: str, deals: list[Row] | None = None, fiscal: int = 1, **cells: Any
) -> Made:
    settings = Settings.default()
    settings = replace(settings, general=replace(settings.general, fiscal_start_month=fiscal))
    frames = {i.CUSTOMERS.name: PEOPLE, i.ORDERS.name: orders(lines)}
    if deals is not None:
        frames[i.OPPORTUNITIES.name] = frame(i.OPPORTUNITIES, deals)
    choices = [typed_row(t.COMPARE_CHOICE, **cells)] if cells else []
    return make_compare(ground(date, *choices, frames=frames, settings=settings, scores=SCORES))


def compared(lines: Sequence[Row], grain: str, **given: Any) -> pd.DataFrame:
    found = made(lines, **given).tables[t.COMPARE.name]
    return found[found["grain"] == grain].set_index("metric")


def deal(number: int, created: str, stage: str = i.OPPORTUNITY_OPEN, closed: str | None = None) -> Row:
    return {"opportunity_id": f"O{number}", "customer_id": "A", "created_on": created, "stage": stage,
            "closed_on": closed}  # fmt: skip


# The third quarter of 2024 is 1,150,000, the second 1,000,000, the third of 2023 1,064,815: 1,150,000 ÷ 1.08.
GUIDE = [
    order("A", "1", "2023-07-01", 1_064_815),
    order("A", "2", "2024-04-01", 1_000_000),
    order("A", "3", "2024-07-01", 900_000),
    order("B", "4", "2024-09-30", 250_000),
]


class TestGuide:
    def test_the_text_of_the_guide(self) -> None:
        found = compared(GUIDE, c.GRAIN_QUARTER, date="2024-09-30").loc["成交金额"]
        assert found["statement"] == "2024Q3成交金额环比增长15%，同比上升8%。"
        assert found[["period", "unit", "current", "previous", "last_year"]].tolist() == [
            "2024Q3", "万元", pytest.approx(115), pytest.approx(100), pytest.approx(106.4815),
        ]  # fmt: skip
        assert found["chain_growth"] == pytest.approx(0.15)
        assert found["year_growth"] == pytest.approx(0.08, abs=1e-6)
        assert found[["chain_points", "year_points"]].isna().all()
        assert found["complete"] is True
        assert found["notes"] == ""

    def test_rates_change_by_percentage_points(self) -> None:
        """A, of high value, bought 85 of 100 in the second quarter and 90 of 100 in the third: guide 004's 5 points."""
        lines = []
        for quarter, day, share in ((2, "2024-04-15", 85.0), (3, "2024-08-15", 90.0)):
            lines.append(order("A", f"{quarter}A", day, share))
            lines += [order(name, f"{quarter}{name}", day, (100 - share) / 5) for name in "BCDEF"]
        found = compared(lines, c.GRAIN_QUARTER, date="2024-09-30").loc["高价值客户金额占比"]
        assert found["unit"] == "%"
        assert found[["current", "previous"]].tolist() == pytest.approx([90, 85])
        assert found["chain_points"] == pytest.approx(5)
        assert np.isnan(found["chain_growth"])
        assert found["statement"] == "2024Q3高价值客户金额占比环比提升5个百分点。"
        assert found["notes"] == "去年同期早于最早的数据"


class TestFigures:
    LINES = (
        order("A", "1", "2024-01-10", 100, profit=20),
        order("B", "2", "2024-01-20", 300, profit=30),
        order("C", "9", "2024-01-21", 100),
        order("A", "3", "2024-02-01", 200, profit=60),
        order("A", "3", "2024-02-01", 100, profit=30),  # second line
        order("D", "4", "2024-02-29", 300),  # its profit is not known
        order("A", "5", "2024-02-10", 0, net_amount=-50.0, counts=False),  # a return
    )

    def test_by_hand(self) -> None:
        deals = [deal(1, "2024-02-01", i.OPPORTUNITY_WON, "2024-02-10"), deal(2, "2024-02-02")]
        found = compared(self.LINES, c.GRAIN_MONTH, date="2024-02-29", deals=deals)
        current = found["current"].to_dict()
        assert current == pytest.approx({
            "成交金额": 0.055,  # 200 + 100 + 300 − 50
            "订单数": 2,
            "成交客户数": 2,
            "新增客户数": 1,  # D
            "客单价": 275,
            "活跃客户占比": 50,  # A and D of A, B, C, D
            "利润率": 30,  # 90 ÷ 300, of the lines that say a profit
            "高价值客户金额占比": 100 * 250 / 550,
            "新建商机数": 2,
            "商机转化率": 50,
        })  # fmt: skip
        previous = found["previous"].to_dict()
        assert previous["成交金额"] == pytest.approx(0.05)
        assert previous["利润率"] == pytest.approx(100 * 50 / 400)
        assert previous["活跃客户占比"] == 100
        assert previous["新增客户数"] == 3
        assert np.isnan(previous["新建商机数"])  # none is known of January

    def test_few_cases_get_no_sentence(self) -> None:
        found = compared(self.LINES, c.GRAIN_MONTH, date="2024-02-29")
        assert found.loc["订单数", "statement"] == ""
        assert found.loc["订单数", "notes"].startswith("不足5单，环比不作结论")
        assert found.loc["活跃客户占比", "chain_points"] == pytest.approx(-50)
        assert found.loc["活跃客户占比", "statement"] == ""
        assert found.loc["活跃客户占比", "notes"].startswith("样本不足5")
        assert found.loc["成交金额", "statement"] == "2024-02成交金额环比增长10%。"  # 550 against 500

    def test_zero_and_negative_bases_are_blank_with_the_reason(self) -> None:
        lines = [order("A", "0", "2023-01-05", 1), order("A", "1", "2024-02-05", 100)]
        lines.append(order("A", "2", "2023-02-01", -3, counts=False))
        found = compared(lines, c.GRAIN_MONTH, date="2024-02-29").loc["成交金额"]
        assert found[["chain_growth", "year_growth"]].isna().all()
        assert found["statement"] == ""
        assert found["notes"] == "上期为0，没有环比；去年同期为负，没有同比"
        assert found[["previous", "last_year"]].tolist() == pytest.approx([0, -0.0003])

    def test_what_lies_before_the_data_is_not_zero(self) -> None:
        found = compared([order("A", "1", "2024-02-05", 100)], c.GRAIN_MONTH, date="2024-02-29").loc[
            "成交金额"
        ]
        assert found[["previous", "last_year"]].isna().all()
        assert found["notes"] == "上期早于最早的数据；去年同期早于最早的数据"

    def test_a_month_without_orders_has_no_average(self) -> None:
        found = compared([order("A", "1", "2024-01-05", 100)], c.GRAIN_MONTH, date="2024-02-29")
        assert found.loc["成交金额", "chain_growth"] == -1
        assert found.loc["客单价", "notes"].startswith("本期没有可计算的数据")
        assert np.isnan(found.loc["客单价", "current"])

    def test_nothing_changes_reads_as_such(self) -> None:
        lines = [order("A", "1", "2024-01-05", 1000.3), order("A", "2", "2024-02-05", 1000)]
        found = compared(lines, c.GRAIN_MONTH, date="2024-02-29").loc["成交金额"]
        assert found["statement"] == "2024-02成交金额环比持平。"

    def test_a_year_says_its_change_once(self) -> None:
        lines = [order("A", "1", "2023-01-05", 100), order("A", "2", "2024-05-05", 150)]
        found = compared(lines, c.GRAIN_YEAR, date="2024-12-31").loc["成交金额"]
        assert found["statement"] == "2024年成交金额同比上升50%。"
        assert found[["chain_growth", "year_growth"]].tolist() == [0.5, 0.5]


class TestRunning:
    LINES = (
        order("A", "1", "2023-08-10", 100),
        order("A", "2", "2023-08-20", 1000),
        order("A", "3", "2024-07-15", 200),
        order("A", "4", "2024-07-16", 1000),
        order("A", "5", "2024-08-15", 300),
    )

    def test_a_running_month_is_compared_as_far_as_it_has_come(self) -> None:
        found = compared(self.LINES, c.GRAIN_MONTH, date="2024-08-15").loc["成交金额"]
        assert found["complete"] is False
        assert [f"{found[name]:%Y-%m-%d}" for name in ("start", "end")] == ["2024-08-01", "2024-08-15"]
        # 300 against 1–15 July, 200, and 1–15 August of the year before, 100
        assert found[["chain_growth", "year_growth"]].tolist() == pytest.approx([0.5, 2])
        assert found["statement"] == "2024-08（截至2024-08-15）成交金额环比增长50%，同比上升200%。"

    def test_a_chosen_period_names_the_day(self) -> None:
        given = made(self.LINES, date="2024-08-15", period=c.PERIOD_LAST_MONTH)
        found = given.tables[t.COMPARE.name]
        july = found[(found["grain"] == c.GRAIN_MONTH) & (found["metric"] == "成交金额")].iloc[0]
        assert july[["period", "complete", "current"]].tolist() == ["2024-07", True, pytest.approx(0.12)]
        assert given.chosen[t.COMPARE.name] == "上月 2024-07-01 至 2024-07-31"

    def test_opportunities_are_compared_at_the_same_age(self) -> None:
        """Of those created this month one of five is won after 10 days; a year ago three were, but two of them later."""
        deals = [deal(n, "2024-08-05") for n in range(4)] + [
            deal(4, "2024-08-05", i.OPPORTUNITY_WON, "2024-08-15")
        ]
        deals += [deal(10 + n, "2023-08-05") for n in range(2)]
        deals += [deal(12 + n, "2023-08-05", i.OPPORTUNITY_WON, day) for n, day in enumerate(
            ["2023-08-15", "2023-08-16", "2024-01-05"])]  # fmt: skip
        found = compared(self.LINES, c.GRAIN_MONTH, date="2024-08-15", deals=deals).loc["商机转化率"]
        assert found[["current", "last_year"]].tolist() == pytest.approx([20, 20])
        assert found["statement"] == "2024-08（截至2024-08-15）商机转化率同比持平。"

    def test_a_past_month_keeps_the_time_it_has_had(self) -> None:
        deals = [deal(n, "2024-07-05") for n in range(4)] + [
            deal(4, "2024-07-05", i.OPPORTUNITY_WON, "2024-08-14")
        ]
        found = made(self.LINES, date="2024-08-15", deals=deals, period=c.PERIOD_LAST_MONTH).tables[
            t.COMPARE.name
        ]
        july = found[(found["grain"] == c.GRAIN_MONTH) & (found["metric"] == "商机转化率")].iloc[0]
        assert july["current"] == pytest.approx(20)


class TestStretches:
    @pytest.mark.parametrize(
        ("day", "grain", "months", "expected"),
        [
            ("2024-05-15", c.GRAIN_MONTH, 1, ("2024-04-01", "2024-04-15")),
            ("2024-05-15", c.GRAIN_QUARTER, 3, ("2024-01-01", "2024-02-15")),
            ("2024-05-31", c.GRAIN_QUARTER, 3, ("2024-01-01", "2024-02-29")),  # two whole months
            ("2024-03-30", c.GRAIN_MONTH, 1, ("2024-02-01", "2024-02-29")),
            ("2024-03-31", c.GRAIN_MONTH, 1, ("2024-02-01", "2024-02-29")),
            ("2024-02-29", c.GRAIN_MONTH, 12, ("2023-02-01", "2023-02-28")),
            ("2023-02-28", c.GRAIN_MONTH, 12, ("2022-02-01", "2022-02-28")),
            ("2025-02-28", c.GRAIN_MONTH, 12, ("2024-02-01", "2024-02-29")),
            ("2024-11-30", c.GRAIN_YEAR, 12, ("2023-01-01", "2023-11-30")),
        ],
    )
    def test_back(self, day: str, grain: str, months: int, expected: tuple[str, str]) -> None:
        found = stretch_to(pd.Timestamp(day), grain, Settings.default()).back(months).days
        assert tuple(f"{end:%Y-%m-%d}" for end in found) == expected

    def test_every_day_goes_back_into_the_period_before(self) -> None:
        settings = Settings.default()
        for grain, months in ((c.GRAIN_MONTH, 1), (c.GRAIN_QUARTER, 3), (c.GRAIN_YEAR, 12)):
            for day in pd.date_range("2023-12-01", "2024-12-31"):
                now = stretch_to(day, grain, settings)
                before = now.back(months)
                assert before.whole.end + pd.Timedelta(days=1) == now.whole.start
                assert before.whole.start == before.days.start <= before.days.end <= before.whole.end
                assert now.complete <= before.complete

    def test_names(self) -> None:
        calendar = Settings.default()
        fiscal = replace(calendar, general=replace(calendar.general, fiscal_start_month=4))
        day = pd.Timestamp("2024-01-01")
        assert [label(day, grain, calendar) for grain in c.GRAINS] == ["2024-01", "2024Q1", "2024年"]
        # The business year from April 2023: January begins its fourth quarter.
        assert [label(day, grain, fiscal) for grain in c.GRAINS] == ["2024-01", "2023财年Q4", "2023财年"]
        assert label(pd.Timestamp("2024-04-01"), c.GRAIN_YEAR, fiscal) == "2024财年"

    def test_only_what_is_cut_says_so(self) -> None:
        within = stretch_to(pd.Timestamp("2024-05-15"), c.GRAIN_QUARTER, Settings.default()).days
        assert cut_short(pd.Timestamp("2024-04-01"), c.GRAIN_MONTH, within, Settings.default()) == ""
        assert cut_short(pd.Timestamp("2024-05-01"), c.GRAIN_MONTH, within, Settings.default()) == (
            "仅含 2024-05-01 至 2024-05-15"
        )

    def test_a_fiscal_year_has_its_own_rows(self) -> None:
        lines = [order("A", "1", "2023-02-05", 100), order("A", "2", "2024-02-05", 150)]
        found = compared(lines, c.GRAIN_YEAR, date="2024-03-31", fiscal=4).loc["成交金额"]
        assert found[["period", "complete"]].tolist() == ["2023财年", True]
        # The year before began in April 2022, before the first data.
        assert found["notes"] == "上期早于最早的数据；去年同期早于最早的数据"


class TestTable:
    def test_three_grains_of_every_metric_in_declared_columns(self) -> None:
        tables = made(GUIDE, date="2024-09-30").tables
        assert list(tables[t.COMPARE.name]) == list(t.COMPARE.names)
        assert tables[t.COMPARE.name]["grain"].value_counts().to_dict() == dict.fromkeys(c.GRAINS, 10)

    def test_the_chart_has_twelve_months_beside_the_year_before(self) -> None:
        block = made(GUIDE, date="2024-09-30").tables[t.COMPARE_CHART.name]
        assert len(block) == t.COMPARE_CHART.fixed_rows
        assert block["label"].iloc[[0, -1]].tolist() == ["2023-10", "2024-09"]
        july = block.set_index("label").loc["2024-07"]
        assert july[["amount", "last_year"]].tolist() == pytest.approx([90, 106.4815])
        assert block["last_year"].isna().tolist() == [True] * 9 + [False] * 3  # the data begin in July 2023
        assert block["amount"].sum() == pytest.approx(215)

    def test_the_chart_of_a_running_month_goes_as_far_in_the_year_before(self) -> None:
        block = made(TestRunning.LINES, date="2024-08-15").tables[t.COMPARE_CHART.name]
        assert block["last_year"].iloc[-1] == pytest.approx(0.01)
        assert block["label"].tolist()[-2:] == ["2024-07", "2024-08"]
        assert block["amount"].tolist()[-2:] == pytest.approx([0.12, 0.03])

    def test_the_months_of_the_chart_are_checked_against_the_lines(self) -> None:
        for cells in ({}, {"period": c.PERIOD_LAST_MONTH}, {"owner": "王敏"}):
            (check,) = made(TestRunning.LINES, date="2024-08-15", **cells).checks
            assert check.result == "✔", check
        assert check.detail == "1,500.00 元"  # twelve months, from September 2023 on: 200 + 1,000 + 300

    def test_narrowed(self) -> None:
        lines = [*GUIDE, order("X", "9", "2024-09-01", 5_000)]
        both, only = (made(lines, date="2024-09-30", **cells) for cells in ({}, {"owner": "李强"}))
        values = [given.tables[t.COMPARE.name]["current"].iloc[0] for given in (both, only)]
        assert values == pytest.approx([25.5, 0.5])
        assert only.chosen[t.COMPARE.name] == "负责人 李强"

    def test_what_matches_nothing_says_so(self) -> None:
        with pytest.raises(CrmError, match="没有符合所选条件的订单"):
            made(GUIDE, date="2024-09-30", owner="李强")
        with pytest.raises(CrmError, match="没有符合所选条件的订单"):
            made([], date="2024-09-30")

    def test_one_order(self) -> None:
        found = made([order("A", "1", "2024-09-30", 10)], date="2024-09-30").tables[t.COMPARE.name]
        assert found["statement"].tolist() == [""] * 30
        assert not np.isinf(found.select_dtypes("number")).any(axis=None)

    def test_the_order_of_rows_changes_nothing(self) -> None:
        lines = TestFigures.LINES
        one, other = (made(given, date="2024-02-29").tables for given in (lines, lines[::-1]))
        for name in one:
            pd.testing.assert_frame_equal(one[name], other[name])
