"""Install the add-in for the current user, or remove it: LibreOffice itself does it, asked over UNO."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from crm_xl.errors import CrmError
from crm_xl.functions import FUNCTIONS
from crm_xl.libreoffice import basic, environment
from crm_xl.libreoffice.extension import extension
from crm_xl.libreoffice.program import Installed, installed
from crm_xl.libreoffice.words import EXTENSION_ID

EXTENSION_FILE = "crm_xl.oxt"
_MANAGE = Path(__file__).with_name("component") / "manage.py"
_START_AGAIN = 81  # a fresh profile makes the program end once with this code
_MOST_STARTS = 3
_SECONDS = 180


def install(*, profile: Path | None = None, paths: Sequence[Path] | None = None) -> str:
    """What was done, one sentence; done again, it has the effect of once.

    Args:
        profile: LibreOffice's user folder; this user's own without one.
        paths: folders with crm_xl and its packages for LibreOffice's Python; provided for without them.

    Raises:
        CrmError: LibreOffice is missing, unsuitable or running, or packages could not be fetched.
    """
    office = installed()
    if paths is None:
        paths = environment.provide(office.python_version, environment.home(office.python_version))
    with tempfile.TemporaryDirectory() as folder:
        oxt = Path(folder) / EXTENSION_FILE
        oxt.write_bytes(extension(paths))
        done = manage(office, profile, {"action": "install", "oxt": str(oxt)})
    what = "已更新" if done["replaced"] else "已安装"
    return f"{what} LibreOffice 加载项：{len(FUNCTIONS)} 个函数。请重新打开 LibreOffice。"


def uninstall(*, profile: Path | None = None) -> str:
    """What was done, one sentence; the packages go too.

    Args:
        profile: as for `install`.

    Raises:
        CrmError: LibreOffice is missing or running.
    """
    office = installed()
    done = manage(office, profile, {"action": "remove"})
    environment.remove(environment.home(office.python_version))
    return "已卸载 LibreOffice 加载项。" if done["replaced"] else "LibreOffice 里没有安装本加载项。"


def manage(office: Installed, profile: Path | None, order: dict[str, Any]) -> dict[str, Any]:
    """What LibreOffice's Python says it has done with an order.

    Args:
        office: which one.
        profile: its user folder, or None for this user's own.
        order: see component/manage.py.

    Raises:
        CrmError: LibreOffice is running already, or refused.
    """
    pipe = f"crm_xl_{os.getpid()}_{secrets.token_hex(4)}"
    order |= {
        "pipe": pipe,
        "identifier": EXTENSION_ID,
        "library": basic.LIBRARY,
        "modules": basic.modules(),
    }
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    script = subprocess.Popen(
        [office.python, _MANAGE],
        env={**clean, "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    assert script.stdin is not None
    script.stdin.write(json.dumps(order))
    script.stdin.close()
    script.stdin = None
    program = _start(office, profile, pipe)
    try:
        program = _attended(script, program, lambda: _start(office, profile, pipe))
        printed, complaints = script.communicate()
        if script.returncode:
            why = (complaints.strip().splitlines() or ["没有说明"])[-1]
            raise CrmError(f"LibreOffice 没有接受加载项：{why}", hint="请重新启动 LibreOffice 一次后再试。")
        with contextlib.suppress(subprocess.TimeoutExpired):
            program.wait(timeout=_SECONDS)  # it was asked to end
        done: dict[str, Any] = json.loads(printed.splitlines()[-1])
        return done
    finally:
        script.kill()
        script.wait()
        _stop(program)


def _attended(
    script: subprocess.Popen[str], program: subprocess.Popen[bytes], start: Any
) -> subprocess.Popen[bytes]:
    """The program with which the script came to its end."""
    starts, give_up = 1, time.monotonic() + _SECONDS
    while script.poll() is None:
        if program.poll() == _START_AGAIN and starts < _MOST_STARTS:
            program, starts = start(), starts + 1
        elif program.poll() is not None and script.poll() is None:
            # Asked to end by the script, which then ends too; else it left the work to one that runs already.
            with contextlib.suppress(subprocess.TimeoutExpired):
                script.wait(timeout=5)
                break
            raise CrmError(
                "LibreOffice 正在运行，无法安装或卸载加载项。",
                hint="请保存并关闭全部 LibreOffice 窗口（包括任务栏的快速启动），再运行一次。",
            )
        elif time.monotonic() > give_up:
            raise CrmError("LibreOffice 没有响应。", hint="请关闭全部 LibreOffice 窗口后再运行一次。")
        time.sleep(0.05)
    return program


def _start(office: Installed, profile: Path | None, pipe: str) -> subprocess.Popen[bytes]:
    own = [] if profile is None else [f"-env:UserInstallation={profile.resolve().as_uri()}"]
    return subprocess.Popen(
        [
            office.program,
            *own,
            "--headless",
            "--norestore",
            "--nologo",
            f"--accept=pipe,name={pipe};urp;",
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _stop(program: subprocess.Popen[bytes]) -> None:
    """End what was started here, whatever state it is in."""
    if program.poll() is None:
        if sys.platform == "win32":
            program.kill()
        else:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)
        program.wait()
