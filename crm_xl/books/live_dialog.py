"""Excel's own dialog for choosing files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from crm_xl.errors import CrmError

if TYPE_CHECKING:
    import xlwings as xw

_ENDINGS = "*.csv;*.tsv;*.txt;*.xlsx;*.xlsm;*.xlsb;*.xls;*.ods;*.gz;*.zip"
_FILTER = f"数据文件,{_ENDINGS},所有文件,*.*"


def choose_files(app: xw.App, where: str) -> list[Path]:
    """The files the user picks, several at once; none where the dialog is called off.

    Args:
        app: the application.
        where: the workbook's name, for the message.

    Raises:
        CrmError: an application without this dialog: xlwings reaches it on Windows only.
    """
    dialog = None if sys.platform == "darwin" else getattr(app.api, "GetOpenFilename", None)
    if dialog is None:
        raise CrmError(
            "这里打不开选择文件的窗口。",
            where=where,
            hint="请在命令行运行 crm-xl import 文件 --into 工作簿。",
        )
    # Filter, its number, title, the Mac's button text, several files; False where nothing was chosen.
    chosen = dialog(_FILTER, 1, "选择要导入的数据文件", "", True)
    return [Path(name) for name in chosen] if isinstance(chosen, tuple | list) else []
