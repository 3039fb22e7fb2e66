"""What Excel hands over for an argument, as cells: times without a zone, blanks as None, all else as it is.

xlwings' own reading asks every cell by itself what it is, which takes longer than any function does; here a column
is asked as a whole. Errors arrive as numbers, and stay so: the reading of arguments knows them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from typing import Any


def cells_of(argument: Any) -> Any:
    """The argument, rows of cells or one row or a single cell, in plain Python values where COM has its own kinds."""
    if not isinstance(argument, tuple):
        return _column((argument,))[0]
    if not argument or not isinstance(argument[0], tuple):
        return _column(argument)
    cells, width = list(chain.from_iterable(argument)), len(argument[0])
    columns = [cells[column::width] for column in range(width)]
    found = list(map(_column, columns))
    same = all(new is old for new, old in zip(found, columns, strict=True))
    return argument if same else list(zip(*found, strict=True))


def _column(cells: Sequence[Any]) -> Sequence[Any]:
    """The cells themselves where nothing is to be changed."""
    kinds = set(map(type, cells))
    moments = {kind for kind in kinds if issubclass(kind, datetime)}
    if moments:
        # COM's times say that they are of UTC; the cell shows them as they are.
        cells = [
            datetime.combine(cell.date(), cell.time()) if type(cell) in moments else cell for cell in cells
        ]
    if str in kinds and "" in cells:
        cells = [None if cell == "" else cell for cell in cells]
    return cells
