"""Warnings in outputs: colour and a sign before the text, never colour alone."""

from __future__ import annotations

from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from crm_xl.builder.theme import (
    CAUTION_FILL,
    CAUTION_TEXT,
    GOOD_TEXT,
    WARNING_FILL,
    WARNING_TEXT,
    Theme,
)
from crm_xl.schema import Column, Kind, Table
from crm_xl.tables.insight_rules import PROBLEM
from crm_xl.tables.outputs import NO_TRADE, PENDING, TOTAL
from crm_xl.tables.sales_reports import TEAM

_WARNING = (WARNING_TEXT, WARNING_FILL, "▲")
_CAUTION = (CAUTION_TEXT, CAUTION_FILL, "△")
# Column -> what it begins with -> how it is shown.
_MARKS: dict[str, dict[str, tuple[str, str, str]]] = {
    "tier": {PENDING: _CAUTION},
    "priority": {PENDING: _CAUTION},
    "value_tier": {PENDING: _CAUTION},
    "activity": {"流失": _WARNING, "沉默": _CAUTION, NO_TRADE: _CAUTION},
    "segment": {"流失风险": _WARNING, "不能失去": _WARNING, "已流失": _WARNING},
    "action": {"搁置": _CAUTION},
    "shown_tier": {PENDING: _CAUTION},
    "level": {"高": _WARNING, "中": _CAUTION},
    "direction": {"下降": _CAUTION},
    "stability": {"流失风险": _WARNING, "关注": _CAUTION},
    "verdict": {"未通过": _WARNING},
    "correct": {"否": _WARNING},
    "kind": {PROBLEM: _CAUTION},
}
# Column -> what it contains where it is a warning, whatever else a person has written there.
_WITHIN = {"status": "逾期"}
_GROUPS = (
    "tier",
    "segment",
    "from_tier",
    "cell",
    "dimension",
    "issue",
    "answer",
    "period",
    "owner",
    "priority",
)  # first columns of summaries
_VERDICTS = ("check", "result")
_BARS = {"score": "#8FB8DE", "priority_score": "#8FB8DE"}  # 0 to 100


def highlight_total(
    theme: Theme, worksheet: Worksheet, table: Table, area: tuple[int, int, int, int]
) -> None:
    """The row that says 合计 or 团队 in bold, wherever it stands after a refresh; only where rows are groups."""
    if table.names[0] not in _GROUPS:
        return
    top, left, *_ = area
    # Where several dimensions stand one below the other, the group is the second column.
    first = [
        xl_rowcol_to_cell(top, left + place, col_abs=True) for place in range(min(2, len(table.columns)))
    ]
    criteria = "=OR(" + ",".join(f'{cell}="{mark}"' for cell in first for mark in (TOTAL, TEAM)) + ")"
    look = theme.total()
    worksheet.conditional_format(*area, {"type": "formula", "criteria": criteria, "format": look})


def highlight(theme: Theme, worksheet: Worksheet, column: Column, area: tuple[int, int, int, int]) -> None:
    """The conditional formats of one column that a refresh writes.

    Args:
        theme: formats of the workbook.
        worksheet: where the column stands.
        column: its declaration.
        area: its body, 0-based: first row, first column, last row, last column.
    """
    for text, (color, fill, sign) in _MARKS.get(column.name, {}).items():
        rule = {"type": "text", "criteria": "begins with", "value": text}
        worksheet.conditional_format(*area, {**rule, "format": theme.mark(color, fill, sign)})
    if within := _WITHIN.get(column.name):
        rule = {"type": "text", "criteria": "containing", "value": within}
        worksheet.conditional_format(*area, {**rule, "format": theme.mark(*_WARNING)})
    if column.name in _VERDICTS and column.kind is Kind.TEXT:
        for sign, color in (("✘", WARNING_TEXT), ("✔", GOOD_TEXT)):
            rule = {"type": "text", "criteria": "containing", "value": sign}
            worksheet.conditional_format(*area, {**rule, "format": theme.look("text", font_color=color)})
    if column.name in _BARS:
        worksheet.conditional_format(
            *area,
            {
                "type": "data_bar", "bar_color": _BARS[column.name], "bar_solid": True, "data_bar_2010": True,
                "min_type": "num", "min_value": 0, "max_type": "num", "max_value": 100,
            },
        )  # fmt: skip
