"""MASK."""

from __future__ import annotations

from typing import Any

import numpy as np

from crm_xl.analysis.privacy import MASKS
from crm_xl.functions.cells import Objects, elementwise, is_omitted, read
from crm_xl.schema import Column, Kind, Secret

_KINDS = {
    "文本": Secret.FREE_TEXT,
    "姓名": Secret.NAME,
    "电话": Secret.PHONE,
    "邮箱": Secret.EMAIL,
    "证件号码": Secret.ID_NUMBER,
}
_DEFAULT = "文本"
_TEXT = Column(name="text", title="内容")
_KIND = Column(name="kind", title="种类", kind=Kind.CHOICE, choices=tuple(_KINDS))


def mask(content: Any, secret_kind: Any = None) -> Any:
    """The text as it may be shown; without a kind, the phones, numbers and addresses inside it masked."""
    return elementwise(
        _masked, read(content, _TEXT), read(_DEFAULT if is_omitted(secret_kind) else secret_kind, _KIND)
    )


def _masked(texts: Objects, kinds: Objects) -> Objects:
    shown = np.empty(len(texts), dtype=object)
    shown[:] = [
        _no_error(MASKS[_KINDS[kind]](text))
        for text, kind in zip(texts.tolist(), kinds.tolist(), strict=True)
    ]
    return shown


def _no_error(text: str) -> str:
    """The text as the wrapper in VBA lets it through: a # at its start would make it an error."""
    return f"＃{text[1:]}" if text.startswith("#") else text
