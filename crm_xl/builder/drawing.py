"""What every chart is made of: size, fonts, axes, and series that are columns of a block."""

from __future__ import annotations

from typing import Any

from xlsxwriter.chart import Chart
from xlsxwriter.worksheet import Worksheet

from crm_xl.builder.author import Author
from crm_xl.builder.layout import place_of
from crm_xl.builder.theme import FONT
from crm_xl.palette import PALETTE
from crm_xl.schema import Table

WIDTH, HEIGHT = 560, 300  # pixels
ROW_PIXELS, COLUMN_PIXELS = 20, 64
SMALL = {"name": FONT, "size": 9}
# Of an axis: between small whole numbers Excel sets halves, which must not read as whole ones twice.
STEPS = "[<10]General;#,##0"
# The options of a category axis of 24 months.
MONTHS = {
    "num_font": {**SMALL, "rotation": -45},
    "num_format": "yyyy-mm",
    "text_axis": True,
    "interval_unit": 2,
}
_TITLE = {"name": FONT, "size": 12, "bold": True}
_GRID = {"visible": True, "line": {"color": "#D9D9D9"}}
_PARTS = {
    "category": True, "percentage": True, "separator": "\n", "position": "outside_end", "leader_lines": True,
    "font": SMALL, "num_format": "0.0%",
}  # fmt: skip


def has(author: Author, *tables: Table) -> bool:
    """Whether the workbook holds all the tables."""
    names = {table.name for table in author.draft.spec.tables}
    return all(table.name in names for table in tables)


def insert(
    worksheet: Worksheet,
    row: int,
    column: int,
    drawing: tuple[Chart, str],
    *,
    x_offset: int = 0,
    y_offset: int = 0,
) -> None:
    """Put a chart, with what a screen reader says of it, so many pixels off a place; it moves with the cells, not sizes."""
    chart, description = drawing
    worksheet.insert_chart(
        row,
        column,
        chart,
        {"object_position": 2, "description": description, "x_offset": x_offset, "y_offset": y_offset},
    )


def new_chart(author: Author, kind: str, title: str) -> Chart:
    """A chart of the house's size and fonts, with its title; it reads blocks on hidden sheets too."""
    chart = author.workbook.add_chart({"type": kind})
    if chart is None:
        raise ValueError(f"no chart of type {kind}")
    chart.set_title({"name": title, "name_font": _TITLE, "overlay": False})
    chart.set_size({"width": WIDTH, "height": HEIGHT})
    chart.set_chartarea({"border": {"color": "#BFBFBF"}})
    chart.show_hidden_data()  # the blocks stand on a hidden sheet
    chart.show_blanks_as("gap")
    return chart


def axis(title: str) -> dict[str, Any]:
    """The options of a value axis under that title."""
    return {
        "name": title,
        "name_font": {**SMALL, "bold": False},
        "num_font": SMALL,
        "major_gridlines": _GRID,
    }


def series(author: Author, table: Table, category: str, value: str) -> dict[str, Any]:
    """Name, categories and values of a series: columns of a block."""
    sheet, placed = place_of(author.draft.sheets, table)
    first, last = placed.row + 1, placed.row + author.draft.body_rows(table.name)

    def column(name: str) -> int:
        return placed.column + table.names.index(name)

    return {
        "name": [sheet.name, placed.row, column(value)],
        "categories": [sheet.name, first, column(category), last, column(category)],
        "values": [sheet.name, first, column(value), last, column(value)],
    }


def full_dots(color: str) -> dict[str, Any]:
    """Round markers of a line, filled with its colour."""
    return {"type": "circle", "size": 5, "fill": {"color": color}, "border": {"color": color}}


def open_marks(color: str, kind: str = "diamond") -> dict[str, Any]:
    """Hollow markers of a line: told from full ones in grey print and by colour-blind readers too."""
    return {"type": kind, "size": 6, "fill": {"color": "#FFFFFF"}, "border": {"color": color}}


def pie(author: Author, block: Table, value: str, title: str) -> Chart:
    """A pie of one column of a block whose first column is the label; parts are named beside themselves.

    A legend tells parts apart by colour alone.
    """
    chart = new_chart(author, "pie", title)
    points = [
        {"fill": {"color": color}, "border": {"color": "#FFFFFF"}} for color in PALETTE[: block.fixed_rows]
    ]
    chart.add_series({**series(author, block, "label", value), "points": points, "data_labels": _PARTS})
    chart.set_legend({"none": True})
    return chart
