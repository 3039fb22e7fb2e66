"""The rules by which 核心特征 and 问题与机会点 are found and worded (guide 001, step 6).

Thresholds and texts stand on a sheet of their own, since texts wrap: a sentence is its text with the figures of its
own row put in.
"""

from __future__ import annotations

from typing import Any

from crm_xl.schema import Column, Kind, Role, Table

PROBLEM, OPPORTUNITY = "问题", "机会"
LEADING_INDUSTRY, LEADING_NEED, STANDS_OUT = "主要行业", "主要需求", "突出特征"
PRICE_OBJECTIONS, NEGATIVE_FEEDBACK, COMPLAINTS = "价格异议集中", "消极反馈集中", "投诉集中"
SLOW_ANSWER, LESS_FOLLOW_UP, LOSS_TRAITS = "响应过慢与流失", "跟进减少", "流失共性"
UNMET_NEED, OVERDUE, SILENT_VALUE, COMPETITOR = "需求未满足", "约定逾期", "高价值沉默", "竞品接触"
HIGH_POTENTIAL, SINGLE_PRODUCT, CONTRACT_ENDS = "高潜力低价值", "产品单一", "合同到期"
EXPANSION, COMMON_NEED = "扩张计划", "需求集中"
PERCENT, DAYS, TIMES = "%", "天", "倍"
# Rule -> the unit its threshold is in; blank: it has none.
UNITS = {
    LEADING_INDUSTRY: PERCENT, LEADING_NEED: PERCENT, STANDS_OUT: TIMES,
    PRICE_OBJECTIONS: PERCENT, NEGATIVE_FEEDBACK: PERCENT, COMPLAINTS: PERCENT, SLOW_ANSWER: "", LESS_FOLLOW_UP: "",
    LOSS_TRAITS: TIMES, UNMET_NEED: DAYS, OVERDUE: DAYS, SILENT_VALUE: "", COMPETITOR: "",
    HIGH_POTENTIAL: "", SINGLE_PRODUCT: "次", CONTRACT_ENDS: DAYS, EXPANSION: "分", COMMON_NEED: PERCENT,
}
# What a text may hold, each the figure of that column of its row.
SUBJECT, FIGURE, BASE, CUSTOMERS, GROUP, SHARE, AMOUNT, LIMIT = (
    "对象", "指标", "对照", "涉及", "范围", "占比", "金额", "阈值",
)
PLACEHOLDERS = (SUBJECT, FIGURE, BASE, CUSTOMERS, GROUP, SHARE, AMOUNT, LIMIT)

INSIGHT_RULES = Table(
    name="tblInsightRules", title="洞察规则", role=Role.PARAMETER,
    columns=(
        Column(name="rule", title="规则", required=True, example=PRICE_OBJECTIONS),
        Column(name="enabled", title="启用", kind=Kind.YESNO, required=True, example="是"),
        Column(name="threshold", title="阈值", kind=Kind.NUMBER, minimum=0, example="30"),
        Column(name="unit", title="单位", example=PERCENT),
        Column(name="smallest", title="最少家数", kind=Kind.INTEGER, unit="家", required=True, minimum=1, example="5",
               note="涉及的客户少于此数时不下结论"),
        Column(name="text", title="文字", required=True, example="{对象}客户对价格敏感，{指标}的沟通为价格异议",
               note="可用：" + "、".join(f"{{{name}}}" for name in PLACEHOLDERS)),
        Column(name="advice", title="建议行动", example="准备成本对比表与分级报价"),
        Column(name="notes", title="备注"),
    ),
    key=("rule",), guide="001", note="删去一行即停用该规则；阈值与文字可改，规则名与单位不可改",
)

SHIPPED_INSIGHTS: list[tuple[Any, ...]] = [
    (LEADING_INDUSTRY, True, 30, PERCENT, 5, "主要集中在{对象}（{涉及}家，占{占比}）", "", "本级中占比最高的行业达到阈值；见客户分层总结"),
    (LEADING_NEED, True, 30, PERCENT, 5, "需求集中于{对象}（{涉及}家，占{占比}）", "", "有需求标签的客户中；见客户分层总结"),
    (STANDS_OUT, True, 1.5, TIMES, 5, "{对象}占{指标}，全体{对照}", "", "占比为全体的倍数达到阈值，且不属偶然；见分层特征"),
    (PRICE_OBJECTIONS, True, 30, PERCENT, 5, "{对象}客户对价格敏感：有记录的沟通中{指标}为价格异议（全体{对照}），涉及{涉及}家",
     "准备成本对比表与分级报价，突出总成本优势", "按行业比较期间内的沟通，高于全体才列出"),
    (NEGATIVE_FEEDBACK, True, 20, PERCENT, 5, "{对象}客户反馈偏消极：有记录的反馈中{指标}为消极（全体{对照}），涉及{涉及}家",
     "逐家回访，汇总原因后改进", "按行业比较期间内的反馈，高于全体才列出"),
    (COMPLAINTS, True, 30, PERCENT, 5, "投诉集中在{对象}：占期间内投诉的{指标}，涉及{涉及}家",
     "由责任部门查明根因，限期整改并回访", "按问题类型"),
    (SLOW_ANSWER, True, None, "", 5, "{对象}的{范围}家客户中随后有{涉及}家流失，占{指标}；响应及时的客户流失{对照}",
     "设专人值守，超时自动升级", "多于其余客户且不属偶然；见响应速度与流失"),
    (LESS_FOLLOW_UP, True, None, "", 1, "{对象}近1个月跟进{指标}，此前3个月月均{对照}，名下有{涉及}家客户",
     "主管了解原因，必要时调整客户分配", "阈值取流失预警规则“负责人跟进减少”"),
    (LOSS_TRAITS, True, 1.5, TIMES, 5, "期间内流失的客户中{对象}占{指标}，期初客户与新客户中占{对照}",
     "对同类在合作客户提前回访", "占比为全体的倍数达到阈值，且不属偶然"),
    (UNMET_NEED, True, 30, DAYS, 1, "{涉及}家客户提出明确需求后已超过{阈值}没有下单也没有再联系，平均已{指标}",
     "本周内逐家回复方案与报价", "期间内沟通反馈类型为“需求明确”"),
    (OVERDUE, True, 7, DAYS, 1, "{涉及}家客户的约定行动逾期超过{阈值}未完成，共{指标}",
     "负责人逐项说明并补办", "互动记录的约定日期与是否完成"),
    (SILENT_VALUE, True, None, "", 1, "{范围}家高价值客户中有{涉及}家沉默或流失，近12个月金额{金额}",
     "销售经理逐家拜访，制定唤回方案", "价值层级为高，活跃度为沉默或流失"),
    (COMPETITOR, True, None, "", 1, "{范围}家高、中价值客户中有{涉及}家与竞品合作或接触，近12个月金额{金额}",
     "了解竞品方案，提供差异化价值说明", "是否合作竞品，或风险标签“竞品接触中”"),
    (HIGH_POTENTIAL, True, None, "", 1, "{范围}家高潜力客户中有{涉及}家价值为低或尚无交易",
     "由销售经理制定开发计划，优先投入资源", "潜力层级为高"),
    (SINGLE_PRODUCT, True, 3, "次", 1, "{范围}家期间内下单{阈值}以上的客户中有{涉及}家只购买一类产品，占{占比}",
     "推荐组合方案，安排产品演示", "仍活跃的客户；全体只售一类产品时不适用"),
    (CONTRACT_ENDS, True, 90, DAYS, 1, "{涉及}家客户的合同将在{阈值}内到期，近12个月金额{金额}",
     "提前沟通续约条件，准备续约方案", "客户表的合同到期日"),
    (EXPANSION, True, 4, "分", 1, "{范围}家有评分的客户中有{涉及}家扩张计划达到{阈值}，需优先跟进",
     "了解扩张时间表，提前报价", "评估打分的客户扩张计划；不含流失客户"),
    (COMMON_NEED, True, 20, PERCENT, 5, "有需求标签的客户中{指标}需要{对象}，共{涉及}家，可成批推广",
     "制作该需求的方案与案例，成批触达", "需求标签"),
]
