"""The commands of the grading workshop: warnings in the group 分析, the others in 管理; each shows its sheet."""

from __future__ import annotations

from crm_xl.adopting import adopt, asked_for
from crm_xl.books.protocol import Progress
from crm_xl.commands.declaration import Command, Group, OpenBook
from crm_xl.commands.partial import shown_refreshed
from crm_xl.refreshing import read_tables
from crm_xl.tables import workshop as w

_WARNINGS = (w.WARNINGS, w.OWNER_WARNINGS)
_WHAT_IF = (w.DRAFT, w.WHAT_IF, w.WHAT_IF_MOVERS)
_WEIGHTS = (w.AHP, w.AHP_WEIGHTS, w.SAATY_STEPS, w.SETTING_CHECKS)
_AUDIT = (w.AUDIT, w.SETTING_CHECKS)
_MOVERS = (w.MOVERS, w.MIGRATION, w.TIER_EFFECT)


def warn(book: OpenBook, progress: Progress) -> str:
    """How many customers are warned of, and how many of them at the highest level."""
    warnings = shown_refreshed(book, _WARNINGS, progress).tables[w.WARNINGS.name]
    high = int((warnings["level"] == "高").sum())
    return f"预警完成：{len(warnings)} 家客户有流失预警，其中高级别 {high} 家。"


def try_out(book: OpenBook, progress: Progress) -> str:
    """How many customers the drafted figures would move.

    Raises:
        CrmError: nothing is drafted, or the draft is wrong, with the cell; nothing was written.
    """
    asked_for(read_tables(book), book.name)
    tables = shown_refreshed(book, _WHAT_IF, progress).tables
    movers = tables[w.WHAT_IF_MOVERS.name]["direction"].value_counts()
    counts = "，".join(f"{direction} {count} 家" for direction, count in movers.items())
    moved = int(movers.sum())
    said = f"{moved} 家客户会换级（{counts}）" if moved else "没有客户会换级"
    return f"模拟完成：{said}。参数未改动；要采用请按“采用模拟方案”。"


def adopt_draft(book: OpenBook, progress: Progress) -> str:
    """Which parameter tables were changed; undone by 撤销刷新 like any refresh."""
    return adopt(book, progress=progress).message


def weigh(book: OpenBook, progress: Progress) -> str:
    """How many levels of scorecards were weighed by AHP, and how many of them are not consistent."""
    verdicts = shown_refreshed(book, _WEIGHTS, progress).tables[w.AHP_WEIGHTS.name]["verdict"]
    judged, failed = int((verdicts != "").sum()), int((verdicts == "未通过").sum())
    if not judged:
        return "还没有判断：请在“AHP权重”的黄色格填写；“权重对比”列出现用权重与等权。"
    verdict = f"{failed} 组一致性未通过，请按结论修改" if failed else "一致性全部通过"
    return f"AHP权重完成：{judged} 组判断，{verdict}。"


def sample(book: OpenBook, progress: Progress) -> str:
    """How many customers there are to check by hand, and how many were."""
    drawn = shown_refreshed(book, _AUDIT, progress).tables[w.AUDIT.name]
    ticked = int(drawn["correct"].notna().sum())
    return f"抽样完成：共 {len(drawn)} 家待核客户，已核对 {ticked} 家；请在“核对无误”列填 是 或 否。"


def follow_moves(book: OpenBook, progress: Progress) -> str:
    """How many customers stand in another tier than the analysis before."""
    directions = shown_refreshed(book, _MOVERS, progress).tables[w.MOVERS.name]["direction"]
    up, down = int((directions == "上升").sum()), int((directions == "下降").sum())
    return f"异动完成：{len(directions)} 家客户的显示分级有变动，上升 {up} 家，下降 {down} 家。"


WARNINGS: tuple[Command, ...] = (
    Command(
        id="churn",
        label="流失预警",
        group=Group.ANALYSIS,
        image="HighImportance",
        screentip="只更新流失预警",
        supertip="按“参数”中的预警规则列出有流失迹象的客户及原因，以及跟进明显减少的负责人；"
        "只写入“流失预警”“负责人跟进预警”，其余结果表不变。",
        handler=warn,
    ),
)

MANAGEMENT: tuple[Command, ...] = (
    Command(
        id="whatif",
        label="模拟测算",
        group=Group.MANAGEMENT,
        image="WhatIfAnalysisMenu",
        screentip="试算新的权重与界限",
        supertip="按“模拟测算”表中填写的模拟值重新评分，列出各级客户数、金额的变化和换级的客户；参数不变，其余结果表不变。",
        handler=try_out,
    ),
    Command(
        id="adopt",
        label="采用模拟方案",
        group=Group.MANAGEMENT,
        image="AcceptInvitation",
        screentip="把模拟值写入参数并刷新全部",
        supertip="把“模拟测算”表中的模拟值写入“参数”的评分指标、得分分段与客户分级，清空模拟值，并重新计算全部结果表。"
        "可用“撤销刷新”退回。",
        handler=adopt_draft,
    ),
    Command(
        id="ahp",
        label="AHP权重",
        group=Group.MANAGEMENT,
        image="FunctionWizard",
        screentip="由判断与专家打分计算权重",
        supertip="由“AHP权重”中填写的判断和参数中的专家打分计算权重、一致性比率与最该复核的判断，写入“AHP权重”“权重对比”；"
        "是否采用由参数“指标权重来源”决定。",
        handler=weigh,
    ),
    Command(
        id="audit",
        label="抽样核查",
        group=Group.MANAGEMENT,
        image="ReviewAcceptChange",
        screentip="抽取待核对的客户",
        supertip="每一级按比例抽取客户并列出原始数据；核对后在表中填写 是 或 否，下次抽样或刷新时算出差错率，已填的内容保留。",
        handler=sample,
    ),
    Command(
        id="movers",
        label="分级异动",
        group=Group.MANAGEMENT,
        image="ChartTrendline",
        screentip="列出分级有变动的客户",
        supertip="与上一次分析相比，列出显示分级有变动的客户及原因、迁移矩阵和分级效果；分级历史只由“刷新全部”写入。",
        handler=follow_moves,
    ),
)
