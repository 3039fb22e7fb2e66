"""The one table of docs/benchmarks.md: every case beside what it is compared with, its growth, peak and limits.

    python dev.py bench table            measures everything and writes the table; some twenty minutes
    python dev.py bench table NAME …     measures these anew and writes the table

Nothing in it is typed: the rows and their limits are the cases'.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from benchmarks import harness
from benchmarks.harness import Case, Measurement

PAGE = harness.REPOSITORY / "docs" / "benchmarks.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
PACKAGES = (
    "pandas", "numpy", "polars", "duckdb", "python-calamine", "openpyxl", "XlsxWriter", "lxml",
    "lifetimes", "pymc-marketing", "AHPy", "scikit-learn",
)  # fmt: skip
_HEADINGS = (
    "| What | Input | Seconds | Compared with | Its seconds | Ratio | Peak GB | Limits |",
    "|:--|:--|--:|:--|--:|--:|--:|:--|",
)
_MARKS = {True: "✔", False: "✘"}


def rows(measurements: Sequence[Measurement], cases: Mapping[str, Case]) -> list[str]:
    """The lines of the table: one per measurement and thing compared with, one per growth.

    Args:
        measurements: of one case next to one another, by size.
        cases: by the name that the measurements bear.
    """
    lines = list(_HEADINGS)
    for name, case in cases.items():
        of_case = [one for one in measurements if one.name == name]
        for one in of_case:
            lines.append(
                _row(
                    case.ours,
                    one.note,
                    _seconds(one.seconds),
                    case.baseline,
                    _seconds(one.baseline_seconds),
                    _ratio(one.ratio),
                    "" if one.peak_gigabytes is None else f"{one.peak_gigabytes:.2f}",
                    _limits(one),
                )
            )
            for other, seconds in one.others.items():
                lines.append(
                    _row("", "", "", other, _seconds(seconds), _ratio(one.seconds / seconds), "", "")
                )
        if (grown := harness.exponent(of_case, case.held_from)) is not None:
            held = "" if case.most_exponent is None else f"≤ n^{case.most_exponent:g} "
            mark = "" if case.most_exponent is None else _MARKS[grown <= case.most_exponent]
            sizes = f"{case.held_from:,} to {case.sizes[-1]:,} lines"
            lines.append(_row(f"{case.ours}: growth", sizes, "", "", "", f"n^{grown:.2f}", "", held + mark))
    return lines


def machine() -> str:
    """What the figures were measured on: processor, cores, memory, system, Python; no names of hosts or folders."""
    processor = platform.processor() or platform.machine()
    memory = ""
    if (known := Path("/proc/cpuinfo")).exists():
        models = [
            line.partition(":")[2].strip() for line in known.read_text().splitlines() if "model name" in line
        ]
        processor = models[0] if models else processor
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        held = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
        memory = f", {held:.0f} GB of memory"
    return (
        f"{processor}, {os.cpu_count()} cores{memory}, {platform.system()} {platform.release().partition('-')[0]}, "
        f"Python {platform.python_version()}"
    )


def block(measurements: Sequence[Measurement], cases: Mapping[str, Case]) -> str:
    """What stands between the markers of the page."""
    days = sorted(one.measured_on for one in measurements)
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return "\n".join(
        [
            f"Measured {' to '.join(dict.fromkeys((days[0], days[-1])))}: {machine()}; {packages}.",
            "",
            *rows(measurements, cases),
        ]
    )


def written_into(page: str, content: str) -> str:
    """The page with the content between its markers.

    Raises:
        ValueError: the page has not both markers.
    """
    head, begun, rest = page.partition(BEGIN)
    _, ended, tail = rest.partition(END)
    if not (begun and ended):
        raise ValueError(f"no {BEGIN} … {END}")
    return f"{head}{BEGIN}\n\n{content}\n\n{END}{tail}"


def main(names: Sequence[str] = (), page: Path = PAGE, report: Path = harness.REPORT) -> int:
    """Measure every case, or those named, and write the page; 1 where a case fails or exceeds a limit.

    Rows of cases that were not named keep the figures of this machine's last report.
    """
    started = time.perf_counter()
    _, faults = harness.measured(names or list(harness.CASES), harness.CASES, report)
    cases = {name: harness.load(module) for name, module in harness.CASES.items()}
    content = block(harness.read_report(report), cases)
    page.write_text(written_into(page.read_text(encoding="utf-8"), content), encoding="utf-8")
    print(f"{page.name} written after {(time.perf_counter() - started) / 60:.0f} minutes")
    for fault in faults:
        print(f"FAILED  {fault}")
    return 1 if faults else 0


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _seconds(seconds: float) -> str:
    """Three figures, however short."""
    digits = 4 if seconds < 0.01 else 3 if seconds < 1 else 2 if seconds < 10 else 1
    return f"{seconds:.{digits}f}"


def _ratio(ratio: float) -> str:
    return f"{ratio:.2f}×" if ratio < 1 else f"{ratio:.1f}×"


def _limits(one: Measurement) -> str:
    """Each limit that holds for the measurement, and whether it is kept."""
    held = (
        ("×", one.ratio, one.most_ratio),
        (" s", one.seconds, one.most_seconds),
        (" GB", one.peak_gigabytes, one.most_gigabytes),
    )
    return ", ".join(
        f"≤ {most:g}{unit} {_MARKS[value <= most]}"
        for unit, value, most in held
        if value is not None and most is not None
    )
