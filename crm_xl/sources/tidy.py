"""Rows of an export that are no data: totals at the bottom or after each group, headings repeated on every page."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from crm_xl.raw import RawTable
from crm_xl.sources.notes import Note, Remark, some
from crm_xl.totals import totals_rows


def without_totals(table: RawTable, keys: Collection[int]) -> tuple[RawTable, tuple[Note, ...]]:
    """The table without rows of totals and repeated headings, and a remark on each kind.

    Rows of a text file go; rows of a sheet are made blank, so that the others keep their addresses.

    Args:
        table: as found.
        keys: columns that name a row; 合计 there, or in a row's first filled cell, makes a row of totals.
    """
    totals = np.fromiter(totals_rows(table, keys), dtype=np.int64)
    headings = _repeated_headings(table)
    notes = tuple(
        Note(
            remark=remark,
            where=some(table.cells(rows)),
            text=f"{len(rows)} 行{what}，没有作为数据导入。",
            count=len(rows),
        )
        for remark, rows, what in (
            (Remark.TOTALS_ROW, totals, "合计"),
            (Remark.REPEATED_HEADINGS, headings, "重复的表头"),
        )
        if len(rows)
    )
    if not notes:
        return table, ()
    gone = np.zeros(len(table), dtype=bool)
    gone[totals] = gone[headings] = True
    if table.file_lines is not None:
        columns = tuple(column[~gone] for column in table.columns)
        return replace(table, columns=columns, file_lines=table.file_lines[~gone]), notes
    blanked = []
    for column in table.columns:
        column = column.astype(object)
        column[gone] = None
        blanked.append(column)
    filled = np.flatnonzero(np.any([column != None for column in blanked], axis=0))  # noqa: E711 - elementwise
    count = int(filled[-1]) + 1 if len(filled) else 0
    errors = {place: text for place, text in table.errors.items() if not gone[place[0]]}
    return replace(table, columns=tuple(column[:count] for column in blanked), errors=errors), notes


def _repeated_headings(table: RawTable) -> np.ndarray:
    """Rows that say in every filled column what its heading says."""
    named = [index for index, heading in enumerate(table.headings) if heading]
    if len(named) < 2:
        return np.empty(0, dtype=np.int64)
    rows = np.arange(len(table))
    for index in named:
        says = table.columns[index][rows] == table.headings[index]
        rows = rows[np.asarray(says, dtype=bool)]
        if not len(rows):
            break
    return rows
