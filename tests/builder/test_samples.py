from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections import Counter
from datetime import date, datetime

import pytest

from crm_xl.builder.samples import sample_rows
from crm_xl.builder.samples.customers import CUSTOMERS, FIRST_DAY, LAST_DAY
from crm_xl.schema import NUMERIC, TEMPORAL, Column, Kind, Table
from crm_xl.tables import INPUTS
from crm_xl.tables import inputs as i
from crm_xl.tables.shipped import SHIPPED

# What happened lies in the two years; what is agreed may lie in the future.
HAPPENED = [
    (i.ORDERS, "order_date"),
    (i.INTERACTIONS, "interaction_time"),
    (i.TICKETS, "submitted_at"),
    (i.TICKETS, "first_response_at"),
    (i.TICKETS, "resolved_at"),
    (i.USAGE, "month"),
    (i.RATINGS, "rated_on"),
    (i.OPPORTUNITIES, "created_on"),
    (i.OPPORTUNITIES, "closed_on"),
    (i.CHURNED, "churned_on"),
    (i.CAMPAIGNS, "start_date"),
    (i.CUSTOMERS, "cooperation_start"),
    (i.CUSTOMERS, "verified_on"),
]


def values(table: Table, name: str) -> list[object]:
    at = table.names.index(name)
    return [row[at] for row in sample_rows()[table.name]]


def test_every_process_makes_the_same_rows() -> None:
    script = (
        "import hashlib; from crm_xl.builder.samples import sample_rows;"
        "print(hashlib.sha256(repr(sample_rows()).encode()).hexdigest())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "12345", "LC_ALL": "C", "TZ": "Asia/Shanghai"}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == hashlib.sha256(repr(sample_rows()).encode()).hexdigest()


@pytest.mark.parametrize("table", INPUTS, ids=lambda table: table.name)
def test_rows_are_what_the_declaration_allows(table: Table) -> None:
    rows = sample_rows()[table.name]
    assert bool(rows) == (not table.kept_up or table is i.PLANS)
    for row in rows:
        assert len(row) == len(table.columns)
        for column, value in zip(table, row, strict=True):
            assert allowed(column, value), (table.name, column.name, value)


def allowed(column: Column, value: object) -> bool:
    if value is None:
        return not column.required
    if column.kind is Kind.YESNO:
        return value in ("是", "否")
    if column.choices:
        return value in column.choices
    if column.kind in TEMPORAL:
        return isinstance(value, datetime if column.kind is Kind.DATETIME else date)
    if column.kind in NUMERIC:
        low = column.minimum if column.minimum is not None else float("-inf")
        high = column.maximum if column.maximum is not None else float("inf")
        return isinstance(value, int | float) and low <= value <= high
    return isinstance(value, str) and value != ""


@pytest.mark.parametrize(("table", "column"), HAPPENED, ids=lambda value: getattr(value, "name", value))
def test_nothing_happened_after_the_last_day(table: Table, column: str) -> None:
    days = [v.date() if isinstance(v, datetime) else v for v in values(table, column) if v is not None]
    assert days
    assert all(isinstance(day, date) and day <= LAST_DAY for day in days)


def test_orders_span_the_two_years_and_end_on_the_last_day() -> None:
    days = [day for day in values(i.ORDERS, "order_date") if isinstance(day, date)]
    assert FIRST_DAY <= min(days) < date(2024, 11, 8)
    assert max(days) == LAST_DAY


def test_there_are_400_customers_and_some_never_ordered() -> None:
    customers = set(values(i.CUSTOMERS, "customer_id"))
    assert len(customers) == CUSTOMERS == 400
    prospects = customers - set(values(i.ORDERS, "customer_id"))
    assert len(prospects) == 25


def test_a_few_faults_are_left_for_the_ledger() -> None:
    assert max(Counter(sample_rows()[i.CUSTOMERS.name]).values()) == 2
    repeated = [row for row, count in Counter(sample_rows()[i.ORDERS.name]).items() if count > 1]
    assert len(repeated) == 2


def test_there_are_returns_with_and_without_their_order_and_cancelled_orders() -> None:
    amounts, originals = values(i.ORDERS, "amount"), values(i.ORDERS, "original_order_id")
    returns = [origin for amount, origin in zip(amounts, originals, strict=True) if float(str(amount)) < 0]
    assert any(returns)
    assert not all(returns)
    assert values(i.ORDERS, "status").count(i.ORDER_CANCELLED) > 10
    order_ids = set(values(i.ORDERS, "order_id"))
    assert {origin for origin in returns if origin} <= order_ids


def test_customers_of_other_tables_exist() -> None:
    known = set(values(i.CUSTOMERS, "customer_id"))
    for table in INPUTS:
        if "customer_id" in table.names:
            assert set(values(table, "customer_id")) <= known, table.name


def test_tags_and_tiers_are_those_of_the_parameters() -> None:
    library = {(kind, tag) for kind, tag, *_ in SHIPPED["tblTagLibrary"]}
    used = set(zip(values(i.TAGS, "tag_kind"), values(i.TAGS, "tag"), strict=True))
    assert used <= library
    assert set(values(i.OVERRIDES, "tier")) <= {row[0] for row in SHIPPED["tblTiers"]}


def test_nobody_real_can_be_reached() -> None:
    # No operator has been given 154, and a mask takes it for a mobile number.
    assert all(re.fullmatch(r"154\d{8}", str(phone)) for phone in values(i.CONTACTS, "phone"))
    assert all(str(mail).endswith("@example.com") for mail in values(i.CONTACTS, "email"))
    assert set(values(i.CONTACTS, "id_number")) == {None}
    assert set(values(i.CUSTOMERS, "remark")) == {"示例数据"}
