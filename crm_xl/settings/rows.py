"""The rows of one 参数 table, typed by its declaration, each able to say where it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from crm_xl.errors import CrmError
from crm_xl.raw import RawTable
from crm_xl.schema import NUMERIC, Column, Kind, Table
from crm_xl.tables import parameters as p
from crm_xl.tables.headings import heading_errors, match_headings
from crm_xl.tables.shipped import SHIPPED
from crm_xl.values import out_of_range, read_cell


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of settings: values by English column name (None where blank) and their addresses."""

    number: int  # of the table's body as found, from 0
    values: Mapping[str, Any]
    where: Callable[[str], str]  # column name -> "参数!F12"
    date1904: bool = False  # of the workbook it stands in

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def fault(self, name: str, problem: str, hint: str = "") -> CrmError:
        """The error that this cell is wrong."""
        return CrmError(problem, where=self.where(name), hint=hint)


def shipped_table(table: Table) -> RawTable:
    """The rows a parameter table is shipped with, as if they had been read from the sheet 参数."""
    return RawTable.from_rows(table.name, [table.titles, *SHIPPED[table.name]], sheet=table.sheet)


def read_rows(table: Table, raw: RawTable | None, faults: list[CrmError]) -> list[Row]:
    """The rows of a parameter table; blank rows are left out.

    Args:
        table: its declaration.
        raw: as found in the book; None takes the shipped rows.
        faults: every unreadable, missing or out-of-limits cell is added here; its value is then None.
    """
    if raw is None:
        raw = shipped_table(table)
    index = match_headings(table, raw.headings)
    if wrong := heading_errors(table, raw.headings, raw.sheet, names=index):
        faults.extend(wrong)
        return []
    return [
        _row(table, raw, index, number, faults)
        for number in range(len(raw))
        if any(present(raw.columns[position][number]) for position in index.values())
    ]


def setting_place(raw: RawTable | None, name: str) -> str:
    """The cell of a general setting, "参数!B12"; the sheet's name where the book does not list it."""
    title = next(setting.title for setting in p.GENERAL if setting.name == name)
    rows = [] if raw is None else read_rows(p.SETTINGS_TABLE, raw, [])
    return next((row.where("value") for row in rows if row["title"] == title), p.SHEET)


def _row(table: Table, raw: RawTable, index: Mapping[str, int], number: int, faults: list[CrmError]) -> Row:
    def where(name: str) -> str:
        position = index.get(name)
        return raw.cell(number, None if position is None else raw.headings[position])

    values: dict[str, Any] = {}
    for column in table:
        values[column.name] = None
        cell = raw.columns[index[column.name]][number] if column.name in index else None
        if not present(cell):
            if column.required:
                faults.append(CrmError(f"{column.title}不能为空。", where=where(column.name)))
            continue
        values[column.name] = typed(cell, column, where(column.name), faults, date1904=raw.date1904)
    return Row(number=number, values=values, where=where, date1904=raw.date1904)


def typed(cell: Any, column: Column, where: str, faults: list[CrmError], *, date1904: bool = False) -> Any:
    """The cell as its column's kind, within its limits; None, and a fault more, where it is not."""
    if column.kind is Kind.ANY:
        return cell
    try:
        value = read_cell(cell, column, date1904=date1904)
    except ValueError as error:
        faults.append(CrmError(f"{column.title}{error}。", where=where))
        return None
    if column.kind in NUMERIC and out_of_range(np.array([value]), column)[0]:
        bounds = (("不小于", column.minimum), ("不大于", column.maximum))
        allowed = "且".join(f"{words} {bound:g}" for words, bound in bounds if bound is not None)
        faults.append(CrmError(f"{column.title}现为 {value:g}，应{allowed}。", where=where))
        return None
    return value


def present(cell: Any) -> bool:
    """Whether anything stands in the cell."""
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return False
    return not (isinstance(cell, (float, np.floating, pd.Timestamp, type(pd.NaT))) and pd.isna(cell))
