"""The book of an open Excel, over a fake one that treats what is written as Excel does."""

from __future__ import annotations

import json
import os
import stat
import time
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from crm_xl.books import live_find, live_snapshot
from crm_xl.books.live import LiveBook
from crm_xl.books.live_snapshot import Snapshot
from crm_xl.books.live_values import ErrorText
from crm_xl.books.protocol import Block, Cell
from crm_xl.errors import CrmError
from crm_xl.tables.cells import UNDO_NAME
from tests.books.live_samples import DATE, fill, small_workbook
from tests.support.fake_excel import Box, CellError, ExcelError, FakeTable, Formula
from tests.support.fake_xlwings import FakeExcel

LIST = ("编号", "得分", "日期", "说明")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Snapshots of a test go to a folder of its own."""
    monkeypatch.setattr(live_snapshot, "user_cache_path", lambda *_, **__: tmp_path / "cache")
    return tmp_path / "cache" / "undo"


def rows_of(count: int, note: str = "新") -> list[tuple[Cell, ...]]:
    return [(f"{n:04}", n / 2, date(2026, 1, 1 + n % 28), note) for n in range(count)]


def blocks_of(count: int) -> dict[str, Block]:
    return {
        "tblList": Block(headings=LIST, rows=rows_of(count)),
        "tblSide": Block(headings=("名称", "数量"), rows=[("丙", 7.0)]),
        # Longer, wider, and with a heading that moved: everything a table can do at once.
        "tblBeside": Block(
            headings=("c", "a", "d", "e"), rows=[(1.0, 2.0, 3.0, "四"), (5.0, 6.0, None, "=七")]
        ),
        "tblAbsent": Block(headings=("x",), rows=[]),
    }


CELLS: dict[str, Cell] = {
    "CRM_NOTE": "=说明",
    "CRM_ERROR": date(2026, 10, 31),
    "CRM_ABSENT": 1.0,
    "FORMULA": 1.0,
}


def written(count: int = 3, **options: int) -> FakeExcel:
    excel = FakeExcel(small_workbook(), **options)
    LiveBook(excel.book()).write(blocks_of(count), CELLS)
    return excel


def test_tables_are_found_where_they_stand() -> None:
    book = LiveBook(FakeExcel(small_workbook()).book())
    places = book.tables()
    assert list(places) == ["tblInput", "tblList", "tblSide", "tblBeside"]
    assert len(places) == 4
    place = places["tblSide"]
    assert (place.sheet, place.row, place.column, place.rows) == ("结果", 4, 6, 2)
    assert place.headings == ("名称", "数量")


def test_values_arrive_as_the_core_takes_them() -> None:
    found = LiveBook(FakeExcel(small_workbook()).book()).read(["tblInput", "tblAbsent"])
    assert list(found) == ["tblInput"]
    table = found["tblInput"]
    assert len(table) == 2  # blank rows at the end are none
    assert list(table.columns[0]) == ["001", "002"]
    assert list(table.columns[1]) == [datetime(2023, 3, 15), datetime(2023, 3, 16, 12)]
    assert list(table.columns[2]) == [12.5, "#N/A"]
    assert type(table.columns[2][0]) is float
    assert table.errors == {(1, 2): "#N/A"}
    assert table.cell(1, "金额") == "数据!C6"


def test_a_totals_row_is_no_data() -> None:
    found = LiveBook(FakeExcel(small_workbook()).book()).read(["tblSide"])["tblSide"]
    assert list(found.columns[0]) == ["甲", "乙"]


def test_a_table_shrinks_and_leaves_nothing_behind() -> None:
    workbook = written(2).workbook
    sheet, table = workbook.table("tblList")
    assert table.box == (4, 1, 6, 4)
    assert workbook.content("tblList")[1:] == [["0000", 0.0, 46023.0, "新"], ["0001", 0.5, 46024.0, "新"]]
    left_over = [place for place in sheet.cells if 6 < place[0] and place[1] <= 4]
    assert left_over == []
    assert [place for place in sheet.formats if 6 < place[0] and place[1] <= 4] == []


def test_a_table_grows_with_its_formats() -> None:
    workbook = written(40).workbook
    sheet, table = workbook.table("tblList")
    assert table.box == (4, 1, 44, 4)
    assert sheet.formats[44, 1] == "@"
    assert sheet.formats[44, 3] == DATE


def test_columns_change_places_and_numbers_without_being_renamed() -> None:
    workbook = written().workbook
    assert workbook.content("tblBeside") == [
        ["c", "a", "d", "e"],
        [1.0, 2.0, 3.0, "四"],
        [5.0, 6.0, None, "=七"],
    ]
    assert workbook.table("tblBeside")[1].filtered is False


def test_columns_that_go_leave_nothing_behind() -> None:
    excel = FakeExcel(small_workbook())
    LiveBook(excel.book()).write({"tblBeside": Block(headings=("b",), rows=[(9.0,)])}, {})
    sheet, table = excel.workbook.table("tblBeside")
    assert table.box == (4, 9, 5, 9)
    assert [place for place in sheet.cells if place[1] > 9] == []


def test_an_empty_body_is_one_blank_row() -> None:
    excel = FakeExcel(small_workbook())
    LiveBook(excel.book()).write({"tblList": Block(headings=LIST, rows=[])}, {})
    assert excel.workbook.content("tblList") == [list(LIST), [None] * 4]


def test_a_totals_row_stays_below() -> None:
    workbook = written().workbook
    _, table = workbook.table("tblSide")
    assert table.totals
    assert workbook.content("tblSide") == [["名称", "数量"], ["丙", 7.0], ["汇总", 3.0]]


def test_names_and_print_area_follow() -> None:
    names = written(40).workbook.names
    assert names["LIST"] == "='结果'!$A$4:$D$44"
    assert names["'结果'!Print_Area"] == "='结果'!$A$1:$L$44"
    assert names["FORMULA"] == "=SUM(tblList[得分])"


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+86 138", "-", "@引用", "'引号", "007", "1/2", "2026-01-05", "2026年1月", "TRUE", "false", "#N/A", "1e5",
     "5%", "¥12", " 12", "３", "三月", "C001", "（备注）", "客户", "a"],
)  # fmt: skip
def test_a_text_stays_the_text_it_is(text: str) -> None:
    excel = FakeExcel(small_workbook())
    LiveBook(excel.book()).write(
        {"tblSide": Block(headings=("名称", "数量"), rows=[(text, 1.0)])}, {"CRM_NOTE": text}
    )
    sheet, _ = excel.workbook.table("tblSide")
    for found in (sheet.cells[5, 6], sheet.cells[1, 1]):
        assert found == text
        assert not isinstance(found, Formula | CellError)


def test_the_fake_excel_takes_bare_texts_for_what_they_look_like() -> None:
    """Otherwise the test above could not fail."""
    sheet = small_workbook().sheet("结果")
    sheet.put((20, 1, 20, 6), [["=1+1", "007", "2026-01-05", "TRUE", "#N/A", "5%"]])
    found = [sheet.cells[20, column] for column in range(1, 7)]
    assert found == ["=1+1", 7.0, 46027.0, True, "#N/A", 0.05]
    assert [type(value) for value in found] == [Formula, float, float, bool, CellError, float]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (None, None), (float("nan"), None), (float("inf"), None), (True, True), (3, 3.0), (Decimal("1.25"), 1.25),
        (10**16, "10000000000000000"), (datetime(2026, 1, 5, 12), 46027.5), (datetime(1850, 1, 1), "1850-01-01"),
        ("长" * 40_000, "长" * 32_756 + "…（内容过长，已截断）"),
    ],
)  # fmt: skip
def test_values_become_what_excel_holds(value: Cell, found: Cell) -> None:
    excel = FakeExcel(small_workbook())
    LiveBook(excel.book()).write({}, {"CRM_NOTE": value})
    assert excel.workbook.sheet("结果").cells.get((1, 1)) == found


def test_dates_are_counted_from_the_day_the_workbook_counts_from() -> None:
    workbook = small_workbook()
    workbook.date1904 = True
    LiveBook(FakeExcel(workbook).book()).write({}, {"CRM_NOTE": date(2026, 1, 5)})
    assert workbook.sheet("结果").cells[1, 1] == 46027.0 - 1462


def test_a_value_no_cell_can_hold_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="cannot hold list"):
        LiveBook(FakeExcel(small_workbook()).book()).write({}, {"CRM_NOTE": [1]})


def test_what_stands_below_is_not_covered() -> None:
    workbook = small_workbook()
    fill(workbook.sheet("结果"), 20, 2, [["我的笔记"]])
    before = workbook.state()
    with pytest.raises(CrmError) as raised:
        LiveBook(FakeExcel(workbook).book()).write(blocks_of(30), {})
    assert raised.value.where == "结果!B20"
    assert workbook.state() == before


def test_another_table_below_is_not_covered() -> None:
    workbook = small_workbook()
    workbook.sheet("结果").tables.append(FakeTable("tblBelow", (15, 1, 16, 2)))
    with pytest.raises(CrmError, match="tblList"):
        LiveBook(FakeExcel(workbook).book()).write(blocks_of(30), {})


def test_more_rows_than_a_sheet_has_are_refused_before_anything_is_touched() -> None:
    excel = FakeExcel(small_workbook())
    before = excel.workbook.state()
    block = Block(headings=("名称", "数量"), rows=[("x", 1.0)] * 1_048_576)
    with pytest.raises(CrmError, match="超过 Excel 的上限"):
        LiveBook(excel.book()).write({"tblSide": block}, {})
    assert excel.workbook.state() == before


@pytest.mark.parametrize(
    ("spoil", "where"),
    [
        (lambda excel: setattr(excel.workbook, "read_only", True), "测试.xlsm"),
        (lambda excel: setattr(excel, "ready", False), "测试.xlsm"),
        (lambda excel: setattr(excel.workbook.sheet("结果"), "protected", True), "结果"),
    ],
)
def test_what_forbids_writing_is_said_before_anything_is_touched(spoil, where: str, cache: Path) -> None:
    excel = FakeExcel(small_workbook())
    spoil(excel)
    before, settings = excel.workbook.state(), dict(excel.settings)
    with pytest.raises(CrmError) as raised:
        LiveBook(excel.book()).write(blocks_of(3), CELLS)
    assert raised.value.where == where
    assert raised.value.hint
    assert (excel.workbook.state(), excel.settings) == (before, settings)
    assert not cache.exists()


def test_a_protected_sheet_that_is_not_written_is_no_obstacle() -> None:
    workbook = small_workbook()
    workbook.sheet("数据").protected = True
    LiveBook(FakeExcel(workbook).book()).write(blocks_of(3), CELLS)


def test_excel_rests_while_it_is_written_and_is_as_before_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    excel = FakeExcel(small_workbook())
    excel.settings.update(calculation="semiautomatic", enable_events=False)
    before = dict(excel.settings)
    seen = []
    monkeypatch.setattr(
        type(excel.workbook.sheet("结果")), "resize", lambda *_: seen.append(dict(excel.settings)) or 1 / 0
    )
    with pytest.raises(ZeroDivisionError):
        LiveBook(excel.book()).write(blocks_of(3), CELLS)
    assert seen[0]["calculation"] == "manual"
    assert not seen[0]["screen_updating"]
    assert excel.settings == before


def _calls_of_a_write() -> int:
    excel = FakeExcel(small_workbook())
    book = excel.book()
    LiveBook(book).write(blocks_of(40), CELLS)
    return excel.calls


@pytest.mark.parametrize("rows", [2, 40])
def test_whichever_call_fails_the_workbook_is_as_before(rows: int, cache: Path) -> None:
    """Every call in turn: contents, sizes, names, formats of what stands there, Excel's settings."""
    untouched, changed = small_workbook().state(), written(rows).workbook.state()
    failures = 0
    for number in range(1, _calls_of_a_write() + 30):
        excel = FakeExcel(small_workbook())
        book, settings = excel.book(), dict(excel.settings)
        excel.fail_at = number
        try:
            LiveBook(book).write(blocks_of(rows), CELLS)
        except ExcelError:
            failures += 1
            assert excel.workbook.state() == untouched, number
        else:
            # Its own failure is made good: setting back what Excel was like is tried again.
            assert without_mark(excel.workbook.state()) == without_mark(changed), number
        assert excel.settings == settings, number
    assert failures > 60


def without_mark(state):
    sheets, names = state
    return sheets, {name: text for name, text in names.items() if name != UNDO_NAME}


def test_when_excel_does_not_come_back_the_message_says_what_to_do(cache: Path) -> None:
    excel = FakeExcel(small_workbook())
    book = excel.book()
    full = _calls_of_a_write()
    excel.fail_at, excel.fails = full - 25, 10_000
    with pytest.raises(CrmError, match="不要保存") as raised:
        LiveBook(book).write(blocks_of(40), CELLS)
    assert isinstance(raised.value.__cause__, ExcelError)
    # Reopened or answering again, the snapshot on disk brings everything back.
    excel.fail_at = 0
    LiveBook(excel.book()).restore()
    untouched = small_workbook()
    for name in ("tblList", "tblBeside"):
        assert excel.workbook.content(name) == untouched.content(name)
    assert excel.workbook.content("tblSide") == untouched.content("tblSide")[:-1]  # totals stay switched off
    assert excel.workbook.sheet("结果").cells[1, 1] == "说明：旧"


def test_undo_brings_the_former_outputs_back_and_undoing_that_returns() -> None:
    excel = written(40)
    new = excel.workbook.state()
    assert excel.workbook.names[UNDO_NAME].startswith('="')
    LiveBook(excel.book()).restore()
    assert without_mark(excel.workbook.state()) == without_mark(small_workbook().state())
    LiveBook(excel.book()).restore()
    assert without_mark(excel.workbook.state()) == without_mark(new)


@pytest.mark.parametrize(
    "text", ["=FALSE", '="0123456789abcdef0123456789abcdef"', '="../../etc/passwd"', None]
)
def test_without_a_snapshot_undo_says_so(text: str | None) -> None:
    workbook = small_workbook()
    if text is None:
        del workbook.names[UNDO_NAME]
    else:
        workbook.names[UNDO_NAME] = text
    with pytest.raises(CrmError, match="没有可撤销的刷新"):
        LiveBook(FakeExcel(workbook).book()).restore()


def test_a_workbook_without_the_name_is_written_but_leaves_no_business_data_behind(cache: Path) -> None:
    workbook = small_workbook()
    del workbook.names[UNDO_NAME]
    LiveBook(FakeExcel(workbook).book()).write(blocks_of(3), CELLS)
    assert not cache.exists()


def test_no_snapshot_no_write(monkeypatch: pytest.MonkeyPatch) -> None:
    excel = FakeExcel(small_workbook())
    before = excel.workbook.state()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(json, "dumps", full)
    with pytest.raises(CrmError, match="无法保存撤销用的副本"):
        LiveBook(excel.book()).write(blocks_of(3), CELLS)
    assert excel.workbook.state() == before


def test_a_write_that_failed_leaves_no_snapshot(cache: Path) -> None:
    late = _calls_of_a_write() - 25
    kept = list(cache.iterdir())
    with pytest.raises(ExcelError):
        written(40, fail_at=late)
    assert list(cache.iterdir()) == kept


def test_only_the_user_may_read_snapshots(cache: Path) -> None:
    written()
    (file,) = cache.iterdir()
    # Windows keeps the folder to the user by lists of its own.
    expected = (0o600, 0o700) if os.name == "posix" else (0o666, 0o777)
    assert (stat.S_IMODE(file.stat().st_mode), stat.S_IMODE(cache.stat().st_mode)) == expected


def test_old_snapshots_are_removed(cache: Path) -> None:
    snapshot = Snapshot(tables={}, cells={})
    old = live_snapshot.save(snapshot)
    longer_ago = time.time() - (live_snapshot.KEPT_FOR_DAYS + 1) * 24 * 3600
    os.utime(cache / f"{old}.json", (longer_ago, longer_ago))
    marks = [live_snapshot.save(snapshot) for _ in range(live_snapshot.MOST_KEPT + 3)]
    kept = {path.stem for path in cache.iterdir()}
    assert old not in kept
    assert marks[-1] in kept
    assert len(kept) == live_snapshot.MOST_KEPT


def test_a_snapshot_keeps_every_kind_of_value() -> None:
    values = ["文", 1.5, True, None, datetime(2026, 1, 5, 8, 30), ErrorText("#N/A"), "#N/A", ""]
    snapshot = Snapshot(
        tables={"t": Block(headings=("a",) * 8, rows=[values])}, cells={"n": date(2026, 1, 5)}
    )
    found = live_snapshot.load(live_snapshot.save(snapshot))
    assert found is not None
    assert found.tables["t"].rows[0] == values
    assert [type(value) for value in found.tables["t"].rows[0]] == [type(value) for value in values]
    assert found.cells == {"n": datetime(2026, 1, 5)}


def test_a_damaged_snapshot_is_none(cache: Path) -> None:
    mark = live_snapshot.save(Snapshot(tables={}, cells={}))
    (cache / f"{mark}.json").write_text("{")
    assert live_snapshot.load(mark) is None
    (cache / f"{mark}.json").write_text('{"version": 99}')
    assert live_snapshot.load(mark) is None


def test_calls_do_not_depend_on_rows() -> None:
    few, many = written(10), written(5_000)
    assert (few.steps, few.transfers) == (many.steps, many.transfers)


def test_a_very_large_table_moves_in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = written(400)
    monkeypatch.setattr(live_find, "MOST_CELLS", 100)
    portioned = written(400)
    assert without_mark(portioned.workbook.state()) == without_mark(whole.workbook.state())
    assert portioned.transfers > whole.transfers
    read = LiveBook(portioned.book()).read(["tblList"])["tblList"]
    assert len(read) == 400


def test_progress_never_stops_the_work() -> None:
    excel = FakeExcel(small_workbook())
    book = LiveBook(excel.book())
    with book.status_line():
        book.progress("清洗数据", 0.3)
        excel.fail_at, excel.fails = excel.calls + 1, 2
        book.progress("写入结果", 0.85)
    assert excel.status == ["客户分析：清洗数据…… 30%", False]


def test_a_sheet_is_brought_to_the_front() -> None:
    excel = FakeExcel(small_workbook())
    LiveBook(excel.book()).show_sheet("结果")
    assert excel.workbook.active_sheet == "结果"
    with pytest.raises(CrmError, match="没有工作表“不存在”"):
        LiveBook(excel.book()).show_sheet("不存在")


OLD_ROWS = [(f"{n:03}", float(n), 45000.0 + n, "旧") for n in range(1, 6)]


def put_in_tbl_list(excel: FakeExcel, rows: list[tuple[Cell, ...]]) -> int:
    """How many calls that move or change something it takes to write the rows."""
    before = excel.transfers
    LiveBook(excel.book()).write({"tblList": Block(headings=LIST, rows=rows)}, {})
    return excel.transfers - before


def test_a_table_that_holds_its_content_already_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    excel = FakeExcel(small_workbook())
    sheet, _ = excel.workbook.table("tblList")
    writes: list[Box] = []
    put = sheet.put

    def noted(box: Box, data: Any) -> None:
        writes.append(box)
        put(box, data)

    monkeypatch.setattr(sheet, "put", noted)
    dates = [datetime(2023, 3, 15 + n) for n in range(1, 6)]  # 45000 is 2023-03-15
    same = [(*row[:2], day, row[3]) for row, day in zip(OLD_ROWS, dates, strict=True)]
    saved = put_in_tbl_list(excel, same)
    assert writes == []
    other = [*same[:4], ("005", True, dates[4], "旧")]  # a truth, where 5 was
    assert put_in_tbl_list(excel, other) > saved
    assert len(writes) == 1
    assert excel.workbook.content("tblList")[5][1] is True


def test_a_formula_that_gives_the_content_just_now_is_written_over() -> None:
    excel = FakeExcel(small_workbook())
    sheet, _ = excel.workbook.table("tblList")
    sheet.formulas = frozenset({(5, 2)})
    untouched = put_in_tbl_list(FakeExcel(small_workbook()), OLD_ROWS)
    assert put_in_tbl_list(excel, OLD_ROWS) == untouched + 1
