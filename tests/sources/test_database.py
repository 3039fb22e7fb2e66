"""Databases: SQLite in a file, PostgreSQL started for real; faults in one sentence without a password."""

from __future__ import annotations

import datetime
import decimal
import sqlite3
from pathlib import Path

import pytest

from crm_xl.errors import CrmError
from crm_xl.sources import Rules
from crm_xl.sources.database import PASSWORD_VARIABLE, is_database, read_database
from crm_xl.sources.reading import understood
from tests.support.postgres import Postgres

SECRET = "geheim-123"


def quiet(what: str, share: float) -> None:
    """Nothing."""


@pytest.fixture
def sales(tmp_path: Path) -> str:
    path = tmp_path / "销售.db"
    with sqlite3.connect(path) as connection:
        connection.execute(
            "create table 订单 (单号 text, 客户ID integer, 下单日期 text, 金额 real, 天气 text)"
        )
        connection.executemany(
            "insert into 订单 values (?,?,?,?,?)",
            [("S1", 1001, "2026-09-01", 12.5, ""), ("S2", None, "2026-09-02", None, "晴")],
        )
    connection.close()
    return f"sqlite:///{path}"


def test_a_table_becomes_declared_orders(sales: str) -> None:
    found = read_database(sales, quiet, table="订单")
    (incoming,) = understood(found, found.table.sheet, Rules(remembered=False))
    assert incoming.table.name == "tblOrders"
    assert [column.tolist() for column in incoming.table.columns] == [
        ["S1", "S2"], [1001, None], ["2026-09-01", "2026-09-02"], [12.5, None], [None, "晴"],
    ]  # fmt: skip
    assert incoming.table.cell(1, "单号") == "数据库 销售.db 订单 第2行“单号”"
    assert incoming.unmatched == ("天气",)


def test_a_query_and_progress(sales: str) -> None:
    said = []
    found = read_database(
        sales, lambda what, share: said.append(what), query=" with x as (select 1 n) select * from x"
    )
    assert found.table.headings == ("n",)
    assert said == ["读取数据库，已读 1 行"]


@pytest.mark.parametrize("query", ["delete from 订单", "drop table 订单", "pragma user_version=3", ""])
def test_only_reading_is_allowed(sales: str, query: str) -> None:
    with pytest.raises(CrmError, match="只能用 SELECT"):
        read_database(sales, quiet, query=query)
    assert len(read_database(sales, quiet, table="订单").table) == 2


@pytest.mark.parametrize(
    ("url", "table", "problem"),
    [
        (f"postgresql+psycopg://sales:{SECRET}@127.0.0.1:1/crm", "orders", "连不上"),
        (f"postgresql+nodriver://sales:{SECRET}@127.0.0.1/crm", "orders", "地址写法不对"),
        (f"oracle+cx_oracle://sales:{SECRET}@127.0.0.1/crm", "orders", "没有安装数据库驱动 cx_Oracle"),
        (f"://sales:{SECRET}@", "orders", "地址写法不对"),
        (f"sqlite:///nowhere-{SECRET[:0]}.db", "orders", "找不到数据库文件"),
    ],
)
def test_what_cannot_be_reached_is_one_sentence_without_the_password(
    url: str, table: str, problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CrmError, match=problem) as error:
        read_database(url, quiet, table=table)
    assert error.value.hint
    assert "\n" not in str(error.value)
    cause: BaseException | None = error.value
    while cause is not None:  # a log or traceback shows the chain
        assert SECRET not in str(cause)
        cause = None if cause.__suppress_context__ else (cause.__cause__ or cause.__context__)
    assert list(tmp_path.iterdir()) == []


def test_a_table_that_is_not_there(sales: str) -> None:
    with pytest.raises(CrmError, match="没有这张表"):
        read_database(sales, quiet, table="客户")
    with pytest.raises(CrmError, match="一张表或一个查询"):
        read_database(sales, quiet)


def test_files_and_addresses_are_told_apart() -> None:
    assert is_database("sqlite:///a.db")
    assert not is_database("C:\\导出\\订单.csv")


@pytest.mark.slow
@pytest.mark.postgresql
def test_postgresql_itself(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    postgres.run(
        "create schema 销售; create table 销售.订单 (单号 varchar, 客户ID bigint, 下单日期 timestamp, 金额 numeric(12,2));"
        "insert into 销售.订单 values ('S1', 1001, '2026-09-01 10:30', 1200.50), ('S2', 1002, null, null)"
    )
    monkeypatch.setenv(PASSWORD_VARIABLE, postgres.password)
    found = read_database(postgres.address(), quiet, table="销售.订单")
    (incoming,) = understood(found, found.table.sheet, Rules(remembered=False))
    assert incoming.table.name == "tblOrders"
    assert [column.tolist() for column in incoming.table.columns] == [
        ["S1", "S2"],
        [1001, 1002],
        [datetime.datetime(2026, 9, 1, 10, 30), None],
        [decimal.Decimal("1200.50"), None],
    ]
    query = "select 单号 from 销售.订单 where 金额 > 5"
    assert read_database(postgres.address(), quiet, query=query).table.columns[0].tolist() == ["S1"]
    for url, table in (
        (postgres.address(password="wrong-" + SECRET), "销售.订单"),
        (postgres.address(), "销售.没有"),
    ):
        with pytest.raises(CrmError) as error:
            read_database(url, quiet, table=table)
        assert SECRET not in str(error.value)
        assert postgres.password not in str(error.value)
    # A query that would change something is refused by the server: rows are fetched through a reading cursor.
    for query in (
        "select nope from 销售.订单",
        "with x as (delete from 销售.订单 returning *) select * from x",
    ):
        with pytest.raises(CrmError, match="不接受这个查询"):
            read_database(postgres.address(), quiet, query=query)
    assert len(read_database(postgres.address(), quiet, table="销售.订单").table) == 2
