"""Whether a workbook and this program belong together: the version of the declarations it was built from."""

from __future__ import annotations

from typing import Protocol

from crm_xl.books.protocol import Cell
from crm_xl.errors import CrmError
from crm_xl.tables.cells import SCHEMA_VERSION, VERSION


class Versioned(Protocol):
    """A workbook that can be asked what a named cell holds."""

    name: str

    def value(self, name: str) -> Cell:
        """What stands in the cell of that defined name; None where there is none."""


def version_of(cell: Cell) -> int | None:
    """The version a cell tells, in figures or text; None where it tells none.

    >>> version_of(" 3.0 "), version_of(3.0), version_of("三"), version_of(None)
    (3, 3, None, None)
    """
    text = str(cell).strip().removesuffix(".0") if cell is not None else ""
    return int(text) if text.isascii() and text.isdigit() else None


def version_fault(version: int | None, where: str = "") -> CrmError | None:
    """What stands in the way of using a workbook of that version; None where nothing does.

    A workbook that tells no version is somebody's own with tables of the declared names: it is taken as it is.

    Args:
        version: what `version_of` says.
        where: the workbook's name.
    """
    if version is None or version == SCHEMA_VERSION:
        return None
    if version < SCHEMA_VERSION:
        return CrmError(
            f"工作簿的表结构（版本 {version}）比程序（版本 {SCHEMA_VERSION}）旧。",
            where=where,
            hint="请关闭它，再运行 crm-xl upgrade 文件名：数据和参数会带入一份新版副本，原文件不变。",
        )
    return CrmError(
        f"工作簿的表结构（版本 {version}）比程序（版本 {SCHEMA_VERSION}）新。",
        where=where,
        hint="请先升级 crm_xl 程序，再使用这个工作簿。",
    )


def refuse_other_versions(book: Versioned) -> None:
    """Nothing; a workbook whose tables are not those of this program goes no further.

    Raises:
        CrmError: it is older or newer, with what to do about it.
    """
    if fault := version_fault(version_of(book.value(VERSION.name)), book.name):
        raise fault


def refuse_newer(book: Versioned) -> None:
    """Nothing; a workbook that may hold what this program does not know goes no further.

    Raises:
        CrmError: it is newer.
    """
    version = version_of(book.value(VERSION.name))
    if version is not None and version > SCHEMA_VERSION and (fault := version_fault(version, book.name)):
        raise fault
