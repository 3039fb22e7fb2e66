"""客户分级异动表, 迁移矩阵 and the next rows of 分级历史 (SPEC sections 5, 6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_xl.analysis import movement as m
from crm_xl.analysis.churn import share_text
from crm_xl.analysis.overrides import Override
from crm_xl.analysis.points import score_text
from crm_xl.analysis.tally import Flags, codes_in, text_index
from crm_xl.analysis.tier_history import NO_RANK, Names, Ranks, ranks
from crm_xl.schema import NUMERIC, TEMPORAL
from crm_xl.settings.model import General, Tier
from crm_xl.tables.inputs import HISTORY
from crm_xl.tables.outputs import PENDING, TOTAL
from crm_xl.tables.workshop import MIGRATION, MOVERS

UP, DOWN, SIDEWAYS = "上升", "下降", "其他"
NEWCOMERS = "新客户"


@dataclass(frozen=True, kw_only=True, eq=False)
class Movement:
    """What a run changes in the tiers shown.

    Attributes:
        shown: tier shown of every customer, in the order given.
        decision: raw tier, tier by the rules and the triggers behind it.
        movers: MOVERS.
        migration: MIGRATION, one column per tier behind the declared one.
        history: HISTORY with this run's rows.
    """

    shown: pd.Series
    decision: m.Decision
    movers: pd.DataFrame
    migration: pd.DataFrame
    history: pd.DataFrame


def state_of(scores: pd.DataFrame, metrics: pd.DataFrame, rfm: pd.DataFrame | None = None) -> pd.DataFrame:
    """What `move_tiers` takes as now, from SCORES and METRICS of the same customers in the same order.

    Args:
        scores: SCORES.
        metrics: METRICS.
        rfm: RFM, whose segments are kept in the history; customers who are not in it have none.
    """
    names = scores["customer_id"]
    segments = None if rfm is None else names.map(rfm.set_index("customer_id")["segment"]).astype(object)
    return scores[["customer_id", "customer_name", "owner", "score", "tier"]].assign(
        segment=segments,
        annual_amount=metrics["annual_amount"].to_numpy(),
        last_order_date=metrics["last_order_date"].to_numpy(),
    )


def move_tiers(
    now: pd.DataFrame,
    history: pd.DataFrame | None,
    tiers: Sequence[Tier],
    general: General,
    analysis_date: pd.Timestamp,
    overrides: Mapping[str, Override] | None = None,
) -> Movement:
    """Decide every shown tier and write down who moved, from where, to where and why.

    Args:
        now: one row per customer: customer_id (distinct), customer_name, owner, score, tier (by score, or
            待评估), segment, annual_amount (元), last_order_date.
        history: cleaned tblHistory; None at the first run.
        tiers: best first.
        general: limits of the triggers.
        analysis_date: the date of this run; its rows in the history are replaced.
        overrides: those in force, by customer id.
    """
    set_by_hand = overrides or {}
    decision = m.decide(now, history, tiers, general, analysis_date, set_by_hand)
    return Movement(
        shown=pd.Series(decision.shown, index=now.index, name="shown_tier", dtype=object),
        decision=decision,
        movers=_movers(now, decision, tiers, general, set_by_hand),
        migration=migration(decision, tiers),
        history=_history(now, decision, history, analysis_date.normalize()),
    )


def _movers(
    now: pd.DataFrame,
    decision: m.Decision,
    tiers: Sequence[Tier],
    general: General,
    overrides: Mapping[str, Override],
) -> pd.DataFrame:
    """MOVERS: who is shown otherwise than in the run before, the largest amounts first."""
    past = decision.past
    at = np.flatnonzero(past.known & (decision.shown != past.shown))
    before, after = ranks(past.shown[at], tiers), ranks(decision.shown[at], tiers)
    reasons = _Reasons(now, decision, tiers, general, overrides)
    frame = pd.DataFrame(
        {
            "customer_id": now["customer_id"].to_numpy(dtype=object)[at],
            "customer_name": now["customer_name"].to_numpy(dtype=object)[at],
            "owner": now["owner"].to_numpy(dtype=object)[at],
            "from_tier": past.shown[at],
            "to_tier": decision.shown[at],
            "direction": direction(before, after),
            "reason": pd.Series([reasons.of(place) for place in at.tolist()], dtype=object),
            "score": now["score"].to_numpy(dtype=float)[at],
            "raw_tier": decision.raw[at],
            "previous_amount": past.amount[at],
            "annual_amount": now["annual_amount"].to_numpy(dtype=float)[at],
            "since": past.since[at].astype("datetime64[us]"),
        }
    )[list(MOVERS.names)]
    stake = frame.assign(stake=-frame["annual_amount"])
    return stake.sort_values(["stake", "customer_id"])[list(MOVERS.names)].reset_index(drop=True)


def direction(before: Ranks, after: Ranks) -> Names:
    """上升, 下降, or 其他 where one of the two is no tier."""
    compared = (before != NO_RANK) & (after != NO_RANK)
    directions = np.full(len(before), SIDEWAYS, dtype=object)
    directions[compared & (after < before)] = UP
    directions[compared & (after > before)] = DOWN
    return directions


class _Reasons:
    """Why one customer moved, in words with figures."""

    def __init__(
        self,
        now: pd.DataFrame,
        decision: m.Decision,
        tiers: Sequence[Tier],
        general: General,
        overrides: Mapping[str, Override],
    ) -> None:
        self._ids = now["customer_id"].tolist()
        self._score = now["score"].to_numpy(dtype=float)
        self._amount = now["annual_amount"].to_numpy(dtype=float)
        self._last = now["last_order_date"].to_numpy().astype("datetime64[D]")
        self._decision, self._tiers, self._general, self._overrides = decision, tiers, general, overrides
        self._held, self._rule = ranks(decision.past.held, tiers), ranks(decision.rule, tiers)

    def of(self, place: int) -> str:
        """The sentence of one customer; an override comes first, because it decides."""
        past = self._decision.past
        parts = []
        if (override := self._overrides.get(self._ids[place])) is not None:
            parts.append(override.words)
        elif past.shown[place] != past.held[place]:
            parts.append("人工调整已结束，按计算结果显示")
        parts += [self._ground(name, place) for name, where in self._decision.grounds.items() if where[place]]
        return "；".join(parts)

    def _ground(self, name: str, place: int) -> str:
        general = self._general
        if name == m.SILENCE:
            return f"{name}：最近订单{self._last[place]}，超过{general.silence_months}个月没有订单"
        if name == m.AMOUNT:
            return f"{name}：{self._amount_words(place)}"
        if name == m.SCORE:
            held = int(self._held[place])
            up = self._rule[place] < held
            bound = self._tiers[held - 1 if up else held]
            side = "高于" if up else "低于"
            score = score_text(float(self._score[place]))
            return f"{name}：得分{score}，{side}{bound.name}下限{bound.lower:g}超过{general.score_margin:g}分"
        if name == m.RAW:
            months = general.minimum_stay_months
            return f"{name}：停留已满{months}个月，{general.tier_method}得出{self._decision.raw[place]}"
        if name == m.REGAINED:
            months = general.minimum_stay_months
            return f"{name}：计算分级持续{months}个月不低于曾有的{self._decision.rule[place]}"
        if name == m.PENDING_CHANGED:
            return "数据不足，待评估" if self._decision.rule[place] == PENDING else "数据已补齐，可以评定"
        return f"原分级“{self._decision.past.held[place]}”已不在分级表中"

    def _amount_words(self, place: int) -> str:
        now, before = float(self._amount[place]), float(self._decision.past.amount[place])
        words = f"近12个月金额{now:,.0f}元，上次变动时{before:,.0f}元"
        if before <= 0:
            return words
        change = now / before - 1
        words = f"{words}，{'增加' if change > 0 else '减少'}{share_text(-abs(change))}"
        if (change > 0) == (self._rule[place] < self._held[place]) or self._decision.grounds[m.SCORE][place]:
            return words
        # Less money is no reason to rise: it lets the score decide before the bounds do.
        return f"{words}，达到复评条件；{self._scored(place)}"

    def _scored(self, place: int) -> str:
        score = float(self._score[place])
        found = f"计算分级为{self._decision.raw[place]}"
        return found if np.isnan(score) else f"得分{score_text(score)}，{found}"


def migration(decision: m.Decision, tiers: Sequence[Tier], counted: Flags | None = None) -> pd.DataFrame:
    """MIGRATION: customers by tier shown before (down) and now (across), with totals.

    Args:
        decision: of every customer.
        tiers: best first; each has a row and a column.
        counted: the customers whom the table counts; None: all.
    """
    inside = np.ones(len(decision.shown), dtype=bool) if counted is None else counted
    known, past, now = decision.past.known[inside], decision.past.shown[inside], decision.shown[inside]
    declared = [*(tier.name for tier in tiers), PENDING]
    across = _names(now, declared)
    down = [*_names(past[known], declared), NEWCOMERS]
    rows, columns = text_index(down), text_index(across)
    places = codes_in(pd.Series(np.where(known, past, NEWCOMERS), dtype=object), rows)
    cells = places * len(columns) + codes_in(pd.Series(now, dtype=object), columns)
    counts = np.bincount(cells, minlength=len(rows) * len(columns)).reshape(len(rows), len(columns))
    counts = np.vstack([counts, counts.sum(axis=0)])
    frame = pd.DataFrame(counts.astype(float), columns=across)
    frame.insert(0, MIGRATION.columns[0].name, pd.Series([*down, TOTAL], dtype=object))
    return frame.assign(**{TOTAL: counts.sum(axis=1).astype(float)})


def _names(found: Names, declared: Sequence[str]) -> list[str]:
    """The declared names, then others in the order of their names."""
    return [*declared, *sorted({str(name) for name in pd.unique(found)} - set(declared))]


def _history(
    now: pd.DataFrame, decision: m.Decision, history: pd.DataFrame | None, run_date: pd.Timestamp
) -> pd.DataFrame:
    """HISTORY: all rows but those of this date and these customers, then this run's."""
    size = len(now)
    values = {
        "customer_id": now["customer_id"].to_numpy(dtype=object),
        "run_date": np.full(size, np.datetime64(run_date, "us"), dtype="datetime64[us]"),
        "score": now["score"].to_numpy(dtype=float),
        "raw_tier": decision.raw,
        "shown_tier": decision.shown,
        "segment": now["segment"].to_numpy(dtype=object),
        "annual_amount": now["annual_amount"].to_numpy(dtype=float),
        "rule_tier": decision.rule,
        "trigger": decision.trigger,
    }
    if history is None or history.empty:
        kept = None
    else:
        today = (history["run_date"] == run_date).to_numpy(dtype=bool, copy=True)
        today[today] = history.loc[today, "customer_id"].isin(now["customer_id"]).to_numpy(dtype=bool)
        kept = history.loc[~today] if today.any() else history
    columns = {}
    for column in HISTORY:
        old = None if kept is None else kept[column.name].to_numpy()
        kind = (
            "float64" if column.kind in NUMERIC else "datetime64[us]" if column.kind in TEMPORAL else "object"
        )
        parts = [
            np.asarray(part).astype(kind, copy=False)
            for part in (old, values[column.name])
            if part is not None
        ]
        columns[column.name] = pd.Series(np.concatenate(parts), dtype=kind)
    return pd.DataFrame(columns)
