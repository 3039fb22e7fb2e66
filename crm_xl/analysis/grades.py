"""SCORES: each customer's score, tier, priority, value tier and activity, with the reasons."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from crm_xl.analysis.grading import activity_tier, assign_tier, value_tier
from crm_xl.analysis.methods import Method, grade_by
from crm_xl.analysis.notes import PRIORITIES, about
from crm_xl.analysis.scoring import Scored, score_customers
from crm_xl.errors import CrmError
from crm_xl.settings import Settings
from crm_xl.settings.model import Scorecard, Tier
from crm_xl.tables import outputs as o
from crm_xl.tables import parameters as p

FILLED = "年消费额按近3个月均值×12填补"
INCOMPLETE = "数据不足12个月，年消费额偏低"


@dataclass(frozen=True, kw_only=True, eq=False)
class Graded:
    """Customers with their grades.

    Attributes:
        scores: SCORES without what `complete_scores` adds, one points column per indicator of the default
            card behind the declared ones.
        scored: the same customers by the default card.
        method: what gave the tiers: the method chosen, or the thresholds where that cannot be used.
        fault: why the method chosen was not used.
        notes: what captions must say.
    """

    scores: pd.DataFrame
    scored: Scored
    method: Method
    fault: CrmError | None
    notes: tuple[str, ...]


def grade_customers(metrics: pd.DataFrame, settings: Settings, analysis_date: pd.Timestamp) -> Graded:
    """Grade every customer by the cards, ranks and dates that 参数 asks for.

    Args:
        metrics: METRICS with the marks of customer_metrics, one row per customer.
        settings: cards, tiers, bands and limits.
        analysis_date: activity counts from it.
    """
    general = settings.general
    scored = _score(metrics, settings.card, settings, settings.tiers)
    method, fault = graded_by_choice(metrics, scored, settings)
    # What lifts a customer is said of the bounds that hold, and not at all where no score decides.
    scored = replace(scored, tiers=method.levels)
    priority = _score(metrics, settings.priority_card, settings, settings.bands)
    basis = "monetary" if general.value_basis == p.BASIS_AMOUNT else "profit"
    scores = pd.DataFrame(
        {
            "customer_id": metrics["customer_id"],
            "customer_name": metrics["customer_name"],
            "owner": metrics["owner"],
            "score": scored.total,
            "tier": method.tier,
            "priority_score": priority.total,
            "priority": assign_tier(priority.total, settings.bands),
            "value_tier": value_tier(
                metrics[basis],
                general.value_top,
                general.value_middle,
                traded=metrics["last_order_date"].notna().to_numpy(),
            ),
            "activity": activity_tier(
                metrics["last_order_date"],
                analysis_date,
                general.active_months,
                general.silent_months,
                last_contact=metrics["last_interaction"] if general.activity_by_contact else None,
            ),
            "flags": _flags(scored, metrics, method),
            "explanation": scored.explanation,
        }
    )
    points = scored.points.add_suffix("得分")
    return Graded(
        scores=pd.concat([scores, points], axis=1),
        scored=scored,
        method=method,
        fault=fault,
        notes=_notes(scored, priority, _method_notes(settings, method, fault)),
    )


def graded_by_choice(
    metrics: pd.DataFrame, scored: Scored, settings: Settings
) -> tuple[Method, CrmError | None]:
    """The tiers by the method that 参数 asks for; where it cannot be used by thresholds, and why.

    Source: docs/decisions.md #31.
    """
    method = grade_by(settings.general.tier_method, metrics, scored, settings)
    if method.fault is None:
        return method, None
    return grade_by(p.TIERS_THRESHOLD, metrics, scored, settings), method.fault


def _notes(scored: Scored, priority: Scored, method: tuple[str, ...]) -> tuple[str, ...]:
    # Where one card does both it is told once, above everything.
    only = [note for note in priority.notes if note not in scored.notes]
    return (*scored.notes, *about(PRIORITIES, only), *method)


def _method_notes(settings: Settings, method: Method, fault: CrmError | None) -> tuple[str, ...]:
    name = settings.general.tier_method
    if fault is not None:
        return (f"分级方法“{name}”没有采用，本次按阈值法分级：{fault}",)
    if name == p.TIERS_THRESHOLD:
        return ()
    told = f"（{method.note}）" if method.note else ""
    return (f"客户分级由{name}得出{told}；公式 CUSTOMER_TIER 仍按得分界限",)


def _score(metrics: pd.DataFrame, card: Scorecard, settings: Settings, tiers: tuple[Tier, ...]) -> Scored:
    return score_customers(metrics, card, minimum_coverage=settings.general.minimum_coverage, tiers=tiers)


def _flags(scored: Scored, metrics: pd.DataFrame, method: Method) -> pd.Series[str]:
    """What was missing or filled, in words; blank where nothing was."""
    flags = scored.flags
    if method.ruled is not None:
        reason = pd.Series(method.ruled.reason, index=flags.index, dtype=object)
        said = flags.where(flags == "", flags + "；") + p.TIERS_STANDARDS + reason
        flags = flags.where(reason == "", said)
    if any(indicator.metric.startswith("annual_amount") for indicator in scored.card.indicators):
        for mark, sentence in (("annual_filled", FILLED), ("annual_incomplete", INCOMPLETE)):
            said = flags.where(flags == "", flags + "；") + sentence
            flags = flags.where(~metrics[mark] | metrics["last_order_date"].isna(), said)
    return flags


def complete_scores(graded: Graded, shown: pd.Series, schemes: pd.DataFrame) -> pd.DataFrame:
    """SCORES: the grades with the shown tier and the schemes' levels, in declared order.

    Args:
        graded: customers with their grades.
        shown: the tier shown of the same customers.
        schemes: SCHEMES of the same customers.
    """
    whole = graded.scores.assign(
        shown_tier=shown, potential_tier=schemes["potential_tier"], matrix_cell=schemes["matrix_cell"]
    )
    further = [name for name in whole.columns if name not in o.SCORES.names]
    return whole[[*o.SCORES.names, *further]]
