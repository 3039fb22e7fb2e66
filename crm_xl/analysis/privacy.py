"""Which mask each kind of personal data wears in outputs, reports and messages (SPEC section 3, Privacy)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from crm_xl.masks import mask_email, mask_free_text, mask_id_number, mask_name, mask_phone
from crm_xl.schema import Secret

MASKS: dict[Secret, Callable[[str], str]] = {
    Secret.NAME: mask_name,
    Secret.PHONE: mask_phone,
    Secret.EMAIL: mask_email,
    Secret.ID_NUMBER: mask_id_number,
    Secret.FREE_TEXT: mask_free_text,
}


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
