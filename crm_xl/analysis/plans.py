"""Follow-up plans: what each customer's level asks for, beside what people have made of it (SPEC sections 2, 6).

A row that still says what was proposed follows the customer's level; one that a person has changed, begun or
finished is never touched but for what the refresh computes beside it. Source: docs/decisions.md #44.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from crm_xl.analysis.calendar import add_months
from crm_xl.analysis.growth import Floats
from crm_xl.analysis.plan_rows import CLOSED, OVERDUE, PROPOSED, Found, Texts, found_plans, marks
from crm_xl.analysis.tally import Flags
from crm_xl.raw import RawTable, objects
from crm_xl.schema import Kind
from crm_xl.settings import Settings
from crm_xl.settings.model import PlanTarget
from crm_xl.tables import parameters as p
from crm_xl.tables.choices import UNNAMED
from crm_xl.tables.inputs import PLAN_DONE, PLAN_OPEN, PLANS
from crm_xl.tables.outputs import METRICS, TOTAL
from crm_xl.tables.plans import PLAN_OWNERS

SOON_DAYS = 30
BETWEEN = "·"  # in the name of a cell of the grid, 高·活跃
SUGGESTED = "系统建议"
GONE = "分析中没有该客户（已删除或已并入）"
NO_WAY = "目标值等于基线，达成率无法计算"
NO_TARGET = "目标值为0，达成率无法计算"
_FOLLOWED = ("owner", "frequency", "action")  # of an untouched row these follow 参数 and the customer


@dataclass(frozen=True, kw_only=True, eq=False)
class Plans:
    """The table to be written, and what it means.

    Attributes:
        table: PLANS with people's own columns behind; their cells as they typed them.
        read: the rows of customers in scope, typed.
        owners: PLAN_OWNERS of those.
    """

    table: pd.DataFrame
    read: pd.DataFrame
    owners: pd.DataFrame


def follow_up(
    raw: RawTable | None,
    settings: Settings,
    date: pd.Timestamp,
    scores: pd.DataFrame,
    metrics: pd.DataFrame,
    everybody: frozenset[str],
) -> Plans:
    """The plans as found, brought up to date, and behind them those that are new.

    One plan per customer and level: nothing is proposed where one is open, or was closed and is not yet due.

    Args:
        raw: `tblPlans` as found.
        settings: strategies, plan rules and which of them count.
        date: of the run.
        scores: SCORES of the customers in scope.
        metrics: METRICS of the same customers, in the same order.
        everybody: ids of all customers; rows of others stay, and say so.
    """
    found = found_plans(raw)
    proposed = proposals(settings, date, scores, metrics)
    by_id = proposed.set_index("customer_id")
    names = metrics.set_index("customer_id")["customer_name"]
    ids = found.read["customer_id"]
    inside = ids.isin(scores["customer_id"]).to_numpy()
    level = ids.map(by_id["level"]).astype(object)
    untouched = found.untouched & inside
    kept = ~(untouched & (found.read["level"] != level).to_numpy())
    cells, read = found.cells[kept].reset_index(drop=True), found.read[kept].reset_index(drop=True)
    untouched, inside, level = untouched[kept], inside[kept], level[kept].reset_index(drop=True)
    before = read[list(_FOLLOWED)].copy()
    # A plan that a person adds is one for the level that the customer has when it is first seen.
    unnamed = (read["level"].isna() & level.notna()).to_numpy()
    for name, values, rows in (
        ("level", level, unnamed),
        *((name, read["customer_id"].map(by_id[name]), untouched) for name in _FOLLOWED),
        ("customer_name", read["customer_id"].map(names), inside),
    ):
        for frame in (cells, read):
            frame[name] = frame[name].astype(object).where(~rows, values.astype(object).to_numpy())
    other = untouched & (read[list(_FOLLOWED)] != before).any(axis=1).to_numpy()
    read.loc[other, "proposal"] = marks(read[other])
    cells["proposal"] = read["proposal"]
    new = _new(proposed, Found(cells=cells, read=read), date)
    new["customer_name"] = new["customer_id"].map(names).astype(object)
    whole = pd.concat([read, new], ignore_index=True)
    whole = whole.astype({name: object for name in ("customer_id", "level", "owner", "status", "proposal")})
    mine = np.concatenate([untouched, np.ones(len(new), dtype=bool)])
    attainment, reason = _attainment(whole)
    status = _status(Found(cells=whole, read=whole), date)
    computed = {
        "attainment": attainment,
        "status": status,
        "finding": _finding(whole, mine, reason, everybody),
    }
    new = new.reindex(columns=cells.columns)
    table = {name: np.concatenate([objects(cells[name]), objects(new[name])]) for name in cells.columns}
    table |= {name: objects(pd.Series(values)) for name, values in computed.items()}
    whole = whole.assign(**computed)
    scoped = whole[whole["customer_id"].isin(scores["customer_id"])].reset_index(drop=True)
    return Plans(
        table=pd.DataFrame(table, dtype=object)[[*PLANS.names, *found.own_columns]],
        read=scoped[list(PLANS.names)],
        owners=_owners(scoped, date),
    )


def proposals(
    settings: Settings, date: pd.Timestamp, scores: pd.DataFrame, metrics: pd.DataFrame
) -> pd.DataFrame:
    """One row per customer whose level asks for a follow-up: the columns PROPOSED, typed.

    Args:
        settings: strategies, plan rules and which of them count.
        date: deadlines count from it.
        scores: SCORES.
        metrics: METRICS of the same customers, in the same order.
    """
    level, rules = _rules(settings, scores)
    size = len(scores)
    texts: dict[str, Texts] = {
        name: np.full(size, None, dtype=object) for name in ("frequency", "action", "target_metric")
    }
    numbers: dict[str, Floats] = {name: np.full(size, np.nan) for name in ("baseline", "target")}
    due = np.full(size, np.datetime64("NaT"), dtype="datetime64[us]")
    for name, (frequency, action, aim) in rules.items():
        here = level == name
        if not frequency or not here.any():
            continue
        texts["frequency"][here], texts["action"][here] = frequency, action or None
        if aim.months is not None:
            last = add_months(np.array([date], dtype="datetime64[D]"), aim.months)[0]
            due[here] = last.astype("datetime64[us]")
        if aim.metric is not None:
            texts["target_metric"][here] = METRICS.column(aim.metric).title
            numbers["baseline"][here], numbers["target"][here] = _goal(metrics.loc[here, aim.metric], aim)
    frame = pd.DataFrame(
        {"customer_id": scores["customer_id"].to_numpy(), "level": level, "owner": scores["owner"].to_numpy()}
        | texts | numbers | {"due_date": due}
    )  # fmt: skip
    return frame[frame["frequency"].notna()].reset_index(drop=True)[list(PROPOSED)]


def plans_told(owners: pd.DataFrame) -> str:
    """The line of the start page: how many plans are open, and how many of them late.

    Args:
        owners: PLAN_OWNERS.
    """
    total = owners.iloc[-1]
    late = f"✘ 其中逾期 {total['overdue']:.0f} 条" if total["overdue"] else "✔ 没有逾期"
    return f"未完成 {total['open']:.0f} 条，{late}" if total["plans"] else "没有跟进计划"


def _rules(
    settings: Settings, scores: pd.DataFrame
) -> tuple[Texts, Mapping[str, tuple[str, str, PlanTarget]]]:
    """The level of each customer, and what each level asks for: frequency, action, target."""
    basis = settings.general.plan_basis
    if basis == p.PLAN_GRID:
        pairs = scores["value_tier"].astype(str) + BETWEEN + scores["activity"].astype(str)
        level = pairs.where(scores["value_tier"] != scores["activity"], scores["activity"])
        return level.to_numpy(dtype=object), {
            (value if value == activity else f"{value}{BETWEEN}{activity}"): (
                own.frequency,
                own.action,
                own.target,
            )
            for (value, activity), own in settings.strategies.items()
        }
    if basis == p.PLAN_NONE:
        return np.full(len(scores), None, dtype=object), {}
    column, levels = (
        ("priority", settings.bands) if basis == p.PLAN_PRIORITY else ("shown_tier", settings.tiers)
    )
    rules = settings.plan_rules
    return scores[column].to_numpy(dtype=object), {
        tier.name: (rules[tier.name].frequency, tier.strategy, rules[tier.name].target)
        for tier in levels
        if tier.name in rules
    }


def _goal(values: pd.Series[Any], aim: PlanTarget) -> tuple[Floats, Floats]:
    """Baseline and target in the metric's own unit; missing where the metric is, or nothing is aimed at."""
    assert aim.metric is not None
    kind = METRICS.column(aim.metric).kind
    digits = 0 if kind is Kind.INTEGER else 4 if kind is Kind.PERCENT else 2
    baseline = np.round(values.to_numpy(dtype=float, na_value=np.nan), digits)
    if aim.uplift is None and aim.increase is None:
        return baseline, np.full(len(baseline), np.nan)
    target = baseline * (1 + (aim.uplift or 0.0)) + (aim.increase or 0.0)
    # Whole things are counted up: 20 % more than 3 orders are 4.
    return baseline, np.ceil(target - 1e-9) if kind is Kind.INTEGER else np.round(target, digits)


def _new(proposed: pd.DataFrame, kept: Found, date: pd.Timestamp) -> pd.DataFrame:
    """The proposals that no row stands in the way of, with the columns of the table."""
    read = kept.read
    over = np.isin(kept.status, CLOSED) & (read["due_date"] < date.normalize()).to_numpy()
    standing = pd.MultiIndex.from_frame(read.loc[~over, ["customer_id", "level"]].astype(object))
    wanted = pd.MultiIndex.from_frame(proposed[["customer_id", "level"]].astype(object))
    new = proposed[~wanted.isin(standing)].reset_index(drop=True)
    return new.assign(
        status=pd.Series(PLAN_OPEN, index=new.index, dtype=object),
        proposed_on=pd.Series(date.normalize(), index=new.index, dtype="datetime64[us]"),
        proposal=marks(new),
    ).reindex(columns=list(PLANS.names))


def _attainment(rows: pd.DataFrame) -> tuple[Floats, Texts]:
    """How much of the way from baseline to target was gone, and why that cannot be said.

    Without a baseline it is the result ÷ the target.
    """
    actual, baseline, target = (rows[name].to_numpy(dtype=float) for name in ("actual", "baseline", "target"))
    start = np.where(np.isnan(baseline), 0.0, baseline)
    way = target - start
    share = np.divide(actual - start, way, out=np.full(len(rows), np.nan), where=np.abs(way) > 1e-12)
    reason = np.full(len(rows), "", dtype=object)
    nowhere = ~np.isnan(actual) & (np.abs(way) <= 1e-12)
    reason[nowhere] = np.where(np.isnan(baseline[nowhere]), NO_TARGET, NO_WAY)
    reason[~np.isnan(actual) & np.isnan(target)] = "没有目标值，达成率无法计算"
    return share, reason


def _status(rows: Found, date: pd.Timestamp) -> Texts:
    """What people say, marked where the deadline is over and the plan is not."""
    said = rows.status
    late = (rows.read["due_date"] < date.normalize()).to_numpy() & ~np.isin(said, CLOSED)
    shown = said.copy()
    shown[late] = np.where(said[late] == "", PLAN_OPEN, said[late]) + OVERDUE
    shown[shown == ""] = None
    return shown


def _finding(rows: pd.DataFrame, mine: Flags, reason: Texts, everybody: frozenset[str]) -> Texts:
    gone = ~rows["customer_id"].isin(everybody).to_numpy()
    unmeasured = mine & rows["target_metric"].notna().to_numpy() & rows["baseline"].isna().to_numpy()
    parts = (
        np.where(mine, SUGGESTED, ""),
        np.where(gone, GONE, ""),
        np.where(unmeasured, rows["target_metric"].fillna("").astype(str) + "没有数据，基线与目标值留空", ""),
        reason,
    )
    return np.array(
        ["；".join(filter(None, told)) or None for told in zip(*parts, strict=True)], dtype=object
    )


def _owners(rows: pd.DataFrame, date: pd.Timestamp) -> pd.DataFrame:
    """PLAN_OWNERS: owners in the order of their names, then all together."""
    status = Found(cells=rows, read=rows).status
    still = ~np.isin(status, CLOSED)
    due = rows["due_date"]
    days = (due - date.normalize()).dt.days.to_numpy(dtype=float)
    facts = pd.DataFrame(
        {
            "owner": rows["owner"].fillna(UNNAMED).astype(str),
            "plans": 1.0,
            "open": still.astype(float),
            "overdue": (still & (days < 0)).astype(float),
            "soon": (still & (days >= 0) & (days <= SOON_DAYS)).astype(float),
            "done": (status == PLAN_DONE).astype(float),
            "attainment": rows["attainment"],
            "next_due": due.where(still & (days >= 0)),
        }
    )
    how = {name: "sum" for name in ("plans", "open", "overdue", "soon", "done")}
    told = (
        facts.groupby("owner", sort=True).agg(how | {"attainment": "mean", "next_due": "min"}).reset_index()
    )
    sums = {name: [facts[name].sum()] for name in how}
    total = pd.DataFrame(sums).assign(
        owner=TOTAL, attainment=facts["attainment"].mean(), next_due=facts["next_due"].min()
    )
    whole = pd.concat([told, total], ignore_index=True) if len(told) else total
    return whole.astype({"next_due": "datetime64[us]"})[list(PLAN_OWNERS.names)]
