"""What the grading workshop writes: weights, methods, schemes, warnings, changes of tier, audits, what-if."""

from __future__ import annotations

from crm_xl.schema import Column, Kind
from crm_xl.tables import inputs as i
from crm_xl.tables.choices import LIST_SHEET
from crm_xl.tables.columns import (
    CUSTOMER_ID,
    CUSTOMER_NAME,
    OWNER,
    count,
    date,
    filled,
    money,
    number,
    output,
    percent,
    text,
    yes_no,
)

# An item compared with itself and at most eight others: a person keeps no more apart at a time (Saaty & Ozdemir 2003,
# Why the magic number seven plus or minus two).
MOST_COMPARED = 9
ITEM_COLUMNS = tuple(f"item_{number}" for number in range(1, MOST_COMPARED + 1))
HEAD_MARK = "行比列"  # in the row above a triangle, which names its columns

AHP = output(
    "tblAhpTriangle", "AHP判断",
    text("card", "评分卡"), text("dimension", "比较组", "“各维度”为维度之间的比较"), text("judge", "评判人"),
    count("number", "序号", note="第几项；空白的行是各组的标题"), text("item", "项目"),
    percent("weight", "权重", note="只按这一组判断；矛盾或不足时不给出"), number("cr", "一致性比率CR", note="≤0.10为通过", digits=3),
    *(filled(Column(name=name, title=f"第{place}项", kind=Kind.ID, example="1/3"))
      for place, name in enumerate(ITEM_COLUMNS, start=1)),
    text("finding", "结论"),
    needs=(), sheet="AHP权重", kept_up=True, defined_name="CRM_AHP", guide="003",
    note="在黄色的上三角填行比列重要多少：1同等，3稍重要，5明显，7强烈，9极端，反之1/3等，空白为未判断；括号内的倒数由刷新填写",
)

SAATY_STEPS = output(
    "tblSaatySteps", "重要程度选项", Column(name="step", title="重要程度", kind=Kind.ID),
    needs=(), sheet=LIST_SHEET, fixed_rows=17, guide="003",
)

AHP_WEIGHTS = output(
    "tblAhpWeights", "权重对比",
    text("card", "评分卡"), text("dimension", "维度", "“各维度”为维度之间的权重"), text("item", "指标"),
    percent("current", "现用权重"), percent("ahp", "AHP权重", note="判断矩阵的主特征向量；CR>0.10时不给出"),
    percent("expert", "专家打分权重", note="各人折算为100%后的平均"),
    percent("expert_spread", "专家分歧", note="各人权重的标准差"), percent("equal", "等权"),
    number("cr", "一致性比率CR", note="≤0.10为通过", digits=3), text("verdict", "一致性"),
    text("worst", "最该复核的判断", "去掉它一致性改善最多；并给出与其余判断一致的值"), text("notes", "说明"),
    needs=(), guide="003", note="由AHP判断与专家打分计算；采用与否由“指标权重来源”决定",
)

RATING_SPREAD = output(
    "tblRatingSpread", "评分分歧",
    CUSTOMER_ID, CUSTOMER_NAME, OWNER, text("field", "评分项"), count("raters", "评分人数"),
    *(number(name, title, digits=None if name in ("lowest", "highest") else 2)
      for name, title in (("mean", "平均"), ("spread", "标准差"), ("lowest", "最低"), ("highest", "最高"))),
    needs=(i.CUSTOMERS.name, i.RATINGS.name), guide="003", note="多人评分且意见不一的客户与评分项；比率以小数表示",
)

METHOD_COMPARE = output(
    "tblMethodCompare", "分级方法对比",
    CUSTOMER_ID, CUSTOMER_NAME, OWNER, number("score", "综合得分"),
    text("by_threshold", "阈值法", "参数“客户分级”的得分下限"), text("by_standards", "规则法", "分级标准表，先符合者生效"),
    text("by_clusters", "聚类法", "标准化指标的k均值，按平均得分排名次"), text("by_breaks", "自然断点", "得分的一维最优分组"),
    count("agreeing", "与阈值法一致", note="其余方法中与阈值法同级的个数"), text("matched", "符合的标准", "分级标准中全部符合的各级"),
    text("notes", "说明"),
    guide="003",
)

METHOD_SUMMARY = output(
    "tblMethodSummary", "分级方法汇总",
    text("method", "方法"), text("tier", "分级"), count("customers", "客户数(家)"),
    percent("customer_share", "客户占比"), number("lowest", "最低得分"),
    number("mean", "平均得分"), number("highest", "最高得分"),
    percent("agreement", "与阈值法一致", note="该级客户中阈值法也定为同级的占比"), text("notes", "说明"),
    guide="003", note="各方法算得的分级，未计人工调整与最短停留，因此家数可与“分级分类结果汇总表”不同",
)

SCHEMES = output(
    "tblSchemes", "客户分类方案",
    CUSTOMER_ID, CUSTOMER_NAME, OWNER,
    money("value", "年消费额(万元)", "万元"), percent("potential", "行业增长率"),
    text("matrix_cell", "价值–潜力", "S高价值高潜力，A高价值低潜力，B低价值高潜力，C低价值低潜力"),
    number("potential_mean", "潜力均值", note="企业规模、行业潜力、合作意愿"), text("potential_tier", "潜力层级", "潜力均值按参数的下限"),
    count("membership_points", "会员积分", note="频次、客单价、最近消费的分位得分之和"), text("membership", "会员等级", "会员积分按参数的下限"),
    text("stability", "稳定性", "已流失或预警为高：流失风险；沉默、只购一类产品或预警为中：关注；其余高稳定"), text("stability_reason", "稳定性原因"),
    guide="000 003",
)

MATRIX = output(
    "tblMatrix", "价值潜力矩阵",
    text("cell", "象限"), text("meaning", "含义"), count("customers", "客户数(家)"),
    percent("customer_share", "客户占比"), money("amount", "年消费额(万元)", "万元"),
    percent("amount_share", "消费额占比"), text("strategy", "策略"), text("notes", "说明"),
    guide="003", note="最后一行为合计",
)

PROSPECTS = output(
    "tblProspects", "重点开发目标",
    CUSTOMER_ID, CUSTOMER_NAME, OWNER, text("industry", "所属行业"), text("region", "区域"),
    number("size_level", "企业规模等级"), number("digital_need", "数字化需求"),
    number("willingness", "合作意愿"), number("score", "潜力得分", note="只按潜力维度评分"),
    text("potential_tier", "潜力层级"), yes_no("focus", "重点开发", "潜力得分达到参数“重点开发目标下限”"), text("explanation", "得分解释"),
    guide="003", note="尚无订单的客户，按潜力得分从高到低",
)

SETTING_CHECKS = output(
    "tblSettingChecks", "参数检查",
    text("subject", "对象"), text("name", "名称"), text("check", "检查项"), text("result", "结果"),
    text("finding", "说明"),
    needs=(), guide="002 003 004", note="✔ 通过；✘ 须改；※ 提示",
)

WARNINGS = output(
    "tblWarnings", "流失预警",
    CUSTOMER_ID, CUSTOMER_NAME, OWNER,
    text("level", "预警级别", "高：已流失或符合3条以上规则；中：沉默或符合2条；低：符合1条"),
    text("reasons", "预警原因"), count("rules", "符合规则数", note="沉默与流失、两条间隔规则、投诉与响应过慢、各风险标签，各合计为一条"),
    date("last_order_date", "最近订单日期"), count("recency_days", "距上次订单(天)", "天"),
    number("gap_ratio", "当前间隔÷平均间隔"), percent("amount_3m_change", "近3个月变化"),
    percent("interaction_change", "近1个月互动变化"), money("annual_amount", "近12个月金额(元)"),
    percent("p_alive", "存活概率", "购买模型BG/NBD估计；只买过一次的客户不给出"),
    number("expected_orders", "预计未来3个月订单数", note="购买模型BG/NBD估计"),
    text("model_note", "模型说明"),
    needs=(i.CUSTOMERS.name, i.ORDERS.name), guide="000 001 003 004", note="只列有预警的客户，高级别在前；规则与阈值见参数；末三列在“计算存活概率”为是时写入",
)

OWNER_WARNINGS = output(
    "tblOwnerWarnings", "负责人跟进预警",
    OWNER, count("interactions", "近1个月互动", "次"), number("usual", "此前3个月月均", "次"),
    percent("change", "变化", "近1个月 ÷ 此前月均 − 1"), count("customers", "负责客户数", "家"), count("warned", "其中有预警", "家"),
    count("high", "其中高级别", "家"), text("reason", "预警原因"),
    needs=(i.CUSTOMERS.name, i.INTERACTIONS.name), guide="000 001 004", note="跟进次数明显减少的负责人；互动归跟进人，空白时归客户负责人",
)

MOVERS = output(
    "tblMovers", "客户分级异动表",
    CUSTOMER_ID, CUSTOMER_NAME, OWNER,
    text("from_tier", "原分级"), text("to_tier", "现分级"), text("direction", "方向"), text("reason", "异动原因"),
    number("score", "综合得分"), text("raw_tier", "计算分级", "只按本次得分"),
    money("previous_amount", "上次变动时金额(元)", note="近12个月金额"), money("annual_amount", "近12个月金额(元)"),
    date("since", "上次变动日期", "显示分级上一次变动的分析日期"),
    guide="003", note="与上一次分析相比，显示分级有变动的客户",
)

MIGRATION = output(
    "tblMigration", "迁移矩阵", text("from_tier", "原分级"),
    open_ended=True, further=Kind.INTEGER, guide="003", note="行为上次显示分级，列为本次显示分级，数字为客户数；末列与末行为合计",
)

AUDIT = output(
    "tblAudit", "抽样核查",
    text("tier", "客户分级"), CUSTOMER_ID, CUSTOMER_NAME, OWNER, number("score", "综合得分"),
    text("raw_data", "待核原始数据", "评分卡各指标的原始值"),
    date("last_order_date", "最近订单日期"), count("lifetime_orders", "历史订单数"), money("annual_amount", "近12个月金额(元)"),
    filled(yes_no("correct", "核对无误", "核对后填 是 或 否；下次刷新带回")), filled(text("finding", "发现问题")),
    filled(text("checked_by", "核对人")),
    count("tier_checked", "本级已核对", "家"), count("tier_wrong", "本级有误", "家"),
    percent("tier_error_rate", "本级差错率", "有误 ÷ 已核对；本次尚未核对时为上次的结果"),
    kept_up=True, guide="003", note="每一级按比例抽样，向上取整，至少1家；同一种子抽到同样的客户",
)

DRAFT = output(
    "tblDraft", "模拟方案",
    text("item", "项目"), text("name", "名称"), text("part", "分段或所属"),
    number("current", "现用值", digits=None),
    filled(number("draft", "模拟值", note="空白即不变；权重写小数，如 0.4", digits=None)),
    needs=(), sheet="模拟测算", kept_up=True, guide="003", note="在模拟值列填写要试的权重与界限，再按模拟测算；采用后写入参数",
)

WHAT_IF = output(
    "tblWhatIf", "模拟测算",
    text("tier", "客户分级"), count("customers", "现有客户数", "家"), count("draft_customers", "模拟客户数", "家"),
    count("customers_change", "客户数变化", "家"), money("amount", "现有年消费额(万元)", "万元"),
    money("draft_amount", "模拟年消费额(万元)", "万元"), money("amount_change", "年消费额变化(万元)", "万元"),
    count("moved_in", "移入", "家"), count("moved_out", "移出", "家"),
    guide="003", note="保存之前看清多少客户、多少金额会换级；未计人工调整与最短停留；最后一行为合计",
)

WHAT_IF_MOVERS = output(
    "tblWhatIfMovers", "模拟异动",
    CUSTOMER_ID, CUSTOMER_NAME, OWNER, text("from_tier", "现分级"), text("to_tier", "模拟分级"), text("direction", "方向"),
    number("score", "现得分"), number("draft_score", "模拟得分"), money("annual_amount_wan", "年消费额(万元)", "万元"),
    guide="003",
)

_EFFECTS = (
    (money, "amount", "消费额(万元)", "万元"), (percent, "churn_rate", "流失率", "期初活跃而期末流失 ÷ 期初活跃"),
    (percent, "repurchase_rate", "复购率", "期内2单以上的客户 ÷ 有订单的客户"), (number, "csat", "平均CSAT", ""),
    (number, "hours", "互动耗时(小时)", "小时"),
)
TIER_EFFECT = output(
    "tblTierEffect", "分级效果",
    text("tier", "客户分级"), count("customers", "客户数", "家"),
    *(kind(name, f"本期{title}", note) for kind, name, title, note in _EFFECTS),
    *(kind(f"previous_{name}", f"上期{title}", note) for kind, name, title, note in _EFFECTS),
    percent("amount_growth", "消费额增长", "上期为0或负时空白"),
    number("churn_change", "流失率变化(百分点)", "百分点", "本期 − 上期"), number("repurchase_change", "复购率变化(百分点)", "百分点", "本期 − 上期"),
    number("csat_change", "CSAT变化", note="本期 − 上期"), percent("hours_growth", "耗时变化", "上期为0时空白"),
    needs=(i.CUSTOMERS.name, i.ORDERS.name), guide="003", note="同一批客户，本期与上期相比；最后一行为合计",
)

OUTPUTS = (
    AHP, AHP_WEIGHTS, RATING_SPREAD, METHOD_COMPARE, METHOD_SUMMARY, SCHEMES, MATRIX, PROSPECTS, SETTING_CHECKS, WARNINGS,
    OWNER_WARNINGS, MOVERS, MIGRATION, AUDIT, DRAFT, WHAT_IF, WHAT_IF_MOVERS, TIER_EFFECT, SAATY_STEPS,
)
