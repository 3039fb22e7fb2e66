"""The charts of guide 002: revenue by industry, and what one customer ordered month by month."""

from __future__ import annotations

from collections.abc import Callable

from xlsxwriter.chart import Chart

from crm_xl.builder.author import Author
from crm_xl.builder.drawing import pie
from crm_xl.schema import Table
from crm_xl.tables import portraits as t


def industry_revenue(author: Author) -> tuple[Chart, str]:
    """A pie: revenue by industry."""
    return pie(author, t.STRUCTURE_CHART, "amount", "各行业营收占比"), "各行业客户营收占比：饼图"


# Sheet -> the blocks its charts read, and the charts from top to bottom.
PORTRAIT_CHARTS: dict[str, tuple[tuple[Table, ...], tuple[Callable[[Author], tuple[Chart, str]], ...]]] = {
    t.STRUCTURE.sheet: ((t.STRUCTURE_CHART,), (industry_revenue,)),
}
