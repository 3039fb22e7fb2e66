"""Order lines net of cancellations and returns, and the balance that shows where the money went (SPEC section 3)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_xl.analysis.balance import CENT, Balance, exact_sum
from crm_xl.analysis.ledger import Action, Ledger, Rule, shown
from crm_xl.analysis.order_lines import CODES, narrow
from crm_xl.analysis.refunds import Lines, Matches, match_returns
from crm_xl.analysis.screening import Screened
from crm_xl.settings.model import General
from crm_xl.tables import inputs as i
from crm_xl.tables import parameters as p

LEFT_STATUSES = (i.ORDER_CANCELLED, i.ORDER_REFUNDED)


def net_orders(orders: Screened, general: General, ledger: Ledger) -> tuple[pd.DataFrame, Balance]:
    """The order lines that count, net of what was returned, and the balance over all lines.

    Args:
        orders: the screened order lines.
        general: refund_at and apply_unmatched_returns decide where returns go.
        ledger: takes up cancelled lines and every return.

    Returns:
        The declared columns of ORDERS and net_amount, net_profit, counts, and the numbers of CODES; the balance.
    """
    rows = np.flatnonzero(orders.kept)
    lines = _lines(orders, rows)
    cancelled = _cancelled(orders, rows, lines, ledger)
    live = np.flatnonzero(~cancelled)
    left_out, rows, lines = rows[cancelled], rows[live], _pick(lines, live)
    matches = match_returns(lines)
    _report_returns(orders, rows, lines, matches, general, ledger)

    applied = general.apply_unmatched_returns
    gross = exact_sum(lines.amount[lines.amount >= 0])
    taken, unmatched = exact_sum(matches.taken), -exact_sum(matches.remainder)
    net = net_lines(lines, orders.values("profit")[rows], matches, general)
    del lines, matches  # of ten million lines half a gigabyte, before as much is made
    rows = rows[net.kept]
    codes = {code: narrow(orders.codes(name)[rows]) for name, code in CODES.items()}
    frame = orders.frame(
        rows, net_amount=net.amount[net.kept], net_profit=net.profit[net.kept], counts=net.counts[net.kept],
        **codes,
    )  # fmt: skip
    amounts = orders.values("amount")
    balance = Balance(
        money_in=exact_sum(amounts[orders.present]),
        gross_kept=gross,
        netted=taken - (unmatched if applied else 0.0),
        net_kept=exact_sum(frame["net_amount"].to_numpy()),
        cancelled=exact_sum(amounts[left_out]),
        set_aside=exact_sum(amounts[orders.present & ~orders.kept]) + (0.0 if applied else unmatched),
    )
    return frame, balance


@dataclass(frozen=True, kw_only=True, eq=False)
class NetLines:
    """Order lines after returns, one value each.

    Attributes:
        amount, profit: what is left of an order; what a return takes off on its own line, negative.
        counts: lines of orders that count in frequency and recency.
        kept: lines that the analysis sees; a return that takes nothing off on its own line is none.
    """

    amount: np.ndarray
    profit: np.ndarray
    counts: np.ndarray
    kept: np.ndarray


def net_lines(lines: Lines, profit: np.ndarray, matches: Matches, general: General) -> NetLines:
    """What returns leave of the lines.

    Args:
        lines: as they were matched.
        profit: of each line, signed; NaN where it is not known.
        matches: from `match_returns`.
        general: whether returns count where the order or where the return stands, and the unmatched at all.
    """
    size = len(lines.amount)
    profit_taken = _profit_taken(lines, profit, matches)
    taken = _sum_at(matches.line, matches.taken, size)
    counts = ~returned_in_full(lines, taken)
    # Per line: what a return takes off the order's line, and what stands on the return's own line.
    off_order, off_order_profit = taken, _sum_at(matches.line, profit_taken, size)
    own, own_profit = np.zeros(size), np.zeros(size)
    if general.refund_at == p.REFUND_AT_RETURN:
        own = _sum_at(matches.returned, matches.taken, size)
        own_profit = _sum_at(matches.returned, profit_taken, size)
        off_order, off_order_profit = np.zeros(size), np.zeros(size)
    if general.apply_unmatched_returns:
        own = own + matches.remainder
        unmatched = matches.remainder > 0
        share = matches.remainder[unmatched] / -lines.amount[unmatched]
        own_profit[unmatched] -= profit[unmatched] * share
    is_order = lines.amount >= 0
    return NetLines(
        amount=np.where(is_order, lines.amount - off_order, -own),
        profit=np.where(is_order, profit - off_order_profit, -own_profit),
        counts=counts & is_order,
        kept=is_order | (own > 0),
    )


def _lines(orders: Screened, rows: np.ndarray) -> Lines:
    order = orders.codes("order_id")
    return Lines(
        customer=orders.codes("customer_id")[rows],
        order=order[rows],
        named_order=_named_orders(orders, order)[rows],
        product=_products(orders)[rows],
        moment=orders.values("order_date")[rows],
        amount=orders.values("amount")[rows],
    )


def _pick(lines: Lines, where: np.ndarray) -> Lines:
    if len(where) == len(lines.amount):  # all of them, as they stand
        return lines
    return Lines(**{name: getattr(lines, name)[where] for name in Lines.__dataclass_fields__})


def _products(orders: Screened) -> np.ndarray:
    """One whole number per product: its id, else its type, else a number that all lines without either share."""
    by_id, by_type = orders.codes("product_id"), orders.codes("product_type")
    ids, types = int(by_id.max(initial=-1)) + 1, int(by_type.max(initial=-1)) + 1
    return np.where(by_id >= 0, by_id, np.where(by_type >= 0, ids + by_type, ids + types))


def _named_orders(orders: Screened, order: np.ndarray) -> np.ndarray:
    """The code, among order ids, of the order a line says it takes back; -1 where it says none that is there."""
    named = orders.values("original_order_id")
    says = np.flatnonzero(orders.codes("original_order_id") >= 0)
    codes = np.full(len(named), -1, dtype=np.int64)
    known = np.flatnonzero(order >= 0)
    if len(says) and len(known):
        ids, first = np.unique(order[known], return_index=True)
        texts = pd.Index(orders.values("order_id")[known][first], dtype=object)
        at = texts.get_indexer(pd.Index(named[says], dtype=object))
        codes[says] = np.where(at >= 0, ids[at], -1)
    return codes


def _cancelled(orders: Screened, rows: np.ndarray, lines: Lines, ledger: Ledger) -> np.ndarray:
    """Lines that leave because they are cancelled or refunded, and the negative lines that name such lines.

    Naming an order of which only other products were cancelled is an ordinary return.
    """
    if "status" not in orders.headings:
        return np.zeros(len(rows), dtype=bool)
    by_status: np.ndarray = orders.among("status", LEFT_STATUSES)[rows]
    if not by_status.any():
        return by_status
    products = int(lines.product.max()) + 1
    gone = lines.order[by_status] * products + lines.product[by_status]
    live_orders = lines.order[~by_status & (lines.amount >= 0)]
    gone_orders = np.setdiff1d(lines.order[by_status], live_orders)
    says = np.flatnonzero((lines.amount < 0) & (lines.named_order >= 0) & ~by_status)
    named = lines.named_order[says]
    taken_back = np.isin(named * products + lines.product[says], gone) | np.isin(named, gone_orders)
    naming = np.zeros(len(rows), dtype=bool)
    naming[says[taken_back]] = True
    for where, column in ((by_status, "status"), (naming, "original_order_id")):
        ledger.add(
            orders.findings(
                rows[where], Rule.CANCELLED, Action.DROPPED, column,
                before=[shown(value) for value in orders.values(column)[rows[where]]], amounts=lines.amount[where],
            )
        )  # fmt: skip
    leaving: np.ndarray = by_status | naming
    return leaving


def _sum_at(places: np.ndarray, values: np.ndarray, size: int) -> np.ndarray:
    # Without any place bincount counts in whole numbers.
    summed: np.ndarray = np.bincount(places, weights=values, minlength=size).astype(np.float64)
    return summed


def _profit_taken(lines: Lines, profit: np.ndarray, matches: Matches) -> np.ndarray:
    """Per match, the profit that goes back with the goods.

    The return's own profit in proportion to what was matched; where it has none, the order line's profit in
    proportion to what was taken from it.
    """
    own = -profit[matches.returned] * matches.taken / -lines.amount[matches.returned]
    of_order = profit[matches.line] * matches.taken / lines.amount[matches.line]
    going_back: np.ndarray = np.where(np.isnan(own), of_order, own)
    return going_back


def returned_in_full(lines: Lines, taken: np.ndarray) -> np.ndarray:
    """Lines of orders from which returns took everything.

    Args:
        lines: as they were matched.
        taken: what returns took from each line.
    """
    touched = np.zeros(int(lines.order.max(initial=-1)) + 1, dtype=bool)
    touched[lines.order[taken > 0]] = True
    rows = np.flatnonzero(touched[lines.order])  # few orders are
    customers = int(lines.customer.max(initial=0)) + 1
    codes, _ = pd.factorize(lines.order[rows].astype(np.int64) * customers + lines.customer[rows])
    amount, off = lines.amount[rows], taken[rows]
    left = np.bincount(codes, weights=np.where(amount > 0, amount - off, 0.0))
    back = np.bincount(codes, weights=off) > 0
    full = np.zeros(len(taken), dtype=bool)
    full[rows] = ((left <= CENT / 2) & back)[codes]
    return full


def _report_returns(
    orders: Screened, rows: np.ndarray, lines: Lines, matches: Matches, general: General, ledger: Ledger
) -> None:
    """Every return in the ledger: what it was netted against, and what found no order."""
    order = np.argsort(matches.returned, kind="stable")
    returned, first, times = np.unique(matches.returned[order], return_index=True, return_counts=True)
    against = orders.raw.cells(rows[matches.line[order][first]], orders.headings["amount"])
    more = [f" 等{count}行" if count > 1 else "" for count in times.tolist()]
    ledger.add(
        orders.findings(
            rows[returned], Rule.RETURN_MATCHED, Action.NETTED, "amount",
            before=orders.texts("amount", rows[returned]),
            after=[f"冲减 {cell}{rest}" for cell, rest in zip(against, more, strict=True)],
            amounts=-_sum_at(matches.returned, matches.taken, len(rows))[returned],
        )
    )  # fmt: skip
    unmatched = np.flatnonzero(matches.remainder > 0)
    ledger.add(
        orders.findings(
            rows[unmatched], Rule.RETURN_UNMATCHED,
            Action.APPLIED if general.apply_unmatched_returns else Action.SET_ASIDE, "amount",
            before=orders.texts("amount", rows[unmatched]),
            after=[f"未匹配 {amount:,.2f}" for amount in matches.remainder[unmatched].tolist()],
            amounts=-matches.remainder[unmatched],
        )
    )  # fmt: skip
