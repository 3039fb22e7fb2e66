"""Workbooks opened, pressed and read through the engine, in the session's LibreOffice."""

from __future__ import annotations

import json
import math
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from crm_xl.books.file import FileBook
from tests.libreoffice.conftest import importable
from tests.support.office import SCRIPTS, Office

SECONDS = 300


@dataclass(kw_only=True)
class Desk:
    """A LibreOffice and a folder for what is done in it.

    Attributes:
        office: the LibreOffice.
        folder: for workbooks, plans and answers.
    """

    office: Office
    folder: Path
    made: int = field(default=0)

    def copy(self, workbook: Path) -> Path:
        """A copy of a workbook that may be changed."""
        self.made += 1
        return Path(shutil.copy(workbook, self.folder / f"book{self.made}{workbook.suffix}"))

    def press(
        self,
        workbook: Path,
        commands: Iterable[str],
        *,
        cells: Iterable[tuple[str, str, Any]] = (),
        follow: Iterable[tuple[str, str]] = (),
        files: Iterable[Path] = (),
        save: Path | None = None,
    ) -> dict[str, Any]:
        """What pressing the buttons of an open workbook came to: see support/uno/press.py."""
        plan, answer = self.folder / "plan.json", self.folder / "answer.json"
        order = {
            "press": list(commands),
            "set": list(cells),
            "follow": list(follow),
            "files": [str(file) for file in files],
            "save": None if save is None else str(save),
        }
        plan.write_text(json.dumps(order, ensure_ascii=False), encoding="utf-8")
        self.office.run(SCRIPTS / "press.py", workbook, plan, answer, seconds=SECONDS)
        told: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
        return told

    def run(self, script: str, *arguments: str | Path) -> dict[str, Any]:
        """What a script of support/uno prints, as JSON."""
        told: dict[str, Any] = json.loads(self.office.run(SCRIPTS / script, *arguments, seconds=SECONDS))
        return told


@pytest.fixture(scope="module")
def desk(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("desk")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME"):
            patch.setenv(name, str(folder))  # logs, and what an undo goes back to
        patch.setenv("CRM_XL_PATHS", os.pathsep.join(map(str, importable(folder / "packages"))))
        yield Desk(office=office, folder=folder)


def body_of_file(workbook: Path) -> dict[str, list[list[Any]]]:
    """The rows of every table of a workbook file, headings first."""
    book = FileBook(workbook, read_only=True)
    return {
        name: [list(table.headings), *(list(row) for row in zip(*table.columns, strict=True))]
        for name, table in book.read(book.tables()).items()
    }


def differences(pressed: dict[str, Any], file: dict[str, list[list[Any]]]) -> list[str]:
    """Where what stands in LibreOffice is not what stands in the file, table by table, cell by cell."""
    found = [f"{name}: in one only" for name in sorted(set(pressed["tables"]) ^ set(file))]
    for name, rows in file.items():
        if name not in pressed["tables"]:
            continue
        got = pressed["tables"][name]["rows"]
        while len(got) > len(rows) and all(cell is None for cell in got[-1]):
            got = got[:-1]  # an empty table still has one row
        if len(got) != len(rows):
            found.append(f"{name}: {len(got)} rows, not {len(rows)}")
        for number, (ours, theirs) in enumerate(zip(got, rows, strict=False)):
            for column, (one, other) in enumerate(zip(ours, theirs, strict=True)):
                if not same(one, other):
                    found.append(f"{name} row {number} column {column}: {one!r}, not {other!r}")
    return found


def same(one: Any, other: Any) -> bool:
    """Whether a cell as JSON is the cell of a file: numbers to twelve digits, moments exactly."""
    if isinstance(other, datetime | date):
        moment = other if isinstance(other, datetime) else datetime(other.year, other.month, other.day)
        return bool(one == moment.isoformat())
    if other is None or other != other:
        return one is None
    if isinstance(one, int | float) and isinstance(other, int | float):
        return isinstance(one, bool) == isinstance(other, bool) and math.isclose(
            one, other, rel_tol=1e-12, abs_tol=1e-12
        )
    return bool(one == other)
