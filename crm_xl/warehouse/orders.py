"""Orders in a warehouse as an analysis takes them: opened, cleaned there, and asked until the outputs are made."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

import pandas as pd

from crm_xl.analysis.balance import Balance
from crm_xl.analysis.order_questions import CleanedOrders
from crm_xl.analysis.progress import Progress
from crm_xl.settings.model import General
from crm_xl.warehouse.address import parse_address, refuse_password
from crm_xl.warehouse.columns import order_columns
from crm_xl.warehouse.engines import Opened, opened
from crm_xl.warehouse.facts import WarehouseFacts, order_days
from crm_xl.warehouse.reading import typed_table
from crm_xl.warehouse.returns import as_matched, net_orders
from crm_xl.warehouse.screening import screened_orders
from crm_xl.warehouse.stages import Stage, begin


class WarehouseOrders:
    """An OrderSource (see analysis.order_questions), open while the `with` lasts in which the analysis runs.

    Args:
        address: a folder, a file or a URL, see address.parse_address.
        mapping: what the columns mean: a mapping file, or the name of a shipped one; empty: by their headings.
        folder: what a relative path starts from.
        in_workbook: the address stands in a workbook, where a password would go wherever the file goes.

    Raises:
        CrmError: at once: an address that is none, or holds a password in a workbook. On entering or while asked:
            the engine cannot be reached or read, a column is missing or is stored as something else.
    """

    def __init__(
        self, address: str, mapping: str = "", folder: Path | None = None, *, in_workbook: bool = False
    ) -> None:
        if in_workbook:
            refuse_password(address)
        self._address, self._mapping = parse_address(address, folder), mapping
        self._stack = ExitStack()
        self._source: Opened | None = None

    @property
    def place(self) -> str:
        """What messages and the ledger call it."""
        return self._address.place

    def __enter__(self) -> Self:
        self._source = self._stack.enter_context(opened(self._address))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return self._stack.__exit__(kind, error, trace)

    def cleaned(
        self, general: General, today: pd.Timestamp, stays: Mapping[str, str], progress: Progress
    ) -> CleanedOrders:
        """See OrderSource."""
        if self._source is None:
            raise ValueError("the orders have not been opened")
        source = self._source
        steps = source.steps
        begin(Stage.READ, progress)
        chosen, columns = order_columns(source.table, self._mapping, self.place)
        typed = typed_table(chosen, columns, self.place, steps)
        typed = replace(typed, table=steps.keep(typed.table) if source.costly else steps.named(typed.table))
        begin(Stage.SCREEN, progress)
        screened = screened_orders(typed, today, stays, steps, hashing=source.hashing)
        lines = steps.settle(as_matched(screened.lines))
        listed = lines.group_by("customer_id").agg(lines=lines.count()).to_pandas()
        begin(Stage.NET, progress)
        net = net_orders(lines, general, steps)
        begin(Stage.ADD_UP, progress)
        net_lines = steps.named(net.lines)
        days = steps.keep(order_days(net_lines))
        facts = WarehouseFacts(days, net_lines, steps)
        balance = Balance(
            money_in=screened.money_in,
            gross_kept=net.gross,
            netted=net.netted,
            net_kept=float(facts.buyers["net_amount"].sum()),
            cancelled=net.cancelled,
            set_aside=screened.money_set_aside + net.unmatched,
        )
        return CleanedOrders(
            facts=facts,
            balance=balance,
            findings=(*screened.findings, *net.findings),
            read=screened.read,
            kept=facts.line_count(),
            set_aside=screened.set_aside,
            listed=listed.set_index("customer_id")["lines"],
        )
