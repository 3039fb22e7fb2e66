"""An input table of a workbook while rows are merged into it: what stood there, what is filled, changed, added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_xl.analysis.ledger import Ledger, shown
from crm_xl.analysis.privacy import MASKS
from crm_xl.analysis.screening import Screened, screen
from crm_xl.books.blocks import cell_values
from crm_xl.books.cells import cut_text
from crm_xl.books.protocol import Block
from crm_xl.importing.matching import Side, match_rows
from crm_xl.raw import RawTable
from crm_xl.schema import TEMPORAL, Column, Kind, Table
from crm_xl.values import missing

_SECOND = "datetime64[s]"


@dataclass(frozen=True, kw_only=True)
class Change:
    """A cell of the workbook that an import would change: its address, both values (masked), and where from."""

    where: str
    before: str
    after: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Merged:
    """What became of the rows of one source.

    Attributes:
        new: rows added.
        filled: rows of which only blank cells were filled.
        changed: rows that differ in a cell that was not blank.
        same: rows that were there already.
        changes: those cells, in order; applied only where that was asked for.
    """

    new: int
    filled: int
    changed: int
    same: int
    changes: tuple[Change, ...]


class Body:
    """A table's rows, raw as the workbook holds them and typed for comparing.

    Args:
        table: an input table with a place in the workbook.
        raw: its rows; they are not changed.
        today: as for `screen`.
    """

    def __init__(self, table: Table, raw: RawTable, today: pd.Timestamp) -> None:
        self.table = table
        self.touched = False
        self._raw = raw
        screened = screen(table, raw, today, Ledger())
        self._places = {name: raw.headings.index(heading) for name, heading in screened.headings.items()}
        self._cells = [column.astype(object) for column in raw.columns]
        self._values = {name: _comparable(screened.values(name), table.column(name)) for name in self._places}
        self._bad = {name: screened.columns[name].bad for name in self._places}
        self._kept = screened.kept
        self._fresh = np.zeros(len(raw), dtype=bool)

    def lacks(self, names: Sequence[str]) -> tuple[Column, ...]:
        """The columns among them that have no heading in the workbook."""
        return tuple(self.table.column(name) for name in names if name not in self._places)

    def merge(self, screened: Screened, *, update: bool) -> Merged:
        """What becomes of a source's kept rows; they are in this body afterwards.

        Args:
            screened: the source, of the same table.
            update: whether cells that differ are changed too; blanks are filled anyway.
        """
        raw = screened.raw
        names = [
            name
            for name in screened.headings
            if name in self._places and not self.table.column(name).computed
        ]
        rows = np.flatnonzero(screened.kept)
        values = {name: _comparable(screened.values(name), self.table.column(name)) for name in names}
        order = np.argsort(~self._kept, kind="stable")  # the row that counts before the ones set aside
        found = match_rows(
            self.table, Side(values=values, rows=rows), Side(values=self._values, rows=order), names
        )
        there = found >= 0
        source_rows, places = rows[there], found[there]
        fills = np.zeros(len(places), dtype=bool)
        differs = np.zeros(len(places), dtype=bool)
        changes: list[Change] = []
        for name in names:
            fill, change = self._compared(screened, values[name], name, source_rows, places)
            fresh = self._fresh[places]
            # What this import has added itself is nobody's edit: a later file may correct it.
            self._put(screened, values[name], name, source_rows, places, fill | (change & (fresh | update)))
            change &= ~fresh
            fills |= fill
            differs |= change
            changes += self._changes(screened, name, source_rows[change], places[change])
        self._append(screened, values, rows[~there], raw)
        return Merged(
            new=int((~there).sum()),
            filled=int((fills & ~differs).sum()),
            changed=int(differs.sum()),
            same=int((~fills & ~differs).sum()),
            changes=tuple(changes),
        )

    def block(self) -> Block:
        """The whole table as a book takes it."""
        return Block(headings=self._raw.headings, rows=list(zip(*self._cells, strict=True)))

    def _compared(
        self, screened: Screened, values: np.ndarray, name: str, rows: np.ndarray, places: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Where a matched row's cell fills a blank, and where it says something else than what stands there."""
        coming, standing = values[rows], self._values[name][places]
        bad, bad_there = screened.columns[name].bad[rows], self._bad[name][places]
        cells = self._cells[self._places[name]]
        blank = np.fromiter((_is_blank(cells[place]) for place in places), dtype=bool, count=len(places))
        says = ~missing(coming) | bad
        same = np.asarray(coming == standing, dtype=bool) & ~bad & ~bad_there
        # What cannot be read fills a blank, for the ledger to tell of, and never replaces anything.
        return says & blank, says & ~bad & ~blank & ~same

    def _put(
        self,
        screened: Screened,
        values: np.ndarray,
        name: str,
        rows: np.ndarray,
        places: np.ndarray,
        where: np.ndarray,
    ) -> None:
        if not where.any():
            return
        self.touched = True
        self._cells[self._places[name]][places[where]] = self._as_cells(screened, name, rows[where])
        self._values[name][places[where]] = values[rows[where]]
        self._bad[name] = self._bad[name].copy()
        self._bad[name][places[where]] = screened.columns[name].bad[rows[where]]

    def _append(
        self, screened: Screened, values: dict[str, np.ndarray], rows: np.ndarray, raw: RawTable
    ) -> None:
        if not len(rows):
            return
        self.touched = True
        empty = np.full(len(rows), None, dtype=object)
        at = {self._places[name]: name for name in values}
        for index, cells in enumerate(self._cells):
            added = self._as_cells(screened, at[index], rows) if index in at else empty
            self._cells[index] = np.concatenate([cells, added])
        for name, standing in self._values.items():
            added = values[name][rows] if name in values else _none_like(standing, len(rows))
            bad = screened.columns[name].bad[rows] if name in values else np.zeros(len(rows), dtype=bool)
            self._values[name] = np.concatenate([standing, added])
            self._bad[name] = np.concatenate([self._bad[name], bad])
        self._kept = np.concatenate([self._kept, np.ones(len(rows), dtype=bool)])
        self._fresh = np.concatenate([self._fresh, np.ones(len(rows), dtype=bool)])

    def _as_cells(self, screened: Screened, name: str, rows: np.ndarray) -> np.ndarray:
        """Cells as the workbook is to hold them: values in one spelling, what cannot be read as it was found."""
        column = self.table.column(name)
        values = pd.Series(screened.values(name)[rows])
        if column.kind is Kind.DATE and _has_times(values):
            column = Column(name=name, title=column.title, kind=Kind.DATETIME)
        cells = np.empty(len(rows), dtype=object)
        cells[:] = cell_values(values, column)
        bad = screened.columns[name].bad[rows]
        if bad.any():
            found = screened.raw.columns[screened.raw.headings.index(screened.headings[name])]
            cells[bad] = found[rows[bad]]
        return cells

    def _changes(self, screened: Screened, name: str, rows: np.ndarray, places: np.ndarray) -> list[Change]:
        if not len(rows):
            return []
        column = self.table.column(name)
        mask = MASKS[column.secret] if column.secret else str
        heading = self._raw.headings[self._places[name]]
        before = self._raw.columns[self._places[name]]
        sources = screened.raw.cells(rows, screened.headings[name])
        return [
            Change(
                where=self._raw.cell(int(place), heading),
                before=mask(shown(before[place])),
                after=mask(shown(cell)),
                source=source,
            )
            for place, cell, source in zip(places, self._as_cells(screened, name, rows), sources, strict=True)
        ]


def _comparable(values: np.ndarray, column: Column) -> np.ndarray:
    """The values as they will be once a workbook has held them: seconds, and no text longer than a cell."""
    if column.kind in TEMPORAL:
        return (values + np.timedelta64(500, "ms")).astype(_SECOND)
    if column.kind is Kind.TEXT:
        return np.array([cut_text(text) if isinstance(text, str) else None for text in values], dtype=object)
    return values.copy()


def _has_times(values: pd.Series) -> bool:
    return bool((values != values.dt.normalize()).loc[values.notna()].any())


def _is_blank(cell: object) -> bool:
    return cell is None or cell != cell or (isinstance(cell, str) and not cell.strip())


def _none_like(values: np.ndarray, size: int) -> np.ndarray:
    """As many missing values of the same sort."""
    if values.dtype.kind == "f":
        return np.full(size, np.nan)
    if values.dtype.kind == "M":
        return np.full(size, np.datetime64("NaT"), dtype=values.dtype)
    return np.full(size, None, dtype=object)
