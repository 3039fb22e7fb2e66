"""Text that begins like a formula stays text in every writer, and reads back as it was; `torture` has the list."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path

import pytest

from crm_xl.books import live_snapshot, sidecar
from crm_xl.books.file import FileBook
from crm_xl.books.live import LiveBook
from crm_xl.books.protocol import Block
from crm_xl.books.sidecar import write_fitting
from crm_xl.builder.build import author_workbook
from crm_xl.builder.draft import Draft
from crm_xl.builder.specs import CUSTOMER_GRADING
from crm_xl.masking import mask_copy
from crm_xl.tables.inputs import CUSTOMERS
from tests.books.live_samples import small_workbook
from tests.books.samples import book
from tests.builder.shipped import opened
from tests.support.fake_excel import Formula
from tests.support.fake_xlwings import FakeExcel
from torture.payloads import PAYLOADS, faults, try_payloads
from torture.survive import Figures

HEADINGS = ("编号", "内容")


def rows() -> list[tuple[int, str]]:
    return list(enumerate(PAYLOADS))


def read_back(path: Path, table: str = "tblX") -> list[str]:
    raw = FileBook(path, read_only=True).read([table])[table]
    return list(raw.columns[1])


def formulas(path: Path, sheet: str) -> list[object]:
    """Cells that an independent reader takes for formulas."""
    cells = opened(path)[sheet].iter_rows()
    return [cell.value for row in cells for cell in row if cell.data_type == "f"]


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = book(tmp_path / "a.xlsx", {"tblX": ("表", 1, 1, HEADINGS, [(0, "x")])})
    FileBook(path).write({"tblX": Block(headings=HEADINGS, rows=rows())}, {})
    return path


def test_the_file_book_writes_them_as_texts(written: Path) -> None:
    assert read_back(written) == list(PAYLOADS)
    assert formulas(written, "表") == []
    with zipfile.ZipFile(written) as package:
        assert b"<f" not in package.read("xl/worksheets/sheet1.xml")


def test_a_masked_copy_keeps_them_texts(written: Path) -> None:
    copy = mask_copy(written).path
    assert read_back(copy) == list(PAYLOADS)
    assert formulas(copy, "表") == []


def test_the_builder_writes_them_as_texts(tmp_path: Path) -> None:
    draft = Draft(CUSTOMER_GRADING, samples=False)
    width = len(CUSTOMERS.columns)
    draft.write({CUSTOMERS.name: Block(
        headings=CUSTOMERS.titles, rows=[(f"C{n}", text, *[None] * (width - 2)) for n, text in rows()]
    )}, {"CRM_STATUS": PAYLOADS[1]})  # fmt: skip
    path = author_workbook(tmp_path / "t.xlsx", draft)
    assert read_back(path, CUSTOMERS.name) == list(PAYLOADS)
    assert formulas(path, CUSTOMERS.sheet) == []
    assert PAYLOADS[1] not in formulas(path, "首页")


def test_the_live_book_types_them_as_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_snapshot, "user_cache_path", lambda *_, **__: tmp_path / "cache")
    excel = FakeExcel(small_workbook())
    headings = ("编号", "得分", "日期", "说明")
    block = Block(headings=headings, rows=[(f"{n:03}", 1.0, None, text) for n, text in rows()])
    LiveBook(excel.book()).write({"tblList": block}, {"CRM_NOTE": PAYLOADS[0]})
    found = LiveBook(excel.book()).read(["tblList"])["tblList"]
    assert list(found.columns[3]) == list(PAYLOADS)
    cells = [cell for sheet in excel.workbook.sheets for cell in sheet.cells.values()]
    assert not [cell for cell in cells if isinstance(cell, Formula)]


def test_a_csv_beside_the_book_holds_no_formula(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sidecar, "LAST_ROW", 5)
    block = Block(headings=("=编号", "内容"), rows=rows())
    (path,) = write_fitting(FileBook(written), {"tblX": block}, {})
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    cells = [cell for line in lines for cell in line]
    assert not [
        cell for cell in cells if cell.lstrip()[:1] in set("=+-@＝＋－＠") or cell[:1] in set("\t\r\n")
    ]
    assert [cell.removeprefix("'") if cell != text else cell for (_, cell), text in zip(lines[1:], PAYLOADS, strict=True)
            ] == list(PAYLOADS)  # fmt: skip


def test_what_is_written_does_no_more_than_with_harmless_texts() -> None:
    figures = Figures()
    try_payloads(
        figures, ["a table", "an import", "a masked copy", "a new workbook", "a file beside the workbook"]
    )
    assert figures.wrong == []
    assert figures.counts["payloads tried"] == 5 * len(PAYLOADS)


def test_a_writer_that_lets_one_through_is_found_out(tmp_path: Path) -> None:
    harmless, harmful = tmp_path / "a", tmp_path / "b"
    for folder, cell in ((harmless, "1"), (harmful, ("=1+1", 2))):
        folder.mkdir()
        book(folder / "a.xlsx", {"tblX": ("表", 1, 1, ["甲"], [[cell]])})
        (folder / "a.csv").write_text("甲\n1\n", encoding="utf-8")
    assert list(faults(harmful, harmless)) == ["f  0+0"]
    (harmful / "a.csv").write_text("甲\n\u3000=1\n", encoding="utf-8")
    assert any("a.csv holds" in fault for fault in faults(harmful, harmless))
