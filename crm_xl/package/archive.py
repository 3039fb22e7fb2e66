"""The package behind a workbook: opened with care, its parts read and verified, and written again."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from lxml import etree

from crm_xl.errors import CrmError
from crm_xl.package.zipwriter import ZipWriter

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CHUNK = 1 << 18
LARGEST_PART = 2 << 30
_LARGEST_WORKBOOK = 4 << 30
# Real sheets shrink to a tenth, at most to a hundredth; deflate alone can promise a thousandth.
_SUSPECT_SIZE = 100 << 20
_SUSPECT_RATIO = 250
_MOST_ENTRIES = 60_000
_ENCRYPTED = 0x1


def damaged(name: str, detail: str = "") -> CrmError:
    """The error for a file that starts like a workbook and cannot be read as one."""
    return CrmError(
        f"工作簿已损坏，读不出来{f'（{detail}）' if detail else ''}。",
        where=name,
        hint="请用 Excel 打开并另存为新文件；打不开时请取“备份”文件夹里的上一份。",
    )


class Archive:
    """An open workbook package.

    Args:
        path: an .xlsx or .xlsm file.
        content: its bytes where they are at hand; the path then only names it.

    Raises:
        CrmError: absent, a folder, not a workbook, password-protected, damaged, or unreasonably large.
    """

    def __init__(self, path: Path, content: bytes | None = None) -> None:
        self.path = path
        self.name = path.name
        self._file: BinaryIO
        if content is not None:
            self._file = io.BytesIO(content)
        else:
            _check_kind(path)
            try:
                self._file = path.open("rb")
            except OSError as error:
                raise _unreadable(path) from error
        try:
            self._zip = zipfile.ZipFile(self._file)
            self._check_entries()
        except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as error:
            self._file.close()
            raise damaged(self.name) from error
        except BaseException:
            self._file.close()
            raise
        self._by_name = {info.filename.casefold(): info for info in self._zip.infolist()}

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __contains__(self, part: str) -> bool:
        return part.casefold() in self._by_name

    def close(self) -> None:
        """Let go of the file: on Windows it cannot be replaced before."""
        self._zip.close()
        self._file.close()

    def part_name(self, part: str) -> str:
        """The name as the zip spells it; part names do not tell cases apart.

        Raises:
            CrmError: there is no such part.
        """
        if part not in self:
            raise damaged(self.name, f"缺少 {part}")
        return self._by_name[part.casefold()].filename

    def parts(self) -> list[str]:
        """The names of all parts, in order."""
        return [info.filename for info in self._zip.infolist()]

    def size(self, part: str) -> int:
        """Bytes of the part when unpacked, as the zip declares it."""
        return self._by_name[part.casefold()].file_size

    def chunks(self, part: str) -> Iterator[bytes]:
        """The content of a part piece by piece; the checksum is verified at the end.

        Raises:
            CrmError: the part is absent or damaged.
        """
        name = self.part_name(part)
        try:
            with self._zip.open(name) as stream:
                while chunk := stream.read(_CHUNK):
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
            raise damaged(self.name, name) from error

    def read(self, part: str) -> bytes:
        """The whole content of a part, verified.

        Raises:
            CrmError: the part is absent or damaged.
        """
        # Written into one place as it comes: a list of pieces would hold a large sheet twice, and take half as long again.
        content = io.BytesIO()
        for chunk in self.chunks(part):
            content.write(chunk)
        return content.getvalue()

    def verify(self, part: str) -> None:
        """Nothing; raises when the part's content does not match its checksum.

        Raises:
            CrmError: the part is absent or damaged.
        """
        for _ in self.chunks(part):
            pass

    def xml(self, part: str) -> etree._Element:
        """The root element of a part.

        Raises:
            CrmError: the part is absent, damaged, or not plain XML.
        """
        return parse_xml(self.read(part), self.name, part)

    def copy(self, target: BinaryIO, changes: Mapping[str, bytes | None], *, comments: bool = True) -> None:
        """Write the package anew: changed parts packed, parts mapped to None left out, all others copied raw.

        Order, dates and attributes of all entries stay.

        Args:
            target: an empty file.
            changes: new content by part name as the zip spells it.
            comments: whether the remarks that a zip may carry, as a whole and on its entries, are taken over.
        """
        if unknown := set(changes) - set(self.parts()):
            raise ValueError(f"no such parts: {sorted(unknown)}")
        writer = ZipWriter(target)
        for info in self._zip.infolist():
            if not comments:
                info.comment = b""
            if info.filename not in changes:
                try:
                    writer.copy(info, self._file)
                except zipfile.BadZipFile as error:
                    raise damaged(self.name, info.filename) from error
            elif (content := changes[info.filename]) is not None:
                writer.pack(info, content)
        writer.finish(self._zip.comment if comments else b"")

    def same_entries(self, other: Archive, changes: Mapping[str, bytes | None]) -> bool:
        """Whether the other package holds every unchanged part of this one, with equal checksums and sizes."""
        mine = [_identity(info) for info in self._zip.infolist() if info.filename not in changes]
        theirs = [_identity(info) for info in other._zip.infolist() if info.filename not in changes]
        return mine == theirs

    def _check_entries(self) -> None:
        infos = self._zip.infolist()
        names = {info.filename.casefold() for info in infos}
        if len(names) != len(infos):
            raise damaged(self.name, "有重名的部件")
        if any(info.flag_bits & _ENCRYPTED for info in infos):
            raise _protected(self.name)
        if "[content_types].xml" not in names:
            raise not_a_workbook(self.name, "OpenDocument 表格" if "mimetype" in names else "普通压缩文件")
        total = sum(info.file_size for info in infos)
        if len(infos) > _MOST_ENTRIES:
            raise CrmError(
                f"工作簿由 {len(infos):,} 个部件组成，多得异常，为安全起见没有打开。",
                where=self.name,
                hint="请确认文件来源可靠，把需要的工作表复制到新工作簿再试。",
            )
        if total > _LARGEST_WORKBOOK or any(is_suspect(info) for info in infos):
            raise CrmError(
                f"工作簿解压后异常地大（{total / (1 << 20):,.0f} MB），为安全起见没有打开。",
                where=self.name,
                hint="请确认文件来源可靠，用 Excel 打开、删去空白区域后另存再试。",
            )


def parse_xml(data: bytes, name: str, part: str) -> etree._Element:
    """The root element of a part's bytes; entities and document types, which no workbook needs, are refused.

    Raises:
        CrmError: not well-formed, or it declares a document type.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise damaged(name, part) from error
    refuse_document_type(root, name, part)
    return root


def refuse_document_type(root: etree._Element, name: str, part: str) -> None:
    """Nothing; raises when the document declares a type: the way in for entity bombs."""
    if root.getroottree().docinfo.internalDTD is not None:
        raise damaged(name, f"{part} 含有不允许的 DOCTYPE")


class _Nobody:
    """Is told of no element of a document."""

    def close(self) -> None:
        """The end of the document."""


def check_well_formed(data: bytes, part: str) -> None:
    """Nothing; raises when what we wrote is not XML. Builds no tree, so the largest sheet costs no memory.

    libxml2 with nobody to tell takes a fifth less time than expat.

    Raises:
        ValueError: our own mistake.
    """
    nobody: Any = _Nobody()  # the stubs know no target that leaves methods out
    parser = etree.XMLParser(
        target=nobody, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True
    )
    try:
        etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"{part} is not well-formed: {error}") from error


def to_bytes(root: etree._Element) -> bytes:
    """A part's XML as workbooks carry it: UTF-8, standalone."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _check_kind(path: Path) -> None:
    if path.is_dir():
        raise CrmError(
            "这是一个文件夹，不是工作簿文件。", where=str(path), hint="请写出文件夹里工作簿的文件名。"
        )
    try:
        with path.open("rb") as file:
            start = file.read(512)
            if start.startswith(b"PK"):
                return
            # The stream's name stands in the directory of the old container format, wherever that lies.
            protected = (
                start.startswith(_OLE) and "EncryptedPackage".encode("utf-16-le") in start + file.read()
            )
    except FileNotFoundError as error:
        raise CrmError("找不到文件。", where=str(path), hint="请检查文件夹和文件名是否写对。") from error
    except OSError as error:
        raise _unreadable(path) from error
    if protected:
        raise _protected(path.name)
    if not start:
        raise CrmError(
            "文件是空的（0 字节）。", where=path.name, hint="请等同步盘下载完成，或取“备份”文件夹里的上一份。"
        )
    if start.startswith(_OLE):
        kind = "旧版 Excel 格式（.xls）"
    elif start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        kind = "改了扩展名的网页或 XML"
    elif b"\0" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff")):
        kind = "未知的二进制格式"
    else:
        kind = "改了扩展名的文本（CSV）"
    raise not_a_workbook(path.name, kind)


def _unreadable(path: Path) -> CrmError:
    return CrmError(
        "文件打不开，可能被其他程序占用或没有权限。",
        where=path.name,
        hint="请关闭正在使用它的程序，或复制一份到自己的文件夹再试。",
    )


def _protected(name: str) -> CrmError:
    return CrmError(
        "工作簿设有打开密码，无法读取。",
        where=name,
        hint="请在 Excel 的“文件→信息→保护工作簿→用密码进行加密”里清空密码并保存后再试。",
    )


def not_a_workbook(name: str, kind: str) -> CrmError:
    """The error for a file of some other kind, named in Chinese."""
    return CrmError(
        f"这不是 .xlsx 或 .xlsm 工作簿，而是{kind}。",
        where=name,
        hint="请用 Excel 打开，另存为“Excel 工作簿(*.xlsx)”后再试。",
    )


def is_suspect(info: zipfile.ZipInfo) -> bool:
    """Whether an entry promises more than a part of a workbook has."""
    too_dense = info.file_size > _SUSPECT_SIZE and info.file_size > _SUSPECT_RATIO * info.compress_size
    return too_dense or info.file_size > LARGEST_PART


def _identity(info: zipfile.ZipInfo) -> tuple[object, ...]:
    return info.filename, info.CRC, info.file_size, info.compress_size, info.compress_type, info.date_time
