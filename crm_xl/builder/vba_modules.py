"""The modules of the macro workbook as text: xlwings' own, the document modules, ours from `vba/`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import metadata, resources
from pathlib import Path

from crm_xl.builder.vba_project import VB_BASES, Kind, Module
from crm_xl.builder.vba_texts import texts_module

WORKBOOK_MODULE = "ThisWorkbook"
# What a document module starts with; Excel itself writes these eight, in this order.
_DOCUMENT_HEADER = """\
Attribute VB_Name = "{name}"
Attribute VB_Base = "{base}"
Attribute VB_GlobalNameSpace = False
Attribute VB_Creatable = False
Attribute VB_PredeclaredId = True
Attribute VB_Exposed = True
Attribute VB_TemplateDerived = False
Attribute VB_Customizable = True
"""
_EXPORT_HEADER = re.compile(r"VERSION .*?\r?\nBEGIN\r?\n.*?\r?\nEND\r?\n", re.DOTALL)


def document_module(name: str, kind: Kind, code: str = "") -> Module:
    """The module behind the workbook or a sheet.

    Args:
        name: the code name, equal to `codeName` in the workbook's or sheet's XML.
        kind: `document_workbook` or `document_sheet`.
        code: event handlers, without Attribute lines.
    """
    header = _DOCUMENT_HEADER.format(name=name, base=VB_BASES[kind])
    return Module(name=name, kind=kind, source=header + code)


def standard_module(text: str) -> Module:
    """A standard module from the text of a `.bas` file, whose first line names it."""
    found = re.match(r'Attribute VB_Name = "(.*?)"\r?\n', text)
    if not found:
        raise ValueError(f"no VB_Name in the first line: {text[:60]!r}")
    return Module(name=found[1], kind="standard", source=text)


def class_module(text: str) -> Module:
    """A class module from the text of an exported `.cls` file.

    An export starts with a VERSION block that a project does not store, and leaves out the lines that a
    project does store: VB_Base, VB_TemplateDerived, VB_Customizable.
    """
    text = _EXPORT_HEADER.sub("", text, count=1)
    found = re.match(r'Attribute VB_Name = "(.*?)"\r?\n', text)
    if not found:
        raise ValueError(f"no VB_Name behind the header: {text[:60]!r}")
    lines = text.splitlines()
    lines.insert(1, f'Attribute VB_Base = "{VB_BASES["class"]}"')
    exposed = next(index for index, line in enumerate(lines) if line.startswith("Attribute VB_Exposed"))
    lines[exposed + 1 : exposed + 1] = [
        "Attribute VB_TemplateDerived = False",
        "Attribute VB_Customizable = False",
    ]
    return Module(name=found[1], kind="class", source="\n".join(lines) + "\n")


def standalone_modules() -> list[Module]:
    """The standalone VBA of xlwings: modules `xlwings` and `Dictionary`, of the installed package.

    Raises:
        ValueError: the text is not of the version that is installed; package, VBA and DLL must be one.

    Source: xlwings, BSD 3-clause; Dictionary by Tim Hall, MIT (both say so in their own text).
    """
    # The package's own folder without importing it: off Windows the import would bring pandas along.
    files = metadata.files("xlwings") or []
    paths = {path.as_posix(): Path(str(path.locate())) for path in files}
    text = paths["xlwings/xlwings.bas"].read_text(encoding="ascii")
    check_xlwings_version(text, metadata.version("xlwings"))
    dictionary = paths["xlwings/addin/Dictionary.cls"].read_text(encoding="ascii")
    return [standard_module(text), class_module(dictionary)]


def check_xlwings_version(text: str, version: str) -> None:
    """Nothing, when the VBA text and all the DLL names in it are of the given version.

    Raises:
        ValueError: a version in the text is another one.
    """
    said = set(re.findall(r'XLWINGS_VERSION As String = "([^"]*)"', text))
    said |= set(re.findall(r"xlwings(?:32|64)-(.*?)\.dll", text))
    if said != {version}:
        raise ValueError(f"xlwings {version} is installed, its VBA speaks of {sorted(said)}")


def own_modules() -> list[Module]:
    """The standard modules in `vba/`, by name; `ThisWorkbook` is not among them."""
    folder = resources.files("crm_xl.builder") / "vba"
    texts = {path.name: path.read_text(encoding="ascii") for path in folder.iterdir()}
    return [standard_module(texts[name]) for name in sorted(texts) if name.endswith(".bas")]


def workbook_code() -> str:
    """The event handlers of the workbook, without Attribute lines."""
    return (resources.files("crm_xl.builder") / "vba" / "ThisWorkbook.cls").read_text(encoding="ascii")


def workbook_modules(sheets: Sequence[str], *, wrappers: str = "") -> list[Module]:
    """All modules of the macro workbook, in the order PROJECT lists them.

    Args:
        sheets: code names of the sheets, in the order of the sheets.
        wrappers: the text of the generated function wrappers, if the workbook has functions.
    """
    return [
        document_module(WORKBOOK_MODULE, "document_workbook", workbook_code()),
        *(document_module(name, "document_sheet") for name in sheets),
        *standalone_modules(),
        *own_modules(),
        standard_module(texts_module()),
        *([standard_module(wrappers)] if wrappers else []),
    ]
