"""Functions that help: masking, reasons."""

from __future__ import annotations

from crm_xl.functions.declaration import Argument, Example, Function

CATEGORY = "客户分析帮助"


FUNCTIONS: tuple[Function, ...] = (
    Function(
        name="MASK",
        title="脱敏",
        help="遮盖个人信息：电话 138****1234，证件号码留前6后4位，姓名 张*三，邮箱留首字母。"
        "不写种类时遮盖文本里出现的电话、证件、银行卡号和邮箱；只有姓名要写明种类。",
        category=CATEGORY,
        arguments=(
            Argument(name="content", help="要遮盖的内容；可为区域，空白返回空白。"),
            Argument(
                name="secret_kind",
                help="内容的种类：文本、姓名、电话、邮箱、证件号码；省略为文本。",
                optional=True,
            ),
        ),
        example=Example(
            arguments=(
                [["欧阳锋"], ["13800001234"], ["zhang.wei@example.com"]],
                [["姓名"], ["电话"], ["邮箱"]],
            ),
            result=[["欧阳*"], ["138****1234"], ["z***@example.com"]],
        ),
        compute="texts.mask",
    ),
    Function(
        name="CRM_WHY",
        title="错误原因",
        help="写明一个单元格为什么是错误值（或空白）：本插件的函数出错时会记下原因。重新打开工作簿后，须先重新计算该单元格。",
        category=CATEGORY,
        arguments=(Argument(name="cell", help="显示错误值的单元格，如 B2。"),),
        example=Example(arguments=(1,), result=""),
        compute="",
    ),
)
