"""Engines that hold orders, opened through Ibis: a DuckDB of our own, the company's PostgreSQL, ClickHouse, Spark."""

from __future__ import annotations

import re
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crm_xl.errors import CrmError
from crm_xl.tables import inputs as i
from crm_xl.tables.headings import heading_key, listed
from crm_xl.warehouse.address import Address, Engine
from crm_xl.warehouse.faults import told
from crm_xl.warehouse.steps import OwnSteps, SparkSteps, Steps
from crm_xl.warehouse.stopping import stopped_by_ctrl_c

if TYPE_CHECKING:
    from ibis.expr import types as ir

# Of the embedded engine; what does not fit goes to disk.
MEMORY_LIMIT = "2GB"
_SECONDS_TO_CONNECT = 15
_SPARK_PORTS = {"spark": 7077, "sc": 15002}
_ORDER_NAMES = tuple(map(heading_key, (i.ORDERS.name, i.ORDERS.title, "orders")))


@dataclass(frozen=True, kw_only=True)
class Opened:
    """Orders as they are stored.

    Attributes:
        table: all columns.
        steps: what the engine holds for us.
        hashing: rows can be told apart by a hash of all columns.
        costly: reading more than once costs: text files, lines that come over the network.
    """

    table: ir.Table
    steps: Steps
    hashing: bool = False
    costly: bool = False


@contextmanager
def opened(address: Address) -> Iterator[Opened]:
    """The orders at the address, for as long as they are asked.

    Raises:
        CrmError: a component is not installed; the engine cannot be reached, refuses, breaks off; no such table.
    """
    with told(address), ExitStack() as stack:
        source = _OPENERS[address.engine](address, stack)
        stack.callback(source.steps.release)
        yield source


def _embedded(stack: ExitStack) -> Any:
    """A DuckDB of our own in a folder that goes away with it."""
    import ibis

    folder = _own_folder(stack)
    connection = ibis.duckdb.connect(folder / "work.duckdb", temp_directory=str(folder))
    stack.callback(connection.disconnect)
    stack.enter_context(stopped_by_ctrl_c(connection.con))
    connection.raw_sql(f"SET memory_limit = '{MEMORY_LIMIT}'")
    # Its bar would be drawn into ours, or into a log.
    connection.raw_sql("SET enable_progress_bar = false")
    # Rows of an order are told apart by what they hold, never by where they stand.
    connection.raw_sql("SET preserve_insertion_order = false")
    return connection


def _own_folder(stack: ExitStack) -> Path:
    """An empty folder that goes away with the stack."""
    folder = Path(tempfile.mkdtemp(prefix="crm_xl_"))
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _folder(address: Address, stack: ExitStack) -> Opened:
    path = Path(address.path)
    connection = _embedded(stack)
    if path.is_file():
        return Opened(table=connection.read_parquet(str(path)), steps=OwnSteps(connection), hashing=True)
    parquet = any(path.rglob("*.parquet"))
    texts = sorted(each for each in path.iterdir() if re.search(r"\.(csv|tsv)(\.gz)?$", each.name.lower()))
    if parquet and texts:
        raise CrmError(
            "文件夹里既有 Parquet 又有 CSV 文件。", where=address.place, hint="请分放在两个文件夹。"
        )
    if parquet:
        table = connection.read_parquet(str(path / "**" / "*.parquet"), union_by_name=True)
        return Opened(table=table, steps=OwnSteps(connection), hashing=True)
    if not texts:
        raise CrmError("文件夹里没有 Parquet 或 CSV 文件。", where=address.place, hint="请检查路径。")
    # As text, since 00123 is an id and no number.
    table = connection.read_csv(
        [str(each) for each in texts], all_varchar=True, union_by_name=True, header=True
    )
    return Opened(table=table, steps=OwnSteps(connection), hashing=True, costly=True)


def _duckdb(address: Address, stack: ExitStack) -> Opened:
    connection = _embedded(stack)
    connection.attach(address.path, name="source", read_only=True)
    rows = connection.raw_sql(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'source' "
        "UNION ALL SELECT schema_name, view_name FROM duckdb_views() WHERE database_name = 'source' AND NOT internal"
    ).fetchall()
    schema, name = _found(address, [tuple(row) for row in rows])
    return Opened(
        table=connection.table(name, database=("source", schema)), steps=OwnSteps(connection), hashing=True
    )


def _postgres(address: Address, stack: ExitStack) -> Opened:
    import ibis

    connection = ibis.postgres.connect(
        host=address.host, port=address.port or 5432, user=address.user or None, password=address.password,
        database=address.database or None, connect_timeout=_SECONDS_TO_CONNECT,
    )  # fmt: skip
    stack.callback(connection.disconnect)
    with connection.raw_sql(
        "SELECT table_schema, table_name FROM information_schema.tables "
        "WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
    ) as cursor:
        rows = cursor.fetchall()
    schema, name = _found(address, rows, "public")
    return Opened(table=connection.table(name, database=schema), steps=Steps(connection))


def _mysql(address: Address, stack: ExitStack) -> Opened:
    """MySQL through DuckDB's extension: the lines come here and are added up here, on disk where they are many."""
    connection = _embedded(stack)
    try:
        connection.load_extension("mysql")
    except Exception:
        raise CrmError(
            "DuckDB 的 MySQL 扩展下载不了。",
            where=address.place,
            hint="请联网后再试，或由管理员在本机执行 DuckDB 的 INSTALL mysql。",
        ) from None
    parts = {
        "host": address.host, "port": address.port, "user": address.user, "password": address.password,
        "database": address.database,
    }  # fmt: skip
    words = " ".join(f"{name}={_quoted(str(value))}" for name, value in parts.items() if value)
    connection.raw_sql(f"ATTACH '{words.replace(chr(39), chr(39) * 2)}' AS source (TYPE mysql, READ_ONLY)")
    rows = connection.raw_sql(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'source'"
    ).fetchall()
    schema, name = _found(address, rows, address.database)
    return Opened(
        table=connection.table(name, database=("source", schema)),
        steps=OwnSteps(connection),
        hashing=True,
        costly=True,
    )


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _clickhouse(address: Address, stack: ExitStack) -> Opened:
    import ibis

    connection = ibis.clickhouse.connect(
        host=address.host, port=address.port or 8123, user=address.user or "default",
        password=address.password or "", database=address.database or "default",
        connect_timeout=_SECONDS_TO_CONNECT,
    )  # fmt: skip
    stack.callback(connection.disconnect)
    names = [(address.database or "default", name) for name in connection.list_tables()]
    _, name = _found(address, names, address.database or "default")
    return Opened(table=connection.table(name), steps=Steps(connection))


def _spark(address: Address, stack: ExitStack) -> Opened:
    import ibis

    connection = ibis.pyspark.connect(_spark_session(address, stack))
    if address.path:
        return Opened(table=connection.read_parquet(address.path), steps=SparkSteps(connection))
    schema = address.table.rpartition(".")[0]
    names = [(schema, name) for name in connection.list_tables(database=schema or None)]
    _, name = _found(address, names, schema)
    return Opened(table=connection.table(name, database=schema or None), steps=SparkSteps(connection))


def _reach(master: str) -> None:
    """Nothing, where one of the hosts of spark://host:port,… or sc://host:port answers: Spark itself waits for minutes.

    Raises:
        OSError: none does.
    """
    scheme, _, rest = master.partition("://")
    hosts = rest.split(",")
    for place, each in enumerate(hosts):
        host, _, port = each.partition(":")
        try:
            socket.create_connection((host, int(port or _SPARK_PORTS[scheme])), _SECONDS_TO_CONNECT).close()
            return
        except OSError:
            if place == len(hosts) - 1:
                raise


def _spark_session(address: Address, stack: ExitStack) -> Any:
    """The session that is running, else one of our own, which ends with the stack.

    Raises:
        OSError: no host answers.
        CrmError: a session is running elsewhere; a process has one, and its tables are not those asked for.
    """
    from pyspark.sql import SparkSession

    if not address.master.startswith("local"):
        _reach(address.master)
    running = SparkSession.getActiveSession()
    if running is not None:
        if _serves(running, address.master):
            return running
        raise CrmError(
            "本进程里的 Spark 会话连接的是另一处。",
            where=address.place,
            hint="请先停止该会话，或在新的进程中重新运行。",
        )
    builder = SparkSession.builder.appName("crm_xl").config("spark.sql.session.timeZone", "UTC")
    if address.master.startswith("sc:"):
        builder = builder.remote(f"{address.master}{address.password or ''}")
    else:
        builder = builder.master(address.master).config("spark.ui.showConsoleProgress", "false")
        if address.master.startswith("local"):
            # Else Spark makes a folder spark-warehouse wherever the person happens to be.
            builder = builder.config("spark.sql.warehouse.dir", _own_folder(stack).as_uri())
    session = builder.getOrCreate()
    stack.callback(session.stop)
    return session


def _serves(running: Any, master: str) -> bool:
    """Whether a running session sees the tables asked for; every local one sees this computer's files."""
    from pyspark.sql.utils import is_remote

    if is_remote():  # Spark Connect does not tell what it is connected to
        return master.startswith("sc:")
    own = str(running.sparkContext.master)
    return own == master or (own.startswith("local") and master.startswith("local"))


_OPENERS: dict[Engine, Callable[[Address, ExitStack], Opened]] = {
    Engine.FOLDER: _folder,
    Engine.DUCKDB: _duckdb,
    Engine.POSTGRES: _postgres,
    Engine.MYSQL: _mysql,
    Engine.CLICKHOUSE: _clickhouse,
    Engine.SPARK: _spark,
}


def _found(address: Address, names: list[tuple[str, str]], usual: str = "main") -> tuple[str, str]:
    """Schema and name of the orders: the table asked for, else one called orders, else the only one."""
    if address.table:
        schema, _, name = address.table.rpartition(".")
        fits = [pair for pair in names if pair[1] == name and (not schema or pair[0] == schema)]
        fits = [pair for pair in fits if pair[0] == usual] or fits
    else:
        fits = [pair for pair in names if heading_key(pair[1]) in _ORDER_NAMES] or names
    if len(fits) == 1:
        return fits[0]
    shown = listed(sorted(name for _, name in names))
    asked = f"没有表“{address.table}”" if address.table else "看不出哪一张表是订单"
    raise CrmError(
        f"数据源里{asked}；现有的表：{shown}。",
        where=address.place,
        hint="请在地址后写明表名，如 …#public.orders。",
    )
