"""`crm-xl import`: what is asked before, shown of the preview, and said at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import typer

from crm_xl.books.atomic import replace_content
from crm_xl.books.blocks import block_of
from crm_xl.books.file import FileBook
from crm_xl.books.protocol import Progress
from crm_xl.books.sidecar import write_csv
from crm_xl.errors import CrmError
from crm_xl.importing import Outcome, plan_import, table_named
from crm_xl.sources import Incoming, Rules, read_files, shipped_mappings
from crm_xl.sources.database import is_database, read_database
from crm_xl.sources.mapping import mapping_text, parse_mapping
from crm_xl.sources.notes import some
from crm_xl.sources.proposal import ColumnsMissingError, Proposal, propose
from crm_xl.sources.reading import understood
from crm_xl.sources.remembered import remember
from crm_xl.tables.headings import heading_key, listed
from crm_xl.tables.outputs import LEDGER

_MOST_LINES = 10  # of changed cells
_READING = (0.0, 0.4)  # share of the whole work


@dataclass(frozen=True, kw_only=True)
class Request:
    """The command's arguments; `ask`: whether a person sits before it."""

    files: Sequence[str]
    into: Path
    mapping: str | None
    table: str | None
    sheet: str | None
    sql: str | None
    sql_table: str | None
    update: bool
    dry_run: bool
    fresh: bool
    report: Path | None
    ask: bool


def run(request: Request, progress: Callable[[], AbstractContextManager[Progress]]) -> None:
    """Import, after a preview that a person confirms.

    Args:
        request: what to do.
        progress: shows how far the work is, while it is open.

    Raises:
        CrmError: a file, mapping, database or the workbook cannot be used; nothing is written.
    """
    rules = Rules(
        table=None if request.table is None else table_named(request.table),
        sheet=request.sheet,
        remembered=not request.fresh and request.mapping is None,
    )
    if request.mapping is not None:
        if _is_draft(request.mapping):
            _write_draft(request, rules, progress)
            return
        mapping, faults = parse_mapping(request.mapping)
        rules = Rules(mapping=mapping, faults=faults, table=rules.table, sheet=rules.sheet)
    book = FileBook(request.into, read_only=request.dry_run)
    incoming = _read(request, rules, progress)
    with progress() as told:
        plan = plan_import(book, incoming, update=request.update, progress=told, share=(_READING[1], 0.8))
    show(plan.outcome)
    if request.report is not None:
        _write_report(plan.outcome, request.report)
    if request.dry_run or not plan.blocks:
        typer.echo(plan.outcome.message)
        return
    if request.ask and not typer.confirm(f"写入 {request.into.name}？", default=True):
        typer.echo("已取消，文件未改动。")
        return
    with progress() as told:
        told("写入工作簿", 0.8)
        outcome = plan.carry_out(book)
    if request.mapping is not None:
        text, _ = mapping_text(request.mapping)
        for headings in {each.headings for each in incoming}:
            remember(headings, text)
    typer.echo(outcome.message)


def _read(
    request: Request, rules: Rules, progress: Callable[[], AbstractContextManager[Progress]]
) -> list[Incoming]:
    """Everything asked for; a person is asked for columns that are missing, once for each kind of file."""
    while True:
        try:
            with progress() as told:
                return _sources(request, rules, told)
        except ColumnsMissingError as error:
            if not request.ask or request.fresh or request.mapping is not None:
                raise
            remember(error.headings, _asked(error).toml())


def _sources(request: Request, rules: Rules, told: Progress) -> list[Incoming]:
    files = [Path(each) for each in request.files if not is_database(each)]
    incoming = read_files(files, rules, told, _READING)
    for address in request.files:
        if is_database(address):
            found = read_database(address, told, table=request.sql_table, query=request.sql)
            incoming += understood(found, found.table.sheet, rules)
    if (request.sql or request.sql_table) and all(not is_database(each) for each in request.files):
        raise CrmError(
            "--sql 和 --sql-table 只用于数据库地址。", hint="例如 crm-xl import sqlite:///销售.db …"
        )
    return incoming


def _asked(error: ColumnsMissingError) -> Proposal:
    """The proposal with the missing columns as the person named them.

    Raises:
        ColumnsMissingError: the person gave up.
    """
    proposal = error.proposal
    typer.echo(
        f"{error.where}：按标题判断是“{proposal.table.title}”，还没有用到的标题有 {listed(proposal.unmatched)}。"
    )
    columns = dict(proposal.columns)
    known = {heading_key(heading): heading for heading in error.headings if heading}
    for column in proposal.missing:
        answer = typer.prompt(f"“{column.title}”取自哪一列？（直接回车放弃）", default="", show_default=False)
        while answer and heading_key(answer) not in known:
            answer = typer.prompt(f"没有标题“{answer}”，请重新输入", default="", show_default=False)
        if not answer:
            raise error
        columns[column.name] = known[heading_key(answer)]
    unmatched = tuple(heading for heading in proposal.unmatched if heading not in columns.values())
    return Proposal(table=proposal.table, columns=columns, missing=(), unmatched=unmatched)


def _is_draft(mapping: str) -> bool:
    """Whether --map names a file that is still to be written."""
    return (
        mapping not in shipped_mappings() and mapping.lower().endswith(".toml") and not Path(mapping).exists()
    )


def _write_draft(
    request: Request, rules: Rules, progress: Callable[[], AbstractContextManager[Progress]]
) -> None:
    """Write what the headings of the first source say as a mapping file to fill in; nothing is imported."""
    try:
        with progress() as told:
            first = _sources(request, rules, told)[0]
        proposal = propose(table_named(first.table.name), first.table.headings)
    except ColumnsMissingError as error:
        proposal = error.proposal
    target = Path(str(request.mapping))
    replace_content(target, proposal.toml().encode())
    typer.echo(
        f"对照表不存在，已按标题写好草稿 {target}：请核对并填好后，用同样的命令再次导入。工作簿没有改动。"
    )


def _write_report(outcome: Outcome, target: Path) -> None:
    """Write every row set aside, with its place and rule, to a CSV file."""
    findings = pd.concat([each.findings for each in outcome.tables], ignore_index=True)
    write_csv(target, block_of(LEDGER, findings))
    typer.echo(f"搁置的 {len(findings)} 行已列入 {target}。")


def show(outcome: Outcome) -> None:
    """Print the preview: figures per table, remarks, changed cells, rows set aside."""
    for note in outcome.notes:
        typer.echo(str(note))
    for each in outcome.tables:
        typer.echo(
            f"{each.table.title}：新增 {each.new}，补充 {each.filled}，变动 {each.changed}，"
            f"相同 {each.same}，搁置 {each.set_aside}"
        )
        for change in each.changes[:_MOST_LINES]:
            typer.echo(f"  变动 {change.where}：{change.before} → {change.after}（{change.source}）")
        if len(each.changes) > _MOST_LINES:
            typer.echo(f"  ……共 {len(each.changes)} 处变动")
        for rule, found in each.findings.groupby("rule", sort=False):
            places = [
                f"{cell}“{before}”" if before else cell
                for cell, before in zip(found["cell"], found["before"], strict=True)
            ]
            typer.echo(f"  搁置 {rule} {len(found)} 行：{some(places)}")
        if each.changed and not outcome.update:
            typer.echo("  与工作簿不同的单元格没有更新；确认要更新时请加 --update。")
