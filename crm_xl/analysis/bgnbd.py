"""BG/NBD: how likely a customer still buys, and how often in the months ahead.

While alive a customer buys at a rate of their own, gamma(r, α) across customers; after every purchase they may
leave with a probability of their own, beta(a, b). Fitted to all who bought, once or more often; without those
who bought once the rates come out too high. Needs scipy (extra `model`).
Source: Fader, Hardie, Lee, “Counting Your Customers” the Easy Way, Marketing Science 24 (2005), 275-284.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_xl.analysis.growth import Floats
from crm_xl.analysis.order_questions import OrderFacts
from crm_xl.extras import install_command

FEWEST_REPEATERS = 30  # below, four parameters say nothing
DAYS_PER_WEEK = 7.0
OUTLOOK_MONTHS = 3
# Parameters are sought within e^±12: beyond, the likelihood is flat and only the arithmetic suffers.
_LARGEST_LOG = 12.0
_NEAR_ONE = 1e-6

ONCE_NOTE = "只买过一次，模型无从判断，按间隔规则预警"


@dataclass(frozen=True, kw_only=True)
class BgNbd:
    """Fitted parameters, in the unit of time of the histories they were fitted to."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float

    def p_alive(self, frequency: Floats, recency: Floats, age: Floats) -> Floats:
        """The probability that each customer has not left; 1 by construction where nothing was bought again.

        Args:
            frequency: purchases after the first.
            recency: time from the first purchase to the last.
            age: time from the first purchase to now.
        """
        from scipy.special import expit

        alive: Floats = expit(-self._log_odds_left(frequency, recency, age))
        return np.where(frequency > 0, alive, 1.0)

    def expected_purchases(self, horizon: float, frequency: Floats, recency: Floats, age: Floats) -> Floats:
        """How many purchases each customer is expected to make in the time ahead, alive or not.

        Args:
            horizon: length of the time ahead.
            frequency: purchases after the first.
            recency: time from the first purchase to the last.
            age: time from the first purchase to now.
        """
        from scipy.special import expit

        tail = self._expected(horizon, frequency, self.alpha + age, self.r + frequency, self.b + frequency)
        odds = self._log_odds_left(frequency, recency, age)
        expected: Floats = np.where(frequency > 0, tail * expit(-odds), tail)
        return expected

    def expected_of_newcomer(self, horizon: float) -> float:
        """How many repeat purchases somebody who has just bought for the first time is expected to make."""
        none = np.zeros(1)
        return float(self.expected_purchases(horizon, none, none, none)[0])

    def _log_odds_left(self, frequency: Floats, recency: Floats, age: Floats) -> Floats:
        """The logarithm of (left ÷ alive) for those who bought again."""
        again = np.maximum(frequency, 1.0)
        waited = np.log(self.alpha + age) - np.log(self.alpha + recency)
        odds: Floats = np.log(self.a) - np.log(self.b + again - 1) + (self.r + frequency) * waited
        return odds

    def _expected(
        self, horizon: float, frequency: Floats, seen: Floats, shape: Floats, stays: Floats
    ) -> Floats:
        """Purchases ahead of customers known to be alive: the paper's equation 10 before its denominator.

        The paper's (1 − z)^(r+x) · ₂F₁(r+x, b+x; c; z) with c = a+b+x−1 equals, by Euler's transformation,
        (1 − z)^(a−1) · ₂F₁(c−r−x, a−1; c; z). The one with the smaller power is computed: neither a customer with
        a thousand purchases nor a fit with a huge a then multiplies 0 by infinity.
        """
        from scipy.special import hyp2f1

        a = self.a + (_NEAR_ONE if abs(self.a - 1) < _NEAR_ONE else 0.0)  # the limit at a = 1 is finite
        c = a + stays - 1
        c = np.where(np.abs(c) < _NEAR_ONE, _NEAR_ONE, c)
        z = horizon / (seen + horizon)
        turned = a - 1 <= shape
        power = np.where(turned, a - 1, shape)
        spent = (1 - z) ** power * hyp2f1(
            np.where(turned, c - shape, shape), np.where(turned, a - 1, stays), c, z
        )
        ahead: Floats = c / (a - 1) * (1 - spent)
        return ahead


def fit_bgnbd(frequency: Floats, recency: Floats, age: Floats) -> BgNbd:
    """The parameters that make the histories most likely.

    Args:
        frequency: purchases after the first, whole numbers.
        recency: time from the first purchase to the last.
        age: time from the first purchase to now, in the same unit.

    Returns:
        The fit in that unit of time.

    Raises:
        ValueError: the search did not end, or histories are impossible (recency beyond age).
    """
    from scipy.optimize import minimize

    histories = np.column_stack([frequency, recency, age]).astype(float)
    if not len(histories) or not np.isfinite(histories).all() or (recency > age).any() or (recency < 0).any():
        raise ValueError("histories need a recency between 0 and their age")
    distinct, times = np.unique(histories, axis=0, return_counts=True)
    # Time in units of its mean, so that one start serves days and years alike.
    unit = float(np.average(distinct[:, 2], weights=times)) or 1.0
    distinct[:, 1:] /= unit
    objective = _objective(distinct, times.astype(float))
    found = minimize(
        objective,
        x0=np.array([0.0, 0.0, 0.0, 1.0]),
        jac=True,
        method="L-BFGS-B",
        bounds=[(-_LARGEST_LOG, _LARGEST_LOG)] * 4,
        options={"maxiter": 1000, "ftol": 1e-13, "gtol": 1e-9},
    )
    if not np.isfinite(found.fun):
        raise ValueError(f"BG/NBD found no maximum: {found.message}")
    r, alpha, a, b = np.exp(found.x)
    purchases = float(frequency.sum())
    likelihood = float(-found.fun * times.sum() - purchases * np.log(unit))
    return BgNbd(r=float(r), alpha=float(alpha * unit), a=float(a), b=float(b), log_likelihood=likelihood)


def _objective(histories: Floats, times: Floats) -> Callable[[Floats], tuple[float, Floats]]:
    """Minus the mean log likelihood and its gradient, by the logarithms of r, α, a and b.

    ln L = ln Γ(r+x)/Γ(r) + r ln α + ln B(a, b+x)/B(a, b)
           + ln[ (α+T)^−(r+x) + 1(x>0) · a/(b+x−1) · (α+t)^−(r+x) ]
    """
    from scipy.special import expit, gammaln, psi

    x, t, age = histories.T
    again = x > 0
    last = np.maximum(x, 1.0)
    # Summed by numpy: BLAS starts threads for so many numbers, and waiting for them costs more than the sum.
    weights = times / times.sum()
    # x takes few values: the costly functions are computed once for each.
    counts, where = np.unique(x, return_inverse=True)

    def value_and_gradient(logs: Floats) -> tuple[float, Floats]:
        r, alpha, a, b = np.exp(logs)
        head = (
            gammaln(r + counts) - gammaln(r) + gammaln(a + b) + gammaln(b + counts)
            - gammaln(b) - gammaln(a + b + counts)
        )[where] + r * np.log(alpha)  # fmt: skip
        log_age, log_t = np.log(alpha + age), np.log(alpha + t)
        alive = -(r + x) * log_age
        left = np.where(again, np.log(a) - np.log(b + last - 1) - (r + x) * log_t, -np.inf)
        gone = np.where(again, expit(left - alive), 0.0)  # share of the likelihood that the customer has left
        total = head + np.logaddexp(alive, left)
        slope_r = (psi(r + counts) - psi(r))[where] + np.log(alpha) - (1 - gone) * log_age - gone * log_t
        slope_alpha = r / alpha - (r + x) * ((1 - gone) / (alpha + age) + gone / (alpha + t))
        both = psi(a + b) - psi(a + b + counts)
        slope_a = both[where] + gone / a
        slope_b = (both + psi(b + counts) - psi(b))[where] - gone / (b + last - 1)
        slopes = np.array([np.sum(weights * slope) for slope in (slope_r, slope_alpha, slope_a, slope_b)])
        return -float(np.sum(weights * total)), -slopes * np.array([r, alpha, a, b])

    return value_and_gradient


@dataclass(frozen=True, kw_only=True, eq=False)
class Outlook:
    """What the model says of each customer who bought.

    Attributes:
        table: customer_id, p_alive (missing for those who bought once), expected_orders in the next 3 months,
            model_note; None where there is no model.
        model: the fit, in weeks.
        notes: why there is no model.
    """

    table: pd.DataFrame | None
    model: BgNbd | None
    notes: tuple[str, ...] = ()


def outlook(orders: OrderFacts, analysis_date: pd.Timestamp) -> Outlook:
    """The chance that each customer still buys and the orders to expect in the next three months.

    Args:
        orders: what is known of them.
        analysis_date: the last day observed.
    """
    try:
        import scipy  # noqa: F401
    except ImportError:
        return Outlook(
            table=None, model=None, notes=(f"未安装模型组件（{install_command('model')}），未计算存活概率",)
        )
    history = orders.purchase_history(analysis_date)
    repeat = history["frequency"].to_numpy(dtype=float)
    repeaters = int((repeat > 0).sum())
    if repeaters < FEWEST_REPEATERS:
        note = f"复购客户只有 {repeaters} 家，不足 {FEWEST_REPEATERS} 家，未计算存活概率"
        return Outlook(table=None, model=None, notes=(note,))
    recency, age = (history[name].to_numpy(dtype=float) / DAYS_PER_WEEK for name in ("recency", "T"))
    model = fit_bgnbd(repeat, recency, age)
    today = analysis_date.normalize()
    weeks = ((today + pd.DateOffset(months=OUTLOOK_MONTHS)) - today).days / DAYS_PER_WEEK
    once = repeat == 0
    alive = model.p_alive(repeat, recency, age)
    table = pd.DataFrame(
        {
            "customer_id": history["customer_id"].to_numpy(dtype=object),
            # The model holds that nobody leaves before a second purchase; 1.0 would read as safe.
            "p_alive": np.where(once, np.nan, alive),
            "expected_orders": model.expected_purchases(weeks, repeat, recency, age),
            "model_note": np.array([None, ONCE_NOTE], dtype=object)[once.astype(np.int64)],
        }
    )
    return Outlook(table=table, model=model)
