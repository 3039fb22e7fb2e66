"""Who was a customer before orders are on record, by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crm_xl import analyze
from crm_xl.analysis.beginnings import first_orders, older_than_orders
from crm_xl.tables import dashboard as d
from crm_xl.tables import inputs as i
from crm_xl.tables import outputs as o
from crm_xl.tables import sales_reports as x

# Orders are on record from November 2024. A has been a customer since 2020, B began with his first order, C has no
# day, D signed in November before ordering in December, E is old and has no order on record.
CUSTOMERS = pd.DataFrame(
    {
        "customer_id": list("ABCDE"),
        "customer_name": [f"{name}公司" for name in "甲乙丙丁戊"],
        "cooperation_start": ["2020-05-01", "2024-12-10", None, "2024-11-20", "2021-01-01"],
    }
)
ORDERS = pd.DataFrame(
    [
        ("1", "A", "2024-11-05", 100.0),
        ("2", "C", "2024-11-06", 100.0),
        ("3", "B", "2024-12-10", 100.0),
        ("4", "D", "2024-12-11", 100.0),
        ("5", "A", "2025-01-31", 100.0),
    ],
    columns=["order_id", "customer_id", "order_date", "amount"],
)


def test_only_a_day_before_the_month_of_the_first_line_makes_a_customer_older() -> None:
    buyers = pd.DataFrame(
        {"customer_id": ["A", "C"], "first_line": pd.to_datetime(["2024-11-05", "2024-11-06"])}
    )
    started = CUSTOMERS.assign(cooperation_start=pd.to_datetime(CUSTOMERS["cooperation_start"]))
    older = older_than_orders(started, buyers)
    assert older.index.tolist() == ["A", "E"]
    assert older_than_orders(started, buyers.iloc[:0]).empty
    recorded = np.array(["2024-11-05", "2024-11-06", "NaT"], dtype="datetime64[D]")
    found = first_orders(recorded, pd.Index(["A", "C", "E"]), older)
    assert found.astype(str).tolist() == ["2020-05-01", "2024-11-06", "NaT"]


def test_an_old_customer_is_new_in_no_table_and_had_ordered_from_the_first_month_on() -> None:
    results = analyze({i.CUSTOMERS.name: CUSTOMERS, i.ORDERS.name: ORDERS}, today="2025-02-01")
    trend = results.tables[o.TREND.name].set_index("month").loc["2024-11-01":]
    assert trend["new_customers"].tolist() == [1, 2, 0]  # C; B and D; nobody
    # November: A and C of A and C. December: B and D of the four. January: A of the four.
    assert trend["active_share"].tolist() == [1.0, 0.5, 0.25]
    figures = results.tables[d.KEY_FIGURES.name].set_index("figure")
    assert figures.loc["新增客户数", "current"] == "3 家"
    # At the end of January 2024 A had ordered, long before; nobody's order of then is on record.
    assert figures.loc["期末活跃客户占比", ["current", "previous"]].tolist() == ["100.0%", ""]
    compared = results.tables[x.COMPARE.name].set_index(["grain", "metric"])
    assert compared.loc[("月", "新增客户数"), ["current", "previous"]].tolist() == [0, 2]
    assert compared.loc[("季", "活跃客户占比"), "current"] == 25.0  # A of A, B, C, D
    block = results.tables[x.TURNING_CHART.name].set_index("month").loc["2024-11-01":]
    assert block["new_customers"].tolist() == [1, 2, 0]
