"""Sheets of workbooks: the place of every cell, values as the sheet holds them, and files that are none."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter

from crm_xl.errors import CrmError
from crm_xl.sources import read_source
from crm_xl.sources.spreadsheet import read_spreadsheet
from tests.support.office import SCRIPTS, Office


def workbook(fill: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        fill(book)
    return stream.getvalue()


def messy(book: xlsxwriter.Workbook) -> None:
    book.add_worksheet("封面")
    sheet = book.add_worksheet("明细")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    minute = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet.write_row("C4", [" 订单编号 ", "客户编号", "订单日期", "", "金额"])
    sheet.write_row("C5", ["S1", 17850])
    sheet.write_datetime("E5", datetime(2026, 1, 2), day)
    sheet.write("G5", 12.5)
    sheet.write("C7", "S2")
    sheet.write_datetime("E7", datetime(2026, 1, 3, 8, 30), minute)
    sheet.write("F7", "随手记")
    sheet.write("H7", True)
    sheet.write_blank("M9", None, day)
    book.add_worksheet("其他").write("A1", "编号")


def test_the_first_sheet_with_content_from_its_first_filled_row() -> None:
    table = read_spreadsheet(workbook(messy), "订单.xlsx")
    assert (table.sheet, table.row, table.column) == ("明细", 4, 3)
    assert table.headings == ("订单编号", "客户编号", "订单日期", "", "金额", "")
    assert [column.tolist() for column in table.columns] == [
        ["S1", None, "S2"],
        [17850, None, None],
        [date(2026, 1, 2), None, datetime(2026, 1, 3, 8, 30)],
        [None, None, "随手记"],
        [12.5, None, None],
        [None, None, True],
    ]
    assert table.cell(2, "金额") == "明细!G7"


def test_a_named_sheet() -> None:
    table = read_spreadsheet(workbook(messy), "订单.xlsx", "其他")
    assert (table.sheet, table.headings, len(table)) == ("其他", ("编号",), 0)


@pytest.mark.parametrize(
    ("data", "sheet", "problem"),
    [
        (workbook(messy), "没有", "没有工作表“没有”，现有：“封面”、“明细”、“其他”"),
        (workbook(messy), "封面", "工作表“封面”是空的"),
        (workbook(lambda book: None), None, "没有任何内容"),
        (workbook(messy)[:2000], None, "已损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), None, "已损坏"),
    ],
)
def test_what_cannot_be_read(data: bytes, sheet: str | None, problem: str) -> None:
    with pytest.raises(CrmError, match=problem) as error:
        read_spreadsheet(data, "订单.xlsx", sheet)
    assert error.value.where == "订单.xlsx"
    assert error.value.hint


def test_a_mapping_over_a_sheet_keeps_its_rows(tmp_path: Path) -> None:
    path, mapping = tmp_path / "导出.xlsx", tmp_path / "m.toml"
    path.write_bytes(workbook(messy))
    mapping.write_text(
        'table = "tblOrders"\nwhere = "非 为空(订单编号)"\n[columns]\norder_id = "订单编号"\n'
        'customer_id = "客户编号"\norder_date = "订单日期"\namount = "金额*2"\n',
        encoding="utf-8",
    )
    orders = read_source(path, mapping)["tblOrders"]
    assert orders.columns[3].tolist()[0] == 25.0
    assert orders.cell(1, "订单编号") == "明细 第7行“订单编号”"


@pytest.mark.slow
@pytest.mark.libreoffice
@pytest.mark.parametrize(("kind", "export"), [("xls", "MS Excel 97"), ("ods", "calc8")])
def test_other_kinds_of_workbook(office: Office, tmp_path: Path, kind: str, export: str) -> None:
    original, converted = tmp_path / "订单.xlsx", tmp_path / f"订单.{kind}"
    original.write_bytes(workbook(messy))
    office.run(SCRIPTS / "save_as.py", original, converted, export)
    table = read_spreadsheet(converted.read_bytes(), converted.name)
    expected = read_spreadsheet(original.read_bytes(), original.name)
    assert (table.sheet, table.row, table.column, table.headings) == ("明细", 4, 3, expected.headings)
    assert [column.tolist() for column in table.columns] == [column.tolist() for column in expected.columns]
