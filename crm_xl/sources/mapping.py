"""A mapping: which declared tables one source file fills, and how each column is made (docs: a TOML file).

table = "tblOrders"              # or several [[table]] sections with name = …
[columns]                        # English name or "中文标题" = heading of the file or an expression
order_id = "InvoiceNo"
amount = "Quantity*UnitPrice"
[constants]
status = "已确认"
[returns]
when = "开头是(InvoiceNo, 'C')"   # amount and quantity of these lines are made negative
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from crm_xl.errors import CrmError
from crm_xl.schema import Column, Table
from crm_xl.tables import INPUTS, headings

_TOP_KEYS = ("title", "table", "columns", "constants", "returns", "where", "distinct")
_TABLE_KEYS = ("name", "columns", "constants", "returns", "where", "distinct")
_SHIPPED = resources.files("crm_xl.sources") / "mappings"


@dataclass(frozen=True, kw_only=True)
class TableMapping:
    """How one declared table is made from the lines of a file.

    Attributes:
        columns: column name -> heading or expression.
        constants: column name -> the value on every line.
        returns: expression; where it holds, a positive amount and quantity become negative. Empty: none.
        condition: expression; only lines for which it holds make a row. Empty: all.
        distinct: one row per key, the first filled value of each column.
        where: mapping file and section, for messages.
    """

    table: Table
    columns: Dictionary[str, str]
    constants: Dictionary[str, Any]
    returns: str
    condition: str
    distinct: bool
    where: str


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """What a mapping file says."""

    name: str
    tables: tuple[TableMapping, ...]


def shipped_mappings() -> tuple[str, ...]:
    """The names of the mappings that come with the product."""
    return tuple(sorted(Path(item.name).stem for item in _SHIPPED.iterdir() if item.name.endswith(".toml")))


def load_mapping(source: Path | str) -> Mapping:
    """The mapping in a file, or the shipped one of that name.

    Raises:
        CrmError: no such file, not TOML, unknown tables, columns or keys, required columns left out; every
            fault at once.
    """
    mapping, faults = parse_mapping(source)
    if faults:
        raise CrmError.of(faults)
    return mapping


def parse_mapping(source: Path | str) -> tuple[Mapping, list[CrmError]]:
    """What can be understood of a mapping, and everything that is wrong with it.

    Raises:
        CrmError: no such file, or not TOML.
    """
    text, where = mapping_text(source)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CrmError(
            f"映射文件写法不对（{error}）。",
            where=where,
            hint='每行写成 "订单编号" = "标题或算式"，中文列名也要加双引号。',
        ) from None
    faults: list[CrmError] = []
    sections: list[tuple[Any, tuple[str, ...], str]]
    listed = document.get("table")
    if isinstance(listed, list):
        _unknown_keys(document, ("title", "table"), where, faults)
        sections = [
            (section, _TABLE_KEYS, f"{where} 第{number}个[[table]]")
            for number, section in enumerate(listed, 1)
        ]
    else:
        sections = [({**document, "name": listed}, (*_TOP_KEYS, "name"), where)]
    tables = []
    for section, keys, place in sections:
        if isinstance(section, dict):
            _unknown_keys(section, keys, place, faults)
            if (mapped := _table_mapping(section, place, faults)) is not None:
                tables.append(mapped)
        else:
            faults.append(
                CrmError("[[table]] 里要写列。", where=place, hint="请参照自带的 online_retail 映射。")
            )
    twice = {one.table.name for one in tables if sum(one.table is other.table for other in tables) > 1}
    for name in sorted(twice):
        faults.append(CrmError(f"表“{name}”写了两次。", where=where, hint="请合并成一个[[table]]。"))
    return Mapping(name=where, tables=tuple(tables)), faults


def mapping_text(source: Path | str) -> tuple[str, str]:
    """The text of a mapping file or a shipped mapping, and how messages call it.

    Raises:
        CrmError: no such file, or not UTF-8.
    """
    if str(source) in shipped_mappings():
        return (_SHIPPED / f"{source}.toml").read_text(encoding="utf-8"), f"映射 {source}"
    path = Path(source)
    try:
        return path.read_text(encoding="utf-8-sig"), path.name
    except (OSError, UnicodeDecodeError) as error:
        problem = (
            "映射文件不是 UTF-8 编码。"
            if isinstance(error, UnicodeDecodeError)
            else "找不到或打不开映射文件。"
        )
        raise CrmError(
            problem,
            where=str(source),
            hint=f"请给出 .toml 文件的路径；自带的映射有 {'、'.join(shipped_mappings())}。",
        ) from None


def _unknown_keys(section: dict[str, Any], keys: tuple[str, ...], where: str, faults: list[CrmError]) -> None:
    if unknown := [key for key in section if key not in keys]:
        faults.append(
            CrmError(
                f"不认得 {headings.listed(unknown)}。", where=where, hint=f"可写的有 {'、'.join(keys)}。"
            )
        )


def _table_mapping(section: dict[str, Any], where: str, faults: list[CrmError]) -> TableMapping | None:
    table = _table_named(section.get("name"))
    if table is None:
        faults.append(
            CrmError(
                f"没有名为“{section.get('name') or ''}”的数据表。",
                where=where,
                hint=f"可写 {'、'.join(f'{one.name}（{one.title}）' for one in INPUTS)}。",
            )
        )
        return None
    where = f"{where} {table.name}"
    columns = _by_column(table, section.get("columns", {}), f"{where} [columns]", faults)
    constants = _by_column(table, section.get("constants", {}), f"{where} [constants]", faults)
    for name in [name for name, value in columns.items() if not isinstance(value, str) or not value.strip()]:
        faults.append(
            CrmError(
                f"“{name}”后面要写引号里的标题或算式。",
                where=f"{where} [columns]",
                hint="固定的值请写在 [constants] 里。",
            )
        )
        columns[name] = ""
    for name in [name for name, value in constants.items() if isinstance(value, (dict, list))]:
        faults.append(
            CrmError(f"“{name}”要写一个值。", where=f"{where} [constants]", hint='例如 status = "已确认"。')
        )
    if both := [name for name in columns if name in constants]:
        faults.append(
            CrmError(
                f"{headings.listed(both)} 同时写在 [columns] 和 [constants] 里。",
                where=where,
                hint="请只留一处。",
            )
        )
    if lacking := headings.missing_columns(table, (*columns, *constants)):
        named = headings.listed(f"{column.name}（{column.title}）" for column in lacking)
        faults.append(
            CrmError(f"没有写必填列 {named}。", where=where, hint="请在 [columns] 里写明它们取自哪一列。")
        )
    return TableMapping(
        table=table,
        columns={name: value for name, value in columns.items() if value},
        constants=constants,
        returns=_returns(table, section.get("returns", {}), where, faults),
        condition=_expression(section.get("where", ""), f"{where} where", faults),
        distinct=_distinct(table, section.get("distinct", False), where, faults),
        where=where,
    )


def _table_named(name: object) -> Table | None:
    return next((table for table in INPUTS if name in (table.name, table.title)), None)


def _by_column(table: Table, written: object, where: str, faults: list[CrmError]) -> dict[str, Any]:
    """The section by English column names."""
    if not isinstance(written, dict):
        faults.append(
            CrmError("这里要写成一节。", where=where, hint='例如 [columns] 换行 order_id = "订单号"。')
        )
        return {}
    found: dict[str, Any] = {}
    for key, value in written.items():
        column = _column_named(table, key)
        if column is None:
            faults.append(
                CrmError(
                    f"“{table.title}”没有列“{key}”。",
                    where=where,
                    hint=f"可写 {'、'.join(table.names)}，或相应的中文标题。",
                )
            )
        elif column.name in found:
            faults.append(CrmError(f"列“{column.title}”写了两次。", where=where, hint="请只留一处。"))
        else:
            found[column.name] = value
    return found


def _column_named(table: Table, key: str) -> Column | None:
    wanted = headings.heading_key(key)
    return next((column for column in table if wanted in headings.spellings(column)), None)


def _returns(table: Table, section: object, where: str, faults: list[CrmError]) -> str:
    if section == {}:
        return ""
    if not isinstance(section, dict) or set(section) != {"when"} or "amount" not in table.names:
        faults.append(
            CrmError(
                "[returns] 里只写 when，且只用于有金额的表。",
                where=where,
                hint="例如 when = \"开头是(单号, 'C')\"。",
            )
        )
        return ""
    return _expression(section["when"], f"{where} [returns]", faults)


def _expression(value: object, where: str, faults: list[CrmError]) -> str:
    if isinstance(value, str):
        return value.strip()
    faults.append(CrmError("要写引号里的算式。", where=where, hint="例如 \"开头是(单号, 'C')\"。"))
    return ""


def _distinct(table: Table, value: object, where: str, faults: list[CrmError]) -> bool:
    if not isinstance(value, bool) or (value and not table.key):
        faults.append(
            CrmError(
                "distinct 只能写 true 或 false，且只用于有编号的表。",
                where=where,
                hint="请删除或改正这一行。",
            )
        )
        return False
    return value
