"""洞察规则 as typed: unknown rules, thresholds in the wrong unit, texts with placeholders that nothing fills."""

from __future__ import annotations

from typing import Any

import pytest

from crm_xl.errors import CrmError
from crm_xl.raw import RawTable
from crm_xl.settings import Settings
from crm_xl.tables import insight_rules as r
from crm_xl.tables.insight_rules import INSIGHT_RULES

GOOD = {
    "rule": r.PRICE_OBJECTIONS,
    "enabled": "是",
    "threshold": 30,
    "unit": "%",
    "smallest": 5,
    "text": "{对象}：{指标}",
}


def read(*rows: dict[str, Any]) -> Settings:
    cells = [[row.get(name) for name in INSIGHT_RULES.names] for row in rows]
    table = RawTable.from_rows(INSIGHT_RULES.name, [INSIGHT_RULES.titles, *cells], sheet="参数", row=10)
    return Settings.from_tables({INSIGHT_RULES.name: table})


def test_the_shipped_rules_are_all_there_in_their_order() -> None:
    assert list(Settings.default().insight_rules) == list(r.UNITS)


def test_a_rule_without_a_row_or_switched_off_is_off() -> None:
    rules = read(GOOD, {**GOOD, "rule": r.COMPLAINTS, "enabled": "否"}).insight_rules
    assert list(rules) == [r.PRICE_OBJECTIONS]
    rule = rules[r.PRICE_OBJECTIONS]
    assert (rule.threshold, rule.smallest, rule.text, rule.advice) == (30, 5, "{对象}：{指标}", "")


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"rule": "价格异义集中"}, "参数!A11：没有名为“价格异义集中”的洞察规则。是否想写“价格异议集中”？"),
        ({"rule": "星座"}, "没有名为“星座”的洞察规则。可填："),
        ({"threshold": 0.3}, "参数!C11：“价格异议集中”的阈值应为 1 至 100，现为 0.3。30% 请写 30。"),
        ({"threshold": 130}, "应为 1 至 100，现为 130"),
        ({"threshold": None}, "“价格异议集中”的阈值不能为空。请填数字，单位%。"),
        ({"unit": "家"}, "参数!D11：“价格异议集中”的单位是%，现为“家”。"),
        ({"smallest": 0}, "参数!E11：最少家数现为 0，应不小于 1。"),
        ({"smallest": None}, "最少家数不能为空"),
        ({"text": "{金额}与{天气}"}, "参数!F11：没有名为“{天气}”的占位。可用：{对象}"),
        ({"text": "{对象"}, "文字中的大括号不成对"),
        ({"text": "{对象.__class__}"}, "没有名为“{对象.__class__}”的占位"),
        ({"text": None}, "文字不能为空"),
        ({"enabled": "也许"}, "参数!B11：启用"),
        ({"rule": r.STANDS_OUT, "unit": "倍", "threshold": 0.5}, "“突出特征”的倍数应不小于 1，现为 0.5"),
    ],
)
def test_what_is_wrong_is_told_with_its_cell(changed: dict[str, Any], complaint: str) -> None:
    with pytest.raises(CrmError) as error:
        read({**GOOD, **changed})
    assert complaint in str(error.value)


def test_a_rule_that_has_no_threshold_ignores_one() -> None:
    rules = read({**GOOD, "rule": r.SILENT_VALUE, "unit": None, "threshold": 7}).insight_rules
    assert rules[r.SILENT_VALUE].threshold is None


def test_a_rule_stands_once() -> None:
    with pytest.raises(CrmError, match="规则“价格异议集中”出现两次"):
        read(GOOD, GOOD)
