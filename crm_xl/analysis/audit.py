"""抽样核查: a repeatable sample of every tier to check by hand, and the error rate the ticks give (SPEC section 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
import pandas as pd

from crm_xl.analysis.points import raw_texts
from crm_xl.analysis.scoring import Scored
from crm_xl.errors import CrmError
from crm_xl.raw import RawTable
from crm_xl.settings.model import BOUND_TOLERANCE, Tier
from crm_xl.settings.rows import read_rows
from crm_xl.tables.workshop import AUDIT

# Written by people into the output; everything else in it is written anew.
TICKS = ("correct", "finding", "checked_by")
_HASH_KEY_LENGTH = 16  # what SipHash takes


@dataclass(frozen=True, kw_only=True, eq=False)
class Audit:
    """The sample, and what is wrong with the ticks of the table before.

    Attributes:
        table: AUDIT.
        faults: ticks that could not be read, each with its cell; they count as not ticked.
    """

    table: pd.DataFrame
    faults: tuple[CrmError, ...] = ()


def audit_sample(
    customers: pd.DataFrame,
    raw_data: pd.Series[Any],
    tiers: Sequence[Tier],
    *,
    share: float,
    seed: int,
    before: RawTable | None = None,
) -> Audit:
    """Draw each tier's sample and take over what was ticked in the table as it stands.

    A customer is drawn by a number that depends on the id and the seed alone, so that neither the order of the
    rows nor newcomers in other tiers change the sample.

    Args:
        customers: customer_id (distinct), customer_name, owner, tier, score, last_order_date, lifetime_orders,
            annual_amount.
        raw_data: what to check of each customer, in words; from `raw_data_texts`.
        tiers: best first; customers of no tier are not sampled.
        share: of a tier, rounded up, at least one customer.
        seed: another one draws other customers.
        before: AUDIT as found in the book, with ticks.

    Returns:
        Error rates are of the ticks in `before`; a tier without any keeps the rate that stands there.
    """
    ids = customers["customer_id"].to_numpy(dtype=object)
    lot = pd.util.hash_array(
        ids, hash_key=f"{seed:0{_HASH_KEY_LENGTH}d}"[-_HASH_KEY_LENGTH:], categorize=False
    )
    tier_names = customers["tier"].to_numpy(dtype=object)
    drawn: list[int] = []
    for tier in tiers:
        members = np.flatnonzero(tier_names == tier.name)
        # 10 % of 30 is 3.0000000000000004 and not 4.
        size = max(ceil(share * len(members) - BOUND_TOLERANCE), 1)
        drawn += members[np.lexsort((ids[members].astype(str), lot[members]))][:size].tolist()
    sample = customers.iloc[drawn].assign(raw_data=raw_data.to_numpy(dtype=object)[drawn])
    faults: list[CrmError] = []
    ticked = _ticks(before, faults)
    columns = [name for name in AUDIT.names if name in sample]
    frame = sample[columns].merge(
        ticked.drop_duplicates(["tier", "customer_id"], keep="last")[["tier", "customer_id", *TICKS]],
        on=["tier", "customer_id"], how="left", validate="one_to_one",
    )  # fmt: skip
    for name in TICKS:
        frame[name] = frame[name].astype(object).where(frame[name].notna(), None)
    rates = _rates(ticked)
    for name in rates.columns:
        frame[name] = frame["tier"].map(rates[name]).astype(float)
    return Audit(table=frame[list(AUDIT.names)], faults=tuple(faults))


def raw_data_texts(scored: Scored) -> pd.Series[Any]:
    """Each customer's raw values by the indicators of the card: "年消费额 1200万；利润率 15%；合作时长 缺失"."""
    columns = []
    for indicator in scored.card.indicators:
        values = scored.values[indicator.name].to_numpy(dtype=float)
        known = ~np.isnan(values)
        texts = np.full(len(values), f"{indicator.name} 缺失", dtype=object)
        texts[known] = [f"{indicator.name} {text}" for text in raw_texts(values[known], indicator)]
        columns.append(texts.tolist())
    rows = ["；".join(parts) for parts in zip(*columns, strict=True)]
    return pd.Series(rows, index=scored.values.index, dtype=object)


def _ticks(before: RawTable | None, faults: list[CrmError]) -> pd.DataFrame:
    """tier, customer_id, the ticks and the error rate of every row of the table as found."""
    names = ["tier", "customer_id", *TICKS, "tier_checked", "tier_wrong", "tier_error_rate"]
    rows = [] if before is None or not len(before) else read_rows(AUDIT, before, faults)
    frame = pd.DataFrame([[row[name] for name in names] for row in rows], columns=names, dtype=object)
    return frame.loc[frame["customer_id"].notna() & frame["tier"].notna()]


def _rates(ticked: pd.DataFrame) -> pd.DataFrame:
    """tier_checked, tier_wrong and tier_error_rate by tier."""
    rates: dict[str, tuple[float, float, float]] = {}
    for tier, rows in ticked.groupby("tier", sort=False):
        checked = float(rows["correct"].notna().sum())
        if checked:
            wrong = float(rows["correct"].isin([False]).sum())  # a missing tick is no False
            rates[str(tier)] = (checked, wrong, wrong / checked)
        else:
            last = rows[["tier_checked", "tier_wrong", "tier_error_rate"]].iloc[-1].astype(float)
            rates[str(tier)] = (last.iloc[0], last.iloc[1], last.iloc[2])
    return pd.DataFrame.from_dict(
        rates, orient="index", columns=["tier_checked", "tier_wrong", "tier_error_rate"]
    )
