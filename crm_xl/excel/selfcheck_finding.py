"""What the selfcheck finds, and when it takes two cells for the same."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import pandas as pd

_CLOSE = 1e-9


class Part(StrEnum):
    """What is looked at, by its heading in the report."""

    FUNCTION = "函数"
    BUTTON = "按钮"
    TABLE = "表"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One function, button or table, and whether it is right.

    Attributes:
        part: what it is.
        name: how the program calls it.
        title: how the person calls it.
        wrong: what is wrong and where, without content of cells; empty where all is right.
        seconds: how long it took.
    """

    part: Part
    name: str
    title: str
    wrong: str = ""
    seconds: float = 0.0


def rows_of(answer: Any) -> list[list[Any]]:
    """A function's answer as rows of cells."""
    return answer if isinstance(answer, list) else [[answer]]


def first_difference(
    got: Sequence[Sequence[Any]], expected: Sequence[Sequence[Any]]
) -> tuple[int, int] | None:
    """The row and column of the first cell that is not as expected; None where all are."""
    for row, cells in enumerate(expected):
        for column, cell in enumerate(cells):
            if row >= len(got) or column >= len(got[row]) or not same(got[row][column], cell):
                return row, column
    return None


def same(one: Any, other: Any) -> bool:
    """Whether two cells hold the same: numbers to nine digits, moments to the second, blank as empty text."""
    one, other = _plain(one), _plain(other)
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=_CLOSE, abs_tol=_CLOSE)
    if isinstance(one, datetime) and isinstance(other, datetime):
        return abs((one - other).total_seconds()) < 1
    return bool(one == other)


def _plain(value: Any) -> Any:
    if value is None or value == "" or value is pd.NaT or value != value:
        return ""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    # A cell tells a truth from a one only where it is formatted so.
    return float(value) if isinstance(value, bool | int | float) else value


def shown(value: Any) -> str:
    """A value as the report writes it."""
    return "空白" if value in (None, "") else f"{value}"


def since(started: float) -> float:
    """Seconds since then."""
    return time.perf_counter() - started
