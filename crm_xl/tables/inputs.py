"""What people type, paste or import: every input table, column by column (SPEC section 2; guides 000-004).

Money in orders is in 元, company figures in 万元, as the guides write them; `unit` says which. The last field of
a column is the guide that asks for it.
"""

from __future__ import annotations

from typing import Any

from crm_xl.schema import Column, Kind, Role, Secret, Table

CUSTOMER_TYPES = ("企业", "个人")
COMPANY_SIZES = ("20人以下", "20-99人", "100-499人", "500-999人", "1000人以上")
MARKET_POSITIONS = ("行业龙头", "区域龙头", "中小企业", "新兴企业")
SOURCES = ("自然流量", "转介绍", "广告投放", "其他")
DECISION_ROLES = ("技术决策者", "采购负责人", "最终决策者", "使用者", "其他")
CONTACT_PREFERENCES = ("电话", "邮件", "微信", "拜访")
ORDER_CONFIRMED, ORDER_CANCELLED, ORDER_REFUNDED = "已确认", "已取消", "已退款"
CHANNELS = ("上门拜访", "电话会议", "线上会议", "行业展会", "线上沙龙", "邮件", "微信")
FEEDBACK_TYPES = ("需求明确", "价格异议", "投诉建议", "其他")
FEEDBACK_POSITIVE, FEEDBACK_NEUTRAL, FEEDBACK_NEGATIVE = "积极", "中性", "消极"
TICKET_COMPLAINT, TICKET_AFTER_SALES, TICKET_ENQUIRY = "投诉", "售后", "咨询"
TICKET_ISSUES = ("产品质量", "交付延迟", "响应速度慢", "价格", "其他")
PLAN_OPEN, PLAN_DOING, PLAN_DONE, PLAN_DROPPED = "未开始", "进行中", "已完成", "已取消"
PLAN_STATUSES = (PLAN_OPEN, PLAN_DOING, PLAN_DONE, PLAN_DROPPED)
OPPORTUNITY_OPEN, OPPORTUNITY_WON, OPPORTUNITY_LOST = "跟进中", "赢单", "输单"
CHURN_REASONS = ("价格", "服务", "竞品", "需求变化", "其他")
TAG_KINDS = ("行业", "需求", "风险", "潜力")
CAUSE_LEVELS = ("客户", "产品", "服务", "流程")

_CUSTOMER_ID = Column(
    name="customer_id", title="客户编号", kind=Kind.ID, required=True, example="C0001",
    synonyms=("客户ID", "客户代码", "客户号", "customer_id", "CustomerID"), guide="001 002 003 004",
)


def _input(name: str, title: str, *columns: Column, key: tuple[str, ...] = (), **more: Any) -> Table:
    return Table(name=name, title=title, role=Role.INPUT, columns=columns, key=key, **more)


CUSTOMERS = _input(
    "tblCustomers", "客户",
    _CUSTOMER_ID,
    Column(name="customer_name", title="客户名称", required=True, example="华东精密机械有限公司", guide="000 001 002 003",
           synonyms=("企业名称", "公司名称", "名称", "customer_name"), secret=Secret.NAME,
           note="个人客户的姓名在输出中脱敏"),
    Column(name="customer_type", title="客户类型", kind=Kind.CHOICE, choices=CUSTOMER_TYPES, example="企业", guide="000"),
    Column(name="industry", title="所属行业", example="制造业-汽车零部件", synonyms=("行业", "客户行业", "industry"),
           guide="000 001 002 003 004", note="可写两级，用“-”分开"),
    Column(name="main_business", title="主营业务", example="汽车零部件加工", guide="001"),
    Column(name="employees", title="员工数(人)", kind=Kind.INTEGER, unit="人", minimum=0, example="320",
           synonyms=("员工数", "企业规模(人)"), guide="000 001 002"),
    Column(name="revenue_wan", title="年营收(万元)", kind=Kind.MONEY, unit="万元", minimum=0, example="8600",
           synonyms=("年营收",), guide="000 001"),
    Column(name="size_band", title="企业规模", kind=Kind.CHOICE, choices=COMPANY_SIZES, example="100-499人",
           synonyms=("客户规模",), guide="001 002"),
    Column(name="occupation", title="职业", example="教师", guide="000", note="个人客户填写"),
    Column(name="income_band", title="月收入区间", example="1-2万", guide="000", note="个人客户填写"),
    Column(name="founded_year", title="成立年份", kind=Kind.INTEGER, unit="年", minimum=1800, maximum=2100,
           example="2011", synonyms=("成立时间",), guide="001 002"),
    Column(name="region", title="区域", example="华东", synonyms=("所在区域", "地区", "region"), guide="000 001 002 004"),
    Column(name="market_position", title="市场地位", kind=Kind.CHOICE, choices=MARKET_POSITIONS, example="区域龙头",
           guide="000 003"),
    Column(name="uses_competitor", title="是否合作竞品", kind=Kind.YESNO, example="否", guide="000"),
    Column(name="source", title="客户来源", kind=Kind.CHOICE, choices=SOURCES, example="转介绍", guide="002"),
    Column(name="owner", title="负责人", example="王敏", synonyms=("客户经理", "销售负责人", "owner"), guide="000 002 003"),
    Column(name="cooperation_start", title="合作起始时间", kind=Kind.DATE, example="2019-03-12",
           synonyms=("首次合作时间", "首次交易日期"), guide="000 001 004"),
    Column(name="contract_end", title="合同到期日", kind=Kind.DATE, example="2026-12-31", guide="002"),
    Column(name="renewed", title="是否续约", kind=Kind.YESNO, example="是", guide="001"),
    Column(name="renewals", title="续约次数", kind=Kind.INTEGER, unit="次", minimum=0, example="2",
           synonyms=("合作稳定性(续约次数)",), guide="001"),
    Column(name="willingness", title="合作意愿", kind=Kind.INTEGER, minimum=1, maximum=5, example="4", guide="000"),
    Column(name="digital_need", title="数字化需求", kind=Kind.INTEGER, minimum=1, maximum=5, example="3", guide="003"),
    Column(name="budget_wan", title="预算(万元)", kind=Kind.MONEY, unit="万元", minimum=0, example="50", guide="001"),
    Column(name="verified_on", title="最近复核日期", kind=Kind.DATE, example="2026-10-15", guide="001"),
    Column(name="remark", title="备注", secret=Secret.FREE_TEXT, guide="003"),
    key=("customer_id",), guide="000 001 002 003 004", note="没有订单的客户视为潜在客户",
)

CONTACTS = _input(
    "tblContacts", "联系人",
    Column(name="contact_id", title="联系人编号", kind=Kind.ID, required=True, example="P0001",
           synonyms=("联系人ID",), guide="001"),
    _CUSTOMER_ID,
    Column(name="contact_name", title="姓名", secret=Secret.NAME, example="张伟",
           synonyms=("对接人", "关键联系人", "联系人"), guide="000 001"),
    Column(name="position", title="职位", example="采购总监", synonyms=("联系人职位",), guide="000 001"),
    Column(name="decision_role", title="决策角色", kind=Kind.CHOICE, choices=DECISION_ROLES, example="采购负责人",
           guide="001 002"),
    Column(name="phone", title="手机", kind=Kind.ID, secret=Secret.PHONE, example="13800001234",
           synonyms=("联系方式", "电话", "手机号"), guide="000 003"),
    Column(name="email", title="邮箱", secret=Secret.EMAIL, example="zhang@example.com", guide="001"),
    Column(name="id_number", title="证件号码", kind=Kind.ID, secret=Secret.ID_NUMBER, guide="002"),
    Column(name="contact_preference", title="沟通偏好", kind=Kind.CHOICE, choices=CONTACT_PREFERENCES, example="微信",
           guide="001"),
    key=("contact_id",), guide="000 001 003", note="仅内部使用；输出中只出现联系人编号",
)

ORDERS = _input(
    "tblOrders", "订单",
    Column(name="order_id", title="订单编号", kind=Kind.ID, required=True, example="SO202609-0001",
           synonyms=("订单号", "单号", "单据号", "单据编号", "order_id", "InvoiceNo"), guide="004"),
    Column(name="line_no", title="行号", kind=Kind.ID, example="1", synonyms=("明细行号",)),
    _CUSTOMER_ID,
    Column(name="order_date", title="订单日期", kind=Kind.DATE, required=True, example="2026-09-15",
           synonyms=("下单日期", "成交日期", "日期", "order_date", "InvoiceDate"), guide="000 004"),
    Column(name="amount", title="订单金额(元)", kind=Kind.MONEY, unit="元", required=True, example="12500",
           synonyms=("订单金额", "金额", "金额(元)", "消费金额", "消费金额(元)", "成交金额", "amount"), guide="000 001 002 004",
           note="负数表示退货，按原订单冲减"),
    Column(name="profit", title="毛利(元)", kind=Kind.MONEY, unit="元", example="2100", synonyms=("毛利", "利润", "profit"),
           guide="000 001 003"),
    Column(name="product_type", title="产品类型", example="云服务", synonyms=("品类", "产品/服务类型"), guide="000 004"),
    Column(name="product_id", title="产品编号", kind=Kind.ID, example="P-103", synonyms=("产品代码", "StockCode")),
    Column(name="quantity", title="数量", kind=Kind.NUMBER, example="5", synonyms=("Quantity",)),
    Column(name="unit_price", title="单价(元)", kind=Kind.MONEY, unit="元", example="2500",
           synonyms=("单价", "UnitPrice")),
    Column(name="sales_owner", title="销售负责人", example="王敏", synonyms=("销售员", "负责人"), guide="004"),
    Column(name="region", title="区域", example="华东", synonyms=("地区", "Country"), guide="004"),
    Column(name="status", title="订单状态", kind=Kind.CHOICE, choices=(ORDER_CONFIRMED, ORDER_CANCELLED, ORDER_REFUNDED),
           example="已确认", synonyms=("状态",), guide="003", note="空白视为已确认"),
    Column(name="original_order_id", title="原订单编号", kind=Kind.ID, synonyms=("原单号",), note="退货对应的订单"),
    guide="000 001 002 003 004", note="一张订单可以有多行",
)

INTERACTIONS = _input(
    "tblInteractions", "互动记录",
    Column(name="interaction_id", title="互动编号", kind=Kind.ID, required=True, example="I0001", synonyms=("互动ID",),
           guide="001"),
    _CUSTOMER_ID,
    Column(name="interaction_time", title="互动时间", kind=Kind.DATETIME, required=True, example="2026-09-10 10:30",
           synonyms=("沟通时间",), guide="001"),
    Column(name="channel", title="互动方式", kind=Kind.CHOICE, choices=CHANNELS, example="线上会议",
           synonyms=("沟通方式",), guide="001"),
    Column(name="summary", title="沟通内容摘要", secret=Secret.FREE_TEXT, example="提出仓储系统升级需求", guide="001"),
    Column(name="feedback_type", title="沟通反馈类型", kind=Kind.CHOICE, choices=FEEDBACK_TYPES, example="需求明确",
           guide="000"),
    Column(name="follower", title="跟进人", example="王敏", guide="001"),
    Column(name="feedback", title="客户反馈", kind=Kind.CHOICE, guide="000 001", example="积极",
           choices=(FEEDBACK_POSITIVE, FEEDBACK_NEUTRAL, FEEDBACK_NEGATIVE), synonyms=("沟通反馈",)),
    Column(name="quote", title="反馈原话", secret=Secret.FREE_TEXT, example="方案感兴趣，需内部审批", guide="001"),
    Column(name="next_action", title="下一步行动", secret=Secret.FREE_TEXT, example="3日内提供方案", guide="001"),
    Column(name="due_date", title="约定日期", kind=Kind.DATE, example="2026-09-13"),
    Column(name="done", title="是否完成", kind=Kind.YESNO, example="是"),
    Column(name="hours", title="耗时(小时)", kind=Kind.NUMBER, unit="小时", minimum=0, example="1.5", guide="003"),
    key=("interaction_id",), guide="000 001 002 003 004",
)

TICKETS = _input(
    "tblTickets", "投诉与售后",
    Column(name="ticket_id", title="工单编号", kind=Kind.ID, required=True, example="T0001", synonyms=("工单号",), guide="004"),
    _CUSTOMER_ID,
    Column(name="submitted_at", title="提交时间", kind=Kind.DATETIME, required=True, example="2026-09-10 09:00", guide="004"),
    Column(name="first_response_at", title="首次响应时间", kind=Kind.DATETIME, example="2026-09-10 11:30", guide="002 004"),
    Column(name="resolved_at", title="解决时间", kind=Kind.DATETIME, example="2026-09-12 16:00", guide="000 004"),
    Column(name="ticket_type", title="类别", kind=Kind.CHOICE, example="投诉", guide="000 002",
           choices=(TICKET_COMPLAINT, TICKET_AFTER_SALES, TICKET_ENQUIRY)),
    Column(name="issue", title="问题类型", kind=Kind.CHOICE, choices=TICKET_ISSUES, example="交付延迟", guide="000 004"),
    Column(name="resolved", title="已解决", kind=Kind.YESNO, example="是", guide="004"),
    Column(name="csat", title="满意度CSAT", kind=Kind.INTEGER, minimum=1, maximum=5, example="4", guide="004"),
    Column(name="nps", title="推荐度NPS", kind=Kind.INTEGER, minimum=0, maximum=10, example="8", guide="004"),
    key=("ticket_id",), guide="000 001 002 003 004",
)

USAGE = _input(
    "tblUsage", "产品使用",
    _CUSTOMER_ID,
    Column(name="month", title="月份", kind=Kind.MONTH, required=True, example="2026-09", guide="002"),
    Column(name="logins", title="登录次数", kind=Kind.INTEGER, unit="次", minimum=0, example="18", guide="002"),
    Column(name="minutes", title="停留时长(分钟)", kind=Kind.NUMBER, unit="分钟", minimum=0, example="420", guide="002"),
    Column(name="core_feature_use", title="核心功能使用率", kind=Kind.PERCENT, minimum=0, maximum=1, example="75%",
           guide="002"),
    Column(name="feature_preference", title="功能使用偏好", example="数据分析模块", guide="002"),
    Column(name="feature_interest", title="关注功能", example="数据安全模块", guide="002"),
    key=("customer_id", "month"), guide="002",
)

RATINGS = _input(
    "tblRatings", "评估打分",
    _CUSTOMER_ID,
    Column(name="industry_rank", title="行业排名", kind=Kind.INTEGER, unit="名", minimum=1, maximum=100_000, example="15", guide="003"),
    Column(name="industry_growth", title="行业增长率", kind=Kind.PERCENT, example="12%", guide="003"),
    Column(name="industry_potential", title="行业潜力", kind=Kind.NUMBER, minimum=1, maximum=5, example="4", guide="001"),
    Column(name="expansion_plan", title="客户扩张计划", kind=Kind.NUMBER, minimum=1, maximum=5, example="3", guide="001"),
    Column(name="need_match", title="需求匹配度", kind=Kind.PERCENT, minimum=0, maximum=1, example="80%", guide="001 003"),
    Column(name="cross_buy_rate", title="交叉购买率", kind=Kind.PERCENT, minimum=0, maximum=1, example="30%", guide="003",
           note="空白时按订单计算：已购产品类型 ÷ 在售产品类型"),
    Column(name="churn_rate", title="流失率", kind=Kind.PERCENT, minimum=0, maximum=1, example="6%", guide="003"),
    Column(name="on_time_payment", title="回款及时率", kind=Kind.PERCENT, minimum=0, maximum=1, example="98%", guide="003"),
    Column(name="benchmark_status", title="行业标杆地位", kind=Kind.NUMBER, minimum=1, maximum=5, example="4", guide="003"),
    Column(name="brand_synergy", title="品牌协同效应", kind=Kind.NUMBER, minimum=1, maximum=5, example="3", guide="003"),
    Column(name="policy_support", title="政策支持力度", kind=Kind.NUMBER, minimum=1, maximum=5, example="3", guide="003"),
    Column(name="key_industry", title="国家重点行业", kind=Kind.YESNO, example="是", guide="003"),
    Column(name="rated_by", title="评分人", example="李强", guide="003"),
    Column(name="rated_on", title="评分日期", kind=Kind.DATE, example="2026-09-30", guide="003"),
    guide="000 001 003", note="多人可为同一客户打分，取平均",
)

OPPORTUNITIES = _input(
    "tblOpportunities", "商机",
    Column(name="opportunity_id", title="商机编号", kind=Kind.ID, required=True, example="O0001", guide="004"),
    _CUSTOMER_ID,
    Column(name="sales_owner", title="销售负责人", example="王敏", guide="004"),
    Column(name="created_on", title="创建日期", kind=Kind.DATE, required=True, example="2026-08-01", guide="004"),
    Column(name="stage", title="阶段", kind=Kind.CHOICE, example="赢单", guide="004",
           choices=(OPPORTUNITY_OPEN, OPPORTUNITY_WON, OPPORTUNITY_LOST)),
    Column(name="amount", title="金额(元)", kind=Kind.MONEY, unit="元", minimum=0, example="60000", guide="004"),
    Column(name="closed_on", title="关闭日期", kind=Kind.DATE, example="2026-09-20", guide="004"),
    Column(name="lost_reason", title="输单原因", example="价格", guide="004"),
    key=("opportunity_id",), guide="004",
)

CHURNED = _input(
    "tblChurned", "流失登记",
    _CUSTOMER_ID,
    Column(name="churned_on", title="流失日期", kind=Kind.DATE, required=True, example="2026-06-30", guide="004"),
    Column(name="reason", title="流失原因", kind=Kind.CHOICE, choices=CHURN_REASONS, example="价格", guide="004"),
    Column(name="detail", title="说明", secret=Secret.FREE_TEXT, guide="004"),
    key=("customer_id", "churned_on"), guide="004",
)

CAMPAIGNS = _input(
    "tblCampaigns", "营销活动",
    Column(name="campaign_id", title="活动编号", kind=Kind.ID, required=True, example="M0001", guide="004"),
    Column(name="campaign_name", title="活动名称", example="秋季促销", guide="004"),
    Column(name="campaign_type", title="活动类型", example="促销", guide="004", note="促销、会员、展会、沙龙等"),
    Column(name="start_date", title="开始日期", kind=Kind.DATE, required=True, example="2026-09-01", guide="004"),
    Column(name="end_date", title="结束日期", kind=Kind.DATE, example="2026-09-30", guide="004"),
    Column(name="cost", title="费用(元)", kind=Kind.MONEY, unit="元", minimum=0, example="20000", guide="004"),
    key=("campaign_id",), guide="004",
)

CAMPAIGN_MEMBERS = _input(
    "tblCampaignMembers", "活动名单",
    Column(name="campaign_id", title="活动编号", kind=Kind.ID, required=True, example="M0001", guide="004"),
    _CUSTOMER_ID,
    Column(name="reached", title="触达", kind=Kind.YESNO, example="是", guide="004"),
    Column(name="participated", title="参与", kind=Kind.YESNO, example="是", guide="004"),
    Column(name="converted", title="转化", kind=Kind.YESNO, example="否", guide="004"),
    Column(name="amount", title="成交金额(元)", kind=Kind.MONEY, unit="元", minimum=0, example="8000", guide="004"),
    key=("campaign_id", "customer_id"), guide="004",
)

TAGS = _input(
    "tblTags", "客户标签",
    _CUSTOMER_ID,
    Column(name="tag_kind", title="标签类别", kind=Kind.CHOICE, choices=TAG_KINDS, required=True, example="需求", guide="001"),
    Column(name="tag", title="标签", required=True, example="降本增效", guide="001", note="取自标签库"),
    Column(name="detail", title="说明", secret=Secret.FREE_TEXT, guide="001"),
    key=("customer_id", "tag_kind", "tag"), guide="001 002",
)

ACTIONS = _input(
    "tblActions", "问题与改进",
    Column(name="customer_id", title="客户编号", kind=Kind.ID, example="C0001", guide="002"),
    Column(name="problem", title="问题描述", required=True, secret=Secret.FREE_TEXT, example="核心功能使用率低", guide="002"),
    Column(name="evidence", title="数据支撑", example="使用率30%，低于行业均值50%", guide="002"),
    Column(name="cause_level", title="归因层面", kind=Kind.CHOICE, choices=CAUSE_LEVELS, example="产品", guide="002"),
    Column(name="root_cause", title="根因分析", secret=Secret.FREE_TEXT, example="客户对功能认知不足", guide="002"),
    Column(name="advice", title="改进建议", secret=Secret.FREE_TEXT, example="提供线上培训课", guide="002"),
    Column(name="department", title="责任部门", example="产品部", guide="002"),
    Column(name="due_date", title="完成时间", kind=Kind.DATE, example="2026-12-31", guide="002"),
    Column(name="status", title="状态", kind=Kind.CHOICE, choices=("未开始", "进行中", "已完成"), example="进行中", guide="002"),
    guide="002",
)

PLANS = _input(
    "tblPlans", "跟进计划",
    _CUSTOMER_ID,
    Column(name="customer_name", title="客户名称", computed=True, note="个人客户脱敏"),
    Column(name="level", title="计划级别", computed=True, note="提出计划时客户的级别，依“跟进计划依据”"),
    Column(name="owner", title="负责人", example="王敏", guide="000 001"),
    Column(name="frequency", title="跟进频率", example="每月1次", guide="000 001"),
    Column(name="action", title="核心维护动作", example="高层拜访", guide="000 001"),
    Column(name="target_metric", title="目标指标", example="订单频次", guide="000"),
    Column(name="baseline", title="基线", kind=Kind.NUMBER, example="5", guide="000"),
    Column(name="target", title="目标值", kind=Kind.NUMBER, example="6", guide="000"),
    Column(name="due_date", title="截止日期", kind=Kind.DATE, example="2026-12-31", guide="000"),
    Column(name="actual", title="实际结果", kind=Kind.NUMBER, example="6", guide="000"),
    Column(name="attainment", title="达成率", kind=Kind.PERCENT, computed=True, guide="000",
           note="(实际结果−基线)÷(目标值−基线)；没有基线时为实际结果÷目标值"),
    Column(name="status", title="状态", choices=PLAN_STATUSES, example="进行中", guide="000",
           note="过了截止日期而未完成的，刷新在后面标出“（逾期）”"),
    Column(name="finding", title="说明", computed=True),
    Column(name="proposed_on", title="提出日期", kind=Kind.DATE, computed=True),
    Column(name="proposal", title="建议记号", kind=Kind.ID, computed=True,
           note="与本行内容相符即为未改动的建议，可随级别更新；不符即为人工计划，刷新不再改动"),
    guide="000 001 002 003", kept_up=True, open_ended=True,
    note="由刷新按策略提出，每位客户每一级别一条；可以修改、填写结果、增加自己的行与列，改过的行不会被覆盖",
)

OVERRIDES = _input(
    "tblOverrides", "人工调整",
    _CUSTOMER_ID,
    Column(name="tier", title="调整后分级", required=True, example="重点级", guide="003"),
    Column(name="reason", title="理由", required=True, secret=Secret.FREE_TEXT, example="战略合作协议已签", guide="003"),
    Column(name="adjusted_by", title="调整人", example="李强", guide="003"),
    Column(name="expires_on", title="失效日期", kind=Kind.DATE, example="2026-12-31", guide="003"),
    guide="003",
)

HISTORY = _input(
    "tblHistory", "分级历史",
    _CUSTOMER_ID,
    Column(name="run_date", title="分析日期", kind=Kind.DATE, required=True, computed=True, guide="003"),
    Column(name="score", title="综合得分", kind=Kind.NUMBER, computed=True, guide="003"),
    Column(name="raw_tier", title="计算分级", computed=True, guide="003"),
    Column(name="shown_tier", title="显示分级", computed=True, guide="003"),
    Column(name="segment", title="RFM分群", computed=True, guide="003"),
    Column(name="annual_amount", title="近12个月金额(元)", kind=Kind.MONEY, unit="元", computed=True, guide="003"),
    Column(name="rule_tier", title="规则分级", computed=True, guide="003", note="按触发条件与最短停留得出，人工调整之前"),
    Column(name="trigger", title="变动触发", computed=True, guide="003", note="规则分级在本次变动的原因；空白为未变动"),
    key=("customer_id", "run_date"), guide="003 004", note="由刷新写入，每次运行每位客户一行", kept_up=True,
)

MERGE_PROPOSALS = _input(
    "tblMergeProposals", "疑似重复",
    Column(name="keep_id", title="保留编号", kind=Kind.ID, required=True, example="C0001", guide="002",
           note="留下的客户；两个编号也可以自己填写"),
    Column(name="keep_name", title="保留客户名称", computed=True, note="个人客户脱敏"),
    Column(name="merge_id", title="并入编号", kind=Kind.ID, required=True, example="C0002", guide="002",
           note="勾选后，它的订单、联系人、互动等在分析中都归到保留编号"),
    Column(name="merge_name", title="并入客户名称", computed=True, note="个人客户脱敏"),
    Column(name="similarity", title="相似度", kind=Kind.PERCENT, minimum=0, maximum=1, computed=True, example="95%"),
    Column(name="reason", title="理由", computed=True, example="公司形式写法不同"),
    Column(name="merge", title="合并", kind=Kind.YESNO, example="是", guide="002",
           note="填“是”并刷新后合并，清空即撤销；填“否”不再提示。原始数据表不会被改动"),
    key=("keep_id", "merge_id"), guide="002", note="由刷新列出，只有填“是”的才合并", kept_up=True, most_rows=20_000,
)

INPUTS = (
    CUSTOMERS, CONTACTS, ORDERS, INTERACTIONS, TICKETS, USAGE, RATINGS, OPPORTUNITIES, CHURNED, CAMPAIGNS,
    CAMPAIGN_MEMBERS, TAGS, ACTIONS, PLANS, OVERRIDES, HISTORY, MERGE_PROPOSALS,
)
