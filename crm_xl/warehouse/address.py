"""Where orders stand that are too many for a sheet: a folder, a DuckDB file, or an engine by its address.

The address says the table after a #: postgresql://reader@host/sales#public.orders, 数据/sales.duckdb#orders.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from urllib.parse import unquote, urlsplit

from crm_xl.errors import CrmError
from crm_xl.sources.database import PASSWORD_VARIABLE


class Engine(Enum):
    """What holds the orders."""

    FOLDER = "folder"
    DUCKDB = "duckdb"
    POSTGRES = "postgresql"
    MYSQL = "mysql"
    CLICKHOUSE = "clickhouse"
    SPARK = "spark"


_SCHEMES = {
    "duckdb": Engine.DUCKDB, "postgresql": Engine.POSTGRES, "postgres": Engine.POSTGRES, "mysql": Engine.MYSQL,
    "clickhouse": Engine.CLICKHOUSE, "spark": Engine.SPARK, "sc": Engine.SPARK,
}  # fmt: skip
_DUCKDB_ENDINGS = (".duckdb", ".ddb")
_FILE_ENDINGS = (".parquet",)


@dataclass(frozen=True, kw_only=True)
class Address:
    """An address understood.

    Attributes:
        engine: what holds the orders.
        path: folder or file; of Spark, a path that its workers can read; empty for a server.
        table: the table's name, perhaps with its schema; empty: to be found.
        host, port, database, user: of a server.
        master: of Spark, what it connects to.
        password: never shown; of Spark Connect, all its options, for one of them may be a token.
    """

    engine: Engine
    path: str = ""
    table: str = ""
    host: str = ""
    port: int | None = None
    database: str = ""
    user: str = ""
    master: str = ""
    password: str | None = field(default=None, repr=False)

    @property
    def place(self) -> str:
        """How messages call it: without user and password."""
        if self.path:
            name = Path(self.path).name or self.path
        else:
            name = "/".join(part for part in (self.host or self.master, self.database) if part)
        return " ".join(part for part in ("数据源", name, self.table) if part)


def is_warehouse(text: str) -> bool:
    """Whether the text says where orders stand that are not to be read whole: a folder, .parquet, .duckdb, a URL."""
    if "://" in text:
        return text.split("://")[0].split("+")[0].lower() in _SCHEMES
    path = Path(text.partition("#")[0])
    return path.suffix.lower() in (*_DUCKDB_ENDINGS, *_FILE_ENDINGS) or path.is_dir()


def refuse_password(text: str) -> None:
    """Nothing, where a URL holds no password.

    Raises:
        CrmError: it holds one.
    """
    login = text.partition("://")[2].partition("/")[0].rpartition("@")[0]
    if ":" in login or re.search(r";\s*token\s*=", text, re.IGNORECASE):
        raise CrmError(
            "数据源地址里写了口令。",
            hint=f"请删去口令（工作簿会被转发），改放在环境变量 {PASSWORD_VARIABLE} 里。",
        )


def parse_address(text: str, folder: Path | None = None) -> Address:
    """The address a text spells.

    Args:
        text: a path or a URL; a password that is not in it is taken from the environment variable
            CRM_XL_DB_PASSWORD.
        folder: what a relative path starts from.

    Raises:
        CrmError: no such folder or file, a URL of an unknown kind or without what it needs.
    """
    text = text.strip()
    if "://" not in text:
        return _file_address(text, folder)
    scheme = text.split("://")[0].lower()
    engine = _SCHEMES.get(scheme.split("+")[0])
    if engine is Engine.SPARK:  # local[2] is no host to urlsplit
        return _spark_address(text)
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        parts, port = None, None
    if engine is None or parts is None:
        raise CrmError(
            "数据源地址写法不对。",
            where=f"数据源（{scheme}）",
            hint="例如 postgresql://用户@主机/库名#表名、文件夹或 .duckdb 文件。",
        )
    if engine is Engine.DUCKDB:
        return _file_address(unquote(text.partition("://")[2]).removeprefix("/"), folder)
    if not parts.hostname:
        raise CrmError(
            "数据源地址里没有主机名。",
            where=f"数据源（{scheme}）",
            hint=f"例如 {engine.value}://用户@主机/库名#表名。",
        )
    return Address(
        engine=engine,
        host=parts.hostname,
        port=port,
        database=unquote(parts.path).strip("/"),
        user=unquote(parts.username or ""),
        password=unquote(parts.password) if parts.password else os.environ.get(PASSWORD_VARIABLE),
        table=unquote(parts.fragment),
    )


def _file_address(text: str, folder: Path | None) -> Address:
    name, _, table = text.partition("#")
    path = Path(name) if folder is None else folder / name
    if not path.exists():
        raise CrmError("找不到数据源的文件夹或文件。", where=name, hint="请检查路径。")
    is_file = path.is_file()
    if is_file and path.suffix.lower() not in (*_DUCKDB_ENDINGS, *_FILE_ENDINGS):
        raise CrmError(
            "数据源要写文件夹、.parquet 或 .duckdb 文件。",
            where=name,
            hint="单个 CSV 或 Excel 文件请用 --source 直接给出，或先用 crm-xl import 导入。",
        )
    engine = Engine.DUCKDB if is_file and path.suffix.lower() in _DUCKDB_ENDINGS else Engine.FOLDER
    return Address(engine=engine, path=str(path), table=table)


def _spark_address(text: str) -> Address:
    """spark://local[2]/data/orders, spark://host:7077#sales.orders, sc://host:15002#sales.orders."""
    scheme, _, rest = text.partition("://")
    rest, _, table = rest.partition("#")
    master, slash, path = rest.partition("/")
    if not master:
        raise CrmError(
            "Spark 地址里没有主机。",
            where="数据源（spark）",
            hint="例如 spark://local[*]/数据/订单 或 spark://主机:7077#库.表。",
        )
    path, _, options = path.partition(";") if scheme.lower() == "sc" else (path, "", "")
    return Address(
        engine=Engine.SPARK,
        master=master if master.startswith("local") else f"{scheme.lower()}://{master}",
        password=f"/;{options}" if options else None,
        path=slash + unquote(path) if path else "",
        table=unquote(table),
    )
