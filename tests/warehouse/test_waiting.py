"""While a warehouse works: what is told of it, and that Ctrl-C leaves everything as it was."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from crm_xl import assets
from crm_xl.analysis.pipeline import analyze
from crm_xl.sources.database import PASSWORD_VARIABLE
from crm_xl.warehouse import WarehouseOrders
from crm_xl.warehouse.stages import Stage, begin
from tests.support.postgres import Postgres

REPOSITORY = Path(__file__).resolve().parents[2]
COMMAND = "import sys; from crm_xl.cli import main; sys.argv[0] = 'crm-xl'; main()"
# Nobody waits for the end of these.
ENDLESS = "{} AS order_id, {} AS customer_id, DATE '2026-01-05' AS order_date, 10.0 AS amount FROM {}"


def interrupted(workbook: Path, source: str, until_busy: float, **environment: str) -> tuple[int, str]:
    """Exit code and messages of a refresh that gets Ctrl-C once it has worked so many seconds."""
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, "refresh", str(workbook), "--source", source],
        cwd=REPOSITORY, env={**os.environ, "PYTHONUTF8": "1", **environment},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
    )  # fmt: skip
    try:
        time.sleep(until_busy)
        assert process.poll() is None, process.communicate()[1]
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    finally:
        process.kill()  # a query that did not hear would run for ever
    return process.returncode, told


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    path = tmp_path / "客户.xlsx"
    shutil.copyfile(assets.asset("templates/customer_grading.xlsx"), path)
    return path


@pytest.mark.slow
def test_ctrl_c_in_a_query_of_our_own_duckdb(tmp_path: Path, workbook: Path) -> None:
    file, temporary = tmp_path / "sales.duckdb", tmp_path / "tmp"
    temporary.mkdir()
    with duckdb.connect(str(file)) as connection:
        lines = ENDLESS.format(
            "'S' || range::VARCHAR", "'C' || (range % 1000)::VARCHAR", "range(1000000000000)"
        )
        connection.execute(f"CREATE VIEW orders AS SELECT {lines}")
    before = workbook.read_bytes()
    code, told = interrupted(workbook, str(file), 8.0, TMPDIR=str(temporary))
    assert (code, told) == (130, "已取消，文件未改动。\n")
    assert workbook.read_bytes() == before
    assert not list(temporary.iterdir())  # what did not fit in memory is gone as well
    assert sorted(path.name for path in tmp_path.iterdir()) == ["sales.duckdb", "tmp", "客户.xlsx"]


@pytest.mark.slow
@pytest.mark.postgresql
def test_ctrl_c_stops_the_server_too(postgres: Postgres, tmp_path: Path, workbook: Path) -> None:
    lines = ENDLESS.format("'S' || n", "'C' || n % 1000", "generate_series(1, 1000000000000) AS n")
    postgres.run(f"CREATE OR REPLACE VIEW endless AS SELECT {lines}")
    before = workbook.read_bytes()
    source = f"{postgres.address()}#endless"
    code, told = interrupted(workbook, source, 8.0, **{PASSWORD_VARIABLE: postgres.password})
    assert (code, told) == (130, "已取消，文件未改动。\n")
    assert workbook.read_bytes() == before
    left = "EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE '%endless%' AND pid <> pg_backend_pid())"
    postgres.run(f"DO $$ BEGIN ASSERT NOT {left}; END $$")


def test_stages_begin_when_those_before_them_are_done() -> None:
    told: list[tuple[str, float]] = []
    for stage in Stage:
        begin(stage, lambda what, share: told.append((what, share)))
    assert told[0] == ("数据仓库：读取订单", 0.0)
    assert told[2] == ("数据仓库：冲减退货", Stage.READ.share + Stage.SCREEN.share)
    assert sum(stage.share for stage in Stage) == pytest.approx(1.0)


def test_the_share_done_never_falls(tmp_path: Path) -> None:
    pd.DataFrame(
        {
            "order_id": ["S1"],
            "customer_id": ["C1"],
            "order_date": pd.to_datetime(["2026-01-05"]),
            "amount": [9.0],
        }
    ).to_parquet(tmp_path / "a.parquet")
    told: list[tuple[str, float]] = []
    with WarehouseOrders(str(tmp_path)) as orders:
        analyze({}, orders=orders, progress=lambda what, share: told.append((what, share)))
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert [what for what, _ in told][1:5] == [f"数据仓库：{stage.title}" for stage in Stage]
