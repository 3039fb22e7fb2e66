"""The section of GB/T 4754-2017 that a customer's own industry belongs to; what is ambiguous is asked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

import numpy as np
import pandas as pd

from crm_xl.analysis.ledger import Action, Ledger, Rule
from crm_xl.analysis.screening import Screened
from crm_xl.tables import inputs as i
from crm_xl.tables.industries import AMBIGUOUS, MAKING, MAKING_SECTION, SECTIONS

_LEVELS = re.compile(r"[-—–/|>]+")
_MARKS = re.compile(r"[\s、,，和及与]+")
# They tell something as a whole industry, nothing as a part of its name.
_WHOLE_ONLY = frozenset({"服务", "工业"})
_LONGEST = 200  # what is longer is a story, not an industry
_CODE = re.compile(r"([a-t])(?:(\d{2})\d{0,2})?(?!\w)")


def industry_sections(values: np.ndarray) -> np.ndarray:
    """The label of each industry's section, "C 制造业"; None for a blank and for what is not one section."""
    codes, distinct = pd.factorize(values)
    labels = np.empty(len(distinct) + 1, dtype=object)
    labels[:-1] = [_only(possible_sections(str(text))) for text in distinct]
    return labels[codes]


def note_industries(customers: Screened, ledger: Ledger) -> None:
    """Ask for every industry of a kept customer that is none or several sections; its first cell stands for all."""
    if customers.table is not i.CUSTOMERS or "industry" not in customers.headings:
        return
    values = pd.Series(customers.values("industry"), dtype="object")[customers.kept].dropna()
    rows, after = [], []
    counts = values.value_counts(sort=False)
    for text, first in zip(values.drop_duplicates(), values.drop_duplicates().index, strict=True):
        labels = possible_sections(str(text))
        if len(labels) != 1:
            rows.append(first)
            may_be = f"可能为 {'、'.join(labels)}" if labels else "没有对应的门类"
            after.append(f"{may_be}；共 {counts[text]} 家")
    places = np.array(rows, dtype=np.int64)
    ledger.add(
        customers.findings(
            places, Rule.INDUSTRY_UNCLEAR, Action.TO_CONFIRM, "industry",
            before=customers.texts("industry", places), after=after,
        )
    )  # fmt: skip


@cache
def possible_sections(text: str) -> tuple[str, ...]:
    """The labels of the sections that an industry may mean, in order; none where no word of it is known.

    A first level that names a section decides alone: 制造业-汽车 is C, 汽车 may be C, F or O.

    >>> possible_sections("制造业-汽车"), possible_sections("互联网-SaaS服务")
    (('C 制造业',), ('I 信息传输、软件和信息技术服务业',))
    """
    folded = unicodedata.normalize("NFKC", text).casefold().strip()
    if len(folded) > _LONGEST:
        return ()
    if code := _CODE.match(folded):
        letters = [
            s.letter for s in SECTIONS if _has_code(s.first_division, len(s.divisions), s.letter, code)
        ]
        if letters:
            return _labels(letters)
    parts = [part for part in map(_plain, _LEVELS.split(folded)) if part]
    for part in parts[:1]:
        if part in _names():
            return _labels(_names()[part])
    return _labels({letter for part in parts for letter in _letters_of(part)})


def _has_code(first: int, divisions: int, letter: str, code: re.Match[str]) -> bool:
    if code[1] != letter.lower():
        return False
    return code[2] is None or first <= int(code[2]) < first + divisions


def _only(labels: tuple[str, ...]) -> str | None:
    return labels[0] if len(labels) == 1 else None


def _labels(letters: Iterable[str]) -> tuple[str, ...]:
    wanted = set(letters)
    return tuple(section.label for section in SECTIONS if section.letter in wanted)


def _plain(text: str) -> str:
    """The text without white space, list marks and the 业 at the end of a trade's name: 制造业 is 制造, 农业 stays."""
    text = _MARKS.sub("", text)
    return text.removesuffix("业") if len(text) > 2 else text


@cache
def _names() -> dict[str, str]:
    """Names of divisions and sections, plain -> letter."""
    divisions = {_plain(name): section.letter for section in SECTIONS for name in section.divisions}
    return divisions | {_plain(section.name): section.letter for section in SECTIONS}


@cache
def _words() -> dict[str, set[str]]:
    """Every known word, plain -> the letters it may mean."""
    known: dict[str, set[str]] = {}
    for section in SECTIONS:
        for word in (section.name, *section.divisions, *section.words):
            known.setdefault(_plain(word.casefold()), set()).add(section.letter)
    for word, letters in AMBIGUOUS.items():
        known[_plain(word)] = set(letters)
    return known


def _letters_of(part: str) -> set[str]:
    """The letters of the longest known words in the text; a word inside a longer one does not count."""
    if part in _words():
        return _words()[part]
    if part.endswith(MAKING):
        return {MAKING_SECTION}
    found = [
        (at.start(), at.end(), letters)
        for word, letters in _words().items()
        if word in part and word not in _WHOLE_ONLY
        for at in _bounded(word).finditer(part)
    ]
    longest = [
        one for one in found if not any(o[0] <= one[0] and one[1] <= o[1] and o[:2] != one[:2] for o in found)
    ]
    return set().union(*(letters for _, _, letters in longest)) if longest else set()


@cache
def _bounded(word: str) -> re.Pattern[str]:
    """The word as it may stand in a text; one in Latin letters only by itself: IT is not in bitter."""
    mark = re.escape(word)
    return re.compile(rf"(?<![a-z]){mark}(?![a-z])" if word.isascii() else mark)
