"""Returns and the orders they take back (SPEC section 3); expected amounts worked out by hand."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_xl.analysis.refunds import SAME_AMOUNT, Lines, Matches, match_returns


def lines(*rows: tuple[Any, ...]) -> Lines:
    """Lines from (customer, product, day, amount[, order[, named order]]); orders are numbered by row."""
    full = [
        (*row[:4], row[4] if len(row) > 4 else place, row[5] if len(row) > 5 else -1)
        for place, row in enumerate(rows)
    ]
    customer, product, day, amount, order, named = (np.array(c) for c in zip(*full, strict=True))
    moment = (np.datetime64("2024-01-01") + day.astype("timedelta64[D]")).astype("datetime64[us]")
    return Lines(
        customer=customer,
        product=product,
        moment=moment,
        amount=amount.astype(float),
        order=order,
        named_order=named,
    )


def taken_from(matches: Matches, size: int) -> np.ndarray:
    return np.bincount(matches.line, weights=matches.taken, minlength=size)


def pairs(matches: Matches) -> set[tuple[int, int, float]]:
    return set(zip(matches.returned.tolist(), matches.line.tolist(), matches.taken.tolist(), strict=True))


def test_a_return_takes_the_latest_earlier_line_of_its_amount() -> None:
    matches = match_returns(lines((1, 1, 0, 50), (1, 1, 5, 50), (1, 1, 9, 50), (1, 1, 7, -50)))
    assert pairs(matches) == {(3, 1, 50.0)}


def test_an_exact_amount_goes_before_a_later_line_of_another() -> None:
    matches = match_returns(lines((1, 1, 0, 50), (1, 1, 5, 80), (1, 1, 7, -50)))
    assert pairs(matches) == {(2, 0, 50.0)}


def test_two_returns_do_not_take_one_line_twice() -> None:
    matches = match_returns(lines((1, 1, 0, 50), (1, 1, 5, -50), (1, 1, 6, -50)))
    assert pairs(matches) == {(1, 0, 50.0)}
    assert matches.remainder.tolist() == [0, 0, 50]


def test_a_return_eats_several_lines_latest_first_and_leaves_the_rest_unmatched() -> None:
    matches = match_returns(lines((1, 1, 0, 30), (1, 1, 5, 40), (1, 1, 7, -100)))
    assert pairs(matches) == {(2, 1, 40.0), (2, 0, 30.0)}
    assert matches.remainder.tolist() == [0, 0, 30]


def test_several_returns_share_one_line() -> None:
    matches = match_returns(lines((1, 1, 0, 100), (1, 1, 1, -30), (1, 1, 2, -30), (1, 1, 3, -50)))
    assert taken_from(matches, 4).tolist() == [100, 0, 0, 0]
    assert matches.remainder.tolist() == [0, 0, 0, 10]


def test_an_exact_match_is_not_spoilt_by_an_earlier_partial_one() -> None:
    matches = match_returns(lines((1, 1, 0, 100), (1, 1, 1, -30), (1, 1, 2, -100)))
    assert pairs(matches) == {(2, 0, 100.0)}
    assert matches.remainder.tolist() == [0, 30, 0]


@pytest.mark.parametrize(
    "row", [(2, 1, 0, 50), (1, 2, 0, 50), (1, 1, 8, 50)], ids=["customer", "product", "later"]
)
def test_another_customer_product_or_a_later_order_is_not_taken(row: tuple[int, ...]) -> None:
    assert pairs(match_returns(lines(row, (1, 1, 7, -50)))) == set()


def test_an_order_of_the_same_moment_counts_as_earlier_wherever_its_row_is() -> None:
    assert pairs(match_returns(lines((1, 1, 7, -50), (1, 1, 7, 50)))) == {(0, 1, 50.0)}
    assert pairs(match_returns(lines((1, 1, 7, -20), (1, 1, 7, 50)))) == {(0, 1, 20.0)}


def test_the_named_order_goes_first() -> None:
    rows = [(1, 1, 0, 50, 10), (1, 1, 5, 50, 11), (1, 1, 7, -50, 12, 10)]
    assert pairs(match_returns(lines(*rows))) == {(2, 0, 50.0)}


def test_of_the_named_order_the_line_of_the_same_product_goes_first() -> None:
    rows = [(1, 2, 0, 50, 10), (1, 1, 0, 80, 10), (1, 1, 7, -50, 12, 10)]
    assert pairs(match_returns(lines(*rows))) == {(2, 1, 50.0)}


def test_what_the_named_order_cannot_give_is_looked_for_elsewhere() -> None:
    rows = [(1, 1, 0, 30, 10), (1, 1, 5, 40, 11), (1, 1, 7, -50, 12, 10)]
    assert pairs(match_returns(lines(*rows))) == {(2, 0, 30.0), (2, 1, 20.0)}


def test_a_named_order_of_another_customer_is_not_taken() -> None:
    rows = [(2, 1, 0, 50, 10), (1, 1, 7, -50, 12, 10)]
    assert pairs(match_returns(lines(*rows))) == set()


def test_no_lines_no_matches() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    empty = Lines(
        customer=nothing, order=nothing, named_order=nothing, product=nothing, amount=np.zeros(0),
        moment=nothing.astype("datetime64[us]"),
    )  # fmt: skip
    assert pairs(match_returns(empty)) == set()


order_lines = st.lists(
    st.tuples(
        st.integers(0, 2), st.integers(0, 1), st.integers(0, 6), st.integers(-30, 30).map(lambda n: n / 10),
        st.integers(0, 4), st.integers(-1, 4),
    ),
    min_size=1, max_size=25,
)  # fmt: skip


@given(order_lines)
def test_nothing_is_given_twice_and_nothing_open_is_passed_by(rows: list[tuple[Any, ...]]) -> None:
    found = lines(*rows)
    matches = match_returns(found)
    amount, size = found.amount, len(rows)
    given_up = taken_from(matches, size)
    taken_by = np.bincount(matches.returned, weights=matches.taken, minlength=size)
    assert (matches.taken > 0).all()
    assert (amount[matches.line] > 0).all()
    assert (amount[matches.returned] < 0).all()
    assert (given_up <= np.maximum(amount, 0) + SAME_AMOUNT).all()
    assert np.allclose(taken_by + matches.remainder, np.maximum(-amount, 0))
    assert (found.customer[matches.returned] == found.customer[matches.line]).all()
    named = found.named_order[matches.returned] == found.order[matches.line]
    alike = found.product[matches.returned] == found.product[matches.line]
    in_time = found.moment[matches.line] <= found.moment[matches.returned]
    assert (named | (alike & in_time)).all()
    for returned in np.flatnonzero(matches.remainder > 0):
        could_give = (
            (found.customer == found.customer[returned])
            & (found.product == found.product[returned])
            & (found.moment <= found.moment[returned])
            & (amount - given_up > 1e-6)
        )
        assert not could_give.any()


def test_one_key_with_a_hundred_thousand_lines_does_not_take_forever() -> None:
    size = 100_000
    zeros = np.zeros(size, dtype=np.int64)
    amount = np.where(np.arange(size) % 2 == 0, 10.0, -7.0)
    many = Lines(
        customer=zeros, order=np.arange(size), named_order=zeros - 1, product=zeros, amount=amount,
        moment=np.datetime64("2024-01-01") + np.arange(size).astype("timedelta64[s]").astype("timedelta64[us]"),
    )  # fmt: skip
    begun = time.perf_counter()
    matches = match_returns(many)
    assert time.perf_counter() - begun < 5  # looking through all earlier lines for each return takes minutes
    assert matches.taken.sum() == pytest.approx(7.0 * size / 2)
