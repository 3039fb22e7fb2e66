"""The words a table is declared with: Column, Table, and the kinds of value a column holds.

Everything the product knows of a column stands in its declaration once; the builder, the templates, the
importer, cleaning, validation lists, messages and the data dictionary are all derived from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a cell of the column means; the storage in a cleaned frame stands behind each."""

    TEXT = "text"  # str
    ID = "id"  # str: never a number, leading zeros kept
    INTEGER = "integer"  # float64 holding whole numbers, NaN where missing
    NUMBER = "number"  # float64
    MONEY = "money"  # float64, in the column's unit
    PERCENT = "percent"  # float64, 0.15 for 15 %
    DATE = "date"  # datetime64, midnight
    DATETIME = "datetime"  # datetime64
    MONTH = "month"  # datetime64, first day of the month
    YESNO = "yesno"  # object: True, False or missing
    CHOICE = "choice"  # str, one of the declared values
    ANY = "any"  # as found; what it means stands elsewhere in its row


NUMERIC = frozenset({Kind.INTEGER, Kind.NUMBER, Kind.MONEY, Kind.PERCENT})
TEMPORAL = frozenset({Kind.DATE, Kind.DATETIME, Kind.MONTH})


class Role(StrEnum):
    """Who writes a table: the user (input, parameter) or the refresh (output)."""

    INPUT = "input"
    PARAMETER = "parameter"
    OUTPUT = "output"


class Secret(StrEnum):
    """Personal data a column holds, hence how it is masked in outputs, reports and messages."""

    NAME = "name"
    PHONE = "phone"
    EMAIL = "email"
    ID_NUMBER = "id_number"
    FREE_TEXT = "free_text"


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: its English name inside, its Chinese heading at the edge, and what may stand in it."""

    name: str
    title: str
    kind: Kind = Kind.TEXT
    unit: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    synonyms: tuple[str, ...] = ()  # other headings that mean this column
    secret: Secret | None = None
    computed: bool = False  # written by the refresh into an input table
    place: bool = False  # its texts name cells, "订单!C17", and lead there in a workbook
    filled: bool = False  # filled in by people in an output table, which the refresh keeps up
    band: str = ""  # the group of columns it belongs to, written above the headings of an output
    digits: int | None = 1  # shown of a number in an output; None: as many as it has
    example: str = ""
    note: str = ""
    guide: str = ""  # the guides that ask for it, "000 002"

    def __post_init__(self) -> None:
        if (self.kind is Kind.CHOICE) != bool(self.choices) and self.kind is not Kind.TEXT:
            raise ValueError(f"{self.name}: a choice column, and only that, lists its choices")


@dataclass(frozen=True, kw_only=True)
class Table:
    """One Excel table (ListObject): an ASCII name, a sheet, its columns and its key."""

    name: str
    title: str
    role: Role
    columns: tuple[Column, ...]
    sheet: str = ""  # defaults to the title
    key: tuple[str, ...] = ()  # column names that identify a row; empty: rows may repeat
    needs: tuple[str, ...] = ()  # input tables an output cannot be computed without
    fixed_rows: int | None = None  # a block that charts read keeps its size
    open_ended: bool = False  # an output that adds columns of its own behind the declared ones
    further: Kind = Kind.NUMBER  # what stands in those
    kept_up: bool = (
        False  # read and written: the refresh goes by its rows, then writes them back with its own
    )
    most_rows: int | None = None  # what exceeds them goes to a CSV file beside the workbook
    defined_name: str = ""  # the name under which formulas take the whole table, headings included
    above: str = ""  # one row of choices that stands above the output of that name and says what it shows
    guide: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if not self.sheet:
            object.__setattr__(self, "sheet", self.title)
        for of, values in (("name", self.names), ("title", self.titles)):
            if len(set(values)) != len(values):
                raise ValueError(f"{self.name}: a column {of} stands twice")
        if self.above and (self.role is not Role.PARAMETER or self.fixed_rows != 1):
            raise ValueError(f"{self.name}: choices above an output are a parameter table of one row")
        if sum(column.place for column in self) > 1:
            raise ValueError(f"{self.name}: two columns of places")
        if unknown := set(self.key) - set(self.names):
            raise ValueError(f"{self.name}: key names unknown columns {sorted(unknown)}")

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    @property
    def names(self) -> tuple[str, ...]:
        """English column names, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def titles(self) -> tuple[str, ...]:
        """Chinese headings, in order."""
        return tuple(column.title for column in self.columns)

    @property
    def banded(self) -> bool:
        """Whether a row above the headings names groups of columns."""
        return any(column.band for column in self)

    @property
    def band_starts(self) -> tuple[int, ...]:
        """The index of the first column of each group of columns; 0 alone where there are none."""
        bands = [column.band for column in self]
        return tuple(at for at, band in enumerate(bands) if not at or band != bands[at - 1])

    @property
    def required(self) -> tuple[Column, ...]:
        """The columns without which a row, or the whole table, means nothing."""
        return tuple(column for column in self.columns if column.required)

    @property
    def linked(self) -> int | None:
        """The index of the column of places, if there is one."""
        return next((index for index, column in enumerate(self) if column.place), None)

    def column(self, name: str) -> Column:
        """The column of that English name.

        Raises:
            KeyError: there is none.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}")
