"""The bytes of a source file: opened with care, unpacked if packed, and what they are whatever the name says."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from enum import Enum
from pathlib import Path
from typing import IO

from crm_xl.errors import CrmError
from crm_xl.sources.notes import Note, Remark, some

_LARGEST = 2 << 30
_CHUNK = 1 << 20
# Text shrinks to a tenth, at most to a hundredth; as for the parts of workbooks.
_SUSPECT_SIZE = 100 << 20
_SUSPECT_RATIO = 250
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SHEET_PARTS = ("xl/workbook.xml", "xl/workbook.bin", "mimetype")


class Content(Enum):
    """What a file is, by its content."""

    TEXT = "text"
    SPREADSHEET = "spreadsheet"


_TEXT_ENDINGS = frozenset(".csv .tsv .txt".split())
_BOOK_ENDINGS = frozenset(".xlsx .xlsm .xlsb .xls .ods .xltx .xltm".split())
_PACKED_ENDINGS = frozenset(".gz .zip".split())


def files_in(folder: Path) -> tuple[list[Path], tuple[Note, ...]]:
    """The data files of a folder by name, and a remark on the others; folders inside are not looked into.

    What programs leave behind while a file is open (~$…) and hidden files are passed over in silence.

    Raises:
        CrmError: there is no data file, or the folder cannot be read.
    """
    known = _TEXT_ENDINGS | _BOOK_ENDINGS | _PACKED_ENDINGS
    try:
        listed = sorted(
            path for path in folder.iterdir() if path.is_file() and not path.name.startswith((".", "~$"))
        )
    except OSError as error:
        raise CrmError(
            f"文件夹打不开（{error.strerror}）。", where=str(folder), hint="请检查文件夹的权限。"
        ) from None
    files = [path for path in listed if path.suffix.lower() in known]
    if not files:
        raise CrmError(
            "文件夹里没有可导入的文件。",
            where=str(folder),
            hint=f"可导入的扩展名有 {'、'.join(sorted(known))}。",
        )
    others = [path.name for path in listed if path not in files]
    if not others:
        return files, ()
    text = f"{len(others)} 个文件不是数据文件，没有导入：{some(others)}。"
    return files, (Note(remark=Remark.OTHER_FILE, where=str(folder), text=text, count=len(others)),)


def kind_note(path: Path, content: Content) -> tuple[Note, ...]:
    """A remark where the name says one kind of file and the content is another."""
    ending = path.suffix.lower()
    if ending in _BOOK_ENDINGS and content is Content.TEXT:
        text = f"扩展名是 {ending}，内容是文本（CSV），已按文本读取。"
    elif ending in _TEXT_ENDINGS and content is Content.SPREADSHEET:
        text = f"扩展名是 {ending}，内容是工作簿，已按工作簿读取。"
    else:
        return ()
    return (Note(remark=Remark.OTHER_KIND, where=path.name, text=text),)


def read_bytes(path: Path) -> tuple[bytes, Content]:
    """The content of a file, out of its .gz or single-file .zip, and what it is.

    Raises:
        CrmError: absent, a folder, not to be opened, damaged, empty, of no known kind, or over 2 GB.
    """
    try:
        if path.is_dir():
            raise CrmError("这是文件夹，不是文件。", where=str(path), hint="请选择其中的一个文件。")
        if path.exists() and not path.is_file():
            raise CrmError("这不是普通文件。", where=str(path), hint="请选择数据文件。")
        if path.exists() and path.stat().st_size > _LARGEST:
            raise CrmError("文件超过 2 GB。", where=path.name, hint="请按月或按年拆成几个文件。")
        data = path.read_bytes()
    except FileNotFoundError:
        raise CrmError("找不到文件。", where=str(path), hint="请检查文件名和所在文件夹。") from None
    except OSError as error:
        raise CrmError(
            f"文件打不开（{error.strerror}）。", where=str(path), hint="请关闭占用它的程序，或检查权限。"
        ) from None
    return _unpacked(data, path.name)


def _unpacked(data: bytes, where: str) -> tuple[bytes, Content]:
    if data.startswith(b"\x1f\x8b"):
        data = _from_gzip(data, where)
    elif data.startswith(b"PK\x03\x04"):
        inner = _from_zip(data, where)
        if inner is None:
            return data, Content.SPREADSHEET
        data = inner
    if data.startswith((_OLE, b"PK\x03\x04")):
        return data, Content.SPREADSHEET
    if not data.strip():
        raise CrmError("文件是空的。", where=where, hint="请重新导出后再导入。")
    # Many systems export a web page under the name .xls; Excel opens it with a warning, we cannot.
    if (
        data.lstrip(b"\xef\xbb\xbf \t\r\n")[:200]
        .lower()
        .startswith((b"<html", b"<!doctype", b"<?xml", b"<table"))
    ):
        raise CrmError(
            "内容是网页格式，不是表格文件。", where=where, hint="请用 Excel 打开，另存为 .xlsx 后再导入。"
        )
    return data, Content.TEXT


def _from_gzip(data: bytes, where: str) -> bytes:
    try:
        packed = io.BytesIO(data)
        with gzip.open(packed) as stream:
            return _within_limit(stream, packed, where)
    except (OSError, EOFError, zlib.error):
        raise _broken_package(where) from None


def _from_zip(data: bytes, where: str) -> bytes | None:
    """The one file in a zip; None when the zip is itself a workbook."""
    try:
        packed = io.BytesIO(data)
        with zipfile.ZipFile(packed) as package:
            names = package.namelist()
            if any(part in names for part in _SHEET_PARTS):
                return None
            # macOS adds a shadow of every file.
            files = [name for name in names if not name.endswith("/") and not name.startswith("__MACOSX/")]
            if len(files) != 1:
                raise CrmError(
                    f"压缩包里有 {len(files)} 个文件。",
                    where=where,
                    hint="请解压后逐个导入，或只保留一个文件。",
                )
            with package.open(files[0]) as stream:
                return _within_limit(stream, packed, where)
    except (zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError):
        raise _broken_package(where) from None
    except RuntimeError:  # zipfile's word for a password
        raise CrmError("压缩包有密码。", where=where, hint="请先解压再导入。") from None


def _within_limit(stream: IO[bytes] | gzip.GzipFile, packed: io.BytesIO, where: str) -> bytes:
    """All of an unpacked stream; a bomb is told while it grows."""
    pieces, size = [], 0
    while piece := stream.read(_CHUNK):
        pieces.append(piece)
        size += len(piece)
        if size > _LARGEST:
            raise CrmError("解压后超过 2 GB。", where=where, hint="请按月或按年拆成几个文件。")
        if size > _SUSPECT_SIZE and size > _SUSPECT_RATIO * packed.tell():
            raise CrmError(
                "解压后异常地大，为安全起见没有读取。", where=where, hint="请确认文件来源可靠，解压后再导入。"
            )
    return b"".join(pieces)


def _broken_package(where: str) -> CrmError:
    return CrmError("压缩文件已损坏。", where=where, hint="请重新下载或重新导出。")
