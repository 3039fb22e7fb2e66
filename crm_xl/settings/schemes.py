"""Tiers, bands, standards, RFM cuts, segments, strategies and reviews from their 参数 tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from itertools import pairwise

import pandas as pd

from crm_xl.errors import CrmError
from crm_xl.settings.cards import SCORABLE
from crm_xl.settings.model import PlanRule, PlanTarget, ReviewRule, SegmentRule, Standard, Strategy, Tier
from crm_xl.settings.rows import Row

Cuts = tuple[float, float, float, float]


def tiers(rows: Sequence[Row], faults: list[CrmError]) -> tuple[Tier, ...]:
    """Levels from best to lowest; bounds fall, and only the last has none, so that every score has one level."""
    for row, following in pairwise(rows):
        if row["lower"] is None:
            faults.append(row.fault("lower", "只有最后一级的下限可以空白。", "请填写下限，如 75。"))
        elif following["lower"] is not None and following["lower"] >= row["lower"]:
            faults.append(
                following.fault("lower", f"下限应低于上一级的 {row['lower']:g}。", "请从高到低排列。")
            )
    if rows and rows[-1]["lower"] is not None:
        faults.append(
            rows[-1].fault("lower", "最后一级的下限应为空白，否则更低的得分没有分级。", "请清空该单元格。")
        )
    names = [row["tier"] for row in rows]
    faults.extend(
        row.fault("tier", f"“{row['tier']}”出现两次。", "请改名或删除一行。")
        for number, row in enumerate(rows)
        if row["tier"] in names[:number]
    )
    return tuple(
        Tier(
            name=row["tier"] or "",
            full_name=row["full_name"] or row["tier"] or "",
            lower=row["lower"],
            strategy=row["strategy"] or "",
        )
        for row in rows
    )


_LOWER_BOUNDS = (
    "annual_amount_wan", "profit_margin", "need_match", "on_time_payment", "brand_synergy", "policy_support",
)  # fmt: skip
_UPPER_BOUNDS = ("industry_rank", "churn_rate")


def standards(rows: Sequence[Row], amount_scale: float) -> tuple[Standard, ...]:
    """The grading rules of guide 003, best tier first; the bound on annual spend is scaled."""
    scale = {"annual_amount_wan": amount_scale}
    return tuple(
        Standard(
            tier=row["tier"] or "",
            at_least={n: row[n] * scale.get(n, 1.0) for n in _LOWER_BOUNDS if row[n] is not None},
            at_most={n: row[n] for n in _UPPER_BOUNDS if row[n] is not None},
            key_industry=row["key_industry"],
            market_positions=tuple(filter(None, (row["market_position"] or "").split("、"))),
            strategy=row["strategy"] or "",
        )
        for row in rows
    )


def rfm_cuts(rows: Sequence[Row], faults: list[CrmError]) -> dict[str, Cuts]:
    """Fixed cut points by letter, ascending: R in days, F in orders, M in 元."""
    cuts: dict[str, Cuts] = {}
    for row in rows:
        values = (row["cut_1"], row["cut_2"], row["cut_3"], row["cut_4"])
        if row["letter"] is None or None in values:
            continue
        for number, (before, after) in enumerate(pairwise(values), start=2):
            if after <= before:
                faults.append(
                    row.fault(f"cut_{number}", f"{row['letter']} 的分界应逐个升高。", "请从小到大填写。")
                )
        cuts[row["letter"]] = values
    if rows and (absent := [letter for letter in "RFM" if letter not in cuts]):
        faults.append(rows[0].fault("letter", f"RFM分界表缺少 {'、'.join(absent)} 的分界。", "请补齐三行。"))
    return cuts


def segments(rows: Sequence[Row], faults: list[CrmError]) -> dict[str, tuple[SegmentRule, ...]]:
    """Segment rules by scheme, in the order in which they are tried."""
    schemes: dict[str, list[SegmentRule]] = {}
    for row in rows:
        for letter in "rfm":
            low, high = row[f"{letter}_low"], row[f"{letter}_high"]
            if low is not None and high is not None and low > high:
                faults.append(
                    row.fault(f"{letter}_low", f"下限 {low:g} 大于上限 {high:g}。", "请对调或修改。")
                )
        schemes.setdefault(row["scheme"] or "", []).append(
            SegmentRule(
                segment=row["segment"] or "",
                basis=row["basis"] or "",
                r=(row["r_low"], row["r_high"]),
                f=(row["f_low"], row["f_high"]),
                m=(row["m_low"], row["m_high"]),
                strategy=row["strategy"] or "",
            )
        )
        basis = schemes[row["scheme"] or ""][0].basis
        if row["basis"] != basis:
            faults.append(row.fault("basis", f"方案“{row['scheme']}”前后依据不一。", f"请都填“{basis}”。"))
    return {scheme: tuple(rules) for scheme, rules in schemes.items()}


def strategies(rows: Sequence[Row], faults: list[CrmError]) -> dict[tuple[str, str], Strategy]:
    """How to look after each (value tier, activity) of guide 000's grid; what is wrong is added to the faults."""
    return {
        (row["value_tier"] or "", row["activity"] or ""): Strategy(
            strategy=row["strategy"] or "",
            role=row["role"] or "",
            frequency=row["frequency"] or "",
            action=row["action"] or "",
            goal=row["goal"] or "",
            target=plan_target(row, faults),
        )
        for row in rows
    }


def plan_rules(rows: Sequence[Row], levels: Iterable[str], faults: list[CrmError]) -> dict[str, PlanRule]:
    """How each priority and tier is followed up, by name.

    Args:
        rows: of `tblPlanRules`.
        levels: the names that may stand there.
        faults: what is wrong is added here with its cell.
    """
    known = set(levels)
    rules: dict[str, PlanRule] = {}
    for row in rows:
        level = row["level"] or ""
        if level in rules:
            faults.append(row.fault("level", f"级别“{level}”出现两次。", "请删除一行。"))
        elif level not in known:
            # Renamed tiers leave a row behind that applies to nobody; that is no reason to stop.
            continue
        rules[level] = PlanRule(frequency=row["frequency"] or "", target=plan_target(row, faults))
    return rules


def plan_target(row: Row, faults: list[CrmError]) -> PlanTarget:
    """What a row of strategies or plan rules aims at; an unknown metric is added to the faults."""
    title = row["target_metric"]
    column = SCORABLE.get(title) if title else None
    if title and column is None:
        near = get_close_matches(title, SCORABLE, n=1)
        hint = f"是否想写“{near[0]}”？" if near else "请写客户指标表中数字列的标题。"
        faults.append(row.fault("target_metric", f"没有名为“{title}”的客户指标。", hint))
    return PlanTarget(
        metric=None if column is None else column.name,
        uplift=row["uplift"],
        increase=row["increase"],
        months=None if row["months"] is None else int(row["months"]),
    )


def reviews(rows: Sequence[Row]) -> tuple[ReviewRule, ...]:
    """What is reviewed and how often."""
    return tuple(
        ReviewRule(
            subject=row["subject"] or "",
            rhythm=row["rhythm"] or "",
            last_done=None if row["last_done"] is None else pd.Timestamp(row["last_done"]),
        )
        for row in rows
    )


def tags(rows: Sequence[Row]) -> dict[str, tuple[str, ...]]:
    """The tag library: tags by kind, in order."""
    library: dict[str, tuple[str, ...]] = {}
    for row in rows:
        kind = row["tag_kind"] or ""
        library[kind] = (*library.get(kind, ()), row["tag"] or "")
    return library
