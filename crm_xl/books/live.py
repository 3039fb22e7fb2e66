"""A workbook open in Excel as a book: one block read per table, one block written, all or nothing.

Navigating Excel's objects and moving values are calls from one process to another, each about as dear as a
hundred cells; so their number depends on the tables touched and never on their rows.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from crm_xl.books import live_snapshot
from crm_xl.books.live_dialog import choose_files
from crm_xl.books.live_find import (
    CellReader,
    LiveName,
    LiveTable,
    Places,
    counts_from_1904,
    find_names,
    find_tables,
    holds_formula,
    native_state,
)
from crm_xl.books.live_values import ERROR_TEXTS, Typed, kept, plain
from crm_xl.books.live_write import CellEdit, NameEdit, Plan, at_rest, carry_out, persistently, plan
from crm_xl.books.pace import Pace
from crm_xl.books.protocol import Block, Cell, Place
from crm_xl.errors import CrmError
from crm_xl.package.areas import Area
from crm_xl.raw import RawTable
from crm_xl.tables.cells import CANCEL, RECALCULATE, UNDO_NAME

if TYPE_CHECKING:
    import xlwings as xw

_NO_SNAPSHOT = "FALSE"
_TITLE = "客户分析"


class LiveBook:
    """An open workbook, with the protocol of `crm_xl.books.protocol.Book`.

    It is made anew for every command: what it found of the workbook holds only while the user does nothing.

    Args:
        book: the workbook as xlwings knows it.
    """

    def __init__(self, book: xw.Book) -> None:
        self._book = book
        self.name: str = book.name
        self._pace = Pace()
        self._watched = False  # whether the cell that calls work off has been looked at

    @cached_property
    def _found(self) -> dict[str, LiveTable]:
        return find_tables(self._book, self._reader)

    @cached_property
    def _reader(self) -> CellReader:
        return CellReader(self._book)

    @cached_property
    def _names(self) -> dict[str, LiveName]:
        return find_names(self._book)

    @property
    def file(self) -> Path | None:
        """The file the workbook was saved to; None where it never was, or lies in the cloud alone."""
        # xlwings' own `fullname` raises where it cannot turn a cloud address into a folder.
        path = Path(self._book.impl.fullname)
        return path if path.is_file() else None

    def tables(self) -> Mapping[str, Place]:
        """Every Excel table in the workbook, by name."""
        return Places(self._found)

    def read(self, names: Iterable[str]) -> dict[str, RawTable]:
        """The named tables that the workbook has, one block each; absent names are left out.

        Formulas give their values; error cells are their text. Blank rows at the end are left out.
        """
        date1904 = counts_from_1904(self._book)
        return {
            name: replace(_raw_table(self._found[name]), date1904=date1904)
            for name in dict.fromkeys(names)
            if name in self._found
        }

    def first_formula(self, name: str) -> str:
        """The address of a table's body when a cell of it holds a formula, "订单!A2:F9"; empty without any."""
        found = self._found[name]
        found.know_totals()
        holds = holds_formula(found)
        return f"{found.part.sheet.name}!{found.part.body}" if holds else ""

    def value(self, name: str) -> Cell:
        """What stands in the one cell of a defined name; None where it is blank or there is no such cell."""
        cell = self._cell(name)
        return None if cell is None else self._reader.rows(cell)[0][0]

    def _cell(self, name: str) -> xw.Range | None:
        """The one cell that a defined name means."""
        found = {known.casefold(): each for known, each in self._names.items()}.get(name.casefold())
        if found is None or found.cell is None:
            return None
        sheet, area = found.cell
        return self._book.sheets[sheet].range(str(area))

    def choose_files(self) -> list[Path]:
        """The data files the user picks to import; none where the choice is called off.

        Raises:
            CrmError: the application has no such dialog.
        """
        return choose_files(self._book.app, self.name)

    def confirm(self, question: str) -> bool:
        """Whether the user says yes to a question."""
        return bool(self._book.app.alert(question, title=_TITLE, buttons="yes_no", mode="info") == "yes")

    def write(self, blocks: Mapping[str, Block], cells: Mapping[str, Cell]) -> None:
        """Replace the bodies of the named tables and the values of the named cells, all or nothing.

        What they held is kept on disk first, for `restore`. See `crm_xl.books.protocol.Book.write`.

        Raises:
            CrmError: a sheet is protected, the workbook is read-only, a table would grow over something else:
                nothing was touched; or something failed and not everything could be put back.
        """
        tables = {name: self._found[name] for name in blocks if name in self._found}
        targets = self._targets(cells)
        sheets = {found.part.sheet.name: found.sheet for found in tables.values()}
        sheets |= {
            target.cell[0]: target.sheet for target in targets.values() if target.cell and target.sheet
        }
        state = native_state(self._book, sheets.values(), tables)
        change = plan(
            {name: blocks[name] for name in tables},
            {name: self._cell_edit(target, cells[name]) for name, target in targets.items()},
            self._found,
            self._names,
            state.filtered,
        )
        mark = self._keep(change)
        try:
            with at_rest(self._book.app):
                carry_out(change, Typed(date1904=state.date1904))
        except CrmError:
            raise  # not all is as it was: the snapshot may be needed
        except BaseException:
            if mark is not None:
                live_snapshot.discard(mark)
            raise
        finally:
            # Sizes and references have changed, or may have.
            self.__dict__.pop("_found", None)
            self.__dict__.pop("_names", None)

    def restore(self) -> None:
        """Put back what the tables held before the last write; doing it twice returns here.

        Raises:
            CrmError: nothing was kept, or see `write`.
        """
        name = self._names.get(UNDO_NAME)
        mark = name.text.strip('"') if name else _NO_SNAPSHOT
        snapshot = None if mark.upper() == _NO_SNAPSHOT else live_snapshot.load(mark)
        if snapshot is None:
            raise CrmError(
                "没有可撤销的刷新：副本只保存在刷新时所用的电脑上，保留 7 天。",
                where=self.name,
                hint="如需原来的结果，请打开以前保存的文件。",
            )
        self.write(snapshot.tables, snapshot.cells)

    def show_sheet(self, name: str) -> None:
        """Bring a sheet to the front.

        Raises:
            CrmError: the workbook has no such sheet.
        """
        for sheet in self._book.sheets:
            if sheet.name == name:
                # The engine's own: xlwings' would first bring the application forward, and raise beside a second one.
                sheet.impl.activate()
                return
        raise CrmError(
            f"工作簿里没有工作表“{name}”。",
            where=self.name,
            hint="它可能被删除或改名，请从原始工作簿复制回来。",
        )

    def progress(self, what: str, share: float) -> None:
        """Say on the status bar how far the work is, and how long the rest will take.

        Raises:
            KeyboardInterrupt: the person called the work off; nothing has been written yet.
        """
        done = self._pace.told(share)
        left = f"，{self._pace.words}" if self._pace.words else ""
        # Work does not fail because it could not be spoken of.
        with contextlib.suppress(Exception):
            self._book.app.status_bar = f"客户分析：{what}…… {done:.0%}{left}"
        if share < 1 and self._called_off():
            raise KeyboardInterrupt

    def _called_off(self) -> bool:
        """Whether somebody has filled the cell that calls the work off, since it began; it is blank again then."""
        first, self._watched = not self._watched, True
        with contextlib.suppress(Exception):
            cell = self._cell(CANCEL.name)
            if cell is not None and self._reader.rows(cell)[0][0] is not None:
                with contextlib.suppress(Exception):
                    cell.clear_contents()
                # What stands there from before means other work than this.
                return not first
        return False

    @contextlib.contextmanager
    def status_line(self) -> Iterator[None]:
        """The status bar is the program's meanwhile, and Excel's again afterwards."""
        try:
            yield
        finally:
            with contextlib.suppress(Exception):
                persistently(self._release_status)

    def _release_status(self) -> None:
        self._book.app.status_bar = False

    def _targets(self, cells: Mapping[str, Cell]) -> dict[str, LiveName]:
        """The defined names among them that mean one cell of the workbook."""
        by_folded = {name.casefold(): found for name, found in self._names.items()}
        sheets = {found.part.sheet.name: found.sheet for found in self._found.values()}
        targets = {}
        for name in cells:
            found = by_folded.get(name.casefold())
            # Excel computes its formulas itself as soon as it is set back; a file has to ask for it.
            if found is None or found.cell is None or name == RECALCULATE.name:
                continue
            sheet = found.cell[0]
            if sheet not in sheets:
                sheets[sheet] = self._book.sheets[sheet]
            found.sheet = sheets[sheet]
            targets[name] = found
        return targets

    def _cell_edit(self, target: LiveName, value: Cell) -> CellEdit:
        assert target.cell is not None
        assert target.sheet is not None
        cell = target.sheet.range(str(target.cell[1]))
        ((before,),) = self._reader.stored(cell)
        return CellEdit(target=cell, value=value, before=kept(before))

    def _keep(self, change: Plan) -> str | None:
        """The mark of the snapshot kept on disk, which the workbook is to carry; None where it has no place."""
        place = self._names.get(UNDO_NAME)
        if place is None:
            return None
        mark = live_snapshot.save(change.snapshot())
        # First of all, so that even a write that is cut short can be undone.
        change.names.insert(0, NameEdit(name=place.name, text=f'"{mark}"', before=place.text))
        return mark


def _raw_table(found: LiveTable) -> RawTable:
    found.know_totals()
    part = found.part
    area = Area(part.area.top, part.area.left, part.body.bottom, part.area.right)
    rows = found.values(area)
    while len(rows) > 1 and all(cell is None for cell in rows[-1]):
        rows.pop()
    errors = {
        (row, column): cell
        for row, cells in enumerate(rows[1:])
        for column, cell in enumerate(cells)
        if type(cell) is str and cell in ERROR_TEXTS
    }
    return RawTable.from_rows(
        part.name,
        [rows[0], *([plain(cell) for cell in cells] for cells in rows[1:])],
        sheet=part.sheet.name,
        row=area.top,
        column=area.left,
        errors=errors,
    )
