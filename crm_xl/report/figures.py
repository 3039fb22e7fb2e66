"""Numbers in sentences: each is a reference to a cell of an output table, read when the sentence is rendered.

No number is ever typed into a sentence: what the text says and what the table beside it shows come from one cell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Any

import numpy as np
import pandas as pd

from crm_xl.schema import TEMPORAL, Column, Kind, Table
from crm_xl.tables import TABLES

Tables = Mapping[str, pd.DataFrame]
BLANK = "—"
POINTS = "百分点"  # which a sentence counts by 个


@dataclass(frozen=True, kw_only=True)
class Cite:
    """A cell of an output: table, row from 0, English column name; without its sign where the words give the direction."""

    table: str
    row: int
    column: str
    unsigned: bool = False


@dataclass(frozen=True, kw_only=True)
class Count:
    """How many rows of an output hold the value in the column; all its rows without one."""

    table: str
    column: str = ""
    value: str = ""
    unit: str = "家"


Piece = str | Cite | Count
Sentence = tuple[Piece, ...]


def say(template: str, **references: Piece) -> Sentence:
    """A sentence with references in its places: “{tier} 占 {share}” with tier=Cite(…), share=Cite(…).

    Raises:
        KeyError: a place has no reference.
        ValueError: a digit stands in the template itself: numbers are cited, not typed.
    """
    pieces: list[Piece] = []
    for literal, field, _, _ in Formatter().parse(template):
        if any(sign.isdigit() for sign in literal):
            raise ValueError(f"a number typed into a sentence: {literal}")
        if literal:
            pieces.append(literal)
        if field is not None:
            pieces.append(references[field])
    return tuple(pieces)


def text_of(sentence: Sentence, tables: Tables) -> str:
    """The sentence as read, with the present value of every cell it cites."""
    return "".join(piece if isinstance(piece, str) else _cited(piece, tables) for piece in sentence)


def _cited(piece: Cite | Count, tables: Tables) -> str:
    frame = tables[piece.table]
    if isinstance(piece, Count):
        number = len(frame) if not piece.column else int((frame[piece.column] == piece.value).sum())
        return f"{number:,}{piece.unit and f' {piece.unit}'}"
    column = TABLES[piece.table].column(piece.column)
    value = frame[piece.column].iloc[piece.row]
    return shown(abs(value) if piece.unsigned else value, column, with_unit=True)


def shown(value: Any, column: Column, *, with_unit: bool = False) -> str:
    """A value as report and sentence write it, the same in both but for the unit, which a heading has.

    >>> shown(0.3255, Column(name="s", title="占比", kind=Kind.PERCENT))
    '32.55%'
    """
    if value is None or value is pd.NaT or (isinstance(value, float) and pd.isna(value)) or value == "":
        return BLANK
    if column.kind is Kind.PERCENT:
        return f"{float(value):.2%}"
    if column.kind is Kind.YESNO:
        return "是" if value else "否"
    if column.kind in TEMPORAL:
        moment = pd.Timestamp(value)
        return f"{moment:%Y-%m}" if column.kind is Kind.MONTH else f"{moment:%Y-%m-%d}"
    if isinstance(value, str) or column.kind not in (Kind.INTEGER, Kind.NUMBER, Kind.MONEY):
        return str(value)
    digits = {Kind.INTEGER: 0, Kind.MONEY: 2}.get(column.kind, 2 if column.digits is None else column.digits)
    text = f"{float(value):,.{digits}f}"
    if not with_unit or not column.unit:
        return text
    return f"{text} {'个' if column.unit == POINTS else ''}{column.unit}"


def row_of(tables: Tables, table: Table, column: str, value: object) -> int | None:
    """The first row of an output that holds the value; None where none does."""
    found = (tables[table.name][column] == value).to_numpy().nonzero()[0]
    return int(found[0]) if len(found) else None


def top_row(
    tables: Tables,
    table: Table,
    column: str,
    *,
    without: str = "",
    lowest: bool = False,
    among: Sequence[int] | None = None,
) -> int | None:
    """The row with the largest known value of a column; None where there is none above zero.

    Args:
        tables: outputs by name.
        table: which.
        column: English name of a numeric column.
        without: a row whose first column says this is passed over (合计).
        lowest: the smallest instead, zero included.
        among: only these rows; all where None.
    """
    frame = tables[table.name]
    values = frame[column].to_numpy(dtype=float, na_value=np.nan)
    known = ~np.isnan(values) & (frame[table.names[0]] != without).to_numpy()
    if among is not None:
        known &= np.isin(np.arange(len(frame)), np.asarray(among))
    if not known.any() or (not lowest and not values[known].max() > 0):
        return None
    return int(
        np.argmin(np.where(known, values, np.inf)) if lowest else np.argmax(np.where(known, values, -np.inf))
    )
