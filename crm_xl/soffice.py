"""Where LibreOffice is, and which Python it uses. Standard library only: found before anything is installed."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from crm_xl.errors import CrmError

OLDEST = (7, 4)
LOWEST_PYTHON = (3, 11)  # what pandas asks for
_APT = "sudo apt install libreoffice-calc python3-uno"
_SECONDS = 60
ADD_IN = "crm_xl.oxt"


@functools.cache
def soffice() -> Path | None:
    """The program itself, not the shell script that starts it: its process id is the one to watch."""
    candidates = [
        Path("/usr/lib/libreoffice/program/soffice.bin"),
        Path("/usr/lib64/libreoffice/program/soffice.bin"),
        *sorted(Path("/opt").glob("libreoffice*/program/soffice.bin"), reverse=True),
        Path("/Applications/LibreOffice.app/Contents/MacOS/soffice"),
        Path(os.environ.get("PROGRAMFILES", "C:/Program Files")) / "LibreOffice/program/soffice.bin",
    ]
    if script := shutil.which("soffice"):
        candidates.insert(0, Path(script).resolve().with_name("soffice.bin"))
    return next((path for path in candidates if path.exists()), None)


@functools.cache
def uno_python() -> Path | None:
    """The Python that LibreOffice's UNO bridge was built for."""
    program = soffice()
    beside = program.parent if program else Path("/nonexistent")
    resources = beside.parent / "Resources"  # macOS
    candidates = [beside / "python.exe", beside / "python", resources / "python", Path("/usr/bin/python3")]
    return next(
        (path for path in candidates if path.exists() and _printed(path, "import uno") is not None), None
    )


@dataclass(frozen=True, kw_only=True)
class Installed:
    """A LibreOffice that the add-in can run in.

    Attributes:
        program: what to start.
        python: its Python, which alone has uno.
        python_version: (3, 11): packages are built for it.
    """

    program: Path
    python: Path
    python_version: tuple[int, int]


def installed() -> Installed:
    """The LibreOffice of this machine.

    Raises:
        CrmError: there is none, it is too old, it lacks Python, or its Python is too old; with the remedy.
    """
    program = soffice()
    if program is None:
        raise CrmError(
            "没有找到 LibreOffice。",
            hint=f"请从 libreoffice.org 安装 {_dotted(OLDEST)} 以上版本；Debian、Ubuntu：{_APT}。",
        )
    if (version := _office_version(program)) is not None:
        check_version(version, where=str(program))
    python = uno_python()
    if python is None:
        raise CrmError(
            "LibreOffice 没有带 Python（uno），加载项无法运行。",
            where=str(program.parent),
            hint=f"请运行：{_APT}。",
        )
    found = _printed(python, "import sys; print(*sys.version_info[:2])")
    major, minor = map(int, (found or "0 0").split())
    if (major, minor) < LOWEST_PYTHON:
        raise CrmError(
            f"LibreOffice 所用的 Python 是 {major}.{minor}，本程序需要 {_dotted(LOWEST_PYTHON)} 以上。",
            where=str(python),
            hint="请安装更新的 LibreOffice；命令行 crm-xl refresh 不受影响。",
        )
    return Installed(program=program, python=python, python_version=(major, minor))


def add_in() -> Path | None:
    """Our add-in as LibreOffice keeps it in this user's own profile; None where it is not installed there."""
    known, home = os.environ, Path.home()
    profiles = (
        Path(known.get("XDG_CONFIG_HOME") or home / ".config") / "libreoffice",
        Path(known.get("APPDATA") or home) / "LibreOffice",
        home / "Library" / "Application Support" / "LibreOffice",
    )
    packages = "4/user/uno_packages/cache/uno_packages/*"  # 4 since LibreOffice 4.0
    return next((path for profile in profiles for path in profile.glob(f"{packages}/{ADD_IN}")), None)


def has_writer(office: Installed) -> bool:
    """Whether Writer is there too, which turns a report into a PDF; Debian packs it apart."""
    folder = office.program.parent
    return any((folder / name).exists() for name in ("libswlo.so", "swlo.dll")) or sys.platform == "darwin"


def check_version(version: tuple[int, int], *, where: str = "") -> None:
    """Nothing, when a LibreOffice of that version can run the add-in.

    Raises:
        CrmError: it is too old.
    """
    if version < OLDEST:
        raise CrmError(
            f"LibreOffice {_dotted(version)} 太旧。",
            where=where,
            hint=f"请升级到 {_dotted(OLDEST)} 以上版本。",
        )


def _office_version(program: Path) -> tuple[int, int] | None:
    """Its version; None where it does not say."""
    try:
        done = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"LibreOffice\D* (\d+)\.(\d+)", done.stdout)
    return (int(found[1]), int(found[2])) if found else None


def clean_environment() -> dict[str, str]:
    """The environment in which LibreOffice finds its own Python.

    The Python inside it looks for its libraries beside the first python3 of PATH, and ends in std::bad_alloc with
    those of another build; what our own Python goes by must not reach it either.
    """
    clean = _without_our_python()
    if (python := uno_python()) is not None:
        clean["PATH"] = os.pathsep.join([str(python.parent), clean.get("PATH", "")])
    return clean


def _without_our_python() -> dict[str, str]:
    """The environment without what tells our own Python where things are."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def _printed(python: Path, code: str) -> str | None:
    """What a line of Python prints; None where it fails."""
    try:
        done = subprocess.run(
            [python, "-c", code],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
            env=_without_our_python(),
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return None if done.returncode else done.stdout


def _dotted(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))
