"""Error values as worksheet functions return them: Excel's own text, with a reason that CRM_WHY can show.

The wrapper in VBA turns "#VALUE!|reason" into a true error and keeps the reason for the cell.
"""

from __future__ import annotations

from crm_xl.errors import CrmError

VALUE = "#VALUE!"
NUM = "#NUM!"
NOT_AVAILABLE = "#N/A"
DIVISION = "#DIV/0!"
# No error at all: an empty cell that can say why it is empty.
BLANK = "#"


class ErrorValue(CrmError):  # noqa: N818 - what Excel calls it
    """A function's whole answer is an error.

    Args:
        code: Excel's text for it, "#NUM!".
        problem: the reason; empty where an error of an argument is passed on.
        where: as for CrmError.
        hint: as for CrmError.
    """

    def __init__(self, code: str, problem: str = "", *, where: str = "", hint: str = "") -> None:
        super().__init__(problem, where=where, hint=hint)
        self.code = code


def error_text(code: str, reason: str = "") -> str:
    """The text of an error value: "#NUM!|reason", or the code alone.

    >>> error_text(NUM, "订单数不能为负数。")
    '#NUM!|订单数不能为负数。'
    """
    return f"{code}|{reason}" if reason else code


def text_of(error: CrmError) -> str:
    """The error value that stands for a CrmError; #VALUE! unless it says otherwise."""
    return error_text(error.code if isinstance(error, ErrorValue) else VALUE, str(error))
