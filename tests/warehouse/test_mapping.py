"""A mapping says the same of a warehouse as of a file: its expressions, its returns, its condition."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from crm_xl.errors import CrmError
from crm_xl.raw import RawTable
from crm_xl.sources import load_mapping
from crm_xl.sources.apply import apply_mapping
from crm_xl.tables import inputs as i
from crm_xl.values import convert
from crm_xl.warehouse.address import parse_address
from crm_xl.warehouse.columns import order_columns
from crm_xl.warehouse.engines import opened
from crm_xl.warehouse.reading import typed_table

SOLD = pd.DataFrame(
    {
        "单号": ["S1", "C2", " S3", None, "S5"],
        "客户": [17850, 17851, 17850, 17852, 17853],
        "下单": pd.to_datetime(["2026-01-02", "2026-01-03", "2026-01-04", "2026-01-05", "2026-01-06"]),
        "数量": [2.0, 3.0, np.nan, 5.0, 2.5],
        "单价": ["10", "1.5", "2", "３元", "0.1"],
        "折扣": [0.0, 2.0, 4.0, 0.0, 8.0],
        "类别": ["甲类", "乙类", None, "甲类", "丙"],
    }
)

MAPPING = """
table = "tblOrders"
where = "非 为空(单号) 且 (客户 < 17853 或 类别 = '丙')"
[columns]
order_id = "去前缀(单号, 'S')"
customer_id = "客户"
order_date = "下单"
amount = "四舍五入(数量*单价, 1)"
profit = "如果(折扣 > 1, 绝对值(-数量)/折扣, 0)"
product_type = "左(类别, 1) & '-' & 文本(客户)"
product_id = "如果(开头是(类别, '甲') 或 结尾是(类别, '丙'), 类别, '其他')"
quantity = "数量"
[constants]
status = "已确认"
[returns]
when = "包含(单号, 'C')"
"""


@pytest.fixture
def mapping(tmp_path: Path) -> str:
    path = tmp_path / "对照.toml"
    path.write_text(MAPPING, encoding="utf-8")
    return str(path)


def in_engine(lines: pd.DataFrame, mapping: str, folder: Path) -> pd.DataFrame:
    """What the warehouse makes of the lines, typed."""
    file = folder / "sold.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.register("lines", lines)
        connection.execute("create table sold as select * from lines")
    with opened(parse_address(str(file))) as source:
        chosen, columns = order_columns(source.table, mapping, "数据源")
        typed = typed_table(chosen, columns, "数据源", source.steps)
        return typed.table.select(*typed.names).order_by("customer_id", "order_date").to_pandas()


def in_file(lines: pd.DataFrame, mapping: str) -> pd.DataFrame:
    """What the same mapping makes of the same lines in a file, typed as cleaning types them."""
    made = apply_mapping(load_mapping(mapping), RawTable.from_frame("", lines))[i.ORDERS.name]
    frame = {}
    for heading, cells in zip(made.headings, made.columns, strict=True):
        column = next(column for column in i.ORDERS if column.title == heading)
        frame[column.name] = convert(cells, column).values
    return pd.DataFrame(frame)


def test_every_part_of_the_language(mapping: str, tmp_path: Path) -> None:
    found, expected = in_engine(SOLD, mapping, tmp_path), in_file(SOLD, mapping)
    expected = expected.sort_values(["customer_id", "order_date"], ignore_index=True)
    assert list(found) == list(expected)
    pd.testing.assert_frame_equal(
        found.assign(order_date=found["order_date"].dt.normalize()), expected, check_dtype=False
    )
    # By hand: 2 x 10; C2 is a return, 3 x 1.5 = 4.5; blank x 2; 2.5 x 0.1 = 0.25, half to even 0.2.
    assert found["amount"].fillna(-1).tolist() == [20.0, -1, -4.5, 0.2]


def test_the_shipped_mapping(tmp_path: Path) -> None:
    sold = pd.DataFrame(
        {
            "InvoiceNo": ["536365", "C536379"],
            "StockCode": ["85123A", "D"],
            "Description": ["WHITE HANGING HEART T-LIGHT HOLDER", "Discount"],
            "Quantity": [6, -1],
            "InvoiceDate": pd.to_datetime(["2010-12-01 08:26", "2010-12-01 09:41"]),
            "UnitPrice": [2.55, 27.5],
            "CustomerID": [17850.0, 14527.0],
            "Country": ["United Kingdom", "United Kingdom"],
        }
    )
    found = in_engine(sold, "online_retail", tmp_path)
    assert found["customer_id"].tolist() == ["14527", "17850"]
    assert found["amount"].round(2).tolist() == [-27.5, 15.3]  # 6 x 2.55


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("数量*单价", "数量*价格", "数据源里没有列 “价格”"),
        ("包含(单号, 'C')", "数量", "不是条件"),
        ('"数量"\n', '"数量+"\n', "算式"),
        ('table = "tblOrders"', 'table = "tblCustomers"', "没有"),
    ],
)
def test_what_is_wrong_is_said(mapping: str, tmp_path: Path, old: str, new: str, complaint: str) -> None:
    Path(mapping).write_text(MAPPING.replace(old, new), encoding="utf-8")
    with pytest.raises(CrmError, match=complaint):
        in_engine(SOLD, mapping, tmp_path)
