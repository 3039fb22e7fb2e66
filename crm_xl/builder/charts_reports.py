"""The charts of guide 004's reports: who the customers are, what complaints are about, why customers leave, campaigns."""

from __future__ import annotations

from collections.abc import Callable

from xlsxwriter.chart import Chart

from crm_xl.builder.author import Author
from crm_xl.builder.drawing import SMALL, STEPS, axis, new_chart, pie, series
from crm_xl.palette import PALETTE
from crm_xl.schema import Table
from crm_xl.tables import inputs as i
from crm_xl.tables import service_reports as s


def profile_industries(author: Author) -> tuple[Chart, str]:
    """A pie: customers by industry."""
    return pie(author, s.PROFILE_INDUSTRY_CHART, "customers", "客户行业分布"), "各行业客户数占比：饼图"


def profile_regions(author: Author) -> tuple[Chart, str]:
    """Columns: amount by region."""
    return _one_series(
        author, "column", s.PROFILE_REGION_CHART, "amount", "各区域成交金额", "成交金额（万元）", "#,##0.0;;"
    )


def complaint_types(author: Author) -> tuple[Chart, str]:
    """Bars: complaints by what they are about."""
    return _one_series(author, "bar", s.COMPLAINT_CHART, "complaints", "投诉类型", "投诉数（件）")


def churn_reasons(author: Author) -> tuple[Chart, str]:
    """Bars: lost customers by reason."""
    return _one_series(author, "bar", s.CHURN_REASON_CHART, "lost", "客户流失原因", "流失客户（家）")


def _one_series(
    author: Author, kind: str, block: Table, value: str, title: str, unit: str, labels: str = "#,##0;;"
) -> tuple[Chart, str]:
    chart = new_chart(author, kind, title)
    chart.add_series(
        {
            **series(author, block, "label", value),
            "fill": {"color": PALETTE[0]},
            "gap": 50,
            "data_labels": {"value": True, "font": SMALL, "num_format": labels},
        }
    )
    values = {**axis(unit), "num_format": STEPS, "min": 0}
    if kind == "bar":
        chart.set_x_axis(values)
        # Top down; the values below, where they are looked for.
        chart.set_y_axis({"num_font": SMALL, "reverse": True, "crossing": "max"})
    else:
        chart.set_x_axis({"num_font": SMALL})
        chart.set_y_axis(values)
    chart.set_legend({"none": True})
    return chart, f"{title}：{'条' if kind == 'bar' else '柱'}形图"


def campaign_conversion(author: Author) -> tuple[Chart, str]:
    """Columns: conversion of those reached, by campaign."""
    return _rate(author, "conversion_of_reached", "各活动转化率（占触达）", PALETTE[0])


def campaign_roi(author: Author) -> tuple[Chart, str]:
    """Columns: return on the cost, by campaign; below the line where a campaign lost money."""
    return _rate(author, "roi", "各活动ROI", PALETTE[1])


def _rate(author: Author, value: str, title: str, color: str) -> tuple[Chart, str]:
    chart = new_chart(author, "column", title)
    chart.add_series(
        {
            **series(author, s.CAMPAIGN_CHART, "label", value),
            "fill": {"color": color},
            "gap": 60,
            "data_labels": {"value": True, "font": SMALL, "num_format": "0.0%"},
        }
    )
    chart.set_x_axis({"num_font": SMALL, "label_position": "low"})
    chart.set_y_axis({**axis("（%）"), "num_format": "0%"})
    chart.set_legend({"none": True})
    return chart, f"{title}：柱形图"


# Sheet -> the blocks its charts read, and the charts from top to bottom.
REPORT_CHARTS: dict[str, tuple[tuple[Table, ...], tuple[Callable[[Author], tuple[Chart, str]], ...]]] = {
    s.PROFILE_REPORT.sheet: (
        (s.PROFILE_INDUSTRY_CHART, s.PROFILE_REGION_CHART),
        (profile_industries, profile_regions),
    ),
    s.SERVICE_REPORT.sheet: ((s.COMPLAINT_CHART,), (complaint_types,)),
    s.CHURN_REPORT.sheet: ((s.CHURN_REASON_CHART,), (churn_reasons,)),
    s.CAMPAIGN_REPORT.sheet: ((s.CAMPAIGN_CHART,), (campaign_conversion, campaign_roi)),
}

# Sheet -> a table that never has more rows than these, below which its charts stand instead of beside the last one.
BELOW: dict[str, tuple[Table, int]] = {
    s.SERVICE_REPORT.sheet: (s.SERVICE_TYPES, len(i.TICKET_ISSUES) + 2),
}
