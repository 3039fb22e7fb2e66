"""Texts that name a place in the workbook, and the links that lead there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from lxml import etree

from crm_xl.books.edits import TableEdit
from crm_xl.books.protocol import Cell
from crm_xl.package.areas import LAST_COLUMN, LAST_ROW, Area, column_number
from crm_xl.package.parts import children, local, sibling
from crm_xl.raw import column_letters

# Nobody follows more than these; Excel takes 65,530 links a sheet and opens slowly with them.
MOST_LINKED_ROWS = 1000
_LONGEST_LITERAL = 255  # characters of one text in a formula, as Excel takes it
# C17 or 第17行 (`RawTable.cell`); of several places the first, as `analysis.checks` lists them.
_PLACE = re.compile(r"(?:([A-Z]{1,3})|第)([1-9][0-9]{0,6})(?(1)|行)(?=、| 等|\Z)")
# What may stand before the links of a worksheet. Source: ECMA-376, CT_Worksheet.
_BEFORE_LINKS = frozenset({
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection",
    "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells",
    "phoneticPr", "conditionalFormatting", "dataValidations",
})  # fmt: skip


def location(text: Cell, sheets: Iterable[str]) -> str | None:
    """The cell a text names first, as a link leads to it; None where it names none of these sheets.

    >>> location("订单!C17", ["客户", "订单"]), location("订单!第17行", ["订单"])
    ("'订单'!C17", "'订单'!A17")
    >>> location("订单.csv 第17行", ["订单"])
    """
    if not isinstance(text, str):
        return None
    for sheet in sheets:
        if not text.startswith(f"{sheet}!"):
            continue
        match = _PLACE.match(text, len(sheet) + 1)
        if match is not None:
            letters, row = match.group(1) or "A", int(match.group(2))
            if column_number(letters) <= LAST_COLUMN and row <= LAST_ROW:
                quoted = sheet.replace("'", "''")
                return f"'{quoted}'!{letters}{row}"
    return None


def locations(rows: Sequence[Sequence[Cell]], linked: int | None, sheets: Sequence[str]) -> dict[int, str]:
    """0-based row -> where the link in its column of places leads; no more than MOST_LINKED_ROWS are looked at.

    Args:
        rows: the body of a block.
        linked: its column of places; none at all without one.
        sheets: the names of the workbook's sheets.
    """
    if linked is None:
        return {}
    found = ((number, location(row[linked], sheets)) for number, row in enumerate(rows[:MOST_LINKED_ROWS]))
    return {number: target for number, target in found if target is not None}


def link_formulas(
    rows: Sequence[Sequence[Cell]], linked: int | None, sheets: Sequence[str]
) -> dict[int, str]:
    """0-based row -> the formula that shows its place and leads there; texts too long for one stay texts.

    Arguments are those of `locations`. A formula begins with a place of this workbook, and what follows is one
    quoted text: nothing a person typed can act in it.
    """
    formulas = {}
    for number, target in locations(rows, linked, sheets).items():
        assert linked is not None
        address, text = (str(part).replace('"', '""') for part in (f"#{target}", rows[number][linked]))
        if max(len(address), len(text)) <= _LONGEST_LITERAL:
            formulas[number] = f'=HYPERLINK("{address}","{text}")'
    return formulas


def relink(root: etree._Element, edits: Sequence[TableEdit], sheets: Sequence[str]) -> None:
    """Give a worksheet the links of its written tables; those elsewhere on it stay.

    Args:
        root: the worksheet's element.
        edits: the tables written on it.
        sheets: the names of the workbook's sheets.
    """
    areas = [area for edit in edits for area in edit.linked_areas()]
    if not areas:
        return
    holder = next(iter(children(root, "hyperlinks")), None)
    others = [] if holder is None else _drop(holder, areas)
    for edit in edits:
        for number, target in locations(edit.rows, edit.linked, sheets).items():
            assert edit.linked is not None
            row, column = edit.move.new_body.top + number, edit.move.new.left + edit.linked
            # One that the user laid over this cell and others: a cell has one link.
            if any(other.holds(row, column) for other in others):
                continue
            if holder is None:
                holder = root.makeelement(sibling(root, "hyperlinks"))
                [child for child in root if local(child) in _BEFORE_LINKS][-1].addnext(holder)
            link = etree.SubElement(holder, sibling(root, "hyperlink"))
            link.set("ref", f"{column_letters(column)}{row}")
            link.set("location", target)
    if holder is not None and not len(holder):
        root.remove(holder)


def _drop(holder: etree._Element, areas: Sequence[Area]) -> list[Area]:
    """Removes the links inside the areas; the places of those that lie there only in part, which stay."""
    others = []
    for link in children(holder, "hyperlink"):
        place = Area.parse(link.get("ref", ""))
        if place is None or not any(area.meets(place) for area in areas):
            continue
        if any(area.covers(place) for area in areas):
            holder.remove(link)
        else:
            others.append(place)
    return others
