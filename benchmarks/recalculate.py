"""Under LibreOffice's Python: seconds of each hard recalculation of a workbook, one a line; then named results.

Arguments: PATH TIMES CELL…, each cell as "sheet!A1".
"""

import os
import sys
import time

from client import connect, opened

TEXT = 2  # com.sun.star.sheet.FormulaResult.STRING

path, times, *cells = sys.argv[1:]
with opened(connect(), path) as document:
    document.calculateAll()
    for _ in range(int(times)):
        started = time.perf_counter()
        document.calculateAll()
        print(time.perf_counter() - started)
    for cell in cells:
        sheet, _, address = cell.partition("!")
        found = document.Sheets.getByName(sheet).getCellRangeByName(address)
        print(found.String if found.FormulaResultType2 == TEXT else found.Value)
sys.stdout.flush()
os._exit(0)  # the bridge at times crashes while the interpreter takes it down
