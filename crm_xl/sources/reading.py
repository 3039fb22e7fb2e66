"""Files into the declared tables they fill: by a mapping, a remembered one, or what their headings say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from crm_xl.errors import CrmError
from crm_xl.masks import mask_free_text
from crm_xl.raw import RawTable
from crm_xl.schema import Table
from crm_xl.sources.apply import apply_mapping, used_headings
from crm_xl.sources.delimited import find_delimited
from crm_xl.sources.files import Content, files_in, kind_note, read_bytes
from crm_xl.sources.mapping import Mapping, load_mapping, parse_mapping
from crm_xl.sources.notes import FoundTable, Note, Remark
from crm_xl.sources.proposal import ColumnsMissingError, propose
from crm_xl.sources.remembered import remembered_file
from crm_xl.sources.spreadsheet import iter_sheets
from crm_xl.sources.tidy import without_totals
from crm_xl.tables import INPUTS, TABLES
from crm_xl.tables.headings import (
    heading_errors,
    heading_key,
    listed,
    match_headings,
    missing_columns,
    unmatched_headings,
)
from crm_xl.totals import names_a_row

Progress = Callable[[str, float], None]

_CLEARLY_MEANT = 3  # so many headings of a table, and a sheet that lacks others is a fault, not a remark


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """Rows for one declared table from one file, sheet or query.

    Attributes:
        table: named, its rows as found.
        source: the file, with the sheet where it has one.
        headings: of the source, all of them.
        unmatched: headings of the source that nothing takes.
        notes: how it was read.
    """

    table: RawTable
    source: str
    headings: tuple[str, ...]
    unmatched: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How sources are to be understood.

    Attributes:
        mapping: how tables are made of the columns; None: by a remembered mapping, else by the headings.
        faults: what is already known to be wrong with the mapping.
        table: what every source holds; None: found out.
        sheet: of a workbook, which one; None: all visible ones that hold a table.
        remembered: whether remembered mappings count.
    """

    mapping: Mapping | None = None
    faults: Sequence[CrmError] = ()
    table: Table | None = None
    sheet: str | None = None
    remembered: bool = True


def read_source(
    path: Path | str, mapping: Mapping | Path | str | None = None, sheet: str | None = None
) -> dict[str, RawTable]:
    """The declared tables that a file fills, by name: "tblOrders" -> its rows as they were found.

    Args:
        path: CSV or TSV (also .gz, or alone in a .zip), xlsx, xlsm, xlsb, xls, ods; told by the content.
        mapping: how tables are made of the file: a mapping, its file, or the name of a shipped one. Without
            it the headings say which one table the file holds; columns that nothing declares are kept.
        sheet: of a workbook, which sheet; without it the first visible one that holds anything.

    Raises:
        CrmError: a file that cannot be read, a mapping that does not fit, no table that fits the headings.
    """
    path = Path(path)
    faults: Sequence[CrmError] = ()
    if mapping is not None and not isinstance(mapping, Mapping):
        mapping, faults = parse_mapping(mapping)
    rules = Rules(mapping=mapping, faults=faults, sheet=sheet, remembered=False)
    found = next(_found_tables(path, rules))
    return {incoming.table.name: incoming.table for incoming in understood(found, path.name, rules)}


def read_files(
    paths: Sequence[Path], rules: Rules, progress: Progress, share: tuple[float, float] = (0.0, 1.0)
) -> list[Incoming]:
    """The rows of several files, in order; a folder stands for the files in it, by name.

    Args:
        paths: files and folders.
        rules: how to understand them.
        progress: told which file is being read.
        share: which part of the whole work the reading is.

    Raises:
        CrmError: a file that cannot be read or understood.
    """
    listed_files: list[Path] = []
    notes: list[Note] = []
    for path in paths:
        files, left_out = files_in(path) if path.is_dir() else ([path], ())
        listed_files += files
        notes += left_out
    gathered: list[Incoming] = []
    for number, file in enumerate(listed_files):
        of = f"（{number + 1}/{len(listed_files)}）" if len(listed_files) > 1 else ""
        progress(
            f"读取 {mask_free_text(file.name)}{of}",
            share[0] + (share[1] - share[0]) * number / len(listed_files),
        )
        gathered += _of_file(file, rules)
    if gathered and notes:
        gathered[0] = replace(gathered[0], notes=(*notes, *gathered[0].notes))
    return gathered


def _of_file(path: Path, rules: Rules) -> list[Incoming]:
    """What a file holds; sheets that are no table are remarks as long as another sheet is one."""
    incoming: list[Incoming] = []
    left_out: list[tuple[FoundTable, CrmError]] = []
    for found in _found_tables(path, rules):
        try:
            incoming += understood(found, path.name, rules)
        except CrmError as error:
            if rules.sheet is not None or (isinstance(error, ColumnsMissingError) and _clearly_meant(error)):
                raise
            left_out.append((found, error))
    if not incoming:
        raise left_out[0][1]
    notes = [
        Note(
            remark=Remark.OTHER_SHEET,
            where=f"{path.name} {found.table.sheet}",
            text="看不出是哪张表，没有导入。",
        )
        for found, _ in left_out
    ]
    incoming[0] = replace(incoming[0], notes=(*incoming[0].notes, *notes))
    return incoming


def _clearly_meant(error: ColumnsMissingError) -> bool:
    return len(error.proposal.columns) >= _CLEARLY_MEANT


def _found_tables(path: Path, rules: Rules) -> Iterator[FoundTable]:
    data, content = read_bytes(path)
    known = () if rules.mapping is None else used_headings(rules.mapping)
    extra = kind_note(path, content)
    if content is Content.SPREADSHEET:
        tables = iter_sheets(data, path.name, rules.sheet, known)
    elif rules.sheet is not None:
        raise CrmError(f"文本文件没有工作表“{rules.sheet}”。", where=path.name, hint="请去掉工作表名。")
    else:
        tables = iter((find_delimited(data, path.name, known),))
    for number, found in enumerate(tables):
        yield replace(found, notes=(*extra, *found.notes)) if extra and not number else found


def understood(found: FoundTable, where: str, rules: Rules) -> list[Incoming]:
    """The declared tables made of one found table.

    Args:
        found: as it was read.
        where: its file's name.
        rules: how to understand it.

    Raises:
        CrmError: a mapping that does not fit, no table that fits the headings, a required column missing.
    """
    source = found.table
    place = where if source.file_lines is not None else f"{where} {source.sheet}"
    mapping, faults, notes = rules.mapping, rules.faults, list(found.notes)
    if mapping is None and rules.remembered and (kept := remembered_file(source.headings)).exists():
        mapping = load_mapping(kept)
        if rules.table is None or any(each.table is rules.table for each in mapping.tables):
            notes.append(
                Note(remark=Remark.REMEMBERED, where=place, text=f"沿用上次确认的对照表（{kept}）。")
            )
        else:
            mapping = None
    if mapping is not None:
        keys = [
            index
            for index, heading in enumerate(source.headings)
            if any(heading_key(heading) == heading_key(of) for of in _key_headings(mapping))
        ]
        source, remarks = without_totals(source, keys)
        used = used_headings(mapping)
        left = tuple(heading for heading in source.headings if heading and heading_key(heading) not in used)
        tables = apply_mapping(mapping, source, faults)
    else:
        table = rules.table or _table_of(source, where, found.declared)
        matched = match_headings(table, source.headings)
        if missing_columns(table, matched):
            raise ColumnsMissingError(propose(table, source.headings), source.headings, place)
        if errors := heading_errors(table, source.headings, place):
            raise CrmError.of(errors)
        source, remarks = without_totals(
            source,
            [matched[column.name] for column in table if names_a_row(column) and column.name in matched],
        )
        left = tuple(source.headings[index] for index in unmatched_headings(table, source.headings))
        tables = {table.name: replace(source, name=table.name)}
    incoming = [
        Incoming(table=table, source=place, headings=source.headings, unmatched=left)
        for table in tables.values()
    ]
    incoming[0] = replace(incoming[0], notes=(*notes, *remarks))
    return incoming


def _key_headings(mapping: Mapping) -> Iterator[str]:
    """What a mapping makes the naming columns of."""
    for each in mapping.tables:
        for column in each.table:
            if names_a_row(column) and column.name in each.columns:
                yield each.columns[column.name]


def _table_of(source: RawTable, name: str, declared: str) -> Table:
    """The input table the file, sheet or Excel table is called after, else the one that takes the most headings."""
    if declared:
        return TABLES[declared]
    where = name if source.file_lines is not None else f"{name} {source.sheet}"
    named = {heading_key(name.split(".")[0]), heading_key(source.sheet)}
    marks = {}
    for table in INPUTS:
        matched = match_headings(table, source.headings)
        called = bool(named & {heading_key(table.name), heading_key(table.title), heading_key(table.sheet)})
        # What a refresh works out says nothing: customers' names stand in many tables, and are typed in one.
        typed = sum(not column.computed for column in table if column.name in matched)
        marks[table.name] = (called, len(matched), not missing_columns(table, matched), typed)
    best = max(marks.values())
    candidates = [table for table in INPUTS if marks[table.name] == best]
    closest = candidates[0]
    _, headings_matched, complete, _ = best
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
    return closest
