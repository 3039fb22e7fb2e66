"""The charts of the sales reports: amount by period, owners beside the team, this year beside the last, turning points."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from xlsxwriter.chart import Chart

from crm_xl.builder.author import Author
from crm_xl.builder.charts_turns import turning_lines
from crm_xl.builder.drawing import SMALL, STEPS, axis, new_chart, open_marks, series
from crm_xl.palette import PALETTE
from crm_xl.schema import Table
from crm_xl.tables import sales_reports as x

_NAMES = {"num_font": {**SMALL, "rotation": -45}, "text_axis": True}
_LEGEND = {"position": "bottom", "font": SMALL}


def sales_by_period(author: Author) -> tuple[Chart, str]:
    """Columns: amount by period; a line on a second axis: conversion."""
    chart = _columns(author, "各期成交金额与转化率", x.SALES_CHART, ("amount",))
    line = author.workbook.add_chart({"type": "line"})
    if line is None:
        raise ValueError("no chart of type line")
    line.add_series(
        {**series(author, x.SALES_CHART, "label", "conversion"), "y2_axis": True, **_line(1, "diamond")}
    )
    chart.combine(line)
    line.set_y2_axis(
        {**axis("转化率（%）"), "num_format": "0%", "min": 0, "max": 1, "major_gridlines": {"visible": False}}
    )
    chart.set_x_axis(_NAMES)
    return chart, "各期成交金额与转化率：柱形图与折线图"


def owners_beside_team(author: Author) -> tuple[Chart, str]:
    """Columns: what an opportunity is worth to each owner; a line: to the team."""
    chart = _columns(
        author, "客单价×转化率：负责人与团队", x.OWNER_CHART, ("value_by_conversion",), "万元", "#,##0.00"
    )
    line = author.workbook.add_chart({"type": "line"})
    if line is None:
        raise ValueError("no chart of type line")
    line.add_series(
        {
            **series(author, x.OWNER_CHART, "label", "team"),
            "line": {"color": PALETTE[1], "width": 2, "dash_type": "dash"},
        }
    )
    chart.combine(line)
    return chart, "各负责人的客单价×转化率与团队平均：柱形图与折线图"


def owners_amounts(author: Author) -> tuple[Chart, str]:
    """Bars: amount by owner."""
    chart = new_chart(author, "bar", "各负责人成交金额")
    chart.add_series(
        {
            **series(author, x.OWNER_CHART, "label", "amount"),
            "fill": {"color": PALETTE[0]},
            "gap": 50,
            "data_labels": {"value": True, "font": SMALL, "num_format": "#,##0;-#,##0;"},
        }
    )
    chart.set_x_axis({**axis("成交金额（万元）"), "num_format": STEPS})
    chart.set_y_axis({"num_font": SMALL, "reverse": True, "crossing": "max", "label_position": "low"})
    chart.set_legend({"none": True})
    return chart, "各负责人成交金额：条形图"


def year_beside_year(author: Author) -> tuple[Chart, str]:
    """Columns: twelve months beside the same months of the year before."""
    chart = _columns(author, "近12个月成交金额与去年同期", x.COMPARE_CHART, ("last_year", "amount"))
    chart.set_x_axis(_NAMES)
    return chart, "近12个月成交金额与去年同期：柱形图"


def _columns(
    author: Author,
    title: str,
    block: Table,
    values: tuple[str, ...],
    unit: str = "成交金额（万元）",
    shown: str = STEPS,
) -> Chart:
    """Columns side by side, light for what is only compared with."""
    chart = new_chart(author, "column", title)
    colors = (PALETTE[5], PALETTE[0])[-len(values) :]
    for value, color in zip(values, colors, strict=True):
        chart.add_series({**series(author, block, "label", value), "fill": {"color": color}, "gap": 60})
    chart.set_x_axis({"num_font": SMALL})
    chart.set_y_axis({**axis(unit), "num_format": shown})
    chart.set_legend(_LEGEND)
    return chart


def _line(color: int, marker: str) -> dict[str, Any]:
    return {
        "line": {"color": PALETTE[color], "width": 1.75, "dash_type": "dash"},
        "marker": open_marks(PALETTE[color], marker),
    }


# Sheet -> the blocks its charts read, and the charts from top to bottom.
SALES_CHARTS: dict[str, tuple[tuple[Table, ...], tuple[Callable[[Author], tuple[Chart, str]], ...]]] = {
    x.SALES_REPORT.sheet: ((x.SALES_CHART,), (sales_by_period,)),
    x.OWNER_COMPARE.sheet: ((x.OWNER_CHART,), (owners_amounts, owners_beside_team)),
    x.COMPARE.sheet: ((x.COMPARE_CHART,), (year_beside_year,)),
    x.TURNING_POINTS.sheet: ((x.TURNING_CHART,), turning_lines(x.TURNING_CHART, x.TURNING_CHART, low=True)),
}
