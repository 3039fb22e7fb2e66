"""The groups that the reports of guide 004 are broken down by, and the frame they are put together in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from crm_xl.analysis.checks import Check, agrees
from crm_xl.analysis.metrics_orders import YUAN_PER_WAN
from crm_xl.analysis.reports.choice import Choice
from crm_xl.analysis.reports.groups import Grouping, detailed_industries, industries
from crm_xl.schema import Table
from crm_xl.settings.model import BOUND_TOLERANCE, General
from crm_xl.tables import choices as c
from crm_xl.tables.outputs import TOTAL

Names = NDArray[np.object_]


def most_first(values: pd.Series, last: Iterable[str] = ()) -> list[str]:
    """The distinct values, commonest first, equals by name, and the ones named at the end where they occur."""
    found = values.value_counts()
    ranked = sorted(found.index, key=lambda name: (-int(found[name]), str(name)))
    behind = [name for name in last if name in ranked]
    return [name for name in ranked if name not in behind] + behind


def industry_groups(customers: pd.DataFrame, choice: Choice) -> pd.Series:
    """Each customer's industry: its upper level, or in full where the report is narrowed to one."""
    return detailed_industries(customers) if choice.industry else industries(customers)


def tenure_bounds(general: General) -> tuple[float, ...]:
    """The years at which one band of 合作时长 ends and the next begins, ascending."""
    return tuple(sorted({general.tenure_first, general.tenure_second, general.tenure_third}))


def tenure_names(bounds: Sequence[float]) -> tuple[str, ...]:
    """The bands' names, shortest first: 1年以下, 1-3年, 3-5年, 5年及以上."""
    between = [f"{low:g}-{high:g}年" for low, high in pairwise(bounds)]
    return (f"{bounds[0]:g}年以下", *between, f"{bounds[-1]:g}年及以上")


def tenure_bands(years: ArrayLike, bounds: Sequence[float]) -> Names:
    """Each customer's band of 合作时长, the lower bound inclusive; choices.UNNAMED where the years are unknown."""
    values = np.asarray(years, dtype=float)
    names = np.array(tenure_names(bounds), dtype=object)
    place = np.searchsorted(np.asarray(bounds) - BOUND_TOLERANCE, values, side="right")
    return np.where(np.isnan(values), c.UNNAMED, names[np.minimum(place, len(bounds))]).astype(object)


def group_rows(grouping: Grouping, columns: Mapping[str, ArrayLike]) -> pd.DataFrame:
    """One row per group: dimension, group, and the columns given, which have one value per group."""
    names = np.array(grouping.names, dtype=object)
    texts = {"dimension": np.full(len(names), grouping.title, dtype=object), "group": names}
    return pd.DataFrame({**{name: pd.Series(text, dtype=object) for name, text in texts.items()}, **columns})


def stacked(
    parts: Sequence[pd.DataFrame], total: Mapping[str, object] | pd.Series, table: Table
) -> pd.DataFrame:
    """The parts one below the other and the row 合计 last, with the declared columns; a column not given is missing."""
    last = pd.DataFrame([{**dict(total), "dimension": TOTAL}])
    frame = pd.concat([*parts, last], ignore_index=True)
    return frame.reindex(columns=list(table.names))


def adds_up(table: Table, report: pd.DataFrame, data: Mapping[str, float]) -> Check:
    """The check that every dimension of a report, and its row 合计, add up to what the data say.

    Args:
        table: its declaration.
        report: one row per dimension and group.
        data: column -> its total, added up from the input tables, in the column's unit.
    """
    sums = report.groupby("dimension")[list(data)].sum()
    rest = 0.0
    for name, total in data.items():
        unit = YUAN_PER_WAN if table.column(name).unit == "万元" else 1.0
        rest = max(rest, float((sums[name] - total).abs().max()) * unit)
    told = "，".join(f"{table.column(name).title} {total:,.10g}" for name, total in data.items())
    return agrees(f"“{table.title}”各维度合计＝数据", rest, told)
