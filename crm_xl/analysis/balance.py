"""Where the order money went: six sums that must agree to the cent (SPEC section 3, Ledger)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_xl.tables.outputs import BALANCE

CENT = 0.01
# An amount is a whole number of 2⁻²⁴ and a rest that is a whole number of 2⁻⁶²: cents up to millions, and then some.
_WHOLE, _REST = 24, 38
_BLOCK = 1 << 15  # what the processor keeps at hand
_LARGEST = 2.0**62 / _BLOCK  # so that a block's sum has room in 64 bits
_FEW = 1_000


def exact_sum(amounts: np.ndarray) -> float:
    """The sum of the amounts that are known, without the rounding that adding one by one piles up.

    What math.fsum gives, bit for bit, in a third of its time on many amounts: both parts of each are added up as
    whole numbers, and the total is rounded once. Amounts that do not divide so go to math.fsum.
    """
    if len(amounts) > _FEW:
        total = 0
        for begin in range(0, len(amounts), _BLOCK):
            part = _whole_sum(amounts[begin : begin + _BLOCK])
            if part is None:
                break
            total += part
        else:
            return total / (1 << _WHOLE + _REST)
    known: np.ndarray = amounts[~np.isnan(amounts)]
    return math.fsum(known.tolist())


def _whole_sum(amounts: np.ndarray) -> int | None:
    """The sum of the known amounts as a number of 2⁻⁶²; None where one of them is no whole number of those."""
    scaled = amounts * 2.0**_WHOLE
    reach = np.abs(scaled).max(initial=0.0)
    if np.isnan(reach):
        scaled = scaled[~np.isnan(scaled)]
        reach = np.abs(scaled).max(initial=0.0)
    if reach >= _LARGEST:
        return None
    whole = np.rint(scaled)
    rest = (scaled - whole) * 2.0**_REST
    rests = rest.astype(np.int64)
    if (rests != rest).any():
        return None
    return (int(whole.astype(np.int64).sum()) << _REST) + int(rests.sum())


@dataclass(frozen=True, kw_only=True)
class Balance:
    """Sums over all order lines, in 元.

    Attributes:
        money_in: every readable amount, signed; rows of totals repeat others and are not in it.
        gross_kept: the lines kept as orders, before returns.
        netted: returns taken off the kept orders, as a positive figure.
        net_kept: what the analysis counts.
        cancelled: lines whose status says cancelled or refunded, signed, with the returns that name them.
        set_aside: all other lines that were left out, signed.
    """

    money_in: float
    gross_kept: float
    netted: float
    net_kept: float
    cancelled: float
    set_aside: float

    @property
    def balanced(self) -> bool:
        """Whether gross − netted = net, and money in = net + cancelled + set aside, to the cent."""
        kept = math.fsum((self.gross_kept, -self.netted, -self.net_kept))
        all_of_it = math.fsum((self.money_in, -self.net_kept, -self.cancelled, -self.set_aside))
        return abs(kept) < CENT / 2 and abs(all_of_it) < CENT / 2

    def table(self) -> pd.DataFrame:
        """BALANCE: the six figures in words, the two identities checked beside the figures they end in."""
        mark = "✔" if self.balanced else "✘"
        rows = [
            ("读入总额", self.money_in, ""),
            ("保留毛额", self.gross_kept, ""),
            ("退货冲减", self.netted, ""),
            ("保留净额", self.net_kept, f"{mark} 毛额−冲减"),
            ("取消与退款", self.cancelled, ""),
            ("搁置", self.set_aside, f"{mark} 读入=净额+取消+搁置"),
        ]
        return pd.DataFrame(rows, columns=list(BALANCE.names))
