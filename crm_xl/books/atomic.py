"""Replacing a file so that whoever looks, at any moment, finds the old or the new one whole; and going back."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from crm_xl.books.exchange import exchange
from crm_xl.books.obstacles import changed_meanwhile, check_free, told
from crm_xl.books.unbroken import note_placed, unbroken
from crm_xl.errors import CrmError
from crm_xl.locks import take

BACKUP_FOLDER = "备份"
KEPT_BACKUPS = 5
_TEMPORARY = ".~crm_xl-"
_ENDING = ".tmp"
_LOCK = ".lock"
# A draft or a lock, and the name of the file it is for; the eight characters are those of mkstemp.
_LEFTOVER = re.compile(
    rf"{re.escape(_TEMPORARY)}(.+?)(?:\.[a-z0-9_]{{8}}{re.escape(_ENDING)}|{re.escape(_LOCK)})"
)
_PATIENCE = 2.0  # seconds that a write waits for another one, which mostly takes less
_STALE_SECONDS = 24 * 3600

Fingerprint = tuple[int, int]


def replace_file(
    target: Path,
    write: Callable[[BinaryIO], None],
    check: Callable[[Path], None],
    *,
    kept: int = KEPT_BACKUPS,
) -> Path | None:
    """Write a file beside the target, check it, keep the previous one as a backup, and put the new one in place.

    Args:
        target: the file to make or to replace; a link is followed.
        write: writes the whole content.
        check: raises when the finished temporary file is not right.
        kept: how many backups stay; of what a program alone makes, none.

    Returns:
        The backup of the previous file; None when there was none.

    Raises:
        CrmError: see check_free; no room on the disk; somebody else writes it, or has changed it meanwhile. The
            target is then as it was.
    """
    with drafted(target, write) as draft:
        check(draft.path)
        return draft.put_in_place(kept=kept)


def replace_content(target: Path, content: bytes, *, kept: int = KEPT_BACKUPS) -> None:
    """`replace_file` for a content that is at hand.

    Raises:
        CrmError: the file cannot be written; it is as it was.
    """
    replace_contents({target: content}, kept=kept)


def replace_contents(contents: Mapping[Path, bytes], *, kept: int = KEPT_BACKUPS) -> None:
    """Files that belong together, all of them finished beside their places before the first takes its own.

    Args:
        contents: by file, in the order in which they take their places.
        kept: see `replace_file`.

    Raises:
        CrmError: one of them cannot be written; then all are as they were, unless a disk fails in between.
    """
    with contextlib.ExitStack() as stack:
        drafts = []
        for target, content in contents.items():
            draft = stack.enter_context(drafted(target, _writer(content)))
            if draft.path.stat().st_size != len(content):
                with told(target):
                    raise OSError(errno.EIO, f"{draft.path.name} is not whole")
            drafts.append(draft)
        with unbroken():
            for draft in drafts:
                draft.put_in_place(kept=kept)


def _writer(content: bytes) -> Callable[[BinaryIO], None]:
    def write(file: BinaryIO) -> None:
        file.write(content)

    return write


class Draft:
    """A finished file beside the one it is to become; nobody else writes that one meanwhile.

    Args:
        target: the file to make or to replace.
        path: the finished file.
        seen: what told the target apart when the work began.
    """

    def __init__(self, target: Path, path: Path, seen: Fingerprint | None) -> None:
        self.path = path
        self._target = target
        self._seen = seen

    def put_in_place(self, *, kept: int = KEPT_BACKUPS) -> Path | None:
        """The backup of the previous file, after the draft has taken its place; None when there was none.

        Raises:
            CrmError: the target was changed or opened meanwhile, or cannot be replaced; it is as it was.
        """
        with unbroken():
            return self._put_in_place(kept)

    def _put_in_place(self, kept: int) -> Path | None:
        target = self._target
        backup: Path | None = None
        with told(target):
            try:
                _take_permissions(target, self.path)
                if kept and target.exists():
                    backup = _keep(target)
                check_free(target)
                if fingerprint(target) != self._seen:
                    raise changed_meanwhile(target)
                self._change_places()
            except BaseException:
                if backup is not None:
                    with contextlib.suppress(OSError):
                        backup.unlink()
                raise
        note_placed(target)
        _sync_folder(target.parent)
        if kept:
            for old in backups(target)[kept:]:
                # The new file is in place: a backup that cannot be removed is no reason to report a failure.
                with contextlib.suppress(OSError):
                    old.unlink()
        return backup

    def _change_places(self) -> None:
        """The draft becomes the target; what somebody saved since the last look at it comes back."""
        if self._seen is None or not exchange(self.path, self._target):
            os.replace(self.path, self._target)
        elif fingerprint(self.path) != self._seen:
            exchange(self.path, self._target)
            raise changed_meanwhile(self._target)


@contextlib.contextmanager
def drafted(target: Path, write: Callable[[BinaryIO], None]) -> Iterator[Draft]:
    """A finished file beside the target, for as long as it is needed; without `put_in_place` nothing comes of it.

    Raises:
        CrmError: as `replace_file`.
    """
    target = target.resolve()
    check_free(target)
    with unbroken() as breakable, told(target), _alone(target):
        _remove_leftovers(target)
        if target.exists():
            # On Windows a file that a program holds open cannot be replaced: better said before the work.
            with target.open("r+b"):
                pass
        handle, name = tempfile.mkstemp(
            prefix=f"{_TEMPORARY}{target.name}.", suffix=_ENDING, dir=target.parent
        )
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                seen = fingerprint(target)
                with breakable():
                    write(file)
                file.flush()
                os.fsync(file.fileno())
            with breakable():
                yield Draft(target, temporary, seen)
        finally:
            with contextlib.suppress(OSError):
                temporary.unlink()


def tidy(target: Path) -> None:
    """Remove what a killed run left beside the target, unless somebody is writing it now."""
    target = target.resolve()
    with contextlib.suppress(OSError):
        if _lock_file(target).exists() and (held := take(_lock_file(target))) is not None:
            try:
                _remove_leftovers(target)
            finally:
                held.release()


def fingerprint(path: Path) -> Fingerprint | None:
    """What changes when anybody writes the file; None where there is none."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_mtime_ns, status.st_size


def backups(target: Path) -> list[Path]:
    """The kept earlier versions of a file, newest first."""
    target = target.resolve()
    folder = target.parent / BACKUP_FOLDER
    if not folder.is_dir():
        return []
    marks = (f"{target.stem} ", target.suffix)
    found = [
        path
        for path in folder.iterdir()
        if path.name.startswith(marks[0]) and path.suffix == marks[1] and _stamp(path, target) is not None
    ]
    return sorted(found, key=lambda path: path.name, reverse=True)


def restore_backup(target: Path) -> Path:
    """Put the newest backup back in the file's place.

    What stood there is kept as the newest backup in turn, so that nothing typed since is lost, and restoring
    twice ends where it began.

    Returns:
        The file that was restored.

    Raises:
        CrmError: there is no backup, or the file cannot be replaced now.
    """
    target = target.resolve()
    found = backups(target)
    if not found:
        raise CrmError(
            "没有可以恢复的备份。",
            where=target.name,
            hint=f"刷新过的工作簿才会在“{BACKUP_FOLDER}”文件夹里留下备份。",
        )
    newest = found[0]

    def write(file: BinaryIO) -> None:
        with newest.open("rb") as source:
            shutil.copyfileobj(source, file)

    def check(temporary: Path) -> None:
        if temporary.stat().st_size != newest.stat().st_size:
            raise OSError(errno.EIO, "backup changed while it was copied")

    # One more may stay for a moment: the backup in use must not be pruned before it is in place.
    replace_file(target, write, check, kept=KEPT_BACKUPS + 1)
    # The file is back: a backup that cannot be removed is one more, no reason to report a failure.
    with contextlib.suppress(OSError):
        newest.unlink()
    return target


def _keep(target: Path) -> Path:
    folder = target.parent / BACKUP_FOLDER
    folder.mkdir(exist_ok=True)
    # Microseconds and the check below: two refreshes in one tick must not overwrite each other's backup.
    while True:
        stamp = datetime.now().strftime("%Y-%m-%d %H.%M.%S.%f")
        backup = folder / f"{target.stem} {stamp}{target.suffix}"
        if not backup.exists():
            break
    unfinished = backup.with_name(f"{_TEMPORARY}{backup.name}")
    try:
        shutil.copy2(target, unfinished)
        os.replace(unfinished, backup)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    return backup


def _stamp(backup: Path, target: Path) -> datetime | None:
    try:
        return datetime.strptime(backup.stem[len(target.stem) + 1 :], "%Y-%m-%d %H.%M.%S.%f")
    except ValueError:
        return None


def _take_permissions(target: Path, temporary: Path) -> None:
    if target.exists():
        status = target.stat()
        shutil.copymode(target, temporary)
        if hasattr(os, "chown"):
            # Only an administrator may give a file away; everyone else owns both already.
            with contextlib.suppress(PermissionError):
                os.chown(temporary, status.st_uid, status.st_gid)
    elif os.name == "posix":
        # mkstemp makes files only the owner may read; a new workbook gets what any new file gets.
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)


@contextlib.contextmanager
def _alone(target: Path) -> Iterator[None]:
    """While nobody else writes the target."""
    until = time.monotonic() + _PATIENCE
    while (held := take(_lock_file(target))) is None:
        if time.monotonic() > until:
            raise CrmError(
                "另一个窗口或另一位同事正在写这个文件，这一次没有写入。",
                where=target.name,
                hint="请等对方完成后再操作一次。",
            )
        time.sleep(_PATIENCE / 20)
    try:
        yield
    finally:
        held.release()


def _lock_file(target: Path) -> Path:
    return target.with_name(f"{_TEMPORARY}{target.name}{_LOCK}")


def _remove_leftovers(target: Path) -> None:
    """Removes what killed runs left in the folder: of this target, and of others that nobody writes now."""
    for path in target.parent.glob(f"{_TEMPORARY}*"):
        made_for = _LEFTOVER.fullmatch(path.name)
        with contextlib.suppress(OSError):
            if made_for is None:
                if path.suffix == _ENDING and time.time() - path.stat().st_mtime > _STALE_SECONDS:
                    path.unlink()
            elif made_for[1] != target.name:
                _remove_unless_held(path, target.with_name(made_for[1]))
            elif path.suffix == _ENDING:
                path.unlink()
    for path in (target.parent / BACKUP_FOLDER).glob(f"{_TEMPORARY}*"):
        finished = path.with_name(path.name.removeprefix(_TEMPORARY))
        if finished.stem.startswith(f"{target.stem} ") and _stamp(finished, target) is not None:
            with contextlib.suppress(OSError):
                path.unlink()


def _remove_unless_held(leftover: Path, target: Path) -> None:
    held = take(_lock_file(target))
    if held is None:
        return
    try:
        if held.sure and leftover.suffix == _ENDING:
            leftover.unlink()
    finally:
        held.release()


def _sync_folder(folder: Path) -> None:
    # Windows cannot open a folder; there the replacement itself is durable.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
