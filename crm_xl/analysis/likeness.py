"""Which of many short texts are nearly the same, without comparing each with each.

Two texts whose similarity reaches the cutoff differ in few places, hence share one of their rarest pairs of
neighbouring signs; only texts that do are compared (the prefix filter of set-similarity joins).
Above a cutoff of 0.75 that misses none; up to it, short texts such as 甲乙丙丁 and 甲丙乙丁 share no pair and are passed over.
Source: Chaudhuri, Ganti, Kaushik: A Primitive Operator for Similarity Joins in Data Cleaning, ICDE 2006.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Ints = NDArray[np.int64]

_CHUNK = 4_000_000
# Common name parts shared by so many texts that comparing them all would take minutes are left out, and said.
_MOST_COMPARISONS = 1_500_000_000
_SMALL_BLOCK = 48
SHORTEST = 4  # 华东 and 华南 are two texts, not one misspelt


@dataclass(frozen=True)
class Alike:
    """Pairs of places in the list of texts, left before right, and their similarity.

    Attributes:
        complete: whether every pair was looked at.
    """

    left: Ints
    right: Ints
    similarity: NDArray[np.float64]
    complete: bool


def nearly_same(texts: Sequence[str], cutoff: float, kinds: Sequence[Hashable]) -> Alike:
    """All pairs of one kind whose similarity reaches the cutoff; shorter texts than SHORTEST pass over.

    Similarity is 1 − (signs to insert and delete) ÷ (signs of both).

    Args:
        texts: distinct.
        cutoff: between 0 and 1.
        kinds: of the texts; those of different kinds are not compared.
    """
    from rapidfuzz import process
    from rapidfuzz.distance import Indel

    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    # With one text of n signs, a partner is at most n(2 ÷ cutoff − 1) long.
    most_edits = np.floor(2 * lengths * (1 - cutoff) / cutoff + 1e-9).astype(np.int64)
    signs = np.frombuffer("".join(texts).encode("utf-32-le"), dtype=np.uint32).astype(np.int64)
    owner = np.repeat(np.arange(len(texts)), lengths)
    number = {kind: at for at, kind in enumerate(dict.fromkeys(kinds))}
    kind = np.fromiter((number[kind] for kind in kinds), np.int64, len(texts))
    grams, owners = _rarest_pairs(signs, owner, kind, lengths, most_edits)
    marks = _marks(signs, owner, len(texts))
    found, complete = [np.zeros(0, np.int64)], True
    compared = 0
    for left, right in _candidates(grams, owners):
        compared += len(left)
        if compared > _MOST_COMPARISONS:
            complete = False
            break
        low, high = np.minimum(left, right), np.maximum(left, right)
        edits = np.minimum(most_edits[low], most_edits[high])
        near = np.abs(lengths[low] - lengths[high]) <= edits
        # Each insertion or deletion changes the set of signs by one at most.
        near &= np.bitwise_count(marks[low] ^ marks[high]) <= edits
        found.append(pd.unique(low[near] * len(texts) + high[near]))
    pairs = np.sort(pd.unique(np.concatenate(found)))
    left, right = pairs // max(1, len(texts)), pairs % max(1, len(texts))
    names = np.array(texts, dtype=object)
    similarity = np.asarray(
        process.cpdist(
            names[left].tolist(), names[right].tolist(),
            scorer=Indel.normalized_similarity, score_cutoff=cutoff, dtype=np.float64, workers=-1,
        )
        if len(pairs)
        else [],
        dtype=np.float64,
    )  # fmt: skip
    alike = similarity >= cutoff
    return Alike(left[alike], right[alike], similarity[alike], complete)


def nearness(one: str, other: str) -> float:
    """The similarity of two texts, as `nearly_same` measures it."""
    from rapidfuzz.distance import Indel

    return float(Indel.normalized_similarity(one, other))


def _rarest_pairs(signs: Ints, owner: Ints, kind: Ints, lengths: Ints, most_edits: Ints) -> tuple[Ints, Ints]:
    """For each text as many of its rarest pairs of signs as a partner cannot all lack; sorted by pair.

    Args:
        signs: of all texts, one after the other.
        owner: the text of each sign.
        kind: of each text. A pair of signs in texts of two kinds is two pairs.
        lengths: of each text.
        most_edits: by which a partner of each text may differ from it.
    """
    inside = (owner[:-1] == owner[1:]) & (lengths[owner[:-1]] >= SHORTEST)
    # A sign has 21 bits, which leaves as many for the kind: more than a sheet has rows.
    pairs = kind[owner[:-1]] << 42 | signs[:-1] << 21 | signs[1:]
    pairs, owner = pairs[inside], owner[:-1][inside]
    _, pair, times = np.unique(pairs, return_inverse=True, return_counts=True)
    # A pair twice in one text counts once.
    once = np.unique(owner * (len(times) + 1) + pair)
    owner, pair = once // (len(times) + 1), once % (len(times) + 1)
    order = np.lexsort((pair, times[pair], owner))
    owner, pair = owner[order], pair[order]
    starts = np.searchsorted(owner, np.arange(len(lengths)))
    place = np.arange(len(owner)) - starts[owner]
    # One edit touches two neighbouring pairs at most.
    kept = place <= 2 * most_edits[owner]
    owner, pair = owner[kept], pair[kept]
    order = np.argsort(pair, kind="stable")
    return pair[order], owner[order]


def _marks(signs: Ints, owner: Ints, texts: int) -> NDArray[np.uint64]:
    """For each text one bit per sign that occurs in it, signs sharing 64 bits."""
    marks = np.zeros(texts, np.uint64)
    np.bitwise_or.at(marks, owner, np.uint64(1) << (signs * 0x9E3779B1 >> 8 & 63).astype(np.uint64))
    return marks


def _candidates(grams: Ints, owners: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Pairs of texts that share a rare pair of signs; small groups first, in chunks that fit the memory."""
    starts = np.flatnonzero(np.append(True, grams[1:] != grams[:-1])) if len(grams) else np.zeros(0, np.int64)
    sizes = np.diff(np.append(starts, len(grams)))
    small = np.repeat(sizes <= _SMALL_BLOCK, sizes)
    few, few_owners = grams[small], owners[small]
    for shift in range(1, _SMALL_BLOCK):
        same = few[shift:] == few[:-shift]
        if not same.any():
            break
        yield few_owners[:-shift][same], few_owners[shift:][same]
    for at in np.argsort(sizes, kind="stable"):
        size = int(sizes[at])
        if size <= _SMALL_BLOCK:
            continue
        block = owners[starts[at] : starts[at] + size]
        rows = max(1, _CHUNK // size)
        for first in range(0, size, rows):
            left = np.arange(first, min(first + rows, size))
            counts = size - 1 - left
            right = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
            left = np.repeat(left, counts)
            yield block[left], block[left + 1 + right]
