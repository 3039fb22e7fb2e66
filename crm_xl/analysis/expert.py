"""What several experts say on average, and how far apart they are (guide 003, expert scoring)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_xl.analysis.growth import Floats
from crm_xl.errors import CrmError
from crm_xl.schema import NUMERIC
from crm_xl.tables.inputs import RATINGS
from crm_xl.tables.workshop import RATING_SPREAD
from crm_xl.values import out_of_range


@dataclass(frozen=True, kw_only=True, eq=False)
class ExpertWeights:
    """Weights by expert scoring.

    Attributes:
        weights: the mean over the experts; they sum to 1.
        spread: standard deviation of the experts' weights, 0 where only one has scored.
        experts: how many were averaged.
        left_out: experts who left an item out, or gave 0 to all, and so enter nothing.
    """

    weights: Floats
    spread: Floats
    experts: int
    left_out: tuple[str, ...]


def expert_weights(scores: Floats, experts: Sequence[str]) -> ExpertWeights:
    """Weights from importance scores, each expert's first made to sum to 1.

    Scales differ from person to person, so that only one person's scores compare with one another: 8, 5 and 80,
    50 say the same.

    Args:
        scores: experts x items; NaN for a blank.
        experts: their names.

    Raises:
        CrmError: a negative score, or nobody scored every item.
    """
    if (scores < 0).any():
        who = experts[int(np.flatnonzero((scores < 0).any(axis=1))[0])]
        raise CrmError(f"{who}的打分中有负数。", hint="请填0至100的数。")
    total = scores.sum(axis=1)
    usable = total > 0  # NaN, from a blank, compares false
    if not usable.any():
        raise CrmError("没有一位专家给全部指标打了分。", hint="请每人对同一维度的各个指标都打分。")
    shares = scores[usable] / total[usable, None]
    mean = shares.mean(axis=0)
    return ExpertWeights(
        weights=mean / mean.sum(),
        spread=shares.std(axis=0, ddof=1) if len(shares) > 1 else np.zeros(scores.shape[1]),
        experts=len(shares),
        left_out=tuple(name for name, counted in zip(experts, usable, strict=True) if not counted),
    )


def equal_weights(number: int) -> Floats:
    """The same weight for each of so many items."""
    return np.full(number, 1 / number)


def rating_spread(ratings: pd.DataFrame, metrics: pd.DataFrame) -> pd.DataFrame:
    """RATING_SPREAD: where several people rated one customer and did not say the same.

    Args:
        ratings: cleaned tblRatings.
        metrics: METRICS, for names and the order of customers.
    """
    columns = [column for column in RATINGS if column.kind in NUMERIC]
    fields = {column.name: column.title for column in columns}
    several = ratings[ratings["customer_id"].duplicated(keep=False)]
    # What lies outside the declared limits is no opinion but a slip; the ledger tells of it.
    slips = {
        c.name: several[c.name].mask(out_of_range(several[c.name].to_numpy(dtype=float), c)) for c in columns
    }
    several = several.assign(**slips)
    long = several.melt(id_vars="customer_id", value_vars=list(fields), var_name="field").dropna(
        subset=["value"]
    )
    groups = long.groupby(["customer_id", "field"], sort=False)["value"]
    found = groups.agg(raters="size", mean="mean", spread="std", lowest="min", highest="max").reset_index()
    found = found[found["lowest"] < found["highest"]]
    names = metrics[["customer_id", "customer_name", "owner"]]
    table = names.merge(found, on="customer_id", how="inner", validate="one_to_many")
    return table.assign(field=table["field"].map(fields))[list(RATING_SPREAD.names)]
