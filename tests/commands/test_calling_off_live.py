"""Work in an open workbook that a person calls off by the cell 中止计算: nothing has changed."""

from __future__ import annotations

import pytest
from openpyxl.utils.cell import coordinate_to_tuple

from crm_xl.books.live import LiveBook
from crm_xl.excel import ribbon
from crm_xl.tables.cells import CANCEL
from tests.support.fake_xlwings import FakeExcel

CALLED_OFF = ("info", "已取消，工作簿没有改动。")


def place(excel: FakeExcel) -> tuple[str, tuple[int, int]]:
    """Sheet, row and column of the cell that the shipped workbook names."""
    sheet, _, address = excel.workbook.names[CANCEL.name].lstrip("=").partition("!")
    return sheet.strip("'"), coordinate_to_tuple(address.replace("$", ""))


def fill(excel: FakeExcel, value: object) -> None:
    sheet, cell = place(excel)
    excel.workbook.sheet(sheet).cells[cell] = value


def filled(excel: FakeExcel) -> bool:
    sheet, cell = place(excel)
    return excel.workbook.sheet(sheet).cells.get(cell) not in (None, "")


def watched(excel: FakeExcel, monkeypatch: pytest.MonkeyPatch, fill_after: int) -> list[tuple[str, float]]:
    """What the work tells; after so many times of telling, somebody fills the cell."""
    told: list[tuple[str, float]] = []
    say = LiveBook.progress

    def progress(self: LiveBook, what: str, share: float) -> None:
        say(self, what, share)
        told.append((what, share))
        if len(told) == fill_after:
            fill(excel, "是")

    monkeypatch.setattr(LiveBook, "progress", progress)
    return told


@pytest.mark.slow
@pytest.mark.parametrize("command", ["refresh", "check", "adopt"])
def test_called_off_in_any_phase_the_workbook_is_as_it_was(
    command: str, excel: FakeExcel, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = excel.workbook.state()
    for after in range(1, 4):  # after the third news, which is of metrics, comes that of writing
        with monkeypatch.context() as patch:
            told = watched(excel, patch, after)
            excel.said.clear()
            ribbon.press(command)
        assert excel.said == [CALLED_OFF], (after, told)
        assert len(told) == after
        assert not filled(excel)
        assert excel.workbook.state() == before, (after, told)
        assert excel.settings["status_bar"] is False and excel.settings["calculation"] == "automatic"


@pytest.mark.slow
def test_too_late_the_work_is_done_and_said_so(excel: FakeExcel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Filled when everything has been written: the sentence is that of a refresh, and the entry goes the next time."""
    with monkeypatch.context() as patch:
        told = watched(excel, patch, 5)
        ribbon.press("refresh")
    assert told[-1] == ("完成", 1.0)
    assert excel.said[-1][1].startswith("完成：更新 400 家客户")
    # An entry of before means that work, not this one.
    assert filled(excel)
    ribbon.press("check")
    assert excel.said[-1][1].startswith("检查完成")
    assert not filled(excel)


def test_a_workbook_without_the_cell_is_worked_on_all_the_same(excel: FakeExcel) -> None:
    del excel.workbook.names[CANCEL.name]
    LiveBook(excel.book()).progress("清洗数据", 0.3)
    assert excel.status == ["客户分析：清洗数据…… 30%"]


def test_the_status_bar_says_what_is_left(excel: FakeExcel, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    book = LiveBook(excel.book())
    monkeypatch.setattr(book._pace, "_clock", lambda: now[0])
    book.progress("读取工作簿", 0.0)
    now[0] += 20
    book.progress("清洗数据", 0.4)
    now[0] += 10
    book.progress("写入结果", 0.8)
    # 0.4 in 20 s: 0.6 take 30 s; 0.8 in 30 s: 0.2 take 7.5 s.
    assert excel.status == [
        "客户分析：读取工作簿…… 0%",
        "客户分析：清洗数据…… 40%，约剩 30 秒",
        "客户分析：写入结果…… 80%，约剩 10 秒",
    ]
