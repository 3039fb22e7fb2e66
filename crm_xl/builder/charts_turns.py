"""Lines over 24 months on which the months that turn are marked: amount, new customers, the share of active ones."""

from __future__ import annotations

from collections.abc import Callable

from xlsxwriter.chart import Chart

from crm_xl.builder.author import Author
from crm_xl.builder.drawing import MONTHS, SMALL, STEPS, WIDTH, axis, new_chart, series
from crm_xl.palette import PALETTE
from crm_xl.schema import Table

# Column -> what it is called, its unit, how its figures look, and those of the axis.
_LINES = {
    "amount": ("订单总额", "万元", "#,##0", STEPS),
    "new_customers": ("新增客户数", "家", "#,##0", STEPS),
    "active_share": ("活跃客户占比", "%", "0%", "0%"),
}
MARK = "拐点"
_LOW = 195  # pixels


def turning_lines(
    months: Table, marks: Table, *, low: bool = False
) -> tuple[Callable[[Author], tuple[Chart, str]], ...]:
    """The makers of three charts, one a line.

    Args:
        months: the block with month, amount, new_customers and active_share.
        marks: the block with month and, for each of them, `{column}_turn`: its figure where the month turns.
        low: whether all three stand on one page: lower ones, with a title that says what a mark is, and no legend.
    """

    def maker(column: str) -> Callable[[Author], tuple[Chart, str]]:
        return lambda author: _turning_line(author, column, months, marks, low)

    return tuple(maker(column) for column in _LINES)


def _turning_line(author: Author, column: str, months: Table, marks: Table, low: bool) -> tuple[Chart, str]:
    name, unit, shown, steps = _LINES[column]
    chart = new_chart(author, "line", f"{name}{MARK}（◆）" if low else name)
    if low:
        chart.set_size({"width": WIDTH, "height": _LOW})
    chart.add_series(
        {**series(author, months, "month", column), "line": {"color": PALETTE[0], "width": 2.25}}
    )
    chart.add_series(
        {
            **series(author, marks, "month", f"{column}_turn"),
            "name": MARK,
            "line": {"none": True},
            "marker": {  # told from the line by its shape, in grey print too
                "type": "diamond",
                "size": 10,
                "fill": {"color": PALETTE[1]},
                "border": {"color": "#FFFFFF"},
            },
            "data_labels": {
                "value": True,
                "position": "above",
                "font": SMALL,
                "num_format": shown,
                "fill": {"color": "#FFFFFF"},  # above a low the label lies between the two sides of the line
            },
        }
    )
    chart.set_x_axis(MONTHS)
    chart.set_y_axis({**axis(f"{name}（{unit}）"), "num_format": steps, "min": 0})
    chart.set_legend({"none": True} if low else {"position": "bottom", "font": SMALL})
    return chart, f"近24个月{name}：折线图，拐点以菱形标出"
