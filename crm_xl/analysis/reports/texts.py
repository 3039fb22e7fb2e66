"""Texts of several rows or columns of one customer, written one after the other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crm_xl.analysis.points import number_text
from crm_xl.analysis.summary import YUAN_PER_WAN
from crm_xl.analysis.tally import Codes

SEPARATOR = "、"

Names = NDArray[np.object_]


def texts_of(codes: Codes, texts: Names, customers: int, *, most: int | None = None) -> Names:
    """The texts of each customer's rows, in the rows' order, "数据分析模块、报表模块"; blank for who has none.

    Args:
        codes: whose each row is, 0 … customers-1; negative: of nobody.
        texts: one per row.
        customers: how many there are.
        most: only the first so many of each.
    """
    order = np.argsort(codes, kind="stable")
    order = order[codes[order] >= 0]
    owner, texts = codes[order], texts[order]
    turn = np.arange(len(owner)) - np.searchsorted(owner, owner)
    last = int(turn.max(initial=-1)) + 1
    found = np.full(customers, "", dtype=object)
    for number in range(last if most is None else min(most, last)):
        here = turn == number
        found[owner[here]] += texts[here] if number == 0 else SEPARATOR + texts[here]
    return found


def joined(columns: Iterable[Names], separator: str = SEPARATOR) -> Names:
    """The texts of each row, with the separator between those that say something."""
    first, *others = columns
    whole = first.astype(object)
    for column in others:
        whole = whole + np.where((whole == "") | (column == ""), "", separator) + column
    return np.asarray(whole, dtype=object)


def money_text(yuan: float) -> str:
    """An amount as people say it: from 1万元 on in 万元.

    >>> money_text(152_000.0), money_text(860.0)
    ('15.2万元', '860元')
    """
    wan = yuan / YUAN_PER_WAN
    return f"{number_text(wan)}万元" if abs(wan) >= 1 else f"{number_text(yuan)}元"


def told_apart(value: float, bound: float) -> tuple[str, str]:
    """Two different numbers as texts that differ: a sentence that one is above the other must read so.

    >>> told_apart(24.004, 24.0), told_apart(31.25, 24.0)
    (('24.004', '24'), ('31.25', '24'))
    """
    texts = number_text(value), number_text(bound)
    if texts[0] == texts[1] and value != bound:
        return f"{value:.10g}", f"{bound:.10g}"
    return texts


def text_of(value: Any) -> str:
    """A cell as a text; blank where nothing stands.

    >>> text_of(None), text_of(float("nan")), text_of("华东")
    ('', '', '华东')
    """
    return "" if value is None or pd.isna(value) else str(value)


def change_words(change: float, against: str) -> str | None:
    """A growth rate in words, None where there is none.

    >>> change_words(-0.34, "比前3个月"), change_words(0.0, "比前3个月")
    ('比前3个月下降34%', '与前3个月持平')
    """
    if np.isnan(change):
        return None
    if change == 0:
        return f"与{against.removeprefix('比')}持平"
    return f"{against}{'下降' if change < 0 else '增长'}{number_text(abs(100 * change))}%"
