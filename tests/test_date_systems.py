"""A workbook whose days count from 1904-01-01: bare numbers in columns of dates mean what its owner sees.

2024-03-05 is day 45356 of the 1900 system, and 45356 − 1462 = 43894 of the 1904 one.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from crm_xl.books.file import FileBook
from crm_xl.books.live import LiveBook
from crm_xl.books.protocol import Book
from crm_xl.refreshing import check
from crm_xl.tables.inputs import CUSTOMERS, ORDERS
from crm_xl.tables.parameters import SETTINGS_TABLE
from tests.books.samples import book
from tests.support.fake_excel import FakeWorkbook
from tests.support.fake_xlwings import FakeExcel

DAYS = {False: 45356, True: 43894}


def _book(path: Path, *, date1904: bool) -> Path:
    day = DAYS[date1904]
    orders: list[list[Any]] = [
        ["S1", "C1", day, 10],
        ["S2", "C1", str(day), 20],
        ["S3", "C1", "2024-03-05", 30],
        ["S4", "C1", day + 10_000, 40],  # 2051-07-22 (2024-03-05 and 10,000 days): later than today
        ["S5", "C1", 20240305, 50],
    ]
    tables = {
        ORDERS.name: ("订单", 1, 1, ["订单编号", "客户编号", "订单日期", "订单金额(元)"], orders),
        CUSTOMERS.name: ("客户", 1, 1, ["客户编号", "客户名称", "合作起始时间"], [["C1", "甲", day]]),
        SETTINGS_TABLE.name: ("参数", 1, 1, list(SETTINGS_TABLE.titles[:2]), [["分析日期", day + 26]]),
    }
    return book(path, tables, date1904=date1904)


def _books(path: Path, date1904: bool) -> list[Book]:
    workbook = FakeWorkbook.load(path)
    workbook.date1904 = date1904
    return [FileBook(path, read_only=True), LiveBook(FakeExcel(workbook).book())]


@pytest.mark.parametrize("date1904", [False, True])
def test_bare_numbers_are_days_of_the_workbooks_own_system(tmp_path: Path, date1904: bool) -> None:
    for each in _books(_book(tmp_path / "a.xlsx", date1904=date1904), date1904):
        results = check(each)
        ledger = results.tables["tblLedger"]
        future = ledger[ledger["rule"] == "日期晚于今天"]
        assert future[["cell", "before", "amount"]].to_numpy().tolist() == [
            ["订单!C5", str(DAYS[date1904] + 10_000), 40.0]
        ]
        assert results.balance is not None
        assert results.balance.net_kept == 10 + 20 + 30 + 50
        assert results.analysis_date == pd.Timestamp(2024, 3, 31)  # 26 days later
        metrics = results.tables["tblMetrics"].iloc[0]
        assert metrics["last_order_date"] == metrics["first_order_date"] == datetime(2024, 3, 5)
        assert metrics["recency_days"] == 26
