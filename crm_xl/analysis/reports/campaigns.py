"""营销效果报表: whom each campaign reached, who took part and bought, and what it earned for its cost (guide 004)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from crm_xl.analysis.growth import Floats
from crm_xl.analysis.metrics_orders import YUAN_PER_WAN
from crm_xl.analysis.reports.breakdown import adds_up, stacked
from crm_xl.analysis.reports.choice import Choice, choice_of, named
from crm_xl.analysis.reports.ground import Ground, Made
from crm_xl.analysis.reports.groups import Grouping
from crm_xl.analysis.tally import Flags, Tally, codes_in, divide, is_yes, text_index
from crm_xl.tables import inputs as i
from crm_xl.tables import outputs as o
from crm_xl.tables import parameters as p
from crm_xl.tables import service_reports as s

_COUNTS = ("members", "reached", "joined", "converted")


def make(ground: Ground) -> Made:
    """CAMPAIGN_REPORT and the block of its chart: the campaigns that began in the period, then types, then 合计.

    A return on the whole cost cannot be had from some of the customers: narrowed to owner, industry, region, or by
    the scope of the analysis, the report leaves ROI blank and says so.

    Raises:
        CrmError: the choice cannot be read, nobody is meant, or no campaign began in the period.
    """
    choice = choice_of(s.CAMPAIGN_CHOICE, ground)
    campaigns = ground.frames[i.CAMPAIGNS.name]
    begun = choice.period.covers(campaigns["start_date"].to_numpy())
    if not begun.any():
        raise choice.nothing("营销活动")
    own = campaigns[begun].sort_values(["start_date", "campaign_id"], kind="stable").reset_index(drop=True)
    narrowed = (
        bool(choice.owner or choice.industry or choice.region) or ground.settings.general.scope != p.SCOPE_ALL
    )
    facts = _facts(ground, own, choice, narrowed)
    each = _part(
        s.BY_CAMPAIGN, own["campaign_name"].to_numpy(dtype=object), facts, Tally(_each(own), len(own))
    )
    detail = own[["campaign_id", "campaign_type", "start_date"]]
    by_campaign = pd.concat([each, detail], axis=1)
    types = Grouping.of(s.BY_TYPE, named(own["campaign_type"]).astype(object))
    by_type = _part(s.BY_TYPE, np.array(types.names, dtype=object), facts, types.tally)
    total = _part(o.TOTAL, np.array(["全部活动"], dtype=object), facts, Tally(np.zeros_like(_each(own)), 1))
    report = stacked([by_campaign, by_type], total.iloc[0], s.CAMPAIGN_REPORT)
    return Made(
        tables={s.CAMPAIGN_REPORT.name: report, s.CAMPAIGN_CHART.name: _block(by_campaign)},
        chosen={s.CAMPAIGN_REPORT.name: choice.words},
        checks=(adds_up(s.CAMPAIGN_REPORT, report, {"cost": own["cost"].sum() / YUAN_PER_WAN}),),
    )


def _each(campaigns: pd.DataFrame) -> np.ndarray:
    return np.arange(len(campaigns), dtype=np.int64)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Facts:
    """One value per campaign; a count that nobody wrote down is missing, and so is everything without a list."""

    counts: dict[str, Floats]
    revenue: Floats
    cost: Floats
    narrowed: bool

    @property
    def listed(self) -> Flags:
        """Which campaigns have a list of members."""
        some: Flags = self.counts["members"] > 0
        return some


def _facts(ground: Ground, campaigns: pd.DataFrame, choice: Choice, narrowed: bool) -> _Facts:
    members = ground.frames[i.CAMPAIGN_MEMBERS.name]
    meant = choice.customers(ground.frames[i.CUSTOMERS.name])
    places = codes_in(members["customer_id"], ground.listed)
    rows = members[(places >= 0) & meant[places]]
    tally = Tally.of(rows["campaign_id"], text_index(campaigns["campaign_id"]))
    number = tally.count(np.ones(len(rows), dtype=bool))
    counts = {"members": number}
    for name, column in (("reached", "reached"), ("joined", "participated"), ("converted", "converted")):
        answered = tally.count(rows[column].notna().to_numpy())
        counts[name] = np.where(answered > 0, tally.count(is_yes(rows[column])), np.nan)
    amounts = rows["amount"].to_numpy(dtype=float)
    revenue = tally.sum(np.nan_to_num(amounts), ~np.isnan(amounts))
    return _Facts(
        counts=counts,
        revenue=np.where(number > 0, revenue, np.nan),
        cost=campaigns["cost"].to_numpy(dtype=float),
        narrowed=narrowed,
    )


def _part(dimension: str, names: np.ndarray, facts: _Facts, tally: Tally) -> pd.DataFrame:
    """Rows of groups of campaigns; each rate is of the campaigns that know both of its figures."""

    def total(values: Floats) -> Floats:
        known = ~np.isnan(values)
        return np.where(tally.count(known) > 0, tally.sum(values, known), np.nan)

    def ratio(part: Floats, whole: Floats) -> Floats:
        both = ~np.isnan(part) & ~np.isnan(whole)
        return divide(tally.sum(part, both), tally.sum(whole, both))

    counts = facts.counts
    columns: dict[str, Any] = {name: total(counts[name]) for name in _COUNTS}
    columns |= {
        "participation": ratio(counts["joined"], counts["reached"]),
        "conversion_of_reached": ratio(counts["converted"], counts["reached"]),
        "conversion_of_joined": ratio(counts["converted"], counts["joined"]),
        "revenue": total(facts.revenue) / YUAN_PER_WAN,
        "cost": total(facts.cost) / YUAN_PER_WAN,
        "roi": np.full(len(names), np.nan)
        if facts.narrowed
        else ratio(facts.revenue - facts.cost, facts.cost),
        "notes": _notes(facts, tally),
    }
    return pd.DataFrame({"dimension": dimension, "group": names, **columns}).astype(
        {"dimension": object, "group": object}
    )


def _notes(facts: _Facts, tally: Tally) -> list[str | None]:
    """Why a row has no ROI, or of how many of its campaigns it is."""
    every = np.ones(len(facts.cost), dtype=bool)
    number, listed = tally.count(every), tally.count(facts.listed)
    priced = tally.count(facts.listed & ~np.isnan(facts.cost))
    spent = tally.sum(np.nan_to_num(facts.cost), facts.listed)
    return [
        _note(*row, facts.narrowed)
        for row in zip(number.tolist(), listed.tolist(), priced.tolist(), spent.tolist(), strict=True)
    ]


def _note(number: float, listed: float, priced: float, spent: float, narrowed: bool) -> str | None:
    if listed == 0:
        return "没有活动名单，无法计算效果"
    if narrowed:
        return "费用属于整个活动，按部分客户不计算ROI"
    if priced == 0:
        return "没有填写费用，不计算ROI"
    if spent <= 0:
        return "费用为0，不计算ROI"
    return f"ROI按有名单和费用的{priced:.0f}个活动计算，共{number:.0f}个" if priced < number else None


def _block(by_campaign: pd.DataFrame) -> pd.DataFrame:
    """CAMPAIGN_CHART: the latest campaigns, named with their month, since a name returns every year."""
    slots = s.CAMPAIGN_CHART.fixed_rows or 0
    latest = by_campaign.tail(slots).reset_index(drop=True)
    months = latest["start_date"].dt.strftime("%Y-%m")
    label = named(latest["group"]) + "\n" + months
    block = latest.assign(label=label)[list(s.CAMPAIGN_CHART.names)]
    return block.reindex(range(slots)).astype({"label": object})
