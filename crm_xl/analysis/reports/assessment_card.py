"""客户信息评估表: how one customer's score came about, line by line, as guide 003 writes it down."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from crm_xl.analysis.points import raw_texts
from crm_xl.analysis.reports.ground import Ground
from crm_xl.analysis.reports.texts import text_of
from crm_xl.settings.model import Indicator
from crm_xl.tables import card as d
from crm_xl.tables import inputs as i
from crm_xl.tables.outputs import PENDING

Line = dict[str, Any]

_NO_ORDER, _MISSING, _LEFT_OUT = "无订单", "缺失", "空白，未计入"


def assessment(ground: Ground, place: int, phone: str) -> pd.DataFrame:
    """ASSESSMENT_CARD of one customer, on its fixed number of rows.

    Args:
        ground: of the run.
        place: the customer's row in the metrics.
        phone: of the contact, masked.
    """
    lines = [*_identity(ground, place, phone), *_indicators(ground, place), *_verdict(ground, place)]
    table = pd.DataFrame(lines, columns=list(d.ASSESSMENT_CARD.names))
    numbers = {name: "float64" for name in ("points", "weight", "weighted")}
    return table.astype(numbers).reindex(range(d.ASSESSMENT_CARD.fixed_rows or len(table)))


def _identity(ground: Ground, place: int, phone: str) -> list[Line]:
    row = ground.metrics.iloc[place]
    said = (row["customer_id"], row["customer_name"], row["industry"], row["owner"], phone)
    return [
        {"indicator": title, "raw": text_of(value)} for title, value in zip(d.IDENTITY, said, strict=True)
    ]


def _indicators(ground: Ground, place: int) -> list[Line]:
    """A line per indicator of the default card; the last one holds what the form has no room for.

    What a customer leaves blank and the card leaves out weighs nothing; the rest is scaled to 1, so that the lines
    add up to the score.
    """
    card, scores, metrics = ground.settings.card, ground.scores.iloc[place], ground.metrics.iloc[place]
    points = np.array([scores[f"{indicator.name}得分"] for indicator in card.indicators], dtype=float)
    weights = np.array(list(card.weights.values()), dtype=float)
    scored = not pd.isna(scores["score"])
    blank = _LEFT_OUT if scored else _NO_ORDER if metrics["lifetime_orders"] == 0 else _MISSING
    if scored:
        counted = ~np.isnan(points)
        weights = np.where(counted, weights, 0.0)
        if not counted.all() and weights.sum() > 0:
            weights = weights / weights.sum()
    lines = [
        {
            "indicator": indicator.name,
            "raw": _raw(indicator, float(metrics[indicator.metric]), own, blank),
            "points": own,
            "weight": weight,
            "weighted": own * weight if scored and not np.isnan(own) else np.nan,
        }
        for indicator, own, weight in zip(card.indicators, points.tolist(), weights.tolist(), strict=True)
    ]
    if len(lines) <= d.MOST_INDICATORS:
        return lines
    shown, rest = lines[: d.MOST_INDICATORS - 1], lines[d.MOST_INDICATORS - 1 :]
    total = {name: float(np.nansum([line[name] for line in rest])) for name in ("weight", "weighted")}
    return [*shown, {"indicator": f"其余{len(rest)}项", **total, **({} if scored else {"weighted": np.nan})}]


def _raw(indicator: Indicator, value: float, points: float, blank: str) -> str:
    if not np.isnan(value):
        return raw_texts(np.array([value]), indicator)[0]
    return blank if np.isnan(points) else _NO_ORDER  # a known nothing, which earns the lowest step


def _verdict(ground: Ground, place: int) -> list[Line]:
    """Total, tier and remark."""
    scores = ground.scores.iloc[place]
    full = {tier.name: tier.full_name for tier in ground.settings.tiers}
    raw, shown = str(scores["tier"]), str(scores["shown_tier"])
    tier = full.get(shown, shown)
    if shown != raw:
        tier += f"（按本次得分为{full.get(raw, raw)}）"
    remark = text_of(ground.frames[i.CUSTOMERS.name]["remark"].iloc[place])
    return [
        {
            "indicator": d.TOTAL_SCORE,
            "raw": PENDING if pd.isna(scores["score"]) else "",
            "weighted": scores["score"],
        },
        {"indicator": d.TIER, "raw": tier},
        {"indicator": d.REMARK, "raw": remark},
    ]
