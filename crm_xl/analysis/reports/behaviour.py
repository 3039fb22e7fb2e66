"""客户行为特征分析表 and what groups of customers do differently (guide 002, table 2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_xl.analysis.calendar import Period
from crm_xl.analysis.customers import Frames
from crm_xl.analysis.growth import Floats
from crm_xl.analysis.metrics_contact import ticket_metrics, usage_metrics
from crm_xl.analysis.points import number_text
from crm_xl.analysis.reports.choice import choice_of
from crm_xl.analysis.reports.ground import Ground, Made
from crm_xl.analysis.reports.groups import Grouping, Names, groupings
from crm_xl.analysis.reports.texts import SEPARATOR, texts_of
from crm_xl.analysis.tally import Flags, Tally, codes_in, text_index
from crm_xl.errors import CrmError
from crm_xl.settings import Settings
from crm_xl.settings.model import BOUND_TOLERANCE, General
from crm_xl.tables import improvement as rules
from crm_xl.tables import inputs as i
from crm_xl.tables.portraits import BEHAVIOUR, BEHAVIOUR_CHOICE, BEHAVIOUR_COMPARE, BEHAVIOUR_INPUTS

MONTHS_PER_QUARTER = 3
EVERYBODY = ("全体", "全部客户")
ACTIVE, QUIET, MANY_ENQUIRIES, FEW_COMPLAINTS = "高活跃", "低活跃", "高咨询需求", "低投诉"
_MOST_PREFERENCES = 3
_COMPARED = ("size", "industry")


@dataclass(frozen=True, kw_only=True, eq=False)
class Behaviour:
    """What customers did in a period, one value per customer.

    Attributes:
        logins: per month; missing for who never stood in tblUsage: not a user is not a quiet one.
        core_use: mean use of the core functions, 0 to 1; likewise.
        enquiries, complaints: per quarter; missing without tblTickets.
        served: who has ever ordered, used the product or opened a ticket.
    """

    logins: Floats
    core_use: Floats
    enquiries: Floats
    complaints: Floats
    served: Flags

    def active(self, general: General) -> Flags:
        """Who logs in often."""
        return np.asarray(self.logins >= general.behaviour_active - BOUND_TOLERANCE)

    def quiet(self, general: General) -> Flags:
        """Who logs in seldom."""
        return np.asarray(self.logins < general.behaviour_quiet - BOUND_TOLERANCE)

    def tags(self, general: General) -> Names:
        """By the cuts in 参数, "高活跃、低投诉"; blank where none holds."""
        marks = (
            (ACTIVE, self.active(general)),
            (QUIET, self.quiet(general)),
            (MANY_ENQUIRIES, self.enquiries >= general.behaviour_enquiries - BOUND_TOLERANCE),
            (
                FEW_COMPLAINTS,
                self.served & (self.complaints <= general.behaviour_complaints + BOUND_TOLERANCE),
            ),
        )
        tags = np.full(len(self.logins), "", dtype=object)
        for tag, holds in marks:
            tags[holds] += np.where(tags[holds] == "", tag, SEPARATOR + tag)
        return tags


def behaviour_of(frames: Frames, metrics: pd.DataFrame, date: pd.Timestamp, period: Period) -> Behaviour:
    """What the customers did in the period.

    Args:
        frames: cleaned tables; an absent one leaves its figures missing.
        metrics: customer_id and lifetime_orders of the customers asked for.
        date: the analysis date.
        period: what is counted.
    """
    listed = text_index(metrics["customer_id"])
    nothing = np.full(len(listed), np.nan)
    logins, core_use, enquiries, complaints = nothing, nothing, nothing, nothing
    served = metrics["lifetime_orders"].to_numpy(dtype=float) > 0
    usage, tickets = frames.get(i.USAGE.name), frames.get(i.TICKETS.name)
    if usage is not None:
        known = usage[usage["month"] <= date]
        found = usage_metrics(known, listed, period)
        users = Tally.of(known["customer_id"], listed).count(np.ones(len(known), dtype=bool)) > 0
        logins = np.where(users, found["logins_per_month"], np.nan)
        core_use = found["core_feature_use"]
        served = served | users
    if tickets is not None:
        found = ticket_metrics(tickets, listed, date, period)
        per_quarter = MONTHS_PER_QUARTER / period.months
        enquiries, complaints = found["enquiries"] * per_quarter, found["complaints"] * per_quarter
        opened = period.covers(tickets["submitted_at"].to_numpy())
        served = served | (Tally.of(tickets["customer_id"], listed).count(opened) > 0)
    return Behaviour(
        logins=logins, core_use=core_use, enquiries=enquiries, complaints=complaints, served=served
    )


def preferences(usage: pd.DataFrame, metrics: pd.DataFrame, period: Period) -> Names:
    """What each customer used in most months of the period, at most three, "数据分析模块、报表模块".

    Of two used in as many months the one used last comes first.
    """
    rows = usage[period.covers(usage["month"].to_numpy()) & usage["feature_preference"].notna().to_numpy()]
    codes = codes_in(rows["customer_id"], text_index(metrics["customer_id"]))
    kinds, names = pd.factorize(rows["feature_preference"].to_numpy(dtype=object), sort=True)
    months = rows["month"].to_numpy().astype("datetime64[M]").astype(np.int64)
    pairs, inverse, counts = np.unique(
        codes * max(len(names), 1) + kinds, return_inverse=True, return_counts=True
    )
    latest = np.full(len(pairs), np.iinfo(np.int64).min)
    np.maximum.at(latest, inverse, months)
    owner, kind = pairs // max(len(names), 1), pairs % max(len(names), 1)
    order = np.lexsort((kind, -latest, -counts))
    texts = names[kind[order]].astype(object)
    return texts_of(owner[order], texts, len(metrics), most=_MOST_PREFERENCES)


def make(ground: Ground) -> Made:
    """BEHAVIOUR of the customers and the period chosen above it, and BEHAVIOUR_COMPARE of the same.

    Raises:
        CrmError: neither tblUsage nor tblTickets is there; a choice that matches nobody.
    """
    if not any(table.name in ground.frames for table in BEHAVIOUR_INPUTS):
        titles = "”和“".join(table.title for table in BEHAVIOUR_INPUTS)
        raise CrmError(f"缺少数据表“{titles}”。", hint="补充其中之一后刷新即可得到本表。")
    choice = choice_of(BEHAVIOUR_CHOICE, ground)
    customers = ground.frames[i.CUSTOMERS.name]
    inside = choice.customers(customers)
    customers, metrics = (
        customers[inside].reset_index(drop=True),
        ground.metrics[inside].reset_index(drop=True),
    )
    found = behaviour_of(ground.frames, metrics, ground.date, choice.period)
    usage = ground.frames.get(i.USAGE.name)
    table = pd.DataFrame(
        {
            "customer_id": metrics["customer_id"],
            "customer_name": metrics["customer_name"],
            "logins_per_month": found.logins,
            "core_feature_use": found.core_use,
            "enquiries_per_quarter": found.enquiries,
            "complaints_per_quarter": found.complaints,
            "feature_preference": None if usage is None else preferences(usage, metrics, choice.period),
            "behaviour_tags": found.tags(ground.settings.general),
        }
    )
    compared = groupings(customers)
    return Made(
        tables={
            BEHAVIOUR.name: table,
            BEHAVIOUR_COMPARE.name: compare(found, [compared[name] for name in _COMPARED], ground.settings),
        },
        chosen={BEHAVIOUR.name: choice.words, BEHAVIOUR_COMPARE.name: choice.words},
    )


def compare(found: Behaviour, by: list[Grouping], settings: Settings) -> pd.DataFrame:
    """BEHAVIOUR_COMPARE: everybody first, then the groups of each dimension.

    A finding is only told of groups large enough, and where the gap exceeds the threshold of the improvement rule
    on core functions; without that rule nothing is told.
    """
    whole = Grouping(
        title=EVERYBODY[0], names=(EVERYBODY[1],), codes=np.zeros(len(found.logins), dtype=np.int64)
    )
    parts = [_compared(found, grouping, settings.general) for grouping in (whole, *by)]
    base = float(parts[0]["core_feature_use"].iloc[0])
    for part in parts[1:]:
        part["core_feature_gap"] = (part["core_feature_use"] - base) * 100
    table = pd.concat(parts, ignore_index=True)
    limit = next((r.threshold for r in settings.improvement_rules if r.name == rules.LOW_CORE_USE), np.inf)
    table["finding"] = [
        _finding(row, base, limit, settings.general.smallest_group) for row in table.itertuples()
    ]
    return table[list(BEHAVIOUR_COMPARE.names)]


def _compared(found: Behaviour, grouping: Grouping, general: General) -> pd.DataFrame:
    smallest = general.smallest_group
    users = ~np.isnan(found.logins)
    logins, _ = grouping.means(found.logins, smallest)
    core_use, _ = grouping.means(found.core_use, smallest)
    columns = {
        "dimension": grouping.title,
        "group": list(grouping.names),
        "customers": grouping.tally.count(np.ones(len(users), dtype=bool)),
        "users": grouping.tally.count(users),
        "logins_per_month": logins,
        "core_feature_use": core_use,
        "served": grouping.tally.count(found.served),
        "active_share": grouping.means(found.active(general).astype(float), smallest, users)[0],
        "quiet_share": grouping.means(found.quiet(general).astype(float), smallest, users)[0],
        "core_feature_gap": np.nan,
    }
    for name, values in (("enquiries", found.enquiries), ("complaints", found.complaints)):
        columns[f"{name}_per_quarter"] = grouping.means(values, smallest, found.served)[0]
    return pd.DataFrame(columns)


def _finding(row: tuple[object, ...], base: float, limit: float, smallest: int) -> str:
    users, use, gap = row.users, row.core_feature_use, row.core_feature_gap  # type: ignore[attr-defined]
    if users < smallest:
        return f"有使用记录的不足{smallest}家，不比较"
    if np.isnan(gap) or abs(gap) <= limit + BOUND_TOLERANCE:
        return ""
    side = "低于" if gap < 0 else "高于"
    return f"核心功能使用率{number_text(100 * use)}%，{side}全体{number_text(100 * base)}%"
