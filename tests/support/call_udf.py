"""Worksheet functions called as Excel calls them: through xlwings' own call_udf, with only COM stubbed.

The stubs would harm everything else in the process, so calls run in a process of their own; see call_udf_child.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
SECONDS = 120
# What COM hands over for an argument that was left out, and for error values.
MISSING = -2147352572
COM_ERRORS = {"#DIV/0!": -2146826281, "#N/A": -2146826246, "#NAME?": -2146826259, "#NULL!": -2146826288,
              "#NUM!": -2146826252, "#REF!": -2146826265, "#VALUE!": -2146826273, "#SPILL!": -2146826243,
              "#CALC!": -2146826238}  # fmt: skip


@dataclass(frozen=True)
class Range:
    """An argument that is a range of cells; anything else is a value typed into the formula."""

    rows: Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Call:
    """One call: the function's name and its arguments as Excel would hold them."""

    name: str
    arguments: Sequence[Any]


def as_com(argument: Any) -> Any:
    """What COM makes of a value: dates and numbers of its own kinds, errors as numbers, arrays as tuples."""
    if isinstance(argument, Range):
        return Range(as_com(argument.rows))
    if isinstance(argument, list | tuple):
        return tuple(as_com(item) for item in argument)
    if isinstance(argument, str):
        return COM_ERRORS.get(argument, argument)
    if type(argument) is int and argument != MISSING and argument not in COM_ERRORS.values():
        return float(argument)
    return argument


def call_udfs(calls: Sequence[Call], *, folder: Path, times: int = 0) -> list[Any]:
    """The answers, in order; an exception is one too. With `times`, each is a list of so many seconds instead.

    Args:
        calls: what to call.
        folder: where the program may write its log.
        times: how often each call is repeated and timed, after one for warmth.

    Raises:
        RuntimeError: the process failed.
    """
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.call_udf_child"],
        input=pickle.dumps(([Call(c.name, [as_com(a) for a in c.arguments]) for c in calls], times)),
        capture_output=True,
        cwd=REPOSITORY,
        env={**os.environ, "XDG_STATE_HOME": str(folder), "PYTHONWARNINGS": "error"},
        timeout=SECONDS,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr.decode("utf-8", errors="replace"))
    answers: list[Any] = pickle.loads(done.stdout)
    return answers
