"""Worksheet functions on large ranges, beside the barest numpy or pandas and through xlwings' own call_udf.

The seconds are those a person waits for in front of a cell (COM itself comes on top, and only Windows has it).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from benchmarks.functions_input import ORDER_HEADINGS, customers, orders
from benchmarks.harness import Case, Pair
from crm_xl.functions.declared import function
from crm_xl.settings import Settings

CUSTOMERS = 10_000
ORDERS = 100_000
BUYERS = 8_000
ANALYSIS_DATE = "2024-12-31"


def _score() -> Pair:
    rows = customers(CUSTOMERS)
    card = Settings.default().card
    steps = [
        (
            np.array([step.lower if step.lower is not None else -np.inf for step in indicator.steps]),
            np.array([step.points for step in indicator.steps]),
            card.weights[indicator.name],
        )
        for indicator in card.indicators
    ]

    def barest() -> list[float]:
        values = np.array(rows)
        points = [
            weight * earned[np.searchsorted(lowers, values[:, place], side="right") - 1]
            for place, (lowers, earned, weight) in enumerate(steps)
        ]
        return list(sum(points))

    return Pair(
        ours=lambda: function("CUSTOMER_SCORE").call(rows), baseline=barest, note=f"{CUSTOMERS:,} customers"
    )


def _rfm() -> Pair:
    body = orders(ORDERS, BUYERS)
    rows = [list(ORDER_HEADINGS), *body]

    def barest() -> pd.DataFrame:
        frame = pd.DataFrame(body, columns=["customer", "order", "date", "amount"])
        table = frame.groupby("customer", sort=False).agg(
            last=("date", "max"), orders=("order", "nunique"), amount=("amount", "sum")
        )
        return table.rank(pct=True)

    return Pair(
        ours=lambda: function("RFM_TABLE").call(rows, ANALYSIS_DATE),
        baseline=barest,
        note=f"{ORDERS:,} order lines of {BUYERS:,} customers",
    )


def _through_excel(name: str, *arguments: object) -> Callable[[], object]:
    """The call as Excel makes it, with only COM stubbed: this process can do nothing else afterwards."""
    from tests.support.call_udf import as_com
    from tests.support.call_udf_child import com_values, windows_call_udf

    call_udf = windows_call_udf()
    held = [com_values(as_com(argument)) for argument in arguments]
    return lambda: call_udf("crm_xl.excel.udfs", name, held)


def _score_udf() -> Pair:
    from tests.support.call_udf import MISSING, Range

    core = _score()
    ours = _through_excel("CUSTOMER_SCORE", Range(customers(CUSTOMERS)), MISSING)
    return Pair(ours=ours, baseline=core.ours, note=core.note)


def _rfm_udf() -> Pair:
    from tests.support.call_udf import MISSING, Range

    core = _rfm()
    rows = [list(ORDER_HEADINGS), *orders(ORDERS, BUYERS)]
    ours = _through_excel("RFM_TABLE", Range(rows), ANALYSIS_DATE, MISSING)
    return Pair(ours=ours, baseline=core.ours, note=core.note)


SCORE = Case(ours="CUSTOMER_SCORE", baseline="numpy searchsorted", prepare=_score, most_seconds=0.02)
SCORE_UDF = Case(
    ours="CUSTOMER_SCORE through call_udf", baseline="its core", prepare=_score_udf, most_seconds=0.05
)
RFM = Case(ours="RFM_TABLE", baseline="pandas groupby and rank", prepare=_rfm, most_seconds=0.15)
RFM_UDF = Case(ours="RFM_TABLE through call_udf", baseline="its core", prepare=_rfm_udf, most_seconds=0.35)
