"""Since when a customer is one: orders are seldom on record from the beginning (docs/decisions.md #46).

Whoever orders in the first months on record would be new in them, however old a customer. Guide 000 calls 合作起始时间
the day of the first order: where it lies before the month of the first line, it is.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from crm_xl.analysis.calendar import Dates


def older_than_orders(customers: pd.DataFrame, buyers: pd.DataFrame) -> pd.Series:
    """合作起始时间 of the customers who were some before the month of anybody's first line, by customer_id.

    Args:
        customers: customer_id and cooperation_start.
        buyers: OrderFacts.buyers, of the same scope.
    """
    started = customers.set_index("customer_id")["cooperation_start"].astype("datetime64[us]")
    first = buyers["first_line"].min()
    if pd.isna(first):
        return started.iloc[:0]
    return started[started < pd.Timestamp(first).normalize().replace(day=1)]


def first_orders(recorded: Dates, customers: pd.Index[Any], older: pd.Series) -> Dates:
    """The day of each customer's first order, on record or before; NaT without one on record.

    Args:
        recorded: the day of the first order on record.
        customers: whose it is, as `older` names them.
        older: from `older_than_orders`.
    """
    days = recorded.astype("datetime64[D]")
    before = older.reindex(customers).to_numpy().astype("datetime64[D]")
    return np.where(np.isnat(days) | np.isnat(before), days, before)
