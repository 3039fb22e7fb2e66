"""What stands out is told and left as it is: made-up columns, medians by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from crm_xl.analysis.clean import Cleaned, clean
from crm_xl.analysis.ledger import Action, Rule
from crm_xl.raw import RawTable
from crm_xl.schema import Table
from crm_xl.settings import Settings
from crm_xl.tables import inputs as i
from tests.analysis.test_clean import TODAY


def cleaned(table: Table, rows: list[dict[str, Any]], **general: Any) -> Cleaned:
    names = list(dict.fromkeys(name for row in rows for name in row))
    titles = [table.column(name).title for name in names]
    body = [[row.get(name) for name in names] for row in rows]
    raw = RawTable.from_rows(table.name, [titles, *body], sheet=table.sheet, row=1)
    shipped = Settings.default()
    settings = replace(shipped, general=replace(shipped.general, **general))
    return clean({table.name: raw}, settings, TODAY)


def lines(result: Cleaned, rule: Rule) -> list[tuple[str, str, str]]:
    ledger = result.ledger[result.ledger["rule"] == rule]
    return list(ledger[["cell", "before", "after"]].itertuples(index=False, name=None))


def order(number: int, amount: Any, **more: Any) -> dict[str, Any]:
    return {
        "order_id": f"S{number}",
        "customer_id": "C1",
        "order_date": "2024-01-02",
        "amount": amount,
        **more,
    }


def orders(*amounts: Any) -> list[dict[str, Any]]:
    return [order(n, amount) for n, amount in enumerate(amounts)]


EVEN = [90, 100, 110, 120, 80] * 5


def test_a_figure_far_from_the_rest_is_told_and_kept() -> None:
    result = cleaned(i.ORDERS, orders(*EVEN, 1_000_000))
    assert lines(result, Rule.OUTLIER) == [("订单!D27", "1000000", "中位数 100")]
    assert result.tables["tblOrders"]["amount"].max() == 1_000_000
    assert result.balance.net_kept == sum(EVEN) + 1_000_000
    assert result.set_aside == 0


def test_small_figures_and_returns_are_measured_by_their_own_size() -> None:
    result = cleaned(i.ORDERS, orders(*EVEN, 0.01, *(-1 for _ in range(25)), -500))
    assert [cell for cell, *_ in lines(result, Rule.OUTLIER)] == ["订单!D27", "订单!D53"]


@pytest.mark.parametrize(
    "amounts",
    [
        [*EVEN, 900],  # less than ten times the median, whatever the spread
        [100] * 30 + [950],
        [*[100] * 10, 1_000_000],  # too few to say what is usual
        [10.0**n for n in range(-2, 9) for _ in range(3)],  # widely spread: nothing stands out
        [0] * 30,
    ],
)
def test_what_is_usual_is_not_told(amounts: list[float]) -> None:
    assert lines(cleaned(i.ORDERS, orders(*amounts)), Rule.OUTLIER) == []


def test_where_most_are_equal_ten_times_stands_out() -> None:
    assert lines(cleaned(i.ORDERS, orders(*[100] * 30, 1_001)), Rule.OUTLIER) == [
        ("订单!D32", "1001", "中位数 100")
    ]


def test_k_is_a_setting() -> None:
    spread = [10, 20, 50, 100, 200, 500, 1000] * 5
    assert lines(cleaned(i.ORDERS, orders(*spread, 300_000), outlier_k=5.0), Rule.OUTLIER) == []
    assert len(lines(cleaned(i.ORDERS, orders(*spread, 300_000), outlier_k=3.0), Rule.OUTLIER)) == 1


def test_rows_set_aside_are_neither_measured_nor_told() -> None:
    rows = [*orders(*EVEN), {**order(99, 10**9), "order_date": "2099-01-01"}]
    assert lines(cleaned(i.ORDERS, rows), Rule.OUTLIER) == []


def customers(**columns: list[Any]) -> list[dict[str, Any]]:
    size = len(next(iter(columns.values())))
    return [
        {
            "customer_id": f"C{n}",
            "customer_name": f"甲{n}公司",
            **{name: values[n] for name, values in columns.items()},
        }
        for n in range(size)
    ]


@pytest.mark.parametrize(
    ("table", "rows", "cell", "after"),
    [
        (i.CUSTOMERS, customers(revenue_wan=[86_000_000 + n for n in range(25)]), "客户!C2", "中位数 8.6e+07，像是以元填写"),
        (i.ORDERS, orders(*[0.1 + n / 100 for n in range(25)]), "订单!D2", "中位数 0.22，像是以万元填写"),
        (
            i.ORDERS,
            [order(n, 100.0, quantity=20, unit_price=50_000) for n in range(25)],
            "订单!D2",
            "约为数量×单价(元)的 0.0001 倍，像是单位相差一万倍",
        ),
        (
            i.ORDERS,
            [order(n, 100.0 + n, profit=(100.0 + n) * 2_000) for n in range(25)],
            "订单!E2",
            "约为订单金额(元)的 2e+03 倍，像是单位相差一万倍",
        ),
    ],
)  # fmt: skip
def test_a_column_ten_thousand_times_off_is_told_once(
    table: Table, rows: list[dict[str, Any]], cell: str, after: str
) -> None:
    result = cleaned(table, rows)
    (line,) = lines(result, Rule.UNIT_DOUBTFUL)
    assert (line[0], line[2]) == (cell, after)
    assert len(result.tables[table.name]) == len(rows)


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        (i.CUSTOMERS, customers(revenue_wan=[8_600 + n for n in range(25)])),
        (i.ORDERS, orders(*[12_500 + n for n in range(25)])),
        (i.ORDERS, [order(n, 100.0, quantity=2, unit_price=50) for n in range(25)]),
        (i.ORDERS, [order(n, 1_000.0 + n, profit=1) for n in range(25)]),
        (i.ORDERS, orders(*[0.001] * 5)),
    ],
)
def test_a_column_in_its_unit_is_not_doubted(table: Table, rows: list[dict[str, Any]]) -> None:
    assert lines(cleaned(table, rows), Rule.UNIT_DOUBTFUL) == []


def empty(result: Cleaned) -> dict[str, float]:
    rows = result.summary[result.summary["rule"] == Rule.FIELD_EMPTY]
    return dict(zip(rows["action"], rows["findings"], strict=True))


def test_empty_cells_are_counted_column_by_column() -> None:
    rows = customers(region=["华东", None, " "], occupation=["教师", None, None], employees=[5, None, 7])
    kinds = ("个人", "个人", "企业")
    result = cleaned(
        i.CUSTOMERS, [row | {"customer_type": kind} for row, kind in zip(rows, kinds, strict=True)]
    )
    # The occupation of a company and the staff of a person are not missing.
    assert empty(result) == {f"{Action.TO_SUPPLY}“区域”": 2, f"{Action.TO_SUPPLY}“职业”": 1}


def test_a_blank_that_means_something_is_not_counted() -> None:
    rows = [order(1, 5, status="已确认"), order(2, 6, original_order_id="S1", status=None, remark=None)]
    assert empty(cleaned(i.ORDERS, [{k: v for k, v in row.items() if k != "remark"} for row in rows])) == {}


def test_missing_numbers_do_not_disturb_the_median() -> None:
    result = cleaned(i.ORDERS, [order(n, a, profit=None if n % 2 else 10.0) for n, a in enumerate(EVEN * 2)])
    assert lines(result, Rule.OUTLIER) == []
    assert np.isnan(result.tables["tblOrders"]["profit"]).sum() == 25
