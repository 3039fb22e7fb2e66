"""Another method than the thresholds decides the tier, and everything after it (guide 003 names four)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as running
from hypothesis import strategies as st

from crm_xl import CrmError, Settings
from crm_xl.analysis import movement as m
from crm_xl.analysis.grades import graded_by_choice
from crm_xl.analysis.methods import Method, grade_by
from crm_xl.analysis.movement_tables import move_tiers
from crm_xl.analysis.scoring import Scored, score_customers
from crm_xl.raw import RawTable
from crm_xl.settings.model import Tier
from crm_xl.tables import inputs as i
from crm_xl.tables import outputs as o
from crm_xl.tables import parameters as p
from crm_xl.tables import workshop as w
from tests import test_workshop as book
from tests.support.metric_rows import BUYER, PROSPECT, metric_rows

SHIPPED = Settings.default()
TIERS = [tier.name for tier in SHIPPED.tiers]
METHODS = (p.TIERS_THRESHOLD, p.TIERS_STANDARDS, p.TIERS_CLUSTERS, p.TIERS_BREAKS)
AMOUNT = st.sampled_from([5.0, 60.0, 300.0, 500.0, 700.0, 999.0, 1000.0, 3000.0])
MARGIN = st.sampled_from([-0.1, 0.02, 0.05, 0.08, 0.12, 0.15, 0.18, 0.4])
PEOPLE = st.lists(st.tuples(AMOUNT, MARGIN, st.sampled_from([0.5, 2.0, 4.0, 6.0])), min_size=1, max_size=25)


def having(method: str) -> Settings:
    return replace(SHIPPED, general=replace(SHIPPED.general, tier_method=method))


def crowd(people: list[tuple[float, float, float]]) -> pd.DataFrame:
    """Buyers of these amounts, margins and years, and somebody who never bought."""
    names = ("annual_amount_wan", "profit_margin", "tenure_years")
    rows = [BUYER | dict(zip(names, own, strict=True)) | {"cross_buy_rate": 0.3} for own in people]
    return metric_rows(*rows, PROSPECT)


def graded(method: str, people: list[tuple[float, float, float]]) -> tuple[Method, CrmError | None, Scored]:
    metrics = crowd(people)
    scored = score_customers(metrics, SHIPPED.card, tiers=SHIPPED.tiers)
    return *graded_by_choice(metrics, scored, having(method)), scored


@running(max_examples=60, deadline=None)
@given(st.sampled_from(METHODS), PEOPLE)
def test_every_customer_has_one_tier_and_better_tiers_have_better_scores(
    method: str, people: list[tuple[float, float, float]]
) -> None:
    found, fault, scored = graded(method, people)
    assert found.tier[-1] == o.PENDING  # never bought
    known = scored.total.notna().to_numpy()
    if method != p.TIERS_STANDARDS:
        assert set(found.tier[known]) <= set(TIERS)
        means = [scored.total[found.tier == tier].mean() for tier in TIERS if (found.tier == tier).any()]
        assert means == sorted(means, reverse=True)
    # Equal customers, equal tiers.
    by_kind: dict[tuple[float, float, float], set[str]] = {}
    for own, tier in zip(people, found.tier, strict=False):
        by_kind.setdefault(own, set()).add(tier)
    assert all(len(tiers) == 1 for tiers in by_kind.values())
    # Refused only where there is too little to tell customers apart, and then thresholds decide.
    distinct = len(set(np.round(scored.total[known], 9))) if method == p.TIERS_BREAKS else len(by_kind)
    if method in (p.TIERS_CLUSTERS, p.TIERS_BREAKS):
        assert (fault is not None) == (distinct < len(TIERS))
    else:
        assert fault is None
    if fault is not None:
        assert (
            found.tier.tolist() == grade_by(p.TIERS_THRESHOLD, crowd(people), scored, SHIPPED).tier.tolist()
        )


def test_breaks_bound_the_score_and_rules_and_clusters_do_not() -> None:
    people = [(3000.0, 0.4, 6.0), (700.0, 0.12, 4.0), (300.0, 0.05, 2.0), (5.0, -0.1, 0.5)]
    # Scores by hand: 40+25+20+12 = 97; 32+20+16+12 = 80; 24+15+14+12 = 65; 24+10+8+12 = 54.
    found, _, scored = graded(p.TIERS_BREAKS, people)
    assert scored.total.tolist()[:4] == pytest.approx([97, 80, 65, 54])
    assert [tier.lower for tier in found.levels] == [
        pytest.approx(97),
        pytest.approx(80),
        pytest.approx(65),
        None,
    ]
    for method in (p.TIERS_STANDARDS, p.TIERS_CLUSTERS):
        assert {tier.lower for tier in graded(method, people)[0].levels} == {None}


@pytest.mark.parametrize(
    ("standards", "words"),
    [
        (SHIPPED.standards[:-1], "没有不设条件的末级"),
        (
            (*SHIPPED.standards[:-1], replace(SHIPPED.standards[-1], tier="其他级")),
            "“其他级”不在客户分级表中",
        ),
    ],
)
def test_rules_that_leave_customers_out_are_refused(standards: tuple[Any, ...], words: str) -> None:
    metrics = crowd([(3000.0, 0.4, 6.0)])
    scored = score_customers(metrics, SHIPPED.card, tiers=SHIPPED.tiers)
    settings = replace(having(p.TIERS_STANDARDS), standards=standards)
    method, fault = graded_by_choice(metrics, scored, settings)
    assert fault is not None and words in str(fault)
    assert str(fault).startswith("参数“分级标准”：")
    assert method.tier.tolist() == ["战略级", o.PENDING]


def state(date: str, *rows: tuple[str, float, str]) -> pd.DataFrame:
    """Customers at a run: id, score, tier by the method."""
    ids, scores, tiers = zip(*rows, strict=True)
    return pd.DataFrame(
        {
            "customer_id": ids, "customer_name": ids, "owner": "王敏", "score": np.array(scores, dtype=float),
            "tier": tiers, "segment": None, "annual_amount": 1000.0,
            "last_order_date": pd.Timestamp(date) - pd.Timedelta(days=5),
        }
    )  # fmt: skip


def shown(levels: tuple[Tier, ...], *runs: tuple[str, float, str]) -> list[str]:
    """The tier shown of one customer, run by run: date, score, tier by the method."""
    history, found = None, []
    for date, score, tier in runs:
        moved = move_tiers(
            state(date, ("C", score, tier)), history, levels, SHIPPED.general, pd.Timestamp(date), {}
        )
        history = moved.history
        found.append(moved.shown.iloc[0])
    return found


class TestMovement:
    UNBOUNDED = tuple(replace(tier, lower=None) for tier in SHIPPED.tiers)

    def test_without_bounds_the_minimum_stay_alone_holds_a_tier(self) -> None:
        runs = (("2026-01-31", 76, "重点级"), ("2026-02-28", 75.5, "普通级"), ("2026-04-30", 75.5, "普通级"))
        assert shown(self.UNBOUNDED, *runs) == ["重点级", "重点级", "普通级"]
        # With bounds 75.5 is still 重点级's, half a point inside; the margin of two points holds 74.5 too.
        assert shown(SHIPPED.tiers, *runs[:2], ("2026-04-30", 74.5, "普通级")) == ["重点级"] * 3

    def test_bounds_of_the_run_hold_the_margin(self) -> None:
        breaks = tuple(replace(t, lower=b) for t, b in zip(SHIPPED.tiers, (88, 70, 55, None), strict=True))
        # 69 is one point below 70, 67 three.
        assert shown(breaks, ("2026-01-31", 76, "重点级"), ("2026-06-30", 69, "普通级")) == [
            "重点级",
            "重点级",
        ]
        assert shown(breaks, ("2026-01-31", 76, "重点级"), ("2026-06-30", 67, "普通级")) == [
            "重点级",
            "普通级",
        ]

    def test_the_reason_names_the_method(self) -> None:
        general = having(p.TIERS_CLUSTERS).general
        first = move_tiers(state("2026-01-31", ("C", 76, "重点级")), None, self.UNBOUNDED, general,
                           pd.Timestamp("2026-01-31"), {})  # fmt: skip
        second = move_tiers(state("2026-06-30", ("C", 76, "战略级")), first.history, self.UNBOUNDED, general,
                            pd.Timestamp("2026-06-30"), {})  # fmt: skip
        assert second.movers["reason"].tolist() == [f"{m.RAW}：停留已满3个月，聚类法得出战略级"]


def settings(method: str) -> dict[str, RawTable]:
    return {p.SETTINGS_TABLE.name: book.settings(分级方法=method)}


class TestOneRun:
    """The five customers of tests/test_workshop.py: scores 94.5, 78.5, 48, 76, 76."""

    def test_thresholds_are_the_default(self) -> None:
        plain = book.run(book.tables())
        chosen = book.run(book.tables(), **settings(p.TIERS_THRESHOLD))
        pd.testing.assert_frame_equal(chosen.tables[o.SCORES.name], plain.tables[o.SCORES.name])
        assert chosen.caption == plain.caption

    def test_natural_breaks_reach_every_table_after_the_score(self) -> None:
        # Four different scores, four tiers: 94.5 | 78.5 | 76 76 | 48.
        results = book.run(book.tables(), **settings(p.TIERS_BREAKS))
        scores = book.by_customer(results, o.SCORES.name)
        expected = {"A": "战略级", "B": "重点级", "E": "普通级", "F": "普通级", "C": "潜在级"}
        for column in ("tier", "shown_tier"):
            assert scores[column].to_dict() == expected
        compared = book.by_customer(results, w.METHOD_COMPARE.name)
        assert compared["by_breaks"].to_dict() == expected
        summary = results.tables[o.TIER_SUMMARY.name].set_index("tier")["customers"].to_dict()
        assert list(summary.values()) == [1, 1, 2, 1, 5]
        history = results.kept_up[i.HISTORY.name].set_index("customer_id")
        assert history["raw_tier"].to_dict() == expected
        assert results.tables[w.WHAT_IF.name].set_index("tier").loc["普通级", "customers"] == 2
        audit = results.tables[w.AUDIT.name].set_index("customer_id")["tier"].to_dict()
        assert audit.items() <= expected.items()
        # 重点级 begins at 78.5, so that E lacks 2.5 points; the formulas' block keeps the thresholds, and it is said.
        assert "距重点级差 2.5 分" in scores.loc["E", "explanation"]
        assert results.tables[o.TIER_BLOCK.name]["lower"].tolist()[:3] == [90, 75, 60]
        assert any("客户分级由自然断点得出" in n and "CUSTOMER_TIER 仍按得分界限" in n for n in results.notes)
        assert "分级方法 自然断点" in results.caption

    def test_rules_say_what_is_missing_and_nothing_of_the_next_tier(self) -> None:
        results = book.run(book.tables(), **settings(p.TIERS_STANDARDS))
        scores = book.by_customer(results, o.SCORES.name)
        compared = book.by_customer(results, w.METHOD_COMPARE.name)
        assert scores["tier"].to_dict() == compared["by_standards"].to_dict()
        assert not scores["explanation"].str.contains("距").any()
        waiting = scores["tier"] == o.PENDING
        assert (scores.loc[waiting, "flags"].str.contains("规则法缺少")).all()

    def test_too_few_to_tell_apart_is_a_sentence_with_the_cell_and_thresholds_decide(self) -> None:
        people = {"A": book.PEOPLE["A"]}
        for method, words in ((p.TIERS_CLUSTERS, "聚不成4类"), (p.TIERS_BREAKS, "分不成4级")):
            results = book.run(book.tables(people), **settings(method))
            assert book.by_customer(results, o.SCORES.name)["tier"].tolist() == ["战略级"]
            (sentence,) = book.told(results)
            row = [s.name for s in p.GENERAL].index("tier_method") + 2
            assert sentence.startswith(f"参数!B{row}：{method}不能使用：") and words in sentence
            assert any(f"分级方法“{method}”没有采用，本次按阈值法分级" in note for note in results.notes)

    @pytest.mark.parametrize(
        ("method", "figures", "words"),
        [
            (p.TIERS_BREAKS, {"重点级": 78}, "模拟的分级下限不会改变分级"),
            (p.TIERS_CLUSTERS, {"重点级": 78}, "模拟的分级下限不会改变分级"),
            (p.TIERS_STANDARDS, {"年消费额": 0.35, "利润率": 0.3}, "模拟的权重与界限不会改变分级"),
        ],
    )
    def test_a_draft_that_changes_no_tier_is_told(
        self, method: str, figures: dict[str, float], words: str
    ) -> None:
        before = book.run(book.tables(), **settings(method))
        after = book.run(book.tables(), **settings(method), **{w.DRAFT.name: book.drafted(before, **figures)})
        (sentence,) = book.told(after)
        assert f"分级方法现为“{method}”，{words}" in sentence

    def test_other_weights_are_tried_with_the_method_that_decides(self) -> None:
        before = book.run(book.tables(), **settings(p.TIERS_BREAKS))
        # All on the amount: A 100, B 80, the others 60: three scores for four tiers, so that thresholds decide.
        draft = book.drafted(before, 年消费额=1.0, 利润率=0.0, 合作时长=0.0, 交叉购买率=0.0)
        after = book.run(book.tables(), **settings(p.TIERS_BREAKS), **{w.DRAFT.name: draft})
        movers = book.by_customer(after, w.WHAT_IF_MOVERS.name)
        # By breaks C is 潜在级; by thresholds 60 points are 普通级, 80 重点级 and 100 战略级, as before.
        assert movers["to_tier"].to_dict() == {"C": "普通级"}
