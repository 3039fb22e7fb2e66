"""Made-up rows for every input table: the data the workbook and the templates are shipped with.

All names, numbers and figures are invented; mobile numbers begin with 154, which no operator has been given, and
mail addresses end in example.com. The rows depend on the seed alone: `random.Random` gives the same numbers
on every machine.
"""

from __future__ import annotations

import random
from functools import cache
from typing import Any

from crm_xl.builder.samples.customers import customer_rows, make_customers
from crm_xl.builder.samples.follow_up import (
    action_rows,
    override_rows,
    plan_rows,
    rating_rows,
    tag_rows,
)
from crm_xl.builder.samples.orders import make_orders, order_rows
from crm_xl.builder.samples.sales import (
    campaign_rows,
    churned_rows,
    member_rows,
    opportunity_rows,
)
from crm_xl.builder.samples.service import contact_rows, interaction_rows, ticket_rows, usage_rows
from crm_xl.tables import TABLES
from crm_xl.tables import inputs as i

SEED = 20261031
Rows = tuple[tuple[Any, ...], ...]


@cache
def sample_rows(step: int = 1) -> dict[str, Rows]:
    """Rows of every input table, by table name, in the declared order of columns.

    Args:
        step: only every so-many-th customer, and the rows that are of these customers.
    """
    rows = _all_rows()
    if step == 1:
        return rows
    kept = set(list(dict.fromkeys(row[0] for row in rows[i.CUSTOMERS.name]))[::step])
    places = {
        name: TABLES[name].names.index("customer_id") for name in rows if "customer_id" in TABLES[name].names
    }
    return {
        name: tuple(row for row in body if row[places[name]] in kept) if name in places else body
        for name, body in rows.items()
    }


@cache
def _all_rows() -> dict[str, Rows]:
    """Every row.

    Two years that end on `customers.LAST_DAY`: 400 customers, of whom some have never ordered, some have gone
    silent and some are lost; a dozen big ones; refunds, cancelled orders, and a few faults for the ledger.
    """
    random_ = random.Random(SEED)
    customers = make_customers(random_)
    orders = make_orders(customers, random_)
    rows: dict[str, list[tuple[Any, ...]]] = {
        i.CUSTOMERS.name: customer_rows(customers),
        i.CONTACTS.name: contact_rows(customers, random_),
        i.ORDERS.name: order_rows(orders),
        i.INTERACTIONS.name: interaction_rows(customers),
        i.TICKETS.name: ticket_rows(customers, random_),
        i.USAGE.name: usage_rows(customers, random_),
        i.RATINGS.name: rating_rows(customers, random_),
        i.OPPORTUNITIES.name: opportunity_rows(customers, random_),
        i.CHURNED.name: churned_rows(customers, random_),
        i.CAMPAIGNS.name: campaign_rows(),
        i.CAMPAIGN_MEMBERS.name: member_rows(customers, random_),
        i.TAGS.name: tag_rows(customers, random_),
        i.ACTIONS.name: action_rows(),
        i.PLANS.name: plan_rows(customers, random_),
        i.OVERRIDES.name: override_rows(customers),
        i.HISTORY.name: [],
        i.MERGE_PROPOSALS.name: [],
    }
    return {name: tuple(body) for name, body in rows.items()}
