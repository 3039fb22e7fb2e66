"""Customers that are probably one: proposals that a person ticks or rejects (SPEC section 3, Duplicates)."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pandas as pd

from crm_xl.analysis.likeness import SHORTEST, nearly_same, nearness
from crm_xl.analysis.naming import NameParts, brand, difference, name_parts, same_place
from crm_xl.analysis.tally import is_yes
from crm_xl.masks import COMPOUND_SURNAMES, mask_name
from crm_xl.tables import inputs as i

_PERSON = i.CUSTOMER_TYPES[1]
# The longest name that is a person's where nothing says what the customer is, after the surname: 张建国, 欧阳建国.
_LONGEST_GIVEN = 2
_REACHED_BY = {"phone": "手机", "email": "邮箱", "id_number": "证件号码"}
BY_HAND = "人工填写"


def propose(
    customers: pd.DataFrame,
    contacts: pd.DataFrame | None,
    earlier: pd.DataFrame | None,
    *,
    similarity: float,
    mask: bool,
) -> tuple[pd.DataFrame, bool]:
    """The rows of MERGE_PROPOSALS, and whether all names were compared.

    Companies are proposed by name alone, persons only where a contact's phone, mail or id number is the same
    too. Rows that somebody answered, or wrote by hand, stay as they are as long as both customers exist; the
    others are proposed anew every time.

    Args:
        customers: cleaned tblCustomers, before merging.
        contacts: cleaned tblContacts; None without.
        earlier: cleaned MERGE_PROPOSALS as the last refresh and the user left it; None without.
        similarity: of names, from which on two customers are proposed.
        mask: names of persons are masked.
    """
    named = customers[customers["customer_name"].notna()]
    names = named["customer_name"].to_numpy(dtype=object)
    person = _persons(named)
    ids = named["customer_id"].to_numpy(dtype=object)
    rank = _rank(named)
    rows, complete = _companies(names, np.flatnonzero(~person), rank, similarity)
    rows += _same_persons(names, ids, np.flatnonzero(person), rank, contacts)
    found = pd.DataFrame(rows, columns=["keep", "merge_", "similarity", "reason"])
    found = pd.DataFrame(
        {
            "keep_id": ids[found["keep"].to_numpy(dtype=int)],
            "merge_id": ids[found["merge_"].to_numpy(dtype=int)],
            "similarity": found["similarity"].to_numpy(dtype=float),
            "reason": found["reason"].to_numpy(dtype=object),
        }
    )
    found["merge"] = pd.Series([None] * len(found), dtype=object)
    merged = _with_answers(found, earlier, set(customers["customer_id"]))
    shown = np.array([mask_name(name) for name in names], dtype=object) if mask else names
    readable = pd.Series(np.where(person, shown, names), index=ids, dtype=object)
    for side in ("keep", "merge"):
        merged[f"{side}_name"] = merged[f"{side}_id"].map(readable).astype(object)
    return merged[list(i.MERGE_PROPOSALS.names)].head(i.MERGE_PROPOSALS.most_rows or len(merged)), complete


def _persons(customers: pd.DataFrame) -> np.ndarray:
    """Which customers are persons: those called so, and short names without a legal form."""
    kind = customers["customer_type"]
    compound = customers["customer_name"].str[:2].isin(COMPOUND_SURNAMES)
    short = customers["customer_name"].map(len) <= 1 + compound + _LONGEST_GIVEN
    return ((kind == _PERSON) | (kind.isna() & short)).to_numpy(dtype=bool)


def _rank(customers: pd.DataFrame) -> np.ndarray:
    """Lower survives: the most recently verified, then the first in the sheet."""
    order = (
        customers["verified_on"]
        .reset_index(drop=True)
        .sort_values(ascending=False, kind="stable", na_position="last")
    )
    rank = np.empty(len(order), dtype=np.int64)
    rank[order.index.to_numpy()] = np.arange(len(order))
    return rank


Row = tuple[int, int, float, str]


def _companies(
    names: np.ndarray, rows: np.ndarray, rank: np.ndarray, similarity: float
) -> tuple[list[Row], bool]:
    """Pairs of companies: first those whose names differ in writing only, then the nearly equal ones."""
    parts = {int(row): name_parts(str(names[row])) for row in rows}
    groups: dict[str, list[int]] = {}
    for row in sorted(parts, key=lambda row: rank[row]):
        if parts[row].core:
            groups.setdefault(parts[row].core, []).append(row)
    found: list[Row] = []
    survivors: dict[str, list[int]] = {}
    for core, members in groups.items():
        kept: list[int] = []
        for row in members:
            keeper = next((k for k in kept if same_place(parts[k], parts[row])), None)
            if keeper is None:
                kept.append(row)
            else:
                same = names[keeper] == names[row]
                reason = "名称完全相同" if same else difference(parts[keeper], parts[row])
                found.append((keeper, row, 1.0, reason))
        survivors[core] = kept
    # Names of digits alone differ in their number or not at all.
    cores = [core for core in groups if len(core) >= SHORTEST and not core.isdigit()]
    # Another number in the name is another company: the second shop, the third branch.
    numerals = [parts[groups[core][0]].numerals for core in cores]
    alike = nearly_same(cores, similarity, kinds=numerals)
    for left, right, share in zip(
        alike.left.tolist(), alike.right.tolist(), alike.similarity.tolist(), strict=True
    ):
        pair = _nearest(parts, survivors[cores[left]], survivors[cores[right]])
        # 华东精密机械 and 华南精密机械 share a trade, not a name.
        if pair is not None and nearness(brand(parts[pair[0]].core), brand(parts[pair[1]].core)) < similarity:
            continue
        if pair is not None:
            keeper, row = sorted(pair, key=lambda at: rank[at])
            found.append((keeper, row, share, f"名称相近：“{parts[keeper].core}”与“{parts[row].core}”"))
    return found, alike.complete


def _nearest(parts: Mapping[int, NameParts], left: list[int], right: list[int]) -> tuple[int, int] | None:
    """The first of either side that may be one company: no other city."""
    for one in left:
        for other in right:
            if same_place(parts[one], parts[other]):
                return one, other
    return None


def _same_persons(
    names: np.ndarray, ids: np.ndarray, rows: np.ndarray, rank: np.ndarray, contacts: pd.DataFrame | None
) -> list[Row]:
    """Persons of one name whom one phone, mail or id number reaches."""
    if contacts is None or not len(rows):
        return []
    persons = pd.DataFrame({"row": rows, "customer_id": ids[rows], "name": [_plain(n) for n in names[rows]]})
    found: dict[tuple[int, int], str] = {}
    for field, word in _REACHED_BY.items():
        reached = contacts.loc[contacts[field].notna(), ["customer_id", field]].drop_duplicates()
        joined = persons.merge(reached, on="customer_id", how="inner")
        for _, members in joined.groupby(["name", field], sort=False)["row"]:
            for one, other in combinations(sorted(set(members), key=lambda at: rank[at])[:_MOST_SAME], 2):
                found.setdefault((one, other), f"姓名相同，{word}相同")
    return [(keeper, row, 1.0, reason) for (keeper, row), reason in found.items()]


_MOST_SAME = 20


def _plain(name: object) -> str:
    return name_parts(str(name)).plain


def _with_answers(found: pd.DataFrame, earlier: pd.DataFrame | None, known: set[str]) -> pd.DataFrame:
    """The proposals with what people answered, answered rows first, then by similarity."""
    found = found.sort_values("similarity", ascending=False, kind="stable")
    if earlier is None or earlier.empty:
        return found.reset_index(drop=True)
    both = earlier["keep_id"].isin(known) & earlier["merge_id"].isin(known)
    answered = earlier["merge"].notna() | (earlier["reason"] == BY_HAND) | earlier["reason"].isna()
    kept = earlier[both & answered & (earlier["keep_id"] != earlier["merge_id"])]
    kept = kept[["keep_id", "merge_id", "similarity", "reason", "merge"]]
    kept = kept.assign(reason=kept["reason"].astype(object).fillna(BY_HAND))
    pairs = {frozenset(pair) for pair in zip(kept["keep_id"], kept["merge_id"], strict=True)}
    again = np.array(
        [frozenset(p) in pairs for p in zip(found["keep_id"], found["merge_id"], strict=True)], bool
    )
    kept = kept.assign(_first=~is_yes(kept["merge"])).sort_values("_first", kind="stable")
    return pd.concat([kept.drop(columns="_first"), found[~again]], ignore_index=True)
