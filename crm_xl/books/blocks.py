"""A computed frame as a book takes it: declared headings, plain Python values."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from crm_xl.books.protocol import Block
from crm_xl.schema import TEMPORAL, Column, Kind, Table


def block_of(table: Table, frame: pd.DataFrame) -> Block:
    """The frame's columns under their Chinese headings; missing values blank, dates as dates, truth as 是/否.

    Args:
        table: the output's declaration; its columns come first, in its order.
        frame: English column names; an open-ended table's further columns keep their own names as headings.

    Raises:
        ValueError: a declared column is not in the frame, or there are others that the table does not allow.
    """
    further = [name for name in frame.columns if name not in table.names]
    if further and not table.open_ended:
        raise ValueError(f"{table.name} declares no columns {further}")
    columns = [cell_values(frame[column.name], column) for column in table]
    columns += [
        cell_values(frame[name], Column(name=name, title=name, kind=table.further)) for name in further
    ]
    rows = list(zip(*columns, strict=True))
    return Block(headings=(*table.titles, *further), rows=rows, linked=table.linked)


def sentence_block(table: Table, sentence: str) -> Block:
    """A table that could not be computed: its headings, and in its first row why."""
    row = (sentence, *[None] * (len(table.titles) - 1))
    return Block(headings=table.titles, rows=[row], linked=table.linked)


def cell_values(series: pd.Series, column: Column) -> list[Any]:
    """A typed column as plain Python values: missing is None, dates are dates, truth is 是/否."""
    plain: np.ndarray
    if column.kind in TEMPORAL and series.dtype == object:
        # As found in a table that is written back: days as days, and what a person wrote instead as it stands.
        plain = np.array([_moment(value, column) for value in series.tolist()] + [None], dtype=object)[:-1]
    elif column.kind in TEMPORAL:
        stamps = pd.to_datetime(series).dt
        moments = stamps.to_pydatetime() if column.kind is Kind.DATETIME else stamps.date
        plain = np.asarray(moments, dtype=object)
    elif column.kind is Kind.YESNO:
        plain = series.map({True: "是", False: "否"}).to_numpy(dtype=object)
    elif pd.api.types.is_numeric_dtype(series.dtype):
        plain = series.to_numpy(dtype="float64", na_value=np.nan).astype(object)
    else:
        plain = series.to_numpy(dtype=object)
    missing = series.isna().to_numpy()
    if missing.any():
        plain = plain.copy()
        plain[missing] = None
    values: list[Any] = plain.tolist()
    return values


def _moment(value: Any, column: Column) -> Any:
    if not isinstance(value, datetime) or pd.isna(value):
        return value
    moment = value.to_pydatetime() if isinstance(value, pd.Timestamp) else value
    return moment if column.kind is Kind.DATETIME else moment.date()
