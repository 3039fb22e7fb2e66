"""Churn warnings with changes of tier for 100,000 customers, and the fit of the purchase model beside lifetimes'."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.harness import REPOSITORY, Case, Pair
from crm_xl.analysis.bgnbd import fit_bgnbd
from crm_xl.analysis.churn_tables import churn_warnings
from crm_xl.analysis.grading import assign_tier
from crm_xl.analysis.movement_tables import move_tiers
from crm_xl.settings import Settings
from crm_xl.tables import inputs as i
from crm_xl.tables.outputs import METRICS
from tests.support.buying import cdnow_master

CUSTOMERS = 100_000
TODAY = pd.Timestamp("2026-10-31")
RUNS = pd.DatetimeIndex(
    ["2025-12-31", "2026-03-31", "2026-06-30", "2026-09-30"]
)  # a year of quarterly reviews


def _texts(values: list[str], places: np.ndarray) -> np.ndarray:
    return np.array(values, dtype=object)[places]


def _days_ago(random: np.random.Generator, most: int, size: int) -> np.ndarray:
    return (TODAY - pd.to_timedelta(random.integers(0, most * 24, size), unit="h")).to_numpy("datetime64[us]")


def made_up_metrics(random: np.random.Generator) -> pd.DataFrame:
    """METRICS of customers, with what warnings and movement look at."""
    ids = np.array([f"C{n:06d}" for n in range(CUSTOMERS)], dtype=object)
    metrics = pd.DataFrame({column.name: np.full(CUSTOMERS, np.nan) for column in METRICS})
    last = _days_ago(random, 400, CUSTOMERS).astype("datetime64[D]")
    gaps = np.where(random.random(CUSTOMERS) < 0.3, np.nan, random.gamma(2, 40, CUSTOMERS))
    return metrics.assign(
        customer_id=ids,
        customer_name=ids,
        owner=_texts([f"员工{n}" for n in range(50)], random.integers(0, 50, CUSTOMERS)),
        last_order_date=last.astype("datetime64[us]"),
        mean_gap_days=gaps,
        amount_3m=random.gamma(1, 1e4, CUSTOMERS),
        amount_previous_3m=random.gamma(1, 1e4, CUSTOMERS),
        annual_amount=random.gamma(1, 5e4, CUSTOMERS),
    )


def made_up_contact(random: np.random.Generator, ids: np.ndarray) -> dict[str, pd.DataFrame]:
    """Interactions, tickets and tags of these customers."""

    def blank(columns: tuple[str, ...], size: int) -> pd.DataFrame:
        return pd.DataFrame({name: np.full(size, None, dtype=object) for name in columns})

    talks, calls, risks = 3 * CUSTOMERS, CUSTOMERS // 2, CUSTOMERS // 4
    submitted = _days_ago(random, 300, calls)
    answered = submitted + random.integers(0, 40, calls).astype("timedelta64[h]")
    return {
        i.INTERACTIONS.name: blank(i.INTERACTIONS.names, talks).assign(
            customer_id=ids[random.integers(0, CUSTOMERS, talks)],
            interaction_time=_days_ago(random, 300, talks),
            follower=_texts([f"员工{n}" for n in range(50)], random.integers(0, 50, talks)),
            feedback=_texts(["积极", "中性", "消极"], random.integers(0, 3, talks)),
        ),
        i.TICKETS.name: blank(i.TICKETS.names, calls).assign(
            customer_id=ids[random.integers(0, CUSTOMERS, calls)],
            submitted_at=submitted,
            first_response_at=answered,
            resolved_at=answered,
            resolved=True,
            ticket_type=_texts(["投诉", "售后", "咨询"], random.integers(0, 3, calls)),
        ),
        i.TAGS.name: blank(i.TAGS.names, risks).assign(
            customer_id=ids[random.integers(0, CUSTOMERS, risks)],
            tag_kind="风险",
            tag=_texts(["竞品接触中", "付款周期延长"], random.integers(0, 2, risks)),
        ),
    }


def _changes() -> Pair:
    random, settings = np.random.default_rng(1), Settings.default()
    metrics = made_up_metrics(random)
    tables = made_up_contact(random, metrics["customer_id"].to_numpy())
    base = random.uniform(30, 100, CUSTOMERS)

    def state() -> pd.DataFrame:
        score = np.clip(base + random.normal(0, 6, CUSTOMERS), 0, 100)
        return metrics[["customer_id", "customer_name", "owner", "last_order_date"]].assign(
            score=score,
            tier=assign_tier(score, settings.tiers),
            segment="重要价值客户",
            annual_amount=metrics["annual_amount"] * random.uniform(0.6, 1.4, CUSTOMERS),
        )

    history: pd.DataFrame | None = None
    for date in RUNS:
        history = move_tiers(state(), history, settings.tiers, settings.general, date).history
    now, past = state(), history

    def ours() -> None:
        churn_warnings(metrics, tables, settings, TODAY)
        move_tiers(now, past, settings.tiers, settings.general, TODAY)

    def barest() -> None:
        """Each customer's last row of history and interactions of the last month, and nothing decided."""
        assert past is not None
        last = past.sort_values("run_date").drop_duplicates("customer_id", keep="last")
        talks = tables[i.INTERACTIONS.name]
        recent = talks.loc[talks["interaction_time"] > "2026-09-30"].groupby("customer_id").size()
        now.merge(last, on="customer_id", how="left").merge(
            recent.rename("talks").reset_index(), on="customer_id", how="left"
        )

    return Pair(ours=ours, baseline=barest, note=f"{CUSTOMERS:,} customers, {len(RUNS)} earlier runs")


def _bgnbd() -> Pair:
    from lifetimes import BetaGeoFitter

    folder = REPOSITORY.parent / "shared" / "data"
    histories, note = cdnow_master(folder if folder.is_dir() else None)
    return Pair(
        ours=lambda: fit_bgnbd(*histories), baseline=lambda: BetaGeoFitter().fit(*histories), note=note
    )


CHANGES = Case(
    ours="warnings and changes of tier",
    baseline="pandas: last rows joined",
    prepare=_changes,
    most_seconds=1.5,
    most_gigabytes=1.5,
)
BGNBD = Case(ours="BG/NBD fit", baseline="lifetimes' fit", prepare=_bgnbd, most_ratio=3.0)
