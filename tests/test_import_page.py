"""The page 导入你的数据 tells the truth: its example file gives its example output, its commands exist."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from crm_xl import cli
from crm_xl.sources import facts_ods, remembered
from crm_xl.sources.facts import Facts
from crm_xl.sources.layout import HeadingRows
from crm_xl.sources.notes import Remark
from crm_xl.sources.spreadsheet import notes_of
from tests.books.samples import book

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "import.zh-CN.md").read_text(encoding="utf-8")


def shown(language: str) -> str:
    """The page's only block in that language."""
    (block,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(block)


def test_the_example_gives_what_the_page_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(remembered, "user_config_path", lambda *_, **__: tmp_path / "config")
    Path("9月销售.csv").write_text(shown("csv"), encoding="gb18030")
    headings = ("订单编号", "客户编号", "订单日期", "订单金额(元)")
    book(Path("客户.xlsx"), {"tblOrders": ("订单", 1, 1, headings, [])})
    monkeypatch.setattr(sys, "argv", ["crm-xl", "import", "9月销售.csv", "--into", "客户.xlsx"])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert not stop.value.code
    assert capsys.readouterr().out == shown("text")


def test_every_option_on_the_page_exists(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["crm-xl", "import", "--help"])
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")
    with pytest.raises(SystemExit):
        cli.main()
    known = capsys.readouterr().out
    options = set(re.findall(r"--[a-z][a-z-]+", PAGE))
    assert len(options) > 5
    assert {option for option in options if option not in known} == set()


def test_the_page_quotes_what_is_said_of_a_files_formulas() -> None:
    """Old values, formulas never computed, and a format that cannot tell."""
    facts = {
        Remark.STALE_FORMULAS: Facts(stale=True),
        Remark.UNCOMPUTED_FORMULA: Facts(uncomputed=((2, 1),)),
        Remark.UNSEEN: Facts(unseen=facts_ods.NOT_CURRENT),
    }
    headings = HeadingRows(first=0, last=0, headings=("金额",), above=0)
    for remark, fact in facts.items():
        (note,) = notes_of([["金额"], [1.0]], headings, "订单.ods 明细", 1, fact)
        assert note.remark is remark
        assert f"“{note.text.removeprefix('1 个')}”" in PAGE
