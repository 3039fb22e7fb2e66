"""Start a LibreOffice of our own, let a script talk to it under LibreOffice's own Python, and end it again."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from crm_xl.errors import CrmError
from crm_xl.soffice import Installed, clean_environment

_START_AGAIN = 81  # a fresh profile makes the program end once with this code
_MOST_STARTS = 3
_SECONDS = 600
_LAST_SECONDS = 30


def run_script(
    office: Installed,
    profile: Path | None,
    script_file: Path,
    order: dict[str, Any],
    *,
    refusal: str,
    seconds: float = _SECONDS,
) -> dict[str, Any]:
    """What the script says it has done: the last line it printed, as JSON.

    Args:
        office: which LibreOffice.
        profile: its user folder, or None for this user's own.
        script_file: reads the order from its standard input, connects to the pipe named there, ends LibreOffice.
        order: what it is to do; the pipe's name is added.
        refusal: the beginning of the message when it fails.
        seconds: the most it may take.

    Raises:
        CrmError: LibreOffice is running already, does not answer, or the script failed.
    """
    pipe = f"crm_xl_{os.getpid()}_{secrets.token_hex(4)}"
    order = {**order, "pipe": pipe}
    script = subprocess.Popen(
        [office.python, script_file],
        env={**clean_environment(), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"},
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
        program = _attended(script, program, lambda: _start(office, profile, pipe), seconds)
        printed, complaints = script.communicate()
        if script.returncode:
            why = (complaints.strip().splitlines() or ["没有说明"])[-1].removeprefix(
                "crm_xl.errors.CrmError: "
            )
            raise CrmError(f"{refusal}：{why}", hint="请重新启动 LibreOffice 一次后再试。")
        with contextlib.suppress(subprocess.TimeoutExpired):
            program.wait(timeout=_SECONDS)  # it was asked to end
        done: dict[str, Any] = json.loads(printed.splitlines()[-1])
        if done.get("not ours"):
            raise _running_already()
        return done
    finally:
        script.kill()
        script.wait()
        _stop(program)


def _attended(
    script: subprocess.Popen[str], program: subprocess.Popen[bytes], start: Any, seconds: float
) -> subprocess.Popen[bytes]:
    """The program with which the script came to its end."""
    starts, give_up = 1, time.monotonic() + seconds
    while script.poll() is None:
        if program.poll() == _START_AGAIN and starts < _MOST_STARTS:
            program, starts = start(), starts + 1
        elif program.poll() is not None and script.poll() is None:
            # Asked to end by the script, which then ends too; else it left the work to one that runs already.
            with contextlib.suppress(subprocess.TimeoutExpired):
                script.wait(timeout=_LAST_SECONDS)
                break
            raise _running_already()
        elif time.monotonic() > give_up:
            raise CrmError("LibreOffice 没有响应。", hint="请关闭全部 LibreOffice 窗口后再运行一次。")
        time.sleep(0.05)
    return program


def _running_already() -> CrmError:
    return CrmError(
        "LibreOffice 正在运行。",
        hint="请保存并关闭全部 LibreOffice 窗口（包括任务栏的快速启动），再运行一次。",
    )


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
            # By this the script knows that it talks to the program started here: one that runs already takes over
            # the work, and must not be changed or ended.
            f"-env:CRM_XL_PIPE={pipe}",
        ],
        env=clean_environment(),
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
