"""Dropdowns and limits of cells, made from the declaration of a column."""

from __future__ import annotations

from datetime import date
from typing import Any

from crm_xl.schema import NUMERIC, TEMPORAL, Column, Kind
from crm_xl.tables import PARAMETERS, choices
from crm_xl.tables import inputs as i
from crm_xl.tables import parameters as p
from crm_xl.tables import workshop as w

FURTHER_ROWS = 5000  # below a table, into which it may grow
EARLIEST, LATEST = date(1950, 1, 1), date(2199, 12, 31)
_LONGEST_LIST = 255
_LONGEST_TITLE, _LONGEST_MESSAGE = 32, 255
_HUGE = 1e15
YES_NO = ("是", "否")

# Columns whose values another table lists: (table, column) -> (defined name, table, column).
LISTS: dict[tuple[str, str], tuple[str, str, str]] = {
    (i.TAGS.name, "tag"): ("CRM_LIST_TAGS", p.TAG_LIBRARY.name, "tag"),
    (i.OVERRIDES.name, "tier"): ("CRM_LIST_TIERS", p.TIERS.name, "tier"),
    **{(w.AHP.name, name): ("CRM_LIST_STEPS", w.SAATY_STEPS.name, "step") for name in w.ITEM_COLUMNS},
    **{
        (table.name, column.name): (f"CRM_LIST_{column.name.upper()}", listed.name, column.name)
        for table in PARAMETERS
        if table.above
        for column in table
        for listed in choices.LISTS
        if listed.names[0] == column.name
    },
}


def validation(column: Column, *, list_name: str = "") -> dict[str, Any] | None:
    """The options XlsxWriter takes for a column's cells; None where anything may stand without a word.

    A choice is enforced; a list that may be added to only warns. A message is shown while a cell is selected
    only where the declaration has a note or choices: elsewhere it would be in the way.
    """
    if column.computed:
        return None
    options = _rule(column, list_name)
    message = prompt(column)
    if options is None and not message:
        return None
    options = options or {"validate": "any"}
    if message:
        options.update(input_title=column.title[:_LONGEST_TITLE], input_message=message)
    return options


def prompt(column: Column) -> str:
    """What the user reads beside a selected cell; empty where the declaration says nothing of its own."""
    if not (column.note or column.choices or column.kind is Kind.YESNO):
        return ""
    parts = ["必填。" if column.required else ""]
    if column.choices:
        parts.append(f"可选：{'、'.join(column.choices)}。")
    elif column.kind is Kind.YESNO:
        parts.append("填是或否。")
    if column.unit:
        parts.append(f"单位：{column.unit}。")
    if column.note:
        parts.append(f"{column.note.rstrip('。')}。")
    if column.example and not column.choices:
        parts.append(f"例如：{column.example}")
    return "".join(parts)[:_LONGEST_MESSAGE]


def _rule(column: Column, list_name: str) -> dict[str, Any] | None:
    if list_name:
        return {
            "validate": "list",
            "source": f"={list_name}",
            "error_type": "warning",
            "error_title": "不在列表中",
            "error_message": "该值不在列表中，仍要保留吗？",
        }
    choices = YES_NO if column.kind is Kind.YESNO else column.choices
    if choices:
        if len(",".join(choices)) > _LONGEST_LIST:
            raise ValueError(f"{column.name}: its choices are too long for a dropdown")
        strict = column.kind is not Kind.TEXT
        return {
            "validate": "list",
            "source": list(choices),
            "error_type": "stop" if strict else "warning",
            "error_title": "请从列表中选择",
            "error_message": f"{column.title}只能填：{'、'.join(choices)}。"[:_LONGEST_MESSAGE],
        }
    if column.kind in TEMPORAL:
        return {
            "validate": "date",
            "criteria": "between",
            "minimum": EARLIEST,
            "maximum": LATEST,
            "error_type": "stop",
            "error_title": "请填日期",
            "error_message": f"{column.title}请填日期，例如 {column.example or '2026-10-31'}。",
        }
    if column.kind in NUMERIC:
        return _number_rule(column)
    return None


def _number_rule(column: Column) -> dict[str, Any]:
    whole = column.kind is Kind.INTEGER
    low = column.minimum if column.minimum is not None else -_HUGE
    high = column.maximum if column.maximum is not None else _HUGE
    limits = [
        f"不小于{column.minimum:g}" if column.minimum is not None else "",
        f"不大于{column.maximum:g}" if column.maximum is not None else "",
    ]
    said = "、".join(filter(None, limits))
    kind = "整数" if whole else "百分比，如 15%" if column.kind is Kind.PERCENT else "数字"
    return {
        "validate": "integer" if whole else "decimal",
        "criteria": "between",
        "minimum": int(low) if whole else low,
        "maximum": int(high) if whole else high,
        "error_type": "stop",
        "error_title": "请填数字",
        "error_message": f"{column.title}请填{kind}{'，' + said if said else ''}。",
    }
