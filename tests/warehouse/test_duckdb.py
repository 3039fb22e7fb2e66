"""The warehouse says what the sheet says: on DuckDB, over every set that hypothesis makes up."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

from crm_xl.analysis.ledger import Rule
from crm_xl.analysis.pipeline import analyze
from crm_xl.tables import inputs as i
from crm_xl.tables import outputs as o
from crm_xl.warehouse import WarehouseOrders
from tests.warehouse.cases import Case, as_texts, cases
from tests.warehouse.equality import assert_equal, in_memory, in_warehouse

EXAMPLES = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.slow
@EXAMPLES
@given(cases())
def test_parquet_is_a_sheet(tmp_path: Path, case: Case) -> None:
    case.lines.to_parquet(tmp_path / "orders.parquet")
    assert_equal(in_warehouse(case, WarehouseOrders(str(tmp_path))), in_memory(case))


@pytest.mark.slow
@settings(EXAMPLES, max_examples=5)
@given(cases())
def test_csv_is_a_sheet(tmp_path: Path, case: Case) -> None:
    lines = case.lines.assign(order_date=case.lines["order_date"].dt.strftime("%Y-%m-%d %H:%M:%S"))
    lines.to_csv(tmp_path / "订单.csv", index=False)
    assert_equal(in_warehouse(case, WarehouseOrders(str(tmp_path))), in_memory(case))


@pytest.mark.slow
@settings(EXAMPLES, max_examples=3)
@given(cases(odd=False))
def test_a_duckdb_file_is_a_sheet(tmp_path: Path, case: Case) -> None:
    file = tmp_path / "sales.duckdb"
    file.unlink(missing_ok=True)
    with duckdb.connect(str(file)) as connection:
        lines = as_texts(case.lines)
        connection.register("lines", lines)
        connection.execute(
            "create schema crm; create table crm.orders as select * from lines; create table other (n int)"
        )
    assert_equal(in_warehouse(case, WarehouseOrders(f"{file}#crm.orders")), in_memory(case))


def test_a_moment_with_a_time_zone_is_of_a_day_in_china(tmp_path: Path) -> None:
    # 7:30 in Shanghai is 23:30 of the day before in UTC, in which Parquet keeps it.
    moment = pd.to_datetime(["2026-01-05 07:30"]).tz_localize("Asia/Shanghai")
    lines = pd.DataFrame({"order_id": ["S1"], "customer_id": ["C1"], "order_date": moment, "amount": [10.0]})
    lines.to_parquet(tmp_path / "orders.parquet")
    with WarehouseOrders(str(tmp_path)) as orders:
        assert analyze({}, orders=orders).analysis_date == pd.Timestamp("2026-01-05")


@pytest.mark.parametrize(
    ("changed", "doubted"),
    [
        ({}, []),
        ({"amount": 0.12, "profit": 0.024}, ["amount"]),
        ({"profit": 2_000_000.0}, ["profit"]),
        ({"quantity": 5e6}, ["amount"]),
    ],
)
def test_a_doubtful_unit_is_told_as_of_a_sheet(
    tmp_path: Path, changed: dict[str, float], doubted: list[str]
) -> None:
    # 1,200 元 of 4 pieces at 300; then in 万元, a profit in another unit, a quantity in pieces of ten thousand.
    values = {"amount": 1200.0, "profit": 240.0, "quantity": 4.0, "unit_price": 300.0, **changed}
    lines = pd.DataFrame(
        {
            "order_id": [f"S{n}" for n in range(25)],
            "customer_id": "C1",
            "order_date": pd.Timestamp("2026-01-05"),
            **values,
        }
    )
    lines.to_parquet(tmp_path / "orders.parquet")
    with WarehouseOrders(str(tmp_path)) as orders:
        there = analyze({}, orders=orders)
    here = analyze({i.ORDERS.name: lines})
    for results in (there, here):
        ledger = results.tables[o.LEDGER.name]
        told = ledger.loc[ledger["rule"] == Rule.UNIT_DOUBTFUL.value, "column"].tolist()
        assert told == [i.ORDERS.column(name).title for name in doubted]
