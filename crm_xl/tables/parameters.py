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
CARD_MANUFACTURING, CARD_RETAIL = "制造业评分卡", "零售业评分卡"
METHOD_STEPS, METHOD_MINMAX, METHOD_RAW = "分段", "极差标准化", "原始值"
BY_RAW, BY_SCORE, BY_LEVEL = "原始值", "得分", "高低"
PLAN_GRID, PLAN_PRIORITY, PLAN_TIER, PLAN_NONE = "价值×活跃度", "优先级", "客户分级", "不提出"
TIERS_THRESHOLD, TIERS_STANDARDS, TIERS_CLUSTERS, TIERS_BREAKS = "阈值法", "规则法", "聚类法", "自然断点"
RI_SAATY_1980, RI_SAATY_2005, RI_DONEGAN_DODD = "Saaty 1980", "Saaty 2005", "Donegan-Dodd 1991"
WEIGHTS_TYPED, WEIGHTS_AHP, WEIGHTS_EXPERT, WEIGHTS_EQUAL = "手工填写", "AHP", "专家打分", "等权"
CUT_MEDIAN, CUT_QUANTILE, CUT_VALUE = "中位数", "分位数", "固定界限"
RULE_SILENT, RULE_LOST, RULE_GAP, RULE_SINGLE = "沉默", "流失", "间隔过长", "单次购买未复购"
RULE_AMOUNT, RULE_CONTACT, RULE_FOLLOW_UP = "金额下降", "互动减少", "负责人跟进减少"
RULE_COMPLAINT, RULE_ANSWER, RULE_NEGATIVE = "投诉", "响应过慢", "消极反馈"
UNIT_TAG = "标签"
RISK_TAGS = "风险"  # the kind of tag that may be a rule
# Rule -> the unit its threshold is in.
CHURN_UNITS = {
    RULE_SILENT: "月", RULE_LOST: "月", RULE_GAP: "倍", RULE_SINGLE: "倍", RULE_AMOUNT: "%", RULE_CONTACT: "%",
    RULE_FOLLOW_UP: "%", RULE_COMPLAINT: "次", RULE_ANSWER: "小时", RULE_NEGATIVE: "次",
}


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

# What a follow-up plan aims at, and by when.
TARGET_COLUMNS = (
    Column(name="target_metric", title="目标指标", example="订单频次", note="客户指标表的列标题；空白即不设目标"),
    Column(name="uplift", title="目标提升", kind=Kind.PERCENT, minimum=-1, maximum=10, example="20%",
           note="目标值 = 基线 ×(1+目标提升)+ 目标增加"),
    Column(name="increase", title="目标增加", kind=Kind.NUMBER, example="1"),
    Column(name="months", title="期限(月)", kind=Kind.INTEGER, minimum=1, maximum=60, example="3",
           note="截止日期 = 分析日期 + 此月数"),
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
    *TARGET_COLUMNS,
    key=("value_tier", "activity"), guide="000 002", note="跟进频率空白即不提出跟进计划",
)

# Rhythm -> months from one review to the next.
RHYTHMS = {"每月": 1, "每季度": 3, "每半年": 6}

REVIEW_RULES = _parameter(
    "tblReviewRules", "复核节奏",
    Column(name="subject", title="复核事项", required=True, example="客户分级"),
    Column(name="rhythm", title="频率", kind=Kind.CHOICE, choices=tuple(RHYTHMS), required=True),
    Column(name="last_done", title="上次完成", kind=Kind.DATE, example="2026-09-30"),
    key=("subject",), guide="000 001 003 004", note="下次到期与逾期见“复核提醒”和首页",
)

TAG_LIBRARY = _parameter(
    "tblTagLibrary", "标签库",
    Column(name="tag_kind", title="标签类别", required=True, example="需求"),
    Column(name="tag", title="标签", required=True, example="降本增效"),
    key=("tag_kind", "tag"), guide="001",
)

EXPERT_SCORES = _parameter(
    "tblExpertScores", "专家打分",
    Column(name="card", title="评分卡", required=True, example=CARD_VALUE),
    Column(name="item", title="指标", required=True, example="年消费额", note="指标名或维度名"),
    Column(name="score", title="重要性得分", kind=Kind.NUMBER, minimum=0, maximum=100, example="8",
           note="同一人对同一维度各指标用同一把尺；空白表示未打分"),
    Column(name="expert", title="专家", required=True, example="李强"),
    key=("card", "item", "expert"), guide="003", note="每人的打分先折算为合计100%，再取平均",
)

CHURN_RULES = _parameter(
    "tblChurnRules", "流失预警规则",
    Column(name="rule", title="规则", required=True, example="间隔过长"),
    Column(name="enabled", title="启用", kind=Kind.YESNO, required=True, example="是"),
    Column(name="threshold", title="阈值", kind=Kind.NUMBER, minimum=0, example="2"),
    Column(name="unit", title="单位", example="倍"),
    key=("rule",), guide="000 001 003 004",
    note="删去一行即停用该规则；单位为“标签”的行，规则名是一个风险标签，客户有此标签即预警",
)

PARAMETERS = (
    SETTINGS_TABLE, INDICATORS, POINTS, TIERS, PRIORITY, STANDARDS, RFM_CUTS, SEGMENTS, STRATEGIES, REVIEW_RULES,
    TAG_LIBRARY, EXPERT_SCORES, CHURN_RULES,
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
    Setting(name="order_source", title="订单来源", group="数据清洗",
            note="空白即订单表；或填文件夹、.parquet、.duckdb、postgresql://用户@主机/库#表"),
    Setting(name="order_mapping", title="订单来源对照表", group="数据清洗", note="标题不同时填对照表文件（TOML）；空白按标题判断"),
    _choice("refund_at", "退货冲减日期", "数据清洗", (REFUND_AT_ORDER, REFUND_AT_RETURN), "退货计入哪一天", "004"),
    _yes_no("apply_unmatched_returns", "未匹配退货也冲减", "数据清洗", False, "否：单列于台账；是：按退货日期直接冲减", "004"),
    _choice("missing_rule", "年消费额缺失时", "数据清洗", (MISSING_PENDING, MISSING_FILL), "填补的客户会标注", "003"),
    Setting(name="minimum_coverage", title="指标最低覆盖率", group="数据清洗", kind=Kind.PERCENT, default=0.2, minimum=0,
            maximum=1, note="低于此比例的客户有该指标时，全体不用，其余权重折算为100%", guide="003"),
    _yes_no("mask", "输出脱敏", "数据清洗", True, "个人姓名在输出表中脱敏", "000 002"),
    Setting(name="duplicate_similarity", title="疑似重复相似度", group="数据清洗", kind=Kind.PERCENT, default=0.88, minimum=0.7,
            maximum=1, note="名称相似度达到此值的客户列入疑似重复，勾选后才合并", guide="002"),
    Setting(name="outlier_k", title="异常值倍数k", group="数据清洗", kind=Kind.NUMBER, default=5.0, minimum=1, maximum=20,
            note="对数值偏离本列中位数超过k倍MAD的数只作提示，不改动", guide="002"),
    _number("review_days", "复核提醒天数", "数据清洗", 30, "超过此天数未复核的客户在数据核对中提醒", unit="天", minimum=1,
            guide="001"),
    Setting(name="scorecard", title="默认评分卡", group="评分与分级", default=CARD_VALUE, note="客户分级所用的评分卡", guide="003"),
    _choice("tier_method", "分级方法", "评分与分级", (TIERS_THRESHOLD, TIERS_STANDARDS, TIERS_CLUSTERS, TIERS_BREAKS),
            "按得分界限、分级标准表、k均值聚类或自然断点；CUSTOMER_TIER公式总按得分界限", "003"),
    Setting(name="priority_card", title="优先级评分卡", group="评分与分级", default=CARD_PRIORITY,
            note="S/A/B/C优先级所用的评分卡", guide="001"),
    Setting(name="amount_scale", title="金额门槛系数", group="评分与分级", kind=Kind.NUMBER, default=1.0, minimum=0.01,
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
    _choice("grade_scheme", "客户等级(RFM)方案", "RFM", (SCHEME_THREE, SCHEME_EIGHT, SCHEME_ELEVEN),
            "“客户基础信息与价值评估表”中客户等级所用的分群方案", "002"),
    _choice("weight_source", "指标权重来源", "权重", (WEIGHTS_TYPED, WEIGHTS_AHP, WEIGHTS_EXPERT, WEIGHTS_EQUAL),
            "默认评分卡的权重取自评分指标表、AHP判断、专家打分或等权；未选用的只作对比", "003"),
    Setting(name="ahp_judges", title="AHP评判人", group="权重", default="",
            note="多人判断时写姓名，用“、”分开；刷新后“AHP权重”中每人一组，取几何平均", guide="003"),
    _choice("ahp_ri", "AHP随机一致性指标", "权重", (RI_SAATY_1980, RI_SAATY_2005, RI_DONEGAN_DODD),
            "计算一致性比率CR所用的RI表", "003"),
    _choice("matrix_rule", "矩阵界限取法", "分类方案", (CUT_QUANTILE, CUT_MEDIAN, CUT_VALUE),
            "价值–潜力矩阵中“高”的界限；达到界限为高", "003"),
    Setting(name="matrix_quantile", title="矩阵分位", group="分类方案", kind=Kind.PERCENT, default=0.8, minimum=0, maximum=1,
            note="界限取法为“分位数”时使用：80%即前两成为高", guide="003"),
    Setting(name="matrix_value_cut", title="矩阵价值界限", group="分类方案", kind=Kind.MONEY, unit="万元", default=500.0, minimum=0,
            note="界限取法为“固定界限”时使用：年消费额；乘以“金额门槛系数”", guide="003"),
    Setting(name="matrix_potential_cut", title="矩阵潜力界限", group="分类方案", kind=Kind.PERCENT, default=0.1,
            note="界限取法为“固定界限”时使用：行业增长率", guide="003"),
    Setting(name="potential_high", title="高潜力下限", group="分类方案", kind=Kind.NUMBER, default=4.0, minimum=1, maximum=5,
            note="企业规模、行业潜力、合作意愿三项1-5分的均值", guide="000"),
    Setting(name="potential_middle", title="中潜力下限", group="分类方案", kind=Kind.NUMBER, default=2.5, minimum=1, maximum=5,
            note="同上；低于此值为低潜力", guide="000"),
    _number("membership_diamond", "钻石会员下限", "分类方案", 13, "频次、客单价、最近消费三项1-5分之和", minimum=3, maximum=15, guide="003"),
    _number("membership_gold", "黄金会员下限", "分类方案", 10, "同上", minimum=3, maximum=15, guide="003"),
    _number("membership_silver", "白银会员下限", "分类方案", 7, "同上；低于此值为普通会员", minimum=3, maximum=15, guide="003"),
    Setting(name="prospect_card", title="潜在客户评分卡", group="分类方案", default=CARD_FOUR, note="无订单客户只按其中一个维度评分", guide="003"),
    Setting(name="prospect_dimension", title="潜在客户评分维度", group="分类方案", default="客户潜力", note="上述评分卡中的维度名", guide="003"),
    Setting(name="prospect_focus", title="重点开发目标下限", group="分类方案", kind=Kind.NUMBER, default=80.0, minimum=0, maximum=100,
            note="潜力得分达到此值的潜在客户为重点开发目标", guide="003"),
    _number("behaviour_active", "高活跃登录下限", "行为标签", 15, "月均登录达到此数为高活跃", unit="次/月", minimum=0, guide="002"),
    _number("behaviour_quiet", "低活跃登录界限", "行为标签", 8, "月均登录低于此数为低活跃", unit="次/月", minimum=0, guide="002"),
    _number("behaviour_enquiries", "高咨询需求下限", "行为标签", 5, "每季度咨询达到此数为高咨询需求", unit="次/季度", minimum=0,
            guide="002"),
    _number("behaviour_complaints", "低投诉上限", "行为标签", 0, "每季度投诉不超过此数为低投诉", unit="次/季度", minimum=0, guide="002"),
    _number("smallest_group", "最小分组家数", "行为标签", 5, "有数据的客户少于此数的行业、规模等分组不给出均值，也不据以下结论", unit="家",
            minimum=2, guide="002"),
    Setting(name="change_share", title="金额变动触发比例", group="分级变动", kind=Kind.PERCENT, default=0.3, minimum=0,
            note="近12个月金额较上次变动时的增减超过此比例，才可变动分级", guide="003"),
    Setting(name="score_margin", title="得分越界幅度", group="分级变动", kind=Kind.NUMBER, default=2.0, unit="分", minimum=0,
            maximum=100, note="得分越过分级界限超过此分数，才可变动分级", guide="003"),
    _number("minimum_stay_months", "分级最短停留", "分级变动", 3, "变动后至少停留的月数；长期无订单不受此限", unit="月",
            minimum=0, guide="003"),
    _number("silence_months", "无订单触发月数", "分级变动", 3, "超过此月数没有订单，可立即下调分级", unit="月", minimum=1, guide="003"),
    _number("warning_months", "预警回看月数", "流失预警", 3, "投诉、响应过慢、消极反馈只看最近几个月", unit="月", minimum=1, guide="004"),
    Setting(name="contact_floor", title="互动减少最低基数", group="流失预警", kind=Kind.NUMBER, default=1.0, unit="次/月", minimum=0,
            note="此前月均互动不足此数的不报“互动减少”，免得季度联系的客户月月报警；0为不限", guide="000 004"),
    Setting(name="follow_up_floor", title="跟进减少最低基数", group="流失预警", kind=Kind.NUMBER, default=5.0, unit="次/月",
            minimum=0, note="此前月均跟进不足此数的负责人不按“负责人跟进减少”预警；0为不限", guide="000 004"),
    _yes_no("churn_model", "计算存活概率", "流失预警", False, "是：按购买模型(BG/NBD)估计客户仍会购买的概率与未来3个月订单数，数据多时较慢", "004"),
    Setting(name="slow_answer_hours", title="超时响应界限", group="服务与流失报表", kind=Kind.NUMBER, default=24.0, unit="小时",
            minimum=0, note="首次响应超过此时间的工单为超时；流失预警规则“响应过慢”另有阈值", guide="004"),
    _number("slow_answer_days", "超时响应观察天数", "服务与流失报表", 30, "响应后此天数内离开的客户计为随后流失", unit="天", minimum=1,
            guide="004"),
    Setting(name="tenure_first", title="合作时长分段一", group="服务与流失报表", kind=Kind.NUMBER, default=1.0, unit="年", minimum=0,
            note="客户流失报表按合作时长分段；满此年数归后一段", guide="004"),
    Setting(name="tenure_second", title="合作时长分段二", group="服务与流失报表", kind=Kind.NUMBER, default=3.0, unit="年", minimum=0,
            note="同上", guide="004"),
    Setting(name="tenure_third", title="合作时长分段三", group="服务与流失报表", kind=Kind.NUMBER, default=5.0, unit="年", minimum=0,
            note="同上", guide="004"),
    Setting(name="trait_chance", title="流失共性偶然概率上限", group="服务与流失报表", kind=Kind.PERCENT, default=0.05, minimum=0,
            maximum=1, note="纯属偶然也有这么常见的特征不列入流失客户共性", guide="004"),
    Setting(name="turning_prominence", title="拐点显著度", group="报表", kind=Kind.PERCENT, default=0.3, minimum=0.01, maximum=10,
            note="局部高点（低点）与两侧落差中较小者，除以各月均值，达到此比例才算趋势拐点", guide="004"),
    _number("turning_floor", "拐点最小基数", "报表", 5, "新增客户数与活跃占比的落差折合客户数不足此数的，不算趋势拐点；0为不限",
            unit="家", minimum=0, guide="004"),
    _choice("plan_basis", "跟进计划依据", "跟进计划", (PLAN_GRID, PLAN_PRIORITY, PLAN_TIER, PLAN_NONE),
            "按维护策略表、优先级或客户分级为每位客户提出跟进计划；人工改过的计划不会被覆盖", "000 001"),
    Setting(name="audit_share", title="抽样核查比例", group="抽样核查", kind=Kind.PERCENT, default=0.1, minimum=0, maximum=1,
            note="每一级抽取的比例，向上取整，至少1家", guide="003"),
    Setting(name="report_goal", title="报告目标", group="报告", default="了解客户结构、行为与价值，找出流失风险与改进机会，确定后续行动。",
            note="写在分析报告的开头", guide="002"),
    _number("audit_seed", "抽样种子", "抽样核查", 1, "同一种子抽到同样的客户；换一批时改为别的数", minimum=0, guide="003"),
)
