"""One sheet of a workbook (xlsx, xlsm, xlsb, xls, ods), read as a table of cells."""

from __future__ import annotations

import io

import numpy as np
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum

from crm_xl.errors import CrmError
from crm_xl.raw import RawTable
from crm_xl.tables.headings import listed


def read_spreadsheet(data: bytes, where: str, sheet: str | None = None) -> RawTable:
    """The table on a sheet, unnamed: from the first row that holds anything to the last.

    Args:
        data: the workbook.
        where: its file name, for messages.
        sheet: the sheet's name; without it the first sheet that holds anything.

    Raises:
        CrmError: damaged, password-protected, no such sheet, nothing on it.
    """
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            names = [each.name for each in book.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
            if sheet is not None and sheet not in names:
                raise CrmError(
                    f"没有工作表“{sheet}”，现有：{listed(names)}。",
                    where=where,
                    hint="请改用现有的工作表名。",
                )
            for name in [sheet] if sheet is not None else names:
                rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
                if (table := _table(rows, name)) is not None:
                    return table
    except PasswordError:
        raise CrmError(
            "文件有打开密码，无法读取。", where=where, hint="请在 Excel 中去掉密码后再导入。"
        ) from None
    except CalamineError as error:
        raise CrmError(
            f"文件已损坏或不是工作簿（{error}）。",
            where=where,
            hint="请用 Excel 打开并另存为 .xlsx 后再导入。",
        ) from None
    raise CrmError(
        f"工作表“{sheet}”是空的。" if sheet else "工作簿里没有任何内容。",
        where=where,
        hint="请检查是否选对了文件和工作表。",
    )


def _table(rows: list[list[object]], sheet: str) -> RawTable | None:
    """The rows from the first that is not blank; None where all are."""
    filled = [index for index, row in enumerate(rows) if any(cell != "" for cell in row)]
    if not filled:
        return None
    first, last = filled[0], filled[-1]
    headings = tuple("" if cell == "" else str(cell).strip() for cell in rows[first])
    taken = [index for index, heading in enumerate(headings) if heading]
    body = rows[first + 1 : last + 1]
    columns = []
    for index in range(taken[0], len(headings)):
        values = np.empty(len(body), dtype=object)
        values[:] = [None if row[index] == "" else row[index] for row in body]
        columns.append(values)
    # A column without a heading is kept as long as it holds something: nothing is lost unseen.
    width = max(
        index + 1
        for index, values in enumerate(columns)
        if headings[taken[0] + index] or any(cell is not None for cell in values)
    )
    return RawTable(
        name="",
        headings=headings[taken[0] : taken[0] + width],
        columns=tuple(columns[:width]),
        sheet=sheet,
        row=first + 1,
        column=taken[0] + 1,
    )
