"""The last 24 calendar months, by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crm_xl.analysis.trend import monthly_trend
from crm_xl.tables import outputs

DAY = pd.Timestamp("2024-03-15")


def orders(*rows: tuple[str | None, str, str, float, bool]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["customer_id", "order_date", "order_id", "net_amount", "counts"])
    return frame.assign(
        order_date=pd.to_datetime(frame["order_date"]).astype("datetime64[ns]"),
        counts=frame["counts"].astype(bool),
    )


LINES = orders(
    ("A", "2021-05-01", "1", 100, True),  # before the 24 months: not new in them, but there
    ("A", "2024-01-31", "2", 10_000, True),
    ("A", "2024-01-31", "2", 5_000, True),  # second line
    ("B", "2024-01-01", "3", 3_000, True),
    ("B", "2024-03-01", "4", 8_000, True),
    ("A", "2024-03-02", "5", -2_000, False),  # a return: money only
    ("C", "2024-03-16", "6", 500, True),  # after the analysis date
)


def test_months_end_with_the_analysis_month() -> None:
    found = monthly_trend(LINES, DAY)
    assert list(found) == list(outputs.TREND.names)
    assert len(found) == outputs.TREND.fixed_rows == 24
    assert found["month"].iloc[[0, -1]].tolist() == [pd.Timestamp("2022-04-01"), pd.Timestamp("2024-03-01")]


def test_figures_by_hand() -> None:
    found = monthly_trend(LINES, DAY).set_index("month")
    january, february, march = (found.loc[f"2024-0{month}-01"].tolist() for month in (1, 2, 3))
    # amount 万元, orders, customers, new, active ÷ all so far, 元 per order
    assert january == pytest.approx([1.8, 2, 2, 1, 2 / 2, 9000])
    assert february[:5] == [0, 0, 0, 0, 0]
    assert np.isnan(february[5])
    assert march == pytest.approx([0.6, 1, 1, 0, 1 / 2, 6000])


def test_a_month_between_orders_is_zero_and_one_before_all_data_is_blank() -> None:
    found = monthly_trend(LINES[1:], DAY).set_index("month")
    assert found.loc["2023-12-01"].isna().all()
    assert found.loc["2024-01-01", "new_customers"] == 2
    assert found.loc["2024-02-01", "orders"] == 0
    assert monthly_trend(LINES, DAY)["orders"].iloc[0] == 0


def test_one_order_number_of_two_months_is_an_order_of_each() -> None:
    lines = orders(("A", "2024-02-29", "1", 1, True), ("A", "2024-03-01", "1", 1, True))
    assert monthly_trend(lines, DAY)["orders"].tolist()[-2:] == [1, 1]


def test_a_line_of_nobody_is_money_and_an_order_but_no_customer() -> None:
    lines = orders(("A", "2024-03-01", "1", 10_000, True), (None, "2024-03-01", "2", 10_000, True))
    march = monthly_trend(lines, DAY).iloc[-1]
    assert march[["amount", "orders", "customers", "new_customers"]].tolist() == [2, 2, 1, 1]


def test_without_orders_all_is_blank() -> None:
    found = monthly_trend(orders(), DAY)
    assert len(found) == 24
    assert found.drop(columns="month").isna().all(axis=None)


def test_sums_tie_out_to_the_lines() -> None:
    rng = np.random.default_rng(3)
    n = 2000
    days = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 430, n), "D")
    lines = pd.DataFrame(
        {
            "customer_id": rng.integers(0, 60, n).astype(str),
            "order_date": days,
            "order_id": np.arange(n).astype(str),
            "net_amount": rng.integers(1, 10_000, n).astype(float),
            "counts": True,
        }
    )
    found = monthly_trend(lines, DAY)
    kept = lines[lines["order_date"] <= DAY]
    assert found["amount"].sum() * 10_000 == pytest.approx(kept["net_amount"].sum())
    assert found["orders"].sum() == len(kept)
    assert found["new_customers"].sum() == kept["customer_id"].nunique()
    month = kept["order_date"].dt.to_period("M")
    assert found["customers"].iloc[-15:].tolist() == kept.groupby(month)["customer_id"].nunique().tolist()
