"""Two files that change names with each other at one moment, where the system can do that.

A rename puts a file over another without a look at what goes: whoever saved a moment before is lost. After an
exchange what stood there is still at hand, and can be looked at and put back. Windows knows no such call; there the
owner file of whoever has the workbook open stands guard. Source: docs/decisions.md #51.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

_HERE = -100  # paths are relative to where the process stands: AT_FDCWD
_EXCHANGE = 2


def exchange(one: Path, other: Path) -> bool:
    """Whether the two files have changed names; where the system cannot do that, nothing has happened."""
    call = _call()
    if call is None:
        return False
    # As every renaming of Python's own is told.
    sys.audit("os.rename", str(one), str(other), -1, -1)
    return bool(call(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0)


@cache
def _call() -> Callable[..., Any] | None:
    if sys.platform != "linux":
        return None
    function = getattr(ctypes.CDLL(None), "renameat2", None)  # not in every C library
    if function is not None:
        function.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint]
        function.restype = ctypes.c_int
    return function
