"""响应速度与流失: whether customers who had to wait for an answer leave more often than the rest (guide 004, SPEC 6)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_xl.analysis.calendar import Dates, months_before
from crm_xl.analysis.growth import Floats
from crm_xl.analysis.reports.choice import Choice, choice_of
from crm_xl.analysis.reports.ground import Ground, Made
from crm_xl.analysis.reports.service import Served, is_slow, served_in
from crm_xl.analysis.reports.status import at_risk, status_on
from crm_xl.analysis.tally import Codes, Flags, Tally, divide
from crm_xl.tables import outputs as o
from crm_xl.tables import service_reports as s

_POINTS = 100.0
_DAY = np.timedelta64(1, "D")
_SECONDS_PER_HOUR = 3600


@dataclass(frozen=True, kw_only=True, eq=False)
class Followed:
    """What became of the customers with an answer; one value per customer of `Ground.listed`.

    Attributes:
        judged: had ordered and was not lost when a ticket came in whose answer lies the whole time of observation
            back.
        waited: of those, whoever had a slow answer.
        lost: left afterwards: no order after that time, and lost by the analysis date.
        recent: it is too early to tell by orders.
        tickets: how many of each were looked at.
    """

    judged: Flags
    waited: Flags
    lost: Flags
    recent: Flags
    tickets: Floats


def make(ground: Ground) -> Made:
    """SLOW_ANSWERS: customers with a slow answer, the others with an answer, and 合计.

    Raises:
        CrmError: as for the service report.
    """
    choice = choice_of(s.SERVICE_CHOICE, ground)
    found = followed(ground, choice)
    hours = f"{ground.settings.general.slow_answer_hours:g}小时"
    prompt = found.judged & ~found.waited
    groups = ((f"超过{hours}", found.waited), (f"{hours}以内", prompt), (o.TOTAL, found.judged))
    rows = [
        {
            "answer": name,
            "customers": float(group.sum()),
            "tickets": float(found.tickets[group].sum()),
            "lost": float((found.lost & group).sum()),
            "recent": int((found.recent & group & ~found.lost).sum()),
        }
        for name, group in groups
    ]
    frame = _compared(pd.DataFrame(rows), ground)
    return Made(tables={s.SLOW_ANSWERS.name: frame}, chosen={s.SLOW_ANSWERS.name: choice.words})


def followed(ground: Ground, choice: Choice) -> Followed:
    """Who waited for an answer in the period chosen, and who left afterwards.

    Raises:
        CrmError: as for the service report.
    """
    general = ground.settings.general
    served = served_in(ground, choice)
    submitted = served.tickets["submitted_at"].to_numpy()
    slow = is_slow(served.waited_hours, general.slow_answer_hours)
    since = _answered_by(served, slow, submitted, general.slow_answer_hours)
    until = (since + general.slow_answer_days * _DAY).astype("datetime64[D]")
    seen = (until <= np.datetime64(ground.date, "D")) & at_risk(ground, served.customer, submitted)
    left = _left(ground, served.customer, until) & seen
    size = len(ground.listed)
    everybody = Tally(served.customer, size)
    judged, waited = everybody.count(seen) > 0, everybody.count(seen & slow) > 0
    # Who waited once is judged by what followed the slow answers, the rest by what followed any.
    lost = np.where(waited, everybody.count(left & slow) > 0, everybody.count(left) > 0)
    recent = everybody.count(seen & (since >= _silence_begins(ground))) > 0
    return Followed(judged=judged, waited=waited, lost=lost, recent=recent, tickets=everybody.count(seen))


def _answered_by(served: Served, slow: Flags, submitted: Dates, limit: float) -> Dates:
    """The moment from which a ticket's customer is watched: its answer, or when the wait had become too long."""
    too_long = submitted + np.timedelta64(round(limit * _SECONDS_PER_HOUR), "s")
    known = ~np.isnan(served.response_hours)
    nothing = np.datetime64("NaT", "us")
    return np.where(known, served.answered, np.where(slow, too_long, nothing)).astype("datetime64[us]")


def _left(ground: Ground, customer: Codes, until: Dates) -> Flags:
    """Whether each ticket's customer is lost by now and has not ordered since the time of observation ended."""
    status = status_on(ground, ground.date)
    ordered: Flags = status.last_order[customer] > until
    return status.lost[customer] & ~ordered


def _silence_begins(ground: Ground) -> np.datetime64:
    return np.datetime64(months_before(ground.date, ground.settings.general.silent_months), "D")


def _compared(frame: pd.DataFrame, ground: Ground) -> pd.DataFrame:
    general = ground.settings.general
    rate = divide(frame["lost"].to_numpy(), frame["customers"].to_numpy())
    enough = bool((frame["customers"].iloc[:2] >= general.smallest_group).all())
    missing = np.full(len(frame), np.nan)
    difference, ratio = missing.copy(), missing.copy()
    if enough:
        difference[0] = (rate[0] - rate[1]) * _POINTS
        ratio[0] = divide(rate[:1], rate[1:2])[0]
    notes = [f"{recent}家未满{general.silent_months}个月" if recent else None for recent in frame["recent"]]
    if not enough:
        notes[0] = "；".join(filter(None, [f"不足{general.smallest_group}家，不比较", notes[0]]))
    compared = {"churn_rate": rate, "difference": difference, "ratio": ratio}
    return frame.assign(**compared, notes=pd.Series(notes, dtype=object))[list(s.SLOW_ANSWERS.names)]
