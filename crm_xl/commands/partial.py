"""Refreshing some of the outputs: only the reports asked for are made, only their tables are written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crm_xl.analysis.results import Results
from crm_xl.books.protocol import Book, Progress
from crm_xl.books.sidecar import write_fitting
from crm_xl.commands.declaration import OpenBook
from crm_xl.errors import CrmError
from crm_xl.refreshing import WRITING, check, output_blocks
from crm_xl.schema import Table
from crm_xl.tables.cells import note_name
from crm_xl.tables.dashboard import DATA_STATUS
from crm_xl.tables.outputs import CHECKS

# What tells of every report in the book.
_STAND_ON_ALL = frozenset({CHECKS.name, DATA_STATUS.name})


def refresh_only(book: Book, tables: Iterable[Table], progress: Progress) -> Results:
    """The results of an analysis of which only some tables were written, each with its caption.

    The status on the start page stays: it tells of the last full refresh, and the other tables are of that.

    Args:
        book: the workbook.
        tables: the outputs to write; those the workbook does not have are passed over.
        progress: told what is being done and the share done.

    Raises:
        CrmError: the book or its data cannot be used; it is as it was before.
    """
    wanted = {table.name: table for table in tables}
    asked = set(wanted)
    if not asked.isdisjoint(_STAND_ON_ALL):
        asked |= set(book.tables())
    results = check(book, wanted=asked, progress=progress)
    blocks = {name: block for name, block in output_blocks(results, book.tables()).items() if name in wanted}
    progress("写入结果", WRITING)
    write_fitting(book, blocks, {note_name(wanted[name]): results.caption_of(name) for name in blocks})
    progress("完成", 1.0)
    return results


def shown_refreshed(book: OpenBook, tables: Sequence[Table], progress: Progress) -> Results:
    """The results of which these tables were written; the first one's sheet is in front.

    Raises:
        CrmError: what the first table needs is not there; the tables say so too.
    """
    results = refresh_only(book, tables, progress)
    first = tables[0]
    if first.name in book.tables():
        book.show_sheet(first.sheet)
    if sentence := results.missing.get(first.name):
        # A choice that cannot be followed names its own cell.
        raise CrmError(sentence, where="" if sentence.startswith(first.sheet) else first.sheet)
    return results
