"""One customer on one page: the assessment form of guide 003, the profile, what was said and is to be done last.

All blocks keep their number of rows, because they stand one below the other; `builder/card.py` gives them their places.
"""

from __future__ import annotations

from crm_xl.schema import Column, Kind
from crm_xl.tables import parameters as p
from crm_xl.tables.choices import customer_choice
from crm_xl.tables.columns import count, date, money, number, output, percent, text
from crm_xl.tables.outputs import CHART_SHEET, TREND_MONTHS

CARD_SHEET = "客户卡片"
# Above the indicators stand who the customer is, below them total, tier and remark.
IDENTITY = ("客户编号", "客户名称", "所属行业", "负责人", "联系方式")
TOTAL_SCORE, TIER, REMARK = "综合得分", "客户分级", "备注"
MOST_INDICATORS = 13  # of the shipped card with most
LISTED = 6  # interactions, and open actions

ASSESSMENT_CARD = output(
    "tblAssessmentCard", "客户信息评估表",
    text("indicator", "评估指标"), text("raw", "原始数据"), number("points", "指标得分(1-100分)", note="原始数据按参数“得分分段”"),
    percent("weight", "权重", "维度权重 × 指标权重"), number("weighted", "加权得分", note="指标得分 × 权重", digits=2),
    sheet=CARD_SHEET, fixed_rows=len(IDENTITY) + MOST_INDICATORS + 3, guide="002 003", note="按默认评分卡",
)

# Section -> its items, in the order they stand.
CARD_ITEMS: dict[str, tuple[str, ...]] = {
    "概况": ("企业规模", "区域与地位", "合作时间", "合同", "联系人"),
    "交易": ("年消费额", "历史总消费", "产品", "近3个月"),
    "分层": ("优先级", "价值与活跃", "得分说明"),
    "RFM": ("R / F / M", "分群"),
    "预警": ("预警级别", "预警原因"),
    "标签": ("客户画像", "客户标签"),
}
CUSTOMER_CARD = output(
    "tblCustomerCard", "客户概览",
    text("section", "类别"), text("item", "项目"), text("content", "内容"),
    sheet=CARD_SHEET, fixed_rows=sum(len(items) for items in CARD_ITEMS.values()), guide="002 003",
)
CARD_INTERACTIONS = output(
    "tblCardInteractions", "最近互动", date("on", "日期"), text("how", "方式与反馈"), text("what", "内容与下一步"),
    sheet=CARD_SHEET, fixed_rows=LISTED, guide="002 003",
)
CARD_ACTIONS = output(
    "tblCardActions", "未完成事项", date("due", "期限"), text("who", "来源与负责"), text("what", "事项"),
    sheet=CARD_SHEET, fixed_rows=LISTED, guide="002 003", note="问题与改进、跟进计划、约定的下一步",
)
CARD_MONTHS = output(
    "tblCardMonths", "客户月度订单", Column(name="month", title="月份", kind=Kind.MONTH),
    money("amount", "订单金额(万元)", "万元"), count("orders", "订单数"),
    sheet=CHART_SHEET, fixed_rows=TREND_MONTHS, guide="002 003",
)
CARD_CHOICE = customer_choice("tblCardChoice", ASSESSMENT_CARD)

CARD_BLOCKS = (ASSESSMENT_CARD, CUSTOMER_CARD, CARD_INTERACTIONS, CARD_ACTIONS, CARD_MONTHS)

_DIMENSIONS = ("客户价值", "客户潜力", "客户风险", "客户战略")
DIMENSION_COLUMNS = dict(zip(_DIMENSIONS, ("value", "potential", "risk", "strategic"), strict=True))
GRADE_STANDARD = output(
    "tblGradeStandard", "客户分级分类标准表",
    text("tier", "分级名称"), text("score_range", "综合得分区间"),
    *(text(name, f"{dimension}维度") for dimension, name in DIMENSION_COLUMNS.items()), text("strategy", "适用策略"),
    guide="003",
    note=f"由参数的客户分级与分级标准写成；第一行为“{p.CARD_FOUR}”中各维度的权重；符合一行全部条件即属该级，先高后低",
)

OUTPUTS = (*CARD_BLOCKS[:-1], GRADE_STANDARD, CARD_MONTHS)
CHOICES = (CARD_CHOICE,)
