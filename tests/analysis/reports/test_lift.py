"""Traits of a group against everybody: the arithmetic by hand, its laws, and what says nothing."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_xl.analysis.reports.lift import COLUMNS, trait_lift

TRAITS = {"industry": "所属行业"}


def customers(*industries: str | None) -> pd.DataFrame:
    return pd.DataFrame({"customer_id": [f"C{n}" for n in range(len(industries))], "industry": industries})


def test_lift_is_the_share_in_the_group_over_the_share_of_everybody() -> None:
    # 20 customers, 8 of finance; 10 left, 6 of them of finance:
    # share 6/10 = 60 %, of everybody 8/20 = 40 %, lift 1.5; 6/8 = 75 % of finance left against 10/20 = 50 %.
    frame = customers(*["金融"] * 8, *["零售"] * 12)
    left = [True] * 6 + [False] * 2 + [True] * 4 + [False] * 8
    found = trait_lift(frame, left, TRAITS, 5)
    assert list(found.columns) == list(COLUMNS)
    (row,) = found.to_dict("records")  # 4 of 零售 are too few
    assert (row["trait"], row["value"], row["customers"], row["flagged"]) == ("所属行业", "金融", 8, 6)
    assert row["share"] == pytest.approx(0.6)
    assert row["base_share"] == pytest.approx(0.4)
    assert row["rate"] == pytest.approx(0.75)
    assert row["base_rate"] == pytest.approx(0.5)
    assert row["lift"] == pytest.approx(1.5)
    # Of 10 drawn from 20 with 8 marked, 6, 7 or 8 marked:
    # (C(8,6)·C(12,4) + C(8,7)·C(12,3) + C(8,8)·C(12,2)) ÷ C(20,10) = (28·495 + 8·220 + 66) ÷ 184756.
    assert row["chance"] == pytest.approx((28 * 495 + 8 * 220 + 66) / 184_756)


def test_chance_is_fishers_exact_test_of_the_lady_tasting_tea() -> None:
    # Fisher (1935): 8 cups, 4 with milk first; all 4 named rightly by guessing: 1 in C(8,4) = 70.
    frame = customers(*["奶"] * 4, *["茶"] * 4)
    found = trait_lift(frame, [True] * 4 + [False] * 4, TRAITS, 1)
    assert found.loc[found["value"] == "奶", "chance"].item() == pytest.approx(1 / 70)


def test_the_unknown_counts_nowhere() -> None:
    frame = customers("金融", "金融", "零售", "零售", None, " ", np.nan)
    found = trait_lift(frame, [True, True, False, False, True, True, True], TRAITS, 2)
    (row,) = found.to_dict("records")
    assert (row["share"], row["base_share"], row["lift"]) == (1.0, 0.5, 2.0)


def test_of_tags_a_customer_may_have_several_and_each_kind_has_its_own_base() -> None:
    frame = customers(*[None] * 4)
    tags = pd.DataFrame(
        [("C0", "需求", "降本增效"), ("C0", "需求", "数据安全"), ("C1", "需求", "降本增效"), ("C2", "需求", "数据安全"),
         ("C2", "需求", "数据安全"), ("C3", "风险", "竞品接触中"), ("C9", "需求", "降本增效")],
        columns=["customer_id", "tag_kind", "tag"],
    )  # fmt: skip
    found = trait_lift(frame, [True, True, False, False], {}, 1, tags=tags).set_index("value")
    # Three customers have a known need; 降本增效: 2 of 2 in the group, 2 of 3 of everybody. C9 is nobody's.
    assert set(found["trait"]) == {"需求标签"}
    assert found.loc["降本增效", ["customers", "flagged", "share", "base_share"]].tolist() == [2, 2, 1, 2 / 3]
    assert found.loc["数据安全", "lift"] == pytest.approx((1 / 2) / (2 / 3))


@pytest.mark.parametrize("flags", [[], [False] * 3])
def test_nobody_in_the_group_is_no_row(flags: list[bool]) -> None:
    found = trait_lift(customers(*["金融"] * len(flags)), flags, TRAITS, 5)
    assert found.empty
    assert list(found.columns) == list(COLUMNS)


def test_as_many_flags_as_customers() -> None:
    with pytest.raises(ValueError, match="2 flags for 1 customers"):
        trait_lift(customers("金融"), [True, False], TRAITS, 5)


cases = st.lists(st.tuples(st.sampled_from(["甲", "乙", "丙", None]), st.booleans()), min_size=1, max_size=60)


@given(cases, st.integers(1, 5), st.randoms())
def test_laws(rows: list[tuple[str | None, bool]], minimum: int, random: object) -> None:
    values, flags = zip(*rows, strict=True)
    found = trait_lift(customers(*values), flags, TRAITS, minimum)
    assert (found["flagged"] >= minimum).all()
    assert (found["flagged"] <= found["customers"]).all()
    assert found["chance"].between(0, 1).all()
    # The same figure seen from both sides.
    assert np.allclose(found["lift"], found["rate"] / found["base_rate"])
    if minimum == 1 and len(found):
        assert math.isclose(found["share"].sum(), 1.0)
        known = [value for value in values if value]
        with_all = trait_lift(customers(*values), [True] * len(values), TRAITS, 1)
        assert with_all["customers"].sum() == len(known)
        assert np.allclose(with_all["lift"], 1.0)


@given(cases)
def test_the_order_of_the_customers_does_not_matter(rows: list[tuple[str | None, bool]]) -> None:
    ahead = trait_lift(customers(*(v for v, _ in rows)), [f for _, f in rows], TRAITS, 1)
    back = trait_lift(customers(*(v for v, _ in reversed(rows))), [f for _, f in reversed(rows)], TRAITS, 1)
    pd.testing.assert_frame_equal(ahead, back)
