"""A workbook without Excel's macros: in LibreOffice their functions would stand in the way of the add-in's.

Buttons that call macros go too: LibreOffice would warn of macros on opening, and they would do nothing. The row that
asks to enable macros, which only the macro would hide, is hidden.
"""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

from lxml import etree

from crm_xl.books.atomic import replace_content
from crm_xl.errors import CrmError
from crm_xl.package.archive import Archive
from crm_xl.package.parts import CONTENT_TYPES, Parts, relationships_part
from crm_xl.tables.cells import BANNER_NAME

_PLAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_PROJECT = "application/vnd.ms-office.vbaProject"
_DRAWINGS = "xl/drawings/"
# A form control is one shape of an old drawing, which need not be well-formed XML; a drawn one names its macro.
_CALLING_CONTROL = re.compile(rb"<v:shape\b(?:(?!</v:shape>).)*?<x:FmlaMacro>.*?</v:shape>", re.DOTALL)
_CALLING_SHAPE = re.compile(rb"""(<(?:\w+:)?(?:sp|pic|cxnSp|graphicFrame)\b[^>]*?)\s+macro=["'][^"']+["']""")
_MACRO_PARTS = ("customui/", "xl/vbaproject", "xl/_rels/vbaproject")
# Relationships to what is left out, by the last word of their type.
_MACRO_LINKS = ("vbaProject", "extensibility", "ui/userCustomization")


def plain_copy(source: Path, target: Path) -> Path:
    """The copy, an .xlsx without VBA project, ribbon and what speaks of macros; every other part as it was.

    Args:
        source: a workbook, with macros or without.
        target: a file that is not there yet.

    Raises:
        CrmError: the source is no workbook, or the target exists or is no .xlsx.
    """
    if target.suffix.lower() != ".xlsx":
        raise CrmError("不带宏的工作簿必须是 .xlsx 文件。", where=str(target), hint="请改扩展名。")
    if target.exists():
        raise CrmError("文件已存在。", where=str(target), hint="请用 --out 指定别的文件名，或先移走该文件。")
    content = BytesIO()
    with Archive(source) as archive:
        archive.copy(content, _changes(archive))
    replace_content(target, content.getvalue())
    return target


def _changes(archive: Archive) -> dict[str, bytes | None]:
    parts = Parts(archive)
    changes: dict[str, bytes | None] = {
        part: None for part in archive.parts() if part.casefold().startswith(_MACRO_PARTS)
    }
    for part in archive.parts():
        if part.casefold().startswith(_DRAWINGS) and part.casefold().endswith((".vml", ".xml")):
            drawing = archive.read(part)
            calm = _CALLING_SHAPE.sub(rb'\1 macro=""', _CALLING_CONTROL.sub(b"", drawing))
            if calm != drawing:
                changes[part] = calm
    changes |= _without_banner(archive, parts)
    types = archive.xml(CONTENT_TYPES)
    left_out = {f"/{part}".casefold() for part, content in changes.items() if content is None}
    for item in list(types):
        name = (item.get("PartName") or "").casefold()
        if name in left_out or item.get("ContentType") == _PROJECT:
            types.remove(item)
        elif name == f"/{parts.workbook_part}".casefold():
            item.set("ContentType", _PLAIN)
    changes[archive.part_name(CONTENT_TYPES)] = _bytes(types)
    for owner in ("", parts.workbook_part):
        name = archive.part_name(relationships_part(owner))
        links = archive.xml(name)
        for link in list(links):
            if (link.get("Type") or "").endswith(_MACRO_LINKS):
                links.remove(link)
        changes[name] = _bytes(links)
    return changes


def _without_banner(archive: Archive, parts: Parts) -> dict[str, bytes | None]:
    """The sheet with the row hidden that asks to enable macros, where there is one."""
    for name in parts.names:
        if name.name != BANNER_NAME or len(name.areas) != 1:
            continue
        ((title, area),) = name.areas
        if (sheet := parts.sheets.get(title)) is None:
            continue
        row = re.compile(rb"""(<(?:\w+:)?row\b(?=[^>]*\sr=["']%d["']))""" % area.top)
        xml = archive.read(sheet.part)
        # What is said twice is no XML: a row that is hidden already stays as it is.
        found = row.search(xml)
        if found is not None and b" hidden=" not in xml[found.start() : xml.find(b">", found.start())]:
            return {sheet.part: row.sub(rb'\1 hidden="1"', xml, count=1)}
    return {}


def _bytes(root: etree._Element) -> bytes:
    content: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return content
