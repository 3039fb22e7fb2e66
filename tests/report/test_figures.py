"""Numbers in sentences are cells of tables, and read as the tables show them."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from crm_xl.report.figures import BLANK, Cite, Count, row_of, say, shown, text_of, top_row
from crm_xl.schema import Column, Kind
from crm_xl.tables import outputs as o
from crm_xl.tables import service_reports as v
from crm_xl.tables import workshop as w

# Guide 003's own summary (SPEC 10.3): 20/50/200/130 customers, 8000/6000/5000/1000 万.
TIERS = pd.DataFrame(
    {
        "tier": ["战略级客户", "重点级客户", "普通级客户", "潜在级客户", o.TOTAL],
        "customers": [20, 50, 200, 130, 400],
        "customer_share": [0.05, 0.125, 0.5, 0.325, 1.0],
        "amount": [8000.0, 6000.0, 5000.0, 1000.0, 20000.0],
        "amount_share": [0.40, 0.30, 0.25, 0.05, 1.0],
        "profit_margin": [0.18, 0.12, 0.08, 0.03, 0.1295],
        "strategy": ["专属服务", "", "", "", ""],
    }
)
TABLES = {o.TIER_SUMMARY.name: TIERS}


def cell(row: int, column: str) -> Cite:
    return Cite(table=o.TIER_SUMMARY.name, row=row, column=column)


def test_a_sentence_reads_the_cells_it_cites_with_their_units() -> None:
    sentence = say(
        "{tier} 占 {share}，{amount}。",
        tier=cell(0, "tier"),
        share=cell(0, "customer_share"),
        amount=cell(0, "amount"),
    )
    assert text_of(sentence, TABLES) == "战略级客户 占 5.00%，8,000.00 万元。"


def test_words_that_give_the_direction_leave_no_sign_and_points_are_counted() -> None:
    name = v.SLOW_ANSWERS.name
    tables = {name: pd.DataFrame({"difference": [-16.64]})}
    told = Cite(table=name, row=0, column="difference", unsigned=True)
    assert text_of(say("低 {gap}。", gap=told), tables) == "低 16.6 个百分点。"
    assert text_of(say("差 {gap}", gap=replace(told, unsigned=False)), tables) == "差 -16.6 个百分点"
    column = v.SLOW_ANSWERS.column("difference")
    assert shown(-16.64, column) == "-16.6"  # the heading has the unit


def test_another_value_in_the_cell_is_another_sentence() -> None:
    sentence = say("利润率 {margin}", margin=cell(4, "profit_margin"))
    assert text_of(sentence, TABLES) == "利润率 12.95%"
    changed = {o.TIER_SUMMARY.name: TIERS.assign(profit_margin=[0.1, 0.1, 0.1, 0.1, 0.1])}
    assert text_of(sentence, changed) == "利润率 10.00%"


def test_a_digit_typed_into_a_sentence_is_refused() -> None:
    with pytest.raises(ValueError, match="number typed"):
        say("占 40% 的客户")


def test_rows_are_counted_by_what_a_column_says() -> None:
    frame = pd.DataFrame({"level": ["高", "中", "高"]})
    high = say("{n}", n=Count(table=w.WARNINGS.name, column="level", value="高"))
    every = say("{n}", n=Count(table=w.WARNINGS.name))
    assert text_of(high, {w.WARNINGS.name: frame}) == "2 家"
    assert text_of(every, {w.WARNINGS.name: frame}) == "3 家"


@pytest.mark.parametrize(
    ("value", "column", "text"),
    [
        (None, Column(name="a", title="a"), BLANK),
        (float("nan"), Column(name="a", title="a", kind=Kind.MONEY), BLANK),
        (pd.NaT, Column(name="a", title="a", kind=Kind.DATE), BLANK),
        (1234.5, Column(name="a", title="a", kind=Kind.MONEY), "1,234.50"),
        (12.0, Column(name="a", title="a", kind=Kind.INTEGER), "12"),
        (0.5, Column(name="a", title="a", kind=Kind.PERCENT), "50.00%"),
        (True, Column(name="a", title="a", kind=Kind.YESNO), "是"),
        (pd.Timestamp("2026-10-31"), Column(name="a", title="a", kind=Kind.DATE), "2026-10-31"),
        (pd.Timestamp("2026-10-01"), Column(name="a", title="a", kind=Kind.MONTH), "2026-10"),
        ("S", Column(name="a", title="a"), "S"),
    ],
)
def test_a_value_reads_as_its_column_says(value: object, column: Column, text: str) -> None:
    assert shown(value, column) == text


def test_the_top_row_passes_over_the_total_and_what_is_missing() -> None:
    assert top_row(TABLES, o.TIER_SUMMARY, "customers", without=o.TOTAL) == 2
    assert top_row(TABLES, o.TIER_SUMMARY, "amount", without=o.TOTAL, lowest=True) == 3
    assert top_row(TABLES, o.TIER_SUMMARY, "customers", without=o.TOTAL, among=(0, 1)) == 1
    empty = {o.TIER_SUMMARY.name: TIERS.assign(customers=[0, 0, 0, 0, 0])}
    assert top_row(empty, o.TIER_SUMMARY, "customers", without=o.TOTAL) is None


def test_a_row_is_found_by_what_it_says_or_not_at_all() -> None:
    assert row_of(TABLES, o.TIER_SUMMARY, "tier", o.TOTAL) == 4
    assert row_of(TABLES, o.TIER_SUMMARY, "tier", "钻石") is None
