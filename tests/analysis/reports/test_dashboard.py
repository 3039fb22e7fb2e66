"""The blocks of 看板, by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_xl import analyze
from crm_xl.analysis.balance import Balance
from crm_xl.analysis.reports.dashboard import data_status, rf_heat
from crm_xl.analysis.results import Results
from crm_xl.tables import dashboard as d
from crm_xl.tables import inputs as i
from crm_xl.tables import outputs as o
from crm_xl.tables import sales_reports as x
from tests.support.ground import typed_row

CUSTOMERS = pd.DataFrame(
    {
        "customer_id": [f"C{n}" for n in range(1, 6)],
        "customer_name": ["甲公司", "乙公司", "丙公司", "丁公司", "戊公司"],
        "industry": ["制造业-汽车零部件", "制造业-通用设备", "金融", "金融", "教育"],
        "region": ["华东", "华东", "华南", "华南", "华北"],
        "owner": ["李强"] * 5,
    }
)
# Analysis date 2026-10-31, period 2025-11-01 to 2026-10-31, the one before 2024-11-01 to 2025-10-31.
ORDERS = pd.DataFrame(
    [
        ("O1", "C1", "2026-10-31", 60_000.0, 12_000.0),
        ("O2", "C1", "2026-03-10", 40_000.0, 8_000.0),
        ("O3", "C2", "2026-05-20", 100_000.0, 10_000.0),
        ("O4", "C3", "2025-06-01", 50_000.0, 5_000.0),
        ("O5", "C1", "2025-02-01", 50_000.0, 15_000.0),
    ],
    columns=["order_id", "customer_id", "order_date", "amount", "profit"],
)


def results(customers: pd.DataFrame = CUSTOMERS, orders: pd.DataFrame | None = ORDERS) -> Results:
    tables = {i.CUSTOMERS.name: customers}
    if orders is not None:
        tables[i.ORDERS.name] = orders
    return analyze(tables, today="2026-11-01", analysis_date="2026-10-31")


def figure(frame: pd.DataFrame, title: str) -> tuple[str, str, str]:
    row = frame.set_index("figure").loc[title]
    return row["current"], row["previous"], row["change"]


def test_key_figures_of_two_periods() -> None:
    frame = results().tables[d.KEY_FIGURES.name]
    assert figure(frame, "客户数") == ("5 家", "", "有订单 3 家")
    assert figure(frame, "订单总额") == ("20.0 万元", "10.0 万元", "+100.0%")  # 6 + 4 + 10 against 5 + 5
    assert figure(frame, "订单数") == ("3 单", "2 单", "+50.0%")
    assert figure(frame, "下单客户数") == ("2 家", "2 家", "+0.0%")
    assert figure(frame, "客单价") == ("66,667 元", "50,000 元", "+33.3%")  # 200,000 ÷ 3 against 100,000 ÷ 2
    assert figure(frame, "毛利率") == ("15.0%", "20.0%", "-5.0 个百分点")  # 30 ÷ 200 against 20 ÷ 100
    assert figure(frame, "新增客户数") == ("1 家", "2 家", "-50.0%")  # C2; C3 and C1
    # Of C1, C2, C3 only C1 ordered in the last 3 months; a year before of C3 and C1 nobody had.
    assert figure(frame, "期末活跃客户占比") == ("33.3%", "0.0%", "+33.3 个百分点")


def test_without_orders_the_page_says_so_and_the_rest_is_there() -> None:
    outcome = results(orders=None)
    frame = outcome.tables[d.KEY_FIGURES.name]
    assert len(frame) == d.KEY_FIGURES.fixed_rows
    assert figure(frame, "订单总额") == ("", "", "没有订单")
    assert "订单" in outcome.missing[d.REGION_HEAT.name]
    assert len(outcome.tables[d.TOP_MOVERS.name]) == d.LISTED


def test_nothing_to_grow_from_is_blank() -> None:
    frame = results(orders=ORDERS.iloc[:3]).tables[d.KEY_FIGURES.name]
    assert figure(frame, "订单总额") == ("20.0 万元", "0.0 万元", "")
    assert figure(frame, "客单价")[1:] == ("", "")


def test_regions_by_quarter_the_largest_first() -> None:
    frame = results().tables[d.REGION_HEAT.name].dropna(subset="region")
    # 华东: 60,000 since August; 100,000 in May to July; 40,000 in February to April. 华南 sold nothing in the year.
    assert frame["region"].tolist() == ["华东"]
    assert frame.iloc[0][["back_0", "back_1", "back_2", "back_3"]].tolist() == [6.0, 10.0, 4.0, 0.0]


def test_more_regions_than_rows_end_in_others_and_lose_nothing() -> None:
    many = pd.DataFrame(
        {
            "customer_id": [f"C{n}" for n in range(12)],
            "customer_name": [f"客户{n}" for n in range(12)],
            "region": [f"区{n:02}" for n in range(12)],
        }
    )
    orders = pd.DataFrame(
        {
            "order_id": [f"O{n}" for n in range(12)],
            "customer_id": many["customer_id"],
            "order_date": "2026-10-01",
            "amount": [10_000.0 * (n + 1) for n in range(12)],
        }
    )
    frame = results(many, orders).tables[d.REGION_HEAT.name]
    assert len(frame) == d.REGIONS_SHOWN
    assert frame["region"].iloc[-1] == o.OTHERS
    assert frame["back_0"].sum() == pytest.approx(78.0)  # 1 + … + 12 万元
    assert frame["back_0"].iloc[-1] == pytest.approx(15.0)  # the five smallest: 1 + 2 + 3 + 4 + 5


def test_industries_by_upper_level() -> None:
    frame = results().tables[d.INDUSTRY_CHART.name].dropna(subset="label")
    told = {row.label: (row.customers, row.amount) for row in frame.itertuples()}
    assert told == {"制造业": (2.0, 20.0), "金融": (2.0, 0.0), "教育": (1.0, 0.0)}
    assert frame["label"].tolist()[0] == "制造业"


# 元 of C1 and C3 from June to October 2026.
SUMMER, AUTUMN = (200_000.0, 300_000.0, 800_000.0, 300_000.0, 200_000.0), (
    100_000.0, 100_000.0, 100_000.0, 700_000.0, 100_000.0,
)  # fmt: skip


def by_month(customer: str, amounts: tuple[float, ...]) -> pd.DataFrame:
    days = [f"2026-{month:02}-05" for month in range(6, 6 + len(amounts))]
    names = [f"{customer}-{month}" for month in range(len(amounts))]
    return pd.DataFrame(
        {"order_id": names, "customer_id": customer, "order_date": days, "amount": amounts, "profit": 0.0}
    )


def marks(outcome: Results, name: str = d.TREND_TURNS.name) -> dict[str, dict[str, float]]:
    """Column -> month -> the figure that is marked."""
    frame = outcome.tables[name].set_index("month")[[column.name for column in x.TURNS]]
    return {
        column: {f"{month:%Y-%m}": value for month, value in frame[column].dropna().items()}
        for column in frame
    }


def test_the_months_that_turn_are_marked_and_no_others() -> None:
    """August stands 800 − 200 = 600 thousand out, far more than 30 % of the mean, 360; the rest only rises or falls.

    One customer is new, in the first month, and orders in every month: nothing else turns.
    """
    outcome = results(orders=by_month("C1", SUMMER))
    block = outcome.tables[d.TREND_TURNS.name]
    assert list(block) == list(d.TREND_TURNS.names)
    assert len(block) == d.TREND_TURNS.fixed_rows == 24
    assert block["month"].tolist() == outcome.tables[o.TREND.name]["month"].tolist()
    assert marks(outcome) == {
        "amount_turn": {"2026-08": 80.0}, "new_customers_turn": {}, "active_share_turn": {},
    }  # fmt: skip


def test_customers_and_their_share_turn_where_enough_of_them_do() -> None:
    """Of 20 customers 1, 11, 1, 6 and 1 begin from June to October; each orders in that month only.

    July stands 11 − 1 = 10 out, September 6 − 1 = 5, August's low as much; all that is asked for is 5 of them, and
    30 % of the mean of 4. Active of those so far: 1 ÷ 1, 11 ÷ 12, 1 ÷ 13, 6 ÷ 19, 1 ÷ 20. Only September and
    August can turn: the peak stands 6 ÷ 19 − 1 ÷ 13 = 23.9 % out, of 19 customers 4.5: no turn, nor is August's
    low, of 13 customers 3.1.
    """
    begun = [
        month for month, number in zip(range(6, 11), (1, 11, 1, 6, 1), strict=True) for _ in range(number)
    ]
    people = pd.DataFrame(
        {"customer_id": [f"N{n}" for n in range(20)], "customer_name": [f"客户{n}" for n in range(20)]}
    )
    orders = pd.DataFrame(
        {
            "order_id": [f"O{n}" for n in range(20)],
            "customer_id": people["customer_id"],
            "order_date": [f"2026-{month:02}-05" for month in begun],
            "amount": 10_000.0,
        }
    )
    found = marks(results(people, orders))
    assert found["new_customers_turn"] == {"2026-07": 11.0, "2026-08": 1.0, "2026-09": 6.0}
    assert found["active_share_turn"] == {}


def test_the_choices_above_the_turning_points_do_not_move_the_marks() -> None:
    """August 80 + 10 and September 30 + 70 万元: together only September turns; C1 alone in August."""
    customers = CUSTOMERS.assign(owner=["李强", "李强", "王敏", "王敏", "王敏"])
    tables = {
        i.CUSTOMERS.name: customers,
        i.ORDERS.name: pd.concat([by_month("C1", SUMMER), by_month("C3", AUTUMN)], ignore_index=True),
    }
    told = {"today": "2026-11-01", "analysis_date": "2026-10-31"}
    plain = analyze(tables, **told)
    narrowed = analyze(
        {**tables, x.TURNING_CHOICE.name: typed_row(x.TURNING_CHOICE, owner="李强", end="2026-09-30")}, **told
    )
    assert marks(narrowed, x.TURNING_CHART.name)["amount_turn"] == {"2026-08": 80.0}
    assert marks(plain)["amount_turn"] == {"2026-09": 100.0}
    pd.testing.assert_frame_equal(narrowed.tables[d.TREND_TURNS.name], plain.tables[d.TREND_TURNS.name])
    # Without a choice the sheet and 看板 mark the same.
    assert marks(plain) == marks(plain, x.TURNING_CHART.name)


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), max_size=60))
def test_every_scored_customer_is_in_one_cell_of_the_heat_map(scores: list[tuple[int, int]]) -> None:
    rfm = pd.DataFrame(scores, columns=["r", "f"], dtype=float)
    heat = rf_heat(rfm)
    cells = heat[[f"f{n}" for n in range(1, 6)]].to_numpy()
    assert cells.sum() == len(scores)
    for r, f in scores:
        assert cells[5 - r, f - 1] == scores.count((r, f))
    assert heat["r"].tolist() == ["R5", "R4", "R3", "R2", "R1"]


def test_an_unscored_customer_is_in_no_cell() -> None:
    heat = rf_heat(pd.DataFrame({"r": [5.0, np.nan], "f": [1.0, np.nan]}))
    assert heat[[f"f{n}" for n in range(1, 6)]].to_numpy().sum() == 1


def test_data_status_says_what_does_not_tie() -> None:
    made = {
        o.CHECKS.name: pd.DataFrame({"result": ["✘"], "detail": ["共 3 项：1 项须处理，2 项提醒"]}),
        o.LEDGER.name: pd.DataFrame({"rule": ["a", "b"]}),
    }
    wrong = Balance(money_in=10.0, gross_kept=9.0, netted=0.0, net_kept=9.0, cancelled=0.0, set_aside=0.0)
    frame = data_status(made, wrong, set_aside=7, date=None)
    assert dict(zip(frame["item"], frame["result"], strict=True)) == {
        "金额平衡": "✘ 不平衡", "数据核对": "✘ 1 项须处理，2 项提醒", "搁置的行": "7 行", "台账条数": "2 条", "分析日期": "",
    }  # fmt: skip


def test_who_is_to_be_called_stands_beside_what_is_at_stake() -> None:
    """C1 ordered on the last day; C2 not for 164 days, C3 not for 517: lost before silent, then the larger amount."""
    frame = results().tables[d.TOP_WARNINGS.name].dropna(subset="customer_id")
    told = frame[["customer_id", "level", "annual_amount_wan", "reason"]].to_numpy().tolist()
    assert told == [
        ["C3", "高", 0.0, "流失：最近订单2025-06-01"],
        ["C2", "中", 10.0, "沉默：最近订单2026-05-20"],
    ]
