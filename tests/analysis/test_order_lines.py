"""Lines that stand together are one, and nobody who asks can tell."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_xl.analysis.calendar import window
from crm_xl.analysis.metrics_orders import order_totals
from crm_xl.analysis.order_lines import CODES, TEXTS, NumberedLines, order_lines

DATE = pd.Timestamp("2024-06-30")
CUSTOMERS = pd.Index(["C1", "C2"], dtype=object)
COLUMNS = (
    "customer_id",
    "order_id",
    "order_date",
    "net_amount",
    "net_profit",
    "counts",
    "product_type",
    "region",
)

LINE = st.tuples(
    st.sampled_from(["C1", "C2", "C9"]),  # the last is not listed
    st.sampled_from(["S1", "S2"]),
    st.sampled_from([pd.Timestamp("2023-01-02"), pd.Timestamp("2024-06-03"), pd.Timestamp("2024-07-01")]),
    st.integers(-30, 30).map(lambda tenths: tenths / 10),
    st.sampled_from([None, 0.1, 0.2, -0.3]),
    st.booleans(),
    st.sampled_from([None, "A", "B"]),
    st.sampled_from([None, "东"]),
)


def frame_of(lines: list[tuple[Any, ...]]) -> pd.DataFrame:
    frame = pd.DataFrame(lines, columns=list(COLUMNS))
    kinds = {"net_amount": float, "net_profit": float, "counts": bool, "order_date": "datetime64[us]"}
    return frame.astype(kinds | {name: object for name in ("product_type", "region")})


def answers(frame: pd.DataFrame) -> list[Any]:
    """Everything that the totals say, flattened."""
    totals = order_totals(order_lines(frame, CUSTOMERS, DATE), DATE, window(DATE, 12))
    parts = [totals, *(part for part in (totals.profits, totals.products) if part is not None)]
    return [
        getattr(part, name.name)
        for part in parts
        for name in fields(part)
        if name.name not in ("profits", "products")
    ]


@given(st.lists(LINE, min_size=1, max_size=25), st.randoms(use_true_random=False))
def test_the_order_of_the_lines_does_not_matter(lines: list[tuple[Any, ...]], random: Any) -> None:
    # Sorted, equal lines stand together and are one; apart from one another each is alone.
    together = answers(frame_of(sorted(lines, key=str)))
    random.shuffle(lines)
    for one, other in zip(together, answers(frame_of(lines)), strict=True):
        if isinstance(one, np.ndarray) and one.dtype.kind == "f":
            np.testing.assert_allclose(one, other, rtol=0, atol=1e-12)
        else:
            np.testing.assert_array_equal(one, other)


@given(st.lists(LINE, min_size=1, max_size=25))
def test_sums_members_and_texts_are_those_of_the_lines(lines: list[tuple[Any, ...]]) -> None:
    frame = frame_of(sorted(lines, key=str))
    known = frame[frame["order_date"] <= DATE]
    found = NumberedLines.of(frame, DATE)
    assert found.members.sum() == len(known)
    codes, texts = found.texts("product_type")
    told = pd.DataFrame(
        {
            "customer_id": found.ids[found.customer],
            "type": np.append(texts, "")[codes],
            "amount": found.amount,
            "lines": found.members,
        }
    )
    by = ["customer_id", "type"]
    ours = told.groupby(by).agg({"amount": "sum", "lines": "sum"})
    theirs = (
        known.assign(type=known["product_type"].fillna(""), amount=known["net_amount"], lines=1)
        .groupby(by)
        .agg({"amount": "sum", "lines": "sum"})
    )
    assert ours["lines"].to_dict() == theirs["lines"].to_dict()
    assert ours["amount"].to_dict() == pytest.approx(theirs["amount"].to_dict())


def line(amount: float, **other: Any) -> tuple[Any, ...]:
    told = dict(
        zip(COLUMNS, ("C1", "S1", pd.Timestamp("2024-06-03"), amount, None, True, None, None), strict=True)
    )
    return tuple((told | other).values())


def test_an_invoice_is_one_line_and_what_differs_in_anything_asked_for_stays_apart() -> None:
    invoice = [line(10.0), line(2.5), line(0.5)]
    found = NumberedLines.of(frame_of(invoice), DATE)
    assert (found.amount.tolist(), found.members.tolist()) == ([13.0], [3])
    for other in (
        line(1.0, customer_id="C2"), line(1.0, order_id="S2"), line(1.0, order_date=pd.Timestamp("2024-06-04")),
        line(-1.0), line(1.0, net_profit=0.4), line(1.0, counts=False), line(1.0, product_type="A"),
        line(1.0, region="东"),
    ):  # fmt: skip
        assert NumberedLines.of(frame_of([*invoice, other]), DATE).members.tolist() == [3, 1], other


def test_what_cancels_out_within_an_order_is_exactly_zero() -> None:
    # One by one 0.1 + 0.2 - 0.3 leaves 5.6e-17, whatever signs are added up first.
    totals = order_totals(
        order_lines(frame_of([line(0.1), line(0.2), line(-0.3)]), CUSTOMERS, DATE), DATE, window(DATE, 12)
    )
    assert totals.monetary.tolist() == [0.0, 0.0]


def test_codes_that_cleaning_gave_are_as_good_as_the_texts() -> None:
    frame = frame_of([line(1.0, product_type="A"), line(2.0, product_type="B"), line(4.0, product_type="A")])
    codes = {code: -1 for code in CODES.values()} | {"customer_code": 5, "order_code": 0}
    coded = frame.assign(**codes | {"product_type_code": [7, 3, 7]})
    for one, other in zip(answers(frame), answers(coded), strict=True):
        np.testing.assert_array_equal(one, other)


def test_nothing_at_all() -> None:
    found = NumberedLines.of(frame_of([line(1.0)]), pd.Timestamp("2020-01-01"))
    assert all(
        len(part) == 0 for part in (found.days, found.amount, found.members, found.customer, found.ids)
    )
    assert all(len(part) == 0 for name in TEXTS for part in found.texts(name))


def test_lines_that_do_not_stand_together_are_left_as_they_are() -> None:
    frame = frame_of([line(1.0), line(2.0), line(4.0, order_id="S2"), line(8.0), line(16.0, order_id="S2")])
    found = NumberedLines.of(frame, DATE)
    assert found.amount.tolist() == [1.0, 2.0, 4.0, 8.0, 16.0]
    assert found.members.tolist() == [1] * 5


def test_a_frame_without_texts_is_one_that_says_none() -> None:
    with pytest.raises(KeyError):
        NumberedLines.of(frame_of([line(1.0)]).drop(columns="order_id"), DATE)
    found = NumberedLines.of(frame_of([line(1.0)]).drop(columns="region"), DATE)
    assert found.texts("region")[0].tolist() == [-1]
