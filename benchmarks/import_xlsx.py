"""Import and clean half a million lines of a workbook, beside calamine reading the same sheets."""

from __future__ import annotations

import pandas as pd
from python_calamine import CalamineWorkbook

from benchmarks.harness import Case, Pair
from benchmarks.retail_input import describe, lines, workbook
from crm_xl.analysis.clean import Cleaned, clean
from crm_xl.settings import Settings
from crm_xl.sources import Rules, read_files


def prepare() -> Pair:
    """A workbook with the lines and their customers as tables."""
    path, rules, settings = workbook(), Rules(remembered=False), Settings.default()

    def ours() -> Cleaned:
        incoming = read_files([path], rules, lambda what, share: None)
        return clean({each.table.name: each.table for each in incoming}, settings, pd.Timestamp("2026-01-01"))

    def baseline() -> list[object]:
        with CalamineWorkbook.from_path(str(path)) as book:
            return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]

    return Pair(ours=ours, baseline=baseline, note=describe(lines()))


CASE = Case(
    ours="read_files + clean",
    baseline="calamine, all sheets",
    prepare=prepare,
    most_ratio=2,
    most_gigabytes=3,
)
