"""The data dictionary, generated from the declarations; docs/data-dictionary.md is its committed copy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from crm_xl.schema import Column, Kind, Role, Table
from crm_xl.tables import TABLES
from crm_xl.tables.parameters import GENERAL
from crm_xl.tables.shipped import setting_cell

KIND_TITLES = {
    Kind.TEXT: "文本",
    Kind.ID: "编号（文本）",
    Kind.INTEGER: "整数",
    Kind.NUMBER: "数值",
    Kind.MONEY: "金额",
    Kind.PERCENT: "百分比",
    Kind.DATE: "日期",
    Kind.DATETIME: "日期时间",
    Kind.MONTH: "月份",
    Kind.YESNO: "是/否",
    Kind.CHOICE: "选项",
    Kind.ANY: "按设置项",
}
_SECTIONS = {
    Role.INPUT: ("输入表", "由您填写、粘贴或导入。"),
    Role.PARAMETER: ("参数表", "在工作表“参数”中，由管理者设定。"),
    Role.OUTPUT: ("结果表", "由刷新写入，请勿手工修改。"),
}


def data_dictionary() -> str:
    """Every table and column as Markdown: name, heading, type, unit, limits, required, synonyms, guides."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# 数据字典"
    yield ""
    yield "本页由表的声明生成（`python dev.py build`），请勿手工修改。"
    for role, (title, note) in _SECTIONS.items():
        yield from ("", f"## {title}", "", note)
        for table in TABLES.values():
            if table.role is role:
                yield from _table(table)
    yield from (
        "",
        "## 基本设置",
        "",
        "| 设置项 | 类型 | 默认 | 单位 | 说明 | 来源 |",
        "|---|---|---|---|---|---|",
    )
    for setting in GENERAL:
        default = "（空白）" if setting.default is None else setting_cell(setting)
        yield markdown_row(
            (setting.title, kind_and_limits(setting), default, setting.unit, setting.note, setting.guide)
        )


def _table(table: Table) -> Iterator[str]:
    yield from ("", f"### {table.title} `{table.name}`", "")
    facts = [f"工作表：{table.sheet}"]
    if table.key:
        facts.append("主键：" + "、".join(table.column(name).title for name in table.key))
    if table.guide:
        facts.append(f"来源：指南 {table.guide}")
    if table.note:
        facts.append(table.note)
    yield "；".join(facts) + "。"
    yield from (
        "",
        "| 列标题 | 英文名 | 类型 | 单位 | 必填 | 说明 | 也认得 | 来源 |",
        "|---|---|---|---|---|---|---|---|",
    )
    for column in table:
        yield markdown_row(
            (
                column.title,
                f"`{column.name}`",
                kind_and_limits(column),
                column.unit,
                "是" if column.required else "",
                column.note or (f"例：{column.example}" if column.example else ""),
                "、".join(column.synonyms),
                column.guide,
            )
        )


def kind_and_limits(column: Column) -> str:
    """The kind of a column and what it is held to, in words: 整数 1–5."""
    kind = KIND_TITLES[column.kind]
    if column.choices:
        return f"{kind}：{' / '.join(column.choices)}"
    low, high = column.minimum, column.maximum
    if low is not None and high is not None:
        return f"{kind} {low:g}–{high:g}"
    if low is not None:
        return f"{kind} ≥{low:g}"
    return f"{kind} ≤{high:g}" if high is not None else kind


def markdown_row(cells: Iterable[object]) -> str:
    """A row of a Markdown table."""
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"
