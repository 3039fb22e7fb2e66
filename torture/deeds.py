"""What people do that writes files, each with a small workbook to do it to."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from crm_xl import assets
from crm_xl.analysis.progress import quiet
from crm_xl.books.atomic import restore_backup
from crm_xl.books.file import FileBook
from crm_xl.books.protocol import Block
from crm_xl.importing import plan_import
from crm_xl.masking import mask_copy
from crm_xl.refreshing import refresh
from crm_xl.report import report_path, write_report
from crm_xl.sources import Rules, read_files
from crm_xl.splitting import split
from crm_xl.tables import TABLES
from crm_xl.tables.inputs import CONTACTS, CUSTOMERS, ORDERS
from crm_xl.tables.outputs import LEDGER, METRICS, SCORES, TIER_SUMMARY
from crm_xl.upgrading import upgrade
from tests.books.samples import book

BOOK = "客户.xlsx"
DATE = "2026-06-30"
_OUTPUTS = (METRICS, SCORES, TIER_SUMMARY, LEDGER)
_LEDGER_ROWS = 5  # the rest goes to a file beside the workbook


@dataclass(frozen=True, kw_only=True)
class Deed:
    """Something that writes files.

    Attributes:
        name: what it is called in figures.
        prepare: puts into an empty folder what it needs.
        act: does it.
        made_by_program: endings of files that are made anew every time and need no backup.
        heavy: takes seconds.
    """

    name: str
    prepare: Callable[[Path], None]
    act: Callable[[Path], Any]
    made_by_program: tuple[str, ...] = ()
    heavy: bool = False


def customers_book(path: Path) -> Path:
    """Six customers of two owners with a dozen orders, half of them faulty, and four outputs."""
    customers = [[f"C{n}", f"公司{n}", "企业", ("王敏", "李强")[n % 2]] for n in range(6)]
    contacts = [[f"P{n}", f"C{n}", f"联系人{n}", f"1391111000{n}"] for n in range(3)]
    orders = [
        [f"S{n}", f"C{n % 6}", date(2026, 1 + n % 6, 3), 100.0 * n if n % 2 else "一千", 10.0]
        for n in range(14)
    ]
    inputs = {
        CUSTOMERS: (["customer_id", "customer_name", "customer_type", "owner"], customers),
        CONTACTS: (["contact_id", "customer_id", "contact_name", "phone"], contacts),
        ORDERS: (["order_id", "customer_id", "order_date", "amount", "profit"], orders),
    }
    made: dict[str, Any] = {}
    for table, (names, rows) in inputs.items():
        made[table.name] = (table.sheet, 4, 1, [table.column(name).title for name in names], rows)
    for table in _OUTPUTS:
        made[table.name] = (f"出{table.title}", 4, 1, list(table.titles), [])
    return book(path, made)


def _new_orders(folder: Path) -> None:
    lines = ["订单编号,客户编号,订单日期,消费金额", "N1,C1,2026-05-01,300", "N2,C2,2026-05-02,400"]
    (folder / "新订单.csv").write_text("\n".join(lines), encoding="utf-8-sig")


def _workbook(folder: Path) -> None:
    customers_book(folder / BOOK)


def _workbook_and_orders(folder: Path) -> None:
    _workbook(folder)
    _new_orders(folder)


def _refreshed(folder: Path) -> None:
    _workbook(folder)
    act_refresh(folder)


def _reported(folder: Path) -> None:
    _workbook(folder)
    report_path(folder / BOOK).write_bytes(b"PK an older report")


def act_refresh(folder: Path) -> None:
    """The workbook, its ledger longer than its sheet takes."""
    with _short_ledger():
        refresh(folder / BOOK, analysis_date=DATE)


@contextmanager
def _short_ledger() -> Iterator[None]:
    """While a ledger of a dozen rows has to go to a file of its own, as one of a million does."""
    TABLES[LEDGER.name] = replace(LEDGER, most_rows=_LEDGER_ROWS)
    try:
        yield
    finally:
        TABLES[LEDGER.name] = LEDGER


def act_import(folder: Path) -> None:
    """Two orders into the workbook."""
    workbook = FileBook(folder / BOOK)
    incoming = read_files([folder / "新订单.csv"], Rules(remembered=False), quiet, (0.0, 0.5))
    plan_import(workbook, incoming, progress=quiet).carry_out(workbook)


def act_mask(folder: Path) -> None:
    """A masked copy beside it."""
    mask_copy(folder / BOOK)


def act_split(folder: Path) -> None:
    """A workbook for each of the two owners in a new folder."""
    split(folder / BOOK)


def act_restore(folder: Path) -> None:
    """The workbook before its last refresh."""
    restore_backup(folder / BOOK)


def act_report(folder: Path) -> None:
    """A Word report in place of an earlier one, and the same as Markdown with pictures."""
    write_report(folder / BOOK, report_path(folder / BOOK), with_markdown=True)


def act_upgrade(folder: Path) -> None:
    """The workbook's data in a new workbook."""
    upgrade(folder / BOOK)


def act_write(folder: Path) -> None:
    """Four hundred rows, in next to no time: for the moments between two operations."""
    rows = [(f"{row}",) for row in range(400)]
    FileBook(folder / BOOK).write({"tblA": Block(headings=("甲",), rows=rows)}, {})


def _one_table(folder: Path) -> None:
    book(folder / BOOK, {"tblA": ("出", 1, 1, ["甲"], [["旧"]])})


DEEDS = (
    Deed(name="write", prepare=_one_table, act=act_write),
    Deed(name="refresh", prepare=_workbook, act=act_refresh, made_by_program=(".csv",)),
    Deed(name="import", prepare=_workbook_and_orders, act=act_import),
    Deed(name="mask", prepare=_workbook, act=act_mask),
    Deed(name="restore", prepare=_refreshed, act=act_restore),
    Deed(name="split", prepare=_workbook, act=act_split, heavy=True),
    Deed(name="report", prepare=_reported, act=act_report, made_by_program=(".png",), heavy=True),
    Deed(name="upgrade", prepare=_workbook, act=act_upgrade, heavy=True),
)


def shipped(folder: Path) -> Path:
    """A copy of the workbook that goes out."""
    target = folder / Path(assets.WORKBOOK).name
    shutil.copyfile(assets.asset(assets.WORKBOOK), target)
    return target


def warm(deeds: Sequence[Deed]) -> None:
    """Do each once and forget it: whatever is imported on the way is there when a try begins."""
    for deed in deeds:
        with tempfile.TemporaryDirectory() as name:
            deed.prepare(Path(name))
            deed.act(Path(name))
