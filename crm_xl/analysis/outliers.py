"""Figures that stand out, columns in the wrong unit, cells nobody filled: told, never changed (SPEC section 3)."""

from __future__ import annotations

from functools import reduce

import numpy as np
import pandas as pd

from crm_xl.analysis.ledger import Action, Ledger, Rule
from crm_xl.analysis.screening import Screened
from crm_xl.schema import Column, Kind, Table
from crm_xl.tables import inputs as i
from crm_xl.values import missing

_MEASURED = (Kind.INTEGER, Kind.NUMBER, Kind.MONEY)
# Fewer values have no spread worth speaking of.
FEWEST = 20
# Makes the median absolute deviation of a normal distribution its standard deviation.
_MAD_TO_SIGMA = 1.4826
# Where most values are equal the spread is zero; ten times the median is the least that is called an outlier.
_LEAST_FACTOR = 10.0

_OFF = 10_000  # between 元 and 万元
BEYOND_BELIEF = _OFF**0.75  # so many times off, or as many times too small
# A ratio of two columns that is 1 or somewhat below when both are in 元.
RATIOS = {"amount": ("quantity", "unit_price"), "profit": ("amount",)}
# No column of a sales table has half of its values beyond these, in its declared unit.
BELIEVABLE = {
    (i.CUSTOMERS.name, "revenue_wan"): (None, 5_000_000.0),
    (i.CUSTOMERS.name, "budget_wan"): (None, 200_000.0),
    (i.ORDERS.name, "amount"): (0.5, None),
    (i.OPPORTUNITIES.name, "amount"): (10.0, None),
    (i.CAMPAIGNS.name, "cost"): (10.0, None),
}

# A blank here is an answer: no return, confirmed, one line, nothing to remark.
_BLANK_MEANS = {
    (i.ORDERS.name, name) for name in ("line_no", "original_order_id", "status", "product_id", "quantity", "unit_price")
} | {
    (i.CUSTOMERS.name, "remark"), (i.CUSTOMERS.name, "contract_end"), (i.TICKETS.name, "resolved_at"),
    (i.OPPORTUNITIES.name, "closed_on"), (i.OPPORTUNITIES.name, "lost_reason"), (i.OVERRIDES.name, "expires_on"),
}  # fmt: skip
_PERSON_ONLY = frozenset({"occupation", "income_band"})
_COMPANY_ONLY = frozenset(
    {"main_business", "employees", "revenue_wan", "size_band", "founded_year", "market_position", "industry"}
)


def note_outliers(screened: Screened, k: float, ledger: Ledger) -> None:
    """Tell of kept figures whose logarithm lies more than k MAD from the median of their column and sign.

    Columns with a declared maximum are judged by it alone.
    """
    for column in screened.table:
        if column.name not in screened.headings or not _is_measure(column):
            continue
        values = screened.values(column.name)
        for side in (values > 0, values < 0):
            rows = np.flatnonzero(side & screened.kept)
            far = rows[_stand_out(np.abs(values[rows]), k)]
            if len(far):
                codes, distinct = pd.factorize(values[rows])
                middle = _median(distinct, np.bincount(codes))
                ledger.add(
                    screened.findings(
                        far, Rule.OUTLIER, Action.NOTED, column.name,
                        before=screened.texts(column.name, far), after=f"中位数 {middle:.15g}",
                    )
                )  # fmt: skip


def _is_measure(column: Column) -> bool:
    """Whether the sizes in the column compare; a rank (第1名) is no size."""
    return column.kind in _MEASURED and column.maximum is None and column.unit != "名"


def _stand_out(sizes: np.ndarray, k: float) -> np.ndarray:
    if len(sizes) < FEWEST:
        return np.zeros(len(sizes), dtype=bool)
    # Half a million prices are a few thousand different ones.
    codes, distinct = pd.factorize(sizes)
    times = np.bincount(codes)
    logs = np.log(distinct)
    apart = np.abs(logs - _median(logs, times))
    limit = max(k * _MAD_TO_SIGMA * _median(apart, times), float(np.log(_LEAST_FACTOR)))
    return np.asarray(apart > limit, dtype=bool)[codes]


def _median(values: np.ndarray, times: np.ndarray) -> float:
    """The median of values that occur so many times each, at least once in all."""
    order = np.argsort(values)
    reached = np.cumsum(times[order])
    low, high = np.searchsorted(reached, [(reached[-1] - 1) // 2, reached[-1] // 2], side="right")
    return float(values[order[low]] + values[order[high]]) / 2


def note_units(screened: Screened, ledger: Ledger) -> None:
    """Tell of money columns that look 10,000 times off against the unit in their heading; once per column."""
    for column in screened.table:
        if column.kind is not Kind.MONEY or column.name not in screened.headings:
            continue
        values = screened.values(column.name)
        rows = np.flatnonzero(screened.kept & ~np.isnan(values) & (values != 0))
        if len(rows) < FEWEST:
            continue
        if doubt := _unit_doubt(screened, column, rows):
            first = rows[:1]
            ledger.add(
                screened.findings(
                    first, Rule.UNIT_DOUBTFUL, Action.NOTED, column.name,
                    before=screened.texts(column.name, first), after=doubt,
                )
            )  # fmt: skip


def _unit_doubt(screened: Screened, column: Column, rows: np.ndarray) -> str:
    """What makes the unit of a column doubtful, in words; empty for nothing."""
    sizes = np.abs(screened.values(column.name)[rows])
    other = "万元" if column.unit == "元" else "元"
    low, high = BELIEVABLE.get((screened.table.name, column.name), (None, None))
    low, high = low or 0.0, high or np.inf
    if _half(sizes < low) or _half(sizes > high):
        middle = float(np.median(sizes))
        if not low <= middle <= high:
            return f"中位数 {middle:.6g}，像是以{other}填写"
    parts = RATIOS.get(column.name, ())
    if screened.table is not i.ORDERS or not parts or not all(name in screened.headings for name in parts):
        return ""
    product = reduce(np.multiply, [np.abs(screened.values(name)[rows]) for name in parts])
    known = product > 0  # NaN is not
    if np.count_nonzero(known) < FEWEST:
        return ""
    sizes, product = sizes[known], product[known]
    # A profit a hundred times smaller than its sale is a thin margin; only the other way round is beyond belief.
    least = 1 / BEYOND_BELIEF if column.name == "amount" else 0.0
    if not (_half(sizes > BEYOND_BELIEF * product) or _half(sizes < least * product)):
        return ""
    ratio = float(np.median(sizes / product))
    words = "×".join(screened.table.column(name).title for name in parts)
    return "" if least <= ratio <= BEYOND_BELIEF else f"约为{words}的 {ratio:.3g} 倍，像是单位相差一万倍"


def _half(where: np.ndarray) -> bool:
    """Whether at least half are marked: the median cannot be among the marked otherwise, and counting is no sorting."""
    return bool(2 * np.count_nonzero(where) >= len(where))


def blank_is_an_answer(table: Table, column: Column) -> bool:
    """Whether nobody need fill a blank cell: it says something, another rule tells of it, or it is computed."""
    return column.required or column.computed or (table.name, column.name) in _BLANK_MEANS


def count_empty(screened: Screened, ledger: Ledger) -> None:
    """Count, column by column, the cells of kept rows that nobody filled and somebody should."""
    kind = screened.columns["customer_type"].values if screened.table is i.CUSTOMERS else None
    for column in screened.table:
        if blank_is_an_answer(screened.table, column) or column.name not in screened.headings:
            continue
        read = screened.columns[column.name]
        empty = missing(read.values) & ~read.bad & screened.kept
        if kind is not None and column.name in _PERSON_ONLY:
            empty &= kind == i.CUSTOMER_TYPES[1]
        if kind is not None and column.name in _COMPANY_ONLY:
            empty &= kind != i.CUSTOMER_TYPES[1]
        if number := int(empty.sum()):
            ledger.count(screened.table, Rule.FIELD_EMPTY, number, f"{Action.TO_SUPPLY}“{column.title}”")
