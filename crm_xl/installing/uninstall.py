"""uninstall(machine): nothing of ours stays, and nothing of theirs goes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from crm_xl.errors import CrmError
from crm_xl.installing import shelf
from crm_xl.installing.configure import unconfigure
from crm_xl.installing.environment import old_environments
from crm_xl.installing.layout import Layout, plan
from crm_xl.installing.machine import Machine, inside
from crm_xl.installing.record import Record, read_record
from crm_xl.installing.steps import Tell, remove_if_empty, remove_tree

_DATA = ("Logs", "Cache")  # of the program; what people have taught it (mappings) stays


def uninstall(machine: Machine, layout: Layout | None = None, tell: Tell = print) -> list[str]:
    """What stayed, one sentence each: workbooks the user has worked in, and what could not be removed.

    Workbooks, templates and pages of the manual that are as we put them there go; so do shortcuts, our line in
    xlwings.conf (the line that was there before comes back), logs, snapshots for 撤销刷新, and the environment.

    Args:
        machine: the computer.
        layout: where it was installed; by default where Windows keeps this user's things.
        tell: told each step.

    Raises:
        CrmError: nothing is installed for this user.
    """
    layout = plan(machine) if layout is None else layout
    record, environments = read_record(layout), old_environments(layout, Path())
    if record is None and not environments:
        raise CrmError("没有为当前用户安装过，或已经卸载。", where=str(layout.home))
    stayed: list[str] = []
    if record is not None:
        _remove_recorded(machine, layout, record, stayed, tell)
    tell("移除程序")
    for name in _DATA:
        _try(stayed, str(layout.data / name), partial(remove_tree, layout.data / name))
    _try(stayed, str(layout.record), partial(layout.record.unlink, missing_ok=True))
    running = [each for each in environments if inside(machine.prefix, each)]
    for each in environments:
        if each not in running:
            remove_environment(machine, each)
    for folder in dict.fromkeys((layout.home, layout.data)):
        rest = [each for each in folder.iterdir() if each not in environments] if folder.is_dir() else []
        if rest:
            names = "、".join(sorted(each.name for each in rest))
            stayed.append(f"{folder}：保留了您的 {names}，不再需要时请自行删除。")
            continue
        if running and folder == layout.home:
            machine.remove_later(folder)
            running = []
        remove_if_empty(folder)
    for each in running:
        machine.remove_later(each)
    return stayed


def remove_environment(machine: Machine, folder: Path) -> None:
    """Remove an environment now, or, where this program or Excel still runs from it, when they have ended."""
    if inside(machine.prefix, folder):
        machine.remove_later(folder)
        return
    try:
        remove_tree(folder)
    except OSError:
        machine.remove_later(folder)


def _remove_recorded(machine: Machine, layout: Layout, record: Record, stayed: list[str], tell: Tell) -> None:
    tell("还原 xlwings 配置")
    _try(stayed, record.config, lambda: unconfigure(machine, layout, record, []))
    tell("移除开始菜单")
    for link in record.links:
        _try(stayed, link, partial(Path(link).unlink, missing_ok=True))
    remove_if_empty(layout.menu)
    tell("移除未改动的工作簿、模板与手册")
    for name in record.files:
        path = Path(name)
        if path.exists() and not shelf.untouched(path, record.files):
            stayed.append(f"{path}：里面有您的内容，没有删除。")
            continue
        _try(stayed, name, partial(path.unlink, missing_ok=True))
    folders = {Path(name).parent for name in record.files} | {Path(record.books)}
    for folder in sorted(folders, key=lambda each: len(each.parts), reverse=True):
        remove_if_empty(folder)


def _try(stayed: list[str], what: str, do: Callable[[], object]) -> None:
    try:
        do()
    except OSError as error:
        stayed.append(f"{what}：没能移除（{error.strerror or error}），请关闭 Excel 后再卸载一次。")
