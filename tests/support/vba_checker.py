"""The strict checker of a VBA project: every rule that Excel may refuse a file for and that we know of.

`check` returns findings as sentences, none for a good project. It must not import the writer: two readings
of the specification that agree are worth more than one.
"""

from __future__ import annotations

import itertools
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import olefile

from tests.support.ovba_reader import Dir, MalformedError, decompress, read_dir, reveal
from tests.support.vba_package import check_package

NO_STREAM = 0xFFFFFFFF
DOCUMENT_ATTRIBUTES = (
    "VB_Name",
    "VB_Base",
    "VB_GlobalNameSpace",
    "VB_Creatable",
    "VB_PredeclaredId",
    "VB_Exposed",
    "VB_TemplateDerived",
    "VB_Customizable",
)
CLASS_BASE = "0{FCFB3D2A-A0FA-1068-A738-08002B3371B5}"
DOCUMENT_BASES = {
    "0{00020819-0000-0000-C000-000000000046}": "workbook",
    "0{00020820-0000-0000-C000-000000000046}": "sheet",
}
ATTRIBUTE = re.compile(r"Attribute ([\w.]+) = (.*)")


def check(vba_bin: bytes, workbook: bytes | Path | None = None) -> list[str]:
    """Everything wrong with a `vbaProject.bin`, and with how a workbook uses it.

    Args:
        vba_bin: the project.
        workbook: the package (its bytes or path) that holds the project.
    """
    findings: list[str] = []
    try:
        streams = dict(_streams(vba_bin, findings))
    except MalformedError as error:
        return [*findings, str(error)]
    except (OSError, IndexError, ValueError) as error:
        # olefile refuses a file in many words; here they are all one finding.
        return [*findings, f"not a sound compound file: {error}"]
    project = _read_project(streams, findings)
    sources: dict[str, str] = {}
    try:
        listed = read_dir(decompress(streams["VBA/dir"]))
    except KeyError:
        findings.append("no stream VBA/dir")
    except MalformedError as error:
        findings.append(str(error))
    else:
        sources = dict(_sources(listed, streams, findings))
        findings += _dir_findings(listed, streams, project)
        findings += _source_findings(listed, sources, project)
    if workbook is not None:
        package = workbook if isinstance(workbook, bytes) else workbook.read_bytes()
        with zipfile.ZipFile(BytesIO(package)) as parts:
            findings += check_package(parts, vba_bin, sources, _documents(sources))
    return findings


def _streams(vba_bin: bytes, findings: list[str]) -> Iterator[tuple[str, bytes]]:
    """The streams by path; findings about the file around them."""
    with olefile.OleFileIO(vba_bin, raise_defects=olefile.DEFECT_POTENTIAL) as ole:
        if ole.dll_version != 3 or ole.sector_size != 512 or ole.mini_sector_size != 64:
            findings.append("not a version 3 compound file with 512 and 64 byte sectors")
        reached: list[int] = []
        findings += _tree_findings(ole, 0, reached)
        for entry in ole.direntries:
            if entry is None:
                continue
            if entry.createTime or entry.modifyTime or entry.clsid:
                findings.append(f"{entry.name} carries a time or a class id: builds will differ")
            if entry.sid not in reached and entry.sid:
                findings.append(f"directory entry {entry.name} hangs on no storage")
        for path in ole.listdir():
            with ole.openstream(path) as stream:
                yield "/".join(path), stream.read()
    if ole.parsing_issues:
        findings += [f"compound file: {issue[1]}" for issue in ole.parsing_issues]


def _tree_findings(ole: olefile.OleFileIO, storage: int, reached: list[int]) -> Iterator[str]:
    """Findings about the order of names in a storage and all storages below it."""
    entries = ole.direntries
    ordered: list[int] = []

    def walk(number: int, parent_is_red: bool, top: bool = False) -> Iterator[str]:
        if number == NO_STREAM:
            return
        if number >= len(entries) or entries[number] is None or number in reached:
            yield f"directory entry {number} is linked wrongly"
            return
        reached.append(number)
        entry = entries[number]
        # Excel leaves the top of a tree red itself; readers take it as black.
        red = entry.color == 0 and not top
        if red and parent_is_red:
            yield f"{entry.name} and its parent are both red"
        yield from walk(entry.sid_left, red)
        ordered.append(number)
        yield from walk(entry.sid_right, red)

    yield from walk(entries[storage].sid_child, False, True)
    keys = [(len(entries[number].name), entries[number].name.upper()) for number in ordered]
    for before, after in itertools.pairwise(keys):
        if before >= after:
            yield f"directory order: {after[1]} comes after {before[1]}"
    for number in ordered:
        if entries[number].entry_type == olefile.STGTY_STORAGE:
            yield from _tree_findings(ole, number, reached)


def _read_project(streams: dict[str, bytes], findings: list[str]) -> dict[str, list[str]]:
    """The PROJECT stream as key to values, `Name/kind` pairs under MODULES; findings about it."""
    found: dict[str, list[str]] = {}
    if "PROJECT" not in streams:
        findings.append("no stream PROJECT")
        return found
    text = streams["PROJECT"].decode("latin-1")
    if not text.isascii():
        findings.append("PROJECT is not ASCII")
    if "\n" in text.replace("\r\n", "") or not text.endswith("\r\n"):
        findings.append("a line of PROJECT does not end with CR LF")
    main, _, rest = text.partition("\r\n\r\n[Host Extender Info]\r\n")
    extender, _, workspace = rest.partition("\r\n\r\n[Workspace]\r\n")
    if extender != "&H00000001={3832D640-CF90-11CF-8E43-00A0C911005A};VBE;&H00000000":
        findings.append("PROJECT does not name the VBE host extender")
    for line in main.split("\r\n"):
        key, equals, value = line.partition("=")
        if not equals:
            findings.append(f"PROJECT line {line!r} has no value")
        if key in ("Module", "Class", "Document"):
            if key == "Document":
                value, _, version = value.partition("/")
                if version != "&H00000000":
                    findings.append(f"PROJECT: document {value} has type library version {version!r}")
            found.setdefault("MODULES", []).append(f"{value}/{key}")
        else:
            found.setdefault(key, []).append(value.strip('"'))
    found["WORKSPACE"] = [line.partition("=")[0] for line in workspace.split("\r\n") if line]
    findings += _protection_findings(found)
    for key, value in (("HelpContextID", "0"), ("VersionCompatible32", "393222000")):
        if found.get(key) != [value]:
            findings.append(f"PROJECT: {key} is {found.get(key)}, not {value}")
    return found


def _protection_findings(project: dict[str, list[str]]) -> Iterator[str]:
    identifier = project.get("ID", [""])[0]
    if not re.fullmatch(r"\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}", identifier):
        yield f"PROJECT: ID {identifier!r} is not a GUID in braces"
    for key, expected in (("CMG", bytes(4)), ("DPB", b"\0"), ("GC", b"\xff")):
        values = project.get(key, [])
        if len(values) != 1:
            yield f"PROJECT has {len(values)} lines {key}"
            continue
        try:
            plain = reveal(values[0], identifier)
        except MalformedError as error:
            yield f"PROJECT: {key}: {error}"
        else:
            if plain != expected:
                yield f"PROJECT: {key} says {plain.hex()}, not {expected.hex()}"


def _sources(listed: Dir, streams: dict[str, bytes], findings: list[str]) -> Iterator[tuple[str, str]]:
    """Each module's text by name; findings about offsets, containers, characters."""
    for module in listed.modules:
        stream = streams.get(f"VBA/{module.stream}")
        if stream is None:
            findings.append(f"dir lists {module.name}, there is no stream {module.stream}")
            continue
        if module.offset:
            findings.append(f"{module.name}: source at offset {module.offset}, not 0")
        if module.cookie != 0xFFFF:
            findings.append(f"{module.name}: cookie {module.cookie:04X}, not FFFF")
        try:
            plain = decompress(stream[module.offset :])
        except MalformedError as error:
            findings.append(f"{module.name}: {error}")
            continue
        if not plain.isascii():
            findings.append(f"{module.name} is not ASCII")
        yield module.name, plain.decode("latin-1")


def _dir_findings(listed: Dir, streams: dict[str, bytes], project: dict[str, list[str]]) -> Iterator[str]:
    """Where dir, PROJECT, PROJECTwm and the streams disagree."""
    names = [module.name for module in listed.modules]
    if listed.surplus:
        yield f"{listed.surplus} bytes behind the terminator of dir"
    if listed.system not in (1, 3):
        yield f"dir: SysKind {listed.system}, not 1 or 3"
    if listed.code_page != 1252:
        yield f"dir: code page {listed.code_page}, not 1252"
    if project.get("Name") != [listed.name]:
        yield f"dir calls the project {listed.name}, PROJECT {project.get('Name')}"
    if listed.references != ["stdole", "Office"]:
        yield f"dir refers to {listed.references}, not stdole and Office"
    for name, count in Counter(name.upper() for name in names).items():
        if count > 1:
            yield f"dir lists {name} {count} times"
    for module in listed.modules:
        if module.stream != module.name:
            yield f"{module.name} is in a stream called {module.stream}"
        if not re.fullmatch(r"[A-Za-z]\w{0,30}", module.name, re.ASCII):
            yield f"{module.name!r} cannot be the name of a module"
    if streams.get("VBA/_VBA_PROJECT") != bytes.fromhex("CC61FFFF000100"):
        yield "_VBA_PROJECT is not the one that says: no cached code"
    expected = {"PROJECT", "PROJECTwm", "VBA/dir", "VBA/_VBA_PROJECT", *(f"VBA/{name}" for name in names)}
    for extra in sorted(streams.keys() - expected):
        yield f"stream {extra} belongs to nothing"

    pairs = b"".join(name.encode("latin-1") + b"\0" + name.encode("utf-16-le") + b"\0\0" for name in names)
    if streams.get("PROJECTwm") != pairs + b"\0\0":
        yield "PROJECTwm is missing or does not list the modules of dir"
    kinds = [entry.split("/") for entry in project.get("MODULES", [])]
    if [name for name, _ in kinds] != names:
        yield f"PROJECT lists {[name for name, _ in kinds]}, dir {names}"
    for (name, kind), module in zip(kinds, listed.modules, strict=False):
        if (kind == "Module") != module.procedural:
            yield f"{name} is a {kind} in PROJECT and of the other type in dir"
    if project.get("WORKSPACE") != names:
        yield "the windows under [Workspace] are not those of the modules"


def _source_findings(listed: Dir, sources: dict[str, str], project: dict[str, list[str]]) -> Iterator[str]:
    """What is wrong in the text of the modules and in their Attribute lines."""
    kinds = dict(entry.split("/") for entry in project.get("MODULES", []))
    for name, source in sources.items():
        if "\n" in source.replace("\r\n", "") or "\r" in source.replace("\r\n", ""):
            yield f"{name}: a line does not end with CR LF"
        if not source.endswith("\r\n"):
            yield f"{name}: the last line does not end with CR LF"
        lines = source.split("\r\n")
        if any(len(line) > 1023 for line in lines):
            yield f"{name}: a line of more than 1023 characters"
        attributes = [match.groups() for match in map(ATTRIBUTE.fullmatch, lines) if match]
        keys = [key for key, _ in attributes]
        for key, count in Counter(keys).items():
            if count > 1:
                yield f"{name}: Attribute {key} {count} times"
        values = dict(attributes)
        if lines[0] != f'Attribute VB_Name = "{name}"':
            yield f"{name}: the first line is {lines[0][:60]!r}, not its VB_Name"
        base = values.get("VB_Base", "").strip('"')
        kind = kinds.get(name, "")
        header = tuple(keys[: len(DOCUMENT_ATTRIBUTES)])
        if kind == "Module" and "VB_Base" in values:
            yield f"{name}: a standard module has no VB_Base"
        if kind == "Class" and base != CLASS_BASE:
            yield f"{name}: VB_Base {base!r} is not that of a class"
        if kind == "Document" and base not in DOCUMENT_BASES:
            yield f"{name}: VB_Base {base!r} is not that of a workbook or sheet"
        if kind in ("Class", "Document") and header != DOCUMENT_ATTRIBUTES:
            yield f"{name}: starts with the attributes {header}"
        if kind == "Document" and values.get("VB_PredeclaredId") != "True":
            yield f"{name}: a document module has VB_PredeclaredId = True"
    workbooks = [name for name, kind in _documents(sources).items() if kind == "workbook"]
    if len(workbooks) != 1:
        yield f"{len(workbooks)} modules are that of the workbook: {workbooks}"


def _documents(sources: dict[str, str]) -> dict[str, str]:
    """Name of each document module to `workbook` or `sheet`."""
    found = {}
    for name, source in sources.items():
        base = re.search(r'^Attribute VB_Base = "(.*?)"', source, re.MULTILINE)
        if base and base[1] in DOCUMENT_BASES:
            found[name] = DOCUMENT_BASES[base[1]]
    return found
