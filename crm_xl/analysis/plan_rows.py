"""跟进计划 as it was found: cells untouched, so that what people typed goes back as they typed it, and what they mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crm_xl.raw import RawTable
from crm_xl.schema import NUMERIC, TEMPORAL
from crm_xl.settings.rows import present
from crm_xl.tables.headings import match_headings, unmatched_headings
from crm_xl.tables.inputs import PLAN_DONE, PLAN_DROPPED, PLAN_OPEN, PLANS
from crm_xl.values import convert
from crm_xl.widths import fold

OVERDUE = "（逾期）"
CLOSED = (PLAN_DONE, PLAN_DROPPED)
# What a proposal says; a row of which any of these was changed is a person's.
PROPOSED = (
    "customer_id",
    "level",
    "owner",
    "frequency",
    "action",
    "target_metric",
    "baseline",
    "target",
    "due_date",
)
_SUFFIX = re.compile(r"\s*[（(]逾期[）)]\s*$")
_MARK_BYTES = 5

Texts = NDArray[np.object_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Found:
    """The rows of the table that hold anything, in order.

    Attributes:
        cells: as found, blanks as None: the declared columns by English name, then people's own by heading.
        read: the declared columns as their kinds have them; what cannot be read is missing.
    """

    cells: pd.DataFrame
    read: pd.DataFrame

    @property
    def own_columns(self) -> list[str]:
        """Headings of the columns that people have added."""
        return [name for name in self.cells.columns if name not in PLANS.names]

    @property
    def status(self) -> Texts:
        """What people say of each row, without the mark of the refresh; empty where they say nothing."""
        return np.array(
            [_SUFFIX.sub("", str(s or "")).strip() for s in self.read["status"].tolist()], dtype=object
        )

    @property
    def untouched(self) -> NDArray[np.bool_]:
        """The rows that still say what a refresh has proposed, and on which nobody has begun to work."""
        given = self.read["proposal"].fillna("").to_numpy(dtype=object)
        written = [*PROPOSED, "actual"]
        # What cannot be read says something all the same.
        unreadable = (self.cells[written].notna() & self.read[written].isna()).any(axis=1).to_numpy()
        waiting = np.isin(self.status, ("", PLAN_OPEN)) & self.read["actual"].isna().to_numpy() & ~unreadable
        same: NDArray[np.bool_] = np.asarray((given != "") & (given == marks(self.read)), dtype=bool)
        return same & waiting


def found_plans(raw: RawTable | None) -> Found:
    """The rows of `tblPlans`; none where the book has no such table.

    Args:
        raw: as found; any of its columns may be missing.
    """
    index = {} if raw is None else match_headings(PLANS, raw.headings)
    size = 0 if raw is None else len(raw)
    cells: dict[str, Any] = {name: np.full(size, None, dtype=object) for name in PLANS.names}
    if raw is not None:
        cells |= {name: _blanks(raw.columns[at]) for name, at in index.items()}
        cells |= {
            raw.headings[at]: _blanks(raw.columns[at]) for at in unmatched_headings(PLANS, raw.headings)
        }
    frame = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in cells.items()})
    frame = frame[frame.notna().any(axis=1)].reset_index(drop=True)
    read = {column.name: _typed(frame[column.name].to_numpy(dtype=object), column.name) for column in PLANS}
    return Found(cells=frame.where(frame.notna(), None), read=pd.DataFrame(read))


def marks(rows: pd.DataFrame) -> Texts:
    """What each row proposes as a short mark: equal content, equal mark, however it was spelled or stored.

    Args:
        rows: typed, with the columns PROPOSED.
    """
    columns = [_said(rows[name]) for name in PROPOSED]
    made = [
        f"p{blake2b('|'.join(told).encode(), digest_size=_MARK_BYTES).hexdigest()}"
        for told in zip(*columns, strict=True)
    ]
    return np.array(made, dtype=object)


def _said(series: pd.Series[Any]) -> list[str]:
    """Each cell in one spelling; every distinct one is written once."""
    codes, distinct = pd.factorize(series.to_numpy())
    if pd.api.types.is_datetime64_any_dtype(series.dtype):
        texts = np.datetime_as_string(distinct, unit="D").tolist() if len(distinct) else []
    elif pd.api.types.is_numeric_dtype(series.dtype):
        texts = [f"{value:.10g}" for value in distinct.tolist()]
    else:
        texts = [fold(str(value)) for value in distinct.tolist()]
    said = np.array([*texts, ""], dtype=object)  # the last for what is missing, whose place is -1
    return list(said[codes])


def _blanks(values: NDArray[Any]) -> NDArray[np.object_]:
    """The cells as plain values, blanks as None; numpy's own dates and numbers too."""
    plain = pd.Series(values).astype(object).to_numpy(dtype=object, copy=True)
    codes, distinct = pd.factorize(plain)
    blank = np.array([*(not present(cell) for cell in distinct.tolist()), True], dtype=bool)
    plain[blank[codes]] = None
    return plain


def _typed(values: NDArray[np.object_], name: str) -> pd.Series[Any]:
    column = PLANS.column(name)
    read = convert(values, column).values
    if column.kind in NUMERIC:
        return pd.Series(read.astype(float))
    if column.kind in TEMPORAL:
        return pd.Series(read.astype("datetime64[us]"))
    return pd.Series(read, dtype=object)
