"""Recency, frequency and monetary value per customer, and their scores (SPEC section 5).

Cut points are values, so that equal customers share a score, scaling every amount moves none, and the cuts of
one run can be kept for the next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from crm_xl.analysis.calendar import Dates, window
from crm_xl.analysis.grading import TIE_TOLERANCE
from crm_xl.analysis.growth import Floats
from crm_xl.analysis.notes import RFM, about
from crm_xl.analysis.tally import Codes, Flags, Tally, settled
from crm_xl.settings.model import General
from crm_xl.tables import parameters as p

Cuts = Mapping[str, Sequence[float]]

# Letter -> the column it scores. R is reversed: a short time since the last order is good.
LETTERS: Final = {"R": "recency_days", "F": "frequency", "M": "monetary"}
REVERSED = "R"
FIXED_GROUPS = 5


@dataclass(frozen=True, kw_only=True, eq=False)
class RfmScores:
    """Scored customers and what scored them.

    Attributes:
        table: customer_id, recency_days, frequency, monetary, r, f, m; one row per customer with an order in
            the window, in order of first appearance.
        cuts: letter -> ascending cut points used; none when there is no customer.
        notes: what a reader must know: fewer scores than asked for.
    """

    table: pd.DataFrame
    cuts: dict[str, tuple[float, ...]]
    notes: tuple[str, ...]


def rfm_table(
    orders: pd.DataFrame,
    analysis_date: pd.Timestamp,
    *,
    method: str = p.RFM_QUANTILES,
    groups: int = 5,
    cuts: Cuts | None = None,
    months: int | None = None,
) -> RfmScores:
    """Recency, frequency, monetary value and their scores from order lines.

    Args:
        orders: as for rfm_metrics.
        analysis_date: the last day that counts; recency counts from it.
        method: parameters.RFM_QUANTILES, RFM_FIXED (needs `cuts`) or RFM_R_PACKAGE.
        groups: how many scores, for the two quantile methods.
        cuts: letter -> ascending cut points, for RFM_FIXED.
        months: the window of that many months; None: all history.
    """
    return score_rfm(
        rfm_metrics(orders, analysis_date, months=months), method=method, groups=groups, cuts=cuts
    )


def rfm_by_settings(metrics: pd.DataFrame, general: General, cuts: Cuts) -> RfmScores:
    """score_rfm as 参数 asks for it; the metrics are of the window of general.rfm_months."""
    return score_rfm(metrics, method=general.rfm_method, groups=general.rfm_groups, cuts=cuts)


def rfm_metrics(
    orders: pd.DataFrame, analysis_date: pd.Timestamp, *, months: int | None = None
) -> pd.DataFrame:
    """customer_id, recency_days, frequency, monetary of every customer with an order that counts.

    Args:
        orders: lines with customer_id, order_date, order_id, net_amount and, optionally, counts (default: all
            lines count). Lines that do not count, such as returns, change the amount alone.
        analysis_date: lines after this day are left out.
        months: only lines of the window of so many months that ends on the analysis date.

    Returns:
        Frequency is the number of distinct orders, never of lines; customers in order of first appearance.
    """
    days = orders["order_date"].to_numpy(dtype="datetime64[D]")
    end = np.datetime64(analysis_date, "D")
    inside = days <= end  # NaT compares false
    if months is not None:
        inside &= days >= np.datetime64(window(analysis_date, months).start, "D")
    counts = inside
    if "counts" in orders:
        counts = inside & orders["counts"].to_numpy(dtype=bool)
    codes, ids = pd.factorize(orders["customer_id"])
    tally = Tally(codes.astype(np.int64), len(ids))
    first_of_order = first_lines(codes.astype(np.int64), orders["order_id"], counts)
    amounts = orders["net_amount"].to_numpy(dtype=float, na_value=np.nan)
    return rfm_of(
        np.asarray(ids),
        end,
        last=tally.last(days, counts),
        frequency=tally.count(first_of_order),
        monetary=settled(tally.sum(amounts, inside & ~np.isnan(amounts))),
    )


def rfm_of(
    ids: np.ndarray, end: np.datetime64, *, last: Dates, frequency: Floats, monetary: Floats
) -> pd.DataFrame:
    """As `rfm_metrics`, of customers of whom the last order, the number of orders and the amount are known."""
    bought = frequency > 0
    return pd.DataFrame(
        {
            "customer_id": ids[bought],
            "recency_days": (end - last[bought]).astype(float),
            "frequency": frequency[bought],
            "monetary": monetary[bought],
        }
    )


def first_lines(groups: Codes, ids: pd.Series, counts: Flags) -> Flags:
    """True on the first counting line of every id within its group, so that marks count distinct ids.

    Args:
        groups: customer or month of each line; negative: of none.
        ids: order or customer of each line; a missing one is nobody's.
        counts: the lines that may be marked.
    """
    codes, names = pd.factorize(ids)
    rows = np.flatnonzero(counts & (groups >= 0) & (codes >= 0))
    # Two customers may use the same order number.
    pairs = groups[rows] * max(len(names), 1) + codes[rows]
    first = np.zeros(len(groups), dtype=bool)
    first[rows[~pd.Index(pairs).duplicated()]] = True
    return first


def score_rfm(
    metrics: pd.DataFrame,
    *,
    method: str = p.RFM_QUANTILES,
    groups: int = 5,
    cuts: Cuts | None = None,
) -> RfmScores:
    """The metrics with r, f, m: 1 (worst) to `groups`.

    Args:
        metrics: recency_days, frequency and monetary, none missing.
        method: as for rfm_table; RFM_FIXED has five scores whatever `groups` says.
        groups: how many scores.
        cuts: for RFM_FIXED.

    Raises:
        ValueError: fixed cuts are asked for and not given.
    """
    if method == p.RFM_FIXED:
        if cuts is None:
            raise ValueError("fixed cuts are not given")
        used = {letter: tuple(float(cut) for cut in cuts[letter]) for letter in LETTERS}
    else:
        # R's package rfm 0.3 adds 1 to every cut and scores from the cut on; that is its published result, and
        # also why its scores change with the currency unit.
        step = 1.0 if method == p.RFM_R_PACKAGE else 0.0
        used = {
            letter: tuple(cut + step for cut in quantile_cuts(metrics[column], groups))
            for letter, column in LETTERS.items()
        }
    scores = {
        letter.lower(): score_values(
            metrics[column],
            used[letter],
            reverse=letter == REVERSED,
            reached=method == p.RFM_R_PACKAGE,
        )
        for letter, column in LETTERS.items()
    }
    notes = about(RFM, () if method == p.RFM_FIXED else _notes(scores, groups))
    return RfmScores(table=metrics.assign(**scores), cuts=used, notes=notes)


def quantile_cuts(values: ArrayLike, groups: int = 5) -> tuple[float, ...]:
    """The type-7 quantiles (R and numpy default) at 1/groups, 2/groups, …; none for no values."""
    known = np.asarray(values, dtype=float)
    if not len(known):
        return ()
    return tuple(np.quantile(known, np.arange(1, groups) / groups).tolist())


def score_values(
    values: ArrayLike, cuts: Sequence[float], *, reverse: bool = False, reached: bool = False
) -> Floats:
    """1 + the number of cuts strictly below each value; equal values share a score.

    Args:
        values: missing gives a missing score.
        cuts: ascending; equal cuts leave scores unused.
        reverse: lower is better, so that the best score goes to the lowest value.
        reached: a cut that is equalled counts as below (the rule of R's package).
    """
    raw = np.asarray(values, dtype=float)
    bounds = np.asarray(cuts, dtype=float)
    # Sums that are equal but for the order of adding are ties.
    slack = np.abs(bounds) * TIE_TOLERANCE
    if reached:
        passed = np.searchsorted(bounds - slack, raw, side="right")
    else:
        passed = np.searchsorted(bounds + slack, raw, side="left")
    score = (len(bounds) - passed if reverse else passed) + 1.0
    return np.where(np.isnan(raw), np.nan, score)


def _notes(scores: Mapping[str, NDArray[np.float64]], groups: int) -> tuple[str, ...]:
    found = {letter.upper(): len(np.unique(values)) for letter, values in scores.items()}
    return tuple(
        f"{letter}的不同取值太少，{groups}档中只用到{number}档，相同取值同分"
        for letter, number in found.items()
        if 0 < number < groups
    )
