"""What several test files ask of the built books."""

from __future__ import annotations

import warnings
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
from openpyxl.workbook import Workbook
from openpyxl.worksheet.table import Table as SheetTable
from openpyxl.worksheet.worksheet import Worksheet

from crm_xl.builder.build import refreshed
from crm_xl.builder.draft import Draft
from crm_xl.builder.specs import BookSpec
from crm_xl.schema import Role

ROWS = 30  # of each table: the look of a sheet, not all its pages
REPOSITORY = Path(__file__).resolve().parents[2]


def committed(spec: BookSpec) -> Path:
    """The file in the repository."""
    return REPOSITORY / spec.folder / spec.file_name


def short_draft(spec: BookSpec) -> Draft:
    """What a book is built from, refreshed, with the first rows of its tables; parameters whole."""
    draft = refreshed(Draft(spec))
    for table in spec.tables:
        if table.role is not Role.PARAMETER:
            block = draft.blocks[table.name]
            draft.blocks[table.name] = replace(block, rows=block.rows[:ROWS])
    return draft


def parts(path: Path) -> dict[str, bytes]:
    """Every part of a package, in its order."""
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def opened(path: Path, *, values: bool = False) -> Workbook:
    """The workbook as an independent reader sees it: its formulas, or the values stored with them."""
    with warnings.catch_warnings():
        # openpyxl says that it would not save data bars and lists of other sheets; it is not asked to.
        warnings.simplefilter("ignore", UserWarning)
        return openpyxl.load_workbook(path, data_only=values)


def find_table(book: Workbook, name: str) -> tuple[Worksheet, SheetTable]:
    """A table and its sheet, by the table's name."""
    for sheet in book.worksheets:
        if name in sheet.tables:
            return sheet, sheet.tables[name]
    raise KeyError(name)


def table_values(book: Workbook, name: str) -> list[list[object]]:
    """Headings and rows of a table."""
    sheet, table = find_table(book, name)
    return [[cell.value for cell in row] for row in sheet[table.ref]]
