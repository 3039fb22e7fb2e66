"""Purchase histories drawn from BG/NBD's own story, to hold a fit against parameters that are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crm_xl.analysis.bgnbd import BgNbd

Floats = NDArray[np.float64]
Histories = tuple[Floats, Floats, Floats]  # repeat purchases, first to last, first to now

# Fader, Hardie, Lee (2005), table 2: the CDNOW sample of 2,357 customers, in weeks to 1997-09-30.
PUBLISHED = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, log_likelihood=-9582.4)


def simulated(model: BgNbd, size: int, age: float, seed: int) -> Histories:
    """Customers with a rate of their own who, after every purchase, may leave."""
    random = np.random.default_rng(seed)
    rates = random.gamma(model.r, 1 / model.alpha, size)
    leaves = random.beta(model.a, model.b, size)
    x, last = np.zeros(size), np.zeros(size)
    for n in range(size):
        clock = 0.0
        while (clock := clock + random.exponential(1 / max(rates[n], 1e-12))) <= age:
            x[n], last[n] = x[n] + 1, clock
            if random.random() < leaves[n]:
                break
    return x, last, np.full(size, age)


def cdnow_master(folder: Path | None) -> tuple[Histories, str]:
    """The 23,570 customers of the CDNOW master file in weeks, or as many simulated ones; and which it is."""
    if folder is None:
        return simulated(PUBLISHED, 23_570, 78.0, seed=1), "23,570 simulated customers"
    rows = pd.read_csv(folder / "cdnow" / "master.csv.gz", dtype={"id": str}, parse_dates=["date"])
    days = rows.drop_duplicates(["id", "date"]).groupby("id")["date"].agg(["size", "min", "max"])
    weeks = pd.Timedelta(weeks=1)
    history = (
        days["size"].to_numpy(dtype=float) - 1,
        ((days["max"] - days["min"]) / weeks).to_numpy(),
        ((rows["date"].max() - days["min"]) / weeks).to_numpy(),
    )
    return history, f"{len(days):,} customers of CDNOW's master file"
