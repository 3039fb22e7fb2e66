"""What a refresh writes: every output table, column by column (SPEC sections 4 and 6)."""

from __future__ import annotations

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
    yes_no,
)

BLOCK_SHEET = "_参数块"
CHART_SHEET = "_图表数据"
QUALITY_SHEET = "数据质量"
TREND_MONTHS = 24
PENDING = "待评估"
TOTAL = "合计"
OTHERS = "其他"
NO_TRADE = "无交易"

CHANNEL_COLUMNS = dict(zip(i.CHANNELS, (
    "visits", "phone_meetings", "online_meetings", "exhibitions", "salons", "emails", "wechats"), strict=True))

_RATED = "评估打分中各人所填的平均"

METRICS = output(
    "tblMetrics", "客户指标",
    CUSTOMER_ID, CUSTOMER_NAME,
    Column(name="industry", title="所属行业"), Column(name="region", title="区域"), OWNER,
    date("last_order_date", "最近订单日期", "至分析日期的最后一张有效订单"),
    count("recency_days", "距上次订单(天)", "天", "分析日期 − 最近订单日期"),
    date("first_order_date", "首次订单日期", "至分析日期的第一张有效订单"),
    Column(name="first_order_at_window_start", title="首单在数据起点", kind=Kind.YESNO,
           note="首单距最早数据不足30天，可能不是真正的首单"),
    count("frequency", "订单频次", "次", "期间内不重复的订单编号数"),
    money("monetary", "订单总额(元)", note="期间内净额"),
    money("average_order_value", "客单价(元)", note="订单总额 ÷ 订单频次"),
    money("profit", "毛利(元)", note="期间内净额；期间内的订单都没有填毛利时空白"),
    percent("profit_margin", "利润率", "期间内 Σ毛利 ÷ Σ金额，只算填了毛利的行"),
    percent("profit_share", "利润贡献率", "客户毛利 ÷ 全体毛利，按全部历史"),
    number("tenure_years", "合作时长(年)", "年", "自合作起始时间；空白时自首单"),
    number("company_age", "成立年限", "年", "分析日期的年份 − 成立年份"),
    count("product_types", "产品类型数", note="期间内净额为正的产品类型"),
    Column(name="product_preference", title="产品偏好", note="期间内金额最大的产品类型"),
    percent("cross_buy_rate", "交叉购买率", "评估打分优先；否则 已购产品类型 ÷ 在售产品类型"),
    percent("repeat_rate", "复购率(重复订单占比)", "(订单数 − 1) ÷ 订单数，期间内"),
    count("renewals", "续约次数", "次", "取自客户表"),
    number("mean_gap_days", "平均订单间隔(天)", "天", "(最近 − 首次订单日期) ÷ (历史订单数 − 1)；只有1单时空白"),
    number("gap_ratio", "当前间隔÷平均间隔", note="距上次订单 ÷ 平均订单间隔；大于1即比平时久"),
    money("amount_3m", "近3个月金额(元)", note="至分析日期的3个月净额"),
    money("amount_previous_3m", "前3个月金额(元)", note="再往前3个月的净额"),
    percent("amount_3m_change", "近3个月变化", "前3个月为0或负时空白"),
    money("annual_amount", "近12个月金额(元)", note="至分析日期的12个月净额，不随期间变化"),
    money("annual_amount_wan", "年消费额(万元)", "万元", "近12个月金额 ÷ 10,000"),
    money("lifetime_amount", "历史总消费(元)", note="至分析日期的全部净额"),
    count("lifetime_orders", "历史订单数", "次", "至分析日期的有效订单"),
    count("interactions", "互动次数", "次", "期间内"),
    *(count(name, f"{channel}次数", "次", "期间内") for channel, name in CHANNEL_COLUMNS.items()),
    date("last_interaction", "最近互动日期", "至分析日期"),
    percent("interaction_change", "近1个月互动变化", "与之前3个月的月均相比"),
    percent("positive_share", "积极反馈占比", "期间内填写了客户反馈的互动中"),
    percent("negative_share", "消极反馈占比", "期间内填写了客户反馈的互动中"),
    count("complaints", "投诉次数", "次", "期间内提交的投诉"),
    count("after_sales", "售后次数", "次", "期间内提交的售后"),
    count("enquiries", "咨询次数", "次", "期间内提交的咨询"),
    number("mean_response_hours", "平均响应(小时)", "小时", "提交至首次响应，只算已响应的工单"),
    number("mean_resolution_days", "平均解决(天)", "天", "提交至解决，只算已解决的工单"),
    percent("resolution_rate", "解决率", "期间内提交的工单：已解决 ÷ 全部"),
    number("csat_mean", "平均CSAT", note="期间内1-5分的平均"),
    number("nps_mean", "平均NPS打分", note="期间内0-10分的平均，不是NPS净值"),
    number("logins_per_month", "登录(次/月)", "次/月", "期间内登录次数 ÷ 使用表中有记录的月数"),
    percent("core_feature_use", "核心功能使用率", "期间内各月的平均"),
    count("campaigns_joined", "参与活动数", "次", "期间内开始的活动"),
    number("industry_rank", "行业排名", note=_RATED),
    percent("industry_growth", "行业增长率", _RATED),
    number("industry_potential", "行业潜力", note=_RATED),
    number("expansion_plan", "客户扩张计划", note=_RATED),
    percent("need_match", "需求匹配度", _RATED),
    percent("churn_rate", "流失率", f"{_RATED}，不由订单计算"),
    percent("on_time_payment", "回款及时率", _RATED),
    number("benchmark_status", "行业标杆地位", note=_RATED),
    number("brand_synergy", "品牌协同效应", note=_RATED),
    number("policy_support", "政策支持力度", note=_RATED),
    Column(name="key_industry", title="国家重点行业", kind=Kind.YESNO, note="多人评分时取多数"),
    Column(name="market_position", title="市场地位", note="取自客户表"),
    number("size_level", "企业规模等级", note="企业规模档1-5；空白时按员工数"),
    number("willingness", "合作意愿", note="取自客户表，1-5分"),
    number("digital_need", "数字化需求", note="取自客户表，1-5分"),
    Column(name="industry_section", title="行业门类", note="国民经济行业分类 GB/T 4754-2017 的门类；无法确定时空白，见台账"),
    guide="000 001 002 003 004", note="每位客户一行",
)

SCORES = output(
    "tblScores", "客户评分",
    CUSTOMER_ID, CUSTOMER_NAME, OWNER,
    number("score", "综合得分", note="0-100，由默认评分卡计算"),
    Column(name="tier", title="客户分级", note="只按本次数据，由“分级方法”得出；阈值法与 CUSTOMER_TIER 一致"),
    Column(name="shown_tier", title="显示分级", note="触发条件与最短停留之后，人工调整优先"),
    number("priority_score", "优先级得分", note="由优先级评分卡计算"),
    Column(name="priority", title="优先级", note="优先级得分按参数“优先级”的下限"),
    Column(name="value_tier", title="价值层级", note="期间内金额（或毛利）在有订单的客户中的名次；界限见参数"),
    Column(name="activity", title="活跃度", note="最近订单距分析日期的月数；界限见参数；没有订单为无交易"),
    Column(name="potential_tier", title="潜力层级", note="企业规模、行业潜力、合作意愿三项的均值；界限见参数"),
    Column(name="matrix_cell", title="价值–潜力", note="S高高，A高价值低潜力，B低价值高潜力，C低低"),
    Column(name="flags", title="说明", note="缺失、填补、折算权重等"),
    Column(name="explanation", title="得分解释", note="各指标的得分与权重，以及升到下一级最省力的一步"),
    open_ended=True, guide="001 003", note="其后为各指标得分",
)

RFM = output(
    "tblRfm", "RFM明细",
    CUSTOMER_ID, CUSTOMER_NAME, OWNER,
    count("recency_days", "R 距上次订单(天)", "天", "分析日期 − 最近订单日期"),
    count("frequency", "F 订单频次", "次", "窗口内的有效订单数；窗口见参数“RFM窗口月数”"),
    money("monetary", "M 订单总额(元)", note="窗口内的净额"),
    count("r", "R得分", note="越近分越高；取法见参数“RFM打分方法”，数值相同得分相同"),
    count("f", "F得分", note="次数越多分越高"), count("m", "M得分", note="金额越大分越高"),
    Column(name="segment", title="RFM分群", note="方案见参数“RFM分群方案”"),
    Column(name="strategy", title="运营建议", note="取自参数“RFM分群规则”"),
    needs=(i.CUSTOMERS.name, i.ORDERS.name), guide="002 004",
)

RFM_SUMMARY = output(
    "tblRfmSummary", "RFM分群汇总",
    Column(name="segment", title="RFM分群"),
    count("customers", "客户数(家)"), percent("customer_share", "客户占比"),
    count("orders", "订单数", note="该群F之和"), money("amount", "订单总额(万元)", "万元", "该群M之和"), percent("amount_share", "金额占比"),
    money("average_order_value", "客单价(元)", note="订单总额 ÷ 订单数"), number("mean_recency", "平均R(天)", "天", "该群R的平均"),
    Column(name="strategy", title="运营建议", note="取自参数“RFM分群规则”"),
    needs=(i.CUSTOMERS.name, i.ORDERS.name), guide="002 004", note="最后一行为合计；占比按最大余数法取两位，合计为100%",
)

TIER_SUMMARY = output(
    "tblTierSummary", "分级分类结果汇总表",
    Column(name="tier", title="分级名称", note="按显示分级"),
    count("customers", "客户数量(家)"), percent("customer_share", "客户占比(%)"),
    money("amount", "年总消费额(万元)", "万元", "年消费额之和"), percent("amount_share", "消费额占比(%)"),
    percent("profit_margin", "平均利润率(%)", "Σ毛利 ÷ Σ金额，按金额加权"),
    Column(name="strategy", title="核心维护策略"),
    guide="003", note="最后一行为合计；占比按最大余数法取两位，合计为100%",
)

TREND = output(
    "tblTrend", "月度趋势",
    Column(name="month", title="月份", kind=Kind.MONTH),
    money("amount", "订单总额(万元)", "万元", "当月净额"), count("orders", "订单数"), count("customers", "下单客户数"),
    count("new_customers", "新增客户数", note="首单在本月；合作起始时间早于最早一笔订单所在月的是老客户，不计"), percent("active_share", "活跃客户占比", "当月下单客户 ÷ 到月末为止下过单的客户"),
    money("average_order_value", "客单价(元)", note="订单总额 ÷ 订单数"),
    needs=(i.ORDERS.name,), fixed_rows=TREND_MONTHS, guide="002 004", note="至分析日期所在月的24个月",
)

LEDGER = output(
    "tblLedger", "数据质量台账",
    Column(name="table", title="表"), Column(name="cell", title="位置", kind=Kind.ID, place=True), Column(name="column", title="列"),
    Column(name="rule", title="规则"), Column(name="action", title="处理", note="搁置：整行不参与计算；置空：该格视为空白；提示：不改动"),
    Column(name="before", title="原值"), Column(name="after", title="新值"), money("amount", "涉及金额(元)"),
    needs=(), guide="002 003 004", note="每个被搁置的行和每处改变含义的修改各一行；超出部分写入旁边的CSV文件",
    most_rows=200_000,
)

LEDGER_SUMMARY = output(
    "tblLedgerSummary", "台账汇总",
    Column(name="table", title="表"), Column(name="rule", title="规则"), Column(name="action", title="处理"),
    count("findings", "条数"), money("amount", "涉及金额(元)"),
    needs=(), sheet=QUALITY_SHEET, guide="002 003 004", note="含不改变含义的格式统一，按规则计数",
)

BALANCE = output(
    "tblBalance", "金额平衡",
    Column(name="figure", title="项目"), money("amount", "金额(元)"), Column(name="check", title="核对"),
    needs=(i.ORDERS.name,), sheet=QUALITY_SHEET, guide="002 004",
    note="保留毛额−退货冲减=保留净额；读入总额=保留净额+取消+搁置",
)

CHECKS = output(
    "tblChecks", "数据核对",
    text("check", "检查项"), text("result", "结果", "✔ 通过；✘ 须处理；※ 提醒"), count("findings", "数量"),
    text("detail", "说明"), Column(name="where", title="位置", place=True, note="最先发现的几处"),
    needs=(), guide="002 003 004", note="第一行为总核对：没有 ✘ 即为 ✔",
)

# Blocks that formulas take as arguments: what 参数 says, in the form the functions read.
CARD_BLOCK = output(
    "tblCardBlock", "评分卡参数",
    Column(name="indicator", title="指标"), Column(name="metric", title="数据字段"), percent("weight", "总权重"),
    Column(name="method", title="计分方法"), number("lower", "下限(含)"), number("points", "得分"),
    needs=(), sheet=BLOCK_SHEET, defined_name="CRM_CARD", note="默认评分卡，每个分段一行；总权重=维度权重×指标权重",
)
TIER_BLOCK = output(
    "tblTierBlock", "分级参数", Column(name="tier", title="分级"), number("lower", "下限(含)"),
    needs=(), sheet=BLOCK_SHEET, defined_name="CRM_TIERS",
)
BAND_BLOCK = output(
    "tblBandBlock", "优先级参数", Column(name="tier", title="优先级"), number("lower", "下限(含)"),
    needs=(), sheet=BLOCK_SHEET, defined_name="CRM_BANDS",
)
CUT_BLOCK = output(
    "tblCutBlock", "RFM分界参数",
    Column(name="letter", title="指标"), *(number(f"cut_{n}", f"分界{n}") for n in (1, 2, 3, 4)),
    needs=(), sheet=BLOCK_SHEET, defined_name="CRM_CUTS",
    note="上次刷新所用的分界，得分=1+严格低于该值的分界个数；分位数法取第7类分位数（R与numpy默认）；R包rfm兼容为第7类分位数加1，"
    "达到分界即进一档，此处写成比它小万亿分之三的数",
)
SEGMENT_BLOCK = output(
    "tblSegmentBlock", "RFM分群参数",
    Column(name="segment", title="分群"), Column(name="basis", title="依据"),
    *(number(f"{letter}_{end}", f"{letter.upper()}{title}")
      for letter in "rfm" for end, title in (("low", "下限(含)"), ("high", "上限(含)"))),
    needs=(), sheet=BLOCK_SHEET, defined_name="CRM_SEGMENTS", note="当前方案",
)

CHURN_BLOCK = output(
    "tblChurnBlock", "流失预警参数",
    text("rule", "规则"), yes_no("enabled", "启用"), number("threshold", "阈值", digits=None), text("unit", "单位"),
    needs=(), sheet=BLOCK_SHEET, defined_name="CRM_CHURN", note="启用的规则，空白的阈值已按基本设置填上；末两行为基本设置",
)

# Fixed-size blocks, so that a chart's ranges stay true after every refresh.
TIER_CHART = output(
    "tblTierChart", "分级图表", Column(name="label", title="分级"), count("customers", "客户数(家)"),
    money("amount", "年总消费额(万元)", "万元"), sheet=CHART_SHEET, fixed_rows=5, guide="003 004",
)
SEGMENT_CHART = output(
    "tblSegmentChart", "分群图表", Column(name="label", title="RFM分群"), count("customers", "客户数(家)"),
    money("amount", "订单总额(万元)", "万元"), needs=(i.CUSTOMERS.name, i.ORDERS.name), sheet=CHART_SHEET,
    fixed_rows=8, guide="002 004",
)

OUTPUTS = (
    SCORES, TIER_SUMMARY, RFM, RFM_SUMMARY, METRICS, TREND, BALANCE, LEDGER_SUMMARY, LEDGER, CHECKS, CARD_BLOCK, TIER_BLOCK,
    BAND_BLOCK, CUT_BLOCK, SEGMENT_BLOCK, CHURN_BLOCK, TIER_CHART, SEGMENT_CHART,
)
