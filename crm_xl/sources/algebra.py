"""What an expression of a mapping is computed with: vectors of a file here, columns of an engine elsewhere."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any, Literal, Protocol

import numpy as np

from crm_xl.sources import vectors
from crm_xl.sources.vectors import Vector

Arithmetic = Literal["add", "subtract", "multiply", "divide", "negative", "absolute"]
Comparison = Literal["lt", "le", "gt", "ge", "eq", "ne"]
Test = Literal["startswith", "endswith", "contains"]
Making = Literal["removeprefix", "left"]


class Algebra(Protocol):
    """The operations of the language; their sorts were checked before."""

    def column(self, heading: str) -> Any:
        """The column under a heading, as cells."""

    def constant(self, value: str | float) -> Any:
        """The same text or number on every row; an empty text is blank."""

    def number(self, value: Any) -> Any:
        """The value as numbers; what cannot be read as one is none."""

    def text(self, value: Any) -> Any:
        """The value as text without white space at the ends; blank stays blank."""

    def arithmetic(self, operation: Arithmetic, *operands: Any) -> Any:
        """A numeric operation on numbers."""

    def rounded(self, value: Any, places: float) -> Any:
        """The number rounded, halves to even."""

    def compare(self, comparison: Comparison, left: Any, right: Any) -> Any:
        """A numeric comparison; False where either side is blank."""

    def same_text(self, left: Any, right: Any) -> Any:
        """Whether both sides are written alike; two blanks are."""

    def choose(self, condition: Any, one: Any, other: Any) -> Any:
        """The first where the condition holds, else the second."""

    def is_blank(self, value: Any) -> Any:
        """Whether nothing stands there."""

    def tested(self, test: Test, value: Any, with_text: str) -> Any:
        """Whether each text begins with, ends with or holds another; False for a blank."""

    def made(self, making: Making, value: Any, argument: str | float) -> Any:
        """Each text without a prefix, or its first signs."""

    def joined(self, left: Any, right: Any) -> Any:
        """Both texts, one after the other."""

    def opposite(self, value: Any) -> Any:
        """Not."""

    def every(self, values: Sequence[Any]) -> Any:
        """And."""

    def some(self, values: Sequence[Any]) -> Any:
        """Or."""


_ARITHMETIC: dict[str, Callable[..., np.ndarray]] = {
    "add": np.add, "subtract": np.subtract, "multiply": np.multiply, "divide": np.divide,
    "negative": np.negative, "absolute": np.abs,
}  # fmt: skip
_TESTS: dict[str, Callable[[str, str], bool]] = {
    "startswith": str.startswith, "endswith": str.endswith, "contains": operator.contains,
}  # fmt: skip


class VectorAlgebra:
    """The operations on the vectors of a file, see `vectors`.

    Args:
        column: gives the column under a heading, as cells.
        rows: how many rows there are.
    """

    def __init__(self, column: Callable[[str], Vector], rows: int) -> None:
        self.column, self._rows = column, rows

    number = staticmethod(vectors.number)
    text = staticmethod(vectors.text)
    same_text = staticmethod(vectors.same_text)
    choose = staticmethod(vectors.choose)

    def constant(self, value: str | float) -> Vector:
        """See Algebra."""
        if isinstance(value, str):
            return Vector(sort="cells", values=np.full(self._rows, value or None, dtype=object))
        return Vector(sort="number", values=np.full(self._rows, value, dtype=float))

    def arithmetic(self, operation: Arithmetic, *operands: Vector) -> Vector:
        """See Algebra; where there is no finite result, an error text."""
        return vectors.arithmetic(_ARITHMETIC[operation], *operands)

    def rounded(self, value: Vector, places: float) -> Vector:
        """See Algebra."""
        return vectors.arithmetic(lambda values: np.asarray(np.round(values, int(places))), value)

    def compare(self, comparison: Comparison, left: Vector, right: Vector) -> Vector:
        """See Algebra."""
        return vectors.compare(getattr(operator, comparison), left, right)

    def is_blank(self, value: Vector) -> Vector:
        """See Algebra."""
        return Vector(sort="truth", values=np.asarray(vectors.text(value).values == None))  # noqa: E711

    def tested(self, test: Test, value: Vector, with_text: str) -> Vector:
        """See Algebra."""
        return vectors.on_text(lambda cell: _TESTS[test](cell, with_text), value, "truth")

    def made(self, making: Making, value: Vector, argument: str | float) -> Vector:
        """See Algebra."""
        if making == "removeprefix":
            return vectors.on_text(lambda cell: cell.removeprefix(str(argument)), value, "cells")
        return vectors.on_text(lambda cell: cell[: int(argument)], value, "cells")

    def joined(self, left: Vector, right: Vector) -> Vector:
        """See Algebra."""
        pairs = zip(vectors.text(left).values, vectors.text(right).values, strict=True)
        values = np.empty(self._rows, dtype=object)
        values[:] = [(one or "") + (two or "") or None for one, two in pairs]
        return Vector(sort="cells", values=values)

    def opposite(self, value: Vector) -> Vector:
        """See Algebra."""
        return Vector(sort="truth", values=~value.values)

    def every(self, values: Sequence[Vector]) -> Vector:
        """See Algebra."""
        return Vector(sort="truth", values=np.logical_and.reduce([each.values for each in values]))

    def some(self, values: Sequence[Vector]) -> Vector:
        """See Algebra."""
        return Vector(sort="truth", values=np.logical_or.reduce([each.values for each in values]))
