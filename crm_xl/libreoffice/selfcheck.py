"""The selfcheck in a LibreOffice of its own: own user folder, the add-in installed there, a copy of the workbook."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from crm_xl.excel.selfcheck_finding import Finding, Part
from crm_xl.libreoffice import environment
from crm_xl.libreoffice.install import install
from crm_xl.libreoffice.plain_copy import plain_copy
from crm_xl.libreoffice.running import run_script
from crm_xl.soffice import installed

_EXAMINE = Path(__file__).with_name("component") / "examine.py"
_SECONDS = 3600  # presses every button; half a minute on a computer that does nothing else


def examine_workbook(workbook: Path, *, paths: Sequence[Path] | None = None) -> tuple[list[Finding], str]:
    """What was found, and the application with its version. The workbook stays as it is.

    Args:
        workbook: a file.
        paths: folders with crm_xl and its packages for LibreOffice's Python; provided for without them.

    Raises:
        CrmError: LibreOffice is missing or unsuitable, or the workbook cannot be opened.
    """
    office = installed()
    if paths is None:
        paths = environment.provide(office.python_version, environment.home(office.python_version))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        home = Path(name)
        profile, folder, answer = home / "profile", home / "files", home / "answer.json"
        for each in (profile, folder):
            each.mkdir()
        install(profile=profile, paths=paths)
        # Its Excel functions would stand in the way of the add-in's.
        copy = plain_copy(workbook, home / "selfcheck.xlsx")
        order = {
            "paths": [str(path) for path in paths],
            "workbook": str(copy),
            "folder": str(folder),
            "answer": str(answer),
        }
        run_script(office, profile, _EXAMINE, order, refusal="自检没有完成", seconds=_SECONDS)
        found = json.loads(answer.read_text(encoding="utf-8"))
    findings = [Finding(**{**each, "part": Part(each["part"])}) for each in found["findings"]]
    return findings, found["application"]
