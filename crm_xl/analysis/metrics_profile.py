"""What the customer record and people's ratings say of each customer (SPEC section 4)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from crm_xl.analysis.calendar import MONTHS_PER_YEAR, Dates, elapsed
from crm_xl.analysis.tally import Tally

RATED = (
    "industry_rank", "industry_growth", "industry_potential", "expansion_plan", "need_match", "cross_buy_rate",
    "churn_rate", "on_time_payment", "benchmark_status", "brand_synergy", "policy_support",
)  # fmt: skip


def customer_profile(
    customers: pd.DataFrame, analysis_date: pd.Timestamp, first_order: Dates | None
) -> dict[str, Any]:
    """Name, industry, region, owner, renewals, years of cooperation and years since the foundation.

    Args:
        customers: cleaned tblCustomers.
        analysis_date: the day years are counted to; a start after it counts as blank.
        first_order: stands in for a blank start of cooperation; None without orders.
    """
    tenure = elapsed(customers["cooperation_start"].to_numpy(), analysis_date, unit_months=MONTHS_PER_YEAR)
    if first_order is not None:
        since_order = elapsed(first_order, analysis_date, unit_months=MONTHS_PER_YEAR)
        tenure = np.where(np.isnan(tenure), since_order, tenure)
    age = analysis_date.year - customers["founded_year"].to_numpy(dtype=float)
    same = ("customer_id", "customer_name", "industry", "region", "owner", "renewals")
    return {
        **{name: customers[name].to_numpy() for name in same},
        "tenure_years": tenure,
        "company_age": np.where(age >= 0, age, np.nan),
    }


def rating_metrics(
    ratings: pd.DataFrame, customers: pd.Index[Any], analysis_date: pd.Timestamp
) -> dict[str, np.ndarray]:
    """The mean of what several people rated, field by field; ratings dated later are not known yet."""
    rated_on = ratings["rated_on"].to_numpy()
    known = np.isnat(rated_on) | (rated_on <= np.datetime64(analysis_date, "D"))
    rows = ratings.loc[known]
    tally = Tally.of(rows["customer_id"], customers)
    return {name: tally.mean(rows[name].to_numpy(dtype=float)) for name in RATED}
