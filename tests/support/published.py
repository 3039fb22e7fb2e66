"""Small sets with published RFM results, in the shape the analysis takes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

RFM_R_DATE = pd.Timestamp("2006-12-31")


@dataclass(frozen=True)
class RfmR:
    """Orders in the shape of R's package rfm, every row an order, and whether they are the published ones."""

    orders: pd.DataFrame
    real: bool


def rfm_r(shared_data: Path | None) -> RfmR:
    """The 4,906 orders of R's package rfm (rsquaredacademy/rfm, MIT); made-up ones where they are absent."""
    if shared_data is None:
        rng = np.random.default_rng(1)
        days = rng.integers(0, 1_900, 4_906)
        frame = pd.DataFrame(
            {
                "customer_id": rng.integers(0, 995, len(days)).astype(str),
                "order_date": RFM_R_DATE - pd.to_timedelta(days, unit="D"),
                "revenue": rng.integers(10, 220, len(days)),
            }
        )
    else:
        frame = pd.read_csv(shared_data / "rfm_r" / "orders.csv", parse_dates=["order_date"])
    orders = pd.DataFrame(
        {
            "customer_id": frame["customer_id"].astype(object),
            "order_date": frame["order_date"],
            "order_id": frame.index.astype(str),
            "net_amount": frame["revenue"].astype(float),
            "counts": True,
        }
    )
    return RfmR(orders, real=shared_data is not None)


def pymc_purchases() -> pd.DataFrame:
    """Customers 1 to 6 of pymc-marketing's RFM fixture, seen on 2015-02-06.

    Transcribed from the 14 transactions of tests/clv/test_utils.py (Apache-2.0): purchase days since the last
    one, number of purchase days, mean amount per purchase day (its definition of money, not ours).
    """
    rows = [
        (1, 0, 2, 1.5),  # 01-01 1, 02-06 2
        (2, 36, 1, 2.0),  # 01-01 2
        (3, 32, 3, 3.0),  # 01-01 3, 01-02 1, 01-05 5
        (4, 1, 3, 6.0),  # 01-16 6, 02-02 3, 02-05 3 + 6
        (5, 19, 3, 4.0),  # 01-16 3, 01-17 1, 01-18 8
        (6, 4, 1, 5.0),  # 02-02 5
    ]
    return pd.DataFrame(rows, columns=["customer_id", "recency_days", "frequency", "monetary"])
