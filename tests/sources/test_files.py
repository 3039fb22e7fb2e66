"""What a file is, told by its content; packed files; files that cannot be read."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from crm_xl.errors import CrmError
from crm_xl.sources.files import Content, read_bytes

TEXT = "客户编号,客户名称\nC1,甲\n".encode()


def zipped(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        for name in names:
            package.writestr(name, TEXT)
    return stream.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        TEXT,
        gzip.compress(TEXT),
        zipped("客户.csv"),
        zipped("__MACOSX/._客户.csv", "folder/", "folder/客户.csv"),
    ],
    ids=["plain", "gzip", "zip", "zip made on a Mac"],  # packages hold the time they were made
)
def test_text_comes_out_of_its_package_whatever_the_name(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "data.dat"
    path.write_bytes(data)
    assert read_bytes(path) == (TEXT, Content.TEXT)


@pytest.mark.parametrize(
    "data", [zipped("xl/workbook.xml"), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)]
)
def test_a_workbook_named_csv_is_a_workbook(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "客户.csv"
    path.write_bytes(data)
    assert read_bytes(path) == (data, Content.SPREADSHEET)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "文件是空的"),
        (b" \r\n\n", "文件是空的"),
        (gzip.compress(b""), "文件是空的"),
        (gzip.compress(TEXT * 100)[:-20], "压缩文件已损坏"),
        (b"\x1f\x8bgarbage", "压缩文件已损坏"),
        (zipped("a.csv")[:40], "压缩文件已损坏"),
        (zipped("a.csv", "b.csv"), "压缩包里有 2 个文件"),
        (b'\xef\xbb\xbf<html xmlns:x="urn:x"><table>', "网页格式"),
        (b"  <!DOCTYPE html>", "网页格式"),
    ],
    ids=[
        "nothing",
        "white space",
        "gzip of nothing",
        "cut gzip",
        "no gzip",
        "cut zip",
        "two files",
        "html posing as xls",
        "html",
    ],
)
def test_what_cannot_be_read_is_refused_with_a_remedy(tmp_path: Path, data: bytes, problem: str) -> None:
    path = tmp_path / "导出.xls"
    path.write_bytes(data)
    with pytest.raises(CrmError, match=problem) as error:
        read_bytes(path)
    assert error.value.hint
    assert "导出.xls" in error.value.where


def test_a_password_on_the_package(tmp_path: Path) -> None:
    data = bytearray(zipped("a.csv"))
    # Bit 0 of the flags, in the local and in the central record, says encrypted.
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    with pytest.raises(CrmError, match="有密码"):
        read_bytes(path)


def test_absent_files_and_folders(tmp_path: Path) -> None:
    with pytest.raises(CrmError, match="找不到文件"):
        read_bytes(tmp_path / "没有.csv")
    with pytest.raises(CrmError, match="文件夹"):
        read_bytes(tmp_path)
