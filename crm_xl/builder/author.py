"""What the writers of the sheets share while one workbook is authored."""

from __future__ import annotations

from dataclasses import dataclass, field

import xlsxwriter
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from crm_xl.builder.draft import Draft
from crm_xl.builder.theme import Theme


@dataclass
class Author:
    """The workbook in the making, its content, and what is known of it so far."""

    workbook: xlsxwriter.Workbook
    draft: Draft
    theme: Theme
    lists: dict[tuple[str, str], str] = field(default_factory=dict)  # (table, column) -> name of its list
    widths: dict[tuple[str, int], float] = field(default_factory=dict)  # (sheet, column) -> width
    tall_rows: dict[str, tuple[int, int]] = field(
        default_factory=dict
    )  # sheet -> rows of wrapped text, lines of each
    chart_bottom: dict[str, int] = field(default_factory=dict)  # sheet -> last row its charts reach
    chart_left: dict[str, int] = field(
        default_factory=dict
    )  # sheet -> first column of charts beside its tables
    chart_right: dict[str, int] = field(default_factory=dict)  # sheet -> last column its charts reach

    def define(self, name: str, sheet: str, top: int, left: int, bottom: int, right: int) -> None:
        """Give an area (0-based, both ends included) a workbook-wide name."""
        area = xl_range_abs(top, left, bottom, right)
        self.workbook.define_name(name, f"='{sheet}'!{area}")

    @staticmethod
    def address(row: int, column: int) -> str:
        """The address of a 0-based place: A1."""
        return str(xl_rowcol_to_cell(row, column))
