"""What goes wrong with a warehouse is one sentence with the remedy; no password in it, and nothing is written."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import xlsxwriter

from crm_xl import refresh
from crm_xl.analysis.pipeline import analyze
from crm_xl.books.file import FileBook
from crm_xl.errors import CrmError
from crm_xl.sources.database import PASSWORD_VARIABLE
from crm_xl.splitting import split
from crm_xl.tables import inputs as i
from crm_xl.tables import outputs as o
from crm_xl.tables import parameters as p
from crm_xl.warehouse import WarehouseOrders, is_warehouse
from crm_xl.warehouse.address import Engine, parse_address
from tests.support.postgres import Postgres

SECRET = "geheim-123"
LINES = pd.DataFrame(
    {
        "order_id": ["S1", "S2"],
        "customer_id": ["C1", "C2"],
        "order_date": pd.to_datetime(["2026-01-05", "2026-02-05"]),
        "amount": [10.0, 20.0],
    }
)

# A process in which nobody has imported the component, and nobody can.
WITHOUT_A_COMPONENT = """
import sys
component, address = sys.argv[1:]
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == component:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Absent())
from crm_xl.errors import CrmError
from crm_xl.warehouse import WarehouseOrders
try:
    with WarehouseOrders(address):
        pass
except CrmError as error:
    print(error)
"""


def fault(address: str, *, mapping: str = "", password: str = SECRET) -> CrmError:
    """The error that analysing the orders at the address ends in; no word of it, or of what led to it, is secret."""
    with pytest.raises(CrmError) as caught, WarehouseOrders(address, mapping) as orders:
        analyze({}, orders=orders)
    return told(caught.value, password)


def told(error: CrmError, password: str = SECRET) -> CrmError:
    """The error, once it is seen to be one sentence with a place and a remedy and without the password."""
    assert error.hint
    assert error.where
    assert "\n" not in str(error)
    cause: BaseException | None = error
    while cause is not None:
        for text in (str(cause), repr(cause)):
            assert password not in text
        cause = None if cause.__suppress_context__ else (cause.__cause__ or cause.__context__)
    return error


def in_duckdb(folder: Path, lines: pd.DataFrame, name: str = "orders") -> str:
    """A DuckDB file with the lines as one table."""
    file = folder / "sales.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.register("lines", lines)
        connection.execute(f"create table {name} as select * from lines")
    return str(file)


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://sales:{SECRET}@127.0.0.1:1/crm#orders",
        f"clickhouse://sales:{SECRET}@127.0.0.1:1/crm#orders",
        "spark://127.0.0.1:1,127.0.0.1:2#crm.orders",
        "sc://127.0.0.1:1/;token=geheim-123#crm.orders",
        f"postgresql://sales:{SECRET}@no-such-host.invalid/crm#orders",
        "sc://no-such-host.invalid#crm.orders",
    ],
)
def test_a_server_that_is_down(address: str) -> None:
    error = fault(address)
    assert "连不上" in error.problem
    assert error.where == f"数据源 {parse_address(address).place.removeprefix('数据源 ')}"


@pytest.mark.slow
@pytest.mark.spark
@pytest.mark.usefixtures("spark")
def test_a_session_that_runs_elsewhere_does_not_answer_for_the_one_asked() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        place = f"127.0.0.1:{server.getsockname()[1]}"
        for address in (f"spark://{place}#crm.orders", f"sc://{place}#crm.orders"):
            assert "另一处" in fault(address).problem


@pytest.mark.slow
@pytest.mark.postgresql
class TestPostgres:
    def address(self, postgres: Postgres, table: str = "") -> str:
        """Without a password: it is asked of the environment."""
        return f"{postgres.address()}{'#' if table else ''}{table}"

    @pytest.fixture(autouse=True)
    def login(self, postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(PASSWORD_VARIABLE, postgres.password)

    def test_a_wrong_password(self, postgres: Postgres) -> None:
        error = fault(postgres.address(password=f"wrong-{SECRET}") + "#orders")
        assert "口令不对" in error.problem

    def test_a_table_that_is_not_there(self, postgres: Postgres) -> None:
        postgres.run("drop table if exists faults; create table faults (n int)")
        error = fault(self.address(postgres, "no_such"), password=postgres.password)
        assert "没有表“no_such”" in error.problem
        assert "“faults”" in error.problem

    def test_a_column_that_is_not_there(self, postgres: Postgres) -> None:
        postgres.run(
            "drop table if exists faults; create table faults (单号 text, 客户ID text, 下单日期 date)"
        )
        error = fault(self.address(postgres, "faults"), password=postgres.password)
        assert "缺少必填列 “订单金额(元)”" in error.problem

    def test_no_permission(self, postgres: Postgres) -> None:
        postgres.run(
            "drop table if exists faults; create table faults (单号 text, 客户ID text, 下单日期 date, 金额 numeric);"
            f"drop role if exists guest; create role guest login password '{SECRET}'"
        )
        address = self.address(postgres, "faults").replace("crm_test", f"guest:{SECRET}")
        # information_schema shows a table to those who may read it, and so does the message.
        assert "没有表“faults”" in fault(address).problem

    def test_a_connection_that_breaks_off(self, postgres: Postgres) -> None:
        postgres.run(
            "drop table if exists faults; create table faults (单号 text, 客户ID text, 下单日期 date, 金额 numeric);"
            "insert into faults values ('S1', 'C1', '2026-01-05', 10)"
        )
        orders = WarehouseOrders(self.address(postgres, "faults"))
        with pytest.raises(CrmError) as caught, orders:
            postgres.run(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where pid <> pg_backend_pid() and backend_type = 'client backend'"
            )
            analyze({}, orders=orders)
        assert "读取中断" in told(caught.value, postgres.password).problem


class TestDuckdb:
    def test_no_such_table(self, tmp_path: Path) -> None:
        file = in_duckdb(tmp_path, LINES)
        assert "没有表“nope”；现有的表：“orders”" in fault(f"{file}#nope").problem

    def test_several_tables_and_none_called_orders(self, tmp_path: Path) -> None:
        in_duckdb(tmp_path, LINES, "a")
        assert "看不出哪一张表是订单" in fault(in_duckdb(tmp_path, LINES, "b")).problem

    @pytest.mark.parametrize(
        ("column", "values", "complaint"),
        [
            ("amount", pd.to_datetime(["2026-01-05", "2026-02-05"]), "应为数值"),
            ("order_date", [1.5, 2.5], "应为日期或时间"),
            ("customer_id", [True, False], "应为文本或整数"),
        ],
    )
    def test_a_column_of_another_type(
        self, tmp_path: Path, column: str, values: list[object], complaint: str
    ) -> None:
        error = fault(in_duckdb(tmp_path, LINES.assign(**{column: values})))
        assert complaint in error.problem
        assert f"“{column}”" in error.where

    def test_two_columns_that_mean_one(self, tmp_path: Path) -> None:
        lines = LINES.assign(**{"Amount ": [1.0, 2.0]})
        assert "出现了 2 次" in fault(in_duckdb(tmp_path, lines)).problem

    def test_a_file_that_is_none(self, tmp_path: Path) -> None:
        file = tmp_path / "sales.duckdb"
        file.write_bytes(b"not a database" * 1000)
        assert "不完整" in fault(str(file)).problem

    def test_a_file_in_use(self, tmp_path: Path) -> None:
        file = in_duckdb(tmp_path, LINES)
        with duckdb.connect(file):
            # Another program's lock, as this process sees it: its own connection writes there.
            assert "正被" in fault(file).problem


class TestFolder:
    def test_nothing_in_it(self, tmp_path: Path) -> None:
        assert "没有 Parquet 或 CSV" in fault(str(tmp_path)).problem

    def test_both_kinds(self, tmp_path: Path) -> None:
        LINES.to_parquet(tmp_path / "a.parquet")
        LINES.to_csv(tmp_path / "a.csv")
        assert "既有 Parquet 又有 CSV" in fault(str(tmp_path)).problem

    def test_a_file_cut_off(self, tmp_path: Path) -> None:
        LINES.to_parquet(tmp_path / "a.parquet")
        whole = (tmp_path / "a.parquet").read_bytes()
        (tmp_path / "a.parquet").write_bytes(whole[: len(whole) // 2])
        assert "不完整" in fault(str(tmp_path)).problem

    def test_another_encoding(self, tmp_path: Path) -> None:
        text = "单号,客户ID,下单日期,金额,产品类型\nS1,C1,2026-01-05,10,云服务\n"
        (tmp_path / "订单.csv").write_bytes(text.encode("gbk"))
        assert "不是 UTF-8" in fault(str(tmp_path)).problem

    def test_files_with_different_columns(self, tmp_path: Path) -> None:
        LINES.to_parquet(tmp_path / "a.parquet")
        LINES.assign(profit=[1.0, 2.0]).to_parquet(tmp_path / "b.parquet")
        with WarehouseOrders(str(tmp_path)) as orders:
            assert analyze({}, orders=orders).balance.money_in == 60.0  # twice 10 + 20


@pytest.mark.parametrize(
    ("address", "complaint"),
    [
        ("oracle://sales:geheim-123@host/crm", "写法不对"),
        ("postgresql://sales:geheim-123@host:port/crm", "写法不对"),
        ("postgresql:///crm", "没有主机名"),
        ("spark://", "没有主机"),
        ("no/such/folder", "找不到"),
    ],
)
def test_an_address_that_is_none(address: str, complaint: str) -> None:
    with pytest.raises(CrmError, match=complaint) as caught:
        parse_address(address)
    told(caught.value)


def test_an_address_shows_no_password() -> None:
    address = parse_address(f"postgresql://sales:{SECRET}@host/crm#public.orders")
    assert SECRET not in repr(address) + str(address) + address.place
    assert (address.engine, address.password, address.table) == (Engine.POSTGRES, SECRET, "public.orders")


def test_a_duckdb_file_may_be_written_as_a_url(tmp_path: Path) -> None:
    file = in_duckdb(tmp_path, LINES)
    address = parse_address(f"duckdb:///{file}#orders")  # four slashes: from the root
    assert (address.engine, address.path, address.table) == (Engine.DUCKDB, file, "orders")
    beside = parse_address("sales.duckdb#orders", tmp_path)  # from the workbook's folder
    assert (beside.engine, beside.path) == (Engine.DUCKDB, file)


@pytest.mark.parametrize(
    ("component", "address", "extra"),
    [
        ("ibis", "postgresql://sales@127.0.0.1:1/crm#orders", "warehouse"),
        ("psycopg", "postgresql://sales@127.0.0.1:1/crm#orders", "warehouse"),
        ("duckdb", "mysql://sales@127.0.0.1:1/crm#orders", "warehouse"),
        ("clickhouse_connect", "clickhouse://sales@127.0.0.1:1/crm#orders", "clickhouse"),
        ("pyspark", "spark://127.0.0.1:1#orders", "spark"),
    ],
)
def test_a_component_that_is_not_installed(component: str, address: str, extra: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_A_COMPONENT, component, address],
        capture_output=True, encoding="utf-8", env={**os.environ, "PYTHONUTF8": "1"}, check=False,
    )  # fmt: skip
    assert done.stdout.splitlines() == [
        f"{parse_address(address).place}：没有安装读取数据仓库所需的组件。"
        f"请运行 crm-xl extra {extra} 后再刷新。"
    ], done.stderr


def test_mysql_without_its_extension(monkeypatch: pytest.MonkeyPatch) -> None:
    from ibis.backends.duckdb import Backend

    def offline(*_: object) -> None:
        raise duckdb.IOException(f"Failed to download with {SECRET}")

    monkeypatch.setattr(Backend, "load_extension", offline)
    assert "MySQL 扩展下载不了" in fault(f"mysql://sales:{SECRET}@127.0.0.1:1/crm#orders").problem


def test_what_is_a_warehouse(tmp_path: Path) -> None:
    assert all(
        map(is_warehouse, ["postgresql://h/d", str(tmp_path), "a.parquet", "b.duckdb#orders", "sc://h:1#o"])
    )
    assert not any(map(is_warehouse, ["orders.csv", "订单.xlsx", "sqlite:///a.db", "no/such/folder"]))


class TestWorkbook:
    """参数 names the orders, and a refresh reads them; where it cannot, the file stays as it is, byte for byte."""

    @pytest.fixture
    def workbook(self, tmp_path: Path) -> Callable[[str], Path]:
        """A workbook with two customers, one output, and the setting 订单来源."""

        def made(source: str) -> Path:
            path = tmp_path / "客户.xlsx"
            tables = {
                i.CUSTOMERS: [["C1", "甲公司", "王敏"], ["C2", "乙公司", "李强"]],
                p.SETTINGS_TABLE: [["订单来源", source], ["分析日期", "2026-03-31"]],
                o.TIER_SUMMARY: [[None] * len(o.TIER_SUMMARY.titles)],
                o.TREND: [[None] * len(o.TREND.titles)] * 24,
            }
            with xlsxwriter.Workbook(path) as book:
                for table, rows in tables.items():
                    titles = table.titles[: len(rows[0])]
                    if table is i.CUSTOMERS:
                        titles = ("客户编号", "客户名称", "负责人")
                    sheet = book.add_worksheet(table.title)
                    columns = [{"header": title} for title in titles]
                    options = {"name": table.name, "columns": columns, "data": rows}
                    sheet.add_table(0, 0, len(rows), len(titles) - 1, options)
            return path

        return made

    def test_the_setting_is_enough(self, workbook: Callable[[str], Path], tmp_path: Path) -> None:
        (tmp_path / "orders").mkdir()
        LINES.to_parquet(tmp_path / "orders" / "a.parquet")
        path = workbook("orders")  # beside the workbook
        results = refresh(path)
        assert results.balance is not None
        assert results.balance.net_kept == 30.0
        trend = FileBook(path).read([o.TREND.name])[o.TREND.name]
        assert trend.columns[trend.headings.index("订单数")].tolist()[-3:] == [1.0, 1.0, 0.0]

    @pytest.mark.parametrize(
        ("source", "complaint"),
        [
            ("no/such/folder", "找不到"),
            (f"postgresql://sales:{SECRET}@127.0.0.1:1/crm", "地址里写了口令"),
            (f"sc://127.0.0.1:1/;token={SECRET}#orders", "地址里写了口令"),
            ("postgresql://sales@127.0.0.1:1/crm", "连不上"),
        ],
    )
    def test_nothing_is_written(self, workbook: Callable[[str], Path], source: str, complaint: str) -> None:
        path = workbook(source)
        before = path.read_bytes()
        with pytest.raises(CrmError, match=complaint) as caught:
            refresh(path)
        told(caught.value)
        assert path.read_bytes() == before
        assert [each.name for each in path.parent.iterdir()] == [path.name]

    def test_a_workbook_whose_orders_are_elsewhere_is_not_split(
        self, workbook: Callable[[str], Path], tmp_path: Path
    ) -> None:
        with pytest.raises(CrmError, match="不能拆分"):
            split(workbook("postgresql://sales@host/crm"), tmp_path / "parts")
        assert not (tmp_path / "parts").exists()
