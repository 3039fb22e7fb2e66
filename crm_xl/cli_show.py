"""What the command line shows of an analysis: tables as aligned text, and what a check has to say."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    import pandas as pd

    from crm_xl.analysis.results import Results
    from crm_xl.schema import Table

_WIDTH = 140


def show_tiers(results: Results) -> None:
    """Print 分级分类结果汇总表, where there is one."""
    from crm_xl.tables.outputs import TIER_SUMMARY

    if TIER_SUMMARY.name in results.tables:
        _print(TIER_SUMMARY, results.tables[TIER_SUMMARY.name])


def show_missing(results: Results, file: Path) -> None:
    """Print what the workbook's own outputs lack; those it does not have are nobody's concern."""
    from crm_xl.books.file import FileBook

    present = FileBook(file, read_only=True).tables()
    for sentence in sorted({said for name, said in results.missing.items() if name in present}):
        typer.echo(sentence)


def show_check(results: Results, *, everything: bool) -> None:
    """Print what was read, what cleaning did, whether the money ties, and which checks ask for somebody.

    Args:
        results: of a check.
        everything: list what is in order and what was merely counted too.
    """
    from crm_xl.analysis.card_checks import WRONG
    from crm_xl.analysis.checks import FAILED, REMIND
    from crm_xl.analysis.ledger import Rule
    from crm_xl.tables.outputs import BALANCE, CHECKS, LEDGER_SUMMARY
    from crm_xl.tables.workshop import SETTING_CHECKS

    ledger = results.tables[LEDGER_SUMMARY.name]
    done = ~ledger["rule"].isin((Rule.ROWS_READ, Rule.ROWS_KEPT)) & (ledger["findings"] > 0)
    _print(LEDGER_SUMMARY, ledger if everything else ledger[done])
    typer.echo(_rows_told(ledger, results.set_aside))
    balance = results.tables.get(BALANCE.name)
    if balance is not None and (everything or balance["amount"].any()):
        _print(BALANCE, balance)
    checks = results.tables[CHECKS.name]
    # The first row is the verdict on all, which the sentence tells.
    _print_those(CHECKS, checks.iloc[1:], (FAILED, REMIND), everything=everything)
    typer.echo(f"{CHECKS.title}：{checks['detail'].iloc[0]}。")
    if SETTING_CHECKS.name in results.tables:
        settings = results.tables[SETTING_CHECKS.name]
        _print_those(SETTING_CHECKS, settings, (WRONG,), everything=everything)
        wrong = int((settings["result"] == WRONG).sum())
        typer.echo(f"{SETTING_CHECKS.title}：共 {len(settings)} 项，{wrong} 项须修改。")


def _rows_told(ledger: pd.DataFrame, set_aside: int) -> str:
    """How many rows were read and kept, in one sentence."""
    from crm_xl.analysis.ledger import Rule

    read = ledger.loc[ledger["rule"] == Rule.ROWS_READ, "findings"]
    kept = ledger.loc[ledger["rule"] == Rule.ROWS_KEPT, "findings"].sum()
    empty = int((read == 0).sum())
    without = f"；另有 {empty} 张表没有数据" if empty else ""
    return (
        f"读入 {len(read) - empty} 张表共 {read.sum():,.0f} 行，保留 {kept:,.0f} 行，"
        f"搁置 {set_aside:,} 行{without}。"
    )


def _print_those(table: Table, frame: pd.DataFrame, results: Collection[str], *, everything: bool) -> None:
    _print(table, frame if everything else frame[frame["result"].isin(results)])


def _print(table: Table, frame: pd.DataFrame) -> None:
    """Print rows of an output under its Chinese headings; nothing where there are none."""
    if frame.empty:
        return
    from rich.console import Console
    from rich.table import Table as Grid

    from crm_xl.books.blocks import block_of
    from crm_xl.schema import NUMERIC, Kind

    grid = Grid(title=table.title)
    for column in table:
        grid.add_column(column.title, justify="right" if column.kind in NUMERIC else "left")
    shapes = {Kind.PERCENT: "{:.2%}", Kind.MONEY: "{:,.2f}", Kind.INTEGER: "{:,.0f}", Kind.NUMBER: "{:,.2f}"}
    for row in block_of(table, frame).rows:
        grid.add_row(
            *(
                "" if cell is None else shapes.get(column.kind, "{}").format(cell)
                for cell, column in zip(row, table, strict=True)
            )
        )
    console = Console(width=_WIDTH)
    with console.capture() as capture:
        console.print(grid)
    typer.echo(capture.get())
