"""What guide 004 hands to managers beside the sales report: portrait, service, losses, campaigns."""

from __future__ import annotations

from dataclasses import replace

from crm_xl.schema import Column, Table
from crm_xl.tables import inputs as i
from crm_xl.tables.choices import report_choice
from crm_xl.tables.columns import count, date, money, number, output, percent, text
from crm_xl.tables.outputs import CHART_SHEET

_GUIDE = "004"
_BOUGHT = (i.CUSTOMERS.name, i.ORDERS.name)
_SERVED = (i.CUSTOMERS.name, i.TICKETS.name)

ALL_CUSTOMERS = "全部客户"
BY_CATEGORY, BY_MONTH, BY_OWNER = "类别", "月份", "负责人"
BY_REASON, BY_INDUSTRY, BY_TENURE = "流失原因", "所属行业", "合作时长"
BY_SIZE, BY_REGION, BY_TIER, BY_SEGMENT = "企业规模", "区域", "客户分级", "RFM分群"
BY_CAMPAIGN, BY_TYPE = "活动", "活动类型"
UNREGISTERED, NO_REASON = "未登记", "未注明"


def _beside(name: str, title: str, main: Table, *columns: Column, needs: tuple[str, ...], note: str) -> Table:
    """A table on the sheet of another, below the same choice."""
    return output(name, title, *columns, needs=needs, sheet=main.sheet, guide=_GUIDE, note=note)


def _block(name: str, title: str, rows: int, *columns: Column, needs: tuple[str, ...]) -> Table:
    """What a chart reads: as many rows after every refresh."""
    return output(name, title, *columns, needs=needs, sheet=CHART_SHEET, fixed_rows=rows, guide=_GUIDE)


PROFILE_REPORT = output(
    "tblProfileReport", "客户画像报表",
    text("dimension", "维度"), text("group", "分组"),
    count("customers", "客户数(家)", "家"), percent("customer_share", "客户占比"),
    count("buyers", "成交客户数(家)", "家", "期间内有订单"), count("orders", "订单数"),
    money("amount", "成交金额(万元)", "万元", "期间内净额"), percent("amount_share", "金额占比"),
    money("average_order_value", "客单价(元)", "元", "成交金额 ÷ 订单数"),
    number("frequency", "购买频次(次/家)", "次/家", "订单数 ÷ 成交客户数"),
    text("preference", "偏好品类", "金额最大的产品类型"), percent("preference_share", "偏好品类占比", "占该组有产品类型的金额"),
    percent("active_share", "活跃客户占比", "期末活跃 ÷ 有过订单的客户"),
    needs=_BOUGHT, guide=_GUIDE, note="每个维度的客户数与金额各合计100%（最大余数法）；最后一行为合计",
)
PROFILE_CHOICE = report_choice("tblProfileChoice", PROFILE_REPORT)

SERVICE_REPORT = output(
    "tblServiceReport", "客户服务报表",
    text("dimension", "维度"), text("group", "分组"), count("tickets", "工单数(件)", "件", "期间内提交"),
    number("mean_response_hours", "平均响应时长(小时)", "小时", "提交至首次响应，只算已响应的工单"),
    number("median_response_hours", "响应时长中位数(小时)", "小时"),
    percent("slow_share", "超时响应占比", "超过参数“超时响应界限”，含一直没有响应的 ÷ 响应情况已知的工单"),
    number("mean_resolution_days", "平均解决时长(天)", "天", "提交至解决，只算已解决的工单"),
    percent("resolution_rate", "问题解决率", "已解决 ÷ 工单数"),
    number("csat", "客户满意度CSAT", note="1-5分的平均", digits=2), count("csat_answers", "CSAT评价数", "件"),
    number("nps", "NPS", note="推荐者(9-10分)占比 − 贬损者(0-6分)占比，−100至100"), count("nps_answers", "NPS评价数", "件"),
    needs=_SERVED, guide=_GUIDE, note="负责人为客户的负责人；没有评价的空白；最后一行为合计",
)
SERVICE_CHOICE = report_choice("tblServiceChoice", SERVICE_REPORT)

SERVICE_TYPES = _beside(
    "tblServiceTypes", "投诉类型", SERVICE_REPORT,
    text("issue", "问题类型"), count("complaints", "投诉数(件)", "件"), percent("complaint_share", "投诉占比"),
    number("mean_response_hours", "平均响应时长(小时)", "小时"), percent("resolution_rate", "问题解决率"),
    number("csat", "客户满意度CSAT", digits=2),
    needs=_SERVED, note="类别为投诉的工单，多的在前；占比合计100%",
)

SLOW_ANSWERS = _beside(
    "tblSlowAnswers", "响应速度与流失", SERVICE_REPORT,
    text("answer", "响应速度"), count("customers", "客户数(家)", "家"),
    count("lost", "随后流失(家)", "家", "响应后满观察天数起再无订单，且到分析日期已流失"),
    percent("churn_rate", "随后流失率", "随后流失 ÷ 客户数"), number("difference", "与其余相差(百分点)", "百分点", "本组 − 其余各组"),
    number("ratio", "为其余的倍数", "倍", "本组 ÷ 其余各组", digits=2), text("notes", "说明"),
    needs=(*_SERVED, i.ORDERS.name),
    note="期间内有工单、提交时尚未流失的客户，响应已满观察天数；有一次超时即归入超时；界限与观察天数见参数；响应距今不满沉默月数的，按订单尚不能判定流失",
)

CHURN_REPORT = output(
    "tblChurnReport", "客户流失报表",
    text("dimension", "维度"), text("group", "分组"),
    count("lost", "流失客户(家)", "家", "期初尚未流失而期末已流失"), percent("lost_share", "流失客户占比"),
    count("active", "期初活跃(家)", "家"), count("active_lost", "其中期末流失(家)", "家"),
    percent("churn_rate", "流失率", "期初活跃而期末流失 ÷ 期初活跃"),
    money("amount", "流失金额(万元)", "万元", "流失客户最后一单之前12个月的净额"), percent("amount_share", "流失金额占比"),
    text("notes", "说明"),
    needs=_BOUGHT, guide=_GUIDE,
    note="流失：活跃度为流失，或已登记流失且此后没有订单；没有登记的原因为“未登记”；合作时长按期初；最后一行为合计",
)
CHURN_CHOICE = report_choice("tblChurnChoice", CHURN_REPORT)

CHURN_TRAITS = _beside(
    "tblChurnTraits", "流失客户共性", CHURN_REPORT,
    text("trait", "特征"), text("value", "取值"), count("flagged", "流失客户(家)", "家"), count("customers", "有此特征(家)", "家"),
    percent("share", "流失客户中占比"), percent("base_share", "全部客户中占比"), number("lift", "提升度", "倍", "流失客户中占比 ÷ 全部客户中占比", digits=2),
    percent("chance", "偶然概率", "随机抽取同样多的客户时，至少这么多有此特征的概率"),
    needs=_BOUGHT, note="期初尚未流失的客户与期内新客户中，流失者明显更常有的特征；家数与偶然概率的界限见参数",
)

CAMPAIGN_REPORT = output(
    "tblCampaignReport", "营销效果报表",
    text("dimension", "维度"), Column(name="campaign_id", title="活动编号"), text("group", "活动"), text("campaign_type", "活动类型"),
    date("start_date", "开始日期"), count("members", "名单(家)", "家"), count("reached", "触达(家)", "家"),
    count("joined", "参与(家)", "家"), percent("participation", "参与率", "参与 ÷ 触达"), count("converted", "转化(家)", "家"),
    percent("conversion_of_reached", "转化率(占触达)", "转化 ÷ 触达"),
    percent("conversion_of_joined", "转化率(占参与)", "转化 ÷ 参与"),
    money("revenue", "成交金额(万元)", "万元"), money("cost", "费用(万元)", "万元"),
    percent("roi", "ROI", "(成交金额 − 费用) ÷ 费用"), text("notes", "说明"),
    needs=(i.CUSTOMERS.name, i.CAMPAIGNS.name, i.CAMPAIGN_MEMBERS.name), guide=_GUIDE,
    note="期间内开始的活动，其后按类型与合计；合计的各率为Σ÷Σ",
)
CAMPAIGN_CHOICE = report_choice("tblCampaignChoice", CAMPAIGN_REPORT)

_LABEL, _CUSTOMERS = text("label", "分组"), count("customers", "客户数(家)", "家")
PROFILE_INDUSTRY_CHART = _block(
    "tblProfileIndustryChart", "画像图表-行业", 6, _LABEL, _CUSTOMERS, money("amount", "成交金额(万元)", "万元"), needs=_BOUGHT)
PROFILE_REGION_CHART = replace(PROFILE_INDUSTRY_CHART, name="tblProfileRegionChart", title="画像图表-区域", fixed_rows=8)
COMPLAINT_CHART = _block(
    "tblComplaintChart", "投诉类型图表", len(i.TICKET_ISSUES) + 1, _LABEL, count("complaints", "投诉数(件)", "件"), needs=_SERVED)
CHURN_REASON_CHART = _block(
    "tblChurnReasonChart", "流失原因图表", len(i.CHURN_REASONS) + 2, _LABEL, count("lost", "流失客户(家)", "家"), needs=_BOUGHT)
CAMPAIGN_CHART = _block(
    "tblCampaignChart", "营销效果图表", 6, _LABEL, percent("conversion_of_reached", "转化率(占触达)"), percent("roi", "ROI"),
    needs=CAMPAIGN_REPORT.needs)

OUTPUTS = (
    PROFILE_REPORT, SERVICE_REPORT, SERVICE_TYPES, SLOW_ANSWERS, CHURN_REPORT, CHURN_TRAITS, CAMPAIGN_REPORT,
    PROFILE_INDUSTRY_CHART, PROFILE_REGION_CHART, COMPLAINT_CHART, CHURN_REASON_CHART, CAMPAIGN_CHART,
)
CHOICES = (PROFILE_CHOICE, SERVICE_CHOICE, CHURN_CHOICE, CAMPAIGN_CHOICE)
