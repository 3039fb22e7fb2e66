"""Parts that cannot be looked into leave the package, with everything that points at them."""

from __future__ import annotations

import posixpath
from collections.abc import Collection

from lxml import etree

from crm_xl.package.archive import Archive
from crm_xl.package.parts import CONTENT_TYPES, local

_READABLE = (".xml", ".rels", ".vml")
# The macros and the ribbon's own pictures are ours and hold no data.
_KEPT = ("xl/vbaproject.bin", "customui/")
# Old values of changed cells, what was embedded, whole queries packed into a text of XML, a picture of the first
# sheet; the calculation chain may name formulas that are gone.
_HISTORIES = (
    "xl/revisions/", "xl/activex/", "xl/embeddings/", "customxml/", "xl/calcchain.xml", "docprops/thumbnail",
)  # fmt: skip
_ANCHORS = frozenset({"twoCellAnchor", "oneCellAnchor", "absoluteAnchor"})
_NAMESPACES = ("/relationships", "urn:schemas-microsoft-com:office:office")


def unreadable_parts(archive: Archive) -> set[str]:
    """The parts whose content nobody can vouch for: pictures, embedded objects, printer settings, histories."""
    found = set()
    for part in archive.parts():
        name = part.casefold()
        if name.startswith(_HISTORIES) or not (name.endswith(_READABLE) or name.startswith(_KEPT)):
            found.add(part)
    return found


def owner_of(relationships: str) -> str:
    """The part that a part of relationships belongs to; empty for the package itself."""
    folder, name = posixpath.split(relationships)
    return posixpath.join(posixpath.dirname(folder), name.removesuffix(".rels"))


def drop_links(root: etree._Element, owner: str, dropped: Collection[str]) -> set[str]:
    """Takes the relationships to dropped parts out of a part of relationships; the ids of those taken out."""
    gone = set()
    names = {part.casefold() for part in dropped}
    folder = posixpath.dirname(owner)
    for link in list(root):
        target = posixpath.normpath(posixpath.join("/", folder, link.get("Target", ""))).lstrip("/")
        if link.get("TargetMode") != "External" and target.casefold() in names:
            gone.add(link.get("Id", ""))
            root.remove(link)
    return gone


def drop_uses(root: etree._Element, ids: Collection[str]) -> None:
    """Takes out what shows the dropped parts: a picture's frame, an object, a page's printer settings."""
    for element in list(root.iter()):
        if not local(element):
            continue
        uses = [key for key, value in element.attrib.items() if value in ids and _is_relationship(str(key))]
        if not uses:
            continue
        if local(element) == "pageSetup":
            for key in uses:
                del element.attrib[key]
            continue
        _remove(_frame(element, root))


def drop_types(root: etree._Element, dropped: Collection[str]) -> None:
    """Takes the dropped parts out of the list of content types."""
    names = {f"/{part}".casefold() for part in dropped}
    for entry in list(root):
        if entry.get("PartName", "").casefold() in names:
            root.remove(entry)


def content_types(archive: Archive) -> str:
    """The name of the part that lists content types."""
    return archive.part_name(CONTENT_TYPES)


def _is_relationship(key: str) -> bool:
    return any(namespace in key for namespace in _NAMESPACES)


def _frame(element: etree._Element, root: etree._Element) -> etree._Element:
    """What has to go together with an element: its anchor in a drawing, its list on a sheet, its fill in a chart."""
    above = [element, *element.iterancestors()]
    for ancestor in above:
        if local(ancestor) in _ANCHORS or local(ancestor) == "blipFill":
            return ancestor
    if local(root) in ("worksheet", "chartsheet", "dialogsheet", "macrosheet"):
        return above[-2] if len(above) > 1 else element
    return element


def _remove(element: etree._Element) -> None:
    """Takes the element out, and the list that held nothing else: an empty list is an error to Excel."""
    parent = element.getparent()
    if parent is None:
        return
    parent.remove(element)
    if len(parent) == 0 and parent.getparent() is not None and not (parent.text or "").strip():
        _remove(parent)
