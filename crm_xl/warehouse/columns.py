"""Which column of a warehouse is which of tblOrders: by its heading, or as a mapping says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from crm_xl.errors import CrmError
from crm_xl.schema import Column, Kind
from crm_xl.tables import inputs as i
from crm_xl.tables.headings import heading_errors, match_headings

if TYPE_CHECKING:
    from ibis.expr import types as ir


def order_columns(source: ir.Table, mapping: str, place: str) -> tuple[ir.Table, dict[str, Column]]:
    """The source with one column per declared name it has, and what each means.

    Args:
        source: as stored.
        mapping: a mapping file or the name of a shipped one; empty: headings decide.
        place: the source, for messages.

    Raises:
        CrmError: a required column is missing, a mapping that does not fit; everything at once.
    """
    headings = source.columns
    if errors := heading_errors(i.ORDERS, headings, place):
        raise CrmError.of(errors)
    matched = match_headings(i.ORDERS, headings)
    names = [column.name for column in i.ORDERS if column.name in matched]
    chosen = source.select(**{name: source[headings[matched[name]]] for name in names})
    return chosen, {name: _meant(i.ORDERS.column(name)) for name in names}


def _meant(column: Column) -> Column:
    """Dates are read with their time of day: a return minutes after its order."""
    if column.kind is Kind.DATE:
        return replace(column, kind=Kind.DATETIME)
    return column
