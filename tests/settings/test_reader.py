"""Settings come from the sheet 参数; whatever is wrong is named with its cell."""

from __future__ import annotations

from typing import Any

import pytest

from crm_xl import CrmError, Settings
from crm_xl.raw import RawTable
from crm_xl.settings.rows import shipped_table
from crm_xl.tables import parameters as p
from crm_xl.tables.shipped import SHIPPED


def changed(table: Any, *, row: int, **cells: Any) -> dict[str, RawTable]:
    """The shipped table with some cells of one row (0-based) replaced; it stands at 参数!A1."""
    rows = [list(cells_of_row) for cells_of_row in SHIPPED[table.name]]
    for name, value in cells.items():
        rows[row][table.names.index(name)] = value
    return {table.name: RawTable.from_rows(table.name, [table.titles, *rows], sheet=p.SHEET)}


def setting(title: str, value: Any) -> dict[str, RawTable]:
    titles = [row[0] for row in SHIPPED[p.SETTINGS_TABLE.name]]
    return changed(p.SETTINGS_TABLE, row=titles.index(title), value=value)


def cell_of(title: str) -> str:
    """The value cell of a general setting on the sheet that `setting` makes."""
    return f"参数!B{[row[0] for row in SHIPPED[p.SETTINGS_TABLE.name]].index(title) + 2}"


def complaint(tables: dict[str, RawTable]) -> str:
    with pytest.raises(CrmError) as caught:
        Settings.from_tables(tables)
    return str(caught.value)


def test_shipped_rows_give_the_default_settings():
    shipped = {table.name: shipped_table(table) for table in p.PARAMETERS}
    assert Settings.from_tables(shipped) == Settings.default()


@pytest.mark.parametrize("table", p.PARAMETERS, ids=lambda table: table.name)
def test_every_shipped_row_fills_its_declared_columns(table):
    assert {len(row) for row in SHIPPED[table.name]} == {len(table.columns)}


@pytest.mark.parametrize("card", [p.CARD_VALUE, p.CARD_FOUR, p.CARD_PRIORITY, p.CARD_RECENT])
def test_weights_of_every_shipped_card_sum_to_one(card):
    weights = Settings.default().cards[card].weights
    assert sum(weights.values()) == pytest.approx(1, abs=1e-12)


def test_value_card_has_the_weights_of_guide_003():
    assert Settings.default().card.weights == pytest.approx(
        {"年消费额": 0.40, "利润率": 0.25, "合作时长": 0.20, "交叉购买率": 0.15}
    )


def test_weights_that_almost_sum_pass_and_are_normalised():
    # 33.33 % three times is 99.99 %: within the tolerance of 1e-4 (SPEC section 5).
    rows = [
        ("卡", "维度", 1.0, name, "利润率", 0.3333, "分段", None)
        for name in ("利润率", "合作时长", "续约次数")
    ]
    table = RawTable.from_rows(p.INDICATORS.name, [p.INDICATORS.titles, *rows, *SHIPPED[p.INDICATORS.name]])
    weights = Settings.from_tables({p.INDICATORS.name: table}).cards["卡"].weights
    assert sum(weights.values()) == pytest.approx(1, abs=1e-12)


def test_weights_that_do_not_sum_are_refused_with_the_cell():
    message = complaint(changed(p.INDICATORS, row=0, weight=0.5))
    assert "参数!F2" in message and "110.00%" in message


def test_amount_scale_moves_money_bounds_only():
    scaled = Settings.from_tables(setting("金额门槛系数", 0.5)).card
    steps = {indicator.name: [step.lower for step in indicator.steps] for indicator in scaled.indicators}
    assert steps["年消费额"] == [None, 250, 500]  # guide 003: 500万 instead of 1000万 for a smaller firm
    assert steps["利润率"] == [None, 0.05, 0.10, 0.15, 0.18]


@pytest.mark.parametrize(
    ("tables", "cell", "words"),
    [
        (changed(p.TIERS, row=1, lower=95), "参数!C3", "低于上一级"),
        (changed(p.TIERS, row=3, lower=10), "参数!C5", "空白"),
        (changed(p.TIERS, row=1, tier="战略级"), "参数!A3", "出现两次"),
        (changed(p.POINTS, row=0, lower=1), "参数!B2", "第一段"),
        (changed(p.POINTS, row=2, lower=400), "参数!B4", "逐段升高"),
        (changed(p.POINTS, row=1, points=50), "参数!C2", "忽高忽低"),
        (changed(p.POINTS, row=1, points=180), "参数!C3", "不大于 100"),
        (changed(p.POINTS, row=1, points="很高"), "参数!C3", "得分"),
        (changed(p.INDICATORS, row=0, metric="满意程度"), "参数!E2", "客户指标"),
        (changed(p.INDICATORS, row=0, indicator=None), "参数!D2", "不能为空"),
        (changed(p.RFM_CUTS, row=0, cut_2=20), "参数!D2", "逐个升高"),
        (changed(p.SEGMENTS, row=0, f_high=3), "参数!F2", "大于上限"),
        (changed(p.SEGMENTS, row=1, basis="得分"), "参数!C3", "前后依据不一"),
        (setting("期间方式", "随便"), cell_of("期间方式"), "期间方式"),
        (setting("默认评分卡", "没有的卡"), cell_of("默认评分卡"), "没有名为"),
        (setting("期间月数", 0), cell_of("期间月数"), "不小于 1"),
        (setting("期间月数", None), cell_of("期间月数"), "不能为空"),
        (setting("沉默月数", 2), cell_of("沉默月数"), "不能小于活跃月数"),
        (setting("分析范围", "区域"), cell_of("范围取值"), "须填范围取值"),
        (setting("期间方式", "起止日期"), cell_of("期间起"), "期间起"),
        (changed(p.SETTINGS_TABLE, row=0, title="分析日"), "参数!A2", "分析日期"),
    ],
)
def test_a_wrong_setting_names_its_cell_and_the_remedy(tables, cell, words):
    message = complaint(tables)
    assert cell in message
    assert words in message


def test_all_faults_are_told_at_once_five_in_words():
    tables = setting("期间月数", "一年") | changed(p.TIERS, row=0, lower="九十")
    message = complaint(tables)
    assert cell_of("期间月数") in message and "参数!C2" in message


def test_a_missing_column_is_named_with_the_headings_found():
    table = RawTable.from_rows(p.TIERS.name, [("分级", "下限(含)"), ("战略级", 90)], sheet=p.SHEET)
    message = complaint({p.TIERS.name: table})
    assert "全称" in message and "下限(含)" in message


def test_percent_weights_may_be_typed_as_text():
    assert Settings.from_tables(changed(p.INDICATORS, row=0, weight="40%")) == Settings.default()
