"""Exports as people send them, with faults planted at known places: every row comes in, every fault is told of.

What is planted: titles above the headings, headings in two rows, blank rows, subtotals and a total, headings
repeated on every page, hidden rows, error cells, in text files of every encoding and in workbooks.
"""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_xl.sources import Incoming, Rules, read_files
from crm_xl.sources.notes import Remark
from crm_xl.spellings import is_total
from tests.support.xlsb import Computed, write_xlsb

HEADINGS = ("单号", "客户ID", "下单日期", "金额", "产品类型")
TOTALS = ("合计", "总计", "小计", "合 计：", "本页小计", "9月合计", "TOTAL", "Grand Total", "Subtotal")
WORDS = st.sampled_from(["云服务", "合计软件", "总计划", "客户端", "=1+1", "😀", "１２", "订单"])


@dataclass(frozen=True)
class Planted:
    """One export: its rows as written, and what must come of them."""

    rows: list[list[Any]]
    data: dict[int, list[Any]]  # 1-based row -> cells
    totals: list[int]
    pages: list[int]
    titles: int


@st.composite
def exports(draw: st.DrawFn) -> Planted:
    """An export with faults; amounts are texts, as in any text file."""
    rows: list[list[Any]] = []
    titles = draw(st.integers(0, 3))
    for number in range(titles):
        rows.append([["销售明细表"], ["导出时间", "2026-10-01"], ["制表人：王敏", "", "", "第1页"]][number])
        rows += [[""]] * draw(st.integers(0, 2))
    rows.append(list(HEADINGS))
    data: dict[int, list[Any]] = {}
    totals, pages = [], []
    for kind in draw(
        st.lists(st.sampled_from(["data", "data", "data", "blank", "total", "page"]), max_size=12)
    ):
        if kind == "data":
            number = len(data) + 1
            record = [f"S{number:04}", f"C{number}", "2026-09-01", f"{number}.5", draw(WORDS)]
            data[len(rows) + 1] = record
            rows.append(record)
        elif kind == "blank":
            rows.append([""] * len(HEADINGS))
        elif kind == "total":
            totals.append(len(rows) + 1)
            place = draw(st.integers(0, 1))
            rows.append(["", "", "", "99", ""])
            rows[-1][place] = draw(st.sampled_from(TOTALS))
        else:
            pages.append(len(rows) + 1)
            rows.append(list(HEADINGS))
    return Planted(rows=rows, data=data, totals=totals, pages=pages, titles=titles)


def read(path: Path) -> Incoming:
    (incoming,) = read_files([path], Rules(remembered=False), lambda what, share: None)
    return incoming


def held(incoming: Incoming) -> dict[str, list[Any]]:
    """The rows that hold something, by their place in words."""
    rows = zip(*incoming.table.columns, strict=True)
    return {
        incoming.table.cell(number): list(row)
        for number, row in enumerate(rows)
        if any(cell is not None for cell in row)
    }


def told(incoming: Incoming) -> dict[Remark, tuple[str, int]]:
    return {note.remark: (note.where, note.count) for note in incoming.notes}


def expected_notes(planted: Planted, file: str, place: str) -> dict[Remark, tuple[str, int]]:
    """The remarks that must be made; `place` shows a row, as "订单.csv 第{}行"."""
    found = {}
    if planted.titles:
        found[Remark.TITLE_ROWS] = (file, planted.titles)
    for remark, rows in ((Remark.TOTALS_ROW, planted.totals), (Remark.REPEATED_HEADINGS, planted.pages)):
        if rows:
            shown = "、".join(place.format(row) for row in rows[:5]) + ("等" if len(rows) > 5 else "")
            found[remark] = (shown, len(rows))
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("planted")


@settings(max_examples=400, deadline=None)
@given(
    planted=exports(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    separator=st.sampled_from(",\t;|"),
)
def test_text_files(folder: Path, planted: Planted, encoding: str, separator: str) -> None:
    stream = io.StringIO()
    csv.writer(stream, delimiter=separator, lineterminator="\r\n").writerows(planted.rows)
    path = folder / "订单.csv"
    path.write_bytes(stream.getvalue().encode(encoding))
    incoming = read(path)
    assert incoming.table.name == "tblOrders"
    assert incoming.table.headings == HEADINGS
    assert held(incoming) == {f"订单.csv 第{row}行": cells for row, cells in planted.data.items()}
    assert told(incoming) == expected_notes(planted, "订单.csv", "订单.csv 第{}行")


def write_xlsx(path: Path, rows: list[list[Any]], hidden: set[int], errors: set[int]) -> None:
    """Rows of texts from A1 on; numbers of hidden rows and of rows with an error in the last column count from 0."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("明细")
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell) if cell else None
            if number in hidden:
                sheet.set_row(number, None, None, {"hidden": True})
        for row in errors:
            sheet.write_formula(row, 4, "=1/0", None, "#DIV/0!")


def write_binary(path: Path, rows: list[list[Any]], hidden: set[int], errors: set[int]) -> None:
    """The same as a binary workbook; XlsxWriter asks for a calculation on opening, here people must."""
    cells = [[cell or None for cell in row] for row in rows]
    for row in errors:
        cells[row][4] = Computed("#DIV/0!")
    write_xlsb(path, {"明细": cells}, hidden={"明细": {row + 1 for row in hidden}}, manual=True)


@pytest.mark.parametrize(("kind", "write"), [("xlsx", write_xlsx), ("xlsb", write_binary)])
@settings(max_examples=150, deadline=None)
@given(planted=exports(), hidden=st.sets(st.integers(0, 30)), errors=st.booleans(), below=st.integers(0, 3))
def test_workbooks(
    folder: Path,
    kind: str,
    write: Callable[..., None],
    planted: Planted,
    hidden: set[int],
    errors: bool,
    below: int,
) -> None:
    path = folder / f"订单.{kind}"
    faulty = {row - 1 + below for row in planted.data} if errors else set()
    write(path, [[]] * below + planted.rows, {row + below for row in hidden}, faulty)
    incoming = read(path)
    rows = {
        row + below: [*cells[:4], "#DIV/0!" if errors else cells[4]] for row, cells in planted.data.items()
    }
    assert held(incoming) == {f"明细!第{row}行": cells for row, cells in rows.items()}
    assert set(incoming.table.errors.values()) == ({"#DIV/0!"} if errors and planted.data else set())
    shifted = Planted(
        rows=[],
        data={},
        totals=[row + below for row in planted.totals],
        pages=[row + below for row in planted.pages],
        titles=planted.titles,
    )
    notes = told(incoming)
    first = planted.rows.index(list(HEADINGS)) + 1
    filled = [row for row, cells in enumerate(planted.rows) if row >= first and any(cells)]
    seen = sorted(row + below + 1 for row in hidden & set(filled))
    where, count = notes.pop(Remark.HIDDEN_ROWS, ("", 0))
    assert count == len(seen)
    assert not seen or where.startswith(f"订单.{kind} 明细 第{seen[0]}")
    # The formulas are said to be out of date.
    assert (Remark.STALE_FORMULAS in notes) == bool(errors and planted.data)
    notes.pop(Remark.STALE_FORMULAS, None)
    assert notes == expected_notes(shifted, f"订单.{kind} 明细", "明细!第{}行")


@given(st.text(max_size=20))
def test_no_name_of_a_company_is_a_total(text: str) -> None:
    assert not is_total(f"{text}有限公司")


@pytest.mark.parametrize("text", TOTALS)
def test_every_word_for_a_total(text: str) -> None:
    assert is_total(text)
    assert is_total(f" {text}　")


def test_headings_in_two_rows(tmp_path: Path) -> None:
    path = tmp_path / "订单.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("明细")
        sheet.merge_range("A1:F1", "2026年9月订单")
        sheet.merge_range("A2:B2", "客户")
        sheet.merge_range("C2:E2", "订单")
        sheet.merge_range("F2:F3", "备用")
        sheet.write_row("A3", ["客户编号", "客户名称", "单号", "下单日期", "金额"])
        sheet.write_row("A4", ["C1", "甲", "S1", "2026-09-01", 5, "x"])
    incoming = read(path)
    assert incoming.table.headings == ("客户编号", "客户名称", "单号", "下单日期", "金额", "备用")
    assert held(incoming) == {"明细!第4行": ["C1", "甲", "S1", "2026-09-01", 5, "x"]}
    assert set(told(incoming)) == {Remark.TITLE_ROWS, Remark.TWO_HEADING_ROWS}
    assert incoming.unmatched == ("客户名称", "备用")


def test_a_hidden_sheet_is_left_out_and_named(tmp_path: Path) -> None:
    path = tmp_path / "订单.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, number in (("旧的", 1), ("明细", 2), ("更旧的", 3)):
            sheet = book.add_worksheet(name)
            sheet.write_row("A1", HEADINGS)
            sheet.write_row("A2", [f"S{number}", "C1", "2026-09-01", number, "甲"])
            if name == "明细":
                sheet.activate()
                sheet.set_first_sheet()
            else:
                sheet.hide()
    incoming = read(path)
    assert held(incoming) == {"明细!第2行": ["S2", "C1", "2026-09-01", 2, "甲"]}
    assert [str(note) for note in incoming.notes] == [
        "订单.xlsx：2 张隐藏的工作表没有导入：“旧的”、“更旧的”；需要时请在 Excel 里取消隐藏后再导入。"
    ]


def test_a_filter_hides_rows_and_they_come_in(tmp_path: Path) -> None:
    path = tmp_path / "订单.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("明细")
        sheet.write_row("A1", HEADINGS)
        for row in range(1, 4):
            sheet.write_row(row, 0, [f"S{row}", "C1", "2026-09-01", row, "甲"])
        sheet.autofilter("A1:E4")
        sheet.filter_column_list("A", ["S1"])
        for row in (2, 3):
            sheet.set_row(row, None, None, {"hidden": True})
    incoming = read(path)
    assert len(held(incoming)) == 3
    (note,) = [note for note in incoming.notes if note.remark is Remark.HIDDEN_ROWS]
    assert str(note) == "订单.xlsx 明细 第3、4行：2 行被筛选掉或隐藏，也一并导入。"


def test_a_formula_that_was_never_computed_is_blank_and_told_of(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    path = tmp_path / "订单.xlsx"
    book = openpyxl.Workbook()
    book.active.append(HEADINGS)
    book.active.append(["S1", "C1", "2026-09-01", "=2*3", "甲"])
    book.save(path)
    incoming = read(path)
    assert incoming.table.columns[3].tolist() == [None]
    (note,) = [note for note in incoming.notes if note.remark is Remark.UNCOMPUTED_FORMULA]
    assert note.where == "订单.xlsx Sheet!D2"


def test_the_content_counts_and_not_the_name(tmp_path: Path) -> None:
    path = tmp_path / "导出.xls"
    path.write_text("单号\t客户ID\t下单日期\t金额\nS1\tC1\t2026-09-01\t5\n", encoding="gb18030")
    incoming = read(path)
    assert held(incoming) == {"导出.xls 第2行": ["S1", "C1", "2026-09-01", "5"]}
    assert set(told(incoming)) == {Remark.OTHER_KIND}


@pytest.mark.parametrize("date1904", [False, True])
def test_both_date_systems(tmp_path: Path, date1904: bool) -> None:
    path = tmp_path / "订单.xlsx"
    with xlsxwriter.Workbook(path, {"date_1904": date1904}) as book:
        sheet = book.add_worksheet("明细")
        sheet.write_row("A1", HEADINGS)
        sheet.write_row("A2", ["S1", "C1", None, 5, "甲"])
        sheet.write_datetime(
            "C2", datetime.datetime(2026, 9, 1), book.add_format({"num_format": "yyyy-mm-dd"})
        )
    (cell,) = read(path).table.columns[2].tolist()
    assert (cell.year, cell.month, cell.day) == (2026, 9, 1)


def test_a_table_of_our_own_workbook_is_taken_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "同事的.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("任意名称")
        columns = [{"header": heading} for heading in ("客户编号", "负责人")]
        sheet.add_table(
            "B3:C5", {"name": "tblPlans", "columns": columns, "data": [["C1", "王敏"], ["C2", "李强"]]}
        )
        sheet.write_row("F3", ["客户编号", "客户名称"])
        sheet.write_row("F4", ["C9", "旁边的"])
    incoming = read(path)
    assert incoming.table.name == "tblPlans"
    assert held(incoming) == {"任意名称!第4行": ["C1", "王敏"], "任意名称!第5行": ["C2", "李强"]}
    assert incoming.table.cell(0, "负责人") == "任意名称!C4"
