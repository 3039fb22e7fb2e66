"""客户关系分析表 (guide 000): one row per customer, from who it is to what should be done about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from crm_xl.analysis.balance import exact_sum
from crm_xl.analysis.checks import Check, agrees
from crm_xl.analysis.growth import Floats
from crm_xl.analysis.metrics_orders import YUAN_PER_WAN
from crm_xl.analysis.order_facts import orders_of
from crm_xl.analysis.reports.contacts import main_contacts
from crm_xl.analysis.reports.ground import Ground, Made
from crm_xl.analysis.reports.identity import Names, cooperation_start, joined, size_words
from crm_xl.analysis.reports.ranking import bought_words, frequent_words
from crm_xl.analysis.tally import Tally
from crm_xl.analysis.tickets import handling
from crm_xl.settings import Settings
from crm_xl.settings.model import Strategy
from crm_xl.tables import inputs as i
from crm_xl.tables.outputs import NO_TRADE, PENDING
from crm_xl.tables.relations import RELATION

_NOT_A_LEVEL = (NO_TRADE, PENDING)
_GUIDE = ("strategy", "role", "frequency", "action", "goal")


def make(ground: Ground) -> Made:
    """RELATION, in the order of the customers."""
    metrics, scores = ground.metrics, ground.scores
    customers = ground.frames[i.CUSTOMERS.name]
    contacts = main_contacts(
        ground.frames.get(i.CONTACTS.name), ground.listed, mask=ground.settings.general.mask
    )
    advice = strategies_for(scores["value_tier"], scores["activity"], ground.settings)
    columns: dict[str, Any] = {
        **{name: metrics[name] for name in ("customer_id", "customer_name", "industry", "owner")},
        **{name: metrics[name] for name in ("frequency", "last_order_date", "interactions")},
        "contact": _contact_words(contacts),
        "size": size_words(customers),
        "cooperation_start": cooperation_start(customers, metrics),
        "amount": metrics["monetary"] / YUAN_PER_WAN,
        "average_order_value": metrics["average_order_value"] / YUAN_PER_WAN,
        "products": bought_words(ground, ground.period),
        "feedback_types": _feedback_types(ground),
        **_service(ground),
        "value_tier": _levels(scores["value_tier"], "价值"),
        "activity": scores["activity"],
        "potential_tier": _levels(scores["potential_tier"], "潜力"),
        "strategy": advice["strategy"],
        "role": advice["role"],
        "follow_up": advice["frequency"],
        "measures": advice["action"],
        "goal": advice["goal"],
    }
    table = pd.DataFrame({name: columns[name] for name in RELATION.names})
    return Made(tables={RELATION.name: table}, checks=tuple(_ties(table, ground)))


def _ties(table: pd.DataFrame, ground: Ground) -> Iterator[Check]:
    """Whether the customers' amounts add up to that of the period's orders."""
    orders = orders_of(ground.frames)
    if orders is not None:
        ours = exact_sum(table["amount"].to_numpy(dtype=float)) * YUAN_PER_WAN
        rest = ours - orders.amount(ground.period)
        yield agrees(
            f"“{RELATION.title}”的订单总额＝期间内订单净额", rest, f"{len(table)} 家，{ours:,.2f} 元"
        )


def strategies_for(value_tier: pd.Series, activity: pd.Series, settings: Settings) -> pd.DataFrame:
    """What the grid of 维护策略 says for each pair: strategy, role, frequency, action, goal.

    A pair that the grid does not have says so in `strategy`; a customer whose value is 待评估 is told to be
    assessed first.

    Args:
        value_tier: 高, 中, 低, 无交易 or 待评估.
        activity: 活跃, 沉默, 流失 or 无交易 of the same customers.
        settings: the grid.
    """
    pairs = list(zip(value_tier.tolist(), activity.tolist(), strict=True))
    told = {pair: _advice(*pair, settings) for pair in set(pairs)}
    return pd.DataFrame(
        {
            name: pd.Series([getattr(told[pair], name) or None for pair in pairs], dtype=object)
            for name in _GUIDE
        },
    )


def _advice(value: str, activity: str, settings: Settings) -> Strategy:
    known = settings.strategies.get((value, activity))
    if known is not None:
        return known
    if value == PENDING:
        return Strategy(strategy="先补齐数据，再定策略")
    return Strategy(strategy=f"维护策略表中没有“{value}”与“{activity}”的组合")


def _contact_words(contacts: pd.DataFrame) -> pd.Series:
    parts = (contacts[name] for name in ("contact_name", "position", "phone"))
    return pd.Series([joined(*told) for told in zip(*parts, strict=True)], dtype=object)


def _feedback_types(ground: Ground) -> Names | None:
    talks = ground.frames.get(i.INTERACTIONS.name)
    if talks is None:
        return None
    inside = talks.loc[ground.period.covers(talks["interaction_time"].to_numpy())]
    return frequent_words(inside, "feedback_type", ground.listed)


def _service(ground: Ground) -> dict[str, Names | Floats | None]:
    """How many complaints and repairs, about what, and how long they took; nothing is known without tickets."""
    tickets = ground.frames.get(i.TICKETS.name)
    unknown = np.full(len(ground.listed), np.nan)
    if tickets is None:
        return {"service_cases": unknown, "main_issues": None, "resolution_days": unknown}
    wanted = ground.period.covers(tickets["submitted_at"].to_numpy())
    wanted &= tickets["ticket_type"].isin((i.TICKET_COMPLAINT, i.TICKET_AFTER_SALES)).to_numpy()
    handled = handling(tickets, ground.date)
    tally = Tally.of(tickets["customer_id"], ground.listed)
    return {
        "service_cases": tally.count(wanted),
        "main_issues": frequent_words(tickets.loc[wanted], "issue", ground.listed),
        "resolution_days": tally.mean(handled.resolution_days, wanted & handled.resolved),
    }


def _levels(levels: pd.Series, of: str) -> pd.Series:
    """高 as 高价值; 无交易 and 待评估 stay."""
    full = {level: level if level in _NOT_A_LEVEL else f"{level}{of}" for level in levels.dropna().unique()}
    return levels.map(full)
