"""Ctrl-C while finished files take their places: it waits until they all have, and is then told as it came."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

_placed: list[Path] = []


Breakable = Callable[[], AbstractContextManager[None]]


@contextmanager
def unbroken() -> Iterator[Breakable]:
    """A stretch that Ctrl-C does not break; the interruption follows when it is over.

    Between a file's replacement and the end of the work on its backup nothing may come, else the old file could be
    lost with its backup; and of several files that belong together, all or none are to be new.

    Yields:
        What makes a part of the stretch breakable: the long work, after which the rest tidies up.
    """
    before = signal.getsignal(signal.SIGINT)
    # Python interrupts the main thread alone; a handler from outside Python could not be put back.
    if threading.current_thread() is not threading.main_thread() or before is None:
        yield nullcontext
        return
    came: list[int] = []

    def remember(number: int, _frame: Any) -> None:
        came.append(number)

    def as_before() -> None:
        signal.signal(signal.SIGINT, before)
        if came:
            signal.raise_signal(came.pop())

    @contextmanager
    def breakable() -> Iterator[None]:
        try:
            as_before()
            yield
        finally:
            signal.signal(signal.SIGINT, remember)

    signal.signal(signal.SIGINT, remember)
    try:
        yield breakable
    finally:
        as_before()


def note_placed(path: Path) -> None:
    """Remember that a file or folder has taken its place: what was there before is no longer there."""
    _placed.append(path)


def forget_placed() -> None:
    """New work begins: what earlier work has put in place is no part of it."""
    _placed.clear()


def placed() -> list[Path]:
    """What has been put in place since, as far as it is still there: whoever stops tells the truth by it."""
    return [path for path in dict.fromkeys(_placed) if path.exists()]
