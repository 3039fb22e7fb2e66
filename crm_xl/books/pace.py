"""How long work will still take, judged by how long the shares of it took that are done."""

from __future__ import annotations

import time
from collections.abc import Callable

_FIRST = 3.0  # seconds of work before anybody is told: less says nothing, and short work needs no estimate
_MINUTE = 60.0
_FIVE = 5


class Pace:
    """The pace of one piece of work.

    The estimate counts down between two pieces of news, and is gone where news stay away for longer than all of the
    rest was to take: then nobody knows.

    Args:
        clock: seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began: tuple[float, float] | None = None  # moment and share of the first news
        self._ends: float | None = None
        self.share = 0.0

    def told(self, share: float) -> float:
        """The share done so far, which never falls, after news of it."""
        now = self._clock()
        if self._began is None:
            self._began = (now, share)
        if share <= self.share and self._ends is not None:
            return self.share  # the same again is no news
        self.share = max(self.share, min(share, 1.0))
        began, first = self._began
        if now - began >= _FIRST and self.share > first:
            self._ends = now + (now - began) * (1 - self.share) / (self.share - first)
        return self.share

    @property
    def left(self) -> float | None:
        """Seconds until the end; None while too little is known."""
        left = None if self._ends is None else self._ends - self._clock()
        return left if left is not None and left > 0 else None

    @property
    def words(self) -> str:
        """The seconds left as one would say them, “约剩 20 秒”; empty while too little is known."""
        return "" if self.left is None else f"约剩 {rough(self.left)}"


def rough(seconds: float) -> str:
    """A time as one would say it: “15 秒”, “3 分钟”."""
    if seconds < _MINUTE:
        return f"{max(_FIVE, round(seconds / _FIVE) * _FIVE)} 秒"
    return f"{round(seconds / _MINUTE)} 分钟"
