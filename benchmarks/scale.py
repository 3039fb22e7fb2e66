"""How far one machine goes: orders streamed to Parquet, and the workbook refreshed from them out of core.

    python dev.py bench scale                 10^6 and 10^7 lines
    python dev.py bench scale 100000000       as many as are asked for, as far as the disk allows

Each size is refreshed in a process of its own, whose peak of memory is what the system counted for it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path

from benchmarks.harness import REPOSITORY

SIZES = (1_000_000, 10_000_000)
CUSTOMERS = 50_000
LINES_AT_ONCE = 5_000_000
BYTES_PER_LINE = 60  # of Parquet, and as much again of what DuckDB puts on disk while it works
MOST_GIGABYTES = 4.0
WORKBOOK = REPOSITORY / "templates" / "customer_grading.xlsx"

# Every column is a function of the line's number, so that the same lines come out on every machine. Of a thousand
# lines 20 are returns of a line 3,000 earlier, half of which name its order, 5 are cancelled, 1 stands twice and 1
# names no customer. Three lines make an order; customers are bought from unevenly; three years of days.
LINES = """
SELECT
    CASE WHEN taking_back THEN 'R' || lpad(CAST(line AS VARCHAR), 10, '0')
         ELSE 'S' || lpad(CAST(line // 3 AS VARCHAR), 10, '0') END AS order_id,
    CASE WHEN hash(line, 'nobody') % 1000 = 0 THEN NULL
         ELSE 'C' || lpad(CAST(CAST(pow((hash(told // 3, 'customer') % 1000003) / 1000003.0, 1.5) * {customers} AS INTEGER)
              AS VARCHAR), 7, '0') END AS customer_id,
    TIMESTAMP '2023-11-01' + to_seconds(CAST(floor((told // 3) * 3.0 / {lines} * 1090 * 86400) AS BIGINT))
        + to_days(CASE WHEN taking_back THEN 5 ELSE 0 END) AS order_date,
    round(CASE WHEN taking_back THEN -1 ELSE 1 END
          * exp(4 + 5 * ((hash(told, 'amount') % 100003) / 100003.0)), 2) AS amount,
    round(CASE WHEN taking_back THEN -1 ELSE 1 END
          * exp(4 + 5 * ((hash(told, 'amount') % 100003) / 100003.0)) * ((hash(told, 'margin') % 40) / 100.0), 2) AS profit,
    '品类' || CAST(hash(told, 'product') % 20 AS VARCHAR) AS product_type,
    'P' || lpad(CAST(hash(told, 'product') % 2000 AS VARCHAR), 5, '0') AS product_id,
    CASE WHEN hash(line, 'status') % 200 = 0 THEN '已取消' ELSE '已确认' END AS status,
    CASE WHEN taking_back AND hash(line, 'says') % 2 = 0 THEN 'S' || lpad(CAST(told // 3 AS VARCHAR), 10, '0') END
        AS original_order_id
FROM (
    SELECT line, taking_back, line - CASE WHEN taking_back THEN 3000 ELSE 0 END AS told
    FROM (
        SELECT line, line >= 3000 AND hash(line, 'return') % 50 = 0 AS taking_back
        FROM (SELECT CAST(range AS BIGINT) - CASE WHEN range > 0 AND hash(range, 'twice') % 1000 = 0 THEN 1 ELSE 0 END
              AS line FROM range({first}, {end}))
    )
)
"""


@dataclass(frozen=True, kw_only=True)
class Run:
    """One size refreshed: seconds to write the lines and to refresh, and the refresh's peak."""

    lines: int
    parquet_gigabytes: float
    written: float
    refreshed: float
    gigabytes: float


def write_lines(folder: Path, lines: int) -> None:
    """Stream the lines to Parquet files in the folder; never more than one file's worth is in memory."""
    import duckdb

    with duckdb.connect(config={"memory_limit": "1GB", "temp_directory": str(folder)}) as connection:
        for number, first in enumerate(range(0, lines, LINES_AT_ONCE)):
            query = LINES.format(
                first=first, end=min(first + LINES_AT_ONCE, lines), lines=lines, customers=CUSTOMERS
            )
            target = folder / f"orders-{number:04}.parquet"
            connection.execute(f"COPY ({query}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")


def refresh(orders: Path, workbook: Path) -> tuple[float, float]:
    """Seconds and peak GB of `crm-xl refresh` in a process of its own.

    Raises:
        SystemExit: it failed.
    """
    program = "import sys; from crm_xl.cli import main; sys.argv[0] = 'crm-xl'; main()"
    command = [sys.executable, "-c", program, "refresh", str(workbook), "--source", str(orders)]
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if status:
        sys.exit(f"the refresh ended with {os.waitstatus_to_exitcode(status)}")
    return seconds, used.ru_maxrss / (1 << 20)  # Linux counts kB


def measure(lines: int, folder: Path) -> Run:
    """One size, its files removed afterwards."""
    orders = folder / f"orders-{lines}"
    orders.mkdir()
    started = time.perf_counter()
    write_lines(orders, lines)
    written = time.perf_counter() - started
    size = sum(path.stat().st_size for path in orders.iterdir()) / 1e9
    workbook = folder / f"{lines}.xlsx"
    shutil.copyfile(WORKBOOK, workbook)
    seconds, gigabytes = refresh(orders, workbook)
    shutil.rmtree(orders)
    return Run(lines=lines, parquet_gigabytes=size, written=written, refreshed=seconds, gigabytes=gigabytes)


def show(runs: Sequence[Run]) -> str:
    """The runs as a Markdown table, each slope the exponent of time over the run before."""
    rows = ["| 订单行 | Parquet (GB) | 刷新 (秒) | 斜率 | 内存峰值 (GB) |", "|--:|--:|--:|--:|--:|"]
    for before, run in zip((None, *runs), runs, strict=False):
        slope = (
            "—"
            if before is None
            else f"{log(run.refreshed / before.refreshed) / log(run.lines / before.lines):.2f}"
        )
        rows.append(
            f"| {run.lines:,} | {run.parquet_gigabytes:.2f} | {run.refreshed:.0f} | {slope} | {run.gigabytes:.2f} |"
        )
    return "\n".join(rows)


def main(arguments: Sequence[str]) -> int:
    """The exit code: 1 where a run took more memory than is allowed."""
    sizes = sorted(int(float(each)) for each in arguments) or list(SIZES)
    runs = []
    with tempfile.TemporaryDirectory(prefix="crm_xl_scale_") as name:
        folder = Path(name)
        for lines in sizes:
            free = shutil.disk_usage(folder).free
            if lines * BYTES_PER_LINE * 2 > free:
                print(f"{lines:,} lines do not fit: {free / 1e9:.0f} GB of disk are free", flush=True)
                break
            runs.append(measure(lines, folder))
            print(f"{runs[-1]}", flush=True)
    print(show(runs))
    return int(any(run.gigabytes > MOST_GIGABYTES for run in runs))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
