"""首页: what the workbook is, what to do, its status after the last refresh, and the way to every sheet."""

from __future__ import annotations

from xlsxwriter.worksheet import Worksheet

from crm_xl.builder import charts
from crm_xl.builder.author import Author
from crm_xl.builder.drawing import has, insert
from crm_xl.builder.help_texts import steps
from crm_xl.builder.layout import HOME, SheetKind
from crm_xl.builder.printing import A4
from crm_xl.builder.ribbon_xml import place_buttons
from crm_xl.builder.sheets import write_cell
from crm_xl.builder.theme import INPUT_FILL, INPUT_TEXT, number_format
from crm_xl.schema import Column, Role
from crm_xl.tables import cells as named
from crm_xl.tables.inputs import PLANS
from crm_xl.tables.outputs import TIER_CHART
from crm_xl.tables.plans import REVIEWS

_BANNER = "▲ 宏尚未启用：请点击上方黄色提示条中的“启用内容”。未启用时仍可阅读与填写数据，但按钮、自定义函数和刷新不可用。"
_NOT_YET = "尚未刷新"
_LAST_COLUMN = 7
_TOLD_OF = {named.REVIEWS.name: REVIEWS, named.PLANS.name: PLANS}
_BUTTON_ROW_HEIGHT = 30


def write_home(author: Author, worksheet: Worksheet) -> None:
    """Everything on 首页."""
    look = author.theme.look
    spec = author.draft.spec
    worksheet.hide_gridlines(2)
    for column, width in enumerate((2, 18, 52, 3, 18, 14, 20, 18)):
        worksheet.set_column(column, column, width)
    row = 0
    if spec.macros:
        worksheet.merge_range(row, 0, row, _LAST_COLUMN, _BANNER, look("banner"))
        worksheet.set_row(row, 24)
        author.define(named.BANNER_NAME, HOME, row, 0, row, _LAST_COLUMN)
        row += 1
    worksheet.set_row(row, 36)
    worksheet.write_string(row, 1, spec.title, look("title", font_size=22))
    worksheet.write_string(row + 1, 1, spec.purpose, look("note"))
    row += 2
    if author.draft.samples:
        worksheet.merge_range(row, 1, row, _LAST_COLUMN, named.SAMPLE_BANNER, look("sample mark"))
        worksheet.set_row(row, 22)
    row = _steps(author, worksheet, row + 2)
    if spec.macros:
        worksheet.set_row(row, _BUTTON_ROW_HEIGHT)
        place_buttons(worksheet, row, 1)
        row += 1
    top = row + 1
    row = _status(author, worksheet, top)
    row = max(row, _links(author, worksheet, top))
    if has(author, TIER_CHART):
        for column, size, maker in ((1, 500, charts.tier_customers), (4, 500, charts.tier_amounts)):
            chart, description = maker(author)
            chart.set_size({"width": size, "height": 290})
            insert(worksheet, row + 2, column, (chart, description))
    worksheet.set_landscape()
    worksheet.set_paper(A4)
    worksheet.fit_to_pages(1, 1)
    worksheet.print_area(0, 0, row + 18, _LAST_COLUMN)
    worksheet.activate()


def _steps(author: Author, worksheet: Worksheet, row: int) -> int:
    look = author.theme.look
    to_do = steps(macros=author.draft.spec.macros)
    worksheet.set_row(row, 22)
    worksheet.merge_range(row, 1, row, _LAST_COLUMN, "三步使用", look("section"))
    for number, (name, text) in enumerate(to_do, 1):
        worksheet.set_row(row + number, 24)
        worksheet.write_string(row + number, 1, f"{number}  {name}", look("step"))
        worksheet.write_string(row + number, 2, text, look("text", indent=1))
    return row + len(to_do) + 1


def _status(author: Author, worksheet: Worksheet, row: int) -> int:
    look = author.theme.look
    worksheet.set_row(row, 22)
    worksheet.merge_range(row, 1, row, 2, "状态", look("section"))
    values = {named.STATUS.name: _NOT_YET, **author.draft.cells, named.VERSION.name: named.SCHEMA_VERSION}
    for cell in named.STATUS_CELLS:
        if cell.name in _TOLD_OF and not has(author, _TOLD_OF[cell.name]):
            continue  # of a table that people do not have they could do nothing about it
        row += 1
        label = f"{cell.title}({cell.unit})" if cell.unit else cell.title
        worksheet.write_string(row, 1, label, look("label"))
        column = Column(name=cell.name, title=cell.title, kind=cell.kind, unit=cell.unit)
        value_look = look("value", num_format=number_format(column, Role.OUTPUT), text_wrap=True)
        write_cell(worksheet, row, 2, values.get(cell.name), value_look)
        author.define(cell.name, HOME, row, 2, row, 2)
        if cell in (named.BALANCE, named.REVIEWS, named.PLANS):
            rule = {"type": "text", "criteria": "containing", "value": "✘"}
            worksheet.conditional_format(
                row, 2, row, 2, {**rule, "format": look("text", font_color="#B00020")}
            )
    if author.draft.spec.macros:
        row += 1
        worksheet.write_string(row, 1, named.CANCEL.title, look("label"))
        worksheet.write_blank(row, 2, None, look("value", font_color=INPUT_TEXT, bg_color=INPUT_FILL))
        worksheet.data_validation(
            row, 2, row, 2,
            {"validate": "list", "source": ["是"], "input_title": named.CANCEL.title, "input_message": named.CANCEL.note},
        )  # fmt: skip
        author.define(named.CANCEL.name, HOME, row, 2, row, 2)
    return row


def _links(author: Author, worksheet: Worksheet, row: int) -> int:
    """Links to every sheet, what to fill in and what to read in two columns each; the last row used."""
    look = author.theme.look
    sheets = author.draft.sheets
    inputs = [sheet.name for sheet in sheets if sheet.kind in (SheetKind.PARAMETERS, SheetKind.INPUT)]
    readable = (SheetKind.DASHBOARD, SheetKind.CARD, SheetKind.OUTPUT, SheetKind.EXAMPLES, SheetKind.GUIDE)
    outputs = [sheet.name for sheet in sheets if sheet.kind in readable]
    lowest = row
    for title, left, names in (("填写", 4, inputs), ("查看", 6, outputs)):
        worksheet.merge_range(row, left, row, left + 1, title, look("section"))
        half = -(-len(names) // 2)
        for number, name in enumerate(names):
            down, right = number % half + 1, number // half
            worksheet.write_url(row + down, left + right, f"internal:'{name}'!A1", look("link"), name)
        lowest = max(lowest, row + half)
    return lowest
