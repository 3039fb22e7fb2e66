"""`crm_xl.analyze` on half a million order lines, beside Polars' bare aggregate of the cleaned ones."""

from __future__ import annotations

import polars as pl

import crm_xl
from benchmarks.harness import Case, Pair
from benchmarks.retail_input import describe, lines
from tests.support import retail


def prepare() -> Pair:
    """Tables in memory for us; for Polars purchases by known customers, each line once."""
    source = lines()
    tables = retail.tables(source.lines)
    bought = retail.purchases(source.lines)
    columns = ("customer_id", "order_id", "order_date", "amount")
    cleaned = pl.DataFrame({name: bought[name].to_numpy() for name in columns})

    def aggregate() -> pl.DataFrame:
        return cleaned.group_by("customer_id").agg(
            pl.col("order_date").max(), pl.col("order_id").n_unique(), pl.col("amount").sum()
        )

    return Pair(ours=lambda: crm_xl.analyze(tables), baseline=aggregate, note=describe(source))


CASE = Case(
    ours="analyze",
    baseline="Polars max, n_unique, sum per customer",
    prepare=prepare,
    most_ratio=60,
    most_gigabytes=3,
)
