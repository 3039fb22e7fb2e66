"""plan_import(book, incoming): what came from files and databases, merged into the workbook's input tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import pandas as pd

from crm_xl.analysis.ledger import Action, Ledger
from crm_xl.analysis.screening import screen
from crm_xl.books.protocol import Block, Book
from crm_xl.books.version import refuse_other_versions
from crm_xl.errors import CrmError
from crm_xl.importing.body import Body, Change
from crm_xl.schema import Table
from crm_xl.sources import Incoming
from crm_xl.sources.notes import Note, Remark
from crm_xl.tables import INPUTS, TABLES
from crm_xl.tables.headings import listed

Progress = Callable[[str, float], None]


@dataclass(frozen=True, kw_only=True)
class TableOutcome:
    """What an import means for one table; the row counts of all its sources together.

    Attributes:
        new: rows added.
        filled: rows there already of which only blank cells are filled.
        changed: rows there already that say something else in a cell that is not blank.
        same: rows there already, nothing to do.
        set_aside: rows that cleaning would set aside; they are not imported.
        changes: every cell that is, or would be, changed; masked.
        findings: LEDGER lines of the rows set aside: file line or cell, rule, before.
    """

    table: Table
    new: int
    filled: int
    changed: int
    same: int
    set_aside: int
    changes: tuple[Change, ...]
    findings: pd.DataFrame


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What an import did, or would do.

    Attributes:
        tables: one per table, in declared order.
        notes: how the sources were read, and which columns were left out.
        update: whether cells that differ are changed.
        written: whether the workbook was written.
    """

    tables: tuple[TableOutcome, ...]
    notes: tuple[Note, ...]
    update: bool
    written: bool

    @property
    def preview(self) -> str:
        """The figures of each table: “订单：新增 2 行、相同 5 行”."""
        parts = []
        for each in self.tables:
            figures = [
                f"{word} {count} 行"
                for word, count in (
                    ("新增", each.new),
                    ("补充", each.filled),
                    ("更新" if self.update else "有变动未更新", each.changed),
                    ("相同", each.same),
                    ("搁置", each.set_aside),
                )
                if count
            ]
            parts.append(f"“{each.table.title}”{'、'.join(figures) or '没有数据'}")
        return "；".join(parts)

    @property
    def message(self) -> str:
        """The one sentence an import ends with."""
        if self.written:
            return f"导入完成：{self.preview}。"
        return f"核对完成：{self.preview}；工作簿没有改动。"


class InputBook(Book, Protocol):
    """A workbook whose input tables can be written."""

    def first_formula(self, name: str) -> str:
        """Where in a table's body a formula stands; empty without any."""


def importable() -> tuple[Table, ...]:
    """The tables that people fill; what the refresh writes itself is not imported."""
    return tuple(
        table for table in INPUTS if not any(column.required and column.computed for column in table)
    )


def table_named(name: str) -> Table:
    """The importable table of that name or title.

    Raises:
        CrmError: there is none.
    """
    for table in importable():
        if name.strip().casefold() in (table.name.casefold(), table.title.casefold()):
            return table
    raise CrmError(
        f"没有可以导入的表“{name}”。",
        hint=f"可写 {'、'.join(f'{table.title}（{table.name}）' for table in importable())}。",
    )


@dataclass(frozen=True, kw_only=True)
class Plan:
    """An import worked out and not yet written: what to show a person, and what to write."""

    outcome: Outcome
    blocks: Mapping[str, Block]

    def carry_out(self, book: Book) -> Outcome:
        """What was done; the book holds the new rows, written once and as a whole.

        Raises:
            CrmError: the book cannot be written; it is as it was.
        """
        if self.blocks:
            book.write(self.blocks, {})
        return replace(self.outcome, written=bool(self.blocks))


def plan_import(
    book: InputBook,
    incoming: Sequence[Incoming],
    *,
    update: bool = False,
    today: pd.Timestamp | None = None,
    progress: Progress,
    share: tuple[float, float] = (0.0, 1.0),
) -> Plan:
    """What the rows mean for the book's input tables; nothing is written yet.

    Doing the same again changes nothing. Cells that the sources do not have, other columns of the tables, and
    columns that the refresh computes stay as they are.

    Args:
        book: the workbook.
        incoming: rows from sources, in order: a later one corrects what an earlier one of this import brought.
        update: whether cells that differ from what stands in the workbook are changed; blanks are filled anyway.
        today: rows of things that happened later are set aside; default the computer's date.
        progress: told what is being done.
        share: which part of the whole work this is.

    Raises:
        CrmError: the workbook is of another version, lacks a table, or the column of a key; formulas in a table
            would be lost; the workbook cannot be read.
    """
    now = (pd.Timestamp.now() if today is None else today).normalize()
    wanted = [table for table in importable() if any(each.table.name == table.name for each in incoming)]
    _check(book, incoming, wanted)
    refuse_other_versions(book)
    progress("读取工作簿", share[0])
    raw = book.read([table.name for table in wanted])
    blocks: dict[str, Block] = {}
    outcomes, notes = [], [note for each in incoming for note in each.notes]
    notes += _left_out(incoming)
    for number, table in enumerate(wanted):
        progress(f"核对{table.title}", share[0] + (share[1] - share[0]) * (0.2 + 0.8 * number / len(wanted)))
        body = Body(table, raw[table.name], now)
        outcome, remarks = _of_table(table, body, incoming, update, now)
        outcomes.append(outcome)
        notes += remarks
        if body.touched:
            if formula := book.first_formula(table.name):
                raise CrmError(
                    f"表“{table.title}”里有公式，导入会把公式变成数值，没有写入。",
                    where=formula,
                    hint="请把公式列移到表格之外，或先把公式复制、选择性粘贴为数值，再导入。",
                )
            blocks[table.name] = body.block()
    progress("核对完成", share[1])
    outcome_of_all = Outcome(tables=tuple(outcomes), notes=tuple(notes), update=update, written=False)
    return Plan(outcome=outcome_of_all, blocks=blocks)


def _check(book: Book, incoming: Sequence[Incoming], wanted: Sequence[Table]) -> None:
    """Nothing, when every source has a table to go to."""
    for each in incoming:
        if each.table.name not in {table.name for table in wanted}:
            raise CrmError(
                f"“{TABLES[each.table.name].title}”由刷新写入，不能导入。",
                where=each.source,
                hint="请选择其他文件，或用 --table 指定表。",
            )
    if lacking := [table for table in wanted if table.name not in book.tables()]:
        raise CrmError(
            f"工作簿里没有表 {listed(f'{table.title}（{table.name}）' for table in lacking)}。",
            where=book.name,
            hint="请用 crm-xl template 取得带有这张表的工作簿，或在工作簿里建立同名表格。",
        )


def _of_table(
    table: Table, body: Body, incoming: Sequence[Incoming], update: bool, today: pd.Timestamp
) -> tuple[TableOutcome, list[Note]]:
    counts = {"new": 0, "filled": 0, "changed": 0, "same": 0}
    set_aside = 0
    changes: list[Change] = []
    findings: list[pd.DataFrame] = []
    notes: list[Note] = []
    for each in incoming:
        if each.table.name != table.name:
            continue
        ledger = Ledger()
        screened = screen(table, each.table, today, ledger)
        frame = ledger.frame()
        findings.append(frame[frame["action"] == Action.SET_ASIDE.value])
        set_aside += int((screened.present & ~screened.kept).sum())
        if lacking := body.lacks([name for name in screened.headings if not table.column(name).computed]):
            if named := [column for column in lacking if column.required]:
                raise CrmError(
                    f"工作簿的表“{table.title}”缺少必填列 {listed(column.title for column in named)}。",
                    where=table.sheet,
                    hint="请在工作簿里补上这些列再导入。",
                )
            notes += [
                Note(
                    remark=Remark.UNMATCHED_COLUMN,
                    where=each.source,
                    text=f"工作簿的表“{table.title}”没有列“{column.title}”，这一列没有导入。",
                )
                for column in lacking
            ]
        merged = body.merge(screened, update=update)
        for word in counts:
            counts[word] += getattr(merged, word)
        changes += merged.changes
    outcome = TableOutcome(
        table=table,
        set_aside=set_aside,
        changes=tuple(changes),
        findings=pd.concat(findings, ignore_index=True),
        **counts,
    )
    return outcome, notes


def _left_out(incoming: Sequence[Incoming]) -> list[Note]:
    """One remark per source on the columns that nothing takes."""
    by_source = {each.source: each.unmatched for each in incoming if each.unmatched}
    return [
        Note(
            remark=Remark.UNMATCHED_COLUMN,
            where=source,
            text=f"{len(headings)} 列没有对应，没有导入：{listed(headings)}。",
            count=len(headings),
        )
        for source, headings in by_source.items()
    ]
