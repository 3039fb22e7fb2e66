"""Formulas and tables say the same, before and after somebody edits 参数 (SPEC 7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest

import crm_xl
from crm_xl.analysis.results import Results
from crm_xl.builder.samples import sample_rows
from crm_xl.functions.declared import function
from crm_xl.raw import RawTable
from crm_xl.schema import Table
from crm_xl.settings import Settings
from crm_xl.tables import INPUTS
from crm_xl.tables import inputs as i
from crm_xl.tables import outputs as o
from crm_xl.tables import parameters as p
from crm_xl.tables.shipped import SHIPPED


def sheet(frame: pd.DataFrame, table: Table) -> list[list[Any]]:
    """The frame as cells of a sheet: Chinese headings, None for blanks, plain Python values."""
    body = frame[list(table.names)].astype(object)
    return [list(table.titles), *body.where(body.notna(), None).to_numpy().tolist()]


def column(frame: pd.DataFrame, name: str) -> list[list[Any]]:
    """One column as cells, without its heading."""
    return [[None if pd.isna(value) else value] for value in frame[name].tolist()]


def edited(*changes: tuple[Table, int, str, Any]) -> dict[str, RawTable]:
    """Shipped parameter tables with single cells edited: table, row, column, value."""
    rows = {table.name: [list(row) for row in SHIPPED[table.name]] for table, *_ in changes}
    for table, row, name, value in changes:
        rows[table.name][row][table.names.index(name)] = value
    return {
        table.name: RawTable.from_rows(table.name, [table.titles, *rows[table.name]], sheet=p.SHEET)
        for table, *_ in changes
    }


def setting_row(title: str) -> int:
    return [row[0] for row in SHIPPED[p.SETTINGS_TABLE.name]].index(title)


def point_row(indicator: str, lower: float) -> int:
    return [row[:2] for row in SHIPPED[p.POINTS.name]].index((indicator, lower))


def indicator_row(card: str, name: str) -> int:
    return [(row[0], row[3]) for row in SHIPPED[p.INDICATORS.name]].index((card, name))


SETTINGS = {
    "shipped": {},
    "weights, steps and tiers edited": edited(
        (p.INDICATORS, indicator_row(p.CARD_VALUE, "年消费额"), "weight", 0.3333),
        (p.INDICATORS, indicator_row(p.CARD_VALUE, "利润率"), "weight", 0.31665),
        (p.POINTS, point_row("利润率", 0.10), "points", 72.5),
        (p.POINTS, point_row("年消费额", 500), "lower", 20),
        (p.TIERS, 0, "lower", 81.3),
        (p.TIERS, 1, "tier", "成长级"),
        (p.PRIORITY, 2, "lower", 41),
        (p.SETTINGS_TABLE, setting_row("活跃月数"), "value", 1),
        (p.SETTINGS_TABLE, setting_row("RFM分数档"), "value", 4),
        (p.SETTINGS_TABLE, setting_row("RFM高低判定"), "value", p.HIGH_BY_THREE),
    ),
    "four dimensions": edited((p.SETTINGS_TABLE, setting_row("默认评分卡"), "value", p.CARD_FOUR)),
    "scaled by one another": edited((p.SETTINGS_TABLE, setting_row("默认评分卡"), "value", p.CARD_RECENT)),
    "thresholds of small companies": edited((p.SETTINGS_TABLE, setting_row("金额门槛系数"), "value", 0.01)),
    "segments by raw values": edited((p.SETTINGS_TABLE, setting_row("RFM分群方案"), "value", p.SCHEME_THREE)),
    "eleven segments on fixed cuts": edited(
        (p.SETTINGS_TABLE, setting_row("RFM分群方案"), "value", p.SCHEME_ELEVEN),
        (p.SETTINGS_TABLE, setting_row("RFM打分方法"), "value", p.RFM_FIXED),
    ),
    "cuts reached as in R's package": edited(
        (p.SETTINGS_TABLE, setting_row("RFM打分方法"), "value", p.RFM_R_PACKAGE)
    ),
}


def sample_tables() -> dict[str, RawTable]:
    """The shipped sample data, as read from a workbook."""
    return {
        table.name: RawTable.from_rows(table.name, [table.titles, *sample_rows()[table.name]])
        for table in INPUTS
        if sample_rows()[table.name]
    }


@dataclass
class Refreshed:
    results: Results
    settings: Settings

    def __getitem__(self, table: Table) -> pd.DataFrame:
        return self.results.tables[table.name]

    def block(self, table: Table) -> list[list[Any]]:
        """A parameter block as the refresh writes it."""
        return sheet(self[table], table)


@pytest.fixture(scope="module", params=SETTINGS, ids=list(SETTINGS))
def refreshed(request: pytest.FixtureRequest) -> Refreshed:
    settings = Settings.from_tables(SETTINGS[request.param])
    return Refreshed(crm_xl.analyze(sample_tables(), settings=settings), settings)


def called(name: str, *arguments: Any) -> list[Any]:
    """The first cell of each row of the answer."""
    return [row[0] for row in function(name).call(*arguments)]


def test_scores(refreshed: Refreshed) -> None:
    scores = called("CUSTOMER_SCORE", sheet(refreshed[o.METRICS], o.METRICS), refreshed.block(o.CARD_BLOCK))
    expected = refreshed[o.SCORES]["score"]
    assert expected.notna().sum() > 100
    assert [None if score == o.PENDING else score for score in scores] == [
        None if np.isnan(score) else pytest.approx(score, abs=1e-9) for score in expected
    ]


def test_explanations(refreshed: Refreshed) -> None:
    texts = called(
        "SCORE_EXPLAIN",
        sheet(refreshed[o.METRICS], o.METRICS),
        refreshed.block(o.CARD_BLOCK),
        refreshed.block(o.TIER_BLOCK),
    )
    assert texts == refreshed[o.SCORES]["explanation"].tolist()


def test_tiers_and_priorities(refreshed: Refreshed) -> None:
    scores = refreshed[o.SCORES]
    for name, score, tier, block in (
        ("CUSTOMER_TIER", "score", "tier", o.TIER_BLOCK),
        ("PRIORITY", "priority_score", "priority", o.BAND_BLOCK),
    ):
        asked = [[o.PENDING if cell[0] is None else cell[0]] for cell in column(scores, score)]
        assert called(name, asked, refreshed.block(block)) == scores[tier].tolist()


def test_activity(refreshed: Refreshed) -> None:
    general, date = refreshed.settings.general, refreshed.results.analysis_date
    assert date is not None
    levels = called(
        "ACTIVITY_TIER",
        column(refreshed[o.METRICS], "last_order_date"),
        date.to_pydatetime(),
        general.active_months,
        general.silent_months,
    )
    assert [level or o.NO_TRADE for level in levels] == refreshed[o.SCORES]["activity"].tolist()


def test_rfm_scores_by_the_cuts_of_the_last_refresh(refreshed: Refreshed) -> None:
    detail, cuts = refreshed[o.RFM], refreshed.block(o.CUT_BLOCK)
    for row, (value, score, lower_is_better) in enumerate(
        (("recency_days", "r", True), ("frequency", "f", False), ("monetary", "m", False)), start=1
    ):
        scores = called("RFM_SCORE", column(detail, value), [cuts[row][1:]], lower_is_better)
        assert scores == detail[score].tolist()


def test_segments_where_high_means_three_or_more(refreshed: Refreshed) -> None:
    detail, general = refreshed[o.RFM], refreshed.settings.general
    if general.rfm_scheme == p.SCHEME_EIGHT and general.rfm_high != p.HIGH_BY_THREE:
        assert "segment" in detail  # levels by a mean need the population, which RFM_SEGMENT has not
        return
    raw = general.rfm_scheme == p.SCHEME_THREE
    names = ("recency_days", "frequency", "monetary") if raw else ("r", "f", "m")
    segments = called(
        "RFM_SEGMENT", *(column(detail, name) for name in names), refreshed.block(o.SEGMENT_BLOCK)
    )
    assert segments == detail["segment"].tolist()


def test_tier_summary(refreshed: Refreshed) -> None:
    table = function("TIER_SUMMARY").call(
        column(refreshed[o.SCORES], "shown_tier"), column(refreshed[o.METRICS], "annual_amount_wan")
    )
    expected = refreshed[o.TIER_SUMMARY]
    shown = {tier.name: tier.full_name for tier in refreshed.settings.tiers}
    ours = {shown.get(row[0], row[0]): row[1:5] for row in table[1:]}
    theirs = {
        row.tier: [row.customers, row.customer_share, row.amount, row.amount_share]
        for row in expected.itertuples()
        if row.customers or row.tier in ours
    }
    assert {name: pytest.approx(figures, abs=1e-6) for name, figures in theirs.items()} == {
        name: [0.0 if cell == "" else cell for cell in figures] for name, figures in ours.items()
    }


def test_the_rfm_table_of_the_raw_orders(refreshed: Refreshed) -> None:
    orders = [list(i.ORDERS.titles), *map(list, sample_rows()[i.ORDERS.name])]
    assert refreshed.results.analysis_date is not None
    table = function("RFM_TABLE").call(
        orders, refreshed.results.analysis_date.to_pydatetime(), refreshed.block(o.CUT_BLOCK)
    )
    names = ["customer_id", "recency_days", "frequency", "monetary", "r", "f", "m"]
    expected = {row[0]: row[1:] for row in refreshed[o.RFM][names].to_numpy().tolist()}
    ours = {row[0]: row[1:] for row in table[1:]}
    assert ours.keys() == expected.keys()
    assert all(ours[customer] == pytest.approx(expected[customer]) for customer in ours)
