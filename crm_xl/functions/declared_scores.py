"""Functions that score customers."""

from __future__ import annotations

from crm_xl.functions.declaration import Argument, Example, Function

CATEGORY = "客户评分"

_INDICATORS = Argument(
    name="indicators",
    help="一位客户一行的指标值，按评分卡顺序；也可多行；或连同标题行的整张表，按指标名或数据字段名匹配，列序不限，多余的列不管。",
)
_SCORECARD = Argument(
    name="scorecard",
    help="评分卡参数区域，一般写 CRM_CARD；省略则用出厂的价值评分卡（不随参数表变化）。",
    optional=True,
)

FUNCTIONS: tuple[Function, ...] = (
    Function(
        name="CUSTOMER_SCORE",
        title="客户综合得分",
        help="按评分卡计算客户综合得分（0-100，不取整）。整行空白返回空白；缺少某项指标返回“待评估”；多行数据一次算完并向下溢出。",
        category=CATEGORY,
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
        category=CATEGORY,
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
        category=CATEGORY,
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
)
