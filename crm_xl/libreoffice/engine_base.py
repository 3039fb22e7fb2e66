"""What the parts of the xlwings engine share: refusing clearly what it does not offer, and making UNO's own values.

UNO exists in LibreOffice's own Python alone, so it is looked for when it is needed and not on import.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any, TypeVar

from crm_xl.errors import CrmError

_Class = TypeVar("_Class", bound=type)


@cache
def uno() -> Any:
    """LibreOffice's bridge.

    Raises:
        CrmError: this Python is not LibreOffice's own.
    """
    try:
        return import_module("uno")
    except ImportError as error:
        raise CrmError(
            "这个 Python 不能连接 LibreOffice。",
            hint="请用 LibreOffice 自带的 Python 运行（Debian 上是安装了 python3-uno 的 /usr/bin/python3）。",
        ) from error


def struct(name: str, **fields: Any) -> Any:
    """A UNO struct with its fields, named without the first words: "beans.PropertyValue"."""
    made = uno().createUnoStruct(f"com.sun.star.{name}")
    for field, value in fields.items():
        setattr(made, field, value)
    return made


@cache
def enum(name: str, value: str) -> Any:
    """A value of a UNO enumeration, named without the first words: "sheet.FillDirection"."""
    return uno().Enum(f"com.sun.star.{name}", value)


def options(**values: Any) -> tuple[Any, ...]:
    """Named values as loading and storing take them."""
    return tuple(struct("beans.PropertyValue", Name=name, Value=value) for name, value in values.items())


class Native:
    """An object of UNO's, which also answers the few questions that are put to Excel's own object in its place.

    Args:
        native: UNO's.
        answers: what gives the answer, by the name Excel has for it.
    """

    def __init__(self, native: Any, **answers: Callable[[], Any]) -> None:
        self._native, self._answers = native, answers

    def __getattr__(self, name: str) -> Any:
        answer = self._answers.get(name)
        return getattr(self._native, name) if answer is None else answer()


def not_offered(what: str) -> CrmError:
    """The refusal of something that xlwings knows and this engine does not do."""
    return CrmError(
        f"LibreOffice 引擎不提供 {what}。",
        hint="请改用引擎提供的属性，或在 Excel 中运行；表格、单元格、公式、名称都可用。",
    )


def fills(base: type) -> Callable[[_Class], _Class]:
    """A decorator: what of xlwings' engine class the decorated one does not offer refuses in a sentence.

    What the base class computes from the other members is taken over from it.

    Args:
        base: the class of `xlwings.base_classes` that the decorated one stands for.
    """

    def filled(offering: _Class) -> _Class:
        # What the decorated class gives its instances is declared in it; a refusal would shadow that.
        own = set(dir(offering)) | set(offering.__annotations__)
        for owner in reversed(base.__mro__[:-1]):
            for name, member in vars(owner).items():
                if name in own or name.startswith("__") or not _is_code(member):
                    continue
                replaced = _refusal(f"{base.__name__}.{name}", member) if _is_left_open(member) else member
                setattr(offering, name, replaced)
        return offering

    return filled


def _is_code(member: Any) -> bool:
    return isinstance(member, property) or callable(member)


def _is_left_open(member: Any) -> bool:
    """Whether all that xlwings says of it is that an engine must bring it."""
    function = member.fget if isinstance(member, property) else member
    code = getattr(function, "__code__", None)
    return code is not None and "NotImplementedError" in code.co_names


def _refusal(what: str, member: Any) -> Any:
    def refuse(*_: Any, **__: Any) -> Any:
        raise not_offered(what)

    return property(refuse, refuse) if isinstance(member, property) else refuse
