"""Links from a column of places to the cells it names: as links in files, as formulas in open workbooks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from lxml import etree

from crm_xl.books import live_snapshot
from crm_xl.books.blocks import block_of, sentence_block
from crm_xl.books.file import FileBook
from crm_xl.books.links import MOST_LINKED_ROWS, location
from crm_xl.books.live import LiveBook
from crm_xl.books.protocol import Block
from crm_xl.books.sidecar import fitted
from crm_xl.schema import Column, Role, Table
from crm_xl.tables.outputs import CHECKS, LEDGER, LEDGER_SUMMARY
from tests.books.live_samples import small_workbook
from tests.books.samples import book, contents_of, edit_all, edit_parts, rich_book, to_strict
from tests.builder.shipped import opened
from tests.support.fake_excel import ExcelError, FakeSheet
from tests.support.fake_xlwings import FakeExcel
from tests.support.office import SCRIPTS, Office
from tests.support.validator import validate

LEDGER_SHEET = "xl/worksheets/sheet1.xml"
HEADINGS = ("表", "位置")
SHEETS = ["台账", "订单", "O'Brien, 客户", "a!b", "a"]
PLACES = [
    ("订单!C17", "'订单'!C17"),
    ("订单!第17行", "'订单'!A17"),
    ("订单!XFD1048576", "'订单'!XFD1048576"),
    ("O'Brien, 客户!B2", "'O''Brien, 客户'!B2"),
    ("a!b!B2", "'a!b'!B2"),
    ("订单!C17、订单!C18 等", "'订单'!C17"),
    ("订单!第3行 等", "'订单'!A3"),
]
NO_PLACES = [
    None, "", 3.0, "订单", "订单!", "订单.csv 第17行", "订单.csv 第17行“金额”", "退货!C17", "订单!C0", "订单!XFE1",
    "订单!C1048577", "订单!c17", "订单!$C$17", "订单!C17:D18", "订单!第0行", "订单!C17\n", "订单!C第17行", "订单!17行",
    "http://x.example/#订单!C17", "另有 5 行没有列出",
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), PLACES)
def test_a_place_leads_to_its_cell_and_a_row_to_its_first(text: str, wanted: str) -> None:
    assert location(text, SHEETS) == wanted


@pytest.mark.parametrize("text", NO_PLACES)
def test_what_names_no_cell_of_the_workbook_leads_nowhere(text: Any) -> None:
    assert location(text, SHEETS) is None


def test_the_ledger_and_the_checks_declare_their_places() -> None:
    assert (LEDGER.linked, CHECKS.linked, LEDGER_SUMMARY.linked) == (1, 4, None)
    frame = pd.DataFrame({name: pd.Series(dtype=object) for name in CHECKS.names})
    assert block_of(CHECKS, frame).linked == sentence_block(CHECKS, "没有订单").linked == 4
    columns = [Column(name=name, title=name, place=True) for name in "ab"]
    with pytest.raises(ValueError, match="two columns of places"):
        Table(name="t", title="t", role=Role.OUTPUT, columns=tuple(columns))


def _places(*texts: Any) -> Block:
    return Block(headings=HEADINGS, rows=[("订单", text) for text in texts], linked=1)


def _links(path: Path, sheet: str = "台账") -> dict[str, str]:
    """Address -> where its link leads, as openpyxl sees them."""
    cells = (cell for row in opened(path)[sheet].iter_rows() for cell in row)
    return {
        cell.coordinate: cell.hyperlink.location or cell.hyperlink.target for cell in cells if cell.hyperlink
    }


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A workbook with tblL at B3:C5 of 台账; the user's own links stand above the table and in its first column."""

    def finish(workbook: xlsxwriter.Workbook) -> None:
        sheet = workbook.worksheets()[0]
        look = workbook.add_format({"font_color": "#FF0000"})
        sheet.write_url("A1", "https://example.com", string="网页")
        sheet.write_url("B4", "https://example.com/own", string="自己的")
        sheet.write_url("C4", "https://example.com/old", look, string="旧")
        sheet.write_url("C5", "internal:'订单'!A1", string="旧")

    tables = {
        "tblL": ("台账", 3, 2, HEADINGS, [["订单", "旧"], ["订单", "旧"]]),
        "tblO": ("订单", 1, 1, ["编号"], [["1"]]),
        "tblB": ("O'Brien, 客户", 1, 1, ["号"], [["1"]]),
    }
    return book(tmp_path / "a.xlsx", tables, finish=finish)


OWN = {"A1": "https://example.com/", "B4": "https://example.com/own"}


def _own(path: Path) -> dict[str, str]:
    return {address: target for address, target in _links(path).items() if address in OWN}


def test_a_file_gets_links_to_the_places_and_keeps_the_users(path: Path) -> None:
    own, before = _own(path), openpyxl.load_workbook(path)["台账"]["C4"].font.color.rgb
    block = _places("订单!A2", "订单.csv 第2行", "O'Brien, 客户!第2行", None, "=订单!A2")
    FileBook(path).write({"tblL": block}, {})
    assert _links(path) == {**own, "C4": "'订单'!A2", "C6": "'O''Brien, 客户'!A2"}
    sheet = openpyxl.load_workbook(path)["台账"]
    assert [sheet.cell(row, 3).value for row in range(4, 9)] == [row[1] for row in block.rows]
    assert sheet["C4"].font.color.rgb == sheet["C8"].font.color.rgb == before == "FFFF0000"


def test_links_follow_every_refresh_and_the_same_refresh_changes_nothing(path: Path) -> None:
    own = _own(path)
    FileBook(path).write({"tblL": _places(*[f"订单!A{n}" for n in range(1, 9)])}, {})
    assert len(_links(path)) == len(own) + 8
    FileBook(path).write({"tblL": _places("订单!B7")}, {})
    once = contents_of(path)
    assert _links(path) == {**own, "C4": "'订单'!B7"}
    FileBook(path).write({"tblL": _places("订单!B7")}, {})
    assert contents_of(path) == once
    FileBook(path).write({"tblL": _places()}, {})
    assert _links(path) == own


def test_the_element_goes_with_its_last_link(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {"tblL": ("台账", 3, 2, HEADINGS, [["订单", "旧"]])})
    before = contents_of(path)
    FileBook(path).write({"tblL": _places("台账!B3")}, {})
    assert _links(path) == {"C4": "'台账'!B3"}
    assert contents_of(path).keys() == before.keys()  # no relationships were needed
    FileBook(path).write({"tblL": _places("")}, {})
    assert b"hyperlink" not in contents_of(path)[LEDGER_SHEET]


def test_only_the_first_rows_are_linked(path: Path) -> None:
    own = _own(path)
    FileBook(path).write({"tblL": _places(*[f"订单!A{n}" for n in range(1, MOST_LINKED_ROWS + 50)])}, {})
    found = _links(path)
    assert len(found) == len(own) + MOST_LINKED_ROWS
    assert found[f"C{MOST_LINKED_ROWS + 3}"] == f"'订单'!A{MOST_LINKED_ROWS}"


def test_links_move_with_their_column(path: Path) -> None:
    FileBook(path).write({"tblL": _places("订单!A1", "订单!A2")}, {})
    turned = Block(headings=HEADINGS[::-1], rows=[("订单!A9", "订单")], linked=0)
    FileBook(path).write({"tblL": turned}, {})
    assert {at: to for at, to in _links(path).items() if at != "A1"} == {"B4": "'订单'!A9"}


def test_a_link_over_more_than_the_table_is_the_users(path: Path) -> None:
    edit_parts(path, {LEDGER_SHEET: lambda data: data.replace(b'ref="C5"', b'ref="C5:D6"')})
    FileBook(path).write({"tblL": _places("订单!A2", "订单!A3", "订单!A4", "订单!A5")}, {})
    found = _links(path)
    assert (found["C4"], found["C5"], found["C6"], found["C7"]) == (
        "'订单'!A2", "'订单'!A1", "'订单'!A1", "'订单'!A5"
    )  # fmt: skip


def test_a_block_without_places_leaves_links_alone(path: Path) -> None:
    before = _links(path)
    FileBook(path).write({"tblL": Block(headings=HEADINGS, rows=[("订单", "订单!A2")] * 2)}, {})
    assert _links(path) == before


def test_a_column_that_is_not_there_cannot_be_linked(path: Path) -> None:
    with pytest.raises(ValueError, match="no column 2"):
        FileBook(path).write({"tblL": Block(headings=HEADINGS, rows=[], linked=2)}, {})


def test_a_strict_workbook_gets_strict_links(path: Path) -> None:
    edit_all(path, to_strict)
    FileBook(path).write({"tblL": _places("订单!A2")}, {})
    root = etree.fromstring(contents_of(path)[LEDGER_SHEET])
    ((link),) = root.findall("{*}hyperlinks/{*}hyperlink[@location]")
    assert etree.QName(link).namespace == etree.QName(root).namespace
    assert dict(link.attrib) == {"ref": "C4", "location": "'订单'!A2"}


@pytest.mark.slow
def test_the_validator_finds_the_links_in_their_place(tmp_path: Path) -> None:
    """The sheet has formats, validations, print settings, pictures and comments around them."""
    path = rich_book(tmp_path / "a.xlsm")
    headings = ("等级", "金额", "占比")
    rows = [("参数!A3", 1, 0.5), ("汇总!第5行", 2, 0.5), ("其他.csv 第5行", 3, 0)]
    for _ in range(2):
        FileBook(path).write({"tblSummary": Block(headings=headings, rows=rows, linked=0)}, {})
        assert _links(path, "汇总") == {"B5": "'参数'!A3", "B6": "'汇总'!A5"}
        assert validate(path) == []


@pytest.mark.slow
@pytest.mark.libreoffice
def test_libreoffice_sees_the_links(path: Path, tmp_path: Path, office: Office) -> None:
    FileBook(path).write({"tblL": _places("订单!A2", "O'Brien, 客户!第2行", "订单.csv 第2行")}, {})
    assert validate(path) == []
    saved = tmp_path / "saved.xlsx"
    with office.private_copy(path) as copy:
        office.run(SCRIPTS / "save_as.py", copy, saved, "Calc MS Excel 2007 XML")
    found = {at: to.replace("'订单'", "订单") for at, to in _links(saved).items() if at.startswith("C")}
    assert found == {"C4": "订单!A2", "C5": "'O''Brien, 客户'!A2"}


def test_a_cut_table_keeps_its_column_of_places() -> None:
    class Small:
        file = None

        def tables(self) -> Any:
            return {"tblL": FakePlace}

    class FakePlace:
        row = 1_048_570

    fitting, _ = fitted(Small(), {"tblL": _places(*["订单!A1"] * 20)})  # type: ignore[arg-type]
    assert (len(fitting["tblL"].rows), fitting["tblL"].linked) == (6, 1)


@pytest.fixture(params=["@", "General"])
def excel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> FakeExcel:
    """An open workbook that a file refresh gave links: in the last column of tblList, and one of the user's.

    The column is formatted as text, as our workbook is shipped, or not, as the first refresh leaves it.
    """
    monkeypatch.setattr(live_snapshot, "user_cache_path", lambda *_, **__: tmp_path / "cache")
    workbook = small_workbook()
    sheet, _ = workbook.table("tblList")
    sheet.links = {(row, 4): "'数据'!A5" for row in range(5, 10)} | {(5, 1): "https://example.com"}
    sheet.set_format((5, 4, 9, 4), request.param)
    return FakeExcel(workbook)


LIST = ("编号", "得分", "日期", "说明")
OTHERS = {(5, 1): "https://example.com"}


def _list(count: int, linked: int | None = 3, text: str = "数据!B6") -> dict[str, Block]:
    return {"tblList": Block(headings=LIST, rows=[("1", 1.0, None, text)] * count, linked=linked)}


def _linking(count: int, target: str = "#'数据'!B6") -> dict[tuple[int, int], str]:
    return {(5 + number, 4): target for number in range(count)}


@pytest.mark.parametrize("rows", [0, 2, 40])
def test_an_open_workbook_links_the_new_rows_and_keeps_no_link_of_former_ones(
    excel: FakeExcel, rows: int
) -> None:
    for _ in range(2):
        LiveBook(excel.book()).write(_list(rows), {})
        sheet, _ = excel.workbook.table("tblList")
        assert (sheet.links, sheet.linking) == (OTHERS, _linking(rows))
        assert [row[3] for row in excel.workbook.content("tblList")[1:]] == (["数据!B6"] * rows or [None])
        assert sheet.formats[5, 1] == "@"
    LiveBook(excel.book()).write(_list(3), {})
    assert sheet.linking == _linking(3)


def test_that_takes_few_calls_whatever_the_rows(excel: FakeExcel) -> None:
    """To ask for the format of the column, to change it where it is text, and to take former links off."""
    as_text = excel.workbook.sheet("结果").formats.get((5, 4)) == "@"
    transfers = []
    for count, linked in ((40, None), (40, 3), (4_000, 3)):
        other = FakeExcel(excel.workbook.copy())
        LiveBook(other.book()).write(_list(count, linked), {})
        transfers.append(other.transfers)
    assert transfers[1] == transfers[2] == transfers[0] + 2 + as_text
    assert other.workbook.sheet("结果").linking == _linking(MOST_LINKED_ROWS)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("数据!C17、数据!C18 等", "#'数据'!C17"),
        ('结"果!第3行', "#'结\"果'!A3"),
        ('数据!B6、"&A1&"', "#'数据'!B6"),
        ("数据!B6、" + "长" * 249, "#'数据'!B6"),
        ("数据!B6、" + "长" * 250, None),
        ("=数据!B6", None),
        ("订单.csv 第17行", None),
        (None, None),
    ],
)
def test_a_place_stays_the_text_it_is(excel: FakeExcel, text: str | None, target: str | None) -> None:
    sheet = excel.workbook.sheet("数据")
    excel.workbook.sheets.append(FakeSheet('结"果', tables=[replace(sheet.tables[0], name="tblQuoted")]))
    LiveBook(excel.book()).write(_list(1, text=text), {})  # type: ignore[arg-type]
    assert excel.workbook.content("tblList")[1][3] == text
    assert excel.workbook.sheet("结果").linking == ({} if target is None else {(5, 4): target})


def test_a_column_of_places_is_read_back_as_its_texts(excel: FakeExcel) -> None:
    LiveBook(excel.book()).write(_list(2), {})
    found = LiveBook(excel.book()).read(["tblList"])["tblList"]
    assert found.columns[3].tolist() == ["数据!B6"] * 2


def test_an_undo_links_what_it_brings_back(excel: FakeExcel) -> None:
    before = excel.workbook.content("tblList")
    LiveBook(excel.book()).write(_list(2), {})
    sheet, _ = excel.workbook.table("tblList")
    sheet.links[6, 4] = "'数据'!B6"  # a file refresh between
    LiveBook(excel.book()).restore()
    assert excel.workbook.content("tblList") == before
    assert (sheet.links, sheet.linking) == (OTHERS, {})  # 旧 names no place
    LiveBook(excel.book()).restore()
    assert (sheet.links, sheet.linking) == (OTHERS, _linking(2))


@pytest.mark.parametrize("linked_before", [False, True])
def test_links_that_cannot_be_cleared_put_the_rows_back(
    excel: FakeExcel, monkeypatch: pytest.MonkeyPatch, linked_before: bool
) -> None:
    def refuse(*_: object) -> None:
        raise ExcelError("links stay")

    if linked_before:
        LiveBook(excel.book()).write(_list(3), {})
    sheet, _ = excel.workbook.table("tblList")
    untouched, linking = excel.workbook.state(), dict(sheet.linking)
    monkeypatch.setattr(FakeSheet, "clear_links", refuse)
    with pytest.raises(ExcelError, match="links stay"):
        LiveBook(excel.book()).write(_list(7, text="数据!C7"), {})
    assert (excel.workbook.state(), sheet.linking) == (untouched, linking)
