"""复核提醒: what is to be reviewed, and by when (guides 000, 001, 003, 004)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from crm_xl.analysis.calendar import add_months
from crm_xl.settings.model import ReviewRule
from crm_xl.tables.parameters import RHYTHMS
from crm_xl.tables.plans import REVIEWS

SOON_DAYS = 30
_LATE, _SOON, _FINE = "✘", "※", "✔"


def reviews_due(rules: Sequence[ReviewRule], date: pd.Timestamp) -> pd.DataFrame:
    """REVIEWS: one row per rule, as of a day; the next is due a rhythm after the last was done.

    Args:
        rules: of 复核节奏, in order.
        date: the analysis date. A review on its day is not late.
    """
    today = np.datetime64(date.normalize(), "D")
    rows = []
    for rule in rules:
        last = None if rule.last_done is None else rule.last_done.normalize()
        due = (
            None
            if last is None
            else pd.Timestamp(add_months(np.array([last], dtype="datetime64[D]"), RHYTHMS[rule.rhythm])[0])
        )
        days = None if due is None else int((np.datetime64(due, "D") - today).astype(int))
        rows.append((rule.subject, rule.rhythm, last, due, _result(days), days))
    frame = pd.DataFrame(rows, columns=list(REVIEWS.names))
    stamps = {name: "datetime64[us]" for name in ("last_done", "due")}
    return frame.astype({**stamps, "days": float, "subject": object, "rhythm": object, "result": object})


def reviews_told(reviews: pd.DataFrame) -> str:
    """The line of the start page: which reviews are late, and what else there is to know.

    Args:
        reviews: REVIEWS.
    """
    late = reviews[reviews["days"] < 0]
    never = int(reviews["days"].isna().sum())
    parts = []
    if len(late):
        told = zip(late["subject"].tolist(), late["days"].tolist(), strict=True)
        named = "、".join(f"{subject}（{-days:.0f}天）" for subject, days in told)
        parts.append(f"{_LATE} {len(late)} 项逾期：{named}")
    if never:
        parts.append(f"{_SOON} {never} 项从未登记")
    return "；".join(parts) or (f"{_FINE} 没有逾期的复核" if len(reviews) else "没有设复核节奏")


def _result(days: int | None) -> str:
    if days is None:
        return f"{_SOON} 从未登记"
    if days < 0:
        return f"{_LATE} 逾期 {-days} 天"
    if days == 0:
        return f"{_SOON} 今日到期"
    return f"{_SOON} {days} 天后到期" if days <= SOON_DAYS else f"{_FINE} 未到期"
