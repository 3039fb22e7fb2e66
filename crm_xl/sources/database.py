"""A table or query of a database as a table of cells. Nothing is written there, and no password is ever told."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from crm_xl.errors import CrmError
from crm_xl.extras import install_command
from crm_xl.raw import RawTable, computing
from crm_xl.sources.notes import FoundTable
from crm_xl.tables import INPUTS

if TYPE_CHECKING:
    from sqlalchemy import URL, Engine

PASSWORD_VARIABLE = "CRM_XL_DB_PASSWORD"
_ROWS_AT_ONCE = 20_000
_SECONDS_TO_CONNECT = 15
_READING = ("select", "with")

Progress = Callable[[str, float], None]


def is_database(text: str) -> bool:
    """Whether the text names a database (postgresql://…, sqlite:///…) and no file."""
    return "://" in text


def read_database(
    url: str, progress: Progress, *, table: str | None = None, query: str | None = None
) -> FoundTable:
    """The rows of a table, or of a query, with their numbers from 1 as lines.

    Args:
        url: as SQLAlchemy writes it, "postgresql+psycopg://user@host/database"; a password that is not in it is
            taken from the environment variable CRM_XL_DB_PASSWORD.
        progress: told how many rows have come.
        table: "orders" or "schema.orders"; its name says which declared table it is, if the headings do not.
        query: one SELECT instead.

    Raises:
        CrmError: SQLAlchemy or the driver is not installed, the database cannot be reached or refuses, no such
            table, a query that is no SELECT.
    """
    if (table is None) == (query is None):
        raise CrmError(
            "从数据库导入要给出一张表或一个查询。",
            where=_host(url),
            hint="请写 --sql-table 表名 或 --sql 查询。",
        )
    if query is not None and not query.lstrip(" (\t\r\n").lower().startswith(_READING):
        raise CrmError("只能用 SELECT 查询读取数据。", where=_host(url), hint="请改写查询。")
    with _told(url) as place:
        import sqlalchemy

        address = _address(url)
        place.append(_shown(address))
        engine = _engine(address)
        try:
            with engine.connect() as connection:
                if table is not None:
                    schema, _, name = table.rpartition(".")
                    reflected = sqlalchemy.Table(
                        name, sqlalchemy.MetaData(), schema=schema or None, autoload_with=connection
                    )
                    statement: Any = sqlalchemy.select(reflected)
                else:
                    statement = sqlalchemy.text(query or "")
                result = connection.execution_options(stream_results=True).execute(statement)
                headings = tuple(str(key) for key in result.keys())
                columns = _columns(result.partitions(_ROWS_AT_ONCE), len(headings), progress)
                connection.rollback()
        finally:
            engine.dispose()
    size = len(columns[0]) if columns else 0
    return FoundTable(
        table=RawTable(
            name="",
            headings=headings,
            columns=columns,
            sheet=f"{place[0]} {table or '查询'}",
            file_lines=np.arange(1, size + 1),
        ),
        declared=next((each.name for each in INPUTS if table in (each.name, each.title)), ""),
    )


def _columns(parts: Iterator[Any], width: int, progress: Progress) -> tuple[np.ndarray, ...]:
    rows: list[Any] = []
    with computing():
        for part in parts:
            rows += part
            progress(f"读取数据库，已读 {len(rows):,} 行", 0.0)
        columns = []
        for index in range(width):
            column = np.empty(len(rows), dtype=object)
            column[:] = [None if row[index] == "" else row[index] for row in rows]
            columns.append(column)
    return tuple(columns)


def _address(url: str) -> URL:
    import sqlalchemy

    address = sqlalchemy.make_url(url)
    if address.password is None and address.username and (password := os.environ.get(PASSWORD_VARIABLE)):
        address = address.set(password=password)
    file = address.database if address.get_backend_name() == "sqlite" else None
    # Connecting would make an empty database of that name.
    if file and file != ":memory:" and not file.startswith("file:") and not Path(file).is_file():
        raise CrmError("找不到数据库文件。", where=file, hint="请检查文件夹和文件名。")
    return address


def _engine(address: URL) -> Engine:
    import sqlalchemy

    named = {"postgresql": "connect_timeout", "mysql": "connect_timeout"}.get(address.get_backend_name())
    options = {} if named is None else {"connect_args": {named: _SECONDS_TO_CONNECT}}
    return sqlalchemy.create_engine(address, hide_parameters=True, **options)


def _shown(address: URL) -> str:
    """Which database, without user and password."""
    name = Path(address.database or "").name
    return f"数据库 {address.host}/{name}" if address.host else f"数据库 {name}"


def _host(url: str) -> str:
    """What of an address can be shown before it has been understood: what stands before ://."""
    return f"数据库（{url.split('://')[0]}）"


@contextmanager
def _told(url: str) -> Iterator[list[str]]:
    """Errors of the database as sentences. A driver's own words may hold the address, password and all: none is kept."""
    place: list[str] = []
    try:
        import sqlalchemy.exc
    except ModuleNotFoundError:
        raise CrmError(
            "没有安装读取数据库所需的组件。",
            where=_host(url),
            hint=f"请运行 {install_command('sql')} 后再导入。",
        ) from None
    fault: CrmError
    try:
        yield place
        return
    except sqlalchemy.exc.NoSuchTableError:
        fault = CrmError("数据库里没有这张表。", hint="请检查表名，必要时写成 模式.表名。")
    except (sqlalchemy.exc.ArgumentError, sqlalchemy.exc.NoSuchModuleError):
        fault = CrmError(
            "数据库地址写法不对。", hint="例如 postgresql+psycopg://用户@主机/库名 或 sqlite:///文件。"
        )
    except (sqlalchemy.exc.ProgrammingError, sqlalchemy.exc.NotSupportedError):
        fault = CrmError("数据库不接受这个查询。", hint="请检查表名、列名和权限。")
    except sqlalchemy.exc.SQLAlchemyError as error:
        fault = CrmError(
            f"数据库连不上或读取中断（{type(error).__name__}）。",
            hint="请检查地址、账号、口令和网络；口令可放在环境变量 " + PASSWORD_VARIABLE + " 里。",
        )
    except ModuleNotFoundError as error:
        fault = CrmError(f"没有安装数据库驱动 {error.name}。", hint="请用 pip 安装后再导入。")
    fault.where = place[0] if place else _host(url)
    raise fault
