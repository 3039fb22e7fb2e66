"""Functions that grade customers."""

from __future__ import annotations

from crm_xl.functions.declaration import Argument, Example, Function

CATEGORY = "客户分级"

_ANALYSIS_DATE = Argument(name="analysis_date", help="分析日期，即计算到哪一天（含），如 2026-10-31。")
_MATRIX = Argument(
    name="matrix",
    help="判断矩阵，不含标题的方阵：第i行第j列为第i项比第j项重要多少（1-9，反之填倒数）；对角线为1或空白，可只填一半。",
)

FUNCTIONS: tuple[Function, ...] = (
    Function(
        name="CUSTOMER_TIER",
        title="客户分级",
        help="按综合得分给出分级：90分起战略级，75分起重点级，60分起普通级，其余潜在级。不取整，89.5分不是战略级。空白返回空白，“待评估”仍为“待评估”。",
        category=CATEGORY,
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
        category=CATEGORY,
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
        category=CATEGORY,
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
        category=CATEGORY,
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
        category=CATEGORY,
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
        category=CATEGORY,
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
)
