"""What stands above a report, typed by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crm_xl.analysis.reports.choice import (
    Choice,
    choice_of,
    chosen_row,
    named_period,
    option_lists,
    start_of,
)
from crm_xl.errors import CrmError
from crm_xl.settings import Settings
from crm_xl.tables import choices as c
from crm_xl.tables import inputs as i
from crm_xl.tables import outputs as o
from tests.support.ground import ground, typed_row
from tests.support.typed import frame, order, orders

TABLE = c.report_choice("tblTrendChoice", o.TREND, grain=True)
DAY = "2024-05-15"
CUSTOMERS = frame(
    i.CUSTOMERS,
    [
        {"customer_id": "A", "owner": "王敏", "industry": "制造业-汽车零部件", "region": "华东"},
        {"customer_id": "B", "owner": "李强", "industry": "制造业", "region": "华南"},
        {"customer_id": "C", "owner": "", "industry": "零售业", "region": None},
        {"customer_id": "D", "owner": "王敏明", "industry": "制造业务外包", "region": "华东"},
    ],
)
ORDERS = orders(
    [
        order("A", "1", "2021-03-05", 1, sales_owner="赵六", region="西北"),
        order("A", "2", "2024-05-01", 1),
        order("A", "3", "2099-05-01", 1),
    ]
)
OPPORTUNITIES = frame(
    i.OPPORTUNITIES,
    [{"opportunity_id": "O", "customer_id": "A", "created_on": "2020-02-03", "sales_owner": "钱七"}],
)
FRAMES = {table.name: rows for table, rows in
          ((i.CUSTOMERS, CUSTOMERS), (i.ORDERS, ORDERS), (i.OPPORTUNITIES, OPPORTUNITIES))}  # fmt: skip


def chosen(date: str = DAY, fiscal: int = 1, **cells: Any) -> Choice:
    settings = Settings.default()
    settings = replace(settings, general=replace(settings.general, fiscal_start_month=fiscal))
    return choice_of(TABLE, ground(date, typed_row(TABLE, **cells), frames=FRAMES, settings=settings))


def days(choice: Choice) -> list[str]:
    return [f"{day:%Y-%m-%d}" for day in choice.period]


class TestPeriod:
    @pytest.mark.parametrize("cells", [{}, {"owner": "全部"}, {"period": c.PERIOD_AS_SET}])
    def test_nothing_chosen_is_the_analysis_period_and_everybody(self, cells: dict[str, Any]) -> None:
        found = chosen(**cells)
        # 近12个月 to 2024-05-15, which is no month end.
        assert days(found) == ["2023-05-16", "2024-05-15"]
        assert (found.words, found.grain, found.owner) == ("", c.GRAIN_MONTH, "")
        assert found.customers(CUSTOMERS).all()

    def test_a_book_without_choices_is_as_one_that_leaves_them_blank(self) -> None:
        assert choice_of(TABLE, ground(DAY, frames=FRAMES)) == chosen()
        assert chosen_row(TABLE, None) is None

    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            (c.PERIOD_MONTH, ["2024-05-01", "2024-05-15"]),
            (c.PERIOD_LAST_MONTH, ["2024-04-01", "2024-04-30"]),
            (c.PERIOD_QUARTER, ["2024-04-01", "2024-05-15"]),
            (c.PERIOD_LAST_QUARTER, ["2024-01-01", "2024-03-31"]),
            (c.PERIOD_YEAR, ["2024-01-01", "2024-05-15"]),
            (c.PERIOD_LAST_YEAR, ["2023-01-01", "2023-12-31"]),
            (c.PERIOD_TWELVE, ["2023-05-16", "2024-05-15"]),
            # The opportunity of 2020 is the first thing known; the order of 2099 is not known yet.
            (c.PERIOD_ALL, ["2020-02-03", "2024-05-15"]),
        ],
    )
    def test_named_periods_end_with_the_analysis_date_or_before(self, name: str, expected: list[str]) -> None:
        found = chosen(period=name)
        assert days(found) == expected
        assert found.words == f"{name} {expected[0]} 至 {expected[1]}"

    def test_a_fiscal_year_from_february_has_its_own_quarters(self) -> None:
        # February–April, May–July …: on 15 May the quarter is two weeks old.
        assert days(chosen(period=c.PERIOD_QUARTER, fiscal=2)) == ["2024-05-01", "2024-05-15"]
        assert days(chosen(period=c.PERIOD_LAST_QUARTER, fiscal=2)) == ["2024-02-01", "2024-04-30"]
        assert days(chosen(period=c.PERIOD_YEAR, fiscal=2)) == ["2024-02-01", "2024-05-15"]
        assert days(chosen("2024-01-31", period=c.PERIOD_YEAR, fiscal=2)) == ["2023-02-01", "2024-01-31"]
        assert days(chosen("2024-01-31", period=c.PERIOD_LAST_YEAR, fiscal=2)) == ["2022-02-01", "2023-01-31"]

    def test_every_name_but_the_days_of_ones_own_is_a_period(self) -> None:
        where = ground(DAY, frames=FRAMES)
        for name in c.PERIODS:
            if name != c.PERIOD_DAYS:
                start, end = named_period(name, where)
                assert start <= end <= where.date
        with pytest.raises(ValueError, match="no period"):
            named_period(c.PERIOD_DAYS, where)

    @pytest.mark.parametrize("fiscal", range(1, 13))
    @pytest.mark.parametrize("grain", c.GRAINS)
    def test_a_month_quarter_or_year_begins_on_a_first_and_follows_the_one_before(
        self, grain: str, fiscal: int
    ) -> None:
        settings = Settings.default()
        settings = replace(settings, general=replace(settings.general, fiscal_start_month=fiscal))
        every_day = pd.date_range("2023-01-01", "2025-12-31")
        starts = pd.Series([start_of(day, grain, settings) for day in every_day])
        months = {c.GRAIN_MONTH: 1, c.GRAIN_QUARTER: 3, c.GRAIN_YEAR: 12}[grain]
        distinct = starts.drop_duplicates()
        assert (distinct.dt.day == 1).all()
        assert (distinct.shift(-1).dropna() == (distinct[:-1] + pd.DateOffset(months=months))).all()
        assert (starts <= every_day).all()
        assert ((distinct.dt.month - fiscal) % months == 0).all()

    @pytest.mark.parametrize("period", [c.PERIOD_DAYS, c.PERIOD_AS_SET, None])
    def test_typed_days_are_meant(self, period: str | None) -> None:
        found = chosen(period=period, start="2024-01-01", end="2024-03-31")
        assert days(found) == ["2024-01-01", "2024-03-31"]
        assert found.words == "自选起止 2024-01-01 至 2024-03-31"

    def test_typed_days_of_another_named_period_wait(self) -> None:
        assert days(chosen(period=c.PERIOD_MONTH, start="2024-01-01")) == ["2024-05-01", "2024-05-15"]

    def test_a_blank_end_of_typed_days_is_that_of_the_analysis(self) -> None:
        assert days(chosen(period=c.PERIOD_DAYS, start="2022-01-01")) == ["2022-01-01", "2024-05-15"]
        assert days(chosen(period=c.PERIOD_DAYS, end="2024-01-31")) == ["2023-05-16", "2024-01-31"]
        assert days(chosen(period=c.PERIOD_DAYS, end="2030-01-31")) == ["2023-05-16", "2024-05-15"]

    def test_days_the_wrong_way_round_are_told_with_the_cell(self) -> None:
        with pytest.raises(CrmError, match=r"月度趋势!B4：.*2024-04-01.*晚于止 2024-03-31"):
            chosen(start="2024-04-01", end="2024-03-31")
        with pytest.raises(CrmError, match=r"月度趋势!C4：.*晚于止 2020-03-31"):
            chosen(end="2020-03-31")
        with pytest.raises(CrmError, match=r"月度趋势!B4：.*2024-06-01"):
            chosen(start="2024-06-01")  # after the analysis date

    @pytest.mark.parametrize(
        ("cells", "cell"),
        [({"period": "去年今日"}, "A4"), ({"start": "明天"}, "B4"), ({"grain": "周"}, "D4")],
    )
    def test_what_cannot_be_read_is_told_with_its_cell(self, cells: dict[str, Any], cell: str) -> None:
        with pytest.raises(CrmError) as error:
            chosen(**cells)
        assert error.value.where == f"月度趋势!{cell}"

    def test_several_faults_are_told_at_once(self) -> None:
        with pytest.raises(CrmError, match=r"2 处(.|\n)*A4(.|\n)*B4"):
            chosen(period="去年今日", start="明天")

    def test_an_analysis_date_with_a_time_of_day_ends_at_midnight(self) -> None:
        assert days(chosen("2024-05-15 13:00", period=c.PERIOD_ALL))[1] == "2024-05-15"
        assert chosen("2024-05-15 13:00", period=c.PERIOD_MONTH).period.end == pd.Timestamp(DAY)


class TestWho:
    @pytest.mark.parametrize(
        ("cells", "expected"),
        [
            ({"owner": "王敏"}, "A"),
            ({"owner": c.UNNAMED}, "C"),
            ({"region": "华东"}, "AD"),
            ({"region": c.UNNAMED}, "C"),
            ({"industry": "制造业"}, "AB"),  # what lies below it too, what merely begins like it not
            ({"industry": "制造业-汽车零部件"}, "A"),
            ({"industry": "制造业", "region": "华南"}, "B"),
            ({"owner": " 王敏 ", "industry": "全部"}, "A"),
        ],
    )
    def test_narrowed(self, cells: dict[str, Any], expected: str) -> None:
        inside = chosen(**cells).customers(CUSTOMERS)
        assert "".join(CUSTOMERS.loc[inside, "customer_id"]) == expected

    def test_words_say_what_was_chosen(self) -> None:
        found = chosen(period=c.PERIOD_MONTH, owner="王敏", region="华东")
        assert found.words == "本月 2024-05-01 至 2024-05-15　负责人 王敏　区域 华东"
        assert chosen(region="华东").words == "区域 华东"

    @pytest.mark.parametrize(
        ("cells", "cell", "said"),
        [
            ({"owner": "张三"}, "E4", "没有负责人“张三”"),
            ({"industry": "采矿业"}, "F4", "没有所属行业“采矿业”"),
            ({"region": "东北"}, "G4", "没有区域“东北”"),
        ],
    )
    def test_a_name_that_stands_nowhere_is_told_with_its_cell(
        self, cells: dict[str, Any], cell: str, said: str
    ) -> None:
        with pytest.raises(CrmError, match=said) as error:
            chosen(**cells)
        assert error.value.where == f"月度趋势!{cell}"
        assert "全部" in error.value.hint

    def test_an_owner_or_region_of_orders_and_opportunities_alone_may_be_chosen(self) -> None:
        for cells in ({"owner": "赵六"}, {"owner": "钱七"}, {"region": "西北"}):
            found = chosen(**cells)
            assert not found.rows(CUSTOMERS).any()
            with pytest.raises(CrmError, match="没有符合所选条件的客户"):
                found.customers(CUSTOMERS)

    def test_what_matches_nothing_says_what_was_asked(self) -> None:
        with pytest.raises(CrmError) as error:
            chosen(period=c.PERIOD_MONTH, owner="王敏", region="华南").customers(CUSTOMERS)
        assert str(error.value) == (
            "没有符合所选条件的客户（2024-05-01 至 2024-05-15，负责人 王敏，区域 华南）。"
            "请改变表上方所选的期间、负责人、所属行业或区域后刷新。"
        )

    def test_groups_of_one_choice_make_up_everybody(self) -> None:
        lists = option_lists(FRAMES)
        owners = lists[c.OWNER_LIST.name]["owner"].tolist()[1:]
        parts = [chosen(owner=name).rows(CUSTOMERS) for name in owners]
        assert np.sum(parts, axis=0).tolist() == [1] * len(CUSTOMERS)


class TestLists:
    def test_each_begins_with_everything_and_ends_with_the_unnamed(self) -> None:
        found = option_lists(FRAMES)
        assert found[c.OWNER_LIST.name]["owner"].tolist() == [
            "全部",
            "李强",
            "王敏",
            "王敏明",
            "赵六",
            "钱七",
            "（未填）",
        ]
        assert found[c.INDUSTRY_LIST.name]["industry"].tolist() == [
            "全部", "制造业", "制造业-汽车零部件", "制造业务外包", "零售业",
        ]  # fmt: skip
        assert found[c.REGION_LIST.name]["region"].tolist() == ["全部", "华东", "华南", "西北", "（未填）"]
        assert found[c.CUSTOMER_LIST.name]["customer_id"].tolist() == list("ABCD")

    def test_whatever_a_list_offers_can_be_chosen(self) -> None:
        for table in (c.OWNER_LIST, c.INDUSTRY_LIST, c.REGION_LIST):
            (name,) = table.names
            for value in option_lists(FRAMES)[table.name][name]:
                assert chosen(**{name: value}).rows(CUSTOMERS).dtype == bool

    def test_the_order_of_rows_changes_nothing(self) -> None:
        turned = {name: rows.iloc[::-1].reset_index(drop=True) for name, rows in FRAMES.items()}
        one, other = option_lists(FRAMES), option_lists(turned)
        for table in (c.OWNER_LIST, c.INDUSTRY_LIST, c.REGION_LIST):
            pd.testing.assert_frame_equal(one[table.name], other[table.name])

    def test_without_orders_and_without_customers(self) -> None:
        none = option_lists({i.CUSTOMERS.name: CUSTOMERS.iloc[:0]})
        assert none[c.OWNER_LIST.name]["owner"].tolist() == ["全部"]
        assert len(none[c.CUSTOMER_LIST.name]) == 0
