"""Lift: what a group of customers has in common that the others have not, and whether that can be chance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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


def trait_lift(
    customers: pd.DataFrame,
    flags: ArrayLike,
    traits: Mapping[str, str],
    minimum: int,
    *,
    tags: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """How much commoner each trait is in a group than among everybody, the strongest first.

    Shares are of the customers whose trait is known: who has no industry says nothing of industries. Lift is
    share ÷ base_share, which is rate ÷ base_rate too.

    Args:
        customers: one row per customer; `customer_id` where tags are given.
        flags: who is in the group (has left, is of a level); one truth value per row.
        traits: columns of texts -> their headings. Blank and missing are unknown; a number is banded before.
        minimum: a trait that fewer of the group have is left out: so few say nothing of the rest.
        tags: tblTags; each kind of tag is a trait of which a customer may have several values.

    Returns:
        One row per trait and value: trait (heading), value, customers (who have it), flagged (those of them in
        the group), share (of the group, who have it), base_share (of everybody), rate (in the group, of those who
        have it), base_rate (of everybody), lift, chance: the probability that as many or more of a group drawn by
        lot would have it (hypergeometric). Empty where no trait has enough.
    """
    group = np.asarray(flags, dtype=bool)
    if len(group) != len(customers):
        raise ValueError(f"{len(group)} flags for {len(customers)} customers")
    found = [
        _values(title, rows, values, group, max(minimum, 1))
        for title, rows, values in _held(customers, traits, tags)
    ]
    frame = pd.concat([part for part in found if len(part)] or [_empty()], ignore_index=True)
    # Names last, so that the order of the customers does not matter.
    ordered = frame.assign(weaker=-frame["lift"].round(9), fewer=-frame["flagged"])
    ordered = ordered.sort_values(["weaker", "fewer", "trait", "value"], kind="stable")
    return ordered[list(COLUMNS)].reset_index(drop=True)


def _held(
    customers: pd.DataFrame, traits: Mapping[str, str], tags: pd.DataFrame | None
) -> Iterator[tuple[str, Codes, Names]]:
    """Heading of each trait, and who (row) has which value of it; nobody has one twice."""
    for column, title in traits.items():
        values = customers[column].to_numpy(dtype=object)
        rows = np.flatnonzero([isinstance(value, str) and bool(value.strip()) for value in values])
        yield title, rows, values[rows]
    if tags is None:
        return
    places = codes_in(tags["customer_id"], text_index(customers["customer_id"]))
    kinds, names = tags["tag_kind"].to_numpy(dtype=object), tags["tag"].to_numpy(dtype=object)
    held = pd.DataFrame({"kind": kinds, "row": places, "tag": names})[places >= 0]
    held = held.dropna().drop_duplicates()
    for kind in sorted(held["kind"].unique()):
        own = held[held["kind"] == kind]
        yield f"{kind}标签", own["row"].to_numpy(dtype=np.int64), own["tag"].to_numpy(dtype=object)


def _values(title: str, rows: Codes, values: Names, group: Flags, minimum: int) -> pd.DataFrame:
    """The values of one trait that enough of the group have."""
    codes, names = pd.factorize(values)
    known = np.unique(rows)
    everybody, flagged_all = len(known), int(group[known].sum())
    holders = np.bincount(codes, minlength=len(names)).astype(float)
    flagged = np.bincount(codes[group[rows]], minlength=len(names)).astype(float)
    kept = flagged >= minimum
    if not kept.any():
        return _empty()
    holders, flagged = holders[kept], flagged[kept]
    share, base_share = flagged / flagged_all, holders / everybody
    return pd.DataFrame(
        {
            "trait": title,
            "value": np.asarray(names, dtype=object)[kept],
            "customers": holders,
            "flagged": flagged,
            "share": share,
            "base_share": base_share,
            "rate": divide(flagged, holders),
            "base_rate": flagged_all / everybody,
            "lift": divide(share, base_share),
            "chance": [
                chance(int(hits), int(marked), flagged_all, everybody)
                for hits, marked in zip(flagged, holders, strict=True)
            ],
        }
    )


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


def _empty() -> pd.DataFrame:
    texts = ("trait", "value")
    return pd.DataFrame({name: pd.Series(dtype=object if name in texts else float) for name in COLUMNS})
