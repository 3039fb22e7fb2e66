"""Cell formats: whether one shows dates, and one that does where a date would else show as a number."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

import pandas as pd
from lxml import etree

from crm_xl.books.protocol import Cell
from crm_xl.package.parts import children

# Built-in formats, ECMA-376 part 1, 18.8.30; 27-36 and 50-58 are dates in Chinese and other Asian versions.
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_DAY, _DAY_AND_TIME = "14", "22"
# What stands in quotes, brackets or behind a mark is shown as it is, or is a colour or a condition.
_LITERAL = re.compile(r'"[^"]*"|\[[^\]hms]*\]|[\\_*].')


class Styles:
    """The formats of a workbook.

    Args:
        root: its styles part; None for a workbook without one.

    Attributes:
        changed: whether formats were added to the part.
    """

    def __init__(self, root: etree._Element | None) -> None:
        self.root = root
        self.changed = False
        self._formats = [] if root is None else children(root, "cellXfs", "xf")
        self._codes = {
            element.get("numFmtId", ""): element.get("formatCode", "")
            for element in ([] if root is None else children(root, "numFmts", "numFmt"))
        }
        self._made: dict[tuple[str | None, str], str] = {}

    def fitting(self, style: str | None, values: Sequence[Cell]) -> str | None:
        """The style itself; where the first value is a date and the style shows none, the same style as a date.

        Args:
            style: index of a cell format, as cells carry it.
            values: the values of a column, or the one of a cell.
        """
        first = next((value for value in values if value is not None and not _is_blank(value)), None)
        if not _is_date(first) or not self._formats or self.shows_dates(style):
            return style
        timed = any(
            isinstance(value, datetime) and _is_date(value) and value.time() != time() for value in values
        )
        return self._as_date(style, _DAY_AND_TIME if timed else _DAY)

    def shows_dates(self, style: str | None) -> bool:
        """Whether cells of the style show their number as a date or time."""
        number = self._formats[self._index(style)].get("numFmtId", "0")
        if number in self._codes:
            return bool(
                re.search("[ymdhs]", _LITERAL.sub("", self._codes[number]).lower().replace("general", ""))
            )
        return int(number) in _DATE_FORMATS

    def _index(self, style: str | None) -> int:
        index = int(style or 0)
        return index if index < len(self._formats) else 0

    def _as_date(self, style: str | None, number: str) -> str:
        if (style, number) not in self._made:
            model = self._formats[self._index(style)]
            made = copy.deepcopy(model)
            made.set("numFmtId", number)
            made.set("applyNumberFormat", "1")
            self._formats[-1].addnext(made)
            self._formats.append(made)
            parent = made.getparent()
            if parent is not None:
                parent.set("count", str(len(self._formats)))
            self.changed = True
            self._made[style, number] = str(len(self._formats) - 1)
        return self._made[style, number]


def _is_date(value: Any) -> bool:
    return isinstance(value, date) and value is not pd.NaT


def _is_blank(value: Any) -> bool:
    # Every one of them stands for a blank cell, as None does; the last is NaN, which alone differs from itself.
    return value is pd.NA or value is pd.NaT or value == "" or value != value
