"""Which review is due: counted in calendar months from the day it was last done, as of the analysis date."""

from __future__ import annotations

import pandas as pd
import pytest

from crm_xl.analysis.reviews import reviews_due, reviews_told
from crm_xl.settings.model import ReviewRule
from crm_xl.tables.plans import REVIEWS

TODAY = pd.Timestamp("2026-10-31")


def rule(rhythm: str, last: str | None, subject: str = "客户分级更新") -> ReviewRule:
    return ReviewRule(subject=subject, rhythm=rhythm, last_done=None if last is None else pd.Timestamp(last))


@pytest.mark.parametrize(
    ("rhythm", "last", "due", "days", "result"),
    [
        ("每月", "2026-09-30", "2026-10-30", -1, "✘ 逾期 1 天"),
        ("每月", "2026-10-01", "2026-11-01", 1, "※ 1 天后到期"),
        ("每季度", "2026-07-31", "2026-10-31", 0, "※ 今日到期"),
        ("每季度", "2026-08-31", "2026-11-30", 30, "※ 30 天后到期"),  # November has 30 days
        ("每半年", "2026-06-30", "2026-12-30", 60, "✔ 未到期"),
        ("每半年", "2026-04-29", "2026-10-29", -2, "✘ 逾期 2 天"),
    ],
)
def test_the_next_is_due_a_rhythm_after_the_last(
    rhythm: str, last: str, due: str, days: int, result: str
) -> None:
    table = reviews_due([rule(rhythm, last)], TODAY)
    assert tuple(table.columns) == REVIEWS.names
    assert table.loc[0, ["due", "days", "result"]].tolist() == [pd.Timestamp(due), days, result]


def test_what_was_never_done_is_told_and_is_not_called_late() -> None:
    table = reviews_due([rule("每月", None)], TODAY)
    assert table.loc[0, "result"] == "※ 从未登记"
    assert table[["due", "days"]].isna().all(axis=None)
    assert reviews_told(table) == "※ 1 项从未登记"


def test_the_start_page_names_what_is_late() -> None:
    rules = [rule("每月", "2026-09-01", "策略回顾"), rule("每季度", None), rule("每半年", "2026-10-01")]
    assert reviews_told(reviews_due(rules, TODAY)) == "✘ 1 项逾期：策略回顾（30天）；※ 1 项从未登记"
    assert reviews_told(reviews_due(rules[2:], TODAY)) == "✔ 没有逾期的复核"
    assert reviews_told(reviews_due([], TODAY)) == "没有设复核节奏"
