"""`python -m torture [--seconds N] [--seed N]`; dev.py calls it after setting everything up."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from torture import rivals
from torture.damage import hostile_data_files, hostile_workbooks
from torture.deeds import DEEDS, warm
from torture.endure import endure, originals, random_damage
from torture.payloads import try_payloads
from torture.survive import (
    FAULTS,
    Figures,
    Trial,
    fail_at_every_operation,
    kill_at_every_operation,
    kill_at_moments,
    take_the_folder_away,
)

MOMENTS = 100
RANDOM = 10  # files of each format and kind of damage


def main(arguments: list[str]) -> int:
    """Everything, for about so many seconds; prints figures, exit code 1 where anything was lost."""
    parser = argparse.ArgumentParser(prog="dev.py torture")
    parser.add_argument(
        "--seconds", type=float, default=3600.0, help="how long at most, about; what is left out is told"
    )
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args(arguments)
    print(f"seed {options.seed}", flush=True)
    until = time.monotonic() + options.seconds
    figures, chance, left_out = Figures(), random.Random(options.seed), []
    started = time.monotonic()
    light = [deed for deed in DEEDS if not deed.heavy]
    warm(DEEDS)
    with tempfile.TemporaryDirectory(prefix="torture-") as name:
        home = Path(name)
        trials = {deed.name: Trial(deed, home / deed.name) for deed in light}
        for trial in trials.values():
            kill_at_moments(trial, figures, MOMENTS // len(trials) + 1, chance)
        write = trials["write"]
        rivals.both_at_once(trials["refresh"], figures, 10)
        rivals.interleaved(write, figures)
        rivals.opened_elsewhere(write, figures)
        take_the_folder_away(write, figures)
        _say(figures, started)
        try_payloads(figures)
        _say(figures, started)
        for trial in sorted(trials.values(), key=lambda each: each.seconds):
            kill_at_every_operation(trial, figures)
            _say(figures, started)
        files = originals(home)
        endure(hostile_data_files(files), figures)
        endure(hostile_workbooks(files[".xlsx"]), figures)
        _say(figures, started)
        for trial in sorted(trials.values(), key=lambda each: each.seconds):
            for fault in FAULTS:
                if time.monotonic() < until:
                    fail_at_every_operation(trial, figures, fault)
                else:
                    left_out.append(f"{trial.deed.name}: {fault}")
            _say(figures, started)
        for deed in DEEDS:
            if deed.heavy and time.monotonic() < until:
                kill_at_every_operation(Trial(deed, home / deed.name), figures)
                _say(figures, started)
            elif deed.heavy:
                left_out.append(f"{deed.name}: killed at every operation")
        if time.monotonic() < until:
            endure(random_damage(files, RANDOM, chance), figures)
        else:
            left_out.append("files damaged at random")
    print("\n" + report(figures, left_out))
    return 1 if figures.wrong else 0


def report(figures: Figures, left_out: list[str]) -> str:
    """The figures as lines of text."""
    lines = [f"{count:7,}  {what}" for what, count in sorted(figures.counts.items())]
    for deed, kinds in figures.operations.items():
        lines.append(
            f"         {deed}: " + ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))
        )
    seconds, place = figures.slowest
    lines.append(f"slowest reading {seconds:.1f} s of work: {place}")
    lines.append("largest reading {:.2f} GB: {}".format(*figures.largest))
    lines += [f"left out for want of time: {what}" for what in left_out]
    lines += [f"WRONG  {fault}" for fault in figures.wrong]
    lines.append("nothing lost" if not figures.wrong else f"{len(figures.wrong)} wrong")
    return "\n".join(lines)


def _say(figures: Figures, started: float) -> None:
    print(
        f"{time.monotonic() - started:6.0f} s  {sum(figures.counts.values()):,} tries, {len(figures.wrong)} wrong",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
