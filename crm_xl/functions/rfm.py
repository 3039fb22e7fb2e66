"""RFM_TABLE, RFM_SCORE, RFM_SEGMENT."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crm_xl.analysis.growth import Floats
from crm_xl.analysis.netting import returned_in_full
from crm_xl.analysis.refunds import Lines, match_returns
from crm_xl.analysis.rfm import LETTERS, score_values
from crm_xl.analysis.rfm import rfm_table as rfm_of_orders
from crm_xl.analysis.segments import segment
from crm_xl.functions import parameters
from crm_xl.functions.cells import (
    Cells,
    Flags,
    Objects,
    absent,
    blanked,
    elementwise,
    grid,
    is_omitted,
    one,
    raise_excel_error,
    raise_first,
    read,
)
from crm_xl.functions.errors import NUM, VALUE, ErrorValue, error_text
from crm_xl.schema import Column, Kind
from crm_xl.settings import Settings
from crm_xl.tables import inputs, outputs
from crm_xl.tables import parameters as p
from crm_xl.tables.headings import match_headings

_DATE = Column(name="analysis_date", title="分析日期", kind=Kind.DATE)
_VALUE = Column(name="value", title="数值", kind=Kind.NUMBER)
_CUTS = Column(name="cuts", title="分界", kind=Kind.NUMBER)
_LOWER = Column(name="lower_is_better", title="越小越好", kind=Kind.YESNO)
_LETTER = {letter: Column(name=letter, title=letter, kind=Kind.NUMBER) for letter in LETTERS}
_COLUMNS = ("customer_id", "recency_days", "frequency", "monetary", "r", "f", "m")
_NEEDED = ("customer_id", "order_date", "amount")
_USEFUL = ("order_id", "status", "original_order_id", "product_id", "product_type")
_HIGHEST = 5.0


def rfm_table(orders: Any, analysis_date: Any, cuts: Any = None) -> Any:
    """Recency, frequency, monetary value and their scores, a row per customer under a heading row.

    Rows that repeat another are left out, as are cancelled lines; returns are taken off the orders they match, as in the
    refresh; what finds no order is left out. An order returned in full counts neither in frequency nor in recency.
    """
    day = one(analysis_date, _DATE)
    if day is None or is_omitted(orders):
        return ""
    lines, customer_ids = _lines(grid(orders))
    method = p.RFM_QUANTILES if is_omitted(cuts) else p.RFM_FIXED
    fixed = None if method == p.RFM_QUANTILES else parameters.cuts(cuts)
    table = rfm_of_orders(
        lines, pd.Timestamp(day), method=method, groups=Settings.default().general.rfm_groups, cuts=fixed
    ).table
    table = table.assign(customer_id=customer_ids[table["customer_id"].to_numpy()])
    columns = [blanked(table[name].to_numpy()).tolist() for name in _COLUMNS]
    headings = [outputs.RFM.column(name).title for name in _COLUMNS]
    return [headings, *map(list, zip(*columns, strict=True))]


def rfm_score(value: Any, cuts: Any, lower_is_better: Any = None) -> Any:
    """1 + the number of cuts below each value; reversed where a low value is good."""
    found = read(cuts, _CUTS).checked()
    bounds = found.values[~found.blank].tolist()
    if not bounds:
        return ""
    if bounds != sorted(bounds):
        raise ErrorValue(NUM, "分界应从小到大。", hint="例如 30、90、180、365。")
    reverse = False if is_omitted(lower_is_better) else bool(one(lower_is_better, _LOWER))
    return elementwise(lambda values: score_values(values, bounds, reverse=reverse), read(value, _VALUE))


def rfm_segment(r: Any, f: Any, m: Any, scheme: Any = None) -> Any:
    """The segment of each R, F, M: by scores 1 to 5, or by days, orders and 元 where the scheme asks for these."""
    rules = parameters.segment_rules(scheme)
    on_scores = any(rule.basis != p.BY_RAW for rule in rules)

    def compute(*values: Floats) -> Objects:
        by_name = dict(zip(LETTERS, values, strict=True))
        frame = pd.DataFrame(
            {letter.lower(): by_name[letter] for letter in LETTERS}
            | {column: by_name[letter] for letter, column in LETTERS.items()}
        )
        # Cell by cell there is no population whose mean could say what is high.
        names = segment(frame, rules, high=p.HIGH_BY_THREE)
        if on_scores:
            off = np.logical_or.reduce([(own < 1) | (own > _HIGHEST) for own in values])
            names[off] = error_text(NUM, "R、F、M 得分应在 1 至 5 之间。")
        return names

    return elementwise(compute, *(read(v, _LETTER[n]) for n, v in zip(LETTERS, (r, f, m), strict=True)))


def _lines(cells: Objects) -> tuple[pd.DataFrame, Objects]:
    """Order lines with customer_id, order_id, order_date, net_amount and counts, ids as codes; customers by code.

    Raises:
        ErrorValue: a heading is missing, or a cell is an error, unreadable, or blank in a line that is not.
    """
    headings = ["" if cell is None else str(cell) for cell in cells[0].tolist()]
    places = match_headings(inputs.ORDERS, headings)
    if lacking := [name for name in _NEEDED if name not in places]:
        raise_excel_error(cells[:1])
        titles = "、".join(f"“{inputs.ORDERS.column(name).title}”" for name in lacking)
        raise ErrorValue(
            VALUE, f"订单区域的标题行缺少{titles}。", hint="请连同标题行一起引用，如 tblOrders[#All]。"
        )
    columns = {
        name: read(cells[1:, [places[name]]], inputs.ORDERS.column(name), at=(1, places[name]))
        for name in (*_NEEDED, *_USEFUL)
        if name in places
    }
    raise_first(*columns.values())
    empty = np.logical_and.reduce([columns[name].blank[:, 0] for name in _NEEDED])
    for name in (*_NEEDED, *(["order_id"] if "order_id" in columns else [])):
        for row in np.flatnonzero(columns[name].blank[:, 0] & ~empty)[:1]:
            title = inputs.ORDERS.column(name).title
            raise ErrorValue(VALUE, f"订单区域第{row + 2}行的{title}为空白。", hint="请补上或删除该行。")
    return _netted(columns, ~empty & ~_repeated(columns, cells[1:]))


def _repeated(columns: dict[str, Cells], body: Objects) -> Flags:
    """Rows that stand above already, cell for cell; without order numbers these may be two orders."""
    again = np.zeros(len(body), dtype=bool)
    if "order_id" not in columns:
        return again
    keys = [own.codes if own.codes is not None else own.values for own in columns.values()]
    # Only rows that agree in what was read are compared in full.
    rows = np.flatnonzero(pd.DataFrame({n: key[:, 0] for n, key in enumerate(keys)}).duplicated(keep=False))
    seen: set[tuple[Any, ...]] = set()
    for row in rows.tolist():
        whole = tuple(body[row].tolist())
        again[row] = whole in seen
        seen.add(whole)
    return again


def _netted(columns: dict[str, Cells], there: Flags) -> tuple[pd.DataFrame, Objects]:
    """The lines net of returns, with codes for ids; which count as orders; and the customers' ids by code."""
    amounts = columns["amount"].values[there, 0]
    customers, customer_ids = _coded(columns["customer_id"], there)
    if "order_id" in columns:
        orders, order_ids = _coded(columns["order_id"], there)
    else:  # each line is an order
        orders, order_ids = np.arange(len(amounts)), np.empty(0, dtype=object)
    dates = columns["order_date"].values[there, 0]
    returns = amounts < 0
    cancelled = np.zeros(len(amounts), dtype=bool)
    if "status" in columns:
        cancelled = np.isin(
            columns["status"].values[there, 0], (inputs.ORDER_CANCELLED, inputs.ORDER_REFUNDED)
        )
    net, counts = amounts, ~returns
    if returns.any():
        lines = Lines(
            customer=customers,
            order=orders,
            named_order=_named(columns, there, order_ids),
            product=_products(columns, there),
            moment=dates,
            amount=amounts,
        )
        # What takes back a cancelled order has nothing left to take.
        gone = np.setdiff1d(orders[cancelled], orders[~cancelled & ~returns])
        cancelled |= returns & np.isin(lines.named_order, gone)
        live = np.flatnonzero(~cancelled)
        lines = Lines(**{name: getattr(lines, name)[live] for name in Lines.__dataclass_fields__})
        matches = match_returns(lines)
        taken = np.bincount(matches.line, weights=matches.taken, minlength=len(live)).astype(np.float64)
        net, counts = amounts.copy(), counts.copy()
        net[live] -= taken
        counts[live] &= ~returned_in_full(lines, taken)
    kept = ~cancelled & ~returns
    return pd.DataFrame(
        {
            "customer_id": customers[kept],
            "order_id": orders[kept],
            "order_date": dates[kept],
            "net_amount": net[kept],
            "counts": counts[kept],
        }
    ), customer_ids


def _named(columns: dict[str, Cells], there: Flags, order_ids: Objects) -> NDArray[np.int64]:
    """The code of the order a line says it takes back; -1 where it says none that is here."""
    if "original_order_id" not in columns or not len(order_ids):
        return np.full(int(there.sum()), -1, dtype=np.int64)
    named = columns["original_order_id"].values[there, 0]
    return np.asarray(pd.Index(order_ids, dtype=object).get_indexer(named), dtype=np.int64)


def _products(columns: dict[str, Cells], there: Flags) -> NDArray[np.int64]:
    """One number per product: its id, else its type; lines without either share one."""
    named = np.full(int(there.sum()), None, dtype=object)
    for name in ("product_type", "product_id"):
        if name in columns:
            own = columns[name].values[there, 0]
            named = np.where(absent(own), named, f"{name} " + np.where(absent(own), "", own))
    return np.asarray(pd.factorize(named)[0], dtype=np.int64)


def _coded(cells: Cells, kept: Flags) -> tuple[NDArray[np.int64], Objects]:
    """The kept ids as numbers, and the ids by number: half a million texts are told apart once."""
    values = cells.values[kept, 0]
    if cells.codes is None:
        codes, names = pd.factorize(values)
        return codes.astype(np.int64), names
    told_apart = cells.codes[kept, 0]
    names = np.empty(told_apart.max(initial=-1) + 1, dtype=object)
    names[told_apart] = values
    # Lines that were dropped leave gaps in the numbers.
    codes, present = pd.factorize(told_apart)
    return codes.astype(np.int64), names[present]
