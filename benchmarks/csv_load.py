"""Loading half a million CSV lines, beside `pandas.read_csv(dtype=str)` on the same file."""

from __future__ import annotations

import pandas as pd

from benchmarks.harness import Case, Pair
from benchmarks.retail_input import csv, describe, lines
from crm_xl.raw import RawTable
from crm_xl.sources.delimited import read_delimited
from crm_xl.sources.files import read_bytes


def prepare() -> Pair:
    """The lines as an unpacked CSV file on disk."""
    path = csv()

    def load() -> RawTable:
        data, _ = read_bytes(path)
        return read_delimited(data, path.name)

    return Pair(ours=load, baseline=lambda: pd.read_csv(path, dtype=str), note=describe(lines()))


CASE = Case(ours="read_delimited", baseline="pandas.read_csv(dtype=str)", prepare=prepare)
