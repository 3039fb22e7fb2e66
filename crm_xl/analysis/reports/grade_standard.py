"""客户分级分类标准表: what each tier asks for, in words, as 参数 has it (guide 003)."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pandas as pd

from crm_xl.analysis.points import number_text
from crm_xl.analysis.reports.ground import Ground, Made
from crm_xl.schema import Kind
from crm_xl.settings import Settings
from crm_xl.settings.model import Standard, Tier
from crm_xl.tables import parameters as p
from crm_xl.tables.card import DIMENSION_COLUMNS, GRADE_STANDARD
from crm_xl.tables.outputs import METRICS

WEIGHTS = "维度权重"
_AND, _REST = "，", "其余客户"
# Dimension -> the metrics whose bounds it holds.
_BOUNDS = {
    "value": ("annual_amount_wan", "profit_margin"),
    "potential": ("industry_rank", "need_match"),
    "risk": ("churn_rate", "on_time_payment"),
    "strategic": ("key_industry", "market_position", "brand_synergy", "policy_support"),
}
_NAMES = {"annual_amount_wan": "年消费额"}  # the unit stands behind the figure


def make(ground: Ground) -> Made:
    """GRADE_STANDARD: a row of weights, then one row per tier, best first."""
    return Made(tables={GRADE_STANDARD.name: grade_standard(ground.settings)})


def grade_standard(settings: Settings) -> pd.DataFrame:
    """GRADE_STANDARD of the settings; a tier without a standard has its score alone, and the other way round."""
    tiers = {tier.name: tier for tier in settings.tiers}
    standards = {standard.tier: standard for standard in settings.standards}
    ranges = _ranges(settings.tiers)
    rows: list[dict[str, Any]] = [_weights(settings)]
    for name in dict.fromkeys([*tiers, *standards]):
        tier, standard = tiers.get(name), standards.get(name)
        strategy = standard.strategy if standard and standard.strategy else tier.strategy if tier else ""
        rows.append(
            {
                "tier": tier.full_name if tier else name,
                "score_range": ranges.get(name, ""),
                **(_words(standard) if standard else {}),
                "strategy": strategy,
            }
        )
    table = pd.DataFrame(rows, columns=list(GRADE_STANDARD.names), dtype=object)
    return table.where(table.notna(), "")


def _weights(settings: Settings) -> dict[str, Any]:
    """The row above the tiers: what each dimension of the card with four of them weighs."""
    card = settings.cards.get(p.CARD_FOUR)
    weights = {d.name: f"{number_text(100 * d.weight)}%" for d in card.dimensions} if card else {}
    return {"tier": WEIGHTS, **{column: weights.get(name, "") for name, column in DIMENSION_COLUMNS.items()}}


def _ranges(tiers: tuple[Tier, ...]) -> dict[str, str]:
    """From which score up to which: "75分（含）至90分"; nobody stands between two."""
    words = {}
    for above, tier in pairwise((None, *tiers)):
        if tier is None:
            continue
        upper = above.lower if above else None
        lower = tier.lower
        if lower is None:
            words[tier.name] = "" if upper is None else f"{number_text(upper)}分以下"
        elif upper is None:
            words[tier.name] = f"{number_text(lower)}分及以上"
        else:
            words[tier.name] = f"{number_text(lower)}分（含）至{number_text(upper)}分"
    return words


def _words(standard: Standard) -> dict[str, str]:
    """The bounds of one tier by dimension: "年消费额≥1000万元，利润率≥15%"."""
    if (
        not (standard.at_least or standard.at_most or standard.market_positions)
        and standard.key_industry is None
    ):
        return {"value": _REST}
    said: dict[str, str] = {}
    for column, names in _BOUNDS.items():
        said[column] = _AND.join(filter(None, (_bound(standard, name) for name in names)))
    return said


def _bound(standard: Standard, name: str) -> str:
    if name == "key_industry":
        asked = standard.key_industry
        return "" if asked is None else "国家重点行业" if asked else "非国家重点行业"
    if name == "market_position":
        return "或".join(standard.market_positions)
    sign, figure = "≥", standard.at_least.get(name)
    if figure is None:
        sign, figure = "≤", standard.at_most.get(name)
    if figure is None:
        return ""
    if name == "industry_rank":
        return f"行业前{number_text(figure)}"
    column = METRICS.column(name)
    percent = column.kind is Kind.PERCENT
    unit = "%" if percent else column.unit
    return f"{_NAMES.get(name, column.title)}{sign}{number_text(figure * (100 if percent else 1))}{unit}"
