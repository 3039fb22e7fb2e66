"""A small macro workbook and the means to spoil its VBA project stream by stream."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO

import olefile
import xlsxwriter

from crm_xl.builder.compound import Content, write_compound
from crm_xl.builder.ovba import compress
from crm_xl.builder.vba_modules import document_module, standalone_modules, standard_module
from crm_xl.builder.vba_project import Module
from tests.support.ovba_reader import decompress

SHEETS = ("Sheet1", "Sheet2")
HELLO = """\
Attribute VB_Name = "Hello"
Option Explicit

Public Function TWICE(x As Double) As Double
    TWICE = 2 * x
End Function
"""


def sample_modules(sheets: Sequence[str] = SHEETS) -> list[Module]:
    """The modules of a workbook with two sheets, one module of its own and xlwings."""
    return [
        document_module("ThisWorkbook", "document_workbook", "Option Explicit\n"),
        *(document_module(name, "document_sheet") for name in sheets),
        *standalone_modules(),
        standard_module(HELLO),
    ]


def workbook_with(vba_bin: bytes, code_names: Sequence[str] = SHEETS, book: str = "ThisWorkbook") -> bytes:
    """A macro workbook that holds the project."""
    target = BytesIO()
    workbook = xlsxwriter.Workbook(target, {"in_memory": True})
    workbook.add_vba_project(BytesIO(vba_bin), is_stream=True)
    workbook.set_vba_name(book)
    for name in code_names:
        workbook.add_worksheet().set_vba_name(name)
    workbook.close()
    return target.getvalue()


def streams_of(vba_bin: bytes) -> dict[str, bytes]:
    """The streams of a compound file by path."""
    with olefile.OleFileIO(vba_bin) as ole:
        found = {}
        for path in ole.listdir():
            with ole.openstream(path) as stream:
                found["/".join(path)] = stream.read()
    return found


def rebuilt(streams: dict[str, bytes]) -> bytes:
    """A compound file of streams by path."""
    inner: dict[str, Content] = {
        path.removeprefix("VBA/"): data for path, data in streams.items() if path.startswith("VBA/")
    }
    outer: dict[str, Content] = {path: data for path, data in streams.items() if "/" not in path}
    return write_compound({**outer, "VBA": inner})


def spoiled(vba_bin: bytes, path: str, change: Callable[[bytes], bytes | None]) -> bytes:
    """The project with one stream changed, or left out where the change gives None."""
    streams = streams_of(vba_bin)
    data = change(streams.pop(path))
    return rebuilt(streams if data is None else {**streams, path: data})


def spoiled_text(vba_bin: bytes, path: str, change: Callable[[bytes], bytes]) -> bytes:
    """The project with the content of one compressed stream changed."""
    return spoiled(vba_bin, path, lambda data: compress(change(decompress(data))))
