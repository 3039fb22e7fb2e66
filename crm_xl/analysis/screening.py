"""One input table read: every column typed, every row kept or set aside with its reason (SPEC section 3)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from crm_xl.analysis.ledger import Action, Findings, Ledger, Rule, shown
from crm_xl.errors import CrmError
from crm_xl.raw import RawTable
from crm_xl.schema import NUMERIC, TEMPORAL, Column, Kind, Table
from crm_xl.spellings import ERROR_VALUES
from crm_xl.tables import inputs as i
from crm_xl.tables.headings import heading_errors, match_headings, unmatched_headings
from crm_xl.totals import names_a_row, totals_rows
from crm_xl.values import MOMENT, Converted, convert, missing, out_of_range

# The date a row tells of has happened. A campaign may be planned and a contract may end later, so their dates
# are not here.
EVENT_DATES = {
    i.ORDERS.name: "order_date",
    i.INTERACTIONS.name: "interaction_time",
    i.TICKETS.name: "submitted_at",
    i.USAGE.name: "month",
    i.OPPORTUNITIES.name: "created_on",
    i.CHURNED.name: "churned_on",
}
# Dates that are read with their time of day where the source has it: a return minutes after its order.
_TIMED = {(i.ORDERS.name, "order_date")}
_ODD = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, kw_only=True)
class Screened:
    """A table as read, all rows, and which of them are kept.

    Attributes:
        columns: by English name, every declared column; one without a heading is all missing.
        headings: by English name, the heading as found.
        kept: per row of the raw table.
        present: per row, whether it holds data: anything at all, and no totals of other rows.
    """

    table: Table
    raw: RawTable
    columns: Mapping[str, Converted]
    headings: Mapping[str, str]
    kept: np.ndarray
    present: np.ndarray

    def values(self, name: str) -> np.ndarray:
        """The typed values of a column, all rows."""
        return self.columns[name].values

    def only(self, *names: str) -> Screened:
        """The same rows with these columns alone and without the cells as found, whose memory can go."""
        columns = {name: self.columns[name] for name in names}
        return replace(self, raw=self.raw.without_cells(), columns=columns)

    def codes(self, name: str) -> np.ndarray:
        """Whole numbers that tell the values of a column apart; -1 where missing."""
        column = self.columns[name]
        return pd.factorize(self.values(name))[0] if column.codes is None else column.codes

    def among(self, name: str, wanted: Collection[str]) -> np.ndarray:
        """Where a text is one of those wanted; each of the different ones is looked up once."""
        codes = self.codes(name)
        rows = np.zeros(int(codes.max(initial=-1)) + 1, dtype=np.int64)
        there = np.flatnonzero(codes >= 0)
        rows[codes[there]] = there  # any row of each: the one written last
        inside = pd.Index(self.values(name)[rows], dtype=object).isin(wanted)
        # The last is for what is missing, whose code is -1.
        of_rows: np.ndarray = np.append(inside, False)[codes]
        return of_rows

    def frame(self, rows: np.ndarray, **more: np.ndarray) -> pd.DataFrame:
        """Those rows with every declared column and a fresh index; dates at midnight where declared so.

        Args:
            rows: 0-based rows of the raw table.
            more: columns that go behind the declared ones, by name, one value for each of the rows.
        """
        columns = {}
        for column in self.table:
            if column.name not in self.headings:
                values = _absent(column, len(rows)).values
            else:
                values = self.values(column.name)[rows]
            if column.kind is Kind.DATE:
                values = values.astype("datetime64[D]").astype(MOMENT)
            columns[column.name] = values
        series = {
            name: pd.Series(values, dtype=values.dtype, copy=False)
            for name, values in (columns | more).items()
        }
        return pd.DataFrame(series, copy=False)

    def findings(
        self, rows: np.ndarray, rule: Rule, action: Action, name: str = "", **more: object
    ) -> Findings:
        """Findings on this table: in the named column, or on whole rows."""
        return Findings(
            table=self.table, raw=self.raw, rows=rows, rule=rule, action=action,
            column=self.table.column(name) if name else None, heading=self.headings.get(name), **more,  # type: ignore[arg-type]
        )  # fmt: skip

    def money(self, rows: np.ndarray) -> np.ndarray | None:
        """The signed amounts of order lines; None for other tables."""
        return self.values("amount")[rows] if self.table is i.ORDERS else None

    def texts(self, name: str, rows: np.ndarray) -> list[str]:
        """The cells of a column as they were found."""
        cells = self.raw.columns[self.raw.headings.index(self.headings[name])][rows]
        return list(map(shown, cells.tolist() if cells.dtype.kind == "f" else cells))


def heading_faults(raw: Mapping[str, RawTable]) -> list[CrmError]:
    """What is wrong with the headings of any input table: missing required columns, headings that stand twice."""
    return [
        error
        for table in i.INPUTS
        if table.name in raw
        for error in heading_errors(table, raw[table.name].headings, raw[table.name].sheet)
    ]


def screen(table: Table, raw: RawTable, today: pd.Timestamp, ledger: Ledger) -> Screened:
    """The table with every column typed and every row judged; findings and counts go to the ledger.

    Blank rows and rows of totals are no data. Of the others a row is set aside for one reason only, the first
    that applies: an error value, a missing or unreadable cell without which it means nothing, a date after today,
    an exact repeat, a key that stands again.

    Args:
        table: an input table.
        raw: its rows as found, headings already checked.
        today: rows of things that happened later are set aside.
        ledger: takes the findings up.
    """
    matched = match_headings(table, raw.headings)
    columns, present = _convert(table, raw, matched)
    screened = Screened(
        table=table, raw=raw, columns=columns, headings={name: raw.headings[at] for name, at in matched.items()},
        kept=present.copy(), present=present,
    )  # fmt: skip
    for index in unmatched_headings(table, raw.headings):
        ledger.count(table, Rule.UNKNOWN_COLUMN, 1, f"{Action.IGNORED}“{raw.headings[index]}”")
    if blank := int((~present).sum()):
        ledger.count(table, Rule.BLANK_ROW, blank, Action.IGNORED)
    _leave_out_totals(screened, matched, ledger)
    ledger.count_rewritten(table, columns.values())
    for column in table:
        if is_fatal(table, column):
            _set_aside_unreadable(screened, column, ledger)
    _set_aside_future(screened, today, ledger)
    _set_aside_repeats(screened, ledger)
    _set_aside_same_key(screened, ledger)
    for column in table:
        _note_cells(screened, column, ledger)
    return screened


def _convert(
    table: Table, raw: RawTable, matched: Mapping[str, int]
) -> tuple[dict[str, Converted], np.ndarray]:
    """Every declared column, and where a row holds anything at all."""
    size = len(raw)
    columns = {}
    present = np.zeros(size, dtype=bool)
    for column in table:
        if column.name not in matched:
            columns[column.name] = _absent(column, size)
            continue
        cells = raw.columns[matched[column.name]]
        if (table.name, column.name) in _TIMED:
            column = _timed(column)
        told = raw.distinct(matched[column.name])
        known = None if told is None else (told.codes, told.texts)
        columns[column.name] = read = convert(cells, column, date1904=raw.date1904, known=known)
        if not present.all():
            present |= read.bad | ~_missing(read)
    return columns, present


def _timed(column: Column) -> Column:
    return Column(name=column.name, title=column.title, kind=Kind.DATETIME)


def _absent(column: Column, size: int) -> Converted:
    """A column whose heading is not there: all missing, nothing wrong."""
    # One value stands for all.
    none = np.broadcast_to(np.False_, size)
    if column.kind in NUMERIC:
        return Converted(np.broadcast_to(np.float64("nan"), size), none, {})
    if column.kind in TEMPORAL:
        return Converted(np.broadcast_to(np.array("NaT", dtype=MOMENT), size), none, {})
    blank = np.broadcast_to(np.empty((), dtype=object), size)  # NumPy's empty arrays of objects hold None
    return Converted(blank, none, {}, np.broadcast_to(np.int64(-1), size))


def _missing(column: Converted) -> np.ndarray:
    return missing(column.values) if column.codes is None else column.codes < 0


def is_fatal(table: Table, column: Column) -> bool:
    """Whether a row means nothing without this column: its key, or what says whose, when and how much.

    A customer without a name is still a customer; the name is to be supplied.
    """
    return column.required and (column.name in table.key or not table.key or column.kind is not Kind.TEXT)


def _split_errors(screened: Screened, name: str, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows whose cell shows an error value, and the other rows."""
    shows_error = np.array([text.strip() in ERROR_VALUES for text in screened.texts(name, rows)], dtype=bool)
    return rows[shows_error], rows[~shows_error]


def _leave_out_totals(screened: Screened, matched: Mapping[str, int], ledger: Ledger) -> None:
    """Rows that sum others up are neither kept nor set aside: their money has been read in the rows above."""
    names = {at: name for name, at in matched.items()}
    keys = [
        matched[column.name] for column in screened.table if names_a_row(column) and column.name in matched
    ]
    places = totals_rows(screened.raw, keys)
    for at in dict.fromkeys(places.values()):
        rows = np.array([row for row, column in places.items() if column == at])
        screened.kept[rows] = screened.present[rows] = False
        ledger.add(
            Findings(
                table=screened.table, raw=screened.raw, rows=rows, rule=Rule.TOTALS_ROW, action=Action.IGNORED,
                column=screened.table.column(names[at]) if at in names else None, heading=screened.raw.headings[at],
                before=[shown(cell) for cell in screened.raw.columns[at][rows]], amounts=screened.money(rows),
            )
        )  # fmt: skip


def _set_aside_unreadable(screened: Screened, column: Column, ledger: Ledger) -> None:
    if column.name not in screened.headings:
        return
    read = screened.columns[column.name]
    errors, others = _split_errors(screened, column.name, np.flatnonzero(read.bad & screened.kept))
    empty = np.flatnonzero(_missing(read) & ~read.bad & screened.kept)
    unreadable = Rule.ID_DAMAGED if column.kind is Kind.ID else Rule.UNREADABLE
    for rule, rows in ((Rule.ERROR_VALUE, errors), (unreadable, others), (Rule.KEY_MISSING, empty)):
        before = "" if rule is Rule.KEY_MISSING else screened.texts(column.name, rows)
        _set_aside(screened, rows, rule, ledger, column.name, before=before)


def _set_aside_future(screened: Screened, today: pd.Timestamp, ledger: Ledger) -> None:
    name = EVENT_DATES.get(screened.table.name, "")
    if name in screened.headings:
        tomorrow = np.datetime64(today, "D") + np.timedelta64(1, "D")
        rows = np.flatnonzero((screened.values(name) >= tomorrow) & screened.kept)
        _set_aside(screened, rows, Rule.FUTURE, ledger, name, before=screened.texts(name, rows))


def _set_aside_repeats(screened: Screened, ledger: Ledger) -> None:
    """Rows equal in every declared column that is there; the first is kept."""
    rows = np.flatnonzero(screened.kept)
    names = list(screened.headings)
    marks = np.zeros(len(screened.kept), dtype=np.uint64)
    for name in names:
        marks ^= marks >> np.uint64(29)
        marks *= _ODD
        marks += _marks(screened, name)
    alike = rows[pd.Series(marks[rows]).duplicated(keep=False).to_numpy()]
    if not len(alike):
        return
    # Different rows may share the mark of all columns; among the few that do, those of each column decide.
    frame = pd.DataFrame({name: _marks(screened, name, alike) for name in names})
    repeats = frame.duplicated().to_numpy()
    groups = frame.groupby(names, sort=False).ngroup().to_numpy()
    first = alike[np.unique(groups, return_index=True)[1]]
    kept_rows = first[groups[repeats]]
    after = [f"同 {cell}" for cell in screened.raw.cells(kept_rows)]
    _set_aside(screened, alike[repeats], Rule.DUPLICATE, ledger, after=after)


def _marks(screened: Screened, name: str, rows: np.ndarray | slice = slice(None)) -> np.ndarray:
    """Whole numbers that are equal where the values of a column are."""
    values = screened.values(name)
    if values.dtype.kind == "f":
        numbers = values[rows] + 0.0  # one pattern for both zeros
        numbers[np.isnan(numbers)] = np.nan  # and one for all NaN
        return numbers.view(np.uint64)
    if values.dtype.kind == "M":
        return values[rows].astype(np.int64).view(np.uint64)
    return screened.codes(name)[rows].astype(np.int64, copy=False).view(np.uint64)


def _set_aside_same_key(screened: Screened, ledger: Ledger) -> None:
    """Of rows with one key, the most recently verified is kept; without such a date, the last."""
    key = list(screened.table.key)
    if not key:
        return
    rows = np.flatnonzero(screened.kept)
    frame = pd.DataFrame({name: pd.Series(screened.values(name)[rows]) for name in key})
    again = frame.duplicated(keep=False).to_numpy()
    if not again.any():
        return
    frame = frame[again].assign(_row=rows[again])
    if "verified_on" in screened.columns:
        verified = screened.values("verified_on")[frame["_row"]]
        frame = frame.assign(_verified=verified).sort_values("_verified", kind="stable", na_position="first")
    winner = frame.groupby(key, sort=False)["_row"].transform("last").to_numpy()
    row = frame["_row"].to_numpy()
    lost = np.argsort(row[row != winner])
    after = [f"保留 {cell}" for cell in screened.raw.cells(winner[row != winner][lost])]
    loser = row[row != winner][lost]
    _set_aside(
        screened, loser, Rule.KEY_REPEATED, ledger, key[0],
        before=[shown(value) for value in screened.values(key[0])[loser]], after=after,
    )  # fmt: skip


def _set_aside(
    screened: Screened, rows: np.ndarray, rule: Rule, ledger: Ledger, name: str = "", **texts: list[str] | str
) -> None:
    screened.kept[rows] = False
    ledger.add(screened.findings(rows, rule, Action.SET_ASIDE, name, amounts=screened.money(rows), **texts))


def _note_cells(screened: Screened, column: Column, ledger: Ledger) -> None:
    """Cells of kept rows that were emptied, are to be supplied, or lie outside the declared limits."""
    if column.name not in screened.headings:
        return
    read = screened.columns[column.name]
    errors, others = _split_errors(screened, column.name, np.flatnonzero(read.bad & screened.kept))
    unreadable = Rule.ID_DAMAGED if column.kind is Kind.ID else Rule.UNREADABLE
    outside = np.flatnonzero(out_of_range(screened.values(column.name), column) & screened.kept)
    for rule, action, rows in (
        (Rule.ERROR_VALUE, Action.EMPTIED, errors),
        (unreadable, Action.EMPTIED, others),
        (Rule.OUT_OF_RANGE, Action.NOTED, outside),
    ):
        before = screened.texts(column.name, rows)
        after: list[str] | str = "" if action is Action.EMPTIED else before
        ledger.add(screened.findings(rows, rule, action, column.name, before=before, after=after))
    if column.required:
        empty = np.flatnonzero(_missing(read) & ~read.bad & screened.kept)
        ledger.add(
            screened.findings(empty, Rule.KEY_MISSING, Action.TO_SUPPLY, column.name, after=Action.TO_SUPPLY)
        )
