"""Functions that weigh indicators."""

from __future__ import annotations

from crm_xl.functions.declaration import Argument, Example, Function

CATEGORY = "指标权重"

_MATRIX = Argument(
    name="matrix",
    help="判断矩阵，不含标题的方阵：第i行第j列为第i项比第j项重要多少（1-9，反之填倒数）；对角线为1或空白，可只填一半。"
    "也可填 CRM_AHP，即“AHP权重”表中填写的判断。",
)
_RANDOM_INDEX = Argument(
    name="ri",
    help="随机一致性指标表：Saaty 1980、Saaty 2005 或 Donegan-Dodd 1991；省略为 Saaty 1980。",
    optional=True,
)

_GROUP = Argument(
    name="group",
    help="比较组，如“客户价值”：矩阵填 CRM_AHP 时取哪一组，几位评判人取几何平均；省略为第一组。",
    optional=True,
)

FUNCTIONS: tuple[Function, ...] = (
    Function(
        name="AHP_WEIGHTS",
        title="AHP权重",
        help="由判断矩阵求权重（主特征向量，合计为1），向下溢出。只填一半三角也可；空白的判断按最一致的值补全。一致性比率CR超过0.10时返回错误，CRM_WHY写明最该复核的判断和与其余一致的值。",
        category=CATEGORY,
        arguments=(_MATRIX, _RANDOM_INDEX, _GROUP),
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
        category=CATEGORY,
        arguments=(_MATRIX, _RANDOM_INDEX, _GROUP),
        example=Example(
            arguments=([[1, 2, 4], [0.5, 1, 1], [0.25, 1, 1]],),
            result=0.0462254964473906,
            note="λmax=1+2^(1/3)+2^(-1/3)≈3.0536，CI=(3.0536−3)÷2≈0.0268，CR=CI÷0.58。",
        ),
        compute="weights.ahp_cr",
    ),
)
