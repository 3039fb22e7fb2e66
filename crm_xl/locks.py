"""A file that only one holds at a time: what keeps two runs of this program from writing one workbook together.

The system holds the lock, so it ends with the process, however that ends, also on a share; the file that stands
for it is taken away by its holder, and one left by a killed run is simply taken over.
Source: docs/decisions.md #51.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from pathlib import Path

# What a file system says that knows no locks: whoever writes there is guarded by the file's fingerprint alone.
_NO_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)


class Lock:
    """A lock that is held until `release`.

    Args:
        path: the file that stands for it.
        handle: of the open file.
        sure: whether it keeps others out; False where the file system knows no locks.
    """

    def __init__(self, path: Path, handle: int, *, sure: bool) -> None:
        self._path = path
        self._handle = handle
        self.sure = sure

    def release(self) -> None:
        """Let go, and take the file away."""
        if sys.platform == "win32":
            # An open file cannot be removed there; and one that somebody else opened in between stays, as theirs.
            os.close(self._handle)
            with contextlib.suppress(OSError):
                self._path.unlink()
        else:
            # Removed while held: nobody can have got it meanwhile.
            with contextlib.suppress(OSError):
                self._path.unlink()
            os.close(self._handle)


def take(path: Path) -> Lock | None:
    """The lock that the file stands for; None while somebody holds it.

    Raises:
        OSError: there can be no such file there.
    """
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            got = _got(handle)
            still_there = got is not False and _is(handle, path)
        except BaseException:
            os.close(handle)
            raise
        if still_there:
            return Lock(path, handle, sure=got is True)
        os.close(handle)
        if got is False:
            return None
        # Whoever held it has taken the file away since we opened it: that lock would keep nobody out.


def _is(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


if sys.platform == "win32":
    import msvcrt

    def _got(handle: int) -> bool | None:
        """Whether we hold it now; None where there are no locks."""
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            return None if error.errno in _NO_LOCKS else False
        return True

else:
    import fcntl

    def _got(handle: int) -> bool | None:
        """Whether we hold it now; None where there are no locks."""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:
            if error.errno in _NO_LOCKS:
                return None
            raise
        return True
