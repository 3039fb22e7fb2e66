"""The reference of worksheet functions, generated from the declarations; docs/functions.md is its committed copy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crm_xl.functions import FUNCTIONS, Function

_BLOCKS = "CRM_CARD、CRM_TIERS、CRM_BANDS、CRM_CUTS、CRM_SEGMENTS、CRM_CHURN、CRM_AHP"
_INTRODUCTION = f"""\
# 工作表函数

本页由函数的声明生成（`python dev.py build`），请勿手工修改。方括号内的参数可以省略。

- 一个单元格、一行、一列或一片区域都可作参数；结果与区域同样大小，或是一张向下溢出的表。
- 空白返回空白；参数是错误值，结果就是同一个错误值；填错时返回错误值，用 `=CRM_WHY(单元格)` 查看原因。
- 数字可写成文本、“1.2万”、“15%”；日期可写成 2026-10-31、2026/10/31、2026年10月31日或日期序号；编号 1001 与 1001.0 相同。
- 参数表改动后先刷新，再由公式引用参数区域（{_BLOCKS}），公式与结果表就一致；省略参数区域则用出厂设置，不随参数表变化。
- 没有易失函数：只有所引用的单元格变化时才重新计算。成千上万行请用一个公式引用整片区域，不要逐格填公式。"""


def function_reference() -> str:
    """Every function as Markdown: syntax, help, arguments, a worked example and its result."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _INTRODUCTION
    yield from ("", "| 函数 | 用途 | 类别 |", "|---|---|---|")
    for function in FUNCTIONS:
        yield f"| [{function.name}](#{function.name.lower()}) | {function.title} | {function.category} |"
    category = ""
    for function in FUNCTIONS:
        if function.category != category:
            category = function.category
            yield from ("", f"## {category}")
        yield from _function(function)


def _function(function: Function) -> Iterator[str]:
    yield from (
        "",
        f"### {function.name}",
        "",
        f"**{function.title}** `{function.syntax}`",
        "",
        function.help,
    )
    yield from ("", "| 参数 | 说明 |", "|---|---|")
    for argument in function.arguments:
        optional = "（可省略）" if argument.optional else ""
        yield f"| `{argument.name}`{optional} | {_cell(argument.help)} |"
    if not function.compute:
        return  # what VBA answers depends on the cell it is asked about
    yield from ("", "例：", "", "```", function.formula, "```", "")
    result = function.example.result
    if isinstance(result, list):
        yield from _block(result)
    else:
        yield f"结果：{_shown(result)}"
    if function.example.note:
        yield from ("", function.example.note)


def _block(rows: list[list[Any]]) -> Iterator[str]:
    """A spilled result as a table; Markdown wants a heading row, so it is the first one."""
    first, *rest = rows
    yield "结果："
    yield ""
    yield "| " + " | ".join(_shown(cell) for cell in first) + " |"
    yield "|" + "---|" * len(first)
    for row in rest:
        yield "| " + " | ".join(_shown(cell) for cell in row) + " |"


def _shown(value: Any) -> str:
    return _cell(f"{value:.12g}" if isinstance(value, int | float) else str(value))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
