"""Faults of an engine in one sentence, without what the engine itself says.

A driver's own words may hold the address, password and all, or a value of somebody's order: none is kept.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from contextlib import contextmanager

from crm_xl.errors import CrmError
from crm_xl.extras import install_command
from crm_xl.sources.database import PASSWORD_VARIABLE
from crm_xl.warehouse.address import Address, Engine

# What a driver's error is about, by words of its type's name or of its message, which is not shown.
_MEANINGS: tuple[tuple[str, str, str], ...] = (
    (
        r"authentication|password|access denied|no password supplied|role .* does not exist",
        "数据源拒绝登录：用户名或口令不对。",
        f"请检查地址中的用户名；口令放在环境变量 {PASSWORD_VARIABLE} 里。",
    ),
    (
        r"permission|privilege|readonly|read-only",
        "数据源不允许读取这张表或建立临时表。",
        "请管理员授予读取和建立临时表的权限。",
    ),
    (
        r"no space|disk full|not enough disk|could not write.*space",
        "硬盘空间不够，无法计算。",
        "请清理硬盘后再刷新。",
    ),
    (
        r"set lock|conflicting lock|unique file handle|already attached|already open",
        "数据文件正被别的程序使用。",
        "请关闭它，或复制一份再用。",
    ),
    (r"out ?of ?memory", "内存不够，无法计算。", "请关闭其他程序后再刷新。"),
    (
        r"unicode|utf-?8|encoding",
        "CSV 文件不是 UTF-8 编码。",
        "请另存为 UTF-8 编码，或用 crm-xl import 导入。",
    ),
    (
        r"undefinedcolumn|undefinedtable|tablenotfound|catalog|analysisexception|unknown_table|does not exist",
        "数据源里的表或列在读取时已不存在。",
        "请检查表名和列名。",
    ),
    (
        r"magic|not a valid duckdb|corrupt|sniff|too small to be",
        "数据文件不完整或不是所说的格式。",
        "请重新导出后再刷新。",
    ),
    (
        r"conversion|invalid ?input|datatype|cast|numericvalue|invalid_argument|type_mismatch",
        "数据源里有不能转换的值。",
        "请核对各列的类型，或用 --map 对照表指明列。",
    ),
    (
        r"operational|connection|connect|admin ?shutdown|timeout|network|closed|socket|refused|unreachable|gaierror|host|java",
        "数据源连不上或读取中断。",
        "请检查地址、网络和服务器，稍后再刷新。",
    ),
)
_DRIVERS = (
    "duckdb",
    "_duckdb",
    "psycopg",
    "pyspark",
    "py4j",
    "clickhouse_connect",
    "urllib3",
    "ibis",
    "pyarrow",
)
_INTERRUPTED = r"^(InterruptException|RuntimeError Query interrupted)"  # how DuckDB hands on Ctrl-C
_COMPONENTS = {
    Engine.CLICKHOUSE: "clickhouse",
    Engine.SPARK: "spark",
}


@contextmanager
def told(address: Address) -> Iterator[None]:
    """Faults of an engine as one sentence; faults of our own stay what they are, and so does Ctrl-C."""
    fault: CrmError
    try:
        yield
        return
    except ImportError as error:  # Ibis says so of a driver that is not there, without its name
        if (error.name or "").split(".")[0] == "crm_xl":
            raise
        extra = _COMPONENTS.get(address.engine, "warehouse")
        fault = CrmError(
            "没有安装读取数据仓库所需的组件。",
            where=address.place,
            hint=f"请运行 {install_command(extra)} 后再刷新。",
        )
    except CrmError:
        raise
    except Exception as error:
        if re.search(_INTERRUPTED, f"{type(error).__name__} {error}"):
            raise KeyboardInterrupt from None
        if type(error).__module__.split(".")[0] not in _DRIVERS and not isinstance(error, OSError):
            raise
        fault = _meaning(error, address)
    raise fault


def _meaning(error: BaseException, address: Address) -> CrmError:
    words = ""
    cause: BaseException | None = error
    while cause is not None:
        with contextlib.suppress(Exception):
            words += f" {type(cause).__name__} {cause}".lower()
        cause = cause.__cause__ or cause.__context__
    for pattern, problem, hint in _MEANINGS:
        if re.search(pattern, words):
            return CrmError(problem, where=address.place, hint=hint)
    return CrmError(
        f"数据源读取失败（{type(error).__name__}）。", where=address.place, hint="请检查地址和数据后再刷新。"
    )
