"""The same definition on the company's own engine: PostgreSQL and Spark, started for real."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from crm_xl.analysis.pipeline import analyze
from crm_xl.sources.database import PASSWORD_VARIABLE
from crm_xl.tables import outputs as o
from crm_xl.warehouse import WarehouseOrders
from tests.support.postgres import Postgres
from tests.warehouse.cases import Case, as_texts, cases
from tests.warehouse.equality import assert_equal, in_memory, in_warehouse

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

REPOSITORY = Path(__file__).resolve().parents[2]

# An engine is asked the same questions whatever the lines: a few large sets rather than many small ones.
FEW = settings(
    deadline=None,
    phases=[Phase.generate],
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.slow
@pytest.mark.postgresql
@settings(FEW, max_examples=3)
@given(cases(fewest=20, most=60))
def test_postgresql_is_a_sheet(postgres: Postgres, case: Case) -> None:
    store(postgres, "orders", case)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PASSWORD_VARIABLE, postgres.password)
        orders = WarehouseOrders(f"{postgres.address()}#orders")
        assert_equal(in_warehouse(case, orders), in_memory(case))


@pytest.mark.slow
@pytest.mark.postgresql
def test_a_moment_with_a_time_zone_is_of_a_day_in_china(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, postgres.password)
    postgres.run(
        "drop table if exists zoned; create table zoned (单号 text, 客户ID bigint, 下单日期 timestamptz, 金额 numeric);"
        "insert into zoned values ('S1', 812345678901234567, '2026-01-04 23:30+00', 10)"
    )
    with WarehouseOrders(f"{postgres.address()}#public.zoned") as orders:
        results = analyze({}, orders=orders)
        assert results.analysis_date == pd.Timestamp("2026-01-05")  # 7:30 in Shanghai
        # A number of 18 digits is exact in a database, and an id.
        assert results.tables[o.METRICS.name]["customer_id"].tolist() == ["812345678901234567"]


@pytest.mark.slow
@pytest.mark.spark
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # PySpark leaves sockets open
@settings(FEW, max_examples=1)
@given(cases(fewest=60, most=100))
def test_spark_is_a_sheet(spark: SparkSession, tmp_path: Path, case: Case) -> None:
    as_texts(case.lines).to_parquet(tmp_path / "orders.parquet")
    orders = WarehouseOrders(f"spark://local[1]{tmp_path}")
    assert_equal(in_warehouse(case, orders), in_memory(case))
    gc.collect()  # its sockets, while they are pardoned


@pytest.mark.slow
@pytest.mark.spark
def test_a_spark_of_our_own_leaves_nothing_where_the_person_is(tmp_path: Path) -> None:
    program = """
from crm_xl.errors import CrmError
from crm_xl.warehouse import WarehouseOrders
try:
    with WarehouseOrders("spark://local[1]#orders"):
        pass
except CrmError as error:
    print(error)
"""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    assert "没有表“orders”" in done.stdout, done.stderr
    assert not list(tmp_path.iterdir())


def store(postgres: Postgres, table: str, case: Case) -> None:
    """The case's lines as a table: texts, numeric(14,2) money, a timestamp."""
    kinds = {"amount": "numeric(14,2)", "profit": "double precision", "order_date": "timestamp"}
    lines = case.lines.astype(object).where(case.lines.notna(), None)
    columns = ", ".join(f"{name} {kinds.get(name, 'text')}" for name in lines)
    postgres.run(f"drop table if exists {table}; create table {table} ({columns})")
    postgres.fill(table, lines.to_numpy(dtype=object).tolist())
