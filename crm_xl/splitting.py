"""One workbook per 负责人, each with that person's customers only (SPEC section 3, Privacy)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from crm_xl.analysis.clean import clean
from crm_xl.analysis.pipeline import analyze
from crm_xl.analysis.progress import Progress, quiet
from crm_xl.books.file import FileBook
from crm_xl.books.obstacles import check_free, told
from crm_xl.books.protocol import Block
from crm_xl.books.unbroken import note_placed, unbroken
from crm_xl.books.version import refuse_other_versions
from crm_xl.errors import CrmError
from crm_xl.masking import write_new
from crm_xl.masking.known import personal_values, secret_columns
from crm_xl.masking.package import redact_package
from crm_xl.masking.redactor import Redactor
from crm_xl.masking.sheetcells import SheetRules
from crm_xl.masks import digits_of, mask_free_text
from crm_xl.package.archive import Archive
from crm_xl.package.areas import Area
from crm_xl.package.parts import Parts, TablePart, relationships
from crm_xl.raw import RawTable
from crm_xl.refreshing import refresh
from crm_xl.schema import Role, Secret
from crm_xl.scratch import scratch_folder
from crm_xl.settings import Settings
from crm_xl.tables import INPUTS, PARAMETERS, TABLES
from crm_xl.tables import inputs as i
from crm_xl.tables.headings import match_headings
from crm_xl.tables.parameters import SHEET
from crm_xl.values import convert
from crm_xl.widths import fold

UNASSIGNED = "未分配"
OTHER_CUSTOMER = "（其他客户）"
# Sheets of ours that hold no table; every other sheet without one is the user's own.
OUR_SHEETS = frozenset({"首页", "函数示例", "说明", "_help", "xlwings.conf"})
# What charts, pivot tables and links remember of their sources, and what people noted on cells that are gone.
_MEMORIES = frozenset({"strCache", "numCache", "multiLvlStrCache", "sheetDataSet"})
_MEMORY_PARTS = (
    "xl/pivotcache/",
    "xl/pivottables/",
    "xl/slicer",
    "xl/timeline",
    "xl/comments",
    "xl/threadedcomments/",
)
_ID = i.CUSTOMERS.column("customer_id")
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9¹²³])(?:\..*)?", re.IGNORECASE)
_LONGEST_NAME = 60
_SHORTEST_NUMBER = 6


@dataclass(frozen=True, kw_only=True)
class Split:
    """What was made.

    Attributes:
        folder: where the files are.
        files: owner -> file.
        left_out: rows that name no known customer and so belong to nobody; they are in no file.
        emptied: how many sheets of the user's own are empty in the files.
    """

    folder: Path
    files: Mapping[str, Path]
    left_out: int
    emptied: int

    @property
    def message(self) -> str:
        """The closing message."""
        rows = f"；{self.left_out} 行找不到所属客户，未分发" if self.left_out else ""
        sheets = f"；{self.emptied} 张自建工作表在副本中已清空" if self.emptied else ""
        return f"完成：按负责人拆分为 {len(self.files)} 个文件，放在“{self.folder.name}”{rows}{sheets}。"


def split(path: str | Path, folder: str | Path | None = None, *, progress: Progress = quiet) -> Split:
    """One refreshed workbook per owner of customers; the workbook itself stays as it is.

    Every table that names customers keeps only the owner's; outputs are computed from these alone, as of the
    whole workbook's analysis date. Sheets of the user's own are emptied, cell comments, pivot tables, pictures and
    what charts remember of their sources left out; free text and what is written beside tables loses the other
    customers' names and numbers. Formulas inside input tables become values.

    Args:
        path: an .xlsx or .xlsm file with tblCustomers.
        folder: where the files go; made when absent. Default: beside the workbook, its name with _拆分.
        progress: told what is being done and the share done.

    Raises:
        CrmError: no customers or owners, a file is there already, the workbook cannot be read. No file is made.
    """
    source = Path(path)
    target = source.with_name(f"{source.stem}_拆分") if folder is None else Path(folder)
    progress("读取工作簿", 0.0)
    book = FileBook(source, read_only=True)
    refuse_other_versions(book)
    raw = book.read([table.name for table in (*INPUTS, *PARAMETERS)])
    rest = book.read([name for name in book.tables() if name not in TABLES])
    owners = _owners(raw, source.name)
    settings = Settings.from_tables(raw)
    if settings.general.order_source:
        raise CrmError(
            "订单在数据源里，不在工作簿里，不能拆分。",
            where=f"{SHEET}“订单来源”",
            hint="每份拆分都会读到全部客户的订单；请先清空“订单来源”，把订单导入工作簿。",
        )
    date = analyze(raw, settings).analysis_date
    groups: dict[str, set[str]] = {}
    for customer, owner in owners.items():
        groups.setdefault(owner, set()).add(str(customer))
    groups = dict(sorted(groups.items()))
    files = _file_names(source, target, groups)
    sorted_rows = {name: _customer_ids(table) for name, table in ({**raw, **rest}).items()}
    by_table = {name: ids for name, ids in sorted_rows.items() if ids is not None}
    known = _known_by_customer(
        {name: table for name, table in ({**raw, **rest}).items() if name in by_table}, by_table
    )
    left_out = sum(int((~pd.Index(ids).isin(owners.index)).sum()) for ids in by_table.values())
    emptied = 0
    with told(target), scratch_folder(_nearest(target)) as scratch:
        made = {}
        for number, (owner, ids) in enumerate(groups.items()):
            progress(f"生成 {number + 1}/{len(groups)}", 0.1 + 0.9 * number / len(groups))
            work = scratch / f"{number}{source.suffix}"
            blocks = {
                name: _block({**raw, **rest}[name], pd.Index(own).isin(ids)) for name, own in by_table.items()
            }
            FileBook(source, out=work).write(blocks, {})
            refresh(work, analysis_date=date)
            made[owner] = work.with_name(f"{number}-done{source.suffix}")
            emptied = _without_others(work, made[owner], known, ids, frozenset(blocks))
        _put_in_place(made, files, target, scratch)
    progress("完成", 1.0)
    return Split(folder=target, files=files, left_out=left_out, emptied=emptied)


def _nearest(folder: Path) -> Path:
    """The folder itself, or what is there of the path to it: a move within one disk happens at once."""
    return folder if folder.is_dir() else _nearest(folder.parent)


def _put_in_place(made: Mapping[str, Path], files: Mapping[str, Path], target: Path, scratch: Path) -> None:
    """Moves the finished files; into a new folder all of them at one moment, so that nobody finds half of them."""
    if target.is_dir():
        with unbroken():
            for owner, file in made.items():
                os.replace(file, files[owner])
                note_placed(files[owner])
        return
    together = scratch / "together"
    together.mkdir()
    for owner, file in made.items():
        os.replace(file, together / files[owner].name)
    target.parent.mkdir(parents=True, exist_ok=True)
    with unbroken():
        os.replace(together, target)
        note_placed(target)


def safe_file_name(text: str) -> str:
    """The text as part of a file name that Windows takes.

    >>> safe_file_name("王敏/华东:一部. "), safe_file_name("con"), safe_file_name("  ")
    ('王敏_华东_一部', '_con', '_')
    """
    name = _FORBIDDEN.sub("_", text).strip().rstrip(". ")[:_LONGEST_NAME].rstrip(". ")
    return f"_{name}" if not name or _RESERVED.fullmatch(name) else name


def _owners(raw: Mapping[str, RawTable], where: str) -> pd.Series[str]:
    """The owner of every customer, by customer id, as cleaning reads them."""
    customers = raw.get(i.CUSTOMERS.name)
    if customers is None or "owner" not in match_headings(i.CUSTOMERS, customers.headings):
        raise CrmError(
            "没有客户表或其中没有“负责人”列，无法拆分。", where=where, hint="请在客户表里填写负责人后再试。"
        )
    inputs = {table.name: raw[table.name] for table in INPUTS if table.name in raw}
    cleaned = clean(inputs, Settings.from_tables(raw), pd.Timestamp.today().normalize())
    frame = cleaned.tables[i.CUSTOMERS.name]
    if frame.empty:
        raise CrmError("客户表里没有客户，无法拆分。", where=where, hint="请先填写或导入客户。")
    named = frame["owner"].astype(object).where(frame["owner"].notna(), UNASSIGNED).map(fold)
    return pd.Series(named.to_numpy(), index=frame["customer_id"].to_numpy())


def _file_names(source: Path, folder: Path, owners: Iterable[str]) -> dict[str, Path]:
    """A file for each owner; names that Windows would take for one get a number."""
    found: dict[str, Path] = {}
    taken: set[str] = set()
    for owner in owners:
        stem = f"{source.stem} {safe_file_name(owner)}"
        name, number = stem, 1
        while name.casefold() in taken:
            number += 1
            name = f"{stem} ({number})"
        taken.add(name.casefold())
        found[owner] = folder / f"{name}{source.suffix}"
    if any(file.exists() for file in found.values()):
        raise CrmError(
            "文件夹里已有拆分出的文件，没有覆盖。",
            where=str(folder),
            hint="请用 --out 指定别的文件夹，或先移走它们。",
        )
    if folder.exists():
        check_free(
            folder / f"{source.stem}{source.suffix}" if not folder.is_dir() else next(iter(found.values()))
        )
    return found


def _customer_ids(table: RawTable) -> np.ndarray | None:
    """The customer that each row names, None where it names none; None for a table without such a column."""
    declared = TABLES.get(table.name, i.CONTACTS)
    at = match_headings(declared, table.headings).get("customer_id")
    return None if at is None else convert(table.columns[at], _ID).values


def _block(table: RawTable, rows: np.ndarray) -> Block:
    return Block(
        headings=table.headings,
        rows=list(zip(*(column[rows].tolist() for column in table.columns), strict=True)),
    )


def _known_by_customer(
    tables: Mapping[str, RawTable], ids: Mapping[str, np.ndarray]
) -> dict[str, dict[str, str]]:
    """Customer id -> every text by which others could tell the customer -> what they see instead."""
    found: dict[str, dict[str, str]] = {}
    for customers in ids.values():
        for customer in pd.unique(customers).tolist():
            if customer is not None:
                found.setdefault(customer, {customer: OTHER_CUSTOMER})
    table = tables[i.CUSTOMERS.name]
    name_at = match_headings(i.CUSTOMERS, table.headings).get("customer_name")
    if name_at is not None:
        for customer, name in zip(ids[table.name].tolist(), table.columns[name_at].tolist(), strict=True):
            if customer is not None and name is not None and len(shown := fold(str(name))) > 1:
                found[customer][shown] = OTHER_CUSTOMER
    for table in tables.values():
        for row, text, mask in personal_values(table):
            if (customer := ids[table.name][row]) is not None:
                found[customer][text] = mask(text)
    return found


def _without_others(
    work: Path, target: Path, known: Mapping[str, dict[str, str]], own: set[str], filtered: frozenset[str]
) -> int:
    """Writes the file anew without any trace of other customers; how many sheets were emptied."""
    mine = {text for customer in own for text in known.get(customer, ())}
    others = {
        text: shown
        for customer, texts in known.items()
        if customer not in own
        for text, shown in texts.items()
        if text not in mine
    }
    # A short number as an id may be any number in a text; only where it stands alone it is the customer.
    numbers = frozenset(text for text in others if text.isdigit() and len(text) < _SHORTEST_NUMBER)
    digits = frozenset(map(digits_of, others))
    redactor = Redactor(
        {text: shown for text, shown in others.items() if text not in numbers},
        pattern=lambda text: OTHER_CUSTOMER if text.strip() in numbers else mask_free_text(text, only=digits),
    )
    with Archive(work) as archive:
        parts = Parts(archive)
        rules = _rules(parts, filtered)
        emptied = {parts.sheets[name].part for name, rule in rules.items() if rule.emptied}
        redaction = redact_package(
            archive, parts, redactor, rules, _orphans(archive, emptied), forgotten=_MEMORIES
        )
        write_new(target, archive, redaction.changes)
    return len(emptied)


def _rules(parts: Parts, filtered: frozenset[str]) -> dict[str, SheetRules]:
    trusted: dict[str, list[Area]] = {}
    ours = {table.sheet.name for name, table in parts.tables.items() if name in TABLES or name in filtered}
    for name, table in parts.tables.items():
        if name in TABLES and (name in filtered or TABLES[name].role is Role.OUTPUT):
            trusted.setdefault(table.sheet.name, []).extend(_own_cells(table))
    return {
        name: SheetRules(
            trusted=trusted.get(name, ()),
            emptied=name not in ours and name not in OUR_SHEETS,
            blank_formulas=True,
        )
        for name in parts.sheets
    }


def _own_cells(table: TablePart) -> Iterator[Area]:
    """The columns of a table that hold the owner's customers and nothing else; free text may speak of anybody."""
    body, first = table.body, table.body.left
    free = {
        at
        for at, column in secret_columns(table.name, table.headings).items()
        if column.secret is Secret.FREE_TEXT
    }
    for at in (*sorted(free), body.right - body.left + 1):
        if first < body.left + at:
            yield Area(body.top, first, body.bottom, body.left + at - 1)
        first = body.left + at + 1


def _orphans(archive: Archive, emptied: set[str]) -> frozenset[str]:
    """Parts to leave out: memories of sources, notes on cells, and what hangs on emptied sheets alone."""
    dropped = {part for part in archive.parts() if part.casefold().startswith(_MEMORY_PARTS)}
    dropped |= {
        part
        for part in archive.parts()
        if part.casefold().endswith(".vml") and b'ObjectType="Note"' in archive.read(part)
    }
    reached: set[str] = set()
    waiting = [""]
    while waiting:
        part = waiting.pop()
        for _, target in relationships(archive, part).values():
            if target in archive and (name := archive.part_name(target)) not in reached:
                reached.add(name)
                if name not in emptied:
                    waiting.append(name)
    kept = (".rels", "[content_types].xml")
    for part in archive.parts():
        if part not in reached and not part.casefold().endswith(kept):
            dropped.add(part)
    owned = {f"{os.path.dirname(part)}/_rels/{os.path.basename(part)}.rels" for part in dropped | emptied}
    return frozenset(dropped | {part for part in archive.parts() if part in owned})
