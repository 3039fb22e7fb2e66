"""The Online Retail file through its shipped mapping: the published counts, or those of a look-alike.

Published: UCI data set 352 (Chen, Sain, Guo 2012, doi 10.1057/dbm.2012.17), as counted in its many notebooks:
541,909 lines, 135,080 without a customer, 9,288 cancellation lines, 5,268 exact duplicates, 4,372 customers.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crm_xl.raw import RawTable
from crm_xl.sources import read_source
from crm_xl.sources.delimited import read_delimited
from crm_xl.sources.files import read_bytes
from crm_xl.tables import TABLES
from tests.support.retail import COLUMNS, OnlineRetail

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def path(
    online_retail: OnlineRetail, shared_data: Path | None, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The file itself."""
    if shared_data is not None:
        return shared_data / "online_retail" / "online_retail.csv.gz"
    made = tmp_path_factory.mktemp("retail") / "online_retail.csv.gz"
    online_retail.lines.to_csv(made, index=False, compression={"method": "gzip", "compresslevel": 1})
    return made


@pytest.fixture(scope="module")
def lines(path: Path) -> RawTable:
    """The file as it stands, eight columns of text."""
    return read_delimited(read_bytes(path)[0], path.name)


@pytest.fixture(scope="module")
def tables(path: Path) -> dict[str, RawTable]:
    """The tables the mapping makes of it."""
    return read_source(path, "online_retail")


def frame(table: RawTable) -> pd.DataFrame:
    """The raw cells under English names where the table is declared."""
    names = {column.title: column.name for column in TABLES[table.name]} if table.name else {}
    return pd.DataFrame(
        {names.get(h, h): values for h, values in zip(table.headings, table.columns, strict=True)}
    )


def test_every_line_is_read_as_text(lines: RawTable, online_retail: OnlineRetail) -> None:
    assert lines.headings == COLUMNS
    assert len(lines) == len(online_retail.lines)
    assert lines.file_lines is not None
    assert np.array_equal(lines.file_lines, np.arange(2, len(lines) + 2))
    found, known = frame(lines), online_retail.lines
    for name in ("InvoiceNo", "StockCode", "Description", "CustomerID", "Country"):
        assert np.array_equal(found[name].isna(), known[name].isna())
        assert found[name].dropna().tolist() == known[name].dropna().tolist()
    if online_retail.real:
        assert len(lines) == 541_909
        assert int(found["CustomerID"].isna().sum()) == 135_080
        assert int(found["Description"].isna().sum()) == 1_454
        assert int(found.duplicated().sum()) == 5_268


def test_orders(tables: dict[str, RawTable], online_retail: OnlineRetail) -> None:
    orders, known = frame(tables["tblOrders"]), online_retail.lines
    amount = known["Quantity"] * known["UnitPrice"]
    assert np.array_equal(orders["amount"], amount)
    assert orders["amount"].sum() == pytest.approx(amount.sum(), abs=0.005)
    cancelled = orders["order_id"].str.startswith("C")
    assert int(cancelled.sum()) == int(known["InvoiceNo"].str.startswith("C").sum())
    # All cancellations are negative in the file, so the rule for returns changes none of them.
    assert (orders.loc[cancelled, "amount"] <= 0).all()
    if online_retail.real:
        assert orders["amount"].sum() == pytest.approx(9_747_747.934, abs=0.0005)
        assert int(cancelled.sum()) == 9_288
        assert orders.loc[cancelled, "order_id"].nunique() == 3_836
        assert int((orders["quantity"].astype(int) < 0).sum()) == 10_624
        assert int((orders["amount"] < 0).sum()) == 9_288 + 2  # and two bad-debt lines with a negative price
        assert int(orders["customer_id"].isna().sum()) == 135_080
        assert orders.loc[orders["customer_id"] == "16446", "amount"].sum() == pytest.approx(2.90, abs=1e-6)
        assert orders["amount"][orders["customer_id"].isna()].sum() == pytest.approx(1_447_682.12, abs=0.005)


def test_duplicates_over_the_mapped_columns(
    tables: dict[str, RawTable], lines: RawTable, online_retail: OnlineRetail
) -> None:
    orders = frame(tables["tblOrders"])
    # All eight columns are mapped and the ninth follows from two of them: as found, the same lines are alike.
    assert np.array_equal(orders.duplicated(), frame(lines).duplicated())
    # An order date is a day. Without the time of day further lines of one invoice number become alike.
    days = orders.assign(order_date=orders["order_date"].str[:10])
    assert days.duplicated().sum() >= orders.duplicated().sum()
    if online_retail.real:
        assert int(orders.duplicated().sum()) == 5_268
        assert int(days.duplicated().sum()) == 5_269


def test_customers(tables: dict[str, RawTable], online_retail: OnlineRetail) -> None:
    customers, known = frame(tables["tblCustomers"]), online_retail.lines
    first = known.dropna(subset=["CustomerID"]).drop_duplicates("CustomerID")
    assert customers["customer_id"].tolist() == first["CustomerID"].tolist()
    assert customers["customer_name"].tolist() == customers["customer_id"].tolist()
    assert customers["region"].tolist() == first["Country"].tolist()
    found_lines = tables["tblCustomers"].file_lines
    assert found_lines is not None
    assert found_lines.tolist() == (first.index + 2).tolist()
    if online_retail.real:
        assert len(customers) == 4_372
