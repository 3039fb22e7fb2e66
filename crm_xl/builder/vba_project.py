"""Text modules to the bytes of `xl/vbaProject.bin`; no Excel and no Windows needed.

The project holds source text only: `_VBA_PROJECT` says that there is no compiled cache, so Excel compiles
when it opens the file. Source: MS-OVBA 2.2 (streams), 2.3.1 (PROJECT), 2.3.4.2 (dir).
"""

from __future__ import annotations

import re
import struct
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from crm_xl.builder.compound import write_compound
from crm_xl.builder.ovba import compress, obfuscate, record, text_pair

Kind = Literal["standard", "class", "document_workbook", "document_sheet"]

LONGEST_LINE = 1023
CODE_PAGE = 1252
PROJECT_NAME = "VBAProject"
# Made of the name, so that every build of the workbook is one and the same project.
PROJECT_ID = "{" + str(uuid.uuid5(uuid.NAMESPACE_URL, "crm_xl/VBAProject")).upper() + "}"

VB_BASES: dict[Kind, str] = {
    "class": "0{FCFB3D2A-A0FA-1068-A738-08002B3371B5}",
    "document_workbook": "0{00020819-0000-0000-C000-000000000046}",
    "document_sheet": "0{00020820-0000-0000-C000-000000000046}",
}
# The type libraries that every project made by Excel refers to, besides VBA and Excel themselves.
REFERENCES = (
    (
        "stdole",
        r"*\G{00020430-0000-0000-C000-000000000046}#2.0#0#C:\Windows\System32\stdole2.tlb#OLE Automation",
    ),
    (
        "Office",
        r"*\G{2DF8D04C-5BFA-101B-BDE5-00AA0044DE52}#2.0#0#"
        r"C:\Program Files\Common Files\Microsoft Shared\OFFICE16\MSO.DLL"
        r"#Microsoft Office 16.0 Object Library",
    ),
)
# Version FFFF: no cached code, Excel compiles from the source.
NO_CACHE = bytes.fromhex("CC61FFFF000100")
# Each value with its own seed. Bit 1 and 2 of a seed add filler bytes: up to three of them.
SEEDS = {"CMG": 0x2A, "DPB": 0x54, "GC": 0x7E}

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,30}")
_ATTRIBUTE = re.compile(r"Attribute ([A-Za-z0-9_.]+) = (.*)")


@dataclass(frozen=True, kw_only=True)
class Module:
    """One module of a project.

    Args:
        name: as the VBA editor shows it.
        kind: standard, class, or the document module behind the workbook or a sheet.
        source: the whole text as the project stores it, with the Attribute lines of its kind on top.
    """

    name: str
    kind: Kind
    source: str


def build_project(modules: Sequence[Module]) -> bytes:
    """The bytes of `vbaProject.bin`: the same modules give the same bytes.

    Args:
        modules: in the order in which the VBA editor and PROJECT list them; ThisWorkbook among them.

    Raises:
        ValueError: a module Excel would refuse or misread: not ASCII, a line of more than 1023 characters,
            a name that is not allowed or comes twice, Attribute lines missing or doubled.
    """
    for module in modules:
        _check(module)
    for name, count in Counter(module.name.upper() for module in modules).items():
        if count > 1:
            raise ValueError(f"{count} modules are called {name}")
    if [module.kind for module in modules].count("document_workbook") != 1:
        raise ValueError("a project has exactly one workbook module")

    streams = {module.name: compress(_text(module)) for module in modules}
    return write_compound(
        {
            "PROJECT": _project_stream(modules),
            "PROJECTwm": _project_wm(modules),
            "VBA": {"_VBA_PROJECT": NO_CACHE, "dir": compress(_dir_stream(modules)), **streams},
        }
    )


def _text(module: Module) -> bytes:
    return "".join(line + "\r\n" for line in module.source.splitlines()).encode("ascii")


def _check(module: Module) -> None:
    if not _NAME.fullmatch(module.name) or module.name.upper() in {"DIR", "_VBA_PROJECT"}:
        raise ValueError(f"{module.name!r} cannot be the name of a module")
    if not module.source.isascii():
        at = next(index for index, char in enumerate(module.source) if not char.isascii())
        line = module.source.count("\n", 0, at) + 1
        raise ValueError(f"{module.name} line {line} is not ASCII: {module.source[at]!r}")
    if stray := set(re.findall(r"[^\t\r\n\x20-\x7e]", module.source)):
        raise ValueError(f"{module.name} holds control characters {sorted(stray)}")
    lines = module.source.splitlines()
    for number, text in enumerate(lines, 1):
        if len(text) > LONGEST_LINE:
            raise ValueError(f"{module.name} line {number} has {len(text)} characters")
    attributes: dict[str, str] = {}
    for found in filter(None, map(_ATTRIBUTE.fullmatch, lines)):
        key, value = found.groups()
        if key in attributes:
            raise ValueError(f"{module.name} has Attribute {key} twice")
        attributes[key] = value
    if attributes.get("VB_Name") != f'"{module.name}"':
        raise ValueError(f"{module.name} is called {attributes.get('VB_Name')} by its own VB_Name")
    base = VB_BASES.get(module.kind)
    if attributes.get("VB_Base") != (base and f'"{base}"'):
        raise ValueError(f"{module.name} has VB_Base {attributes.get('VB_Base')}, a {module.kind} has {base}")
    if lines[0].startswith("VERSION "):
        raise ValueError(f"{module.name} still has the header of an exported class")


def _dir_stream(modules: Sequence[Module]) -> bytes:
    parts = [
        record(0x01, struct.pack("<I", 3)),  # SysKind: 64-bit Windows
        record(0x02, struct.pack("<I", 0x409)),
        record(0x14, struct.pack("<I", 0x409)),
        record(0x03, struct.pack("<H", CODE_PAGE)),
        record(0x04, PROJECT_NAME.encode("ascii")),
        text_pair(0x05, 0x40, ""),
        # The second record of a help file is code page bytes too, not UTF-16: here both are empty.
        text_pair(0x06, 0x3D, ""),
        record(0x07, struct.pack("<I", 0)),
        record(0x08, struct.pack("<I", 0)),
        # The size field of the version says 4 though 6 bytes follow.
        record(0x09, struct.pack("<IH", 1, 0), size=4),
        text_pair(0x0C, 0x3C, ""),
    ]
    for name, library in REFERENCES:
        address = library.encode("ascii")
        parts.append(text_pair(0x16, 0x3E, name))
        parts.append(record(0x0D, struct.pack("<I", len(address)) + address + bytes(6)))
    parts.append(record(0x0F, struct.pack("<H", len(modules))))
    parts.append(record(0x13, struct.pack("<H", 0xFFFF)))
    for module in modules:
        parts += [
            text_pair(0x19, 0x47, module.name),
            text_pair(0x1A, 0x32, module.name),
            text_pair(0x1C, 0x48, ""),
            record(0x31, struct.pack("<I", 0)),  # no cache in front of the source
            record(0x1E, struct.pack("<I", 0)),
            record(0x2C, struct.pack("<H", 0xFFFF)),
            record(0x21 if module.kind == "standard" else 0x22),
            record(0x2B),
        ]
    parts.append(record(0x10))
    return b"".join(parts)


def _project_stream(modules: Sequence[Module]) -> bytes:
    def line(module: Module) -> str:
        if module.kind == "standard":
            return f"Module={module.name}"
        if module.kind == "class":
            return f"Class={module.name}"
        return f"Document={module.name}/&H00000000"

    # Protection: none; password: none; visibility: shown.
    plain = {"CMG": bytes(4), "DPB": b"\0", "GC": b"\xff"}
    lines = [
        f'ID="{PROJECT_ID}"',
        *map(line, modules),
        f'Name="{PROJECT_NAME}"',
        'HelpContextID="0"',
        'VersionCompatible32="393222000"',
        *(
            f'{key}="{obfuscate(value, project_id=PROJECT_ID, seed=SEEDS[key])}"'
            for key, value in plain.items()
        ),
        "",
        "[Host Extender Info]",
        "&H00000001={3832D640-CF90-11CF-8E43-00A0C911005A};VBE;&H00000000",
        "",
        "[Workspace]",
        *(f"{module.name}=0, 0, 0, 0, C" for module in modules),
    ]
    return "".join(text + "\r\n" for text in lines).encode("ascii")


def _project_wm(modules: Sequence[Module]) -> bytes:
    names = [module.name for module in modules]
    pairs = (name.encode("ascii") + b"\0" + name.encode("utf-16-le") + b"\0\0" for name in names)
    return b"".join(pairs) + b"\0\0"
