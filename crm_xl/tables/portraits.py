"""What guide 002 hands to people: value and behaviour of each customer, problems and advice, structure, portrait tags."""

from __future__ import annotations

from crm_xl.tables import inputs as i
from crm_xl.tables.choices import report_choice
from crm_xl.tables.columns import (
    CUSTOMER_ID,
    CUSTOMER_NAME,
    count,
    date,
    money,
    number,
    output,
    percent,
    text,
)
from crm_xl.tables.outputs import CHART_SHEET

BASE_VALUE = output(
    "tblBaseValue", "客户基础信息与价值评估表",
    CUSTOMER_ID, CUSTOMER_NAME, text("industry", "所属行业"),
    count("employees", "企业规模(人)", "人", "客户表的员工数"), text("region", "区域"), count("company_age", "成立年限", "年"),
    text("owner", "客户经理"), date("last_order_date", "最近合作时间", "最近订单日期"),
    money("lifetime_amount_wan", "历史总消费(万元)", "万元", "至分析日期的全部净额"),
    money("average_order_value_wan", "客单价(万元)", "万元", "历史总消费 ÷ 历史订单数"),
    percent("repeat_rate", "复购率", "重复订单占比：(历史订单数 − 1) ÷ 历史订单数"),
    text("grade", "客户等级(RFM)", "分群方案见参数“客户等级(RFM)方案”"),
    guide="002", note="每位客户一行；金额、客单价与复购率按全部历史计算，复购率为该客户的重复订单占比",
)

BEHAVIOUR = output(
    "tblBehaviour", "客户行为特征分析表",
    CUSTOMER_ID, CUSTOMER_NAME,
    number("logins_per_month", "产品登录频次(次/月)", "次/月", "所选期间的登录次数 ÷ 使用表中有记录的月数"),
    percent("core_feature_use", "核心功能使用率(%)", "所选期间各月的平均"),
    number("enquiries_per_quarter", "服务咨询次数(次/季度)", "次/季度", "所选期间的咨询 ÷ 季度数", digits=2),
    number("complaints_per_quarter", "投诉次数(次/季度)", "次/季度", "所选期间的投诉 ÷ 季度数", digits=2),
    text("feature_preference", "功能使用偏好", "使用月数最多的几项"),
    text("behaviour_tags", "行为标签", "界限见参数“行为标签”"),
    guide="002", note="没有产品使用记录的客户登录频次与使用率空白，不作活跃判断；没有任何往来的客户不记低投诉",
)
BEHAVIOUR_CHOICE = report_choice("tblBehaviourChoice", BEHAVIOUR)

BEHAVIOUR_COMPARE = output(
    "tblBehaviourCompare", "客群行为对比",
    text("dimension", "维度"), text("group", "客群"), count("customers", "客户数(家)", "家"),
    count("users", "有使用记录(家)", "家"), number("logins_per_month", "产品登录频次(次/月)", "次/月"),
    percent("core_feature_use", "核心功能使用率(%)"),
    count("served", "有业务往来(家)", "家", "有订单、使用记录或工单"),
    number("enquiries_per_quarter", "服务咨询次数(次/季度)", "次/季度", digits=2),
    number("complaints_per_quarter", "投诉次数(次/季度)", "次/季度", digits=2),
    percent("active_share", "高活跃占比", "占有使用记录的客户"), percent("quiet_share", "低活跃占比", "占有使用记录的客户"),
    number("core_feature_gap", "使用率与全体相差(百分点)", "百分点", "本客群 − 全体"),
    text("finding", "说明"),
    guide="002", note="第一行为全体；各列为有数据的客户的平均，家数不足的客群不给出；期间与范围同“客户行为特征分析表”所选",
)

IMPROVEMENT = output(
    "tblImprovement", "客户问题与改进建议表",
    CUSTOMER_ID, CUSTOMER_NAME, text("problem", "问题描述"), text("evidence", "数据支撑"), text("industry_mean", "行业均值"),
    text("cause_level", "归因层面", "客户、产品、服务、流程"), text("root_cause", "根因分析"), text("advice", "改进建议"),
    text("department", "责任部门"), date("due_date", "完成时间"), text("status", "状态"),
    text("origin", "来源", "填写或数据建议；填写而客户表中没有的、已逾期的注明"),
    guide="002", note="“问题与改进”表中填写的在前，原样列出；其后按参数“改进规则”由数据建议，要采用请抄入“问题与改进”表",
)

STRUCTURE = output(
    "tblStructure", "客户结构",
    text("dimension", "维度"), text("group", "客群"), count("customers", "客户数(家)", "家"), percent("customer_share", "客户占比"),
    money("revenue", "营收(万元)", "万元", "期间内净额"), percent("revenue_share", "营收占比"),
    money("profit", "利润(万元)", "万元", "期间内毛利"), percent("profit_share", "利润占比"), text("finding", "核心客群", "营收最多的客群；家数不足的不记"),
    guide="002", note="每个维度合计100%（最大余数法）；客户数含无订单的客户",
)
STRUCTURE_CHOICE = report_choice("tblStructureChoice", STRUCTURE)
STRUCTURE_CHART = output(
    "tblStructureChart", "客户结构图表", text("label", "行业"), count("customers", "客户数(家)", "家"),
    money("amount", "营收(万元)", "万元"), sheet=CHART_SHEET, fixed_rows=8, guide="002",
)

PROFILE_TAGS = output(
    "tblProfileTags", "客户画像标签",
    CUSTOMER_ID, CUSTOMER_NAME, text("profile", "客户画像", "其余各列合为一句"),
    text("industry_tag", "行业"), text("size_tag", "规模"), text("behaviour_tag", "行为"), text("value_tag", "价值"),
    text("need_tag", "需求", "关注功能，与需求类标签"),
    guide="002", note="没有数据的一项不写",
)

OUTPUTS = (
    BASE_VALUE, BEHAVIOUR, BEHAVIOUR_COMPARE, IMPROVEMENT, STRUCTURE, PROFILE_TAGS, STRUCTURE_CHART,
)
CHOICES = (BEHAVIOUR_CHOICE, STRUCTURE_CHOICE)
# Either of these is enough for the tables of behaviour.
BEHAVIOUR_INPUTS = (i.USAGE, i.TICKETS)
