"""Every worksheet function: one entry each. To add one, add an entry and the function that computes it.

Nothing of the analysis is imported here: Excel reads these declarations when it starts.
"""

from __future__ import annotations

from crm_xl.functions.declaration import Argument, Example, Function

SCORING, GRADING, WEIGHTS, RFM, FIGURES, HELP = (
    "客户评分", "客户分级", "指标权重", "客户RFM", "客户汇总与指标", "客户分析帮助",
)  # fmt: skip

_INDICATORS = Argument(
    name="indicators",
    help="一位客户一行的指标值，按评分卡顺序；也可多行；或连同标题行的整张表，按指标名或数据字段名匹配，列序不限，多余的列不管。",
)
_SCORECARD = Argument(
    name="scorecard",
    help="评分卡参数区域，一般写 CRM_CARD；省略则用出厂的价值评分卡（不随参数表变化）。",
    optional=True,
)
_ANALYSIS_DATE = Argument(name="analysis_date", help="分析日期，即计算到哪一天（含），如 2026-10-31。")
_MATRIX = Argument(
    name="matrix",
    help="判断矩阵，不含标题的方阵：第i行第j列为第i项比第j项重要多少（1-9，反之填倒数）；对角线为1或空白，可只填一半。",
)
_RANDOM_INDEX = Argument(
    name="ri",
    help="随机一致性指标表：Saaty 1980、Saaty 2005 或 Donegan-Dodd 1991；省略为 Saaty 1980。",
    optional=True,
)

FUNCTIONS: tuple[Function, ...] = (
    Function(
        name="CUSTOMER_SCORE",
        title="客户综合得分",
        help="按评分卡计算客户综合得分（0-100，不取整）。整行空白返回空白；缺少某项指标返回“待评估”；多行数据一次算完并向下溢出。",
        category=SCORING,
        arguments=(_INDICATORS, _SCORECARD),
        example=Example(
            arguments=([[1200, 0.15, 5, 0.3]],),
            result=94.5,
            note="年消费额1200万元、利润率15%、合作5年、交叉购买率30%：100×40%+90×25%+100×20%+80×15%。",
        ),
        compute="scores.customer_score",
    ),
    Function(
        name="INDICATOR_POINTS",
        title="单项指标得分",
        help="按分段表把一个指标值换成得分（0-100）。下限含在本段内。可一次换算一行、一列或一张表，指标名可逐格给出。",
        category=SCORING,
        arguments=(
            Argument(name="value", help="指标的原始值，如 1200、15% 或 1200万。"),
            Argument(
                name="indicator",
                help="指标名，如“利润率”；也可写客户指标表的列标题。一个名称，或与数值同样大小的区域。",
            ),
            Argument(
                name="points",
                help="分段表区域（指标、下限(含)、得分），一般写 CRM_CARD；省略则用出厂分段（不随参数表变化）。",
                optional=True,
            ),
        ),
        example=Example(arguments=(0.15, "利润率"), result=90, note="15%正好在界上，归入更高的一段。"),
        compute="scores.indicator_points",
    ),
    Function(
        name="SCORE_EXPLAIN",
        title="得分解释",
        help="逐项写明得分的由来（原始值→得分×权重=贡献），以及升到上一级最省力的一项指标；缺数据时写明缺哪一项。",
        category=SCORING,
        arguments=(
            _INDICATORS,
            _SCORECARD,
            Argument(
                name="tiers",
                help="分级参数区域，一般写 CRM_TIERS；省略则用出厂分级（不随参数表变化）。",
                optional=True,
            ),
        ),
        example=Example(
            arguments=([[1200, 0.15, 5, 0.3]],),
            result="年消费额 1200万 → 100 × 40% = 40.0；利润率 15% → 90 × 25% = 22.5；合作时长 5年 → 100 × 20% = 20.0；"
            "交叉购买率 30% → 80 × 15% = 12.0；合计 94.5",
        ),
        compute="scores.score_explain",
    ),
    Function(
        name="CUSTOMER_TIER",
        title="客户分级",
        help="按综合得分给出分级：90分起战略级，75分起重点级，60分起普通级，其余潜在级。不取整，89.5分不是战略级。空白返回空白，“待评估”仍为“待评估”。",
        category=GRADING,
        arguments=(
            Argument(name="score", help="综合得分，如 CUSTOMER_SCORE 的结果；可为区域。"),
            Argument(
                name="tiers",
                help="分级参数区域，一般写 CRM_TIERS；省略则用出厂分级（不随参数表变化）。",
                optional=True,
            ),
        ),
        example=Example(arguments=(94.5,), result="战略级"),
        compute="tiers.customer_tier",
    ),
    Function(
        name="PRIORITY",
        title="跟进优先级",
        help="按得分给出跟进优先级：85分起 S，70分起 A，60分起 B，其余 C。空白返回空白，“待评估”仍为“待评估”。",
        category=GRADING,
        arguments=(
            Argument(name="score", help="优先级得分；可为区域。"),
            Argument(
                name="bands",
                help="优先级参数区域，一般写 CRM_BANDS；省略则用出厂界限（不随参数表变化）。",
                optional=True,
            ),
        ),
        example=Example(arguments=([[85], [84.9], [60], [12]],), result=[["S"], ["A"], ["B"], ["C"]]),
        compute="tiers.priority",
    ),
    Function(
        name="VALUE_POTENTIAL",
        title="价值-潜力矩阵",
        help="按价值和潜力的高低分四类：S 双高，A 仅价值高，B 仅潜力高，C 双低。达到界限即为高。界限可直接写 MEDIAN 等公式。",
        category=GRADING,
        arguments=(
            Argument(name="value", help="价值，如年消费额；可为区域。"),
            Argument(name="potential", help="潜力，如行业增长率；可为区域。"),
            Argument(name="value_cut", help="价值界限，与价值同单位，如 500。"),
            Argument(name="potential_cut", help="潜力界限，与潜力同单位，如 0.1。"),
        ),
        example=Example(arguments=(1200, 0.05, 500, 0.1), result="A"),
        compute="tiers.value_potential",
    ),
    Function(
        name="VALUE_TIER",
        title="价值层级",
        help="按总额排名给出价值层级：排在前20%为高，前50%为中，其余及0元以下为低。金额相同者同级；空白不参与排名。须引用全部客户的金额，不能逐格计算。",
        category=GRADING,
        arguments=(
            Argument(name="amounts", help="全部客户的总额（或毛利），一列或一片区域。"),
            Argument(name="top", help="高价值占比，省略为 20%。", optional=True),
            Argument(name="middle", help="高、中价值累计占比，省略为 50%。", optional=True),
        ),
        example=Example(
            arguments=([[100], [90], [50], [40], [30], [20], [10], [5], [2], [0]],),
            result=[["高"], ["高"], ["中"], ["中"], ["中"], ["低"], ["低"], ["低"], ["低"], ["低"]],
        ),
        compute="tiers.value_tier",
    ),
    Function(
        name="ACTIVITY_TIER",
        title="活跃度",
        help="按最近订单日期给出活跃度：3个月内活跃，6个月内沉默，更久流失。按日历月计算，月末日期取当月最后一天。",
        category=GRADING,
        arguments=(
            Argument(name="last_order", help="最近订单日期；可为区域，空白返回空白。"),
            _ANALYSIS_DATE,
            Argument(name="active_months", help="活跃月数，省略为 3。", optional=True),
            Argument(name="silent_months", help="沉默月数，省略为 6。", optional=True),
        ),
        example=Example(
            arguments=([["2026-02-28", "2026-02-27", "2025-11-29"]], "2026-05-31"),
            result=[["活跃", "沉默", "流失"]],
            note="5月31日的3个月前是2月28日，6个月前是11月30日。",
        ),
        compute="tiers.activity_tier",
    ),
    Function(
        name="POTENTIAL_TIER",
        title="潜力层级",
        help="企业规模等级、行业潜力、合作意愿三项1-5分的均值：4分起高，2.5分起中，其余低。任一项空白返回空白。",
        category=GRADING,
        arguments=(
            Argument(name="size", help="企业规模等级，1（20人以下）至5（1000人以上）；可为区域。"),
            Argument(name="outlook", help="行业潜力，1-5分；可为区域。"),
            Argument(name="willingness", help="合作意愿，1-5分；可为区域。"),
        ),
        example=Example(
            arguments=([[4], [3], [1]], [[5], [2], [2]], [[3], [3], [3]]),
            result=[["高"], ["中"], ["低"]],
            note="均值为 4、8÷3≈2.67、2。",
        ),
        compute="weights.potential_tier",
    ),
    Function(
        name="AHP_WEIGHTS",
        title="AHP权重",
        help="由判断矩阵求权重（主特征向量，合计为1），向下溢出。只填一半三角也可；空白的判断按最一致的值补全。一致性比率CR超过0.10时返回错误，CRM_WHY写明最该复核的判断和与其余一致的值。",
        category=WEIGHTS,
        arguments=(_MATRIX, _RANDOM_INDEX),
        example=Example(
            arguments=([[1, 2, 2], [0.5, 1, 1], [0.5, 1, 1]],),
            result=[[0.5], [0.25], [0.25]],
            note="第1项的重要程度是另两项的2倍，另两项同等重要。",
        ),
        compute="weights.ahp_weights",
    ),
    Function(
        name="AHP_CR",
        title="AHP一致性比率",
        help="判断矩阵的一致性比率CR：不超过0.10为通过。两项及以下恒为0。",
        category=WEIGHTS,
        arguments=(_MATRIX, _RANDOM_INDEX),
        example=Example(
            arguments=([[1, 2, 4], [0.5, 1, 1], [0.25, 1, 1]],),
            result=0.0462254964473906,
            note="λmax=1+2^(1/3)+2^(-1/3)≈3.0536，CI=(3.0536−3)÷2≈0.0268，CR=CI÷0.58。",
        ),
        compute="weights.ahp_cr",
    ),
    Function(
        name="RFM_TABLE",
        title="RFM明细表",
        help="由订单明细算出每位客户的R（距上次订单天数）、F（不重复订单数）、M（总额）及1-5分，结果带标题行并溢出。已取消、已退款的行不计；退货行冲减金额，全额退货的订单不计次数。",
        category=RFM,
        arguments=(
            Argument(
                name="orders",
                help="订单区域，连同标题行，如 tblOrders[#All]；须有客户编号、订单日期、订单金额(元)，宜有订单编号，列序不限。",
            ),
            _ANALYSIS_DATE,
            Argument(
                name="cuts",
                help="分界参数区域，一般写 CRM_CUTS；省略则按本区域客户的五分位数打分。",
                optional=True,
            ),
        ),
        example=Example(
            arguments=(
                [
                    ["客户编号", "订单编号", "订单日期", "订单金额(元)"],
                    ["C1", "S1", "2026-10-21", 30000],
                    ["C1", "S1", "2026-10-21", 10000],
                    ["C2", "S2", "2026-08-01", 5000],
                ],
                "2026-10-31",
            ),
            result=[
                ["客户编号", "R 距上次订单(天)", "F 订单频次", "M 订单总额(元)", "R得分", "F得分", "M得分"],
                ["C1", 10, 1, 40000, 5, 1, 5],
                ["C2", 91, 1, 5000, 1, 1, 1],
            ],
            note="同一订单的两行只算一次。",
        ),
        compute="rfm.rfm_table",
    ),
    Function(
        name="RFM_SCORE",
        title="RFM单项打分",
        help="按分界给数值打分：得分=1+低于该值的分界个数；越小越好的指标（如R）反向。数值相同必同分。",
        category=RFM,
        arguments=(
            Argument(name="value", help="要打分的数值；可为区域。"),
            Argument(name="cuts", help="从小到大的分界，一行或一列，如 {30,90,180,365}；空白格不计。"),
            Argument(
                name="lower_is_better", help="TRUE 或“是”表示越小越好（如R）；省略为否。", optional=True
            ),
        ),
        example=Example(
            arguments=([[30], [31], [400]], [[30, 90, 180, 365]], True),
            result=[[5], [4], [1]],
        ),
        compute="rfm.rfm_score",
    ),
    Function(
        name="RFM_SEGMENT",
        title="RFM分群",
        help="由R、F、M给出分群。默认八分类：得分≥3为高。方案按原始值定义时（如三分类），R、F、M应为天数、订单数、元。",
        category=RFM,
        arguments=(
            Argument(name="r", help="R得分（1-5）；方案按原始值定义时为距上次订单天数。可为区域。"),
            Argument(name="f", help="F得分（1-5）；方案按原始值定义时为订单数。"),
            Argument(name="m", help="M得分（1-5）；方案按原始值定义时为总额（元）。"),
            Argument(
                name="scheme",
                help="分群规则区域，一般写 CRM_SEGMENTS；也可写出厂方案名：八分类、三分类、十一分类；省略为八分类。",
                optional=True,
            ),
        ),
        example=Example(arguments=(5, 4, 2), result="一般价值客户"),
        compute="rfm.rfm_segment",
    ),
    Function(
        name="TIER_SUMMARY",
        title="分级汇总表",
        help="按分级汇总客户数、金额、占比和利润率，结果带标题行和合计行并溢出。利润率=Σ毛利÷Σ金额（按金额加权），占比合计为100%。空白分级计入“待评估”。",
        category=FIGURES,
        arguments=(
            Argument(name="tiers", help="每位客户的分级，一列。"),
            Argument(name="amounts", help="每位客户的金额，与分级同样大小。"),
            Argument(name="profits", help="每位客户的毛利，与金额同单位；省略则利润率空白。", optional=True),
        ),
        example=Example(
            arguments=(
                [["战略级"], ["重点级"], ["普通级"], ["潜在级"]],
                [[8000], [6000], [5000], [1000]],
                [[1440], [720], [400], [30]],
            ),
            result=[
                ["分级", "客户数(家)", "客户占比", "金额", "金额占比", "利润率"],
                ["战略级", 1, 0.25, 8000, 0.4, 0.18],
                ["重点级", 1, 0.25, 6000, 0.3, 0.12],
                ["普通级", 1, 0.25, 5000, 0.25, 0.08],
                ["潜在级", 1, 0.25, 1000, 0.05, 0.03],
                ["合计", 4, 1, 20000, 1, 0.1295],
            ],
            note="合计利润率12.95%是加权值，不是四个利润率的平均。",
        ),
        compute="figures.tier_summary",
    ),
    Function(
        # Not GROWTH: that is Excel's own exponential trend, and Excel's own functions win.
        name="GROWTH_RATE",
        title="增长率",
        help="本期比基期增长多少：本期÷基期−1，0.15 即增长15%。基期为零或负数时没有意义，返回空白，用 CRM_WHY 可看原因。",
        category=FIGURES,
        arguments=(
            Argument(name="current", help="本期数值；可为区域。"),
            Argument(name="base_value", help="基期数值（上期或去年同期），与本期同单位；可为区域。"),
        ),
        example=Example(arguments=([[115, 80]], 100), result=[[0.15, -0.2]]),
        compute="figures.growth_rate",
    ),
    Function(
        name="PERIOD_TOTAL",
        title="期间合计",
        help="把日期落在起止日期之间（两端都含）的金额相加；日期可为文本，金额可写“1.2万”。起止日期可为区域，一次得到多个期间的合计。",
        category=FIGURES,
        arguments=(
            Argument(name="dates", help="日期区域，如订单日期一列。"),
            Argument(name="amounts", help="金额区域，与日期同样大小。"),
            Argument(name="date_from", help="起始日期（含）。"),
            Argument(name="date_to", help="截止日期（含）。"),
        ),
        example=Example(
            arguments=(
                [["2026-09-30"], ["2026-10-01"], ["2026-10-31"], ["2026-11-01"]],
                [[100], [200], [300], [400]],
                "2026-10-01",
                "2026-10-31",
            ),
            result=500,
        ),
        compute="figures.period_total",
    ),
    Function(
        name="AVERAGE_ORDER_VALUE",
        title="客单价",
        help="平均每单金额：订单总额÷订单数，单位与总额相同。订单数为零时是除零错误。",
        category=FIGURES,
        arguments=(
            Argument(name="total", help="订单总额；可为区域。"),
            Argument(name="orders", help="订单数；可为区域。"),
        ),
        example=Example(arguments=([[15.2, 8.5]], [[4, 2]]), result=[[3.8, 4.25]], note="单位万元。"),
        compute="figures.average_order_value",
    ),
    Function(
        name="REPURCHASE_RATE",
        title="复购率",
        help="有两张及以上订单的客户数÷有订单的客户数。同一订单的多行只算一张。",
        category=FIGURES,
        arguments=(
            Argument(name="customer_ids", help="订单明细的客户编号一列。"),
            Argument(name="order_ids", help="订单明细的订单编号一列，与客户编号同样大小。"),
        ),
        example=Example(
            arguments=([["C1"], ["C1"], ["C1"], ["C2"], ["C2"]], [["S1"], ["S1"], ["S2"], ["S3"], ["S3"]]),
            result=0.5,
            note="C1 有两张订单，C2 只有一张（两行）。",
        ),
        compute="figures.repurchase_rate",
    ),
    Function(
        name="MASK",
        title="脱敏",
        help="遮盖个人信息：电话 138****1234，证件号码留前6后4位，姓名 张*三，邮箱留首字母。不写种类时遮盖文本里出现的电话、证件、银行卡号和邮箱；只有姓名要写明种类。",
        category=HELP,
        arguments=(
            Argument(name="content", help="要遮盖的内容；可为区域，空白返回空白。"),
            Argument(
                name="secret_kind",
                help="内容的种类：文本、姓名、电话、邮箱、证件号码；省略为文本。",
                optional=True,
            ),
        ),
        example=Example(
            arguments=([["欧阳锋"], ["13800001234"], ["zhang.wei@example.com"]], [["姓名"], ["电话"], ["邮箱"]]),
            result=[["欧阳*"], ["138****1234"], ["z***@example.com"]],
        ),
        compute="texts.mask",
    ),
    Function(
        name="CRM_WHY",
        title="错误原因",
        help="写明一个单元格为什么是错误值（或空白）：本插件的函数出错时会记下原因。重新打开工作簿后，须先重新计算该单元格。",
        category=HELP,
        arguments=(Argument(name="cell", help="显示错误值的单元格，如 B2。"),),
        example=Example(arguments=(1,), result=""),
        compute="",
    ),
)


def function(name: str) -> Function:
    """The function of that name.

    Raises:
        KeyError: there is none.
    """
    return _BY_NAME[name]


_BY_NAME = {function.name: function for function in FUNCTIONS}
# What Python computes; the rest are VBA's.
COMPUTED = tuple(function for function in FUNCTIONS if function.compute)
