"""Rules every function keeps, applied to its example: each argument replaced by what people and Excel put there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from crm_xl.errors import CrmError
from crm_xl.functions import COMPUTED, Function
from crm_xl.functions.errors import text_of

Variant = tuple[str, str, list[Any], Any]  # function, what was done, arguments, answer

# Headings and names in an example stay what they are; a date is written as text there.
EPOCH = datetime(1899, 12, 30)
# Columns that stand beside one another: a single blank cell in place of one does not fit the other.
BESIDE_ANOTHER = {
    ("PERIOD_TOTAL", "dates"),
    ("PERIOD_TOTAL", "amounts"),
    ("TIER_SUMMARY", "tiers"),
    ("TIER_SUMMARY", "amounts"),
    ("REPURCHASE_RATE", "customer_ids"),
    ("REPURCHASE_RATE", "order_ids"),
}


def called(function: Function, arguments: list[Any]) -> Any:
    """The answer, with an error of the whole as the cell shows it."""
    try:
        return function.call(*arguments)
    except CrmError as error:
        return text_of(error)


def close(answer: Any, expected: Any) -> bool:
    """Whether two answers agree, numbers to the last digits."""
    if isinstance(expected, list):
        return (
            isinstance(answer, list | tuple)
            and len(answer) == len(expected)
            and all(map(close, answer, expected))
        )
    if isinstance(expected, int | float) and not isinstance(expected, bool):
        return isinstance(answer, int | float) and answer == pytest.approx(expected, abs=1e-12)
    return type(answer) is type(expected) and bool(answer == expected)


def _day(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d")
    except ValueError:
        return None


def _mapped(value: Any, change: Callable[[Any], Any]) -> Any:
    return [_mapped(item, change) for item in value] if isinstance(value, list) else change(value)


def _number(change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda v: change(v) if isinstance(v, int | float) and not isinstance(v, bool) else v


def _date(change: Callable[[datetime], Any]) -> Callable[[Any], Any]:
    return lambda v: change(day) if isinstance(v, str) and (day := _day(v)) else v


SAME_ANSWER: dict[str, Callable[[Any], Any]] = {
    "as Decimal": _number(lambda v: Decimal(str(v))),
    "as float": _number(float),
    "as text": _number(str),
    "as text with spaces": _number(lambda v: f" {v} "),
    "as datetime": _date(lambda day: day),
    "as date": _date(lambda day: day.date()),
    "as serial": _date(lambda day: float((day - EPOCH).days)),
    "as datetime with a time": _date(lambda day: day + timedelta(hours=9)),
    "as 2026年10月31日": _date(lambda day: f"{day.year}年{day.month}月{day.day}日"),
    "as 2026/10/31": _date(lambda day: f"{day:%Y/%m/%d}"),
}


def variants(functions: tuple[Function, ...] = COMPUTED) -> Iterator[Variant]:
    """Every rule applied to every function that Python computes."""
    for function in functions:
        given = list(function.example.arguments)
        for what, change in SAME_ANSWER.items():
            yield function.name, what, _mapped(given, change), function.example.result
        yield (
            function.name,
            "cells as blocks",
            [v if isinstance(v, list) else [[v]] for v in given],
            function.example.result,
        )
        for place, argument in enumerate(function.arguments):
            padded = given + [None] * (len(function.arguments) - len(given))

            def with_it(value: Any, place: int = place, padded: list[Any] = padded) -> list[Any]:
                return [value if number == place else own for number, own in enumerate(padded)]

            for error in ("#N/A", "#DIV/0!", "#SPILL!"):
                yield function.name, f"{argument.name} {error}", with_it(error), error
                yield function.name, f"{argument.name} [{error}]", with_it([[error]]), error
            for blank in (None, "", [], [[]], [[None]], [[""]]):
                if argument.optional and place >= len(given):
                    yield function.name, f"{argument.name} {blank!r}", with_it(blank), function.example.result
                elif not argument.optional and (function.name, argument.name) not in BESIDE_ANOTHER:
                    yield function.name, f"{argument.name} {blank!r}", with_it(blank), ""
