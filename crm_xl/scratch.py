"""Folders for a while: gone when the work is done, and where it was killed, gone when the next one begins.

They hold copies of people's data, so that what a killed run leaves must not wait for the system to tidy up.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from crm_xl.locks import take

_PREFIX = ".~crm_xl-work-"
_LOCK = ".~lock"


@contextlib.contextmanager
def scratch_folder(beside: Path | None = None) -> Iterator[Path]:
    """An empty folder that nobody else uses, inside `beside` or where the system keeps temporary files.

    Raises:
        OSError: it cannot be made.
    """
    home = Path(tempfile.gettempdir()) if beside is None else beside
    _remove_forsaken(home)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=home))
    held = take(folder / _LOCK)
    try:
        yield folder
    finally:
        if held is not None:
            held.release()
        shutil.rmtree(folder, ignore_errors=True)


def _remove_forsaken(home: Path) -> None:
    """Removes the folders whose makers are gone: nobody holds their lock."""
    for folder in home.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            # One without a lock file is just being made, or just going.
            if (folder / _LOCK).exists() and (held := take(folder / _LOCK)) is not None:
                held.release()
                shutil.rmtree(folder, ignore_errors=True)
