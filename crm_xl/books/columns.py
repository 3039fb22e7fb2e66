"""A sheet's cells as columns, taken over from the reader while they are fresh."""

from __future__ import annotations

from itertools import chain, islice

import numpy as np
from python_calamine import CalamineSheet

# As many rows as a processor's cache holds: later each cell would have to be fetched again.
_ROWS_TOGETHER = 256


def sheet_columns(sheet: CalamineSheet) -> list[np.ndarray]:
    """An object array per column of the sheet, from A and row 1 on, as the reader gives cells: "" for a blank.

    In a column that holds nothing but texts equal ones are one object: of half a million ids, a few thousand stay.
    """
    if sheet.end is None:
        return []
    height, width = (last + 1 for last in sheet.end)
    # Where nothing stands in column A, the reader leaves that out of its single rows.
    rows = sheet.iter_rows() if sheet.start == (0, 0) else iter(sheet.to_python(skip_empty_area=False))
    columns = [np.empty(height, dtype=object) for _ in range(width)]
    texts: list[dict[str, str] | None] = [{} for _ in range(width)]
    first = 0
    while part := list(islice(rows, _ROWS_TOGETHER)):
        cells = list(chain.from_iterable(part))
        for index, (column, known) in enumerate(zip(columns, texts, strict=True)):
            found = cells[index::width]
            if known is not None and set(map(type, found)) != {str}:
                known = texts[index] = None
            column[first : first + len(part)] = np.fromiter(
                found if known is None else map(known.setdefault, found, found), dtype=object, count=len(part)
            )
        first += len(part)
    return columns
