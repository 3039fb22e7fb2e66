"""Whole columns as an expression computes with them: cells as found, numbers, or truth values.

A cell that cannot be read is not lost in arithmetic: it travels beside the numbers and comes out in the
result as it stands in the file, for cleaning to report with its place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

from crm_xl.schema import Column, Kind
from crm_xl.values import convert

Sort = Literal["cells", "number", "truth"]
NOT_A_NUMBER = "#DIV/0!"

# How a cell is read where a number is wanted, one after the other until one can: 5个, ￥1,200, 80%.
_READINGS = (
    Column(name="number", title="数值", kind=Kind.NUMBER),
    Column(name="number", title="数值", kind=Kind.MONEY, unit="元"),
    Column(name="number", title="数值", kind=Kind.PERCENT),
)
_TEXT = Column(name="text", title="文本")


@dataclass(frozen=True, kw_only=True)
class Vector:
    """One value per row.

    Attributes:
        sort: what the values are.
        values: object array (cells; None where blank), float64 (NaN where blank) or bool.
        unread: row -> the cell that could not be read as a number.
    """

    sort: Sort
    values: np.ndarray
    unread: Mapping[int, Any] = field(default_factory=dict)

    def cells(self) -> np.ndarray:
        """The values as a raw column holds them: float64 as it is unless some cell could not be read."""
        if self.sort == "number" and not self.unread:
            return self.values
        cells = self.values.astype(object)
        if self.sort == "number":
            cells[np.isnan(self.values)] = None
        for row, cell in self.unread.items():
            cells[row] = cell
        return cells


def number(vector: Vector) -> Vector:
    """The vector as numbers; what cannot be read as one is kept in `unread`."""
    if vector.sort != "cells":
        return (
            vector if vector.sort == "number" else Vector(sort="number", values=vector.values.astype(float))
        )
    result = convert(vector.values, _READINGS[0])
    values, bad = result.values, np.flatnonzero(result.bad)
    for reading in _READINGS[1:]:
        if not len(bad):
            break
        result = convert(vector.values[bad], reading)
        if not result.bad.all():
            values = values.copy()
            values[bad[~result.bad]] = result.values[~result.bad]
        bad = bad[result.bad]
    return Vector(sort="number", values=values, unread={int(row): vector.values[row] for row in bad})


def text(vector: Vector) -> Vector:
    """The vector as text, without white space at the ends; blank stays blank. 17850.0 is "17850"."""
    cells = vector.cells()
    result = convert(cells, _TEXT)
    values = result.values
    if result.bad.any():  # an error cell is its own text
        values = values.copy()
        values[result.bad] = cells[result.bad].astype(str)
    return Vector(sort="cells", values=values)


def arithmetic(operation: Callable[..., np.ndarray], *operands: Vector) -> Vector:
    """A numeric operation on numbers; where it has no finite result for finite operands, an error text."""
    numbers = [number(operand) for operand in operands]
    with np.errstate(all="ignore"):
        values = operation(*(operand.values for operand in numbers))
    unread: dict[int, Any] = {}
    known = np.all([np.isfinite(operand.values) for operand in numbers], axis=0)
    for row in np.flatnonzero(known & ~np.isfinite(values)):
        unread[int(row)] = NOT_A_NUMBER
    # The leftmost unreadable operand is the one to mend first, so it is put in last.
    for operand in reversed(numbers):
        unread.update(operand.unread)
    if unread:
        values = values.copy()
        values[list(unread)] = np.nan
    return Vector(sort="number", values=values, unread=unread)


def compare(operation: Callable[..., np.ndarray], left: Vector, right: Vector) -> Vector:
    """A numeric comparison; False where either side is blank or cannot be read."""
    one, two = number(left), number(right)
    known = ~np.isnan(one.values) & ~np.isnan(two.values)
    return Vector(sort="truth", values=operation(one.values, two.values) & known)


def same_text(left: Vector, right: Vector) -> Vector:
    """Whether both sides are written alike; two blanks are."""
    return Vector(sort="truth", values=np.asarray(text(left).values == text(right).values, dtype=bool))


def choose(condition: Vector, one: Vector, other: Vector) -> Vector:
    """The first where the condition holds, else the second; numbers when both are."""
    if one.sort == other.sort == "number":
        unread = {
            row: cell
            for chosen, side in ((True, one), (False, other))
            for row, cell in side.unread.items()
            if condition.values[row] == chosen
        }
        values = np.where(condition.values, one.values, other.values)
        return Vector(sort="number", values=values, unread=unread)
    cells = [side.cells().astype(object) for side in (one, other)]
    for side in cells:
        side[[cell != cell for cell in side]] = None
    return Vector(sort="cells", values=np.where(condition.values, *cells))


def on_text(operation: Callable[[str], Any], vector: Vector, sort: Sort) -> Vector:
    """A function of each text; blank gives blank, or False where truth values come out."""
    # Half a million lines hold some thousand different numbers and names: each is asked once.
    codes, distinct = pd.factorize(text(vector).values)
    blank = False if sort == "truth" else None
    found = np.empty(len(distinct) + 1, dtype=bool if sort == "truth" else object)
    found[:] = [*map(operation, distinct), blank]  # the code of a blank is -1: the last
    return Vector(sort=sort, values=found[codes])
