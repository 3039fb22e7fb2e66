"""Customers as the analysis measures them, with only what a test is about filled in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from crm_xl.schema import NUMERIC
from crm_xl.tables.outputs import METRICS

BUYER = {"lifetime_orders": 9.0, "frequency": 4.0}  # ordered before and in the period
IDLE = {"lifetime_orders": 9.0, "frequency": 0.0}  # ordered before, not in the period
PROSPECT = {"lifetime_orders": 0.0, "frequency": 0.0}


def metric_rows(*rows: dict[str, Any]) -> pd.DataFrame:
    """METRICS with one row per dict, numbered C1, C2, …; whatever a dict leaves out is missing."""
    columns: dict[str, Any] = {}
    for column in METRICS:
        values = [row.get(column.name) for row in rows]
        if column.kind in NUMERIC:
            columns[column.name] = np.array([np.nan if v is None else v for v in values], dtype=float)
        else:
            columns[column.name] = pd.Series(values, dtype=object)
    frame = pd.DataFrame(columns)
    frame["customer_id"] = [row.get("customer_id", f"C{place + 1}") for place, row in enumerate(rows)]
    return frame
