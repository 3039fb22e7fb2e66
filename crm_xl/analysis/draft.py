"""模拟方案: the weights and cuts in force beside those being tried, and the parameter tables they would give.

A draft never touches the settings by itself: it is checked, made into changed parameter tables, and these are
read as any others, so that what passes here passes there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import pandas as pd

from crm_xl.errors import CrmError
from crm_xl.raw import RawTable
from crm_xl.schema import Table
from crm_xl.settings.model import WEIGHT_TOLERANCE, General
from crm_xl.settings.rows import Row, read_rows, shipped_table
from crm_xl.tables import parameters as p
from crm_xl.tables.headings import match_headings
from crm_xl.tables.workshop import DRAFT

DIMENSION, INDICATOR, STEP, TIER = "维度权重", "指标权重", "分段下限", "分级下限"
_WEIGHTS = (DIMENSION, INDICATOR)
_TABLES = (p.INDICATORS, p.POINTS, p.TIERS)

Key = tuple[str, str, str]  # item, name, part


@dataclass(frozen=True, kw_only=True)
class _Place:
    """One figure that can be tried, and the cells of the parameter tables that hold it."""

    key: Key
    table: Table
    column: str
    rows: tuple[int, ...]  # of the table as found; a dimension's weight stands in every row of the dimension
    current: float | None


def draft_table(
    tables: Mapping[str, RawTable], card: str, before: RawTable | None = None
) -> tuple[pd.DataFrame, tuple[CrmError, ...]]:
    """DRAFT with the figures in force, and what was being tried in the table as it stands.

    Args:
        tables: parameter tables as found; an absent one has its shipped rows.
        card: the scorecard whose weights and steps are listed.
        before: DRAFT as found in the book; its 模拟值 are kept where the figure still exists.

    Returns:
        The table; and the drafts that could not be read, each with its cell.
    """
    faults: list[CrmError] = []
    tried = {_key(row): row["draft"] for row in _draft_rows(before, faults)}
    places = _places(_rows(tables), card)
    frame = pd.DataFrame(
        [(*place.key, place.current, tried.get(place.key)) for place in places], columns=list(DRAFT.names)
    )
    return frame.astype({"current": float, "draft": float}), tuple(faults)


def drafted(
    tables: Mapping[str, RawTable], general: General, draft: RawTable | pd.DataFrame
) -> dict[str, RawTable]:
    """What `apply_draft` gives of the scorecard in force.

    Raises:
        CrmError: as there; the weights do not come from the table that is drafted, or another method decides.
    """
    changed = apply_draft(tables, general.scorecard, draft)
    if p.INDICATORS.name in changed and general.weight_source != p.WEIGHTS_TYPED:
        raise CrmError(
            f"指标权重现取自“{general.weight_source}”，模拟的权重不会生效。",
            where=DRAFT.sheet,
            hint=f"请把参数“指标权重来源”改为“{p.WEIGHTS_TYPED}”，或清空模拟的权重。",
        )
    by_rules, by_bounds = (general.tier_method == name for name in (p.TIERS_STANDARDS, p.TIERS_THRESHOLD))
    if changed and (by_rules or (p.TIERS.name in changed and not by_bounds)):
        raise CrmError(
            f"分级方法现为“{general.tier_method}”，模拟的{'权重与界限' if by_rules else '分级下限'}不会改变分级。",
            where=DRAFT.sheet,
            hint=f"请把参数“分级方法”改为“{p.TIERS_THRESHOLD}”，或清空这些模拟值。",
        )
    return changed


def apply_draft(
    tables: Mapping[str, RawTable], card: str, draft: RawTable | pd.DataFrame
) -> dict[str, RawTable]:
    """The parameter tables with the drafted figures in them; those without a change are not among them.

    All that was not drafted is as it was found, cell by cell: columns of one's own, blank rows, spellings.

    Args:
        tables: parameter tables as found; an absent one has its shipped rows.
        card: the scorecard that is drafted.
        draft: DRAFT as found, or as a frame; a blank 模拟值 changes nothing.

    Returns:
        Table name -> table as found but for the drafted cells, ready to be written and to make Settings of.

    Raises:
        CrmError: an unreadable draft, a negative weight, weights that do not sum to 100 %, bounds out of order,
            or a figure that is none of the settings; every one with its cell.
    """
    raw = draft if isinstance(draft, RawTable) else RawTable.from_frame(DRAFT.name, draft)
    faults: list[CrmError] = []
    current = _rows(tables)
    places = {place.key: place for place in _places(current, card)}
    asked = [row for row in _draft_rows(raw, faults) if row["draft"] is not None]
    for row in asked:
        if _key(row) not in places:
            name = "·".join(part for part in _key(row) if part)
            faults.append(row.fault("name", f"参数中没有“{name}”。", "请先刷新模拟方案。"))
        elif row["item"] in _WEIGHTS and not 0 <= row["draft"] <= 1:
            faults.append(
                row.fault("draft", f"权重应为 0 至 100%，现为 {row['draft']:.6g}。", "40% 请写 0.4。")
            )
    if faults:
        raise CrmError.of(faults)
    changed = {place: row for row in asked if (place := places[_key(row)]).current != row["draft"]}
    _check_sums(places.values(), changed, faults)
    _check_order(places.values(), changed, faults)
    if faults:
        raise CrmError.of(faults)
    values = {place: float(row["draft"]) for place, row in changed.items()}
    return {
        table.name: _with_values(
            table,
            tables.get(table.name) or shipped_table(table),
            [(place, value) for place, value in values.items() if place.table is table],
        )
        for table in _TABLES
        if any(place.table is table for place in values)
    }


def _rows(tables: Mapping[str, RawTable]) -> dict[str, list[Row]]:
    """The rows of the tables that are drafted; what is wrong in them is told by whoever reads the settings."""
    return {
        table.name: read_rows(table, tables.get(table.name) or shipped_table(table), []) for table in _TABLES
    }


def _draft_rows(raw: RawTable | None, faults: list[CrmError]) -> list[Row]:
    return [] if raw is None or not len(raw) else read_rows(DRAFT, raw, faults)


def _key(row: Row) -> Key:
    return (row["item"] or "", row["name"] or "", row["part"] or "")


def _places(rows: Mapping[str, Sequence[Row]], card: str) -> list[_Place]:
    """Every figure that can be tried, in the order of the parameter tables."""
    members = [row for row in rows[p.INDICATORS.name] if row["card"] == card]
    dimensions: dict[str, list[Row]] = {}
    for row in members:
        dimensions.setdefault(row["dimension"] or "", []).append(row)
    places = [
        _Place(key=(DIMENSION, name, ""), table=p.INDICATORS, column="dimension_weight",
               rows=tuple(row.number for row in own), current=own[0]["dimension_weight"])
        for name, own in dimensions.items()
    ]  # fmt: skip
    places += [
        _Place(key=(INDICATOR, row["indicator"] or "", row["dimension"] or ""), table=p.INDICATORS,
               column="weight", rows=(row.number,), current=row["weight"])
        for row in members
    ]  # fmt: skip
    names = {row["indicator"] for row in members}
    counted: dict[str, int] = {}
    for row in rows[p.POINTS.name]:
        name = row["indicator"]
        counted[name] = counted.get(name, 0) + 1
        if name in names and row["lower"] is not None:
            part = f"第{counted[name]}段（{row['points']:g}分）"
            places.append(
                _Place(
                    key=(STEP, name, part),
                    table=p.POINTS,
                    column="lower",
                    rows=(row.number,),
                    current=row["lower"],
                )
            )
    places += [
        _Place(
            key=(TIER, row["tier"] or "", ""),
            table=p.TIERS,
            column="lower",
            rows=(row.number,),
            current=row["lower"],
        )
        for row in rows[p.TIERS.name]
        if row["lower"] is not None
    ]
    return places


def _drafted(place: _Place, changed: Mapping[_Place, Row]) -> float:
    row = changed.get(place)
    return float((place.current or 0.0) if row is None else row["draft"])


def _check_sums(places: Iterable[_Place], changed: Mapping[_Place, Row], faults: list[CrmError]) -> None:
    """Weights of the dimensions, and of the indicators within each, sum to 1."""
    groups: dict[str, list[_Place]] = {}
    for place in places:
        item, _, part = place.key
        if item in _WEIGHTS:
            groups.setdefault("各维度" if item == DIMENSION else f"维度“{part}”内各指标", []).append(place)
    for name, members in groups.items():
        rows = [changed[place] for place in members if place in changed]
        total = sum(_drafted(place, changed) for place in members)
        if rows and abs(total - 1) > WEIGHT_TOLERANCE:
            faults.append(
                rows[-1].fault("draft", f"{name}的权重合计为 {total:.2%}，应为 100%。", "请调整模拟值。")
            )


def _check_order(places: Iterable[_Place], changed: Mapping[_Place, Row], faults: list[CrmError]) -> None:
    """Steps of one indicator rise, tiers fall."""
    groups: dict[tuple[str, str], list[_Place]] = {}
    for place in places:
        item, name, _ = place.key
        if item in (STEP, TIER):
            groups.setdefault((item, name if item == STEP else ""), []).append(place)
    for (item, _), members in groups.items():
        sign = 1 if item == STEP else -1
        for before, after in pairwise(members):
            row = changed.get(after) or changed.get(before)
            if row is not None and sign * (_drafted(after, changed) - _drafted(before, changed)) <= 0:
                order = "逐段升高" if item == STEP else "逐级降低"
                faults.append(
                    row.fault(
                        "draft",
                        f"{after.key[1]}的{item}应{order}，现为 {_drafted(before, changed):g} 之后 "
                        f"{_drafted(after, changed):g}。",
                        "请调整模拟值。",
                    )
                )


def _with_values(table: Table, raw: RawTable, values: Sequence[tuple[_Place, float]]) -> RawTable:
    """The table as found, with these figures in their cells."""
    index = match_headings(table, raw.headings)
    columns = list(raw.columns)
    for place, value in values:
        at = index[place.column]
        cells = columns[at].astype(object)  # a new array; a column of whole numbers would cut 0.4
        cells[list(place.rows)] = value
        columns[at] = cells
    return replace(raw, columns=tuple(columns))
