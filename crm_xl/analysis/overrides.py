"""Tiers that a person has set by hand, with a reason, for as long as they last (SPEC sections 2, 5)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from crm_xl.errors import CrmError
from crm_xl.masks import mask_free_text
from crm_xl.raw import RawTable
from crm_xl.settings.model import Tier
from crm_xl.settings.rows import Row, read_rows
from crm_xl.tables.inputs import OVERRIDES


@dataclass(frozen=True, kw_only=True)
class Override:
    """One customer's tier set by hand."""

    tier: str  # short name
    reason: str
    adjusted_by: str = ""
    expires_on: pd.Timestamp | None = None  # the last day it holds; None: until it is deleted

    @property
    def words(self) -> str:
        """The reason as the list of movers prints it."""
        until = "长期有效" if self.expires_on is None else f"至{self.expires_on:%Y-%m-%d}"
        by = f"{self.adjusted_by}，" if self.adjusted_by else ""
        return f"人工调整：{self.reason}（{by}{until}）"


@dataclass(frozen=True, kw_only=True)
class Overrides:
    """What holds on a day, and what is wrong with the rest.

    Attributes:
        in_force: customer id -> override.
        faults: rows that are not followed, each a sentence with its cell; the run goes on.
        ended: likewise rows whose last day is over, which nobody has done wrong.
    """

    in_force: Mapping[str, Override] = field(default_factory=dict)
    faults: tuple[CrmError, ...] = ()
    ended: tuple[CrmError, ...] = ()


def overrides_in_force(
    raw: RawTable | None,
    customer_ids: Collection[str],
    tiers: Sequence[Tier],
    analysis_date: pd.Timestamp,
    *,
    mask: bool = True,
) -> Overrides:
    """The overrides that hold on the analysis date.

    Args:
        raw: tblOverrides as found, because faults name cells; None where there is none.
        customer_ids: everybody who is known, in scope or not.
        tiers: an override names one by short or full name.
        analysis_date: an override still holds on its last day.
        mask: hide personal data inside reasons.

    Returns:
        Of several rows for one customer the last one that holds counts; the others are among the faults.
    """
    if raw is None or not len(raw):
        return Overrides()
    faults: list[CrmError] = []
    ended: list[CrmError] = []
    names = {tier.name: tier.name for tier in tiers} | {tier.full_name: tier.name for tier in tiers}
    known = frozenset(customer_ids)
    found: dict[str, tuple[Row, Override]] = {}
    for row in read_rows(OVERRIDES, raw, faults):
        if (override := _read(row, known, names, mask, faults)) is None:
            continue
        if override.expires_on is not None and override.expires_on < analysis_date.normalize():
            ended.append(_ended(row, override.expires_on))
            continue
        customer = row["customer_id"]
        if customer in found:
            before = found[customer][0]
            faults.append(
                before.fault(
                    "customer_id", f"客户 {customer} 有多条有效的人工调整，只用最后一条。", "请删除这一行。"
                )
            )
        found[customer] = (row, override)
    return Overrides(
        in_force={name: own for name, (_, own) in found.items()}, faults=tuple(faults), ended=tuple(ended)
    )


def _read(
    row: Row,
    known: frozenset[str],
    names: Mapping[str, str],
    mask: bool,
    faults: list[CrmError],
) -> Override | None:
    customer, tier, until = row["customer_id"], row["tier"], row["expires_on"]
    if customer is None or tier is None or row["reason"] is None:
        return None  # read_rows has told of the blank cell
    if customer not in known:
        faults.append(
            row.fault(
                "customer_id", f"客户表中没有编号 {customer}，这条人工调整未采用。", "请核对编号或删除该行。"
            )
        )
        return None
    if tier not in names:
        choices = "、".join(dict.fromkeys(names.values()))
        faults.append(
            row.fault("tier", f"没有名为“{tier}”的分级，这条人工调整未采用。", f"可填：{choices}。")
        )
        return None
    reason = mask_free_text(row["reason"]) if mask else row["reason"]
    return Override(tier=names[tier], reason=reason, adjusted_by=row["adjusted_by"] or "", expires_on=until)


def _ended(row: Row, until: pd.Timestamp) -> CrmError:
    return row.fault(
        "expires_on",
        f"客户 {row['customer_id']} 的人工调整已于 {until:%Y-%m-%d} 失效，按计算结果显示。",
        "需要继续请改失效日期，否则请删除该行。",
    )
