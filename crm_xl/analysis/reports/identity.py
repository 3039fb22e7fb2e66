"""Who a customer is in a few words: size and first day (guides 000 and 001)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crm_xl.tables.inputs import CUSTOMER_TYPES

Names = NDArray[np.object_]

_PERSON = CUSTOMER_TYPES[1]


def joined(*parts: str | None) -> str | None:
    """The parts that say something, with commas; None where none does.

    >>> joined("张*", None, "采购总监")
    '张*，采购总监'
    """
    said = [part for part in parts if isinstance(part, str) and part]
    return "，".join(said) or None


def size_words(customers: pd.DataFrame) -> Names:
    """Of a company its people and its revenue, of a person occupation and income; missing where unknown.

    Args:
        customers: cleaned tblCustomers.
    """
    texts = (customers[name].tolist() for name in ("customer_type", "occupation", "income_band"))
    people, revenue = headcount_words(customers), customers["revenue_wan"].astype(float).tolist()
    words = np.full(len(customers), None, dtype=object)
    for place, (kind, occupation, income, own) in enumerate(zip(*texts, revenue, strict=True)):
        if kind == _PERSON:
            words[place] = joined(occupation, f"月收入{income}" if isinstance(income, str) else None)
        else:
            words[place] = joined(people[place], f"年营收{own:,.0f}万元" if own == own else None)
    return words


def headcount_words(customers: pd.DataFrame) -> Names:
    """The number of employees, or the size band where only that is known.

    Args:
        customers: cleaned tblCustomers.
    """
    counted, bands = customers["employees"].astype(float).tolist(), customers["size_band"].tolist()
    words = np.full(len(customers), None, dtype=object)
    for place, (people, band) in enumerate(zip(counted, bands, strict=True)):
        words[place] = f"{people:,.0f}人" if people == people else band if isinstance(band, str) else None
    return words


def cooperation_start(customers: pd.DataFrame, metrics: pd.DataFrame) -> pd.Series:
    """When cooperation began: as recorded, else the first order.

    Args:
        customers: cleaned tblCustomers.
        metrics: METRICS of the same customers, in the same order.
    """
    first = metrics["first_order_date"].reset_index(drop=True)
    return customers["cooperation_start"].reset_index(drop=True).fillna(first)
