"""Order lines by the power of ten: streamed to Parquet once, read as a person would, cleaned as their rules say."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from benchmarks.retail_input import CACHE
from benchmarks.scale import LINES, LINES_AT_ONCE
from crm_xl.analysis.clean import clean
from crm_xl.raw import RawTable
from crm_xl.settings import Settings
from crm_xl.tables import inputs as i

LINES_PER_CUSTOMER = 100
BRAND_SIGNS = 500  # four of them name a company: names that are near one another stay as rare as in life


def parquet(lines: int) -> Path:
    """A folder of Parquet files with so many lines of so many customers, the same on every machine; written once."""
    folder = CACHE / f"lines-{lines}"
    if folder.exists():
        return folder
    unfinished = folder.with_name(f"{folder.name}.part")
    unfinished.mkdir(parents=True, exist_ok=True)
    customers = max(lines // LINES_PER_CUSTOMER, 10)
    with duckdb.connect(config={"memory_limit": "1GB", "temp_directory": str(unfinished)}) as connection:
        for number, first in enumerate(range(0, lines, LINES_AT_ONCE)):
            end = min(first + LINES_AT_ONCE, lines)
            query = LINES.format(first=first, end=end, lines=lines, customers=customers)
            target = unfinished / f"orders-{number:04}.parquet"
            connection.execute(f"COPY ({query}) TO '{target}' (FORMAT parquet)")
    unfinished.replace(folder)
    return folder


def tables(lines: int) -> dict[str, pd.DataFrame]:
    """The lines as tblOrders, nothing cleaned, and the customers they name as tblCustomers."""
    orders = pd.read_parquet(parquet(lines))
    ids = orders["customer_id"].dropna().drop_duplicates().sort_values(ignore_index=True)
    random = np.random.default_rng(1)
    signs = np.array([chr(0x4E00 + 37 * number) for number in range(BRAND_SIGNS)], dtype=object)
    brand = signs[random.integers(0, BRAND_SIGNS, (len(ids), 4))].sum(axis=1)
    names = pd.Series(brand, dtype="str") + "贸易有限公司"
    return {
        i.CUSTOMERS.name: pd.DataFrame({"customer_id": ids, "customer_name": names}),
        i.ORDERS.name: orders,
    }


def cleaned(lines: int) -> pd.DataFrame:
    """The net lines that an analysis counts by, cleaned in memory: what the bare aggregates are given as well."""
    raw = {name: RawTable.from_frame(name, frame) for name, frame in tables(lines).items()}
    found = clean(raw, Settings.default(), pd.Timestamp("2026-12-31"))
    return found.tables[i.ORDERS.name]
