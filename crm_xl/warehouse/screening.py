"""Order lines of a warehouse judged as a sheet's are: kept, or left out for the first reason that applies."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from crm_xl.analysis.ledger import Action, Rule, Summed
from crm_xl.analysis.outliers import BELIEVABLE, BEYOND_BELIEF, FEWEST, RATIOS, blank_is_an_answer
from crm_xl.analysis.screening import EVENT_DATES, is_fatal
from crm_xl.analysis.tally import MONEY_DECIMALS
from crm_xl.schema import Column, Kind
from crm_xl.tables import inputs as i
from crm_xl.warehouse.joins import among, not_among
from crm_xl.warehouse.reading import TypedTable
from crm_xl.warehouse.steps import Steps

if TYPE_CHECKING:
    from ibis.expr import types as ir

# Sums are of decimals, so that the order of adding changes nothing and the balance holds to the cent.
MONEY = f"decimal(38, {MONEY_DECIMALS})"
_EXACTLY_ONE_LINE = ("customer_id", "order_id", "order_date", "amount")


@dataclass(frozen=True, kw_only=True)
class ScreenedOrders:
    """What is kept of the lines, and what became of the others.

    Attributes:
        lines: the kept lines, declared columns, customers under the numbers that stay.
        findings: for the ledger.
        read: lines that hold anything.
        set_aside: lines left out.
        money_in, money_set_aside: sums of readable amounts, in 元.
    """

    lines: ir.Table
    findings: tuple[Summed, ...]
    read: int
    set_aside: int
    money_in: float
    money_set_aside: float


def screened_orders(
    typed: TypedTable, today: pd.Timestamp, stays: Mapping[str, str], steps: Steps, *, hashing: bool
) -> ScreenedOrders:
    """The typed lines without those that mean nothing, without exact repeats, and merged as ticked.

    Args:
        typed: the columns of tblOrders.
        today: lines dated later are set aside.
        stays: merged customer number -> number that stays.
        steps: hold what is asked for more than once.
        hashing: the engine tells rows apart by a hash of all columns.
    """
    import ibis

    present = ibis.or_(*(_filled(typed, name) for name in typed.names))
    judged = steps.named(typed.table.mutate(left_out=_reason(typed, today, present)))
    counted = (
        judged.group_by("left_out")
        .agg(lines=judged.count(), money=_money(judged.amount).sum().cast("float64"))
        .to_pandas()
    )
    findings: list[Summed] = []
    read, aside, money_in, money_aside = 0, 0, 0.0, 0.0
    for reason, lines, money in counted.itertuples(index=False):
        amount = 0.0 if money is None or np.isnan(money) else float(money)
        money_in += amount
        if reason == Rule.BLANK_ROW:
            findings.append(_found(Rule.BLANK_ROW, Action.IGNORED, "", lines))
            continue
        read += int(lines)
        if reason:
            rule, _, column = reason.partition("|")
            findings.append(_found(Rule(rule), Action.SET_ASIDE, column, lines, amount))
            aside, money_aside = aside + int(lines), money_aside + amount
    findings.sort(key=lambda found: (typed.names.index(found.column) if found.column else -1, found.rule))
    kept = steps.named(judged.filter(judged.left_out == "").drop("left_out"))
    kept, repeated = _without_repeats(kept, typed, steps, hashing=hashing)
    if repeated is not None:
        findings.append(repeated)
        aside, money_aside = aside + repeated.number, money_aside + repeated.amount
    kept = steps.named(kept)
    findings += _emptied(kept, typed)
    findings += _doubtful_units(kept, typed)
    kept, moved = _merged(kept.select(*typed.names), stays, steps)
    return ScreenedOrders(
        lines=kept,
        findings=(*findings, *moved),
        read=read,
        set_aside=aside,
        money_in=money_in,
        money_set_aside=money_aside,
    )


def _money(amount: Any) -> Any:
    return amount.cast(MONEY)


def _found(rule: Rule, action: str, column: str, lines: int, amount: float = np.nan) -> Summed:
    return Summed(rule=rule.value, action=str(action), column=column, number=int(lines), amount=amount)


def _filled(typed: TypedTable, name: str) -> Any:
    filled = typed.table[name].notnull()
    for mark in (typed.bad(name), typed.error(name)):
        if mark is not None:
            filled = filled | mark
    return filled


def _reason(typed: TypedTable, today: pd.Timestamp, present: Any) -> Any:
    """Rule and column for which a line is left out; empty where it is kept."""
    import ibis

    cases: list[tuple[Any, str]] = [(~present, Rule.BLANK_ROW.value)]
    for column in typed.columns:
        if not is_fatal(i.ORDERS, column):
            continue
        unreadable = Rule.ID_DAMAGED if column.kind is Kind.ID else Rule.UNREADABLE
        for rule, where in (
            (Rule.ERROR_VALUE, typed.error(column.name)),
            (unreadable, typed.bad(column.name)),
            (Rule.KEY_MISSING, typed.table[column.name].isnull()),
        ):
            if where is not None:
                cases.append((where, f"{rule.value}|{column.name}"))
    date = EVENT_DATES[i.ORDERS.name]
    tomorrow = ibis.timestamp((today.normalize() + pd.Timedelta(days=1)).strftime("%Y-%m-%d"))
    cases.append((typed.table[date] >= tomorrow, f"{Rule.FUTURE.value}|{date}"))
    return ibis.cases(*cases, else_="")


def _without_repeats(
    lines: ir.Table, typed: TypedTable, steps: Steps, *, hashing: bool
) -> tuple[ir.Table, Summed | None]:
    """The lines with one of each that are equal in every declared column.

    Only lines whose mark stands more than once can be; they are few, and the values decide among them.
    """
    import ibis

    names = list(typed.names)
    if hashing:
        marks = {"mark": ibis.struct({name: lines[name] for name in names}).hash()}
    else:
        marks = {f"mark_{name}": lines[name] for name in _EXACTLY_ONE_LINE}
    marked = lines.mutate(**marks)
    twice = marked.group_by(*marks).agg(copies=lambda t: t.count())
    twice = steps.keep(twice.filter(twice.copies > 1).drop("copies"))
    if not int(twice.count().execute()):
        return lines, None
    suspects = among(marked, twice, list(marks)).drop(*marks)
    odd = [f"{name}_bad" for name in typed.may_be_bad] + [f"{name}_error" for name in typed.may_be_error]
    single = suspects.group_by(names).agg(
        copies=lambda t: t.count(), **{mark: suspects[mark].any() for mark in odd}
    )
    found = single.agg(
        lines=(single.copies - 1).sum().fill_null(0),
        money=((single.copies - 1) * _money(single.amount)).sum().cast("float64").fill_null(0.0),
    ).to_pandas()
    number = int(found["lines"].iloc[0])
    if not number:
        return lines, None
    others = not_among(marked, twice, list(marks)).drop(*marks)
    repeated = _found(Rule.DUPLICATE, Action.SET_ASIDE, "", number, float(found["money"].iloc[0]))
    return others.union(single.select(*others.columns)), repeated


def _emptied(lines: ir.Table, typed: TypedTable) -> Iterator[Summed]:
    """Cells of kept lines that could not be read and count as blank, and cells that somebody should fill."""
    wanted: dict[str, tuple[str, str, str]] = {}
    counts: dict[str, Any] = {}
    for column in typed.columns:
        name = column.name
        if is_fatal(i.ORDERS, column):
            continue
        unreadable = Rule.ID_DAMAGED if column.kind is Kind.ID else Rule.UNREADABLE
        filled = lines[name].notnull()
        for rule, marks in ((Rule.ERROR_VALUE, typed.may_be_error), (unreadable, typed.may_be_bad)):
            if name in marks:
                mark = lines[f"{name}_error" if rule is Rule.ERROR_VALUE else f"{name}_bad"]
                filled = filled | mark
                counts[f"c{len(counts)}"] = mark.sum().fill_null(0)
                wanted[f"c{len(wanted)}"] = (rule.value, Action.EMPTIED, name)
        if not blank_is_an_answer(i.ORDERS, column):
            counts[f"c{len(counts)}"] = (~filled).sum().fill_null(0)
            wanted[f"c{len(wanted)}"] = (Rule.FIELD_EMPTY.value, f"{Action.TO_SUPPLY}“{column.title}”", "")
    if not counts:
        return
    numbers = lines.agg(**counts).to_pandas().iloc[0]
    for key, (rule_name, action, name) in wanted.items():
        if number := int(numbers[key]):
            yield _found(Rule(rule_name), action, name, number)


def _doubtful_units(lines: ir.Table, typed: TypedTable) -> Iterator[Summed]:
    """Money columns that look 10,000 times off: more than half of the values beyond belief, as of a sheet the median."""
    doubts: list[tuple[Column, str]] = []
    counts: dict[str, Any] = {}
    for column in typed.columns:
        if column.kind is not Kind.MONEY:
            continue
        size = lines[column.name].abs()
        known = (size > 0).fill_null(False)
        low, high = BELIEVABLE.get((i.ORDERS.name, column.name), (None, None))
        beyond = [(limit, size < limit, "小于") for limit in (low,) if limit is not None]
        beyond += [(limit, size > limit, "大于") for limit in (high,) if limit is not None]
        other = "万元" if column.unit == "元" else "元"
        for limit, where, word in beyond:
            doubts.append((column, f"半数以上{word} {limit:g}，像是以{other}填写"))
            _count(counts, known, where)
        parts = RATIOS.get(column.name, ())
        if parts and all(name in typed.names for name in parts):
            product = reduce(operator.mul, (lines[name].abs() for name in parts))
            both = known & (product > 0).fill_null(False)
            words = "×".join(i.ORDERS.column(name).title for name in parts)
            doubts.append((column, f"半数以上超过{words}的 {BEYOND_BELIEF:g} 倍，像是单位相差一万倍"))
            _count(counts, both, size > product * BEYOND_BELIEF)
            if column.name == "amount":  # a profit may be thin
                doubts.append((column, f"半数以上不到{words}的 {BEYOND_BELIEF:g} 分之一，像是单位相差一万倍"))
                _count(counts, both, size * BEYOND_BELIEF < product)
    if not counts:
        return
    numbers = lines.agg(**counts).to_pandas().iloc[0]
    told: set[str] = set()
    for place, (column, words) in enumerate(doubts):
        size, beyond_belief = int(numbers[f"n{place}"]), int(numbers[f"b{place}"])
        if size >= FEWEST and 2 * beyond_belief > size and column.name not in told:
            told.add(column.name)
            yield replace(_found(Rule.UNIT_DOUBTFUL, Action.NOTED, column.name, 1), detail=words)


def _count(counts: dict[str, Any], known: Any, beyond: Any) -> None:
    place = len(counts) // 2
    counts[f"n{place}"] = known.sum().fill_null(0)
    counts[f"b{place}"] = (known & beyond.fill_null(False)).sum().fill_null(0)


def _merged(lines: ir.Table, stays: Mapping[str, str], steps: Steps) -> tuple[ir.Table, list[Summed]]:
    """The lines of merged customers under the numbers that stay."""
    import ibis

    if not stays:
        return lines, []
    moves = steps.put(
        {"merged_id": list(stays), "staying_id": list(stays.values())},
        schema={"merged_id": "string", "staying_id": "string"},
    )
    joined = lines.left_join(moves, [("customer_id", "merged_id")])
    goes = joined.staying_id.notnull()
    told = (
        joined.filter(goes)
        .agg(lines=lambda t: t.count(), money=lambda t: _money(t.amount).sum().cast("float64").fill_null(0.0))
        .to_pandas()
    )
    number, money = int(told["lines"].iloc[0]), float(told["money"].iloc[0])
    if not number:
        return lines, []
    moved = joined.mutate(customer_id=ibis.coalesce(joined.staying_id, joined.customer_id))
    return moved.select(*lines.columns), [_found(Rule.MERGED, Action.MOVED, "customer_id", number, money)]
