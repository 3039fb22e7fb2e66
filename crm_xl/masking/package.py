"""A whole package redacted: every part either read through and rewritten, or left out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from crm_xl.errors import CrmError
from crm_xl.masking import dropping
from crm_xl.masking.redactor import Redactor
from crm_xl.masking.sheetcells import SheetRules, mask_sheet
from crm_xl.masking.xmltext import redact, redact_links, rich_text
from crm_xl.package.archive import Archive, to_bytes
from crm_xl.package.parts import Parts, children, local, unescape

Changes = dict[str, bytes | None]


@dataclass(kw_only=True)
class Redaction:
    """New content by part, None for a part left out, and which of those could not be looked into."""

    changes: Changes = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)


def redact_package(
    archive: Archive,
    parts: Parts,
    redactor: Redactor,
    rules: Mapping[str, SheetRules],
    more_dropped: frozenset[str] = frozenset(),
    forgotten: Collection[str] = (),
) -> Redaction:
    """Every part of the package redacted.

    Shared strings that no cell uses any more are emptied: what was overwritten must not stay behind.

    Args:
        archive: the open package.
        parts: what its parts say.
        redactor: what replaces.
        rules: by sheet name.
        more_dropped: further parts to leave out.
        forgotten: names of elements that go wherever they stand: what a chart remembers of its source.

    Raises:
        CrmError: a part is damaged; something is named by what must not be seen; a data model is inside.
    """
    _refuse_data_model(archive)
    found = Redaction(unreadable=dropping.unreadable_parts(archive))
    dropped = found.unreadable | more_dropped
    found.changes.update(dict.fromkeys(dropped))
    gone: dict[str, set[str]] = {}
    for part in archive.parts():
        if part.casefold().endswith(".rels") and part not in dropped:
            root = archive.xml(part)
            ids = dropping.drop_links(root, dropping.owner_of(part), dropped)
            gone[dropping.owner_of(part).casefold()] = ids
            if redact_links(root, redactor) or ids:
                found.changes[part] = to_bytes(root)
    types_part = dropping.content_types(archive)
    types = archive.xml(types_part)
    dropping.drop_types(types, dropped)
    found.changes[types_part] = to_bytes(types)
    done = {types_part} | _redact_cells(archive, parts, redactor, rules, found.changes, gone)
    for part in archive.parts():
        if part in done or part in dropped or not part.casefold().endswith((".xml", ".vml")):
            continue
        content = _redacted_part(archive, part, redactor, gone.get(part.casefold(), set()), forgotten)
        if content is not None:
            found.changes[part] = content
    return found


def _refuse_data_model(archive: Archive) -> None:
    if any(part.casefold().startswith("xl/model/") for part in archive.parts()):
        raise CrmError(
            "工作簿里有数据模型（Power Pivot），其中的数据无法遮盖，没有生成文件。",
            where=archive.name,
            hint="请另存一份，在“数据→数据模型”里删除模型后再导出。",
        )


def _redact_cells(
    archive: Archive,
    parts: Parts,
    redactor: Redactor,
    rules: Mapping[str, SheetRules],
    changes: Changes,
    gone: Mapping[str, set[str]],
) -> set[str]:
    """Worksheets and shared strings redacted together; the parts done."""
    strings_part = next(
        (archive.part_name(target) for kind, target in parts.links.values() if kind == "sharedStrings"), None
    )
    strings = archive.xml(strings_part) if strings_part else None
    items = [] if strings is None else children(strings, "si")
    texts = _Texts(items)
    used: set[int] = set()
    for sheet in parts.sheets.values():
        rule = rules.get(sheet.name, SheetRules())
        if rule.emptied:
            changes[sheet.part] = _empty_sheet(etree.QName(parts.root).namespace or "")
            continue
        masked = mask_sheet(
            archive.read(sheet.part),
            book=archive.name,
            sheet=sheet.name,
            rules=rule,
            shared=texts,
            redactor=redactor,
            dropped_ids=gone.get(sheet.part.casefold(), set()),
        )
        used |= masked.shared
        changes[sheet.part] = masked.xml
    done = {sheet.part for sheet in parts.sheets.values()}
    if strings is not None and strings_part:
        for index, item in enumerate(items):
            if index not in used:
                namespace = etree.QName(item).namespace
                item[:] = [etree.Element(f"{{{namespace}}}t" if namespace else "t")]
        redact(strings, redactor, archive.name)
        changes[strings_part] = to_bytes(strings)
        done.add(strings_part)
    return done


class _Texts(Sequence[str]):
    """The texts of shared strings, each read when a cell asks for it: there may be a million that none uses."""

    def __init__(self, items: Sequence[etree._Element]) -> None:
        self._items = items
        self._found: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, index: Any) -> Any:
        if index not in self._found:
            self._found[index] = _read_aloud_apart(self._items[index])
        return self._found[index]


def _read_aloud_apart(item: etree._Element) -> str:
    """The text of a shared string without its reading aid, which is taken out of it."""
    for child in list(item):
        if local(child) in ("rPh", "phoneticPr"):
            item.remove(child)
    return unescape(rich_text(item))


def _empty_sheet(namespace: str) -> bytes:
    return to_bytes(etree.fromstring(f'<worksheet xmlns="{namespace}"><sheetData/></worksheet>'))


def _redacted_part(
    archive: Archive, part: str, redactor: Redactor, gone: set[str], forgotten: Collection[str]
) -> bytes | None:
    try:
        root = archive.xml(part)
    except CrmError:
        if not part.casefold().endswith(".vml"):
            raise
        # Excel itself writes VML that is no XML: <br> without an end.
        text = archive.read(part).decode("utf-8", "replace")
        shown = redactor.text(text)
        return None if shown == text else shown.encode()
    if gone:
        dropping.drop_uses(root, gone)
    memories = [element for element in root.iter() if local(element) in forgotten]
    for element in memories:
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)
    changed = redact(root, redactor, archive.name) or bool(memories)
    if local(root) == "table":
        _refuse_equal_headings(root, archive.name)
    return to_bytes(root) if changed or gone else None


def _refuse_equal_headings(table: etree._Element, where: str) -> None:
    names = [column.get("name", "").casefold() for column in children(table, "tableColumns", "tableColumn")]
    if len(set(names)) < len(names):
        raise CrmError(
            f"表 {table.get('displayName', '')} 的几个列标题遮盖后相同，没有生成文件。",
            where=where,
            hint="列标题里有姓名或电话，请改名后再导出。",
        )
