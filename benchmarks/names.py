"""Customers whose names are nearly the same among a hundred thousand, beside finding exactly equal names."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.harness import Case, Pair
from crm_xl.analysis.duplicates import propose
from crm_xl.tables import inputs as i
from tests.analysis.test_duplicates import made_up

CUSTOMERS = 100_000


def prepare() -> Pair:
    """Made-up company names, some of them misspelt twice, as cleaned customers."""
    names = made_up(CUSTOMERS, seed=1)
    numbers = np.arange(CUSTOMERS).astype(str)
    customers = pd.DataFrame({"customer_id": numbers, "customer_name": names}, dtype=object)
    customers = customers.reindex(columns=list(i.CUSTOMERS.names))
    customers["verified_on"] = pd.Series(np.datetime64("NaT"), index=customers.index, dtype="datetime64[us]")
    return Pair(
        ours=lambda: propose(customers, None, None, similarity=0.88, mask=True),
        baseline=lambda: customers["customer_name"].duplicated(keep=False).sum(),
        note=f"{CUSTOMERS:,} names",
    )


CASE = Case(
    ours="nearly equal names",
    baseline="pandas: equal names",
    prepare=prepare,
    most_seconds=30,
    most_gigabytes=3,
)
