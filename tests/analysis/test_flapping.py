"""Two years of sample data, graded at every month's end: how often tiers flap, raw and shown (SPEC section 5)."""

from dataclasses import dataclass

import pandas as pd
import pytest

from crm_xl import Settings
from crm_xl.analysis.calendar import window
from crm_xl.analysis.clean import clean
from crm_xl.analysis.customers import population
from crm_xl.analysis.grades import grade_customers
from crm_xl.analysis.metrics import customer_metrics
from crm_xl.analysis.movement_tables import move_tiers, state_of
from crm_xl.builder.samples import sample_rows
from crm_xl.raw import RawTable
from crm_xl.tables import TABLES
from crm_xl.tables import inputs as i
from crm_xl.tables.outputs import PENDING

SETTINGS = Settings.default()
MONTHS = pd.date_range("2024-11-30", "2026-10-31", freq="ME")
WITHIN = 6  # runs: a change taken back within half a year is a flap


@dataclass(frozen=True)
class Flapping:
    """How often customers changed tier, and how often they went back to the tier they had just left."""

    changes: int
    flaps: int


def flapping(history, column):
    """Changes between tiers, and those undone within half a year; comings and goings of 待评估 are neither."""
    changes = flaps = 0
    for _, tiers in history.sort_values("run_date").groupby("customer_id")[column]:
        names = tiers.tolist()
        for n in range(1, len(names)):
            left, new = names[n - 1], names[n]
            if left != new and PENDING not in (left, new):
                changes += 1
                flaps += left in names[n + 1 : n + 1 + WITHIN]
    return Flapping(changes, flaps)


@pytest.fixture(scope="module")
def two_years():
    """The history that 24 monthly runs leave."""
    raw = {
        name: RawTable.from_rows(name, [TABLES[name].titles, *rows], sheet=TABLES[name].sheet)
        for name, rows in sample_rows().items()
        if name != i.HISTORY.name
    }
    frames, _ = population(clean(raw, SETTINGS, MONTHS[-1]).tables, mask=True)
    history = None
    for date in MONTHS:
        metrics = customer_metrics(frames, SETTINGS, date, window(date, 12))
        now = state_of(grade_customers(metrics, SETTINGS, date).scores, metrics)
        history = move_tiers(now, history, SETTINGS.tiers, SETTINGS.general, date).history
    return history


def test_shown_tiers_flap_far_less_than_raw_ones(two_years, record_property):
    raw, shown = flapping(two_years, "raw_tier"), flapping(two_years, "shown_tier")
    record_property("flapping", f"raw {raw}, shown {shown}")
    print(f"\nraw {raw}, shown {shown}")
    assert raw.flaps >= 20  # the sample has something to tame
    assert shown.flaps <= 0.6 * raw.flaps
    assert shown.changes <= raw.changes


def test_shown_tiers_follow_raw_ones_all_the_same(two_years):
    """Tamed is not stuck: nobody is shown below the raw tier of a whole half year if that tier was theirs before."""
    ranks = {tier.name: place for place, tier in enumerate(SETTINGS.tiers)}
    for _, own in two_years.sort_values("run_date").groupby("customer_id"):
        graded = own[own["raw_tier"] != PENDING]
        if len(graded) < len(own) or len(graded) < 7:
            continue
        last = graded.tail(7)
        lowest = max(ranks[name] for name in last["raw_tier"])
        held = min(ranks[name] for name in graded["shown_tier"])
        assert ranks[last["shown_tier"].iloc[-1]] <= max(lowest, held)


def test_every_customer_has_one_row_per_run(two_years):
    assert not two_years.duplicated(["customer_id", "run_date"]).any()
    assert len(two_years) == 400 * len(MONTHS)
