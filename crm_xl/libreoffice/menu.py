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
    except CrmError as error:
        app.alert(str(error), title=TAB, mode="critical")
        return
    ribbon.press_on(command_id, book)
