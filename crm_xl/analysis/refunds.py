"""Which order each return takes back (SPEC section 3, Refunds and cancellations; PEERS T1).

Deleting negative lines counts money twice; summing them where they stand moves them to another month. Here a
return is matched to the lines it takes back, in three passes over all returns: the order it names; a line of
the same customer and product with exactly its amount; whatever is still open of that customer and product.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

# Amounts that differ by less are one amount written twice (10.00 and 2 × 5.00).
SAME_AMOUNT = 1e-7
_DECIMALS = 6


@dataclass(frozen=True, kw_only=True)
class Lines:
    """Order lines as the matching sees them: codes for texts, one array each, equal lengths.

    Attributes:
        customer, order, named_order: whole numbers that stand for the ids; named_order is the order a return
            says it takes back, -1 where it says nothing or names an order that is not there.
        product: product id, else product type, as a whole number; lines without either share one.
        moment: datetime64, with the time of day where the source has it.
        amount: signed; never missing.
    """

    customer: np.ndarray
    order: np.ndarray
    named_order: np.ndarray
    product: np.ndarray
    moment: np.ndarray
    amount: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Matches:
    """What the returns took back: one row per pair of a return and a line it took from.

    Attributes:
        returned, line: positions in Lines of the return and of the order line.
        taken: how much, positive.
        remainder: per line of Lines, what of a return found no order, positive; 0 elsewhere.
    """

    returned: np.ndarray
    line: np.ndarray
    taken: np.ndarray
    remainder: np.ndarray


class _Book:
    """Open amounts while returns are matched."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.open = np.where(lines.amount > 0, lines.amount, 0.0)
        self.want = np.where(lines.amount < 0, -lines.amount, 0.0)
        self.returned: list[int] = []
        self.line: list[int] = []
        self.taken: list[float] = []

    def pending(self) -> np.ndarray:
        """Returns that still want something, earliest first."""
        rows = np.flatnonzero(self.want > SAME_AMOUNT)
        ordered: np.ndarray = rows[np.argsort(self.lines.moment[rows], kind="stable")]
        return ordered

    def take(self, returned: int, line: int) -> None:
        """Let a return take what it still wants, as far as the line is open."""
        want, available = float(self.want[returned]), float(self.open[line])
        taken = available if abs(want - available) <= SAME_AMOUNT else min(want, available)
        self.open[line] = available - taken
        self.want[returned] = want - taken if want - taken > SAME_AMOUNT else 0.0
        self.returned.append(returned)
        self.line.append(line)
        self.taken.append(taken)


def match_returns(lines: Lines) -> Matches:
    """Every return with the order lines it takes back.

    "Earlier" is on or before the return's moment. One return may take from several lines and several returns
    from one; no line gives more than its amount.

    Args:
        lines: kept lines; those with a negative amount are the returns.
    """
    book = _Book(lines)
    _take_from_named_order(book)
    keys = _keys(lines)
    # The lines of a customer and product of which something came back.
    candidates = np.flatnonzero(_is_among(keys, keys[book.pending()]))
    _take_exact(book, keys, candidates)
    _take_what_is_open(book, keys, candidates)
    return Matches(
        returned=np.array(book.returned, dtype=np.int64),
        line=np.array(book.line, dtype=np.int64),
        taken=np.array(book.taken, dtype=np.float64),
        remainder=book.want,
    )


def _keys(lines: Lines) -> np.ndarray:
    """Customer and product as one whole number."""
    products = int(lines.product.max(initial=-1)) + 2
    keys: np.ndarray = lines.customer.astype(np.int64) * products + lines.product + 1
    return keys


def _grouped(keys: np.ndarray, rows: np.ndarray) -> Iterator[tuple[int, list[int]]]:
    """The rows of each key, in the order given."""
    if not len(rows):
        return
    order = np.argsort(keys[rows], kind="stable")
    sorted_rows, sorted_keys = rows[order], keys[rows][order]
    starts = np.flatnonzero(np.r_[True, sorted_keys[1:] != sorted_keys[:-1]])
    in_order, ends = sorted_rows.tolist(), [*starts[1:].tolist(), len(rows)]
    for key, begin, end in zip(sorted_keys[starts].tolist(), starts.tolist(), ends, strict=True):
        yield key, in_order[begin:end]


def _is_among(keys: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Which keys are wanted; few are, so that looking each up beats sorting them all."""
    return pd.Series(keys).isin(pd.unique(wanted)).to_numpy()


def _sellers(book: _Book, rows: np.ndarray) -> np.ndarray:
    """The open ones among the lines, earliest first."""
    rows = rows[book.open[rows] > 0]
    ordered: np.ndarray = rows[np.argsort(book.lines.moment[rows], kind="stable")]
    return ordered


def _take_from_named_order(book: _Book) -> None:
    """First the lines of the named order with the same product, exactly its amount before others; then the rest.

    The day does not matter here: who names the order knows better than a mistyped date.
    """
    lines = book.lines
    pending = book.pending()
    pending = pending[lines.named_order[pending] >= 0]
    if not len(pending):
        return
    named = np.flatnonzero(_is_among(lines.order, lines.named_order[pending]))
    by_order = dict(_grouped(lines.order, _sellers(book, named)))
    for returned in pending.tolist():
        candidates = [
            line
            for line in by_order.get(int(lines.named_order[returned]), ())
            if lines.customer[line] == lines.customer[returned]
        ]
        want = book.want[returned]
        candidates.sort(
            key=lambda line: (
                lines.product[line] != lines.product[returned],
                abs(book.open[line] - want) > SAME_AMOUNT,
            )
        )
        for line in candidates:
            if book.want[returned] and book.open[line]:
                book.take(returned, line)


def _take_exact(book: _Book, keys: np.ndarray, candidates: np.ndarray) -> None:
    """The latest earlier line, not yet touched, of the same customer and product with the same amount."""
    lines = book.lines
    pending = book.pending()
    untouched = candidates[book.open[candidates] > 0]
    untouched = untouched[book.open[untouched] == lines.amount[untouched]]
    rows = np.concatenate([untouched, pending])
    amounts = np.round(np.where(lines.amount[rows] > 0, lines.amount[rows], book.want[rows]), _DECIMALS)
    groups = np.empty(len(lines.amount), dtype=np.int64)
    order = np.lexsort((amounts, keys[rows]))
    first = np.r_[True, (np.diff(keys[rows][order]) != 0) | (np.diff(amounts[order]) != 0)][: len(rows)]
    groups[rows[order]] = np.cumsum(first)
    # At the same moment an order stands before the return of it, wherever its row is.
    rows = rows[np.lexsort((lines.amount[rows] < 0, lines.moment[rows]))]
    waited_for = np.isin(groups[rows], groups[pending])
    stacks: dict[int, list[int]] = {}
    rows = rows[waited_for]
    for row, group, is_return in zip(
        rows.tolist(), groups[rows].tolist(), (lines.amount[rows] < 0).tolist(), strict=True
    ):
        if not is_return:
            stacks.setdefault(group, []).append(row)
        elif stack := stacks.get(group):
            book.take(row, stack.pop())


def _take_what_is_open(book: _Book, keys: np.ndarray, candidates: np.ndarray) -> None:
    """Latest earlier line first, as far as the customer's lines of that product are open."""
    lines = book.lines
    returns = dict(_grouped(keys, book.pending()))
    moments = lines.moment.astype(np.int64)
    for key, sellers in _grouped(keys, _sellers(book, candidates)):
        if key not in returns:  # its returns have found their lines
            continue
        times = moments[sellers].tolist()
        # below[i]: a place at or before i whose line may still be open; shortened as lines are used up.
        below = list(range(len(sellers)))
        for returned in returns[key]:
            place = bisect_right(times, int(moments[returned])) - 1
            while book.want[returned] and (place := _open_place(below, place)) >= 0:
                book.take(returned, sellers[place])
                if not book.open[sellers[place]]:
                    below[place] = place - 1


def _open_place(below: list[int], place: int) -> int:
    """The nearest place at or before this one that is not used up; -1 if there is none."""
    found = place
    while found >= 0 and below[found] != found:
        found = below[found]
    while place >= 0 and place != found:
        below[place], place = found, below[place]
    return found
