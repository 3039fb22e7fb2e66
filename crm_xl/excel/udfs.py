"""The worksheet functions as xlwings exports them, made from their declarations.

Every decorated object of this module becomes a function of Excel, so nothing else may be decorated here. Imported
when Excel asks for the first function: no analysis is imported before a function is called.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import xlwings as xw

from crm_xl.answering import answered
from crm_xl.excel.cells import cells_of
from crm_xl.functions import COMPUTED, Function


def _exported(function: Function) -> Callable[..., Any]:
    """The function with the signature of its declaration, as xlwings reads it."""

    def face(*arguments: Any) -> Any:
        return answered(function, arguments, cells_of)

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
        # As Excel hands it over: what is to be changed in it, `cells_of` changes.
        xw.arg(argument.name, "raw", doc=argument.help)(face)
    # As it is: functions return plain values and "" for blanks, which need no conversion.
    xw.ret("raw")(face)
    # Last, as decorators stand: those for arguments put the category back to xlwings' own.
    exported: Callable[..., Any] = xw.func(category=function.category)(face)
    return exported


globals().update({function.name: _exported(function) for function in COMPUTED})
