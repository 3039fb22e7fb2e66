"""The charts of 看板: industries, and what turned in the last months."""

from __future__ import annotations

from xlsxwriter.chart import Chart

from crm_xl.builder.author import Author
from crm_xl.builder.charts_turns import turning_lines
from crm_xl.builder.drawing import SMALL, new_chart, series
from crm_xl.palette import PALETTE
from crm_xl.tables import dashboard as d
from crm_xl.tables import outputs as o

# 看板 shows the whole business: its marks do not follow the choices above 趋势拐点.
MONTHLY_LINES = turning_lines(o.TREND, d.TREND_TURNS)


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
