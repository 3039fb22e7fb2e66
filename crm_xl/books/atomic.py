"""Replacing a file so that whoever looks, at any moment, finds the old or the new one whole; and going back."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from crm_xl.errors import CrmError

BACKUP_FOLDER = "备份"
KEPT_BACKUPS = 5
_TEMPORARY = ".~crm_xl-"
_STALE_SECONDS = 24 * 3600


def check_free(target: Path) -> None:
    """Nothing; refuses a file that is open elsewhere or may not be written, before any work is done on it.

    Raises:
        CrmError: Excel, WPS or LibreOffice has it open; it or its folder is read-only; the folder is absent.
    """
    for owner_file in (f"~${target.name}", f".~{target.name}", f".~lock.{target.name}#"):
        if (target.parent / owner_file).exists():
            raise CrmError(
                "文件正在被打开，无法写入。",
                where=target.name,
                hint=f"请先保存并关闭它；如果确认没有打开，请删除同一文件夹里的“{owner_file}”再试。",
            )
    if not target.parent.is_dir():
        raise CrmError(
            "要写入的文件夹不存在。", where=str(target.parent), hint="请先建好文件夹，或换一个位置。"
        )
    if target.is_dir():
        raise CrmError("这是一个文件夹，不是工作簿文件。", where=target.name, hint="请写出完整的文件名。")
    if target.exists() and not os.access(target, os.W_OK):
        raise CrmError(
            "文件是只读的，无法写入。", where=target.name, hint="请在文件属性里取消“只读”，或另存一份再试。"
        )
    if not os.access(target.parent, os.W_OK):
        raise CrmError(
            "没有权限在这个文件夹里写文件。",
            where=str(target.parent),
            hint="请把工作簿移到自己的文件夹再试。",
        )


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
        kept: how many backups stay.

    Returns:
        The backup of the previous file; None when there was none.

    Raises:
        CrmError: see check_free; no room on the disk. The target is then as it was.
    """
    target = target.resolve()
    check_free(target)
    temporary: Path | None = None
    backup: Path | None = None
    with _told(target):
        try:
            _remove_stale(target.parent)
            handle, name = tempfile.mkstemp(prefix=_TEMPORARY, suffix=".tmp", dir=target.parent)
            temporary = Path(name)
            with os.fdopen(handle, "wb") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
            check(temporary)
            _take_permissions(target, temporary)
            if target.exists():
                backup = _keep(target)
            os.replace(temporary, target)
        except BaseException:
            for leftover in (temporary, backup):
                if leftover is not None:
                    leftover.unlink(missing_ok=True)
            raise
    _sync_folder(target.parent)
    for old in backups(target)[kept:]:
        # The new file is in place: a backup that cannot be removed is no reason to report a failure.
        with contextlib.suppress(OSError):
            old.unlink()
    return backup


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
    newest.unlink(missing_ok=True)
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


def _remove_stale(folder: Path) -> None:
    for path in folder.glob(f"{_TEMPORARY}*.tmp"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > _STALE_SECONDS:
                path.unlink()


def _sync_folder(folder: Path) -> None:
    # Windows cannot open a folder; there the replacement itself is durable.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def _told(target: Path) -> Iterator[None]:
    """Turns what the system says into what a user can act on."""
    try:
        yield
    except PermissionError as error:
        raise CrmError(
            "文件被其他程序占用，或没有写入权限。",
            where=target.name,
            hint="请关闭正在使用它的程序（Excel、WPS、同步盘），或把它移到自己的文件夹再试。",
        ) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise CrmError(
                "磁盘空间不足，没有写入。", where=target.name, hint="请清理磁盘后再试；原文件没有改动。"
            ) from error
        if error.errno == errno.EROFS:
            raise CrmError(
                "磁盘是只读的，没有写入。", where=target.name, hint="请把工作簿复制到本机硬盘再试。"
            ) from error
        raise CrmError(
            f"写文件时出错（{error.strerror or error}），没有写入。",
            where=target.name,
            hint="请检查磁盘或网络连接后再试；原文件没有改动。",
        ) from error
