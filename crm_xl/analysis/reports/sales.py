"""销售业绩报表: by month, quarter or year, owner and region; against the team of the same time (guide 004)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from crm_xl.analysis.growth import Floats, growth
from crm_xl.analysis.metrics_orders import YUAN_PER_WAN
from crm_xl.analysis.reports.choice import Choice, choice_of
from crm_xl.analysis.reports.ground import Ground, Made
from crm_xl.analysis.reports.periods import cut_short, label, period_codes
from crm_xl.analysis.reports.sales_facts import OWNER, REGION, Groups, SalesFacts
from crm_xl.analysis.reports.sales_figures import (
    HUNDRED,
    Assigned,
    block,
    columns,
    figures,
    ties,
    whole,
    with_last,
)
from crm_xl.analysis.shares import shares
from crm_xl.analysis.tally import Codes
from crm_xl.settings import Settings
from crm_xl.tables import outputs as o
from crm_xl.tables import sales_reports as t


def make_sales(ground: Ground) -> Made:
    """SALES_REPORT and the block of its chart, narrowed by the choices above it.

    Raises:
        CrmError: a choice that cannot be followed, or nothing was sold or offered in what it leaves.
    """
    choice = choice_of(t.SALES_CHOICE, ground)
    facts, settings = ground.sales([choice.period]), ground.settings
    in_periods, starts = _in_periods(facts, choice, settings)
    team, mine = (in_periods.narrowed(facts, choice, any_owner=everybody) for everybody in (True, False))
    cells, rows = _cells(facts, mine)
    if not len(rows.period):
        raise choice.nothing("订单")
    names = np.array([label(start, choice.grain, settings) for start in starts], dtype=object)
    notes = [cut_short(start, choice.grain, choice.period, settings) for start in starts]
    found, of_team = figures(facts, cells, len(rows.period)), figures(facts, team, len(starts))
    body = pd.DataFrame(
        {
            "period": names[rows.period],
            "owner": facts.names[OWNER][rows.owner],
            "region": facts.names[REGION][rows.region],
            **columns(found),
            "amount_share": shares(found.amount),
            "period_share": _shares_within(found.amount, rows.period, len(starts)),
            "value_against_team": growth(found.average_order_value, of_team.average_order_value[rows.period]),
            "conversion_against_team": HUNDRED * (found.conversion - of_team.conversion[rows.period]),
            "notes": np.array(notes, dtype=object)[rows.period],
        }
    )
    entire = figures(facts, mine.together, 1)
    total = {
        "period": o.TOTAL,
        **{name: values[0] for name, values in columns(entire).items()},
        "amount_share": whole(body["amount_share"]),
    }
    if choice.owner:  # else the team is compared with itself
        everybody = figures(facts, team.together, 1)
        total["value_against_team"] = growth(entire.average_order_value, everybody.average_order_value)[0]
        total["conversion_against_team"] = HUNDRED * (entire.conversion - everybody.conversion)[0]
    shown = figures(facts, mine, len(starts)) if choice.owner else of_team
    chart = pd.DataFrame(
        {"label": names, "amount": shown.amount / YUAN_PER_WAN, "conversion": shown.conversion}
    )
    return Made(
        tables={
            t.SALES_REPORT.name: with_last(body, total, t.SALES_REPORT),
            t.SALES_CHART.name: block(chart.tail(t.COMPARED_MONTHS), t.SALES_CHART),
        },
        chosen={t.SALES_REPORT.name: "　".join(filter(None, (f"周期 {choice.grain}", choice.words)))},
        checks=(ties(t.SALES_REPORT, found.amount, facts, choice, choice.period),),
    )


class _Rows(NamedTuple):
    """The period, owner and region of each row, by number."""

    period: Codes
    owner: Codes
    region: Codes


def _in_periods(facts: SalesFacts, choice: Choice, settings: Settings) -> tuple[Assigned, list[pd.Timestamp]]:
    """Sales and opportunities by the period they lie in, and the first days of the periods."""
    codes, starts = period_codes(facts.sales.day, choice.period, choice.grain, settings)
    if facts.opportunities is None:
        return Assigned(codes, None), starts
    deals, _ = period_codes(facts.opportunities.created, choice.period, choice.grain, settings)
    return Assigned(codes, deals), starts


def _cells(facts: SalesFacts, periods: Assigned) -> tuple[Assigned, _Rows]:
    """Sales and opportunities by the row they belong to, period x owner x region in that order, of those that occur."""
    owners, regions = len(facts.names[OWNER]), len(facts.names[REGION])

    def cell(period: Codes, groups: Groups) -> Codes:
        return np.where(period >= 0, (period * owners + groups[OWNER]) * regions + groups[REGION], -1)

    lines, deals = cell(periods.sales, facts.groups), None
    found = [pd.unique(lines)]
    if periods.deals is not None and facts.opportunities is not None:
        deals = cell(periods.deals, facts.opportunities.groups)
        found.append(pd.unique(deals))
    rows = np.unique(np.concatenate(found))
    rows = rows[rows >= 0]
    # Where a cell that occurs stands among the rows; far fewer cells are possible than there are lines.
    place = np.full(int(rows.max(initial=-1)) + 2, -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    assigned = Assigned(place[lines], None if deals is None else place[deals])
    return assigned, _Rows(rows // (owners * regions), rows // regions % owners, rows % regions)


def _shares_within(amounts: Floats, groups: Codes, size: int) -> Floats:
    """Each amount's share of its group, which add up to 1 in each."""
    result = np.full(len(amounts), np.nan)
    for number in range(size):
        inside = groups == number
        result[inside] = shares(amounts[inside])
    return result
