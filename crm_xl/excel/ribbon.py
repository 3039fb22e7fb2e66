"""What a pressed button reaches: VBA hands over the id of the command and never sees an error."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import xlwings as xw

from crm_xl.errors import CrmError
from crm_xl.log import log_unexpected

if TYPE_CHECKING:
    from crm_xl.books.live import LiveBook

_INFORMATION, _WARNING = "info", "critical"


def press(command_id: str) -> None:
    """Run a command on the workbook whose button was pressed; one message tells how it ended.

    Nothing is raised: VBA could only show it as a traceback.

    Args:
        command_id: as declared in `crm_xl.commands`.
    """
    try:
        caller = xw.Book.caller()
    except Exception as error:
        # Without the workbook there is no Excel to say it in.
        log_unexpected(error)
        return
    press_on(command_id, caller)


def press_on(command_id: str, workbook: xw.Book) -> None:
    """Run a command on a workbook; one message tells how it ended, and nothing is raised.

    Args:
        command_id: as declared in `crm_xl.commands`.
        workbook: an open one.
    """
    message, mode = outcome(command_id, workbook)
    if message:
        with contextlib.suppress(Exception):
            workbook.app.alert(message, title=_title(), mode=mode)


def outcome(command_id: str, workbook: xw.Book, desk: LiveBook | None = None) -> tuple[str, str]:
    """The message that tells how a command on a workbook ended, and "info" or "critical".

    No message where the result is in plain sight.

    Args:
        command_id: as declared in `crm_xl.commands`.
        workbook: an open one.
        desk: the workbook with whoever answers questions; without it, the person in front of it.
    """
    try:
        from crm_xl.books.live import (
            LiveBook,  # neither this nor any analysis is needed before the first press
        )

        book = desk or LiveBook(workbook)
        with book.status_line():
            return _run(command_id, book), _INFORMATION
    except KeyboardInterrupt:
        return "已取消，工作簿没有改动。", _INFORMATION
    except CrmError as error:
        if error.__cause__ is not None:
            log_unexpected(error.__cause__)
        return str(error), _WARNING
    except Exception as error:
        return f"程序内部错误，工作簿未改动。详情见日志：{log_unexpected(error)}", _WARNING


def _title() -> str:
    from crm_xl.commands import TAB

    return TAB


def _run(command_id: str, book: LiveBook) -> str:
    from crm_xl.commands import command

    return command(command_id).handler(book, book.progress)


def warm_up(schema_version: str) -> str:
    """What stands in the way of using this workbook with this program; empty where nothing does.

    Excel calls it shortly after opening the workbook, so that the first press does not wait for imports.

    Args:
        schema_version: what the workbook says of the declarations it was built from; empty if it says nothing.
    """
    import crm_xl.refreshing  # noqa: F401
    from crm_xl.books.version import version_fault, version_of

    version = version_of(schema_version)
    if version is None:
        return "这个工作簿没有标明表结构版本，可能不是由 crm_xl 生成的；刷新前请先备份。"
    fault = version_fault(version)
    return "" if fault is None else str(fault)
