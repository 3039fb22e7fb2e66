"""Small sets with published RFM results, in the shape the analysis takes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

EXPECTED = Path(__file__).resolve().parents[1] / "expected"

RFM_R_DATE = pd.Timestamp("2006-12-31")


def rfm_r_orders() -> pd.DataFrame:
    """The 4,906 orders of R's package rfm (expected/rfm_r/NOTE.txt); every row is an order."""
    frame = pd.read_csv(EXPECTED / "rfm_r" / "orders.csv")
    return pd.DataFrame(
        {
            "customer_id": frame["customer"].astype(str),
            "order_date": pd.to_datetime(frame["order_date"].astype(str), format="%Y%m%d"),
            "order_id": frame.index.astype(str),
            "net_amount": frame["revenue"].astype(float),
            "counts": True,
        }
    )


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
