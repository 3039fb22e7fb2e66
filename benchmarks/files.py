"""Reading and writing a workbook of fifty thousand lines, beside the libraries that people use for it."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import xlsxwriter
from python_calamine import CalamineWorkbook

from benchmarks.growth_input import tables
from benchmarks.harness import Case, Pair
from benchmarks.retail_input import CACHE, add_table
from crm_xl.books.blocks import block_of
from crm_xl.books.file import FileBook
from crm_xl.tables import TABLES
from crm_xl.tables.inputs import ORDERS

LINES = 50_000


def workbook() -> Path:
    """A workbook with the lines as its one table; written once."""
    path = CACHE / f"files-{LINES}.xlsx"
    if not path.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        orders = tables(LINES)[ORDERS.name]
        with xlsxwriter.Workbook(unfinished, {"default_date_format": "yyyy-mm-dd hh:mm"}) as book:
            titles = [TABLES[ORDERS.name].column(column).title for column in orders.columns]
            add_table(book, ORDERS.name, titles, orders)
        unfinished.replace(path)
    return path


def by_openpyxl(path: Path) -> int:
    """Rows read in its fast way, which knows neither tables nor addresses."""
    book = openpyxl.load_workbook(path, read_only=True)
    try:
        return sum(1 for sheet in book for _ in sheet.iter_rows(values_only=True))
    finally:
        book.close()


def by_calamine(path: Path) -> int:
    """Rows read, cell by cell into lists."""
    with CalamineWorkbook.from_path(str(path)) as book:
        return sum(len(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names)


def prepare_reading() -> Pair:
    """Our reading: tables found, error cells seen, addresses kept, a damaged file told."""
    path = workbook()
    return Pair(
        ours=lambda: FileBook(path, read_only=True).read([ORDERS.name]),
        baseline=lambda: by_calamine(path),
        others={"openpyxl, read-only": lambda: by_openpyxl(path)},
        note=f"{LINES:,} lines of {len(tables(LINES)[ORDERS.name].columns)} columns",
    )


def prepare_writing() -> Pair:
    """Our writing: the table's new body into a workbook that otherwise stays as it is, read back, backup kept."""
    path, frame = workbook(), tables(LINES)[ORDERS.name]
    block = block_of(TABLES[ORDERS.name], frame.reindex(columns=list(ORDERS.names)))

    def by_xlsxwriter() -> None:
        with xlsxwriter.Workbook(CACHE / "written-anew.xlsx", {"constant_memory": True}) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, block.headings)
            for number, row in enumerate(block.rows, 1):
                sheet.write_row(number, 0, row)

    def with_openpyxl() -> None:
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet()
        sheet.append(list(block.headings))
        for row in block.rows:
            sheet.append(list(row))
        book.save(CACHE / "written-anew.xlsx")

    return Pair(
        ours=lambda: FileBook(path, out=CACHE / "files-written.xlsx").write({ORDERS.name: block}, {}),
        baseline=by_xlsxwriter,
        others={"openpyxl, write-only": with_openpyxl},
        note=f"{len(block.rows):,} rows of {len(block.headings)} columns",
    )


READ = Case(ours="FileBook.read", baseline="calamine to lists", prepare=prepare_reading)
WRITE = Case(
    ours="FileBook.write into a workbook", baseline="XlsxWriter, a bare new file", prepare=prepare_writing
)
