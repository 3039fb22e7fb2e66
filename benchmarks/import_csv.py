"""Import and clean half a million CSV lines, beside `pandas.read_csv(dtype=str)` on the same file."""

from __future__ import annotations

import pandas as pd

from benchmarks.harness import Case, Pair
from benchmarks.retail_input import csv, describe, lines
from crm_xl.analysis.clean import Cleaned, clean
from crm_xl.settings import Settings
from crm_xl.sources import Rules, load_mapping, read_files


def prepare() -> Pair:
    """The lines as an unpacked CSV file on disk, with the shipped mapping for it."""
    path, rules, settings = csv(), Rules(mapping=load_mapping("online_retail")), Settings.default()

    def ours() -> Cleaned:
        incoming = read_files([path], rules, lambda what, share: None)
        return clean({each.table.name: each.table for each in incoming}, settings, pd.Timestamp("2026-01-01"))

    return Pair(ours=ours, baseline=lambda: pd.read_csv(path, dtype=str), note=describe(lines()))


CASE = Case(
    ours="read_files + clean",
    baseline="pandas.read_csv(dtype=str)",
    prepare=prepare,
    most_ratio=5,
    most_gigabytes=3,
)
