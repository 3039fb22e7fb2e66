"""The commands of the group 数据: look at what came in before believing what comes out."""

from __future__ import annotations

from crm_xl.books.protocol import Progress
from crm_xl.commands.declaration import Command, Group, OpenBook, Size
from crm_xl.commands.partial import refresh_only
from crm_xl.importing import Outcome, plan_import
from crm_xl.sources import Rules, read_files
from crm_xl.tables.outputs import BALANCE, CHECKS, LEDGER, LEDGER_SUMMARY

_MOST_NOTES = 5
_QUALITY = (LEDGER, LEDGER_SUMMARY, BALANCE, CHECKS)


def import_data(book: OpenBook, progress: Progress) -> str:
    """What was imported from the files the user chose, in one sentence; empty where the choice was called off."""
    files = book.choose_files()
    if not files:
        return ""
    incoming = read_files(files, Rules(), progress, (0.0, 0.4))
    plan = plan_import(book, incoming, progress=progress, share=(0.4, 0.8))
    if not plan.blocks:
        return _with_notes(plan.outcome, plan.outcome.message)
    if not book.confirm(_with_notes(plan.outcome, f"{plan.outcome.preview}\n\n现在写入工作簿吗？")):
        return "已取消，工作簿没有改动。"
    progress("写入工作簿", 0.8)
    return f"{plan.carry_out(book).message}请按“刷新全部”更新分析结果。"


def _with_notes(outcome: Outcome, text: str) -> str:
    """The text, and before it the first remarks on how the files were read."""
    notes = [str(note) for note in outcome.notes[:_MOST_NOTES]]
    if len(outcome.notes) > _MOST_NOTES:
        notes.append(f"……另有 {len(outcome.notes) - _MOST_NOTES} 条提示。")
    return "\n".join([*notes, *([""] if notes else []), text])


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
        id="import",
        label="导入",
        group=Group.DATA,
        image="GetExternalDataFromText",
        size=Size.LARGE,
        screentip="导入数据文件",
        supertip="选择一个或多个 CSV、Excel 或 ODS 文件，按编号并入相应的数据表：先列出新增、补充、变动、相同与搁置的行数，"
        "确认后写入。重复导入不会产生重复数据；已填写且不同的单元格不会被改动。",
        handler=import_data,
    ),
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
