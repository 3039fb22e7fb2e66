"""A sheet of tables: title, explanation, tables as real Excel tables, validation, formats, print set-up.

Output sheets are not protected: a refresh from inside Excel writes into them, and people sort and filter them.
Only 说明 is protected (without a password).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from crm_xl.books.links import locations
from crm_xl.books.protocol import Cell
from crm_xl.builder.author import Author
from crm_xl.builder.bands import write_bands
from crm_xl.builder.charts import place_charts
from crm_xl.builder.highlights import highlight, highlight_total
from crm_xl.builder.layout import LINKS_IN_A_ROW, Placed, SheetKind, SheetPlan
from crm_xl.builder.printing import TEXT_WIDTH, Columns, pages_of, print_setup, width_of
from crm_xl.builder.samples.trials import trial_rows
from crm_xl.builder.theme import LINE_HEIGHT, column_width, lines
from crm_xl.builder.triangle import shade_triangle, step_rule
from crm_xl.builder.validation import FURTHER_ROWS, LISTS, validation
from crm_xl.schema import Column, Kind, Role, Table
from crm_xl.tables import inputs as i
from crm_xl.tables import parameters as p
from crm_xl.tables import workshop as w
from crm_xl.tables.cells import SAMPLE_ENTRIES, SAMPLE_ROWS, note_name
from crm_xl.widths import display_width

ROWS_MEASURED = 500  # for the widths of columns
_HEAD_HEIGHT, _NOTE_HEIGHT = 33, 44
_CHOICE_WIDTH = 12.0  # a date, or the name of an owner, stands above any column
_SPARE_LINES = 4
_BETWEEN = 3.0  # the blank column between tables
_MOST_NAMED = 4  # columns that people fill in; of more the first and the last are named
_INPUT_LEGEND = "深色标题为必填列；从标题下一行起粘贴数据；清空示例数据时请删除整行。"


def write_tables_sheet(author: Author, sheet: SheetPlan, worksheet: Worksheet) -> None:
    """Everything on a sheet of tables."""
    worksheet.hide_gridlines(2)
    for (
        placed
    ) in sheet.all_placed:  # the widths of columns are those of the tables, not of the choice above them
        write_table(author, sheet, placed, worksheet)
    if sheet.kind is SheetKind.DATA:
        for placed in sheet.placed:
            worksheet.write_string(0, placed.column, placed.table.title, author.theme.look("table title"))
        return
    place_charts(author, sheet.name, worksheet)  # they keep clear of each other by the heights of rows
    pages = pages_of(author, sheet)
    _write_head(author, sheet, worksheet, pages.head)
    print_setup(author, sheet, worksheet, pages)
    write_bands(author, sheet, worksheet)
    worksheet.set_row(sheet.heading_row, _HEAD_HEIGHT)
    first = sheet.placed[0].table
    frozen = 2 if first.names[:2] == ("customer_id", "customer_name") and len(sheet.placed) == 1 else 0
    worksheet.freeze_panes(sheet.heading_row + 1, frozen)


def write_cell(worksheet: Worksheet, row: int, column: int, value: Cell, look: Format) -> None:
    """One value as what it is: a text stays text whatever it begins with."""
    if value is None or value == "":
        worksheet.write_blank(row, column, None, look)
    elif isinstance(value, bool):
        worksheet.write_boolean(row, column, value, look)
    elif isinstance(value, int | float):
        worksheet.write_number(row, column, _stable(value), look)
    elif isinstance(value, datetime | date):
        worksheet.write_datetime(row, column, value, look)
    else:
        worksheet.write_string(row, column, str(value), look)


def _stable(value: float) -> float:
    # Another processor may add the same numbers in another order: beyond 13 digits a build would differ.
    return float(f"{value:.13g}")


def write_table(
    author: Author, sheet: SheetPlan, placed: Placed, worksheet: Worksheet, *, wrap: bool = False
) -> None:
    """A table where its sheet has it: headings, body, looks, widths, validation.

    With `wrap` its texts wrap whatever their width, because the sheet sets the widths of its columns itself.
    """
    table, block = placed.table, author.draft.blocks[placed.table.name]
    columns = _columns(table, block.headings)
    rows = author.draft.body_rows(table.name)
    top, left = placed.row, placed.column
    bottom, right = top + rows, left + len(columns) - 1
    options: list[dict[str, Any]] = []
    sheets = [plan.name for plan in author.draft.sheets]
    tallest = 1
    model = author.draft.model.blocks[table.name]
    for offset, column in enumerate(columns):
        values = [row[offset] for row in block.rows]
        like = [row[offset] for row in model.rows] if offset < len(model.headings) else []
        measured = [*like[:ROWS_MEASURED], *([column.example] if column.example else [])]
        width = column_width(column, measured, table.role, may_wrap=len(sheet.placed) == 1)
        width = max(width, _width_above(sheet, left + offset))
        tall = max(
            (lines(v, width) for v in like if isinstance(v, str) and column.kind is Kind.TEXT), default=1
        )
        tallest = max(tallest, tall)
        body = author.theme.body(column, table.role, wrap=tall > 1 or (wrap and column.kind is Kind.TEXT))
        options.append(
            {"header": column.title, "header_format": author.theme.head(column, table.role), "format": body}
        )
        worksheet.set_column(left + offset, left + offset, width, author.theme.column(column, table.role))
        author.widths[sheet.name, left + offset] = width
        targets = locations(block.rows, block.linked, sheets) if offset == block.linked else {}
        for number in range(rows):
            value = values[number] if number < len(values) else None
            at = top + 1 + number, left + offset
            if target := targets.get(number):
                worksheet.write_url(*at, f"internal:{target}", body, str(value))
            elif (
                sheet.kind is not SheetKind.DATA or value is not None
            ):  # a chart takes a formatted blank for 0
                write_cell(worksheet, *at, value, body)
    if tallest > 1 and len(sheet.placed) == 1:
        # One height for all rows: another refresh may put a longer text into any of them.
        for number in range(rows):
            worksheet.set_row(top + 1 + number, tallest * LINE_HEIGHT)
        author.tall_rows[sheet.name] = rows, tallest
    filters = sheet.kind in (SheetKind.INPUT, SheetKind.OUTPUT) and table.fixed_rows is None
    worksheet.add_table(
        top, left, bottom, right,
        {"name": table.name, "columns": options, "style": None, "autofilter": filters},
    )  # fmt: skip
    if table.defined_name:
        author.define(table.defined_name, sheet.name, top, left, bottom, right)
    if table.role is Role.OUTPUT:
        highlight_total(author.theme, worksheet, table, (top + 1, left, bottom, right))
        for offset, column in enumerate(columns):
            highlight(author.theme, worksheet, column, (top + 1, left + offset, bottom, left + offset))
    elif table is i.PLANS:
        status = left + table.names.index("status")
        highlight(author.theme, worksheet, table.column("status"), (top + 1, status, bottom, status))
    if table is w.AHP:
        shade_triangle(author.theme, worksheet, placed, rows)
    _validate(author, placed, worksheet, rows)
    if len(sheet.placed) > 1:
        worksheet.set_column(right + 1, right + 1, _BETWEEN)
        author.widths[sheet.name, right + 1] = _BETWEEN


def _width_above(sheet: SheetPlan, column: int) -> float:
    """What the cells above the tables ask of a column: a choice, or links of which each has a column."""
    if sheet.choice:
        return _CHOICE_WIDTH if column in sheet.choice.columns else 0.0
    if sheet.kind is SheetKind.PARAMETERS and len(sheet.placed) > 1 and column < LINKS_IN_A_ROW:
        return max((display_width(q.table.title) for q in sheet.placed[column::LINKS_IN_A_ROW]), default=0.0)
    return 0.0


def _columns(table: Table, headings: tuple[str, ...]) -> list[Column]:
    """The declared columns, and those that an open-ended output adds behind them."""
    further = headings[len(table.columns) :]
    declared = [replace(column, computed=True) if _fixed(table, column) else column for column in table]
    return [*declared, *(Column(name=name, title=name, kind=table.further) for name in further)]


def _fixed(table: Table, column: Column) -> bool:
    """Whether people only read the column, though the declaration calls it no computed one."""
    if table is p.SETTINGS_TABLE:
        return column.name != "value"
    return _written_by_refresh(table)


def _written_by_refresh(table: Table) -> bool:
    """Whether an input table is one that people only read: all but its key is computed."""
    return all(column.computed for column in table if column.name not in table.key)


def _validate(author: Author, placed: Placed, worksheet: Worksheet, rows: int) -> None:
    table, top = placed.table, placed.row + 1
    if table.role is not Role.OUTPUT and _written_by_refresh(table):
        return
    for offset, column in enumerate(table):
        at = placed.column + offset
        if table.role is Role.OUTPUT and not column.filled:
            continue
        if table is p.SETTINGS_TABLE and column.name == "value":
            _validate_settings(author, worksheet, top, at)
            continue
        list_name = author.lists.get((table.name, column.name), "")
        if rule := validation(column, list_name=list_name):
            if table is w.AHP and list_name:
                rule = step_rule(rule, placed, column.name, list_name)
            further = 0 if table.fixed_rows else FURTHER_ROWS
            worksheet.data_validation(top, at, top + rows - 1 + further, at, rule)


def _validate_settings(author: Author, worksheet: Worksheet, top: int, at: int) -> None:
    """Each setting is a row, with a kind and limits of its own."""
    settings = {setting.title: setting for setting in p.GENERAL}
    for number, row in enumerate(author.draft.blocks[p.SETTINGS_TABLE.name].rows):
        setting = settings[str(row[0])]
        look = author.theme.body(setting, Role.PARAMETER)
        write_cell(worksheet, top + number, at, row[1], look)
        if rule := validation(setting):
            worksheet.data_validation(top + number, at, top + number, at, rule)


def define_lists(author: Author) -> None:
    """The defined names that dropdowns read: a column of a table that lists, which grows with the table."""
    present = {table.name: table for table in author.draft.spec.tables}
    columns = {}
    for place, (name, table_name, column_name) in LISTS.items():
        if place[0] in present and table_name in present:
            columns[name] = f"={table_name}[{present[table_name].column(column_name).title}]"
            author.lists[place] = name
    # Many reports offer one list; Excel takes a name that is defined twice for a damaged file.
    for name, column in columns.items():
        author.workbook.define_name(name, column)


def _write_head(author: Author, sheet: SheetPlan, worksheet: Worksheet, room: Columns) -> None:
    """What stands above the tables; explanation and caption of a single one in the columns `room`."""
    look = author.theme.look
    tables = [placed.table for placed in sheet.placed]
    worksheet.set_row(0, 30)
    worksheet.write_string(0, 0, sheet.name, look("title"))
    if sheet.kind is SheetKind.PARAMETERS:
        said = "黄底蓝字可改；改后请刷新。"
        if len(tables) == 1:
            worksheet.write_string(1, 0, f"{said}{_guides(tables[0])}", look("note"))
            worksheet.write_string(2, 0, f"{tables[0].note}。", look("note"))
            return
        said += "灰色列由刷新填写。点击下列名称转到相应的表："
        worksheet.write_string(1, 0, said, look("note"))
        for number, placed in enumerate(sheet.placed):
            row, column = divmod(number, LINKS_IN_A_ROW)
            target = f"internal:'{sheet.name}'!{author.address(placed.row - 2, placed.column)}"
            worksheet.write_url(2 + row, column, target, look("link"), placed.table.title)
    elif sheet.kind is SheetKind.INPUT:
        table = tables[0]
        note = f"{table.note}。" if table.note else ""
        written = (
            "本表由刷新写入，请勿修改。"
            if all(c.computed for c in table if not c.required)
            else _INPUT_LEGEND
        )
        sample = SAMPLE_ROWS if author.draft.blocks[table.name].rows else ""
        _write_line(author, sheet, worksheet, 1, room, f"{note}{_guides(table)}")
        _write_line(author, sheet, worksheet, 2, room, f"{sample}{written}")
    if sheet.kind is SheetKind.OUTPUT and len(tables) == 1:
        _write_line(author, sheet, worksheet, 1, room, _explanation(author, tables[0]))
        _write_caption(author, sheet, sheet.placed[0], worksheet, room)
    elif len(tables) > 1:
        _write_table_heads(author, sheet, worksheet)


def _write_table_heads(author: Author, sheet: SheetPlan, worksheet: Worksheet) -> None:
    """Titles and notes of tables that stand side by side, none wider than its own table."""
    look = author.theme.look
    row = sheet.top_heading_row
    for placed in sheet.placed:
        right = placed.column + len(placed.table.columns) - 1
        if sheet.kind is SheetKind.PARAMETERS:
            worksheet.write_string(row - 2, placed.column, placed.table.title, look("table title"))
            worksheet.merge_range(
                row - 1, placed.column, row - 1, right, placed.table.note, look("wrapped note")
            )
        else:
            text = f"{placed.table.title}：{_explanation(author, placed.table)}"
            worksheet.merge_range(row - 2, placed.column, row - 2, right, text, look("wrapped note"))
            worksheet.merge_range(row - 1, placed.column, row - 1, right, "", look("wrapped note"))
            _write_caption(author, sheet, placed, worksheet, (placed.column, right))
    worksheet.set_row(row - 1, _NOTE_HEIGHT)
    if sheet.kind is SheetKind.OUTPUT:
        worksheet.set_row(row - 2, _NOTE_HEIGHT)


def _write_line(
    author: Author, sheet: SheetPlan, worksheet: Worksheet, row: int, room: Columns, text: str
) -> None:
    """A text above the tables: over the cells to its right, or wrapped where its last words would be another page's."""
    if display_width(text) <= width_of(author, sheet, room):
        worksheet.write_string(row, room[0], text, author.theme.look("note"))
        return
    left, right = _readable(author, sheet, room)
    worksheet.merge_range(row, left, row, right, text, author.theme.look("note", text_wrap=True))
    worksheet.set_row(row, lines(text, width_of(author, sheet, (left, right))) * LINE_HEIGHT)


def _readable(author: Author, sheet: SheetPlan, room: Columns) -> Columns:
    """As many of the columns as a line of text takes."""
    left, last = room
    right = left
    while right < last and width_of(author, sheet, (left, right)) < TEXT_WIDTH:
        right += 1
    return left, right


def _write_caption(
    author: Author, sheet: SheetPlan, placed: Placed, worksheet: Worksheet, room: Columns
) -> None:
    """The cell above an output in which a refresh says date, period, scope, scorecard and what else to know."""
    name = note_name(placed.table)
    look = author.theme.look("wrapped note", bold=True)
    row, left = sheet.top_heading_row - 1, room[0]
    text = author.draft.cells.get(name, "尚未刷新")
    if len(sheet.placed) == 1:
        columns = _readable(author, sheet, room)
        if columns[1] > left:
            worksheet.merge_range(row, left, row, columns[1], "", look)
        # Another refresh may have more to say.
        like = author.draft.model.cells.get(name, text)
        width = width_of(author, sheet, columns)
        said = sum(lines(line, width) for line in str(like).splitlines())
        worksheet.set_row(row, (said + _SPARE_LINES) * LINE_HEIGHT)
    write_cell(worksheet, row, left, text, look)
    author.define(name, sheet.name, row, left, row, left)


def _explanation(author: Author, table: Table) -> str:
    note = f"{table.note}。" if table.note else ""
    titles = [column.title for column in table if column.filled]
    typed = "、".join(titles) if len(titles) <= _MOST_NAMED else f"{titles[0]}至{titles[-1]}"
    sample = SAMPLE_ENTRIES if author.draft.samples and table.name in trial_rows() else ""
    written = f"黄底的“{typed}”由人填写，刷新时保留；其余由刷新写入。" if typed else "由刷新写入，请勿修改。"
    return f"{sample}{note}{written}{_guides(table)}"


def _guides(table: Table) -> str:
    return f"来源：指南 {'、'.join(table.guide.split())}。" if table.guide else ""
