"""What became of each tier, by hand (SPEC section 6, guide 003's case)."""

import numpy as np
import pandas as pd
import pytest

from crm_xl import Settings
from crm_xl.analysis.calendar import Period
from crm_xl.analysis.tier_effect import tier_effect, tiers_at
from crm_xl.tables import inputs as i
from crm_xl.tables.workshop import TIER_EFFECT
from tests.support.typed import frame, order, orders

SETTINGS = Settings.default()
YEAR = Period(pd.Timestamp("2025-01-01"), pd.Timestamp("2025-12-31"))
IDS = pd.Series(["A", "B", "C", "D"], dtype=object)
TIERS = pd.Series(["重点级", "重点级", "普通级", None], dtype=object)

LINES = [
    # A: 20,000 in two orders in 2024, 30,000 in two orders in 2025.
    order("A", "1", "2024-03-01", 10_000), order("A", "2", "2024-12-01", 10_000),
    order("A", "3", "2025-06-01", 10_000), order("A", "4", "2025-12-01", 20_000),
    # B: bought at the end of 2024, and once more in January 2025: active then, lost at the end of 2025.
    order("B", "5", "2024-11-20", 20_000), order("B", "6", "2025-01-10", 10_000),
    # C: first bought in 2025, once.
    order("C", "7", "2025-05-05", 5_000),
]  # fmt: skip


def tables(**more):
    return {i.ORDERS.name: orders(LINES), **more}


def effect(tables, tiers=TIERS):
    table = tier_effect(tiers, IDS, tables, SETTINGS.tiers, SETTINGS.general, YEAR)
    assert list(table.columns) == list(TIER_EFFECT.names)
    return table.set_index("tier")


def test_money_churn_and_repurchase_by_hand():
    table = effect(tables())
    key = table.loc["重点级"]
    # 2025: 30,000 + 10,000 = 4万; 2024: 20,000 + 20,000 = 4万.
    assert (key["customers"], key["amount"], key["previous_amount"], key["amount_growth"]) == (2, 4, 4, 0)
    # On 2024-12-31 both were active (orders within 3 months); at the end of 2025 B is lost: 1 of 2.
    assert key["churn_rate"] == 0.5
    # In 2025 A has two orders, B one: 1 of 2. In 2024 likewise A two, B one.
    assert (key["repurchase_rate"], key["previous_repurchase_rate"], key["repurchase_change"]) == (
        0.5,
        0.5,
        0,
    )
    # Nobody was active at the end of 2023: the rate of the period before has no base.
    assert np.isnan(key["previous_churn_rate"]) and np.isnan(key["churn_change"])


def test_growth_from_nothing_is_blank_and_a_tier_without_customers_has_its_row():
    table = effect(tables())
    assert np.isnan(table.loc["普通级", "amount_growth"])
    assert table.loc["战略级", ["customers", "amount"]].tolist() == [0, 0]
    assert table.index.tolist() == ["战略级", "重点级", "普通级", "潜在级", "待评估", "合计"]


def test_the_total_is_over_customers_and_not_a_mean_of_means():
    total = effect(tables()).loc["合计"]
    assert (total["customers"], total["amount"]) == (4, 4.5)
    assert total["repurchase_rate"] == pytest.approx(1 / 3)  # of A, B and C only A bought twice
    assert total["amount_growth"] == pytest.approx(4.5 / 4 - 1)


def test_satisfaction_is_of_tickets_and_hours_are_added_up():
    tickets = frame(i.TICKETS, [
        {"ticket_id": "1", "customer_id": "A", "submitted_at": "2025-02-01", "csat": 5},
        {"ticket_id": "2", "customer_id": "A", "submitted_at": "2025-03-01", "csat": 4},
        {"ticket_id": "3", "customer_id": "B", "submitted_at": "2025-03-01 23:00", "csat": 3},
        {"ticket_id": "4", "customer_id": "B", "submitted_at": "2024-03-01", "csat": 2},
        {"ticket_id": "5", "customer_id": "B", "submitted_at": "2024-03-01"},
    ])  # fmt: skip
    talks = frame(i.INTERACTIONS, [
        {"interaction_id": "1", "customer_id": "A", "interaction_time": "2025-12-31 18:00", "hours": 1.5},
        {"interaction_id": "2", "customer_id": "B", "interaction_time": "2025-01-01", "hours": 0.5},
        {"interaction_id": "3", "customer_id": "B", "interaction_time": "2024-06-01", "hours": 4},
        {"interaction_id": "4", "customer_id": "A", "interaction_time": "2026-01-01", "hours": 9},
    ])  # fmt: skip
    key = effect(tables(**{i.TICKETS.name: tickets, i.INTERACTIONS.name: talks})).loc["重点级"]
    assert (key["csat"], key["previous_csat"], key["csat_change"]) == (4, 2, 2)  # (5 + 4 + 3) ÷ 3, and 2
    assert (key["hours"], key["previous_hours"], key["hours_growth"]) == (2, 4, -0.5)


def test_without_tickets_and_interactions_their_columns_are_missing():
    table = effect(tables())
    assert table[["csat", "hours", "hours_growth"]].isna().all(axis=None)


def test_rows_in_any_order_give_the_same_table():
    turned = {i.ORDERS.name: orders(LINES[::-1])}
    pd.testing.assert_frame_equal(effect(tables()), effect(turned))


def test_the_tier_at_the_start_is_the_last_one_shown_before():
    history = frame(i.HISTORY, [
        {"customer_id": "A", "run_date": "2024-12-31", "shown_tier": "重点级"},
        {"customer_id": "A", "run_date": "2024-06-30", "shown_tier": "普通级"},
        {"customer_id": "A", "run_date": "2025-01-31", "shown_tier": "战略级"},
        {"customer_id": "B", "run_date": "2025-01-31", "shown_tier": "战略级"},
    ])  # fmt: skip
    assert tiers_at(history, IDS, pd.Timestamp("2024-12-31")).tolist() == ["重点级", None, None, None]
    assert tiers_at(None, IDS, pd.Timestamp("2024-12-31")).tolist() == [None] * 4
