"""upgrade(file): an older workbook's data and settings in a copy of the workbook that this version ships."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from crm_xl import assets
from crm_xl.analysis.progress import Progress, quiet
from crm_xl.books.file import FileBook
from crm_xl.books.obstacles import told
from crm_xl.books.protocol import Block, Cell
from crm_xl.books.version import refuse_newer, version_of
from crm_xl.errors import CrmError
from crm_xl.masking import check_new, write_new
from crm_xl.package.archive import Archive
from crm_xl.package.parts import Parts
from crm_xl.raw import RawTable, column_letters
from crm_xl.refreshing import refresh
from crm_xl.schema import TEMPORAL, Column, Role, Table
from crm_xl.scratch import scratch_folder
from crm_xl.spellings import serial_since_1900
from crm_xl.tables import TABLES
from crm_xl.tables.cells import SAMPLE_BANNER, SAMPLE_ENTRIES, SAMPLE_ROWS, SCHEMA_VERSION, VERSION
from crm_xl.tables.headings import heading_key, match_headings, unmatched_headings
from crm_xl.tables.parameters import GENERAL, SETTINGS_TABLE

SUFFIX = "_升级"
_MOST_SHOWN = 30
_SAMPLE_MARKS = {
    SAMPLE_BANNER: "本工作簿由旧版升级而来，数据与参数取自原文件。",
    SAMPLE_ROWS: "",
    SAMPLE_ENTRIES: "",
}


@dataclass(frozen=True, kw_only=True)
class Upgraded:
    """What was made.

    Attributes:
        path: the new workbook, refreshed; the old one is as it was.
        before: the version the old one told; None where it told none.
        rows: table -> rows carried over.
        left: what is in the old workbook only, one sentence each with its place.
    """

    path: Path
    before: int | None
    rows: Mapping[str, int]
    left: tuple[str, ...]

    @property
    def message(self) -> str:
        """The closing message: what was carried over, and what to look at in the old workbook."""
        before = "未标明版本" if self.before is None else f"版本 {self.before} "
        head = (
            f"完成：{before}的数据和参数（{len(self.rows)} 张表，{sum(self.rows.values()):,} 行）"
            f"已带入版本 {SCHEMA_VERSION} 的新工作簿 {self.path.name}，并已刷新；原文件没有改动。"
        )
        if not self.left:
            return head
        shown = [f"  {sentence}" for sentence in self.left[:_MOST_SHOWN]]
        if len(self.left) > _MOST_SHOWN:
            shown.append(f"  ……共 {len(self.left)} 处")
        return "\n".join([head, "以下内容只在原文件里，需要时请自行复制：", *shown])


def upgrade(path: str | Path, out: str | Path | None = None, *, progress: Progress = quiet) -> Upgraded:
    """A new workbook with everything the user had put into an older one; the old one stays as it is.

    Sheets, functions and macros are those shipped with this version. Rows of inputs, parameters and of what the
    refresh keeps up are carried over by table and column name; a setting or column that is new has its shipped
    value. Formulas inside those tables become values.

    Args:
        path: an .xlsx or .xlsm file.
        out: the file to make; beside the old one under its name with _升级 by default.
        progress: told what is being done and the share done.

    Raises:
        CrmError: the workbook is newer than this program, holds no table of ours or cannot be read; its data or
            settings cannot be analysed; the target exists or cannot be written. No file is made then.
    """
    source = Path(path)
    progress("读取工作簿", 0.0)
    old = FileBook(source, read_only=True)
    refuse_newer(old)
    yours = [name for name in old.tables() if name in TABLES and is_yours(TABLES[name])]
    if not yours:
        raise CrmError(
            "工作簿里没有可识别的数据表，无法升级。",
            where=source.name,
            hint="请用 crm-xl template 取得模板，再用 crm-xl import 导入数据。",
        )
    shipped = _shipped_for(yours, source.suffix.lower())
    target = source.with_name(f"{source.stem}{SUFFIX}{shipped.suffix}") if out is None else Path(out)
    check_new(target, shipped)
    raw = old.read(yours)
    new = FileBook(shipped, read_only=True)
    fresh = new.read([name for name in new.tables() if name in TABLES and is_yours(TABLES[name])])
    blocks = carry(raw, fresh)
    left = tuple(_left_behind(old, raw, new, source))
    progress("写入新工作簿", 0.4)
    with told(target), scratch_folder() as scratch:
        bare, work = scratch / f"bare{shipped.suffix}", scratch / shipped.name
        _without_sample_marks(shipped, bare)
        FileBook(bare, out=work).write(blocks, {})
        try:
            refresh(work, out=target, progress=lambda what, share: progress(what, 0.5 + share / 2))
        except CrmError as error:
            raise CrmError(
                f"旧工作簿的数据或参数有错，没有生成新工作簿：{error}",
                where=source.name,
                hint="请先在旧工作簿里改正，再升级。",
            ) from error
    carried = {name: len(raw[name]) for name in raw if name in fresh}
    return Upgraded(path=target, before=version_of(old.value(VERSION.name)), rows=carried, left=left)


def is_yours(table: Table) -> bool:
    """Whether people put something into the table: inputs, parameters, and outputs they fill in."""
    return table.role is not Role.OUTPUT or table.kept_up


def carry(old: Mapping[str, RawTable], fresh: Mapping[str, RawTable]) -> dict[str, Block]:
    """The content that the tables of a fresh workbook get from an older one.

    Parameter tables that the older one lacks stay as shipped and are not among them; inputs that it lacks are
    emptied, for a fresh workbook holds sample rows.

    Args:
        old: what people put into the older workbook, by table name.
        fresh: the same tables as shipped.
    """
    blocks = {}
    for name, shipped in fresh.items():
        table = TABLES[name]
        if name in old:
            rows = (
                _settings(old[name], shipped) if table is SETTINGS_TABLE else _rows(table, old[name], shipped)
            )
            blocks[name] = Block(headings=shipped.headings, rows=rows)
        elif table.role is not Role.PARAMETER:
            blocks[name] = Block(headings=shipped.headings, rows=())
    return blocks


def _rows(table: Table, old: RawTable, shipped: RawTable) -> list[tuple[Cell, ...]]:
    """The old rows under the shipped headings; a new column of a parameter has what its key is shipped with."""
    had, has = match_headings(table, old.headings), match_headings(table, shipped.headings)
    named = {index: name for name, index in has.items()}
    known = _shipped_rows(table, old, shipped, had, has)
    columns: list[list[Cell]] = []
    for index, fresh in enumerate(shipped.columns):
        name = named.get(index, "")
        if name in had:
            columns.append(_cells(old, had[name], table.column(name)))
        else:
            columns.append([None if row is None else fresh[row] for row in known])
    return list(zip(*columns, strict=True))


def _shipped_rows(
    table: Table, old: RawTable, shipped: RawTable, had: Mapping[str, int], has: Mapping[str, int]
) -> list[int | None]:
    """For each old row of a parameter table, the shipped row of the same key; None where there is none."""
    if table.role is not Role.PARAMETER or not table.key or not set(table.key) <= set(had) & set(has):
        return [None] * len(old)
    keys = zip(*(shipped.columns[has[name]] for name in table.key), strict=True)
    rows = {key: row for row, key in enumerate(keys)}
    return [rows.get(key) for key in zip(*(old.columns[had[name]] for name in table.key), strict=True)]


def _cells(old: RawTable, index: int, column: Column) -> list[Cell]:
    """A column as it was found; bare numbers for days count from 1900, as they do in the shipped workbook."""
    cells = old.columns[index].tolist()
    return list(map(serial_since_1900, cells)) if old.date1904 and column.kind in TEMPORAL else cells


def _settings(old: RawTable, shipped: RawTable) -> list[tuple[Cell, ...]]:
    """The shipped settings, each with the old value (and note) where the old workbook has that setting."""
    had, has = match_headings(SETTINGS_TABLE, old.headings), match_headings(SETTINGS_TABLE, shipped.headings)
    if not {"title", "value"} <= set(had):
        return _rows(SETTINGS_TABLE, old, shipped)
    where = {_key(title): row for row, title in enumerate(old.columns[had["title"]])}
    kinds = {_key(setting.title): setting for setting in GENERAL}
    rows = []
    for row, title in enumerate(shipped.columns[has["title"]]):
        cells = [column[row] for column in shipped.columns]
        found, setting = where.get(_key(title)), kinds.get(_key(title))
        if found is not None:
            for name in ("value", "notes"):
                if name in had and name in has:
                    declared = setting if setting and name == "value" else SETTINGS_TABLE.column(name)
                    cells[has[name]] = _cells(old, had[name], declared)[found]
        rows.append(tuple(cells))
    return rows


def _key(title: object) -> str:
    return heading_key(str(title or ""))


def _shipped_for(names: Sequence[str], suffix: str) -> Path:
    """The shipped workbook that has most of the tables, of the same kind of file and with few others if possible."""
    books = [assets.asset(assets.WORKBOOK)]
    books += [assets.asset(f"templates/{name}.xlsx") for name in assets.template_names()]

    def distance(book: Path) -> tuple[int, bool, int]:
        present = {name for name in FileBook(book, read_only=True).tables() if name in TABLES}
        ours = {name for name in present if is_yours(TABLES[name])}
        return len(set(names) - ours), book.suffix != suffix, len(ours - set(names))

    return min(books, key=distance)


def _without_sample_marks(shipped: Path, target: Path) -> None:
    """Writes the shipped workbook without the words that call its rows made-up: the user's own will stand there."""
    with Archive(shipped) as archive:
        texts = [target for kind, target in Parts(archive).links.values() if kind == "sharedStrings"]
        changes: dict[str, bytes | None] = {}
        for part in map(archive.part_name, texts):
            content = archive.read(part)
            for mark, instead in _SAMPLE_MARKS.items():
                content = content.replace(mark.encode(), instead.encode())
            changes[part] = content
        write_new(target, archive, changes)


def _left_behind(old: FileBook, raw: Mapping[str, RawTable], new: FileBook, source: Path) -> Iterator[str]:
    """One sentence for everything of the user's own that a copy of the shipped workbook does not have."""
    there = new.tables()
    for name, table in raw.items():
        corner = f"{table.sheet}!{column_letters(table.column)}{table.row}"
        if name not in there:
            yield f"表“{TABLES[name].title}”（{corner}）共 {len(table)} 行：新工作簿里没有这张表"
            continue
        for index in unmatched_headings(TABLES[name], table.headings):
            heading = f"{table.sheet}!{column_letters(table.column + index)}{table.row}"
            yield f"列“{table.headings[index]}”（{heading}）：表“{TABLES[name].title}”里没有这一列"
        if TABLES[name] is SETTINGS_TABLE:
            yield from _unknown_settings(table)
        if formula := old.first_formula(name):
            yield f"公式（{formula} 起）：新工作簿里是当时的数值"
    for name, place in old.tables().items():
        if name not in TABLES:
            yield f"表 {name}（{place.sheet}!{column_letters(place.column)}{place.row}）：不是本程序的表"
    with Archive(source) as archive, Archive(new.path) as shipped:
        known = set(Parts(shipped).sheets)
        told = {place.sheet for place in old.tables().values()}
        for sheet in Parts(archive).sheets:
            if sheet not in known | told:
                yield f"工作表“{sheet}”"


def _unknown_settings(old: RawTable) -> Iterator[str]:
    """Settings that this version does not have any more, or that the user misspelt."""
    at = match_headings(SETTINGS_TABLE, old.headings).get("title")
    if at is None:
        return
    known = {_key(setting.title) for setting in GENERAL}
    for row, title in enumerate(old.columns[at]):
        if title is not None and _key(title) not in known:
            yield f"设置项“{title}”（{old.cell(row, old.headings[at])}）：本版没有这个设置"
