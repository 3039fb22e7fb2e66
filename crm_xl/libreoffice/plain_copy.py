"""A workbook without Excel's macros: in LibreOffice their functions would stand in the way of the add-in's."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from lxml import etree

from crm_xl.errors import CrmError
from crm_xl.package.archive import Archive
from crm_xl.package.parts import CONTENT_TYPES, Parts, relationships_part

_PLAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_PROJECT = "application/vnd.ms-office.vbaProject"
_MACRO_PARTS = ("customui/", "xl/vbaproject", "xl/_rels/vbaproject")
# Relationships to what is left out, by the last word of their type.
_MACRO_LINKS = ("vbaProject", "extensibility", "ui/userCustomization")


def plain_copy(source: Path, target: Path) -> Path:
    """The copy, an .xlsx without VBA project and ribbon; every other part as it was.

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
    try:
        target.write_bytes(content.getvalue())
    except OSError as error:
        raise CrmError(
            "副本写不进去。", where=str(target), hint="请换一个文件夹，或检查磁盘空间。"
        ) from error
    return target


def _changes(archive: Archive) -> dict[str, bytes | None]:
    parts = Parts(archive)
    changes: dict[str, bytes | None] = {
        part: None for part in archive.parts() if part.casefold().startswith(_MACRO_PARTS)
    }
    types = archive.xml(CONTENT_TYPES)
    left_out = {f"/{part}".casefold() for part in changes}
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


def _bytes(root: etree._Element) -> bytes:
    content: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return content
