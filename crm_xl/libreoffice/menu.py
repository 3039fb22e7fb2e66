"""What an entry of the menu 客户分析 reaches: a ribbon command, run on the document in front of the person."""

from __future__ import annotations

from typing import Any

import xlwings as xw

from crm_xl.commands import TAB
from crm_xl.errors import CrmError
from crm_xl.excel import ribbon
from crm_xl.libreoffice.engine import add_engine
from crm_xl.libreoffice.engine_base import uno


def press(command_id: str, context: Any = None) -> None:
    """Run a command on the current document; one message tells how it ended.

    Args:
        command_id: as declared in `crm_xl.commands`.
        context: LibreOffice's component context; without one, of the LibreOffice this Python runs in.

    Raises:
        CrmError: LibreOffice is too old, or this Python is not its own.
    """
    app: xw.App = add_engine(context or uno().getComponentContext()).apps.active
    try:
        book = app.books.active
        _check_plain(book)
    except CrmError as error:
        app.alert(str(error), title=TAB, mode="critical")
        return
    ribbon.press_on(command_id, book)


def _check_plain(book: xw.Book) -> None:
    """Nothing, when a workbook has no macros of Excel's.

    Raises:
        CrmError: it has. Whether they may run or not (宏安全性), its functions are not the add-in's, and LibreOffice
            would save the macros changed.
    """
    if book.impl.document.excel_macros:
        raise CrmError(
            "这份工作簿带有 Excel 的宏，其中的函数与加载项同名：宏安全性不允许运行宏时，公式会显示 #VALUE!；"
            "允许运行时，算出的也不是加载项的结果。",
            where=book.name,
            hint=f'请关闭它，运行 crm-xl libreoffice workbook "{book.name}"，再用 LibreOffice 打开得到的 .xlsx。',
        )
