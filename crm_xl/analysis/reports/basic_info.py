"""客户基础信息表 (guide 001, table 1): who the customer is, whom to speak to, what it has bought so far."""

from __future__ import annotations

from typing import Any

import pandas as pd

from crm_xl.analysis.metrics_orders import YUAN_PER_WAN
from crm_xl.analysis.reports.contacts import SHOWN, main_contacts
from crm_xl.analysis.reports.ground import Ground, Made
from crm_xl.analysis.reports.identity import cooperation_start, headcount_words
from crm_xl.analysis.reports.ranking import bought_words
from crm_xl.analysis.tally import divide
from crm_xl.tables import inputs as i
from crm_xl.tables.relations import BASIC_INFO


def make(ground: Ground) -> Made:
    """BASIC_INFO, in the order of the customers."""
    metrics, customers = ground.metrics, ground.frames[i.CUSTOMERS.name]
    mask = ground.settings.general.mask
    contacts = main_contacts(ground.frames.get(i.CONTACTS.name), ground.listed, mask=mask)
    amount = metrics["lifetime_amount"].to_numpy(dtype=float)
    columns: dict[str, Any] = {
        **{
            name: metrics[name] for name in ("customer_id", "customer_name", "industry", "region", "renewals")
        },
        **{name: customers[name] for name in ("founded_year", "main_business")},
        **{name: contacts[name] for name in SHOWN},
        "size": headcount_words(customers),
        "cooperation_start": cooperation_start(customers, metrics),
        "amount": amount / YUAN_PER_WAN,
        "average_order_value": divide(amount, metrics["lifetime_orders"].to_numpy(dtype=float)),
        "products": bought_words(ground, None),
    }
    return Made(tables={BASIC_INFO.name: pd.DataFrame({name: columns[name] for name in BASIC_INFO.names})})
