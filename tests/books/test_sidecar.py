"""What does not fit on a sheet goes to a CSV file beside the workbook, and the table says so."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import crm_xl
from crm_xl import CrmError, assets
from crm_xl.books import sidecar
from crm_xl.books.file import FileBook
from crm_xl.books.protocol import Block, Cell
from crm_xl.books.sidecar import fitted, safe_text, write_fitting
from crm_xl.raw import Place, RawTable
from crm_xl.tables import TABLES
from crm_xl.tables.outputs import LEDGER

HEADINGS = LEDGER.titles
WIDTH = len(HEADINGS)


class Sheet:
    """A book that takes what it is given; its ledger's headings stand in row 3."""

    name = "客户.xlsx"

    def __init__(self, file: Path | None, fails: bool = False) -> None:
        self.file = file
        self.fails = fails
        self.written: Mapping[str, Block] = {}

    def tables(self) -> Mapping[str, Place]:
        return {LEDGER.name: Place(sheet="台账", row=3, column=1, rows=1, headings=HEADINGS)}

    def read(self, names: Iterable[str]) -> dict[str, RawTable]:
        raise AssertionError("nothing is read")

    def write(self, blocks: Mapping[str, Block], cells: Mapping[str, Cell]) -> None:
        if self.fails:
            raise CrmError("文件被占用。")
        self.written = blocks

    def restore(self) -> None:
        raise AssertionError("nothing is undone")


def block(rows: int, cell: Any = "甲") -> Block:
    return Block(headings=HEADINGS, rows=[(cell, n, *[None] * (WIDTH - 2)) for n in range(rows)])


@pytest.fixture(autouse=True)
def ledger_of_ten_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TABLES, LEDGER.name, replace(LEDGER, most_rows=10))


def read_csv(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as source:
        return list(csv.reader(source))


def test_a_table_that_fits_leaves_no_file(tmp_path: Path) -> None:
    book = Sheet(tmp_path / "客户.xlsx")
    assert write_fitting(book, {LEDGER.name: block(10)}, {}) == ()
    assert book.written[LEDGER.name] == block(10)
    assert list(tmp_path.iterdir()) == []


def test_a_longer_one_is_cut_says_so_and_is_whole_in_the_file(tmp_path: Path) -> None:
    book = Sheet(tmp_path / "客户.xlsx")
    (path,) = write_fitting(book, {LEDGER.name: block(12)}, {})
    assert path == tmp_path / "客户_数据质量台账.csv"
    written = book.written[LEDGER.name].rows
    assert written[:9] == block(12).rows[:9]
    assert written[9][0] == "另有 3 行没有列出；全部 12 行见同一文件夹的“客户_数据质量台账.csv”"
    assert len(written) == 10
    assert read_csv(path) == [list(HEADINGS), *(["甲", str(n), *[""] * (WIDTH - 2)] for n in range(12))]
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")


def test_the_sheet_itself_is_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TABLES, LEDGER.name, replace(LEDGER, most_rows=None))
    monkeypatch.setattr(sidecar, "LAST_ROW", 8)  # five rows below the headings
    cut, _ = fitted(Sheet(None), {LEDGER.name: block(6)})
    assert len(cut[LEDGER.name].rows) == 5
    assert fitted(Sheet(None), {LEDGER.name: block(5)})[0][LEDGER.name] == block(5)


def test_a_book_without_a_place_says_only_how_many() -> None:
    cut, files = fitted(Sheet(None), {LEDGER.name: block(12)})
    assert cut[LEDGER.name].rows[-1][0] == "另有 3 行没有列出"
    assert files == []


@pytest.mark.parametrize("mark", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_text_becomes_a_formula(tmp_path: Path, mark: str) -> None:
    (path,) = write_fitting(Sheet(tmp_path / "a.xlsx"), {LEDGER.name: block(12, f"{mark}HYPERLINK(1)")}, {})
    assert {row[0] for row in read_csv(path)[1:]} == {f"'{mark}HYPERLINK(1)"}


def test_other_cells_are_written_as_they_are() -> None:
    assert [safe_text(cell) for cell in ("a=1", "", None, -5, True)] == ["a=1", "", None, -5, True]
    assert safe_text(date(2026, 1, 2)) == "2026-01-02"
    assert safe_text(datetime(2026, 1, 2, 3, 4)) == "2026-01-02 03:04:00"


def test_a_book_that_cannot_be_written_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(CrmError, match="占用"):
        write_fitting(Sheet(tmp_path / "a.xlsx", fails=True), {LEDGER.name: block(12)}, {})
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_leaves_the_book(tmp_path: Path) -> None:
    (tmp_path / "a_数据质量台账.csv").mkdir()  # in the way
    book = Sheet(tmp_path / "a.xlsx")
    with pytest.raises(CrmError, match=r"a_数据质量台账\.csv：这是一个文件夹"):
        write_fitting(book, {LEDGER.name: block(12)}, {})
    assert book.written == {}
    assert [path.name for path in tmp_path.iterdir()] == ["a_数据质量台账.csv"]


def test_a_refresh_of_a_file_puts_the_rest_of_the_ledger_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "客户.xlsm"
    shutil.copyfile(assets.asset(assets.WORKBOOK), path)
    results = crm_xl.refresh(path)
    ledger = results.tables[LEDGER.name]
    assert len(ledger) > 10
    written = FileBook(path).read([LEDGER.name])[LEDGER.name]
    assert len(written) == 10
    beside = read_csv(tmp_path / "客户_数据质量台账.csv")
    assert [row[1] for row in beside[1:]] == ledger["cell"].tolist()
    amounts = pd.to_numeric(pd.Series([row[7] for row in beside[1:]])).to_numpy()
    assert amounts == pytest.approx(ledger["amount"].to_numpy(), nan_ok=True)
