"""采用模拟方案: what was tried in 模拟方案 becomes 参数, and every output follows, in one write."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from crm_xl.analysis.draft import drafted
from crm_xl.analysis.progress import Progress, quiet
from crm_xl.analysis.results import Results
from crm_xl.books.protocol import Block
from crm_xl.books.sidecar import write_fitting
from crm_xl.errors import CrmError
from crm_xl.importing.intake import InputBook
from crm_xl.raw import RawTable
from crm_xl.refreshing import WRITING, analysed, open_book, output_blocks, read_tables, status_cells
from crm_xl.settings import Settings
from crm_xl.tables import TABLES
from crm_xl.tables.workshop import DRAFT


@dataclass(frozen=True, kw_only=True, eq=False)
class Adopted:
    """What was adopted, and what came of it.

    Attributes:
        results: with the figures adopted.
        tables: titles of the parameter tables that were changed.
    """

    results: Results
    tables: tuple[str, ...]

    @property
    def message(self) -> str:
        """The one sentence the command ends with."""
        changed = "”“".join(self.tables)
        return f"已采用模拟方案：参数表“{changed}”已更新，并重新计算 {self.results.customers} 家客户。"


def adopt(
    path_or_book: str | Path | InputBook, *, out: str | Path | None = None, progress: Progress = quiet
) -> Adopted:
    """The results with the drafted figures in force; parameters and outputs are written, the draft is blank again.

    One write: the workbook holds parameters and results that belong together, or is as it was.

    Args:
        path_or_book: a workbook file, or a book that is already open.
        out: where to write instead; the workbook itself then stays as it is (files only).
        progress: told what is being done and the share done.

    Raises:
        CrmError: nothing was drafted; the draft is wrong, with the cell; the workbook lacks a table that the draft
            changes, or formulas stand in it.
    """
    book = open_book(path_or_book, out)
    progress("读取工作簿", 0.0)
    raw = read_tables(book)
    changed = asked_for(raw, book.name)
    _check_writable(book, changed)
    del raw[DRAFT.name]  # so that it is listed anew, with nothing tried
    results = analysed(book, {**raw, **changed}, wanted=book.tables(), progress=progress)
    progress("写入参数与结果", WRITING)
    blocks = {
        name: Block(headings=table.headings, rows=list(zip(*table.columns, strict=True)))
        for name, table in changed.items()
    }
    write_fitting(book, {**blocks, **output_blocks(results, book.tables())}, status_cells(results))
    progress("完成", 1.0)
    return Adopted(results=results, tables=tuple(TABLES[name].title for name in changed))


def asked_for(tables: dict[str, RawTable], book_name: str) -> dict[str, RawTable]:
    """The parameter tables with what is drafted in them; those that the draft leaves alone are not among them.

    Args:
        tables: as a refresh reads them.
        book_name: of the workbook, for the message.

    Raises:
        CrmError: the workbook has no 模拟方案, nothing is drafted in it, or it is wrong, with the cell.
    """
    draft = tables.get(DRAFT.name)
    if draft is None:
        raise CrmError(
            f"工作簿里没有表“{DRAFT.title}”。", where=book_name, hint="请从原始工作簿复制工作表“模拟测算”。"
        )
    changed = drafted(tables, Settings.from_tables(tables).general, draft)
    if not changed:
        raise CrmError(
            "没有填写与现用值不同的模拟值。",
            where=DRAFT.sheet,
            hint="请在“模拟值”列填写要试的权重或界限，再按“模拟测算”。",
        )
    return changed


def _check_writable(book: InputBook, changed: dict[str, RawTable]) -> None:
    """Nothing, when the workbook has every changed table and no formula would turn into a value."""
    for name in changed:
        title = TABLES[name].title
        if name not in book.tables():
            raise CrmError(
                f"模拟方案改动了“{title}”，工作簿里没有这张表。",
                where=book.name,
                hint="请从原始工作簿复制“参数”。",
            )
        if formula := book.first_formula(name):
            raise CrmError(
                f"参数表“{title}”里有公式，采用会把公式变成数值，没有写入。",
                where=formula,
                hint="请先把公式复制、选择性粘贴为数值，再采用。",
            )
