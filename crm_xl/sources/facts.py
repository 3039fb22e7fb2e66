"""What the reader of cells does not tell of a sheet: error cells, hidden rows, filters, formulas, the date system."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from crm_xl.package.areas import Area

# The error values of the binary formats. Source: [MS-XLS] 2.5.10 BErr, [MS-XLSB] 2.5.97.2.
BINARY_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
OTHER_ERROR = "#VALUE!"  # what stands for an error that has no name there


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a sheet's cells do not say. Rows and columns are the sheet's, from 1.

    Attributes:
        errors: (row, column) -> error text.
        hidden: rows that are hidden, by hand or by a filter.
        filtered: whether a filter hides rows.
        uncomputed: (row, column) of formulas that have never been computed.
        stale: whether formulas may show old values.
        date1904: whether days count from 1904-01-01.
        tables: declared input tables of the sheet with their heading row, by name.
        last: the last row and column that hold a value.
        cells: how many cells there are.
        unseen: what this format does not let anybody see, each in a few words.
    """

    errors: Mapping[tuple[int, int], str] = field(default_factory=dict)
    hidden: tuple[int, ...] = ()
    filtered: bool = False
    uncomputed: tuple[tuple[int, int], ...] = ()
    stale: bool = False
    date1904: bool = False
    tables: Mapping[str, Area] = field(default_factory=dict)
    last: tuple[int, int] = (0, 0)
    cells: int = 0
    unseen: tuple[str, ...] = ()


Teller = Callable[[str], Facts]  # the facts of the sheet of that name
