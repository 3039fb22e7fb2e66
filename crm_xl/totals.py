"""Rows of totals among the rows of a table: at its bottom, after each group, wherever somebody typed them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np

from crm_xl.raw import RawTable
from crm_xl.schema import Column, Kind
from crm_xl.spellings import TOTAL_MARKS, is_total


def names_a_row(column: Column) -> bool:
    """Whether a cell of the column says which row it is, so that 合计 there makes a row of totals."""
    return column.required and column.kind in (Kind.ID, Kind.TEXT)


def totals_rows(table: RawTable, keys: Collection[int]) -> dict[int, int]:
    """0-based body row -> index of the column whose cell says 合计, for every row of totals, in order.

    Args:
        table: as found.
        keys: columns that name a row; 合计 there, or in a row's first filled cell, makes a row of totals.
    """
    found: dict[int, int] = {}
    nothing_before = np.ones(len(table), dtype=bool)
    for index, column in enumerate(table.columns):
        first = nothing_before.any()
        if first or index in keys:
            known = table.distinct(index)
            for row in _total_cells(column, column if known is None else known.texts):
                if nothing_before[row] or index in keys:
                    found.setdefault(row, index)
        if first:
            nothing_before &= column == None  # noqa: E711 - elementwise
    return dict(sorted(found.items()))


def _total_cells(column: np.ndarray, distinct: np.ndarray) -> Iterator[int]:
    """The rows of a column whose cell says 合计; every text of it stands among the distinct ones."""
    if column.dtype.kind != "O":
        return
    # Half a million cells are seldom asked one by one, and hold a twentieth of that in different texts.
    texts = "\n".join([cell for cell in set(distinct) if type(cell) is str]).lower()
    if any(mark in texts for mark in TOTAL_MARKS):
        for row, cell in enumerate(column):
            if type(cell) is str and is_total(cell):
                yield row
