"""Press 刷新全部 and end LibreOffice in the middle of writing: WORKBOOK PID TABLES SHEET ADDRESS AMOUNT.

The cell gets the amount first, so that many tables change.
LibreOffice is killed, as by a power cut, when that many tables have been written and the next one has begun.
"""

import os
import signal
import sys

from engine_client import engine

workbook, sheet, address = sys.argv[1], *sys.argv[4:6]
pid, tables, amount = int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[6])
engine()

import xlwings as xw  # noqa: E402  engine_client has made it known

from crm_xl.books import live_write  # noqa: E402
from crm_xl.excel import ribbon  # noqa: E402

fill, written = live_write._fill, []


def fill_or_die(live, *arguments):
    """Writes a table, and pulls the plug in the middle of one."""
    if len(written) == tables:
        live.range(live.part.body).clear_contents()
        os.kill(pid, signal.SIGKILL)
    written.append(live.part.name)
    fill(live, *arguments)


live_write._fill = fill_or_die
book = xw.Book(workbook)
book.sheets[sheet][address].raw_value = amount
outcome = ribbon.outcome("refresh", book)
raise SystemExit(f"LibreOffice ended; the press told of {outcome}")
