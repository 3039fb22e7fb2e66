"""How far the work on a warehouse is, and how long the rest will take, told as each stage begins."""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import Enum

from crm_xl.analysis.progress import Progress

_MINUTE = 60.0
_TENS = 10


class Stage(Enum):
    """What is done one after the other, and the share of the time it took with 10⁸ lines in Parquet on one machine."""

    READ = ("读取订单", 0.06)
    SCREEN = ("核对订单行", 0.38)
    NET = ("冲减退货", 0.22)
    ADD_UP = ("汇总到客户", 0.34)

    def __init__(self, title: str, share: float) -> None:
        self.title, self.share = title, share


class Estimate:
    """Tells of each stage as it begins.

    Args:
        progress: told what is being done, with the estimate of what is left, and the share done.
        clock: seconds.
    """

    def __init__(self, progress: Progress, clock: Callable[[], float] = time.monotonic) -> None:
        self._progress, self._clock = progress, clock
        self._began = clock()

    def begin(self, stage: Stage) -> None:
        """All stages before this one are done."""
        done = sum(each.share for each in list(Stage)[: list(Stage).index(stage)])
        left = ""
        if done:
            elapsed = self._clock() - self._began
            left = f"，约剩 {rough(elapsed * (1 - done) / done)}"
        self._progress(f"数据仓库：{stage.title}{left}", done)


def rough(seconds: float) -> str:
    """A time as one would say it: “20 秒”, “3 分钟”."""
    if seconds < _MINUTE:
        return f"{max(_TENS, round(seconds / _TENS) * _TENS)} 秒"
    return f"{round(seconds / _MINUTE)} 分钟"
