"""The tables of guides 000 and 001: how customers stand, what they are worth, what to do about it."""

from __future__ import annotations

from dataclasses import replace

from crm_xl.schema import Column, Kind
from crm_xl.tables import inputs as i
from crm_xl.tables.columns import (
    CUSTOMER_ID,
    CUSTOMER_NAME,
    OWNER,
    count,
    date,
    money,
    number,
    output,
    percent,
    text,
)

# Guide 001 calls the number of a customer 客户ID; teams that work with it look for that heading.
_ID_001 = replace(CUSTOMER_ID, title="客户ID")
_PRIORITY = text("priority", "优先级")
_MASKED_CONTACT = "姓名与手机脱敏；有最终决策者时取其人，否则依次取采购负责人、技术决策者、使用者、其他"


_EVIDENCE = "数字依据"


def _under(band: str, *columns: Column) -> tuple[Column, ...]:
    return tuple(replace(column, band=band) for column in columns)


RELATION = output(
    "tblRelation", "客户关系分析表",
    *_under(
        "客户基础信息",
        CUSTOMER_ID, CUSTOMER_NAME, text("industry", "所属行业"), text("contact", "对接人信息", _MASKED_CONTACT),
        text("size", "客户规模", "企业：员工数、年营收；个人：职业、月收入区间"),
        date("cooperation_start", "合作起始时间", "空白时为首次订单日期"),
    ),
    *_under(
        "交易行为数据",
        money("amount", "分析周期内订单总额(万元)", "万元", "期间内净额"), count("frequency", "订单频次", "次", "期间内不重复的订单"),
        money("average_order_value", "平均客单价(万元)", "万元", "订单总额 ÷ 订单频次"),
        date("last_order_date", "最近交易时间"), text("products", "产品/服务偏好", "期间内金额最大的几类"),
    ),
    *_under(
        "互动与反馈记录",
        count("interactions", "沟通总次数", "次", "期间内电话、拜访、线上等"),
        text("feedback_types", "沟通反馈类型", "期间内由多到少，括号内为次数"),
        count("service_cases", "投诉/售后次数", "次", "期间内"), text("main_issues", "主要问题类型", "投诉与售后中由多到少，括号内为次数"),
        number("resolution_days", "问题解决时效(天)", "天", "投诉与售后从提交至解决的平均天数"),
    ),
    *_under(
        "客户分层结果",
        text("value_tier", "价值层级", "同“客户评分”"), text("activity", "活跃度层级", "同“客户评分”的活跃度"),
        text("potential_tier", "潜力层级", "同“客户评分”"),
    ),
    *_under(
        "维护策略建议",
        text("strategy", "维护策略", "按价值层级与活跃度层级，取自参数中的维护策略"), OWNER,
        text("role", "负责角色"), text("follow_up", "跟进频率"), text("measures", "核心维护动作"), text("goal", "预期目标"),
    ),
    guide="000", note="每位客户一行",
)  # fmt: skip

BASIC_INFO = output(
    "tblBasicInfo", "客户基础信息表",
    *_under(
        "企业信息",
        _ID_001, CUSTOMER_NAME, text("industry", "行业"), text("size", "企业规模(员工数)"),
        Column(name="founded_year", title="成立时间", kind=Kind.INTEGER, unit="年"),
        text("main_business", "主营业务"), text("region", "所在区域"),
    ),
    *_under(
        "联系人信息",
        text("contact_name", "关键联系人", _MASKED_CONTACT), text("position", "联系人职位"), text("decision_role", "决策角色"),
        Column(name="contact_id", title="联系人ID", kind=Kind.ID), text("phone", "联系方式", "脱敏"), text("contact_preference", "沟通偏好"),
    ),
    *_under(
        "历史合作数据",
        date("cooperation_start", "首次合作时间", "空白时为首次订单日期"), money("amount", "累计交易金额(万元)", "万元", "至分析日期的全部净额"),
        money("average_order_value", "平均客单价(元)", note="累计交易金额 ÷ 历史订单数"), text("products", "高频购买产品/服务", "历史金额最大的几类"),
        count("renewals", "续约次数", "次"),
    ),
    guide="001", note="每位客户一行",
)  # fmt: skip

VALUE_ASSESSMENT = output(
    "tblValueAssessment", "客户价值评估表",
    _ID_001, CUSTOMER_NAME,
    money("annual_amount_wan", "近12个月交易额(万元)", "万元", "至分析日期的12个月净额"), percent("profit_margin", "利润率", "Σ毛利 ÷ Σ金额"),
    count("renewals", "合作稳定性(续约次数)", "次"), number("industry_potential", "行业潜力(1-5分)"),
    number("expansion_plan", "客户扩张计划(1-5分)"), percent("need_match", "需求匹配度"),
    number("priority_score", "综合得分(满分100)", note="由优先级评分卡计算"), _PRIORITY,
    text("follow_up", "跟进策略"), text("explanation", "得分解释"),
    guide="001", note="按综合得分从高到低",
)  # fmt: skip

TAG_BOARD = output(
    "tblTagBoard", "客户标签分类表",
    _ID_001, CUSTOMER_NAME,
    *(text(name, f"{kind}标签", note) for name, kind, note in zip(
        ("industry_tag", "need_tag", "risk_tag", "potential_tag"), i.TAG_KINDS, ("没有行业标签时取所属行业", "", "", ""),
        strict=True)),
    text("remarks", "说明", "不在标签库中的标签，及最接近的标签"),
    guide="001", note="每位客户一行；同类标签有多个时用“、”分开",
)  # fmt: skip

LEVEL_SUMMARY = output(
    "tblLevelSummary", "客户分层总结",
    *_under(
        "分层总结",
        _PRIORITY, count("customers", "客户数量(家)"), percent("customer_share", "占比"),
        text("features", "核心特征", "由本行与分层特征的数字写成；规则、阈值与文字见洞察规则"), text("follow_up", "跟进策略"),
    ),
    *_under(
        _EVIDENCE,
        money("amount", "近12个月交易额(万元)", "万元"), percent("amount_share", "交易额占比"),
        text("industry", "主要行业", "本级中客户最多的行业"), count("industry_customers", "主要行业客户数(家)"),
        percent("industry_share", "主要行业占比", "占本级中知道行业的客户"),
        text("need", "主要需求", "本级中最多的需求标签"), count("need_customers", "主要需求客户数(家)"),
        percent("need_share", "主要需求占比", "占本级中有需求标签的客户"),
    ),
    guide="001", note="最后一行为合计；客户数与金额的占比按最大余数法取两位，合计为100%",
)  # fmt: skip

LEVEL_TRAITS = output(
    "tblLevelTraits", "分层特征",
    _PRIORITY, text("trait", "特征"), text("value", "取值"), count("customers", "全体中有此特征(家)"),
    count("flagged", "本级中有此特征(家)"), percent("share", "占本级"), percent("base_share", "占全体"),
    number("lift", "倍数", note="占本级 ÷ 占全体", digits=2), percent("chance", "偶然概率", "随意抽取同样多的客户，至少有这么多家具有此特征的概率"),
    guide="001", note="各级比全体突出的特征；占比以知道该特征的客户为分母",
)  # fmt: skip

OPPORTUNITY_NOTES = output(
    "tblOpportunityNotes", "问题与机会点",
    *_under(
        "问题与机会",
        text("kind", "类别"), text("rule", "规则"), text("subject", "对象"), text("finding", "发现", "由本行的数字写成"),
        text("advice", "建议行动"),
    ),
    *_under(
        _EVIDENCE,
        number("figure", "指标值"), number("base", "对照值"), text("unit", "单位"), text("threshold", "阈值"),
        count("customers", "涉及客户数(家)"), count("group", "范围客户数(家)"), percent("share", "占比", "涉及 ÷ 范围"),
        money("amount", "涉及金额(万元)", "万元", "涉及客户近12个月的金额"), text("listed", "涉及客户", "按近12个月金额列出前10家的编号"),
    ),
    guide="001", note="先问题后机会；规则、阈值与文字见洞察规则",
)  # fmt: skip

OUTPUTS = (RELATION, BASIC_INFO, VALUE_ASSESSMENT, TAG_BOARD, LEVEL_SUMMARY, LEVEL_TRAITS, OPPORTUNITY_NOTES)
