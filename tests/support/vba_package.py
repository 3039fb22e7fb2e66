"""What ties a VBA project to its workbook: parts, types, relationships, code names, macro names."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping

from lxml import etree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATIONSHIPS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
OFFICE = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
VBA_PART = "xl/vbaProject.bin"
VBA_TYPE = "application/vnd.ms-office.vbaProject"
BOOK_TYPE = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
VBA_RELATIONSHIP = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
CALLBACK = re.compile(r"on[A-Z]\w*|get[A-Z]\w*|loadImage")


def check_package(
    package: zipfile.ZipFile, vba_bin: bytes, sources: Mapping[str, str], documents: Mapping[str, str]
) -> Iterator[str]:
    """Findings about a macro workbook around its project.

    Args:
        package: the open workbook.
        vba_bin: the project that it should hold.
        sources: text of every module.
        documents: name of every document module to `workbook` or `sheet`.
    """
    names = set(package.namelist())
    if VBA_PART not in names or package.read(VBA_PART) != vba_bin:
        yield f"the workbook does not hold this project as {VBA_PART}"
    types = etree.fromstring(package.read("[Content_Types].xml"))
    overrides = {item.get("PartName"): item.get("ContentType") for item in types}
    defaults = {item.get("Extension"): item.get("ContentType") for item in types}
    if overrides.get(f"/{VBA_PART}", defaults.get("bin")) != VBA_TYPE:
        yield f"{VBA_PART} has no content type {VBA_TYPE}"
    if overrides.get("/xl/workbook.xml") != BOOK_TYPE:
        yield "the workbook is not declared macro-enabled"
    targets = _relationships(package, "xl/_rels/workbook.xml.rels")
    if [target for kind, target in targets.values() if kind == VBA_RELATIONSHIP] != ["vbaProject.bin"]:
        yield "the workbook has no relationship to its VBA project"
    yield from _code_name_findings(package, targets, documents)
    yield from _macro_findings(package, sources)


def _relationships(package: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    root = etree.fromstring(package.read(part))
    items = root.findall(f"{RELATIONSHIPS}Relationship")
    return {item.get("Id", ""): (item.get("Type", ""), item.get("Target", "")) for item in items}


def _code_name_findings(
    package: zipfile.ZipFile, targets: Mapping[str, tuple[str, str]], documents: Mapping[str, str]
) -> Iterator[str]:
    workbook = etree.fromstring(package.read("xl/workbook.xml"))
    properties = workbook.find(f"{MAIN}workbookPr")
    expected = {"workbook": [properties.get("codeName") if properties is not None else None], "sheet": []}
    for sheet in workbook.iterfind(f"{MAIN}sheets/{MAIN}sheet"):
        target = targets[sheet.get(f"{OFFICE}id", "")][1]
        root = etree.fromstring(package.read(posixpath.join("xl", target)))
        found = root.find(f"{MAIN}sheetPr")
        expected["sheet"].append(found.get("codeName") if found is not None else None)
    for kind, code_names in expected.items():
        modules = [name for name, which in documents.items() if which == kind]
        if sorted(modules) != sorted(map(str, code_names)):
            yield f"code names of the {kind}: {code_names} in the XML, {modules} in the project"


def _macro_findings(package: zipfile.ZipFile, sources: Mapping[str, str]) -> Iterator[str]:
    """Macros that ribbon and buttons call and that no module has as a public procedure."""
    procedures = set()
    for module, source in sources.items():
        for match in re.finditer(r"^(?:Public )?(?:Sub|Function) (\w+)", source, re.MULTILINE):
            procedures |= {match[1], f"{module}.{match[1]}"}
    for name in package.namelist():
        called: set[str] = set()
        if name.startswith("customUI/") and name.endswith(".xml"):
            for element in etree.fromstring(package.read(name)).iter(etree.Element):
                called |= {value for key, value in element.attrib.items() if CALLBACK.fullmatch(str(key))}
        elif name.startswith("xl/drawings/") and name.endswith(".vml"):
            text = package.read(name).decode("utf-8")
            called = {found.rpartition("!")[2] for found in re.findall(r"<x:FmlaMacro>(.*?)<", text)}
        for macro in sorted(called - procedures):
            yield f"{name} calls {macro}, which is in no module"
