"""说明: how to use the workbook, what to do when it fails, how each number is computed, what each column means."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.worksheet import Worksheet

from crm_xl.builder.author import Author
from crm_xl.builder.dictionary import KIND_TITLES
from crm_xl.builder.explained import explanation
from crm_xl.builder.help_texts import NUMBERS, SIGNS, USE, steps
from crm_xl.builder.layout import GUIDE
from crm_xl.builder.printing import A4
from crm_xl.builder.theme import LINE_HEIGHT, lines
from crm_xl.builder.troubles import TROUBLES
from crm_xl.schema import Column, Kind, Role
from crm_xl.tables.choices import HIDDEN_SHEETS

_WIDTHS = (22, 28, 16, 10, 8, 44, 28, 46)
_LAST = len(_WIDTHS) - 1


def write_guide(author: Author, worksheet: Worksheet) -> None:
    """Everything on 说明; the sheet is protected without a password, so that nobody types into it by accident."""
    look = author.theme.look
    worksheet.hide_gridlines(2)
    for column, width in enumerate(_WIDTHS):
        worksheet.set_column(column, column, width)
    worksheet.set_row(0, 30)
    worksheet.write_string(0, 0, GUIDE, look("title"))
    to_do = [f"{name}：{what}" for name, what in steps(macros=author.draft.spec.macros)]
    row = _paragraphs(author, worksheet, 2, "三步使用", to_do)
    row = _paragraphs(author, worksheet, row + 1, "使用方法", USE)
    row = _paragraphs(author, worksheet, row + 1, "颜色与记号", SIGNS)
    row = _pairs(author, worksheet, row + 1, "怎么读这些数", NUMBERS)
    row = _troubles(author, worksheet, row + 1)
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


def _pairs(
    author: Author, worksheet: Worksheet, row: int, title: str, pairs: Sequence[tuple[str, str]]
) -> int:
    """A name and a sentence a row."""
    row = _section(author, worksheet, row, title)
    for pair in pairs:
        _across(author, worksheet, row, pair, (1, _LAST), "grid")
        row += 1
    return row


def _troubles(author: Author, worksheet: Worksheet, row: int) -> int:
    """What to do when something is not as it should be, symptom by symptom."""
    row = _section(author, worksheet, row, "常见问题")
    columns = (1, 4, _LAST - 4)
    _across(author, worksheet, row, ("现象", "原因", "办法"), columns, "grid head")
    for trouble in TROUBLES:
        row += 1
        _across(author, worksheet, row, (trouble.symptom, trouble.cause, trouble.remedy), columns, "grid")
    return row + 1


def _across(
    author: Author, worksheet: Worksheet, row: int, texts: Sequence[str], columns: Sequence[int], look: str
) -> None:
    """Texts from the left, each over so many columns, in a row as tall as the tallest."""
    left, tallest = 0, 1
    for text, count in zip(texts, columns, strict=True):
        right = left + count
        if count > 1:
            worksheet.merge_range(row, left, row, right - 1, text, author.theme.look(look))
        else:
            worksheet.write_string(row, left, text, author.theme.look(look))
        tallest = max(tallest, lines(text, sum(_WIDTHS[left:right])))
        left = right
    if tallest > 1:
        worksheet.set_row(row, tallest * LINE_HEIGHT)


def _computed(author: Author, worksheet: Worksheet, row: int) -> int:
    """How the figures of the outputs are computed: every column whose declaration says it."""
    columns = (1, 1, 1, 1, _LAST - 3)
    row = _section(author, worksheet, row, "每个数怎么算")
    _across(author, worksheet, row, ("结果表", "列", "类型", "单位", "计算方法"), columns, "grid head")
    for table in author.draft.spec.of_role(Role.OUTPUT):
        if table.sheet in HIDDEN_SHEETS:
            continue
        said = [(table.title, "（整表）", "", "", table.note)] if table.note else []
        said += [
            (table.title, column.title, KIND_TITLES[column.kind], column.unit, text)
            for column in table
            if (text := explanation(table, column))
        ]
        for texts in said:
            row += 1
            _across(author, worksheet, row, texts, columns, "grid")
    return row + 1


def _dictionary(author: Author, worksheet: Worksheet, row: int) -> int:
    """Every column that people fill in."""
    columns = (1,) * len(_WIDTHS)
    row = _section(author, worksheet, row, "数据字典（需要填写的表）")
    heads = ("表", "列", "类型", "单位", "必填", "可填内容", "示例", "说明")
    _across(author, worksheet, row, heads, columns, "grid head")
    for table in (*author.draft.spec.of_role(Role.INPUT), *author.draft.spec.of_role(Role.PARAMETER)):
        for column in table:
            texts = (
                table.title, column.title, KIND_TITLES[column.kind], column.unit, "必填" if column.required else "",
                allowed(column), column.example, "由刷新填写" if column.computed else column.note,
            )  # fmt: skip
            row += 1
            _across(author, worksheet, row, texts, columns, "grid")
    return row + 1


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
