"""Whatever a refresh does not own leaves it as it came, down to the packed bytes."""

from __future__ import annotations

import re
import struct
import zipfile
from pathlib import Path

import openpyxl
import pytest

from crm_xl.books.file import FileBook
from crm_xl.books.protocol import Block
from crm_xl.package.archive import Archive
from crm_xl.package.parts import Parts
from tests.books.samples import contents_of, raw_entries, rich_book

OWNED = {"xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/workbook.xml"}
SUMMARY = Block(headings=("等级", "金额", "占比"), rows=[("金", 5.5, 0.1), ("银", None, 0.2), ("铜", 7, 0.7)])
LEFT = Block(headings=("指标", "权重"), rows=[("购买", 0.9)])
RIGHT = Block(headings=("级", "分"), rows=[("S", 90), ("A", 80), ("B", 60), ("C", 0)])


@pytest.fixture
def written(tmp_path: Path) -> tuple[Path, Path]:
    """The rich workbook before and after a refresh."""
    before = rich_book(tmp_path / "before.xlsm")
    after = tmp_path / "after.xlsm"
    book = FileBook(before, after)
    book.write({"tblSummary": SUMMARY, "tblLeft": LEFT, "tblRight": RIGHT}, {"CRM_NOTE": "2026-01-31"})
    return before, after


def _tables_written(path: Path) -> set[str]:
    with Archive(path) as archive:
        return {table.part for table in Parts(archive).tables.values() if table.name != "tblOther"}


def test_every_other_part_keeps_its_packed_bytes_order_and_attributes(written: tuple[Path, Path]) -> None:
    before, after = map(raw_entries, written)
    owned = OWNED | _tables_written(written[0])
    assert list(before) == list(after)
    assert {name for name in before if before[name] != after[name]} == owned
    assert {"xl/vbaProject.bin", "customUI/customUI14.xml", "xl/metadata.xml", "xl/charts/chart1.xml"} < set(
        after
    )
    assert {"xl/media/image1.png", "xl/comments1.xml", "xl/unknown/part7.bin"} < set(after) - owned


def test_the_written_sheet_keeps_everything_but_the_tables(written: tuple[Path, Path]) -> None:
    before, after = (contents_of(path)["xl/worksheets/sheet1.xml"].decode() for path in written)
    for kept in ("<drawing ", "<legacyDrawing ", "x14:sparklineGroup", "<pane ", "<tableParts"):
        assert kept in before
        assert kept in after
    before, after = (contents_of(path)["xl/worksheets/sheet2.xml"].decode() for path in written)
    for address in ("A1", "E1", "G4", "H5"):
        cell = re.search(rf'<c r="{address}".*?</c>', before)
        assert cell
        assert cell.group() in after


@pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")  # what openpyxl cannot keep
def test_independent_readers_find_the_content(written: tuple[Path, Path]) -> None:
    workbook = openpyxl.load_workbook(written[1])
    summary, settings = workbook["汇总"], workbook["参数"]
    assert [[cell.value for cell in row] for row in summary["B4:D7"]] == [
        ["等级", "金额", "占比"],
        ["金", 5.5, 0.1],
        ["银", None, 0.2],
        ["铜", 7, 0.7],
    ]
    assert summary.tables["tblSummary"].ref == "B4:D7"
    assert summary.tables["tblSummary"].autoFilter.ref == "B4:D7"
    assert [summary[f"C{row}"].number_format for row in (5, 6, 7)] == ["#,##0.00"] * 3
    assert [summary[f"D{row}"].number_format for row in (5, 6, 7)] == ["0.0%"] * 3
    assert summary["C2"].value == "2026-01-31"
    assert summary["C2"].font.bold
    assert [[cell.value for cell in row] for row in settings["A3:E7"]] == [
        ["指标", "权重", None, "级", "分"],
        ["购买", 0.9, None, "S", 90],
        [None, None, None, "A", 80],
        [None, None, None, "B", 60],
        [None, None, None, "C", 0],
    ]
    assert settings["G4"].value == "留着不动"
    found = FileBook(written[1], read_only=True).read(["tblSummary", "tblRight"])
    assert [list(column) for column in found["tblRight"].columns] == [["S", "A", "B", "C"], [90, 80, 60, 0]]


def test_formats_validations_names_and_print_area_follow(written: tuple[Path, Path]) -> None:
    after = contents_of(written[1])
    sheet, workbook = after["xl/worksheets/sheet1.xml"].decode(), after["xl/workbook.xml"].decode()
    assert '<conditionalFormatting sqref="C5:C7">' in sheet
    assert '<conditionalFormatting sqref="D5:D7">' in sheet
    assert "<xm:sqref>C5:C7</xm:sqref>" in sheet
    assert 'sqref="B5:B7"' in sheet
    assert 'sqref="F20"' in sheet
    assert '<dimension ref="B1:D7"/>' in sheet
    assert ">汇总!$C$5:$C$7<" in workbook
    assert ">汇总!$B$4:$D$7<" in workbook
    assert ">汇总!$C$2<" in workbook
    assert ">SUM(汇总!$C$5:$C$5)<" in workbook
    assert ">汇总!$A$1:$D$7<" in workbook


def test_formulas_elsewhere_are_calculated_on_opening(written: tuple[Path, Path]) -> None:
    assert 'fullCalcOnLoad="1"' in contents_of(written[1])["xl/workbook.xml"].decode()


def test_writing_twice_is_writing_once(written: tuple[Path, Path], tmp_path: Path) -> None:
    again = tmp_path / "again.xlsm"
    FileBook(written[1], again).write(
        {"tblSummary": SUMMARY, "tblLeft": LEFT, "tblRight": RIGHT}, {"CRM_NOTE": "2026-01-31"}
    )
    assert contents_of(again) == contents_of(written[1])


def test_entries_with_sizes_behind_the_data_and_zip64_fields_are_copied(tmp_path: Path) -> None:
    plain = rich_book(tmp_path / "plain.xlsm")
    path, copy = tmp_path / "streamed.xlsm", tmp_path / "copy.xlsm"

    class Unseekable:
        def __init__(self, file: object) -> None:
            self.write, self.flush = file.write, file.flush

    contents = contents_of(plain)
    with path.open("wb") as file, zipfile.ZipFile(Unseekable(file), "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in contents.items():
            with package.open(name, "w", force_zip64=True) as entry:
                entry.write(data)
    assert struct.unpack_from("<H", path.read_bytes(), 6)[0] & 0x8
    with Archive(path) as archive, copy.open("wb") as target:
        archive.copy(target, {"xl/workbook.xml": b"<new/>", "xl/unknown/part7.bin": None})
    with zipfile.ZipFile(copy) as package:
        assert package.testzip() is None
    expected = contents | {"xl/workbook.xml": b"<new/>"}
    del expected["xl/unknown/part7.bin"]
    assert contents_of(copy) == expected
