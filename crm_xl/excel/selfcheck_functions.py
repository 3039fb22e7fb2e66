"""The selfcheck of worksheet functions: their declared examples typed in, and those that the workbook shows."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import xlwings as xw

from crm_xl.excel.selfcheck_finding import Finding, Part, first_difference, rows_of, shown, since
from crm_xl.functions import FUNCTIONS, Function
from crm_xl.raw import column_letters

EXAMPLES_SHEET = "函数示例"
_FORMULA, _CALL = "公式", re.compile(r"=([A-Z][A-Z0-9_]*)\((.*)\)")
_CELLS = re.compile(r"[A-Z]+[0-9]+(:[A-Z]+[0-9]+)?")


def check_functions(book: xw.Book) -> Iterator[Finding]:
    """Every function, and whether it answers as declared; a sheet is added for it and removed.

    Args:
        book: an open workbook.
    """
    on_sheet = _shown_examples(book)
    scratch = book.sheets.add(after=book.sheets[len(book.sheets) - 1])
    try:
        for function in FUNCTIONS:
            started = time.perf_counter()
            wrong = _declared(scratch, function) or on_sheet.get(function.name, "")
            yield Finding(
                part=Part.FUNCTION,
                name=function.name,
                title=function.title,
                wrong=wrong,
                seconds=since(started),
            )
    finally:
        scratch.delete()


def _declared(scratch: xw.Sheet, function: Function) -> str:
    """What is wrong with the answer to the function's declared example; empty where it is right."""
    expected = rows_of(function.example.result)
    cells = scratch.range((1, 1), (len(expected), len(expected[0])))
    try:
        if len(expected) == len(expected[0]) == 1:
            cells.formula = function.formula
        else:
            cells.formula_array = function.formula
        got = cells.options(ndim=2, err_to_str=True).value
    finally:
        cells.clear()
    place = first_difference(got, expected)
    if place is None:
        return ""
    row, column = place
    return f"{function.formula} 应得 {shown(expected[row][column])}，得到 {shown(got[row][column])}"


def _shown_examples(book: xw.Book) -> dict[str, str]:
    """What is wrong with the formulas of the example sheet, by function."""
    if EXAMPLES_SHEET not in [sheet.name for sheet in book.sheets]:
        return {}
    sheet = book.sheets[EXAMPLES_SHEET]
    rows = sheet.used_range.options(ndim=2, err_to_str=True).value
    known = {function.name: function for function in FUNCTIONS if function.compute}
    found = {}
    for number, row in enumerate(rows, start=1):
        call = _CALL.fullmatch(row[1]) if row[0] == _FORMULA and isinstance(row[1], str) else None
        if call is None or call[1] not in known or '"' in call[2]:
            continue  # a text in a formula is there to show an error
        arguments = [_argument(book, sheet, text) for text in call[2].split(",")]
        expected = rows_of(known[call[1]].call(*arguments))
        got = [cells[1 : 1 + len(expected[0])] for cells in rows[number : number + len(expected)]]
        place = first_difference(got, expected)
        if place is not None:
            cell = f"{column_letters(place[1] + 2)}{number + 1 + place[0]}"
            found[call[1]] = f"“{EXAMPLES_SHEET}”!{cell} 的结果与公式不符"
    return found


def _argument(book: xw.Book, sheet: xw.Sheet, text: str) -> Any:
    cells = sheet.range(text) if _CELLS.fullmatch(text) else book.names[text].refers_to_range
    return cells.options(ndim=2, err_to_str=True).value
