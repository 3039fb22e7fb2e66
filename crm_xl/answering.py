"""A worksheet function's answer, whatever happens: for every program that calls functions from a sheet."""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import cache
from typing import Any

from crm_xl.errors import CrmError
from crm_xl.functions import Function
from crm_xl.functions.errors import VALUE, error_text, text_of

_UNEXPECTED = "程序内部出错，已记入日志；请从“客户分析”选项卡打开日志并联系支持人员。"


def answered(
    function: Function, arguments: tuple[Any, ...], cells: Callable[[Any], Any] | None = None
) -> Any:
    """The function's answer; whatever goes wrong is an error value with its reason, never a traceback.

    Args:
        function: what is called.
        arguments: as the program hands them over.
        cells: what makes cells of each of them, where they are none yet.
    """
    try:
        from crm_xl.raw import computing  # brings pandas, which is for calls and not for the start

        with computing():
            answer = function.call(*(arguments if cells is None else map(cells, arguments)))
        _settle()
        return answer
    except CrmError as error:
        return text_of(error)
    except Exception as error:
        return _logged(error)


@cache
def _settle() -> None:
    """Leave what the first call has loaded out of every later search for garbage.

    A large range is hundreds of thousands of objects, and reading it sets off that search several times: over
    all of pandas it costs a tenth of a second each.
    """
    gc.freeze()


def _logged(error: Exception) -> str:
    from crm_xl.log import log_unexpected

    try:
        log_unexpected(error)
    except OSError:  # a full or read-only disk must not show a traceback either
        return error_text(VALUE, "程序内部出错，且日志无法写入。")
    return error_text(VALUE, _UNEXPECTED)
