"""Refreshed workbooks before Microsoft's own validator, and opened in LibreOffice."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from crm_xl.books.file import FileBook
from crm_xl.books.protocol import Block
from tests.books.samples import book, rich_book
from tests.support.office import SCRIPTS, Office
from tests.support.validator import validate

ODD = [
    ("金\x01=1", 1.5, date(2024, 2, 29), True),
    (None, None, None, None),
    ("_x0041_", float("nan"), "", False),
]


@pytest.mark.slow
@pytest.mark.parametrize("rows", [[], ODD, ODD * 200])
def test_the_validator_has_no_objection_after_a_refresh(tmp_path: Path, rows: list[tuple[Any, ...]]) -> None:
    path = rich_book(tmp_path / "a.xlsm")
    assert validate(path) == []
    blocks = {
        "tblSummary": Block(headings=("等级", "新<1>", "两\n行", "另"), rows=rows),
        "tblLeft": Block(headings=("指标", "权重"), rows=[("=1", 0.5)] * 7),
    }
    FileBook(path).write(blocks, {"CRM_NOTE": "截至 2026-01-31"})
    assert validate(path) == []


@pytest.mark.slow
@pytest.mark.libreoffice
def test_libreoffice_shows_what_was_written_and_we_read_what_it_saves(tmp_path: Path, office: Office) -> None:
    headings = ("名称", "金额", "日期", "是否")
    path = book(
        tmp_path / "a.xlsx",
        {
            "tblA": ("出", 3, 2, headings, [["旧", 1, datetime(2020, 1, 1), True]]),
            "tblB": ("出", 3, 7, ["乙"], [[1]]),
        },
        finish=lambda workbook: workbook.worksheets()[0].write("B1", "=SUM(C4:C20)", None, 1),
    )
    rows = [("=1+1", 2.5, datetime(2024, 2, 29), True), ("-5", None, datetime(2023, 1, 31), False)] * 3
    FileBook(path).write({"tblA": Block(headings=headings, rows=rows)}, {})
    saved = tmp_path / "saved.xlsx"
    with office.private_copy(path) as copy:
        office.run(SCRIPTS / "save_as.py", copy, saved, "Calc MS Excel 2007 XML")
    sheet = openpyxl.load_workbook(saved).worksheets[0]
    assert sheet["B1"].value == "=SUM(C4:C20)"
    assert sheet["G4"].value == 1
    found = FileBook(saved, read_only=True).read(["tblA"])["tblA"]
    assert list(zip(*found.columns, strict=True)) == rows
