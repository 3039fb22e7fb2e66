"""The commands of the group 帮助: the manual, the log, the versions."""

from __future__ import annotations

import platform
from importlib import metadata

from crm_xl.books.protocol import Progress
from crm_xl.commands.declaration import Command, Group, OpenBook
from crm_xl.errors import CrmError
from crm_xl.log import log_file
from crm_xl.tables.cells import SCHEMA_VERSION

GUIDE_SHEET = "说明"
DIAGNOSIS = "诊断.txt"
_SHOWN_VERSIONS = ("xlwings", "pandas", "numpy")


def show_guide(book: OpenBook, progress: Progress) -> str:
    """Nothing to say: the guide is in front."""
    book.show_sheet(GUIDE_SHEET)
    return ""


def open_log(book: OpenBook, progress: Progress) -> str:
    """Where the log is, or that there is none; it opens in the program for texts."""
    import typer  # only this command starts another program

    file = log_file()
    if not file.exists():
        return "还没有日志：程序没有发生过意外错误。"
    if typer.launch(str(file)) != 0:
        raise CrmError("日志无法自动打开。", where=str(file), hint="请在资源管理器中打开这个文件。")
    return ""


def diagnose_all(book: OpenBook, progress: Progress) -> str:
    """What this computer lacks of what the product needs, with remedies; the whole report is in a file to send."""
    from crm_xl.doctor import diagnose, report, summary
    from crm_xl.installing.windows import Windows

    machine = Windows()
    findings = diagnose(book.file, machine)
    text = report(findings, machine)
    try:
        saved = log_file().with_name(DIAGNOSIS)
        saved.write_text(f"{text}\n", encoding="utf-8")
    except OSError:
        return text  # what cannot be saved is shown
    return summary(findings, machine, saved)


def about(book: OpenBook, progress: Progress) -> str:
    """The versions of everything that has a part in a result."""
    lines = [f"客户分析 crm_xl {metadata.version('crm-xl')}", f"表结构版本 {SCHEMA_VERSION}"]
    lines += [f"{name} {metadata.version(name)}" for name in _SHOWN_VERSIONS]
    lines.append(f"Python {platform.python_version()}")
    return "\n".join(lines)


HELP: tuple[Command, ...] = (
    Command(
        id="guide",
        label="使用说明",
        group=Group.HELP,
        image="Help",
        screentip="转到使用说明",
        supertip="三步使用、各表与各列的含义，以及常见问题。",
        handler=show_guide,
    ),
    Command(
        id="log",
        label="打开日志",
        group=Group.HELP,
        image="FileOpen",
        screentip="打开日志文件",
        supertip="日志只记录意外错误发生的时间与程序位置，不含任何业务数据；求助时请一并提供。",
        handler=open_log,
    ),
    Command(
        id="doctor",
        label="诊断",
        group=Group.HELP,
        image="MacroSecurity",
        screentip="检查这台电脑上的安装",
        supertip="逐项检查程序、Excel、解释器、DLL、宏与安全设置和写入权限，✔ 正常，✘ 附上处理办法；"
        "不修改任何东西；完整报告存为日志文件夹里的“诊断.txt”，其中没有客户数据。",
        handler=diagnose_all,
    ),
    Command(
        id="about",
        label="关于",
        group=Group.HELP,
        image="Info",
        screentip="版本信息",
        supertip="程序、表结构与所用组件的版本。",
        handler=about,
    ),
)
