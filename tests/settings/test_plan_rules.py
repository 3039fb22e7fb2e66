"""What plans aim at, as 参数 has it."""

from __future__ import annotations

from typing import Any

import pytest

from crm_xl import CrmError, Settings
from crm_xl.raw import RawTable
from crm_xl.schema import Table
from crm_xl.settings.model import PlanRule, PlanTarget
from crm_xl.tables import parameters as p
from crm_xl.tables.plans import PLAN_RULES
from crm_xl.tables.shipped import SHIPPED


def having(table: Table, row: int, **cells: Any) -> Settings:
    rows = [list(own) for own in SHIPPED[table.name]]
    for name, value in cells.items():
        rows[row][table.names.index(name)] = value
    raw = RawTable.from_rows(table.name, [table.titles, *rows], sheet=table.sheet)
    return Settings.from_tables({table.name: raw})


def test_rules_are_read_by_level_and_strategies_by_cell() -> None:
    shipped = Settings.default()
    assert list(shipped.plan_rules) == ["S", "A", "B", "C", "战略级", "重点级", "普通级", "潜在级"]
    assert shipped.plan_rules["B"] == PlanRule(
        frequency="每季度1次", target=PlanTarget(metric="lifetime_orders", increase=2.0, months=6)
    )
    assert shipped.strategies["中", "活跃"].target == PlanTarget(
        metric="average_order_value", uplift=0.15, months=6
    )


@pytest.mark.parametrize(
    ("table", "row", "cells", "where", "words"),
    [
        (
            PLAN_RULES,
            0,
            {"target_metric": "年消费额"},
            "参数!C2",
            "没有名为“年消费额”的客户指标。是否想写“年消费额(万元)”",
        ),
        (PLAN_RULES, 1, {"level": "S"}, "参数!A3", "级别“S”出现两次"),
        (PLAN_RULES, 0, {"months": 0}, "参数!F2", "期限(月)现为 0"),
        (p.STRATEGIES, 0, {"target_metric": "客户名称"}, "参数!H2", "没有名为“客户名称”的客户指标"),
    ],
)
def test_what_is_wrong_is_named_with_its_cell(
    table: Table, row: int, cells: dict[str, Any], where: str, words: str
) -> None:
    with pytest.raises(CrmError) as caught:
        having(table, row, **cells)
    assert where in str(caught.value) and words in str(caught.value)


def test_a_tier_that_was_renamed_leaves_a_rule_for_nobody() -> None:
    assert "钻石级" not in having(PLAN_RULES, 4, level="钻石级").plan_rules
