"""A file refresh asks Excel for a full calculation, but not for the sake of our own functions."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from crm_xl.books.file import FileBook
from crm_xl.books.protocol import Block

OURS = '={"CUSTOMER_SCORE","PRIORITY"}'


def refreshed(path: Path, formulas: dict[str, str], own: str | None = OURS) -> bool:
    """Whether a workbook with these formulas is marked for full calculation after its table was written."""
    book = xlsxwriter.Workbook(path)
    table, other = book.add_worksheet("结果"), book.add_worksheet("公式")
    table.add_table(0, 0, 1, 0, {"name": "tblTierSummary", "columns": [{"header": "分级名称"}]})
    for cell, formula in formulas.items():
        other.write_formula(cell, formula, None, 1)
    if own:
        book.define_name("CRM_FUNCTIONS", own)
    book.calc_on_load = False
    book.close()
    FileBook(path).write({"tblTierSummary": Block(headings=("分级名称",), rows=[("合计",)])}, {})
    with zipfile.ZipFile(path) as package:
        return b'fullCalcOnLoad="1"' in package.read("xl/workbook.xml")


@pytest.mark.parametrize(
    ("formulas", "own", "expected"),
    [
        ({}, OURS, False),
        ({"A1": "=CUSTOMER_SCORE(B1:E1)", "A2": "=PRIORITY(A1)"}, OURS, False),
        ({"A1": "=CUSTOMER_SCORE(B1:E1)", "A2": "=SUM(B1:B9)"}, OURS, True),
        ({"A1": "=MY_CUSTOMER_SCORE(1)"}, OURS, True),
        # The links of a refresh in the open workbook give the same text whenever they are computed.
        ({"A1": """=HYPERLINK("#'订单'!C17","订单!C17")"""}, OURS, False),
        ({"A1": """=IF(B1,HYPERLINK("#'订单'!C17","订单!C17"))"""}, OURS, True),
        ({"A1": '=HYPERLINK(B1,"订单")'}, OURS, True),
        # A workbook that does not say which functions are its own gets its formulas computed.
        ({"A1": "=CUSTOMER_SCORE(B1:E1)"}, None, True),
    ],
)
def test_only_formulas_that_are_not_ours_ask_for_a_full_calculation(tmp_path, formulas, own, expected):
    assert refreshed(tmp_path / "a.xlsx", formulas, own) is expected
