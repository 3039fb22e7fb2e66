"""The private Python environment: made beside an earlier one, never over it, and looked at before it is used."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from crm_xl.errors import CrmError
from crm_xl.installing.layout import Layout, python_of
from crm_xl.installing.machine import Done, Machine
from crm_xl.installing.source import Source
from crm_xl.installing.steps import Undo, make_folder, remove_tree

DLLS = ("xlwings32-{}.dll", "xlwings64-{}.dll")
_CALM = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "PYTHONPATH": ""}
_NO_NETWORK = ("connection", "resolve", "timed out", "proxy", "ssl", "retries", "unreachable")
_PRINT = "import importlib.metadata as m; print(m.version('crm-xl'), m.version('xlwings'))"
# Imports what a button imports, so that a DLL that a policy blocks is found now.
_TRY = "import pythoncom, win32api, xlwings, lxml.etree, pandas, crm_xl.excel.udfs, crm_xl.excel.ribbon"


def new_folder(layout: Layout, version: str) -> Path:
    """A folder for an environment that no earlier one has."""
    number = 1
    while (folder := layout.home / f"env-{version}-{number}").exists():
        number += 1
    return folder


def make(machine: Machine, layout: Layout, folder: Path, source: Source, undos: list[Undo]) -> None:
    """Make the environment, install into it, and put both DLLs beside its interpreter.

    Args:
        machine: whose.
        layout: where home is.
        folder: of the environment; not there yet.
        source: of the packages.
        undos: gets what removes it again.

    Raises:
        CrmError: Python cannot make environments, a package was not to be had, or does not load.
    """
    fresh = not layout.home.exists()
    make_folder(layout.home, undos)
    if layout.fallback and fresh:
        machine.only_mine(layout.home)
    undos.append(lambda: remove_tree(folder))
    base = machine.base_prefix / "python.exe"
    python = base if base.exists() else machine.python
    done = machine.run([python, "-m", "venv", folder], _CALM)
    if done.code or not python_of(folder).exists():
        raise CrmError(
            f"这个 Python 没能建立环境：{_last(done)}。",
            where=str(python),
            hint="请从 python.org 重新安装 Python（勾选 pip），或让杀毒软件放行后再试。",
        )
    pip: list[str | Path] = [python_of(folder), "-m", "pip", "install", "--no-warn-script-location"]
    done = machine.run([*pip, *source.arguments], _CALM)
    if done.code:
        raise _not_installed(done, source)
    put_dlls(machine, folder)
    done = machine.run([python_of(folder), "-c", _TRY], _CALM)
    if done.code:
        raise CrmError(
            f"装好的程序没能载入：{_last(done)}。",
            where=str(folder),
            hint="多半是杀毒软件或公司策略拦截了其中的文件：请把这个文件夹加入信任后再试。",
        )


def versions(machine: Machine, environment: Path) -> tuple[str, str] | None:
    """The versions of crm_xl and xlwings in an environment; None where it does not answer."""
    done = machine.run([python_of(environment), "-c", _PRINT], _CALM)
    found = re.fullmatch(r"(\S+) (\S+)", done.output.strip())
    return (found[1], found[2]) if not done.code and found else None


def put_dlls(machine: Machine, environment: Path) -> None:
    """Put a copy of both DLLs beside the interpreter; pip has laid them one folder up.

    xlwings looks in both places: one is left when something takes the other away.

    Raises:
        CrmError: pip has not installed them, or something has removed them since.
    """
    found = versions(machine, environment)
    names = [name.format(found[1]) for name in DLLS] if found else []
    if not found or (absent := [name for name in names if not (environment / name).is_file()]):
        raise CrmError(
            f"缺少 {'、'.join(absent) if found else 'xlwings'}，Excel 无法调用 Python。",
            where=str(environment),
            hint="多半被杀毒软件移走了：请在它的隔离区恢复并信任这个文件夹，再安装一次。",
        )
    for name in names:
        shutil.copyfile(environment / name, python_of(environment).parent / name)


def old_environments(layout: Layout, keep: Path) -> list[Path]:
    """Environments of earlier or broken-off installations."""
    if not layout.home.is_dir():
        return []
    return [each for each in sorted(layout.home.glob("env-*")) if each.is_dir() and each != keep]


def _not_installed(done: Done, source: Source) -> CrmError:
    text = done.output.lower()
    if source.wheelhouse is not None:
        return CrmError(
            f"离线安装包不全或与这个 Python 不符：{_last(done)}。",
            where=str(source.wheelhouse),
            hint="请重新取得完整的离线安装包，并用其说明里的 Python 版本（64 位）。",
        )
    if any(word in text for word in _NO_NETWORK):
        return CrmError(
            "连不上网络，没能下载程序包。",
            hint="请检查网络或公司的代理设置；没有网络时请用带离线安装包（wheelhouse）的发行包。",
        )
    return CrmError(
        f"程序包没能安装：{_last(done)}。",
        hint="请改用带离线安装包（wheelhouse）的发行包，或把这句话发给支持人员。",
    )


def _last(done: Done) -> str:
    lines: Sequence[str] = [line for line in done.output.strip().splitlines() if line.strip()]
    errors = [line for line in lines if line.upper().startswith("ERROR")]
    return (errors or lines or [f"代码 {done.code}"])[-1].strip()[:300]
