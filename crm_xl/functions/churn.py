"""CHURN_RISK."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from crm_xl.analysis.calendar import Dates
from crm_xl.analysis.churn import Signals, Verdict, judge
from crm_xl.analysis.tally import Flags
from crm_xl.functions import parameters
from crm_xl.functions.cells import aligned, answer, is_omitted, one, overlay_errors, read
from crm_xl.functions.errors import NOT_AVAILABLE, NUM, ErrorValue, error_text
from crm_xl.schema import Column, Kind

_LAST_ORDER = Column(name="last_order", title="最近订单日期", kind=Kind.DATE)
_ANALYSIS_DATE = Column(name="analysis_date", title="分析日期", kind=Kind.DATE)
_TAGS = Column(name="risk_tags", title="风险标签")
_SHOW = Column(name="show", title="返回内容")
# What Signals calls each optional number.
_NUMBERS = {
    "mean_gap": Column(name="mean_gap", title="平均订单间隔", kind=Kind.NUMBER),
    "amount": Column(name="amount", title="近3个月金额", kind=Kind.MONEY),
    "amount_before": Column(name="amount_before", title="前3个月金额", kind=Kind.MONEY),
    "contacts": Column(name="contacts", title="近1个月互动", kind=Kind.NUMBER),
    "contacts_before": Column(name="contacts_before", title="此前月均互动", kind=Kind.NUMBER),
    "complaints": Column(name="complaints", title="投诉次数", kind=Kind.NUMBER),
    "slowest_answer": Column(name="response_hours", title="最慢响应", kind=Kind.NUMBER),
    "negatives": Column(name="negatives", title="消极反馈次数", kind=Kind.NUMBER),
}
_SEPARATORS = re.compile(r"[、，,；;|/\s]+")

LEVEL, REASON = "级别", "原因"
NO_RISK = "无"


def churn_risk(
    last_order: Any,
    analysis_date: Any,
    mean_gap: Any = None,
    amount: Any = None,
    amount_before: Any = None,
    contacts: Any = None,
    contacts_before: Any = None,
    complaints: Any = None,
    response_hours: Any = None,
    negatives: Any = None,
    risk_tags: Any = None,
    show: Any = None,
    rules: Any = None,
) -> Any:
    """The level of each customer, or the reasons; blank where the last order is. Other blanks are unknown."""
    wanted = LEVEL if is_omitted(show) else one(show, _SHOW)
    if wanted not in (LEVEL, REASON):
        raise ErrorValue(NOT_AVAILABLE, f"返回内容没有“{wanted}”。", hint=f"可填：{LEVEL}、{REASON}。")
    switched_on, general = parameters.churn_rules(rules)
    numbers = (
        mean_gap, amount, amount_before, contacts, contacts_before, complaints, response_hours, negatives,
    )  # fmt: skip
    given = {
        name: read(argument, column)
        for argument, (name, column) in zip(numbers, _NUMBERS.items(), strict=True)
        if not is_omitted(argument)
    }
    if not is_omitted(risk_tags):
        given["tags"] = read(risk_tags, _TAGS)
    last, today, *rest = aligned(
        read(last_order, _LAST_ORDER), read(analysis_date, _ANALYSIS_DATE), *given.values()
    )
    known = dict(zip(given, rest, strict=True))
    ready = ~np.logical_or.reduce([own.failed for own in (last, today, *rest)]) & ~last.blank & ~today.blank
    results = np.full(last.values.shape, "", dtype=object)
    tags = [rule.name for rule in switched_on.values() if rule.tag]
    for day in np.unique(today.values[ready]):
        here = ready & (today.values == day)
        signals = _signals(last.values[here], {name: own.values[here] for name, own in known.items()}, tags)
        signals = replace(signals, looked_back=int(general.warning_months))
        verdict = judge(signals, switched_on, general, pd.Timestamp(day))
        results[here] = _shown(verdict, wanted)
        results[here & (last.values > day)] = error_text(NUM, "最近订单日期晚于分析日期。")
    overlay_errors(results, last, today, *rest)
    return answer(results)


def _signals(last: Dates, known: dict[str, np.ndarray], tags: list[str]) -> Signals:
    numbers: dict[str, Any] = {name: values.astype(float) for name, values in known.items() if name != "tags"}
    texts = known.get("tags")
    marks: dict[str, Flags] = {}
    if texts is not None:
        named = [set(_SEPARATORS.split(text)) if isinstance(text, str) else set() for text in texts.tolist()]
        marks = {tag: np.array([tag in names for names in named], dtype=bool) for tag in tags}
    return Signals(last_order=last, tags=marks, **numbers)


def _shown(verdict: Verdict, wanted: str) -> np.ndarray:
    texts = (verdict.levels if wanted == LEVEL else verdict.reasons).copy()
    texts[verdict.rules == 0] = NO_RISK
    return texts
