"""What the cases are fed: the Online Retail lines, or their look-alike, as declared tables and files."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import xlsxwriter

from crm_xl.tables import OUTPUTS, TABLES
from tests.support import retail

REPOSITORY = Path(__file__).resolve().parents[1]
CACHE = REPOSITORY / "output" / "bench"


def lines() -> retail.OnlineRetail:
    """The real lines where the reference data stands beside the checkout, otherwise made-up ones."""
    folder = REPOSITORY.parent / "shared" / "data"
    return retail.load(folder if folder.is_dir() else None)


def describe(source: retail.OnlineRetail) -> str:
    """How many lines and whether they are real."""
    return f"{len(source.lines):,} {'real' if source.real else 'made-up'} lines"


def csv() -> Path:
    """The lines as a CSV file, UTF-8, not compressed; written once."""
    source = lines()
    path = CACHE / f"retail-{'real' if source.real else 'made-up'}.csv"
    if not path.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        source.lines.to_csv(unfinished, index=False)
        unfinished.replace(path)
    return path


def workbook() -> Path:
    """A workbook that holds the lines as 订单, their customers as 客户, and every output table, empty.

    Written once; writing half a million rows takes far longer than refreshing them.
    """
    source = lines()
    path = CACHE / f"retail-{'real' if source.real else 'made-up'}.xlsx"
    if path.exists():
        return path
    CACHE.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    # Not in constant memory: that writes texts inline, and Excel's own files share them.
    options = {"default_date_format": "yyyy-mm-dd hh:mm"}
    with xlsxwriter.Workbook(unfinished, options) as book:
        for name, frame in retail.tables(source.lines).items():
            titles = [TABLES[name].column(column).title for column in frame.columns]
            add_table(book, name, titles, frame)
        for table in OUTPUTS:
            add_table(book, table.name, list(table.titles), pd.DataFrame([[None] * len(table.titles)]))
    unfinished.replace(path)
    return path


def add_table(book: xlsxwriter.Workbook, name: str, titles: list[str], frame: pd.DataFrame) -> None:
    """One sheet with one Excel table that begins at A1."""
    sheet = book.add_worksheet(name)
    sheet.write_row(0, 0, titles)
    cells = frame.astype(object).where(frame.notna(), None)
    for number, row in enumerate(cells.itertuples(index=False), 1):
        sheet.write_row(number, 0, row)
    columns = [{"header": title} for title in titles]
    sheet.add_table(0, 0, len(frame), len(titles) - 1, {"name": name, "columns": columns})
