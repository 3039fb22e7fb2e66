"""Shares that add up: fractions rounded by the largest remainder."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from crm_xl.analysis.growth import Floats

DECIMALS = 4  # of the fraction: 0.1295 shows as 12.95 %


def shares(values: ArrayLike, decimals: int = DECIMALS) -> Floats:
    """Each value's fraction of the sum, rounded so that the fractions add up to 1.

    Every fraction is rounded down; the units that are left go to the largest remainders, earlier rows first
    among equals. A value of 0 keeps 0.

    Args:
        values: missing counts as nothing and gets a missing share.
        decimals: of the fraction, not of the percentage.

    Returns:
        Same length; all missing when the sum is not positive, because no share of nothing exists.
    """
    amounts = np.asarray(values, dtype=float)
    known = ~np.isnan(amounts)
    result = np.full(amounts.shape, np.nan)
    total = amounts[known].sum()
    if not total > 0:
        return result
    units = 10**decimals
    exact = amounts[known] / total * units
    whole = np.floor(exact)
    left = units - int(whole.sum())
    # Remainders that differ by binary dust are equal.
    remainder = np.round(exact - whole, 6)
    whole[np.argsort(-remainder, kind="stable")[:left]] += 1
    result[known] = whole / units
    return result
