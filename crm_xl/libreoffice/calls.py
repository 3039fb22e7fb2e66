"""What the add-in answers: cells of LibreOffice into a declared function, its answer into cells of LibreOffice.

Numbers, dates and truths all arrive as numbers, blanks as "" or nothing. An error goes back as the number that
LibreOffice itself keeps for it, the reason goes into the log of formulas.
"""

from __future__ import annotations

import struct
from typing import Any

from crm_xl.answering import answered
from crm_xl.functions.declared import function
from crm_xl.functions.errors import VALUE
from crm_xl.libreoffice.error_codes import error_code
from crm_xl.libreoffice.reasons import keep
from crm_xl.libreoffice.why import why
from crm_xl.log import log_unexpected
from crm_xl.spellings import ERROR_VALUES

Rows = tuple[tuple[Any, ...], ...]

# LibreOffice keeps an error in a cell as a number that is none, its own code in the lower half.
_QUIET = 0x7FF80000_00000000


def error_number(text: str) -> float:
    """The number that LibreOffice shows as an error; #VALUE! for errors it does not know."""
    (number,) = struct.unpack("<d", struct.pack("<Q", _QUIET | error_code(text)))
    return float(number)


def call(name: str, arguments: tuple[Any, ...]) -> Rows:
    """The answer to a formula, as rows of cells; an error stands in its own cell.

    Args:
        name: of the function.
        arguments: each a number, a text, None, or rows of such.
    """
    declared = function(name)
    if not declared.compute:
        return ((_reason(arguments),),)
    answer = answered(declared, arguments)
    rows = answer if isinstance(answer, list) else [[answer]]
    return tuple(tuple(_cell(name, cell) for cell in row) for row in rows)


def _cell(name: str, cell: Any) -> Any:
    if isinstance(cell, str):
        text, bar, reason = cell.partition("|")
        if text == "#" and bar:  # a blank with a reason
            keep(name, reason)
            return ""
        if text in ERROR_VALUES:
            if reason:
                keep(name, reason)
            return error_number(text)
        return cell
    return "" if cell is None else float(cell)


def _reason(arguments: tuple[Any, ...]) -> Any:
    """What CRM_WHY answers; it alone is handed the cell itself."""
    try:
        return why(*arguments)
    except Exception as error:
        log_unexpected(error)
        return error_number(VALUE)
