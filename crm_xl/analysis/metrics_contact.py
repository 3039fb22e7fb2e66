"""What contact says of each customer: interactions, tickets, product use, campaigns (SPEC section 4).

A table that is there but has no row for a customer makes that customer's counts 0; means and shares of nothing
are missing. A table that is absent makes all of its metrics missing: then no function here is called.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from crm_xl.analysis.calendar import Dates, Period, window
from crm_xl.analysis.growth import Floats, growth
from crm_xl.analysis.tally import Flags, Tally, codes_in, divide, is_yes, text_index
from crm_xl.analysis.tickets import handling
from crm_xl.tables import inputs as i
from crm_xl.tables.outputs import CHANNEL_COLUMNS

EARLIER_MONTHS = 3
_DAY = np.timedelta64(1, "D")


def _up_to(frame: pd.DataFrame, column: str, analysis_date: pd.Timestamp) -> pd.DataFrame:
    """The rows dated on or before the analysis date."""
    return frame.loc[frame[column].to_numpy() < np.datetime64(analysis_date, "D") + _DAY]


def _count_by(tally: Tally, values: pd.Series, choices: tuple[str, ...], where: Flags) -> Floats:
    """Marked rows per customer (down) and choice (across)."""
    return tally.count_by(codes_in(values, text_index(choices)), len(choices), where)


def interaction_metrics(
    interactions: pd.DataFrame, customers: pd.Index[Any], analysis_date: pd.Timestamp, period: Period
) -> dict[str, Any]:
    """Interactions of the period in all and by channel, the last one ever, their change, what was answered.

    The change sets the last month against the mean of the three months before it; the shares are of the
    interactions whose feedback is known.
    """
    rows = _up_to(interactions, "interaction_time", analysis_date)
    times = rows["interaction_time"].to_numpy()
    tally = Tally.of(rows["customer_id"], customers)
    inside = period.covers(times)
    by_channel = _count_by(tally, rows["channel"], i.CHANNELS, inside)

    this_month, usual = contact_pace(times, tally, analysis_date)
    moods = (i.FEEDBACK_POSITIVE, i.FEEDBACK_NEUTRAL, i.FEEDBACK_NEGATIVE)
    by_mood = _count_by(tally, rows["feedback"], moods, inside)
    answered = by_mood.sum(axis=1)
    return {
        "interactions": tally.count(inside),
        **{name: by_channel[:, at] for at, name in enumerate(CHANNEL_COLUMNS.values())},
        "last_interaction": tally.last(times, np.ones(len(rows), dtype=bool)),
        "interaction_change": growth(this_month, usual),
        "positive_share": divide(by_mood[:, 0], answered),
        "negative_share": divide(by_mood[:, 2], answered),
    }


def contact_pace(times: Dates, tally: Tally, analysis_date: pd.Timestamp) -> tuple[Floats, Floats]:
    """Interactions of the last month, and per month in the three months before it."""
    month = window(analysis_date, 1)
    earlier = window(month.previous.end, EARLIER_MONTHS)
    return tally.count(month.covers(times)), tally.count(earlier.covers(times)) / EARLIER_MONTHS


def negative_feedback(interactions: pd.DataFrame, customers: pd.Index[Any], period: Period) -> Floats:
    """How many interactions of the period the customer answered with 消极."""
    rows = interactions.loc[period.covers(interactions["interaction_time"].to_numpy())]
    return Tally.of(rows["customer_id"], customers).count(
        (rows["feedback"] == i.FEEDBACK_NEGATIVE).to_numpy()
    )


def recent_service(
    tickets: pd.DataFrame, customers: pd.Index[Any], analysis_date: pd.Timestamp, period: Period
) -> tuple[Floats, Floats]:
    """Complaints submitted in the period, and the hours the slowest answer to its tickets took.

    A ticket still unanswered and unresolved has waited until the end of the analysis date, provided answers
    are recorded at all. The hours are missing for customers without a ticket.
    """
    inside = period.covers(tickets["submitted_at"].to_numpy())
    rows = tickets.loc[inside]
    tally = Tally.of(rows["customer_id"], customers)
    complaints = tally.count((rows["ticket_type"] == i.TICKET_COMPLAINT).to_numpy())
    return complaints, tally.largest(handling(tickets, analysis_date).waited_hours[inside])


def ticket_metrics(
    tickets: pd.DataFrame, customers: pd.Index[Any], analysis_date: pd.Timestamp, period: Period
) -> dict[str, Any]:
    """Tickets submitted in the period by type, how fast and how many were settled, what customers said."""
    inside = period.covers(tickets["submitted_at"].to_numpy())
    rows, handled = tickets.loc[inside], handling(tickets, analysis_date)
    tally = Tally.of(rows["customer_id"], customers)
    every = np.ones(len(rows), dtype=bool)
    types = (i.TICKET_COMPLAINT, i.TICKET_AFTER_SALES, i.TICKET_ENQUIRY)
    by_type = _count_by(tally, rows["ticket_type"], types, every)
    resolved = handled.resolved[inside]
    columns: dict[str, Any] = {
        "complaints": by_type[:, 0],
        "after_sales": by_type[:, 1],
        "enquiries": by_type[:, 2],
        "mean_response_hours": tally.mean(handled.response_hours[inside]),
        "mean_resolution_days": tally.mean(handled.resolution_days[inside], resolved),
        "csat_mean": tally.mean(rows["csat"].to_numpy(dtype=float)),
        "nps_mean": tally.mean(rows["nps"].to_numpy(dtype=float)),
    }
    if handled.settling_known:
        columns["resolution_rate"] = divide(tally.count(resolved), tally.count(every))
    return columns


def usage_metrics(usage: pd.DataFrame, customers: pd.Index[Any], period: Period) -> dict[str, Any]:
    """Logins per month and mean use of the core functions, over the months of the period.

    A month belongs to the period its first day lies in. The divisor is the number of the period's months that
    the table holds for anybody, so that a table begun last quarter is not spread over a year.
    """
    rows = usage.loc[period.covers(usage["month"].to_numpy())]
    months = float(rows["month"].nunique())
    tally = Tally.of(rows["customer_id"], customers)
    logins = rows["logins"].to_numpy(dtype=float)
    known = ~np.isnan(logins)
    per_month = divide(tally.sum(logins, known), np.full(len(customers), months))
    untold = (tally.count(known) == 0) & (tally.count(~known) > 0)
    per_month[untold] = np.nan
    return {
        "logins_per_month": per_month,
        "core_feature_use": tally.mean(rows["core_feature_use"].to_numpy(dtype=float)),
    }


def campaign_metrics(
    members: pd.DataFrame, campaigns: pd.DataFrame, customers: pd.Index[Any], period: Period
) -> dict[str, Any]:
    """How many campaigns that began in the period the customer took part in."""
    begun = campaigns.loc[period.covers(campaigns["start_date"].to_numpy()), "campaign_id"]
    rows = members.loc[is_yes(members["participated"]) & members["campaign_id"].isin(begun).to_numpy()]
    rows = rows.drop_duplicates(["campaign_id", "customer_id"])
    tally = Tally.of(rows["customer_id"], customers)
    return {"campaigns_joined": tally.count(np.ones(len(rows), dtype=bool))}
