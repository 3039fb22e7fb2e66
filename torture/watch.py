"""Every file operation of a process, seen before it happens; nothing of the product knows of it.

Python tells an audit hook of what goes by a path (open, rename, remove, mkdir …). What goes by an open file, writing
and fsync, is seen by wrappers put around `open`, `os.fdopen` and `os.fsync`. There is no way to take an audit hook
out again: this is for a process that ends with its work.
"""

from __future__ import annotations

import builtins
import io
import os
import sys
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

# Event -> how many of its first arguments are paths.
_BY_PATH = {
    "open": 1, "os.rename": 2, "os.remove": 1, "os.mkdir": 1, "os.rmdir": 1, "os.truncate": 1, "os.chmod": 1,
    "os.chown": 1, "os.link": 2, "os.symlink": 2, "os.utime": 1,
}  # fmt: skip

Step = Callable[[str, str], None]  # operation, path; may raise, or not return


class Watch:
    """Calls `step` before every file operation below one of the folders.

    Args:
        folders: where operations count.
        step: what happens then.
        half: called in the middle of a write, after its first half went to the file; gets the same arguments.
    """

    def __init__(self, folders: Collection[Path], step: Step, half: Step | None = None) -> None:
        self._folders = tuple(os.path.realpath(folder) + os.sep for folder in folders)
        self._step = step
        self._half = half
        self._inside = False

    def install(self) -> None:
        """From now on, until the process ends."""
        sys.addaudithook(self._heard)
        fsync, sendfile = os.fsync, getattr(os, "sendfile", None)

        def watched_fsync(handle: Any) -> None:
            self._tell("fsync", self._path_of(handle if isinstance(handle, int) else handle.fileno()))
            fsync(handle)

        os.fsync = watched_fsync
        if sendfile is not None:

            def watched_sendfile(target: int, *others: Any, **further: Any) -> int:
                self._tell("write", self._path_of(target))
                return sendfile(target, *others, **further)

            os.sendfile = watched_sendfile
        plain = io.open

        def watched_open(
            file: Any, mode: str = "r", buffering: int = -1, *others: Any, **further: Any
        ) -> Any:
            opened = plain(file, mode, buffering, *others, **further)
            return self._around(opened) if set(mode) & set("wax+") else opened

        builtins.open = io.open = watched_open
        os.fdopen = watched_open

    def _around(self, opened: Any) -> Any:
        """The open file, its writing watched."""
        raw = getattr(getattr(opened, "buffer", opened), "raw", None)
        path = "" if raw is None else self._path_of(raw.fileno())
        if raw is None or not path.startswith(self._folders):
            return opened
        watch = self

        class Watched(io.FileIO):
            def write(self, data: Any) -> int:
                watch._tell("write", path)
                if watch._half is not None:
                    view = memoryview(data)
                    done = super().write(view[: len(view) // 2])
                    watch._half("half-write", path)
                    return done + super().write(view[done:])
                return super().write(data)

        handle = os.dup(raw.fileno())
        readable, appending = raw.readable(), "a" in raw.mode
        text = isinstance(opened, io.TextIOWrapper)
        encoding, newline = (opened.encoding, "") if text else (None, None)
        opened.close()
        own = Watched(handle, "r+" if readable else "a" if appending else "w")
        buffered: Any = io.BufferedRandom(own) if readable else io.BufferedWriter(own)
        return io.TextIOWrapper(buffered, encoding=encoding, newline=newline) if text else buffered

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        paths = _BY_PATH.get(event, 0)
        if not paths or self._inside:
            return
        for argument in arguments[:paths]:
            path = self._path_of(argument)
            if path.startswith(self._folders):
                name = event.removeprefix("os.")
                if event == "open" and not _writes(arguments):
                    name = "read"
                self._tell(name, path)
                return

    def _tell(self, operation: str, path: str) -> None:
        if self._inside or not path.startswith(self._folders):
            return
        self._inside = True
        try:
            self._step(operation, path)
        finally:
            self._inside = False

    def _path_of(self, place: Any) -> str:
        if isinstance(place, bool) or place is None:
            return ""
        if isinstance(place, int):
            try:
                return os.readlink(f"/proc/self/fd/{place}")
            except OSError:
                return ""
        return os.path.abspath(os.fsdecode(place))


def _writes(arguments: tuple[Any, ...]) -> bool:
    mode, flags = arguments[1], arguments[2]
    if isinstance(mode, str):
        return bool(set(mode) & set("wax+"))
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
