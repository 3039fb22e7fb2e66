"""The button 导入: files are chosen, figures shown, and only a yes writes."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from crm_xl.books import live_dialog
from crm_xl.books.file import FileBook
from crm_xl.commands import command
from crm_xl.errors import CrmError
from tests.books.samples import book

ORDERS = ("订单编号", "客户编号", "订单日期", "订单金额(元)")


class Desk(FileBook):
    """A workbook file with a person before it who has made up his mind."""

    def __init__(self, path: Path, files: list[Path], answer: bool = True) -> None:
        super().__init__(path)
        self.files, self.answer, self.asked = files, answer, list[str]()

    def choose_files(self) -> list[Path]:
        return self.files

    def confirm(self, question: str) -> bool:
        self.asked.append(question)
        return self.answer

    def show_sheet(self, name: str) -> None:
        raise AssertionError("an import shows no sheet")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return book(tmp_path / "a.xlsx", {"tblOrders": ("订单", 1, 1, ORDERS, [])})


@pytest.fixture
def export(tmp_path: Path) -> Path:
    file = tmp_path / "9月.csv"
    file.write_text("单号,客户ID,下单日期,金额,天气\nS1,C1,2026-09-01,5,晴\n合计,,,5,\n", encoding="gb18030")
    return file


def press(desk: Desk) -> str:
    return command("import").handler(desk, lambda what, share: None)


def held(path: Path) -> int:
    return len(FileBook(path, read_only=True).read(["tblOrders"])["tblOrders"])


def test_a_yes_writes(path: Path, export: Path) -> None:
    desk = Desk(path, [export])
    assert press(desk) == "导入完成：“订单”新增 1 行。请按“刷新全部”更新分析结果。"
    assert desk.asked == [
        "9月.csv 第3行：1 行合计，没有作为数据导入。\n9月.csv：1 列没有对应，没有导入：“天气”。\n\n"
        "“订单”新增 1 行\n\n现在写入工作簿吗？"
    ]
    assert held(path) == 1
    again = Desk(path, [export])
    assert press(again).endswith("核对完成：“订单”相同 1 行；工作簿没有改动。")
    assert again.asked == []


def test_a_no_and_a_choice_called_off_write_nothing(path: Path, export: Path) -> None:
    before = path.read_bytes()
    assert press(Desk(path, [export], answer=False)) == "已取消，工作簿没有改动。"
    assert press(Desk(path, [])) == ""
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("answer", "expected"), [(False, []), (("C:\\a.csv", "b.xls"), ["C:\\a.csv", "b.xls"])]
)
def test_what_the_dialog_gives(answer: object, expected: list[str]) -> None:
    asked: list[tuple[object, ...]] = []

    def dialog(*arguments: object) -> object:
        asked.append(arguments)
        return answer

    app = SimpleNamespace(api=SimpleNamespace(GetOpenFilename=dialog))
    assert [str(path) for path in live_dialog.choose_files(app, "a.xlsm")] == expected  # type: ignore[arg-type]
    ((pattern, _, _, _, several),) = asked
    assert several is True
    assert str(pattern).count(",") == 3


def test_an_application_without_the_dialog_names_the_other_way() -> None:
    with pytest.raises(CrmError, match="crm-xl import"):
        live_dialog.choose_files(SimpleNamespace(api=SimpleNamespace()), "a.xlsm")  # type: ignore[arg-type]
