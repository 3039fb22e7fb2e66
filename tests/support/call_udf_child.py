"""The process in which COM is stubbed: reads calls from its input, writes the answers to its output.

Everything of xlwings runs as on Windows: call_udf, the converters, the clean-up of values. Only what talks to
Windows itself is replaced.
"""

from __future__ import annotations

import contextlib
import ctypes
import datetime as dt
import gc
import pickle
import sys
import time
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock

from tests.support.call_udf import Call, Range

WINDOWS_MODULES = (
    "pythoncom win32api win32con win32gui win32process win32event win32timezone winreg win32com"
    " win32com.client win32com.client.dynamic win32com.server win32com.server.dispatcher win32com.server.policy"
    " win32com.server.util"
).split()
RANGE_IID = "{00020846-0000-0000-C000-000000000046}"


class ComTime(dt.datetime):
    """pywintypes.TimeType: a datetime with a time zone."""


def stub_windows() -> None:
    """Put stand-ins where xlwings imports pywin32 and Windows' own libraries."""
    for name in WINDOWS_MODULES:
        module = MagicMock(name=name)
        module.__file__ = f"{name}.py"
        module.__spec__ = None
        sys.modules[name] = module
    client = sys.modules["win32com.client"]
    for name in ("CDispatch", "CoClassBaseClass", "DispatchBaseClass"):
        setattr(client, name, type(name, (), {}))
    sys.modules["pythoncom"].CoInitialize = lambda: None  # type: ignore[attr-defined]
    types = ModuleType("pywintypes")
    types.com_error = type("com_error", (Exception,), {})  # type: ignore[attr-defined]
    types.error = type("error", (Exception,), {})  # type: ignore[attr-defined]
    types.TimeType = ComTime  # type: ignore[attr-defined]
    types.IID = str  # type: ignore[attr-defined]
    sys.modules["pywintypes"] = types
    for name in ("PyDLL", "windll", "oledll", "WinDLL", "WINFUNCTYPE"):
        setattr(ctypes, name, MagicMock(name=name))


def com_range(rows: Any) -> MagicMock:
    """A COM Range: its Value is a scalar for one cell, else a tuple of rows."""
    found = MagicMock(name="Range")
    found.Value = rows[0][0] if len(rows) == len(rows[0]) == 1 else rows
    found.Rows.Count, found.Columns.Count = len(rows), len(rows[0])
    found._oleobj_.GetTypeInfo.return_value.GetTypeAttr.return_value.iid = RANGE_IID
    return found


def com_values(argument: Any) -> Any:
    """The argument with dates as COM gives them."""
    if isinstance(argument, Range):
        return com_range(com_values(argument.rows))
    if isinstance(argument, tuple):
        return tuple(com_values(item) for item in argument)
    if isinstance(argument, dt.date):
        return ComTime(*argument.timetuple()[:6], tzinfo=dt.UTC)
    return argument


def answer(call_udf: Any, call: Call, times: int) -> Any:
    """What the call gives, or the seconds it takes."""
    arguments = [com_values(argument) for argument in call.arguments]

    def once() -> Any:
        return call_udf("crm_xl.excel.udfs", call.name, arguments)

    try:
        result = once()
    except Exception as error:
        return repr(error)
    if not times:
        return result
    seconds = []
    for _ in range(times):
        gc.collect()
        started = time.perf_counter()
        once()
        seconds.append(time.perf_counter() - started)
    return seconds


def windows_call_udf() -> Any:
    """xlwings' call_udf, ready to be called; this process is fit for nothing else afterwards."""
    stub_windows()
    import xlwings as xw
    from xlwings import _xlwindows, udfs

    xw.engines.add(xw.Engine(impl=_xlwindows.engine))
    # Off Windows these decorators do nothing, so they are put in place before the functions are imported.
    xw.func, xw.arg, xw.ret, xw.script = udfs.xlfunc, udfs.xlarg, udfs.xlret, udfs.xlsub
    return udfs.call_udf


def main() -> None:
    """Answer the calls on the input."""
    calls, times = pickle.load(sys.stdin.buffer)
    with contextlib.redirect_stdout(sys.stderr):
        call_udf = windows_call_udf()
        answers = [answer(call_udf, call, times) for call in calls]
    pickle.dump(answers, sys.stdout.buffer)


if __name__ == "__main__":
    main()
