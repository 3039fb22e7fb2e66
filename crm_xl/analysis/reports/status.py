"""Who was active, silent or lost on a day, as the reports see it: by orders, by contact if set, by registered losses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_xl.analysis.calendar import Dates, add_months
from crm_xl.analysis.grading import LOST, Names, activity_tier
from crm_xl.analysis.reports.ground import Ground
from crm_xl.analysis.tally import Codes, Flags, Tally, codes_in, latest_by
from crm_xl.tables import inputs as i

_NEVER = np.datetime64("NaT", "D")


@dataclass(frozen=True, kw_only=True, eq=False)
class Status:
    """How each customer of `Ground.listed` stood on a day.

    Attributes:
        last_order: the last order that counts; NaT for those who had none yet.
        activity: 活跃, 沉默, 流失 or 无交易, as in 客户评分.
        registered: row of tblChurned that says the customer left, and no order came after it; -1 where none.
    """

    last_order: Dates
    activity: Names
    registered: Codes

    @property
    def traded(self) -> Flags:
        """Who had ordered by then."""
        had: Flags = ~np.isnat(self.last_order)
        return had

    @property
    def lost(self) -> Flags:
        """Who had left: 流失 by activity, or registered so with no order since. Nobody leaves who never came."""
        gone: Flags = self.traded & ((self.activity == LOST) | (self.registered >= 0))
        return gone


def status_on(ground: Ground, day: pd.Timestamp) -> Status:
    """How everybody stood at the end of a day; later orders, contacts and registrations are not known yet."""
    return status_of(ground, ground.orders.last_orders(ground.listed, day), day)


def status_of(ground: Ground, last: Dates, day: pd.Timestamp) -> Status:
    """How everybody stood at the end of a day, by the last orders up to it.

    Args:
        ground: the facts.
        last: the day of each customer's last order that counts; NaT for those who had none yet.
        day: later contacts and registrations are not known yet.
    """
    general = ground.settings.general
    date = np.datetime64(day, "D")
    contact = _last_contact(ground, date) if general.activity_by_contact else None
    return Status(
        last_order=last,
        activity=activity_tier(last, day, general.active_months, general.silent_months, last_contact=contact),
        registered=_registered(ground, last, date),
    )


def at_risk(ground: Ground, customers: Codes, moments: Dates) -> Flags:
    """Whether each customer had ordered by that day and was not lost on it: `status_on` for many days at once.

    Args:
        ground: the facts.
        customers: places in `Ground.listed`.
        moments: one for each.
    """
    general = ground.settings.general
    days = moments.astype("datetime64[D]")
    # What was ordered after the analysis date is not known yet.
    last = ground.orders.last_orders_by(
        ground.listed, customers, np.minimum(days, np.datetime64(ground.date, "D"))
    )
    seen = last
    if general.activity_by_contact and (talks := ground.frames.get(i.INTERACTIONS.name)) is not None:
        spoken = talks["interaction_time"].to_numpy().astype("datetime64[D]")
        whose = codes_in(talks["customer_id"], ground.listed)
        seen = np.fmax(last, latest_by(whose, spoken, customers, days))  # fmax passes over NaT
    there: Flags = (~np.isnat(last)) & (seen >= add_months(days, -general.silent_months))
    if (churned := ground.frames.get(i.CHURNED.name)) is not None:
        gone = churned["churned_on"].to_numpy().astype("datetime64[D]")
        registered = latest_by(codes_in(churned["customer_id"], ground.listed), gone, customers, days)
        there &= ~(registered >= last)
    return there


def _last_contact(ground: Ground, date: np.datetime64) -> Dates | None:
    talks = ground.frames.get(i.INTERACTIONS.name)
    if talks is None:
        return None
    days = talks["interaction_time"].to_numpy().astype("datetime64[D]")
    return Tally.of(talks["customer_id"], ground.listed).last(days, days <= date)


def _registered(ground: Ground, last_order: Dates, date: np.datetime64) -> Codes:
    """The latest registration of each customer by the day, unless an order came after it."""
    found = np.full(len(last_order), -1, dtype=np.int64)
    churned = ground.frames.get(i.CHURNED.name)
    if churned is None:
        return found
    days = churned["churned_on"].to_numpy().astype("datetime64[D]")
    places = codes_in(churned["customer_id"], ground.listed)
    rows = np.flatnonzero((places >= 0) & (days <= date))
    rows = rows[np.argsort(days[rows], kind="stable")]
    found[places[rows]] = rows  # the latest is written last and stays
    left = np.full(len(last_order), _NEVER)
    left[found >= 0] = days[found[found >= 0]]
    found[last_order > left] = -1
    return found
