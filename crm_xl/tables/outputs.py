"""What a refresh writes: every output table, column by column (SPEC sections 4 and 6)."""

from __future__ import annotations

from typing import Any

from crm_xl.schema import Column, Kind, Role, Table
from crm_xl.tables import inputs as i

BLOCK_SHEET = "_参数块"
CHART_SHEET = "_图表数据"
QUALITY_SHEET = "数据质量"
TREND_MONTHS = 24
PENDING = "待评估"
TOTAL = "合计"
OTHERS = "其他"
NO_TRADE = "无交易"

_ID = Column(name="customer_id", title="客户编号", kind=Kind.ID)
_NAME = Column(name="customer_name", title="客户名称", note="个人客户脱敏")
_OWNER = Column(name="owner", title="负责人")


def _output(name: str, title: str, *columns: Column, needs: tuple[str, ...] = (i.CUSTOMERS.name,), **more: Any) -> Table:
    return Table(name=name, title=title, role=Role.OUTPUT, columns=columns, needs=needs, **more)


def _number(name: str, title: str, unit: str = "", note: str = "") -> Column:
    return Column(name=name, title=title, kind=Kind.NUMBER, unit=unit, note=note)


def _count(name: str, title: str, unit: str = "", note: str = "") -> Column:
    return Column(name=name, title=title, kind=Kind.INTEGER, unit=unit, note=note)


def _money(name: str, title: str, unit: str = "元", note: str = "") -> Column:
    return Column(name=name, title=title, kind=Kind.MONEY, unit=unit, note=note)


def _percent(name: str, title: str, note: str = "") -> Column:
    return Column(name=name, title=title, kind=Kind.PERCENT, note=note)


def _date(name: str, title: str, note: str = "") -> Column:
    return Column(name=name, title=title, kind=Kind.DATE, note=note)


CHANNEL_COLUMNS = dict(zip(i.CHANNELS, (
    "visits", "phone_meetings", "online_meetings", "exhibitions", "salons", "emails", "wechats"), strict=True))

METRICS = _output(
    "tblMetrics", "客户指标",
    _ID, _NAME,
    Column(name="industry", title="所属行业"), Column(name="region", title="区域"), _OWNER,
    _date("last_order_date", "最近订单日期"),
    _count("recency_days", "距上次订单(天)", "天", "分析日期 − 最近订单日期"),
    _date("first_order_date", "首次订单日期"),
    Column(name="first_order_at_window_start", title="首单在数据起点", kind=Kind.YESNO,
           note="首单距最早数据不足30天，可能不是真正的首单"),
    _count("frequency", "订单频次", "次", "期间内不重复的订单编号数"),
    _money("monetary", "订单总额(元)", note="期间内净额"),
    _money("average_order_value", "客单价(元)", note="订单总额 ÷ 订单频次"),
    _money("profit", "毛利(元)"),
    _percent("profit_margin", "利润率", "Σ毛利 ÷ Σ金额"),
    _percent("profit_share", "利润贡献率", "客户毛利 ÷ 全体毛利"),
    _number("tenure_years", "合作时长(年)", "年", "自合作起始时间；空白时自首单"),
    _number("company_age", "成立年限", "年"),
    _count("product_types", "产品类型数"),
    Column(name="product_preference", title="产品偏好", note="金额最大的产品类型"),
    _percent("cross_buy_rate", "交叉购买率", "评估打分优先；否则 已购产品类型 ÷ 在售产品类型"),
    _percent("repeat_rate", "复购率(重复订单占比)", "(订单数 − 1) ÷ 订单数"),
    _count("renewals", "续约次数", "次"),
    _number("mean_gap_days", "平均订单间隔(天)", "天"),
    _number("gap_ratio", "当前间隔÷平均间隔"),
    _money("amount_3m", "近3个月金额(元)"),
    _money("amount_previous_3m", "前3个月金额(元)"),
    _percent("amount_3m_change", "近3个月变化", "前3个月为0或负时空白"),
    _money("annual_amount", "近12个月金额(元)"),
    _money("annual_amount_wan", "年消费额(万元)", "万元", "近12个月金额 ÷ 10,000"),
    _money("lifetime_amount", "历史总消费(元)"),
    _count("lifetime_orders", "历史订单数", "次"),
    _count("interactions", "互动次数", "次"),
    *(_count(name, f"{channel}次数", "次") for channel, name in CHANNEL_COLUMNS.items()),
    _date("last_interaction", "最近互动日期"),
    _percent("interaction_change", "近1个月互动变化", "与之前3个月的月均相比"),
    _percent("positive_share", "积极反馈占比"),
    _percent("negative_share", "消极反馈占比"),
    _count("complaints", "投诉次数", "次"),
    _count("after_sales", "售后次数", "次"),
    _count("enquiries", "咨询次数", "次"),
    _number("mean_response_hours", "平均响应(小时)", "小时"),
    _number("mean_resolution_days", "平均解决(天)", "天"),
    _percent("resolution_rate", "解决率"),
    _number("csat_mean", "平均CSAT"),
    _number("nps_mean", "平均NPS打分"),
    _number("logins_per_month", "登录(次/月)", "次/月"),
    _percent("core_feature_use", "核心功能使用率"),
    _count("campaigns_joined", "参与活动数", "次"),
    _number("industry_rank", "行业排名"),
    _percent("industry_growth", "行业增长率"),
    _number("industry_potential", "行业潜力"),
    _number("expansion_plan", "客户扩张计划"),
    _percent("need_match", "需求匹配度"),
    _percent("churn_rate", "流失率"),
    _percent("on_time_payment", "回款及时率"),
    _number("benchmark_status", "行业标杆地位"),
    _number("brand_synergy", "品牌协同效应"),
    _number("policy_support", "政策支持力度"),
    guide="000 001 002 003 004", note="每位客户一行",
)

SCORES = _output(
    "tblScores", "客户评分",
    _ID, _NAME, _OWNER,
    _number("score", "综合得分", note="0-100，由默认评分卡计算"),
    Column(name="tier", title="客户分级"),
    _number("priority_score", "优先级得分", note="由优先级评分卡计算"),
    Column(name="priority", title="优先级"),
    Column(name="value_tier", title="价值层级"),
    Column(name="activity", title="活跃度"),
    Column(name="flags", title="说明", note="缺失、填补、折算权重等"),
    Column(name="explanation", title="得分解释"),
    open_ended=True, guide="001 003", note="其后为各指标得分",
)

RFM = _output(
    "tblRfm", "RFM明细",
    _ID, _NAME, _OWNER,
    _count("recency_days", "R 距上次订单(天)", "天"),
    _count("frequency", "F 订单频次", "次"),
    _money("monetary", "M 订单总额(元)"),
    _count("r", "R得分"), _count("f", "F得分"), _count("m", "M得分"),
    Column(name="segment", title="RFM分群"),
    Column(name="strategy", title="运营建议"),
    needs=(i.CUSTOMERS.name, i.ORDERS.name), guide="002 004",
)

RFM_SUMMARY = _output(
    "tblRfmSummary", "RFM分群汇总",
    Column(name="segment", title="RFM分群"),
    _count("customers", "客户数(家)"), _percent("customer_share", "客户占比"),
    _count("orders", "订单数"), _money("amount", "订单总额(万元)", "万元"), _percent("amount_share", "金额占比"),
    _money("average_order_value", "客单价(元)"), _number("mean_recency", "平均R(天)", "天"),
    Column(name="strategy", title="运营建议"),
    needs=(i.CUSTOMERS.name, i.ORDERS.name), guide="002 004",
)

TIER_SUMMARY = _output(
    "tblTierSummary", "分级分类结果汇总表",
    Column(name="tier", title="分级名称"),
    _count("customers", "客户数量(家)"), _percent("customer_share", "客户占比(%)"),
    _money("amount", "年总消费额(万元)", "万元"), _percent("amount_share", "消费额占比(%)"),
    _percent("profit_margin", "平均利润率(%)", "Σ毛利 ÷ Σ金额，按金额加权"),
    Column(name="strategy", title="核心维护策略"),
    guide="003", note="最后一行为合计；占比按最大余数法取两位，合计为100%",
)

TREND = _output(
    "tblTrend", "月度趋势",
    Column(name="month", title="月份", kind=Kind.MONTH),
    _money("amount", "订单总额(万元)", "万元"), _count("orders", "订单数"), _count("customers", "下单客户数"),
    _count("new_customers", "新增客户数", note="首单在本月"), _percent("active_share", "活跃客户占比", "下单客户 ÷ 累计客户"),
    _money("average_order_value", "客单价(元)"),
    needs=(i.ORDERS.name,), fixed_rows=TREND_MONTHS, guide="002 004", note="至分析日期所在月的24个月",
)

LEDGER = _output(
    "tblLedger", "数据质量台账",
    Column(name="table", title="表"), Column(name="cell", title="位置"), Column(name="column", title="列"),
    Column(name="rule", title="规则"), Column(name="action", title="处理"),
    Column(name="before", title="原值"), Column(name="after", title="新值"), _money("amount", "涉及金额(元)"),
    needs=(), guide="002 003 004", note="每个被搁置的行和每处改变含义的修改各一行",
)

LEDGER_SUMMARY = _output(
    "tblLedgerSummary", "台账汇总",
    Column(name="table", title="表"), Column(name="rule", title="规则"), Column(name="action", title="处理"),
    _count("findings", "条数"), _money("amount", "涉及金额(元)"),
    needs=(), sheet=QUALITY_SHEET, guide="002 003 004", note="含不改变含义的格式统一，按规则计数",
)

BALANCE = _output(
    "tblBalance", "金额平衡",
    Column(name="figure", title="项目"), _money("amount", "金额(元)"), Column(name="check", title="核对"),
    needs=(i.ORDERS.name,), sheet=QUALITY_SHEET, guide="002 004",
    note="保留毛额−退货冲减=保留净额；读入总额=保留净额+取消+搁置",
)

# Blocks that formulas take as arguments: what 参数 says, in the form the functions read.
CARD_BLOCK = _output(
    "tblCardBlock", "评分卡参数",
    Column(name="indicator", title="指标"), Column(name="metric", title="数据字段"), _percent("weight", "总权重"),
    Column(name="method", title="计分方法"), _number("lower", "下限(含)"), _number("points", "得分"),
    needs=(), sheet=BLOCK_SHEET, defined_name="CRM_CARD", note="默认评分卡，每个分段一行；总权重=维度权重×指标权重",
)
TIER_BLOCK = _output(
    "tblTierBlock", "分级参数", Column(name="tier", title="分级"), _number("lower", "下限(含)"),
    needs=(), sheet=BLOCK_SHEET, defined_name="CRM_TIERS",
)
BAND_BLOCK = _output(
    "tblBandBlock", "优先级参数", Column(name="tier", title="优先级"), _number("lower", "下限(含)"),
    needs=(), sheet=BLOCK_SHEET, defined_name="CRM_BANDS",
)
CUT_BLOCK = _output(
    "tblCutBlock", "RFM分界参数",
    Column(name="letter", title="指标"), *(_number(f"cut_{n}", f"分界{n}") for n in (1, 2, 3, 4)),
    needs=(), sheet=BLOCK_SHEET, defined_name="CRM_CUTS", note="上次刷新所用的分界",
)
SEGMENT_BLOCK = _output(
    "tblSegmentBlock", "RFM分群参数",
    Column(name="segment", title="分群"), Column(name="basis", title="依据"),
    *(_number(f"{letter}_{end}", f"{letter.upper()}{title}")
      for letter in "rfm" for end, title in (("low", "下限(含)"), ("high", "上限(含)"))),
    needs=(), sheet=BLOCK_SHEET, defined_name="CRM_SEGMENTS", note="当前方案",
)

# Fixed-size blocks, so that a chart's ranges stay true after every refresh.
TIER_CHART = _output(
    "tblTierChart", "分级图表", Column(name="label", title="分级"), _count("customers", "客户数(家)"),
    _money("amount", "年总消费额(万元)", "万元"), sheet=CHART_SHEET, fixed_rows=5,
)
SEGMENT_CHART = _output(
    "tblSegmentChart", "分群图表", Column(name="label", title="RFM分群"), _count("customers", "客户数(家)"),
    _money("amount", "订单总额(万元)", "万元"), needs=(i.CUSTOMERS.name, i.ORDERS.name), sheet=CHART_SHEET,
    fixed_rows=8,
)

OUTPUTS = (
    SCORES, TIER_SUMMARY, RFM, RFM_SUMMARY, METRICS, TREND, BALANCE, LEDGER_SUMMARY, LEDGER, CARD_BLOCK, TIER_BLOCK,
    BAND_BLOCK, CUT_BLOCK, SEGMENT_BLOCK, TIER_CHART, SEGMENT_CHART,
)
