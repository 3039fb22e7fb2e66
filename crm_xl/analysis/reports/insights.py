"""问题与机会点 (guide 001): what the rules of 参数 find, worded with the figures that stand in the same row."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from crm_xl.analysis.points import number_text
from crm_xl.analysis.reports.findings import Facts, Finding
from crm_xl.analysis.reports.ground import Ground, Made
from crm_xl.analysis.reports.opportunities import OPPORTUNITIES
from crm_xl.analysis.reports.problems import PROBLEMS
from crm_xl.analysis.reports.wording import figure_text, share_text, worded
from crm_xl.analysis.shares import DECIMALS
from crm_xl.errors import CrmError
from crm_xl.schema import NUMERIC
from crm_xl.settings.model import InsightRule
from crm_xl.tables import insight_rules as r
from crm_xl.tables.relations import OPPORTUNITY_NOTES

_NAMED = 10  # customers listed in a row
_FIGURE_DIGITS, _WAN_DIGITS = 1, 2


def make(ground: Ground) -> Made:
    """OPPORTUNITY_NOTES: problems, then opportunities, each in the order of the rules.

    Raises:
        CrmError: no rule finds anything.
    """
    facts = Facts(ground)
    rows = [
        _row(kind, rule, finding, facts)
        for kind, makers in ((r.PROBLEM, PROBLEMS), (r.OPPORTUNITY, OPPORTUNITIES))
        for name, rule in ground.settings.insight_rules.items()
        if name in makers
        for finding in makers[name](facts, rule)
        if finding.affected.sum() >= rule.smallest
    ]
    if not rows:
        raise CrmError("按现有规则没有发现问题或机会点。", hint=f"可在“{r.INSIGHT_RULES.sheet}”中调整阈值。")
    frame = pd.DataFrame(rows, columns=list(OPPORTUNITY_NOTES.names))
    numbers = {column.name: float for column in OPPORTUNITY_NOTES if column.kind in NUMERIC}
    return Made(tables={OPPORTUNITY_NOTES.name: frame.astype(numbers)})


def _row(kind: str, rule: InsightRule, finding: Finding, facts: Facts) -> dict[str, Any]:
    """One row of OPPORTUNITY_NOTES: the figures first, rounded as they are shown, then the sentence from them."""
    wan = facts.figure("annual_amount_wan")
    affected = np.flatnonzero(finding.affected)
    by_amount = affected[np.argsort(-np.nan_to_num(wan[affected]), kind="stable")]
    ids = facts.ground.metrics["customer_id"].to_numpy(dtype=object)
    more = "等" if len(affected) > _NAMED else ""
    row: dict[str, Any] = {
        "kind": kind,
        "rule": rule.name,
        "subject": finding.subject,
        "figure": round(finding.figure, _FIGURE_DIGITS),
        "base": round(finding.base, _FIGURE_DIGITS),
        "unit": finding.unit,
        "threshold": None if rule.threshold is None else figure_text(rule.threshold, r.UNITS[rule.name]),
        "customers": float(len(affected)),
        "group": float(finding.group),
        "share": round(len(affected) / finding.group, DECIMALS),
        "amount": round(float(np.nansum(wan[affected])), _WAN_DIGITS),
        "listed": "、".join(ids[by_amount[:_NAMED]]) + more,
        "advice": rule.advice,
    }
    return row | {"finding": worded(rule.text, cells_of(row))}


def cells_of(row: dict[str, Any]) -> dict[str, str]:
    """What the placeholders of a text stand for in a row of OPPORTUNITY_NOTES."""
    return {
        r.SUBJECT: row["subject"],
        r.FIGURE: figure_text(row["figure"], row["unit"]),
        r.BASE: figure_text(row["base"], row["unit"]),
        r.CUSTOMERS: number_text(row["customers"]),
        r.GROUP: number_text(row["group"]),
        r.SHARE: share_text(row["share"]),
        r.AMOUNT: figure_text(row["amount"], "万元"),
        r.LIMIT: row["threshold"] or "无",
    }
