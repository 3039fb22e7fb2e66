"""函数示例: every worksheet function with its help and a live formula, and the hidden sheet its help is registered from.

The formulas take the parameter blocks of the workbook, as every formula the workbook ships does. What they give
is computed here and stored with them, so that the sheet reads right where macros are off.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlsxwriter.utility import xl_range
from xlsxwriter.worksheet import Worksheet

from crm_xl.builder.author import Author
from crm_xl.builder.layout import EXAMPLES
from crm_xl.builder.printing import A4
from crm_xl.functions import FUNCTIONS, Function
from crm_xl.schema import Table
from crm_xl.tables import outputs as o
from crm_xl.tables import workshop as w

Rows = Sequence[Sequence[Any]]

# Optional argument -> the block of the workbook that a formula passes for it.
BLOCKS = {
    "scorecard": o.CARD_BLOCK,
    "points": o.CARD_BLOCK,
    "tiers": o.TIER_BLOCK,
    "bands": o.BAND_BLOCK,
    "scheme": o.SEGMENT_BLOCK,
    "rules": o.CHURN_BLOCK,
}
# Functions of a table that people fill in themselves.
FILLED = {"AHP_WEIGHTS": w.AHP, "AHP_CR": w.AHP}
# The name of a function that has failed, and what CRM_WHY says of it.
WHY = "CRM_WHY"
_FAILING = '=PRIORITY("八十五")'
_LABELS, _VALUES = 0, 1  # columns
_WIDTHS = (20, 16, *[12] * 8)


def write_examples(author: Author, worksheet: Worksheet) -> None:
    """Title, then one section a function: what it does, its arguments, example inputs, formula, result."""
    look = author.theme.look
    worksheet.hide_gridlines(2)
    for column, width in enumerate(_WIDTHS):
        worksheet.set_column(column, column, width)
    worksheet.set_row(0, 30)
    worksheet.write_string(0, 0, EXAMPLES, look("title"))
    worksheet.write_string(
        1, 0, "公式可以直接复制使用；参数取自“参数”表，改参数并刷新后结果随之改变。", look("note")
    )
    row = 3
    for function in FUNCTIONS:
        row = _section(author, worksheet, row, function) + 1
    worksheet.set_landscape()
    worksheet.set_paper(A4)
    worksheet.fit_to_pages(1, 0)
    worksheet.print_area(0, 0, row - 1, len(_WIDTHS) - 1)
    worksheet.set_footer(f"&L&9{EXAMPLES}&C&9第 &P 页，共 &N 页")


def write_help(_author: Author, worksheet: Worksheet) -> None:
    """What `CrmOpen.RegisterHelp` reads: function, category, description, one column per argument."""
    widest = max(len(function.arguments) for function in FUNCTIONS)
    headings = ("function", "category", "description", *(f"argument {n}" for n in range(1, widest + 1)))
    worksheet.write_row(0, 0, headings)
    for row, function in enumerate(FUNCTIONS, start=1):
        texts = (function.name, function.category, function.help, *(a.help for a in function.arguments))
        for column, text in enumerate(texts):
            worksheet.write_string(row, column, text)


def _section(author: Author, worksheet: Worksheet, row: int, function: Function) -> int:
    """The first free row below the section."""
    look = author.theme.look
    title = f"{function.name}　{function.title}"
    worksheet.merge_range(row, 0, row, len(_WIDTHS) - 1, title, look("section"))
    worksheet.write_string(row + 1, 0, function.help, look("note"))
    worksheet.write_string(row + 2, 0, f"={function.syntax}", look("text"))
    row += 3
    for argument in function.arguments:
        worksheet.write_string(row, _LABELS, argument.name, look("label"))
        worksheet.write_string(row, _VALUES, argument.help, look("note"))
        row += 1
    return (
        _why(author, worksheet, row) if function.name == WHY else _example(author, worksheet, row, function)
    )


def _example(author: Author, worksheet: Worksheet, row: int, function: Function) -> int:
    look, grid = author.theme.look, author.theme.look("grid")
    references: list[str] = []
    values: list[Any] = []
    worksheet.write_string(row, _LABELS, "示例数据", look("table title"))
    for argument, given in zip(function.arguments, function.example.arguments, strict=False):
        block = given if isinstance(given, list) else [[given]]
        worksheet.write_string(row, _VALUES, argument.name, look("label"))
        left = _VALUES + 1
        for down, cells in enumerate(block):
            for across, cell in enumerate(cells):
                _write(worksheet, row + down, left + across, cell, grid)
        references.append(xl_range(row, left, row + len(block) - 1, left + len(block[0]) - 1))
        values.append(given)
        row += len(block)
    last = max((n for n, argument in enumerate(function.arguments) if argument.name in BLOCKS), default=-1)
    for argument in function.arguments[len(references) : last + 1]:
        if argument.name not in BLOCKS:
            # A blank cell, because LibreOffice takes an argument left out in the middle for 0.
            worksheet.write_string(row, _VALUES, argument.name, look("label"))
            worksheet.write_blank(row, _VALUES + 1, None, grid)
            references.append(xl_range(row, _VALUES + 1, row, _VALUES + 1))
            values.append(None)
            row += 1
            continue
        table = BLOCKS[argument.name]
        references.append(table.defined_name)
        values.append(_rows(author, table))
    formula = f"={function.name}({','.join(references)})"
    worksheet.write_string(row, _LABELS, "公式", look("table title"))
    worksheet.write_string(row, _VALUES, formula, look("text"))
    worksheet.write_string(row + 1, _LABELS, "结果", look("table title"))
    bottom = _spill(worksheet, row + 1, _VALUES, formula, function.call(*values), look("value"))
    if function.name in FILLED:
        bottom = _of_this_book(author, worksheet, bottom, function, FILLED[function.name])
    if function.example.note:
        worksheet.write_string(bottom, _VALUES, function.example.note, look("note"))
        bottom += 1
    return bottom


def _of_this_book(author: Author, worksheet: Worksheet, row: int, function: Function, table: Table) -> int:
    """The same function on what people have filled in elsewhere in the workbook; the first free row below."""
    look = author.theme.look
    formula = f"={function.name}({table.defined_name})"
    worksheet.write_string(row, _LABELS, f"本工作簿的{table.title}", look("table title"))
    worksheet.write_string(row, _VALUES, formula, look("text"))
    result = function.call(_rows(author, table))
    worksheet.write_string(row + 1, _LABELS, "结果", look("table title"))
    return _spill(worksheet, row + 1, _VALUES, formula, result, look("value"))


def _rows(author: Author, table: Table) -> Rows:
    """A parameter block as a formula receives it: headings, then rows."""
    block = author.draft.blocks[table.name]
    return [list(block.headings), *map(list, block.rows)]


def _why(author: Author, worksheet: Worksheet, row: int) -> int:
    """A formula that fails, and the reason beside it."""
    look = author.theme.look
    failing = next(function for function in FUNCTIONS if f"={function.name}(" in _FAILING)
    value, _, reason = str(failing.call("八十五")).partition("|")
    if not reason:
        raise ValueError(f"{_FAILING} does not fail")
    worksheet.write_string(row, _LABELS, "公式", look("table title"))
    worksheet.write_string(row, _VALUES, _FAILING, look("text"))
    worksheet.write_string(row + 1, _LABELS, "结果", look("table title"))
    cell = xl_range(row + 1, _VALUES, row + 1, _VALUES)
    _spill(worksheet, row + 1, _VALUES, _FAILING, value, look("value"))
    worksheet.write_string(row + 2, _LABELS, "原因", look("table title"))
    return _spill(worksheet, row + 2, _VALUES, f"=CRM_WHY({cell})", reason, look("value"))


def _spill(worksheet: Worksheet, row: int, column: int, formula: str, result: Any, look: Any) -> int:
    """A formula over the whole range of its stored result; the first free row below."""
    rows = result if isinstance(result, list) else [[result]]
    bottom, right = row + len(rows) - 1, column + len(rows[0]) - 1
    worksheet.write_dynamic_array_formula(row, column, bottom, right, formula, look, rows[0][0])
    for down, cells in enumerate(rows):
        for across, cell in enumerate(cells):
            if (down, across) != (0, 0):
                _write(worksheet, row + down, column + across, cell, look)
    return bottom + 1


def _write(worksheet: Worksheet, row: int, column: int, cell: Any, look: Any) -> None:
    if isinstance(cell, bool):
        worksheet.write_boolean(row, column, cell, look)
    elif isinstance(cell, int | float):
        worksheet.write_number(row, column, cell, look)
    else:
        worksheet.write_string(row, column, str(cell or ""), look)
