"""How tickets were dealt with by the end of the analysis date: answered, still waiting, resolved (SPEC section 4).

What was answered or resolved after the analysis date was still open on it. A time before the submission is no
duration.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crm_xl.analysis.calendar import Dates
from crm_xl.analysis.growth import Floats
from crm_xl.analysis.tally import Flags, is_yes

_HOUR, _DAY = np.timedelta64(1, "h"), np.timedelta64(1, "D")


@dataclass(frozen=True, kw_only=True, eq=False)
class Handling:
    """One value per ticket.

    Attributes:
        answered: moment of the first answer; NaT where there is none yet.
        response_hours: from the submission to the first answer; missing without one.
        waited_hours: the same, and for a ticket that is neither answered nor resolved until the end of the
            analysis date, provided that answers are recorded at all.
        resolution_days: from the submission to the resolution; missing where none stands.
        resolved: where 已解决 says so, or is blank and a time of resolution stands.
        settling_known: whether anybody ever wrote down what was settled; else no ticket is unsettled either.
    """

    answered: Dates
    response_hours: Floats
    waited_hours: Floats
    resolution_days: Floats
    resolved: Flags
    settling_known: bool


def handling(tickets: pd.DataFrame, analysis_date: pd.Timestamp) -> Handling:
    """What became of each ticket.

    Args:
        tickets: cleaned tblTickets, all of it: whether answers are recorded at all shows in the whole table.
        analysis_date: its whole day counts.
    """
    day_end = np.datetime64(analysis_date, "D") + _DAY
    submitted = tickets["submitted_at"].to_numpy()
    answered = _known_by(tickets["first_response_at"], day_end)
    resolved_at = tickets["resolved_at"].to_numpy()
    said = is_yes(tickets["resolved"])
    implied: NDArray[np.bool_] = tickets["resolved"].isna().to_numpy() & ~np.isnat(resolved_at)
    resolved: Flags = (said | implied) & ~(resolved_at >= day_end)
    hours = _duration(submitted, answered, _HOUR)
    waited = hours.copy()
    if tickets["first_response_at"].notna().any():
        waiting = np.isnat(answered) & ~resolved
        waited[waiting] = _duration(submitted, np.full(len(tickets), day_end), _HOUR)[waiting]
    return Handling(
        answered=answered,
        response_hours=hours,
        waited_hours=waited,
        resolution_days=_duration(submitted, _known_by(tickets["resolved_at"], day_end), _DAY),
        resolved=resolved,
        # Tickets whose settling nobody ever wrote down are not unsettled tickets.
        settling_known=bool(tickets["resolved"].notna().any() or tickets["resolved_at"].notna().any()),
    )


def _known_by(moments: pd.Series, day_end: np.datetime64) -> Dates:
    values = moments.to_numpy()
    return np.where(values < day_end, values, np.datetime64("NaT"))


def _duration(start: Dates, end: Dates, unit: np.timedelta64) -> Floats:
    spent: Floats = (end - start) / unit
    spent[spent < 0] = np.nan
    return spent
