"""Every customer lands in one segment; published segment tables are reproduced."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_xl.analysis.rfm import rfm_table, score_rfm
from crm_xl.analysis.segments import levels, overlaps, scheme_notes, segment, uncovered
from crm_xl.settings import Settings
from crm_xl.settings.model import SegmentRule
from crm_xl.tables import parameters as p
from tests.support.published import RFM_R_DATE, pymc_purchases, rfm_r

SCHEMES = Settings.default().segments


def by_score(name: str, r: tuple[int, int], f: tuple[int, int], m: tuple[int, int]) -> SegmentRule:
    return SegmentRule(segment=name, basis=p.BY_SCORE, r=r, f=f, m=m)


def raw(r: float, f: float, m: float) -> pd.DataFrame:
    return pd.DataFrame({"recency_days": [r], "frequency": [f], "monetary": [m]})


def scores(*rows: tuple[float, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["r", "f", "m"])


class TestShippedSchemes:
    @pytest.mark.parametrize("scheme", SCHEMES)
    def test_every_combination_lands_in_exactly_one(self, scheme: str) -> None:
        assert uncovered(SCHEMES[scheme]) == []
        assert overlaps(SCHEMES[scheme]) == {}

    def test_all_125_scores_have_a_name(self) -> None:
        combinations = scores(*product(range(1, 6), repeat=3))
        found = segment(combinations, SCHEMES[p.SCHEME_ELEVEN])
        assert len(combinations) == 125
        assert "其他" not in found
        assert len(set(found)) == 11

    @pytest.mark.parametrize(
        ("customer", "expected"),
        [
            ((30, 5, 20_000), "高价值客户"),
            ((30, 5, 19_999.99), "一般客户（未归类）"),
            ((31, 5, 20_000), "一般客户（未归类）"),
            ((30, 3, 10_000), "潜力客户"),
            # The guide's own cuts leave this one out: F≥5 for 高价值, F≤3 for 潜力 (SPEC section 5).
            ((5, 4, 100_000), "一般客户（未归类）"),
            ((90, 9, 50_000), "一般客户（未归类）"),
            ((91, 5, 0), "流失风险客户"),
            ((91, 1, 20_000), "流失风险客户"),
            ((91, 4, 19_999), "一般客户（未归类）"),
        ],
    )
    def test_the_three_classes_of_the_guide(self, customer: tuple[float, ...], expected: str) -> None:
        assert segment(raw(*customer), SCHEMES[p.SCHEME_THREE]).tolist() == [expected]

    @pytest.mark.parametrize(
        ("customer", "expected"),
        [
            ((5, 5, 5), "重要价值客户"), ((5, 1, 5), "重要发展客户"), ((1, 5, 5), "重要保持客户"),
            ((1, 1, 5), "重要挽留客户"), ((5, 5, 1), "一般价值客户"), ((5, 1, 1), "一般发展客户"),
            ((1, 5, 1), "一般保持客户"), ((2, 2, 2), "一般挽留客户"), ((3, 3, 3), "重要价值客户"),
        ],
    )  # fmt: skip
    def test_the_eight_classes_by_three(self, customer: tuple[float, float, float], expected: str) -> None:
        found = segment(scores(customer), SCHEMES[p.SCHEME_EIGHT], high=p.HIGH_BY_THREE)
        assert found.tolist() == [expected]


class TestCompleteness:
    RULES = (by_score("甲", (4, 5), (1, 5), (1, 5)), by_score("乙", (1, 2), (1, 5), (1, 5)))

    def test_a_gap_is_found(self) -> None:
        assert uncovered(self.RULES) == [(3.0, f, m) for f in range(1, 6) for m in range(1, 6)]

    def test_fewer_scores_have_fewer_combinations(self) -> None:
        assert len(uncovered(self.RULES, groups=3)) == 9

    def test_an_overlap_names_who_claims(self) -> None:
        rules = (*self.RULES, by_score("丙", (5, 5), (5, 5), (5, 5)))
        assert overlaps(rules) == {(5.0, 5.0, 5.0): ("甲", "丙")}

    def test_two_rows_of_one_segment_do_not_overlap(self) -> None:
        assert (
            overlaps((by_score("甲", (1, 5), (1, 5), (1, 5)), by_score("甲", (5, 5), (5, 5), (5, 5)))) == {}
        )

    def test_a_gap_between_raw_bounds_is_found(self) -> None:
        rules = (
            SegmentRule(segment="近", basis=p.BY_RAW, r=(None, 30)),
            SegmentRule(segment="远", basis=p.BY_RAW, r=(32, None)),
        )
        assert {r for r, _, _ in uncovered(rules)} == {31.0}

    def test_a_gap_of_one_fen_is_found(self) -> None:
        rules = (
            SegmentRule(segment="小", basis=p.BY_RAW, m=(None, 99.99)),
            SegmentRule(segment="大", basis=p.BY_RAW, m=(100.01, None)),
        )
        assert {m for _, _, m in uncovered(rules)} == {100.0}

    def test_mixed_bases_are_our_mistake(self) -> None:
        with pytest.raises(ValueError, match="mix"):
            uncovered((*self.RULES, SegmentRule(segment="丁", basis=p.BY_RAW)))

    @given(st.data())
    def test_first_match_wins_and_uncovered_is_others(self, data: st.DataObject) -> None:
        ends = st.tuples(st.integers(1, 5), st.integers(1, 5)).map(lambda pair: (min(pair), max(pair)))
        rules = [by_score(name, *data.draw(st.tuples(ends, ends, ends))) for name in ("甲", "乙", "丙")]
        combinations = list(product(range(1, 6), repeat=3))
        found = segment(scores(*combinations), rules)
        for combination, name in zip(combinations, found, strict=True):
            expected = next(
                (
                    rule.segment
                    for rule in rules
                    if all(
                        low <= score <= high
                        for score, (low, high) in zip(combination, (rule.r, rule.f, rule.m), strict=True)
                    )
                ),
                "其他",
            )
            assert name == expected
        gaps = [c for c, name in zip(combinations, found, strict=True) if name == "其他"]
        assert uncovered(rules) == gaps


class TestLevels:
    def test_high_is_at_or_above_the_mean_score(self) -> None:
        # Mean of r 1, 3, 5 is 3; of f 1, 1, 4 is 2; of equal m 2 everybody is at it.
        found = levels(scores((1, 1, 2), (3, 1, 2), (5, 4, 2)))
        assert found.to_numpy().tolist() == [[0, 0, 1], [1, 0, 1], [1, 1, 1]]

    @pytest.mark.parametrize(
        ("high", "expected"), [(p.HIGH_BY_MEAN, [1, 1, 0]), (p.HIGH_BY_MEDIAN, [1, 1, 0])]
    )
    def test_raw_recency_is_high_when_short(self, high: str, expected: list[int]) -> None:
        frame = pd.concat([raw(10, 1, 1), raw(20, 1, 1), raw(60, 1, 1)])  # mean 30, median 20
        assert levels(frame, high)["r"].tolist() == expected

    def test_mean_and_median_of_money_differ(self) -> None:
        frame = pd.concat([raw(1, 1, 10), raw(1, 1, 20), raw(1, 1, 90)])  # mean 40, median 20
        assert levels(frame, p.HIGH_BY_MEAN)["m"].tolist() == [0, 0, 1]
        assert levels(frame, p.HIGH_BY_MEDIAN)["m"].tolist() == [0, 1, 1]

    def test_a_mean_of_equal_values_is_reached(self) -> None:
        frame = pd.concat([raw(1, 1, 0.1)] * 3)
        assert np.mean([0.1] * 3) > 0.1
        assert levels(frame, p.HIGH_BY_MEAN)["m"].tolist() == [1, 1, 1]

    def test_nobody_has_no_level(self) -> None:
        assert segment(scores().astype(float), SCHEMES[p.SCHEME_EIGHT]).tolist() == []


class TestNotes:
    def test_shipped_schemes_have_none(self) -> None:
        assert {scheme_notes(name, rules, 5) for name, rules in SCHEMES.items()} == {()}

    def test_gaps_are_counted_with_an_example(self) -> None:
        # Without 新客户 (R5 F1, any M) five of the 125 combinations have no rule.
        rules = [rule for rule in SCHEMES[p.SCHEME_ELEVEN] if rule.segment != "新客户"]
        (note,) = scheme_notes("十一分类", rules, 5)
        assert "5 种组合" in note and "R5 F1 M1" in note

    def test_rules_for_scores_nobody_gets_are_told(self) -> None:
        (note,) = scheme_notes("十一分类", SCHEMES[p.SCHEME_ELEVEN], 4)
        assert "只打到4分" in note


class TestPublished:
    def test_segment_table_of_the_r_package(self, shared_data: Path | None) -> None:
        # README of rsquaredacademy/rfm: its ten intervals, first match wins, then customers/orders/revenue.
        rules = [
            by_score("Champions", (5, 5), (5, 5), (5, 5)),
            by_score("Potential Loyalist", (3, 5), (3, 5), (2, 5)),
            by_score("Loyal Customers", (2, 4), (2, 4), (2, 4)),
            by_score("Promising", (3, 4), (1, 3), (3, 5)),
            by_score("New Customers", (4, 5), (1, 3), (1, 5)),
            by_score("Can't Lose Them", (1, 2), (3, 4), (4, 5)),
            by_score("At Risk", (1, 2), (2, 5), (4, 5)),
            by_score("Need Attention", (1, 3), (3, 5), (3, 5)),
            by_score("About To Sleep", (2, 3), (1, 3), (1, 4)),
            by_score("Lost", (1, 1), (1, 5), (1, 5)),
        ]
        given = rfm_r(shared_data)
        table = rfm_table(given.orders, RFM_R_DATE, method=p.RFM_R_PACKAGE).table
        table["segment"] = segment(table, rules)
        if (
            not given.real
        ):  # the published table is of the published orders; one of ours is read off the rules
            for _, row in table.iterrows():
                bounds = ((rule.segment, (rule.r, rule.f, rule.m)) for rule in rules)
                own = (row["r"], row["f"], row["m"])
                fits = (
                    name
                    for name, ends in bounds
                    if all(low <= score <= top for (low, top), score in zip(ends, own, strict=True))
                )
                assert row["segment"] == next(fits, "其他")
            return
        found = table.groupby("segment").agg(
            customers=("customer_id", "size"), orders=("frequency", "sum"), revenue=("monetary", "sum")
        )
        assert {name: tuple(row) for name, row in zip(found.index, found.to_numpy().tolist(), strict=True)} == {
            "About To Sleep": (102, 283, 23449), "At Risk": (28, 216, 22227),
            "Can't Lose Them": (47, 274, 32446), "Champions": (35, 316, 31646), "Lost": (148, 393, 35324),
            "Loyal Customers": (170, 799, 76562), "Need Attention": (10, 57, 4562),
            "New Customers": (104, 329, 28837), "Potential Loyalist": (342, 2211, 204856),
            "Promising": (9, 28, 4249),
        }  # fmt: skip

    def test_default_segments_of_pymc_marketing(self) -> None:
        # Its default lists 46 codes; those that its fixture reaches, and 421 as one of the 18 it leaves out.
        codes = {
            "Inactive Customer": "111", "At Risk Customer": "132", "Premium Customer": "434",
            "Repeat Customer": "233", "Top Spender": "314",
        }  # fmt: skip
        rules = [by_score(name, *((int(c), int(c)) for c in code)) for name, code in codes.items()]
        table = score_rfm(pymc_purchases(), groups=4).table
        assert segment(table, rules, otherwise="Other").tolist() == [
            "Other", "Inactive Customer", "At Risk Customer", "Premium Customer", "Repeat Customer", "Top Spender",
        ]  # fmt: skip
