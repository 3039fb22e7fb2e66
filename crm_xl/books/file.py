"""A workbook file as a book: read with calamine, written part by part, replaced as a whole."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from typing import BinaryIO

import numpy as np
from pandas.api.types import infer_dtype
from python_calamine import CalamineError, CalamineWorkbook

from crm_xl.books.atomic import Fingerprint, fingerprint, replace_file, restore_backup, tidy
from crm_xl.books.columns import sheet_columns
from crm_xl.books.obstacles import changed_meanwhile, check_free
from crm_xl.books.package import Changes, rewrite
from crm_xl.books.protocol import Block, Cell, Place
from crm_xl.errors import CrmError
from crm_xl.package.archive import Archive, check_well_formed, damaged
from crm_xl.package.parts import Parts, SheetPart, TablePart
from crm_xl.package.scan import cell_count, error_cells, first_formula, has_formulas, is_spread, last_cell
from crm_xl.raw import Distinct, RawTable, column_letters, computing

# What pandas calls columns of one of these kinds alone.
_WITHOUT_BLANKS = frozenset({"floating", "integer", "boolean", "datetime"})


class FileBook:
    """A workbook on disk, with the protocol of `crm_xl.books.protocol.Book`.

    Args:
        path: an .xlsx or .xlsm file.
        out: where `write` puts the result; the workbook itself by default. With another file, `path` is only read.
        read_only: the book will not be written: a file open in Excel is then no obstacle.

    Raises:
        CrmError: the file is absent, open elsewhere, read-only, damaged, protected or not a workbook.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        out: str | os.PathLike[str] | None = None,
        *,
        read_only: bool = False,
    ) -> None:
        self.path = Path(path)
        self.out = self.path if out is None else Path(out)
        self.name = self.path.name
        self.read_only = read_only
        self._without_formulas: set[str] = set()
        with self._opened() as archive:
            parts = Parts(archive)
            self._tables = parts.tables
            self._sheets = parts.sheets
            self._cell_names = frozenset(name.name for name in parts.names if parts.single_cell(name.name))
            self.has_macros = parts.has_macros
            self._date1904 = parts.date1904
            suffix = parts.suffix
        self._seen = self._signature()
        if not read_only:
            self._check_out(suffix)
            check_free(self.out.resolve())
            tidy(self.out)

    @property
    def file(self) -> Path:
        """Where `write` puts the result."""
        return self.out

    def tables(self) -> Mapping[str, Place]:
        """Every Excel table in the book, by name."""
        return {name: table.place for name, table in self._tables.items()}

    def names(self) -> frozenset[str]:
        """The defined names that refer to one cell, hence can be written by `write`."""
        return self._cell_names

    def read(self, names: Iterable[str]) -> dict[str, RawTable]:
        """The named tables that the book has; absent names are left out.

        Only sheets that hold a wanted table are opened. Formulas give their stored values; error cells are
        their text. A body of blank rows has no rows, and blank rows at its end are left out.

        Raises:
            CrmError: the book was changed meanwhile, is damaged, or a sheet is unreasonably large.
        """
        wanted = [self._tables[name] for name in dict.fromkeys(names) if name in self._tables]
        if not wanted:
            return {}
        found: dict[str, RawTable] = {}
        with computing():
            errors = self._scan({table.sheet.name: table.sheet for table in wanted})
            with self._calamine() as workbook:
                for sheet in dict.fromkeys(table.sheet.name for table in wanted):
                    with self._told():
                        columns = sheet_columns(workbook.get_sheet_by_name(sheet))
                    for table in wanted:
                        if table.sheet.name == sheet:
                            raw = _raw_table(table, columns, errors[sheet])
                            found[table.name] = replace(raw, date1904=self._date1904)
        return {table.name: found[table.name] for table in wanted}

    def value(self, name: str) -> Cell:
        """What stands in the one cell of a defined name, a number or a text; None where there is none.

        Raises:
            CrmError: the book is damaged.
        """
        with self._opened() as archive:
            parts = Parts(archive)
            place = parts.single_cell(name)
            return None if place is None else parts.cell_value(*place)

    def first_formula(self, name: str) -> str:
        """The address of the first cell of a table's body that holds a formula, "订单!F2"; empty without any.

        Raises:
            CrmError: the book is damaged.
        """
        table = self._tables[name]
        with self._opened() as archive:
            place = first_formula(archive.read(table.sheet.part), table.body)
        return "" if place is None else f"{table.sheet.name}!{column_letters(place[1])}{place[0]}"

    def write(self, blocks: Mapping[str, Block], cells: Mapping[str, Cell]) -> None:
        """Replace the bodies of the named tables and the values of the named cells, all or nothing.

        The previous file is kept in the folder 备份 beside it. See `crm_xl.books.protocol.Book.write`.

        Raises:
            CrmError: locked, read-only, no room on the disk, changed meanwhile, or a table would grow over
                something else; the file is as it was before.
        """
        if self.read_only:
            raise ValueError("the book was opened to be read only")
        with computing(), self._opened() as archive:
            self._check_unchanged()
            changes = rewrite(archive, Parts(archive), blocks, cells, self._without_formulas)

            def write(target: BinaryIO) -> None:
                # Nobody else writes it from here on; until here somebody may have.
                self._check_unchanged()
                archive.copy(target, changes)
                # Windows does not replace a file that anyone holds open.
                archive.close()

            replace_file(self.out, write, lambda written: self._check_written(written, changes, blocks))
        if self.out.resolve() == self.path.resolve():
            self._without_formulas.difference_update(changes)
            self._look_again()

    def restore(self) -> None:
        """Put back the file as it was before the last write; doing it twice returns here.

        Raises:
            CrmError: there is no backup, or the file cannot be replaced now.
        """
        restore_backup(self.out)
        if self.out.resolve() == self.path.resolve():
            self._without_formulas.clear()
            self._look_again()

    def _look_again(self) -> None:
        with self._opened() as archive:
            self._tables = Parts(archive).tables
        self._seen = self._signature()

    def _scan(self, sheets: Mapping[str, SheetPart]) -> dict[str, dict[tuple[int, int], str]]:
        """The error cells of the sheets; also verifies what calamine will read, and learns where formulas are."""
        errors = {}
        with self._opened() as archive:
            self._check_unchanged()
            for part in archive.parts():
                if part.lower().endswith(("sharedstrings.xml", "styles.xml")):
                    archive.verify(part)
            for name, sheet in sheets.items():
                xml = archive.read(sheet.part)
                with self._told():
                    errors[name] = error_cells(xml)
                if not has_formulas(xml):
                    self._without_formulas.add(sheet.part)
                row, column = last_cell(xml)
                if is_spread(row, column) and is_spread(row, column, cell_count(xml)):
                    raise CrmError(
                        f"工作表“{name}”用到了 {row:,} 行 {column:,} 列，远离表格的地方有多余的内容。",
                        where=f"{name}!{column_letters(column)}{row}",
                        hint="请在 Excel 里删除表格以外多余的行和列（不是清除），保存后再试。",
                    )
        return errors

    def _check_written(self, path: Path, changes: Changes, blocks: Mapping[str, Block]) -> None:
        """Reads the finished file back: only then may it take the old one's place."""
        with Archive(path) as written, self._opened() as source:
            for part, content in changes.items():
                if content is None:
                    continue
                if written.read(part) != content:
                    raise OSError(f"{part} was not written as meant")
                check_well_formed(content, part)
            if not source.same_entries(written, changes):
                raise OSError("an untouched part was not copied as it is")
            tables = Parts(written).tables
            for name, block in blocks.items():
                if name in tables and tables[name].place.rows != max(1, len(block.rows)):
                    raise OSError(f"{name} does not have the rows written")

    def _check_out(self, wanted: str) -> None:
        if self.out.suffix.lower() != wanted:
            raise CrmError(
                "文件的扩展名与内容不符，Excel 会打不开。",
                where=self.out.name,
                hint=f"请把扩展名写成 {wanted}。"
                if wanted
                else "请在 Excel 里把它另存为 .xlsx 或 .xlsm 再试。",
            )

    def _signature(self) -> Fingerprint:
        try:
            found = fingerprint(self.path)
        except OSError as error:
            raise self._gone() from error
        if found is None:
            raise self._gone()
        return found

    def _gone(self) -> CrmError:
        return CrmError(
            "文件不在了：它被移走或删除，或者与共享文件夹的连接断了。",
            where=self.name,
            hint="请检查网络和文件夹后再试。",
        )

    def _check_unchanged(self) -> None:
        if self._signature() != self._seen:
            raise changed_meanwhile(self.path)

    def _opened(self) -> Archive:
        return Archive(self.path)

    @contextlib.contextmanager
    def _calamine(self) -> Iterator[CalamineWorkbook]:
        with self._told():
            workbook = CalamineWorkbook.from_path(str(self.path))
        try:
            yield workbook
        finally:
            workbook.close()

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (CalamineError, OSError, ValueError) as error:
            raise damaged(self.name) from error
        except BaseException as error:
            # A panic inside calamine is no Exception, yet it only says that the file is not right.
            if type(error).__name__ != "PanicException":
                raise
            raise damaged(self.name) from error


def _raw_table(
    table: TablePart, columns: Sequence[np.ndarray], errors: Mapping[tuple[int, int], str]
) -> RawTable:
    """The table in a sheet's columns, which are its own afterwards."""
    body, place = table.body, table.place
    first = body.top - 1
    height = max(0, min(body.bottom, len(columns[0]) if columns else 0) - first)
    cells = [column[first : first + height] for column in columns[body.left - 1 : body.right]]
    # Further columns of the table are beyond the sheet's last one.
    width = body.right - body.left + 1
    cells += [np.full(height, "", dtype=object) for _ in range(width - len(cells))]
    errors = {
        (row - body.top, column - body.left): text
        for (row, column), text in errors.items()
        if body.holds(row, column)
    }
    last_error = max((row + 1 for row, _ in errors), default=0)
    if last_error > height:
        # The reader ends with the last value; an error cell may be without one.
        below = np.full(last_error - height, "", dtype=object)
        cells = [np.concatenate((column, below)) for column in cells]
    count = _filled(cells, last_error)
    for (row, column), text in errors.items():
        cells[column][row] = text
    found = [_column(column[:count]) for column in cells]
    return RawTable(
        name=table.name,
        headings=_headings(table, columns),
        columns=tuple(column.column if isinstance(column, Distinct) else column for column in found),
        sheet=place.sheet,
        row=place.row,
        column=place.column,
        errors=errors,
        told_apart={index: column for index, column in enumerate(found) if isinstance(column, Distinct)},
    )


def _filled(columns: Sequence[np.ndarray], at_least: int) -> int:
    """The number of rows up to the last that holds something."""
    count = len(columns[0])
    while count > at_least and all(column[count - 1] == "" for column in columns):
        count -= 1
    return count


def _column(cells: np.ndarray) -> np.ndarray | Distinct:
    """What calamine read, blanks as None and days as midnight; texts told apart where there is nothing else."""
    kind = infer_dtype(cells, skipna=False)
    if kind == "string":
        return Distinct.of(cells)
    if kind not in _WITHOUT_BLANKS:
        cells[cells == ""] = None
        if date in set(map(type, cells)):
            cells[:] = [datetime.combine(cell, time()) if type(cell) is date else cell for cell in cells]
    return cells


def _headings(table: TablePart, columns: Sequence[np.ndarray]) -> tuple[str, ...]:
    """The headings as the sheet shows them; those of the table part where it hides or lacks them."""
    row = table.area.top - 1
    if not table.header_rows or not columns or len(columns[0]) <= row:
        return table.headings
    cells = [column[row] for column in columns[table.area.left - 1 : table.area.right]]
    cells += [""] * (len(table.headings) - len(cells))
    return tuple(str(cell).strip() or heading for cell, heading in zip(cells, table.headings, strict=True))
