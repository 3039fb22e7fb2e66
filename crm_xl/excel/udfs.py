"""The worksheet functions as xlwings exports them, made from their declarations.

Every decorated object of this module becomes a function of Excel, so nothing else may be decorated here. Imported
when Excel asks for the first function: no analysis is imported before a function is called.
"""

from __future__ import annotations

import gc
import inspect
from collections.abc import Callable
from functools import cache
from typing import Any

import xlwings as xw

from crm_xl.errors import CrmError
from crm_xl.functions import COMPUTED, Function
from crm_xl.functions.errors import VALUE, error_text, text_of

_UNEXPECTED = "程序内部出错，已记入日志；请从“客户分析”选项卡打开日志并联系支持人员。"


def answered(function: Function, arguments: tuple[Any, ...]) -> Any:
    """The function's answer; whatever goes wrong is an error value with its reason, never a traceback."""
    try:
        answer = function.call(*arguments)
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


def _exported(function: Function) -> Callable[..., Any]:
    """The function with the signature of its declaration, as xlwings reads it."""

    def face(*arguments: Any) -> Any:
        return answered(function, arguments)

    face.__name__ = face.__qualname__ = function.name
    face.__doc__ = function.help
    face.__annotations__ = {}  # xlwings takes annotations for converters
    face.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(
                argument.name,
                inspect.Parameter.POSITIONAL_OR_KEYWORD,
                default=None if argument.optional else inspect.Parameter.empty,
            )
            for argument in function.arguments
        ]
    )
    for argument in function.arguments:
        # Rows of cells whatever the range, and errors told from blanks.
        xw.arg(argument.name, ndim=2, err_to_str=True, doc=argument.help)(face)
    # As it is: functions return plain values and "" for blanks, which need no conversion.
    xw.ret("raw")(face)
    # Last, as decorators stand: those for arguments put the category back to xlwings' own.
    exported: Callable[..., Any] = xw.func(category=function.category)(face)
    return exported


globals().update({function.name: _exported(function) for function in COMPUTED})
