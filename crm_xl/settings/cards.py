"""Scorecards from `tblIndicators` and `tblPoints`: weights that sum, steps that rise, metrics that exist."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from crm_xl.errors import CrmError
from crm_xl.schema import Kind
from crm_xl.settings.model import WEIGHT_TOLERANCE, Dimension, Indicator, Scorecard, Step
from crm_xl.settings.rows import Row
from crm_xl.tables.outputs import METRICS
from crm_xl.tables.parameters import METHOD_STEPS

# What can be scored: every metric that is a number.
SCORABLE = {
    column.title: column
    for column in METRICS
    if column.kind in (Kind.INTEGER, Kind.NUMBER, Kind.MONEY, Kind.PERCENT)
}


def scorecards(
    indicators: Sequence[Row], points: Sequence[Row], amount_scale: float, faults: list[CrmError]
) -> dict[str, Scorecard]:
    """Every card of `tblIndicators` by name, weights normalised to exactly 1.

    Args:
        indicators: rows of `tblIndicators`.
        points: rows of `tblPoints`.
        amount_scale: factor on the bounds of indicators whose metric is money (guide 003: 5000万 or 500万).
        faults: what is wrong is added here with its cell; a card that is wrong is left out.
    """
    steps = _steps(points, faults)
    cards: dict[str, Scorecard] = {}
    for name, rows in _grouped(indicators, "card").items():
        before = len(faults)
        dimensions = [
            _dimension(title, members, steps, amount_scale, faults)
            for title, members in _grouped(rows, "dimension").items()
        ]
        if len({row["indicator"] for row in rows}) < len(rows):
            faults.append(rows[0].fault("indicator", f"评分卡“{name}”中有重复的指标。"))
        _check_sum(
            f"评分卡“{name}”的维度权重", [d.weight for d in dimensions], rows[0], "dimension_weight", faults
        )
        if len(faults) == before:
            total = sum(d.weight for d in dimensions)
            cards[name] = Scorecard(
                name=name,
                dimensions=tuple(
                    Dimension(name=d.name, weight=d.weight / total, indicators=d.indicators)
                    for d in dimensions
                ),
            )
    return cards


def _dimension(
    title: str,
    rows: Sequence[Row],
    steps: Mapping[str, tuple[Step, ...]],
    amount_scale: float,
    faults: list[CrmError],
) -> Dimension:
    weights = {row["dimension_weight"] for row in rows} - {None}
    if len(weights) > 1:
        faults.append(
            rows[0].fault("dimension_weight", f"维度“{title}”的权重前后不一。", "同一维度各行请填同一权重。")
        )
    shares = [row["weight"] or 0.0 for row in rows]
    _check_sum(f"维度“{title}”的指标权重", shares, rows[0], "weight", faults)
    total = sum(shares) or 1.0
    return Dimension(
        name=title,
        weight=max(weights, default=0.0),
        indicators=tuple(
            _indicator(row, share / total, steps, amount_scale, faults)
            for row, share in zip(rows, shares, strict=True)
        ),
    )


def _indicator(
    row: Row,
    weight: float,
    steps: Mapping[str, tuple[Step, ...]],
    amount_scale: float,
    faults: list[CrmError],
) -> Indicator:
    name, method = row["indicator"] or "", row["method"] or METHOD_STEPS
    column = SCORABLE.get(row["metric"] or "")
    if column is None and row["metric"]:
        faults.append(
            row.fault(
                "metric", f"数据字段“{row['metric']}”不是客户指标表中的数值列。", "请填客户指标表的列标题。"
            )
        )
    own = steps.get(name, ())
    if method == METHOD_STEPS and not own:
        faults.append(
            row.fault("indicator", f"指标“{name}”在得分分段表中没有分段。", "请在得分分段表中补充。")
        )
    factor = amount_scale if column is not None and column.kind is Kind.MONEY else 1.0
    return Indicator(
        name=name,
        metric=column.name if column is not None else "",
        weight=weight,
        method=method,
        steps=tuple(
            Step(lower=None if step.lower is None else step.lower * factor, points=step.points)
            for step in own
        ),
    )


def _steps(points: Sequence[Row], faults: list[CrmError]) -> dict[str, tuple[Step, ...]]:
    tables: dict[str, tuple[Step, ...]] = {}
    for name, rows in _grouped(points, "indicator").items():
        lowers = [row["lower"] for row in rows]
        scores = [row["points"] for row in rows if row["points"] is not None]
        if lowers[0] is not None:
            faults.append(
                rows[0].fault(
                    "lower", f"指标“{name}”第一段的下限应为空白，否则更低的数值没有得分。", "请清空该单元格。"
                )
            )
        for row, (before, after) in zip(rows[1:], pairwise(lowers), strict=True):
            if after is None or (before is not None and after <= before):
                faults.append(row.fault("lower", f"指标“{name}”的下限应逐段升高。", "请从低到高排列。"))
        rising = [b - a for a, b in pairwise(scores)]
        if min(rising, default=0) < 0 < max(rising, default=0):
            faults.append(
                rows[0].fault("points", f"指标“{name}”的得分忽高忽低。", "请让得分随数值一路升高或一路降低。")
            )
        tables[name] = tuple(Step(lower=row["lower"], points=row["points"] or 0.0) for row in rows)
    return tables


def _check_sum(what: str, weights: Iterable[float], row: Row, column: str, faults: list[CrmError]) -> None:
    total = sum(weights)
    if abs(total - 1) > WEIGHT_TOLERANCE:
        faults.append(row.fault(column, f"{what}合计为 {total:.2%}，应为 100%。", "请调整权重。"))


def _grouped(rows: Iterable[Row], by: str) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row[by] or "", []).append(row)
    return groups
