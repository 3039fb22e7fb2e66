"""Our functions beside the native formulas that people write instead, recalculated by LibreOffice.

For each customer: the score by SUMPRODUCT over four VLOOKUPs, the tier by a VLOOKUP, the number of orders by
COUNTIFS, the last one by MAXIFS, their sum by SUMIFS. The two sides must agree before they are timed.
"""

from __future__ import annotations

import atexit
import tempfile
from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

from benchmarks.functions_input import customers, orders
from benchmarks.harness import Case, Measured, Pair
from crm_xl.functions.declared import function
from crm_xl.settings import Settings
from tests.support.office import Office

CUSTOMERS = 2_000
ORDERS = 10_000
ANALYSIS_DATE = "2024-12-31"
SCRIPT = Path(__file__).with_name("recalculate.py")
_HEADINGS = ["客户编号", "订单编号", "订单日期", "订单金额(元)"]
_LOWEST = -1e9  # VLOOKUP has no step that is open below


def _write(path: Path, values: Sequence[Sequence[float]], lines: Sequence[Sequence[object]]) -> None:
    """The workbook with native formulas: customers in A to J, orders and steps on sheets of their own."""
    card, tiers = Settings.default().card, Settings.default().tiers
    book = xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"})
    sheet, data, steps = (book.add_worksheet(name) for name in ("customers", "orders", "steps"))
    for row, line in enumerate(lines):
        data.write_row(row, 0, line)
    for place, indicator in enumerate(card.indicators):
        for row, step in enumerate(indicator.steps):
            lower = _LOWEST if step.lower is None else step.lower
            steps.write_row(row, 2 * place, [lower, step.points])
        steps.write(20, place, card.weights[indicator.name])
    for row, tier in enumerate(reversed(tiers)):
        steps.write_row(row, 10, [_LOWEST if tier.lower is None else tier.lower, tier.name])
    for row, own in enumerate(values):
        number = row + 1
        sheet.write(row, 0, f"C{row:05d}")
        sheet.write_row(row, 1, own)
        looked_up = ",".join(
            f"VLOOKUP({'BCDE'[place]}{number},steps!${'ACEG'[place]}$1:${'BDFH'[place]}$9,2,TRUE)"
            for place in range(len(card.indicators))
        )
        # CHOOSE makes a row of the four points, for SUMPRODUCT with the row of weights.
        sheet.write_formula(row, 5, f"=SUMPRODUCT(CHOOSE({{1,2,3,4}},{looked_up}),steps!$A$21:$D$21)")
        sheet.write_formula(row, 6, f"=VLOOKUP(F{number},steps!$K$1:$L$4,2,TRUE)")
        owner = f"orders!$A$1:$A${len(lines)}"
        sheet.write_formula(row, 7, f"=COUNTIFS({owner},A{number})")
        sheet.write_formula(row, 8, f"=_xlfn.MAXIFS(orders!$C$1:$C${len(lines)},{owner},A{number})")
        sheet.write_formula(row, 9, f"=SUMIFS(orders!$D$1:$D${len(lines)},{owner},A{number})")
    book.close()


def prepare() -> Pair:
    """Both sides on the same customers and orders.

    Raises:
        RuntimeError: LibreOffice's formulas and our functions disagree.
    """
    values, lines = customers(CUSTOMERS), orders(ORDERS, CUSTOMERS)
    table = [_HEADINGS, *lines]
    home = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    office = Office(Path(home.name) / "office")
    office.home.mkdir()
    atexit.register(home.cleanup)
    atexit.register(office.stop)
    path = Path(home.name) / "native.xlsx"
    _write(path, values, lines)

    def recalculated(*cells: str) -> list[str]:
        return office.run(SCRIPT, path, "1", *cells).splitlines()

    def ours() -> tuple[list[list[object]], list[list[object]], list[list[object]]]:
        scores = function("CUSTOMER_SCORE").call(values)
        return (
            scores,
            function("CUSTOMER_TIER").call(scores),
            function("RFM_TABLE").call(table, ANALYSIS_DATE),
        )

    def native() -> Measured:
        return Measured(recalculated()[0])

    last = CUSTOMERS
    score, tier, amount = recalculated(f"customers!F{last}", f"customers!G{last}", f"customers!J{last}")[-3:]
    scores, tiers, rfm = ours()
    (bought,) = (row[3] for row in rfm[1:] if row[0] == f"C{last - 1:05d}")
    if abs(float(score) - float(str(scores[-1][0]))) > 1e-9 or tier != tiers[-1][0]:
        raise RuntimeError(f"LibreOffice scores {score} {tier}, ours {scores[-1]} {tiers[-1]}")
    if abs(float(amount) - float(str(bought))) > 1e-6:
        raise RuntimeError(f"LibreOffice sums {amount}, ours {bought}")
    return Pair(ours=ours, baseline=native, note=f"{CUSTOMERS:,} customers, {ORDERS:,} order lines")


CASE = Case(
    ours="CUSTOMER_SCORE, CUSTOMER_TIER, RFM_TABLE",
    baseline="LibreOffice SUMPRODUCT, VLOOKUP, COUNTIFS, MAXIFS, SUMIFS",
    prepare=prepare,
    most_ratio=1,
)
