"""What each customer has most of, in words: product types by amount, kinds of feedback by number."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crm_xl.analysis.calendar import Period
from crm_xl.analysis.growth import Floats
from crm_xl.analysis.order_facts import LineFacts, orders_of
from crm_xl.analysis.order_lines import OrderLines
from crm_xl.analysis.reports.ground import Ground
from crm_xl.analysis.tally import Codes, codes_in, sums

Names = NDArray[np.object_]

MOST_NAMED = 3


def ranked_words(
    owners: Codes,
    codes: Codes,
    names: Names,
    size: int,
    amounts: Floats | None = None,
    *,
    most: int = MOST_NAMED,
) -> Names:
    """Per owner the words that stand for most, the largest first: "价格异议(3)、需求明确(1)"; missing without any.

    Args:
        owners: whose each row is, 0 … size-1; negative: nobody's.
        codes: the place of each row's word among `names`; negative: no word.
        names: the words, sorted: equals are told in this order.
        size: how many owners there are.
        amounts: what each row stands for; a word counts where they add up to more than nothing, and its sum is
            not told. None counts the rows, and tells how many.
        most: how many words are told.
    """
    kept = (codes >= 0) & (owners >= 0)
    result = np.full(size, None, dtype=object)
    if not kept.any():
        return result
    pairs, cells = _distinct(owners[kept] * len(names) + codes[kept], size * len(names))
    weight = np.ones(len(cells)) if amounts is None else amounts[kept]
    totals = np.round(sums(cells, weight, len(pairs)), 2)
    pairs, totals = pairs[totals > 0], totals[totals > 0]
    order = np.lexsort((pairs % len(names), -totals, pairs // len(names)))
    told: dict[int, list[str]] = {}
    for pair, total in zip(pairs[order].tolist(), totals[order].tolist(), strict=True):
        owner, code = divmod(pair, len(names))
        said = told.setdefault(owner, [])
        if len(said) < most:
            said.append(names[code] if amounts is not None else f"{names[code]}({total:.0f})")
    for owner, said in told.items():
        result[owner] = "、".join(said)
    return result


def _distinct(values: Codes, limit: int) -> tuple[Codes, Codes]:
    """The distinct values, ascending, and the place of each among them, without sorting half a million rows."""
    present = np.zeros(limit, dtype=bool)
    present[values] = True
    place = np.cumsum(present) - 1
    return np.flatnonzero(present), place[values]


def frequent_words(rows: pd.DataFrame, column: str, customers: pd.Index[Any]) -> Names:
    """Per customer the commonest values of a column, with their numbers.

    Args:
        rows: a cleaned table with customer_id.
        column: of listed values or texts.
        customers: customer ids.
    """
    codes, names = pd.factorize(rows[column].to_numpy(dtype=object), sort=True)
    words = np.asarray(names, dtype=object)
    return ranked_words(codes_in(rows["customer_id"], customers), codes, words, len(customers))


def product_words(lines: OrderLines, period: Period | None = None) -> Names:
    """Per customer the product types with the largest net amounts, in the period or of all time.

    Args:
        lines: the net order lines.
        period: None for all.
    """
    owners = lines.owners
    if period is not None:
        owners = np.where(lines.inside(period), owners, -1)
    return ranked_words(owners, lines.product_type, lines.type_names, lines.tally.customers, lines.amount)


def bought_words(ground: Ground, period: Period | None) -> Names:
    """Per customer the product types it buys most, in the period or of all time (None)."""
    orders = orders_of(ground.frames)
    if orders is None:
        return np.full(len(ground.listed), None, dtype=object)
    if isinstance(orders, LineFacts):  # ranked line by line, without a table of customers and types
        return product_words(orders.order_lines(ground.listed, ground.date), period)
    types = orders.types_bought(ground.listed, ground.date, period)
    return ranked_words(types.owners, types.kinds, types.names, len(ground.listed), types.amount)
