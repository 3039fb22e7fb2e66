"""The Online Retail order lines (UCI, 541,909 of them), or generated lines with the same troubles.

The real file is not part of this repository. Whatever has to hold on it must hold on the look-alike too:
cancellations that match an earlier purchase exactly, in part or not at all, exact duplicates, missing
customers and descriptions, zero and negative prices, bad-debt adjustments.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

COLUMNS = (
    "InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country",
)  # fmt: skip
REAL_LINES = 541_909
FIRST_DAY = np.datetime64("2010-12-01T08:00", "m")
DAYS = 373

# Shares of all lines, as counted in the real file.
EXACT_CANCELLATIONS = 0.0055
PARTIAL_CANCELLATIONS = 0.0085
UNMATCHED_CANCELLATIONS = 0.0030
WRITTEN_OFF = 0.0025  # negative quantity, no C, no customer, price zero
ZERO_PRICE = 0.0022
DUPLICATES = 0.0097
NO_CUSTOMER = 0.25
NO_DESCRIPTION = 0.0027
ADJUSTMENTS = (11062.06, -11062.06, -11062.06)

LINES_PER_INVOICE = 21
LINES_PER_CUSTOMER = 120
COUNTRIES = ("United Kingdom", "Germany", "France", "EIRE", "Spain", "Netherlands", "Belgium", "Japan")
COUNTRY_SHARES = (0.9, 0.02, 0.02, 0.02, 0.01, 0.01, 0.01, 0.01)


@dataclass(frozen=True, kw_only=True)
class OnlineRetail:
    """Order lines with typed columns, and whether they are the real ones (the published counts hold)."""

    lines: pd.DataFrame
    real: bool


def load(shared_data: Path | None, *, lines: int = REAL_LINES, seed: int = 1) -> OnlineRetail:
    """The real lines where the folder of reference data is there; otherwise that many made-up ones."""
    if shared_data is None:
        return OnlineRetail(lines=look_alike(lines, seed), real=False)
    frame = pd.read_csv(
        shared_data / "online_retail" / "online_retail.csv.gz",
        dtype={name: str for name in ("InvoiceNo", "StockCode", "Description", "CustomerID", "Country")},
        parse_dates=["InvoiceDate"],
        keep_default_na=False,
        na_values={"CustomerID": [""], "Description": [""]},
    )
    return OnlineRetail(lines=frame, real=True)


def tables(lines: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The lines as the declared tables tblCustomers and tblOrders, English column names, nothing cleaned."""
    orders = lines.rename(
        columns={
            "InvoiceNo": "order_id",
            "StockCode": "product_id",
            "Quantity": "quantity",
            "InvoiceDate": "order_date",
            "UnitPrice": "unit_price",
            "CustomerID": "customer_id",
            "Country": "region",
        }
    ).drop(columns="Description")
    orders = orders.assign(amount=orders["quantity"] * orders["unit_price"])
    ids = orders["customer_id"].dropna().drop_duplicates().sort_values(ignore_index=True)
    return {
        "tblCustomers": pd.DataFrame({"customer_id": ids, "customer_name": "客户" + ids}),
        "tblOrders": orders,
    }


def purchases(lines: pd.DataFrame) -> pd.DataFrame:
    """What is left of tblOrders by the bluntest cleaning: each line once, customer known, amount positive.

    On the real file 392,692 lines of 8,887,208.894 (data/online_retail/NOTE.txt).
    """
    kept = lines.drop_duplicates()
    kept = kept[kept["CustomerID"].notna() & (kept["Quantity"] > 0) & (kept["UnitPrice"] > 0)]
    return tables(kept[~kept["InvoiceNo"].str.startswith("C")])["tblOrders"]


def look_alike(lines: int, seed: int, *, float_ids: bool = False) -> pd.DataFrame:
    """Made-up order lines in order of time, the same for the same arguments.

    Args:
        lines: how many, at least 1,000 so that every trouble occurs.
        seed: of the random generator.
        float_ids: write customers as "17850.0", as the usual download of the data set does.

    Returns:
        COLUMNS; Quantity whole numbers, UnitPrice float, InvoiceDate datetime, the rest text.
    """
    if lines < 1000:
        raise ValueError(f"{lines} lines are too few for every trouble to occur; at least 1000")
    rng = np.random.default_rng(seed)
    exact, partial, unmatched, written_off, duplicates = (
        round(share * lines)
        for share in (
            EXACT_CANCELLATIONS, PARTIAL_CANCELLATIONS, UNMATCHED_CANCELLATIONS, WRITTEN_OFF, DUPLICATES
        )
    )  # fmt: skip
    extra = exact + partial + unmatched + written_off + duplicates + len(ADJUSTMENTS)
    purchases = _purchases(lines - extra, rng)
    cancelled = _cancellations(purchases, exact, partial, unmatched, rng)
    repeated = purchases.iloc[rng.choice(len(purchases), duplicates, replace=False)]
    frame = pd.concat(
        [purchases, cancelled, repeated, _written_off(purchases, written_off, rng), _adjustments()],
        ignore_index=True,
    )
    if float_ids:
        frame["CustomerID"] = frame["CustomerID"] + ".0"
    return frame.sort_values("InvoiceDate", kind="stable", ignore_index=True)


def _purchases(count: int, rng: np.random.Generator) -> pd.DataFrame:
    """Lines of invoices: one time, one customer and one country to an invoice."""
    invoices = max(count // LINES_PER_INVOICE, 1)
    invoice = np.sort(rng.integers(0, invoices, count))
    minutes = np.sort(rng.integers(0, DAYS, invoices) * 1440 + rng.integers(0, 600, invoices))
    customers = max(count // LINES_PER_CUSTOMER, 1)
    # Few customers buy much: an exponent on a uniform draw crowds the low numbers.
    customer = (rng.random(invoices) ** 1.8 * customers).astype(int) + 12346
    nobody = rng.random(invoices) < NO_CUSTOMER
    codes = min(4000, max(count // 20, 50))
    code = (rng.random(count) ** 2 * codes).astype(int)
    price = np.round(np.exp(rng.normal(0.8, 0.9, codes)) + 0.05, 2)[code]
    price[rng.random(count) < ZERO_PRICE] = 0.0
    packs = np.array([1, 2, 3, 4, 6, 8, 10, 12, 24, 48, 96])
    shares = np.array([0.27, 0.15, 0.07, 0.07, 0.12, 0.05, 0.05, 0.12, 0.07, 0.02, 0.01])
    description = pd.Series(code).map(lambda number: f"MADE-UP ARTICLE NO {number}")
    country = rng.choice(len(COUNTRIES), invoices, p=COUNTRY_SHARES)
    ids = pd.Series(customer, dtype="int64").astype(str).mask(nobody)
    return pd.DataFrame(
        {
            "InvoiceNo": pd.Series(invoice + 536365).astype(str),
            "StockCode": pd.Series(code + 20000).astype(str) + np.where(code % 7 == 0, "A", ""),
            "Description": description.mask(rng.random(count) < NO_DESCRIPTION),
            "Quantity": rng.choice(packs, count, p=shares),
            "InvoiceDate": (FIRST_DAY + minutes.astype("timedelta64[m]")).astype("datetime64[us]")[invoice],
            "UnitPrice": price,
            "CustomerID": ids.to_numpy()[invoice],
            "Country": np.array(COUNTRIES)[country[invoice]],
        }
    ).astype({name: "str" for name in ("InvoiceNo", "StockCode", "Description", "CustomerID", "Country")})


def _cancellations(
    purchases: pd.DataFrame, exact: int, partial: int, unmatched: int, rng: np.random.Generator
) -> pd.DataFrame:
    """C-invoices minutes to weeks after the purchase they take back, wholly, in part, or one nobody made."""
    known = purchases["CustomerID"].notna() & (purchases["UnitPrice"] > 0)
    wanted = exact + unmatched
    whole = rng.choice(np.flatnonzero(known), wanted, replace=False)
    several = known & (purchases["Quantity"] >= 2)
    some = rng.choice(np.setdiff1d(np.flatnonzero(several), whole), partial, replace=False)
    frame = purchases.iloc[np.concatenate([whole, some])].reset_index(drop=True)
    quantity = frame["Quantity"].to_numpy(copy=True)
    quantity[wanted:] = rng.integers(1, quantity[wanted:])
    delay = rng.integers(5, 40 * 1440, len(frame)).astype("timedelta64[m]")
    stock_code = frame["StockCode"].to_numpy(dtype=object, copy=True)
    stock_code[exact:wanted] = "M"  # "manual": never sold
    return frame.assign(
        InvoiceNo=("C" + pd.Series(rng.permutation(len(frame)) + 600_000).astype(str)).astype("str"),
        StockCode=pd.Series(stock_code).astype("str"),
        Quantity=-quantity,
        InvoiceDate=frame["InvoiceDate"] + delay,
    )


def _written_off(purchases: pd.DataFrame, count: int, rng: np.random.Generator) -> pd.DataFrame:
    """Stock written off: negative quantity under an ordinary number, no customer, no price."""
    frame = purchases.iloc[rng.choice(len(purchases), count, replace=False)].reset_index(drop=True)
    return frame.assign(
        InvoiceNo=pd.Series(np.arange(count) + 700_000).astype(str).astype("str"),
        Quantity=-frame["Quantity"],
        UnitPrice=0.0,
        CustomerID=pd.Series([None] * count, dtype="str"),
        Description=pd.Series([None] * count, dtype="str"),
    )


def _adjustments() -> pd.DataFrame:
    """Bad-debt adjustments: A-invoices, quantity 1, two of them at a negative price."""
    count = len(ADJUSTMENTS)
    frame = pd.DataFrame(
        {
            "InvoiceNo": [f"A{563185 + number}" for number in range(count)],
            "StockCode": "B",
            "Description": "Adjust bad debt",
            "Quantity": 1,
            "InvoiceDate": pd.Timestamp("2011-08-12 14:50").as_unit("us"),
            "UnitPrice": ADJUSTMENTS,
            "CustomerID": pd.Series([None] * count, dtype="str"),
            "Country": "United Kingdom",
        }
    )
    return frame.astype({name: "str" for name in ("InvoiceNo", "StockCode", "Description", "Country")})
