"""Files that cannot be used: one sentence each, with the place and the remedy, and nothing is touched."""

from __future__ import annotations

import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from crm_xl.books.file import FileBook
from crm_xl.books.protocol import Block
from crm_xl.errors import CrmError
from crm_xl.package import archive
from crm_xl.sources.spreadsheet import read_spreadsheet
from tests.books.samples import book, contents_of, edit_parts, rich_book

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
SHEET = "xl/worksheets/sheet1.xml"
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c SYSTEM "file:///etc/passwd">]>'
)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<a><b></a>",
        b"<a/>x",
        b"<a>&x;</a>",
        b"<a>\x01</a>",
        b"<a>\xff</a>",
        b'<a b="1" b="2"/>',
        b"<a>]]></a>",
    ],
)
def test_nothing_that_is_no_xml_is_ever_put_in_place(content: bytes) -> None:
    archive.check_well_formed("<a b='1'><!-- 甲 --><b>乙&amp;</b></a>".encode(), "a.xml")
    with pytest.raises(ValueError, match=r"a\.xml is not well-formed"):
        archive.check_well_formed(content, "a.xml")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return book(tmp_path / "a.xlsx", {"tblA": ("出", 1, 1, ["甲"], [["x"]])})


def _refused(path: Path, read: bool = False, write: bool = False) -> CrmError:
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(CrmError) as refused:
        opened = FileBook(path)
        if read:
            opened.read(["tblA"])
        if write:
            opened.write({"tblA": Block(headings=("甲",), rows=[("新",)])}, {})
    error = refused.value
    assert error.where
    assert error.hint
    assert error.problem.endswith("。")
    assert (path.read_bytes() if path.is_file() else None) == before
    return error


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "空的"),
        (OLE, "旧版 Excel 格式"),
        (OLE + "EncryptedPackage".encode("utf-16-le") + b"\0" * 100, "打开密码"),
        ("客户编号,金额\n1,2\n".encode("gb18030"), "CSV"),
        ("客户编号\t金额\n".encode("utf-16"), "CSV"),
        (b"\xef\xbb\xbf<html><table></table></html>", "网页"),
        (b"\x7fELF\0\0\0\0", "二进制"),
        (b"PK\x03\x04 and then nothing of a zip", "损坏"),
    ],
)
def test_a_file_that_is_no_workbook_is_named_for_what_it_is(
    tmp_path: Path, content: bytes, problem: str
) -> None:
    path = tmp_path / "客户.xlsx"
    path.write_bytes(content)
    assert problem in str(_refused(path))


def test_a_missing_file_a_folder_and_a_file_without_permission(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: Path
) -> None:
    assert "找不到" in str(_refused(tmp_path / "无.xlsx"))
    assert "文件夹" in str(_refused(tmp_path))

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", denied)
        with pytest.raises(CrmError, match="占用或没有权限"):
            FileBook(path)


@pytest.mark.parametrize("part", ["[Content_Types].xml", "xl/workbook.xml", "_rels/.rels"])
def test_a_zip_without_what_makes_a_workbook(path: Path, part: str) -> None:
    contents = contents_of(path)
    with zipfile.ZipFile(path, "w") as package:
        for name, data in contents.items():
            if name != part:
                package.writestr(name, data)
    _refused(path)


def test_documents_of_other_kinds_in_the_same_package_format(path: Path) -> None:
    edit_parts(path, {"xl/workbook.xml": lambda data: b'<document xmlns="urn:x"/>'})
    assert "其他 Office 文档" in str(_refused(path))


def test_a_binary_workbook_and_an_opendocument_sheet(path: Path, tmp_path: Path) -> None:
    edit_parts(
        path,
        {"_rels/.rels": lambda data: data.replace(b"workbook.xml", b"workbook.bin")},
        {"xl/workbook.bin": b"\0"},
    )
    assert "xlsb" in str(_refused(path))
    sheet = tmp_path / "b.xlsx"
    with zipfile.ZipFile(sheet, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    assert "OpenDocument" in str(_refused(sheet))


def test_an_encrypted_entry_and_a_double_one(path: Path) -> None:
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as package:
        end = package.start_dir
    plain = bytes(data)
    struct.pack_into("<H", data, end + 8, 0x1)
    path.write_bytes(data)
    assert "密码" in str(_refused(path))
    path.write_bytes(plain)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(path, "a") as package:
        package.writestr("xl/workbook.xml", b"<other/>")
    assert "重名" in str(_refused(path))


@pytest.mark.parametrize("part", [SHEET, "xl/sharedStrings.xml", "xl/workbook.xml", "xl/tables/table1.xml"])
def test_a_flipped_byte_is_found(path: Path, part: str) -> None:
    with zipfile.ZipFile(path) as package:
        info = package.getinfo(part)
    data = bytearray(path.read_bytes())
    data[info.header_offset + 30 + len(part) + info.compress_size // 2] ^= 0xFF
    path.write_bytes(data)
    assert "损坏" in str(_refused(path, read=True))


@pytest.mark.parametrize(
    ("whole", "broken"), [(b"</sheetData>", b"</sheet>"), (b'<row r="2"', b'<row r="two"')]
)
def test_a_sheet_that_is_read_by_counting_and_is_no_xml_is_damaged(
    path: Path, whole: bytes, broken: bytes
) -> None:
    nameless = b'<c t="e"><v>#N/A</v></c>'
    edit_parts(
        path, {SHEET: lambda data: data.replace(b"</row>", nameless + b"</row>").replace(whole, broken)}
    )
    assert "损坏" in str(_refused(path, read=True))
    with pytest.raises(CrmError, match="损坏"):
        read_spreadsheet(path.read_bytes(), path.name)


@pytest.mark.parametrize("keep", [0.3, 0.7, 0.98])
def test_a_truncated_file_is_found(path: Path, keep: float) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    assert "损坏" in str(_refused(path))


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/tables/table1.xml", SHEET])
def test_entity_bombs_are_refused_before_they_grow(path: Path, part: str) -> None:
    edit_parts(path, {part: lambda data: BOMB + data.split(b"?>", 1)[1].replace(b">", b">&b;&c;", 1)})
    assert "损坏" in str(_refused(path, write=True))


def test_a_zip_bomb_is_not_unpacked(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "_SUSPECT_SIZE", 1 << 20)
    edit_parts(path, {}, {"xl/media/zeros.bin": b"\0" * (2 << 20)})
    assert "异常地大" in str(_refused(path))


def test_a_part_that_lies_about_its_size_is_damaged_not_endless(path: Path) -> None:
    edit_parts(path, {SHEET: lambda data: data + b" " * 5_000_000})
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as package:
        info = package.getinfo(SHEET)
        position = package.start_dir
    while data[position + 46 : position + 46 + len(SHEET)] != SHEET.encode():
        position += 46 + sum(struct.unpack_from("<HHH", data, position + 28))
    struct.pack_into("<L", data, position + 24, 1000)
    struct.pack_into("<L", data, info.header_offset + 22, 1000)
    path.write_bytes(data)
    assert "损坏" in str(_refused(path, read=True))


@pytest.mark.parametrize("owner", ["~$a.xlsx", ".~a.xlsx", ".~lock.a.xlsx#"])
def test_a_file_open_elsewhere_is_refused_before_anything_but_may_be_read(path: Path, owner: str) -> None:
    (path.parent / owner).write_bytes(b"")
    error = _refused(path)
    assert "正在被打开" in error.problem
    assert owner in error.hint
    assert list(FileBook(path, read_only=True).read(["tblA"])) == ["tblA"]
    FileBook(path, path.parent / "b.xlsx").read(["tblA"])


@pytest.mark.parametrize(("which", "problem"), [("a.xlsx", "只读"), ("", "没有权限")])
def test_read_only_files_and_folders_are_refused_before_anything(
    path: Path, monkeypatch: pytest.MonkeyPatch, which: str, problem: str
) -> None:
    real = os.access
    refused = path.parent / which
    monkeypatch.setattr(os, "access", lambda place, mode: Path(place) != refused and real(place, mode))
    assert problem in str(_refused(path))


def test_a_result_for_a_folder_that_is_not_there(path: Path) -> None:
    with pytest.raises(CrmError, match="文件夹不存在"):
        FileBook(path, path.parent / "无" / "b.xlsx")


@pytest.mark.parametrize(
    ("make", "out"), [(rich_book, "b.xlsx"), (lambda path: book(path, {}, finish=_sheet), "b.xlsm")]
)
def test_an_ending_that_does_not_fit_the_content_is_refused(
    tmp_path: Path, make: Callable[[Path], Path], out: str
) -> None:
    source = make(tmp_path / ("a.xlsm" if out == "b.xlsx" else "a.xlsx"))
    with pytest.raises(CrmError, match="扩展名"):
        FileBook(source, tmp_path / out)


def _sheet(workbook: object) -> None:
    workbook.add_worksheet()
