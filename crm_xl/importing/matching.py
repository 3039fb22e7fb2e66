"""Which row of a table an incoming row is: by its key, else by all its cells, else by what names a line.

Tables without a key are matched in stages. An order's line that is there already, cell for cell, is itself; the
others are the line of the same number, or of the same day and product of the order, so that a line whose region
somebody has corrected does not come in a second time with its money.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_xl.schema import Table
from crm_xl.tables import inputs as i
from crm_xl.values import missing

# What names a row of a table without a key: columns that must be there, and columns that count where they are.
_NAMED_BY: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    i.ORDERS.name: (("order_id", "order_date"), ("product_id", "product_type")),
    i.RATINGS.name: (("customer_id",), ("rated_by", "rated_on")),
    i.ACTIONS.name: (("problem",), ("customer_id",)),
    i.PLANS.name: (("customer_id",), ("action", "due_date")),
    i.OVERRIDES.name: (("customer_id",), ()),
}


@dataclass(frozen=True, kw_only=True)
class Side:
    """Rows to be matched: typed values by column name, and which rows count, those to be preferred first."""

    values: Mapping[str, np.ndarray]
    rows: np.ndarray


def match_rows(table: Table, incoming: Side, present: Side, names: Sequence[str]) -> np.ndarray:
    """For each of the incoming side's `rows` the row of the present side it is; -1 for a new one.

    Args:
        table: the declaration of both.
        incoming: what comes in.
        present: what is there.
        names: the columns both have.
    """
    found = np.full(len(incoming.rows), -1, dtype=np.int64)
    if table.key:
        return _stage(found, incoming, present, needed=table.key, also=())
    numbered = table is i.ORDERS and "line_no" in names
    found = _stage(found, incoming, present, needed=(), also=names)
    if numbered:
        found = _stage(found, incoming, present, needed=("order_id", "line_no"), also=())
    needed, also = _NAMED_BY.get(table.name, ((), ()))
    if not needed or not set(needed) <= set(names):
        return found
    also = tuple(name for name in also if name in names)
    if not numbered:
        return _stage(found, incoming, present, needed, also)
    # Two lines with different numbers are two lines; a number is worth nothing where one side has none.
    blank_in, blank_there = (missing(side.values["line_no"]) for side in (incoming, present))
    found = _stage(found, incoming, present, needed, also, among=blank_in[incoming.rows])
    return _stage(found, incoming, present, needed, also, there=blank_there[present.rows])


def _stage(
    found: np.ndarray,
    incoming: Side,
    present: Side,
    needed: Sequence[str],
    also: Sequence[str],
    among: np.ndarray | None = None,
    there: np.ndarray | None = None,
) -> np.ndarray:
    """`found` with rows matched that had no match before; the nth of several equals is the nth there.

    Values of the columns `needed` must be there and equal, those of `also` equal or missing on both sides;
    `among` and `there` say which of the incoming and present rows take part, all by default.
    """
    left = np.flatnonzero((found < 0) & (True if among is None else among))
    free = ~np.isin(present.rows, found[found >= 0]) & (True if there is None else there)
    rows, others = incoming.rows[left], present.rows[free]
    for name in needed:
        whole = ~missing(incoming.values[name][rows])
        left, rows = left[whole], rows[whole]
        others = others[~missing(present.values[name][others])]
    if not len(rows) or not len(others):
        return found
    groups = np.zeros(len(rows) + len(others), dtype=np.int64)
    for name in dict.fromkeys((*needed, *also)):
        codes = _codes(name, np.concatenate([incoming.values[name][rows], present.values[name][others]]))
        groups = pd.factorize(groups * (int(codes.max()) + 2) + codes + 1)[0]
    if "order_date" in needed:  # a return is not the line it returns
        amounts = np.concatenate([incoming.values["amount"][rows], present.values["amount"][others]])
        groups = groups * 2 + (amounts < 0)
    incoming_keys, present_keys = _numbered(groups[: len(rows)]), _numbered(groups[len(rows) :])
    places = pd.MultiIndex.from_arrays(present_keys).get_indexer(pd.MultiIndex.from_arrays(incoming_keys))
    found = found.copy()
    found[left[places >= 0]] = others[places[places >= 0]]
    return found


def _codes(name: str, values: np.ndarray) -> np.ndarray:
    """Whole numbers that tell values apart; -1 for missing. Of an order's date the day counts."""
    if name == "order_date":
        values = values.astype("datetime64[D]")
    return pd.factorize(values)[0]


def _numbered(groups: np.ndarray) -> list[np.ndarray]:
    """Each row's group, and how many of the group stand before it."""
    return [groups, pd.Series(groups).groupby(groups).cumcount().to_numpy()]
