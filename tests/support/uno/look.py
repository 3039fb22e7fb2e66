"""What a workbook looks like where no picture tells: WORKBOOK OUT, the answer as JSON in the file OUT.

charts: for each chart its sheet, name and how many numbers its series show. cut: cells of tables whose text is
not shown whole: a wrapped one whose row is lower than it needs, or one that a neighbour keeps in too narrow a column.
narrow: number cells wider than their column, which show ###.
"""

import json
import math
import sys
from pathlib import Path

from client import connect, opened

SLACK = 60  # hundredths of a millimetre: half a pixel and rounding

workbook, out = sys.argv[1:]


def charts(sheet):
    """Every chart of a sheet."""
    for name in sheet.Charts.ElementNames:
        chart = sheet.Charts.getByName(name).EmbeddedObject
        numbers = 0
        for system in chart.getFirstDiagram().getCoordinateSystems():
            for kind in system.getChartTypes():
                for series in kind.getDataSeries():
                    for labelled in series.getDataSequences():
                        values = labelled.getValues().getData()
                        numbers += sum(isinstance(each, float) and not math.isnan(each) for each in values)
        yield {"sheet": sheet.Name, "name": name, "numbers": numbers}


def narrow_cells(document, sheet, scratch, where):
    """Cells of a table that need more room than they have, by what would be seen: cut texts, ### for numbers."""
    cells = sheet.getCellRangeByPosition(where.StartColumn, where.StartRow, where.EndColumn, where.EndRow)
    target = scratch.getCellByPosition(0, 0)
    scratch.clearContents(1023)
    scratch.copyRange(target.CellAddress, cells.RangeAddress)
    width, height = where.EndColumn - where.StartColumn + 1, where.EndRow - where.StartRow + 1
    cut, narrow = [], []
    copies = scratch.getCellRangeByPosition(0, 0, width - 1, height - 1)
    own = [sheet.Columns.getByIndex(where.StartColumn + column).Width for column in range(width)]
    for column in range(width):
        scratch.Columns.getByIndex(column).Width = own[column]
    texts = copies.getDataArray()
    # Wrapped texts: rows as high as they need, beside rows as high as they are.
    for row in range(height):
        scratch.Rows.getByIndex(row).OptimalHeight = True
        if scratch.Rows.getByIndex(row).Height > sheet.Rows.getByIndex(where.StartRow + row).Height + SLACK:
            cut.append(f"{sheet.Name} row {where.StartRow + row + 1}")
    # What does not wrap: columns as wide as they need, looked at cell by cell where they are too narrow.
    for column in range(width):
        scratch.Columns.getByIndex(column).OptimalWidth = True
        if scratch.Columns.getByIndex(column).Width <= own[column] + SLACK:
            continue
        for row in range(height):
            cell = copies.getCellByPosition(column, row)
            value = texts[row][column]
            if value in ("", None) or cell.IsTextWrapped:
                continue
            beside = "" if column == width - 1 else texts[row][column + 1]
            if isinstance(value, str) and beside == "":
                continue  # flows over the blank cell beside it
            probe = scratch.getCellByPosition(width + 1, 0)
            scratch.copyRange(probe.CellAddress, cell.RangeAddress)
            scratch.Columns.getByIndex(width + 1).OptimalWidth = True
            if scratch.Columns.getByIndex(width + 1).Width > own[column] + SLACK:
                place = sheet.getCellByPosition(where.StartColumn + column, where.StartRow + row)
                (cut if isinstance(value, str) else narrow).append(
                    f"{place.AbsoluteName} needs {scratch.Columns.getByIndex(width + 1).Width}, has {own[column]}"
                )
    return cut, narrow


with opened(connect(), workbook) as document:
    found = {"charts": [], "cut": [], "narrow": [], "sheets": [], "tables": []}
    document.Sheets.insertNewByName("scratch", document.Sheets.Count)
    scratch = document.Sheets.getByName("scratch")
    for sheet in document.Sheets:
        if sheet.IsVisible and sheet.Name != "scratch":
            found["sheets"].append(sheet.Name)
            found["charts"] += charts(sheet)
    for table in document.DatabaseRanges:
        where = table.DataArea
        sheet = document.Sheets.getByIndex(where.Sheet)
        if not sheet.IsVisible:
            continue
        found["tables"].append(table.Name)
        cut, narrow = narrow_cells(document, sheet, scratch, where)
        found["cut"] += cut
        found["narrow"] += narrow
Path(out).write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
