"""Values on their way into and out of an open Excel, where writing a cell is like typing into it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd

from crm_xl.books.cells import cut_text, midnight, moment_text, serial_number

ERROR_TEXTS = frozenset(
    "#NULL! #DIV/0! #VALUE! #REF! #NAME? #NUM! #N/A #GETTING_DATA #SPILL! #CONNECT! #BLOCKED! #UNKNOWN! #FIELD!"
    " #CALC!".split()
)
_EXACT_DIGITS = 10**15
_TRUTHS = frozenset({"true", "false"})
_CACHED_TEXTS = 100_000


class ErrorText(str):
    """The text of an error cell, to be written as the error it was and not as text."""

    __slots__ = ()


class Typed:
    """Values as Excel must be handed them so that each becomes what it is.

    Excel takes a text that looks like a number, a date, a truth or a formula for one; an apostrophe before it
    keeps it text and does not become part of it. Dates go as serial numbers: the columns have date formats,
    and a moment handed over as such would carry a time zone.

    Args:
        date1904: the workbook's date system.
    """

    def __init__(self, *, date1904: bool = False) -> None:
        self._date1904 = date1904
        self._texts: dict[str, str] = {}
        self._by_type: dict[type, Callable[[Any], Any]] = {
            str: self._text,
            float: _number,
            int: self._int,
            bool: lambda value: value,
            # Nothing at all would be handed over as Null, which Excel does not take everywhere.
            type(None): lambda _: "",
            datetime: self._moment,
            date: lambda value: self._moment(midnight(value)),
            ErrorText: str.__str__,
        }

    def rows(self, rows: Iterable[Sequence[Any]]) -> list[list[Any]]:
        """A block of cells."""
        kinds, other = self._by_type, self._other
        return [[kinds.get(type(value), other)(value) for value in row] for row in rows]

    def value(self, value: Any) -> Any:
        """One cell.

        Raises:
            ValueError: a value no cell can hold: a mistake of the caller.
        """
        return self._by_type.get(type(value), self._other)(value)

    def _text(self, text: str) -> str:
        found = self._texts.get(text)
        if found is None:
            found = cut_text(text)
            if found and not _stays_text(found):
                found = f"'{found}"
            if len(self._texts) < _CACHED_TEXTS:
                self._texts[text] = found
        return found

    def _int(self, value: int) -> float | str:
        # Excel keeps 15 digits: a longer whole number is an identifier, and stays whole as text.
        return float(value) if abs(value) < _EXACT_DIGITS else self._text(str(value))

    def _moment(self, moment: datetime) -> float | str:
        days = serial_number(moment, date1904=self._date1904)
        return self._text(moment_text(moment)) if days is None else days

    def _other(self, value: Any) -> Any:
        if value is pd.NaT or value is pd.NA:
            return ""
        if isinstance(value, datetime):
            return self._moment(value)
        if isinstance(value, str):
            return self._text(str.__str__(value))
        if isinstance(value, Decimal):
            # A Decimal would turn the cell into a currency cell of two digits.
            return _number(float(value))
        if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
            return self.value(value.item())
        raise ValueError(f"a cell cannot hold {type(value).__name__}: {value!r}")


def plain(value: Any) -> Any:
    """A value as Excel gave it, as the core takes it: no Decimals, which currency cells give."""
    return float(value) if isinstance(value, Decimal) else value


def kept(value: Any) -> Any:
    """A value as Excel gave it, fit to be written back as it was."""
    if isinstance(value, str) and value in ERROR_TEXTS:
        return ErrorText(value)
    return plain(value)


def _number(value: float) -> float | str:
    return value if math.isfinite(value) else ""


def _stays_text(text: str) -> bool:
    """Whether Excel takes the typed text for text, whatever its language: it starts with a letter, has no digit."""
    return (
        text[0].isalpha()
        and not any(char.isnumeric() for char in text)
        and text.strip().casefold() not in _TRUTHS
    )
