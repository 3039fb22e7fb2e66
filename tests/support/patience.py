"""Tells processes that hang from those that wait for their turn on a busy machine."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

_IDLE_SHARE = 0.01  # of a processor: timers that tick are no work
_MOST_WORK = 10  # times the seconds given: work without end


class Patience:
    """How long to wait for some processes that work for one another.

    It ends when all of them together have hardly worked for some seconds, or ten times as long without an answer.
    Waiting for a processor that others use is neither. Where the system does not tell, seconds alone count.

    Args:
        processes: their ids.
        seconds: how long they may hang.
    """

    def __init__(self, processes: Sequence[int], seconds: float) -> None:
        self._processes, self._seconds = processes, seconds
        self._since, self._worked = time.monotonic(), self._work()
        self._before = self._worked

    def lost(self) -> bool:
        """Whether it has ended."""
        work = self._work()
        if work - self._before > _MOST_WORK * self._seconds:
            return True
        if time.monotonic() - self._since < self._seconds:
            return False
        idle = work - self._worked < _IDLE_SHARE * self._seconds
        self._since, self._worked = time.monotonic(), work
        return idle

    def _work(self) -> float:
        return sum(map(_processor_seconds, self._processes))


def _processor_seconds(process: int) -> float:
    """What a process has used of processors; 0 where it is gone or the system has no /proc."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    # After the program's name, which may hold anything: state, ..., user and system time as fields 14 and 15.
    after_name = fields.rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")
