"""What other packages on PyPI compute too, on the same lines: the customer summary, and AHP weights.

Those that cannot stand beside the present pandas are named in docs/benchmarks.md.
"""

from __future__ import annotations

import numpy as np

from benchmarks.growth_input import cleaned
from benchmarks.harness import Case, Pair
from crm_xl.analysis import ahp
from crm_xl.analysis.rfm import rfm_metrics

LINES = 100_000
ITEMS = 9


def prepare_rfm() -> Pair:
    """Purchases alone: none of them matches returns, so none gets any."""
    from lifetimes.utils import summary_data_from_transaction_data
    from pymc_marketing.clv.utils import rfm_summary

    lines = cleaned(LINES)
    bought = lines.loc[lines["counts"] & (lines["net_amount"] > 0)].reset_index(drop=True)
    columns = ["customer_id", "order_date", "net_amount"]
    bare = bought[columns].assign(customer_id=bought["customer_id"].astype(object))
    until = bought["order_date"].max().normalize()

    return Pair(
        ours=lambda: rfm_metrics(bought, until),
        baseline=lambda: summary_data_from_transaction_data(bare, *columns, observation_period_end=until),
        others={
            "pymc-marketing rfm_summary": lambda: rfm_summary(bare, *columns, observation_period_end=until),
        },
        note=f"{len(bought):,} purchases",
    )


def prepare_ahp() -> Pair:
    """Judgements among nine items that contradict one another a little."""
    import ahpy

    random = np.random.default_rng(1)
    weights = random.uniform(1, 9, ITEMS)
    cells = np.triu(
        np.round(weights[:, None] / weights[None, :] * random.uniform(0.8, 1.25, (ITEMS, ITEMS)), 2)
    )
    cells[cells == 0] = np.nan
    np.fill_diagonal(cells, 1.0)
    matrix = ahp.reciprocal(cells)
    pairs = {
        (f"i{one}", f"i{other}"): float(matrix[one, other])
        for one in range(ITEMS)
        for other in range(one + 1, ITEMS)
    }

    def ours() -> np.ndarray:
        return ahp.weigh(matrix).weights

    def by_ahpy() -> dict[str, float]:
        return dict(ahpy.Compare("items", pairs, precision=6, random_index="saaty").target_weights)

    theirs = by_ahpy()
    if not np.allclose(ours(), [theirs[f"i{number}"] for number in range(ITEMS)], atol=1e-4):
        raise RuntimeError(f"AHPy weighs {theirs}, ours {ours()}")
    return Pair(ours=ours, baseline=by_ahpy, note=f"{ITEMS} items, all judged")


RFM = Case(
    ours="recency, frequency, money of every customer",
    baseline="lifetimes summary_data_from_transaction_data",
    prepare=prepare_rfm,
)
AHP = Case(ours="weights by AHP", baseline="AHPy Compare", prepare=prepare_ahp)
