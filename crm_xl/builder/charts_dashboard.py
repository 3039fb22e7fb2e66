"""The charts of 看板: industries, months, the share of active customers."""

from __future__ import annotations

from xlsxwriter.chart import Chart

from crm_xl.builder.author import Author
from crm_xl.builder.drawing import SMALL, axis, full_dots, new_chart, open_marks, series
from crm_xl.palette import PALETTE
from crm_xl.tables import dashboard as d
from crm_xl.tables import outputs as o

_MONTHS = {
    "num_font": {**SMALL, "rotation": -45},
    "num_format": "yyyy-mm",
    "text_axis": True,
    "interval_unit": 2,
}


def industries(author: Author) -> tuple[Chart, str]:
    """Bars: money by industry."""
    chart = new_chart(author, "bar", "各行业年消费额（万元）")
    chart.add_series(
        {
            **series(author, d.INDUSTRY_CHART, "label", "amount"),
            "fill": {"color": PALETTE[0]},
            "gap": 40,
            "data_labels": {"value": True, "font": SMALL, "num_format": "#,##0;-#,##0;"},
        }
    )
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})  # each bar has its figure
    chart.set_y_axis({"num_font": SMALL, "reverse": True})
    chart.set_legend({"none": True})
    return chart, "各行业年消费额：条形图"


def amounts_and_new(author: Author) -> tuple[Chart, str]:
    """Columns of money and a line of new customers over 24 months."""
    chart = new_chart(author, "column", "月度订单总额与新增客户数")
    chart.add_series({**series(author, o.TREND, "month", "amount"), "fill": {"color": PALETTE[5]}, "gap": 40})
    line = author.workbook.add_chart({"type": "line"})
    if line is None:
        raise ValueError("no line chart")
    line.add_series(
        {
            **series(author, o.TREND, "month", "new_customers"),
            "y2_axis": True,
            "line": {"color": PALETTE[1], "width": 2},
            "marker": open_marks(PALETTE[1]),
        }
    )
    chart.combine(line)
    chart.set_x_axis(_MONTHS)
    chart.set_y_axis({**axis("订单总额（万元）"), "num_format": "#,##0", "min": 0})
    line.set_y2_axis(
        {**axis("新增客户数（家）"), "num_format": "#,##0", "min": 0, "major_gridlines": {"visible": False}}
    )
    chart.set_legend({"position": "bottom", "font": SMALL})
    return chart, "近24个月订单总额与新增客户数：柱形与折线图"


def active_share(author: Author) -> tuple[Chart, str]:
    """A line: the share of customers that ordered in each of 24 months."""
    chart = new_chart(author, "line", "活跃客户占比")
    chart.add_series(
        {
            **series(author, o.TREND, "month", "active_share"),
            "line": {"color": PALETTE[0], "width": 2.25},
            "marker": full_dots(PALETTE[0]),
        }
    )
    chart.set_x_axis(_MONTHS)
    chart.set_y_axis({**axis("下单客户 ÷ 累计客户"), "num_format": "0%", "min": 0, "max": 1})
    chart.set_legend({"none": True})
    return chart, "近24个月活跃客户占比：折线图"
