"""Audit samples: how many, whom, again the same, and what the ticks come to (SPEC section 5)."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_xl import Settings
from crm_xl.analysis.audit import audit_sample, raw_data_texts
from crm_xl.analysis.scoring import score_customers
from crm_xl.raw import RawTable
from crm_xl.tables.workshop import AUDIT

TIERS = Settings.default().tiers


def people(**sizes):
    """So many customers of each tier, with distinct ids."""
    tiers = [tier for tier, size in sizes.items() for _ in range(size)]
    return pd.DataFrame(
        {
            "customer_id": [f"C{n:04d}" for n in range(len(tiers))],
            "customer_name": "某公司",
            "owner": "王敏",
            "tier": tiers,
            "score": 80.0,
            "last_order_date": pd.Timestamp("2026-10-01"),
            "lifetime_orders": 3.0,
            "annual_amount": 1000.0,
        }
    ).astype({"customer_id": object, "tier": object})


def sample(customers, share=0.1, seed=1, before=None):
    texts = pd.Series(["年消费额 100万"] * len(customers), dtype=object)
    return audit_sample(customers, texts, TIERS, share=share, seed=seed, before=before)


def as_found(table, **ticks):
    """AUDIT as a person left it, at 抽样核查!A1; ticks by customer id."""
    rows = table.astype(object).where(table.notna(), None)
    for customer, tick in ticks.items():
        rows.loc[rows["customer_id"] == customer, "correct"] = tick
    return RawTable.from_rows(AUDIT.name, [AUDIT.titles, *rows.to_numpy().tolist()], sheet=AUDIT.sheet)


@pytest.mark.parametrize(("members", "drawn"), [(20, 2), (5, 1), (30, 3), (31, 4), (1, 1)])
def test_ten_percent_rounded_up_and_at_least_one(members, drawn):
    # 10 % of 20 is 2, of 5 half a customer, of 30 exactly 3, of 31 is 3.1 (PEERS section 5).
    assert len(sample(people(重点级=members)).table) == drawn


def test_every_tier_is_sampled_in_order_and_pending_is_not():
    table = sample(people(潜在级=15, 战略级=3, 待评估=40)).table
    assert table["tier"].tolist() == ["战略级", "潜在级", "潜在级"]
    assert list(table.columns) == list(AUDIT.names)


def test_same_seed_same_customers_whatever_the_order_of_rows_other_seed_others():
    customers = people(重点级=200)
    first = sample(customers).table["customer_id"].tolist()
    assert sample(customers.sample(frac=1, random_state=3)).table["customer_id"].tolist() == first
    assert sample(customers, seed=2).table["customer_id"].tolist() != first


def test_a_newcomer_replaces_at_most_one():
    before = set(sample(people(重点级=200)).table["customer_id"])
    after = set(sample(people(重点级=201)).table["customer_id"])
    assert len(before - after) <= 1 and len(after) == 21  # 20.1 rounded up


def test_ticks_stay_and_give_the_error_rate_of_the_tier():
    customers = people(战略级=10, 重点级=40)
    first = sample(customers).table
    ids = first.loc[first["tier"] == "重点级", "customer_id"].tolist()
    found = as_found(first, **dict(zip(ids, ("是", "否", "√"), strict=False)))
    again = sample(customers, before=found).table
    key = again[again["tier"] == "重点级"]
    assert key["correct"].tolist() == [True, False, True, None]
    # Three checked, one wrong.
    assert key["tier_checked"].unique().tolist() == [3]
    assert key["tier_error_rate"].unique() == pytest.approx([1 / 3])
    assert again.loc[again["tier"] == "战略级", "tier_error_rate"].isna().all()


def test_the_rate_outlives_a_new_sample_until_there_are_new_ticks():
    customers = people(重点级=40)
    first = sample(customers).table
    ids = first["customer_id"].tolist()
    second = sample(customers, seed=9, before=as_found(first, **{ids[0]: "否", ids[1]: "是"})).table
    assert second["tier_error_rate"].unique().tolist() == [0.5]
    untouched = second.assign(correct=None)
    assert sample(customers, seed=9, before=as_found(untouched)).table[
        "tier_error_rate"
    ].unique().tolist() == [0.5]


def test_an_unreadable_tick_is_told_with_its_cell_and_counts_as_none():
    customers = people(重点级=10)
    first = sample(customers).table
    found = sample(customers, before=as_found(first, **{first["customer_id"][0]: "大概"}))
    assert [str(fault) for fault in found.faults] == ["抽样核查!J2：核对无误请写“是”或“否”。"]
    assert found.table["tier_checked"].isna().all()


def test_raw_data_to_check_are_the_values_of_the_card():
    card = Settings.default().card
    metrics = pd.DataFrame(
        {
            "annual_amount_wan": [1200.0],
            "profit_margin": [0.15],
            "tenure_years": [5.0],
            "cross_buy_rate": [np.nan],
        }
    )
    assert raw_data_texts(score_customers(metrics, card)).tolist() == [
        "年消费额 1200万；利润率 15%；合作时长 5年；交叉购买率 缺失"
    ]


def test_nobody_to_sample():
    assert sample(people(待评估=3)).table.empty


@given(
    st.dictionaries(st.sampled_from(["战略级", "重点级", "普通级"]), st.integers(1, 60), min_size=1),
    st.integers(0, 10**9),
)
def test_a_sample_is_a_part_of_its_tier_and_repeats_itself(sizes, seed):
    customers = people(**sizes)
    table = sample(customers, seed=seed).table
    assert not table["customer_id"].duplicated().any()
    joined = table.merge(customers, on="customer_id", suffixes=("", "_own"))
    assert (joined["tier"] == joined["tier_own"]).all()
    assert table["tier"].value_counts().to_dict() == {tier: -(-size // 10) for tier, size in sizes.items()}
    pd.testing.assert_frame_equal(sample(customers, seed=seed, before=as_found(table)).table, table)
