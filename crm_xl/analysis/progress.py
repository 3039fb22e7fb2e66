"""How whoever asked is told how far the work is."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, float], None]  # what is being done, the share done


def quiet(_what: str, _share: float) -> None:
    """Tells nobody how far the work is."""


def part(progress: Progress, start: float, end: float) -> Progress:
    """Shares of a part of the work, told as shares of the whole."""
    return lambda what, share: progress(what, start + (end - start) * share)
