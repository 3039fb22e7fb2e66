"""Natural breaks: the grouping of numbers on a line with the least spread inside the groups, exactly.

Source: Fisher 1958, On grouping for maximum homogeneity; Jenks' natural breaks name the same optimum. The
dynamic programme runs over the distinct values, each group count in O(n log n) by divide and conquer, because
the best start of the last group never moves back as values are added.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crm_xl.analysis.growth import Floats
from crm_xl.errors import CrmError

Places = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Breaks:
    """The best grouping.

    Attributes:
        lowers: the lowest value of each group but the first, ascending; a group begins at its bound, inclusive.
        within: sum of squared deviations from the group means.
        fit: the share of all spread that the grouping explains, 0 to 1.
    """

    lowers: tuple[float, ...]
    within: float
    fit: float

    def groups(self, values: ArrayLike) -> Places:
        """The group of each value, 0 the lowest."""
        return np.searchsorted(np.array(self.lowers), np.asarray(values, dtype=float), side="right").astype(
            np.int64
        )


def natural_breaks(values: ArrayLike, groups: int) -> Breaks:
    """The grouping into so many groups with the least sum of squared deviations from the group means.

    Equal values stay together and the order of the values does not matter. Of groupings equally good the one
    that begins its upper groups lowest is taken.

    Args:
        values: none missing.
        groups: at least 1.

    Raises:
        CrmError: fewer distinct values than groups.
    """
    distinct, counts = np.unique(np.asarray(values, dtype=float), return_counts=True)
    if len(distinct) < groups:
        raise CrmError(
            f"只有{len(distinct)}个不同的数值，分不成{groups}组。", hint="请减少分组数，或改用阈值法。"
        )
    spread = _Spread(distinct, counts.astype(float))
    size = len(distinct)
    ends = np.arange(size)
    best = spread(np.zeros(size, dtype=np.int64), ends)
    starts: list[Places] = []
    for number in range(1, groups):
        best, start = _one_more_group(spread, best, number)
        starts.append(start)
    lowers = []
    end = size - 1
    for start in reversed(starts):
        lowers.append(float(distinct[start[end]]))
        end = int(start[end]) - 1
    within = float(best[-1])
    total = float(spread(np.zeros(1, dtype=np.int64), ends[-1:])[0])
    return Breaks(
        lowers=tuple(reversed(lowers)),
        within=within * spread.scale**2,
        fit=1.0 if total == 0 else 1 - within / total,
    )


class _Spread:
    """Sum of squared deviations from the mean over any run of the sorted distinct values."""

    def __init__(self, distinct: Floats, counts: Floats) -> None:
        # Centred and scaled, so that prefix sums of squares lose no digits to a large mean.
        centre = float(np.average(distinct, weights=counts))
        self.scale = float(np.abs(distinct - centre).max()) or 1.0
        # Twelve digits, so that groupings equally good stay so in every unit and the tie is settled the same way.
        x = np.round((distinct - centre) / self.scale, 12)
        self.sums = np.stack([np.concatenate([[0.0], np.cumsum(counts * x**power)]) for power in range(3)])

    def __call__(self, first: Places, last: Places) -> Floats:
        """Per run from `first` to `last`, both inclusive."""
        count, total, squares = self.sums[:, last + 1] - self.sums[:, first]
        spread: Floats = np.maximum(squares - total * total / count, 0.0)
        return spread


def _one_more_group(spread: _Spread, best: Floats, number: int) -> tuple[Floats, Places]:
    """The least spread of the values up to each place with one group more, and where its last group starts.

    Args:
        spread: of the values.
        best: the least spread up to each place with `number` groups; infinite where there are too few values.
        number: groups so far.

    Returns:
        The same for `number` + 1 groups.
    """
    size = len(best)
    least = np.full(size, np.inf)
    start = np.zeros(size, dtype=np.int64)
    # Each open interval of places, and between which starts its best ones lie; all are halved at once.
    low, high = np.array([number]), np.array([size - 1])
    first, last = np.array([number]), np.array([size - 1])
    while len(low):
        middle = (low + high) // 2
        found, where = _best_start(spread, best, middle, first, np.minimum(last, middle))
        least[middle], start[middle] = found, where
        low = np.concatenate([low, middle + 1])
        high = np.concatenate([middle - 1, high])
        first, last = np.concatenate([first, where]), np.concatenate([where, last])
        open_ = low <= high
        low, high, first, last = low[open_], high[open_], first[open_], last[open_]
    return least, start


def _best_start(
    spread: _Spread, best: Floats, ends: Places, first: Places, last: Places
) -> tuple[Floats, Places]:
    """For each end the least spread over starts from `first` to `last`, and the lowest start that gives it."""
    widths = last - first + 1
    offsets = np.concatenate([[0], np.cumsum(widths)[:-1]])
    starts = np.arange(widths.sum()) - np.repeat(offsets - first, widths)
    totals = best[starts - 1] + spread(starts, np.repeat(ends, widths))
    least = np.minimum.reduceat(totals, offsets)
    hits = np.flatnonzero(totals == np.repeat(least, widths))
    chosen = hits[np.searchsorted(hits, offsets)]
    return least, starts[chosen]
