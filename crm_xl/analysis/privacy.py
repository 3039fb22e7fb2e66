"""Which mask each kind of personal data wears in outputs, reports and messages (SPEC section 3, Privacy)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from crm_xl.masks import mask_email, mask_free_text, mask_id_number, mask_name, mask_phone, suspects
from crm_xl.schema import Kind, Secret
from crm_xl.tables import TABLES

MASKS: dict[Secret, Callable[[str], str]] = {
    Secret.NAME: mask_name,
    Secret.PHONE: mask_phone,
    Secret.EMAIL: mask_email,
    Secret.ID_NUMBER: mask_id_number,
    Secret.FREE_TEXT: mask_free_text,
}


# What people typed may stand in these; ids are the keys by which tables find each other.
_TEXTS = frozenset({Kind.TEXT, Kind.CHOICE, Kind.ANY})


def masked_outputs(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The output tables with phones, identity numbers and e-mail addresses masked wherever a text holds one.

    Whoever computed a text may have taken it from any column: a phone typed into 区域 shows in every table by region.
    """
    known: dict[str, str] = {}  # the same sentence stands in several tables
    return {name: _masked_texts(frame, name, known) for name, frame in tables.items()}


def _masked_texts(frame: pd.DataFrame, table: str, known: dict[str, str]) -> pd.DataFrame:
    masked = {}
    for column in TABLES[table]:
        if column.kind not in _TEXTS:
            continue
        suspected = suspects(_texts_in(frame[column.name]))
        known |= {text: mask_free_text(text) for text in suspected if text not in known}
        shown = {text: known[text] for text in suspected if known[text] != text}
        if shown:
            masked[column.name] = frame[column.name].map(lambda text, shown=shown: shown.get(text, text))
    return frame.assign(**masked) if masked else frame


def _texts_in(values: pd.Series) -> list[str]:
    """The different texts of a column; none in a column of numbers or dates."""
    if isinstance(values.dtype, np.dtype) and values.dtype != object:
        return []
    cells = values if values.dtype == object else values.unique()
    return [text for text in set(np.asarray(cells, dtype=object).tolist()) if isinstance(text, str)]


def mask_column(values: np.ndarray, secret: Secret) -> np.ndarray:
    """A column of texts masked, each distinct text once; None stays None.

    Args:
        values: object array of str or None.
        secret: what the column holds.
    """
    codes, distinct = pd.factorize(values)
    masked = np.empty(len(distinct) + 1, dtype=object)
    masked[:-1] = [MASKS[secret](str(text)) for text in distinct]
    return masked[codes]
