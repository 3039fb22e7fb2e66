"""What a worksheet function is declared with: name, arguments, help, an example that holds, and what computes it.

Excel's wrappers, the function wizard's texts, the reference page and the example sheet are derived from it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import import_module
from typing import Any

LONGEST_HELP = 255  # what Excel's function wizard takes
_NAME = re.compile(r"[A-Z][A-Z0-9_]*")
_ARGUMENT_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, kw_only=True)
class Argument:
    """One argument: its name, which VBA must accept, and its help in Chinese."""

    name: str
    help: str
    optional: bool = False

    def __post_init__(self) -> None:
        if not _ARGUMENT_NAME.fullmatch(self.name):
            raise ValueError(f"argument {self.name!r} is not lower-case ASCII")
        if not 0 < len(self.help) <= LONGEST_HELP:
            raise ValueError(f"the help of {self.name} has {len(self.help)} characters")


@dataclass(frozen=True, kw_only=True)
class Example:
    """A call that anybody may repeat, and what comes out.

    Attributes:
        arguments: a scalar, or a block as a list of rows, for each argument given.
        result: a scalar or a list of rows.
        note: what the figures show, or where they come from.
    """

    arguments: tuple[Any, ...]
    result: Any
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Function:
    """One worksheet function.

    Attributes:
        name: as typed in a cell.
        title: what it gives, in a few characters.
        help: for the function wizard, at most 255 characters.
        category: group in the function wizard.
        arguments: in order; the optional ones last.
        example: one call and its result.
        compute: "module.function" in this package; empty for a function that VBA answers itself.
    """

    name: str
    title: str
    help: str
    category: str
    arguments: tuple[Argument, ...]
    example: Example
    compute: str

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r} is no name of a function")
        if not 0 < len(self.help) <= LONGEST_HELP:
            raise ValueError(f"the help of {self.name} has {len(self.help)} characters")
        optional = [argument.optional for argument in self.arguments]
        if optional != sorted(optional):
            raise ValueError(f"{self.name}: an optional argument stands before a required one")
        given = len(self.example.arguments)
        if not optional.count(False) <= given <= len(optional):
            raise ValueError(f"{self.name}: the example gives {given} arguments")

    @property
    def syntax(self) -> str:
        """How it is called, optional arguments in brackets: "GROWTH(current, base_value)"."""
        names = (f"[{a.name}]" if a.optional else a.name for a in self.arguments)
        return f"{self.name}({', '.join(names)})"

    @property
    def formula(self) -> str:
        """The example as typed into a cell: "=GROWTH(115,100)"."""
        return f"={self.name}({','.join(_literal(value) for value in self.example.arguments)})"

    def call(self, *arguments: Any) -> Any:
        """The answer: a scalar, or a list of rows.

        The analysis is imported here and not before, so that Excel starts fast.

        Args:
            arguments: as they come from a sheet: None for an omitted one, else a scalar or a list of rows.

        Raises:
            CrmError: the whole answer is an error; errors of single cells stand in the answer.
        """
        return _computing(self.compute)(*arguments)


@cache
def _computing(path: str) -> Callable[..., Any]:
    module, _, name = path.partition(".")
    if not name:
        raise ValueError("VBA answers this function, not Python")
    computing: Callable[..., Any] = getattr(import_module(f"{__package__}.{module}"), name)
    return computing


def _literal(value: Any) -> str:
    """A value as a formula writes it; a block as an array constant."""
    if isinstance(value, list):
        return "{" + ";".join(",".join(map(_literal, row)) for row in value) + "}"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, date):
        raise ValueError("an array constant holds no date: write it as text")
    if isinstance(value, str):
        return '"' + value.replace('"', '""') + '"'
    return repr(value)
