"""Customers to be scored, from a range: one row of values, a block of rows, or a table with its heading row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_xl.functions.cells import Flags, Objects, grid, overlay_errors, raise_excel_error, raise_first, read
from crm_xl.functions.errors import VALUE, ErrorValue
from crm_xl.schema import Column, Kind
from crm_xl.settings.model import Indicator, Scorecard
from crm_xl.tables.headings import heading_key, listed
from crm_xl.tables.outputs import METRICS
from crm_xl.tables.parameters import METHOD_MINMAX

# A table that has these lets known nothings be told from what nobody recorded, as in the refresh.
_TELLING = ("lifetime_orders", "frequency")


@dataclass(frozen=True, eq=False)
class Customers:
    """The customers of a range.

    Attributes:
        metrics: the card's metrics of the customers that can be scored.
        ready: which rows of the range these are.
        results: one row of one cell per customer: its error, else a blank.
    """

    metrics: pd.DataFrame
    ready: Flags
    results: Objects


def read_customers(argument: object, card: Scorecard) -> Customers:
    """The customers a range holds.

    Args:
        argument: values in the card's order, a row per customer (or one customer in a column); or a table
            whose first row names the indicators or the metrics, in any order, with other columns between.
        card: what is asked for.

    Raises:
        ErrorValue: the range does not fit the card. For a card that scales values by one another also any
            error in it, because then no score can be known.
    """
    cells = grid(argument)
    places = _headed(cells, card)
    if places is not None:
        body = cells[1:]
    else:
        body = _in_order(cells, card)
        places = {indicator.name: number for number, indicator in enumerate(card.indicators)}
    wanted = {indicator.metric: (indicator.name, column_of(indicator)) for indicator in card.indicators}
    for name in _TELLING:
        if name in places:
            wanted.setdefault(name, (name, METRICS.column(name)))
    first_row = len(cells) - len(body) if body.shape[1] == cells.shape[1] else 0
    columns = {
        metric: read(body[:, [places[name]]], column, at=(first_row, places[name]))
        for metric, (name, column) in wanted.items()
    }
    found = list(columns.values())
    if any(indicator.method == METHOD_MINMAX for indicator in card.indicators):
        raise_first(*found)
    results = np.full((max(len(body), 1), 1), "", dtype=object)
    if not len(body):
        return Customers(pd.DataFrame(columns=list(columns), dtype=float), np.zeros(1, dtype=bool), results)
    overlay_errors(results, *found)
    failed = np.logical_or.reduce([own.failed[:, 0] for own in found])
    blank = np.logical_and.reduce([own.blank[:, 0] for own in found])
    ready = ~failed & ~blank
    return Customers(
        pd.DataFrame({name: own.values[ready, 0] for name, own in columns.items()}), ready, results
    )


def column_of(indicator: Indicator) -> Column:
    """How an indicator's values are read: as its metric, or as plain numbers of the user's own."""
    if indicator.metric in METRICS.names:
        return METRICS.column(indicator.metric)
    return Column(name="value", title=indicator.name, kind=Kind.NUMBER)


def _headed(cells: Objects, card: Scorecard) -> Mapping[str, int] | None:
    """Where each indicator stands, by the headings of the first row; None when that row holds no heading.

    Raises:
        ErrorValue: there are headings, and one that is needed is missing or stands twice.
    """
    keys = [heading_key(cell) if isinstance(cell, str) else "" for cell in cells[0].tolist()]
    found: dict[str, int] = {}
    absent = []
    for indicator in card.indicators:
        words = [indicator.name, column_of(indicator).title, indicator.metric]
        place = _place(keys, words)
        if place is None:
            absent.append(indicator.name)
        else:
            found[indicator.name] = place
    if not found and not _only_words(cells, keys):
        return None
    if absent:
        raise_excel_error(cells[:1])
        raise ErrorValue(
            VALUE,
            f"标题行缺少{listed(absent)}；现有标题：{listed(str(cell) for cell in cells[0].tolist() if cell)}。",
            hint="请补上这些列，或只引用数值区域。",
        )
    for name in _TELLING:
        if (place := _place(keys, [METRICS.column(name).title, name])) is not None:
            found[name] = place
    return found


def _place(keys: Sequence[str], words: Sequence[str]) -> int | None:
    """The index of the first word that is a heading.

    Raises:
        ErrorValue: it stands twice.
    """
    for word in words:
        key = heading_key(word)
        if (times := keys.count(key)) > 1:
            raise ErrorValue(
                VALUE, f"标题“{word}”出现了{times}次，无法确定用哪一列。", hint="请改名或删除多余的列。"
            )
        if times:
            return keys.index(key)
    return None


def _only_words(cells: Objects, keys: Sequence[str]) -> bool:
    """Whether the first row can only be a heading row: words above other rows, and no digit in them."""
    return len(cells) > 1 and all(
        key and not any(sign.isdigit() for sign in key) and key[0] != "#" for key in keys
    )


def _in_order(cells: Objects, card: Scorecard) -> Objects:
    """The rows of a range without headings.

    Raises:
        ErrorValue: another number of columns than the card has indicators.
    """
    wanted = len(card.indicators)
    if cells.shape == (wanted, 1) and wanted > 1:
        cells = cells.T  # one customer written downwards
    if cells.shape[1] != wanted:
        raise_excel_error(cells)
        names = "、".join(indicator.name for indicator in card.indicators)
        raise ErrorValue(
            VALUE,
            f"应有{wanted}列：{names}，现为{cells.shape[1]}列。",
            hint="请按此顺序引用，或连同标题行一起引用。",
        )
    if len({indicator.metric for indicator in card.indicators}) < wanted:
        raise ErrorValue(VALUE, "评分卡中有两个指标取自同一数据字段。", hint="请连同标题行一起引用。")
    return cells
