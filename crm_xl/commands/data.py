"""The commands of the group 数据: look at what came in before believing what comes out."""

from __future__ import annotations

from crm_xl.books.protocol import Progress
from crm_xl.commands.declaration import Command, Group, OpenBook, Size
from crm_xl.commands.partial import refresh_only
from crm_xl.tables.outputs import BALANCE, CHECKS, LEDGER, LEDGER_SUMMARY

_QUALITY = (LEDGER, LEDGER_SUMMARY, BALANCE, CHECKS)


def check_data(book: OpenBook, progress: Progress) -> str:
    """What the check found, in one sentence; the ledger is written and shown, no analysis is touched."""
    results = refresh_only(book, _QUALITY, progress)
    if LEDGER.name in book.tables():
        book.show_sheet(LEDGER.sheet)
    findings = len(results.tables[LEDGER.name])
    if not findings:
        verdict = "没有发现问题"
    elif results.set_aside:
        verdict = f"台账共 {findings} 条，其中 {results.set_aside} 条数据已搁置待处理"
    else:
        verdict = f"台账共 {findings} 条，没有搁置的数据"
    if results.balance is not None and not results.balance.balanced:
        verdict += "，金额不平衡，见“数据质量”"
    return f"检查完成：{verdict}。"


def show_ledger(book: OpenBook, progress: Progress) -> str:
    """Nothing to say: the ledger's sheet is in front."""
    book.show_sheet(LEDGER.sheet)
    return ""


DATA: tuple[Command, ...] = (
    Command(
        id="check",
        label="检查数据",
        group=Group.DATA,
        image="ErrorChecking",
        size=Size.LARGE,
        on_home=True,
        screentip="检查数据，不刷新分析结果",
        supertip="检查各输入表的日期、金额、编号、重复与退货，把发现写入“数据质量台账”和“数据质量”；"
        "评分、分群与汇总保持不变。输入表不会被修改。",
        handler=check_data,
    ),
    Command(
        id="ledger",
        label="数据台账",
        group=Group.DATA,
        image="PropertySheet",
        screentip="转到数据质量台账",
        supertip="逐行列出上次检查或刷新时搁置的数据和改变含义的修改：位置、规则、原值与新值。",
        handler=show_ledger,
    ),
)
