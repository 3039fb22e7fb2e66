"""Our line in xlwings.conf: put there beside whatever else the file says, and taken out again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from crm_xl.installing.config import INTERPRETER, Config
from crm_xl.installing.layout import Layout, python_of
from crm_xl.installing.machine import Machine, inside
from crm_xl.installing.record import Record
from crm_xl.installing.steps import Undo, remove_file, remove_if_empty, write_file

BACKUP_ENDING = ".crm_xl-backup"


@dataclass(frozen=True, kw_only=True)
class Configured:
    """Which file holds our line now, and what to tell the user of it."""

    path: Path
    made: bool
    previous: str | None
    note: str


def configure(
    machine: Machine, layout: Layout, environment: Path, before: Record | None, undos: list[Undo]
) -> Configured:
    """Let xlwings find the environment.

    In the user's file, so that a workbook may lie anywhere; but where other workbooks live by another interpreter
    named there, or VBA could not read that file, in a file beside our workbook, which goes before the user's.

    Args:
        machine: whose.
        layout: of the installation.
        environment: to be found.
        before: what was installed before.
        undos: gets what takes every change back.
    """
    path, note = layout.user_config, ""
    stay = "本程序的配置放在工作簿旁边：请在这个文件夹里使用工作簿，搬到别处时连同 xlwings.conf 一起复制。"
    if path is None:
        path, note = layout.books_config, stay
    else:
        current = Config.read(path, machine.code_page).get(INTERPRETER)
        if current and not inside(current, layout.home) and Path(current).exists():
            path, note = (
                layout.books_config,
                f"您的 xlwings 已用于另一个 Python（{current}），没有改动它。{stay}",
            )
    old = Config.read(path, machine.code_page)
    again = before is not None and before.config == str(path)
    backup = path.with_name(path.name + BACKUP_ENDING)
    previous = old.get(INTERPRETER)
    if before is not None and again:
        made = before.config_made
        if previous is not None and inside(previous, layout.home):
            previous = before.previous
    elif previous is not None and inside(previous, layout.home):
        # Left by an installation that was cut short: what was there before it stands in the backup, if anything did.
        earlier = Config.read(backup, machine.code_page)
        made, previous = earlier.text is None, earlier.get(INTERPRETER)
    else:
        made = old.text is None
    if old.text is not None and not made and not backup.exists():
        write_file(backup, path.read_bytes(), undos)
    write_file(path, old.with_value(INTERPRETER, str(python_of(environment))).content, undos)
    if before is not None and before.config and not again:
        unconfigure(machine, layout, before, undos)
    return Configured(path=path, made=made, previous=previous, note=note)


def unconfigure(machine: Machine, layout: Layout, record: Record, undos: list[Undo]) -> None:
    """Take our line out and put back what stood there; a file that we made and that says nothing else goes.

    Raises:
        OSError: the file cannot be written.
    """
    path = Path(record.config)
    config = Config.read(path, machine.code_page)
    current = config.get(INTERPRETER)
    if config.text is not None and current is not None and inside(current, layout.home):
        config = config.with_value(INTERPRETER, record.previous)
        if record.config_made and config.says_nothing:
            remove_file(path, undos)
        else:
            write_file(path, config.content, undos)
    remove_file(path.with_name(path.name + BACKUP_ENDING), undos)
    remove_if_empty(path.parent)
