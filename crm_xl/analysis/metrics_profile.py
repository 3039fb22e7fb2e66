"""What the customer record and people's ratings say of each customer (SPEC section 4)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from crm_xl.analysis.calendar import MONTHS_PER_YEAR, Dates, elapsed
from crm_xl.analysis.industry import industry_sections
from crm_xl.analysis.tally import Tally
from crm_xl.tables.inputs import COMPANY_SIZES

RATED = (
    "industry_rank", "industry_growth", "industry_potential", "expansion_plan", "need_match", "cross_buy_rate",
    "churn_rate", "on_time_payment", "benchmark_status", "brand_synergy", "policy_support",
)  # fmt: skip


# The first head counts of the bands above the lowest one.
SIZE_BOUNDS = (20, 100, 500, 1000)
MAJORITY = 0.5


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
    same = (
        "customer_id", "customer_name", "industry", "region", "owner", "renewals", "market_position", "willingness",
        "digital_need",
    )  # fmt: skip
    return {
        **{name: customers[name].to_numpy() for name in same},
        "industry_section": industry_sections(customers["industry"].to_numpy(dtype=object)),
        "tenure_years": tenure,
        "company_age": np.where(age >= 0, age, np.nan),
        "size_level": size_level(customers),
    }


def size_level(customers: pd.DataFrame) -> np.ndarray:
    """1 (fewest people) to 5 by the size band, else by the number of employees; missing where neither is known."""
    band = pd.Index(COMPANY_SIZES).get_indexer(pd.Index(customers["size_band"].to_numpy(dtype=object))) + 1.0
    people = customers["employees"].to_numpy(dtype=float)
    counted = np.searchsorted(SIZE_BOUNDS, people, side="right") + 1.0
    return np.where(band > 0, band, np.where(np.isnan(people), np.nan, counted))


def rating_metrics(
    ratings: pd.DataFrame, customers: pd.Index[Any], analysis_date: pd.Timestamp
) -> dict[str, np.ndarray]:
    """The mean of what several people rated, field by field; ratings dated later are not known yet."""
    rated_on = ratings["rated_on"].to_numpy()
    known = np.isnat(rated_on) | (rated_on <= np.datetime64(analysis_date, "D"))
    rows = ratings.loc[known]
    tally = Tally.of(rows["customer_id"], customers)
    means = {name: tally.mean(rows[name].to_numpy(dtype=float)) for name in RATED}
    said_yes = rows["key_industry"].astype("boolean").to_numpy(dtype=float, na_value=np.nan)
    share = tally.mean(said_yes)
    # A draw counts as yes: leaving out an industry that half the raters call key costs more than a second look.
    majority = (share >= MAJORITY).astype(object)
    majority[np.isnan(share)] = None
    return {**means, "key_industry": majority}
