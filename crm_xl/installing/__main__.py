"""`python -m crm_xl.installing`: what install.ps1 starts, straight from the wheel."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from crm_xl.errors import CrmError
from crm_xl.installing.install import LOWEST_PYTHON, install
from crm_xl.installing.layout import check_interpreter, check_system, plan
from crm_xl.installing.source import source_of
from crm_xl.installing.uninstall import uninstall
from crm_xl.installing.windows import Windows


def run(
    *,
    wheel: Path | None = None,
    wheelhouse: Path | None = None,
    home: Path | None = None,
    books: Path | None = None,
    remove: bool = False,
) -> None:
    """Install for this user, or remove what was installed; each step is printed.

    Args:
        wheel: of crm_xl; by default the wheelhouse's.
        wheelhouse: a folder with the wheels of everything: no network is used.
        home: another folder for the program.
        books: another folder for workbook and templates.
        remove: remove instead.

    Raises:
        CrmError: something stands in the way; everything is as it was.
    """
    machine = Windows()
    check_system(machine)
    layout = plan(machine, home=_absolute(home), books=_absolute(books))
    if remove:
        stayed = uninstall(machine, layout)
        print("\n".join(["卸载完成。", *stayed]))
        return
    # Whose Python this is goes before what it could install.
    check_interpreter(machine, LOWEST_PYTHON, sys.version_info[:2])
    print(install(machine, source_of(_absolute(wheel), _absolute(wheelhouse)), layout).message)


def _absolute(path: Path | None) -> Path | None:
    return None if path is None else path.absolute()


def parser() -> argparse.ArgumentParser:
    """What the command takes: the arguments of `run`."""
    parser = argparse.ArgumentParser(
        prog="install", description="为当前用户安装或卸载客户分析（不需要管理员）。"
    )
    for name, text in (
        ("--wheel", "crm_xl 的安装文件"),
        ("--wheelhouse", "离线安装包的文件夹"),
        ("--home", "程序放在哪个文件夹"),
        ("--books", "工作簿放在哪个文件夹"),
    ):
        parser.add_argument(name, type=Path, help=text)
    parser.add_argument("--uninstall", dest="remove", action="store_true", help="卸载")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0 done, 2 something stood in the way and everything is as it was."""
    try:
        run(**vars(parser().parse_args(arguments)))
    except CrmError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    sys.exit(main())
