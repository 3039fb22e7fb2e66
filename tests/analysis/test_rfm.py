"""RFM scores by cut points that are values; published results of R's package rfm and of pymc-marketing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_xl.analysis.rfm import (
    quantile_cuts,
    rfm_by_settings,
    rfm_metrics,
    rfm_table,
    score_rfm,
    score_values,
)
from crm_xl.settings import Settings
from crm_xl.tables import parameters as p
from tests.support.published import RFM_R_DATE, pymc_purchases, rfm_r

DAY = pd.Timestamp("2024-06-30")


def orders(*rows: tuple[str, str, str, float, bool]) -> pd.DataFrame:
    """Lines: customer, date, order, net amount, whether it counts."""
    frame = pd.DataFrame(rows, columns=["customer_id", "order_date", "order_id", "net_amount", "counts"])
    return frame.assign(order_date=pd.to_datetime(frame["order_date"]))


class TestMetrics:
    def test_orders_are_counted_and_lines_are_summed(self) -> None:
        lines = orders(
            ("A", "2024-06-01", "1", 10, True),
            ("A", "2024-06-01", "1", 20, True),  # a second line of the same order
            ("A", "2024-06-10", "2", 5, True),
            ("B", "2024-05-31", "1", 7, True),  # another customer's order 1
            ("B", "2024-06-20", "3", -2, False),  # a return counts in the amount alone
            ("C", "2024-06-20", "4", -9, False),  # only returns: not a buyer
            ("A", "2024-07-01", "5", 99, True),  # after the analysis date
        )
        found = rfm_metrics(lines, DAY)
        assert found.to_dict("list") == {
            "customer_id": ["A", "B"],
            "recency_days": [20.0, 30.0],  # from 06-10 and 05-31 to 06-30
            "frequency": [2.0, 1.0],
            "monetary": [35.0, 5.0],
        }

    def test_the_last_day_counts_to_its_last_second(self) -> None:
        lines = orders(("A", "2024-06-30 23:59:59", "1", 10, True))
        assert rfm_metrics(lines, DAY)["recency_days"].tolist() == [0.0]

    def test_a_window_cuts_all_three(self) -> None:
        lines = orders(
            ("A", "2023-12-31", "1", 100, True),  # a day before the six months 01-01 … 06-30
            ("A", "2024-01-01", "2", 10, True),
            ("B", "2023-12-31", "3", 5, True),
        )
        found = rfm_metrics(lines, DAY, months=6)
        assert found.to_dict("list") == {
            "customer_id": ["A"], "recency_days": [181.0], "frequency": [1.0], "monetary": [10.0],
        }  # fmt: skip

    def test_without_the_column_every_line_counts(self) -> None:
        lines = orders(("A", "2024-06-01", "1", 10, False)).drop(columns="counts")
        assert rfm_metrics(lines, DAY)["frequency"].tolist() == [1.0]

    def test_no_orders_give_no_rows(self) -> None:
        scored = rfm_table(orders(), DAY)
        assert len(scored.table) == 0
        assert list(scored.table) == ["customer_id", "recency_days", "frequency", "monetary", "r", "f", "m"]
        assert scored.cuts == {"R": (), "F": (), "M": ()}
        assert scored.notes == ()


class TestScores:
    def test_one_to_five_over_ten_values(self) -> None:
        # Type-7 cuts of 1 … 10 at 20/40/60/80 %: 1 + 9q = 2.8, 4.6, 6.4, 8.2.
        assert quantile_cuts(range(1, 11)) == pytest.approx((2.8, 4.6, 6.4, 8.2))
        scores = score_values(range(1, 11), quantile_cuts(range(1, 11)))
        assert scores.tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]

    def test_recency_is_reversed(self) -> None:
        assert score_values([1, 30, 31, 366], (30, 90, 180, 365), reverse=True).tolist() == [5, 5, 4, 1]

    def test_a_value_on_a_cut_has_not_passed_it(self) -> None:
        assert score_values([1, 2, 3, 10], (1, 3, 5, 9)).tolist() == [1, 2, 2, 5]

    def test_missing_stays_missing(self) -> None:
        assert np.isnan(score_values([np.nan], (1, 2))[0])

    def test_one_time_buyers_are_not_torn_apart(self) -> None:
        # F of 4 x 1 and one 7: every cut but the last is 1; the buyer of 7 is above all four.
        scored = score_values([1, 1, 1, 1, 7], quantile_cuts([1, 1, 1, 1, 7]))
        assert scored.tolist() == [1, 1, 1, 1, 5]

    def test_too_few_values_are_said(self) -> None:
        metrics = pd.DataFrame(
            {"customer_id": list("abc"), "recency_days": [5.0, 5, 5], "frequency": [1.0, 1, 2],
             "monetary": [1.0, 2, 3]}
        )  # fmt: skip
        scored = score_rfm(metrics)
        assert scored.notes == (
            "R的不同取值太少，5档中只用到1档，相同取值同分",
            "F的不同取值太少，5档中只用到2档，相同取值同分",
            "M的不同取值太少，5档中只用到3档，相同取值同分",
        )

    def test_frozen_cuts_score_the_next_run_as_the_first(self) -> None:
        rng = np.random.default_rng(7)
        metrics = pd.DataFrame(
            {c: rng.integers(1, 90, 200) for c in ("recency_days", "frequency", "monetary")}
        )
        first = score_rfm(metrics)
        again = score_rfm(metrics.iloc[:20], method=p.RFM_FIXED, cuts=first.cuts)
        assert again.cuts == first.cuts
        pd.testing.assert_frame_equal(again.table, first.table.iloc[:20])

    def test_fixed_cuts_must_be_given(self) -> None:
        with pytest.raises(ValueError, match="cuts"):
            score_rfm(pd.DataFrame(), method=p.RFM_FIXED)

    def test_settings_choose_the_method(self) -> None:
        settings = Settings.default()
        lines = orders(("A", "2024-06-01", "1", 10_000, True), ("B", "2023-06-01", "2", 100_001, True))
        by_quantile = rfm_by_settings(rfm_metrics(lines, DAY), settings.general, settings.rfm_cuts)
        assert by_quantile.table["m"].tolist() == [1, 5]
        assert by_quantile.cuts["M"][0] == pytest.approx(28_000.2)  # 10,000 + 20 % of 90,001


class TestProperties:
    VALUES = st.lists(st.integers(0, 500), min_size=1, max_size=80)

    @given(VALUES, st.sampled_from([2, 3, 4, 5]))
    def test_ties_share_and_more_is_never_less(self, raw: list[int], groups: int) -> None:
        values = np.array(raw, dtype=float)
        scores = score_values(values, quantile_cuts(values, groups))
        order = np.argsort(values, kind="stable")
        assert (np.diff(scores[order]) >= 0).all()
        assert all(len(set(scores[values == value])) == 1 for value in values)
        assert scores.min() >= 1
        assert scores.max() <= groups

    @given(VALUES)
    def test_reversed_scores_mirror(self, raw: list[int]) -> None:
        cuts = quantile_cuts(raw)
        assert (score_values(raw, cuts) + score_values(raw, cuts, reverse=True) == 6).all()

    @given(st.lists(st.floats(0.01, 1e6), min_size=1, max_size=60), st.sampled_from([10_000.0, 1e-4, 7.0]))
    def test_the_currency_unit_changes_no_score(self, raw: list[float], factor: float) -> None:
        values = np.array(raw)
        before = score_values(values, quantile_cuts(values))
        assert (score_values(values * factor, quantile_cuts(values * factor)) == before).all()

    @given(st.permutations(range(12)))
    def test_row_order_changes_no_score(self, order: list[int]) -> None:
        lines = orders(
            *((f"C{n % 5}", f"2024-0{1 + n % 6}-1{n % 3}", str(n // 2), 3.1 * n, True) for n in range(12))
        )
        expected = rfm_table(lines, DAY).table.set_index("customer_id").sort_index()
        shuffled = rfm_table(lines.iloc[order], DAY).table.set_index("customer_id").sort_index()
        columns = ["r", "f", "m"]
        pd.testing.assert_frame_equal(shuffled[columns], expected[columns])

    def test_sums_in_another_order_are_ties(self) -> None:
        assert 0.1 + 0.2 + 0.3 != 0.3 + 0.2 + 0.1
        values = [0.1 + 0.2 + 0.3, 0.3 + 0.2 + 0.1, 0.6, 0.1]
        assert len(set(score_values(values, quantile_cuts(values))[:3])) == 1


class TestPublished:
    def test_thresholds_of_the_r_package(self, shared_data: Path | None) -> None:
        given = rfm_r(shared_data)
        scored = rfm_table(given.orders, RFM_R_DATE, method=p.RFM_R_PACKAGE)
        # Vignette rfm-introduction.
        expected = {"R": (115, 181, 297.4, 482), "F": (4, 5, 6, 8), "M": (255.8, 382, 506.4, 666)}
        if not given.real:
            by_hand = given.orders.groupby("customer_id").agg(
                R=("order_date", lambda dates: (RFM_R_DATE - max(dates)).days),
                F=("order_date", "size"),
                M=("net_amount", "sum"),
            )
            expected = {name: tuple(by_hand[name].quantile([0.2, 0.4, 0.6, 0.8]) + 1) for name in "RFM"}
        assert len(scored.table) == given.orders["customer_id"].nunique()
        assert {letter: pytest.approx(cuts) for letter, cuts in scored.cuts.items()} == expected

    def test_the_packages_rule_depends_on_the_unit_and_ours_does_not(self, shared_data: Path | None) -> None:
        lines = rfm_r(shared_data).orders
        in_wan = lines.assign(net_amount=lines["net_amount"] / 10_000)

        def moved(method: str) -> int:
            a, b = (rfm_table(f, RFM_R_DATE, method=method).table["m"] for f in (lines, in_wan))
            return int((a != b).sum())

        assert moved(p.RFM_QUANTILES) == 0
        assert moved(p.RFM_R_PACKAGE) > 500

    def test_quartiles_of_pymc_marketing(self) -> None:
        # tests/clv/test_utils.py: recency and frequency of customers 1 … 6, money as mean per purchase day.
        scored = score_rfm(pymc_purchases(), groups=4).table
        codes = ["".join(f"{score:.0f}" for score in row) for row in scored[["r", "f", "m"]].to_numpy()]
        assert codes == ["421", "111", "132", "434", "233", "314"]
