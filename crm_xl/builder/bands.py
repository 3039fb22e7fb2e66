"""The row above the headings of a wide output that names its groups of columns (Column.band)."""

from __future__ import annotations

from itertools import groupby

from xlsxwriter.worksheet import Worksheet

from crm_xl.builder.author import Author
from crm_xl.builder.layout import SheetPlan

_LOOKS = ("band", "other band")
_HEIGHT = 20


def write_bands(author: Author, sheet: SheetPlan, worksheet: Worksheet) -> None:
    """Each group's name over its first column, and one shade over all of them; nothing where there are no groups.

    Cells are not merged: groups begin left of the frozen columns and go on right of them.
    """
    for placed in sheet.placed:
        if not placed.table.banded:
            continue
        row = placed.row - 1
        worksheet.set_row(row, _HEIGHT)
        groups = groupby(enumerate(placed.table), key=lambda numbered: numbered[1].band)
        for number, (name, members) in enumerate(groups):
            look = author.theme.look(_LOOKS[number % len(_LOOKS)])
            first, *rest = (placed.column + offset for offset, _ in members)
            worksheet.write_string(row, first, name, look)
            for column in rest:
                worksheet.write_blank(row, column, None, look)
