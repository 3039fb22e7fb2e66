"""The charts of guide 002: revenue by industry, and what one customer ordered month by month."""

from __future__ import annotations

from collections.abc import Callable

from xlsxwriter.chart import Chart

from crm_xl.builder.author import Author
from crm_xl.builder.drawing import SMALL, STEPS, axis, new_chart, pie, series
from crm_xl.palette import PALETTE
from crm_xl.schema import Table
from crm_xl.tables import card as k
from crm_xl.tables import portraits as t


def industry_revenue(author: Author) -> tuple[Chart, str]:
    """A pie: revenue by industry."""
    return pie(author, t.STRUCTURE_CHART, "amount", "各行业营收占比"), "各行业客户营收占比：饼图"


def customer_months(author: Author) -> tuple[Chart, str]:
    """Columns: what the customer on the card ordered in each of 24 months."""
    chart = new_chart(author, "column", "近24个月订单金额")
    chart.add_series(
        {**series(author, k.CARD_MONTHS, "month", "amount"), "fill": {"color": PALETTE[0]}, "gap": 40}
    )
    months = {"num_font": {**SMALL, "rotation": -45}, "num_format": "yyyy-mm", "text_axis": True}
    chart.set_x_axis({**months, "interval_unit": 2})
    chart.set_y_axis({**axis("订单金额（万元）"), "num_format": STEPS})
    chart.set_legend({"none": True})
    return chart, "所选客户近24个月每月订单金额：柱形图"


# Sheet -> the blocks its charts read, and the charts from top to bottom.
PORTRAIT_CHARTS: dict[str, tuple[tuple[Table, ...], tuple[Callable[[Author], tuple[Chart, str]], ...]]] = {
    t.STRUCTURE.sheet: ((t.STRUCTURE_CHART,), (industry_revenue,)),
}
