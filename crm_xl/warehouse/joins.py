"""Rows that are among others, and rows that are not, written as the joins that every engine has.

Ibis has semi and anti joins; where two follow one another, what writes SQL for PostgreSQL leaves the second as it
is, and PostgreSQL knows none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ibis.expr import types as ir


def among(table: ir.Table, keys: ir.Table, names: Sequence[str]) -> ir.Table:
    """The rows of the table whose named columns, none of them blank, are a row of `keys`, which repeats none."""
    return table.inner_join(keys.select(*names), list(names))


def not_among(table: ir.Table, keys: ir.Table, names: Sequence[str]) -> ir.Table:
    """The other rows."""
    known = keys.select(**{f"{name}_known": keys[name] for name in names})
    marked = table.left_join(known, [(name, f"{name}_known") for name in names])
    return marked.filter(marked[f"{names[0]}_known"].isnull()).select(*table.columns)
