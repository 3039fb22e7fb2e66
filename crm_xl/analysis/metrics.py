"""One row per customer with everything that is measured of it (SPEC section 4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from crm_xl.analysis.calendar import Period
from crm_xl.analysis.metrics_contact import (
    campaign_metrics,
    interaction_metrics,
    ticket_metrics,
    usage_metrics,
)
from crm_xl.analysis.metrics_orders import order_metrics
from crm_xl.analysis.metrics_profile import customer_profile, rating_metrics
from crm_xl.analysis.order_facts import orders_of
from crm_xl.analysis.tally import text_index
from crm_xl.schema import NUMERIC, TEMPORAL, Column
from crm_xl.settings import Settings
from crm_xl.tables import inputs as i
from crm_xl.tables import parameters as p
from crm_xl.tables.outputs import METRICS

MARKS = ("sold_nothing", "annual_filled", "annual_incomplete")
# The sales on which `profit` was made, 元: margins of groups are Σ profit ÷ Σ of this.
MARGIN_BASE = "profit_sales"


def customer_metrics(
    tables: Mapping[str, pd.DataFrame | None],
    settings: Settings,
    analysis_date: pd.Timestamp,
    period: Period,
) -> pd.DataFrame:
    """All metrics of every customer of tblCustomers, in its order.

    Args:
        tables: cleaned tables by name; an absent one leaves its metrics missing.
        settings: its rule for an annual spend that the data do not show.
        analysis_date: nothing dated after it enters.
        period: what sums and counts cover.

    Returns:
        METRICS; then profit_sales, the sales in 元 on which `profit` was made; then three marks (bool):
        sold_nothing, ordered before but not in the period, hence a known nothing; annual_filled, 年消费额 is
        the mean of the last 3 months x 12; annual_incomplete, the data begin within the last 12 months.
        Numbers are float64, NaN where missing.

    Raises:
        ValueError: no tblCustomers, or a period that ends after the analysis date.
    """
    today = analysis_date.normalize()
    if period.end > today:
        raise ValueError(f"the period ends {period.end:%Y-%m-%d}, after the analysis date {today:%Y-%m-%d}")
    customers = tables.get(i.CUSTOMERS.name)
    if customers is None:
        raise ValueError("metrics of customers need tblCustomers")
    listed = text_index(customers["customer_id"])

    columns: dict[str, Any] = {mark: np.zeros(len(listed), dtype=bool) for mark in MARKS}
    if (orders := orders_of(tables)) is not None:
        fill = settings.general.missing_rule == p.MISSING_FILL
        columns |= order_metrics(orders.totals(listed, today, period), today, fill_annual=fill)
    columns |= customer_profile(customers, today, columns.get("first_order_date"))
    columns |= _contact(tables, listed, today, period)
    if (ratings := tables.get(i.RATINGS.name)) is not None:
        rated = rating_metrics(ratings, listed, today)
        by_hand, computed = rated["cross_buy_rate"], columns.get("cross_buy_rate")
        columns |= rated
        if computed is not None:
            columns["cross_buy_rate"] = np.where(np.isnan(by_hand), computed, by_hand)

    frame = {column.name: _series(column, columns.get(column.name), len(listed)) for column in METRICS}
    frame[MARGIN_BASE] = pd.Series(columns.get(MARGIN_BASE, np.full(len(listed), np.nan)))
    return pd.DataFrame(frame | {mark: columns[mark] for mark in MARKS})


def _contact(
    tables: Mapping[str, pd.DataFrame | None], listed: pd.Index[Any], today: pd.Timestamp, period: Period
) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    if (interactions := tables.get(i.INTERACTIONS.name)) is not None:
        columns |= interaction_metrics(interactions, listed, today, period)
    if (tickets := tables.get(i.TICKETS.name)) is not None:
        columns |= ticket_metrics(tickets, listed, today, period)
    if (usage := tables.get(i.USAGE.name)) is not None:
        columns |= usage_metrics(usage, listed, period)
    members, campaigns = tables.get(i.CAMPAIGN_MEMBERS.name), tables.get(i.CAMPAIGNS.name)
    if members is not None and campaigns is not None:
        columns |= campaign_metrics(members, campaigns, listed, period)
    return columns


def _series(column: Column, values: Any, length: int) -> pd.Series:
    """The values as the column's kind is stored; all missing where nothing computed them."""
    if column.kind in NUMERIC:
        return pd.Series(np.full(length, np.nan) if values is None else np.asarray(values, dtype=float))
    if column.kind in TEMPORAL:
        dates = np.full(length, np.datetime64("NaT"), dtype="datetime64[us]") if values is None else values
        return pd.Series(dates.astype("datetime64[us]"))
    return pd.Series(np.full(length, None) if values is None else values, dtype=object)
