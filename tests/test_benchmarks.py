"""The benchmark harness: right ratios, loud failures, input that fits the declarations."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import harness
from crm_xl.tables import TABLES
from tests.support import retail


def sleep_four_to_one() -> harness.Pair:
    """A pair whose ratio is known; loaded by the child process under this name."""
    return harness.Pair(ours=lambda: time.sleep(0.04), baseline=lambda: time.sleep(0.01), note="naps")


CASE = harness.Case(
    ours="four", baseline="one", prepare=sleep_four_to_one, most_ratio=2, most_gigabytes=0.000_001
)


@pytest.mark.slow
def test_a_case_over_its_limits_fails_and_its_figures_are_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "bench.json"
    code = harness.main([], {"naps": "tests.test_benchmarks"}, report)
    printed = capsys.readouterr().out
    assert code == 1
    assert "at most 2x" in printed
    assert "at most 1e-06 GB" in printed
    (case,) = json.loads(report.read_text(encoding="utf-8"))["cases"]
    assert 2.5 < case["ratio"] < 5
    assert len(case["all_seconds"]) >= harness.FEWEST_RUNS
    assert 0.01 < case["peak_gigabytes"] < 2


def test_a_case_that_cannot_be_loaded_fails_the_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert harness.main([], {"gone": "benchmarks.no_such_case"}, tmp_path / "bench.json") == 1
    assert "FAILED  gone: ModuleNotFoundError" in capsys.readouterr().out


def test_an_unknown_name_lists_the_cases(capsys: pytest.CaptureFixture[str]) -> None:
    assert harness.main(["anlysis"]) == 2
    assert f"there are: {', '.join(harness.CASES)}" in capsys.readouterr().out


def test_a_case_within_its_limits_passes() -> None:
    one = harness.Measurement(
        name="x", case="a / b", note="", seconds=3.0, baseline_seconds=1.5, peak_gigabytes=1.0,
        most_ratio=2.0, most_gigabytes=3.0,
    )  # fmt: skip
    assert one.ratio == 2.0
    assert one.over == []


def test_seconds_are_a_limit_only_where_one_is_set() -> None:
    slow = harness.Measurement(name="x", case="a / b", note="", seconds=0.03, baseline_seconds=0.01)
    assert slow.over == []
    assert replace(slow, most_seconds=0.02).over == ["0.030 s, at most 0.02 s"]


def test_a_call_may_measure_itself() -> None:
    assert harness.timed(lambda: harness.Measured(7.5)) == 7.5
    assert harness.timed(lambda: 7.5) < 1


def test_every_case_of_the_harness_stands_in_its_file() -> None:
    folder = Path(harness.__file__).parent
    for case in harness.CASES.values():
        module = case.partition(":")[0]
        assert (folder / f"{module.removeprefix('benchmarks.')}.py").exists()


def test_what_the_cases_are_fed_has_declared_columns_only() -> None:
    for name, frame in retail.tables(retail.look_alike(1000, seed=1)).items():
        assert set(frame.columns) <= set(TABLES[name].names)
        assert {column.name for column in TABLES[name].required} <= set(frame.columns)
