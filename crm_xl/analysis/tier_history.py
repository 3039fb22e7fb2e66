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
from crm_xl.tables.inputs import HISTORY

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
    held, shown = np.full(size, None, dtype=object), np.full(size, None, dtype=object)
    since = np.full(size, np.datetime64("NaT"), dtype="datetime64[D]")
    amount = np.full(size, np.nan)
    best, steady = np.full(size, len(tiers), dtype=np.int64), np.full(size, NO_RANK, dtype=np.int64)
    known = np.zeros(size, dtype=bool)
    rows = pd.DataFrame(columns=list(HISTORY.names)) if history is None else history
    today = np.datetime64(analysis_date, "D")
    days = rows["run_date"].to_numpy().astype("datetime64[D]")
    codes = codes_in(rows["customer_id"], listed)
    usable = np.flatnonzero((codes >= 0) & (days < today))
    order = usable[np.lexsort((days[usable], codes[usable]))]
    codes, days = codes[order], days[order]
    if len(codes):
        rule, seen = _tiers_of(rows.iloc[order])
        first = np.append(True, codes[1:] != codes[:-1])
        last = np.append(first[1:], True)
        changed = first | np.append(True, _differ(rule))
        at = codes[last]
        known[at], held[at], shown[at] = True, rule[last], seen[last]
        # In ascending order of time, so that the last change stays.
        since[codes[changed]] = days[changed]
        amount[codes[changed]] = rows["annual_amount"].to_numpy(dtype=float)[order][changed]
        rank = ranks(rule, tiers)
        ranked = rank != NO_RANK
        np.minimum.at(best, codes[ranked], rank[ranked])
        raw = ranks(rows["raw_tier"].to_numpy(dtype=object)[order], tiers)
        steady = _steady(codes, add_months(days, stay_months) <= today, raw, size)
    best[best == len(tiers)] = NO_RANK
    return Past(known=known, held=held, shown=shown, since=since, amount=amount, best=best, steady=steady)


def _tiers_of(rows: pd.DataFrame) -> tuple[Names, Names]:
    """Tier by the rules and tier shown; a history typed by hand may lack one of them."""
    raw, rule, shown = (rows[name].astype(object) for name in ("raw_tier", "rule_tier", "shown_tier"))
    rule = rule.where(rule.notna(), shown).where(rule.notna() | shown.notna(), raw)
    shown = shown.where(shown.notna(), rule)
    return rule.to_numpy(dtype=object), shown.to_numpy(dtype=object)


def _differ(names: Names) -> Flags:
    """Whether each name but the first is another than the one before."""
    numbers, _ = pd.factorize(names)
    other: Flags = numbers[1:] != numbers[:-1]
    return other


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
