"""Optional parameter ranges: the blocks CRM_CARD, CRM_TIERS, CRM_BANDS, CRM_CUTS, CRM_SEGMENTS, CRM_CHURN become settings.

A block is a range with its heading row; columns are found by heading, so the 参数 tables themselves may be passed
as well. What is checked is what is checked when the sheet 参数 is read, by the same code. A block left out means
the shipped default.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from crm_xl.errors import CrmError
from crm_xl.functions.cells import grid, is_omitted, raise_excel_error
from crm_xl.functions.errors import NOT_AVAILABLE, ErrorValue
from crm_xl.raw import RawTable
from crm_xl.schema import Table
from crm_xl.settings import Settings, schemes
from crm_xl.settings.cards import SCORABLE, scorecards
from crm_xl.settings.churn_rules import CHURN_SETTINGS
from crm_xl.settings.churn_rules import churn_rules as rules_of
from crm_xl.settings.model import ChurnRule, Dimension, General, Indicator, Scorecard, SegmentRule, Tier
from crm_xl.settings.rows import Row, read_rows
from crm_xl.tables import outputs
from crm_xl.tables import parameters as p
from crm_xl.tables.headings import heading_errors, heading_key

_METRICS = {heading_key(word): column for column in SCORABLE.values() for word in (column.title, column.name)}
_METHODS = (p.METHOD_STEPS, p.METHOD_MINMAX, p.METHOD_RAW)
# What the 参数 tables allow; the blocks' own declarations are of outputs, which nobody types.
_LIMITS = {
    column.name: (column.minimum, column.maximum)
    for column in (p.INDICATORS.column("weight"), p.POINTS.column("points"))
}
_EXACT = 1e-12  # weights that sum to 1 this closely are taken to the last bit, as the refresh takes them


def card(argument: Any) -> Scorecard:
    """The scorecard of a block like CRM_CARD: 指标, 数据字段, 总权重, 计分方法, 下限(含), 得分.

    Args:
        argument: the range, or None for the shipped default card.

    Raises:
        CrmError: what is wrong, by row and heading of the block.
    """
    if is_omitted(argument):
        return Settings.default().card
    rows = _rows(argument, outputs.CARD_BLOCK, ("indicator", "weight", "lower", "points"), ("indicator",))
    weights: dict[str, float | None] = {}
    faults: list[CrmError] = []
    for row in rows:
        first = weights.setdefault(row["indicator"], row["weight"])
        if row["weight"] not in (None, first):
            faults.append(row.fault("weight", f"指标“{row['indicator']}”的权重前后不一。", "请填同一权重。"))
    _raise(faults)
    parsed = _indicators(rows, weights)
    exact = abs(sum(weight or 0.0 for weight in weights.values()) - 1) <= _EXACT
    return Scorecard(
        name=outputs.CARD_BLOCK.title,
        dimensions=(
            Dimension(
                name=outputs.CARD_BLOCK.title,
                weight=1.0,
                indicators=tuple(replace(i, weight=weights[i.name] or 0.0) if exact else i for i in parsed),
            ),
        ),
    )


def indicators(argument: Any) -> dict[str, Indicator]:
    """Indicators by name, weights apart: from a block like CRM_CARD or tblPoints, else all shipped ones.

    Args:
        argument: the range, or None. The shipped default card has the word where two cards name an indicator.

    Raises:
        CrmError: what is wrong, by row and heading of the block.
    """
    if is_omitted(argument):
        settings = Settings.default()
        cards = [settings.card, *settings.cards.values()]
        return {i.name: i for own in reversed(cards) for i in own.indicators}
    rows = _rows(argument, outputs.CARD_BLOCK, ("indicator", "lower", "points"), ("indicator",))
    names = dict.fromkeys(row["indicator"] for row in rows)
    return {i.name: i for i in _indicators(rows, dict.fromkeys(names, 1 / len(names)))}


def tiers(argument: Any) -> tuple[Tier, ...]:
    """The tiers of a block like CRM_TIERS: 分级, 下限(含); the shipped ones without a block."""
    return _levels(argument, outputs.TIER_BLOCK, Settings.default().tiers)


def bands(argument: Any) -> tuple[Tier, ...]:
    """The bands of a block like CRM_BANDS: 优先级, 下限(含); the shipped ones without a block."""
    return _levels(argument, outputs.BAND_BLOCK, Settings.default().bands)


def cuts(argument: Any) -> dict[str, tuple[float, ...]]:
    """Cut points by letter from a block like CRM_CUTS: 指标, 分界1 to 分界4; letters may have fewer.

    Raises:
        CrmError: a letter is missing or stands twice, or its cuts fall.
    """
    rows = _rows(argument, outputs.CUT_BLOCK, ("letter", "cut_1"), ("letter",))
    faults: list[CrmError] = []
    found: dict[str, tuple[float, ...]] = {}
    for row in rows:
        if row["letter"] not in ("R", "F", "M") or row["letter"] in found:
            faults.append(row.fault("letter", f"“{row['letter']}”不是 R、F、M 之一，或出现两次。"))
            continue
        names = outputs.CUT_BLOCK.names[1:]
        values = tuple(row[name] for name in names if row[name] is not None)
        if list(values) != sorted(values):
            faults.append(row.fault("cut_1", f"{row['letter']} 的分界应从小到大。", "请按升序填写。"))
        found[row["letter"]] = values
    if not faults and (absent := [letter for letter in ("R", "F", "M") if letter not in found]):
        faults.append(CrmError(f"缺少 {'、'.join(absent)} 的分界。", where=outputs.CUT_BLOCK.title))
    _raise(faults)
    return found


def segment_rules(argument: Any) -> tuple[SegmentRule, ...]:
    """The rules of a block like CRM_SEGMENTS, or of a shipped scheme by its name; 八分类 when left out.

    Raises:
        ErrorValue: no shipped scheme has that name.
        CrmError: what is wrong, by row and heading of the block.
    """
    shipped = Settings.default()
    if is_omitted(argument):
        return shipped.segments[p.SCHEME_EIGHT]
    cells = grid(argument)
    if cells.shape == (1, 1):
        raise_excel_error(cells)
        name = str(cells[0, 0]).strip()
        if name not in shipped.segments:
            raise ErrorValue(
                NOT_AVAILABLE, f"没有名为“{name}”的分群方案。", hint=f"可填：{'、'.join(shipped.segments)}。"
            )
        return shipped.segments[name]
    rows = _rows(argument, outputs.SEGMENT_BLOCK, ("segment", "basis"), ("segment", "basis"))
    faults = [
        row.fault(
            "basis", f"“{row['basis']}”不是已知的依据。", f"可填：{p.BY_RAW}、{p.BY_SCORE}、{p.BY_LEVEL}。"
        )
        for row in rows
        if row["basis"] not in (p.BY_RAW, p.BY_SCORE, p.BY_LEVEL)
    ]
    _raise(faults)
    title = outputs.SEGMENT_BLOCK.title
    found = schemes.segments([_with(row, scheme=title, strategy=None) for row in rows], faults)
    _raise(faults)
    return found[title]


def churn_rules(argument: Any) -> tuple[Mapping[str, ChurnRule], General]:
    """The churn rules of a block like CRM_CHURN, or of tblChurnRules, and the settings they go by.

    Without a range both are the shipped ones.

    Raises:
        CrmError: what is wrong, by row and heading of the range.
    """
    shipped = Settings.default()
    if is_omitted(argument):
        return shipped.churn_rules, shipped.general
    rows = _rows(argument, p.CHURN_RULES, ("rule", "enabled", "threshold", "unit"), ("rule", "enabled"))
    faults: list[CrmError] = []
    titles = {setting.title: setting.name for setting in p.GENERAL if setting.name in CHURN_SETTINGS}
    told = {titles[row["rule"]]: row["threshold"] for row in rows if row["rule"] in titles}
    general = replace(shipped.general, **{name: value for name, value in told.items() if value is not None})
    rows = [row for row in rows if row["rule"] not in titles]
    # The tag library is not at hand: any name may be a tag.
    tags = [row["rule"] for row in rows if row["unit"] == p.UNIT_TAG]
    found = rules_of(rows, tags, general, faults)
    _raise(faults)
    return found, general


def _levels(argument: Any, table: Table, shipped: tuple[Tier, ...]) -> tuple[Tier, ...]:
    if is_omitted(argument):
        return shipped
    faults: list[CrmError] = []
    rows = _rows(argument, table, ("tier", "lower"), ("tier",))
    found = schemes.tiers([_with(row, full_name=None, strategy=None) for row in rows], faults)
    _raise(faults)
    return found


def _indicators(rows: Sequence[Row], weights: Mapping[str, float | None]) -> tuple[Indicator, ...]:
    """Checked indicators in the order of their weights; an unknown metric is a number of the user's own."""
    first = {row["indicator"]: row for row in reversed(rows)}
    stepped = [row for row in rows if (row["method"] or p.METHOD_STEPS) == p.METHOD_STEPS]
    faults = [
        row.fault("method", f"“{row['method']}”不是已知的计分方法。", f"可填：{'、'.join(_METHODS)}。")
        for row in rows
        if row["method"] is not None and row["method"] not in _METHODS
    ]
    faults += [row.fault("points", "得分不能为空。") for row in stepped if row["points"] is None]
    _raise(faults)
    declared = [
        _with(
            first[name],
            card=outputs.CARD_BLOCK.title,
            dimension=outputs.CARD_BLOCK.title,
            dimension_weight=1.0,
            weight=weight,
            metric=_metric_title(first[name]["metric"], name),
        )
        for name, weight in weights.items()
    ]
    cards = scorecards(declared, stepped, 1.0, faults)
    _raise(faults)
    (found,) = cards.values()
    return tuple(replace(i, metric=i.metric or i.name) for i in found.indicators)


def _metric_title(word: str | None, indicator: str) -> str | None:
    """The heading of the metric a block names; without a name the metric that the shipped cards give it."""
    if word is None:
        shipped = indicators(None).get(indicator)
        word = indicator if shipped is None else shipped.metric
    column = _METRICS.get(heading_key(word))
    return None if column is None else column.title


def _rows(argument: Any, table: Table, headings: Sequence[str], filled: Sequence[str]) -> list[Row]:
    """The rows of a block, each able to say where it stands.

    Args:
        argument: the range.
        table: the block's declaration.
        headings: columns that must be there.
        filled: columns whose cells must not be blank.
    """
    cells = grid(argument)
    raise_excel_error(cells)
    raw = RawTable.from_rows(
        table.name, cells.tolist(), sheet=table.title, file_lines=np.arange(2, len(cells) + 1)
    )
    if wrong := heading_errors(_requiring(table, headings), raw.headings, table.title):
        raise wrong[0]
    faults: list[CrmError] = []
    rows = read_rows(_requiring(table, filled), raw, faults)
    _raise(faults)
    if not rows:
        raise CrmError("参数区域只有标题行，没有内容。", where=table.title, hint="请引用整张参数表。")
    return rows


def _requiring(table: Table, names: Sequence[str]) -> Table:
    columns = tuple(
        replace(
            column,
            required=column.name in names,
            minimum=_LIMITS.get(column.name, (None, None))[0],
            maximum=_LIMITS.get(column.name, (None, None))[1],
        )
        for column in table
    )
    return replace(table, columns=columns)


def _with(row: Row, **values: Any) -> Row:
    return Row(number=row.number, values={**row.values, **values}, where=row.where)


def _raise(faults: Sequence[CrmError]) -> None:
    if faults:
        raise CrmError.of(faults)
