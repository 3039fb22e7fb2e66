"""Where everything goes on one user's Windows, and what about those places would not work."""

from __future__ import annotations

import hashlib
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from crm_xl.errors import CrmError
from crm_xl.installing import config
from crm_xl.installing.machine import Machine, encodable, expanded, inside, long_paths, shell_folder

BOOKS, TEMPLATES, MANUAL = "客户分析", "模板", "手册"
WORKBOOK = "CRM_Analysis.xlsm"
_HOME = "crm_xl"
_MOST = 259  # characters of a path where long ones are not switched on
_MOST_FOR_EXCEL = 218  # Excel opens no workbook beyond it, whatever Windows allows
# What Python adds to the path of a module when it compiles it: \__pycache__\, .cpython-312, c, and while it writes
# the file a dot and a number of up to 15 figures.
_COMPILED = 12 + 12 + 1 + 16
LONGEST_MEMBER = (
    125  # of the packages we depend on and their compiled files, where no wheelhouse tells (121 in 2026)
)

# How somebody names other folders: most people start install.cmd, whose options are not those of crm-xl install.
OTHER_HOME = r"install.cmd -AppFolder C:\crm_xl（crm-xl install 则为 --home C:\crm_xl）"
OTHER_BOOKS = r"install.cmd -BooksFolder D:\CRM（crm-xl install 则为 --books D:\CRM）"


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The places of one installation.

    Attributes:
        home: the folder of the program; environments lie in it side by side.
        data: the folder in which the program itself keeps logs, snapshots and what people have taught it.
        books: the folder of workbook and templates.
        menu: the folder in the start menu.
        user_config: xlwings' configuration in the user's folder; None where VBA could not read it there.
        fallback: whether home is outside the user's folder because that is not plain ASCII.
    """

    home: Path
    data: Path
    books: Path
    menu: Path
    user_config: Path | None
    fallback: bool

    @property
    def record(self) -> Path:
        """What was installed: read by the next installation, by the diagnosis and by removing."""
        return self.home / "installed.json"

    @property
    def manual(self) -> Path:
        """The first page of the manual: the one that opens in a browser, without a network."""
        return self.books / MANUAL / "index.html"

    @property
    def books_config(self) -> Path:
        """The configuration beside the workbook, which goes before the user's."""
        return self.books / config.NAME


def python_of(environment: Path) -> Path:
    """The interpreter of an environment on Windows."""
    return environment / "Scripts" / "python.exe"


def command_of(environment: Path) -> Path:
    """The command line program of an environment on Windows."""
    return environment / "Scripts" / "crm-xl.exe"


def plan(machine: Machine, *, home: Path | None = None, books: Path | None = None) -> Layout:
    """Where everything goes; nothing is touched.

    Args:
        machine: whose.
        home: another folder for the program.
        books: another folder for workbook and templates.
    """
    data = shell_folder(machine, "Local AppData") / _HOME
    # xlwings loads its DLL through the code page of Windows and starts Python through cmd.exe; both have failed
    # in folders that are not ASCII (xlwings issue 1934).
    fallback = home is None and not str(data).isascii()
    if fallback:
        user = hashlib.sha256(expanded(machine, "%USERPROFILE%").casefold().encode()).hexdigest()[:8]
        home = Path(machine.environment.get("PROGRAMDATA", r"C:\ProgramData")) / f"{_HOME}-{user}"
    user_config = config.user_file(machine)
    return Layout(
        home=data if home is None else home,
        data=data,
        books=shell_folder(machine, "Personal") / BOOKS if books is None else books,
        menu=shell_folder(machine, "Programs") / BOOKS,
        user_config=user_config if encodable(machine, str(user_config)) else None,
        fallback=fallback,
    )


def check_system(machine: Machine) -> None:
    """Nothing; there is something to install, and to remove, on Windows only.

    Raises:
        CrmError: another system.
    """
    if not machine.windows:
        raise CrmError(
            "crm-xl install 只用于 Windows 上的 Excel。",
            hint="这里请用命令行（crm-xl refresh 等），或运行 crm-xl libreoffice install 装入 LibreOffice。",
        )


def check_interpreter(machine: Machine, lowest: tuple[int, int], found: tuple[int, int]) -> None:
    """Nothing; an interpreter that cannot serve Excel is refused.

    Raises:
        CrmError: too old, 32 bits, or from the Microsoft Store.
    """
    remedy = "请从 python.org 安装 64 位的 Python 3.12（不要用微软商店版），再运行一次。"
    if found < lowest:
        raise CrmError(f"Python {found[0]}.{found[1]} 太旧，需要 {lowest[0]}.{lowest[1]} 以上。", hint=remedy)
    if machine.bits != 64:
        raise CrmError(
            "这个 Python 是 32 位的，所需的程序包只有 64 位版。", where=str(machine.python), hint=remedy
        )
    if is_store(str(machine.base_prefix)) or is_store(str(machine.python)):
        raise CrmError(
            "这个 Python 来自微软商店，Excel 不能从中载入 xlwings。", where=str(machine.python), hint=remedy
        )


def is_store(path: str) -> bool:
    """Whether a program came from the Microsoft Store: its folder is closed to other programs."""
    return re.search(r"[\\/]WindowsApps[\\/]", path + "\\", re.IGNORECASE) is not None


def check_places(machine: Machine, layout: Layout, longest: int = LONGEST_MEMBER) -> None:
    """Nothing; places that Windows, VBA or Excel would stumble over are refused before anything is made.

    Args:
        machine: whose.
        layout: where to.
        longest: the longest path that a file of the packages will have.

    Raises:
        CrmError: a path is too long, or cannot be written in the code page where it must be.
    """
    longest_path = len(str(layout.home)) + len("\\env-00.00.00-00\\Lib\\site-packages\\") + longest
    if longest_path > _MOST and not long_paths(machine):
        raise CrmError(
            f"程序文件的路径会有约 {longest_path} 个字符，超过 Windows 的 {_MOST + 1}。",
            where=str(layout.home),
            hint=f"请换一个短的程序文件夹再装，如 {OTHER_HOME}；或请管理员启用长路径。",
        )
    book = layout.books / WORKBOOK
    if len(str(book)) > _MOST_FOR_EXCEL:
        raise CrmError(
            f"工作簿的路径有 {len(str(book))} 个字符，Excel 最多打开 {_MOST_FOR_EXCEL} 个字符的。",
            where=str(layout.books),
            hint=f"请换一个短一些的文件夹再装，如 {OTHER_BOOKS}。",
        )
    if not encodable(machine, str(layout.home)):
        raise CrmError(
            "程序文件夹的名称里有本机代码页没有的字符，Excel 里的 xlwings 打不开它。",
            where=str(layout.home),
            hint=f"请换一个英文文件夹再装，如 {OTHER_HOME}。",
        )
    if layout.user_config is None and not encodable(machine, str(layout.books_config)):
        raise CrmError(
            "用户文件夹的名称里有本机代码页没有的字符，Excel 里的 xlwings 读不到其中的配置。",
            where=str(layout.books),
            hint=f"请把工作簿放到一个英文文件夹，如 {OTHER_BOOKS}；配置也在那里，此后不要移动工作簿。",
        )
    if inside(layout.home, layout.books) or inside(layout.books, layout.home):
        raise CrmError(
            "程序和工作簿不能放在同一个文件夹里。",
            where=str(layout.books),
            hint=f"请换一个文件夹再装，如 {OTHER_BOOKS}。",
        )


def longest_member(wheels: list[Path]) -> int:
    """The longest path that a file of the wheels will have, compiled ones too; what is known without any wheel."""
    longest = 0
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                longest = max(longest, len(name) + (_COMPILED if name.endswith(".py") else 0))
    return longest or LONGEST_MEMBER
