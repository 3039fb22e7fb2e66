"""Folders for a while: gone when the work is done, and where it was killed, gone when the next one begins.

They hold copies of people's data, so that what a killed run leaves must not wait for the system to tidy up.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

from crm_xl.locks import take

_PREFIX = ".~crm_xl_work-"
_LOCK = ".lock"


@contextlib.contextmanager
def scratch_folder(beside: Path | None = None) -> Iterator[Path]:
    """An empty folder that nobody else uses, inside `beside` or where the system keeps temporary files.

    Raises:
        OSError: it cannot be made.
    """
    home = Path(tempfile.gettempdir()) if beside is None else beside
    _remove_forsaken(home)
    folder = home / f"{_PREFIX}{uuid.uuid4().hex}"
    # Before the folder and until after it: wherever a run is killed, the lock tells of the folder.
    held = take(_lock_of(folder))
    try:
        folder.mkdir(mode=0o700)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if held is not None:
            held.release()


def _lock_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}{_LOCK}")


def _remove_forsaken(home: Path) -> None:
    """Removes the folders whose makers are gone: nobody holds their lock."""
    for lock in home.glob(f"{_PREFIX}*{_LOCK}"):
        with contextlib.suppress(OSError):
            if (held := take(lock)) is not None:
                if held.sure:
                    shutil.rmtree(lock.with_name(lock.name.removesuffix(_LOCK)), ignore_errors=True)
                held.release()
