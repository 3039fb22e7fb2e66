"""The benchmark harness: right ratios, loud failures, input that fits the declarations."""

from __future__ import annotations

import json
import os
import platform
import time
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import harness, table
from crm_xl.tables import TABLES
from tests.support import retail


def sleep_four_to_one() -> harness.Pair:
    """A pair whose ratio is known; loaded by the child process under this name."""
    return harness.Pair(ours=lambda: time.sleep(0.04), baseline=lambda: time.sleep(0.01), note="naps")


def sleep_by_size(size: int) -> harness.Pair:
    """Naps as long as the size says, in hundredths of a second."""
    return harness.Pair(
        ours=lambda: time.sleep(0.02 * size),
        baseline=lambda: time.sleep(0.01),
        others={"as long": lambda: time.sleep(0.02)},
    )


SIZED = harness.Case(ours="naps", baseline="nap", prepare=sleep_by_size, sizes=(1, 4), most_exponent=0.5)
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


def of_size(size: int, seconds: float, **more: object) -> harness.Measurement:
    return harness.Measurement(
        name="grow", case="a / b", note=f"{size} lines", seconds=seconds, baseline_seconds=0.5, size=size, **more
    )  # fmt: skip


def test_growth_is_the_slope_of_the_logarithms_over_the_sizes_held() -> None:
    # 10^5 -> 10^6 -> 10^7 lines in 1, 10, 100 s is n^1; 10^3 lines are below what is held.
    grown = [of_size(1_000, 0.9), *(of_size(10**power, 10.0 ** (power - 5)) for power in (5, 6, 7))]
    assert harness.exponent(grown, 100_000) == pytest.approx(1.0)
    # 1, 8, 64 s: log10(8) = 0.903 a power of ten.
    assert harness.exponent([of_size(10 ** (5 + k), 8.0**k) for k in range(3)], 0) == pytest.approx(
        0.903, abs=1e-3
    )
    assert harness.exponent(grown[:2], 100_000) is None


def test_limits_hold_from_a_size_on_and_every_other_baseline_has_its_row() -> None:
    case = harness.Case(
        ours="ours", baseline="floor", prepare=sleep_four_to_one, sizes=(10, 1_000), held_from=100, most_exponent=1.1
    )  # fmt: skip
    found = [
        of_size(10, 2.0),
        of_size(1_000, 4.0, others={"pandas": 8.0}, most_ratio=3.0, most_gigabytes=6.0, peak_gigabytes=1.5),
    ]
    lines = table.rows(found, {"grow": case})[2:]
    # 2.0 / 0.5 = 4; 4.0 / 0.5 = 8 where 3 are allowed; 4.0 / 8.0 = 0.5
    assert lines == [
        "| ours | 10 lines | 2.00 | floor | 0.500 | 4.0× |  |  |",
        "| ours | 1000 lines | 4.00 | floor | 0.500 | 8.0× | 1.50 | ≤ 3× ✘, ≤ 6 GB ✔ |",
        "|  |  |  | pandas | 8.00 | 0.50× |  |  |",
    ]
    held = replace(case, held_from=0)
    # 2 -> 4 s over two powers of ten: log10(2) / 2 = 0.15
    assert (
        table.rows(found, {"grow": held})[-1]
        == "| ours: growth | 0 to 1,000 lines |  |  |  | n^0.15 |  | ≤ n^1.1 ✔ |"
    )


def test_the_table_goes_between_its_marks_and_nowhere_else() -> None:
    page = f"before\n{table.BEGIN}\nold\n{table.END}\nafter\n"
    once = table.written_into(page, "new")
    assert once == f"before\n{table.BEGIN}\n\nnew\n\n{table.END}\nafter\n"
    assert table.written_into(once, "new") == once
    with pytest.raises(ValueError, match="begin"):
        table.written_into("no marks", "new")


def test_the_machine_is_told_without_its_name_or_folders() -> None:
    told = table.machine()
    assert f"{os.cpu_count()} cores" in told and "Python 3." in told
    assert platform.node() not in told.split() and "/" not in told


def test_the_page_holds_a_table_of_declared_cases_and_of_nothing_else() -> None:
    page = table.PAGE.read_text(encoding="utf-8")
    measured = page.partition(table.BEGIN)[2].partition(table.END)[0]
    rows = [line.split(" | ")[0].strip("| ") for line in measured.splitlines() if line.startswith("| ")]
    titles = {harness.load(module).ours for module in harness.CASES.values()}
    assert rows[0] == "What" and len(rows) > len(titles)
    assert {title.removesuffix(": growth") for title in rows[1:]} - {""} <= titles


@pytest.mark.slow
def test_a_case_with_sizes_is_measured_at_each(tmp_path: Path) -> None:
    found, faults = harness.measured(
        ["naps"], {"naps": "tests.test_benchmarks:SIZED"}, tmp_path / "naps.json"
    )
    assert [one.size for one in found] == [1, 4]
    assert all(one.others["as long"] > 0.01 for one in found)
    # Four times the nap for four times the size: n^1, and 0.5 is allowed.
    assert [fault.partition(":")[0] for fault in faults] == ["naps"] and "n^" in faults[0]


def test_figures_of_other_cases_stay_in_the_report_and_those_of_another_machine_do_not(
    tmp_path: Path,
) -> None:
    report = tmp_path / "bench.json"
    first = replace(
        of_size(10, 2.0, others={"pandas": 1.0}),
        measured_on="2026-11-22",
        all_seconds=[2.0],
        all_baseline_seconds=[0.5],
    )
    harness.write_report([first], report)
    assert harness.read_report(report) == [first]
    harness.measured(["gone"], {"gone": "benchmarks.no_such_case"}, report)
    assert harness.read_report(report) == [first]
    written = json.loads(report.read_text(encoding="utf-8"))
    written["machine"]["python"] = "2.7.18"
    report.write_text(json.dumps(written), encoding="utf-8")
    assert harness.read_report(report) == []
    assert harness.read_report(tmp_path / "none.json") == []
