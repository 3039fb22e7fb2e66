"""Purchase histories as purchase models read them: repeat purchases, recency, age, mean repeat purchase.

Purchases of one customer on one day (or in one calendar week) are one purchase. Recency here is the time from
the first to the last purchase, as the literature has it, and not the days since the last order.
Source: Fader, Hardie, Lee (2005); figures as in pymc-marketing's and lifetimes' published examples.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crm_xl.analysis.calendar import Dates
from crm_xl.analysis.growth import Floats

DAY, WEEK = "day", "week"
_DAYS_PER_WEEK = 7
_MONDAY_OFFSET = 3  # day 0 of the epoch was a Thursday


def purchase_history(orders: pd.DataFrame, observed_to: pd.Timestamp, *, unit: str = DAY) -> pd.DataFrame:
    """One row per customer who bought up to a day: frequency, recency, T and monetary_value.

    Args:
        orders: customer_id, order_date, net_amount and counts of cleaned tblOrders; lines that do not count
            are no purchases.
        observed_to: the last day observed, inclusive.
        unit: DAY, or WEEK for calendar weeks from Monday to Sunday.

    Returns:
        Sorted by customer_id: frequency (purchases after the first), recency (first to last purchase) and T
        (first purchase to the end), in units; monetary_value, the mean of the purchases after the first, 0
        where there is none.
    """
    seen = orders["order_date"].to_numpy() <= np.datetime64(observed_to, "D")
    return _summary(_purchases(orders.loc[seen], unit), _ordinal(observed_to, unit))


def train_test_split(
    orders: pd.DataFrame, train_to: pd.Timestamp, test_to: pd.Timestamp, *, unit: str = DAY
) -> pd.DataFrame:
    """The history up to a day beside what the same customers did afterwards, to judge a model by.

    Args:
        orders: as for `purchase_history`.
        train_to: last day of the history, inclusive.
        test_to: last day of what is to be foretold, inclusive.
        unit: DAY or WEEK.

    Returns:
        `purchase_history` at `train_to`; then test_frequency (purchases in the test time), test_T (its length)
        and test_monetary_value (mean purchase in it, 0 where there is none). Who first bought afterwards is not
        in it.
    """
    if test_to <= train_to:
        raise ValueError("the test time must begin after the training time")
    days = orders["order_date"].to_numpy()
    later = (days > np.datetime64(train_to, "D")) & (days <= np.datetime64(test_to, "D"))
    history = purchase_history(orders, train_to, unit=unit)
    test = _purchases(orders.loc[later], unit).groupby("customer_id")["amount"].agg(["size", "mean"])
    found = test.reindex(history["customer_id"])
    return history.assign(
        test_frequency=found["size"].fillna(0.0).to_numpy(),
        test_T=float(_ordinal(test_to, unit) - _ordinal(train_to, unit)),
        test_monetary_value=found["mean"].fillna(0.0).to_numpy(),
    )


def _units(days: Dates, unit: str) -> NDArray[np.int64]:
    number = days.astype("datetime64[D]").astype(np.int64)
    if unit == DAY:
        return number
    if unit == WEEK:
        return (number + _MONDAY_OFFSET) // _DAYS_PER_WEEK
    raise ValueError(f"a history counts in days or weeks, not in {unit!r}")


def _ordinal(day: pd.Timestamp, unit: str) -> int:
    return int(_units(np.array([day], dtype="datetime64[D]"), unit)[0])


def _purchases(orders: pd.DataFrame, unit: str) -> pd.DataFrame:
    """One row per customer and unit of time: customer_id, at, amount; sorted."""
    lines = orders.loc[orders["counts"].to_numpy(dtype=bool)]
    at = _units(lines["order_date"].to_numpy(), unit)
    codes, names = pd.factorize(lines["customer_id"].to_numpy(dtype=object), sort=True)
    begin = int(at.min(initial=0))
    span = int(at.max(initial=0)) - begin + 1
    keys, cells = np.unique(codes * span + (at - begin), return_inverse=True)
    return pd.DataFrame(
        {
            "customer_id": pd.Series(np.asarray(names, dtype=object)[keys // span], dtype=object),
            "at": keys % span + begin,
            "amount": np.bincount(cells, weights=lines["net_amount"].to_numpy(dtype=float)),
        }
    )


def _summary(purchases: pd.DataFrame, end: int) -> pd.DataFrame:
    by_customer = purchases.groupby("customer_id")
    totals = by_customer.agg(
        purchases=("at", "size"), first=("at", "min"), last=("at", "max"),
        amount=("amount", "sum"), first_amount=("amount", "first"),
    )  # fmt: skip
    repeats = totals["purchases"].to_numpy(dtype=float) - 1
    spent: Floats = (totals["amount"] - totals["first_amount"]).to_numpy(dtype=float)
    mean = np.zeros(len(totals))
    np.divide(spent, repeats, out=mean, where=repeats > 0)
    return pd.DataFrame(
        {
            "customer_id": totals.index.to_numpy(dtype=object),
            "frequency": repeats,
            "recency": (totals["last"] - totals["first"]).to_numpy(dtype=float),
            "T": end - totals["first"].to_numpy(dtype=float),
            "monetary_value": mean,
        }
    )
