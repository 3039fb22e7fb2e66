"""One source file into the declared tables it fills."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from crm_xl.errors import CrmError
from crm_xl.raw import RawTable
from crm_xl.schema import Table
from crm_xl.sources.apply import apply_mapping
from crm_xl.sources.delimited import read_delimited
from crm_xl.sources.files import Content, read_bytes
from crm_xl.sources.mapping import Mapping, parse_mapping
from crm_xl.sources.spreadsheet import read_spreadsheet
from crm_xl.tables import INPUTS
from crm_xl.tables.headings import heading_errors, heading_key, listed, match_headings, missing_columns


def read_source(
    path: Path | str, mapping: Mapping | Path | str | None = None, sheet: str | None = None
) -> dict[str, RawTable]:
    """The declared tables that a file fills, by name: "tblOrders" -> its rows as they were found.

    Args:
        path: CSV or TSV (also .gz, or alone in a .zip), xlsx, xlsm, xlsb, xls, ods; told by the content.
        mapping: how tables are made of the file: a mapping, its file, or the name of a shipped one. Without
            it the headings say which one table the file holds; columns that nothing declares are kept.
        sheet: of a workbook, which sheet; without it the first that holds anything.

    Raises:
        CrmError: a file that cannot be read, a mapping that does not fit, no table that fits the headings.
    """
    path = Path(path)
    faults: Sequence[CrmError] = ()
    if mapping is not None and not isinstance(mapping, Mapping):
        mapping, faults = parse_mapping(mapping)
    source = _read(path, sheet)
    if mapping is not None:
        return apply_mapping(mapping, source, faults)
    table = _table_of(source, path)
    return {table.name: replace(source, name=table.name)}


def _read(path: Path, sheet: str | None) -> RawTable:
    data, content = read_bytes(path)
    if content is Content.SPREADSHEET:
        return read_spreadsheet(data, path.name, sheet)
    if sheet is not None:
        raise CrmError(f"文本文件没有工作表“{sheet}”。", where=path.name, hint="请去掉工作表名。")
    return read_delimited(data, path.name)


def _table_of(source: RawTable, path: Path) -> Table:
    """The input table the file or sheet is called after, else the one that takes the most headings."""
    where = path.name if source.file_lines is not None else f"{path.name} {source.sheet}"
    named = {heading_key(path.name.split(".")[0]), heading_key(source.sheet)}
    marks = {}
    for table in INPUTS:
        matched = match_headings(table, source.headings)
        called = bool(named & {heading_key(table.name), heading_key(table.title), heading_key(table.sheet)})
        marks[table.name] = (called, len(matched), not missing_columns(table, matched))
    best = max(marks.values())
    candidates = [table for table in INPUTS if marks[table.name] == best]
    closest = candidates[0]
    _, headings_matched, complete = best
    if not headings_matched or (len(candidates) > 1 and not complete):
        raise CrmError(
            f"从标题看不出是哪张表；现有标题：{listed(source.headings)}。",
            where=where,
            hint="请改用数据字典里的标题，或用映射文件说明每一列取自哪里。",
        )
    if len(candidates) > 1:
        raise CrmError(
            f"这些标题可能是 {listed(table.title for table in candidates)}。",
            where=where,
            hint=f"请把文件名或工作表名改成表名（例如“{closest.title}”），或用映射文件说明。",
        )
    if faults := heading_errors(closest, source.headings, where):
        raise CrmError.of(faults)
    return closest
