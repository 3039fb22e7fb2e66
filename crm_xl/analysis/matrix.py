"""The value-potential matrix of guide 003's case: four cells from two cuts (SPEC section 5)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crm_xl.settings.model import BOUND_TOLERANCE

# (value is high, potential is high) -> cell
CELLS = {(True, True): "S", (True, False): "A", (False, True): "B", (False, False): "C"}


def matrix_cell(
    value: ArrayLike, potential: ArrayLike, value_cut: ArrayLike, potential_cut: ArrayLike
) -> NDArray[np.object_]:
    """S, A, B or C: value and potential high, only value, only potential, neither.

    Args:
        value: none missing.
        potential: likewise.
        value_cut: who reaches it is high; one for all or one each. A miss by less than 1e-9 has reached it.
        potential_cut: likewise.
    """
    of_value = np.asarray(value, dtype=float) >= np.asarray(value_cut, dtype=float) - BOUND_TOLERANCE
    promising = np.asarray(potential, dtype=float) >= np.asarray(potential_cut, dtype=float) - BOUND_TOLERANCE
    return np.where(
        of_value,
        np.where(promising, CELLS[True, True], CELLS[True, False]),
        np.where(promising, CELLS[False, True], CELLS[False, False]),
    ).astype(object)
