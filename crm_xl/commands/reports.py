"""The commands of the group 报表: guide 004's reports, each refreshed on its own and shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from crm_xl.books.protocol import Progress
from crm_xl.commands.declaration import Command, Group, Handler, OpenBook
from crm_xl.commands.partial import shown_refreshed
from crm_xl.schema import Table
from crm_xl.tables import portraits as c
from crm_xl.tables import sales_reports as x
from crm_xl.tables import service_reports as s
from crm_xl.tables.outputs import CHART_SHEET

_PROFILE = (
    s.PROFILE_REPORT, c.STRUCTURE, c.PROFILE_TAGS, s.PROFILE_INDUSTRY_CHART, s.PROFILE_REGION_CHART, c.STRUCTURE_CHART,
)  # fmt: skip
_SERVICE = (s.SERVICE_REPORT, s.SERVICE_TYPES, s.SLOW_ANSWERS, s.COMPLAINT_CHART)
_LOSSES = (s.CHURN_REPORT, s.CHURN_TRAITS, s.CHURN_REASON_CHART)
_CAMPAIGNS = (s.CAMPAIGN_REPORT, s.CAMPAIGN_CHART)


def _handler(tables: Sequence[Table], said: Callable[[pd.Series[Any]], str]) -> Handler:
    """A handler that refreshes these tables, and says what the last row of the first, its total, holds."""

    def handle(book: OpenBook, progress: Progress) -> str:
        results = shown_refreshed(book, tables, progress)
        total = results.tables[tables[0].name].iloc[-1]
        present = book.tables()
        titles = [f"“{t.title}”" for t in tables if t.sheet != CHART_SHEET and t.name in present]
        return f"{tables[0].title}完成：{said(total)}。已更新{''.join(titles)}，其余结果表不变。"

    return handle


def _rate(value: float) -> str:
    return "无" if pd.isna(value) else f"{value:.1%}"


REPORTS: tuple[Command, ...] = (
    Command(
        id="profile",
        label="画像",
        group=Group.REPORTS,
        image="AccessTableContacts",
        screentip="只更新客户画像报表",
        supertip="按表上方所选的期间、负责人、行业与区域，统计客户的行业、规模、区域分布与购买特征；"
        "只写入“客户画像报表”“客户结构”“客户画像标签”及其图表，其余结果表不变。",
        handler=_handler(_PROFILE, lambda total: f"{total['customers']:,.0f} 家客户"),
    ),
    Command(
        id="sales",
        label="业绩",
        group=Group.REPORTS,
        image="ChartTypeColumnInsertGallery",
        screentip="只更新销售业绩报表",
        supertip="按月、季或年，销售负责人与区域统计成交金额、订单、客单价与转化率，并与团队、上期、去年同期对比；"
        "只写入“销售业绩报表”“负责人对比”“环比同比”“趋势拐点”及其图表，其余结果表不变。",
        handler=_handler(
            x.OUTPUTS, lambda total: f"成交 {total['amount']:,.2f} 万元，{total['orders']:,.0f} 单"
        ),
    ),
    Command(
        id="service",
        label="服务",
        group=Group.REPORTS,
        image="ReviewNewComment",
        screentip="只更新客户服务报表",
        supertip="统计工单的响应时长、解决率、满意度CSAT与推荐度NPS、投诉类型，以及响应过慢之后的流失；"
        "只写入“客户服务报表”及同页各表与图表，其余结果表不变。",
        handler=_handler(
            _SERVICE,
            lambda total: f"{total['tickets']:,.0f} 件工单，解决率 {_rate(total['resolution_rate'])}",
        ),
    ),
    Command(
        id="losses",
        label="流失",
        group=Group.REPORTS,
        image="RecordsDeleteRecord",
        screentip="只更新客户流失报表",
        supertip="按原因、行业与合作时长统计期间内流失的客户，并列出流失客户的共同特征；"
        "只写入“客户流失报表”及同页各表与图表，其余结果表不变。",
        handler=_handler(_LOSSES, lambda total: f"期间内流失 {total['lost']:,.0f} 家客户"),
    ),
    Command(
        id="campaigns",
        label="营销",
        group=Group.REPORTS,
        image="FileSendAsAttachment",
        screentip="只更新营销效果报表",
        supertip="统计每次活动的触达、参与、转化、成交金额、费用与投资回报率ROI；只写入“营销效果报表”及其图表，其余结果表不变。",
        handler=_handler(
            _CAMPAIGNS, lambda total: f"触达 {total['reached']:,.0f} 家，ROI {_rate(total['roi'])}"
        ),
    ),
)
