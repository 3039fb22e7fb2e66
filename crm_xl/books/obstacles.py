"""What stands in the way of writing a file, as a user can act on it."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from crm_xl.errors import CrmError


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


def changed_meanwhile(path: Path) -> CrmError:
    """The error for a file that somebody else wrote after it was read."""
    return CrmError(
        "文件在处理期间被别的程序或同事改动了，没有写入。",
        where=path.name,
        hint="请确认没有别人在用它，再重新操作一次。",
    )


@contextlib.contextmanager
def told(target: Path) -> Iterator[None]:
    """Turns what the system says into what a user can act on."""
    try:
        yield
    except OSError as error:
        raise fault_of(error, target) from error


def fault_of(error: OSError, target: Path) -> CrmError:
    """What the system says of a file or its folder, as a user can act on it."""
    if isinstance(error, PermissionError):
        return CrmError(
            "文件被其他程序占用，或没有写入权限。",
            where=target.name,
            hint="请关闭正在使用它的程序（Excel、WPS、同步盘），或把它移到自己的文件夹再试。",
        )
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return CrmError(
            "磁盘空间不足，没有写入。", where=target.name, hint="请清理磁盘后再试；原文件没有改动。"
        )
    if error.errno in (errno.ENOENT, errno.ESTALE, errno.ENOTCONN):
        return CrmError(
            "文件夹不在了，没有写入：它被移走或删除，或者与共享文件夹的连接断了。",
            where=str(target.parent),
            hint="请检查网络和文件夹后再试。",
        )
    if error.errno == errno.EROFS:
        return CrmError("磁盘是只读的，没有写入。", where=target.name, hint="请把工作簿复制到本机硬盘再试。")
    return CrmError(
        f"写文件时出错（{error.strerror or error}），没有写入。",
        where=target.name,
        hint="请检查磁盘或网络连接后再试；原文件没有改动。",
    )
