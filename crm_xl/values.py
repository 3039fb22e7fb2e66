"""Cells into values: a column as it was found becomes a typed array, and what could not be read is marked.

Blank is missing, never zero. What a column's kind cannot take is bad, with a reason; it is never guessed.
Declared limits are judged apart (`out_of_range`): a CSAT of 7 was read well, and is still worth a finding.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import infer_dtype

from crm_xl.schema import NUMERIC, TEMPORAL, Column, Kind
from crm_xl.spellings import (
    ERROR_VALUES,
    FAILED_COMPUTATIONS,
    NO,
    PLACEHOLDERS,
    YEARS,
    Rewriting,
    Unreadable,
    choice_of,
    id_of,
    id_of_number,
    moment_of,
    moment_of_number,
    month_of,
    number_of,
    percent_limit,
    percent_of,
    serial_since_1900,
    truth_of,
)
from crm_xl.widths import fold

MOMENT = "datetime64[us]"
_NUMBERS = (int, float, np.integer, np.floating)
# What pandas calls columns that hold numbers, and may be blanks.
_NUMBERS_ALONE = frozenset({"floating", "integer", "mixed-integer-float"})
_PLAIN_IDS = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]*(?:\0[0-9A-Za-z][0-9A-Za-z_-]*)*", re.ASCII)
_FIRST, _END = np.datetime64(f"{YEARS[0]}-01-01"), np.datetime64(f"{YEARS[1] + 1}-01-01")


@dataclass(frozen=True)
class Converted:
    """A column read.

    Attributes:
        values: float64 for numbers; datetime64[us] for dates; else object holding str, True, False or None.
        bad: where a cell was not blank and could not be read; its value is missing.
        rewritten: name of a lossless rule -> number of cells it changed.
        codes: where the column was read by its distinct values, which of them each cell is (equal code, equal
            value; -1 for missing), so that nobody needs to tell them apart again; else None.
    """

    values: np.ndarray
    bad: np.ndarray
    rewritten: Mapping[str, int]
    codes: np.ndarray | None = None


def convert(
    values: np.ndarray,
    column: Column,
    *,
    date1904: bool = False,
    known: tuple[np.ndarray, np.ndarray] | None = None,
) -> Converted:
    """The column's cells as values of its kind; input untouched, and the very same where it says what is meant.

    Every distinct text is read once, so that half a million ids cost a fraction of a second.

    Args:
        values: an object array as a sheet holds it, or a typed array (NaN and NaT are blanks).
        column: kind, unit, choices and, for a percentage, the declared maximum decide.
        date1904: whether bare serial numbers in a column of dates count from 1904-01-01.
        known: where somebody has told a column of texts apart before: which of the distinct ones each cell is (-1
            for a blank), and those.
    """
    if known is not None:
        return _of_distinct(*known, column, values)
    numeric, temporal = column.kind in NUMERIC, column.kind in TEMPORAL
    if temporal and date1904 and values.dtype.kind in "Ofiu":
        values = np.fromiter(map(serial_since_1900, values), dtype=object, count=len(values))
    if values.dtype.kind in "fiu":
        return _numbers(values.astype(np.float64), column) if numeric else _distinct(values, column)
    if values.dtype.kind == "M":
        return _moments(values.astype(MOMENT), column) if temporal else _distinct(values, column)
    if values.dtype.kind != "O":
        return _distinct(values.astype(object), column)
    kind = infer_dtype(values, skipna=True)
    if kind in ("string", "empty"):
        return _distinct(values, column)
    if numeric and kind in _NUMBERS_ALONE:
        blank = missing(values)
        if blank.any():
            values = values.copy()
            values[blank] = None
        return _numbers(values.astype(np.float64), column)
    if temporal and kind == "datetime" and not any(map(attrgetter("tzinfo"), values[~missing(values)])):
        return _moments(pd.DatetimeIndex(values).to_numpy().astype(MOMENT), column)
    return _by_type(values, column)


def read_cell(value: Any, column: Column, *, date1904: bool = False) -> Any:
    """One cell as a value of the column's kind: float, str, bool, Timestamp; None for a blank. As `convert`.

    Raises:
        ValueError: unreadable; the text is a Chinese clause with the remedy.
    """
    if date1904 and column.kind in TEMPORAL:
        value = serial_since_1900(value)
    result, _ = _read(value, column)
    return pd.Timestamp(result) if isinstance(result, datetime) else result


def out_of_range(values: np.ndarray, column: Column) -> np.ndarray:
    """Where a number lies outside the column's declared limits; missing values do not."""
    outside = np.zeros(len(values), dtype=bool)
    if column.kind in NUMERIC:
        if column.minimum is not None:
            outside |= values < column.minimum
        if column.maximum is not None:
            outside |= values > column.maximum
    return outside


def missing(values: np.ndarray) -> np.ndarray:
    """Where a converted column has no value."""
    return np.asarray(pd.isna(values), dtype=bool)


def _numbers(numbers: np.ndarray, column: Column) -> Converted:
    """Float64, checked as `_read_number` checks one."""
    bad = np.isinf(numbers)
    if column.kind is Kind.INTEGER:
        bad |= np.floor(numbers) < numbers  # NaN compares false
    elif column.kind is Kind.PERCENT:
        bad |= np.abs(numbers) > percent_limit(column)
    if bad.any():
        numbers = np.where(bad, np.nan, numbers)
    return Converted(numbers, bad, {})


def _moments(moments: np.ndarray, column: Column) -> Converted:
    """Datetime64, cut to the day or month the column asks for."""
    bad = (moments < _FIRST) | (moments >= _END)
    if bad.any():
        moments = np.where(bad, np.datetime64("NaT"), moments)
    if column.kind is not Kind.DATETIME:
        moments = moments.astype("datetime64[M]" if column.kind is Kind.MONTH else "datetime64[D]")
    return Converted(moments.astype(MOMENT), bad, {})


def _distinct(values: np.ndarray, column: Column) -> Converted:
    """Every distinct value read once. The values are of one type: 1, 1.0 and True would fall together."""
    return _of_distinct(*pd.factorize(values), column)


def _of_distinct(
    codes: np.ndarray, distinct: Any, column: Column, cells: np.ndarray | None = None
) -> Converted:
    """The column whose cells are those of the distinct values; the code of a blank is -1.

    Args:
        codes: of each cell.
        distinct: by code.
        column: what it is.
        cells: the column itself, blanks None, where it is at hand.
    """
    if column.kind is Kind.ID and _all_plain_ids(distinct):
        ids = _stored([*distinct, None], column)[codes] if cells is None else cells
        return Converted(ids, np.zeros(len(codes), dtype=bool), {}, codes)
    results, failed, rules = _read_each(distinct.tolist() if distinct.dtype.kind != "M" else distinct, column)
    if cells is not None and set(map(type, results)) == {str} and results == distinct.tolist():
        return Converted(cells, np.zeros(len(codes), dtype=bool), {}, codes)
    bad = np.append(failed, False)[codes]  # the code of a blank is -1: the last
    times = np.bincount(codes + 1, minlength=len(rules) + 1)[1:]
    rewritten: Counter[str] = Counter()
    for rule, count in zip(rules, times, strict=True):
        if rule is not None:
            rewritten[rule.value] += int(count)
    # Two spellings of one value are one value: "1001.0" and "1001".
    same = np.append(pd.factorize(_stored(results, column))[0], -1)[codes]
    return Converted(_stored([*results, None], column)[codes], bad, dict(rewritten), same)


def _all_plain_ids(texts: np.ndarray) -> bool:
    """Whether every id is already written as ids are: one look at all of them instead of a look at each."""
    if set(map(type, texts)) != {str}:
        return False
    joined = "\0".join(texts)
    return (
        joined.count("\0") == len(texts) - 1
        and _PLAIN_IDS.fullmatch(joined) is not None
        and PLACEHOLDERS.isdisjoint(map(str.upper, texts))
        and FAILED_COMPUTATIONS.isdisjoint(texts)
    )


def _by_type(values: np.ndarray, column: Column) -> Converted:
    """A column of mixed cells, the types read apart and put together again."""
    size = len(values)
    types = set(map(type, values))
    is_text = {found for found in types if issubclass(found, str)}
    is_number = {found for found in types if issubclass(found, _NUMBERS) and found is not bool}
    texts = np.fromiter((type(value) in is_text for value in values), dtype=bool, count=size)
    numbers = np.fromiter((type(value) in is_number for value in values), dtype=bool, count=size)
    rest = ~(texts | numbers)
    results, failed, rules = _read_each(values[rest], column)
    parts = [
        (rest, Converted(_stored(results, column), failed, Counter(rule.value for rule in rules if rule)))
    ]
    if texts.any():
        parts.append((texts, _distinct(values[texts], column)))
    if numbers.any():
        parts.append((numbers, convert(values[numbers].astype(np.float64), column)))
    merged, bad = _stored([None] * size, column), np.zeros(size, dtype=bool)
    rewritten: Counter[str] = Counter()
    for where, part in parts:
        merged[where] = part.values
        bad[where] = part.bad
        rewritten.update(part.rewritten)
    return Converted(merged, bad, dict(rewritten))


def _read_each(cells: Any, column: Column) -> tuple[list[Any], np.ndarray, list[Rewriting | None]]:
    results: list[Any] = []
    rules: list[Rewriting | None] = []
    failed = np.zeros(len(cells), dtype=bool)
    for index, cell in enumerate(cells):
        try:
            result, rule = _read(cell, column)
        except Unreadable:
            result, rule, failed[index] = None, None, True
        results.append(result)
        rules.append(rule)
    return results, failed, rules


def _stored(results: list[Any], column: Column) -> np.ndarray:
    if column.kind in NUMERIC:
        return np.array(results, dtype=np.float64)
    if column.kind in TEMPORAL:
        return np.array(results, dtype=MOMENT)
    stored = np.empty(len(results), dtype=object)
    stored[:] = results
    return stored


def _read(value: Any, column: Column) -> tuple[Any, Rewriting | None]:
    """One cell: its value (None for a blank) and the lossless rule that was needed."""
    kind = column.kind
    if kind is Kind.ANY:
        return (value.strip() or None if isinstance(value, str) else value), None
    if isinstance(value, str):
        text = value.strip()
        if not text or not fold(text):
            return None, None
        if text in ERROR_VALUES:
            raise Unreadable(f"单元格为错误值 {text}，请先改正公式")
        if kind is Kind.TEXT:
            return text, None if text == value else Rewriting.TRIM
        word = fold(text).upper()
        if word in PLACEHOLDERS and text not in column.choices and not (kind is Kind.YESNO and word in NO):
            return None, Rewriting.PLACEHOLDER
        return _read_text(text if kind in NUMERIC else value, column)
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, Decimal) and value.is_nan()):
        return None, None
    if isinstance(value, np.datetime64):
        value = value.astype(MOMENT).item()
    if isinstance(value, bool | np.bool_):
        return _read_truth(bool(value), kind)
    if isinstance(value, (*_NUMBERS, Decimal)):
        return _read_number(value, column)
    if isinstance(value, date):
        return _read_moment(value, kind)
    raise Unreadable("单元格内容无法识别，请重新填写")


def _read_text(text: str, column: Column) -> tuple[Any, Rewriting | None]:
    match column.kind:
        case Kind.ID:
            return id_of(text)
        case Kind.CHOICE:
            return choice_of(text, column)
        case Kind.YESNO:
            return truth_of(text)
        case Kind.MONTH:
            return month_of(text), Rewriting.DATE_TEXT
        case Kind.DATETIME:
            return moment_of(text), Rewriting.DATE_TEXT
        case Kind.DATE:
            return _midnight(moment_of(text)), Rewriting.DATE_TEXT
        case Kind.PERCENT:
            if (share := percent_of(text)) is not None:
                return share, Rewriting.PERCENT_TEXT
    number, rule = number_of(text, column)
    return _read_number(number, column)[0], rule


def _read_number(value: Any, column: Column) -> tuple[Any, Rewriting | None]:
    number = float(value)
    if number != number:
        return None, None
    if number in (float("inf"), float("-inf")):
        raise Unreadable("不是数字，请只写数字")
    match column.kind:
        case Kind.ID:
            return id_of_number(number), Rewriting.ID_NUMBER
        case Kind.MONTH:
            if number == int(number) and 100_000 < number < 1_000_000:  # 202609
                return month_of(str(int(number))), Rewriting.DATE_NUMBER
            return _midnight(moment_of_number(number)).replace(day=1), Rewriting.DATE_NUMBER
        case Kind.DATETIME:
            return moment_of_number(number), Rewriting.DATE_NUMBER
        case Kind.DATE:
            return _midnight(moment_of_number(number)), Rewriting.DATE_NUMBER
        case Kind.INTEGER if number != int(number):
            raise Unreadable("应为整数")
        case Kind.PERCENT if abs(number) > percent_limit(column):
            raise Unreadable(f"百分比请写成 {number:g}% 或 {number / 100:g}")
        case Kind.YESNO | Kind.CHOICE | Kind.TEXT:
            text = str(int(number)) if number == int(number) else repr(number)
            return (text, None) if column.kind is Kind.TEXT else _read_text(text, column)
    return number, None


def _read_truth(value: bool, kind: Kind) -> tuple[Any, None]:
    if kind is Kind.YESNO:
        return value, None
    if kind is Kind.TEXT:
        return "是" if value else "否", None
    raise Unreadable("单元格为逻辑值 TRUE/FALSE，请重新填写")


def _read_moment(value: date, kind: Kind) -> tuple[Any, None]:
    moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
    if kind is Kind.TEXT:
        return str(moment.date() if moment == _midnight(moment) else moment), None
    if kind not in TEMPORAL:
        raise Unreadable("单元格为日期，可能被表格软件自动改过，请以文本格式重新填写")
    if not YEARS[0] <= moment.year <= YEARS[1]:
        raise Unreadable(f"年份应在 {YEARS[0]} 至 {YEARS[1]} 之间")
    moment = moment.replace(tzinfo=None)
    if kind is Kind.DATETIME:
        return moment, None
    return _midnight(moment).replace(day=1 if kind is Kind.MONTH else moment.day), None


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
