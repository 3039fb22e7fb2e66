"""Mappings: what they say, what is wrong with them, and the tables they make."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crm_xl.errors import CrmError
from crm_xl.raw import RawTable
from crm_xl.sources import load_mapping, read_source, shipped_mappings
from crm_xl.tables import TABLES

Write = Callable[[str, str], Path]

ORDERS = """\
单号,客户代码,成交日,件数,单价(元),运费 含税,地区
S1,17850.0,2026-01-02,2,10,1,
C2,17850,2026-01-03,1,10,0,华东
S3,,2026-01-04,"1,000",1.5,0,华北
S4,99,2026-01-05,三,2,0,华南

S5,99,2026-01-06,-4,2,0,华西
"""
MAPPING = """\
table = "订单"
where = "单号 <> 'S9'"
[columns]
order_id = "单号"
"客户编号" = "客户代码"
order_date = "成交日"
amount = "件数*[单价(元)] + [运费 含税]"
"数量" = "件数"
[constants]
status = "已确认"
[returns]
when = "开头是(单号, 'C')"
"""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def column(table: RawTable, name: str) -> list[Any]:
    index = table.headings.index(TABLES[table.name].column(name).title)
    return [None if cell != cell else cell for cell in table.columns[index].tolist()]


def made(write: Write, mapping: str, source: str = ORDERS) -> dict[str, RawTable]:
    return read_source(write("orders.csv", source), write("m.toml", mapping))


def test_a_mapping_makes_a_declared_table(write: Write) -> None:
    (orders,) = made(write, MAPPING).values()
    assert orders.name == "tblOrders"
    assert orders.headings == ("订单编号", "客户编号", "订单日期", "订单金额(元)", "数量", "订单状态")
    assert column(orders, "order_id") == ["S1", "C2", "S3", "S4", "S5"]
    assert column(orders, "customer_id") == ["17850.0", "17850", None, "99", "99"]
    assert column(orders, "amount") == [21.0, -10.0, 1500.0, "三", -8.0]
    assert column(orders, "status") == ["已确认"] * 5


def test_returns_turn_positive_numbers_and_leave_the_rest_as_found(write: Write) -> None:
    (orders,) = made(
        write, MAPPING.replace("开头是(单号, 'C')", "开头是(单号, 'C') 或 [客户代码]='99'")
    ).values()
    assert column(orders, "quantity") == ["2", -1.0, "1,000", "三", "-4"]
    assert column(orders, "amount") == [21.0, -10.0, 1500.0, "三", -8.0]


def test_rows_know_their_line_in_the_file(write: Write) -> None:
    (orders,) = made(write, MAPPING.replace("'S9'", "'C2'")).values()
    assert column(orders, "order_id") == ["S1", "S3", "S4", "S5"]
    assert orders.cell(3, "订单金额(元)") == "orders.csv 第7行“订单金额(元)”"


def test_a_cell_that_cannot_be_computed_with_cannot_be_read_as_the_result(write: Write) -> None:
    # In a date column 2026/1/2 is a value; as a factor it is not, and must not pass for the product.
    mapping = MAPPING.replace('order_date = "成交日"', 'order_date = "成交日*2"')
    (orders,) = made(write, mapping).values()
    assert column(orders, "order_date")[0] == "2026-01-02（不能计算）"


DISTINCT = """\
[[table]]
name = "tblCustomers"
distinct = true
columns = { customer_id = "客户代码", customer_name = "客户代码", region = "地区" }
[[table]]
name = "tblOrders"
[table.columns]
order_id = "单号"
customer_id = "客户代码"
order_date = "成交日"
amount = "件数"
"""


def test_distinct_rows_by_key_with_the_first_filled_value(write: Write) -> None:
    tables = made(write, DISTINCT)
    assert list(tables) == ["tblCustomers", "tblOrders"]
    customers = tables["tblCustomers"]
    # 17850.0 and 17850 are one customer; the line without a customer makes none.
    assert column(customers, "customer_id") == ["17850.0", "99"]
    assert column(customers, "region") == ["华东", "华南"]
    assert customers.file_lines is not None
    assert customers.file_lines.tolist() == [2, 5]
    assert len(tables["tblOrders"]) == 5


@pytest.mark.parametrize(
    ("old", "new", "problems"),
    [
        ('table = "订单"', 'table = "订货"', ["没有名为“订货”的数据表"]),
        ('table = "订单"', "", ["没有名为“”的数据表"]),
        ("order_id", "orderid", ["没有列“orderid”", "没有写必填列 “order_id（订单编号）”"]),
        ('"数量" =', "order_id =", ["映射文件写法不对"]),
        ('"数量" =', "数量 =", ["中文列名也要加双引号"]),
        ('"数量" =', '"订单号" =', ["列“订单编号”写了两次"]),
        ("amount = ", "profit = ", ["没有写必填列 “amount（订单金额(元)）”"]),
        ("[constants]", "[constant]", ["不认得 “constant”"]),
        ('status = "已确认"', 'status = ["已确认"]', ["“status”要写一个值"]),
        ('status = "已确认"', "amount = 1", ["同时写在"]),
        ('"数量" = "件数"', "'数量' = 3", ["“quantity”后面要写引号里的标题或算式"]),
        ("when =", "if =", ["[returns] 里只写 when"]),
        ("where = \"单号 <> 'S9'\"", "where = 1", ["要写引号里的算式"]),
        ("where = \"单号 <> 'S9'\"", 'distinct = "yes"', ["distinct 只能写 true 或 false"]),
        ("where = \"单号 <> 'S9'\"", "distinct = true", ["且只用于有编号的表"]),
        ("[columns]", "[columns", ["映射文件写法不对"]),
    ],
)
def test_what_is_wrong_with_a_mapping(write: Write, old: str, new: str, problems: list[str]) -> None:
    assert old in MAPPING
    path = write("m.toml", MAPPING.replace(old, new, 1))
    with pytest.raises(CrmError) as error:
        load_mapping(path)
    for problem in problems:
        assert problem in str(error.value)
    assert "m.toml" in str(error.value)


def test_a_table_twice_and_a_table_without_a_section(write: Write) -> None:
    with pytest.raises(CrmError, match="表“tblOrders”写了两次"):
        load_mapping(write("m.toml", DISTINCT + DISTINCT[DISTINCT.rindex("[[table]]") :]))
    with pytest.raises(CrmError, match="里要写列"):
        load_mapping(write("m.toml", "table = [1]"))


def test_every_fault_of_mapping_and_file_in_one_message(write: Write) -> None:
    mapping = (
        MAPPING.replace('"件数*', '"数*').replace('"成交日"', '"日期"').replace("status =", "state =")
        .replace("[运费 含税]", "1 +")
    )  # fmt: skip
    with pytest.raises(CrmError) as error:
        made(write, mapping)
    message = str(error.value)
    for expected in ("没有列“state”", "“日期”", "现有标题：“单号”、“客户代码”", "[columns] amount"):
        assert expected in message


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("开头是(单号, 'C')", "单号", "“单号”不是条件"),
        ("单号 <> 'S9'", "单号 & 'S9'", "不是条件"),
        ('"件数*', '"件数*数*', "没有列 “数”"),
        ('"客户编号" = "客户代码"', '客户编号 = "客户 代码"', "写法不对"),
    ],
)
def test_what_does_not_fit_the_file(write: Write, old: str, new: str, problem: str) -> None:
    with pytest.raises(CrmError, match=problem):
        made(write, MAPPING.replace(old, new))


def test_a_heading_that_stands_twice_is_not_guessed(write: Write) -> None:
    with pytest.raises(CrmError, match="有 2 列都叫“件数”"):
        made(write, MAPPING, ORDERS.replace("地区", "件数", 1))


def test_a_mapping_that_is_not_there_names_the_shipped_ones(tmp_path: Path) -> None:
    with pytest.raises(CrmError, match="online_retail"):
        load_mapping(tmp_path / "没有.toml")


@pytest.mark.parametrize("name", shipped_mappings())
def test_shipped_mappings_load(name: str) -> None:
    assert load_mapping(name).tables


def test_the_package_ships_a_mapping() -> None:
    assert "online_retail" in shipped_mappings()
