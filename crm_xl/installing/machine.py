"""What installing and the diagnosis ask of a computer: its registry, its folders, other programs."""

from __future__ import annotations

import ntpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

CURRENT_USER, LOCAL_MACHINE, CLASSES = "HKCU", "HKLM", "HKCR"
# Where Windows keeps the user's folders, also when OneDrive or the company has moved them.
_SHELL_FOLDERS = r"Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders"
_FILE_SYSTEM = r"SYSTEM\CurrentControlSet\Control\FileSystem"
_DEFAULTS = {
    "Personal": r"%USERPROFILE%\Documents",
    "Programs": r"%APPDATA%\Microsoft\Windows\Start Menu\Programs",
    "Local AppData": r"%USERPROFILE%\AppData\Local",
}


@dataclass(frozen=True, kw_only=True)
class Done:
    """How a program ended, and what it printed."""

    code: int
    output: str


class Machine(Protocol):
    """A computer as one user sees it. `Windows` is the real one; tests bring a simulated one."""

    windows: bool
    python: Path  # the interpreter that runs now
    bits: int  # of that interpreter
    prefix: Path  # of that interpreter
    base_prefix: Path  # of the one it was made from
    code_page: str  # in which VBA reads files and loads DLLs: a codec's name

    @property
    def environment(self) -> Mapping[str, str]:
        """Environment variables; names in capitals."""

    def registry(self, root: str, key: str, name: str = "") -> str | int | None:
        """A value of the registry; None where the key or the value is not there."""

    def keys(self, root: str, key: str) -> tuple[str, ...]:
        """The names of the keys below a key."""

    def run(self, command: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> Done:
        """How the command ended; code 127 where there is no such program.

        Args:
            command: program and arguments.
            environment: variables set besides those there are.
        """

    def shortcut(self, link: Path, target: str, arguments: str, icon: str, *, python: Path) -> None:
        """Make a shortcut; `python` is an interpreter that has pywin32.

        Raises:
            OSError: it was not made.
        """

    def only_mine(self, folder: Path) -> None:
        """Let nobody but this user (and administrators) into a folder.

        Raises:
            OSError: Windows refused.
        """

    def remove_later(self, folder: Path) -> None:
        """Remove a folder as soon as this program has ended: Windows keeps the files of a running one."""


def expanded(machine: Machine, text: str) -> str:
    """The text with each %VARIABLE% replaced; one that is not set stays, as Windows does it."""
    known = machine.environment
    return re.sub(r"%([^%]+)%", lambda found: known.get(found[1].upper(), found[0]), text)


def shell_folder(machine: Machine, name: str) -> Path:
    """One of the user's folders: "Personal" (documents), "Programs" (start menu) or "Local AppData"."""
    stored = machine.registry(CURRENT_USER, _SHELL_FOLDERS, name)
    return Path(expanded(machine, str(stored or _DEFAULTS[name])))


def long_paths(machine: Machine) -> bool:
    """Whether Windows lets programs use paths of more than 260 characters."""
    return machine.registry(LOCAL_MACHINE, _FILE_SYSTEM, "LongPathsEnabled") == 1


def encodable(machine: Machine, text: str) -> bool:
    """Whether VBA can open a path: it knows only the code page of Windows."""
    try:
        text.encode(machine.code_page)
    except UnicodeEncodeError:
        return False
    return True


def same_path(one: object, other: object) -> bool:
    """Whether two texts mean the same place for Windows, which heeds neither case nor kind of slash."""
    return ntpath.normcase(ntpath.normpath(str(one))) == ntpath.normcase(ntpath.normpath(str(other)))


def inside(path: object, folder: object) -> bool:
    """Whether a path lies in a folder, or is it."""
    here, there = (ntpath.normcase(ntpath.normpath(str(each))) for each in (path, folder))
    return here == there or here.startswith(there.rstrip("\\") + "\\")
