"""The rules of `tblImprovementRules` that are switched on: thresholds in their units, texts as written."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from crm_xl.errors import CrmError
from crm_xl.settings.model import ImprovementRule
from crm_xl.settings.rows import Row
from crm_xl.tables.improvement import UNITS

_MOST_PERCENT = {"%": 1000.0, "百分点": 100.0}


def improvement_rules(rows: Sequence[Row], faults: list[CrmError]) -> tuple[ImprovementRule, ...]:
    """The rules that are switched on, in the order of the table; a rule without a row is off.

    Args:
        rows: of `tblImprovementRules`.
        faults: what is wrong is added here with its cell.
    """
    rules: list[ImprovementRule] = []
    seen: set[str] = set()
    for row in rows:
        name = row["rule"] or ""
        before = len(faults)
        _check(row, name, faults)
        if name in seen:
            faults.append(row.fault("rule", f"规则“{name}”出现两次。", "请删除一行。"))
        seen.add(name)
        if len(faults) == before and row["enabled"] and row["days"] is not None:
            rules.append(
                ImprovementRule(
                    name=name,
                    threshold=float(row["threshold"]),
                    days=int(row["days"]),
                    **{text: row[text] or "" for text in _TEXTS},
                )
            )
    return tuple(rules)


_TEXTS = ("cause_level", "problem", "root_cause", "advice", "department")


def _check(row: Row, name: str, faults: list[CrmError]) -> None:
    unit = UNITS.get(name)
    if unit is None:
        near = get_close_matches(name, UNITS, n=1)
        hint = f"是否想写“{near[0]}”？" if near else f"可填：{'、'.join(UNITS)}。"
        faults.append(row.fault("rule", f"没有名为“{name}”的改进规则。", hint))
        return
    if row["unit"] not in (unit, None, ""):
        faults.append(
            row.fault("unit", f"“{name}”的单位是{unit}，现为“{row['unit']}”。", f"请改为{unit}并核对阈值。")
        )
    threshold, most = row["threshold"], _MOST_PERCENT.get(unit)
    if threshold is None:
        # A cell that could not be read is None too, and has been told of already.
        if not any(fault.where == row.where("threshold") for fault in faults):
            faults.append(row.fault("threshold", f"“{name}”的阈值不能为空。", f"请填数字，单位{unit}。"))
    elif most is not None and 0 < threshold < 1:
        faults.append(row.fault("threshold", f"“{name}”的阈值现为 {threshold:g}{unit}。", "40% 请写 40。"))
    elif most is not None and threshold > most:
        faults.append(row.fault("threshold", f"“{name}”的阈值不能大于 {most:g}{unit}。", "40% 请写 40。"))
