"""What a workbook's parts say of it: sheets, tables, defined names, the date system.

Read straight from the small parts, so that a sheet of half a million rows is not opened to learn of its tables.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from lxml import etree

from crm_xl.package.archive import Archive, damaged, not_a_workbook
from crm_xl.package.areas import Area, Move, split_reference
from crm_xl.raw import Place, column_letters
from crm_xl.tables.cells import FUNCTIONS_NAME

CONTENT_TYPES = "[Content_Types].xml"
_SUFFIXES = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": ".xlsx",
    "application/vnd.ms-excel.sheet.macroEnabled.main+xml": ".xlsm",
}
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, kw_only=True)
class SheetPart:
    """A worksheet: its name and its part; `index` is its place among all sheets, which local names refer to."""

    name: str
    part: str
    index: int


@dataclass(frozen=True, kw_only=True)
class TablePart:
    """A table: its part, its sheet, and the rows it spends on headings and totals."""

    name: str
    part: str
    sheet: SheetPart
    area: Area
    header_rows: int
    totals_rows: int
    headings: tuple[str, ...]

    @property
    def body(self) -> Area:
        """The rows between headings and totals."""
        area = self.area
        return Area(area.top + self.header_rows, area.left, area.bottom - self.totals_rows, area.right)

    @property
    def place(self) -> Place:
        """The table's place as the book protocol tells it."""
        body = self.body
        return Place(
            sheet=self.sheet.name,
            row=body.top - 1,
            column=body.left,
            rows=body.bottom - body.top + 1,
            headings=self.headings,
        )

    def resized(self, rows: int, columns: int) -> Move:
        """The table's areas now and with that many body rows and columns."""
        body, area = self.body, self.area
        right = area.left + columns - 1
        bottom = body.top + rows - 1
        return Move(
            old=area,
            new=Area(area.top, area.left, bottom + self.totals_rows, right),
            old_body=body,
            new_body=Area(body.top, area.left, bottom, right),
        )


@dataclass(frozen=True, kw_only=True)
class Name:
    """A defined name: what it refers to, and the sheet it is local to, if any."""

    name: str
    text: str
    sheet_index: int | None

    @property
    def areas(self) -> tuple[tuple[str, Area], ...]:
        """(sheet, area) of each rectangle it refers to; empty for a formula or a constant."""
        return tuple((sheet, area) for _, sheet, area in split_reference(self.text) or ())


class Parts:
    """The workbook's own part and what hangs on it."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        targets = relationships(archive, "")
        workbook = [target for kind, target in targets.values() if kind == "officeDocument"]
        if not workbook:
            raise damaged(archive.name, "缺少工作簿部件")
        self.workbook_part = archive.part_name(workbook[0])
        if not self.workbook_part.lower().endswith(".xml"):
            # .xlsb keeps the same package with binary parts.
            raise not_a_workbook(archive.name, "二进制工作簿（.xlsb）")
        self.root = archive.xml(self.workbook_part)
        if local(self.root) != "workbook":
            raise not_a_workbook(archive.name, "其他 Office 文档")
        self.links = relationships(archive, self.workbook_part)

    @cached_property
    def sheets(self) -> Mapping[str, SheetPart]:
        """Worksheets by name, in order; chart and macro sheets hold no cells and are left out."""
        found = {}
        for index, sheet in enumerate(children(self.root, "sheets", "sheet")):
            kind, target = self.links.get(relationship_id(sheet), ("", ""))
            if kind == "worksheet":
                name = sheet.get("name", "")
                found[name] = SheetPart(name=name, part=self.archive.part_name(target), index=index)
        return found

    @cached_property
    def tables(self) -> Mapping[str, TablePart]:
        """Tables by the name people see."""
        found = {}
        for sheet in self.sheets.values():
            for kind, target in dict.fromkeys(relationships(self.archive, sheet.part).values()):
                if kind == "table":
                    table = self._table(self.archive.part_name(target), sheet)
                    found[table.name] = table
        return found

    @cached_property
    def names(self) -> tuple[Name, ...]:
        """Defined names, print areas among them."""
        return tuple(
            Name(
                name=element.get("name", ""),
                text=(element.text or "").strip(),
                sheet_index=None
                if element.get("localSheetId") is None
                else int(element.get("localSheetId", "0")),
            )
            for element in children(self.root, "definedNames", "definedName")
        )

    @cached_property
    def _names_by_key(self) -> Mapping[str, list[Name]]:
        # Workbooks copied for years hold tens of thousands of names.
        found: dict[str, list[Name]] = {}
        for each in self.names:
            found.setdefault(each.name.casefold(), []).append(each)
        return found

    @property
    def own_functions(self) -> frozenset[str]:
        """Names of the worksheet functions the workbook says are its own: the constant CRM_FUNCTIONS."""
        texts = [each.text for each in self.names if each.name == FUNCTIONS_NAME]
        return frozenset(name for text in texts for name in re.findall(r'"(\w+)"', text))

    @property
    def date1904(self) -> bool:
        """Whether day 0 is 1904-01-01 (old Mac workbooks) rather than 1899-12-30."""
        return any(truth(element.get("date1904")) for element in children(self.root, "workbookPr"))

    @property
    def may_be_stale(self) -> bool:
        """Whether the workbook says of itself that its formulas' values are not up to date.

        Other programs write formulas without computing them and ask Excel to do so on opening; and who has set
        calculation to manual sees what was computed last.
        """
        return any(
            truth(element.get("fullCalcOnLoad"))
            or truth(element.get("forceFullCalc"))
            or element.get("calcMode") == "manual"
            or element.get("calcCompleted") in ("0", "false")
            for element in children(self.root, "calcPr")
        )

    @property
    def has_macros(self) -> bool:
        """Whether the workbook carries a VBA project."""
        return any(kind == "vbaProject" for kind, _ in self.links.values())

    @property
    def suffix(self) -> str:
        """The file ending Excel insists on for what the package says it is; empty for a template or add-in."""
        wanted = f"/{self.workbook_part}".casefold()
        for override in self.archive.xml(CONTENT_TYPES):
            if override.get("PartName", "").casefold() == wanted:
                return _SUFFIXES.get(override.get("ContentType", ""), "")
        return ""

    def single_cell(self, name: str) -> tuple[SheetPart, int, int] | None:
        """The sheet, row and column a defined name refers to; None unless it means one cell.

        A name for the whole workbook goes before one that only a sheet knows.
        """
        found = self._names_by_key.get(name.casefold(), [])
        for each in sorted(found, key=lambda each: each.sheet_index is not None):
            areas = each.areas
            if len(areas) == 1:
                sheet_name, area = areas[0]
                sheet = self.sheets.get(sheet_name)
                if sheet and (area.top, area.left) == (area.bottom, area.right):
                    return sheet, area.top, area.left
        return None

    def cell_value(self, sheet: SheetPart, row: int, column: int) -> float | str | None:
        """What one cell of a small sheet holds: a number or a text; None for a blank.

        Nothing but the sheet is opened, unless the text stands among the shared ones.
        """
        address = f"{column_letters(column)}{row}"
        cells = children(self.archive.xml(sheet.part), "sheetData", "row", "c")
        for cell in (each for each in cells if each.get("r") == address):
            if cell.get("t") == "inlineStr":
                return _text(cell) or None
            stored = "".join(map(_text, children(cell, "v")))
            if cell.get("t") == "s":
                (shared,) = (target for kind, target in self.links.values() if kind == "sharedStrings")
                texts = children(self.archive.xml(self.archive.part_name(shared)), "si")
                stored = _text(texts[int(stored)])
            elif stored and cell.get("t", "n") == "n":
                return float(stored)
            return stored or None
        return None

    def _table(self, part: str, sheet: SheetPart) -> TablePart:
        root = self.archive.xml(part)
        area = Area.parse(root.get("ref", ""))
        name = root.get("displayName") or root.get("name")
        if area is None or name is None:
            raise damaged(self.archive.name, part)
        return TablePart(
            name=name,
            part=part,
            sheet=sheet,
            area=area,
            header_rows=int(root.get("headerRowCount", "1")),
            totals_rows=int(root.get("totalsRowCount", "0")),
            headings=tuple(
                unescape(column.get("name", "")).strip()
                for column in children(root, "tableColumns", "tableColumn")
            ),
        )


def relationships(archive: Archive, part: str) -> dict[str, tuple[str, str]]:
    """Relationship id -> (last word of its type, target part) of a part; "" stands for the package itself.

    The types of strict and ordinary workbooks differ only before the last word. Targets outside are left out.
    """
    rels = relationships_part(part)
    if rels not in archive:
        return {}
    folder = posixpath.dirname(part)
    found = {}
    for element in archive.xml(rels):
        if not isinstance(element.tag, str) or element.get("TargetMode") == "External":
            continue
        target = element.get("Target", "")
        path = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
        found[element.get("Id", "")] = (element.get("Type", "").rsplit("/", 1)[-1], path)
    return found


def relationships_part(part: str) -> str:
    """The part that holds a part's relationships."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def relationship_id(element: etree._Element) -> str:
    """The r:id of an element, whichever of the two namespaces it is in."""
    for key, value in element.attrib.items():
        name = etree.QName(key)
        if name.localname == "id" and name.namespace:
            return str(value)
    return ""


def local(element: etree._Element) -> str:
    """The element's name without its namespace; empty for comments."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def children(root: etree._Element, *path: str) -> list[etree._Element]:
    """The elements at the end of a path of local names."""
    found = [root]
    for step in path:
        found = [child for parent in found for child in parent if local(child) == step]
    return found


def sibling(element: etree._Element, name: str) -> str:
    """The tag of that name in the element's namespace."""
    namespace = etree.QName(element).namespace
    return f"{{{namespace}}}{name}" if namespace else name


def _text(element: etree._Element) -> str:
    return "".join(map(str, element.itertext()))


def truth(text: str | None) -> bool:
    """Whether an XML attribute says yes."""
    return text in ("1", "true", "on")


def unescape(text: str) -> str:
    """The text meant by one with _xHHHH_ in it, as attributes hold line breaks and control characters."""
    return _ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), text)
