"""Natural breaks are the exact optimum, whatever the order, the unit or the ties."""

from __future__ import annotations

from itertools import combinations
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_xl.analysis.breaks import natural_breaks
from crm_xl.errors import CrmError

VALUES = st.lists(st.integers(0, 30), min_size=1, max_size=14)


def least_by_trying_all(values: list[float], groups: int) -> float:
    """The least sum of squares over every way to cut the sorted distinct values."""
    ordered = np.sort(np.asarray(values, dtype=float))
    distinct = np.unique(ordered)
    best = np.inf
    for cuts in combinations(distinct[1:], groups - 1):
        own = np.searchsorted(np.array(cuts), ordered, side="right")
        best = min(
            best, sum(((ordered[own == g] - ordered[own == g].mean()) ** 2).sum() for g in range(groups))
        )
    return float(best)


def test_by_hand() -> None:
    # 1 2 | 10 11 12 | 50: inside 0.5 + 2 + 0 = 2.5; all: mean 86 ÷ 6, Σx² = 2870, 2870 − 86² ÷ 6 = 1637.333.
    found = natural_breaks([50, 1, 12, 10, 2, 11], 3)
    assert found.lowers == (10, 50)
    assert found.within == pytest.approx(2.5)
    assert found.fit == pytest.approx(1 - 2.5 / (2870 - 86**2 / 6))
    assert found.groups([1, 2, 9.9, 10, 12, 49, 50, 60]).tolist() == [0, 0, 0, 1, 1, 1, 2, 2]


def test_frequent_values_weigh_more() -> None:
    # 0 | 10 19: 9² ÷ 2 = 40.5, against 0 10 | 19: 10² ÷ 2 = 50.
    assert natural_breaks([0, 10, 19], 2).lowers == (10,)
    # With a hundred at 19 the 10 is better off with the 0: 81 · 100 ÷ 101 = 80.2 against 50.
    assert natural_breaks([0, 10, *[19] * 100], 2).lowers == (19,)


@settings(deadline=None)
@given(VALUES, st.integers(1, 5))
def test_no_other_grouping_is_better(values: list[int], groups: int) -> None:
    if len(set(values)) < groups:
        with pytest.raises(CrmError, match=f"只有{len(set(values))}个不同的数值，分不成{groups}组"):
            natural_breaks(values, groups)
        return
    found = natural_breaks(values, groups)
    assert found.within == pytest.approx(least_by_trying_all(values, groups), abs=1e-6)
    assert len(found.lowers) == groups - 1
    assert len(np.unique(found.groups(values))) == groups  # nobody is left without a customer
    own = found.groups(values)
    inside = sum(
        ((np.array(values)[own == g] - np.array(values)[own == g].mean()) ** 2).sum() for g in range(groups)
    )
    assert found.within == pytest.approx(inside, abs=1e-6)


@given(VALUES, st.randoms(), st.sampled_from([10_000.0, 0.01]))
def test_neither_order_nor_unit_moves_anybody(values: list[int], random: Random, unit: float) -> None:
    groups = min(3, len(set(values)))
    shuffled = list(values)
    random.shuffle(shuffled)
    found = natural_breaks(values, groups)
    assert natural_breaks(shuffled, groups) == found
    scaled = natural_breaks(np.array(values) * unit, groups)
    assert scaled.groups(np.array(values) * unit).tolist() == found.groups(values).tolist()


def test_one_group_and_equal_values() -> None:
    assert natural_breaks([5, 5, 5], 1).lowers == ()
    assert natural_breaks([5, 5, 5], 1).fit == 1.0
    with pytest.raises(CrmError, match="只有1个不同的数值，分不成2组"):
        natural_breaks([5, 5, 5], 2)


def test_many_groups_of_many_values_stay_exact() -> None:
    # 400 values in steps of 1 fall into 8 runs of 50: each Σ(i − 24.5)² = 50 · (50² − 1) ÷ 12 = 10412.5.
    found = natural_breaks(np.arange(400.0) + 1e6, 8)
    assert found.lowers == tuple(1e6 + 50.0 * n for n in range(1, 8))
    assert found.within == pytest.approx(8 * 10412.5)
