"""客户卡片: one customer on one printed page; blocks of fixed size that a refresh fills."""

from __future__ import annotations

from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from crm_xl.builder.author import Author
from crm_xl.builder.charts_portraits import customer_months
from crm_xl.builder.drawing import has, insert
from crm_xl.builder.layout import CARD_CHART_TOP, CARD_LEFT, CARD_TOP, Placed, SheetPlan
from crm_xl.builder.printing import A4
from crm_xl.builder.sheets import write_cell, write_table
from crm_xl.builder.theme import CAUTION_FILL, CAUTION_TEXT, LINE_HEIGHT, WARNING_FILL, WARNING_TEXT
from crm_xl.tables import card as d
from crm_xl.tables.cells import note_name

# Columns A to E hold the form, G to I what is known of the customer; the blocks share them.
_WIDTHS = (17, 28, 14, 10, 12, 2, 12, 19, 70)
_LAST = len(_WIDTHS) - 1
_CHART_WIDTH, _CHART_HEIGHT = 555, 420  # pixels
_CAPTION_COLUMN = 2
# Items whose texts are longer than a line, and how many lines they are given.
_LINES = {"预警原因": 3, "客户画像": 2}
_HINT = "在黄格中选择客户编号（也可填客户全称）后刷新；有宏的工作簿可按“客户卡片”，只更新本页。"


def write_card(author: Author, sheet: SheetPlan, worksheet: Worksheet) -> None:
    """Everything on 客户卡片."""
    look = author.theme.look
    worksheet.hide_gridlines(2)
    if sheet.choice:
        write_table(author, sheet, sheet.choice, worksheet)
    for placed in sheet.placed:
        write_table(author, sheet, placed, worksheet, wrap=True)
        title = f"{placed.table.title}（{placed.table.note}）" if placed.table.note else placed.table.title
        worksheet.write_string(placed.row - 1, placed.column, title, look("table title"))
    for column, width in enumerate(_WIDTHS):
        worksheet.set_column(column, column, width)
        author.widths[sheet.name, column] = width
    _heights(sheet, worksheet)
    worksheet.set_row(0, 32)
    worksheet.write_string(0, CARD_LEFT, sheet.name, look("title"))
    worksheet.write_string(1, CARD_LEFT, _HINT, look("note"))
    _write_caption(author, sheet, worksheet)
    for placed in sheet.placed:
        if placed.table.name == d.CUSTOMER_CARD.name:
            _warn(author, placed, worksheet)
        if placed.table.name == d.ASSESSMENT_CARD.name:
            _stress(author, placed, worksheet)
    if has(author, d.CARD_MONTHS):
        chart, description = customer_months(author)
        chart.set_size({"width": _CHART_WIDTH, "height": _CHART_HEIGHT})
        insert(worksheet, CARD_CHART_TOP, CARD_LEFT, (chart, description))
    worksheet.set_landscape()
    worksheet.set_paper(A4)
    worksheet.set_margins(left=0.4, right=0.4, top=0.4, bottom=0.6)
    worksheet.fit_to_pages(1, 1)
    worksheet.set_footer(f"&L&9{sheet.name}&C&9第 &P 页，共 &N 页&R&9{author.draft.spec.title}")
    bottom = max(placed.row + author.draft.body_rows(placed.table.name) for placed in sheet.placed)
    worksheet.print_area(0, 0, bottom, _LAST)


def _heights(sheet: SheetPlan, worksheet: Worksheet) -> None:
    """Room for a heading on two lines, and for texts that take several, whichever customer is chosen."""
    items = [item for of_section in d.CARD_ITEMS.values() for item in of_section]
    tall = {CARD_TOP: 2} | {
        CARD_TOP + 1 + number: _LINES[item] for number, item in enumerate(items) if item in _LINES
    }
    for placed in sheet.placed:
        if placed.table in (d.CARD_INTERACTIONS, d.CARD_ACTIONS):
            tall |= {placed.row + 1 + number: 2 for number in range(d.LISTED)}
    for row, lines in tall.items():
        worksheet.set_row(row, lines * LINE_HEIGHT)


def _write_caption(author: Author, sheet: SheetPlan, worksheet: Worksheet) -> None:
    """Who is shown, and as of when: beside the choice, on its two rows and the one below."""
    name = note_name(d.ASSESSMENT_CARD)
    look = author.theme.look("wrapped note", bold=True)
    top = sheet.choice.row if sheet.choice else 2
    worksheet.merge_range(top, _CAPTION_COLUMN, top + 2, _LAST, "", look)
    write_cell(worksheet, top, _CAPTION_COLUMN, author.draft.cells.get(name, "尚未刷新"), look)
    author.define(name, sheet.name, top, _CAPTION_COLUMN, top, _CAPTION_COLUMN)
    for row in (top + 1, top + 2):
        worksheet.set_row(row, 2 * LINE_HEIGHT)


def _warn(author: Author, placed: Placed, worksheet: Worksheet) -> None:
    """The level of a warning in colour and with a sign before it."""
    names = placed.table.names
    top, left = placed.row + 1, placed.column + names.index("content")
    item = xl_rowcol_to_cell(top, placed.column + names.index("item"), col_abs=True)
    content = xl_rowcol_to_cell(top, left, col_abs=True)
    for level, look in (("高", (WARNING_TEXT, WARNING_FILL, "▲")), ("中", (CAUTION_TEXT, CAUTION_FILL, "△"))):
        worksheet.conditional_format(
            top, left, top + (placed.table.fixed_rows or 1) - 1, left,
            {
                "type": "formula",
                "criteria": f'=AND({item}="预警级别",{content}="{level}")',
                "format": author.theme.mark(*look),
            },
        )  # fmt: skip


def _stress(author: Author, placed: Placed, worksheet: Worksheet) -> None:
    """Total and tier in bold, on whichever row they come to stand."""
    top, left = placed.row + 1, placed.column
    cell = xl_rowcol_to_cell(top, left, col_abs=True)
    worksheet.conditional_format(
        top, left, placed.row + (placed.table.fixed_rows or 1), left + len(placed.table.columns) - 1,
        {
            "type": "formula",
            "criteria": f'=OR({cell}="{d.TOTAL_SCORE}",{cell}="{d.TIER}")',
            "format": author.theme.total(),
        },
    )  # fmt: skip
