"""install(machine, source): everything for one user, or nothing. Nobody has seen it on a Windows machine yet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from crm_xl.installing import environment, shelf
from crm_xl.installing.configure import configure
from crm_xl.installing.layout import (
    BOOKS,
    WORKBOOK,
    Layout,
    check_places,
    command_of,
    longest_member,
    plan,
    python_of,
)
from crm_xl.installing.machine import Machine
from crm_xl.installing.record import Record, read_record
from crm_xl.installing.source import Source
from crm_xl.installing.steps import Step, Tell, Undo, carry_out, make_folder, told, write_file
from crm_xl.installing.uninstall import remove_environment

LOWEST_PYTHON = (3, 11)


@dataclass(frozen=True, kw_only=True)
class Installed:
    """What was installed: the record, what to say of it, and where the workbook is."""

    record: Record
    notes: tuple[str, ...]
    workbook: Path

    @property
    def message(self) -> str:
        """The closing message."""
        head = (
            f"安装完成：crm_xl {self.record.version}。请重新打开 Excel，再打开工作簿 {self.workbook}"
            f"（开始菜单“{BOOKS}”里也有）。"
        )
        return "\n".join([head, *self.notes])


def install(machine: Machine, source: Source, layout: Layout | None = None, tell: Tell = print) -> Installed:
    """What was installed for the user of this machine, who need not be an administrator.

    The interpreter that runs it has passed `check_interpreter`.

    Done again it repairs or renews. Whatever fails, everything is as it was before.

    Args:
        machine: the computer.
        source: of the packages.
        layout: where to; by default where Windows keeps this user's things.
        tell: told each step.

    Raises:
        CrmError: something stands in the way, with the remedy; nothing was changed.
    """
    layout = plan(machine) if layout is None else layout
    with told():
        wheels = sorted(source.wheelhouse.glob("*.whl")) if source.wheelhouse else []
        check_places(machine, layout, longest_member(wheels))
    before = read_record(layout)
    folder = environment.new_folder(layout, source.version)
    record = Record(version=source.version, environment=str(folder), books=str(layout.books))
    notes: list[str] = []

    def books(undos: list[Undo]) -> None:
        known: dict[str, str] = dict(before.files) if before else {}
        placed = shelf.put(layout, folder, source.version, known, undos)
        record.files = {path: mark for path, mark in known.items() if Path(path).exists()}
        record.files.update(placed.ours)
        notes.extend(f"{path} 里有您的内容，没有改动。" for path in placed.kept)
        notes.extend(
            f"新版放在旁边：{path.name}；要带入旧工作簿的数据，请运行 crm-xl upgrade 旧工作簿。"
            for path in placed.beside
        )

    def configuration(undos: list[Undo]) -> None:
        done = configure(machine, layout, folder, before, undos)
        record.config, record.config_made, record.previous = str(done.path), done.made, done.previous
        if done.note:
            notes.append(done.note)

    steps = [
        Step(title="检查文件夹", do=lambda undos: _try_writing(layout, undos)),
        Step(
            title="建立 Python 环境（约需几分钟）",
            do=lambda undos: environment.make(machine, layout, folder, source, undos),
        ),
        Step(title="放置工作簿与手册", do=books),
        Step(title="写入 xlwings 配置", do=configuration),
        Step(title="建立开始菜单", do=lambda undos: _link(machine, layout, folder, record, undos)),
        Step(title="登记", do=lambda undos: write_file(layout.record, record.content, undos)),
    ]
    carry_out(steps, tell)
    for old in environment.old_environments(layout, folder):
        remove_environment(machine, old)
    return Installed(record=record, notes=tuple(notes), workbook=layout.books / WORKBOOK)


def _try_writing(layout: Layout, undos: list[Undo]) -> None:
    """Learn before the long work whether every place can be written."""
    for folder in (layout.books, layout.menu, layout.data):
        make_folder(folder, undos)
        trial = folder / ".~crm_xl-trial"
        trial.write_bytes(b"")
        trial.unlink()


def _link(machine: Machine, layout: Layout, folder: Path, record: Record, undos: list[Undo]) -> None:
    """The entries of the start menu: the workbook, the manual, a window for commands, the diagnosis, removing."""
    make_folder(layout.menu, undos)
    shell = machine.environment.get("COMSPEC", r"C:\Windows\System32\cmd.exe")
    command = command_of(folder)
    entries = (
        ("客户分析工作簿", str(layout.books / WORKBOOK), ""),
        ("使用手册", str(layout.manual), ""),
        ("命令行", shell, _prompt(command.parent, layout.books)),
        ("诊断", shell, f'/k ""{command}" doctor"'),
        ("卸载客户分析", shell, f'/k ""{command}" install --uninstall"'),
    )
    for name, target, arguments in entries:
        link = layout.menu / f"{name}.lnk"
        # An empty file first, so that undoing brings back what was there, or that nothing was.
        write_file(link, link.read_bytes() if link.is_file() else b"", undos)
        machine.shortcut(link, target, arguments, str(python_of(folder)), python=python_of(folder))
        record.links.append(str(link))


def _prompt(programs: Path, folder: Path) -> str:
    """What opens a window in which crm-xl is known by its name, in the folder of the workbooks.

    cmd takes the first and the last quotation mark away and heeds those between.
    """
    return f'/k "set "PATH={programs};%PATH%"&cd /d "{folder}"&crm-xl --help"'
