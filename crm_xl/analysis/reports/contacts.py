"""The person to speak to at each customer, as anybody may see him."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from crm_xl.analysis.privacy import mask_column
from crm_xl.analysis.tally import codes_in, text_index
from crm_xl.tables import inputs as i

SHOWN = ("contact_id", "contact_name", "position", "decision_role", "phone", "contact_preference")
# Whom a salesperson calls first.
_FIRST = ("最终决策者", "采购负责人", "技术决策者", "使用者", "其他")


def main_contacts(contacts: pd.DataFrame | None, customers: pd.Index[Any], *, mask: bool) -> pd.DataFrame:
    """One row per customer, in their order, with the contact who decides most; missing where there is none.

    Args:
        contacts: cleaned tblContacts; None where the workbook has none.
        customers: customer ids.
        mask: names and phones are masked.

    Returns:
        contact_id, contact_name, position, decision_role, phone, contact_preference.
    """
    empty = pd.DataFrame({name: np.full(len(customers), None, dtype=object) for name in SHOWN})
    if contacts is None or contacts.empty:
        return empty
    owners = codes_in(contacts["customer_id"], customers)
    rank = codes_in(contacts["decision_role"], text_index(_FIRST))
    rank[rank < 0] = len(_FIRST)
    # Written from the least to the most important, so that he stays; equals go by the table's order.
    order = np.lexsort((-np.arange(len(contacts)), -rank))
    order = order[owners[order] >= 0]
    place = np.full(len(customers), -1, dtype=np.int64)
    place[owners[order]] = order
    found = place >= 0
    for name in SHOWN:
        values = empty[name].to_numpy(dtype=object, copy=True)
        values[found] = contacts[name].to_numpy(dtype=object)[place[found]]
        secret = i.CONTACTS.column(name).secret
        if mask and secret is not None:
            values[found] = mask_column(values[found], secret)
        empty[name] = pd.Series(values, dtype=object)
    return empty
