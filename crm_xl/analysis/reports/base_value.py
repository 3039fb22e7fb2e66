"""客户基础信息与价值评估表: who each customer is, what it has bought so far, and its RFM grade (guide 002, table 1)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crm_xl.analysis.reports.ground import Ground, Made
from crm_xl.analysis.segments import segment
from crm_xl.analysis.summary import YUAN_PER_WAN
from crm_xl.analysis.tally import codes_in, divide, text_index
from crm_xl.tables import inputs as i
from crm_xl.tables import outputs as o
from crm_xl.tables.portraits import BASE_VALUE

OUTSIDE_WINDOW = "RFM窗口内无订单"


def make(ground: Ground) -> Made:
    """BASE_VALUE: one row per customer; money, orders and their repeats over the whole history.

    All three are of the same orders, as in the guide's example: 15.2 ÷ 4 = 3.8.
    """
    metrics = ground.metrics
    orders = metrics["lifetime_orders"].to_numpy(dtype=float)
    amount = metrics["lifetime_amount"].to_numpy(dtype=float) / YUAN_PER_WAN
    table = pd.DataFrame(
        {
            **{
                name: metrics[name]
                for name in ("customer_id", "customer_name", "industry", "region", "owner")
            },
            "employees": ground.frames[i.CUSTOMERS.name]["employees"].to_numpy(dtype=float),
            "company_age": metrics["company_age"],
            "last_order_date": metrics["last_order_date"],
            "lifetime_amount_wan": amount,
            "average_order_value_wan": divide(amount, orders),
            "repeat_rate": divide(orders - 1, orders),
            "grade": rfm_grades(ground),
        }
    )
    return Made(tables={BASE_VALUE.name: table[list(BASE_VALUE.names)]})


def rfm_grades(ground: Ground) -> np.ndarray:
    """Each customer's segment by the scheme of “客户等级(RFM)方案”; why there is none where there is none.

    Without tblOrders nobody has one.
    """
    grades = np.full(len(ground.metrics), None, dtype=object)
    detail = ground.made.get(o.RFM.name)
    if detail is None:
        return grades
    general = ground.settings.general
    scheme = general.grade_scheme
    if scheme == general.rfm_scheme or scheme not in ground.settings.segments:
        found = detail["segment"].to_numpy(dtype=object)
    else:
        found = segment(detail, ground.settings.segments[scheme], high=general.rfm_high)
    grades[:] = np.where(ground.metrics["lifetime_orders"] > 0, OUTSIDE_WINDOW, o.NO_TRADE)
    grades[codes_in(detail["customer_id"], text_index(ground.metrics["customer_id"]))] = found
    return grades
