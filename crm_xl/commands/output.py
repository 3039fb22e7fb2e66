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

    file = book.file
    if file is None:
        raise CrmError(
            "工作簿还没有保存在本机，无法另存脱敏副本。",
            where=book.name,
            hint="请先把它保存到本机的文件夹里。",
        )
    made = mask_copy(file, _free(file), progress=progress)
    return f"{made.message}内容以最近一次保存为准，请打开副本核对后再发送。"


def _free(file: Path) -> Path:
    """A name beside the workbook that no file has yet."""
    for number in count(1):
        path = file.with_name(f"{file.stem}_脱敏{'' if number == 1 else number}{file.suffix}")
        if not path.exists():
            return path
    raise ValueError("counting ended")


OUTPUT: tuple[Command, ...] = (
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
