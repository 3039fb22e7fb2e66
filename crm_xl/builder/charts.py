"""Native charts on blocks of fixed size, so that they follow a refresh."""

from __future__ import annotations

from typing import Any

from xlsxwriter.chart import Chart
from xlsxwriter.worksheet import Worksheet

from crm_xl.builder.author import Author
from crm_xl.builder.layout import place_of
from crm_xl.builder.theme import FONT, PALETTE
from crm_xl.schema import Table
from crm_xl.tables import outputs as o

WIDTH, HEIGHT = 560, 300  # pixels
ROW_PIXELS, COLUMN_PIXELS = 20, 64
_SMALL = {"name": FONT, "size": 9}
_TITLE = {"name": FONT, "size": 12, "bold": True}
_GRID = {"visible": True, "line": {"color": "#D9D9D9"}}


def has(author: Author, *tables: Table) -> bool:
    """Whether the workbook holds all the tables."""
    names = {table.name for table in author.draft.spec.tables}
    return all(table.name in names for table in tables)


def place_charts(author: Author, sheet: str, worksheet: Worksheet) -> None:
    """The charts of an output sheet, to the right of its table; nothing for a sheet without charts."""
    makers = {
        o.TIER_SUMMARY.sheet: (o.TIER_CHART, (tier_customers, tier_amounts)),
        o.RFM_SUMMARY.sheet: (o.SEGMENT_CHART, (segment_customers,)),
        o.TREND.sheet: (o.TREND, (trend,)),
    }
    if sheet not in makers or not has(author, makers[sheet][0]):
        return
    table = next(t for t in author.draft.spec.tables if t.sheet == sheet)
    column = len(table.columns) + 1
    for number, maker in enumerate(makers[sheet][1]):
        row = 3 + number * (HEIGHT // ROW_PIXELS + 1)
        insert(worksheet, row, column, maker(author))
        author.chart_bottom[sheet] = row + HEIGHT // ROW_PIXELS + 1
    author.chart_right[sheet] = column + WIDTH // COLUMN_PIXELS


def insert(worksheet: Worksheet, row: int, column: int, drawing: tuple[Chart, str]) -> None:
    """Put a chart, with what a screen reader says of it, at a place; it moves with the cells, not sizes."""
    chart, description = drawing
    worksheet.insert_chart(row, column, chart, {"object_position": 2, "description": description})


def tier_customers(author: Author) -> tuple[Chart, str]:
    """Columns: customers by tier."""
    chart = _chart(author, "column", "各级客户数")
    chart.add_series(
        {
            **_series(author, o.TIER_CHART, "label", "customers"),
            "fill": {"color": PALETTE[0]},
            "gap": 60,
            "data_labels": {"value": True, "font": _SMALL, "num_format": "#,##0;;"},
        }
    )
    chart.set_x_axis({"num_font": _SMALL})
    chart.set_y_axis({**_axis("客户数（家）"), "num_format": "#,##0", "min": 0})
    chart.set_legend({"none": True})
    return chart, "各级客户数量：柱形图"


def tier_amounts(author: Author) -> tuple[Chart, str]:
    """A pie: money by tier."""
    chart = _chart(author, "pie", "各级年总消费额占比")
    points = [
        {"fill": {"color": color}, "border": {"color": "#FFFFFF"}}
        for color in PALETTE[: o.TIER_CHART.fixed_rows]
    ]
    chart.add_series(
        {
            **_series(author, o.TIER_CHART, "label", "amount"),
            "points": points,
            # A legend tells parts apart by colour alone; labels beside the parts do not.
            "data_labels": {
                "category": True, "percentage": True, "separator": "\n", "position": "outside_end", "leader_lines": True,
                "font": _SMALL, "num_format": "0.0%",
            },
        }
    )  # fmt: skip
    chart.set_legend({"none": True})
    return chart, "各级客户年总消费额占比：饼图"


def segment_customers(author: Author) -> tuple[Chart, str]:
    """Bars: customers by RFM segment."""
    chart = _chart(author, "bar", "各RFM分群客户数")
    chart.add_series(
        {
            **_series(author, o.SEGMENT_CHART, "label", "customers"),
            "fill": {"color": PALETTE[0]},
            "gap": 50,
            "data_labels": {"value": True, "font": _SMALL, "num_format": "#,##0;;"},
        }
    )
    chart.set_x_axis({**_axis("客户数（家）"), "num_format": "#,##0", "min": 0})
    chart.set_y_axis({"num_font": _SMALL, "reverse": True})
    chart.set_legend({"none": True})
    return chart, "各RFM分群客户数：条形图"


def trend(author: Author) -> tuple[Chart, str]:
    """Two lines over 24 months: amount, and the share of active customers on a second axis."""
    chart = _chart(author, "line", "月度订单总额与活跃客户占比")
    chart.add_series(
        {
            **_series(author, o.TREND, "month", "amount"),
            "line": {"color": PALETTE[0], "width": 2.25},
            "marker": {
                "type": "circle",
                "size": 5,
                "fill": {"color": PALETTE[0]},
                "border": {"color": PALETTE[0]},
            },
        }
    )
    chart.add_series(
        {
            **_series(author, o.TREND, "month", "active_share"),
            "y2_axis": True,
            "line": {"color": PALETTE[1], "width": 1.75, "dash_type": "dash"},
            "marker": {
                "type": "diamond",
                "size": 6,
                "fill": {"color": "#FFFFFF"},
                "border": {"color": PALETTE[1]},
            },
        }
    )
    chart.set_x_axis(
        {
            "num_font": {**_SMALL, "rotation": -45},
            "num_format": "yyyy-mm",
            "text_axis": True,
            "interval_unit": 2,
        }
    )
    chart.set_y_axis({**_axis("订单总额（万元）"), "num_format": "#,##0", "min": 0})
    chart.set_y2_axis(
        {
            **_axis("活跃客户占比（%）"),
            "num_format": "0%",
            "min": 0,
            "max": 1,
            "major_gridlines": {"visible": False},
        }
    )
    chart.set_legend({"position": "bottom", "font": _SMALL})
    return chart, "近24个月订单总额与活跃客户占比：折线图"


def _chart(author: Author, kind: str, title: str) -> Chart:
    chart = author.workbook.add_chart({"type": kind})
    if chart is None:
        raise ValueError(f"no chart of type {kind}")
    chart.set_title({"name": title, "name_font": _TITLE, "overlay": False})
    chart.set_size({"width": WIDTH, "height": HEIGHT})
    chart.set_chartarea({"border": {"color": "#BFBFBF"}})
    chart.show_hidden_data()  # the blocks stand on a hidden sheet
    chart.show_blanks_as("gap")
    return chart


def _axis(title: str) -> dict[str, Any]:
    return {
        "name": title,
        "name_font": {**_SMALL, "bold": False},
        "num_font": _SMALL,
        "major_gridlines": _GRID,
    }


def _series(author: Author, table: Table, category: str, value: str) -> dict[str, Any]:
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
