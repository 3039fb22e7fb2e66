"""Lift: what a group of customers has in common that the others have not, and whether that can be chance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from crm_xl.analysis.growth import Floats
from crm_xl.analysis.tally import Codes, Flags, codes_in, divide, text_index

Names = NDArray[np.object_]

COLUMNS = (
    "trait", "value", "customers", "flagged", "share", "base_share", "rate", "base_rate", "lift", "chance",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class Trait:
    """Who has which value of one trait; nobody has a value twice.

    Attributes:
        title: its heading.
        names: the values.
        rows: the place of a customer, once for each value he has.
        codes: the place of that value in `names`.
        known: the places of all of whom a value is known.
    """

    title: str
    names: Names
    rows: Codes
    codes: Codes
    known: Codes


def trait_lift(
    customers: pd.DataFrame,
    flags: ArrayLike,
    traits: Mapping[str, str],
    minimum: int,
    *,
    tags: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """How much commoner each trait is in a group than among everybody, the strongest first.

    Args:
        customers: one row per customer; `customer_id` where tags are given.
        flags: who is in the group (has left, is of a level); one truth value per row.
        traits: columns of texts -> their headings. Blank and missing are unknown; a number is banded before.
        minimum: a trait that fewer of the group have is left out: so few say nothing of the rest.
        tags: tblTags; each kind of tag is a trait of which a customer may have several values.

    Returns:
        As `lift_of`.
    """
    if np.size(flags) != len(customers):
        raise ValueError(f"{np.size(flags)} flags for {len(customers)} customers")
    return lift_of(traits_of(customers, traits, tags), flags, minimum)


def traits_of(
    customers: pd.DataFrame, traits: Mapping[str, str], tags: pd.DataFrame | None = None
) -> tuple[Trait, ...]:
    """The traits made ready once for several groups of the same customers; arguments as for `trait_lift`."""
    return tuple(_held(customers, traits, tags))


def lift_of(traits: Sequence[Trait], flags: ArrayLike, minimum: int) -> pd.DataFrame:
    """How much commoner each trait is in a group than among everybody, the strongest first.

    Shares are of the customers whose trait is known: who has no industry says nothing of industries. Lift is
    share ÷ base_share, which is rate ÷ base_rate too.

    Args:
        traits: of all customers.
        flags: who is in the group; one truth value per customer.
        minimum: a trait that fewer of the group have is left out.

    Returns:
        One row per trait and value: trait (heading), value, customers (who have it), flagged (those of them in
        the group), share (of the group, who have it), base_share (of everybody), rate (in the group, of those who
        have it), base_rate (of everybody), lift, chance: the probability that as many or more of a group drawn by
        lot would have it (hypergeometric). Empty where no trait has enough.
    """
    group = np.asarray(flags, dtype=bool)
    rows = [row for trait in traits for row in _values(trait, group, max(minimum, 1))]
    texts = ("trait", "value")
    frame = pd.DataFrame(rows, columns=list(COLUMNS)).astype(
        {name: object if name in texts else float for name in COLUMNS}
    )
    # Names last, so that the order of the customers does not matter.
    ordered = frame.assign(weaker=-frame["lift"].round(9), fewer=-frame["flagged"])
    ordered = ordered.sort_values(["weaker", "fewer", *texts], kind="stable")
    return ordered[list(COLUMNS)].reset_index(drop=True)


def _held(customers: pd.DataFrame, traits: Mapping[str, str], tags: pd.DataFrame | None) -> Iterator[Trait]:
    for column, title in traits.items():
        codes, names = pd.factorize(customers[column].to_numpy(dtype=object))
        said = np.array([isinstance(name, str) and bool(name.strip()) for name in names], dtype=bool)
        rows = np.flatnonzero((codes >= 0) & said[codes] if len(said) else codes >= 0)
        yield Trait(
            title=title, names=np.asarray(names, dtype=object), rows=rows, codes=codes[rows], known=rows
        )
    if tags is None:
        return
    places = codes_in(tags["customer_id"], text_index(customers["customer_id"]))
    kinds, words = tags["tag_kind"].to_numpy(dtype=object), tags["tag"].to_numpy(dtype=object)
    held = pd.DataFrame({"kind": kinds, "row": places, "tag": words})[places >= 0]
    held = held.dropna().drop_duplicates()
    for kind in sorted(held["kind"].unique()):
        own = held[held["kind"] == kind]
        rows = own["row"].to_numpy(dtype=np.int64)
        codes, names = pd.factorize(own["tag"].to_numpy(dtype=object))
        yield Trait(
            title=f"{kind}标签",
            names=np.asarray(names, dtype=object),
            rows=rows,
            codes=codes,
            known=np.unique(rows),
        )


def _values(trait: Trait, group: Flags, minimum: int) -> Iterator[tuple[str | float, ...]]:
    """The values of one trait that enough of the group have, as rows of COLUMNS."""
    everybody, drawn = len(trait.known), int(group[trait.known].sum())
    holders = np.bincount(trait.codes, minlength=len(trait.names)).astype(float)
    flagged = np.bincount(trait.codes[group[trait.rows]], minlength=len(trait.names)).astype(float)
    kept = np.flatnonzero(flagged >= minimum)
    if not len(kept):
        return
    holders, flagged = holders[kept], flagged[kept]
    share, base_share, rate = flagged / drawn, holders / everybody, divide(flagged, holders)
    lift = divide(share, base_share)
    for at, place in enumerate(kept.tolist()):
        by_lot = chance(int(flagged[at]), int(holders[at]), drawn, everybody)
        figures = (holders[at], flagged[at], share[at], base_share[at], rate[at], drawn / everybody, lift[at])
        yield trait.title, trait.names[place], *figures, by_lot


def chance(hits: int, marked: int, drawn: int, everybody: int) -> float:
    """The probability that at least `hits` of `drawn` are marked, when `marked` of `everybody` are (hypergeometric).

    >>> round(chance(4, 4, 4, 8), 6)  # Fisher's lady: all four cups named rightly by guessing, 1 in 70
    0.014286
    """
    log = _log_factorials(everybody)

    def log_choose(n: int, k: NDArray[np.int64] | int) -> Floats:
        chosen: Floats = log[n] - log[k] - log[n - np.asarray(k)]
        return chosen

    at = np.arange(max(hits, drawn + marked - everybody, 0), min(drawn, marked) + 1)
    terms = log_choose(marked, at) + log_choose(everybody - marked, drawn - at) - log_choose(everybody, drawn)
    return float(min(1.0, np.exp(terms).sum()))


@lru_cache(maxsize=32)
def _log_factorials(largest: int) -> Floats:
    """Natural logarithms of 0!, 1!, … largest!."""
    table: Floats = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, largest + 1)))])
    return table
