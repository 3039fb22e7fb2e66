"""The rules of `tblInsightRules` that are switched on: thresholds in their units, texts with known placeholders."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches

from crm_xl.errors import CrmError
from crm_xl.settings.model import InsightRule
from crm_xl.settings.rows import Row
from crm_xl.tables.insight_rules import PERCENT, PLACEHOLDERS, TIMES, UNITS

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_BRACES = re.compile(r"[{}]")


def insight_rules(rows: Sequence[Row], faults: list[CrmError]) -> dict[str, InsightRule]:
    """The rules that are switched on, by name, in the order of the table; a rule without a row is off.

    Args:
        rows: of `tblInsightRules`.
        faults: what is wrong is added here with its cell.
    """
    rules: dict[str, InsightRule] = {}
    seen: set[str] = set()
    for row in rows:
        name = row["rule"] or ""
        before = len(faults)
        _check(row, name, faults)
        _check_text(row, faults)
        if name in seen:
            faults.append(row.fault("rule", f"规则“{name}”出现两次。", "请删除一行。"))
        seen.add(name)
        if len(faults) == before and row["enabled"] and row["smallest"] is not None:
            rules[name] = InsightRule(
                name=name,
                threshold=row["threshold"] if UNITS[name] else None,
                smallest=int(row["smallest"]),
                text=row["text"] or "",
                advice=row["advice"] or "",
            )
    return rules


def _check(row: Row, name: str, faults: list[CrmError]) -> None:
    unit = UNITS.get(name)
    if unit is None:
        near = get_close_matches(name, UNITS, n=1)
        hint = f"是否想写“{near[0]}”？" if near else f"可填：{'、'.join(UNITS)}。"
        faults.append(row.fault("rule", f"没有名为“{name}”的洞察规则。", hint))
        return
    if (row["unit"] or "") not in (unit, ""):
        faults.append(
            row.fault(
                "unit", f"“{name}”的单位是{unit or '空白'}，现为“{row['unit']}”。", "请改回并核对阈值。"
            )
        )
    if not unit:
        return
    threshold = row["threshold"]
    if threshold is None:
        # A cell that could not be read is None too, and has been told of already.
        if not any(fault.where == row.where("threshold") for fault in faults):
            faults.append(row.fault("threshold", f"“{name}”的阈值不能为空。", f"请填数字，单位{unit}。"))
    elif unit == PERCENT and not 1 <= threshold <= 100:
        faults.append(
            row.fault("threshold", f"“{name}”的阈值应为 1 至 100，现为 {threshold:g}。", "30% 请写 30。")
        )
    elif unit == TIMES and threshold < 1:
        faults.append(
            row.fault("threshold", f"“{name}”的倍数应不小于 1，现为 {threshold:g}。", "高出一半请写 1.5。")
        )


def _check_text(row: Row, faults: list[CrmError]) -> None:
    text = row["text"] or ""
    wrong = [name for name in PLACEHOLDER.findall(text) if name not in PLACEHOLDERS]
    if wrong or _BRACES.search(PLACEHOLDER.sub("", text)):
        said = f"没有名为“{{{wrong[0]}}}”的占位" if wrong else "文字中的大括号不成对"
        allowed = "、".join(f"{{{name}}}" for name in PLACEHOLDERS)
        faults.append(row.fault("text", f"{said}。", f"可用：{allowed}。"))
