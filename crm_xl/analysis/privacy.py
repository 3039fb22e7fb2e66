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
    return {name: _masked_texts(frame, name) for name, frame in tables.items()}


def _masked_texts(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    masked = {}
    for column in TABLES[table]:
        if column.kind not in _TEXTS or pd.api.types.is_numeric_dtype(frame[column.name].dtype):
            continue
        texts = [text for text in frame[column.name].dropna().unique() if isinstance(text, str)]
        shown = {text: hidden for text in suspects(texts) if (hidden := mask_free_text(text)) != text}
        if shown:
            masked[column.name] = frame[column.name].map(lambda text, shown=shown: shown.get(text, text))
    return frame.assign(**masked)


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
