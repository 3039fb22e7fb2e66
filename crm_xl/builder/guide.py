"""说明: how to use the workbook, how each number is computed, and what each column means, from the declarations."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.worksheet import Worksheet

from crm_xl.builder.author import Author
from crm_xl.builder.dictionary import KIND_TITLES
from crm_xl.builder.layout import GUIDE, HIDDEN_SHEETS
from crm_xl.builder.printing import A4
from crm_xl.builder.theme import LINE_HEIGHT, lines
from crm_xl.schema import Column, Kind, Role

_WIDTHS = (22, 28, 16, 10, 8, 44, 28, 46)
_LAST = len(_WIDTHS) - 1
_USE = (
    "粘贴数据时只粘贴值，标题行不改名、不移动；多余的列可以放在表格右侧之外。",
    "没有的数据整列留空即可：算不出的结果表会写明缺少哪张表，其余照常计算。",
    "日期写成 2026-10-31；比例写成 15% 或 0.15；编号与电话是文本，前导零会保留。",
    "退货填负数，并尽量填原订单编号；已取消、已退款的订单请在订单状态中注明。",
    "刷新只写入结果表（灰色标题）与灰色列，不改动您填写的内容；用命令行刷新时原文件留有备份。",
    "被搁置或改动的数据逐条列在“数据质量台账”，金额核对见“数据质量”。",
)
_SIGNS = (
    "黄底蓝字：由您填写。　深色标题：必填列。　浅蓝标题：选填列。　灰色标题：由刷新写入。",
    "▲ 需要处理（如流失）。　△ 需要留意（如沉默、待评估）。　✔ 核对一致。　✘ 核对不一致。",
)


def write_guide(author: Author, worksheet: Worksheet) -> None:
    """Everything on 说明; the sheet is protected without a password, so that nobody types into it by accident."""
    look = author.theme.look
    worksheet.hide_gridlines(2)
    for column, width in enumerate(_WIDTHS):
        worksheet.set_column(column, column, width)
    worksheet.set_row(0, 30)
    worksheet.write_string(0, 0, GUIDE, look("title"))
    row = _paragraphs(author, worksheet, 2, "使用方法", _USE)
    row = _paragraphs(author, worksheet, row + 1, "颜色与记号", _SIGNS)
    row = _computed(author, worksheet, row + 1)
    row = _dictionary(author, worksheet, row + 1)
    worksheet.protect(
        "", {"select_locked_cells": True, "select_unlocked_cells": True, "format_columns": True}
    )
    worksheet.set_landscape()
    worksheet.set_paper(A4)
    worksheet.fit_to_pages(1, 0)
    worksheet.print_area(0, 0, row - 1, _LAST)
    worksheet.set_footer(f"&L&9{GUIDE}&C&9第 &P 页，共 &N 页")


def _section(author: Author, worksheet: Worksheet, row: int, title: str) -> int:
    worksheet.merge_range(row, 0, row, _LAST, title, author.theme.look("section"))
    return row + 1


def _paragraphs(author: Author, worksheet: Worksheet, row: int, title: str, texts: Sequence[str]) -> int:
    row = _section(author, worksheet, row, title)
    for number, text in enumerate(texts):
        worksheet.write_string(row + number, 0, f"• {text}", author.theme.look("text"))
    return row + len(texts)


def _heads(author: Author, worksheet: Worksheet, row: int, titles: Sequence[str]) -> int:
    for column, title in enumerate(titles):
        worksheet.write_string(row, column, title, author.theme.look("grid head"))
    return row + 1


def _computed(author: Author, worksheet: Worksheet, row: int) -> int:
    """How the figures of the outputs are computed: every column whose declaration says it."""
    row = _section(author, worksheet, row, "每个数怎么算")
    row = _heads(author, worksheet, row, ("结果表", "列", "类型", "单位"))
    worksheet.merge_range(row - 1, 4, row - 1, _LAST, "计算方法", author.theme.look("grid head"))
    grid = author.theme.look("grid")
    for table in author.draft.spec.of_role(Role.OUTPUT):
        if table.sheet in HIDDEN_SHEETS:
            continue
        said = [(table.title, "（整表）", "", "", table.note)] if table.note else []
        said += [
            (table.title, column.title, KIND_TITLES[column.kind], column.unit, column.note)
            for column in table
            if column.note
        ]
        for cells in said:
            for at, text in enumerate(cells[:4]):
                worksheet.write_string(row, at, text, grid)
            worksheet.merge_range(row, 4, row, _LAST, cells[4], grid)
            row += 1
    return row


def _dictionary(author: Author, worksheet: Worksheet, row: int) -> int:
    """Every column that people fill in."""
    row = _section(author, worksheet, row, "数据字典（需要填写的表）")
    row = _heads(author, worksheet, row, ("表", "列", "类型", "单位", "必填", "可填内容", "示例", "说明"))
    grid = author.theme.look("grid")
    for table in (*author.draft.spec.of_role(Role.INPUT), *author.draft.spec.of_role(Role.PARAMETER)):
        for column in table:
            texts = (
                table.title, column.title, KIND_TITLES[column.kind], column.unit, "必填" if column.required else "",
                allowed(column), column.example, "由刷新填写" if column.computed else column.note,
            )  # fmt: skip
            for at, text in enumerate(texts):
                worksheet.write_string(row, at, text, grid)
            tallest = max(lines(text, width) for text, width in zip(texts, _WIDTHS, strict=True))
            if tallest > 1:
                worksheet.set_row(row, tallest * LINE_HEIGHT)
            row += 1
    return row


def allowed(column: Column) -> str:
    """What may stand in a column, in words; empty where anything may."""
    if column.choices:
        return "、".join(column.choices)
    if column.kind is Kind.YESNO:
        return "是、否"
    low, high = column.minimum, column.maximum
    form = ".0%" if column.kind is Kind.PERCENT else "g"
    if low is not None and high is not None:
        return f"{low:{form}} 至 {high:{form}}"
    return f"不小于 {low:{form}}" if low is not None else ""
