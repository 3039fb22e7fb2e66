"""Native charts on blocks of fixed size, so that they follow a refresh."""

from __future__ import annotations

from xlsxwriter.chart import Chart
from xlsxwriter.worksheet import Worksheet

from crm_xl.builder.author import Author
from crm_xl.builder.charts_portraits import PORTRAIT_CHARTS
from crm_xl.builder.charts_reports import BELOW, REPORT_CHARTS
from crm_xl.builder.charts_sales import SALES_CHARTS
from crm_xl.builder.drawing import (
    COLUMN_PIXELS,
    MONTHS,
    ROW_PIXELS,
    SMALL,
    STEPS,
    WIDTH,
    axis,
    full_dots,
    has,
    insert,
    new_chart,
    open_marks,
    pie,
    series,
)
from crm_xl.builder.layout import place_of
from crm_xl.palette import PALETTE
from crm_xl.tables import outputs as o

_CLEAR = 4  # pixels


def place_charts(author: Author, sheet: str, worksheet: Worksheet) -> None:
    """The charts of an output sheet, to the right of its tables or below a short one."""
    makers = {
        o.TIER_SUMMARY.sheet: ((o.TIER_CHART,), (tier_customers, tier_amounts)),
        o.RFM_SUMMARY.sheet: ((o.SEGMENT_CHART,), (segment_customers,)),
        o.TREND.sheet: ((o.TREND,), (trend,)),
        **REPORT_CHARTS,
        **SALES_CHARTS,
        **PORTRAIT_CHARTS,
    }
    if sheet not in makers or not has(author, *makers[sheet][0]):
        return
    plan = next(plan for plan in author.draft.sheets if plan.name == sheet)
    last = plan.placed[-1]
    # Clear of the headings, which every printed page repeats with all that stands in their row or touches it.
    top, column = plan.heading_row + 1, last.column + len(last.table.columns) + 1
    if sheet in BELOW:
        table, rows = BELOW[sheet]
        top += rows + 2
        column = place_of(author.draft.sheets, table)[1].column
    else:
        author.chart_left[sheet] = column
    pixels = 0
    for maker in makers[sheet][1]:
        drawing = maker(author)
        insert(worksheet, top + _rows_of(author, sheet, pixels), column, drawing, y_offset=_CLEAR)
        pixels += drawing[0].height + ROW_PIXELS
        author.chart_bottom[sheet] = top + _rows_of(author, sheet, pixels)
    author.chart_right[sheet] = column + WIDTH // COLUMN_PIXELS


def _rows_of(author: Author, sheet: str, pixels: int) -> int:
    """How many rows below the headings make up so many pixels; rows of wrapped text are taller than others."""
    rows, lines = author.tall_rows.get(sheet, (0, 1)) if sheet not in BELOW else (0, 1)
    height = ROW_PIXELS * lines
    if pixels <= rows * height:
        return -(-pixels // height)
    return rows - (rows * height - pixels) // ROW_PIXELS


def tier_customers(author: Author) -> tuple[Chart, str]:
    """Columns: customers by tier."""
    chart = new_chart(author, "column", "各级客户数")
    chart.add_series(
        {
            **series(author, o.TIER_CHART, "label", "customers"),
            "fill": {"color": PALETTE[0]},
            "gap": 60,
            "data_labels": {"value": True, "font": SMALL, "num_format": "#,##0;;"},
        }
    )
    chart.set_x_axis({"num_font": SMALL})
    chart.set_y_axis({**axis("客户数（家）"), "num_format": STEPS, "min": 0})
    chart.set_legend({"none": True})
    return chart, "各级客户数量：柱形图"


def tier_amounts(author: Author) -> tuple[Chart, str]:
    """A pie: money by tier."""
    return pie(author, o.TIER_CHART, "amount", "各级年总消费额占比"), "各级客户年总消费额占比：饼图"


def segment_customers(author: Author) -> tuple[Chart, str]:
    """Bars: customers by RFM segment."""
    chart = new_chart(author, "bar", "各RFM分群客户数")
    chart.add_series(
        {
            **series(author, o.SEGMENT_CHART, "label", "customers"),
            "fill": {"color": PALETTE[0]},
            "gap": 50,
            "data_labels": {"value": True, "font": SMALL, "num_format": "#,##0;;"},
        }
    )
    chart.set_x_axis({**axis("客户数（家）"), "num_format": STEPS, "min": 0})
    chart.set_y_axis({"num_font": SMALL, "reverse": True, "crossing": "max"})
    chart.set_legend({"none": True})
    return chart, "各RFM分群客户数：条形图"


def trend(author: Author) -> tuple[Chart, str]:
    """Two lines over 24 months: amount, and the share of active customers on a second axis."""
    chart = new_chart(author, "line", "月度订单总额与活跃客户占比")
    chart.add_series(
        {
            **series(author, o.TREND, "month", "amount"),
            "line": {"color": PALETTE[0], "width": 2.25},
            "marker": full_dots(PALETTE[0]),
        }
    )
    chart.add_series(
        {
            **series(author, o.TREND, "month", "active_share"),
            "y2_axis": True,
            "line": {"color": PALETTE[1], "width": 1.75, "dash_type": "dash"},
            "marker": open_marks(PALETTE[1]),
        }
    )
    chart.set_x_axis(MONTHS)
    chart.set_y_axis({**axis("订单总额（万元）"), "num_format": STEPS, "min": 0})
    chart.set_y2_axis(
        {
            **axis("活跃客户占比（%）"),
            "num_format": "0%",
            "min": 0,
            "max": 1,
            "major_gridlines": {"visible": False},
        }
    )
    chart.set_legend({"position": "bottom", "font": SMALL})
    return chart, "近24个月订单总额与活跃客户占比：折线图"
