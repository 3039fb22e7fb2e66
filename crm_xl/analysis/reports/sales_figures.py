"""Amount, orders, customers, average order value and conversion of groups, and the tables made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from crm_xl.analysis.balance import exact_sum
from crm_xl.analysis.calendar import Period
from crm_xl.analysis.checks import Check, agrees
from crm_xl.analysis.growth import Floats
from crm_xl.analysis.metrics_orders import YUAN_PER_WAN
from crm_xl.analysis.reports.choice import Choice
from crm_xl.analysis.reports.sales_facts import SalesFacts
from crm_xl.analysis.tally import Codes, divide, sums
from crm_xl.schema import Table

HUNDRED = 100.0  # percentage points of a fraction


@dataclass(frozen=True, kw_only=True, eq=False)
class Figures:
    """What is sold in each of some groups: one value each; amounts in 元, conversion missing without opportunities."""

    amount: Floats
    orders: Floats
    customers: Floats
    created: Floats
    won: Floats

    @property
    def average_order_value(self) -> Floats:
        """Amount ÷ orders, 元; missing without orders."""
        return divide(self.amount, self.orders)

    @property
    def conversion(self) -> Floats:
        """Won ÷ created; missing without opportunities."""
        return divide(self.won, self.created)

    @property
    def value_by_conversion(self) -> Floats:
        """What an opportunity is worth: average order value x conversion, 元."""
        return self.average_order_value * self.conversion


class Assigned(NamedTuple):
    """The group of each sale and of each opportunity, negative for none; None where there is no such table."""

    sales: Codes
    deals: Codes | None

    @property
    def together(self) -> Assigned:
        """All groups as one."""
        return Assigned(np.minimum(self.sales, 0), None if self.deals is None else np.minimum(self.deals, 0))

    def narrowed(self, facts: SalesFacts, choice: Choice, *, any_owner: bool = False) -> Assigned:
        """Only what a choice means; with `any_owner` whoever was chosen."""
        sales = np.where(facts.chosen(choice, facts.groups, any_owner=any_owner), self.sales, -1)
        if self.deals is None or facts.opportunities is None:
            return Assigned(sales, None)
        inside = facts.chosen(choice, facts.opportunities.groups, any_owner=any_owner)
        return Assigned(sales, np.where(inside, self.deals, -1))


def figures(facts: SalesFacts, assigned: Assigned, size: int) -> Figures:
    """The figures of the groups 0 … size-1.

    Args:
        facts: sales and opportunities.
        assigned: the group of each.
        size: how many groups.
    """
    of_sale, of_deal = assigned
    inside = of_sale >= 0
    counted = inside & facts.sales.counts
    created = won = np.full(size, np.nan)
    if of_deal is not None and facts.opportunities is not None:
        dealt = of_deal >= 0
        created = np.bincount(of_deal[dealt], minlength=size).astype(float)
        won = np.bincount(of_deal[dealt & facts.opportunities.won], minlength=size).astype(float)
    return Figures(
        amount=sums(of_sale[inside], facts.sales.amount[inside], size),
        orders=distinct(of_sale[counted], facts.sales.order[counted], size, facts.sales.orders),
        customers=distinct(of_sale[counted], facts.sales.customer[counted], size),
        created=created,
        won=won,
    )


def distinct(groups: Codes, ids: Codes, size: int, worth: Floats | None = None) -> Floats:
    """How many different ids each group 0 … size-1 has; a negative id is nobody's.

    Args:
        groups: of each row.
        ids: of each row.
        size: how many groups.
        worth: how many each id stands for; default: one.
    """
    known = ids >= 0
    if not known.all():
        groups, ids = groups[known], ids[known]
    pairs = pd.unique(ids * np.int64(size) + groups)
    found = np.bincount(pairs % size, weights=None if worth is None else worth[pairs // size], minlength=size)
    return found.astype(float)


def ties(table: Table, amounts: Floats, facts: SalesFacts, choice: Choice, days: Period) -> Check:
    """The check that the amounts of a table, in 元, are those of the order lines that a choice means in some days."""
    inside = facts.chosen(choice, facts.groups) & facts.sales.covered(days)
    total = exact_sum(facts.sales.amount[inside])
    rest = exact_sum(amounts) - total
    return agrees(f"“{table.title}”成交金额合计＝所选订单净额", rest, f"{total:,.2f} 元")


def columns(found: Figures) -> dict[str, Floats]:
    """The columns that every row has; amounts in 万元, the average order value in 元."""
    return {
        "amount": found.amount / YUAN_PER_WAN,
        "orders": found.orders,
        "customers": found.customers,
        "average_order_value": found.average_order_value,
        "created": found.created,
        "won": found.won,
        "conversion": found.conversion,
    }


def whole(share: pd.Series) -> float:
    """The share of everything: 1 by construction; missing where no share is known."""
    return 1.0 if share.notna().any() else np.nan


def with_last(body: pd.DataFrame, total: Mapping[str, Any], table: Table) -> pd.DataFrame:
    """The body and its last row, of the declared columns; what the last row does not say is blank."""
    blank = {name: np.nan if pd.api.types.is_numeric_dtype(body[name].dtype) else "" for name in table.names}
    last = pd.DataFrame([{name: total.get(name, blank[name]) for name in table.names}])
    return pd.concat([body[list(table.names)], last], ignore_index=True)


def block(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """The frame on exactly the rows that a chart reads; those that are left stay blank."""
    fixed = frame[list(table.names)].reset_index(drop=True).reindex(range(table.fixed_rows or 0))
    return fixed.astype({"label": object})
