"""Cleaned tables typed in by hand: every declared column is there, with the type its kind promises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from crm_xl.schema import NUMERIC, TEMPORAL, Kind, Table
from crm_xl.tables import inputs as i

Row = dict[str, Any]


def frame(table: Table, rows: Sequence[Row]) -> pd.DataFrame:
    """The rows as cleaning leaves them; a column that a row does not name is missing in it."""
    unknown = {name for row in rows for name in row} - set(table.names)
    if unknown:
        raise ValueError(f"{table.name} has no columns {sorted(unknown)}")
    columns = {}
    for column in table:
        values = [row.get(column.name) for row in rows]
        if column.kind in NUMERIC:
            columns[column.name] = pd.Series(np.array(values, dtype=float))
        elif column.kind in TEMPORAL:
            moments = [pd.NaT if value is None else pd.Timestamp(value) for value in values]
            columns[column.name] = pd.Series(moments, dtype="datetime64[us]")
        else:
            boolean = column.kind is Kind.YESNO
            columns[column.name] = pd.Series(
                [value if value is None or boolean else str(value) for value in values], dtype=object
            )
    return pd.DataFrame(columns)


def customers(*ids: str, **same: Any) -> pd.DataFrame:
    """tblCustomers with these ids; every customer has the other values given."""
    return frame(i.CUSTOMERS, [{"customer_id": name, **same} for name in ids])


def orders(rows: Sequence[Row]) -> pd.DataFrame:
    """tblOrders; what a row does not say of net_amount, net_profit and counts is: nothing was returned."""
    extra = ("net_amount", "net_profit", "counts")
    plain = frame(i.ORDERS, [{k: v for k, v in row.items() if k not in extra} for row in rows])
    return plain.assign(
        net_amount=np.array([row.get("net_amount", row["amount"]) for row in rows], dtype=float),
        net_profit=np.array([row.get("net_profit", row.get("profit")) for row in rows], dtype=float),
        counts=np.array([row.get("counts", True) for row in rows], dtype=bool),
    )


def order(customer: str, order_id: str, date: str, amount: float, **more: Any) -> Row:
    """One order line."""
    return {
        "customer_id": customer,
        "order_id": order_id,
        "order_date": date,
        "amount": amount,
        "status": i.ORDER_CONFIRMED,
        **more,
    }
