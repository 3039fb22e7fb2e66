"""What the rows of each customer add up to."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_xl.analysis.tally import settled, sums


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-(10**9), 10**9)), max_size=30), st.integers(0, 30))
def test_what_cancels_out_is_exactly_zero(lines: list[tuple[int, int]], taken_back: int) -> None:
    lines = lines + [(code, -cents) for code, cents in lines[:taken_back]]
    codes = np.array([code for code, _ in lines], dtype=np.int64)
    found = sums(codes, np.array([cents / 100 for _, cents in lines], dtype=float), 4)
    for code in range(4):
        cents = sum(own for at, own in lines if at == code)  # whole numbers, exact
        assert found[code] == (0.0 if cents == 0 else pytest.approx(cents / 100, abs=1e-5))


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(-(10**9), 10**9)), max_size=40),
    st.randoms(use_true_random=False),
)
def test_the_order_of_the_rows_does_not_decide(lines: list[tuple[int, int]], random: Any) -> None:
    def added_up() -> list[float]:
        codes = np.array([code for code, _ in lines], dtype=np.int64)
        return settled(sums(codes, np.array([cents / 100 for _, cents in lines], dtype=float), 3)).tolist()

    before = added_up()
    random.shuffle(lines)
    assert added_up() == before
    for code, total in enumerate(before):
        # The number nearest to the exact sum of cents, which are whole numbers.
        assert total == sum(own for at, own in lines if at == code) / 100


def test_equal_money_is_equal_and_halves_are_halves() -> None:
    amounts = np.array([0.1, 0.2, 0.3, 0.3, 0.2, 0.1, 300.6, 604.9])
    found = settled(sums(np.array([0, 0, 0, 1, 1, 1, 2, 2]), amounts, 3))
    assert found.tolist() == [0.6, 0.6, 905.5]
