"""A table as it was found: values untouched, and the place of every cell, so that a message can name it."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd


def column_letters(number: int) -> str:
    """The letters of a 1-based column number: 1 is A, 28 is AB.

    >>> column_letters(28)
    'AB'
    """
    letters = ""
    while number:
        number, remainder = divmod(number - 1, 26)
        letters = chr(65 + remainder) + letters
    return letters


@dataclass(frozen=True, eq=False)
class Distinct:
    """A column of texts told apart.

    Attributes:
        column: the column it tells of; of another one in its place it says nothing.
        codes: which of the texts each cell is; -1 for a blank.
        texts: each once, in order of first appearance.
    """

    column: np.ndarray
    codes: np.ndarray
    texts: np.ndarray

    @classmethod
    def of(cls, cells: np.ndarray | pd.Series) -> Distinct:
        """Of a column of texts, missing and empty ones blank; equal texts are one object in it.

        Half a million ids are a few thousand texts: kept once each, they take a tenth of the memory, and nobody has
        to tell them apart again.
        """
        codes, distinct = pd.factorize(cells)
        texts = np.empty(len(distinct) + 1, dtype=object)  # the code of a missing value is -1: the last, None
        texts[:-1] = distinct
        if len(empty := np.flatnonzero(texts == "")):
            texts = np.delete(texts, empty)
            codes = np.where(codes == empty[0], -1, codes - (codes > empty[0]))
        return cls(np.asarray(texts[codes], dtype=object), codes, texts[:-1])


def objects(series: pd.Series) -> np.ndarray:
    """The values as Python objects, None for a missing one."""
    if pd.api.types.is_datetime64_any_dtype(series.dtype):
        # A table has few days, and each takes far longer to make than to look up.
        codes, moments = pd.factorize(series)
        made = np.full(len(moments) + 1, None, dtype=object)  # the code of a missing one is -1: the last
        made[:-1] = pd.Series(moments).astype(object)
        return made[codes]
    values = series.astype(object).to_numpy(dtype=object, copy=True)
    values[series.isna().to_numpy()] = None
    return values


@contextlib.contextmanager
def computing() -> Iterator[None]:
    """Python and pandas as suits tables that are read, worked through once and left.

    Without Python's cycle collector, which would walk through millions of new cells over and over: it takes a
    quarter of the time of reading half a million rows, and finds nothing, for cells hold no cycles. And with texts as
    Python's own strings, whether Arrow is installed or not: an analysis makes hundreds of small tables, and to carry
    their texts to Arrow and back takes a tenth of its time.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        with pd.option_context("mode.string_storage", "python"):
            yield
    finally:
        if enabled:
            gc.enable()


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a table stands in the book: sheet, 1-based place of its first heading, size of its body."""

    sheet: str
    row: int
    column: int
    rows: int
    headings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class RawTable:
    """Headings and columns of Python values, and where they stand.

    Attributes:
        name: the declared table's name, "tblOrders".
        headings: as found, one per column, stripped of white space at the ends; may repeat.
        columns: one array per heading, equal lengths. An object array holds what a sheet holds: None for a
            blank, datetime, float or int, str, bool; an error cell is its text, "#DIV/0!", and is also in
            `errors`. A caller's frame may bring float64, int64, bool or datetime64 arrays as they are (NaN
            and NaT are blanks), which saves half a million conversions.
        sheet: sheet name, or the file's name for a file without sheets.
        row, column: 1-based place of the first heading. Row 0 of the body stands at `row` + 1.
        file_lines: the 1-based line of each body row in a text file; empty for a sheet.
        errors: (body row, column index) -> error text.
        date1904: whether bare numbers that stand for days count from 1904-01-01, as old Mac workbooks do.
        told_apart: column index -> its distinct texts, where whoever made the table knew them; ask `distinct`.
    """

    name: str
    headings: tuple[str, ...]
    columns: tuple[np.ndarray, ...]
    sheet: str = ""
    row: int = 1
    column: int = 1
    errors: Mapping[tuple[int, int], str] = field(default_factory=dict)
    file_lines: np.ndarray | None = None
    date1904: bool = False
    told_apart: Mapping[int, Distinct] = field(default_factory=dict, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.columns[0]) if self.columns else 0

    def distinct(self, index: int) -> Distinct | None:
        """The distinct texts of a column, if they are known; it then holds texts and blanks alone."""
        known = self.told_apart.get(index)
        return known if known is not None and known.column is self.columns[index] else None

    def without_cells(self) -> RawTable:
        """The same headings in the same place, of which only addresses can be asked any more."""
        return replace(self, columns=(), errors={}, told_apart={})

    def cell(self, row: int, heading: str | None = None) -> str:
        """The address a user can go to: "订单!C17"; of the whole row "订单!第17行" without a heading.

        Args:
            row: 0-based row of the body.
            heading: the heading as found; its first occurrence counts.
        """
        if self.file_lines is not None:
            line = f"{self.sheet} 第{self.file_lines[row]}行"
            return f"{line}“{heading}”" if heading else line
        line_number = self.row + 1 + row
        if heading is None or heading not in self.headings:
            return f"{self.sheet}!第{line_number}行"
        return f"{self.sheet}!{column_letters(self.column + self.headings.index(heading))}{line_number}"

    def cells(self, rows: np.ndarray, heading: str | None = None) -> list[str]:
        """The addresses of many rows, as `cell` gives them one by one.

        Args:
            rows: 0-based rows of the body.
            heading: as for `cell`.
        """
        if not len(rows):
            return []
        if self.file_lines is not None:
            column = f"“{heading}”" if heading else ""
            return [f"{self.sheet} 第{line}行{column}" for line in self.file_lines[rows].tolist()]
        first = self.cell(int(rows[0]), heading)
        before, after = first.rsplit(str(self.row + 1 + int(rows[0])), 1)
        return [f"{before}{line}{after}" for line in (rows + (self.row + 1)).tolist()]

    @classmethod
    def from_rows(cls, name: str, rows: Sequence[Sequence[Any]], **place: Any) -> RawTable:
        """A raw table from a list of rows whose first holds the headings (a sheet block, a test)."""
        headings = tuple("" if cell is None else str(cell).strip() for cell in rows[0])
        body = [list(row) for row in rows[1:]]
        columns = []
        for index in range(len(headings)):
            values = np.empty(len(body), dtype=object)
            values[:] = [None if row[index] == "" else row[index] for row in body]
            columns.append(values)
        return cls(name=name, headings=headings, columns=tuple(columns), **place)

    @classmethod
    def from_frame(cls, name: str, frame: pd.DataFrame) -> RawTable:
        """A raw table from a caller's frame; the sheet is the table's name.

        Numeric and date columns keep their type; in all others a missing value becomes None.
        """
        columns = []
        told_apart: dict[int, Distinct] = {}
        for index in range(frame.shape[1]):
            series = frame.iloc[:, index]
            if isinstance(series.dtype, np.dtype) and series.dtype.kind in "fiubM":
                columns.append(series.to_numpy())
            elif isinstance(series.dtype, pd.StringDtype):
                told_apart[index] = Distinct.of(series)
                columns.append(told_apart[index].column)
            else:
                columns.append(objects(series))
        return cls(
            name=name,
            headings=tuple(str(c) for c in frame.columns),
            columns=tuple(columns),
            sheet=name,
            told_apart=told_apart,
        )
