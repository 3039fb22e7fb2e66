"""客户价值评估表 (guide 001, table 3): what each customer is worth now and later, the most urgent first."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crm_xl.analysis.reports.ground import Ground, Made
from crm_xl.analysis.scoring import score_customers
from crm_xl.settings.model import Tier
from crm_xl.tables.outputs import PENDING
from crm_xl.tables.relations import VALUE_ASSESSMENT

_MEASURED = ("customer_id", "customer_name", "annual_amount_wan", "profit_margin", "renewals", "industry_potential",
             "expansion_plan", "need_match")  # fmt: skip


def make(ground: Ground) -> Made:
    """VALUE_ASSESSMENT: by score from high to low, equals in the order of the customers, 待评估 last."""
    settings, bands = ground.settings, ground.settings.bands
    scored = score_customers(
        ground.metrics,
        settings.priority_card,
        minimum_coverage=settings.general.minimum_coverage,
        tiers=bands,
    )
    priority = ground.scores["priority"].reset_index(drop=True)
    table = (
        ground.metrics[list(_MEASURED)]
        .reset_index(drop=True)
        .assign(
            priority_score=ground.scores["priority_score"].to_numpy(dtype=float),
            priority=full_names(priority, bands),
            follow_up=priority.map({band.name: band.strategy or None for band in bands}).astype(object),
            explanation=scored.explanation.to_numpy(dtype=object),
        )
    )
    order = np.argsort(-table["priority_score"].to_numpy(dtype=float), kind="stable")  # NaN goes last
    return Made(
        tables={VALUE_ASSESSMENT.name: table.iloc[order].reset_index(drop=True)[list(VALUE_ASSESSMENT.names)]}
    )


def full_names(levels: pd.Series, bands: tuple[Tier, ...]) -> pd.Series:
    """S as S级（重点突破）; 待评估 stays."""
    return levels.map({PENDING: PENDING, **{band.name: band.full_name for band in bands}}).astype(object)
