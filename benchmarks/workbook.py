"""`crm_xl.refresh` of a workbook that holds half a million order lines, beside calamine's bare read of it."""

from __future__ import annotations

from pathlib import Path

from python_calamine import CalamineWorkbook

import crm_xl
from benchmarks.harness import Case, Pair
from benchmarks.retail_input import CACHE, describe, lines, workbook


def read_with_calamine(path: Path) -> int:
    """Rows of all sheets, read into Python lists and dropped again."""
    with CalamineWorkbook.from_path(path) as book:
        return sum(len(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names)


def prepare() -> Pair:
    """The workbook on disk; the refreshed one beside it."""
    path = workbook()
    return Pair(
        ours=lambda: crm_xl.refresh(path, out=CACHE / "refreshed.xlsx"),
        baseline=lambda: read_with_calamine(path),
        note=describe(lines()),
    )


CASE = Case(ours="refresh", baseline="calamine reads it", prepare=prepare, most_ratio=2)
