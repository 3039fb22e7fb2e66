"""Calculate a workbook and tell its cells: WORKBOOK BLOCKS ANSWERS.

BLOCKS is JSON, a list of [sheet, row, column, rows, columns, formula] from 0, the formula with
its arguments separated by semicolons; ANSWERS is written: for each block its cells
as loaded, and as they are when each formula is typed in anew. A cell is its value, {"error": code} or null.
"""

import json
import sys
from pathlib import Path

from client import connect, opened


def cells(block):
    """The cells of a range; LibreOffice gives an error as nothing."""
    return [
        [
            {"error": block.getCellByPosition(column, row).getError()} if value is None else value
            for column, value in enumerate(values)
        ]
        for row, values in enumerate(block.getDataArray())
    ]


def retype(block, formula):
    """Enter the formula as a person would; gives the text LibreOffice makes of it."""
    first = block.getCellByPosition(0, 0)
    if first.getArrayFormula():
        block.setArrayFormula(formula)
    else:
        first.setFormula(formula)
    return first.getFormula()


workbook, blocks, answers = map(Path, sys.argv[1:])
with opened(connect(), workbook) as document:
    document.calculateAll()
    places = json.loads(blocks.read_text(encoding="utf-8"))
    ranges = [
        document.Sheets.getByName(sheet).getCellRangeByPosition(
            column, row, column + columns - 1, row + rows - 1
        )
        for sheet, row, column, rows, columns, _ in places
    ]
    loaded = [cells(block) for block in ranges]
    formulas = [retype(block, place[-1]) for block, place in zip(ranges, places, strict=True)]
    found = [
        {"loaded": before, "typed": cells(block), "formula": formula}
        for before, block, formula in zip(loaded, ranges, formulas, strict=True)
    ]
answers.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
