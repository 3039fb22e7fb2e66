"""What earlier runs left of each customer: the tier held, since when, at what amount, what was held before.

Decisions read raw and rule tiers only. What was shown, perhaps set by a person, is read to tell who moved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crm_xl.analysis.calendar import Dates, add_months
from crm_xl.analysis.growth import Floats
from crm_xl.analysis.tally import Flags, codes_in, text_index
from crm_xl.settings.model import Tier

Names = NDArray[np.object_]
Ranks = NDArray[np.int64]

NO_RANK = -1


@dataclass(frozen=True, kw_only=True, eq=False)
class Past:
    """One value per customer, as of the last run before the analysis date.

    Attributes:
        known: whether there was such a run.
        held: tier by the rules; None where unknown.
        shown: tier shown.
        since: run date of the last change of the tier held.
        amount: 元 of twelve months on that day.
        best: rank of the best tier ever held; NO_RANK where none.
        steady: rank that the raw tier has not fallen below in any run for the minimum stay; NO_RANK where runs do
            not reach so far back, or a run had no raw tier.
    """

    known: Flags
    held: Names
    shown: Names
    since: Dates
    amount: Floats
    best: Ranks
    steady: Ranks


def ranks(names: Names | pd.Series[Any], tiers: Sequence[Tier]) -> Ranks:
    """The place of each tier name, 0 for the best; NO_RANK for names that are no tier."""
    return codes_in(pd.Series(names, dtype=object), text_index([tier.name for tier in tiers]))


def past_of(
    history: pd.DataFrame | None,
    customer_ids: pd.Series[Any],
    tiers: Sequence[Tier],
    analysis_date: pd.Timestamp,
    stay_months: int,
) -> Past:
    """What the runs before the analysis date say of the customers.

    Args:
        history: cleaned tblHistory; None where there is none.
        customer_ids: distinct; the order of the result.
        tiers: best first.
        analysis_date: runs on it or after it are passed over.
        stay_months: how long `steady` looks back.
    """
    listed = text_index(customer_ids)
    size = len(listed)
    past = Past(
        known=np.zeros(size, dtype=bool),
        held=np.full(size, None, dtype=object),
        shown=np.full(size, None, dtype=object),
        since=np.full(size, np.datetime64("NaT"), dtype="datetime64[D]"),
        amount=np.full(size, np.nan),
        best=np.full(size, NO_RANK, dtype=np.int64),
        steady=np.full(size, NO_RANK, dtype=np.int64),
    )
    if history is None or history.empty:
        return past
    today = np.datetime64(analysis_date, "D")
    days = history["run_date"].to_numpy().astype("datetime64[D]")
    codes = codes_in(history["customer_id"], listed)
    usable = np.flatnonzero((codes >= 0) & (days < today))
    order = usable[np.lexsort((days[usable], codes[usable]))]
    if not len(order):
        return past
    codes, days = codes[order], days[order]
    raw, rule, shown, names = _tiers_of(history, order)
    first = np.append(True, codes[1:] != codes[:-1])
    last = np.append(first[1:], True)
    changed = first | np.append(True, rule[1:] != rule[:-1])
    at = codes[last]
    past.known[at], past.held[at], past.shown[at] = True, names[rule[last]], names[shown[last]]
    # In ascending order of time, so that the last change stays.
    past.since[codes[changed]] = days[changed]
    past.amount[codes[changed]] = history["annual_amount"].to_numpy(dtype=float)[order[changed]]
    rank = ranks(names, tiers)
    best = np.full(size, len(tiers), dtype=np.int64)
    ranked = rank[rule] != NO_RANK
    np.minimum.at(best, codes[ranked], rank[rule[ranked]])
    past.best[best < len(tiers)] = best[best < len(tiers)]
    past.steady[:] = _steady(codes, _early(days, stay_months, today), rank[raw], size)
    return past


def _tiers_of(history: pd.DataFrame, order: Ranks) -> tuple[Ranks, Ranks, Ranks, Names]:
    """Raw tier, tier by the rules and tier shown of the rows in this order, as places in the names given last.

    A history typed by hand may lack the tier by the rules or the one shown; the other stands in, else the raw one.
    """
    coded = [
        pd.factorize(history[name].to_numpy(dtype=object)) for name in ("raw_tier", "rule_tier", "shown_tier")
    ]
    names = text_index(list(dict.fromkeys(str(name) for _, distinct in coded for name in distinct)))
    raw, rule, shown = (
        np.append(codes_in(pd.Series(distinct, dtype=object), names), -1)[places[order]]
        for places, distinct in coded
    )
    rule = np.where(rule >= 0, rule, np.where(shown >= 0, shown, raw))
    # A place of -1 takes the last name: nothing.
    return raw, rule, np.where(shown >= 0, shown, rule), np.array([*names, None], dtype=object)


def _early(days: Dates, months: int, today: np.datetime64) -> Flags:
    """Whether each day lies at least so many months back; runs share few days, each is worked out once."""
    places, distinct = pd.factorize(days)
    early: Flags = (add_months(np.asarray(distinct), months) <= today)[places]
    return early


def _steady(codes: Ranks, early: Flags, raw: Ranks, size: int) -> Ranks:
    """The worst raw rank from the latest run that is a minimum stay old up to the last one."""
    begin = np.full(size, -1, dtype=np.int64)
    places = np.arange(len(codes))
    begin[codes[early]] = places[early]
    inside = (begin[codes] >= 0) & (places >= begin[codes])
    worst = np.full(size, NO_RANK, dtype=np.int64)
    np.maximum.at(worst, codes[inside], raw[inside])
    unranked = np.zeros(size, dtype=bool)
    unranked[codes[inside & (raw == NO_RANK)]] = True
    worst[unranked] = NO_RANK
    return worst
