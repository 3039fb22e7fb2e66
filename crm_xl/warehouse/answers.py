"""How a question is put to an engine, and its answer read: days, sums of decimals, arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from crm_xl.analysis.calendar import Dates, Period
from crm_xl.analysis.growth import Floats
from crm_xl.warehouse.screening import MONEY

if TYPE_CHECKING:
    from ibis.expr import types as ir


def day_of(moment: pd.Timestamp) -> Any:
    """The day as the engine writes it."""
    import ibis

    return ibis.date(f"{moment:%Y-%m-%d}")


def within(day: Any, period: Period) -> Any:
    """Whether a day lies in the period."""
    return (day >= day_of(period.start)) & (day <= day_of(period.end))


def yuan(amount: Any) -> Any:
    """A sum of decimals as the number it is nearest to; 0 where nothing was added."""
    return amount.cast(MONEY).cast("float64").fill_null(0.0)


def fetched(table: ir.Table) -> pd.DataFrame:
    """The rows, here."""
    frame: pd.DataFrame = table.to_pandas()
    return frame


def floats(values: pd.Series) -> Floats:
    """Figures with 0 where there is none."""
    return np.asarray(values.astype(float).fillna(0.0), dtype=np.float64)


def dates_of(values: pd.Series) -> Dates:
    """Days as datetime64[D]."""
    return pd.to_datetime(values).to_numpy().astype("datetime64[D]")
