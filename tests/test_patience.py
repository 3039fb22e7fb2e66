"""What Patience takes for a hanging process, and what not."""

from __future__ import annotations

import pytest

from tests.support import patience
from tests.support.patience import Patience


class World:
    """A clock and a process's work, both set by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = self.work = 0.0
        monkeypatch.setattr(patience.time, "monotonic", lambda: self.now)
        monkeypatch.setattr(patience, "_processor_seconds", lambda _: self.work)

    def after(self, waiting: Patience, *, seconds: float, work: float) -> bool:
        """Whether it is lost after so much more time and work."""
        self.now += seconds
        self.work += work
        return waiting.lost()


def test_a_process_that_does_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch)
    waiting = Patience([1], 10)
    assert not world.after(waiting, seconds=9, work=0)
    assert world.after(waiting, seconds=1, work=0.05)


def test_a_process_that_gets_a_tenth_of_a_processor_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch)
    waiting = Patience([1], 10)
    assert not any(world.after(waiting, seconds=10, work=1) for _ in range(50))
    assert world.after(waiting, seconds=10, work=0)


def test_work_without_end_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch)
    waiting = Patience([1, 2], 10)  # two of the kind: twice the work
    assert not world.after(waiting, seconds=50, work=50)
    assert world.after(waiting, seconds=1, work=1)
