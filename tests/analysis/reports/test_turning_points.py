"""趋势拐点, by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_xl.analysis.reports.ground import Made
from crm_xl.analysis.reports.turning_points import (
    PEAK,
    VALLEY,
    make_turning_points,
    prominences,
    turning_points,
)
from crm_xl.errors import CrmError
from crm_xl.settings import Settings
from crm_xl.tables import choices as c
from crm_xl.tables import inputs as i
from crm_xl.tables import sales_reports as t
from tests.support.ground import ground, typed_row
from tests.support.typed import Row, frame, order, orders

PEOPLE = frame(i.CUSTOMERS, [{"customer_id": "A", "owner": "王敏"}, {"customer_id": "B", "owner": "李强"}])
SERIES = st.lists(st.integers(0, 50), min_size=1, max_size=24).map(lambda v: np.array(v, dtype=float))


def monthly(*amounts: float, customer: str = "A", first: str = "2024-01-10") -> list[Row]:
    days = pd.date_range(first, periods=len(amounts), freq=pd.DateOffset(months=1))
    return [
        order(customer, f"{customer}{n}", f"{day:%Y-%m-%d}", a)
        for n, (day, a) in enumerate(zip(days, amounts, strict=True))
    ]


def made(lines: list[Row], date: str, share: float = 0.2, fewest: int = 0, **cells: Any) -> Made:
    settings = Settings.default()
    general = replace(settings.general, turning_prominence=share, turning_floor=fewest)
    settings = replace(settings, general=general)
    choices = [typed_row(t.TURNING_CHOICE, **cells)] if cells else []
    people = frame(
        i.CUSTOMERS,
        [{"customer_id": name} for name in sorted({line["customer_id"] for line in lines} - {"A", "B"})],
    )
    frames = {i.CUSTOMERS.name: pd.concat([PEOPLE, people]), i.ORDERS.name: orders(lines)}
    return make_turning_points(ground(date, *choices, frames=frames, settings=settings))


def amounts(found: Made) -> pd.DataFrame:
    table = found.tables[t.TURNING_POINTS.name]
    return table[table["metric"] == "订单总额"]


class TestProminence:
    def test_by_hand(self) -> None:
        """The peak 9 falls to 1 before 10 and stood on 2: 9 − 2. The peak 10 stands on 1 and ends on 4: 10 − 4."""
        values = np.array([2.0, 9.0, 1.0, 10.0, 4.0])
        assert prominences(values).tolist() == [0, 7, 0, 6, 0]
        # The low 1 lies between 9 and 10: 9 − 1; no other low is inside.
        assert prominences(-values).tolist() == [0, 0, 8, 0, 0]

    def test_a_shoulder_stands_out_little(self) -> None:
        # 7 rises 1 from the dip at 6 on its way to 9.
        assert prominences(np.array([1.0, 7.0, 6.0, 9.0, 2.0])).tolist() == [0, 1, 0, 7, 0]

    def test_of_equal_months_the_last_one_turns(self) -> None:
        assert prominences(np.array([1.0, 5.0, 5.0, 5.0, 2.0])).tolist() == [0, 0, 0, 3, 0]
        # A series that begins flat, or rises on after being flat, does not turn there.
        assert not prominences(np.array([5.0, 5.0, 2.0, 3.0])).any()
        assert not prominences(np.array([1.0, 5.0, 5.0, 8.0])).any()

    @given(SERIES, st.floats(0.01, 2), st.integers(1, 9))
    def test_the_unit_does_not_matter(self, values: np.ndarray, share: float, factor: int) -> None:
        one, other = turning_points(values, share), turning_points(values * 2.0**factor, share)
        assert one[0].tolist() == other[0].tolist()

    @given(SERIES)
    def test_peaks_and_lows_take_turns_where_nothing_is_too_small(self, values: np.ndarray) -> None:
        places, signed = turning_points(values, 1e-9)
        assert (np.sign(signed[:-1]) != np.sign(signed[1:])).all()
        assert (np.diff(places) > 0).all()

    @given(SERIES, st.floats(0.01, 2), st.floats(0.01, 2))
    def test_a_higher_bar_lets_fewer_through(self, values: np.ndarray, one: float, other: float) -> None:
        few, many = (
            set(turning_points(values, bar)[0].tolist()) for bar in (max(one, other), min(one, other))
        )
        assert few <= many
        assert all(0 < place < len(values) - 1 for place in many)

    @given(SERIES)
    def test_nothing_stands_out_by_more_than_the_whole_range(self, values: np.ndarray) -> None:
        assert (prominences(values) <= values.max() - values.min()).all()

    @pytest.mark.parametrize("values", [[], [1.0], [1.0, 9.0], [5.0] * 6, [0.0] * 6, [-1.0, -5.0, -1.0]])
    def test_without_a_mean_or_a_middle_nothing_turns(self, values: list[float]) -> None:
        assert turning_points(np.array(values), 0.2)[0].tolist() == []


class TestTable:
    # mean 500; the peak stands 600 above 200 on one side and 700 above 100 on the other: 600 ÷ 500
    LINES = tuple(monthly(200, 800, 100, 900, 500))

    def test_months_turns_and_words(self) -> None:
        found = amounts(made(list(self.LINES), "2024-05-31"))
        assert [f"{month:%Y-%m}" for month in found["month"]] == ["2024-02", "2024-03", "2024-04"]
        assert found["turn"].tolist() == [PEAK, VALLEY, PEAK]
        assert found["prominence"].tolist() == pytest.approx([600 / 500, 700 / 500, 400 / 500])
        assert found["statement"].tolist() == [
            "2024-02订单总额由升转降：0.08万元，较2024-01的0.02万元上升300%。",
            "2024-03订单总额由降转升：0.01万元，较2024-02的0.08万元下降87.5%。",
            "2024-04订单总额由升转降：0.09万元，较2024-03的0.01万元上升800%。",
        ]

    def test_the_threshold_is_a_setting(self) -> None:
        found = amounts(made(list(self.LINES), "2024-05-31", share=1.0))
        assert [f"{month:%Y-%m}" for month in found["month"]] == ["2024-02", "2024-03"]

    def test_a_month_that_still_runs_is_no_fall(self) -> None:
        rising = monthly(200, 300, 400, 10)
        assert amounts(made(rising, "2024-04-12")).empty
        assert len(amounts(made(rising, "2024-04-30"))) == 1

    def test_shares_move_by_points(self) -> None:
        """Both buy in January, one in February, both in March, none after: 100, 50, 100, 0 %."""
        lines = [*monthly(1, 1, 1), *monthly(1, customer="B"), *monthly(1, customer="B", first="2024-03-10")]
        lines[-1]["order_id"] = "B9"
        table = made(lines, "2024-04-30").tables[t.TURNING_POINTS.name]
        active = table[table["metric"] == "活跃客户占比"]
        assert active["statement"].tolist() == [
            "2024-02活跃客户占比由降转升：50%，较2024-01的100%下降50个百分点。",
            "2024-03活跃客户占比由升转降：100%，较2024-02的50%上升50个百分点。",
        ]

    def test_a_few_customers_make_no_turn(self) -> None:
        """New: 6, 1, 6, 1 a month. The low stands out by min(6 − 1, 6 − 1) = 5 of them, the peak by 6 − 1 = 5.

        Each orders in the first month only, so that of 6, 7, 13, 14 so far 6, 1, 6, 1 are active: 100, 14.3, 46.2
        and 7.1 %. The low stands out by 46.2 − 14.3 = 31.9 points of 7 customers, 2.2 of them; the peak by
        46.2 − 14.3 = 31.9 points of 13, 4.2 of them.
        """
        days = [
            day
            for month, number in ((1, 6), (2, 1), (3, 6), (4, 1))
            for day in [f"2024-0{month}-10"] * number
        ]
        lines = [order(f"C{n}", f"N{n}", day, 100.0) for n, day in enumerate(days)]
        turned = {}
        for fewest in (0, 3, 5, 6):
            table = made(lines, "2024-04-30", fewest=fewest).tables[t.TURNING_POINTS.name]
            turned[fewest] = [
                [f"{month:%m}" for month in table.loc[table["metric"] == title, "month"]]
                for title in ("新增客户数", "活跃客户占比", "订单总额")
            ]
        assert turned == {
            0: [["02", "03"], ["02", "03"], ["02", "03"]],
            3: [["02", "03"], ["03"], ["02", "03"]],
            5: [["02", "03"], [], ["02", "03"]],
            6: [[], [], ["02", "03"]],  # money counts no customers
        }

    def test_the_block_marks_the_turns_on_the_line(self) -> None:
        block = made(list(self.LINES), "2024-05-31").tables[t.TURNING_CHART.name]
        assert len(block) == t.TURNING_CHART.fixed_rows
        marked = block[block["amount_turn"].notna()]
        assert [f"{month:%m}" for month in marked["month"]] == ["02", "03", "04"]
        assert marked["amount_turn"].tolist() == marked["amount"].tolist()

    def test_narrowed_and_up_to_a_day(self) -> None:
        lines = [*self.LINES, *monthly(100, 100, 9000, 100, 100, customer="B")]
        only = made(lines, "2024-05-31", owner="王敏")
        pd.testing.assert_frame_equal(amounts(only), amounts(made(list(self.LINES), "2024-05-31")))
        assert only.chosen[t.TURNING_POINTS.name] == "负责人 王敏"
        april = made(lines, "2024-05-31", owner="王敏", end="2024-04-30")
        assert [f"{month:%Y-%m}" for month in amounts(april)["month"]] == ["2024-02", "2024-03"]
        assert april.tables[t.TURNING_CHART.name]["month"].iloc[-1] == pd.Timestamp("2024-04-01")

    def test_the_trend_that_was_made_before_is_the_same(self) -> None:
        """Made of the lines or taken from 月度趋势: one outcome."""
        from crm_xl.analysis.trend import monthly_trend
        from crm_xl.tables import outputs as o

        frames = {i.CUSTOMERS.name: PEOPLE, i.ORDERS.name: orders(list(self.LINES))}
        trend = monthly_trend(frames[i.ORDERS.name], pd.Timestamp("2024-05-31"))
        taken = make_turning_points(ground("2024-05-31", frames=frames, made={o.TREND.name: trend}))
        own = make_turning_points(ground("2024-05-31", frames=frames))
        for name in own.tables:
            pd.testing.assert_frame_equal(taken.tables[name], own.tables[name])

    def test_the_line_is_checked_against_the_orders(self) -> None:
        (check,) = made(list(self.LINES), "2024-05-31").checks
        assert (check.result, check.detail) == ("✔", "2,500.00 元")

    def test_nothing_to_tell(self) -> None:
        for lines in (monthly(5), monthly(5, 5, 5), monthly(1, 2, 3)):
            found = made(lines, "2024-06-30").tables[t.TURNING_POINTS.name]
            assert list(found) == list(t.TURNING_POINTS.names)
        assert made(monthly(5, 5, 5), "2024-03-31").tables[t.TURNING_POINTS.name].empty

    def test_what_matches_nothing_says_so(self) -> None:
        with pytest.raises(CrmError, match="没有符合所选条件的订单"):
            made([], "2024-05-31")
        with pytest.raises(CrmError, match="负责人 李强"):
            made(list(self.LINES), "2024-05-31", owner="李强", period=c.PERIOD_ALL)
