"""What a workbook file says, cell for cell, whatever program wrote it."""

from __future__ import annotations

import re
from datetime import datetime, time
from pathlib import Path

import pytest
import xlsxwriter

from crm_xl.books.file import FileBook
from crm_xl.errors import CrmError
from crm_xl.raw import RawTable
from tests.books.samples import book, contents_of, edit_all, edit_parts, to_strict

SHEET = "xl/worksheets/sheet1.xml"


def _read(path: Path, name: str = "tblA") -> RawTable:
    return FileBook(path, read_only=True).read([name])[name]


def _columns(table: RawTable) -> list[list[object]]:
    return [list(column) for column in table.columns]


def _prefixed(data: bytes) -> bytes:
    if b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/' not in data:
        return data
    text = re.sub(r"<(/?)([A-Za-z])", r"<\1x:\2", data.decode().split("?>", 1)[1])
    return text.replace('xmlns="', 'xmlns:x="').encode()


def test_values_come_untouched_with_their_place(tmp_path: Path) -> None:
    rows = [["001", 1.5, True, None], [" 空格 ", 3, False, "是"]]
    table = _read(book(tmp_path / "a.xlsx", {"tblA": ("订单", 4, 3, ["编号", "金额", "真", "空"], rows)}))
    assert table.headings == ("编号", "金额", "真", "空")
    assert _columns(table) == [["001", " 空格 "], [1.5, 3], [True, False], [None, "是"]]
    assert (table.sheet, table.row, table.column) == ("订单", 4, 3)
    assert table.cell(1, "金额") == "订单!D6"


def test_error_cells_are_their_text_where_calamine_reads_nothing(tmp_path: Path) -> None:
    rows = [[1, ("=1/0", "#DIV/0!")], [("=NA()", "#N/A"), 't="e"'], [3, 4]]
    table = _read(book(tmp_path / "a.xlsx", {"tblA": ("订单", 2, 2, ["甲", "乙"], rows)}))
    assert table.errors == {(0, 1): "#DIV/0!", (1, 0): "#N/A"}
    assert _columns(table) == [[1, "#N/A", 3], ["#DIV/0!", 't="e"', 4]]


def test_error_cells_without_addresses_are_found_by_counting(tmp_path: Path) -> None:
    rows = [[1, ("=1/0", "#DIV/0!")], [2, 2]]
    path = book(tmp_path / "a.xlsx", {"tblA": ("订单", 1, 1, ["甲", "乙"], rows)})
    edit_parts(path, {SHEET: lambda data: re.sub(rb'(<(?:c|row)) r="\w+"', rb"\1", data)})
    assert _read(path).errors == {(0, 1): "#DIV/0!"}


def test_an_error_in_the_last_row_keeps_that_row(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {"tblA": ("订单", 1, 1, ["甲"], [[1], [("=NA()", "#N/A")]])})
    assert _columns(_read(path)) == [[1, "#N/A"]]


@pytest.mark.parametrize("row", [3, 4])
def test_an_error_cell_without_a_value_is_an_error_and_not_the_next_cells_value(
    tmp_path: Path, row: int
) -> None:
    path = book(tmp_path / "a.xlsx", {"tblA": ("订单", 1, 1, ["甲", "乙"], [[1, 10], [2, 20], [3, 30]])})
    empty = f'<row r="{row}"><c r="A{row}" t="e"/></row>'.encode()
    edit_parts(path, {SHEET: lambda data: re.sub(rf'<row r="{row}".*?</row>'.encode(), empty, data)})
    table = _read(path)
    assert table.errors == {(row - 2, 0): "#N/A"}
    assert _columns(table)[0] == ["#N/A" if number == row else number - 1 for number in (2, 3, 4)]
    assert _columns(table)[1][row - 2] is None


@pytest.mark.parametrize("date1904", [False, True])
def test_dates_are_datetimes_in_both_date_systems(tmp_path: Path, date1904: bool) -> None:
    days = [datetime(2024, 2, 29), datetime(2024, 5, 1, 13, 45, 7), time(6, 30)]
    path = book(
        tmp_path / "a.xlsx", {"tblA": ("订单", 1, 1, ["日期"], [[day] for day in days])}, date1904=date1904
    )
    assert _columns(_read(path)) == [days]


def test_formulas_are_read_as_their_stored_values(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {"tblA": ("订单", 1, 1, ["甲"], [[("=6*7", 42)], [('="a"&"b"', "ab")]])})
    assert _columns(_read(path)) == [[42, "ab"]]


@pytest.mark.parametrize("rows", [[], [[None, None], [None, None]]])
def test_a_table_of_headings_only_has_no_rows(tmp_path: Path, rows: list[list[object]]) -> None:
    table = _read(book(tmp_path / "a.xlsx", {"tblA": ("订单", 1, 1, ["甲", "乙"], rows)}))
    assert len(table) == 0
    assert table.headings == ("甲", "乙")
    assert [len(column) for column in table.columns] == [0, 0]


def test_blank_rows_stay_in_the_middle_and_go_at_the_end(tmp_path: Path) -> None:
    rows = [[1], [None], [3], [None], [None]]
    table = _read(book(tmp_path / "a.xlsx", {"tblA": ("订单", 1, 1, ["甲"], rows)}))
    assert _columns(table) == [[1, None, 3]]
    assert table.cell(2, "甲") == "订单!A4"


def test_a_column_may_change_its_kind_a_long_way_down(tmp_path: Path) -> None:
    rows = [
        [f"C{row % 7}", row if row < 500 else "没有", "甲" if row < 500 else float(row), row > 500]
        for row in range(900)
    ]
    table = _read(book(tmp_path / "a.xlsx", {"tblA": ("订单", 1, 1, ["编号", "数", "混", "真"], rows)}))
    assert _columns(table) == [list(column) for column in zip(*rows, strict=True)]
    assert [type(cell) for cell in table.columns[3][499:502]] == [bool, bool, bool]
    assert len(set(map(id, table.columns[0]))) == 7


@pytest.mark.parametrize("noise", [0, 5000])
def test_errors_and_formulas_are_found_however_often_their_letters_stand_elsewhere(
    tmp_path: Path, noise: int
) -> None:
    rows = [[1, ("=1/0", "#DIV/0!")], [2, ("=2/0", "#DIV/0!")]]
    path = book(tmp_path / "a.xlsx", {"tblA": ("订单", 1, 1, ["甲", "乙"], rows)})
    seen = FileBook(path)
    remark = b"<!-- " + b"f e " * noise + b"-->"
    edit_parts(path, {SHEET: lambda data: data.replace(b'<row r="2"', remark + b'<row r="2"')})
    found = FileBook(path)
    assert found.read(["tblA"])["tblA"].errors == {(0, 1): "#DIV/0!", (1, 1): "#DIV/0!"}
    assert found.first_formula("tblA") == seen.first_formula("tblA") == "订单!B2"


def test_tables_side_by_side_do_not_mix(tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx",
        {
            "tblA": ("参数", 3, 1, ["甲"], [[1], [2]]),
            "tblB": ("参数", 3, 3, ["乙"], [["x"], ["y"], ["z"], ["u"]]),
            "tblC": ("参数", 30, 8, ["丙"], []),
        },
    )
    found = FileBook(path, read_only=True).read(["tblB", "tblNone", "tblC", "tblA"])
    assert list(found) == ["tblB", "tblC", "tblA"]
    assert _columns(found["tblA"]) == [[1, 2]]
    assert _columns(found["tblB"]) == [["x", "y", "z", "u"]]
    assert _columns(found["tblC"]) == [[]]


def test_a_totals_row_is_not_data(tmp_path: Path) -> None:
    workbook = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    columns = [
        {"header": "甲", "total_string": "合计"},
        {"header": "乙", "total_function": "sum", "total_value": 3},
    ]
    workbook.add_worksheet("订单").add_table(
        "A1:B4", {"name": "tblA", "total_row": True, "columns": columns, "data": [["x", 1], ["y", 2]]}
    )
    workbook.close()
    assert _columns(_read(tmp_path / "a.xlsx")) == [["x", "y"], [1, 2]]


def test_a_table_without_heading_row_takes_its_headings_from_the_table_part(tmp_path: Path) -> None:
    workbook = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    workbook.add_worksheet("订单").add_table(
        "B2:B3", {"name": "tblA", "header_row": False, "columns": [{"header": "甲"}], "data": [[1], [2]]}
    )
    workbook.close()
    table = _read(tmp_path / "a.xlsx")
    assert (table.headings, _columns(table)) == (("甲",), [[1, 2]])
    assert table.cell(0, "甲") == "订单!B2"


@pytest.mark.parametrize("change", [to_strict, _prefixed])
def test_strict_and_prefixed_workbooks_read_the_same(tmp_path: Path, change: object) -> None:
    rows = [["x", ("=1/0", "#DIV/0!")], [datetime(2024, 2, 29), 2]]
    path = book(tmp_path / "a.xlsx", {"tblA": ("订单", 3, 2, ["甲", "乙"], rows)})
    before = _read(path)
    edit_all(path, change)
    assert b'<worksheet xmlns="http://schemas' not in contents_of(path)[SHEET]
    after = _read(path)
    assert _columns(after) == _columns(before) == [["x", datetime(2024, 2, 29)], ["#DIV/0!", 2]]
    assert after.headings == before.headings


def test_only_sheets_with_wanted_tables_are_opened(tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx", {"tblA": ("好", 1, 1, ["甲"], [[1]]), "tblB": ("坏", 1, 1, ["乙"], [[2]])}
    )
    edit_parts(path, {"xl/worksheets/sheet2.xml": lambda data: data[: len(data) // 2]})
    opened = FileBook(path, read_only=True)
    assert _columns(opened.read(["tblA"])["tblA"]) == [[1]]
    with pytest.raises(CrmError, match="损坏"):
        opened.read(["tblB"])


def test_headings_are_stripped_and_those_of_the_sheet_count(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {"tblA": ("订单", 1, 1, [" 甲 ", "乙"], [[1, 2]])})
    assert _read(path).headings == ("甲", "乙")


def test_a_stray_cell_at_the_end_of_the_sheet_is_named_and_not_loaded(tmp_path: Path) -> None:
    def finish(workbook: xlsxwriter.Workbook) -> None:
        workbook.get_worksheet_by_name("订单").write("XFD1048576", "x")

    path = book(tmp_path / "a.xlsx", {"tblA": ("订单", 1, 1, ["甲"], [[1]])}, finish=finish)
    with pytest.raises(CrmError, match="订单!XFD1048576"):
        _read(path)


def test_a_format_at_the_end_of_the_sheet_is_no_obstacle(tmp_path: Path) -> None:
    def finish(workbook: xlsxwriter.Workbook) -> None:
        workbook.get_worksheet_by_name("订单").write_blank(
            "XFD1048576", None, workbook.add_format({"bold": True})
        )

    path = book(tmp_path / "a.xlsx", {"tblA": ("订单", 1, 1, ["甲"], [[1]])}, finish=finish)
    assert _columns(_read(path)) == [[1]]


def test_tables_and_names_tell_what_the_book_offers(tmp_path: Path) -> None:
    def finish(workbook: xlsxwriter.Workbook) -> None:
        workbook.define_name("CRM_ONE", "='订 单'!$Z$9")
        workbook.define_name("CRM_TWO", "='订 单'!$Z$9:$Z$10")

    path = book(tmp_path / "a.xlsx", {"tblA": ("订 单", 2, 3, ["甲", "乙"], [[1, 2], [3, 4]])}, finish=finish)
    opened = FileBook(path)
    place = opened.tables()["tblA"]
    assert (place.sheet, place.row, place.column, place.rows, place.headings) == (
        "订 单",
        2,
        3,
        2,
        ("甲", "乙"),
    )
    assert opened.names() == {"CRM_ONE"}
    assert not opened.has_macros


def test_a_file_changed_since_it_was_opened_is_refused(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {"tblA": ("订单", 1, 1, ["甲"], [[1]])})
    opened = FileBook(path)
    book(path, {"tblA": ("订单", 1, 1, ["甲"], [[1], [2], ["更多"]])})
    with pytest.raises(CrmError, match="改动"):
        opened.read(["tblA"])
    with pytest.raises(CrmError, match="改动"):
        opened.write({}, {})
