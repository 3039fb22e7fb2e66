"""Which headings are recognised, which are refused, and what the user is told."""

from __future__ import annotations

from collections import Counter

import pytest

from crm_xl.schema import Table
from crm_xl.tables import TABLES, headings

ORDERS = TABLES["tblOrders"]


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_no_heading_means_two_columns_of_one_table(table: Table) -> None:
    keys = Counter(key for column in table for key in headings.spellings(column))
    assert [key for key, count in keys.items() if count > 1] == []


@pytest.mark.parametrize(
    "heading",
    [
        "订单金额(元)",
        "订单金额（元）",
        " 订单金额 (元)* ",
        "AMOUNT",
        "amount",
        "消费金额",
        "\ufeff金额",
        "金\u200b额",
        "ａｍｏｕｎｔ",
    ],
)
def test_spellings_of_one_column(heading: str) -> None:
    assert headings.match_headings(ORDERS, ["x", heading]) == {"amount": 1}


@pytest.mark.parametrize("heading", ["", "  ", "*", "订单金额(万元)", "订单金", "金额合计"])
def test_other_units_and_near_misses_are_not_taken(heading: str) -> None:
    assert headings.match_headings(ORDERS, [heading]) == {}


def test_the_title_wins_over_name_and_synonym_wherever_it_stands() -> None:
    found = ["金额", "amount", "订单金额(元)", "别的"]
    assert headings.match_headings(ORDERS, found) == {"amount": 2}
    assert headings.unmatched_headings(ORDERS, found) == (0, 1, 3)
    assert headings.repeated_headings(ORDERS, found) == {}


def test_the_same_heading_twice_is_a_fault() -> None:
    found = ["订单编号", "客户编号", "订单日期", "金额", "金额 "]
    assert headings.repeated_headings(ORDERS, found) == {"amount": (3, 4)}
    (error,) = headings.heading_errors(ORDERS, found, "订单.csv")
    assert "“金额”出现了 2 次" in error.problem
    assert error.where == "订单.csv"


def test_all_missing_columns_are_named_at_once_with_the_headings_found() -> None:
    (error,) = headings.heading_errors(ORDERS, ["客户编号", "总价"], "订单.csv")
    for title in ("订单编号", "订单日期", "订单金额(元)", "“客户编号”、“总价”"):
        assert title in error.problem


def test_a_required_column_that_the_refresh_writes_is_not_missing() -> None:
    history = TABLES["tblHistory"]
    assert [column.name for column in headings.missing_columns(history, ())] == ["customer_id"]


def test_a_table_with_everything_has_no_fault() -> None:
    assert headings.heading_errors(ORDERS, list(ORDERS.titles), "订单") == []
