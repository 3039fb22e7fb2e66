"""diagnose(): every check in order; the command line and the ribbon's 诊断 show the same list."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from crm_xl.doctor import excel, program
from crm_xl.doctor.finding import Finding, note
from crm_xl.installing.machine import Machine
from crm_xl.installing.windows import Windows

Check = Callable[[Machine, Path | None], Iterator[Finding]]

CHECKS: tuple[tuple[str, Check], ...] = (
    ("版本", program.versions),
    ("程序包", program.packages),
    ("随附文件", program.shipped),
    ("工作簿", program.workbook),
    ("Excel", excel.office),
    ("Excel 的 COM 组件", excel.com_class),
    ("解释器", excel.interpreter),
    ("DLL", excel.dlls),
    ("xlwings 设置", excel.settings),
    ("其他 xlwings", excel.other_xlwings),
    ("宏", excel.macros),
    ("受信任位置", excel.trusted),
    ("安全策略", excel.policies),
    ("LibreOffice", program.libreoffice),
    ("中文字体", program.fonts),
    ("写入权限", program.writing),
)


def diagnose(workbook: Path | None = None, machine: Machine | None = None) -> list[Finding]:
    """What was found, in the order in which things depend on each other; a check that fails says so itself.

    Args:
        workbook: the one it is about; without it, the installed one, if there is one.
        machine: the computer; by default this one.
    """
    machine = Windows() if machine is None else machine
    if workbook is None:
        workbook = excel.installed_workbook(machine)
    found: list[Finding] = []
    for title, check in CHECKS:
        try:
            found += check(machine, workbook)
        except Exception as error:
            # A diagnosis is asked for when things are broken: one thing more must not keep the rest from being told.
            found.append(note(title, f"没能检查（{type(error).__name__}）"))
    return found
