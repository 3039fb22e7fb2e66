"""What holds for any input: one call for a block is the same as a call a cell, and the order of rows changes nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_xl.functions.declared import function
from tests.functions.variants import called, close

NUMBERS = st.one_of(
    st.floats(-1e6, 1e6).map(lambda v: round(v, 4)),
    st.sampled_from([0.0, 0.05, 0.1, 0.15, 5.0, 60, 75, 90, 500, 1000]),
)
DIRTY = st.one_of(NUMBERS, st.sampled_from([None, "", "#N/A", "#DIV/0!", "x", "12", "15%", True, "待评估"]))
SHARES = st.one_of(st.floats(0, 1).map(lambda v: round(v, 3)), st.sampled_from([None, "15%", "x", "#N/A"]))
DAYS = st.one_of(
    st.dates(date(1950, 1, 1), date(2150, 1, 1)).map(str),
    st.sampled_from([None, "x", "#REF!", 46326.0, 5.0]),
)
SCORES = st.one_of(st.integers(1, 5).map(float), st.sampled_from([None, 0.0, 6.0, "3", "#N/A", "x"]))

# Function -> a strategy for each argument that varies cell by cell, and the arguments that stay.
CELL_BY_CELL: dict[str, tuple[list[st.SearchStrategy[Any]], list[Any]]] = {
    "CUSTOMER_TIER": ([DIRTY], []),
    "PRIORITY": ([DIRTY], []),
    "INDICATOR_POINTS": ([SHARES], ["利润率"]),
    "VALUE_POTENTIAL": ([DIRTY, DIRTY], [500, 0.1]),
    "POTENTIAL_TIER": ([DIRTY, DIRTY, DIRTY], []),
    "ACTIVITY_TIER": ([DAYS], ["2026-05-31"]),
    "RFM_SCORE": ([DIRTY], [[[1.0, 30.0, 90.0]], True]),
    "RFM_SEGMENT": ([SCORES, SCORES, SCORES], []),
    "GROWTH_RATE": ([DIRTY, DIRTY], []),
    "AVERAGE_ORDER_VALUE": ([DIRTY, DIRTY], []),
}


def blocks(height: int, width: int, cells: st.SearchStrategy[Any]) -> st.SearchStrategy[list[list[Any]]]:
    row = st.lists(cells, min_size=width, max_size=width)
    return st.lists(row, min_size=height, max_size=height)


def code(cell: Any) -> Any:
    """A cell without its reason: in a block the reason also names the place."""
    return cell.split("|")[0] if isinstance(cell, str) and cell.startswith("#") else cell


@pytest.mark.parametrize("name", CELL_BY_CELL)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_block_is_the_same_as_its_cells_one_by_one(name: str, data: st.DataObject) -> None:
    varying, fixed = CELL_BY_CELL[name]
    height, width = data.draw(st.sampled_from([(1, 1), (1, 4), (4, 1), (3, 2)]))
    arguments = [data.draw(blocks(height, width, cells)) for cells in varying]
    whole = called(function(name), [*arguments, *fixed])
    rows = whole if isinstance(whole, list) else [[whole]]
    assert [len(row) for row in rows] == [width] * height
    for row in range(height):
        for column in range(width):
            alone = called(function(name), [*(own[row][column] for own in arguments), *fixed])
            assert close(code(rows[row][column]), code(alone))


CUSTOMER = st.tuples(
    st.one_of(st.floats(0, 2000), st.sampled_from([None, "x", "1200万"])), SHARES, st.floats(0, 20), SHARES
).map(list)


@settings(max_examples=40, deadline=None)
@given(st.lists(CUSTOMER, min_size=1, max_size=6))
def test_each_customer_is_scored_alone_and_in_any_order_of_columns(rows: list[list[Any]]) -> None:
    score = function("CUSTOMER_SCORE")
    whole = called(score, [rows])
    answers = [row[0] for row in whole] if isinstance(whole, list) else [whole]
    alone = [called(score, [[row]]) for row in rows]
    assert [code(answer) for answer in answers] == [code(answer) for answer in alone]
    headed = [["合作时长", "备注", "利润率", "交叉购买率", "年消费额"]]
    headed += [[row[2], "x", row[1], row[3], row[0]] for row in rows]
    by_heading = called(score, [headed])
    answers = [row[0] for row in by_heading] if isinstance(by_heading, list) else [by_heading]
    assert [code(answer) for answer in answers] == [code(answer) for answer in alone]


ORDER = st.tuples(
    st.sampled_from(["C1", "C2", "C3", 1001.0]),
    st.sampled_from(["S1", "S2", "S3", "S4"]),
    st.sampled_from(["2026-01-05", "2026-05-06", "2026-10-31", "2027-01-01"]),
    st.integers(0, 5000).map(lambda v: v / 10),  # of returns on one day the first row is taken back first
).map(list)


@settings(max_examples=40, deadline=None)
@given(st.lists(ORDER, max_size=12), st.randoms())
def test_the_order_of_rows_changes_no_total_and_no_customer(orders: list[list[Any]], random: Any) -> None:
    shuffled = list(orders)
    random.shuffle(shuffled)
    headings = ["客户编号", "订单编号", "订单日期", "订单金额(元)"]

    def rfm(rows: list[list[Any]]) -> dict[Any, Any]:
        answer = called(function("RFM_TABLE"), [[headings, *rows], "2026-10-31"])
        return {row[0]: row[1:] for row in answer[1:]}

    ours, theirs = rfm(orders), rfm(shuffled)
    assert ours.keys() == theirs.keys()
    assert all(close(ours[customer], theirs[customer]) for customer in ours)
    if orders:
        for name, columns, more in (
            ("PERIOD_TOTAL", (2, 3), ["2026-01-01", "2026-06-30"]),
            ("REPURCHASE_RATE", (0, 1), []),
        ):
            both = [
                called(function(name), [*([[row[place]] for row in rows] for place in columns), *more])
                for rows in (orders, shuffled)
            ]
            assert both[0] == both[1]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(st.floats(-100, 1e6), st.none()), min_size=1, max_size=12), st.randoms())
def test_value_tiers_follow_the_amounts_not_the_rows(amounts: list[float | None], random: Any) -> None:
    shuffled = list(amounts)
    random.shuffle(shuffled)

    def tiers(values: list[float | None]) -> dict[float | None, str]:
        answer = called(function("VALUE_TIER"), [[[value] for value in values]])
        rows = answer if isinstance(answer, list) else [[answer]]
        return dict(zip(values, (row[0] for row in rows), strict=True))

    assert tiers(amounts) == tiers(shuffled)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["战略级", "重点级", "普通级", "潜在级", "待评估", None]), st.floats(0, 1e4)
        ),
        min_size=1,
    ),
    st.randoms(),
)
def test_a_summary_adds_up_and_ignores_the_order_of_rows(rows: list[tuple[Any, float]], random: Any) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)

    def summary(given_rows: list[tuple[Any, float]]) -> list[list[Any]]:
        return called(
            function("TIER_SUMMARY"), [[[tier] for tier, _ in given_rows], [[a] for _, a in given_rows]]
        )

    table = summary(rows)
    assert [row[:2] for row in table] == [row[:2] for row in summary(shuffled)]
    body, total = table[1:-1], table[-1]
    assert sum(row[1] for row in body) == total[1] == len(rows)
    assert sum(row[3] for row in body) == pytest.approx(total[3])
    assert sum(row[2] for row in body) == pytest.approx(1, abs=1e-12)
