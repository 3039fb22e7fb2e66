"""The computer this runs on, asked with what Python brings along."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from crm_xl.installing.machine import Done

_SECONDS = 1800
_HIDDEN = 0x08000000  # CREATE_NO_WINDOW
_DETACHED = 0x00000008 | 0x00000200  # DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP
_SYSTEM, _ADMINISTRATORS = "S-1-5-18", "S-1-5-32-544"
# Run by an interpreter with pywin32: WScript.Shell would lose what the code page of Windows does not have.
_MAKE_SHORTCUT = """
import sys, pythoncom
from win32com.shell import shell
link, target, arguments, icon = sys.argv[1:]
made = pythoncom.CoCreateInstance(
    shell.CLSID_ShellLink, None, pythoncom.CLSCTX_INPROC_SERVER, shell.IID_IShellLink)
made.SetPath(target)
made.SetArguments(arguments)
made.SetIconLocation(icon, 0)
made.QueryInterface(pythoncom.IID_IPersistFile).Save(link, 0)
"""


class Windows:
    """This computer, with the protocol of `crm_xl.installing.machine.Machine`; elsewhere it has no registry."""

    def __init__(self) -> None:
        self.windows = os.name == "nt"
        self.python = Path(sys.executable)
        self.bits = 64 if sys.maxsize > 2**32 else 32
        self.prefix, self.base_prefix = Path(sys.prefix), Path(sys.base_prefix)
        self.code_page = _code_page()

    @property
    def environment(self) -> Mapping[str, str]:
        """Environment variables; names in capitals, as Windows gives them."""
        return os.environ

    def registry(self, root: str, key: str, name: str = "") -> str | int | None:
        """A value of the registry, of the 64-bit or else the 32-bit view."""
        for view in _views():
            try:
                with _opened(root, key, view) as opened:
                    value = _winreg().QueryValueEx(opened, name)[0]
            except OSError:
                continue
            if isinstance(value, str | int):
                return value
        return None

    def keys(self, root: str, key: str) -> tuple[str, ...]:
        """The names of the keys below a key."""
        for view in _views():
            try:
                with _opened(root, key, view) as opened:
                    count = _winreg().QueryInfoKey(opened)[0]
                    return tuple(_winreg().EnumKey(opened, index) for index in range(count))
            except OSError:
                continue
        return ()

    def run(self, command: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> Done:
        """How the command ended, without a window of its own."""
        variables = {**os.environ, "PYTHONUTF8": "1", **(environment or {})}
        options: dict[str, Any] = {"creationflags": _HIDDEN} if self.windows else {}
        try:
            done = subprocess.run(
                [str(part) for part in command],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env=variables,
                timeout=_SECONDS,
                check=False,
                **options,
            )
        except FileNotFoundError:
            return Done(code=127, output="")
        except subprocess.TimeoutExpired:
            return Done(code=124, output=f"{_SECONDS} s")
        return Done(code=done.returncode, output=done.stdout.decode("utf-8", errors="replace"))

    def shortcut(self, link: Path, target: str, arguments: str, icon: str, *, python: Path) -> None:
        """Make a shortcut through the interpreter that has pywin32."""
        done = self.run([python, "-c", _MAKE_SHORTCUT, link, target, arguments, icon])
        if done.code:
            raise OSError(f"shortcut: {done.output.strip()[-200:]}")

    def only_mine(self, folder: Path) -> None:
        """Take a folder's inherited rights away and give them to this user, Windows and administrators."""
        answer = self.run(["whoami", "/user", "/fo", "csv", "/nh"])
        user = answer.output.strip().rpartition(",")[2].strip('"')
        if answer.code or not user.startswith("S-1-"):
            raise OSError("whoami does not tell the user")
        rights = [f"*{sid}:(OI)(CI)F" for sid in (user, _SYSTEM, _ADMINISTRATORS)]
        done = self.run(["icacls", folder, "/inheritance:r", "/grant:r", *rights])
        if done.code:
            raise OSError(f"icacls: {done.output.strip()[-200:]}")

    def remove_later(self, folder: Path) -> None:
        """Let a command outlive this program and remove the folder, trying for about half a minute."""
        tries = f'for /l %i in (1,1,10) do @(ping -n 4 127.0.0.1 >nul & rmdir /s /q "{folder}" 2>nul)'
        options: dict[str, Any] = {"creationflags": _DETACHED} if self.windows else {}
        subprocess.Popen(
            f'cmd.exe /d /s /c "{tries}"',
            cwd=os.environ.get("SYSTEMROOT", "C:\\"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **options,
        )


def _code_page() -> str:
    """The codec of Windows' ANSI code page; UTF-8 elsewhere."""
    if os.name != "nt":
        return "utf-8"
    import ctypes

    number = int(getattr(ctypes, "windll").kernel32.GetACP())  # noqa: B009 - absent from other systems' stubs
    return "utf-8" if number == 65001 else f"cp{number}"


def _winreg() -> Any:
    import importlib

    return importlib.import_module("winreg")


def _views() -> tuple[int, ...]:
    if os.name != "nt":
        return ()
    registry = _winreg()
    return (registry.KEY_WOW64_64KEY, registry.KEY_WOW64_32KEY)


def _opened(root: str, key: str, view: int) -> Any:
    registry = _winreg()
    roots = {
        "HKCU": registry.HKEY_CURRENT_USER,
        "HKLM": registry.HKEY_LOCAL_MACHINE,
        "HKCR": registry.HKEY_CLASSES_ROOT,
    }
    return registry.OpenKey(roots[root], key, 0, registry.KEY_READ | view)
