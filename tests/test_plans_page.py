"""The page on plans tells the truth: its examples come out as it says, and what it names exists."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from crm_xl.analysis.reviews import reviews_due
from crm_xl.tables import TABLES
from crm_xl.tables import parameters as p
from tests.analysis import test_plans as plans
from tests.analysis.test_reviews import rule

PAGE = Path(__file__).resolve().parents[1] / "docs" / "manual" / "plans.zh-CN.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_proposals_of_the_example() -> None:
    made = plans.run()
    (first,), (second,) = plans.of(made, "A"), plans.of(made, "B")
    assert (first["baseline"], first["target"], f"{first['due_date']:%Y-%m-%d}") == (7, 9, "2027-10-31")
    assert "基线 7，目标值 7 × 1.2 = 8.4，取 9，截止 2027-10-31" in TEXT
    assert (second["baseline"], second["target"], f"{second['due_date']:%Y-%m-%d}") == (12, 13, "2027-01-31")
    assert "目标值 13，截止 2027-01-31" in TEXT


def test_attainment_of_the_example() -> None:
    for baseline, target, actual, share in ((20, 24, 21, "25%"), (8, 4, 5, "75%")):
        raw = plans.changed(plans.run().table, "A", baseline=baseline, target=target, actual=actual)
        assert f"{plans.of(plans.run(raw), 'A')[0]['attainment']:.0%}" == share
        assert f"= {share}" in TEXT


def test_review_of_the_example() -> None:
    table = reviews_due([rule("每月", "2026-08-31")], pd.Timestamp("2026-10-31"))
    assert table.loc[0, "result"] == "✘ 逾期 31 天"
    assert f"{table.loc[0, 'due']:%Y-%m-%d}" == "2026-09-30"
    assert "下次到期 2026-09-30；分析日期 2026-10-31 时逾期 31 天" in TEXT


def test_what_it_names_exists() -> None:
    titles = {name for table in TABLES.values() for name in (table.title, table.sheet)}
    for place in re.findall(r"^\| [^|]+ \| ([^|]+) \|$", TEXT, re.MULTILINE)[1:]:
        for name in re.split(r"[、，：]", place):
            assert name in titles or "首页" in name
    assert "跟进计划依据" in {setting.title for setting in p.GENERAL}
    pictures = re.findall(r"!\[[^]]*\]\(([^)]+)\)", TEXT)
    assert pictures and all((PAGE.parent / name).exists() for name in pictures)
