"""The rows the 参数 tables are shipped with: cards, steps, tiers, cuts, segments, strategies (SPEC section 5).

Where a figure comes from a guide, the row's note says which; the rest are our own defaults (docs/decisions.md).
"""

from __future__ import annotations

from typing import Any

from crm_xl.schema import Kind
from crm_xl.tables import parameters as p
from crm_xl.tables.improvement import IMPROVEMENT_RULES, SHIPPED_RULES
from crm_xl.tables.insight_rules import INSIGHT_RULES, SHIPPED_INSIGHTS
from crm_xl.tables.plans import PLAN_RULES, SHIPPED_PLAN_RULES

Row = tuple[Any, ...]

_THIRD = 1 / 3
_VALUE_INDICATORS = (
    ("年消费额", "年消费额(万元)", 0.40),
    ("利润率", "利润率", 0.25),
    ("合作时长", "合作时长(年)", 0.20),
    ("交叉购买率", "交叉购买率", 0.15),
)


def _dimension(card: str, dimension: str, weight: float, indicators: tuple[tuple[str, str, float], ...],
               method: str = p.METHOD_STEPS) -> list[Row]:
    return [(card, dimension, weight, name, metric, share, method) for name, metric, share in indicators]


_INDICATORS: list[Row] = [
    *_dimension(p.CARD_VALUE, "客户价值", 1.0, _VALUE_INDICATORS),
    *_dimension(p.CARD_FOUR, "客户价值", 0.4, _VALUE_INDICATORS),
    *_dimension(p.CARD_FOUR, "客户潜力", 0.3, (("行业排名", "行业排名", 0.4), ("需求匹配度", "需求匹配度", 0.4),
                                              ("行业潜力", "行业潜力", 0.2))),
    *_dimension(p.CARD_FOUR, "客户风险", 0.2, (("流失率", "流失率", 0.4), ("回款及时率", "回款及时率", 0.4),
                                              ("投诉次数", "投诉次数", 0.2))),
    *_dimension(p.CARD_FOUR, "客户战略", 0.1, (("行业标杆地位", "行业标杆地位", _THIRD),
                                              ("品牌协同效应", "品牌协同效应", _THIRD),
                                              ("政策支持力度", "政策支持力度", _THIRD))),
    *_dimension(p.CARD_PRIORITY, "当前价值", 0.6, (("近12个月交易额", "年消费额(万元)", 0.5), ("利润率", "利润率", 0.25),
                                                  ("续约次数", "续约次数", 0.25))),
    *_dimension(p.CARD_PRIORITY, "未来潜力", 0.4, (("行业潜力", "行业潜力", 0.4), ("客户扩张计划", "客户扩张计划", 0.3),
                                                  ("需求匹配度", "需求匹配度", 0.3))),
    *_dimension(p.CARD_RECENT, "近期价值", 1.0, (("近3个月订单金额", "近3个月金额(元)", 0.6),
                                                ("合作年限", "合作时长(年)", 0.4)), p.METHOD_MINMAX),
    # Guide 003 names the dimensions of the two presets; what they hold and weigh is ours.
    *_dimension(p.CARD_MANUFACTURING, "客户价值", 0.5, (("年消费额", "年消费额(万元)", 0.5), ("利润率", "利润率", 0.3),
                                                       ("交叉购买率", "交叉购买率", 0.2))),
    *_dimension(p.CARD_MANUFACTURING, "合作稳定性", 0.3, (("合作时长", "合作时长(年)", 0.3), ("续约次数", "续约次数", 0.2),
                                                         ("回款及时率", "回款及时率", 0.3), ("投诉次数", "投诉次数", 0.2))),
    *_dimension(p.CARD_MANUFACTURING, "行业影响力", 0.2, (("行业排名", "行业排名", 0.4), ("行业标杆地位", "行业标杆地位", 0.4),
                                                         ("品牌协同效应", "品牌协同效应", 0.2))),
    *_dimension(p.CARD_RETAIL, "消费频次", 0.4, (("订单频次", "订单频次", 1.0),)),
    *_dimension(p.CARD_RETAIL, "客单价", 0.3, (("平均客单价", "客单价(元)", 1.0),)),
    *_dimension(p.CARD_RETAIL, "活跃度", 0.3, (("距上次订单", "距上次订单(天)", 0.7), ("互动次数", "互动次数", 0.3))),
]


def _steps(indicator: str, *steps: tuple[float | None, float], note: str = "") -> list[Row]:
    return [(indicator, lower, points, note if lower is None else "") for lower, points in steps]


def _one_to_five(indicator: str) -> list[Row]:
    return _steps(indicator, (None, 20), (2, 40), (3, 60), (4, 80), (5, 100), note="1-5分，每分20")


_POINTS: list[Row] = [
    *_steps("年消费额", (None, 60), (500, 80), (1000, 100), note="指南003；门槛乘以“金额门槛系数”"),
    *_steps("利润率", (None, 40), (0.05, 60), (0.10, 80), (0.15, 90), (0.18, 100), note="15%→90、18%→100见指南003"),
    *_steps("合作时长", (None, 40), (1, 70), (3, 80), (5, 100), note="5年→100见指南003"),
    *_steps("交叉购买率", (None, 40), (0.20, 70), (0.30, 80), (0.35, 100), note="30%→80、35%→100见指南003"),
    *_steps("行业排名", (None, 100), (11, 80), (21, 60), (51, 40), note="前10、前20、前50见指南003"),
    *_steps("需求匹配度", (None, 40), (0.5, 60), (0.7, 80), (0.9, 100), note="指南003"),
    *_one_to_five("行业潜力"),
    *_steps("流失率", (None, 100), (0.05, 80), (0.10, 60), (0.15, 40), note="指南003"),
    *_steps("回款及时率", (None, 40), (0.90, 60), (0.95, 80), (1, 100), note="指南003"),
    *_steps("投诉次数", (None, 100), (1, 80), (2, 60), (3, 40)),
    *_one_to_five("行业标杆地位"),
    *_one_to_five("品牌协同效应"),
    *_one_to_five("政策支持力度"),
    *_steps("近12个月交易额", (None, 40), (20, 60), (50, 80), (100, 100), note="单位万元；门槛乘以“金额门槛系数”"),
    *_steps("续约次数", (None, 40), (1, 60), (2, 80), (3, 100)),
    *_one_to_five("客户扩张计划"),
    *_steps("订单频次", (None, 40), (2, 60), (6, 80), (12, 100), note="期间内订单数"),
    *_steps("平均客单价", (None, 40), (200, 60), (500, 80), (1000, 100), note="单位元；门槛乘以“金额门槛系数”"),
    *_steps("距上次订单", (None, 100), (31, 80), (91, 60), (181, 40)),
    *_steps("互动次数", (None, 40), (1, 60), (3, 80), (6, 100)),
]

_TIERS: list[Row] = [
    ("战略级", "战略级客户", 90, "专属服务+定制化方案"),
    ("重点级", "重点级客户", 75, "定期沟通+产品培训"),
    ("普通级", "普通级客户", 60, "标准化运营+批量营销"),
    ("潜在级", "潜在级客户", None, "低价试用+定向推广"),
]

_PRIORITY: list[Row] = [
    ("S", "S级（重点突破）", 85, "每月高层拜访1次"),
    ("A", "A级（持续维护）", 70, "每月沟通1次"),
    ("B", "B级（观察培养）", 60, "每季度提供行业报告1份"),
    ("C", "C级（暂缓跟进）", None, "自动邮件触达"),
]

# "高层拜访" and the other strategies are the guide's own; where a bound stands in two rows the better tier takes it.
_STANDARDS: list[Row] = [
    ("战略级", 1000, 0.15, 10, 0.9, 0.05, 1, True, None, 4, None, "专属客户经理+定制化方案+高层拜访"),
    ("重点级", 500, 0.10, 20, 0.7, 0.10, 0.95, None, "行业龙头、区域龙头", None, 4, "定期回访+产品培训+优先供货"),
    ("普通级", 100, 0.05, 50, 0.5, 0.15, 0.90, None, None, None, None, "标准化服务+批量营销"),
    ("潜在级", None, None, None, None, None, None, None, None, None, None, "低价试用+市场教育+定向推广"),
]

_RFM_CUTS: list[Row] = [
    ("R", "天", 30, 90, 180, 365, "R越小越好，得分反向"),
    ("F", "次", 1, 3, 5, 9, "订单次数"),
    ("M", "元", 10_000, 20_000, 50_000, 100_000, "2万元、10万元见指南004"),
]


def _segment(scheme: str, basis: str, segment: str, strategy: str, **bounds: tuple[float | None, float | None]) -> Row:
    ends = [end for letter in "rfm" for end in bounds.get(letter, (None, None))]
    return (scheme, segment, basis, *ends, strategy)


def _eight() -> list[Row]:
    advice = {"价值": "专属服务，优先供货", "发展": "提升频次：组合与定期采购", "保持": "主动联系，防止流失", "挽留": "召回：了解原因，专项优惠"}
    flags = {"价值": (1, 1), "发展": (1, 0), "保持": (0, 1), "挽留": (0, 0)}
    return [
        _segment(p.SCHEME_EIGHT, p.BY_LEVEL, f"{weight}{kind}客户", advice[kind] if m else "标准化运营",
                 r=(r, r), f=(f, f), m=(m, m))
        for weight, m in (("重要", 1), ("一般", 0))
        for kind, (r, f) in flags.items()
    ]


_SEGMENTS: list[Row] = [
    _segment(p.SCHEME_THREE, p.BY_RAW, "高价值客户", "专属服务", r=(None, 30), f=(5, None), m=(20_000, None)),
    _segment(p.SCHEME_THREE, p.BY_RAW, "潜力客户", "推送优惠活动", r=(None, 30), f=(None, 3), m=(10_000, None)),
    # R > 90 is written 91: recency counts whole days. "F≥5 or M≥2万" takes two rows.
    _segment(p.SCHEME_THREE, p.BY_RAW, "流失风险客户", "主动回访", r=(91, None), f=(5, None)),
    _segment(p.SCHEME_THREE, p.BY_RAW, "流失风险客户", "主动回访", r=(91, None), m=(20_000, None)),
    _segment(p.SCHEME_THREE, p.BY_RAW, "一般客户（未归类）", "标准化运营"),
    *_eight(),
    _segment(p.SCHEME_ELEVEN, p.BY_SCORE, "重要冠军", "奖励与共创，优先新品", r=(4, 5), f=(4, 5), m=(4, 5)),
    _segment(p.SCHEME_ELEVEN, p.BY_SCORE, "忠诚", "交叉销售，邀请推荐", r=(4, 5), f=(4, 5), m=(1, 3)),
    _segment(p.SCHEME_ELEVEN, p.BY_SCORE, "忠诚", "交叉销售，邀请推荐", r=(3, 3), f=(4, 5)),
    _segment(p.SCHEME_ELEVEN, p.BY_SCORE, "潜在忠诚", "会员权益，组合推荐", r=(4, 5), f=(2, 3)),
    _segment(p.SCHEME_ELEVEN, p.BY_SCORE, "新客户", "新客关怀，引导复购", r=(5, 5), f=(1, 1)),
    _segment(p.SCHEME_ELEVEN, p.BY_SCORE, "有希望", "建立认知，小额试用", r=(4, 4), f=(1, 1)),
    _segment(p.SCHEME_ELEVEN, p.BY_SCORE, "需关注", "限时优惠，唤起需求", r=(3, 3), f=(2, 3)),
    _segment(p.SCHEME_ELEVEN, p.BY_SCORE, "即将沉睡", "价值内容，重新联系", r=(3, 3), f=(1, 1)),
    _segment(p.SCHEME_ELEVEN, p.BY_SCORE, "不能失去", "高层回访，专项方案", r=(1, 2), f=(4, 5), m=(4, 5)),
    _segment(p.SCHEME_ELEVEN, p.BY_SCORE, "流失风险", "个性化召回", r=(1, 2), f=(4, 5), m=(1, 3)),
    _segment(p.SCHEME_ELEVEN, p.BY_SCORE, "流失风险", "个性化召回", r=(1, 2), f=(3, 3)),
    _segment(p.SCHEME_ELEVEN, p.BY_SCORE, "沉睡", "低成本触达", r=(2, 2), f=(1, 2)),
    _segment(p.SCHEME_ELEVEN, p.BY_SCORE, "已流失", "减少投入", r=(1, 1), f=(1, 2)),
]

# Roles, rhythms and goals are guide 000's; the figures behind the goals, and by when, are ours.
_STRATEGIES: list[Row] = [
    ("高", "活跃", "重点维护", "销售经理", "每季度1次上门拜访", "专人对接，定制化方案，优先处理需求", "订单频次提升20%",
     "订单频次", 0.2, None, 12),
    ("高", "沉默", "重点唤回", "销售经理", "每月1次电话沟通", "了解未下单原因，高层拜访，专项方案", "3个月内恢复下单",
     "历史订单数", None, 1, 3),
    ("高", "流失", "高层挽回", "销售总监", "每月1次上门拜访", "分析流失原因，高层出面，挽回方案", "6个月内挽回",
     "历史订单数", None, 1, 6),
    ("中", "活跃", "培育提升", "销售", "每月1次电话沟通", "组合推荐，交叉销售", "客单价提升15%",
     "客单价(元)", 0.15, None, 6),
    ("中", "沉默", "主动回访", "客服", "每月1次电话回访", "了解未合作原因，推送促销或新品", "3个月内激活",
     "历史订单数", None, 1, 3),
    ("中", "流失", "挽回评估", "客服", "每季度1次电话回访", "分析原因，评估挽回成本", "6个月内明确去留",
     "历史订单数", None, 1, 6),
    ("低", "活跃", "标准服务", "客服", "每季度1次线上沟通", "标准化服务，线上渠道", "维持满意度",
     "历史订单数", None, 1, 6),
    ("低", "沉默", "批量触达", "市场", "每月1次邮件", "促销信息，自动化营销", "激活率10%",
     "历史订单数", None, 1, 3),
    ("低", "流失", "减少投入", "市场", "每半年1次邮件", "分析流失原因，若无改进空间则减少投入", "控制服务成本",
     None, None, None, 6),
    ("无交易", "无交易", "新客开发/激活", "销售", "每月1次电话沟通", "需求调研，产品演示", "3个月内首单",
     "历史订单数", None, 1, 3),
]

_REVIEW_RULES: list[Row] = [
    ("客户关键信息复核", "每月", None, "指南001"),
    ("维护策略执行回顾", "每月", None, "指南000"),
    ("客户分级更新", "每季度", None, "指南003"),
    ("评分标准与权重", "每半年", None, "指南003"),
]

_TAG_LIBRARY: list[Row] = [
    *(("行业", tag) for tag in ("互联网-电商", "互联网-SaaS服务", "制造业-汽车零部件", "制造业-通用设备", "批发零售", "金融", "医疗", "教育")),
    *(("需求", tag) for tag in ("降本增效", "技术升级", "品牌推广", "合规系统升级", "仓储系统升级", "数据安全")),
    *(("风险", tag) for tag in ("竞品接触中", "付款周期延长", "决策链不稳定", "决策链复杂")),
    *(("潜力", tag) for tag in ("高潜力", "待培育", "低潜力")),
]

_EXPERT_SCORES: list[Row] = [
    (p.CARD_VALUE, indicator, score, expert, "示例")
    for expert, scores in (("示例专家甲", (8, 5, 4, 3)), ("示例专家乙", (9, 6, 3, 2)))
    for (indicator, _, _), score in zip(_VALUE_INDICATORS, scores, strict=True)
]

_CHURN_RULES: list[Row] = [
    (p.RULE_SILENT, True, None, "月", "最近订单早于此月数；空白取基本设置“活跃月数”；预警为中"),
    (p.RULE_LOST, True, None, "月", "最近订单早于此月数；空白取基本设置“沉默月数”；预警为高"),
    (p.RULE_GAP, True, 2, "倍", "距上次订单超过该客户平均订单间隔的倍数"),
    (p.RULE_SINGLE, True, 2, "倍", "只买过一次的客户：距该次订单超过全体复购客户平均间隔中位数的倍数"),
    (p.RULE_AMOUNT, True, 30, "%", "近3个月金额较前3个月下降达到此比例"),
    (p.RULE_CONTACT, True, 40, "%", "近1个月互动较此前3个月月均下降达到此比例"),
    (p.RULE_FOLLOW_UP, True, 40, "%", "同上，按负责人；此前月均达到参数“跟进减少最低基数”才比较；列在负责人跟进预警表"),
    (p.RULE_COMPLAINT, True, 1, "次", "回看月数内的投诉达到此次数；与“响应过慢”合计为一条"),
    (p.RULE_ANSWER, True, 24, "小时", "回看月数内有工单超过此时间才答复；与“投诉”合计为一条"),
    ("竞品接触中", True, None, p.UNIT_TAG, "风险标签，无须阈值；各标签合计为一条"),
    ("付款周期延长", True, None, p.UNIT_TAG, "风险标签，无须阈值；各标签合计为一条"),
    (p.RULE_NEGATIVE, True, 1, "次", "回看月数内的消极反馈达到此次数"),
]


def setting_allowed(setting: p.Setting) -> str:
    """What may stand in a general setting, as the cell beside it says."""
    if setting.choices:
        return " / ".join(setting.choices)
    if setting.kind is Kind.YESNO:
        return "是 / 否"
    if setting.kind is Kind.DATE:
        return "日期，如 2026-10-31；可空白"
    if setting.minimum is not None and setting.maximum is not None:
        return f"{setting.minimum:g} 至 {setting.maximum:g}"
    return f"不小于 {setting.minimum:g}" if setting.minimum is not None else ""


def setting_cell(setting: p.Setting) -> Any:
    """A general setting's default as it stands in its cell."""
    return {True: "是", False: "否"}[setting.default] if setting.kind is Kind.YESNO else setting.default


_SETTINGS: list[Row] = [
    (setting.title, setting_cell(setting), setting.unit, setting_allowed(setting), setting.note) for setting in p.GENERAL
]


def _complete(rows: list[Row], width: int) -> tuple[Row, ...]:
    return tuple(row + (None,) * (width - len(row)) for row in rows)


SHIPPED: dict[str, tuple[Row, ...]] = {
    table.name: _complete(rows, len(table.columns))
    for table, rows in (
        (p.SETTINGS_TABLE, _SETTINGS), (p.INDICATORS, _INDICATORS), (p.POINTS, _POINTS), (p.TIERS, _TIERS),
        (p.PRIORITY, _PRIORITY), (p.STANDARDS, _STANDARDS), (p.RFM_CUTS, _RFM_CUTS), (p.SEGMENTS, _SEGMENTS),
        (p.STRATEGIES, _STRATEGIES), (p.REVIEW_RULES, _REVIEW_RULES), (p.TAG_LIBRARY, _TAG_LIBRARY),
        (p.EXPERT_SCORES, _EXPERT_SCORES), (p.CHURN_RULES, _CHURN_RULES), (IMPROVEMENT_RULES, SHIPPED_RULES),
        (INSIGHT_RULES, SHIPPED_INSIGHTS), (PLAN_RULES, SHIPPED_PLAN_RULES),
    )
}
