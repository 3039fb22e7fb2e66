"""What insight rules look at, and what they find: a subject, its customers, a figure and what it is held against."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crm_xl.analysis.calendar import Dates
from crm_xl.analysis.grading import HIGH, LOST, SILENT
from crm_xl.analysis.growth import Floats
from crm_xl.analysis.reports.choice import Choice
from crm_xl.analysis.reports.ground import Ground
from crm_xl.analysis.reports.groups import industries
from crm_xl.analysis.reports.status import status_of
from crm_xl.analysis.tally import Codes, Flags, Tally, codes_in
from crm_xl.tables import inputs as i

Names = NDArray[np.object_]

EVERYBODY = "全体"


@dataclass(frozen=True, kw_only=True, eq=False)
class Finding:
    """One statement before it is worded.

    Attributes:
        subject: of whom or what it speaks.
        affected: who is concerned.
        group: among how many; the share is of them.
        figure: the evidence, in `unit`; missing where the number of customers is all.
        base: what the figure is held against, in the same unit; missing where nothing is.
    """

    subject: str
    affected: Flags
    group: float
    figure: float = np.nan
    base: float = np.nan
    unit: str = ""


@dataclass(frozen=True, eq=False)
class Facts:
    """The customers as the rules see them; each fact is computed when a rule first asks for it.

    Args:
        ground: of the run.
    """

    ground: Ground

    @property
    def size(self) -> int:
        """How many customers there are."""
        return len(self.ground.listed)

    @cached_property
    def lost(self) -> Flags:
        """Who has left: 流失 by activity, or registered so with no order since; nobody without orders."""
        last = self.dates("last_order_date").astype("datetime64[D]")
        return status_of(self.ground, last, self.ground.date).lost

    @property
    def whole(self) -> Choice:
        """Everybody in the analysis period: what stands above a report narrows that report alone."""
        return Choice(period=self.ground.period)

    @cached_property
    def idle(self) -> Flags:
        """Who is 沉默 or 流失."""
        return self.is_level("activity", SILENT) | self.is_level("activity", LOST)

    @cached_property
    def valuable(self) -> Flags:
        """Whose value is 高."""
        return self.is_level("value_tier", HIGH)

    @cached_property
    def industry(self) -> Names:
        """The upper level of each customer's industry."""
        return industries(self.ground.frames[i.CUSTOMERS.name]).to_numpy(dtype=object)

    @cached_property
    def talks(self) -> pd.DataFrame | None:
        """The interactions of the period with `owner`, the customer's place; None without the table."""
        return self._of_the_period(i.INTERACTIONS.name, "interaction_time")

    @cached_property
    def tickets(self) -> pd.DataFrame | None:
        """The tickets submitted in the period with `owner`; None without the table."""
        return self._of_the_period(i.TICKETS.name, "submitted_at")

    def _of_the_period(self, table: str, moment: str) -> pd.DataFrame | None:
        rows = self.ground.frames.get(table)
        if rows is None:
            return None
        return self.owned(rows.loc[self.ground.period.covers(rows[moment].to_numpy())])

    def is_level(self, column: str, *levels: str) -> Flags:
        """Whose level in SCORES is one of these."""
        return self.ground.scores[column].isin(levels).to_numpy()

    def figure(self, name: str) -> Floats:
        """A column of METRICS."""
        return self.ground.metrics[name].to_numpy(dtype=float)

    def dates(self, name: str) -> Dates:
        """A column of METRICS that holds days."""
        return self.ground.metrics[name].to_numpy().astype("datetime64[D]")

    def owned(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows of customers in scope, with `owner`, the customer's place."""
        owners = codes_in(rows["customer_id"], self.ground.listed)
        return rows.assign(owner=owners).loc[owners >= 0]

    def flags(self, owners: Codes) -> Flags:
        """Who owns any of the rows."""
        found = np.zeros(self.size, dtype=bool)
        found[owners] = True
        return found

    def tally(self, rows: pd.DataFrame) -> Tally:
        """The rows per customer; they have `owner`."""
        return Tally(rows["owner"].to_numpy(dtype=np.int64), self.size)
