"""Shares add up to 1 exactly; expected values by hand and from SPEC section 10."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_xl.analysis.shares import shares


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([20, 50, 200, 130], [0.05, 0.125, 0.5, 0.325]),  # example 3
        ([8000, 6000, 5000, 1000], [0.4, 0.3, 0.25, 0.05]),  # example 3
        ([20, 50, 100, 230], [0.05, 0.125, 0.25, 0.575]),  # example 4
        ([1, 1, 1], [0.3334, 0.3333, 0.3333]),  # 3 x 33.33 % is 99.99 %: the first gets the last unit
        ([2, 1, 0], [0.6667, 0.3333, 0.0]),  # 6666.67 and 3333.33 units: .67 is the larger remainder
        ([0, 0, 7], [0.0, 0.0, 1.0]),
        ([-1, 5], [-0.25, 1.25]),  # a group in net return
    ],
)
def test_fractions_by_hand(values: list[float], expected: list[float]) -> None:
    assert shares(values).tolist() == expected


def test_no_share_of_nothing() -> None:
    assert np.isnan(shares([0.0, 0.0])).all()
    assert np.isnan(shares([5.0, -9.0])).all()
    assert len(shares([])) == 0


def test_missing_is_no_part() -> None:
    assert shares([3.0, np.nan, 1.0]).tolist()[::2] == [0.75, 0.25]
    assert np.isnan(shares([3.0, np.nan, 1.0])[1])


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=40).filter(lambda v: sum(v) > 1e-3))
def test_they_add_up_and_stay_within_one_unit(values: list[float]) -> None:
    found = shares(values)
    assert abs(found.sum() - 1.0) <= 1e-12
    assert np.abs(found - np.array(values) / sum(values)).max() < 1.01e-4
    assert (found >= 0).all()
    assert all(share == 0 for share, value in zip(found, values, strict=True) if value == 0)
