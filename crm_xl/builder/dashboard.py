"""看板: key figures, charts, heat maps and lists on one printed page; blocks of fixed size that a refresh fills."""

from __future__ import annotations

from collections.abc import Callable

from xlsxwriter.chart import Chart
from xlsxwriter.worksheet import Worksheet

from crm_xl.builder.author import Author
from crm_xl.builder.charts import tier_amounts
from crm_xl.builder.charts_dashboard import MONTHLY_LINES, industries
from crm_xl.builder.drawing import has, insert
from crm_xl.builder.layout import CHART_TOP, DASHBOARD_LEFT, DASHBOARD_RIGHT, SheetPlan
from crm_xl.builder.printing import A4
from crm_xl.builder.sheets import write_cell, write_table
from crm_xl.builder.theme import LINE_HEIGHT
from crm_xl.schema import Table
from crm_xl.tables import dashboard as d
from crm_xl.tables import outputs as o
from crm_xl.tables.cells import note_name

# Columns A to M: a margin, the left blocks, a gap, the right blocks.
_WIDTHS = (2, 18, 26, 12, 15, 15, 30, 3, 14, 26, 16, 16, 32)
_LAST = len(_WIDTHS) - 1
_CAPTION_LINES = 7  # small data have more to be told of
_TOP_HEIGHT, _CHART_HEIGHT = 248, 325  # pixels
_PIE_WIDTH, _BAR_WIDTH, _LINE_WIDTH, _GAP = 370, 640, 532, 12
_PALE, _DEEP = "#FFFFFF", "#7FB8DC"  # black figures are readable on both, and in a grey print


def write_dashboard(author: Author, sheet: SheetPlan, worksheet: Worksheet) -> None:
    """Everything on 看板."""
    look = author.theme.look
    worksheet.hide_gridlines(2)
    for placed in sheet.placed:
        write_table(author, sheet, placed, worksheet)
        worksheet.merge_range(
            placed.row - 1,
            placed.column,
            placed.row - 1,
            placed.column + len(placed.table.columns) - 1,
            _heading(placed.table),
            look("table title"),
        )
        if placed.table in (d.RF_HEAT, d.REGION_HEAT):
            _heat(worksheet, placed.row, placed.column, placed.table)
    for column, width in enumerate(_WIDTHS):  # the blocks share columns: theirs are set here, not by each
        worksheet.set_column(column, column, width)
    worksheet.set_row(0, 32)
    worksheet.write_string(0, 0, sheet.name, look("title"))  # where links lead
    name = note_name(d.KEY_FIGURES)
    caption = look("wrapped note", bold=True)
    worksheet.merge_range(1, DASHBOARD_LEFT, 1, _LAST, "", caption)
    write_cell(worksheet, 1, DASHBOARD_LEFT, author.draft.cells.get(name, "尚未刷新"), caption)
    author.define(name, sheet.name, 1, DASHBOARD_LEFT, 1, DASHBOARD_LEFT)
    worksheet.set_row(1, _CAPTION_LINES * LINE_HEIGHT)
    _draw(author, worksheet)
    worksheet.set_landscape()
    worksheet.set_paper(A4)
    worksheet.set_margins(left=0.3, right=0.3, top=0.3, bottom=0.4)
    worksheet.fit_to_pages(1, 1)
    bottom = max(placed.row + author.draft.body_rows(placed.table.name) for placed in sheet.placed)
    worksheet.print_area(0, 0, bottom, _LAST)


def _heading(table: Table) -> str:
    return f"{table.title}（{table.note}）" if table.note else table.title


def _heat(worksheet: Worksheet, top: int, left: int, table: Table) -> None:
    """The darker, the more: one colour from white, the figure in every cell."""
    worksheet.conditional_format(
        top + 1,
        left + 1,
        top + (table.fixed_rows or 0),
        left + len(table.columns) - 1,
        {"type": "2_color_scale", "min_color": _PALE, "max_color": _DEEP},
    )


def _draw(author: Author, worksheet: Worksheet) -> None:
    drawings: list[tuple[int, int, int, int, int, Callable[[Author], tuple[Chart, str]]]] = []
    if has(author, o.TIER_CHART):
        drawings.append((3, DASHBOARD_LEFT + 4, 0, _PIE_WIDTH, _TOP_HEIGHT, tier_amounts))
    if has(author, d.INDUSTRY_CHART):
        drawings.append((3, DASHBOARD_RIGHT + 1, 0, _BAR_WIDTH, _TOP_HEIGHT, industries))
    if has(author, o.TREND, d.TREND_TURNS):
        drawings += [
            (CHART_TOP, DASHBOARD_LEFT, place * (_LINE_WIDTH + _GAP), _LINE_WIDTH, _CHART_HEIGHT, line)
            for place, line in enumerate(MONTHLY_LINES)
        ]
    for row, column, x_offset, width, height, maker in drawings:
        chart, description = maker(author)
        chart.set_size({"width": width, "height": height})
        insert(worksheet, row, column, (chart, description), x_offset=x_offset)
