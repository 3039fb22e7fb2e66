"""The parts of a workbook that a refresh changes, written anew: sheets, table parts, names, calculation."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from lxml import etree

from crm_xl.books.cells import escape_name
from crm_xl.books.edits import TableEdit, check_block, moves_by_sheet
from crm_xl.books.protocol import Block, Cell
from crm_xl.books.sheet import rewrite_sheet
from crm_xl.books.styles import Styles
from crm_xl.package.archive import Archive, to_bytes
from crm_xl.package.areas import Area, moved_reference
from crm_xl.package.parts import (
    CONTENT_TYPES,
    Parts,
    SheetPart,
    TablePart,
    children,
    local,
    relationships_part,
    sibling,
    unescape,
)
from crm_xl.package.scan import has_formulas

_PRINT_AREA = "_xlnm.Print_Area"
# What may stand between the sheets and the calculation settings of a workbook, in this order.
_BEFORE_CALCULATION = ("definedNames", "externalReferences", "functionGroups", "sheets")

Changes = dict[str, bytes | None]


def rewrite(
    archive: Archive,
    parts: Parts,
    blocks: Mapping[str, Block],
    cells: Mapping[str, Cell],
    without_formulas: Collection[str] = (),
) -> Changes:
    """The new content of every part that must change, None for a part to leave out.

    Args:
        archive: the open workbook.
        parts: what its parts say.
        blocks: by table name; names the workbook does not have are passed over.
        cells: by defined name of one cell; likewise.
        without_formulas: sheet parts already known to hold none, which spares another look at them.

    Raises:
        CrmError: a table would grow over something else; a part is damaged.
        ValueError: a block no table can hold: a mistake of the caller.
    """
    edits = {
        name: _edit(archive, parts.tables[name], block)
        for name, block in blocks.items()
        if name in parts.tables
    }
    singles: dict[str, dict[tuple[int, int], Cell]] = {}
    for name, value in cells.items():
        if place := parts.single_cell(name):
            sheet, row, column = place
            singles.setdefault(sheet.name, {})[row, column] = value
    changes: Changes = {}
    formulas_touched = False
    styles_part = next(
        (archive.part_name(target) for kind, target in parts.links.values() if kind == "styles"), None
    )
    styles = Styles(archive.xml(styles_part) if styles_part else None)
    for sheet in parts.sheets.values():
        on_sheet = [edit for edit in edits.values() if edit.table.sheet == sheet]
        if not on_sheet and sheet.name not in singles:
            continue
        result = rewrite_sheet(
            archive.read(sheet.part),
            book=archive.name,
            sheet=sheet.name,
            edits=on_sheet,
            cells=singles.get(sheet.name, {}),
            tables=[table for table in parts.tables.values() if table.sheet == sheet],
            date1904=parts.date1904,
            styles=styles,
            sheets=[sheet.name for sheet in parts.sheets.values()],
        )
        changes[sheet.part] = result.xml
        formulas_touched = formulas_touched or result.formulas_touched
    for edit in edits.values():
        changes[edit.table.part] = _table_part(archive.xml(edit.table.part), edit)
    if styles.changed and styles_part and styles.root is not None:
        changes[styles_part] = to_bytes(styles.root)
    if formulas_touched:
        changes.update(_without_calculation_chain(archive, parts))
    workbook = _workbook_part(archive, parts, list(edits.values()), changes, without_formulas)
    if workbook is not None:
        changes[parts.workbook_part] = workbook
    return changes


def _edit(archive: Archive, table: TablePart, block: Block) -> TableEdit:
    check_block(table.name, block)
    root = archive.xml(table.part)
    return TableEdit(
        table=table,
        headings=tuple(block.headings),
        rows=block.rows,
        linked=block.linked,
        # Excel knows no table without a body: an empty one keeps a single blank row.
        move=table.resized(max(1, len(block.rows)), len(block.headings)),
        unfilter=bool(children(root, "autoFilter", "filterColumn")),
    )


def _table_part(root: etree._Element, edit: TableEdit) -> bytes:
    move = edit.move
    root.set("ref", str(move.new))
    for auto_filter in children(root, "autoFilter"):
        filtered = Area(move.new.top, move.new.left, move.new_body.bottom, move.new.right)
        auto_filter.set("ref", str(filtered))
        # Criteria and order were those of the old rows.
        auto_filter[:] = []
    for stale in children(root, "sortState"):
        root.remove(stale)
    (columns,) = children(root, "tableColumns")
    existing = {unescape(column.get("name", "")).strip().casefold(): column for column in columns}
    next_id = max((int(column.get("id", "0")) for column in columns), default=0) + 1
    wanted = []
    for heading in edit.headings:
        column = existing.get(heading.casefold())
        if column is None:
            column = etree.SubElement(columns, sibling(columns, "tableColumn"))
            column.set("id", str(next_id))
            next_id += 1
        if unescape(column.get("name", "")).strip() != heading:
            column.set("name", escape_name(heading))
        for formula in children(column, "calculatedColumnFormula"):
            column.remove(formula)
        wanted.append(column)
    columns[:] = wanted
    columns.set("count", str(len(wanted)))
    return to_bytes(root)


def _workbook_part(
    archive: Archive,
    parts: Parts,
    edits: Sequence[TableEdit],
    changes: Mapping[str, bytes | None],
    without_formulas: Collection[str],
) -> bytes | None:
    """The workbook's own part when names or the calculation setting must change, else None."""
    changed = _move_names(parts, edits)
    if changes and _any_formulas(archive, parts, changes, without_formulas):
        changed = _calculate_on_opening(parts.root) or changed
    return to_bytes(parts.root) if changed else None


def _move_names(parts: Parts, edits: Sequence[TableEdit]) -> bool:
    moves, unmoved = moves_by_sheet(edits, parts.tables.values())
    changed = False
    for element in children(parts.root, "definedNames", "definedName"):
        print_area = element.get("name") == _PRINT_AREA
        moved = moved_reference((element.text or "").strip(), moves, unmoved, print_area=print_area)
        if moved is not None:
            element.text = moved
            changed = True
    return changed


def _any_formulas(
    archive: Archive, parts: Parts, changes: Mapping[str, bytes | None], without_formulas: Collection[str]
) -> bool:
    def content(sheet: SheetPart) -> bytes:
        return changes.get(sheet.part) or archive.read(sheet.part)

    # Small sheets first: one formula is enough, and the largest sheet is mostly pasted data.
    unknown = [sheet for sheet in parts.sheets.values() if sheet.part not in without_formulas]
    sheets = sorted(unknown, key=lambda sheet: archive.size(sheet.part))
    # A full calculation where Python is absent would turn the stored values of our own functions into errors.
    own = parts.own_functions
    return any(has_formulas(content(sheet), calling=own) for sheet in sheets)


def _calculate_on_opening(root: etree._Element) -> bool:
    for settings in children(root, "calcPr"):
        if settings.get("fullCalcOnLoad") == "1":
            return False
        settings.set("fullCalcOnLoad", "1")
        return True
    settings = etree.SubElement(root, sibling(root, "calcPr"))
    settings.set("fullCalcOnLoad", "1")
    for name in _BEFORE_CALCULATION:
        if found := children(root, name):
            found[-1].addnext(settings)
            return True
    return False


def _without_calculation_chain(archive: Archive, parts: Parts) -> Changes:
    """Leaves the chain out where it would name cells that hold no formula any more; Excel makes a new one."""
    chains = [target for kind, target in parts.links.values() if kind == "calcChain" and target in archive]
    if not chains:
        return {}
    chain = archive.part_name(chains[0])
    links_part = archive.part_name(relationships_part(parts.workbook_part))
    types_part = archive.part_name(CONTENT_TYPES)
    links, types = archive.xml(links_part), archive.xml(types_part)
    for link in list(links):
        if local(link) == "Relationship" and link.get("Type", "").endswith("/calcChain"):
            links.remove(link)
    for override in list(types):
        if override.get("PartName", "").casefold() == f"/{chain}".casefold():
            types.remove(override)
    return {chain: None, links_part: to_bytes(links), types_part: to_bytes(types)}
