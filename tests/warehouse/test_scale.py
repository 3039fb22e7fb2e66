"""The lines that the scale test generates: what they promise, and the same figures on both ways."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from benchmarks.scale import CUSTOMERS, Run, show, write_lines
from crm_xl.analysis.pipeline import analyze
from crm_xl.tables import inputs as i
from crm_xl.warehouse import WarehouseOrders
from tests.warehouse.cases import TODAY
from tests.warehouse.equality import assert_equal

LINES = 6000
AFTER_ALL = TODAY.replace(year=2027)


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("orders")
    write_lines(folder, LINES)
    return folder


def test_the_lines_are_what_they_promise(orders: Path) -> None:
    lines = pd.read_parquet(orders)
    assert len(lines) == LINES
    # Only the second half can take a line 3,000 earlier back: 3000 / 50 = 60, give or take 3 x sqrt(60).
    assert 37 <= (lines["amount"] < 0).sum() <= 83
    assert lines.duplicated().any()
    assert (lines["status"] == "已取消").any()
    assert lines["customer_id"].isna().any()
    assert lines["customer_id"].nunique() <= CUSTOMERS


@pytest.mark.slow
def test_a_generated_set_says_the_same_both_ways(orders: Path) -> None:
    lines = pd.read_parquet(orders).sort_values(["customer_id", "order_date", "order_id"], kind="stable")
    with WarehouseOrders(str(orders)) as warehouse:
        there = analyze({}, today=AFTER_ALL, orders=warehouse)
    assert_equal(there, analyze({i.ORDERS.name: lines}, today=AFTER_ALL))


def test_slopes_are_exponents() -> None:
    one = Run(lines=10**6, parquet_gigabytes=0.01, written=1.0, refreshed=10.0, gigabytes=1.0)
    ten = Run(lines=10**7, parquet_gigabytes=0.1, written=1.0, refreshed=100.0, gigabytes=1.0)
    last = show([one, ten]).splitlines()[-1]
    assert last == "| 10,000,000 | 0.10 | 100 | 1.00 | 1.00 |"  # ten times the lines, ten times the time
