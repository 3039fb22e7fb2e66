"""Totals that stand in a workbook's own tables: typed into the body, or Excel's own totals row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from crm_xl.analysis.results import Results
from crm_xl.books.file import FileBook
from crm_xl.books.live import LiveBook
from crm_xl.books.protocol import Book
from crm_xl.refreshing import check, read_tables
from crm_xl.spellings import TOTAL_MARKS, is_total
from crm_xl.tables.inputs import CUSTOMERS, ORDERS
from tests.sources.test_planted import TOTALS
from tests.support.fake_excel import FakeWorkbook
from tests.support.fake_xlwings import FakeExcel

HEADINGS = ("订单编号", "客户编号", "订单日期", "订单金额(元)")
# 100 + 200 = 300 and 50 + 0.25 = 50.25, so 350.25 in all.
ROWS: list[tuple[Any, ...]] = [
    ("S1", "C1", "2024-01-01", 100),
    ("S2", "C2", "2024-01-02", 200),
    ("小计", None, None, 300),
    ("S3", "C1", "2024-01-03", 50),
    (None, None, None, None),
    ("S4", "合计科技", "2024-01-04", 0.25),
    (None, "合 计：", None, "350.25元"),
    ("共计", None, None, "四笔"),
]


@pytest.fixture(params=[False, True], ids=["plain", "totals row"])
def path(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """tblOrders at B3, its body at B4:E11; with Excel's own totals row in B12:E12, or without."""
    path = tmp_path / "订单.xlsx"
    own = request.param
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("订单")
        columns: list[dict[str, Any]] = [{"header": heading} for heading in HEADINGS]
        if own:
            columns[0]["total_string"], columns[3]["total_function"] = "汇总", "sum"
            columns[3]["total_value"] = 650.25
        sheet.add_table(
            2, 1, 10 + own, 4,
            {"name": ORDERS.name, "columns": columns, "data": [list(row) for row in ROWS], "total_row": own},
        )  # fmt: skip
        sheet = book.add_worksheet("客户")
        sheet.add_table(
            "A1:B4",
            {
                "name": CUSTOMERS.name,
                "columns": [{"header": "客户编号"}, {"header": "客户名称"}],
                "data": [["C1", "甲"], ["C2", "合计科技"], ["总计", 2]],
            },
        )
    return path


def _told(results: Results) -> list[tuple[Any, ...]]:
    ledger = results.tables["tblLedger"]
    rows = ledger[ledger["rule"] == "合计行"][["cell", "column", "action", "before", "amount"]]
    return [tuple(None if cell != cell else cell for cell in row) for row in rows.itertuples(index=False)]


EXPECTED = [
    ("客户!A4", "客户编号", "忽略", "总计", None),
    ("订单!B6", "订单编号", "忽略", "小计", 300.0),
    ("订单!B11", "订单编号", "忽略", "共计", None),
    ("订单!C10", "客户编号", "忽略", "合 计：", 350.25),
]


def _books(path: Path) -> list[Book]:
    return [FileBook(path, read_only=True), LiveBook(FakeExcel(FakeWorkbook.load(path)).book())]


def test_totals_are_told_with_place_and_amount_and_are_no_money(path: Path) -> None:
    for book in _books(path):
        results = check(book)
        assert _told(results) == EXPECTED
        assert results.balance is not None
        assert (results.balance.money_in, results.balance.net_kept, results.balance.set_aside) == (
            350.25,
            350.25,
            0,
        )
        assert results.balance.balanced
        assert results.set_aside == 0  # nothing is left for a person to mend
        summary = results.tables["tblLedgerSummary"].set_index(["table", "rule"])
        assert summary.loc[("订单", "读入"), "findings"] == summary.loc[("订单", "保留"), "findings"] == 4
        assert summary.loc[("订单", "空行"), "findings"] == 1
        assert summary.loc[("订单", "合计行"), ["findings", "amount"]].tolist() == [3, 650.25]


def test_excels_own_totals_row_is_no_row_of_the_table(path: Path) -> None:
    """SPEC 3; ECMA-376, totalsRowCount: the reference of a table includes it."""
    for book in _books(path):
        table = read_tables(book)[ORDERS.name]
        assert len(table) == len(ROWS)
        assert table.cell(7, "订单编号") == "订单!B11"


@pytest.mark.parametrize("text", TOTALS)
def test_every_name_of_a_total_has_one_of_its_marks(text: str) -> None:
    """A column without any of them is not looked at cell by cell."""
    assert is_total(text)
    assert any(mark in text.lower() for mark in TOTAL_MARKS)
