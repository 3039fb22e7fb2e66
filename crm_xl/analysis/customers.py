"""Whom the analysis is about: every known customer, narrowed to the chosen scope."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from crm_xl.analysis.calendar import window
from crm_xl.analysis.order_facts import LineFacts, Tables, orders_of
from crm_xl.analysis.order_questions import OrderFacts
from crm_xl.masks import mask_name
from crm_xl.settings.model import General
from crm_xl.tables import inputs as i
from crm_xl.tables import parameters as p

Frames = Mapping[str, pd.DataFrame]

_COMPANY, _PERSON = i.CUSTOMER_TYPES
# Scopes that compare one column of tblCustomers with the chosen value.
_SCOPE_COLUMNS = {p.SCOPE_INDUSTRY: "industry", p.SCOPE_REGION: "region", p.SCOPE_OWNER: "owner"}


def population(tables: Frames, *, mask: bool) -> tuple[dict[str, pd.DataFrame], tuple[str, ...]]:
    """The cleaned tables with a customer row for everybody who ordered, and what a reader must know of it.

    An order of a customer whom tblCustomers does not list still counts: its customer is added by number, so
    that the totals of customers tie to the totals of orders.

    Args:
        tables: cleaned tables by name.
        mask: names of persons (客户类型 个人) are masked; names of companies never.

    Returns:
        The tables, and notes for every output.
    """
    frames = dict(tables)
    orders = orders_of(tables)
    customers = frames.get(i.CUSTOMERS.name)
    notes: tuple[str, ...] = ()
    if orders is not None:
        buyers = orders.customer_ids
        strangers = buyers if customers is None else buyers[~buyers.isin(customers["customer_id"])]
        if customers is None:
            customers = _unnamed(strangers)
            notes = ("没有客户表，按订单中的客户编号分析",)
        elif len(strangers):
            customers = pd.concat([customers, _unnamed(strangers)], ignore_index=True)
            notes = (f"订单中有 {len(strangers)} 个客户编号不在客户表中，已按编号列入",)
    if customers is not None:
        frames[i.CUSTOMERS.name] = _masked(customers) if mask else customers
    return with_orders_of(tables, frames), notes


def in_scope(tables: Frames, general: General, analysis_date: pd.Timestamp) -> dict[str, pd.DataFrame]:
    """The tables with the rows of the customers in scope only.

    The scope 客户分级 needs grades and is applied after grading; here it lets everybody through.
    """
    customers = tables[i.CUSTOMERS.name]
    if general.scope in (p.SCOPE_ALL, p.SCOPE_TIER):
        return with_orders_of(tables, dict(tables))
    if general.scope == p.SCOPE_NEW:
        inside = _new(customers, orders_of(tables), analysis_date, int(general.scope_value))
    else:
        inside = is_within(customers[_SCOPE_COLUMNS[general.scope]], general.scope_value.strip())
    return keep_customers(tables, customers.loc[inside, "customer_id"])


def is_within(values: pd.Series, wanted: str) -> pd.Series[bool]:
    """True where a value is the wanted one, or lies below it: 制造业 takes in 制造业-汽车零部件."""
    texts = values.astype(object).fillna("").astype(str)
    return (texts == wanted) | texts.str.startswith(f"{wanted}-")


def keep_customers(tables: Frames, customer_ids: pd.Series) -> dict[str, pd.DataFrame]:
    """The tables with only the rows of these customers; tables that name no customer stay whole."""
    kept = pd.Index(customer_ids)
    narrowed = {
        name: frame[frame["customer_id"].isin(kept)].reset_index(drop=True)
        if "customer_id" in frame
        else frame
        for name, frame in tables.items()
    }
    if (lines := narrowed.get(i.ORDERS.name)) is not None:
        return Tables(narrowed, LineFacts(lines))
    return Tables(narrowed, tables.facts.keep(customer_ids)) if isinstance(tables, Tables) else narrowed


def with_orders_of(tables: Frames, frames: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The frames with what answers for the orders of the tables, so that no answer is worked out twice."""
    return Tables(frames, tables.facts) if isinstance(tables, Tables) else frames


def _new(
    customers: pd.DataFrame, orders: OrderFacts | None, analysis_date: pd.Timestamp, months: int
) -> pd.Series[bool]:
    """Customers whose cooperation, or first order where that is blank, began in the last months."""
    began = customers["cooperation_start"]
    if orders is not None:
        first = orders.buyers.set_index("customer_id")["first_line"]
        began = began.fillna(pd.Series(first.reindex(customers["customer_id"]).to_numpy(), index=began.index))
    return began.between(*window(analysis_date, months))


def _unnamed(customer_ids: pd.Series) -> pd.DataFrame:
    """Customer rows of which nothing but the number is known."""
    return (
        customer_ids.to_frame()
        .reset_index(drop=True)
        .reindex(columns=list(i.CUSTOMERS.names))
        .astype(
            {"customer_id": object, "cooperation_start": "datetime64[us]", "contract_end": "datetime64[us]"}
        )
    )


def _masked(customers: pd.DataFrame) -> pd.DataFrame:
    persons = customers["customer_type"] == _PERSON
    names = customers["customer_name"].astype(object)
    names[persons] = names[persons].map(mask_name, na_action="ignore")
    return customers.assign(customer_name=names)
