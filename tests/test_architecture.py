"""Imports point one way. The table below is the house; a wrong arrow in any file fails the test.

Source of the arrows: docs/decisions.md #3.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "crm_xl"

# Room -> the rooms right below it. A room may import itself, these, and everything below them.
# A room is a file or a folder under crm_xl; "api" is crm_xl/__init__.py.
BELOW = {
    "widths": "",
    "masks": "widths",
    "extras": "",
    "errors": "masks extras",
    "palette": "",
    "log": "",
    "locks": "",
    "scratch": "locks",
    "soffice": "errors",
    "installing": "errors",
    "assets": "errors",
    "schema": "errors",
    "raw": "schema",
    "spellings": "schema",
    "values": "spellings",
    "totals": "raw spellings",
    "tables": "schema",
    "settings": "tables values raw",
    "analysis": "settings totals",
    "package": "raw tables",
    "sources": "settings package totals",
    "books": "settings package scratch",
    "warehouse": "sources analysis",
    "refreshing": "warehouse books sources analysis",
    "masking": "books analysis",
    "splitting": "masking refreshing",
    "importing": "books sources analysis",
    "adopting": "refreshing importing",
    "upgrading": "refreshing masking assets",
    "report": "refreshing palette soffice",
    "doctor": "installing report books assets log",
    "functions": "analysis",
    "answering": "functions log",
    "commands": "adopting report masking log doctor",
    "builder": "palette functions commands assets",
    "api": "refreshing report masking splitting",
    "excel": "answering commands api assets log",
    "libreoffice": "excel soffice",
    "cli_import": "importing log",
    "cli_progress": "books analysis",
    "cli_computer": "doctor installing",
    "cli_show": "books analysis",
    "cli": "cli_import cli_show builder excel libreoffice api assets log upgrading cli_computer cli_progress",
    "__main__": "cli",
}

# Packages that belong behind one door.
XLWINGS_DOORS = ("books/live", "excel/", "libreoffice/", "builder/wrappers.py")
# Analysis and functions compute; they touch no file and no workbook.
PURE_ROOMS = ("analysis", "functions")
OUTSIDE = frozenset(
    "openpyxl python_calamine fastexcel xlsxwriter lxml docx xlwings win32com pythoncom pathlib os io shutil"
    " zipfile tempfile glob csv sqlite3 duckdb ibis subprocess socket urllib".split()
)
FILE_CALLS = frozenset({"open", "read_csv", "read_excel", "read_parquet", "to_csv", "to_excel", "to_parquet"})


@dataclass(frozen=True)
class Import:
    """One import statement: where it stands and what it names, "crm_xl.books.live"."""

    file: str
    line: int
    module: str

    def __str__(self) -> str:
        return f"crm_xl/{self.file}:{self.line} imports {self.module}"


def reachable(room: str) -> set[str]:
    """Every room that may be imported from this one, itself included."""
    found = {room}
    for below in BELOW[room].split():
        found |= reachable(below)
    return found


def room_of(relative: str) -> str:
    """The room a file or a dotted name under crm_xl belongs to."""
    first = relative.replace(".py", "").replace("/", ".").split(".")[0]
    return "api" if first in ("", "__init__") else first


def modules_named(node: ast.AST, file: str) -> list[str]:
    """Absolute dotted names a statement imports; empty for any other node."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            folder = ["crm_xl", *file.split("/")[:-1]]
            parents = folder[: len(folder) - (node.level - 1)]
            base = ".".join([*parents, *([node.module] if node.module else [])])
        # `from crm_xl import books` names a room, `from crm_xl import CrmError` the public face.
        if base == "crm_xl":
            rooms = [alias.name for alias in node.names if alias.name in BELOW]
            return [f"crm_xl.{name}" for name in rooms] + ["crm_xl"] * (len(rooms) < len(node.names))
        return [base, *(f"{base}.{alias.name}" for alias in node.names)]
    if isinstance(node, ast.Call) and node.args:  # import_module("crm_xl.books")
        function = node.func
        called = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        first = node.args[0]
        if called in ("import_module", "__import__") and isinstance(first, ast.Constant):
            return [str(first.value)]
    return []


def parsed(path: Path) -> ast.Module:
    """The file's syntax tree; a fault in it names the file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports(package: Path) -> Iterator[Import]:
    """Every import of every file, also those inside functions and under TYPE_CHECKING."""
    for path in sorted(package.rglob("*.py")):
        file = path.relative_to(package).as_posix()
        for node in ast.walk(parsed(path)):
            for module in modules_named(node, file):
                yield Import(file, getattr(node, "lineno", 0), module)


def wrong_arrows(package: Path) -> list[str]:
    """What is wrong with the package's imports, one sentence each."""
    faults = set()
    for path in package.rglob("*.py"):
        room = room_of(path.relative_to(package).as_posix())
        if room not in BELOW:
            faults.add(f"crm_xl/{room} is a room the table does not know")
    for found in imports(package):
        room, top = room_of(found.file), found.module.split(".")[0]
        if room not in BELOW:
            continue
        if top == "crm_xl":
            target = room_of(found.module.removeprefix("crm_xl").removeprefix("."))
            if target not in reachable(room):
                faults.add(f"{found}: {room} stands below {target} or beside it")
        elif top == "xlwings":
            if not found.file.startswith(XLWINGS_DOORS):
                faults.add(f"{found}: xlwings belongs behind {', '.join(XLWINGS_DOORS)}")
            if found.module.startswith("xlwings.pro"):
                faults.add(f"{found}: xlwings.pro needs a paid licence")
        if room in PURE_ROOMS and top in OUTSIDE:
            faults.add(f"{found}: {room} is pure, {top} is not")
    return sorted(faults | file_calls(package))


def file_calls(package: Path) -> set[str]:
    """Calls in the pure rooms that open, read or write a file."""
    faults = set()
    for room in PURE_ROOMS:
        for path in (package / room).rglob("*.py"):
            for node in ast.walk(parsed(path)):
                if not isinstance(node, ast.Call):
                    continue
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name in FILE_CALLS:
                    place = path.relative_to(package).as_posix()
                    faults.add(f"crm_xl/{place}:{node.lineno} calls {name}: {room} is pure")
    return faults


def test_imports_point_one_way() -> None:
    assert wrong_arrows(PACKAGE) == []


def test_the_table_has_no_circle() -> None:
    for room in BELOW:
        reachable(room)  # a circle would not end
        assert all(room not in reachable(below) for below in BELOW[room].split())


@pytest.mark.parametrize(
    ("file", "source", "complaint"),
    [
        ("schema.py", "from crm_xl.tables import inputs", "schema stands below tables"),
        ("analysis/rfm.py", "from crm_xl import books", "analysis stands below books"),
        ("analysis/rfm.py", "def f():\n    import crm_xl.sources.mapping", "below sources or beside"),
        ("package/parts.py", "from crm_xl.books.protocol import Place", "package stands below books"),
        (
            "sources/files.py",
            "from crm_xl.books.file import FileBook",
            "sources stands below books or beside",
        ),
        ("books/file.py", "from ..analysis import pipeline", "books stands below analysis or beside"),
        ("books/file.py", "from crm_xl import analyze", "books stands below api"),
        ("analysis/rfm.py", "import importlib\nimportlib.import_module('crm_xl.cli')", "below cli"),
        ("functions/score.py", "import xlwings as xw", "xlwings belongs behind"),
        ("builder/sheets.py", "from xlwings import Book", "xlwings belongs behind"),
        ("excel/udfs.py", "from xlwings import pro", "paid licence"),
        ("analysis/clean.py", "from pathlib import Path", "pathlib is not"),
        ("functions/score.py", "import openpyxl.utils", "openpyxl is not"),
        ("analysis/clean.py", "def f(frame):\n    frame.to_csv('x')", "calls to_csv"),
        ("utils.py", "", "a room the table does not know"),
    ],
)
def test_a_wrong_arrow_is_found(tmp_path: Path, file: str, source: str, complaint: str) -> None:
    target = tmp_path / file
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(source, encoding="utf-8")
    assert any(complaint in fault for fault in wrong_arrows(tmp_path))


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("analysis/pipeline.py", "from crm_xl.settings import Scorecard\nfrom crm_xl.errors import CrmError"),
        ("refreshing.py", "from crm_xl import analysis, books\nfrom . import errors"),
        ("books/live.py", "import xlwings as xw\nfrom .protocol import Block"),
        ("builder/wrappers.py", "from xlwings import udfs\nfrom crm_xl.functions import DECLARED"),
        ("cli.py", "def main():\n    from crm_xl.builder import build\n    from crm_xl import analyze"),
        ("books/file.py", "from pathlib import Path\nimport lxml.etree"),
    ],
)
def test_a_right_arrow_is_let_through(tmp_path: Path, file: str, source: str) -> None:
    target = tmp_path / file
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(source, encoding="utf-8")
    assert wrong_arrows(tmp_path) == []
