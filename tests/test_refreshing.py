"""refresh: a workbook's inputs in, its outputs filled, everything else as it was."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

import crm_xl
from crm_xl import CrmError, assets
from crm_xl.books.file import FileBook
from crm_xl.books.protocol import Block
from crm_xl.raw import RawTable
from crm_xl.refreshing import check, output_blocks
from crm_xl.tables import INPUTS, OUTPUTS, TABLES, cells


@pytest.fixture
def workbook(tmp_path) -> Path:
    copy = tmp_path / "客户.xlsm"
    shutil.copyfile(assets.asset(assets.WORKBOOK), copy)
    return copy


def content(path: Path) -> dict[str, list[list[object]]]:
    """Every table that a refresh writes: headings, then rows."""
    kept_up = [table.name for table in INPUTS if table.kept_up]
    read = FileBook(path).read([table.name for table in OUTPUTS] + kept_up)
    return {
        name: [list(raw.headings), *map(list, zip(*raw.columns, strict=True))] for name, raw in read.items()
    }


def rewrite(path: Path, table: str, change) -> None:
    """Rows of one table changed by a function and written back, as a user would in the sheet."""
    raw = FileBook(path).read([table])[table]
    rows = [list(row) for row in zip(*raw.columns, strict=True)]
    FileBook(path).write({table: Block(headings=raw.headings, rows=change(rows))}, {})


def set_setting(title: str, value: object):
    return lambda rows: [[title, value, *row[2:]] if row[0] == title else row for row in rows]


def test_two_refreshes_give_the_same_file_content_as_one(workbook):
    crm_xl.refresh(workbook)
    once = content(workbook)
    crm_xl.refresh(workbook)
    assert content(workbook) == once


def test_the_shipped_file_already_holds_what_a_refresh_computes(workbook):
    # The builder stores numbers to 13 digits, so that another processor builds the same file.
    shipped = content(workbook)
    crm_xl.refresh(workbook)
    refreshed = content(workbook)
    assert refreshed.keys() == shipped.keys()
    for name, rows in refreshed.items():
        for row, stored in zip(rows, shipped[name], strict=True):
            for cell, kept in zip(row, stored, strict=True):
                assert cell == (pytest.approx(kept, rel=1e-12) if isinstance(kept, float) else kept), name


def test_what_is_written_is_what_analyze_gives(workbook):
    results = crm_xl.refresh(workbook)
    written = content(workbook)
    for name, block in output_blocks(results).items():
        assert tuple(written[name][0]) == block.headings, name
        filled = [row for row in block.rows if any(cell is not None for cell in row)]
        assert len([row for row in written[name][1:] if any(c is not None for c in row)]) == len(filled), name


def test_only_output_sheets_change(workbook):
    def parts() -> dict[str, bytes]:
        with zipfile.ZipFile(workbook) as package:
            return {name: package.read(name) for name in package.namelist()}

    before = parts()
    rewrite(workbook, "tblSettings", set_setting("默认评分卡", "四维评分卡"))
    crm_xl.refresh(workbook)
    after = parts()
    assert list(before) == [name for name in after if name in before]
    same = {name for name in before if after.get(name) == before[name]}
    # Whatever a refresh does not own stays to the byte: macros, charts, drawings, theme, the 首页 drawing, inputs.
    assert {"xl/vbaProject.bin", "xl/theme/theme1.xml"} <= same
    assert all(name in same for name in before if "chart" in name or "drawing" in name)


def test_editing_parameters_changes_every_output_that_depends_on_them(workbook):
    before = content(workbook)
    rewrite(workbook, "tblHistory", lambda rows: [])  # what was shown before would be shown a while longer
    rewrite(
        workbook,
        "tblTiers",
        lambda rows: [[row[0], row[1], 95 if row[0] == "战略级" else row[2], *row[3:]] for row in rows],
    )
    results = crm_xl.refresh(workbook)
    after = content(workbook)
    assert results.settings.tiers[0].lower == 95
    assert after["tblTierBlock"][1] == ["战略级", 95]  # what CUSTOMER_TIER reads
    strategic = {row[0]: row[1] for row in after["tblTierSummary"][1:]}["战略级客户"]
    assert strategic < {row[0]: row[1] for row in before["tblTierSummary"][1:]}["战略级客户"]
    # What is shown moves by triggers only; the tier of the score follows the bound at once.
    assert len([row for row in after["tblScores"][1:] if row[5] == "战略级"]) == strategic
    for row in after["tblScores"][1:]:
        assert (row[4] == "战略级") == (row[3] is not None and row[3] >= 95 - 1e-9)


def test_a_card_with_other_indicators_changes_the_columns(workbook):
    rewrite(workbook, "tblSettings", set_setting("默认评分卡", "四维评分卡"))
    crm_xl.refresh(workbook)
    headings = content(workbook)["tblScores"][0]
    assert "回款及时率得分" in headings and len(headings) == len(TABLES["tblScores"].columns) + 13
    rewrite(workbook, "tblSettings", set_setting("默认评分卡", "价值评分卡"))
    crm_xl.refresh(workbook)
    assert "回款及时率得分" not in content(workbook)["tblScores"][0]


def test_a_wrong_setting_stops_before_anything_is_written(workbook):
    rewrite(workbook, "tblSettings", set_setting("期间月数", "一年"))
    before = workbook.read_bytes()
    with pytest.raises(CrmError) as caught:
        crm_xl.refresh(workbook)
    assert "参数!" in str(caught.value) and "期间月数" in str(caught.value)
    assert workbook.read_bytes() == before


def test_no_orders_leaves_sentences_and_fails_nothing(workbook):
    rewrite(workbook, "tblOrders", lambda rows: [])
    results = crm_xl.refresh(workbook)
    after = content(workbook)
    assert "分析日期" in str(after["tblScores"][1][0])
    assert results.customers == 0
    assert after["tblLedger"]


def test_a_source_stands_in_for_the_table_of_the_book(workbook):
    orders = RawTable.from_rows(
        "tblOrders",
        [("订单编号", "客户编号", "订单日期", "订单金额(元)"), ("1", "C0001", "2026-05-01", 500.0)],
        sheet="订单.csv",
    )
    results = crm_xl.refresh(workbook, sources={"tblOrders": orders})
    assert results.balance is not None and results.balance.money_in == 500
    assert results.analysis_date is not None and f"{results.analysis_date:%Y-%m-%d}" == "2026-05-01"


def test_check_computes_and_writes_nothing(workbook):
    before = workbook.read_bytes()
    assert check(workbook).balance.balanced
    assert workbook.read_bytes() == before


def test_captions_and_status_say_what_was_computed(workbook):
    results = crm_xl.refresh(workbook, analysis_date="2026-06-30")
    with zipfile.ZipFile(workbook) as package:
        text = "".join(package.read(n).decode() for n in package.namelist() if "worksheets/sheet" in n)
    assert "分析日期 2026-06-30" in text
    assert "期间 2025-07-01 至 2026-06-30" in text  # a month end: twelve whole calendar months
    assert f"完成：更新 {results.customers} 家客户" in text
    named = FileBook(workbook).names()
    assert {cell.name for cell in cells.STATUS_CELLS} <= named


def test_any_workbook_with_declared_tables_can_be_refreshed(tmp_path):
    path = tmp_path / "自己的.xlsx"
    book = xlsxwriter.Workbook(path)
    orders, summary = book.add_worksheet("订单"), book.add_worksheet("汇总")
    headings = ["订单号", "客户ID", "下单日期", "金额"]  # synonyms, not the declared titles
    orders.add_table(1, 1, 3, 4, {"name": "tblOrders", "columns": [{"header": h} for h in headings]})
    for row, values in enumerate((["1", "A", "2026-01-05", "1,200"], ["2", "B", "2026/2/5", 200]), start=2):
        orders.write_row(row, 1, values)
    titles = TABLES["tblTierSummary"].titles
    summary.add_table(
        0, 0, 1, len(titles) - 1, {"name": "tblTierSummary", "columns": [{"header": h} for h in titles]}
    )
    summary.write("A8", "我的备注")
    book.close()
    results = crm_xl.refresh(path)
    assert results.customers == 2
    written = content(path)["tblTierSummary"]
    assert [row[0] for row in written[1:]][-1] == "合计"
    assert written[-1][1] == 2
    with zipfile.ZipFile(path) as package:
        assert "我的备注" in package.read("xl/sharedStrings.xml").decode()
