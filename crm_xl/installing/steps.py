"""Steps that can be taken back: all are done, or everything is as it was before the first."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from crm_xl.errors import CrmError
from crm_xl.installing.layout import OTHER_BOOKS, OTHER_HOME

Undo = Callable[[], None]
Tell = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step: what it is called, and what it does; it adds to the list how each of its changes is undone."""

    title: str
    do: Callable[[list[Undo]], None]


def carry_out(steps: Sequence[Step], tell: Tell) -> None:
    """Do the steps in order; when one fails, undo everything done so far, the last first.

    Args:
        steps: what to do.
        tell: told the title of each step as it begins.

    Raises:
        CrmError: a step failed; what could not be undone is named too.
    """
    undos: list[Undo] = []
    for step in steps:
        tell(step.title)
        try:
            with told():
                step.do(undos)
        except BaseException as error:
            stuck = _undo(undos)
            if isinstance(error, CrmError):
                rest = "已恢复到安装之前的状态。" if not stuck else f"没能还原：{'、'.join(stuck)}。"
                raise CrmError(
                    f"“{step.title}”没有完成：{error.problem}", where=error.where, hint=f"{error.hint}{rest}"
                ) from error
            raise


def _undo(undos: list[Undo]) -> list[str]:
    """What could not be undone."""
    stuck = []
    for undo in reversed(undos):
        try:
            undo()
        except OSError as error:
            stuck.append(str(error.filename or error.strerror or error))
    return stuck


def write_file(path: Path, content: bytes, undos: list[Undo]) -> None:
    """Put a file in place, whole or not at all; its folder is made.

    Args:
        path: the file.
        content: of it.
        undos: gets what brings back the file, or its absence, and the folders that were not there.
    """
    make_folder(path.parent, undos)
    before = path.read_bytes() if path.is_file() else None
    unfinished = path.with_name(f".~crm_xl-{path.name}")
    try:
        unfinished.write_bytes(content)
        os.replace(unfinished, path)
    except BaseException:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise

    def undo() -> None:
        if before is None:
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(before)

    undos.append(undo)


def make_folder(folder: Path, undos: list[Undo]) -> None:
    """Make a folder and those above it; undoing removes those made, as far as they are empty then."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(exist_ok=True)
        undos.append(partial(_remove_if_empty, each))


def remove_file(path: Path, undos: list[Undo]) -> None:
    """Remove a file, and its folder if nothing else is in it."""
    if not path.is_file():
        return
    before, folder = path.read_bytes(), path.parent
    path.unlink()
    remove_if_empty(folder)

    def undo() -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(before)

    undos.append(undo)


def _remove_if_empty(folder: Path) -> None:
    remove_if_empty(folder)


def remove_if_empty(folder: Path) -> bool:
    """Whether the folder is gone; one that holds something stays."""
    with contextlib.suppress(OSError):
        folder.rmdir()
    return not folder.exists()


def remove_tree(folder: Path) -> None:
    """Remove a folder with all it holds, read-only files too.

    Raises:
        OSError: a file of it is in use.
    """
    if not folder.exists():
        return
    try:
        shutil.rmtree(folder)
    except PermissionError:
        for path in folder.rglob("*"):
            with contextlib.suppress(OSError):
                path.chmod(0o700)
        shutil.rmtree(folder)


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Turns what the system says into what a user can act on."""
    try:
        yield
    except OSError as error:
        where = str(error.filename or "")
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise CrmError("磁盘空间不足。", where=where, hint="请清理磁盘（约需 1 GB）后再试。") from error
        if isinstance(error, PermissionError) or error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
            raise CrmError(
                "没有写入权限，或文件正被使用。",
                where=where,
                hint="请关闭 Excel 后再试；文件夹只读，或被“受控文件夹访问”、同步盘锁住时，"
                f"请换一个文件夹再装，如 {OTHER_BOOKS}，{OTHER_HOME}。",
            ) from error
        if error.errno == errno.ENAMETOOLONG:
            raise CrmError(
                "路径太长。", where=where, hint=f"请换短一些的文件夹再装，如 {OTHER_HOME}，{OTHER_BOOKS}。"
            ) from error
        raise CrmError(f"{error.strerror or error}。", where=where, hint="请排除后再试。") from error
