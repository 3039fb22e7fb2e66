"""A mapping carried out: the lines of one file become the rows of declared tables."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from crm_xl.errors import CrmError
from crm_xl.raw import RawTable
from crm_xl.schema import Column
from crm_xl.sources import vectors
from crm_xl.sources.expression import Expression, parse
from crm_xl.sources.mapping import Mapping, TableMapping
from crm_xl.sources.vectors import Vector
from crm_xl.tables.headings import heading_key, listed
from crm_xl.values import convert, missing

_SIGNED = ("amount", "quantity")  # what a return takes back


def apply_mapping(mapping: Mapping, source: RawTable, faults: Sequence[CrmError] = ()) -> dict[str, RawTable]:
    """The declared tables that a mapping makes from a file, by name; each row knows its line in the file.

    Args:
        mapping: what to make.
        source: the file as it was read.
        faults: what is already known to be wrong with the mapping; raised together with what shows here.

    Raises:
        CrmError: headings that are not in the file or stand twice, expressions that are wrong; all at once.
    """
    file = _File(source)
    found = list(faults)
    plans = [_Plan.of(table, file, found) for table in mapping.tables]
    if file.unknown:
        found.append(
            CrmError(
                f"文件里没有列 {listed(file.unknown)}；现有标题：{listed(source.headings)}。",
                where=f"{source.sheet}（{mapping.name}）",
                hint="请在映射里改用现有的标题。",
            )
        )
    if found:
        raise CrmError.of(found)
    return {plan.table.table.name: plan.carried_out() for plan in plans}


def used_headings(mapping: Mapping) -> frozenset[str]:
    """The keys of all headings that a mapping names, alone or in an expression; what is wrong names none."""
    found: set[str] = set()
    for table in mapping.tables:
        for written in (*table.columns.values(), table.returns, table.condition):
            if not written:
                continue
            found.add(heading_key(written))
            with contextlib.suppress(CrmError):
                found.update(map(heading_key, parse(written, table.where).headings))
    return frozenset(found)


class _File:
    """The columns of a file by heading, each handed out as the same vector."""

    def __init__(self, source: RawTable) -> None:
        self.source = source
        self.unknown: list[str] = []
        self._columns: dict[str, Vector] = {}

    @cached_property
    def places(self) -> dict[str, list[int]]:
        places: dict[str, list[int]] = {}
        for index, heading in enumerate(self.source.headings):
            places.setdefault(heading_key(heading), []).append(index)
        return places

    def has(self, heading: str) -> bool:
        return heading_key(heading) in self.places

    def column(self, heading: str) -> Vector:
        key = heading_key(heading)
        if key not in self._columns:
            values = self.source.columns[self.places[key][0]]
            self._columns[key] = Vector(sort="cells", values=values)
        return self._columns[key]

    def check(self, heading: str, where: str, faults: list[CrmError]) -> None:
        """Note a heading that is not in the file, or stands in it twice."""
        count = len(self.places.get(heading_key(heading), ()))
        if not count and heading not in self.unknown:
            self.unknown.append(heading)
        if count > 1:
            faults.append(
                CrmError(f"文件里有 {count} 列都叫“{heading}”。", where=where, hint="请给其中的列改名。")
            )


@dataclass(frozen=True)
class _Plan:
    """One table of a mapping with its expressions parsed: heading names are kept as they are."""

    table: TableMapping
    file: _File
    columns: dict[str, str | Expression]
    returns: Expression | None
    condition: Expression | None

    @classmethod
    def of(cls, table: TableMapping, file: _File, faults: list[CrmError]) -> _Plan:
        columns: dict[str, str | Expression] = {}
        for name, written in table.columns.items():
            where = f"{table.where} [columns] {name}"
            if file.has(written):
                file.check(written, where, faults)
                columns[name] = written
            elif (made := _parsed(written, where, file, faults)) is not None:
                columns[name] = made
        conditions: list[Expression | None] = []
        for key, written in (("[returns] when", table.returns), ("where", table.condition)):
            where = f"{table.where} {key}"
            made = _parsed(written, where, file, faults) if written else None
            if made is not None and made.sort != "truth":
                faults.append(
                    CrmError(
                        f"“{written}”不是条件。",
                        where=where,
                        hint="要写成判断，例如 开头是(单号, 'C') 或 数量<0。",
                    )
                )
            conditions.append(made)
        return cls(table, file, columns, *conditions)

    def carried_out(self) -> RawTable:
        source, declared = self.file.source, self.table.table
        made = {name: self._made(declared.column(name), how) for name, how in self.columns.items()}
        if self.returns is not None:
            is_return = self._value(self.returns).values
            for name in _SIGNED:
                if name in made:
                    made[name] = _negative(made[name], is_return)
        for name, value in self.table.constants.items():
            made[name] = np.full(len(source), value, dtype=object)
        rows = np.arange(len(source))
        if self.condition is not None:
            rows = rows[self._value(self.condition).values]
        if self.table.distinct:
            keys = [
                convert(made[name], declared.column(name), date1904=source.date1904).values
                for name in declared.key
            ]
            rows, made = _first_of_each(keys, made, rows)
        elif self.condition is not None:
            made = {name: values[rows] for name, values in made.items()}
        ordered = [column for column in declared if column.name in made]
        return RawTable(
            name=declared.name,
            headings=tuple(column.title for column in ordered),
            columns=tuple(made[column.name] for column in ordered),
            sheet=source.sheet,
            # The columns are no longer where they were: what a user can go to is the line.
            file_lines=_lines(source)[rows],
            date1904=source.date1904,
        )

    def _value(self, expression: Expression) -> Vector:
        return expression.evaluate(self.file.column, len(self.file.source))

    def _made(self, column: Column, how: str | Expression) -> np.ndarray:
        if isinstance(how, str):
            return self.file.column(how).values
        vector = self._value(how)
        return _unreadable_still(vector, column).cells()


def _parsed(written: str, where: str, file: _File, faults: list[CrmError]) -> Expression | None:
    try:
        expression = parse(written, where)
    except CrmError as error:
        faults.append(error)
        return None
    for heading in expression.headings:
        file.check(heading, where, faults)
    return expression


def _unreadable_still(vector: Vector, column: Column) -> Vector:
    """The vector with unread cells that the column itself would read made plain: 5 × "12元左右" is no 12 元."""
    if not vector.unread:
        return vector
    cells = np.empty(len(vector.unread), dtype=object)
    cells[:] = list(vector.unread.values())
    readable = ~convert(cells, column).bad
    unread = {
        row: f"{cell}（不能计算）" if taken else cell
        for (row, cell), taken in zip(vector.unread.items(), readable, strict=True)
    }
    return replace(vector, unread=unread)


def _negative(values: np.ndarray, lines: np.ndarray) -> np.ndarray:
    """The values with those of the lines made negative where they are positive numbers."""
    places = np.flatnonzero(lines)
    read = vectors.number(Vector(sort="cells", values=values[places])).values
    positive = read > 0
    if not positive.any():
        return values
    values = values.copy()
    values[places[positive]] = -read[positive]
    return values


def _first_of_each(
    keys: list[np.ndarray], made: dict[str, np.ndarray], rows: np.ndarray
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The first line of each key, and each column's first filled value for it; keys not complete make no row.

    Keys are compared as cleaning will read them, so that 17850.0 and 17850 are one customer.
    """
    complete = ~np.any([missing(key[rows]) for key in keys], axis=0)
    rows = rows[complete]
    codes = pd.MultiIndex.from_arrays([key[rows] for key in keys]).factorize()[0]
    _, first = np.unique(codes, return_index=True)
    columns = {}
    for name, values in made.items():
        taken = values[rows]
        filled = np.flatnonzero(~missing(taken))
        groups, places = np.unique(codes[filled], return_index=True)
        column = np.full(len(first), None, dtype=object)
        column[groups] = taken[filled[places]]
        columns[name] = column
    return rows[first], columns


def _lines(source: RawTable) -> np.ndarray:
    if source.file_lines is not None:
        return source.file_lines
    return source.row + 1 + np.arange(len(source))
