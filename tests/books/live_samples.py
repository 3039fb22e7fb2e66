"""A small workbook as Excel would hold it: two sheets, four tables, names, and a cell of every kind."""

from __future__ import annotations

from crm_xl.tables.cells import UNDO_NAME
from tests.support.fake_excel import CellError, FakeSheet, FakeTable, FakeWorkbook

DATE = "yyyy-mm-dd"


def small_workbook() -> FakeWorkbook:
    """tblInput (with an error, a currency and a date), tblList, tblSide with totals, tblBeside."""
    data = FakeSheet("数据")
    fill(data, 4, 1, [["编号", "日期", "金额", "备注"]])
    fill(data, 5, 1, [["001", 45000.0, 12.5, "x"], ["002", 45001.5, CellError("#N/A"), None], [None] * 4])
    for row in (5, 6, 7):
        data.formats[row, 1], data.formats[row, 2], data.formats[row, 3] = "@", DATE, "¥#,##0.00"
    data.tables.append(FakeTable("tblInput", (4, 1, 7, 4)))
    out = FakeSheet("结果")
    fill(out, 4, 1, [["编号", "得分", "日期", "说明"]])
    fill(out, 5, 1, [[f"{n:03}", float(n), 45000.0 + n, "旧"] for n in range(1, 6)])
    for row in range(5, 10):
        out.formats[row, 1], out.formats[row, 3] = "@", DATE
    out.tables.append(FakeTable("tblList", (4, 1, 9, 4)))
    fill(out, 4, 6, [["名称", "数量"], ["甲", 1.0], ["乙", 2.0], ["汇总", 3.0]])
    out.tables.append(FakeTable("tblSide", (4, 6, 7, 7), totals=True))
    fill(out, 4, 9, [["a", "b", "c"], [1.0, 2.0, 3.0]])
    out.tables.append(FakeTable("tblBeside", (4, 9, 5, 11), filtered=True))
    fill(out, 1, 1, [["说明：旧"]])
    fill(out, 1, 3, [[CellError("#DIV/0!")]])
    return FakeWorkbook(
        "测试.xlsm",
        [data, out],
        {
            "CRM_NOTE": "='结果'!$A$1",
            "CRM_ERROR": "='结果'!$C$1",
            "LIST": "='结果'!$A$4:$D$9",
            "'结果'!Print_Area": "='结果'!$A$1:$K$9",
            "FORMULA": "=SUM(tblList[得分])",
            UNDO_NAME: "=FALSE",
        },
    )


def fill(sheet: FakeSheet, top: int, left: int, rows: list[list[object]]) -> None:
    """Puts values into cells as they are."""
    for row, values in enumerate(rows, top):
        for column, value in enumerate(values, left):
            if value is not None:
                sheet.cells[row, column] = value
