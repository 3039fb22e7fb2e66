"""Where the order money went: six sums that must agree to the cent (SPEC section 3, Ledger)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_xl.tables.outputs import BALANCE

CENT = 0.01


def exact_sum(amounts: np.ndarray) -> float:
    """The sum of the amounts that are known, without the rounding that adding one by one piles up."""
    known: np.ndarray = amounts[~np.isnan(amounts)]
    return math.fsum(known.tolist())


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
