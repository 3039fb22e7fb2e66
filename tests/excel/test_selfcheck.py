"""The selfcheck: what it names, what it does not tell, and what it asks for where it cannot begin."""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import xlwings as xw
from typer.testing import CliRunner

from crm_xl import cli
from crm_xl import soffice as program
from crm_xl.builder.specs import WORKBOOK
from crm_xl.commands import COMMANDS
from crm_xl.errors import CrmError
from crm_xl.excel import selfcheck
from crm_xl.excel.selfcheck import examine_in_excel
from crm_xl.excel.selfcheck_finding import Finding, Part, same
from crm_xl.excel.selfcheck_report import verdict, write_report
from crm_xl.functions import FUNCTIONS
from crm_xl.libreoffice import selfcheck as in_libreoffice
from crm_xl.raw import RawTable
from crm_xl.tables import TABLES
from tests.builder.shipped import committed
from tests.libreoffice.conftest import importable
from tests.libreoffice.engine_session import body_of_file

WRONG = {(Part.FUNCTION, "PRIORITY"), (Part.BUTTON, "guide"), (Part.TABLE, "tblTrend")}


def rewritten(source: Path, target: Path, change: Callable[[str, str], str]) -> Path:
    """A copy of a package of which some parts of XML are changed."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith(".xml"):
                content = change(name, content.decode("utf-8")).encode("utf-8")
            new.writestr(name, content)
    return target


def broken(name: str, text: str) -> str:
    """One function, one button and one table made wrong."""
    # The example sheet puts a letter before what PRIORITY answers.
    text = re.sub(r"(<f[^>]*>)(PRIORITY\([A-Z])", r'\1"Z"&amp;\2', text)
    if name == "xl/workbook.xml":
        # 使用说明 finds no sheet to show.
        text = text.replace('name="说明"', 'name="说明书"').replace("说明!", "说明书!")
    # The refresh finds no table of that name to write.
    return text.replace('"tblTrend"', '"tblTrendOld"') if "/tables/" in name else text


@pytest.mark.slow
@pytest.mark.libreoffice
def test_it_names_exactly_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workbook = rewritten(committed(WORKBOOK), tmp_path / "broken.xlsm", broken)
    digest = hashlib.sha256(workbook.read_bytes()).digest()
    found: list[Finding] = []
    paths = importable(tmp_path / "packages")

    def examined(file: Path) -> tuple[list[Finding], str]:
        findings, application = in_libreoffice_examine(file, paths=paths)
        found.extend(findings)
        return findings, application

    in_libreoffice_examine = in_libreoffice.examine_workbook
    monkeypatch.setattr(in_libreoffice, "examine_workbook", examined)
    ended = CliRunner().invoke(
        cli.app, ["selfcheck", str(workbook), "--out", str(tmp_path / "报告")], catch_exceptions=True
    )
    assert ended.exit_code == cli.USER_FAULT, (ended.output, ended.exc_info)
    assert {(each.part, each.name) for each in found if each.wrong} == WRONG
    looked_at = {part: {each.name for each in found if each.part == part} for part in Part}
    assert looked_at[Part.FUNCTION] == {function.name for function in FUNCTIONS}
    assert looked_at[Part.BUTTON] == {command.id for command in COMMANDS}
    assert looked_at[Part.TABLE] == set(TABLES)
    for name in ("PRIORITY", "guide", "tblTrend"):
        assert f"（{name}）" in ended.output.splitlines()[0]
    assert hashlib.sha256(workbook.read_bytes()).digest() == digest
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["broken.xlsm"]
    customers = body_of_file(workbook)["tblCustomers"]
    names = {row[customers[0].index("客户名称")] for row in customers[1:]}
    for file in (tmp_path / "报告").iterdir():
        told = file.read_text(encoding="utf-8")
        assert "LibreOffice 7" in told or "LibreOffice 2" in told
        assert "“函数示例”!" in told
        assert not [name for name in names if name in told]
        assert str(tmp_path) not in told


def finding(**changes: Any) -> Finding:
    return Finding(
        **{"part": Part.BUTTON, "name": "refresh", "title": "刷新全部", "seconds": 1.234, **changes}
    )


def test_the_report_says_first_what_is_wrong_and_escapes_it(tmp_path: Path) -> None:
    findings = [finding(), finding(name="x", title="甲", wrong="1 < 2 | 3 & 4")]
    page, text = write_report(findings, tmp_path / "new", application="Excel 16.0")
    shown, written = page.read_text(encoding="utf-8"), text.read_text(encoding="utf-8")
    assert shown.index("1 &lt; 2 | 3 &amp; 4") < shown.index("刷新全部（refresh）")
    rows = [line for line in written.splitlines() if line.startswith("| ✘") or line.startswith("| ✔")]
    assert rows == [
        "| ✘ 有问题 | 按钮 | 甲（x） | 1 < 2 \\| 3 & 4 | 1.23 |",
        "| ✔ 正常 | 按钮 | 刷新全部（refresh） |  | 1.23 |",
    ]
    for told in (shown, written):
        assert "自检发现 1 处问题（共 2 项）：按钮“甲”（x）。" in told
        assert "Excel 16.0" in told


def test_all_right_is_one_short_sentence() -> None:
    assert verdict([finding(), finding()]) == "自检通过：2 项全部正常。"


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("订单!C17：消费金额必须是数字，现为“张三”。", "订单!C17：消费金额必须是数字，现为“…”。"),
        ("工作簿里没有工作表“说明”。", "工作簿里没有工作表“说明”。"),
        (r"C:\Users\张三\销售\甲.xlsx：文件已存在。", "…/甲.xlsx：文件已存在。"),
        ("见日志：/home/zhang/.local/crm_xl.log", "见日志：…/crm_xl.log"),
    ],
)
def test_a_message_goes_into_the_report_without_data(message: str, told: str) -> None:
    book: Any = SimpleNamespace(sheets=[SimpleNamespace(name="说明")])
    assert selfcheck._without_data(message, book) == told


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (1.0, 1, True),
        (1.0, 1 + 1e-12, True),
        (1.0, 1.001, False),
        (None, "", True),
        (float("nan"), None, True),
        (None, 0.0, False),
        (True, 1.0, True),
        ("1", 1.0, False),
        (datetime(2026, 1, 1), date(2026, 1, 1), True),
        (datetime(2026, 1, 1), datetime(2026, 1, 2), False),
        ("#VALUE!", "S", False),
    ],
)
def test_cells_are_the_same_whatever_their_python_type(one: Any, other: Any, alike: bool) -> None:
    assert same(one, other) is alike


def table(*columns: list[Any], headings: tuple[str, ...] = ("a", "b")) -> RawTable:
    arrays = tuple(np.array(column, dtype=object) for column in columns)
    return RawTable(name="t", headings=headings, columns=arrays, sheet="评分", row=4, column=27)


def test_a_table_that_differs_is_told_by_its_cells_without_their_content() -> None:
    expected = table([1.0, 2.0, 3.0, 4.0], ["秘", "密", "x", "y"])
    assert selfcheck._difference(expected, expected) == ""
    other = table([1.0, 9.0, 9.0, 9.0], ["秘", "密密", "x", "y"])
    told = selfcheck._difference(other, expected)
    assert told == "评分!AA6、AA7、AA8 等 4 格与文件刷新的不同"
    assert "5" not in selfcheck._difference(table([1.0], ["秘"]), expected)
    assert "1 行，文件刷新得到 4 行" in selfcheck._difference(table([1.0], ["秘"]), expected)
    assert "标题行" in selfcheck._difference(table([1.0], ["秘"], headings=("a", "c")), expected)


def test_without_excel_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_excel(**_: Any) -> None:
        raise OSError("no such server")

    monkeypatch.setattr(xw, "App", no_excel)
    with pytest.raises(CrmError, match=r"没有找到 Excel.*请先确认"):
        examine_in_excel(committed(WORKBOOK))


def test_excel_that_does_not_open_the_workbook_is_ended_and_the_remedy_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ended: list[bool] = []

    class Books:
        def open(self, path: str) -> None:
            assert Path(path).is_file()
            raise OSError("blocked")

    app = SimpleNamespace(books=Books(), kill=lambda: ended.append(True))
    monkeypatch.setattr(xw, "App", lambda **_: app)
    with pytest.raises(CrmError, match="受信任位置"):
        examine_in_excel(committed(WORKBOOK))
    assert ended == [True]


def test_without_libreoffice_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "soffice", lambda: None)
    with pytest.raises(CrmError, match=r"没有找到 LibreOffice.*安装"):
        in_libreoffice.examine_workbook(committed(WORKBOOK))


def test_a_workbook_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CrmError, match="文件不存在"):
        CliRunner().invoke(cli.app, ["selfcheck", str(tmp_path / "no.xlsm")], catch_exceptions=False)
