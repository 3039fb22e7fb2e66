"""Raw input tables become typed tables, with a ledger of all that was left out or changed (SPEC section 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_xl.analysis.balance import Balance
from crm_xl.analysis.duplicates import propose
from crm_xl.analysis.industry import note_industries
from crm_xl.analysis.ledger import Ledger, Rule
from crm_xl.analysis.merging import merge_ticked, survivors
from crm_xl.analysis.netting import net_orders
from crm_xl.analysis.order_facts import LineFacts, Tables
from crm_xl.analysis.order_questions import CleanedOrders, OrderSource
from crm_xl.analysis.outliers import count_empty, note_outliers, note_units
from crm_xl.analysis.progress import Progress, quiet
from crm_xl.analysis.screening import Screened, heading_faults, screen
from crm_xl.errors import CrmError
from crm_xl.raw import RawTable
from crm_xl.settings import Settings
from crm_xl.tables import inputs as i


@dataclass(frozen=True, kw_only=True)
class Cleaned:
    """What the analysis computes from, and what happened on the way.

    Attributes:
        tables: by name, the input tables that were given: every declared column typed, kept rows only. ORDERS
            has columns more: net_amount and net_profit after returns, counts, whether the line belongs to an
            order that counts in frequency and recency (confirmed, not returned in full), and CODES.
        screened: by name, the same tables with all rows, their places and which are kept; after merging. Of
            ORDERS the customers alone.
        ledger: LEDGER, one row per row set aside and per change of meaning.
        summary: LEDGER_SUMMARY.
        balance: where the order money went; all zero without orders.
        elsewhere: the orders, where they stay in a warehouse; then `tables` answers for them (`orders_of`).
        set_aside: how many rows are not in the tables and neither netted against an order nor merged, blank
            rows apart.
        proposals: MERGE_PROPOSALS; None without customers.
        notes: sentences that every output must carry.
    """

    tables: Mapping[str, pd.DataFrame]
    screened: Mapping[str, Screened]
    ledger: pd.DataFrame
    summary: pd.DataFrame
    balance: Balance
    set_aside: int
    proposals: pd.DataFrame | None = None
    elsewhere: CleanedOrders | None = None
    notes: tuple[str, ...] = ()


def clean(
    raw: Mapping[str, RawTable],
    settings: Settings,
    today: pd.Timestamp,
    orders: OrderSource | None = None,
    progress: Progress = quiet,
) -> Cleaned:
    """The input tables typed, screened, merged where ticked and, for orders, net of returns.

    Args:
        raw: input tables by name; other tables are passed over.
        settings: where returns are netted, whether unmatched ones are applied, what stands out.
        today: rows of things that happened later are set aside.
        orders: stand in for tblOrders and stay where they are.
        progress: told how far the work on those is.

    Raises:
        CrmError: required columns are missing or a heading stands twice, in any table; all of them at once.
    """
    if orders is not None:
        raw = {name: table for name, table in raw.items() if name != i.ORDERS.name}
    if faults := heading_faults(raw):
        raise CrmError.of(faults)
    ledger = Ledger()
    found = {
        table.name: screen(table, raw[table.name], today, ledger) for table in i.INPUTS if table.name in raw
    }
    set_aside = sum(int((table.present & ~table.kept).sum()) for table in found.values())
    proposals, notes = _proposals(found, settings)
    stays = survivors(found, ledger)
    found = merge_ticked(found, stays, ledger)
    tables: dict[str, pd.DataFrame] = {}
    balance = Balance(money_in=0.0, gross_kept=0.0, netted=0.0, net_kept=0.0, cancelled=0.0, set_aside=0.0)
    for name, screened in found.items():
        table = screened.table
        if not table.kept_up:
            note_outliers(screened, settings.general.outlier_k, ledger)
            note_units(screened, ledger)
            note_industries(screened, ledger)
        money_in, net_kept = np.nan, np.nan
        if table is i.ORDERS:
            tables[name], balance = net_orders(screened, settings.general, ledger)
            money_in, net_kept = balance.money_in, balance.net_kept
        else:
            tables[name] = screened.frame(np.flatnonzero(screened.kept))
        if table.kept_up:
            # Its rows are the last refresh's own; counting them, no two refreshes would give the same ledger.
            continue
        ledger.count(table, Rule.ROWS_READ, int(screened.present.sum()), amount=money_in)
        ledger.count(table, Rule.ROWS_KEPT, len(tables[name]), amount=net_kept)
        count_empty(screened, ledger)
    elsewhere = None
    if (lines := tables.get(i.ORDERS.name)) is not None:
        tables = Tables(tables, LineFacts(lines))
    if orders is not None:
        elsewhere = orders.cleaned(settings.general, today, stays, progress)
        balance, set_aside = elsewhere.balance, set_aside + elsewhere.set_aside
        tables = Tables(tables, elsewhere.facts)
        _tell(elsewhere, orders.place, ledger)
    frame = ledger.frame()
    if i.ORDERS.name in found:
        # Checks ask whose they are; of ten million lines the rest is a gigabyte.
        found[i.ORDERS.name] = found[i.ORDERS.name].only("customer_id")
    return Cleaned(
        tables=tables,
        elsewhere=elsewhere,
        screened=found,
        ledger=frame,
        summary=ledger.summary(),
        balance=balance,
        set_aside=set_aside,
        proposals=proposals,
        notes=notes,
    )


def _tell(orders: CleanedOrders, place: str, ledger: Ledger) -> None:
    """What was found in orders that stay in a warehouse: a line for each reason, with number and money."""
    for found in orders.findings:
        ledger.add_summed(i.ORDERS, found, place)
    ledger.count(i.ORDERS, Rule.ROWS_READ, orders.read, amount=orders.balance.money_in)
    ledger.count(i.ORDERS, Rule.ROWS_KEPT, orders.kept, amount=orders.balance.net_kept)


def _proposals(
    found: Mapping[str, Screened], settings: Settings
) -> tuple[pd.DataFrame | None, tuple[str, ...]]:
    """MERGE_PROPOSALS of the customers as they stand in the sheet, and what a reader must know of it."""
    if i.CUSTOMERS.name not in found:
        return None, ()
    kept = {
        name: found[name].frame(np.flatnonzero(found[name].kept))
        for name in (i.CUSTOMERS.name, i.CONTACTS.name, i.MERGE_PROPOSALS.name)
        if name in found
    }
    proposals, complete = propose(
        kept[i.CUSTOMERS.name],
        kept.get(i.CONTACTS.name),
        kept.get(i.MERGE_PROPOSALS.name),
        similarity=settings.general.duplicate_similarity,
        mask=settings.general.mask,
    )
    return proposals, () if complete else ("客户名称中的常见词过多，疑似重复没有全部比较",)
