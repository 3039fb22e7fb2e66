"""Growth against a base, and when there is none."""

from __future__ import annotations

from typing import overload

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@overload
def growth(current: float, base: float) -> float: ...
@overload
def growth(current: Floats, base: Floats) -> Floats: ...
def growth(current: float | Floats, base: float | Floats) -> float | Floats:
    """Current ÷ base − 1: 0.15 for 15 % more; missing where the base is zero, negative or missing.

    From nothing, or from more returned than bought, no percentage says how much more it is now.

    >>> round(growth(115.0, 100.0), 4)
    0.15
    """
    now, before = np.asarray(current, dtype=float), np.asarray(base, dtype=float)
    result = np.full(np.broadcast_shapes(now.shape, before.shape), np.nan)
    with np.errstate(over="ignore"):
        np.divide(now, before, out=result, where=before > 0)
    result[np.isinf(result)] = np.nan  # next to nothing is nothing to grow from
    change: Floats = result - 1.0
    return float(change) if change.ndim == 0 else change
