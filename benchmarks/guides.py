"""Every table of the five guides refreshed in one workbook, beside calamine's read and XlsxWriter's write of the outputs."""

from __future__ import annotations

from pathlib import Path

import xlsxwriter

import crm_xl
from benchmarks.guides_input import workbook
from benchmarks.harness import Case, Pair
from benchmarks.retail_input import CACHE
from benchmarks.workbook import read_with_calamine
from crm_xl.refreshing import check, output_blocks
from crm_xl.report import write_report


def prepare() -> Pair:
    """The workbook on disk, and the cells that a refresh writes."""
    path = workbook()
    results = check(path)
    blocks = output_blocks(results)
    target = CACHE / "written.xlsx"

    def baseline() -> int:
        rows = read_with_calamine(path)
        with xlsxwriter.Workbook(target, {"constant_memory": True}) as book:
            for name, block in blocks.items():
                sheet = book.add_worksheet(name[:31])
                sheet.write_row(0, 0, block.headings)
                for number, row in enumerate(block.rows, 1):
                    sheet.write_row(number, 0, row)
        return rows

    return Pair(
        ours=lambda: crm_xl.refresh(path, out=CACHE / "guides-refreshed.xlsx"),
        baseline=baseline,
        note=f"{results.customers:,} customers, every output",
    )


def prepare_report() -> Pair:
    """The report of the same workbook, beside calamine's bare read of it."""
    path = workbook()
    return Pair(
        ours=lambda: write_report(path, Path(CACHE) / "report.docx"),
        baseline=lambda: read_with_calamine(path),
        note="11,200 customers",
    )


GUIDES = Case(
    ours="refresh, all outputs",
    baseline="calamine reads + XlsxWriter writes",
    prepare=prepare,
    most_ratio=4,
    most_gigabytes=2,
)
REPORT = Case(ours="report", baseline="calamine reads it", prepare=prepare_report, most_seconds=15)
