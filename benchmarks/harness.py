"""How a case is measured: medians in one process, alternating with the baseline; the peak in another.

A ratio against a baseline of the same run survives a change of machine; seconds do not, and are a limit only
where a person waits for them.
"""

from __future__ import annotations

import gc
import importlib
import json
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
REPORT = REPOSITORY / "output" / "bench.json"
CASES = {
    "analysis": "benchmarks.analysis",
    "csv": "benchmarks.csv_load",
    "import": "benchmarks.import_csv",
    "importxl": "benchmarks.import_xlsx",
    "workbook": "benchmarks.workbook",
    "score": "benchmarks.functions:SCORE",
    "score-udf": "benchmarks.functions:SCORE_UDF",
    "rfm": "benchmarks.functions:RFM",
    "rfm-udf": "benchmarks.functions:RFM_UDF",
    "formulas": "benchmarks.formulas",
    "changes": "benchmarks.changes:CHANGES",
    "bgnbd": "benchmarks.changes:BGNBD",
    "grading": "benchmarks.grading:GRADING",
    "kmeans": "benchmarks.grading:KMEANS",
    "guides": "benchmarks.guides:GUIDES",
    "report": "benchmarks.guides:REPORT",
}
FEWEST_RUNS = 3
MOST_RUNS = 9
SECONDS_PER_SIDE = 10.0  # runs stop after these, once there are enough of them
CASE_SECONDS = 900
COMPARED = ("crm-xl", "pandas", "numpy", "polars", "python-calamine", "lxml")


@dataclass(frozen=True, kw_only=True)
class Pair:
    """What is compared, its input already in place: two calls without arguments."""

    ours: Callable[[], object]
    baseline: Callable[[], object]
    note: str = ""  # on what input: "541,909 real lines"


class Measured(float):
    """What a call may return: the seconds that count, measured where the work is done."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One comparison and the most it may cost."""

    ours: str
    baseline: str
    prepare: Callable[[], Pair]
    most_ratio: float | None = None
    most_seconds: float | None = None
    most_gigabytes: float | None = None


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """What was measured of a case, in seconds and GB; the peak is the whole process's, input included."""

    name: str
    case: str
    note: str
    seconds: float
    baseline_seconds: float
    all_seconds: Sequence[float] = field(default=())
    all_baseline_seconds: Sequence[float] = field(default=())
    peak_gigabytes: float | None = None
    most_ratio: float | None = None
    most_seconds: float | None = None
    most_gigabytes: float | None = None

    @property
    def ratio(self) -> float:
        """How many times the baseline's time ours takes."""
        return self.seconds / self.baseline_seconds

    @property
    def over(self) -> list[str]:
        """The limits it exceeds, in words; empty for a pass."""
        faults = []
        if self.most_ratio is not None and self.ratio > self.most_ratio:
            faults.append(f"{self.ratio:.1f}x baseline, at most {self.most_ratio:g}x")
        if self.most_seconds is not None and self.seconds > self.most_seconds:
            faults.append(f"{self.seconds:.3f} s, at most {self.most_seconds:g} s")
        peak, most = self.peak_gigabytes, self.most_gigabytes
        if peak is not None and most is not None and peak > most:
            faults.append(f"{peak:.2f} GB, at most {most:g} GB")
        return faults


def timed(call: Callable[[], object]) -> float:
    """Seconds one call takes, garbage of earlier ones collected before."""
    gc.collect()
    started = time.perf_counter()
    result = call()
    seconds = time.perf_counter() - started
    return float(result) if isinstance(result, Measured) else seconds


def alternate(pair: Pair) -> tuple[list[float], list[float]]:
    """Seconds of several runs of ours and of the baseline, in turns, after one run of each for warmth."""
    pair.baseline()
    pair.ours()
    ours: list[float] = []
    baseline: list[float] = []
    while len(ours) < FEWEST_RUNS or (len(ours) < MOST_RUNS and sum(ours) < SECONDS_PER_SIDE):
        baseline.append(timed(pair.baseline))
        ours.append(timed(pair.ours))
    return ours, baseline


def peak_gigabytes() -> float | None:
    """The most memory this process has held; None on Windows, which keeps no such count for Python."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e9 if sys.platform == "darwin" else 1e6)  # bytes there, kilobytes elsewhere


def load(name: str) -> Case:
    """The case a module declares: "module:NAME", or its CASE."""
    module, _, attribute = name.partition(":")
    case = getattr(importlib.import_module(module), attribute or "CASE")
    if not isinstance(case, Case):
        raise ValueError(f"{name} is not a Case")
    return case


def child(task: str, module: str) -> dict[str, Any]:
    """What one process measured, as it hands it to its parent: task is "time" or "peak"."""
    pair = load(module).prepare()
    if task == "peak":
        pair.ours()
        return {"peak_gigabytes": peak_gigabytes()}
    ours, baseline = alternate(pair)
    return {"ours": ours, "baseline": baseline, "note": pair.note}


def in_process(task: str, module: str) -> dict[str, Any]:
    """The same, from a process of its own.

    Raises:
        RuntimeError: it failed; its traceback has been shown.
    """
    command = [sys.executable, "-m", "benchmarks.child", task, module]
    done = subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, timeout=CASE_SECONDS, check=False)
    if done.returncode:
        raise RuntimeError(f"{module} ({task}) failed")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def measure(name: str, module: str) -> Measurement:
    """One case, timed in one process, its peak taken in another."""
    case = load(module)
    times = in_process("time", module)
    peak = in_process("peak", module)
    return Measurement(
        name=name,
        case=f"{case.ours} / {case.baseline}",
        note=str(times["note"]),
        seconds=median(times["ours"]),
        baseline_seconds=median(times["baseline"]),
        all_seconds=times["ours"],
        all_baseline_seconds=times["baseline"],
        peak_gigabytes=peak["peak_gigabytes"],
        most_ratio=case.most_ratio,
        most_seconds=case.most_seconds,
        most_gigabytes=case.most_gigabytes,
    )


def table(measurements: Sequence[Measurement]) -> str:
    """The figures as a plain table, one line a case."""
    lines = [
        f"{'case':<10}{'ours s':>9}{'limit':>7}{'base s':>9}{'ratio':>8}{'limit':>7}{'GB':>7}{'limit':>7}  what"
    ]
    for one in measurements:
        most = "-" if one.most_ratio is None else f"{one.most_ratio:g}"
        most_s = "-" if one.most_seconds is None else f"{one.most_seconds:g}"
        peak = "-" if one.peak_gigabytes is None else f"{one.peak_gigabytes:.2f}"
        most_gb = "-" if one.most_gigabytes is None else f"{one.most_gigabytes:g}"
        lines.append(
            f"{one.name:<10}{one.seconds:>9.3f}{most_s:>7}{one.baseline_seconds:>9.4f}{one.ratio:>8.1f}{most:>7}"
            f"{peak:>7}{most_gb:>7}  {one.case}; {one.note}"
        )
    return "\n".join(lines)


def write_report(measurements: Sequence[Measurement], path: Path = REPORT) -> None:
    """Write every figure, and the machine and versions they belong to, as JSON."""
    report = {
        "machine": {
            "python": platform.python_version(),
            "system": platform.platform(),
            "packages": {name: version(name) for name in COMPARED},
        },
        "cases": [{**asdict(one), "ratio": one.ratio, "over": one.over} for one in measurements],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, ensure_ascii=False, indent=2), encoding="utf-8")


def main(names: Sequence[str], cases: dict[str, str] | None = None, report: Path = REPORT) -> int:
    """Measure the named cases, all without a name; print the table; 1 if any fails or exceeds a limit."""
    cases = CASES if cases is None else cases
    if unknown := sorted(set(names) - set(cases)):
        print(f"no such case: {', '.join(unknown)}; there are: {', '.join(cases)}")
        return 2
    measurements: list[Measurement] = []
    faults: list[str] = []
    for name in names or cases:
        print(f"measuring {name} ...", flush=True)
        try:
            measurements.append(measure(name, cases[name]))
        except Exception as error:  # one broken case must not hide the figures of the others
            faults.append(f"{name}: {type(error).__name__}: {error}")
        else:
            faults += [f"{name}: {fault}" for fault in measurements[-1].over]
    if measurements:
        write_report(measurements, report)
        print(table(measurements))
    for fault in faults:
        print(f"FAILED  {fault}")
    return 1 if faults else 0
