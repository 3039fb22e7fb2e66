"""What is measured of each customer; every expected figure is worked out beside it (SPEC section 4)."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from crm_xl.analysis.calendar import period_of
from crm_xl.analysis.growth import growth
from crm_xl.analysis.metrics import MARGIN_BASE, MARKS, customer_metrics
from crm_xl.settings import Settings
from crm_xl.tables import inputs as i
from crm_xl.tables import parameters as p
from crm_xl.tables.outputs import METRICS
from tests.support.purchases import PYMC_PURCHASES
from tests.support.typed import customers, frame, order, orders

TODAY = pd.Timestamp("2024-12-31")


def settings(**general):
    shipped = Settings.default()
    return replace(shipped, general=replace(shipped.general, **general))


def metrics(*ids, today=TODAY, tables=None, general=None, **record):
    """Metrics by customer id, of customers that share one record."""
    chosen = settings(**(general or {}))
    frames = {i.CUSTOMERS.name: customers(*ids, **record), **(tables or {})}
    return customer_metrics(frames, chosen, today, period_of(chosen, today)).set_index("customer_id")


def of_orders(*rows, ids=("A",), **more):
    return metrics(*ids, tables={i.ORDERS.name: orders(rows)}, **more)


def test_every_declared_column_is_there_in_order_then_the_marks():
    chosen = settings()
    found = customer_metrics({i.CUSTOMERS.name: customers("B", "A")}, chosen, TODAY, period_of(chosen, TODAY))
    assert tuple(found.columns) == (*METRICS.names, MARGIN_BASE, *MARKS)
    assert found["customer_id"].tolist() == ["B", "A"]


def test_our_own_mistakes_are_value_errors():
    chosen = settings()
    period = period_of(chosen, TODAY)
    with pytest.raises(ValueError, match="tblCustomers"):
        customer_metrics({}, chosen, TODAY, period)
    with pytest.raises(ValueError, match="after the analysis date 2024-12-30"):
        customer_metrics({i.CUSTOMERS.name: customers("A")}, chosen, TODAY - pd.Timedelta(days=1), period)


def test_metrics_of_an_absent_table_are_missing_and_not_none():
    row = metrics("A").loc["A"]
    absent = ("frequency", "monetary", "recency_days", "interactions", "complaints", "logins_per_month",
              "campaigns_joined", "churn_rate", "cross_buy_rate", "annual_amount_wan")  # fmt: skip
    assert row[list(absent)].isna().all()
    assert pd.isna(row["last_order_date"])


def test_a_table_without_a_row_for_a_customer_counts_none():
    empty = {table.name: frame(table, []) for table in (
        i.INTERACTIONS, i.TICKETS, i.CAMPAIGNS, i.CAMPAIGN_MEMBERS)}  # fmt: skip
    row = metrics("A", tables={**empty, i.ORDERS.name: orders([])}).loc["A"]
    none = ["frequency", "monetary", "lifetime_orders", "annual_amount", "interactions", "visits", "complaints",
            "campaigns_joined"]  # fmt: skip
    assert (row[none] == 0).all()
    nothing = ["recency_days", "average_order_value", "positive_share", "resolution_rate", "csat_mean"]
    assert row[nothing].isna().all()


def test_order_total_divided_by_orders_is_the_average_order_value():
    """SPEC 10 example 5 (guide 002): 15.2万 ÷ 4 = 3.8万, 8.5万 ÷ 2 = 4.25万."""
    rows = [order("A", f"A{n}", f"2024-0{n}-10", amount) for n, amount in
            enumerate((50_000, 30_000, 40_000, 32_000), start=1)]  # fmt: skip
    rows += [order("B", "B1", "2024-03-01", 60_000), order("B", "B2", "2024-04-01", 25_000)]
    found = of_orders(*rows, ids=("A", "B"))
    assert found["frequency"].tolist() == [4, 2]
    assert found["monetary"].tolist() == [152_000, 85_000]
    assert found["average_order_value"].tolist() == [38_000, 42_500]
    # 3 of 4 orders and 1 of 2 are repeats.
    assert found["repeat_rate"].tolist() == [0.75, 0.5]


def test_an_order_on_three_lines_is_one_order():
    """PEERS T2."""
    row = of_orders(*(order("A", "S1", "2024-06-01", amount) for amount in (10, 20, 30))).loc["A"]
    assert (row["frequency"], row["monetary"], row["average_order_value"]) == (1, 60, 60)


def test_one_order_number_used_by_two_customers_is_an_order_of_each():
    found = of_orders(order("A", "S1", "2024-06-01", 10), order("B", "S1", "2024-06-02", 20), ids=("A", "B"))
    assert found["frequency"].tolist() == [1, 1]


def test_returned_orders_and_return_lines_count_neither_as_orders_nor_as_last_date():
    """PEERS T3: S2 came back in full (net 0); R1 is a return booked at its own date (-40)."""
    row = of_orders(
        order("A", "S1", "2024-03-01", 100),
        order("A", "S2", "2024-08-01", 70, net_amount=0, counts=False),
        order("A", "R1", "2024-11-01", -40, counts=False),
    ).loc["A"]
    assert row["frequency"] == row["lifetime_orders"] == 1
    assert row["last_order_date"] == pd.Timestamp("2024-03-01")
    # March 1 to December 31: 30+30+31+30+31+31+30+31+30+31 = 305 days.
    assert row["recency_days"] == 305
    assert row["monetary"] == 60


def test_nothing_after_the_analysis_date_enters_any_metric():
    before = [order("A", "S1", "2024-05-10", 100, profit=20, product_type="云")]
    after = [order("A", "S2", "2025-01-01", 900, profit=500, product_type="端"),
             order("B", "S3", "2025-02-01", 900, profit=500, product_type="端")]  # fmt: skip

    def tables(late):
        extra = after if late else []
        visit = {"customer_id": "A", "channel": "邮件", "feedback": "积极"}
        ticket = {"customer_id": "A", "ticket_type": "投诉", "csat": 3}
        return {
            i.ORDERS.name: orders(before + extra),
            i.INTERACTIONS.name: frame(i.INTERACTIONS, [
                {**visit, "interaction_time": "2024-12-31 23:59"},
                *([{**visit, "interaction_time": "2025-01-01 00:00"}] if late else [])]),
            i.TICKETS.name: frame(i.TICKETS, [
                {**ticket, "submitted_at": "2024-12-31 20:00",
                 **({"first_response_at": "2025-01-01 08:00", "resolved_at": "2025-01-02", "resolved": True}
                    if late else {"resolved": False})},
                *([{**ticket, "submitted_at": "2025-01-01 09:00"}] if late else [])]),
            i.USAGE.name: frame(i.USAGE, [
                {"customer_id": "A", "month": "2024-12-01", "logins": 9},
                *([{"customer_id": "A", "month": "2025-01-01", "logins": 99}] if late else [])]),
            i.RATINGS.name: frame(i.RATINGS, [
                {"customer_id": "A", "industry_rank": 10, "rated_on": "2024-12-31"},
                *([{"customer_id": "A", "industry_rank": 90, "rated_on": "2025-01-01"}] if late else [])]),
        }  # fmt: skip

    pd.testing.assert_frame_equal(
        metrics("A", "B", tables=tables(True)), metrics("A", "B", tables=tables(False))
    )


def test_sums_cover_the_period_while_recency_looks_at_all_orders():
    row = of_orders(
        order("A", "S1", "2022-12-31", 500), order("A", "S2", "2023-12-31", 300, product_type="云")
    ).loc["A"]
    assert (row["frequency"], row["monetary"], row["product_types"]) == (0, 0, 0)
    assert np.isnan(row["average_order_value"])
    assert np.isnan(row["repeat_rate"])
    assert row["sold_nothing"]
    assert row["recency_days"] == 366
    assert (row["lifetime_amount"], row["lifetime_orders"]) == (800, 2)


def test_a_customer_without_any_order_has_sums_of_zero_and_no_dates():
    found = of_orders(order("A", "S1", "2024-06-01", 10, profit=1, product_type="云"), ids=("A", "P"))
    row = found.loc["P"]
    zero = ["frequency", "monetary", "profit", "profit_share", "product_types", "cross_buy_rate", "amount_3m",
            "annual_amount", "annual_amount_wan", "lifetime_amount", "lifetime_orders"]  # fmt: skip
    assert (row[zero] == 0).all()
    missing = ["recency_days", "last_order_date", "first_order_date", "first_order_at_window_start", "mean_gap_days",
               "gap_ratio", "tenure_years", "profit_margin", "product_preference"]  # fmt: skip
    assert row[missing].isna().all()
    assert not row["sold_nothing"]


def test_margin_is_profit_over_the_amount_of_the_lines_whose_profit_is_known():
    """A: (30 + 6) ÷ (200 + 100) = 12 %, the 1,000 without profit stay out; B: profit never told; C: a loss."""
    found = of_orders(
        order("A", "S1", "2024-06-01", 200, profit=30),
        order("A", "S1", "2024-06-01", 100, profit=6),
        order("A", "S2", "2024-07-01", 1000),
        order("B", "S3", "2024-07-01", 500),
        order("C", "S4", "2024-07-01", 300, profit=-12),
        ids=("A", "B", "C"),
    )
    assert found["profit"].tolist()[0] == 36
    assert found[MARGIN_BASE].tolist() == [300, 0, 300]
    assert found.loc["A", "profit_margin"] == pytest.approx(0.12)
    assert found.loc["B", ["profit", "profit_margin", "profit_share"]].isna().all()
    assert found.loc["C", "profit_margin"] == pytest.approx(-0.04)
    # All profit is 36 - 12 = 24.
    assert found["profit_share"].tolist()[::2] == pytest.approx([36 / 24, -12 / 24])


def test_margin_is_missing_where_the_amounts_cancel_out():
    """0.1 + 0.2 - 0.3 is 5.6e-17 in binary; a margin on it would be 89,000,000,000,000,000 %."""
    found = of_orders(
        order("A", "S1", "2024-06-01", 0.1, profit=0.05),
        order("A", "S2", "2024-06-02", 0.2, profit=0.05),
        order("A", "R1", "2024-06-03", -0.3, profit=-0.05, counts=False),
    )
    assert found.loc["A", "monetary"] == 0
    assert np.isnan(found.loc["A", "profit_margin"])


def test_without_any_profit_in_the_data_profit_is_missing_even_where_nothing_was_sold():
    found = of_orders(order("A", "S1", "2024-06-01", 200), ids=("A", "P"))
    assert found[["profit", "profit_margin", "profit_share"]].isna().all(axis=None)


def test_product_preference_is_the_type_with_the_largest_amount():
    """A bought 云 30 + 30 and 端 50; three types are on offer, so A bought 2 ÷ 3."""
    found = of_orders(
        order("A", "S1", "2024-06-01", 30, product_type="云"),
        order("A", "S2", "2024-07-01", 30, product_type="云"),
        order("A", "S2", "2024-07-01", 50, product_type="端"),
        order("B", "S3", "2024-07-01", 5, product_type="服务"),
        order("B", "S4", "2024-07-02", 9, product_type="云", net_amount=0, counts=False),
        order("C", "S5", "2024-07-02", 9),
        order("nobody", "S6", "2019-07-02", 9, product_type="停售"),
        ids=("A", "B", "C"),
    )
    assert found["product_preference"].tolist() == ["云", "服务", None]
    assert found["product_types"].tolist()[:2] == [2, 1]
    assert found["cross_buy_rate"].tolist()[:2] == pytest.approx([2 / 3, 1 / 3])
    # C's orders do not say what was bought: not known, not none.
    assert found.loc["C", ["product_types", "cross_buy_rate"]].isna().all()


def test_equal_amounts_prefer_by_name_whatever_the_order_of_rows():
    rows = [
        order("A", "S1", "2024-06-01", 30, product_type="b"),
        order("A", "S2", "2024-06-02", 30, product_type="a"),
    ]
    assert of_orders(*rows).loc["A", "product_preference"] == "a"
    assert of_orders(*reversed(rows)).loc["A", "product_preference"] == "a"


def test_a_cross_buy_rate_rated_by_hand_wins_over_the_computed_one():
    ratings = frame(i.RATINGS, [{"customer_id": "A", "cross_buy_rate": 0.3}])
    sold = orders([order(name, f"S{name}", "2024-06-01", 30, product_type="云") for name in "AB"])
    found = metrics("A", "B", tables={i.ORDERS.name: sold, i.RATINGS.name: ratings})
    assert found["cross_buy_rate"].tolist() == [0.3, 1.0]


def test_several_raters_are_averaged_field_by_field():
    ratings = frame(i.RATINGS, [
        {"customer_id": "A", "industry_potential": 4, "need_match": 0.8, "rated_by": "甲"},
        {"customer_id": "A", "industry_potential": 5, "rated_by": "乙"},
        {"customer_id": "nobody", "industry_potential": 1}])  # fmt: skip
    row = metrics("A", tables={i.RATINGS.name: ratings}).loc["A"]
    assert (row["industry_potential"], row["need_match"]) == (4.5, 0.8)
    assert np.isnan(row["churn_rate"])


def test_windows_of_three_and_twelve_whole_months_at_a_month_end():
    """Q4 is 10 + 1 = 11, Q3 is 20, the year adds 100; 2023-12-31 is outside it."""
    row = of_orders(
        order("A", "S0", "2023-12-31", 7),
        order("A", "S1", "2024-01-01", 100),
        order("A", "S2", "2024-07-01", 5),
        order("A", "S3", "2024-09-30", 15),
        order("A", "S4", "2024-10-01", 10),
        order("A", "S5", "2024-12-31", 1),
    ).loc["A"]
    assert (row["amount_3m"], row["amount_previous_3m"]) == (11, 20)
    assert row["amount_3m_change"] == pytest.approx(11 / 20 - 1)
    assert (row["annual_amount"], row["lifetime_amount"]) == (131, 138)
    assert row["annual_amount_wan"] == pytest.approx(0.0131)


@pytest.mark.parametrize("base", [0.0, -5.0, np.nan])
def test_growth_on_a_base_of_nothing_is_missing(base):
    assert np.isnan(growth(100.0, base))


def test_growth_of_003_and_004():
    """115 against 100 is +15 %; 8 % -> 2 % is -75 % (and not -6)."""
    assert growth(np.array([115.0, 0.02]), np.array([100.0, 0.08])) == pytest.approx([0.15, -0.75])


def test_tenure_counts_from_the_start_of_cooperation_else_from_the_first_order():
    sold = {i.ORDERS.name: orders([order("A", "S1", "2021-12-31", 10)])}
    assert metrics("A", tables=sold, cooperation_start="2019-12-31").loc["A", "tenure_years"] == 5.0
    assert metrics("A", tables=sold).loc["A", "tenure_years"] == 3.0
    # A start that is still ahead says nothing; without orders either there is no tenure.
    assert metrics("A", tables=sold, cooperation_start="2025-03-01").loc["A", "tenure_years"] == 3.0
    assert np.isnan(metrics("A").loc["A", "tenure_years"])


def test_company_age_counts_years_since_the_foundation():
    assert metrics("A", founded_year=2011).loc["A", "company_age"] == 13
    assert np.isnan(metrics("A").loc["A", "company_age"])


def test_a_first_order_near_the_start_of_the_data_is_marked():
    """PEERS T26: the data begin on 2024-01-01; 29 days later is doubtful, 30 is not."""
    found = of_orders(
        order("A", "S1", "2024-01-01", 1), order("B", "S2", "2024-01-30", 1), order("C", "S3", "2024-01-31", 1),
        ids=("A", "B", "C", "P"),
    )  # fmt: skip
    assert found["first_order_at_window_start"].tolist() == [True, True, False, None]


def test_rhythm_is_the_days_between_orders_against_the_days_since_the_last():
    """A: 2024-10-02, -12, 11-11 are 40 days apart over 2 gaps = 20; 50 days since the last = 2.5 gaps."""
    found = of_orders(
        order("A", "S1", "2024-10-02", 1), order("A", "S2", "2024-10-12", 1), order("A", "S3", "2024-11-11", 1),
        order("B", "S4", "2024-10-02", 1), order("C", "S5", "2024-10-02", 1), order("C", "S6", "2024-10-02", 1),
        ids=("A", "B", "C"),
    )  # fmt: skip
    assert (found.loc["A", "mean_gap_days"], found.loc["A", "gap_ratio"]) == (20, 2.5)
    # One order has no gap; two on one day have a gap of 0, of which nothing is a multiple.
    assert found.loc["B", ["mean_gap_days", "gap_ratio"]].isna().all()
    assert found.loc["C", "mean_gap_days"] == 0
    assert np.isnan(found.loc["C", "gap_ratio"])


def fill_rule(*rows, rule=p.MISSING_FILL, ids=("A", "P")):
    return of_orders(*rows, ids=ids, general={"missing_rule": rule})


def test_annual_spend_that_the_data_do_not_show_is_filled_from_three_months_when_asked():
    """Data from September only: (3万 + 6万) ÷ 3 × 12 = 36万 against 10万 seen."""
    rows = [order("A", "S1", "2024-09-15", 10_000), order("A", "S2", "2024-10-15", 30_000),
            order("A", "S3", "2024-12-15", 60_000)]  # fmt: skip
    found = fill_rule(*rows)
    assert found["annual_amount_wan"].tolist() == [36, 0]
    assert found["annual_amount"].tolist() == [100_000, 0]
    assert found["annual_filled"].tolist() == [True, False]
    kept = fill_rule(*rows, rule=p.MISSING_PENDING)
    assert kept["annual_amount_wan"].tolist() == [10, 0]
    assert kept["annual_filled"].tolist() == [False, False]
    assert kept["annual_incomplete"].tolist() == [True, False]


def test_annual_spend_that_the_data_show_is_never_filled():
    row = fill_rule(order("B", "S0", "2024-01-02", 1), order("A", "S1", "2024-09-15", 50_000)).loc["A"]
    assert row["annual_amount_wan"] == 5
    assert not row["annual_filled"]
    assert not row["annual_incomplete"]


def interaction(when, channel="邮件", feedback=None, customer="A"):
    return {"customer_id": customer, "interaction_time": when, "channel": channel, "feedback": feedback}


def test_interactions_by_channel_and_mood():
    table = frame(i.INTERACTIONS, [
        interaction("2023-12-31 12:00", "上门拜访", "消极"),
        interaction("2024-02-01 09:30", "上门拜访", "积极"),
        interaction("2024-03-01 09:30", "微信", "积极"),
        interaction("2024-04-01 09:30", "微信", "消极"),
        interaction("2024-05-01 18:30", None, "中性"),
        interaction("2024-05-01 18:31", "邮件"),
        interaction("2024-05-01 18:32", "邮件", "消极", "nobody")])  # fmt: skip
    row = metrics("A", tables={i.INTERACTIONS.name: table}).loc["A"]
    assert row["interactions"] == 5
    assert (row["visits"], row["wechats"], row["emails"], row["salons"]) == (1, 2, 1, 0)
    # Four of the five say how the customer felt.
    assert (row["positive_share"], row["negative_share"]) == (0.5, 0.25)
    assert row["last_interaction"] == pd.Timestamp("2024-05-01")


def test_interactions_of_the_last_month_against_the_mean_of_the_three_before():
    """December 2; September to November 3 + 1 + 2 = 6, 2 a month: no change. A visit in August is too old."""
    months = ["2024-08-31", *["2024-09-01"] * 3, "2024-10-31", *["2024-11-30"] * 2, *["2024-12-01"] * 2]
    table = frame(
        i.INTERACTIONS, [interaction(day) for day in months] + [interaction("2024-12-05", customer="B")]
    )
    found = metrics("A", "B", tables={i.INTERACTIONS.name: table})
    assert found.loc["A", "interaction_change"] == 0
    assert np.isnan(found.loc["B", "interaction_change"])
    fewer = metrics("A", tables={i.INTERACTIONS.name: table.iloc[:-2]})
    assert fewer.loc["A", "interaction_change"] == -0.5


def test_tickets_speed_settling_and_satisfaction():
    """Responses 2 h and 4 h = 3 h; resolutions 1 day and 2 days = 1.5 days; 3 of 4 resolved."""
    at = {"customer_id": "A", "submitted_at": "2024-06-01 08:00"}
    table = frame(i.TICKETS, [
        {**at, "ticket_type": "投诉", "first_response_at": "2024-06-01 10:00", "resolved_at": "2024-06-02 08:00",
         "resolved": True, "csat": 2, "nps": 9},
        {**at, "ticket_type": "投诉", "first_response_at": "2024-06-01 12:00", "resolved": True, "csat": 5, "nps": 0},
        {**at, "ticket_type": "售后", "resolved_at": "2024-06-03 08:00"},
        {**at, "ticket_type": "咨询", "first_response_at": "2024-05-31 08:00", "resolved": False},
        {**at, "submitted_at": "2023-06-01", "ticket_type": "投诉", "csat": 1}])  # fmt: skip
    row = metrics("A", tables={i.TICKETS.name: table}).loc["A"]
    assert (row["complaints"], row["after_sales"], row["enquiries"]) == (2, 1, 1)
    assert (row["mean_response_hours"], row["mean_resolution_days"]) == (3, 1.5)
    assert row["resolution_rate"] == 0.75
    assert (row["csat_mean"], row["nps_mean"]) == (3.5, 4.5)


def test_tickets_that_never_say_whether_they_were_settled_have_no_resolution_rate():
    table = frame(i.TICKETS, [{"customer_id": "A", "submitted_at": "2024-06-01", "ticket_type": "投诉"}])
    row = metrics("A", tables={i.TICKETS.name: table}).loc["A"]
    assert row["complaints"] == 1
    assert np.isnan(row["resolution_rate"])


def test_logins_per_month_divide_by_the_months_of_the_window_that_the_table_holds():
    """The table begins in October: (10 + 20) ÷ 3 months, not ÷ 12; B never logged in; C's logins are blank."""
    table = frame(i.USAGE, [
        {"customer_id": "A", "month": "2024-10-01", "logins": 10, "core_feature_use": 0.5},
        {"customer_id": "A", "month": "2024-12-01", "logins": 20, "core_feature_use": 0.7},
        {"customer_id": "C", "month": "2024-11-01"}])  # fmt: skip
    found = metrics("A", "B", "C", tables={i.USAGE.name: table})
    assert found["logins_per_month"].tolist()[:2] == [10, 0]
    assert np.isnan(found.loc["C", "logins_per_month"])
    assert found.loc["A", "core_feature_use"] == pytest.approx(0.6)
    assert found.loc[["B", "C"], "core_feature_use"].isna().all()


def test_campaigns_count_where_the_customer_took_part_and_they_began_in_the_period():
    campaigns = frame(i.CAMPAIGNS, [
        {"campaign_id": "M1", "start_date": "2024-03-01"}, {"campaign_id": "M2", "start_date": "2024-12-31"},
        {"campaign_id": "M3", "start_date": "2023-12-31"}, {"campaign_id": "M4", "start_date": "2025-01-01"}])  # fmt: skip
    members = frame(i.CAMPAIGN_MEMBERS, [
        *({"campaign_id": name, "customer_id": "A", "participated": True} for name in ("M1", "M2", "M3", "M4", "M9")),
        {"campaign_id": "M1", "customer_id": "B", "participated": False},
        {"campaign_id": "M2", "customer_id": "B", "reached": True}])  # fmt: skip
    tables = {i.CAMPAIGNS.name: campaigns, i.CAMPAIGN_MEMBERS.name: members}
    assert metrics("A", "B", tables=tables)["campaigns_joined"].tolist() == [2, 0]


def test_orders_of_unlisted_customers_belong_to_nobody():
    found = of_orders(
        order("A", "S1", "2024-06-01", 10, profit=2), order("X", "S2", "2024-06-01", 99, profit=9)
    )
    assert found.index.tolist() == ["A"]
    assert found.loc["A", ["monetary", "profit_share"]].tolist() == [10, 1]


def test_the_published_rfm_table_of_pymc_marketing():
    """To 2015-02-07; orders of one customer on one day are one purchase, money is the mean of them (PEERS T13)."""
    rows = [order(str(who), f"{who} {day}", day, amount) for who, day, amount in PYMC_PURCHASES]
    found = of_orders(*rows, ids=tuple("123456"), today=pd.Timestamp("2015-02-07"))
    assert found["frequency"].tolist() == [2, 1, 3, 3, 3, 1]
    assert found["recency_days"].tolist() == [1, 37, 33, 2, 20, 5]
    assert found["average_order_value"].tolist() == [1.5, 2, 3, 6, 4, 5]


@pytest.mark.slow
def test_half_a_million_lines_agree_with_plain_pandas_and_the_published_counts(online_retail):
    """Purchases only, at 2011-12-10: R median 51, max 374; F mean 4.27, 34.4 % once; M mean 2054.27."""
    lines = online_retail.lines
    lines = lines[
        lines["CustomerID"].notna()
        & ~lines["InvoiceNo"].str.startswith("C")
        & (lines["Quantity"] > 0)
        & (lines["UnitPrice"] > 0)
    ]
    today = pd.Timestamp("2011-12-10")
    sold = pd.DataFrame(
        {
            "order_id": lines["InvoiceNo"],
            "customer_id": lines["CustomerID"],
            "order_date": lines["InvoiceDate"].dt.normalize(),
            "net_amount": lines["Quantity"] * lines["UnitPrice"],
            "net_profit": np.nan,
            "counts": True,
            "product_type": lines["StockCode"].str[:1],
        }
    )
    found = metrics(
        *sorted(lines["CustomerID"].unique()),
        today=today,
        tables={i.ORDERS.name: sold},
        general={"period_mode": p.PERIOD_BETWEEN, "period_start": pd.Timestamp("2010-12-01")},
    )
    expected = sold.groupby("customer_id").agg(
        recency_days=("order_date", lambda days: float((today - days.max()).days)),
        frequency=("order_id", "nunique"),
        monetary=("net_amount", "sum"),
        product_types=("product_type", "nunique"),
    )
    pd.testing.assert_frame_equal(
        found[list(expected.columns)], expected.astype(float), check_index_type=False, check_dtype=False
    )
    if online_retail.real:
        assert len(found) == 4338
        assert found["recency_days"].agg(["min", "median", "max"]).tolist() == [1, 51, 374]
        assert round(found["recency_days"].mean(), 2) == 93.06
        assert (round(found["frequency"].mean(), 2), found["frequency"].median()) == (4.27, 2)
        assert round((found["frequency"] == 1).mean(), 3) == 0.344
        assert (round(found["monetary"].mean(), 2), round(found["monetary"].median(), 2)) == (2054.27, 674.48)


lines_of_orders = st.lists(
    st.builds(
        order,
        st.sampled_from("ABCX"),
        st.sampled_from([f"S{n}" for n in range(8)]),
        st.dates(pd.Timestamp("2023-06-01").date(), pd.Timestamp("2025-02-01").date()).map(str),
        st.integers(-20_000, 100_000).map(lambda cents: cents / 100),
        profit=st.none() | st.integers(-500, 3000).map(lambda cents: cents / 100),
        product_type=st.sampled_from(["云", "端", None]),
        counts=st.booleans(),
    ),
    max_size=30,
)
few = hypothesis_settings(max_examples=60, deadline=None)


@few
@given(lines_of_orders, st.randoms(use_true_random=False))
def test_the_order_of_rows_never_matters(rows, random):
    shuffled = random.sample(rows, len(rows))
    pd.testing.assert_frame_equal(
        of_orders(*rows, ids=("A", "B", "C")), of_orders(*shuffled, ids=("A", "B", "C")), rtol=1e-9, atol=1e-9
    )


MONEY = ("monetary", "average_order_value", "profit", "amount_3m", "amount_previous_3m", "annual_amount",
         "annual_amount_wan", "lifetime_amount", MARGIN_BASE)  # fmt: skip


@few
@given(lines_of_orders, st.sampled_from([4.0, 10_000.0]))
def test_scaling_all_amounts_scales_money_and_nothing_else(rows, factor):
    scaled = [
        {
            **row,
            "amount": row["amount"] * factor,
            "profit": None if row["profit"] is None else row["profit"] * factor,
        }
        for row in rows
    ]
    small, large = (of_orders(*these, ids=("A", "B", "C")) for these in (rows, scaled))
    money = list(MONEY)
    pd.testing.assert_frame_equal(small[money] * factor, large[money], rtol=1e-9, atol=1e-9)
    pd.testing.assert_frame_equal(small.drop(columns=money), large.drop(columns=money), rtol=1e-9, atol=1e-9)


@few
@given(lines_of_orders)
def test_a_customer_without_orders_changes_nobody_else(rows):
    alone = of_orders(*rows, ids=("A", "B", "C"))
    beside = of_orders(*rows, ids=("A", "P", "B", "C"))
    pd.testing.assert_frame_equal(beside.drop(index="P"), alone)
