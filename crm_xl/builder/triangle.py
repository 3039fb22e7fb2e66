"""The triangles of AHP权重: which of their cells are to be filled in, by formula, so that it follows every refresh."""

from __future__ import annotations

from typing import Any

from xlsxwriter.utility import xl_col_to_name, xl_range, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from crm_xl.builder.layout import Placed
from crm_xl.builder.theme import COMPUTED_FILL, NOTE_TEXT, Theme
from crm_xl.tables.workshop import AHP, HEAD_MARK, ITEM_COLUMNS

_NUMBER, _ITEM = AHP.names.index("number"), AHP.names.index("item")
_FIRST = AHP.names.index(ITEM_COLUMNS[0])


def shade_triangle(theme: Theme, worksheet: Worksheet, placed: Placed, rows: int) -> None:
    """The lines of names grey and bold; all cells that are not to be filled in white.

    Args:
        theme: formats of the workbook.
        worksheet: where the table stands.
        placed: the table.
        rows: of its body.
    """
    top, left = placed.row + 1, placed.column
    right = left + len(AHP.columns) - 1
    head = f'={xl_rowcol_to_cell(top, left + _ITEM, col_abs=True)}="{HEAD_MARK}"'
    names = theme.look("text", bold=True, bg_color=COMPUTED_FILL)
    worksheet.conditional_format(
        top, left, top + rows - 1, right,
        {"type": "formula", "criteria": head, "format": names, "stop_if_true": True},
    )  # fmt: skip
    computed = theme.look("text", font_color=NOTE_TEXT, bg_color="#FFFFFF")
    for place in range(1, len(ITEM_COLUMNS) + 1):
        at = left + _FIRST + place - 1
        rule = {"type": "formula", "criteria": f"=NOT({_to_fill(placed, place)})", "format": computed}
        worksheet.conditional_format(top, at, top + rows - 1, at, rule)
    area = xl_range(top, left + _FIRST, top + rows - 1, left + _FIRST + len(ITEM_COLUMNS) - 1)
    worksheet.ignore_errors({"number_stored_as_text": area})


def step_rule(rule: dict[str, Any], placed: Placed, name: str, steps: str) -> dict[str, Any]:
    """The validation of one column of the triangles: a list of steps above the diagonal, what stands there elsewhere.

    Args:
        rule: as for any column with a list.
        placed: the table.
        name: of the column.
        steps: defined name of the list.
    """
    place = ITEM_COLUMNS.index(name) + 1
    own = xl_rowcol_to_cell(placed.row + 1, placed.column + _FIRST + place - 1)
    return {**rule, "source": f"=IF({_to_fill(placed, place)},{steps},{own})"}


def _to_fill(placed: Placed, place: int) -> str:
    """The condition, in the terms of the body's first row, that a cell is to be filled in.

    Above the diagonal, in a column that the line of names, so many rows above as the row's number says, has a name for.
    """
    row = placed.row + 1
    number = xl_rowcol_to_cell(row, placed.column + _NUMBER, col_abs=True)
    column = xl_col_to_name(placed.column + _FIRST + place - 1)
    name = f"INDEX({column}:{column},ROW()-N({number}))"
    return f'AND(N({number})>=1,N({number})<{place},{name}<>"")'
