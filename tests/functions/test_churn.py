"""CHURN_RISK answers what the refresh writes into 流失预警 from the same figures."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from crm_xl import Settings
from crm_xl.analysis.blocks import churn_block
from crm_xl.analysis.churn import Signals, judge
from crm_xl.functions.churn import churn_risk
from crm_xl.raw import RawTable
from crm_xl.settings.rows import shipped_table
from crm_xl.tables import parameters as p
from crm_xl.tables.outputs import CHURN_BLOCK
from crm_xl.tables.shipped import SHIPPED

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


def block(settings: Settings) -> list[list[Any]]:
    """CRM_CHURN as a refresh writes it and a formula passes it."""
    frame = churn_block(settings)
    body = frame.astype(object).where(frame.notna(), None).assign(enabled="是").to_numpy().tolist()
    return [list(CHURN_BLOCK.titles), *body]


def edited(rules: dict[str, tuple[Any, Any]], **general: Any) -> Settings:
    """参数 with other rules (启用, 阈值) and other general settings."""
    titles = {setting.name: setting.title for setting in p.GENERAL}
    wanted = {titles[name]: value for name, value in general.items()}
    shipped = SHIPPED[p.SETTINGS_TABLE.name]
    chosen = [(row[0], *rules.get(row[0], (row[1], row[2])), *row[3:]) for row in SHIPPED[p.CHURN_RULES.name]]
    return Settings.from_tables(
        {
            p.CHURN_RULES.name: RawTable.from_rows(
                p.CHURN_RULES.name,
                [p.CHURN_RULES.titles, *([*row[:1], "是" if row[1] else "否", *row[2:]] for row in chosen)],
            ),
            p.SETTINGS_TABLE.name: RawTable.from_rows(
                p.SETTINGS_TABLE.name,
                [
                    p.SETTINGS_TABLE.titles,
                    *((row[0], wanted.get(row[0], row[1]), *row[2:]) for row in shipped),
                ],
            ),
        }
    )


EDITED = (
    Settings.default(),
    edited({}, active_months=1, silent_months=2),
    edited({"沉默": (True, 4), "间隔过长": (True, 3.5), "金额下降": (False, 30), "投诉": (True, 2)}),
    edited({"沉默": (False, None), "消极反馈": (True, 3)}, contact_floor=0, warning_months=6),
    edited({row[0]: (False, row[2]) for row in SHIPPED[p.CHURN_RULES.name]}),
)


@given(rows, st.sampled_from(EDITED))
def test_formula_and_refresh_agree(customers: list[tuple[Any, ...]], settings: Settings) -> None:
    last, *columns = ([row[n] for row in customers] for n in range(9))
    arrays = [np.array([np.nan if value is None else value for value in column]) for column in columns]
    names = ("mean_gap", "amount", "amount_before", "contacts", "contacts_before", "complaints", "slowest_answer",
             "negatives")  # fmt: skip
    signals: dict[str, Any] = dict(zip(names, arrays, strict=True))
    days = np.array([np.datetime64("NaT") if day is None else np.datetime64(day) for day in last])
    verdict = judge(
        Signals(
            last_order=days.astype("datetime64[D]"), looked_back=settings.general.warning_months, **signals
        ),
        settings.churn_rules,
        settings.general,
        TODAY,
    )
    cells = [[[value] for value in column] for column in ([*last], *columns)]
    for rules in (block(settings), *((None, shipped_block()) if settings is EDITED[0] else ())):
        for show, expected in (("级别", verdict.levels), ("原因", verdict.reasons)):
            found = churn_risk(cells[0], "2026-10-31", *cells[1:], None, show, rules)
            found = found if isinstance(found, list) else [[found]]
            wanted = [
                "" if day is None else text or "无" for day, text in zip(last, expected.tolist(), strict=True)
            ]
            assert [row[0] for row in found] == wanted
