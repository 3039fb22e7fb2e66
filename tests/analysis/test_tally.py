"""What the rows of each customer add up to."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_xl.analysis.tally import sums


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-(10**9), 10**9)), max_size=30), st.integers(0, 30))
def test_what_cancels_out_is_exactly_zero(lines: list[tuple[int, int]], taken_back: int) -> None:
    lines = lines + [(code, -cents) for code, cents in lines[:taken_back]]
    codes = np.array([code for code, _ in lines], dtype=np.int64)
    found = sums(codes, np.array([cents / 100 for _, cents in lines], dtype=float), 4)
    for code in range(4):
        cents = sum(own for at, own in lines if at == code)  # whole numbers, exact
        assert found[code] == (0.0 if cents == 0 else pytest.approx(cents / 100, abs=1e-5))
