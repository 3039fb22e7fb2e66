"""Something done in a process of its own, that may be killed, starved or fail."""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from crm_xl.errors import CrmError

_GIGABYTE = 1 << 30
_PATIENCE = 10  # a busy machine takes so many times as long


class End(Enum):
    """How it ended."""

    DONE = "done"
    REFUSED = "refused"  # a sentence for the user
    FAILED = "failed"  # a traceback of ours
    KILLED = "killed"
    CRASHED = "crashed"  # a signal nobody sent
    LATE = "late"


@dataclass(frozen=True, kw_only=True)
class Ended:
    """What became of it: the sentence or traceback, what it handed back, seconds by the clock and of work, memory."""

    end: End
    text: str = ""
    answer: Any = None
    seconds: float = 0.0
    work: float = 0.0
    gigabytes: float = 0.0


def surroundings(folder: Path) -> None:
    """The user's folders, and the system's for temporary files, inside the folder: for this process."""
    for name in ("tmp", "home"):
        (folder / name).mkdir(exist_ok=True)
    import tempfile

    tempfile.tempdir = str(folder / "tmp")
    home = str(folder / "home")
    os.environ.update(HOME=home, TMPDIR=str(folder / "tmp"), XDG_CACHE_HOME=home, XDG_CONFIG_HOME=home)
    os.environ.update(XDG_STATE_HOME=home, XDG_DATA_HOME=home)


def run(
    work: Callable[[], Any],
    *,
    kill_after: float | None = None,
    most_work: int = 120,
    more_memory: int | None = None,
) -> Ended:
    """What became of the work, done in a child.

    Args:
        work: what it does; hands back something JSON can hold.
        kill_after: seconds after which it is killed.
        most_work: seconds of work, as the system counts them whatever else runs, after which it is late.
        more_memory: bytes of address space that it may take besides what it begins with.
    """
    reading, writing = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _work(work, writing, most_work, more_memory)  # does not return
    os.close(writing)
    status, late, seconds, usage = _waited(child, kill_after, most_work * _PATIENCE)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    figures = {
        "seconds": seconds, "work": usage.ru_utime + usage.ru_stime, "gigabytes": usage.ru_maxrss * 1024 / _GIGABYTE
    }  # fmt: skip
    if os.WIFSIGNALED(status):
        killed = os.WTERMSIG(status) == signal.SIGKILL
        late = late or os.WTERMSIG(status) == signal.SIGXCPU
        end = End.LATE if late else End.KILLED if killed else End.CRASHED
        return Ended(end=end, text=f"signal {os.WTERMSIG(status)}", **figures)
    told = json.loads(said)
    return Ended(end=End(told["end"]), text=told["text"], answer=told["answer"], **figures)


def _waited(child: int, kill_after: float | None, longest: float) -> tuple[int, bool, float, Any]:
    started = time.monotonic()
    limit = min(longest, kill_after if kill_after is not None else longest)
    late = False
    while True:
        found, status, usage = os.wait4(child, os.WNOHANG)
        spent = time.monotonic() - started
        if found:
            return status, late, spent, usage
        if spent >= limit:
            late = kill_after is None or spent >= longest
            os.kill(child, signal.SIGKILL)
            limit = float("inf")
        time.sleep(0.0005 if kill_after is not None else 0.005)


def _work(work: Callable[[], Any], writing: int, most_work: int, more_memory: int | None) -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    if more_memory is not None:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        most = pages * resource.getpagesize() + more_memory
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (most_work, most_work + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    end, text, answer = End.DONE, "", None
    try:
        answer = work()
    except CrmError as error:
        end, text = End.REFUSED, str(error)
    except BaseException:
        end, text = End.FAILED, traceback.format_exc()[-3000:]
    data = json.dumps({"end": end.value, "text": text, "answer": answer}).encode()
    while data:
        data = data[os.write(writing, data) :]
    os._exit(0)
