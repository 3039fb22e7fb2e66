"""Functions on recency, frequency and monetary value."""

from __future__ import annotations

from crm_xl.functions.declaration import Argument, Example, Function

CATEGORY = "客户RFM"

_ANALYSIS_DATE = Argument(name="analysis_date", help="分析日期，即计算到哪一天（含），如 2026-10-31。")
_MATRIX = Argument(
    name="matrix",
    help="判断矩阵，不含标题的方阵：第i行第j列为第i项比第j项重要多少（1-9，反之填倒数）；对角线为1或空白，可只填一半。",
)

FUNCTIONS: tuple[Function, ...] = (
    Function(
        name="RFM_TABLE",
        title="RFM明细表",
        help="由订单明细算出每位客户的R（距上次订单天数）、F（不重复订单数）、M（总额）及1-5分，结果带标题行并溢出。已取消、已退款的行不计；退货行冲减金额，全额退货的订单不计次数。",
        category=CATEGORY,
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
        category=CATEGORY,
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
        category=CATEGORY,
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
)
