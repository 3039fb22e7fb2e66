"""The strict checker finds nothing in a good project and the very fault in each spoiled one."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from functools import cache
from io import BytesIO

import pytest
from pyopenvba._templates import EMPTY_XLSM_BYTES

from crm_xl.builder.ovba import obfuscate, text_pair
from crm_xl.builder.vba_project import PROJECT_ID, build_project
from tests.support.vba_checker import check
from tests.support.vba_samples import (
    rebuilt,
    sample_modules,
    spoiled,
    spoiled_text,
    streams_of,
    workbook_with,
)

OFFSET_OF_FIRST_MODULE = struct.pack("<HII", 0x31, 4, 0)
COOKIE = struct.pack("<HIH", 0x2C, 2, 0xFFFF)
CLASS_TYPE, STANDARD_TYPE = struct.pack("<HI", 0x22, 0), struct.pack("<HI", 0x21, 0)


@cache
def good() -> bytes:
    return build_project(sample_modules())


def swap(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        assert old in data
        return data.replace(old, new, 1)

    return change


def in_dir(old: bytes, new: bytes) -> bytes:
    return spoiled_text(good(), "VBA/dir", swap(old, new))


def in_project(old: str, new: str) -> bytes:
    return spoiled(good(), "PROJECT", swap(old.encode(), new.encode()))


def in_module(name: str, old: bytes, new: bytes) -> bytes:
    return spoiled_text(good(), f"VBA/{name}", swap(old, new))


def protection(key: str, value: bytes, project_id: str = PROJECT_ID) -> bytes:
    start = f'{key}="'.encode()

    def change(data: bytes) -> bytes:
        before, _, rest = data.partition(start)
        return (
            before
            + start
            + obfuscate(value, project_id=project_id, seed=9).encode()
            + rest[rest.index(b'"') :]
        )

    return spoiled(good(), "PROJECT", change)


def entry_position(name: str) -> int:
    position = good().index(name.encode("utf-16-le") + b"\0\0\0\0")
    return position - (position % 128)


def in_entry(name: str, field: int, value: bytes) -> bytes:
    at = entry_position(name) + field
    return good()[:at] + value + good()[at + len(value) :]


def swapped_siblings() -> bytes:
    """The top of the tree under VBA with its left and right branch exchanged."""
    child = struct.unpack_from("<I", good(), entry_position("VBA") + 76)[0]
    directory = entry_position("Root Entry")
    at = directory + child * 128 + 68
    return good()[:at] + good()[at + 4 : at + 8] + good()[at : at + 4] + good()[at + 8 :]


def all_red() -> bytes:
    """Every directory entry painted red."""
    start = entry_position("Root Entry")
    data = bytearray(good())
    # Every stream has an entry, and so have the root and the storage VBA.
    for number in range(len(streams_of(good())) + 2):
        data[start + 128 * number + 67] = 0
    return bytes(data)


SPOILED: dict[str, tuple[Callable[[], bytes], str]] = {
    "source at a wrong offset": (
        lambda: in_dir(OFFSET_OF_FIRST_MODULE, struct.pack("<HII", 0x31, 4, 9)),
        "source at offset 9",
    ),
    "module stream missing": (lambda: spoiled(good(), "VBA/Hello", lambda _: None), "no stream Hello"),
    "stream that nothing lists": (
        lambda: rebuilt({**streams_of(good()), "VBA/Extra": b"x"}),
        "VBA/Extra belongs to nothing",
    ),
    "directory out of order": (swapped_siblings, "directory order"),
    "entry with a time": (lambda: in_entry("VBA", 100, b"\1"), "carries a time"),
    "two red entries in a row": (all_red, "both red"),
    "file cut short": (lambda: good()[:-2048], "not a sound compound file"),
    "file cut to its header": (lambda: good()[:512], "not a sound compound file"),
    "not a compound file": (lambda: b"PK" + good()[2:], "not a sound compound file"),
    "workbook module of a sheet": (
        lambda: in_module("ThisWorkbook", b"00020819", b"00020820"),
        "0 modules are that of the workbook",
    ),
    "sheet module of a workbook": (
        lambda: in_module("Sheet1", b"00020820", b"00020819"),
        "2 modules are that of the workbook",
    ),
    "document of unknown base": (
        lambda: in_module("Sheet1", b"00020820", b"00020821"),
        "not that of a workbook or sheet",
    ),
    "class without its base": (lambda: in_module("Dictionary", b"FCFB3D2A", b"00000000"), "of a class"),
    "standard module with a base": (
        lambda: in_module("Hello", b"Option", b'Attribute VB_Base = "0"\r\nOption'),
        "has no VB_Base",
    ),
    "attribute line twice": (
        lambda: in_module("Sheet1", b"\r\n", b"\r\nAttribute VB_Exposed = True\r\n"),
        "VB_Exposed 2 times",
    ),
    "attribute line missing": (
        lambda: in_module("Sheet2", b"Attribute VB_Creatable = False\r\n", b""),
        "starts with the attributes",
    ),
    "document not predeclared": (
        lambda: in_module("Sheet2", b"PredeclaredId = True", b"PredeclaredId = False"),
        "VB_PredeclaredId",
    ),
    "another VB_Name": (lambda: in_module("Hello", b'"Hello"', b'"Hallo"'), "not its VB_Name"),
    "header of an exported class": (
        lambda: in_module("Dictionary", b"Attribute VB_Name", b"VERSION 1.0 CLASS\r\nAttribute VB_Name"),
        "not its VB_Name",
    ),
    "not ASCII": (lambda: in_module("Hello", b"Option", "'客户\r\nOption".encode("gbk")), "not ASCII"),
    "unix line ends": (lambda: in_module("Hello", b"\r\n", b"\n"), "CR LF"),
    "last line open": (lambda: in_module("Hello", b"End Function\r\n", b"End Function"), "last line"),
    "line too long": (lambda: in_module("Hello", b"Option", b"'" + b"x" * 1023 + b"\r\nOption"), "1023"),
    "module count too high": (
        lambda: in_dir(struct.pack("<HIH", 0x0F, 2, 6), struct.pack("<HIH", 0x0F, 2, 7)),
        "counts 7 modules and lists 6",
    ),
    "module twice in dir": (
        lambda: in_dir(text_pair(0x19, 0x47, "Sheet2"), text_pair(0x19, 0x47, "Sheet1")),
        "SHEET1 2 times",
    ),
    "wide name differs": (
        lambda: in_dir("Hello".encode("utf-16-le"), "Hallo".encode("utf-16-le")),
        "records 19 and 47 differ",
    ),
    "stream of another name": (
        lambda: in_dir(text_pair(0x1A, 0x32, "Hello"), text_pair(0x1A, 0x32, "xlwings")),
        "in a stream called xlwings",
    ),
    "records in another order": (
        lambda: in_dir(
            struct.pack("<HII", 0x07, 4, 0) + struct.pack("<HII", 0x08, 4, 0),
            struct.pack("<HII", 0x08, 4, 0) + struct.pack("<HII", 0x07, 4, 0),
        ),
        "08 at 78 where 07 belongs",
    ),
    "code page 936": (
        lambda: in_dir(struct.pack("<HIH", 3, 2, 1252), struct.pack("<HIH", 3, 2, 936)),
        "code page 936",
    ),
    "unknown system": (
        lambda: in_dir(struct.pack("<HII", 1, 4, 3), struct.pack("<HII", 1, 4, 9)),
        "SysKind 9",
    ),
    "version with an honest size": (
        lambda: in_dir(struct.pack("<HI", 9, 4), struct.pack("<HI", 9, 6)),
        "09 says size 6",
    ),
    "reference of a wrong size": (
        lambda: in_dir(b"OLE Automation" + bytes(6), b"OLE Automation!" + bytes(5)),
        "stdole has a wrong size",
    ),
    "reference renamed": (
        lambda: in_dir(text_pair(0x16, 0x3E, "stdole"), text_pair(0x16, 0x3E, "stdold")),
        "refers to",
    ),
    "class as standard module": (lambda: in_dir(CLASS_TYPE, STANDARD_TYPE), "of the other type in dir"),
    "cookie": (lambda: in_dir(COOKIE, struct.pack("<HIH", 0x2C, 2, 1)), "cookie 0001"),
    "dir without its end": (
        lambda: spoiled_text(good(), "VBA/dir", lambda data: data[:-6]),
        "before its terminator",
    ),
    "dir with a surplus": (
        lambda: spoiled_text(good(), "VBA/dir", lambda data: data + bytes(2)),
        "2 bytes behind",
    ),
    "dir missing": (lambda: spoiled(good(), "VBA/dir", lambda _: None), "no stream VBA/dir"),
    "container cut short": (
        lambda: spoiled(good(), "VBA/xlwings", lambda data: data[:-3]),
        "past the container",
    ),
    "container without signature": (
        lambda: spoiled(good(), "VBA/xlwings", lambda data: b"\0" + data[1:]),
        "signature byte 01",
    ),
    "chunk without signature": (
        lambda: spoiled(good(), "VBA/xlwings", lambda data: data[:2] + bytes([data[2] & 0x8F]) + data[3:]),
        "has signature 0",
    ),
    "compiled cache claimed": (
        lambda: spoiled(good(), "VBA/_VBA_PROJECT", lambda _: bytes.fromhex("CC61B500000100")),
        "no cached code",
    ),
    "PROJECT missing": (lambda: spoiled(good(), "PROJECT", lambda _: None), "no stream PROJECT"),
    "PROJECTwm missing": (lambda: spoiled(good(), "PROJECTwm", lambda _: None), "PROJECTwm"),
    "PROJECTwm without a module": (
        lambda: spoiled(good(), "PROJECTwm", swap(b"Hello\0" + "Hello".encode("utf-16-le") + b"\0\0", b"")),
        "PROJECTwm",
    ),
    "PROJECT without a module": (lambda: in_project("Module=Hello\r\n", ""), "PROJECT lists"),
    "PROJECT in another order": (
        lambda: in_project("Module=xlwings\r\nClass=Dictionary", "Class=Dictionary\r\nModule=xlwings"),
        "PROJECT lists",
    ),
    "module as class in PROJECT": (lambda: in_project("Module=Hello", "Class=Hello"), "Hello is a Class"),
    "document with a type library": (lambda: in_project("Sheet1/&H00000000", "Sheet1/&H1"), "'&H1'"),
    "project of another name": (lambda: in_project('Name="VBA', 'Name="ABV'), "calls the project"),
    "unix line ends in PROJECT": (lambda: in_project("\r\n", "\n"), "line of PROJECT"),
    "no host extender": (lambda: in_project("3832D640", "3832D641"), "host extender"),
    "no window": (lambda: in_project("Hello=0, 0, 0, 0, C\r\n", ""), "[Workspace]"),
    "no value": (lambda: in_project('HelpContextID="0"', "HelpContextID"), "has no value"),
    "other VersionCompatible32": (lambda: in_project("393222000", "393222001"), "VersionCompatible32"),
    "ID without braces": (lambda: in_project(PROJECT_ID, PROJECT_ID[1:-1]), "not a GUID"),
    "another ID": (lambda: in_project(PROJECT_ID, "{" + "0" + PROJECT_ID[2:]), "another project id"),
    "locked": (lambda: protection("CMG", b"\1\0\0\0"), "CMG says 01000000"),
    "password": (lambda: protection("DPB", b"\1"), "DPB says 01"),
    "hidden": (lambda: protection("GC", b"\0"), "GC says 00"),
    "CMG too long": (lambda: protection("CMG", bytes(5)), "CMG says 0000000000"),
    "CMG not hexadecimal": (lambda: in_project('CMG="2', 'CMG="X'), "not hexadecimal"),
    "CMG of another version": (lambda: in_project('CMG="2A28', 'CMG="2A29'), "by version 3"),
    "CMG missing": (lambda: in_project("CMG=", "CMH="), "0 lines CMG"),
}


def test_a_good_project_has_no_findings() -> None:
    assert check(good(), workbook_with(good())) == []


@pytest.mark.parametrize("case", SPOILED)
def test_each_fault_is_found(case: str) -> None:
    make, finding = SPOILED[case]
    findings = check(make())
    assert [text for text in findings if finding in text], findings


def test_of_a_project_that_excel_wrote_only_the_known_differences_are_found() -> None:
    """Excel caches compiled code, stamps times and leaves 4 bytes behind dir; all else must be as ours."""
    with zipfile.ZipFile(BytesIO(EMPTY_XLSM_BYTES)) as package:
        findings = check(package.read("xl/vbaProject.bin"), EMPTY_XLSM_BYTES)
    known = ("carries a time", "source at offset", "cookie", "4 bytes behind", "no cached code")
    assert [text for text in findings if not any(part in text for part in known)] == []


def changed(workbook: bytes, part: str, change: Callable[[bytes], bytes | None]) -> bytes:
    """The package with one part changed or left out."""
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(workbook)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = change(old.read(name)) if name == part else old.read(name)
            if data is not None:
                new.writestr(name, data)
    return target.getvalue()


def with_part(workbook: bytes, part: str, text: str) -> bytes:
    target = BytesIO(workbook)
    with zipfile.ZipFile(target, "a") as package:
        package.writestr(part, text)
    return target.getvalue()


RIBBON = '<customUI xmlns="urn:x"><button id="a" onAction="{macro}" onLoad="Hello.TWICE"/></customUI>'
BUTTON = '<xml xmlns:x="urn:x"><x:FmlaMacro>[0]!{macro}</x:FmlaMacro></xml>'

SPOILED_PACKAGES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "sheet of another code name": (
        lambda _: workbook_with(good(), ("Sheet1", "Sheet3")),
        "code names of the sheet",
    ),
    "a sheet too many": (
        lambda _: workbook_with(good(), ("Sheet1", "Sheet2", "Sheet3")),
        "code names of the sheet",
    ),
    "a sheet too few": (lambda _: workbook_with(good(), ("Sheet1",)), "code names of the sheet"),
    "workbook of another code name": (
        lambda _: workbook_with(good(), book="Book"),
        "code names of the workbook",
    ),
    "another project": (lambda book: changed(book, "xl/vbaProject.bin", lambda _: b"x"), "hold this project"),
    "no project": (lambda book: changed(book, "xl/vbaProject.bin", lambda _: None), "hold this project"),
    "no content type": (
        lambda book: changed(book, "[Content_Types].xml", swap(b"ms-office.vbaProject", b"ms-office.x")),
        "no content type",
    ),
    "not macro-enabled": (
        lambda book: changed(book, "[Content_Types].xml", swap(b"macroEnabled.main", b"main")),
        "not declared macro-enabled",
    ),
    "no relationship": (
        lambda book: changed(book, "xl/_rels/workbook.xml.rels", swap(b"relationships/vbaProject", b"x")),
        "no relationship",
    ),
    "ribbon calls what is not there": (
        lambda book: with_part(book, "customUI/customUI14.xml", RIBBON.format(macro="Hello.THRICE")),
        "calls Hello.THRICE",
    ),
    "button calls what is not there": (
        lambda book: with_part(book, "xl/drawings/vmlDrawing1.vml", BUTTON.format(macro="Hello.THRICE")),
        "calls Hello.THRICE",
    ),
}


@pytest.mark.parametrize("case", SPOILED_PACKAGES)
def test_each_fault_of_the_workbook_is_found(case: str) -> None:
    spoil, finding = SPOILED_PACKAGES[case]
    findings = check(good(), spoil(workbook_with(good())))
    assert [text for text in findings if finding in text], findings


def test_macros_that_exist_may_be_called() -> None:
    book = with_part(workbook_with(good()), "customUI/customUI14.xml", RIBBON.format(macro="Hello.TWICE"))
    book = with_part(book, "xl/drawings/vmlDrawing1.vml", BUTTON.format(macro="TWICE"))
    assert check(good(), book) == []
