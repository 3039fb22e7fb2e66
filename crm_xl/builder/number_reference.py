"""How every number is computed, generated from the notes of the outputs; docs/manual/numbers.zh-CN.md is its copy."""

from __future__ import annotations

from collections.abc import Iterator

from crm_xl.analysis.ledger import EXPLANATION
from crm_xl.builder.dictionary import KIND_TITLES, markdown_row
from crm_xl.builder.explained import EXPLAINED, explanation
from crm_xl.builder.help_texts import NUMBERS
from crm_xl.schema import Table

_INTRODUCTION = """\
# 每个数怎么算

本页由结果表的声明生成（`python dev.py build`），与工作簿“说明”表的“每个数怎么算”是同一份。先读[怎么读这些数](#怎么读这些数)，
再按工作表查列；函数怎么算见[工作表函数](../functions.md)，分级与权重的方法和算例见[分级手册](grading.zh-CN.md)。

每张结果表上方有一行小字，写着所用的分析日期、期间、范围、评分卡与口径。"""


def number_reference() -> str:
    """How to read a number, then every output by sheet, then what each rule of the ledger means, as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _INTRODUCTION
    yield from ("", "## 怎么读这些数", "")
    for name, text in NUMBERS:
        yield f"- **{name}**：{text}"
    sheets = list(dict.fromkeys(table.sheet for table in EXPLAINED))
    yield from ("", "## 按工作表查", "", "、".join(f"[{sheet}](#{_anchor(sheet)})" for sheet in sheets))
    for sheet in sheets:
        yield from ("", f"## {sheet}")
        for table in EXPLAINED:
            if table.sheet == sheet:
                yield from _table(table)
    yield from ("", "## 台账里的规则", "", "| 规则 | 含义与处理 |", "|---|---|")
    for rule, meaning in EXPLANATION.items():
        yield markdown_row((rule.value, meaning))


def _anchor(heading: str) -> str:
    """The link to a heading as Git hosts make it: small letters, blanks as hyphens, other signs left out."""
    kept = (sign for sign in heading.lower() if sign.isalnum() or sign in " -_")
    return "".join(kept).replace(" ", "-")


def _table(table: Table) -> Iterator[str]:
    if table.title != table.sheet:
        yield from ("", f"### {table.title}")
    if table.note:
        yield from ("", f"{table.note}。")
    told = [(column, explanation(table, column)) for column in table]
    if any(text for _, text in told):
        yield from ("", "| 列 | 类型 | 单位 | 计算方法 |", "|---|---|---|---|")
        for column, text in told:
            if text:
                yield markdown_row((column.title, KIND_TITLES[column.kind], column.unit, text))
    if rest := [column.title for column, text in told if not text]:
        which = "其余各列" if len(rest) < len(told) else "各列"
        yield from ("", f"{which}如标题所示：{'、'.join(rest)}。")
