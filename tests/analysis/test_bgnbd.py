"""BG/NBD agrees with the published CDNOW estimates, with a numeric integral and with itself."""

import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import beta as beta_function

from crm_xl.analysis.bgnbd import BgNbd, fit_bgnbd, outlook
from crm_xl.analysis.history import purchase_history
from crm_xl.analysis.order_facts import LineFacts
from tests.support.buying import PUBLISHED, cdnow_master, simulated
from tests.support.typed import order, orders


def at(*values):
    return tuple(np.array([value], dtype=float) for value in values)


@pytest.fixture(scope="module")
def cdnow(shared_data):
    if shared_data is None:
        # Without the reference data: customers simulated from the published parameters.
        return None
    return pd.read_csv(shared_data / "cdnow" / "cdnow_customers_summary.csv")


def test_published_estimates_on_the_cdnow_sample(cdnow):
    if cdnow is None:
        x, last, age = simulated(PUBLISHED, 20_000, 39.0, seed=1)
        fitted = fit_bgnbd(x, last, age)
        assert (fitted.r, fitted.alpha) == pytest.approx((0.243, 4.414), rel=0.1)
        return
    fitted = fit_bgnbd(*(cdnow[name].to_numpy(dtype=float) for name in ("frequency", "recency", "T")))
    assert len(cdnow) == 2357 and (cdnow["frequency"] == 0).sum() == 1411  # one-time buyers are in it
    figures = (fitted.r, fitted.alpha, fitted.a, fitted.b)
    assert [round(figure, 3) for figure in figures] == [0.243, 4.414, 0.793, 2.426]
    assert round(fitted.log_likelihood, 1) == -9582.4


def test_the_master_file_has_one_maximum_whatever_library_looks_for_it(shared_data):
    """r .2671, α 5.9865, a .4835, b 2.1116: lifetimes 0.11.3 on the same 23,570 histories in weeks."""
    histories, _ = cdnow_master(shared_data)
    fitted = fit_bgnbd(*histories)
    if shared_data is None:
        assert fitted.r == pytest.approx(PUBLISHED.r, rel=0.1)
        return
    figures = (fitted.r, fitted.alpha, fitted.a, fitted.b)
    assert figures == pytest.approx((0.26712777, 5.98649252, 0.48351691, 2.11160810), rel=1e-4)


def test_published_expectations():
    assert PUBLISHED.expected_purchases(39, *at(2, 30.43, 38.86))[0] == pytest.approx(1.226, abs=5e-4)
    weeks = [0.1429, 1, 3, 31.8571, 32, 78]
    expected = [0.0078, 0.0532, 0.1506, 1.0405, 1.0437, 1.8576]
    # Parameters printed to three places leave 0.2 %.
    assert [PUBLISHED.expected_of_newcomer(t) for t in weeks] == pytest.approx(expected, rel=2e-3, abs=5e-5)


def test_sample_orders_give_the_published_fit_through_the_history(shared_data):
    if shared_data is None:
        lines = [
            order(f"C{n}", f"{n}-{k}", f"2026-0{1 + k}-0{1 + n % 9}", 10)
            for n in range(40)
            for k in range(1 + n % 3)
        ]
        assert (
            outlook(LineFacts(orders(lines)), pd.Timestamp("2026-10-31")).model is None
        )  # 26 repeat buyers: too few
        return
    sample = pd.read_csv(shared_data / "cdnow" / "sample.csv", dtype=str)
    lines = pd.DataFrame(
        {"customer_id": sample["id"], "order_date": pd.to_datetime(sample["date"]),
         "net_amount": sample["amt"].astype(float), "counts": True}
    )  # fmt: skip
    history = purchase_history(lines, pd.Timestamp("1997-09-30"))
    fitted = fit_bgnbd(
        *(history[n].to_numpy() / (1 if n == "frequency" else 7) for n in ("frequency", "recency", "T"))
    )
    assert (fitted.r, fitted.alpha, fitted.a, fitted.b) == pytest.approx(
        (0.243, 4.414, 0.793, 2.426), abs=6e-4
    )


def test_p_alive_by_hand():
    # r=1, α=2, a=1, b=1; two repeats, the last at 3, now 6:
    # odds of having left = a ÷ (b+x−1) · ((α+T) ÷ (α+t))^(r+x) = 1 ÷ 2 · (8 ÷ 5)³ = 2.048; 1 ÷ 3.048 = 0.32808.
    model = BgNbd(r=1, alpha=2, a=1, b=1, log_likelihood=0)
    assert model.p_alive(*at(2, 3, 6))[0] == pytest.approx(1 / 3.048)
    assert model.p_alive(*at(0, 0, 6))[0] == 1


@pytest.mark.parametrize("a", [0.3, 0.999_999_9, 1.0, 1.7, 4.0])
@pytest.mark.parametrize("horizon", [0.5, 13.0])
def test_expectation_of_a_newcomer_equals_its_integral(a, horizon):
    """E[X(t)] = ∫∫ (1 − e^(−λpt)) ÷ p over gamma λ and beta p: Σ over purchases while alive (paper's equation 9).

    With λ integrated out: E = ∫ [1 − (α ÷ (α + pt))^r] ÷ p · p^(a−1)(1−p)^(b−1) ÷ B(a, b) dp.
    """
    r, alpha, b = 0.6, 5.0, 2.2

    def density(p):
        return (1 - (alpha / (alpha + p * horizon)) ** r) / p * p ** (a - 1) * (1 - p) ** (b - 1)

    integral, _ = quad(density, 0, 1, limit=200, epsabs=1e-12)
    model = BgNbd(r=r, alpha=alpha, a=a, b=b, log_likelihood=0)
    assert model.expected_of_newcomer(horizon) == pytest.approx(integral / beta_function(a, b), rel=1e-5)


@pytest.mark.parametrize(("a", "b"), [(1963.0, 162_755.0), (1e4, 1e4), (160_000.0, 2.0)])
@pytest.mark.parametrize("x", [0, 10, 300])
def test_a_fit_in_which_everybody_leaves_alike_has_the_limit_in_closed_form(a, b, x):
    """Huge a and b: everybody leaves with p = a ÷ (a+b+x), E = (1 − (seen ÷ (seen + pt))^(r+x)) ÷ p alive."""
    model, age, horizon = BgNbd(r=3.0, alpha=18.7, a=a, b=b, log_likelihood=0), 100.0, 13.0
    p, seen = a / (a + b + x), 18.7 + age
    alive = model.p_alive(*at(x, age, age))[0]
    limit = (1 - (seen / (seen + p * horizon)) ** (3.0 + x)) / p * alive
    assert model.expected_purchases(horizon, *at(x, age, age))[0] == pytest.approx(limit, rel=2e-3)


def test_a_thousand_purchases_overflow_nothing():
    expected = PUBLISHED.expected_purchases(13, *at(1000, 199.9, 200))[0]
    # 1,000 in 200 weeks is 5 a week and 65 in 13; leaving takes off the chance 0.793 ÷ 1,002 per purchase.
    assert 55 < expected < 65
    assert 0.99 < PUBLISHED.p_alive(*at(1000, 199.9, 200))[0] < 1


@given(
    st.integers(1, 200),
    st.floats(0, 100),
    st.floats(0, 100),
    st.floats(0.05, 5),
    st.floats(0.05, 5),
    st.floats(0.1, 5),
)
def test_laws_of_the_expectations(x, recency, wait, r, a, b):
    model = BgNbd(r=r, alpha=3.0, a=a, b=b, log_likelihood=0)
    now = at(x, recency, recency + wait)
    later = at(x, recency, recency + wait + 5)
    alive, alive_later = model.p_alive(*now)[0], model.p_alive(*later)[0]
    assert 0 <= alive_later <= alive <= 1  # silence makes nobody likelier to come
    short, long = (model.expected_purchases(t, *now)[0] for t in (4.0, 8.0))
    assert -1e-9 <= short <= long + 1e-9
    assert (
        short <= (r + x) / (3.0 + recency + wait) * 4.0 * (1 + 1e-6) + 1e-9
    )  # never above the rate of the living


@settings(max_examples=10, deadline=None)
@given(st.sampled_from([1 / 7, 7.0, 30.0]), st.integers(0, 100))
def test_the_unit_of_time_and_the_order_of_the_rows_do_not_matter(scale, seed):
    x, last, age = simulated(BgNbd(r=0.5, alpha=6.0, a=0.7, b=2.5, log_likelihood=0), 400, 52.0, seed=seed)
    plain, scaled = fit_bgnbd(x, last, age), fit_bgnbd(x[::-1], last[::-1] * scale, age[::-1] * scale)
    assert scaled.log_likelihood + x.sum() * np.log(scale) == pytest.approx(plain.log_likelihood, abs=1e-3)
    assert scaled.alpha / scale == pytest.approx(plain.alpha, rel=0.02)


def lines_of(x, last):
    """Orders on whole days of 2026 for histories drawn in days."""
    begin = pd.Timestamp("2026-01-01")
    return orders([
        order(f"C{n:04d}", f"{n}-{k}", str(begin + pd.Timedelta(days=float(day))), 10)
        for n, (count, end) in enumerate(zip(x, last, strict=True))
        for k, day in enumerate(np.linspace(0, end, int(count) + 1).round())
    ])  # fmt: skip


def test_outlook_says_nothing_sure_of_those_who_bought_once():
    x, last, _ = simulated(BgNbd(r=0.8, alpha=40, a=0.6, b=2.0, log_likelihood=0), 300, 270.0, seed=3)
    found = outlook(LineFacts(lines_of(x, last)), pd.Timestamp("2026-09-28"))
    assert found.table is not None and found.notes == ()
    table = found.table
    once = table["model_note"].notna()
    assert 0 < once.sum() < len(table)
    assert table.loc[once, "p_alive"].isna().all()
    assert table.loc[~once, "p_alive"].between(0, 1).all()
    assert (table["expected_orders"] >= 0).all()


def test_too_few_repeat_buyers_are_said_and_nothing_is_made_up():
    few = orders(
        [
            order("C1", "A", "2026-01-01", 1),
            order("C1", "B", "2026-02-01", 1),
            order("C2", "C", "2026-01-05", 1),
        ]
    )
    found = outlook(LineFacts(few), pd.Timestamp("2026-10-31"))
    assert found.table is None
    assert found.notes == ("复购客户只有 1 家，不足 30 家，未计算存活概率",)


def test_without_scipy_the_column_is_left_out_in_words(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy", None)
    found = outlook(LineFacts(orders([order("C1", "A", "2026-01-01", 1)])), pd.Timestamp("2026-10-31"))
    assert found.table is None and "未安装模型组件" in found.notes[0]


def test_impossible_histories_are_our_mistake():
    with pytest.raises(ValueError, match="recency"):
        fit_bgnbd(*(np.array([1.0]) for _ in range(2)), np.array([0.5]))


def test_all_customers_equal_still_gives_a_fit():
    fitted = fit_bgnbd(np.full(50, 4.0), np.full(50, 20.0), np.full(50, 30.0))
    alive = fitted.p_alive(np.full(50, 4.0), np.full(50, 20.0), np.full(50, 30.0))
    assert np.isfinite(fitted.log_likelihood) and np.ptp(alive) == 0
