"""The facts of one run typed in by hand, for the makers of reports."""

from __future__ import annotations

from typing import Any

import pandas as pd

from crm_xl.analysis.calendar import Period, period_of
from crm_xl.analysis.reports.ground import Ground
from crm_xl.raw import RawTable
from crm_xl.schema import Table
from crm_xl.settings import Settings


def typed_row(table: Table, **cells: Any) -> RawTable:
    """The one row of a table of choices as a workbook holds it; its headings stand at A3."""
    if unknown := set(cells) - set(table.names):
        raise ValueError(f"{table.name} has no columns {sorted(unknown)}")
    row = [cells.get(name) for name in table.names]
    return RawTable.from_rows(table.name, [table.titles, row], sheet=table.sheet, row=3)


def ground(
    date: str,
    *tables: RawTable,
    frames: dict[str, pd.DataFrame] | None = None,
    settings: Settings | None = None,
    period: Period | None = None,
    **more: Any,
) -> Ground:
    """A ground on that analysis date; the raw tables are choices, the frames are cleaned."""
    day = pd.Timestamp(date)
    chosen = Settings.default() if settings is None else settings
    given = {"metrics": pd.DataFrame(), "scores": pd.DataFrame(), "made": {}, **more}
    return Ground(
        raw={table.name: table for table in tables},
        settings=chosen,
        date=day,
        period=period_of(chosen, day) if period is None else period,
        frames=frames or {},
        **given,
    )
