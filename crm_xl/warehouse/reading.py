"""Columns of a warehouse as values of their kind, by the very rules that read cells.

A column whose storage says what it holds is only cast. Of a column of texts, what is written plainly is cast too;
the other spellings, few of them distinct, travel here once, are read by `values.convert`, and go back as a
lookup. So "１２３" and "1.2万" mean what they mean in a sheet, and 10⁸ lines stay where they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from crm_xl.errors import CrmError
from crm_xl.schema import NUMERIC, TEMPORAL, Column, Kind
from crm_xl.spellings import ERROR_VALUES, FAILED_COMPUTATIONS, LARGEST_EXACT_ID, PLACEHOLDERS, YEARS
from crm_xl.values import convert
from crm_xl.warehouse.steps import Steps

if TYPE_CHECKING:
    from ibis.expr import types as ir

# So many spellings that are not plain are read here; more say that the column holds something else.
MOST_SPELLINGS = 200_000
HOURS_AHEAD = 8  # of UTC, in all of China

# Texts that mean themselves in every engine's regular expressions: letters, digits, Chinese characters.
_SIGN = "0-9A-Za-z\u4e00-\u9fff"
_ID = f"^[{_SIGN}][{_SIGN}_-]*$"
_TEXT = f"^[{_SIGN}]([^\\n\\r]*[{_SIGN}])?$"
NUMBER = r"^[-+]?[0-9]{1,15}([.][0-9]{1,15})?$"
_CLOCK = "([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?)?"
_DAY = (
    "(19|20|21)[0-9][0-9]-("
    "(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31"
    ")"
)
_MOMENT = f"^{_DAY}{_CLOCK}$"
_PLAIN = {Kind.ID: _ID, Kind.TEXT: _TEXT}
# What looks like a plain id and is none.
_NO_IDS = tuple(sorted(word for word in PLACEHOLDERS if re.fullmatch(_ID[1:-1], word)))
_FAILED = tuple(sorted(word for word in FAILED_COMPUTATIONS if re.fullmatch(_ID[1:-1], word)))

_DTYPES = {"text": "string", "number": "float64", "moment": "timestamp"}


@dataclass(frozen=True, kw_only=True)
class TypedTable:
    """A table whose declared columns are typed.

    Attributes:
        table: with a column for each name of `columns`; and `name_bad` for a cell that cannot be read and
            `name_error` for an error value, where such can be.
        columns: the declared columns that the source has, in declared order.
        steps: hold the lookups.
        may_be_bad, may_be_error: names of columns with those marks.
        rewritten: rule of a lossless change -> number of cells.
    """

    table: ir.Table
    columns: tuple[Column, ...]
    steps: Steps
    may_be_bad: frozenset[str] = frozenset()
    may_be_error: frozenset[str] = frozenset()
    rewritten: Mapping[str, int] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """English names, in declared order."""
        return tuple(column.name for column in self.columns)

    def bad(self, name: str) -> ir.BooleanValue | None:
        """Where the cell was filled and cannot be read; None: nowhere."""
        return self.table[f"{name}_bad"] if name in self.may_be_bad else None

    def error(self, name: str) -> ir.BooleanValue | None:
        """Where an error value stands; None: nowhere."""
        return self.table[f"{name}_error"] if name in self.may_be_error else None


def typed_table(source: ir.Table, columns: Mapping[str, Column], place: str, steps: Steps) -> TypedTable:
    """The source's columns as values of their kinds.

    Args:
        source: one column per declared name, as stored.
        columns: the declared columns by name; DATETIME where the time of day is wanted.
        place: the source, for messages.
        steps: hold the lookups.

    Raises:
        CrmError: a column is stored as something that cannot be meant, or holds too many odd spellings.
    """
    found = TypedTable(table=source, columns=tuple(columns.values()), steps=steps)
    faults: list[CrmError] = []
    for column in columns.values():
        try:
            found = _typed_column(found, column, place)
        except CrmError as error:
            faults.append(error)
    if faults:
        raise CrmError.of(faults)
    return found


def storage(column: Column) -> str:
    """How values of the column's kind are kept: number, moment or text."""
    return "number" if column.kind in NUMERIC else "moment" if column.kind in TEMPORAL else "text"


def _typed_column(found: TypedTable, column: Column, place: str) -> TypedTable:
    raw: Any = found.table[column.name]
    dtype = raw.type()
    stored = storage(column)
    if dtype.is_null() or (dtype.is_unknown() and "NULL" in str(dtype)):
        return _blank(found, column)
    if dtype.is_string():
        return _from_text(found, column, place)
    if stored == "number" and dtype.is_numeric():
        return _numbers(found, column)
    if stored == "moment" and (dtype.is_timestamp() or dtype.is_date()):
        return _moments(found, column)
    if stored == "moment" and dtype.is_integer():
        return _looked_up(found, column, None, place)
    if column.kind in (Kind.ID, Kind.TEXT) and dtype.is_integer():
        # A database keeps all digits of a whole number, so a long id is as good as a short one.
        return _with(found, column, raw.cast("string"))
    if column.kind is Kind.ID and (dtype.is_floating() or dtype.is_decimal()):
        return _whole_ids(found, column)
    if column.kind is Kind.CHOICE and dtype.is_integer():
        return _looked_up(found, column, None, place)
    raise CrmError(
        f"“{column.title}”在数据源中的类型是 {dtype}，应为{_WANTED[stored]}。",
        where=f"{place} “{column.name}”",
        hint="请改用别的列，或用 --map 对照表指明取自哪一列。",
    )


_WANTED = {"number": "数值", "moment": "日期或时间", "text": "文本或整数"}


def _blank(found: TypedTable, column: Column) -> TypedTable:
    """A column in which nothing stands, so that nothing says what it would hold."""
    import ibis

    return _with(found, column, ibis.null().cast(_DTYPES[storage(column)]))


def _with(
    found: TypedTable, column: Column, value: ir.Value, bad: ir.BooleanValue | None = None
) -> TypedTable:
    marks = {} if bad is None else {f"{column.name}_bad": bad}
    return replace(
        found,
        table=found.table.mutate(**{column.name: value, **marks}),
        may_be_bad=found.may_be_bad | ({column.name} if marks else set()),
    )


def _numbers(found: TypedTable, column: Column) -> TypedTable:
    raw: Any = found.table[column.name]
    number = raw.cast("float64")
    if not raw.type().is_floating():
        return _with(found, column, number)
    number = number.isnan().ifelse(None, number)
    endless = number.isinf().fill_null(False)
    return _with(found, column, endless.ifelse(None, number), endless)


def _moments(found: TypedTable, column: Column) -> TypedTable:
    import ibis

    raw: Any = found.table[column.name]
    moment = raw.cast("timestamp")
    if raw.type().is_timestamp() and raw.type().timezone is not None:
        # Engines keep such moments, and hand them out, in UTC: an order of 7 in the morning would be yesterday's.
        moment = moment + ibis.interval(hours=HOURS_AHEAD)
    first, end = ibis.timestamp(f"{YEARS[0]}-01-01"), ibis.timestamp(f"{YEARS[1] + 1}-01-01")
    beyond = ((moment < first) | (moment >= end)).fill_null(False)
    return _with(found, column, beyond.ifelse(None, moment), beyond)


def _whole_ids(found: TypedTable, column: Column) -> TypedTable:
    """Ids kept as numbers with a point, as a column of whole numbers with blanks often is."""
    raw: Any = found.table[column.name].cast("float64")
    raw = raw.isnan().ifelse(None, raw)
    whole = (raw == raw.floor()) & (raw.abs() < LARGEST_EXACT_ID)
    text = whole.ifelse(raw, None).cast("int64").cast("string")
    return _with(found, column, text, (~whole).fill_null(False))


def _from_text(found: TypedTable, column: Column, place: str) -> TypedTable:
    raw: Any = found.table[column.name]
    if column.kind in NUMERIC:
        return _looked_up(found, column, lambda text: matches(text, NUMBER), place)
    if column.kind in TEMPORAL:
        return _looked_up(found, column, lambda text: matches(text, _MOMENT), place)
    if column.kind is Kind.ID:
        return _looked_up(
            found,
            column,
            lambda text: matches(text, _ID) & ~text.upper().isin(_NO_IDS) & ~text.isin(_FAILED),
            place,
        )
    if column.kind is Kind.TEXT:
        return _looked_up(found, column, lambda text: matches(text, _TEXT), place)
    return _looked_up(found, column, None, place) if raw.type().is_string() else found


def matches(text: Any, pattern: str) -> Any:
    """Where a text is of a pattern from its first sign to its last."""
    # In Java's expressions $ also matches before a last line end.
    return text.re_search(pattern) & ~text.contains("\n")


def _looked_up(
    found: TypedTable, column: Column, plain: Callable[[Any], Any] | None, place: str
) -> TypedTable:
    """The column with its plain values cast and its other spellings looked up.

    Args:
        found: the table so far.
        column: what the values mean.
        plain: says which texts may be cast as they are; None: every distinct value is looked up.
        place: for the message.
    """
    import ibis

    raw: Any = found.table[column.name]
    odd = raw.notnull() if plain is None else raw.notnull() & ~plain(raw)
    spelt = (
        found.table.filter(odd)
        .group_by(spelling=raw)
        .agg(times=lambda t: t.count())
        .limit(MOST_SPELLINGS + 1)
    ).to_pandas()
    if len(spelt) > MOST_SPELLINGS:
        raise CrmError(
            f"“{column.title}”有超过 {MOST_SPELLINGS:,} 种写法不是{_WANTED[storage(column)]}。",
            where=f"{place} “{column.name}”",
            hint="请核对取的是不是这一列，或在数据源中先转换类型。",
        )
    kept, name = _DTYPES[storage(column)], column.name
    if plain is None:
        cast: Any = ibis.null().cast(kept)
    else:
        cast = raw if kept == "string" else plain(raw).ifelse(raw, None).cast(kept)
    if spelt.empty:
        return _with(found, column, cast)
    spellings = spelt["spelling"].to_numpy(dtype=object)
    read = convert(spellings, column)
    error = np.array([isinstance(each, str) and each.strip() in ERROR_VALUES for each in spellings])
    odd_name, read_name, bad_name, error_name = (f"{name}_{what}" for what in ("odd", "read", "bad", "error"))
    lookup = found.steps.put(
        {
            odd_name: spellings.tolist(),
            read_name: pd.Series(read.values).astype(object).where(~pd.isna(read.values), None).tolist(),
            bad_name: (read.bad & ~error).tolist(),
            error_name: error.tolist(),
        },
        schema={odd_name: raw.type(), read_name: kept, bad_name: "boolean", error_name: "boolean"},
    )
    table = found.table.mutate(**{f"{name}_plain": cast}).left_join(lookup, [(name, odd_name)])
    found_here = table[odd_name].notnull()
    table = table.mutate(
        **{
            name: found_here.ifelse(table[read_name], table[f"{name}_plain"]),
            bad_name: table[bad_name].fill_null(False),
            error_name: table[error_name].fill_null(False),
        }
    ).drop(odd_name, read_name, f"{name}_plain")
    rewritten = dict(found.rewritten)
    for rule, count in _rewritten(spelt, column).items():
        rewritten[rule] = rewritten.get(rule, 0) + count
    return replace(
        found,
        table=table,
        may_be_bad=found.may_be_bad | {name},
        may_be_error=found.may_be_error | {name},
        rewritten=rewritten,
    )


def _rewritten(spelt: pd.DataFrame, column: Column) -> dict[str, int]:
    """How many cells each lossless rule changed, spelling by spelling."""
    counts: dict[str, int] = {}
    for spelling, times in zip(spelt["spelling"], spelt["times"], strict=True):
        one = np.empty(1, dtype=object)
        one[0] = spelling
        for rule in convert(one, column).rewritten:
            counts[rule] = counts.get(rule, 0) + int(times)
    return counts
