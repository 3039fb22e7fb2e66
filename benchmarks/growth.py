"""How time and memory grow with the order lines, from a thousand to ten million, beside the bare aggregates.

The floor is what any engine must at least do: the last day, distinct orders and sum of every customer.
"""

from __future__ import annotations

from functools import cache

import duckdb
import pandas as pd
import polars as pl

import crm_xl
from benchmarks.growth_input import cleaned, parquet, tables
from benchmarks.harness import Case, Pair
from crm_xl.analysis.order_facts import LineFacts

SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
HELD_FROM = 100_000
_COLUMNS = ["customer_id", "order_id", "order_date", "net_amount"]


def _polars(lines: pl.DataFrame, amount: str) -> pl.DataFrame:
    return lines.group_by("customer_id").agg(
        pl.col("order_date").max(), pl.col("order_id").n_unique(), pl.col(amount).sum()
    )


def prepare_analysis(size: int) -> Pair:
    """The whole analysis of lines as they come; for Polars once each, bought by somebody and not cancelled."""
    given = tables(size)

    @cache  # made in the warm-up, and not at all where only our peak is taken
    def lines() -> pl.DataFrame:
        read = pl.read_parquet(parquet(size)).unique()
        return read.filter(
            pl.col("customer_id").is_not_null() & (pl.col("amount") > 0) & (pl.col("status") == "已确认")
        )

    return Pair(
        ours=lambda: crm_xl.analyze(given),
        baseline=lambda: _polars(lines(), "amount"),
        note=f"{size:,} made-up lines",
    )


def prepare_metrics(size: int) -> Pair:
    """The last day, orders and sum of every customer from cleaned lines in memory, by us and by the bare engines."""
    lines = cleaned(size)
    until = lines["order_date"].max().normalize()
    bare = lines[_COLUMNS].reset_index(drop=True)

    @cache
    def in_polars() -> pl.DataFrame:
        return pl.from_pandas(bare)

    @cache
    def in_duckdb() -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect()
        connection.register("given", in_polars().to_arrow())
        connection.execute("CREATE TABLE lines AS SELECT * FROM given")
        return connection

    def by_pandas() -> pd.DataFrame:
        return bare.groupby("customer_id", sort=False).agg(
            last=("order_date", "max"), orders=("order_id", "nunique"), amount=("net_amount", "sum")
        )

    return Pair(
        ours=lambda: LineFacts(lines).recency_frequency_monetary(until, None),
        baseline=lambda: _polars(in_polars(), "net_amount"),
        others={
            "pandas": by_pandas,
            "DuckDB": lambda: (
                in_duckdb()
                .execute(
                    "SELECT customer_id, max(order_date), count(DISTINCT order_id), sum(net_amount) FROM lines GROUP BY ALL"
                )
                .fetchall()
            ),
        },
        note=f"{len(lines):,} cleaned lines of {size:,}",
    )


ANALYZE = Case(
    ours="analyze",
    baseline="Polars max, n_unique, sum per customer",
    prepare=prepare_analysis,
    sizes=SIZES,
    held_from=HELD_FROM,
    most_gigabytes=6,
    most_exponent=1.1,
)
METRICS = Case(
    ours="recency, frequency, money of every customer",
    baseline="Polars max, n_unique, sum per customer",
    prepare=prepare_metrics,
    sizes=SIZES,
    held_from=HELD_FROM,
    most_ratio=3,
    most_exponent=1.1,
)
