"""流失预警 and 负责人跟进预警: whom to see to first, and who has stopped seeing to customers (SPEC sections 5, 6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from crm_xl.analysis.calendar import window
from crm_xl.analysis.churn import Signals, Verdict, contact_text, has_fallen, judge
from crm_xl.analysis.grading import HIGH, LOW, MIDDLE
from crm_xl.analysis.growth import growth
from crm_xl.analysis.metrics_contact import contact_pace, negative_feedback, recent_service
from crm_xl.analysis.tally import Flags, Tally, text_index
from crm_xl.settings import Settings
from crm_xl.settings.model import BOUND_TOLERANCE
from crm_xl.tables import inputs as i
from crm_xl.tables import parameters as p
from crm_xl.tables.workshop import OWNER_WARNINGS, WARNINGS

_LEVELS = (HIGH, MIDDLE, LOW)


@dataclass(frozen=True, kw_only=True, eq=False)
class ChurnWarnings:
    """Who is warned of.

    Attributes:
        customers: WARNINGS, the gravest first.
        owners: OWNER_WARNINGS; None where no interactions are known.
        verdict: level, reasons and number of signs of every customer, in the order of the metrics.
    """

    customers: pd.DataFrame
    owners: pd.DataFrame | None
    verdict: Verdict


def churn_warnings(
    metrics: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    settings: Settings,
    analysis_date: pd.Timestamp,
    outlook: pd.DataFrame | None = None,
    counted: Flags | None = None,
) -> ChurnWarnings:
    """Warn of every customer one of the rules in 参数 speaks of.

    Args:
        metrics: METRICS, one row per customer.
        tables: cleaned tables; rules whose table is absent warn of nobody.
        settings: rules, limits and the months looked back on.
        analysis_date: what all windows count from.
        outlook: customer_id, p_alive, expected_orders, model_note, from `bgnbd.outlook`; None leaves them blank.
        counted: the customers whose interactions the owners' table is made of; None: all.
    """
    signals = churn_signals(metrics, tables, settings, analysis_date)
    verdict = judge(signals, settings.churn_rules, settings.general, analysis_date)
    owners = None
    if (interactions := tables.get(i.INTERACTIONS.name)) is not None:
        own, rules, levels = metrics, verdict.rules, verdict.levels
        if counted is not None:
            own, rules, levels = metrics.loc[counted], rules[counted], levels[counted]
            interactions = interactions.loc[interactions["customer_id"].isin(own["customer_id"])]
        owners = _owner_warnings(interactions, own, (rules, levels), settings, analysis_date)
    return ChurnWarnings(customers=_customers(metrics, verdict, outlook), owners=owners, verdict=verdict)


def churn_signals(
    metrics: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    settings: Settings,
    analysis_date: pd.Timestamp,
) -> Signals:
    """What the rules look at, from metrics and from the last months of interactions, tickets and tags."""
    months = settings.general.warning_months
    recent = window(analysis_date, months)
    listed = text_index(metrics["customer_id"])
    found: dict[str, Any] = {}
    if (interactions := tables.get(i.INTERACTIONS.name)) is not None:
        tally = Tally.of(interactions["customer_id"], listed)
        times = interactions["interaction_time"].to_numpy()
        found["contacts"], found["contacts_before"] = contact_pace(times, tally, analysis_date)
        found["negatives"] = negative_feedback(interactions, listed, recent)
    if (tickets := tables.get(i.TICKETS.name)) is not None:
        found["complaints"], found["slowest_answer"] = recent_service(tickets, listed, analysis_date, recent)
    if (tags := tables.get(i.TAGS.name)) is not None:
        found["tags"] = _tags(tags, [rule.name for rule in settings.churn_rules.values() if rule.tag], listed)
    gaps = metrics["mean_gap_days"].to_numpy(dtype=float)
    own = gaps[gaps > 0]
    return Signals(
        last_order=metrics["last_order_date"].to_numpy(),
        mean_gap=gaps,
        typical_gap=float(np.median(own)) if len(own) else np.nan,
        amount=metrics["amount_3m"].to_numpy(dtype=float),
        amount_before=metrics["amount_previous_3m"].to_numpy(dtype=float),
        looked_back=months,
        **found,
    )


def _tags(tags: pd.DataFrame, names: list[str], listed: pd.Index[Any]) -> dict[str, Flags]:
    risks = tags.loc[(tags["tag_kind"] == p.RISK_TAGS).to_numpy()]
    tally = Tally.of(risks["customer_id"], listed)
    return {name: tally.count((risks["tag"] == name).to_numpy()) > 0 for name in names}


def _customers(metrics: pd.DataFrame, verdict: Verdict, outlook: pd.DataFrame | None) -> pd.DataFrame:
    at = np.flatnonzero(verdict.rules)
    warned = metrics[[name for name in WARNINGS.names if name in metrics]].iloc[at]
    frame = warned.assign(
        level=pd.Series(verdict.levels[at], index=warned.index, dtype=object),
        reasons=pd.Series(verdict.reasons[at], index=warned.index, dtype=object),
        rules=verdict.rules[at].astype(float),
    )
    if outlook is None:
        frame = frame.assign(p_alive=np.nan, expected_orders=np.nan, model_note=None)
    else:
        frame = frame.merge(outlook, on="customer_id", how="left", validate="one_to_one")
    # Ids last, so that the same customers stand in the same order whatever order they came in.
    rank = np.select([verdict.levels[at] == level for level in _LEVELS], range(len(_LEVELS)))
    order = frame.assign(rank=rank, signs=-frame["rules"], stake=-frame["annual_amount"]).sort_values(
        ["rank", "signs", "stake", "customer_id"], kind="stable"
    )
    return order[list(WARNINGS.names)].reset_index(drop=True)


def _owner_warnings(
    interactions: pd.DataFrame,
    metrics: pd.DataFrame,
    verdict: tuple[Any, Any],  # rules and level of the same customers
    settings: Settings,
    analysis_date: pd.Timestamp,
) -> pd.DataFrame:
    """OWNER_WARNINGS: everybody whose interactions of the last month have fallen as far as the rule says.

    From a few a month they fall by half whenever somebody takes a holiday: such owners are not warned of.
    """
    rule = settings.churn_rules.get(p.RULE_FOLLOW_UP)
    by = interactions["follower"].to_numpy(dtype=object, copy=True)
    unnamed = interactions["follower"].isna().to_numpy()
    if unnamed.any():
        owner_of = metrics.set_index("customer_id")["owner"]
        by[unnamed] = interactions.loc[unnamed, "customer_id"].map(owner_of).to_numpy(dtype=object)
    known = pd.unique(np.concatenate([by, metrics["owner"].to_numpy(dtype=object)]))
    names = text_index(sorted(name for name in known if isinstance(name, str)))
    tally = Tally.of(pd.Series(by, dtype=object), names)
    month, usual = contact_pace(interactions["interaction_time"].to_numpy(), tally, analysis_date)
    change = growth(month, usual)
    own = Tally.of(metrics["owner"], names)
    frame = pd.DataFrame(
        {
            "owner": names,
            "interactions": month,
            "usual": usual,
            "change": change,
            "customers": own.count(np.ones(len(metrics), dtype=bool)),
            "warned": own.count(verdict[0] > 0),
            "high": own.count(verdict[1] == HIGH),
        }
    )
    regular = usual >= settings.general.follow_up_floor - BOUND_TOLERANCE
    fallen = np.zeros(len(names), dtype=bool) if rule is None else regular & has_fallen(change, rule)
    frame = frame.loc[fallen]
    told = zip(frame["interactions"], frame["usual"], frame["change"], strict=True)
    frame = frame.assign(reason=[contact_text(*figures) for figures in told])
    return frame.sort_values(["change", "owner"])[list(OWNER_WARNINGS.names)].reset_index(drop=True)
