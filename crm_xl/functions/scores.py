"""CUSTOMER_SCORE, INDICATOR_POINTS, SCORE_EXPLAIN."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from crm_xl.analysis.growth import Floats
from crm_xl.analysis.points import points_of
from crm_xl.analysis.scoring import Scored, score_customers
from crm_xl.functions import parameters
from crm_xl.functions.cells import (
    Cells,
    Objects,
    absent,
    aligned,
    answer,
    elementwise,
    grid,
    is_omitted,
    raise_first,
    read,
)
from crm_xl.functions.customers import Customers, column_of, read_customers
from crm_xl.functions.errors import NOT_AVAILABLE, error_text
from crm_xl.schema import Column
from crm_xl.settings.model import Indicator, Tier
from crm_xl.tables.headings import heading_key
from crm_xl.tables.outputs import PENDING
from crm_xl.tables.parameters import METHOD_MINMAX

_INDICATOR = Column(name="indicator", title="指标")


def customer_score(indicators: Any, scorecard: Any = None) -> Any:
    """Total scores, 0 to 100 unrounded; 待评估 where an indicator is missing, blank where all are."""
    if is_omitted(indicators):
        return ""
    customers, scored = _score(indicators, scorecard, ())
    totals = scored.total.to_numpy(dtype=float)
    return _answer(customers, np.where(np.isnan(totals), PENDING, totals.astype(object)))


def score_explain(indicators: Any, scorecard: Any = None, tiers: Any = None) -> Any:
    """How each total came about, and what would reach the next tier."""
    if is_omitted(indicators):
        return ""
    customers, scored = _score(indicators, scorecard, parameters.tiers(tiers))
    return _answer(customers, scored.explanation.to_numpy(dtype=object))


def indicator_points(value: Any, indicator: Any, points: Any = None) -> Any:
    """The points of single values, each by the indicator named beside or above it.

    Values of an indicator that scales them by one another form one population.
    """
    known = _by_heading(parameters.indicators(points))
    cells = grid(value)
    unread = Cells("数值", cells, np.full(cells.shape, None, dtype=object), np.zeros(cells.shape, dtype=bool))
    unread, names = aligned(unread, read(indicator, _INDICATOR))
    values = np.full(names.values.shape, np.nan)
    errors = np.full(names.values.shape, None, dtype=object)
    keys = np.full(names.values.shape, "", dtype=object)
    for name in {name for name in names.values.ravel().tolist() if name is not None}:
        here = names.values == name
        keys[here] = key = heading_key(name)
        if key not in known:
            listing = "、".join(own.name for own in dict.fromkeys(known.values()))
            errors[here] = error_text(NOT_AVAILABLE, f"没有名为“{name}”的指标。可填：{listing}。")
            continue
        # Read as a whole, so that a message names the cell's place in the range.
        read_as = read(np.array(unread.values), column_of(known[key]))
        values[here], errors[here] = read_as.values[here], read_as.errors[here]
        if known[key].method == METHOD_MINMAX:
            raise_first(Cells(name, values[here], errors[here], np.isnan(values[here])))
    blank = np.isnan(values) & absent(errors)

    def compute(numbers: Floats, own_keys: Objects) -> Floats:
        earned = np.full(len(numbers), np.nan)
        for key in set(own_keys.tolist()):
            earned[own_keys == key] = points_of(numbers[own_keys == key], known[key])
        return earned

    return elementwise(
        compute, Cells("数值", values, errors, blank), Cells(names.title, keys, names.errors, names.blank)
    )


def _by_heading(indicators: Mapping[str, Indicator]) -> dict[str, Indicator]:
    """Indicators by their names and by their metrics' headings, as heading keys; names come first."""
    found = {heading_key(name): indicator for name, indicator in indicators.items()}
    for indicator in indicators.values():
        found.setdefault(heading_key(column_of(indicator).title), indicator)
    return found


def _score(indicators: Any, scorecard: Any, tiers: Sequence[Tier]) -> tuple[Customers, Scored]:
    card = parameters.card(scorecard)
    customers = read_customers(indicators, card)
    # A single row cannot know how many customers lack an indicator, so none is left out for that.
    return customers, score_customers(customers.metrics, card, tiers=tiers)


def _answer(customers: Customers, values: Objects) -> Any:
    customers.results[customers.ready, 0] = values
    return answer(customers.results)
