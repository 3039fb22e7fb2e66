"""Why formulas failed: a log of reasons, which a cell of LibreOffice cannot carry.

Excel keeps reasons by cell. LibreOffice does not tell a function which cell asked, so each reason is written once
and found again by the function and its arguments. Reasons are as they would be shown: personal data masked.
"""

from __future__ import annotations

from pathlib import Path

from crm_xl.log import log_file

_MOST_LINES = 5000
# (function, reason) -> line, of this run of LibreOffice: recalculating writes nothing twice.
_lines: dict[tuple[str, str], int] = {}


def reasons_file() -> Path:
    """The log, beside that of unexpected errors."""
    return log_file().with_name("formulas.log")


def keep(function: str, reason: str) -> int:
    """The line of the log that tells the reason; 0 where the log cannot be written.

    Args:
        function: name of the function that failed.
        reason: one sentence.
    """
    key = (function, reason)
    if key not in _lines:
        if len(_lines) >= _MOST_LINES:
            _lines.clear()
        try:
            _lines[key] = _append(f"{function}：{' '.join(reason.split())}")
        except OSError:  # a full disk must not spoil the answer
            return 0
    return _lines[key]


def _append(line: str) -> int:
    """The number of the line written; the first reason of a run starts the log anew."""
    with reasons_file().open("a" if _lines else "w", encoding="utf-8") as log:
        log.write(line + "\n")
    return len(_lines) + 1
