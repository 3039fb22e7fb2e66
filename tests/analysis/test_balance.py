"""Sums of money: to the last bit what adding up exactly and rounding once gives."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_xl.analysis.balance import exact_sum


@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.integers(0, 70_000),
    decimals=st.integers(0, 9),
    power=st.floats(-12, 15),
    unknown=st.booleans(),
)
def test_it_is_the_sum_of_fsum_for_every_size_of_amounts(
    seed: int, size: int, decimals: int, power: float, unknown: bool
) -> None:
    random = np.random.default_rng(seed)
    amounts = np.round(random.normal(0, 10.0**power, size), decimals)
    expected = math.fsum(amounts.tolist())
    if unknown:
        amounts = np.insert(amounts, random.integers(0, size + 1, 5), np.nan)
    assert exact_sum(amounts) == expected


def test_ten_thousand_times_ten_cents_are_a_thousand() -> None:
    assert sum([0.1] * 10_000) != 1000
    assert exact_sum(np.full(10_000, 0.1)) == 1000


def test_many_unknown_amounts_sum_to_nothing() -> None:
    assert exact_sum(np.full(5_000, np.nan)) == 0


@pytest.mark.parametrize("amount", [np.inf, 1e300, 1e-300])
def test_an_amount_beyond_all_measure_is_still_summed(amount: float) -> None:
    assert exact_sum(np.append(np.full(2_000, 0.01), amount)) == math.fsum([0.01] * 2_000 + [amount])
