"""How each column of an output is computed, in words: for the sheet 说明 and for the manual."""

from __future__ import annotations

from crm_xl.schema import Column, Table
from crm_xl.tables import OUTPUTS
from crm_xl.tables.choices import HIDDEN_SHEETS
from crm_xl.tables.outputs import METRICS, SCORES

# What these say of a column holds in every table that shows the same column.
_BASE = (METRICS, SCORES)
EXPLAINED: tuple[Table, ...] = tuple(table for table in OUTPUTS if table.sheet not in HIDDEN_SHEETS)


def explanation(table: Table, column: Column) -> str:
    """How the column is computed; of one taken over from 客户指标 or 客户评分 as it is there; else empty.

    Args:
        table: an output.
        column: one of its columns.
    """
    if column.note:
        return column.note
    for base in _BASE:
        for other in base if table is not base else ():
            if other.note and (other.name, other.title, other.unit) == (
                column.name,
                column.title,
                column.unit,
            ):
                return f"同“{base.title}”：{other.note}"
    return ""
