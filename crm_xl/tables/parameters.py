"""What a manager sets: the tables of the sheet 参数, and every general setting with its default (SPEC sections 2, 5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from crm_xl.schema import Column, Kind, Role, Table

SHEET = "参数"

PERIOD_MONTHS, PERIOD_FISCAL_YEAR, PERIOD_BETWEEN = "近N个月", "本年度", "起止日期"
SCOPE_ALL, SCOPE_INDUSTRY, SCOPE_REGION, SCOPE_OWNER, SCOPE_TIER, SCOPE_NEW = (
    "全部客户", "所属行业", "区域", "负责人", "客户分级", "近N个月新增",
)
REFUND_AT_ORDER, REFUND_AT_RETURN = "原订单日期", "退货日期"
MISSING_PENDING, MISSING_FILL = "待评估", "近3个月均值×12"
BASIS_AMOUNT, BASIS_PROFIT = "金额", "毛利"
RFM_QUANTILES, RFM_FIXED, RFM_R_PACKAGE = "分位数", "固定分界", "R包rfm兼容"
SCHEME_THREE, SCHEME_EIGHT, SCHEME_ELEVEN = "三分类", "八分类", "十一分类"
HIGH_BY_MEAN_SCORE, HIGH_BY_THREE, HIGH_BY_MEAN, HIGH_BY_MEDIAN = "得分均值", "得分≥3", "原值均值", "原值中位数"
CARD_VALUE, CARD_FOUR, CARD_PRIORITY, CARD_RECENT = "价值评分卡", "四维评分卡", "优先级评分卡", "客户价值评分"
METHOD_STEPS, METHOD_MINMAX, METHOD_RAW = "分段", "极差标准化", "原始值"
BY_RAW, BY_SCORE, BY_LEVEL = "原始值", "得分", "高低"


@dataclass(frozen=True, kw_only=True)
class Setting(Column):
    """One row of `tblSettings`: a value with a kind, limits and a shipped default (None: blank)."""

    default: Any = None
    group: str = ""


def _parameter(name: str, title: str, *columns: Column, key: tuple[str, ...] = (), **more: Any) -> Table:
    notes = Column(name="notes", title="备注")
    return Table(
        name=name, title=title, role=Role.PARAMETER, sheet=SHEET, columns=(*columns, notes), key=key, **more
    )


def _bound(name: str, title: str, kind: Kind = Kind.NUMBER, unit: str = "") -> Column:
    return Column(name=name, title=title, kind=kind, unit=unit, note="空白表示不限")


SETTINGS_TABLE = _parameter(
    "tblSettings", "基本设置",
    Column(name="title", title="设置项", required=True),
    Column(name="value", title="值", kind=Kind.ANY),
    Column(name="unit", title="单位"),
    Column(name="allowed", title="可填内容"),
    key=("title",), guide="000 001 002 003 004",
)

INDICATORS = _parameter(
    "tblIndicators", "评分指标",
    Column(name="card", title="评分卡", required=True, example=CARD_VALUE),
    Column(name="dimension", title="维度", required=True, example="客户价值"),
    Column(name="dimension_weight", title="维度权重", kind=Kind.PERCENT, required=True, minimum=0, maximum=1),
    Column(name="indicator", title="指标", required=True, example="年消费额"),
    Column(name="metric", title="数据字段", required=True, example="年消费额(万元)", note="客户指标表的列标题"),
    Column(name="weight", title="权重", kind=Kind.PERCENT, required=True, minimum=0, maximum=1),
    Column(name="method", title="计分方法", kind=Kind.CHOICE, choices=(METHOD_STEPS, METHOD_MINMAX, METHOD_RAW)),
    key=("card", "indicator"), guide="003",
    note="同一评分卡内，各维度权重合计100%，同一维度内各指标权重合计100%",
)

POINTS = _parameter(
    "tblPoints", "得分分段",
    Column(name="indicator", title="指标", required=True, example="年消费额"),
    _bound("lower", "下限(含)"),
    Column(name="points", title="得分", kind=Kind.NUMBER, required=True, minimum=0, maximum=100),
    key=("indicator", "lower"), guide="003", note="每个指标从低到高排列；第一段下限空白；得分随数值升高或降低，不得忽高忽低",
)

TIERS = _parameter(
    "tblTiers", "客户分级",
    Column(name="tier", title="分级", required=True, example="战略级"),
    Column(name="full_name", title="全称", required=True, example="战略级客户"),
    _bound("lower", "下限(含)"),
    Column(name="strategy", title="核心维护策略", example="专属服务+定制化方案"),
    key=("tier",), guide="003", note="从高到低排列；最后一级下限空白",
)

PRIORITY = _parameter(
    "tblPriority", "优先级",
    Column(name="tier", title="优先级", required=True, example="S"),
    Column(name="full_name", title="全称", required=True, example="S级（重点突破）"),
    _bound("lower", "下限(含)"),
    Column(name="strategy", title="跟进策略", example="每月高层拜访1次"),
    key=("tier",), guide="001", note="从高到低排列；最后一级下限空白",
)

STANDARDS = _parameter(
    "tblStandards", "分级标准",
    Column(name="tier", title="分级", required=True, example="战略级"),
    _bound("annual_amount_wan", "年消费额下限(万元)", Kind.MONEY, "万元"),
    _bound("profit_margin", "利润率下限", Kind.PERCENT),
    _bound("industry_rank", "行业排名上限", Kind.INTEGER),
    _bound("need_match", "需求匹配度下限", Kind.PERCENT),
    _bound("churn_rate", "流失率上限", Kind.PERCENT),
    _bound("on_time_payment", "回款及时率下限", Kind.PERCENT),
    Column(name="key_industry", title="国家重点行业", kind=Kind.YESNO, note="是表示必须属于；空白不限"),
    Column(name="market_position", title="市场地位", note="可写多个，用“、”分开；空白不限"),
    _bound("brand_synergy", "品牌协同效应下限"),
    _bound("policy_support", "政策支持力度下限"),
    Column(name="strategy", title="适用策略"),
    key=("tier",), guide="003", note="从高到低排列；满足一行全部条件即属该级；最后一级不设条件",
)

RFM_CUTS = _parameter(
    "tblRfmCuts", "RFM分界",
    Column(name="letter", title="指标", kind=Kind.CHOICE, choices=("R", "F", "M"), required=True),
    Column(name="unit", title="单位", example="天"),
    *(Column(name=f"cut_{n}", title=f"分界{n}", kind=Kind.NUMBER, required=True) for n in (1, 2, 3, 4)),
    key=("letter",), guide="002 004", note="从小到大；得分=1+低于该值的分界个数，R反向。方法为“固定分界”时使用",
)

SEGMENTS = _parameter(
    "tblSegments", "RFM分群规则",
    Column(name="scheme", title="方案", required=True, example=SCHEME_EIGHT),
    Column(name="segment", title="分群", required=True, example="重要价值客户"),
    Column(name="basis", title="依据", kind=Kind.CHOICE, choices=(BY_RAW, BY_SCORE, BY_LEVEL), required=True),
    *(_bound(f"{letter}_{end}", f"{letter.upper()}{title}")
      for letter in "rfm" for end, title in (("low", "下限(含)"), ("high", "上限(含)"))),
    Column(name="strategy", title="运营建议"),
    guide="002 004", note="按顺序，先符合者生效；依据“高低”时1=高、0=低",
)

STRATEGIES = _parameter(
    "tblStrategies", "维护策略",
    Column(name="value_tier", title="价值层级", required=True, example="高"),
    Column(name="activity", title="活跃度", required=True, example="活跃"),
    Column(name="strategy", title="策略", required=True, example="重点维护"),
    Column(name="role", title="负责角色", example="销售经理"),
    Column(name="frequency", title="跟进频率", example="每季度1次上门拜访"),
    Column(name="action", title="核心维护动作", example="定制化方案，优先处理需求"),
    Column(name="goal", title="预期目标", example="订单频次提升20%"),
    key=("value_tier", "activity"), guide="000",
)

REVIEW_RULES = _parameter(
    "tblReviewRules", "复核节奏",
    Column(name="subject", title="复核事项", required=True, example="客户分级"),
    Column(name="rhythm", title="频率", kind=Kind.CHOICE, choices=("每月", "每季度", "每半年"), required=True),
    Column(name="last_done", title="上次完成", kind=Kind.DATE),
    Column(name="due", title="下次到期", kind=Kind.DATE, computed=True),
    key=("subject",), guide="000 001 003 004",
)

TAG_LIBRARY = _parameter(
    "tblTagLibrary", "标签库",
    Column(name="tag_kind", title="标签类别", required=True, example="需求"),
    Column(name="tag", title="标签", required=True, example="降本增效"),
    key=("tag_kind", "tag"), guide="001",
)

AHP = _parameter(
    "tblAhp", "AHP判断",
    Column(name="card", title="评分卡", required=True, example=CARD_VALUE),
    Column(name="first", title="指标甲", required=True, example="年消费额"),
    Column(name="second", title="指标乙", required=True, example="利润率"),
    Column(name="judgement", title="甲比乙重要程度", kind=Kind.NUMBER, minimum=1 / 9, maximum=9, example="2",
           note="1 同等，3 稍重要，5 明显，7 强烈，9 极端；反之填倒数；空白表示未判断"),
    Column(name="judge", title="评判人"),
    key=("card", "first", "second", "judge"), guide="003",
)

PARAMETERS = (
    SETTINGS_TABLE, INDICATORS, POINTS, TIERS, PRIORITY, STANDARDS, RFM_CUTS, SEGMENTS, STRATEGIES, REVIEW_RULES,
    TAG_LIBRARY, AHP,
)


def _choice(name: str, title: str, group: str, choices: tuple[str, ...], note: str, guide: str = "") -> Setting:
    return Setting(name=name, title=title, group=group, kind=Kind.CHOICE, choices=choices, default=choices[0],
                   note=note, guide=guide)


def _number(name: str, title: str, group: str, default: float, note: str, **more: Any) -> Setting:
    return Setting(name=name, title=title, group=group, default=default, note=note, **{"kind": Kind.INTEGER, **more})


def _yes_no(name: str, title: str, group: str, default: bool, note: str, guide: str = "") -> Setting:
    return Setting(name=name, title=title, group=group, kind=Kind.YESNO, default=default, note=note, guide=guide)


GENERAL: tuple[Setting, ...] = (
    Setting(name="analysis_date", title="分析日期", group="期间与范围", kind=Kind.DATE, guide="000 004",
            note="空白时取最近一张有效订单的日期；此日之后的数据不参与计算"),
    _choice("period_mode", "期间方式", "期间与范围", (PERIOD_MONTHS, PERIOD_FISCAL_YEAR, PERIOD_BETWEEN),
            "订单总额、频次等按期间计算", "000 002 004"),
    _number("period_months", "期间月数", "期间与范围", 12, "期间方式为“近N个月”时使用", unit="月", minimum=1, maximum=120),
    Setting(name="period_start", title="期间起", group="期间与范围", kind=Kind.DATE, note="期间方式为“起止日期”时使用(含)"),
    Setting(name="period_end", title="期间止", group="期间与范围", kind=Kind.DATE, note="期间方式为“起止日期”时使用(含)"),
    _number("fiscal_start_month", "财年起始月", "期间与范围", 1, "1为自然年；期间方式为“本年度”时使用", unit="月",
            minimum=1, maximum=12, guide="003"),
    _choice("scope", "分析范围", "期间与范围",
            (SCOPE_ALL, SCOPE_INDUSTRY, SCOPE_REGION, SCOPE_OWNER, SCOPE_TIER, SCOPE_NEW), "只分析符合的客户", "000"),
    Setting(name="scope_value", title="范围取值", group="期间与范围", note="例如 制造业、华东、王敏、重点级；新增填月数", guide="000"),
    _choice("tax_basis", "金额口径", "期间与范围", ("含税", "不含税"), "打印在每张输出表上", "003"),
    _choice("refund_at", "退货冲减日期", "数据清洗", (REFUND_AT_ORDER, REFUND_AT_RETURN), "退货计入哪一天", "004"),
    _yes_no("apply_unmatched_returns", "未匹配退货也冲减", "数据清洗", False, "否：单列于台账；是：按退货日期直接冲减", "004"),
    _choice("missing_rule", "年消费额缺失时", "数据清洗", (MISSING_PENDING, MISSING_FILL), "填补的客户会标注", "003"),
    Setting(name="minimum_coverage", title="指标最低覆盖率", group="数据清洗", kind=Kind.PERCENT, default=0.2, minimum=0,
            maximum=1, note="低于此比例的客户有该指标时，全体不用，其余权重折算为100%", guide="003"),
    _yes_no("mask", "输出脱敏", "数据清洗", True, "个人姓名在输出表中脱敏", "000 002"),
    Setting(name="scorecard", title="默认评分卡", group="评分与分级", default=CARD_VALUE, note="客户分级所用的评分卡", guide="003"),
    Setting(name="priority_card", title="优先级评分卡", group="评分与分级", default=CARD_PRIORITY,
            note="S/A/B/C优先级所用的评分卡", guide="001"),
    Setting(name="amount_scale", title="金额门槛系数", group="评分与分级", kind=Kind.NUMBER, default=1.0, minimum=1e-6,
            note="1000万×系数为战略级门槛；中小企业可填0.5", guide="003"),
    _choice("value_basis", "价值层级依据", "评分与分级", (BASIS_AMOUNT, BASIS_PROFIT), "排名所用的总额", "000"),
    Setting(name="value_top", title="高价值占比", group="评分与分级", kind=Kind.PERCENT, default=0.2, minimum=0, maximum=1,
            note="排在前20%的客户为高价值；并列者同级", guide="000"),
    Setting(name="value_middle", title="高中价值累计占比", group="评分与分级", kind=Kind.PERCENT, default=0.5, minimum=0,
            maximum=1, note="排在前50%的其余客户为中价值", guide="000"),
    _number("active_months", "活跃月数", "评分与分级", 3, "最近订单在此月数内为活跃", unit="月", minimum=1, guide="000"),
    _number("silent_months", "沉默月数", "评分与分级", 6, "超过活跃月数而在此月数内为沉默，更久为流失", unit="月", minimum=1,
            guide="000"),
    _yes_no("activity_by_contact", "互动计入活跃", "评分与分级", False, "是：最近互动也算活跃", "000"),
    _choice("rfm_method", "RFM打分方法", "RFM", (RFM_QUANTILES, RFM_FIXED, RFM_R_PACKAGE), "固定分界取自RFM分界表", "002 004"),
    _number("rfm_groups", "RFM分数档", "RFM", 5, "分位数法的档数", minimum=2, maximum=5, guide="002"),
    Setting(name="rfm_months", title="RFM窗口月数", group="RFM", kind=Kind.INTEGER, unit="月", minimum=1,
            note="空白为全部历史", guide="004"),
    _choice("rfm_scheme", "RFM分群方案", "RFM", (SCHEME_EIGHT, SCHEME_THREE, SCHEME_ELEVEN), "分群规则表中的方案名", "002 004"),
    _choice("rfm_high", "RFM高低判定", "RFM", (HIGH_BY_MEAN_SCORE, HIGH_BY_THREE, HIGH_BY_MEAN, HIGH_BY_MEDIAN),
            "八分类中“高”的含义", "002"),
)
