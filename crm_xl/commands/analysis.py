"""The commands of the group 分析: compute everything, or a part, or take the last one back."""

from __future__ import annotations

from crm_xl.books.protocol import Progress
from crm_xl.commands.declaration import Availability, Command, Group, OpenBook, Size
from crm_xl.commands.partial import refresh_only
from crm_xl.refreshing import closing_message, refresh
from crm_xl.tables import outputs as o

_SCORING = (o.SCORES, o.TIER_SUMMARY, o.TIER_CHART, o.CARD_BLOCK, o.TIER_BLOCK, o.BAND_BLOCK)
_RFM = (o.RFM, o.RFM_SUMMARY, o.SEGMENT_CHART, o.CUT_BLOCK, o.SEGMENT_BLOCK)


def refresh_all(book: OpenBook, progress: Progress) -> str:
    """How many customers were brought up to date."""
    return closing_message(refresh(book, progress=progress))


def refresh_scores(book: OpenBook, progress: Progress) -> str:
    """How many customers were scored; only scores, tiers and their summary were written."""
    return closing_message(refresh_only(book, _SCORING, progress))


def refresh_rfm(book: OpenBook, progress: Progress) -> str:
    """How many customers were looked at; only the RFM tables were written."""
    return closing_message(refresh_only(book, _RFM, progress))


def undo_refresh(book: OpenBook, progress: Progress) -> str:
    """That the former results are back."""
    progress("恢复上一次的结果", 0.5)
    book.restore()
    return "已恢复上一次刷新之前的结果；再按一次“撤销刷新”可回到刷新之后。"


ANALYSIS: tuple[Command, ...] = (
    Command(
        id="refresh",
        label="刷新全部",
        group=Group.ANALYSIS,
        image="RefreshAll",
        size=Size.LARGE,
        on_home=True,
        screentip="重新计算全部结果",
        supertip="读取各输入表与“参数”，清洗数据，重新计算指标、评分、分级、RFM与汇总，并写入全部结果表。"
        "只写结果表；出错时工作簿保持原样。",
        handler=refresh_all,
    ),
    Command(
        id="score",
        label="评分与分级",
        group=Group.ANALYSIS,
        image="ConditionalFormattingMenu",
        screentip="只更新评分与分级",
        supertip="按“参数”中的评分卡与分级重新计算，只写入“客户评分”“分级分类结果汇总表”及其图表，其余结果表不变。",
        handler=refresh_scores,
    ),
    Command(
        id="rfm",
        label="RFM",
        group=Group.ANALYSIS,
        image="PivotTableInsert",
        screentip="只更新RFM分群",
        supertip="按订单重新计算最近购买、购买频次与购买金额，只写入“RFM明细”“RFM分群汇总”及其图表，其余结果表不变。",
        handler=refresh_rfm,
    ),
    Command(
        id="undo",
        label="撤销刷新",
        group=Group.ANALYSIS,
        image="Undo",
        availability=Availability.READY,
        on_home=True,
        screentip="恢复上一次刷新之前的结果",
        supertip="宏运行后 Excel 自己的撤销不可用，因此每次刷新前会在本机保存结果表的副本（仅当前用户可读，保留 7 天）。",
        handler=undo_refresh,
    ),
)
