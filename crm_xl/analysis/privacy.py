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
    looked_at: set[object] = set()  # the same names and sentences stand in several tables
    changed: dict[object, str] = {}
    return {name: _masked_texts(frame, name, looked_at, changed) for name, frame in tables.items()}


def _masked_texts(
    frame: pd.DataFrame, table: str, looked_at: set[object], changed: dict[object, str]
) -> pd.DataFrame:
    """The frame masked; adds what it saw to `looked_at`, and what of it a mask changes to `changed`."""
    masked = {}
    for column in TABLES[table]:
        if column.kind not in _TEXTS:
            continue
        values = _distinct(frame[column.name])
        unseen = values - looked_at
        looked_at |= unseen
        for text in suspects([value for value in unseen if isinstance(value, str)]):
            if (shown := mask_free_text(text)) != text:
                changed[text] = shown
        if not changed.keys().isdisjoint(values):
            masked[column.name] = frame[column.name].map(lambda text: changed.get(text, text))
    return frame.assign(**masked) if masked else frame


def _distinct(values: pd.Series) -> set[object]:
    """The different values of a column that may hold texts; none of one of numbers or dates."""
    if isinstance(values.dtype, np.dtype) and values.dtype != object:
        return set()
    if isinstance(values.dtype, pd.CategoricalDtype):
        return set(values.cat.categories)
    cells = values if values.dtype == object else values.unique()
    return set(np.asarray(cells, dtype=object).tolist())


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
