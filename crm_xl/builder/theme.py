"""How the workbook looks: fonts, colours, number formats, widths."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format

from crm_xl.palette import HEADING, WARNING
from crm_xl.schema import NUMERIC, Column, Kind, Role
from crm_xl.widths import display_width

FONT = "微软雅黑"
INPUT_TEXT, INPUT_FILL = "#1F4E9E", "#FFFBE6"
REQUIRED_FILL, OPTIONAL_FILL, COMPUTED_FILL, OUTPUT_FILL = HEADING, "#B4C6E7", "#D9D9D9", "#44546A"
WARNING_TEXT, WARNING_FILL = WARNING, "#FDE7E9"
CAUTION_TEXT, CAUTION_FILL = "#7A4B00", "#FFF2CC"
GOOD_TEXT = "#1B6E3C"
NOTE_TEXT, LINK_TEXT, GRID = "#595959", "#0563C1", "#D0D0D0"

_BASE = {"font_name": FONT, "font_size": 10, "valign": "vcenter"}
_LOOKS: dict[str, dict[str, Any]] = {
    "text": {},
    "wrapped": {"text_wrap": True, "valign": "top"},
    "title": {"font_size": 18, "bold": True, "font_color": REQUIRED_FILL},
    "section": {"font_size": 12, "bold": True, "font_color": REQUIRED_FILL, "bottom": 2, "bottom_color": REQUIRED_FILL},
    "table title": {"font_size": 11, "bold": True, "font_color": REQUIRED_FILL},
    "note": {"font_color": NOTE_TEXT},
    "wrapped note": {"font_color": NOTE_TEXT, "text_wrap": True, "valign": "top", "font_size": 9},
    "sample mark": {"bold": True, "font_color": CAUTION_TEXT, "bg_color": CAUTION_FILL, "text_wrap": True},
    "banner": {"bold": True, "font_color": WARNING_TEXT, "bg_color": WARNING_FILL, "border": 1,
               "border_color": WARNING_TEXT, "text_wrap": True},
    "link": {"font_color": LINK_TEXT, "underline": 1},
    "label": {"font_color": NOTE_TEXT, "bottom": 1, "bottom_color": GRID},
    "value": {"bold": True, "align": "left", "bottom": 1, "bottom_color": GRID},
    "step": {"bold": True, "font_size": 13, "indent": 1, "font_color": "#FFFFFF", "bg_color": REQUIRED_FILL},
    "head": {"bold": True, "font_color": "#FFFFFF", "bg_color": OUTPUT_FILL, "text_wrap": True, "border": 1,
             "border_color": GRID},
    "band": {"bold": True, "font_color": REQUIRED_FILL, "bg_color": OPTIONAL_FILL},
    "other band": {"bold": True, "font_color": REQUIRED_FILL, "bg_color": COMPUTED_FILL},
    "required head": {"bold": True, "font_color": "#FFFFFF", "bg_color": REQUIRED_FILL, "text_wrap": True, "border": 1,
                      "border_color": GRID},
    "optional head": {"font_color": "#000000", "bg_color": OPTIONAL_FILL, "text_wrap": True, "border": 1,
                      "border_color": GRID},
    "computed head": {"italic": True, "font_color": "#000000", "bg_color": COMPUTED_FILL, "text_wrap": True,
                      "border": 1, "border_color": GRID},
    "grid": {"border": 1, "border_color": GRID, "text_wrap": True, "valign": "top"},
    "grid head": {"bold": True, "bg_color": OPTIONAL_FILL, "border": 1, "border_color": GRID},
}  # fmt: skip

_WIDEST, _NARROWEST = 42, 7
_WIDEST_WRAPPED, _WIDEST_UNWRAPPED = 105, 125
LINE_HEIGHT = 15  # points
_BROKEN = 4  # a word that does not fit leaves so much of the line before it
_PADDING = 3.0  # margins and the indent of texts
_FILTER_BUTTON = 2


class Theme:
    """The formats of one workbook, each made once.

    Args:
        workbook: the workbook the formats belong to.
    """

    def __init__(self, workbook: xlsxwriter.Workbook) -> None:
        self._workbook = workbook
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}

    def look(self, name: str, **more: Any) -> Format:
        """The format called so, with further properties."""
        return self._format({**_BASE, **_LOOKS[name], **more})

    def head(self, column: Column, role: Role) -> Format:
        """The format of a heading: dark where the user must fill the column, grey where the refresh does."""
        if role is Role.OUTPUT:
            return self.look("optional head" if column.filled else "head")
        if column.computed:
            return self.look("computed head")
        return self.look("required head" if column.required else "optional head")

    def body(self, column: Column, role: Role, *, wrap: bool = False) -> Format:
        """The format of a cell of the body: inputs blue on light yellow, computed plain."""
        properties = {"num_format": number_format(column, role), "border": 1, "border_color": GRID}
        if column.kind not in NUMERIC:
            properties.update(align="left", indent=1)  # else a text touches the number on its left
        if wrap:
            properties["text_wrap"] = True
        if column.filled or (role is not Role.OUTPUT and not column.computed):
            properties.update(font_color=INPUT_TEXT, bg_color=INPUT_FILL)
        return self._format({**_BASE, **properties})

    def column(self, column: Column, role: Role) -> Format:
        """The format of the empty cells below a table, so that an id typed there stays text."""
        return self._format({**_BASE, "num_format": number_format(column, role)})

    def mark(self, text_color: str, fill: str | None, sign: str) -> Format:
        """A conditional format that sets a sign before a text: never colour alone."""
        properties: dict[str, Any] = {"font_color": text_color, "num_format": f'"{sign} "@'}
        return self._format({**properties, **({"bg_color": fill} if fill else {})})

    def total(self) -> Format:
        """A conditional format for a row of totals."""
        return self._format({"bold": True, "bg_color": "#EDEDED", "top": 1})

    def _format(self, properties: dict[str, Any]) -> Format:
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._workbook.add_format(properties)
        return self._made[key]


def number_format(column: Column, role: Role) -> str:
    """The number format of a column. Never a currency or accounting format: Excel would hand out Decimals."""
    if column.kind is Kind.ID:
        return "@"
    if column.kind is Kind.INTEGER:
        return "0" if column.unit == "年" else "#,##0"
    if column.kind is Kind.NUMBER:
        if role is not Role.OUTPUT or column.digits is None:
            return "General"
        return f"#,##0.{'0' * column.digits}"
    if column.kind is Kind.MONEY:
        return "#,##0.00"
    if column.kind is Kind.PERCENT:
        # Shares of an output add up to 100 % at two digits, and a margin of 12.95 % is shown as such.
        return "0.00%" if role is Role.OUTPUT else "0.0%"
    formats = {Kind.DATE: "yyyy-mm-dd", Kind.DATETIME: "yyyy-mm-dd hh:mm", Kind.MONTH: "yyyy-mm"}
    return formats.get(column.kind, "General")


def shown(value: Any, column: Column, role: Role) -> str:
    """About what a cell shows, for its width."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return "2026-10-31 00:00" if column.kind is Kind.DATETIME else "2026-10-31"
    if isinstance(value, date):
        return "2026-10-31"
    if isinstance(value, int | float) and not isinstance(value, bool):
        code = number_format(column, role)
        if code == "General":
            return f"{value:g}"
        return f"{value:,.{len(code.partition('.')[2].rstrip('%'))}f}"
    return str(value)


def column_width(column: Column, values: Iterable[Any], role: Role, *, may_wrap: bool = True) -> float:
    """A width in which the heading (on two lines at most) and the values are not cut.

    Texts too long for a line make the column wide and wrap; see `lines`. Where tables share rows (`may_wrap`
    is false) a wrapped text would make the rows of its neighbours tall too.
    """
    heading = display_width(column.title) + _FILTER_BUTTON
    texts = [display_width(shown(value, column, role)) for value in values]
    # A long heading wraps once.
    wanted = max([heading if heading <= 10 else heading / 2 + 3, *texts])
    if column.kind is Kind.MONEY:
        wanted = max(wanted, 12)
    widest: float = _WIDEST
    if column.kind is Kind.TEXT and wanted > _WIDEST:
        if not may_wrap or 2 * _WIDEST < wanted <= _WIDEST_UNWRAPPED:
            widest = _WIDEST_UNWRAPPED
        else:
            widest = max(_WIDEST, min(_WIDEST_WRAPPED, wanted / 2 + _BROKEN))  # two lines
    return min(widest, max(_NARROWEST, wanted)) + _PADDING


def lines(text: str, width: float) -> int:
    """How many lines a text takes in a column of that width."""
    wide, room = display_width(text), int(width - _PADDING)
    # A line breaks before a word that does not fit, hence a little less than the width.
    return 1 if wide <= room else -(-wide // max(1, room - 1))
