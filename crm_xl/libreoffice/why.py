"""CRM_WHY in LibreOffice: why a cell shows an error, or nothing, and the line of the log that says so.

LibreOffice tells no function which cell asks, so nothing was kept by cell. What the cell calls is called again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from crm_xl.answering import answered
from crm_xl.functions import COMPUTED
from crm_xl.functions.declared import function
from crm_xl.libreoffice import reasons
from crm_xl.libreoffice.words import SERVICE, method

NOT_ASKED = "所引用的单元格里已有错误值，请先查看那里。"
NONE_KEPT = "没有记下原因：公式不是由本插件的一个函数构成，请把函数单独放在一个单元格里再看。"
_NAMES = {f"{SERVICE}.{method(own)}".upper(): own.name for own in COMPUTED} | {
    own.name: own.name for own in COMPUTED
}
_CALL = re.compile(r"\{?=([\w.]+)\((.*)\)\}?", re.DOTALL)
_NUMBER = re.compile(r"[-+]?\d+(\.\d*)?(E[-+]?\d+)?%?")
_TRUTHS = {"TRUE()": True, "FALSE()": False}
_REFERENCE = re.compile(
    r"(?:\$?(?P<quoted>'(?:[^']|'')+'|[^'.]+)\.)?(?P<cells>\$?[A-Z]+\$?\d+(?::\$?[A-Z]+\$?\d+)?)"
)


class _NotPlain(Exception):  # noqa: N818 - not an error
    """An argument that is itself to be computed; only LibreOffice can."""


def why(cell_range: Any) -> str:
    """The reason, one sentence with its line in the log; empty where the cell shows a value.

    Args:
        cell_range: a com.sun.star.table.XCellRange; its first cell is meant.
    """
    cell = cell_range.getCellByPosition(0, 0)
    sheet = cell.getSpreadsheet()
    called = _CALL.fullmatch(cell.getFormula())
    name = _NAMES.get(called[1].upper()) if called else None
    if called is None or name is None:
        return NONE_KEPT if cell.getError() else ""
    try:
        arguments = tuple(_value(text, sheet) for text in split(called[2], ";"))
    except _NotPlain:
        return NONE_KEPT if cell.getError() else ""
    if any(
        part is None
        for argument in arguments
        if isinstance(argument, tuple)
        for row in argument
        for part in row
    ):
        return NOT_ASKED
    answer = answered(function(name), arguments)
    _, _, reason = str(_place(answer, cell, sheet)).partition("|")
    if not reason:
        return NONE_KEPT if cell.getError() else ""
    return f"{reason}（{reasons.reasons_file().name} 第{reasons.keep(name, reason)}行）"


def split(arguments: str, separator: str) -> list[str]:
    """The arguments of a call; separators inside brackets and texts separate nothing."""
    return ["".join(part).strip() for part in _split(arguments, separator)] if arguments.strip() else []


def _split(arguments: str, separator: str) -> Iterator[list[str]]:
    part: list[str] = []
    depth, quote = 0, ""
    for sign in arguments:
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign in "({[":
            depth += 1
        elif sign in ")}]":
            depth -= 1
        elif sign == separator and not depth:
            yield part
            part = []
            continue
        part.append(sign)
    yield part


def _value(text: str, sheet: Any) -> Any:
    """What an argument hands over.

    Raises:
        _NotPlain: it is neither a constant nor a reference.
    """
    if text.startswith("{"):
        return tuple(tuple(_constant(cell) for cell in split(row, ";")) for row in split(text[1:-1], "|"))
    if found := _REFERENCE.fullmatch(text):
        return _cells(_sheet(found["quoted"], sheet).getCellRangeByName(found["cells"].replace("$", "")))
    names = _document(sheet).NamedRanges
    if names.hasByName(text) and (cells := names.getByName(text).getReferredCells()):
        return _cells(cells)
    return _constant(text)


def _constant(text: str) -> Any:
    if not text:
        return ""
    if text in _TRUTHS:
        return _TRUTHS[text]
    if _NUMBER.fullmatch(text):
        return float(text.rstrip("%")) / (100 if text.endswith("%") else 1)
    if text.startswith('"') and text.endswith('"') and not text[1:-1].replace('""', "").count('"'):
        return text[1:-1].replace('""', '"')
    raise _NotPlain


def _cells(found: Any) -> Any:
    rows = found.getDataArray()
    return rows[0][0] if len(rows) == 1 and len(rows[0]) == 1 and rows[0][0] is not None else rows


def _sheet(quoted: str | None, own: Any) -> Any:
    if quoted is None:
        return own
    name = quoted[1:-1].replace("''", "'") if quoted.startswith("'") else quoted
    return _document(own).Sheets.getByName(name)


def _document(sheet: Any) -> Any:
    # A sheet does not tell its document, but what is drawn on it does.
    return sheet.getDrawPage().getForms().getParent()


def _place(answer: Any, cell: Any, sheet: Any) -> Any:
    """The answer's cell that stands where this cell does."""
    if not isinstance(answer, list):
        return answer
    row = column = 0
    if cell.getArrayFormula():
        whole = sheet.createCursorByRange(cell)
        whole.collapseToCurrentArray()
        first, here = whole.getRangeAddress(), cell.getCellAddress()
        row, column = here.Row - first.StartRow, here.Column - first.StartColumn
    return answer[min(row, len(answer) - 1)][min(column, len(answer[0]) - 1)]
