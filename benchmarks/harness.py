"""How a case is measured: medians in one process, alternating with the baselines; the peak in another.

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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from importlib.metadata import version
from math import log
from pathlib import Path
from statistics import linear_regression, median
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
    "names": "benchmarks.names",
    "help": "benchmarks.start:HELP",
    "udfs": "benchmarks.start:UDFS",
    "demo": "benchmarks.start:DEMO",
    "growth": "benchmarks.growth:ANALYZE",
    "metrics": "benchmarks.growth:METRICS",
    "read": "benchmarks.files:READ",
    "write": "benchmarks.files:WRITE",
    "peers": "benchmarks.peers:RFM",
    "ahp": "benchmarks.peers:AHP",
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
    others: Mapping[str, Callable[[], object]] = field(default_factory=dict)  # compared with too, by name


class Measured(float):
    """What a call may return: the seconds that count, measured where the work is done."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One comparison and the most it may cost; this is where the limits are declared.

    Attributes:
        ours, baseline: what is compared, in words.
        prepare: makes the pair; of a case with sizes, for one of them.
        sizes: how large the input is, each a measurement; none where there is one input only.
        held_from: the limits hold for sizes from this one on; below it what a call costs however small it is rules.
        most_exponent: the most by which time may grow: seconds = a * size ** exponent over the sizes held.
    """

    ours: str
    baseline: str
    prepare: Callable[..., Pair]
    most_ratio: float | None = None
    most_seconds: float | None = None
    most_gigabytes: float | None = None
    sizes: tuple[int, ...] = ()
    held_from: int = 0
    most_exponent: float | None = None


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
    measured_on: str = ""  # 2026-11-22
    size: int | None = None
    others: Mapping[str, float] = field(default_factory=dict)  # medians of what else it is compared with
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


def alternate(calls: Sequence[Callable[[], object]]) -> list[list[float]]:
    """Seconds of several runs of each call, in turns, after one run of each for warmth; ours is the first."""
    for call in calls:
        call()
    seconds: list[list[float]] = [[] for _ in calls]
    while len(seconds[0]) < FEWEST_RUNS or (
        len(seconds[0]) < MOST_RUNS and max(map(sum, seconds)) < SECONDS_PER_SIDE
    ):
        for each, call in zip(seconds, calls, strict=True):
            each.append(timed(call))
    return seconds


def peak_gigabytes() -> float | None:
    """The most memory that this process, or one it has waited for, has held; None on Windows, which keeps no count."""
    try:
        import resource
    except ImportError:
        return None
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return peak / (1e9 if sys.platform == "darwin" else 1e6)  # bytes there, kilobytes elsewhere


def load(name: str) -> Case:
    """The case a module declares: "module:NAME", or its CASE."""
    module, _, attribute = name.partition(":")
    case = getattr(importlib.import_module(module), attribute or "CASE")
    if not isinstance(case, Case):
        raise ValueError(f"{name} is not a Case")
    return case


def child(task: str, module: str, size: int | None = None) -> dict[str, Any]:
    """What one process measured, as it hands it to its parent: task is "time" or "peak"."""
    case = load(module)
    pair = case.prepare() if size is None else case.prepare(size)
    if task == "peak":
        pair.ours()
        return {"peak_gigabytes": peak_gigabytes()}
    ours, baseline, *others = alternate([pair.ours, pair.baseline, *pair.others.values()])
    named = {name: median(seconds) for name, seconds in zip(pair.others, others, strict=True)}
    return {"ours": ours, "baseline": baseline, "others": named, "note": pair.note}


def in_process(task: str, module: str, size: int | None = None) -> dict[str, Any]:
    """The same, from a process of its own.

    Raises:
        RuntimeError: it failed; its traceback has been shown.
    """
    command = [sys.executable, "-m", "benchmarks.child", task, module]
    command += [] if size is None else [str(size)]
    done = subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, timeout=CASE_SECONDS, check=False)
    if done.returncode:
        raise RuntimeError(f"{module} ({task}) failed")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def measure(name: str, module: str, size: int | None = None) -> Measurement:
    """One case, at one of its sizes where it has some: timed in one process, its peak taken in another."""
    case = load(module)
    times = in_process("time", module, size)
    peak = in_process("peak", module, size)
    held = size is None or size >= case.held_from
    return Measurement(
        name=name,
        case=f"{case.ours} / {case.baseline}",
        note=str(times["note"]),
        seconds=median(times["ours"]),
        baseline_seconds=median(times["baseline"]),
        all_seconds=times["ours"],
        all_baseline_seconds=times["baseline"],
        measured_on=date.today().isoformat(),
        size=size,
        others=times["others"],
        peak_gigabytes=peak["peak_gigabytes"],
        most_ratio=case.most_ratio if held else None,
        most_seconds=case.most_seconds if held else None,
        most_gigabytes=case.most_gigabytes if held else None,
    )


def exponent(measurements: Sequence[Measurement], held_from: int) -> float | None:
    """By which power of the size the seconds of ours grow, least squares on the logarithms; None below two sizes."""
    points = [(log(one.size), log(one.seconds)) for one in measurements if one.size and one.size >= held_from]
    if len(points) < 2:
        return None
    return linear_regression(*zip(*points, strict=True)).slope


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


def setting() -> dict[str, Any]:
    """The machine and the versions that figures belong to."""
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "packages": {name: version(name) for name in COMPARED},
    }


def write_report(measurements: Sequence[Measurement], path: Path = REPORT) -> None:
    """Write every figure, and the machine and versions they belong to, as JSON."""
    report = {
        "machine": setting(),
        "cases": [{**asdict(one), "ratio": one.ratio, "over": one.over} for one in measurements],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, ensure_ascii=False, indent=2), encoding="utf-8")


def read_report(path: Path = REPORT) -> list[Measurement]:
    """The figures of a report of this very machine and these versions; none of another, or where there is none."""
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    if report.get("machine") != setting():
        return []
    known = {each.name for each in fields(Measurement)}
    return [
        Measurement(**{key: value for key, value in one.items() if key in known}) for one in report["cases"]
    ]


def measured(
    names: Sequence[str], cases: Mapping[str, str], report: Path
) -> tuple[list[Measurement], list[str]]:
    """Every measurement of the named cases, and what failed or exceeds a limit.

    Each goes to the report as soon as it is there, beside what the report holds of other cases.
    """
    others = [one for one in read_report(report) if one.name not in names]
    found: list[Measurement] = []
    faults: list[str] = []
    for name in names:
        try:
            case = load(cases[name])
            of_case = []
            for size in case.sizes or (None,):
                print(f"measuring {name}{'' if size is None else f' {size:,}'} ...", flush=True)
                of_case.append(measure(name, cases[name], size))
                found.append(of_case[-1])
                write_report([*others, *found], report)
                faults += [f"{name} {size or ''}: {fault}" for fault in of_case[-1].over]
        except Exception as error:  # one broken case must not hide the figures of the others
            faults.append(f"{name}: {type(error).__name__}: {error}")
        else:
            grown = exponent(of_case, case.held_from)
            if grown is not None and case.most_exponent is not None and grown > case.most_exponent:
                faults.append(f"{name}: time grows by n^{grown:.2f}, at most n^{case.most_exponent:g}")
    return found, faults


def main(names: Sequence[str], cases: dict[str, str] | None = None, report: Path = REPORT) -> int:
    """Measure the named cases, all without a name; print the table; 1 if any fails or exceeds a limit."""
    cases = CASES if cases is None else cases
    if unknown := sorted(set(names) - set(cases)):
        print(f"no such case: {', '.join(unknown)}; there are: {', '.join(cases)}")
        return 2
    found, faults = measured(names or list(cases), cases, report)
    if found:
        print(table(found))
    for fault in faults:
        print(f"FAILED  {fault}")
    return 1 if faults else 0
