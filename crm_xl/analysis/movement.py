"""Shown tiers that do not flap and trap nobody: triggers, minimum stay, overrides on top (SPEC section 5).

The tier by score (raw) is computed anew in every run and never fed by what was shown. The tier by the rules is
held until a trigger moves it, and then becomes the raw tier. The shown tier is that, or what a person has set.
A tier once held comes back without a trigger when the raw tier has stood that high for the minimum stay;
otherwise a customer who comes back just above a bound would stay below it for ever.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_xl.analysis.calendar import Dates, add_months, months_before
from crm_xl.analysis.growth import Floats
from crm_xl.analysis.overrides import Override
from crm_xl.analysis.tally import Flags
from crm_xl.analysis.tier_history import NO_RANK, Names, Past, Ranks, past_of, ranks
from crm_xl.settings.model import BOUND_TOLERANCE, General, Tier
from crm_xl.tables.outputs import PENDING

FIRST, PENDING_CHANGED, SETTINGS_CHANGED = "首次评定", "待评估变化", "分级表变化"
SILENCE, AMOUNT, SCORE, REGAINED = "长期无订单", "金额变动", "得分越界", "恢复原级"
RAW = "计算分级变化"  # instead of SCORE where no bound on the score decides


@dataclass(frozen=True, kw_only=True, eq=False)
class Decision:
    """What a run decides of each customer, in the order given, and on what grounds.

    Attributes:
        past: as of the run before.
        raw: tier by score alone.
        rule: tier by the rules.
        shown: tier shown: by the rules, or set by a person.
        grounds: trigger -> where it moved the tier by the rules; several may hold for one customer.
    """

    past: Past
    raw: Names
    rule: Names
    shown: Names
    grounds: Mapping[str, Flags]

    @property
    def trigger(self) -> Names:
        """The first ground of each change; None where the tier by the rules did not change."""
        names = np.full(len(self.raw), None, dtype=object)
        for name, where in reversed(list(self.grounds.items())):
            names[where] = name
        return names


def decide(
    now: pd.DataFrame,
    history: pd.DataFrame | None,
    tiers: Sequence[Tier],
    general: General,
    analysis_date: pd.Timestamp,
    overrides: Mapping[str, Override],
) -> Decision:
    """The shown tier of every customer, and what moved it.

    Args:
        now: customer_id (distinct), score, tier (by score, or 待评估), annual_amount, last_order_date.
        history: cleaned tblHistory.
        tiers: best first, with the bounds on the score; without any where another method decides.
        general: the triggers' limits.
        analysis_date: earlier runs are the past; runs on this date are replaced.
        overrides: those in force, by customer id.
    """
    today = analysis_date.normalize()
    past = past_of(history, now["customer_id"], tiers, today, general.minimum_stay_months)
    raw = now["tier"].to_numpy(dtype=object)
    rank, held = ranks(raw, tiers), ranks(past.held, tiers)
    grounds = _grounds(now, past, rank, held, tiers, general, today)
    freely = np.logical_or.reduce([grounds[name] for name in (SILENCE, AMOUNT, SCORE, RAW)])
    target = np.where(grounds[REGAINED] & ~freely, _regained(past, rank), rank)
    names = np.array([tier.name for tier in tiers], dtype=object)
    moved = np.logical_or.reduce(list(grounds.values()))
    rule = past.held.copy()
    # 待评估 is the raw tier of those who have no rank.
    rule[moved] = np.where(rank == NO_RANK, raw, names[target])[moved]
    shown = rule.copy()
    for place, customer in enumerate(now["customer_id"].tolist()) if overrides else ():
        if customer in overrides:
            shown[place] = overrides[customer].tier
    return Decision(past=past, raw=raw, rule=rule, shown=shown, grounds=grounds)


def _grounds(
    now: pd.DataFrame,
    past: Past,
    rank: Ranks,
    held: Ranks,
    tiers: Sequence[Tier],
    general: General,
    today: pd.Timestamp,
) -> dict[str, Flags]:
    """Which trigger moves whom, in the order in which they are told."""
    graded, was_graded = rank != NO_RANK, held != NO_RANK
    was_pending = past.held == PENDING
    compared = past.known & graded & was_graded
    down, up = compared & (rank > held), compared & (rank < held)
    stayed = past.known & _stayed(past.since, general.minimum_stay_months, today)
    silent = _silent(now["last_order_date"].to_numpy(), general.silence_months, today)
    other = _other_amount(now["annual_amount"].to_numpy(dtype=float), past.amount, general.change_share)
    bounded = all(tier.lower is not None for tier in tiers[:-1])
    above, below = _beyond(now["score"].to_numpy(dtype=float), held, tiers, general.score_margin)
    reached = (past.best != NO_RANK) & (past.steady != NO_RANK) & (_regained(past, rank) < held)
    return {
        FIRST: ~past.known,
        SETTINGS_CHANGED: past.known & ~was_graded & ~was_pending,
        PENDING_CHANGED: past.known & (graded & was_pending | ~graded & was_graded),
        SILENCE: down & silent,
        AMOUNT: (down | up) & stayed & other,
        SCORE: (up & above | down & below) & stayed & bounded,
        RAW: (up | down) & stayed & (not bounded),
        REGAINED: up & stayed & reached,
    }


def _regained(past: Past, rank: Ranks) -> Ranks:
    """The best tier ever held that the raw tier has reached in every run of the minimum stay, and now."""
    reached: Ranks = np.maximum(np.maximum(past.best, past.steady), rank)
    return reached


def _stayed(since: Dates, months: int, today: pd.Timestamp) -> Flags:
    """Whether the tier has been held for the minimum stay; NaT counts as not."""
    held = ~np.isnat(since)
    stayed = np.zeros(len(since), dtype=bool)
    stayed[held] = add_months(since[held], months) <= np.datetime64(today, "D")
    return stayed


def _silent(last_order: Dates, months: int, today: pd.Timestamp) -> Flags:
    silent: Flags = last_order < np.datetime64(months_before(today, months), "D")
    return silent


def _other_amount(amount: Floats, before: Floats, share: float) -> Flags:
    """Whether the amount has changed by more than the share; from nothing, by anything at all."""
    changed: Flags = np.abs(amount - before) > share * np.abs(before) * (1 + BOUND_TOLERANCE)
    return changed


def _beyond(score: Floats, held: Ranks, tiers: Sequence[Tier], margin: float) -> tuple[Flags, Flags]:
    """Whether the score lies above, and below, the bounds of the tier held by more than the margin."""
    lower = np.array([-np.inf if tier.lower is None else tier.lower for tier in tiers])
    upper = np.append(np.inf, lower[:-1])
    slack = margin + BOUND_TOLERANCE
    return score - upper[held] > slack, lower[held] - score > slack
