"""Functions for sums, rates and summaries."""

from __future__ import annotations

from crm_xl.functions.declaration import Argument, Example, Function

CATEGORY = "客户汇总与指标"


FUNCTIONS: tuple[Function, ...] = (
    Function(
        name="TIER_SUMMARY",
        title="分级汇总表",
        help="按分级汇总客户数、金额、占比和利润率，结果带标题行和合计行并溢出。利润率=Σ毛利÷Σ金额（按金额加权），占比合计为100%。空白分级计入“待评估”。",
        category=CATEGORY,
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
        category=CATEGORY,
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
        category=CATEGORY,
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
        category=CATEGORY,
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
        category=CATEGORY,
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
)
