"""Merges that a person ticked: the rows of the merged customer count for the one that stays.

Nothing is rewritten in the input sheets; the next refresh without the tick has both customers again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from crm_xl.analysis.ledger import Action, Ledger, Rule
from crm_xl.analysis.screening import Screened
from crm_xl.analysis.tally import is_yes
from crm_xl.tables import inputs as i
from crm_xl.values import Converted

# What was computed for a customer stays under its number; moved, it would stand twice for one day.
_STAYS = {i.CUSTOMERS.name, i.HISTORY.name, i.MERGE_PROPOSALS.name}


def survivors(screened: Mapping[str, Screened], ledger: Ledger) -> dict[str, str]:
    """Merged customer number -> number that stays, as ticked in MERGE_PROPOSALS.

    Args:
        screened: input tables by name.
        ledger: takes up every tick that leads nowhere.
    """
    proposals, customers = screened.get(i.MERGE_PROPOSALS.name), screened.get(i.CUSTOMERS.name)
    return {} if proposals is None or customers is None else _survivors(proposals, customers, ledger)


def merge_ticked(
    screened: Mapping[str, Screened], stays: Mapping[str, str], ledger: Ledger
) -> dict[str, Screened]:
    """The tables with the rows of merged customers under the numbers that stay; inputs untouched.

    Args:
        screened: input tables by name.
        stays: from `survivors`.
        ledger: takes up every merged customer and every row that moves.
    """
    tables = dict(screened)
    if not stays:
        return tables
    customers = tables[i.CUSTOMERS.name]
    tables[customers.table.name] = _without_merged(customers, stays, ledger)
    for name, table in tables.items():
        if name not in _STAYS and "customer_id" in table.headings:
            tables[name] = _moved(table, stays, ledger)
    return tables


def _survivors(proposals: Screened, customers: Screened, ledger: Ledger) -> dict[str, str]:
    """Merged number -> number that stays, through chains of any length."""
    rows = np.flatnonzero(proposals.kept)
    ticked = rows[is_yes(pd.Series(proposals.values("merge")[rows], dtype=object))]
    known = set(customers.values("customer_id")[customers.kept])
    keep, merge = proposals.values("keep_id"), proposals.values("merge_id")
    parent: dict[str, str] = {}

    def root(number: str) -> str:
        while number in parent:
            number = parent[number]
        return number

    nowhere = []
    for row in ticked.tolist():
        if keep[row] not in known or merge[row] not in known or keep[row] == merge[row]:
            nowhere.append(row)
            continue
        stays, goes = root(keep[row]), root(merge[row])
        if stays != goes:
            parent[goes] = stays
    places = np.array(nowhere, dtype=np.int64)
    ledger.add(
        proposals.findings(
            places, Rule.MERGE_NOWHERE, Action.NOTED, "merge_id",
            before=proposals.texts("merge_id", places), after=proposals.texts("keep_id", places),
        )
    )  # fmt: skip
    return {number: root(number) for number in parent}


def _without_merged(customers: Screened, stays: Mapping[str, str], ledger: Ledger) -> Screened:
    numbers = customers.values("customer_id")
    rows = np.flatnonzero(pd.Series(numbers).isin(list(stays)).to_numpy() & customers.kept)
    kept = customers.kept.copy()
    kept[rows] = False
    before = numbers[rows].tolist()
    after = [stays[number] for number in before]
    ledger.add(
        customers.findings(rows, Rule.MERGED, Action.JOINED, "customer_id", before=before, after=after)
    )
    return replace(customers, kept=kept)


def _moved(table: Screened, stays: Mapping[str, str], ledger: Ledger) -> Screened:
    column = table.columns["customer_id"]
    goes = pd.Series(column.values).isin(list(stays)).to_numpy()
    if not goes.any():
        return table
    values = column.values.copy()
    values[goes] = [stays[number] for number in column.values[goes].tolist()]
    rows = np.flatnonzero(goes & table.kept)
    before, after = column.values[rows].tolist(), values[rows].tolist()
    ledger.add(
        table.findings(
            rows, Rule.MERGED, Action.MOVED, "customer_id", before=before, after=after, amounts=table.money(rows)
        )
    )  # fmt: skip
    moved = Converted(values, column.bad, column.rewritten, pd.factorize(values)[0])
    return replace(table, columns={**table.columns, "customer_id": moved})
