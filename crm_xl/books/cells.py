"""Python values as the XML of cells: texts that stay texts, dates as serial numbers, nothing Excel rejects."""

from __future__ import annotations

import math
import numbers
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

import pandas as pd

from crm_xl.raw import column_letters

MOST_CHARACTERS = 32_767  # of one cell, counted in UTF-16 units as Excel does
CUT_MARK = "…（内容过长，已截断）"
_EXACT_DIGITS = 10**15
_CACHED_TEXTS = 100_000
# What XML cannot hold, carriage returns (a parser would make them line feeds), and texts that would be taken
# for such an escape.
_ESCAPES = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
# Markup, and every space but the plain one.
_NOT_PLAIN = re.compile("[&<>\t\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")
_FIRST_DAY = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}
# Excel counts a 29 February 1900 that never was; before it, serials are one less than days since 1899-12-30.
_PHANTOM_DAY = datetime(1900, 3, 1)
_DAY = timedelta(days=1)


class CellWriter:
    """Turns values into the XML that stands behind a cell's address and style.

    Args:
        prefix: namespace prefix of the sheet's elements with its colon; mostly empty.
        date1904: the workbook's date system.
    """

    def __init__(self, *, prefix: str = "", date1904: bool = False) -> None:
        self.prefix = prefix
        self.blank = "/>"
        self._date1904 = date1904
        self._number = (f"><{prefix}v>", f"</{prefix}v></{prefix}c>")
        self._truth = f' t="b"><{prefix}v>%d</{prefix}v></{prefix}c>'
        self._text = f' t="inlineStr"><{prefix}is><{prefix}t>', f"</{prefix}t></{prefix}is></{prefix}c>"
        # Space at the ends is lost without it; where there is none, it would be a quarter of the sheet.
        self._spaced_text = self._text[0].replace("t>", 't xml:space="preserve">')
        self._texts: dict[str, str] = {}
        self._by_type: dict[type, Callable[[Any], str]] = {
            str: self.text,
            float: self._float,
            int: self._int,
            bool: self._bool,
            type(None): self._none,
            datetime: self._datetime,
            date: self._date,
        }

    def tail(self, value: Any) -> str:
        """What follows `<c r=".." s=".."` for the value, with the end of the cell.

        Raises:
            ValueError: a value no cell can hold (a list, an object): a mistake of the caller.
        """
        return self._by_type.get(type(value), self._other)(value)

    def cell(self, row: int, column: int, style: str | None, value: Any) -> str:
        """A whole cell."""
        shown = "" if style is None else f' s="{style}"'
        return f'<{self.prefix}c r="{column_letters(column)}{row}"{shown}{self.tail(value)}'

    def starts(self, columns: Sequence[int], styles: Sequence[str | None]) -> list[tuple[str, str]]:
        """What stands before and after the row number of a cell, for each column of a table."""
        return [
            (f'<{self.prefix}c r="{column_letters(column)}', '"' if style is None else f'" s="{style}"')
            for column, style in zip(columns, styles, strict=True)
        ]

    def row(self, number: int, starts: Sequence[tuple[str, str]], values: Sequence[Any]) -> str:
        """The cells of one table row."""
        return "".join(
            [
                f"{before}{number}{after}{self.tail(value)}"
                for (before, after), value in zip(starts, values, strict=True)
            ]
        )

    def rows(
        self,
        numbers: Sequence[int],
        openings: Sequence[str],
        starts: Sequence[tuple[str, str]],
        rows: Sequence[Sequence[Any]],
    ) -> str:
        """Many rows that hold a table's cells and no others, put together column by column.

        Args:
            numbers: of the rows.
            openings: the start tag of each row.
            starts: from `starts`.
            rows: the values of each row.
        """
        befores, afters = zip(*starts, strict=True)
        ends = (*befores[1:], f"</{self.prefix}row>")
        step = 2 * len(starts) + 1
        parts = [""] * (step * len(numbers))
        parts[::step] = [f"{opening}{befores[0]}" for opening in openings]
        shown = list(map(str, numbers))
        for index, column in enumerate(zip(*rows, strict=True)):
            parts[2 * index + 1 :: step] = shown
            parts[2 * index + 2 :: step] = self._tails(afters[index], column, ends[index])
        return "".join(parts)

    def _tails(self, after: str, values: Sequence[Any], end: str) -> list[str]:
        """What follows the row number of each cell of a column, as far as the next cell's row number."""
        kinds = set(map(type, values))
        if kinds <= {str, type(None)} or kinds <= {float, type(None)}:
            # Mostly a few values many times. Of other types equal ones may look different: 1 and True, time zones.
            distinct = list(dict.fromkeys(values))
            if len(distinct) <= len(values) // 2:
                tails = dict(zip(distinct, self._tails_of(after, distinct, kinds, end), strict=True))
                return [tails[value] for value in values]
        return self._tails_of(after, values, kinds, end)

    def _tails_of(self, after: str, values: Sequence[Any], kinds: set[type], end: str) -> list[str]:
        if kinds <= {str, type(None)} and _are_plain([value for value in values if value]):
            before, blank = f"{after}{self._text[0]}", f"{after}{self.blank}{end}"
            end = f"{self._text[1]}{end}"
            return [f"{before}{value}{end}" if value else blank for value in values]
        by_type, other = self._by_type, self._other
        return [f"{after}{by_type.get(type(value), other)(value)}{end}" for value in values]

    def text(self, value: str) -> str:
        """A text; it never becomes a formula, an error or a number. An empty one is a blank."""
        found = self._texts.get(value)
        if found is None:
            before = self._text[0] if _are_plain([value]) else self._spaced_text
            found = f"{before}{escape_text(value)}{self._text[1]}" if value else self.blank
            if len(self._texts) < _CACHED_TEXTS:
                self._texts[value] = found
        return found

    def _float(self, value: float) -> str:
        if not math.isfinite(value):
            return self.blank
        shown = int(value) if value.is_integer() and abs(value) < _EXACT_DIGITS else value
        return f"{self._number[0]}{shown!r}{self._number[1]}"

    def _int(self, value: int) -> str:
        # Excel keeps 15 digits: a longer whole number is an identifier, and stays whole as text.
        if abs(value) >= _EXACT_DIGITS:
            return self.text(str(value))
        return f"{self._number[0]}{value}{self._number[1]}"

    def _bool(self, value: bool) -> str:
        return self._truth % value

    def _none(self, value: None) -> str:
        return self.blank

    def _datetime(self, value: datetime) -> str:
        days = serial_number(value, date1904=self._date1904)
        return self.text(moment_text(value)) if days is None else self._float(days)

    def _date(self, value: date) -> str:
        return self._datetime(midnight(value))

    def _other(self, value: Any) -> str:
        if value is pd.NaT or value is pd.NA:
            return self.blank
        if isinstance(value, str):
            return self.text(str.__str__(value))
        if isinstance(value, pd.Timestamp):
            return self._datetime(value.to_pydatetime(warn=False))
        if isinstance(value, datetime):
            return self._datetime(value)
        if isinstance(value, time):
            return self._float(timedelta(hours=value.hour, minutes=value.minute, seconds=value.second) / _DAY)
        if isinstance(value, timedelta):
            return self._float(value / _DAY)
        if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
            return self.tail(value.item())
        if isinstance(value, numbers.Integral):
            return self._int(int(value))
        if isinstance(value, (numbers.Real, Decimal)):
            return self._float(float(value))
        raise ValueError(f"a cell cannot hold {type(value).__name__}: {value!r}")


def midnight(day: date) -> datetime:
    """The day as a moment."""
    return datetime(day.year, day.month, day.day)


def serial_number(moment: datetime, *, date1904: bool = False) -> float | None:
    """Excel's number for a moment, its time zone left out; None before the first day Excel knows."""
    naive = moment.replace(tzinfo=None)
    days = (naive - _FIRST_DAY[date1904]) / _DAY
    if not date1904 and naive < _PHANTOM_DAY:
        days -= 1
    return None if days < 0 else days


def moment_text(moment: datetime) -> str:
    """What stands for a moment that Excel has no number for; the text says what was meant."""
    return moment.replace(tzinfo=None).isoformat(sep=" ").removesuffix(" 00:00:00")


def _are_plain(texts: Sequence[str]) -> bool:
    """Whether all are XML content as they are, without space at their ends; seen of all together, ten times faster."""
    joined = "\n".join(("", *texts, ""))
    return (
        joined.count("\n") == len(texts) + 1
        and "\n " not in joined
        and " \n" not in joined
        and _NOT_PLAIN.search(joined) is None
        and _ESCAPES.search(joined) is None
        and max(map(len, texts), default=0) <= MOST_CHARACTERS // 2
    )


def escape_text(text: str) -> str:
    """The text as XML content: markup and what XML cannot hold escaped, cut to what a cell can hold."""
    return escape(_ESCAPES.sub(_escaped, cut_text(text)))


def escape_name(text: str) -> str:
    """A heading as a table part names it: as in a cell, line breaks escaped too; not yet escaped for XML."""
    return re.sub(r"[\t\n]", _escaped, _ESCAPES.sub(_escaped, text))


def _escaped(match: re.Match[str]) -> str:
    return f"_x{ord(match.group()):04X}_"


def cut_text(text: str) -> str:
    """The text as far as a cell can hold it; one that was cut says so at its end."""
    if len(text) <= MOST_CHARACTERS // 2:
        return text
    units = text.encode("utf-16-le", "surrogatepass")
    if len(units) <= 2 * MOST_CHARACTERS:
        return text
    kept = units[: 2 * (MOST_CHARACTERS - len(CUT_MARK))].decode("utf-16-le", "ignore")
    return kept + CUT_MARK
