"""refresh(book): read what the book has, analyse, write what the book asks for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pandas as pd

from crm_xl.analysis.pipeline import analyze
from crm_xl.analysis.plans import plans_told
from crm_xl.analysis.progress import Progress, part, quiet
from crm_xl.analysis.results import Results
from crm_xl.analysis.reviews import reviews_told
from crm_xl.books.blocks import block_of, sentence_block
from crm_xl.books.protocol import Block, Book, Cell
from crm_xl.books.sidecar import write_fitting
from crm_xl.books.version import refuse_other_versions
from crm_xl.errors import CrmError
from crm_xl.raw import RawTable, computing
from crm_xl.schema import Table
from crm_xl.settings import Settings
from crm_xl.settings.model import General
from crm_xl.tables import INPUTS, OUTPUTS, PARAMETERS, TABLES
from crm_xl.tables import cells as named
from crm_xl.tables.choices import HIDDEN_SHEETS
from crm_xl.tables.inputs import ORDERS
from crm_xl.tables.outputs import METRICS
from crm_xl.tables.parameters import SHEET
from crm_xl.tables.plans import PLAN_OWNERS, REVIEWS

if TYPE_CHECKING:
    from crm_xl.books.file import FileBook
    from crm_xl.warehouse import WarehouseOrders

NOTHING = "按现有数据与参数，本表没有要列出的内容。"

# The share done when a book has been read, and when writing begins: of a workbook with half a million lines, and of
# one whose lines are in a warehouse.
_READ, _READ_WITHOUT_ORDERS = 0.45, 0.02
WRITING = 0.8

AnyBook = TypeVar("AnyBook", bound=Book)


def refresh(
    path_or_book: str | Path | Book,
    *,
    out: str | Path | None = None,
    analysis_date: pd.Timestamp | str | None = None,
    sources: Mapping[str, RawTable] | None = None,
    orders: WarehouseOrders | None = None,
    progress: Progress = quiet,
) -> Results:
    """The results of analysing a workbook's input tables; its output tables are filled with them.

    Args:
        path_or_book: a workbook file, or a book that is already open.
        out: where to write instead; the workbook itself then stays as it is (files only).
        analysis_date: overrides the setting 分析日期.
        sources: input tables read elsewhere (a large order file); they stand in for the book's own.
        orders: orders that stay in a warehouse; default: those that the setting 订单来源 names.
        progress: told what is being done and the share done.

    Returns:
        Results; also where the book holds none of the output tables.

    Raises:
        CrmError: the book or its data cannot be used; it is as it was before.
    """
    book = open_book(path_or_book, out)
    progress("读取工作簿", 0.0)
    tables = read_tables(book, sources, orders)
    results = analysed(
        book, tables, orders=orders, analysis_date=analysis_date, wanted=book.tables(), progress=progress
    )
    progress("写入结果", WRITING)
    write_fitting(book, output_blocks(results, book.tables()), status_cells(results))
    progress("完成", 1.0)
    return results


def check(
    path_or_book: str | Path | Book,
    *,
    sources: Mapping[str, RawTable] | None = None,
    orders: WarehouseOrders | None = None,
    wanted: Collection[str] | None = None,
    progress: Progress = quiet,
) -> Results:
    """What a refresh would give: ledger, balance and all; nothing is written.

    Args:
        path_or_book: a workbook file, or a book that is already open.
        sources: input tables read elsewhere; they stand in for the book's own.
        orders: orders that stay in a warehouse; default: those that the setting 订单来源 names.
        wanted: the outputs asked for, whatever the book holds; default: all.
        progress: told what is being done and the share done.

    Raises:
        CrmError: the book or its data cannot be used.
    """
    book = open_book(path_or_book, read_only=True)
    progress("读取工作簿", 0.0)
    tables = read_tables(book, sources, orders)
    return analysed(book, tables, orders=orders, wanted=wanted, progress=progress)


def open_book(
    path_or_book: str | Path | AnyBook, out: str | Path | None = None, *, read_only: bool = False
) -> AnyBook | FileBook:
    """The book itself, or the workbook file as a book; one that is only read may be open in Excel."""
    if isinstance(path_or_book, str | Path):
        from crm_xl.books.file import FileBook  # only a file needs lxml and calamine

        return FileBook(Path(path_or_book), None if out is None else Path(out), read_only=read_only)
    return path_or_book


def read_tables(
    book: Book, sources: Mapping[str, RawTable] | None = None, orders: WarehouseOrders | None = None
) -> dict[str, RawTable]:
    """Every table that an analysis goes by.

    Args:
        book: the workbook.
        sources: input tables read elsewhere; they stand in for the book's own.
        orders: orders that stay in a warehouse; the book's own are then not read.

    Raises:
        CrmError: there is none, the book is of another version, or it cannot be read.
    """
    refuse_other_versions(book)
    present = book.tables()
    if not sources and orders is None and not any(table.name in present for table in INPUTS):
        raise CrmError(
            "工作簿里没有可识别的数据表。",
            where=book.name,
            hint="请用 crm-xl template 取得模板，或把表格命名为 tblCustomers、tblOrders 等（见数据字典）。",
        )
    replaced = sources or {}
    # Outputs that are kept up hold ticks and drafts, which the next run goes by.
    read = (*INPUTS, *PARAMETERS, *(table for table in OUTPUTS if table.kept_up))
    elsewhere = set(replaced) | ({ORDERS.name} if orders is not None else set())
    wanted = [table.name for table in read if table.name in present and table.name not in elsewhere]
    return {**book.read(wanted), **replaced}


def analysed(
    book: Book,
    tables: Mapping[str, RawTable],
    *,
    orders: WarehouseOrders | None = None,
    analysis_date: pd.Timestamp | str | None = None,
    wanted: Collection[str] | None = None,
    progress: Progress = quiet,
) -> Results:
    """The analysis of a book's tables, with the orders where they are.

    Args:
        book: the workbook; a relative path in 订单来源 starts from its folder.
        tables: from `read_tables`.
        orders: orders that stay in a warehouse; default: those that the setting 订单来源 names.
        analysis_date: overrides the setting.
        wanted: the outputs asked for; default: all.
        progress: told what is being done and the share done.

    Raises:
        CrmError: the data, the settings or the warehouse cannot be used.
    """
    settings = Settings.from_tables(tables)
    if orders is None and settings.general.order_source:
        orders = _orders_set(settings.general, book)
    share = _READ if orders is None else _READ_WITHOUT_ORDERS
    with nullcontext() if orders is None else orders as opened:
        return analyze(
            tables,
            settings,
            analysis_date=analysis_date,
            orders=opened,
            wanted=wanted,
            progress=part(progress, share, WRITING),
        )


def _orders_set(general: General, book: Book) -> WarehouseOrders:
    """The orders that 参数 names."""
    from crm_xl.warehouse import WarehouseOrders  # only then: it needs Ibis

    try:
        return WarehouseOrders(
            general.order_source or "",
            general.order_mapping or "",
            folder=None if book.file is None else book.file.parent,
            in_workbook=True,
        )
    except CrmError as error:
        raise CrmError(error.problem, where=error.where or f"{SHEET}“订单来源”", hint=error.hint) from None


@computing()
def output_blocks(results: Results, present: Mapping[str, object] | None = None) -> dict[str, Block]:
    """Every output as a book takes it, by table name; only those `present`, all where it is None.

    Among them the inputs that the refresh keeps up: their rows were read, and are written back with its own.
    """
    blocks = {
        name: block_of(TABLES[name], frame)
        for name, frame in results.kept_up.items()
        if present is None or name in present
    }
    for table in OUTPUTS:
        if present is not None and table.name not in present:
            continue
        if table.name in results.tables:
            block = block_of(table, results.tables[table.name])
            blocks[table.name] = block if block.rows else _without_rows(table, block, NOTHING)
        elif table.name in results.missing and not table.kept_up:
            # What people have filled in stays, whatever could not be computed.
            empty = Block(headings=table.titles, rows=[], linked=table.linked)
            blocks[table.name] = _without_rows(table, empty, results.missing[table.name])
    return blocks


def _without_rows(table: Table, block: Block, sentence: str) -> Block:
    """An output without rows: why, where people read it; no sentence becomes a label of a chart or a choice in a list."""
    silent = table.kept_up or table.sheet in HIDDEN_SHEETS
    return block if silent else sentence_block(table, sentence)


def status_cells(results: Results) -> dict[str, Cell]:
    """The single cells a refresh fills, by defined name: the start page's status and a caption per output."""
    balance, period = results.balance, results.period
    metrics = results.tables.get(METRICS.name)
    cells: dict[str, Cell] = {
        named.STATUS.name: closing_message(results),
        named.ANALYSIS_DATE.name: None if results.analysis_date is None else results.analysis_date.date(),
        named.PERIOD.name: None if period is None else f"{period.start:%Y-%m-%d} 至 {period.end:%Y-%m-%d}",
        named.SCOPE.name: results.scope,
        named.CARD_NAME.name: results.settings.general.scorecard,
        named.CUSTOMERS.name: results.customers,
        named.AMOUNT.name: None if metrics is None else float(metrics["monetary"].sum()),
        named.BALANCE.name: None if balance is None else ("✔ 平衡" if balance.balanced else "✘ 不平衡"),
    }
    if (reviews := results.tables.get(REVIEWS.name)) is not None:
        cells[named.REVIEWS.name] = reviews_told(reviews)
    owners = results.tables.get(PLAN_OWNERS.name)
    cells[named.PLANS.name] = "没有跟进计划" if owners is None else plans_told(owners)
    cells[named.RECALCULATE.name] = "是"
    return cells | {named.note_name(table): results.caption_of(table.name) for table in OUTPUTS}


def closing_message(results: Results) -> str:
    """The one sentence a refresh ends with: “完成：更新 412 家客户，3 条待处理。”."""
    pending = f"，{results.set_aside} 条数据已搁置待处理" if results.set_aside else ""
    return f"完成：更新 {results.customers} 家客户{pending}。"
