"""Writing tables and cells of an open workbook so that it is afterwards either all new or as it was."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from crm_xl.books.edits import TableEdit, check_block, check_room, moves_by_sheet
from crm_xl.books.links import link_formulas
from crm_xl.books.live_find import LiveName, LiveTable, holds_formula, is_print_area
from crm_xl.books.live_snapshot import Snapshot
from crm_xl.books.live_values import Typed, kept
from crm_xl.books.protocol import Block, Cell
from crm_xl.errors import CrmError
from crm_xl.package.areas import LAST_ROW, Area, moved_reference

if TYPE_CHECKING:
    import xlwings as xw

_ATTEMPTS = 3
_COMPUTES = "General"  # a cell formatted as text would show a formula instead
_WHILE_WRITING = {"screen_updating": False, "enable_events": False, "calculation": "manual"}


@dataclass(kw_only=True)
class LiveEdit:
    """A table, its new content, and its content now.

    Attributes:
        live: the table as Excel knows it.
        edit: what it is to hold.
        before: what it holds.
        sheets: where the places that it names may lie.
        place_format: the number format of its column of places now, if it has one.
        filtered: whether rows are hidden.
    """

    live: LiveTable
    edit: TableEdit
    before: Block
    sheets: Sequence[str] = ()
    place_format: str = _COMPUTES
    filtered: bool = False


@dataclass(kw_only=True)
class CellEdit:
    """A named cell, its new value, and its value now."""

    target: xw.Range
    value: Cell
    before: Cell


@dataclass(kw_only=True)
class NameEdit:
    """A defined name that follows a table, and what it refers to before and after."""

    name: xw.Name
    text: str
    before: str


@dataclass(kw_only=True)
class Plan:
    """All that one write changes, with what is there now."""

    tables: list[LiveEdit]
    cells: dict[str, CellEdit]
    names: list[NameEdit] = field(default_factory=list)  # written in order, before all else

    def snapshot(self) -> Snapshot:
        """What is there now, to be kept."""
        return Snapshot(
            tables={each.edit.table.name: each.before for each in self.tables},
            cells={name: each.before for name, each in self.cells.items()},
        )


def plan(
    blocks: Mapping[str, Block],
    cells: Mapping[str, CellEdit],
    tables: Mapping[str, LiveTable],
    names: Mapping[str, LiveName],
    filtered: frozenset[str],
) -> Plan:
    """What a write will do; it reads each table once and changes nothing.

    Args:
        blocks: the new content by table name; all of them are in the workbook.
        cells: by defined name.
        tables: all tables of the workbook.
        names: all defined names of the workbook.
        filtered: the tables that hide rows.

    Raises:
        CrmError: a table would grow over something else, or past the end of the sheet.
    """
    edits = {name: _sized(tables[name], block) for name, block in blocks.items()}
    for sheet in dict.fromkeys(edit.table.sheet.name for edit in edits.values()):
        check_room(
            [edit for edit in edits.values() if edit.table.sheet.name == sheet],
            [found.part for found in tables.values() if found.part.sheet.name == sheet],
        )
    moves, unmoved = moves_by_sheet(edits.values(), [found.part for found in tables.values()])
    following = []
    # Only where a table's size changes need it be asked what each name refers to.
    resized = any(edit.move.old != edit.move.new for edit in edits.values())
    for name, found in names.items() if resized else ():
        moved = moved_reference(found.text, moves, unmoved, print_area=is_print_area(name))
        if moved is not None:
            following.append(NameEdit(name=found.name, text=moved, before=found.text))
    sheets = list(dict.fromkeys(found.part.sheet.name for found in tables.values()))
    known = [_with_content(tables[name], edit, sheets, name in filtered) for name, edit in edits.items()]
    return Plan(tables=known, cells=dict(cells), names=following)


def _sized(found: LiveTable, block: Block) -> TableEdit:
    check_block(found.part.name, block)
    found.know_totals()
    move = found.part.resized(max(1, len(block.rows)), len(block.headings))
    headings, rows = block.headings, block.rows
    return TableEdit(table=found.part, headings=headings, rows=rows, move=move, linked=block.linked)


def _with_content(found: LiveTable, edit: TableEdit, sheets: Sequence[str], filtered: bool) -> LiveEdit:
    old, new = edit.move.old, edit.move.new
    both = replace(old, bottom=max(old.bottom, new.bottom), right=max(old.right, new.right))
    values = found.stored(both)
    width, height = old.right - old.left + 1, edit.move.old_body.bottom - old.top + 1
    headings = tuple("" if cell is None else str(cell) for cell in values[0][:width])
    edit.table = replace(found.part, headings=tuple(heading.strip() for heading in headings))
    for row, cells in enumerate(values, start=both.top):
        outside = cells if row > old.bottom else cells[width:]
        for column, cell in enumerate(outside, start=both.right - len(outside) + 1):
            if cell is not None and new.holds(row, column):
                raise edit.in_the_way(row, column)
    before = Block(
        headings=headings,
        rows=[[kept(cell) for cell in cells[:width]] for cells in values[1:height]],
        linked=None if edit.linked is None else edit.source_columns()[edit.linked] - old.left,
    )
    each = LiveEdit(live=found, edit=edit, before=before, sheets=sheets, filtered=filtered)
    if before.linked is not None:
        column = old.left + before.linked
        first = Area(old.top + 1, column, old.top + 1, column)
        each.place_format = found.range(first).number_format or _COMPUTES
    return each


def carry_out(plan: Plan, typed: Typed) -> None:
    """Write all of it; when anything fails, put everything back as it was and let the failure through.

    Raises:
        CrmError: something failed and not everything could be put back.
    """
    done: list[Callable[[], None]] = []  # what undoes each step begun, in order
    try:
        for name in plan.names:
            done.append(lambda name=name: _write_name(name, name.before))  # type: ignore[misc]
            _write_name(name, name.text)
        for each in plan.tables:
            done.append(lambda each=each: _put_back(each, typed))  # type: ignore[misc]
            _write_table(each, typed)
        for cell in plan.cells.values():
            done.append(lambda cell=cell: _write_cell(cell, cell.before, typed))  # type: ignore[misc]
            _write_cell(cell, cell.value, typed)
        for each in plan.tables:  # last, for links cannot be put back
            persistently(partial(each.live.clear_links, each.edit.linked_areas()))
    except BaseException as error:
        _undo(done, error)
        raise


def _undo(done: Sequence[Callable[[], None]], error: BaseException) -> None:
    failed = False
    for step in reversed(done):
        try:
            persistently(step)
        except Exception:
            # The others are still put back: as much as can be is as it was.
            failed = True
    if failed:
        raise CrmError(
            "写入时出错，且部分结果表没能恢复原样。",
            hint="请不要保存，关闭工作簿后重新打开；或按“撤销刷新”恢复刷新前的结果。",
        ) from error


def persistently(step: Callable[[], None]) -> None:
    """Do it, again where it fails: Excel refuses a call now and then when it is busy."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return step()
        except Exception:
            if attempt == _ATTEMPTS:
                raise
    return None


def _write_table(each: LiveEdit, typed: Typed) -> None:
    edit, table = each.edit, each.live.table
    links = link_formulas(edit.rows, edit.linked, each.sheets)
    content = _content(edit.rows, edit.linked, links, typed)
    if not links and _is_there(each, content, typed):
        return
    totals = edit.table.totals_rows > 0
    if each.filtered:
        # Rows a filter hides would keep hiding what stands in them now.
        table.autofilter.clear()
    if totals:
        table.show_totals = False
    now = replace(edit.move.old, bottom=edit.move.old_body.bottom)
    then = replace(edit.move.new, bottom=edit.move.new_body.bottom)
    headings = edit.headings if edit.header_changes else None
    looks = None
    if links and each.place_format != _COMPUTES:
        column = then.left + (edit.linked or 0)
        looks = Area(then.top + 1, column, then.top + 1 + max(links), column), _COMPUTES
    _fill(each.live, now, then, headings, content, looks, typed)
    if totals:
        table.show_totals = True


def _is_there(each: LiveEdit, content: Sequence[Sequence[Any]], typed: Typed) -> bool:
    """Whether the table holds the content already, as plain values that are all shown."""
    edit = each.edit
    if each.filtered or edit.header_changes or edit.move.old != edit.move.new:
        return False
    before = typed.rows(each.before.rows)
    body = content or _blank(edit.move.new)
    # A truth equals a number, but is another value.
    same = before == body and all(
        list(map(type, one)) == list(map(type, other)) for one, other in zip(before, body, strict=True)
    )
    return same and not holds_formula(each.live)


def _blank(area: Area) -> list[list[Any]]:
    """The body of a table that has nothing to show."""
    return [[""] * (area.right - area.left + 1)]


def _put_back(each: LiveEdit, typed: Typed) -> None:
    move, table = each.edit.move, each.live.table
    totals = each.edit.table.totals_rows > 0
    if totals and table.show_totals:
        table.show_totals = False
    now = Area.parse(table.range.address)
    assert now is not None
    then = replace(move.old, bottom=move.old_body.bottom)
    rows, linked = each.before.rows, each.before.linked
    links: dict[int, str] = {}
    looks = None
    if linked is not None and each.place_format != _COMPUTES:
        column = then.left + linked
        looks = Area(then.top + 1, column, then.bottom, column), each.place_format
    else:
        links = link_formulas(rows, linked, each.sheets)
    _fill(each.live, now, then, each.before.headings, _content(rows, linked, links, typed), looks, typed)
    if totals:
        table.show_totals = True


def _content(
    rows: Sequence[Sequence[Cell]], linked: int | None, links: Mapping[int, str], typed: Typed
) -> list[list[Any]]:
    """The rows as Excel takes them, with the formulas that show and link places where there are such."""
    content = typed.rows(rows)
    for number, formula in links.items():
        assert linked is not None
        content[number][linked] = formula
    return content


def _fill(
    live: LiveTable,
    now: Area,
    then: Area,
    headings: Sequence[str] | None,
    content: Sequence[Sequence[Any]],
    looks: tuple[Area, str] | None,
    typed: Typed,
) -> None:
    """Give a table without totals row its new size and content.

    Args:
        live: the table.
        now: its cells now.
        then: its cells afterwards.
        headings: None where they stay.
        content: the new body, as Excel takes it.
        looks: cells of the body and the number format they must have before it is written.
        typed: turns values into what Excel takes for them.
    """
    if then.bottom < now.bottom:
        # Cleared while they are still the table's: a write cut short here leaves nothing outside of it.
        live.range(Area(then.bottom + 1, now.left, now.bottom, now.right)).clear_contents()
    if now != then:
        live.table.resize(live.range(then))
        _tidy(live, now, then)
    width = then.right - then.left + 1
    body = content or _blank(then)
    if looks is not None:
        live.range(looks[0]).number_format = looks[1]
    if headings is None:
        live.put(replace(then, top=then.top + 1), body)
        return
    # Excel renames a heading while another column still has its name; so all get one of their own first.
    live.put(replace(then, bottom=then.top), [[f"crm_{number}" for number in range(width)]])
    live.put(then, [[typed.value(heading) for heading in headings], *body])


def _tidy(live: LiveTable, now: Area, then: Area) -> None:
    """Formats for rows and columns that came, none for those that went, which have no content either."""
    right = min(now.right, then.right)
    if then.bottom > now.bottom:
        model = Area(now.top + 1, now.left, now.top + 1, right)
        live.range(model).autofill(live.range(replace(model, bottom=then.bottom)), "fill_formats")
    elif then.bottom < now.bottom < LAST_ROW:
        # As empty cells look there: the format of the column.
        below = Area(now.bottom + 1, now.left, now.bottom + 1, now.right)
        live.range(below).autofill(live.range(replace(below, top=then.bottom + 1)), "fill_formats")
    if then.right > now.right:
        model = Area(then.top, now.right, then.bottom, now.right)
        live.range(model).autofill(live.range(replace(model, right=then.right)), "fill_formats")
    elif then.right < now.right:
        live.range(Area(then.top, then.right + 1, min(now.bottom, then.bottom), now.right)).clear()


def _write_cell(cell: CellEdit, value: Cell, typed: Typed) -> None:
    cell.target.raw_value = typed.value(value)


def _write_name(name: NameEdit, text: str) -> None:
    name.name.refers_to = f"={text}"


@contextlib.contextmanager
def at_rest(app: xw.App) -> Iterator[None]:
    """Excel neither draws, calculates nor runs event handlers meanwhile; all as before afterwards.

    Raises:
        CrmError: the work is done, but Excel did not take its settings back.
    """
    before = {setting: getattr(app, setting) for setting in _WHILE_WRITING}
    try:
        for setting, value in _WHILE_WRITING.items():
            setattr(app, setting, value)
        yield
    except BaseException:
        _set_back(app, before)
        raise
    if not _set_back(app, before):
        raise CrmError(
            "结果已写入，但 Excel 的设置（自动计算等）没能恢复。",
            hint="请在“公式”选项卡的“计算选项”中选“自动”，或重新打开 Excel。",
        )


def _set_back(app: xw.App, settings: Mapping[str, Any]) -> bool:
    """Whether Excel took all of the settings."""
    failed = False
    for setting, value in settings.items():
        try:
            persistently(lambda setting=setting, value=value: setattr(app, setting, value))  # type: ignore[misc]
        except Exception:
            failed = True
    return not failed
