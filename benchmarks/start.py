"""What a person waits for before anything happens: the command line's help, the functions' import, the demo."""

from __future__ import annotations

import subprocess
import sys
import tempfile

from benchmarks.harness import Case, Measured, Pair

_COMMAND_LINE = "import sys; from crm_xl.cli import main; sys.argv[0] = 'crm-xl'; main()"
_IMPORTS = """
import time
import xlwings
started = time.perf_counter()
import crm_xl.excel.udfs
print(time.perf_counter() - started)
"""


def _run(program: str, *arguments: str) -> str:
    """What a Python of its own prints.

    Raises:
        CalledProcessError: it failed.
    """
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8").stdout


def _help() -> Pair:
    return Pair(ours=lambda: _run(_COMMAND_LINE, "--help"), baseline=lambda: _run("pass"))


def _functions() -> Pair:
    def imported() -> Measured:
        return Measured(_run(_IMPORTS).strip())

    return Pair(ours=imported, baseline=lambda: _run("import xlwings"))


def _demo() -> Pair:
    def in_folder_of_its_own() -> None:
        with tempfile.TemporaryDirectory() as folder:
            _run(_COMMAND_LINE, "demo", "--out", folder)

    return Pair(
        ours=in_folder_of_its_own,
        baseline=lambda: _run("import pandas, lxml.etree, python_calamine"),
        note="400 customers of the shipped workbook",
    )


HELP = Case(ours="crm-xl --help", baseline="a bare Python", prepare=_help, most_seconds=0.3)
UDFS = Case(
    ours="import crm_xl.excel.udfs after xlwings",
    baseline="import xlwings",
    prepare=_functions,
    most_seconds=0.05,
)
DEMO = Case(ours="crm-xl demo", baseline="import pandas, lxml, calamine", prepare=_demo, most_seconds=10)
