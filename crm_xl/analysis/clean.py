"""Raw input tables become typed tables, with a ledger of all that was left out or changed (SPEC section 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_xl.analysis.balance import Balance
from crm_xl.analysis.ledger import Ledger, Rule
from crm_xl.analysis.netting import net_orders
from crm_xl.analysis.screening import heading_faults, screen
from crm_xl.errors import CrmError
from crm_xl.raw import RawTable
from crm_xl.settings import Settings
from crm_xl.tables import inputs as i


@dataclass(frozen=True, kw_only=True)
class Cleaned:
    """What the analysis computes from, and what happened on the way.

    Attributes:
        tables: by name, the input tables that were given: every declared column typed, kept rows only. ORDERS
            has three columns more: net_amount and net_profit after returns, and counts, whether the line
            belongs to an order that counts in frequency and recency (confirmed, not returned in full).
        ledger: LEDGER, one row per row set aside and per change of meaning.
        summary: LEDGER_SUMMARY.
        balance: where the order money went; all zero without orders.
        set_aside: how many rows are not in the tables and not netted against an order, blank rows apart.
    """

    tables: Mapping[str, pd.DataFrame]
    ledger: pd.DataFrame
    summary: pd.DataFrame
    balance: Balance
    set_aside: int


def clean(raw: Mapping[str, RawTable], settings: Settings, today: pd.Timestamp) -> Cleaned:
    """The input tables typed, screened and, for orders, net of returns.

    Args:
        raw: input tables by name; other tables are passed over.
        settings: where returns are netted, and whether unmatched ones are applied.
        today: rows of things that happened later are set aside.

    Raises:
        CrmError: required columns are missing or a heading stands twice, in any table; all of them at once.
    """
    if faults := heading_faults(raw):
        raise CrmError.of(faults)
    ledger = Ledger()
    tables: dict[str, pd.DataFrame] = {}
    set_aside = 0
    balance = Balance(money_in=0.0, gross_kept=0.0, netted=0.0, net_kept=0.0, cancelled=0.0, set_aside=0.0)
    for table in i.INPUTS:
        if table.name not in raw:
            continue
        screened = screen(table, raw[table.name], today, ledger)
        set_aside += int((screened.present & ~screened.kept).sum())
        money_in, net_kept = np.nan, np.nan
        if table is i.ORDERS:
            tables[table.name], balance = net_orders(screened, settings.general, ledger)
            money_in, net_kept = balance.money_in, balance.net_kept
        else:
            tables[table.name] = screened.frame(np.flatnonzero(screened.kept))
        ledger.count(table, Rule.ROWS_READ, int(screened.present.sum()), amount=money_in)
        ledger.count(table, Rule.ROWS_KEPT, len(tables[table.name]), amount=net_kept)
    frame = ledger.frame()
    return Cleaned(
        tables=tables, ledger=frame, summary=ledger.summary(), balance=balance, set_aside=set_aside
    )
