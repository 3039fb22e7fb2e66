"""The packages of the add-in for LibreOffice's own Python, in a folder of this user's.

That Python is rarely the one crm_xl runs in, and often has no pip: our own pip fetches what is built for it.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from platformdirs import user_data_path

import crm_xl
from crm_xl.errors import CrmError
from crm_xl.extras import BUTTONS
from crm_xl.soffice import Installed, clean_environment

_DISTRIBUTION = "crm-xl"
_PACKAGES, _CODE, _STAMP = "packages", "code", "installed.json"
_NAME = re.compile(r"[\w.-]+")
_SECONDS, _TRY_SECONDS = 1800, 300
_TRY = Path(__file__).with_name("component") / "try_imports.py"
_MODULES = ["crm_xl.libreoffice.calls", "crm_xl.libreoffice.menu"]
_EXTRA = re.compile(r"""extra\s*==\s*['"]([\w-]+)['"]""")


def home(version: tuple[int, int]) -> Path:
    """The folder for one version of Python."""
    return user_data_path("crm_xl", appauthor=False) / "libreoffice" / f"python{version[0]}.{version[1]}"


def requirements() -> list[str]:
    """What crm_xl and the buttons of its menu need; no other optional part."""
    needed = []
    for each in metadata.requires(_DISTRIBUTION) or []:
        part = _EXTRA.search(each)
        if part is None:
            needed.append(each)
        elif part[1] in BUTTONS:
            needed.append(each.partition(";")[0].strip())
    return needed


def provide(version: tuple[int, int], folder: Path) -> list[Path]:
    """The folders from which that Python can import crm_xl and its packages.

    Packages are fetched when they are not there or not the ones asked for; crm_xl itself is copied every time.

    Args:
        version: of Python.
        folder: where they are kept; made if need be.

    Raises:
        CrmError: pip is missing, or could not fetch a package.
    """
    packages, code, stamp = folder / _PACKAGES, folder / _CODE, folder / _STAMP
    wanted = {"version": list(version), "platform": sys.platform, "requirements": requirements()}
    if not packages.is_dir() or _stamped(stamp) != wanted:
        stamp.unlink(missing_ok=True)
        _fresh(packages)
        _fetch(version, wanted["requirements"], packages)  # type: ignore[arg-type]
        stamp.write_text(json.dumps(wanted), encoding="utf-8")
    _fresh(code)
    _copy_crm_xl(code)
    return [code, packages]


def check(office: Installed, paths: Sequence[Path]) -> None:
    """Nothing, when LibreOffice's Python can import crm_xl and its packages from the folders.

    Raises:
        CrmError: it cannot; the menu and the functions would fail one by one later.
    """
    names = [found[0] for each in requirements() if (found := _NAME.match(each))]
    order = {"paths": [str(path) for path in paths], "packages": names, "modules": _MODULES}
    try:
        done = subprocess.run(
            [office.python, _TRY],
            input=json.dumps(order),
            env={**clean_environment(), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=_TRY_SECONDS,
            check=False,
        )
        complaint = "" if done.returncode == 0 else (done.stderr.strip().splitlines() or ["没有说明"])[-1]
    except subprocess.TimeoutExpired:
        complaint = f"{_TRY_SECONDS} 秒没有回答"
    if complaint:
        raise CrmError(
            f"LibreOffice 的 Python 不能使用为它取得的程序包：{complaint}。",
            where=str(office.python),
            hint="加载项没有安装或更新。请再运行一次 crm-xl libreoffice install，程序包会重新下载；"
            "仍是如此时，请换用 libreoffice.org 的 LibreOffice。",
        )


def forget(folder: Path) -> None:
    """Have the packages fetched again when they are next provided."""
    (folder / _STAMP).unlink(missing_ok=True)


def remove(folder: Path) -> None:
    """Take the packages away again."""
    shutil.rmtree(folder, ignore_errors=True)


def _fetch(version: tuple[int, int], packages: Sequence[str], target: Path) -> None:
    if _run("-c", "import pip").returncode:
        raise CrmError(
            "本程序的 Python 没有 pip，无法为 LibreOffice 取得所需的程序包。",
            where=sys.executable,
            hint=f"请先运行：{sys.executable} -m ensurepip。",
        )
    number = f"{version[0]}.{version[1]}"
    options = ["--quiet", "--disable-pip-version-check", "--no-input", "--only-binary=:all:"]
    options += ["--python-version", number, "--implementation", "cp", "--target", str(target)]
    done = _run("-m", "pip", "install", *options, *packages)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["没有说明"]
        raise CrmError(
            f"没能取得适用于 Python {number} 的程序包：{lines[-1]}。",
            hint="请检查网络（或公司的代理设置）后再运行一次。",
        )


def _copy_crm_xl(target: Path) -> None:
    package = Path(crm_xl.__file__).parent
    shutil.copytree(package, target / package.name, ignore=shutil.ignore_patterns("__pycache__"))
    # Its description too, from which the version is read.
    for file in metadata.files(_DISTRIBUTION) or []:
        if file.parts[0].endswith(".dist-info"):
            copy = target / file.parts[0] / Path(*file.parts[1:])
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(str(file.locate()), copy)


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=_SECONDS, check=False
    )


def _fresh(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)


def _stamped(stamp: Path) -> object:
    try:
        return json.loads(stamp.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
