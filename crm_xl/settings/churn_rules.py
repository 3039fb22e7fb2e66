"""The churn rules of `tblChurnRules`: known names or risk tags, thresholds in the unit that stands beside them."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from crm_xl.errors import CrmError
from crm_xl.settings.model import ChurnRule, General
from crm_xl.settings.rows import Row
from crm_xl.tables import parameters as p

_MAY_BE_BLANK = (p.RULE_SILENT, p.RULE_LOST)


# Rows of a block like CRM_CHURN that are no rules: general settings by which rules go.
CHURN_SETTINGS = ("contact_floor", "warning_months")


def churn_rules(
    rows: Sequence[Row], risk_tags: Sequence[str], general: General, faults: list[CrmError]
) -> dict[str, ChurnRule]:
    """The rules that are switched on, by name; a rule without a row is off.

    Args:
        rows: of `tblChurnRules`.
        risk_tags: the tags that may stand as a rule.
        general: the limits that stand in for blank thresholds of 沉默 and 流失.
        faults: what is wrong is added here with its cell.
    """
    rules: dict[str, ChurnRule] = {}
    seen: set[str] = set()
    for row in rows:
        name, threshold = row["rule"] or "", row["threshold"]
        is_tag = row["unit"] == p.UNIT_TAG
        before = len(faults)
        _check(row, name, is_tag, risk_tags, faults)
        if name in seen:
            faults.append(row.fault("rule", f"规则“{name}”出现两次。", "请删除一行。"))
        seen.add(name)
        if len(faults) == before and row["enabled"]:
            rules[name] = ChurnRule(name=name, threshold=threshold, tag=is_tag)
    _check_order(rows, rules, general, faults)
    return rules


def _check(row: Row, name: str, is_tag: bool, risk_tags: Sequence[str], faults: list[CrmError]) -> None:
    if is_tag:
        if name not in risk_tags:
            near = get_close_matches(name, risk_tags, n=1)
            hint = f"是否想写“{near[0]}”？" if near else f"可填：{'、'.join(risk_tags)}。"
            faults.append(row.fault("rule", f"标签库的{p.RISK_TAGS}类中没有“{name}”。", hint))
        return
    unit = p.CHURN_UNITS.get(name)
    if unit is None:
        near = get_close_matches(name, p.CHURN_UNITS, n=1)
        hint = f"是否想写“{near[0]}”？" if near else f"风险标签请在单位列写“{p.UNIT_TAG}”。"
        faults.append(row.fault("rule", f"没有名为“{name}”的预警规则。", hint))
        return
    if row["unit"] not in (unit, None, ""):
        faults.append(
            row.fault("unit", f"“{name}”的单位是{unit}，现为“{row['unit']}”。", f"请改为{unit}并核对阈值。")
        )
    threshold = row["threshold"]
    if threshold is None:
        # A cell that could not be read is None too, and has been told of already.
        told = any(fault.where == row.where("threshold") for fault in faults)
        if name not in _MAY_BE_BLANK and not told:
            faults.append(row.fault("threshold", f"“{name}”的阈值不能为空。", f"请填数字，单位{unit}。"))
    elif threshold < 0:
        faults.append(
            row.fault("threshold", f"“{name}”的阈值不能为负，现为 {threshold:g}。", f"单位{unit}。")
        )
    elif unit == "%" and not 1 <= threshold <= 100:
        faults.append(
            row.fault("threshold", f"“{name}”的阈值应为 1 至 100，现为 {threshold:g}。", "30% 请写 30。")
        )
    elif unit == "月" and (threshold < 1 or threshold != int(threshold)):
        faults.append(
            row.fault(
                "threshold", f"“{name}”的阈值应为整月数，现为 {threshold:g}。", "例如 3；空白取基本设置。"
            )
        )


def _check_order(
    rows: Sequence[Row], rules: dict[str, ChurnRule], general: General, faults: list[CrmError]
) -> None:
    """沉默 comes before 流失: a customer is never lost without having been silent."""
    silent, lost = rules.get(p.RULE_SILENT), rules.get(p.RULE_LOST)
    if silent is None or lost is None or (silent.threshold is None and lost.threshold is None):
        return  # two blanks take the general settings, which are checked themselves
    first = silent.threshold or general.active_months
    second = lost.threshold or general.silent_months
    if first > second:
        row = next(row for row in rows if row["rule"] == p.RULE_LOST)
        faults.append(
            row.fault(
                "threshold",
                f"“{p.RULE_LOST}”的月数 {second:g} 小于“{p.RULE_SILENT}”的 {first:g}。",
                f"请填不小于 {first:g} 的数。",
            )
        )
