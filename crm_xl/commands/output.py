"""The commands of the group 输出: what leaves the house."""

from __future__ import annotations

from itertools import count
from pathlib import Path

from crm_xl.books.protocol import Progress
from crm_xl.commands.declaration import Command, Group, OpenBook
from crm_xl.errors import CrmError


def mask(book: OpenBook, progress: Progress) -> str:
    """Where the masked copy is; it is made of what was last saved."""
    from crm_xl.masking import mask_copy  # Excel waits for the imports of every command that starts

    file = _saved(book)
    made = mask_copy(file, _free(file), progress=progress)
    return f"{made.message}内容以最近一次保存为准，请打开副本核对后再发送。"


def _saved(book: OpenBook) -> Path:
    """The workbook's file.

    Raises:
        CrmError: it has none on this machine.
    """
    if book.file is None:
        raise CrmError(
            "工作簿还没有保存在本机，不知道写到哪个文件夹。",
            where=book.name,
            hint="请先把它保存到本机的文件夹里。",
        )
    return book.file


def _free(file: Path) -> Path:
    """A name beside the workbook that no file has yet."""
    for number in count(1):
        path = file.with_name(f"{file.stem}_脱敏{'' if number == 1 else number}{file.suffix}")
        if not path.exists():
            return path
    raise ValueError("counting ended")


def report(book: OpenBook, progress: Progress) -> str:
    """Where the report is; it is made of the data as they stand in the workbook now."""
    from crm_xl.report import report_path, write_report

    return write_report(book, report_path(_saved(book)), progress=progress).message


OUTPUT: tuple[Command, ...] = (
    Command(
        id="report",
        label="生成报告",
        group=Group.OUTPUT,
        image="ExportWord",
        screentip="写出一份分析报告（Word）",
        supertip="按工作簿里现在的数据写出 Word 报告：目标、数据说明、核心发现、问题诊断、改进建议、行动计划与审核栏，含表与图。"
        "放在工作簿所在的文件夹；已有同名报告时先留备份。工作簿不变。",
        handler=report,
    ),
    Command(
        id="mask",
        label="脱敏导出",
        group=Group.OUTPUT,
        image="FileDocumentEncrypt",
        screentip="另存一份遮盖了个人信息的副本",
        supertip="在同一文件夹里另存一份：电话、证件号码、邮箱、联系人与个人客户姓名在任何位置都已遮盖，图片与嵌入对象移除。"
        "请先保存工作簿；原文件不变。",
        handler=mask,
    ),
)
