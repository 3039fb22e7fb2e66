"""A pressed button, from its id to its message, over a fake Excel that holds the shipped workbook."""

from __future__ import annotations

import math
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
import xlwings as xw

from crm_xl.books.file import FileBook
from crm_xl.books.live import LiveBook
from crm_xl.builder.specs import WORKBOOK
from crm_xl.commands import COMMANDS
from crm_xl.commands import help as help_commands
from crm_xl.excel import ribbon
from crm_xl.refreshing import refresh
from crm_xl.schema import Role
from crm_xl.tables import TABLES
from crm_xl.tables.cells import RECALCULATE, SCHEMA_VERSION, STATUS, STATUS_CELLS, UNDO_NAME, note_name
from crm_xl.tables.inputs import ORDERS
from crm_xl.tables.outputs import CHECKS, LEDGER, RFM, RFM_SUMMARY, SCORES, TIER_SUMMARY
from crm_xl.tables.parameters import TIERS
from crm_xl.tables.workshop import DRAFT
from tests.builder.shipped import committed
from tests.support.fake_excel import CellError, ExcelError, FakeSheet, FakeWorkbook
from tests.support.fake_xlwings import FakeExcel

Press = Callable[[str], tuple[str, str]]


@pytest.fixture
def press(excel: FakeExcel) -> Press:
    """Presses a button; (kind of message, message) of the one message box, empty without one."""

    def pressed(command_id: str) -> tuple[str, str]:
        excel.said.clear()
        ribbon.press(command_id)
        assert len(excel.said) <= 1
        assert excel.settings["status_bar"] is False
        assert excel.settings["calculation"] == "automatic"
        return excel.said[0] if excel.said else ("", "")

    return pressed


def put(workbook: FakeWorkbook, table: str, row: int, title: str, value: object) -> str:
    """Overwrites one cell of a table's body; its address."""
    sheet, found = workbook.table(table)
    top, left, _, right = found.box
    titles = [sheet.cells[top, column] for column in range(left, right + 1)]
    place = (top + 1 + row, left + titles.index(title))
    sheet.cells[place] = value
    letter = chr(64 + place[1])
    return f"{sheet.name}!{letter}{place[0]}"


def contents(workbook: FakeWorkbook, role: Role) -> dict[str, list[list[Any]]]:
    names = [name for name, table in TABLES.items() if table.role is role]
    return {
        table.name: workbook.content(table.name)
        for s in workbook.sheets
        for table in s.tables
        if table.name in names
    }


def same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-12, abs_tol=1e-12)
    return one == other and type(one) is type(other)


def test_a_refresh_in_excel_writes_what_a_refresh_of_the_file_writes(
    excel: FakeExcel, press: Press, tmp_path: Path
) -> None:
    """Table by table, cell by cell: the two books are two ways to one result."""
    file = tmp_path / "file.xlsm"
    shutil.copyfile(committed(WORKBOOK), file)
    put(excel.workbook, SCORES.name, 0, "客户名称", "旧的内容")
    kind, message = press("refresh")
    results = refresh(FileBook(file))
    expected = FakeWorkbook.load(file)
    assert (kind, message.startswith("完成：更新 400 家客户")) == ("info", True)
    live, written = contents(excel.workbook, Role.OUTPUT), contents(expected, Role.OUTPUT)
    assert set(live) == set(written)
    assert SCORES.name in live
    for name, rows in written.items():
        assert [len(row) for row in live[name]] == [len(row) for row in rows], name
        for number, (row, other) in enumerate(zip(live[name], rows, strict=True)):
            assert all(map(same, row, other)), (name, number)
    captions = [note_name(TABLES[table]) for table in live]
    for name in [
        *(cell.name for cell in STATUS_CELLS),
        *(name for name in captions if name in expected.names),
    ]:
        assert same(value_of(excel.workbook, name), value_of(expected, name)), name
    assert value_of(excel.workbook, STATUS.name) == message
    assert results.customers == 400
    # Excel computes formulas itself; only a refreshed file must ask for it.
    assert value_of(excel.workbook, RECALCULATE.name) == "否"


def value_of(workbook: FakeWorkbook, name: str) -> Any:
    sheet, _, place = workbook.names[name].lstrip("=").rpartition("!")
    _, column, row = place.split("$")
    number = sum((ord(letter) - 64) * 26**power for power, letter in enumerate(reversed(column)))
    return workbook.sheet(sheet.strip("'")).cells.get((int(row), number))


def test_inputs_and_parameters_are_never_written(excel: FakeExcel, press: Press) -> None:
    def typed() -> list[Any]:
        return [contents(excel.workbook, role) for role in (Role.INPUT, Role.PARAMETER)]

    before = typed()
    for command in COMMANDS:
        if command.id not in ("log", "adopt"):  # adopting writes 参数: the sample tries other figures
            press(command.id)
    assert typed() == before


def test_a_refresh_stays_within_its_calls(excel: FakeExcel, press: Press) -> None:
    """DESIGN, "Books": at most 10 + 4 x tables touched, whatever their length.

    Counted are the calls that move values, change something or ask for a setting. To walk to the objects they
    go to takes further ones, which are held to a fixed number for each table, name and sheet.
    """
    workbook = excel.workbook
    tables = sum(len(sheet.tables) for sheet in workbook.sheets)
    transfers, steps = excel.transfers, excel.steps
    press("refresh")
    assert excel.transfers - transfers <= 10 + 4 * tables
    visits = tables + sum(table.kept_up for table in TABLES.values())  # these are read and written
    # News of progress is shown, and asks the workbook whether the work is called off.
    news = 5 * sum(bool(text) for text in excel.status)
    assert excel.steps - steps <= 10 + 10 * visits + 4 * len(workbook.names) + 4 * len(workbook.sheets) + news


def test_a_refresh_links_the_places_it_names(excel: FakeExcel, press: Press) -> None:
    place = put(excel.workbook, ORDERS.name, 3, "订单日期", "随便写的")
    press("refresh")
    for table in (LEDGER, CHECKS):
        sheet, found = excel.workbook.table(table.name)
        rows = [row[table.linked or 0] for row in excel.workbook.content(table.name)[1:]]
        wanted = {}
        for number, text in enumerate(rows[:1000], found.box[0] + 1):
            if text is not None and "!" in text:
                name, _, cell = text.split("、")[0].removesuffix(" 等").partition("!")
                cell = f"A{cell[1:-1]}" if cell.startswith("第") else cell
                wanted[number, found.box[1] + (table.linked or 0)] = f"#'{name}'!{cell}"
        assert sheet.linking == wanted, table.name
        assert wanted
    assert f"#'{place.replace('!', chr(39) + '!')}" in excel.workbook.sheet(LEDGER.sheet).linking.values()


def test_undo_brings_the_results_before_the_refresh_back(excel: FakeExcel, press: Press) -> None:
    press("refresh")  # after the first one the places in the ledger are no longer formatted as text
    before = excel.workbook.state()
    workbook = excel.workbook
    sheet, orders = workbook.table(ORDERS.name)
    top, _, _, right = orders.box
    taken = {
        place: sheet.cells.pop(place)
        for place in list(sheet.cells)
        if place[0] > top + 1000 and place[1] <= right
    }
    assert press("refresh")[0] == "info"
    assert workbook.content(RFM.name) != shipped_content(before, RFM.name)
    assert press("undo") == ("info", "已恢复上一次刷新之前的结果；再按一次“撤销刷新”可回到刷新之后。")
    sheet.cells.update(taken)
    workbook.names[UNDO_NAME] = before[1][UNDO_NAME]
    after = workbook.state()
    for (name, *then), (_, *now) in zip(before[0], after[0], strict=True):
        assert now == then, name


def test_what_was_tried_is_adopted_and_undone_with_the_results(excel: FakeExcel, press: Press) -> None:
    press("refresh")
    workbook = excel.workbook
    (bound,) = (n for n, row in enumerate(workbook.content(DRAFT.name)[1:]) if row[1] == "重点级")
    put(workbook, DRAFT.name, bound, "模拟值", 80)
    before = workbook.state()
    kind, message = press("adopt")
    assert (kind, message) == (
        "info",
        "已采用模拟方案：参数表“评分指标”“客户分级”已更新，并重新计算 400 家客户。",
    )
    assert [row[2] for row in workbook.content(TIERS.name)[1:]] == [90, 80, 60, None]
    assert workbook.content(DRAFT.name)[1 + bound][3:] == [80, None]
    assert press("undo")[0] == "info"
    for (name, *then), (_, *now) in zip(before[0], workbook.state()[0], strict=True):
        assert now == then, name


def test_parameters_with_formulas_are_not_turned_into_values(excel: FakeExcel, press: Press) -> None:
    workbook = excel.workbook
    (bound,) = (n for n, row in enumerate(workbook.content(DRAFT.name)[1:]) if row[1] == "重点级")
    put(workbook, DRAFT.name, bound, "模拟值", 80)
    sheet, tiers = workbook.table(TIERS.name)
    sheet.formulas = frozenset({(tiers.box[0] + 1, tiers.box[3])})
    before = workbook.state()
    kind, message = press("adopt")
    assert (kind, "“客户分级”里有公式" in message) == ("critical", True)
    assert workbook.state() == before


def shipped_content(state: Any, table: str) -> list[list[Any]]:
    for _, cells, _, tables in state[0]:
        for name, (top, left, bottom, right), _ in tables:
            if name == table:
                return [[cells.get((r, c)) for c in range(left, right + 1)] for r in range(top, bottom + 1)]
    raise KeyError(table)


def test_without_a_refresh_there_is_nothing_to_undo(press: Press) -> None:
    kind, message = press("undo")
    assert kind == "critical"
    assert "没有可撤销的刷新" in message


@pytest.mark.parametrize(
    ("command_id", "written", "kept"),
    [
        ("score", (SCORES, TIER_SUMMARY), (RFM, RFM_SUMMARY, LEDGER)),
        ("rfm", (RFM, RFM_SUMMARY), (SCORES, TIER_SUMMARY, LEDGER)),
        ("check", (LEDGER,), (SCORES, TIER_SUMMARY, RFM, RFM_SUMMARY)),
    ],
)
def test_a_part_is_written_and_the_rest_stays(
    excel: FakeExcel, press: Press, command_id: str, written: tuple[Any, ...], kept: tuple[Any, ...]
) -> None:
    for table in (*written, *kept):
        put(excel.workbook, table.name, 0, table.titles[1], "旧的内容")
        sheet = excel.workbook.names[note_name(table)]
        assert sheet
    status = value_of(excel.workbook, STATUS.name)
    assert press(command_id)[0] == "info"
    for table in written:
        assert all("旧的内容" not in row for row in excel.workbook.content(table.name)), table.name
    for table in kept:
        assert "旧的内容" in excel.workbook.content(table.name)[1], table.name
    assert value_of(excel.workbook, STATUS.name) == status


def test_a_check_tells_what_it_found_and_shows_it(excel: FakeExcel, press: Press) -> None:
    found = len(excel.workbook.content(LEDGER.name)) - 1
    place = put(excel.workbook, ORDERS.name, 3, "订单日期", "随便写的")
    kind, message = press("check")
    assert kind == "info"
    assert message.startswith("检查完成：台账共 ")
    assert excel.workbook.active_sheet == LEDGER.sheet
    places = [row[1] for row in excel.workbook.content(LEDGER.name)]
    assert place in places
    assert len(places) - 1 > found


def test_a_fault_is_one_sentence_with_the_cell_and_nothing_is_written(excel: FakeExcel, press: Press) -> None:
    place = put(excel.workbook, "tblTiers", 0, "下限(含)", "很高")
    before = excel.workbook.state()
    kind, message = press("refresh")
    assert kind == "critical"
    assert message.startswith(f"{place}：")
    assert "下限(含)" in message
    assert "Traceback" not in message
    assert excel.workbook.state() == before


def test_an_error_cell_is_named_too(excel: FakeExcel, press: Press) -> None:
    place = put(excel.workbook, "tblTiers", 1, "下限(含)", CellError("#REF!"))
    kind, message = press("score")
    assert (kind, message.startswith(f"{place}：")) == ("critical", True)


def test_an_unexpected_error_is_logged_without_data_and_the_workbook_is_as_before(
    excel: FakeExcel, press: Press, tmp_path: Path
) -> None:
    before = excel.workbook.state()
    excel.fail_at, excel.fails = excel.calls + 500, 1
    kind, message = press("refresh")
    assert kind == "critical"
    assert message == f"程序内部错误，工作簿未改动。详情见日志：{tmp_path / 'crm_xl.log'}"
    logged = (tmp_path / "crm_xl.log").read_text(encoding="utf-8")
    assert "ExcelError" in logged
    assert "rejected" not in logged
    assert excel.workbook.state() == before


def test_when_not_all_could_be_put_back_the_message_says_so(
    press: Press, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_values, written = FakeSheet.put, []

    def fail_from_the_fifth_on(sheet: FakeSheet, *values: Any) -> None:
        written.append(sheet.name)
        if len(written) >= 5:
            raise ExcelError("the server is gone")
        put_values(sheet, *values)

    monkeypatch.setattr(FakeSheet, "put", fail_from_the_fifth_on)
    kind, message = press("refresh")
    assert kind == "critical"
    assert "不要保存" in message
    assert "ExcelError" in (tmp_path / "crm_xl.log").read_text(encoding="utf-8")


def test_an_unknown_command_is_our_fault_and_raises_nothing(press: Press) -> None:
    kind, message = press("nonsense")
    assert (kind, message.startswith("程序内部错误")) == ("critical", True)


def test_without_a_calling_workbook_nothing_is_raised(
    excel: FakeExcel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delattr(xw.Book, "_mock_caller")
    ribbon.press("refresh")
    assert excel.said == []
    assert (tmp_path / "crm_xl.log").exists()


def test_a_message_box_that_fails_raises_nothing(excel: FakeExcel) -> None:
    excel.fail_at, excel.fails = 1, 1_000_000
    ribbon.press("about")


@pytest.mark.parametrize(("command_id", "sheet"), [("ledger", "数据质量台账"), ("guide", "说明")])
def test_a_command_that_goes_somewhere_goes_there_in_silence(
    excel: FakeExcel, press: Press, command_id: str, sheet: str
) -> None:
    assert press(command_id) == ("", "")
    assert excel.workbook.active_sheet == sheet


def test_a_sheet_that_is_gone_is_named(excel: FakeExcel, press: Press) -> None:
    excel.workbook.sheets = [sheet for sheet in excel.workbook.sheets if sheet.name != "说明"]
    kind, message = press("guide")
    assert (kind, "没有工作表“说明”" in message) == ("critical", True)


def test_the_log_opens_when_there_is_one(
    press: Press, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    answers = iter([0, 1])
    monkeypatch.setattr(typer, "launch", lambda path: opened.append(path) or next(answers))
    monkeypatch.setattr(help_commands, "log_file", lambda: tmp_path / "crm_xl.log")
    assert press("log") == ("info", "还没有日志：程序没有发生过意外错误。")
    (tmp_path / "crm_xl.log").write_text("x")
    assert press("log") == ("", "")
    assert opened == [str(tmp_path / "crm_xl.log")]
    kind, message = press("log")
    assert (kind, str(tmp_path) in message) == ("critical", True)


def test_about_names_the_versions(press: Press) -> None:
    kind, message = press("about")
    assert kind == "info"
    for said in (
        "crm_xl 0.",
        f"表结构版本 {SCHEMA_VERSION}",
        f"xlwings {xw.__version__}",
        "pandas",
        "Python 3.",
    ):
        assert said in message


def test_progress_is_told_on_the_status_bar(excel: FakeExcel, press: Press) -> None:
    press("refresh")
    told = [
        re.fullmatch(r"客户分析：(.+)…… (\d+)%(?:，约剩 \d+ (?:秒|分钟))?", text)
        for text in excel.status
        if text
    ]
    assert all(told)  # what is left is said once the work has gone on for seconds
    shares = [int(news[2]) for news in told if news]
    assert shares == sorted(shares)
    said = {(news[1], int(news[2])) for news in told if news}
    assert {("读取工作簿", 0), ("写入结果", 80), ("完成", 100)} <= said


@pytest.mark.parametrize(
    ("version", "said"),
    [
        (str(SCHEMA_VERSION), ""),
        (f"{SCHEMA_VERSION}.0", ""),
        (str(SCHEMA_VERSION - 1), "旧"),
        (str(SCHEMA_VERSION + 1), "升级"),
        ("", "没有标明"),
        ("很旧", "没有标明"),
    ],
)
def test_a_workbook_of_another_version_is_told_apart(version: str, said: str) -> None:
    message = ribbon.warm_up(version)
    assert said in message
    assert bool(message) == bool(said)


def test_the_face_of_the_ribbon_loads_no_analysis_before_it_is_asked() -> None:
    code = (
        "import xlwings, sys; before = set(sys.modules); import crm_xl.excel.ribbon;"
        "print([m for m in set(sys.modules) - before if m.startswith('crm_xl.')])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "crm_xl.analysis" not in found
    assert "crm_xl.excel.ribbon" in found


def test_an_open_workbook_is_a_book(excel: FakeExcel) -> None:
    book = LiveBook(excel.book())
    assert book.name == excel.workbook.name
    assert set(book.read(TABLES)) == set(book.tables()) == set(TABLES)
