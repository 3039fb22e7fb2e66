"""What grading by rules and potential take from the customer record and the ratings."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crm_xl.analysis.metrics_profile import rating_metrics, size_level
from crm_xl.analysis.tally import text_index
from crm_xl.tables import inputs as i

TODAY = pd.Timestamp("2026-10-31")


@pytest.mark.parametrize(
    ("band", "people", "level"),
    [
        ("20人以下", None, 1), ("1000人以上", 5, 5), (None, 19, 1), (None, 20, 2), (None, 99, 2), (None, 100, 3),
        (None, 500, 4), (None, 999, 4), (None, 1000, 5), (None, None, None),
    ],
)  # fmt: skip
def test_size_is_the_band_else_counted(band: str | None, people: float | None, level: float | None) -> None:
    customers = pd.DataFrame(
        {"size_band": pd.Series([band], dtype=object), "employees": [np.nan if people is None else people]}
    )
    assert size_level(customers).tolist() == [pytest.approx(np.nan if level is None else level, nan_ok=True)]


def test_a_key_industry_is_what_most_raters_say() -> None:
    says = [
        ("C1", True),
        ("C1", True),
        ("C1", False),
        ("C2", False),
        ("C3", True),
        ("C3", False),
        ("C4", None),
    ]
    ratings = pd.DataFrame({name: pd.Series([np.nan] * len(says)) for name in i.RATINGS.names})
    ratings["customer_id"] = [customer for customer, _ in says]
    ratings["key_industry"] = pd.Series([said for _, said in says], dtype=object)
    ratings["rated_on"] = pd.Series([pd.NaT] * len(says), dtype="datetime64[us]")
    found = rating_metrics(ratings, text_index(["C1", "C2", "C3", "C4", "C5"]), TODAY)["key_industry"]
    # Two of three; none; one of two, a draw, counts as yes; nobody said.
    assert found.tolist() == [True, False, True, None, None]
