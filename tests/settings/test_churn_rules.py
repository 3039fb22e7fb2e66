"""`tblChurnRules`: what is wrong is named with its cell; a row that is gone is a rule that is off."""

from __future__ import annotations

from typing import Any

import pytest

from crm_xl import CrmError, Settings
from crm_xl.raw import RawTable
from crm_xl.tables import parameters as p
from crm_xl.tables.shipped import SHIPPED

ROWS = {row[0]: list(row) for row in SHIPPED[p.CHURN_RULES.name]}


def rules(
    *changes: tuple[str, str, Any], without: str = "", extra: tuple[Any, ...] = ()
) -> dict[str, RawTable]:
    """The shipped rules at 参数!A1 with cells (rule, column, value) replaced."""
    rows = {name: list(row) for name, row in ROWS.items() if name != without}
    for rule, column, value in changes:
        rows[rule][p.CHURN_RULES.names.index(column)] = value
    body = [*rows.values(), *([list(extra)] if extra else [])]
    return {
        p.CHURN_RULES.name: RawTable.from_rows(
            p.CHURN_RULES.name, [p.CHURN_RULES.titles, *body], sheet=p.SHEET
        )
    }


def cell(rule: str, column: str) -> str:
    return f"参数!{'ABCDE'[p.CHURN_RULES.names.index(column)]}{2 + list(ROWS).index(rule)}"


def test_every_rule_of_the_specification_is_shipped_and_on():
    shipped = Settings.default().churn_rules
    assert set(p.CHURN_UNITS) | {"竞品接触中", "付款周期延长"} == set(shipped)
    figures = {name: rule.threshold for name, rule in shipped.items()}
    # SPEC section 5: gap > 2x, amount down >= 30 %, interactions down >= 40 %, an answer slower than 24 h.
    assert (figures[p.RULE_GAP], figures[p.RULE_AMOUNT], figures[p.RULE_CONTACT]) == (2, 30, 40)
    assert figures[p.RULE_ANSWER] == 24


def test_a_rule_is_off_by_its_switch_or_by_its_missing_row():
    off = Settings.from_tables(rules((p.RULE_GAP, "enabled", "否"))).churn_rules
    gone = Settings.from_tables(rules(without=p.RULE_GAP)).churn_rules
    assert p.RULE_GAP not in off and off == gone


def test_another_risk_tag_may_be_a_rule():
    tables = rules(extra=("决策链复杂", "是", None, "标签", None))
    assert Settings.from_tables(tables).churn_rules["决策链复杂"].tag


@pytest.mark.parametrize(
    ("tables", "where", "words"),
    [
        (rules((p.RULE_GAP, "rule", "间隔过久")), cell(p.RULE_GAP, "rule"), "间隔过长"),
        (rules(("竞品接触中", "rule", "竞品接触")), cell("竞品接触中", "rule"), "竞品接触中"),
        (rules((p.RULE_GAP, "threshold", None)), cell(p.RULE_GAP, "threshold"), "不能为空"),
        (rules((p.RULE_GAP, "threshold", "两")), cell(p.RULE_GAP, "threshold"), "不是数字"),
        (rules((p.RULE_GAP, "threshold", -1)), cell(p.RULE_GAP, "threshold"), "阈值"),
        (rules((p.RULE_AMOUNT, "threshold", 0.3)), cell(p.RULE_AMOUNT, "threshold"), "30% 请写 30"),
        (rules((p.RULE_ANSWER, "unit", "天")), cell(p.RULE_ANSWER, "unit"), "小时"),
        (rules((p.RULE_SILENT, "threshold", 1.5)), cell(p.RULE_SILENT, "threshold"), "整月数"),
        (rules((p.RULE_LOST, "threshold", 2)), cell(p.RULE_LOST, "threshold"), "不小于 3"),
        (rules((p.RULE_GAP, "enabled", None)), cell(p.RULE_GAP, "enabled"), "不能为空"),
        (rules((p.RULE_GAP, "rule", p.RULE_SINGLE)), cell(p.RULE_SINGLE, "rule"), "出现两次"),
    ],
)
def test_a_wrong_rule_names_its_cell_and_the_remedy(tables, where, words):
    with pytest.raises(CrmError) as caught:
        Settings.from_tables(tables)
    message = str(caught.value)
    assert where in message
    assert words in message
    assert message.count("参数!") == 1  # told once
