"""The last 24 months one by one: amount, orders, customers, new customers, active share."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crm_xl.analysis.beginnings import first_orders
from crm_xl.analysis.calendar import Dates
from crm_xl.analysis.growth import Floats
from crm_xl.analysis.rfm import first_lines
from crm_xl.analysis.summary import YUAN_PER_WAN
from crm_xl.analysis.tally import Codes, Tally, divide, settled
from crm_xl.tables import outputs


def trend_months(analysis_date: pd.Timestamp, months: int = outputs.TREND_MONTHS) -> Dates:
    """The months of the trend, datetime64[M], the last one that of the analysis date."""
    last = np.datetime64(analysis_date, "M")
    axis: Dates = np.arange(last - (months - 1), last + 1)
    return axis


def monthly_trend(
    orders: pd.DataFrame,
    analysis_date: pd.Timestamp,
    months: int = outputs.TREND_MONTHS,
    *,
    counted: pd.DataFrame | None = None,
    older: pd.Series | None = None,
) -> pd.DataFrame:
    """TREND: one row per calendar month, the last one that of the analysis date.

    Args:
        orders: lines with order_date and net_amount, and without `counted` with customer_id, order_id and counts
            too; all history, so that a customer is new once only. Lines after the analysis date are left out.
        analysis_date: the last month ends on it, perhaps before its last day.
        months: how many rows.
        counted: customer_id, order_date and order_id of all orders that count up to the analysis date, a row for
            each day of each at least; default: those of the lines. A column `orders` says how many orders an
            order_id stands for, where that is not one.
        older: from `beginnings.older_than_orders`, by what `counted` calls the customers; they are never new, and had
            ordered before the first month.

    Returns:
        active_share = customers with an order in the month ÷ customers with an order up to its end. A month
        before the first line is blank: nothing is known of it. One without orders after that is 0.
    """
    days = orders["order_date"].to_numpy(dtype="datetime64[D]")
    known = days <= np.datetime64(analysis_date, "D")
    axis = trend_months(analysis_date, months)
    amounts = orders["net_amount"].to_numpy(dtype=float, na_value=np.nan)
    money = settled(Tally(_places(days, axis), months).sum(amounts, known & ~np.isnan(amounts)))
    if counted is None:
        counted = orders.loc[known & orders["counts"].to_numpy(dtype=bool)]
    bought = counted["order_date"].to_numpy(dtype="datetime64[D]")
    place, every = _places(bought, axis), np.ones(len(bought), dtype=bool)
    tally = Tally(place, months)
    once = first_lines(place, counted["order_id"], every)
    number = (
        tally.sum(counted["orders"].to_numpy(dtype=float), once) if "orders" in counted else tally.count(once)
    )
    buyers = tally.count(first_lines(place, counted["customer_id"], every))

    customers, ids = pd.factorize(counted["customer_id"])
    firsts = Tally(customers.astype(np.int64), len(ids)).first(bought, every)
    if older is not None:
        firsts = first_orders(firsts, pd.Index(ids), older)
    last = np.datetime64(analysis_date, "M")
    earliest = days[known].min().astype("datetime64[M]") if known.any() else last + 1
    return trend_table(axis, money, number, buyers, firsts, earliest)


def _places(days: Dates, axis: Dates) -> Codes:
    """The place of each day's month on the axis; -1 where it lies beyond."""
    # NaT becomes the lowest number there is: a month before all others.
    place: Codes = (days.astype("datetime64[M]") - axis[0]).astype(np.int64)
    place[(place < 0) | (place >= len(axis))] = -1
    return place


def trend_table(
    axis: Dates, money: Floats, orders: Floats, buyers: Floats, firsts: Dates, earliest: np.datetime64
) -> pd.DataFrame:
    """TREND from what each month adds up to.

    Args:
        axis: the months.
        money: 元 of each.
        orders: distinct orders that count, of each.
        buyers: distinct customers with such an order, of each.
        firsts: the day of each customer's first order that counts, on record or before; NaT without one.
        earliest: the month of the first line.
    """
    begun = (firsts[~np.isnat(firsts)].astype("datetime64[M]") - axis[0]).astype(np.int64)
    new = np.bincount(begun[begun >= 0], minlength=len(axis)).astype(float)
    so_far = (begun < 0).sum() + np.cumsum(new)
    trend = pd.DataFrame(
        {
            "month": axis.astype("datetime64[ns]"),
            "amount": money / YUAN_PER_WAN,
            "orders": orders,
            "customers": buyers,
            "new_customers": new,
            "active_share": divide(buyers, so_far),
            "average_order_value": divide(money, orders),
        }
    )
    trend.loc[axis < earliest, list(outputs.TREND.names[1:])] = np.nan
    return trend
