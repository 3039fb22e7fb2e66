"""CHURN_RISK answers what the refresh writes into 流失预警 from the same figures."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from crm_xl import Settings
from crm_xl.analysis.churn import Signals, judge
from crm_xl.functions.churn import churn_risk
from crm_xl.settings.rows import shipped_table
from crm_xl.tables import parameters as p

TODAY = pd.Timestamp("2026-10-31")
figures = st.one_of(st.none(), st.integers(0, 60).map(float))
rows = st.lists(
    st.tuples(st.one_of(st.none(), st.dates(date(2025, 10, 1), TODAY.date())), *[figures] * 8),
    min_size=1,
    max_size=8,
)


def shipped_block() -> list[list[Any]]:
    """tblChurnRules[#All] as a formula passes it."""
    raw = shipped_table(p.CHURN_RULES)
    return [list(raw.headings), *(list(row) for row in zip(*raw.columns, strict=True))]


@given(rows)
def test_formula_and_refresh_agree(customers: list[tuple[Any, ...]]) -> None:
    last, *columns = ([row[n] for row in customers] for n in range(9))
    arrays = [np.array([np.nan if value is None else value for value in column]) for column in columns]
    names = ("mean_gap", "amount", "amount_before", "contacts", "contacts_before", "complaints", "slowest_answer",
             "negatives")  # fmt: skip
    signals: dict[str, Any] = dict(zip(names, arrays, strict=True))
    days = np.array([np.datetime64("NaT") if day is None else np.datetime64(day) for day in last])
    shipped = Settings.default()
    verdict = judge(
        Signals(last_order=days.astype("datetime64[D]"), **signals),
        shipped.churn_rules,
        shipped.general,
        TODAY,
    )
    cells = [[[value] for value in column] for column in ([*last], *columns)]
    for rules in (None, shipped_block()):
        for show, expected in (("级别", verdict.levels), ("原因", verdict.reasons)):
            found = churn_risk(cells[0], "2026-10-31", *cells[1:], None, show, rules)
            found = found if isinstance(found, list) else [[found]]
            wanted = [
                "" if day is None else text or "无" for day, text in zip(last, expected.tolist(), strict=True)
            ]
            assert [row[0] for row in found] == wanted
