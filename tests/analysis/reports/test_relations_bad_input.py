"""The tables of guides 000 and 001 on next to nothing: a sentence or a blank, never an Excel error, never a crash."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import crm_xl
from crm_xl.raw import RawTable
from crm_xl.refreshing import NOTHING, output_blocks
from crm_xl.tables import parameters as p
from crm_xl.tables import relations as r
from crm_xl.tables.shipped import SHIPPED

DATE, TODAY = "2024-12-31", "2025-01-15"
CUSTOMER = {"customer_id": "A", "customer_name": "甲公司", "owner": None, "industry": None}
ORDER = {"order_id": "1", "customer_id": "A", "order_date": "2024-12-01", "amount": 100.0}
NO_ROWS = {
    "tblInteractions": pd.DataFrame(columns=["interaction_id", "customer_id", "interaction_time"]),
    "tblTickets": pd.DataFrame(columns=["ticket_id", "customer_id", "submitted_at"]),
    "tblTags": pd.DataFrame(columns=["customer_id", "tag_kind", "tag"]),
    "tblContacts": pd.DataFrame(columns=["contact_id", "customer_id"]),
    "tblRatings": pd.DataFrame(columns=["customer_id"]),
}


def rows_of(given: dict[str, Any], *, date: str | None = DATE) -> dict[str, list[tuple[Any, ...]]]:
    """The cells of each table as a book would take them."""
    tables = {
        name: table if isinstance(table, RawTable | pd.DataFrame) else pd.DataFrame(table)
        for name, table in given.items()
    }
    results = crm_xl.analyze(tables, analysis_date=date, today=TODAY)
    blocks = output_blocks(results)
    return {table.name: [tuple(row) for row in blocks[table.name].rows] for table in r.OUTPUTS}


def scope(by: str, value: str) -> RawTable:
    changed = {"分析范围": by, "范围取值": value}
    body = [(row[0], changed.get(row[0], row[1]), *row[2:]) for row in SHIPPED[p.SETTINGS_TABLE.name]]
    return RawTable.from_rows(p.SETTINGS_TABLE.name, [p.SETTINGS_TABLE.titles, *body], sheet=p.SHEET)


@pytest.mark.parametrize(
    ("customers", "given"),
    [
        pytest.param(1, {"tblCustomers": [CUSTOMER]}, id="no orders at all"),
        pytest.param(1, {"tblCustomers": [CUSTOMER], "tblOrders": [ORDER]}, id="one customer, no owner"),
        pytest.param(1, {"tblOrders": [ORDER]}, id="nothing but an order"),
        pytest.param(1, {"tblCustomers": [CUSTOMER], "tblOrders": [ORDER], **NO_ROWS}, id="empty tables"),
        pytest.param(
            1, {"tblCustomers": [CUSTOMER], "tblOrders": [{**ORDER, "order_date": "2020-01-01"}]}, id="not in the period"
        ),
        pytest.param(1, {"tblCustomers": [CUSTOMER], "tblOrders": [{**ORDER, "amount": 0}]}, id="an order of nothing"),
        pytest.param(1, {"tblCustomers": [CUSTOMER], "tblOrders": [{**ORDER, "amount": -5}]}, id="only a return"),
        pytest.param(
            0,
            {"tblCustomers": [CUSTOMER], "tblOrders": [ORDER], "tblSettings": scope("负责人", "无此人")},
            id="a scope that matches nobody",
        ),
    ],
)  # fmt: skip
def test_next_to_nothing_is_a_blank_or_a_sentence(customers: int, given: dict[str, Any]) -> None:
    rows = rows_of(given)
    for table in (r.RELATION, r.BASIC_INFO, r.VALUE_ASSESSMENT, r.TAG_BOARD):
        if customers:
            assert len(rows[table.name]) == customers, table.title
        else:
            assert rows[table.name] == [(NOTHING, *[None] * (len(table.names) - 1))], table.title
    assert rows[r.LEVEL_SUMMARY.name][-1][:2] == ("合计", customers)
    assert rows[r.OPPORTUNITY_NOTES.name][0][0].startswith("按现有规则没有发现问题或机会点。")
    for name, body in rows.items():
        words = {str(cell).lower() for row in body for cell in row if cell is not None}
        assert not words & {"nan", "inf", "-inf", "nat", "none", "<na>"}, name


def test_without_a_date_every_table_says_what_is_missing() -> None:
    for body in rows_of({"tblCustomers": [CUSTOMER]}, date=None).values():
        assert body[0][0] == "没有有效订单，无法确定分析日期。请在参数中填写分析日期，或补充订单后刷新。"


def test_without_customers_and_orders_every_table_says_what_is_missing() -> None:
    for body in rows_of({"tblTickets": NO_ROWS["tblTickets"]}).values():
        assert body[0][0] == "缺少数据表“客户”，补充后刷新即可得到本表。"
