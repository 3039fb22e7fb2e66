"""Texts, numbers and formulas with everything that must not be seen replaced: patterns, and known values anywhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from crm_xl.masks import mask_free_text
from crm_xl.widths import half_width

_CACHED_TEXTS = 200_000
_MOBILE_DIGITS = 11
_LITERAL = re.compile(r'"((?:[^"]|"")*)"')
_BARE_MOBILE = re.compile(r"(?<![\w.])1[3-9][0-9]{9}(?![\w.])")
# What may stand between the texts of a header or footer: fonts, colours, fields.
_PRINT_CODE = re.compile(r'(&K[0-9A-Fa-f]{6}|&"[^"]*"|&[A-Za-z&])')


class Redactor:
    """Replaces what must not be seen.

    Args:
        known: text -> what stands in its place, wherever the text occurs: as a whole word where it is made of
            half-width letters and digits, anywhere else where it is Chinese.
        pattern: replaces what can be told by its form.

    Attributes:
        shortest_number: digits of the shortest number that may have to be replaced.
    """

    def __init__(self, known: Mapping[str, str], pattern: Callable[[str], str] = mask_free_text) -> None:
        self._known = {_key(text): shown for text, shown in known.items() if text}
        lengths: dict[str, set[int]] = {}
        for text in self._known:
            lengths.setdefault(text[0], set()).add(len(text))
        self._lengths = {first: sorted(found, reverse=True) for first, found in lengths.items()}
        self._starts = re.compile("[" + re.escape("".join(self._lengths)) + "]") if lengths else None
        numbers = [len(text) for text in self._known if text.isascii() and text.isdigit()]
        self.shortest_number = min([_MOBILE_DIGITS, *numbers])
        self._pattern = pattern
        self._cache: dict[str, str] = {}

    def text(self, text: str) -> str:
        """The text with everything in it replaced."""
        found = self._cache.get(text)
        if found is None:
            found = self._replaced(self._pattern(text))
            if len(self._cache) < _CACHED_TEXTS:
                self._cache[text] = found
        return found

    def number(self, text: str) -> str | None:
        """What replaces a number that is a phone, an identity number or a known value; None for any other."""
        try:
            value = float(text)
        except ValueError:
            return None
        if not value.is_integer() or abs(value) >= 1e19:
            return None
        digits = str(int(value)) if abs(value) < 1e15 else text.split(".")[0]
        shown = self._known.get(digits) or (self._pattern(digits) if len(digits) >= 11 else digits)
        return None if shown == digits else shown

    def formula(self, formula: str) -> str:
        """The formula with the texts in it replaced, and phones among its numbers set to 0."""
        parts, end = [], 0
        for found in _LITERAL.finditer(formula):
            parts.append(self._numbers(formula[end : found.start()]))
            inside = self.text(found[1].replace('""', '"'))
            parts.append('"' + inside.replace('"', '""') + '"')
            end = found.end()
        return "".join([*parts, self._numbers(formula[end:])])

    def printed(self, text: str) -> str:
        """The text of a header or footer, its codes kept: digits of a colour do not hide a phone behind them."""
        pieces = _PRINT_CODE.split(text)
        return "".join(piece if index % 2 else self.text(piece) for index, piece in enumerate(pieces))

    def _numbers(self, code: str) -> str:
        return _BARE_MOBILE.sub(lambda found: "0" if self.number(found[0]) else found[0], code)

    def _replaced(self, text: str) -> str:
        if self._starts is None:
            return text
        seen = _key(text)
        kept: list[str] = []
        end = 0
        found = self._starts.search(seen)
        while found:
            start = found.start()
            stop = self._end_of_known(seen, start)
            if stop:
                kept += (text[end:start], self._known[seen[start:stop]])
                end = stop
            found = self._starts.search(seen, stop or start + 1)
        return "".join([*kept, text[end:]]) if kept else text

    def _end_of_known(self, seen: str, start: int) -> int:
        """Where the longest known text that starts here ends; 0 where none does."""
        for length in self._lengths[seen[start]]:
            stop = start + length
            if seen[start:stop] in self._known and not (
                _joined(seen, start) or (stop < len(seen) and _joined(seen, stop))
            ):
                return stop
        return 0


def _key(text: str) -> str:
    """The text as it is compared: half width, and lower case where that keeps every place."""
    seen = half_width(text)
    folded = seen.lower()
    return folded if len(folded) == len(seen) else seen


def _joined(text: str, place: int) -> bool:
    """Whether half-width letters or digits stand on both sides of a place."""
    if place == 0:
        return False
    before, after = text[place - 1], text[place]
    return before.isascii() and before.isalnum() and after.isascii() and after.isalnum()
