"""How an engine holds what is worked out on the way from the lines as stored to what is known of each customer."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ibis.expr import types as ir

_NUMBERS = itertools.count()

Columns = Any  # name -> values, or a frame


class Steps:
    """How an engine holds what is worked out on the way, until the orders are closed.

    Args:
        connection: of Ibis.
    """

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._kept: list[Any] = []

    def put(self, columns: Columns, schema: Mapping[str, Any]) -> ir.Table:
        """What was computed here, as a table that can be joined."""
        import ibis

        return ibis.memtable(columns, schema=schema)

    def named(self, table: ir.Table) -> ir.Table:
        """The same table, under a name where the engine may hold names of ours.

        A chain of steps is then written out step by step, which takes Ibis a tenth of the time of the whole.
        """
        return table

    def keep(self, table: ir.Table) -> ir.Table:
        """The table worked out once."""
        kept = table.cache()
        self._kept.append(kept)
        return kept

    def settle(self, table: ir.Table) -> ir.Table:
        """A large table that is asked for many times: kept where the disk is ours, worked out again elsewhere."""
        return self.named(table)

    def release(self) -> None:
        """Let go of what was kept; an engine that is gone has done so already."""
        while self._kept:
            with contextlib.suppress(Exception):
                self._kept.pop().release()


class OwnSteps(Steps):
    """Tables and views in a DuckDB of our own, on disk where memory is short."""

    def put(self, columns: Columns, schema: Mapping[str, Any]) -> ir.Table:
        """What was computed here, as a table."""
        table: ir.Table = self._connection.create_table(_name(), super().put(columns, schema))
        return table

    def named(self, table: ir.Table) -> ir.Table:
        """The table as a view."""
        view: ir.Table = self._connection.create_view(_name(), table)
        return view

    def keep(self, table: ir.Table) -> ir.Table:
        """The table worked out once."""
        kept: ir.Table = self._connection.create_table(_name(), table)
        return kept

    def settle(self, table: ir.Table) -> ir.Table:
        """The table worked out once."""
        return self.keep(table)


class SparkSteps(Steps):
    """Views of one Spark session."""

    def put(self, columns: Columns, schema: Mapping[str, Any]) -> ir.Table:
        """What was computed here, as a view of a data frame."""
        name = _name()
        arrow = super().put(columns, schema).to_pyarrow()
        self._connection._session.createDataFrame(arrow).createTempView(name)
        table: ir.Table = self._connection.table(name)
        return table

    def named(self, table: ir.Table) -> ir.Table:
        """The table as a view."""
        view: ir.Table = self._connection.create_view(_name(), table)
        return view


def _name() -> str:
    return f"crm_xl_step_{next(_NUMBERS)}"
