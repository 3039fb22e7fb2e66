"""The sheets of a workbook (xlsx, xlsm, xlsb, xls, ods), each read as one table of cells."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from crm_xl.errors import CrmError
from crm_xl.package.archive import Archive
from crm_xl.package.scan import is_spread
from crm_xl.raw import RawTable, column_letters, computing
from crm_xl.sources import facts_ods, facts_xls, facts_xlsb, facts_xlsx
from crm_xl.sources.facts import Facts, Teller
from crm_xl.sources.layout import HeadingRows, find_headings, heading_notes
from crm_xl.sources.notes import FoundTable, Note, Remark, some
from crm_xl.tables.headings import listed

Grid = list[list[object]]


def read_spreadsheet(
    data: bytes, where: str, sheet: str | None = None, known: Collection[str] = ()
) -> RawTable:
    """The table on a sheet, unnamed: from its headings to the last row that holds anything.

    Args:
        data: the workbook.
        where: its file name, for messages.
        sheet: the sheet's name; without it the first visible sheet that holds anything.
        known: headings a mapping asks for: they tell the heading row, as declared ones do.

    Raises:
        CrmError: damaged, password-protected, no such sheet, nothing on it.
    """
    return next(iter_sheets(data, where, sheet, known)).table


def iter_sheets(
    data: bytes, where: str, sheet: str | None = None, known: Collection[str] = ()
) -> Iterator[FoundTable]:
    """The table on each visible sheet that holds anything, in order; of a sheet with declared Excel tables, those.

    Arguments and errors are those of `read_spreadsheet`.
    """
    found = False
    with (
        _told(where),
        _tellers(data, where) as tell,
        # Only now: of some formats calamine holds all sheets as soon as they are opened.
        CalamineWorkbook.from_filelike(io.BytesIO(data)) as book,
    ):
        metadata = [each for each in book.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
        names = [each.name for each in metadata]
        if sheet is not None and sheet not in names:
            raise CrmError(
                f"没有工作表“{sheet}”，现有：{listed(names)}。", where=where, hint="请改用现有的工作表名。"
            )
        hidden = [each.name for each in metadata if each.visible != SheetVisibleEnum.Visible]
        for name in [sheet] if sheet is not None else [name for name in names if name not in hidden]:
            facts = tell(name)
            _check_size(facts, where, name)
            with computing():
                of_sheet = book.get_sheet_by_name(name)
                grid: Grid = of_sheet.to_python(skip_empty_area=False)
                merged = of_sheet.merged_cell_ranges or ()
                tall = {top for (top, _), (bottom, _) in merged if bottom == top + 1}
                tables = list(_tables(grid, name, where, facts, known, tall))
                del grid
            for table in tables:
                # A workbook of ours hides what its charts and formulas read; that is nothing to import.
                if hidden and sheet is None and not found and not table.declared:
                    table = replace(table, notes=(*table.notes, _hidden_sheets(hidden, where)))
                found = True
                yield table
    if not found:
        raise CrmError(
            f"工作表“{sheet}”是空的。" if sheet else "工作簿里没有任何内容。",
            where=where,
            hint="请检查是否选对了文件和工作表。",
        )


def _hidden_sheets(names: list[str], where: str) -> Note:
    return Note(
        remark=Remark.HIDDEN_SHEETS,
        where=where,
        text=f"{len(names)} 张隐藏的工作表没有导入：{listed(names)}；需要时请在 Excel 里取消隐藏后再导入。",
        count=len(names),
    )


@contextlib.contextmanager
def _told(where: str) -> Iterator[None]:
    """What calamine says of a file it cannot read, as the sentence a user can act on."""
    try:
        yield
    except PasswordError:
        raise CrmError(
            "文件有打开密码，无法读取。", where=where, hint="请在 Excel 中去掉密码后再导入。"
        ) from None
    except CalamineError as error:
        raise _damaged(where, f"（{error}）") from None
    except BaseException as error:
        # A panic inside calamine is no Exception, yet it only says that the file is not right.
        if type(error).__name__ != "PanicException":
            raise
        raise _damaged(where) from None


def _damaged(where: str, detail: str = "") -> CrmError:
    return CrmError(
        f"文件已损坏或不是工作簿{detail}。", where=where, hint="请用 Excel 打开并另存为 .xlsx 后再导入。"
    )


@contextlib.contextmanager
def _tellers(data: bytes, where: str) -> Iterator[Teller]:
    """What tells the facts of the sheets, by what kind of workbook it is."""
    if not data.startswith(b"PK") or facts_ods.is_ods(data, where):
        every = facts_ods.sheets(data, where) if data.startswith(b"PK") else facts_xls.sheets(data)
        for name, facts in every.items():
            _check_size(facts, where, name)
        unseen = Facts(unseen=facts_xls.NOTHING_SEEN) if not every else Facts()
        yield lambda name: every.get(name, unseen)
        return
    with Archive(Path(where), data) as archive:
        kind = facts_xlsb if facts_xlsb.WORKBOOK in archive else facts_xlsx
        yield kind.teller(archive)


def _check_size(facts: Facts, where: str, name: str) -> None:
    rows, columns = facts.last
    if is_spread(rows, columns, facts.cells):
        raise CrmError(
            f"工作表用到了 {rows:,} 行 {columns:,} 列，远离表格的地方有多余的内容。",
            where=f"{where} {name}!{column_letters(columns)}{rows}",
            hint="请在 Excel 里删除表格以外多余的行和列（不是清除），保存后再导入。",
        )


def _tables(
    grid: Grid, sheet: str, where: str, facts: Facts, known: Collection[str], tall: Collection[int]
) -> Iterator[FoundTable]:
    """The declared Excel tables of a sheet; without any, what stands on it as one table."""
    for name, area in facts.tables.items():
        rows = [row[area.left - 1 : area.right] for row in grid[area.top - 1 : area.bottom]]
        titles = tuple(str(cell).strip() for cell in rows[0]) if rows else ()
        if not any(titles):
            raise CrmError(
                f"表 {name} 的标题行是空的。",
                where=f"{where} {sheet}!{column_letters(area.left)}{area.top}",
                hint="请用 Excel 打开检查，另存后再导入。",
            )
        headings = HeadingRows(first=0, last=0, headings=titles, above=0)
        yield FoundTable(
            table=_table(rows, headings, sheet, area.top, area.left, facts),
            declared=name,
            notes=tuple(notes_of(rows, headings, f"{where} {sheet}", area.top, facts)),
        )
    if facts.tables:
        return
    first = next((index for index, row in enumerate(grid) if any(cell != "" for cell in row)), None)
    if first is None:
        return
    rows = grid[first:]
    headings_found = find_headings(rows, known, {row - first for row in tall})
    assert headings_found is not None  # the first row holds something
    yield FoundTable(
        table=_table(rows, headings_found, sheet, first + 1, 1, facts),
        notes=tuple(notes_of(rows, headings_found, f"{where} {sheet}", first + 1, facts)),
    )


def _table(rows: Grid, headings: HeadingRows, sheet: str, top: int, left: int, facts: Facts) -> RawTable:
    """The table under the headings of a rectangle of cells whose first stands at row `top`, column `left`."""
    body = rows[headings.last + 1 :]
    first = top + headings.last + 1  # the sheet's row of the body's first
    errors = {
        (row - first, column - left): text
        for (row, column), text in facts.errors.items()
        if 0 <= row - first < len(body) and 0 <= column - left < len(headings.headings)
    }
    count = len(body)
    least = max((row + 1 for row, _ in errors), default=0)
    while count > least and all(cell == "" for cell in body[count - 1]):
        count -= 1
    body = body[:count]
    columns = [_column([row[index] for row in body]) for index in range(len(headings.headings))]
    for (row, column), text in errors.items():
        columns[column][row] = text
    taken = [index for index, heading in enumerate(headings.headings) if heading]
    # A column without a heading is kept as long as it holds something: nothing is lost unseen.
    used = [index for index, values in enumerate(columns) if any(cell is not None for cell in values)]
    start, end = taken[0], max(taken[-1], *used, 0) + 1
    return RawTable(
        name="",
        headings=headings.headings[start:end],
        columns=tuple(columns[start:end]),
        sheet=sheet,
        row=first - 1,
        column=left + start,
        errors={(row, column - start): text for (row, column), text in errors.items() if column >= start},
        date1904=facts.date1904,
    )


def _column(cells: list[object]) -> np.ndarray:
    """An object array of what calamine read, blanks as None."""
    if str in set(map(type, cells)):
        cells = [cell if cell or cell != "" else None for cell in cells]
    column = np.empty(len(cells), dtype=object)
    column[:] = cells
    return column


def notes_of(rows: Grid, headings: HeadingRows, where: str, top: int, facts: Facts) -> Iterator[Note]:
    """What a person should know of how the table was read."""
    yield from heading_notes(headings, where)
    first, last = top + headings.last + 1, top + len(rows) - 1
    inside = [
        row for row in facts.hidden if first <= row <= last and any(cell != "" for cell in rows[row - top])
    ]
    if inside:
        kind = "被筛选掉或隐藏" if facts.filtered else "隐藏"
        yield Note(
            remark=Remark.HIDDEN_ROWS,
            where=f"{where} 第{some(inside)}行",
            text=f"{len(inside)} 行{kind}，也一并导入。",
            count=len(inside),
        )
    blank = [cell for cell in facts.uncomputed if first <= cell[0] <= last]
    if blank:
        places = [f"{column_letters(column)}{row}" for row, column in blank]
        yield Note(
            remark=Remark.UNCOMPUTED_FORMULA,
            where=f"{where}!{some(places)}",
            text=f"{len(blank)} 个公式没有计算结果，按空白读取；请用 Excel 打开并保存后再导入。",
            count=len(blank),
        )
    if facts.unseen:
        yield Note(
            remark=Remark.UNSEEN,
            where=where,
            text=f"这种文件格式看不到{'、'.join(facts.unseen)}；要核对这些，请用 Excel 打开并另存为 .xlsx 后再导入。",
        )
    if facts.stale:
        yield Note(
            remark=Remark.STALE_FORMULAS,
            where=where,
            text="公式的值可能不是最新的；请用 Excel 打开、重新计算（F9）并保存后再导入。",
        )
