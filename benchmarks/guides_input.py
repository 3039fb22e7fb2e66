"""A workbook with every input table at a size: the shipped sample, copied under other numbers as often as it takes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from benchmarks.retail_input import CACHE, add_table
from crm_xl.builder.draft import Draft
from crm_xl.builder.samples import sample_rows
from crm_xl.builder.specs import WORKBOOK
from crm_xl.schema import Kind, Role, Table
from crm_xl.tables import INPUTS

COPIES = 28  # 11,200 customers, 204,008 order lines, 48,160 interactions
# Campaigns are the company's, not a customer's: they stay what they are.
_SHARED = frozenset({"campaign_id", "product_id"})


def workbook() -> Path:
    """The workbook, its outputs empty and its parameters as shipped; written once."""
    path = CACHE / f"guides-{COPIES}.xlsx"
    if path.exists():
        return path
    CACHE.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    draft = Draft(WORKBOOK)
    with xlsxwriter.Workbook(
        unfinished, {"default_date_format": "yyyy-mm-dd hh:mm", "strings_to_formulas": False}
    ) as book:
        for table in WORKBOOK.tables:
            rows: Sequence[Sequence[Any]] = [[None] * len(table.titles)]
            if table in INPUTS:
                rows = copied(table) or rows
            elif table.role is Role.PARAMETER:
                rows = draft.blocks[table.name].rows
            add_table(book, table.name, list(table.titles), pd.DataFrame(rows, dtype=object))
    unfinished.replace(path)
    return path


def copied(table: Table) -> list[tuple[Any, ...]]:
    """The sample rows of a table, COPIES times, each copy with numbers and names of its own."""
    own = [
        at
        for at, column in enumerate(table)
        if (column.kind is Kind.ID and column.name not in _SHARED) or column.name == "customer_name"
    ]
    rows: list[tuple[Any, ...]] = []
    base = sample_rows().get(table.name, ())
    if "customer_id" not in table.names:
        return list(base)
    for copy in range(COPIES):
        mark = f"-{copy}"
        for row in base:
            cells = list(row)
            for at in own:
                if cells[at] not in (None, ""):
                    cells[at] = f"{cells[at]}{mark}"
            rows.append(tuple(cells))
    return rows
