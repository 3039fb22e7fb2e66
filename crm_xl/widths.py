"""Full-width characters, which Chinese keyboards and exports mix with half-width ones: brought to one width, and counted."""

from __future__ import annotations

import unicodedata

_SAME_LENGTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    0x3000: 0x20,
    0xA0: 0x20,
    0xFFE5: 0xA5,
}
_FOLD = _SAME_LENGTH | {0x200B: None, 0xFEFF: None}


def fold(text: str) -> str:
    """The text in half-width characters, without white space or invisible characters at its ends.

    >>> fold("　ＡＢ１２　")
    'AB12'
    """
    return text.strip() if text.isascii() else text.translate(_FOLD).strip()


def half_width(text: str) -> str:
    """The text in half-width characters, place for place: what is found in it stands there in the original.

    >>> half_width("电话　１３８")
    '电话 138'
    """
    return text if text.isascii() else text.translate(_SAME_LENGTH)


def display_width(text: str) -> int:
    """How many Latin characters a text is as wide as; a Chinese character counts two.

    >>> display_width("RFM分群")
    7
    """
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)
