"""客户服务报表 and 投诉类型: how fast and how well tickets are settled, and what complaints are about (guide 004)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from crm_xl.analysis.growth import Floats
from crm_xl.analysis.reports.breakdown import adds_up, group_rows, most_first, stacked
from crm_xl.analysis.reports.choice import Choice, choice_of, named
from crm_xl.analysis.reports.ground import Ground, Made
from crm_xl.analysis.reports.groups import Grouping
from crm_xl.analysis.shares import shares
from crm_xl.analysis.summary import chart_block
from crm_xl.analysis.tally import Flags, Tally, codes_in, divide
from crm_xl.analysis.tickets import handling
from crm_xl.settings.model import BOUND_TOLERANCE
from crm_xl.tables import choices as c
from crm_xl.tables import inputs as i
from crm_xl.tables import outputs as o
from crm_xl.tables import service_reports as s

# Reichheld's scale of 0 to 10 (Harvard Business Review 12/2003).
_PROMOTER, _DETRACTOR = 9, 6
_POINTS = 100.0

Columns = dict[str, Any]


@dataclass(frozen=True, kw_only=True, eq=False)
class Served:
    """The tickets of the period and the customers chosen, one value per ticket.

    Attributes:
        tickets: rows of tblTickets, with the customers' `owner`.
        customer: the place of its customer in `Ground.listed`.
        response_hours, waited_hours, resolution_days, resolved, answered: see tickets.Handling.
        settling_known: likewise.
    """

    tickets: pd.DataFrame
    customer: np.ndarray
    answered: np.ndarray
    response_hours: Floats
    waited_hours: Floats
    resolution_days: Floats
    resolved: Flags
    settling_known: bool


def make(ground: Ground) -> Made:
    """SERVICE_REPORT, SERVICE_TYPES and the block of their chart, of the tickets submitted in the period chosen.

    Raises:
        CrmError: the choice cannot be read, nobody is meant, or there is no ticket.
    """
    choice = choice_of(s.SERVICE_CHOICE, ground)
    served = served_in(ground, choice)
    complaints = _complaints(served)
    report = _report(served, ground.settings.general.slow_answer_hours)
    return Made(
        tables={
            s.SERVICE_REPORT.name: report,
            s.SERVICE_TYPES.name: complaints,
            s.COMPLAINT_CHART.name: chart_block(complaints, s.COMPLAINT_CHART),
        },
        chosen={table.name: choice.words for table in (s.SERVICE_REPORT, s.SERVICE_TYPES)},
        checks=(adds_up(s.SERVICE_REPORT, report, {"tickets": float(len(served.tickets))}),),
    )


def served_in(ground: Ground, choice: Choice) -> Served:
    """The tickets that the listed customers chosen submitted in the period.

    Raises:
        CrmError: nobody is meant, or there is no such ticket.
    """
    tickets, customers = ground.frames[i.TICKETS.name], ground.frames[i.CUSTOMERS.name]
    chosen = choice.customers(customers)
    places = codes_in(tickets["customer_id"], ground.listed)
    inside = choice.period.covers(tickets["submitted_at"].to_numpy()) & (places >= 0)
    inside &= chosen[places]
    if not inside.any():
        raise choice.nothing("工单")
    handled = handling(tickets, ground.date)
    owners = named(customers["owner"]).to_numpy(dtype=object)
    rows = tickets.loc[inside].reset_index(drop=True)
    return Served(
        tickets=rows.assign(owner=owners[places[inside]]),
        customer=places[inside],
        answered=handled.answered[inside],
        response_hours=handled.response_hours[inside],
        waited_hours=handled.waited_hours[inside],
        resolution_days=handled.resolution_days[inside],
        resolved=handled.resolved[inside],
        settling_known=handled.settling_known,
    )


def is_slow(waited_hours: Floats, limit: float) -> Flags:
    """Which tickets had to wait longer than the limit; one whose answer is not known did not."""
    slow: Flags = waited_hours > limit + BOUND_TOLERANCE
    return slow


def _report(served: Served, limit: float) -> pd.DataFrame:
    tickets = served.tickets
    categories = named(tickets["ticket_type"]).astype(object)
    months = tickets["submitted_at"].dt.strftime("%Y-%m").astype(object)
    owners = tickets["owner"]
    whole = Grouping.of(o.TOTAL, pd.Series(np.full(len(tickets), s.ALL_CUSTOMERS, dtype=object)))
    groupings = (
        Grouping.of(s.BY_CATEGORY, categories, _CATEGORIES),
        Grouping.of(s.BY_MONTH, months),
        Grouping.of(s.BY_OWNER, owners, most_first(owners, (c.UNNAMED,))),
    )
    parts = [group_rows(grouping, _columns(served, grouping.tally, limit)) for grouping in groupings]
    total = {name: values[0] for name, values in _columns(served, whole.tally, limit).items()}
    return stacked(parts, {"group": s.ALL_CUSTOMERS, **total}, s.SERVICE_REPORT)


_CATEGORIES = (i.TICKET_COMPLAINT, i.TICKET_AFTER_SALES, i.TICKET_ENQUIRY)


def _columns(served: Served, tally: Tally, limit: float) -> Columns:
    """The columns of SERVICE_REPORT, one value per group."""
    every = np.ones(len(served.tickets), dtype=bool)
    known = ~np.isnan(served.waited_hours)
    csat, nps = (served.tickets[name].to_numpy(dtype=float) for name in ("csat", "nps"))
    said = ~np.isnan(nps)
    promoters, detractors = tally.count(nps >= _PROMOTER), tally.count(nps <= _DETRACTOR)
    tickets = tally.count(every)
    return {
        "tickets": tickets,
        **_settling(served, tally),
        "median_response_hours": _medians(tally, served.response_hours),
        "slow_share": divide(tally.count(is_slow(served.waited_hours, limit)), tally.count(known)),
        "mean_resolution_days": tally.mean(served.resolution_days, served.resolved),
        "csat": tally.mean(csat),
        "csat_answers": tally.count(~np.isnan(csat)),
        "nps": divide(promoters - detractors, tally.count(said)) * _POINTS,
        "nps_answers": tally.count(said),
    }


def _settling(served: Served, tally: Tally) -> Columns:
    every = np.ones(len(served.tickets), dtype=bool)
    rate = divide(tally.count(served.resolved), tally.count(every))
    return {
        "mean_response_hours": tally.mean(served.response_hours),
        "resolution_rate": rate if served.settling_known else np.full(len(rate), np.nan),
    }


def _medians(tally: Tally, values: Floats) -> Floats:
    """The median of the known values of each group; missing where there is none."""
    medians = pd.Series(values).groupby(tally.codes).median().reindex(range(tally.customers))
    return np.asarray(medians, dtype=np.float64)


def _complaints(served: Served) -> pd.DataFrame:
    """SERVICE_TYPES: complaints by what they are about, the commonest first, the last row 合计."""
    own = (served.tickets["ticket_type"] == i.TICKET_COMPLAINT).to_numpy(dtype=bool, na_value=False)
    issues = named(served.tickets["issue"]).astype(object)
    names = most_first(issues[own], (c.UNNAMED,))
    every = np.where(own, 0, -1).astype(np.int64)
    by_issue = np.where(own, codes_in(issues, pd.Index(names, dtype=object)), -1).astype(np.int64)
    csat = served.tickets["csat"].to_numpy(dtype=float)
    parts = []
    for labels, codes in ((names, by_issue), ([o.TOTAL], every)):
        tally = Tally(codes, len(labels))
        number = tally.count(own)
        parts.append(
            pd.DataFrame(
                {
                    "issue": pd.Series(labels, dtype=object),
                    "complaints": number,
                    "complaint_share": shares(number),
                    **_settling(served, tally),
                    "csat": tally.mean(csat, own),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)[list(s.SERVICE_TYPES.names)]
