"""The log file of unexpected errors: where in the program, never what was in the data."""

from __future__ import annotations

import traceback
from datetime import datetime
from pathlib import Path

from platformdirs import user_log_path


def log_file() -> Path:
    """The file that unexpected errors are appended to; its folder is there, the file perhaps not yet."""
    return user_log_path("crm_xl", appauthor=False, ensure_exists=True) / "crm_xl.log"


def log_unexpected(error: BaseException) -> Path:
    """The file to which the error's type and places were appended.

    Messages of errors may quote cells, so only types, files, lines and function names are kept.
    """
    file = log_file()
    lines = [f"{datetime.now():%Y-%m-%d %H:%M:%S} {type(error).__name__}"]
    lines += [
        f"    {frame.filename}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    with file.open("a", encoding="utf-8") as log:
        log.write("\n".join(lines) + "\n")
    return file
