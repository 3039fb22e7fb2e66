"""The functions as Excel meets them: what xlwings exports, and what its own call_udf hands over and back."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import xlwings as xw

from crm_xl.answering import answered
from crm_xl.builder.wrappers import generate_wrappers
from crm_xl.errors import CrmError
from crm_xl.excel import udfs
from crm_xl.functions import COMPUTED
from crm_xl.functions.errors import NUM, ErrorValue
from tests.functions.dirty import CASES
from tests.functions.variants import close, variants
from tests.support.call_udf import MISSING, Call, Range, call_udfs

REPOSITORY = Path(__file__).resolve().parents[2]


def as_typed(name: str, arguments: list[Any]) -> Call:
    """The call with its arguments as ranges where they are blocks, and what is left out as Excel tells it."""
    declared = next(own for own in COMPUTED if own.name == name)
    given = [Range(value) if isinstance(value, list) and value and value[0] else value for value in arguments]
    return Call(name, given + [MISSING] * (len(declared.arguments) - len(given)))


def sendable(value: Any) -> bool:
    """Whether a sheet can hold it: every range has a cell, and only one that is typed in can be left out."""
    return not (isinstance(value, list) and (not value or not value[0]))


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[tuple[Any, Any, str]]]]:
    """Every example, every dirty case and every variant, all answered by one process."""
    wanted: list[tuple[str, list[Any], Any, str]] = [
        (own.name, list(own.example.arguments), own.example.result, "example") for own in COMPUTED
    ]
    wanted += [(name, arguments, expected, "dirty") for name, arguments, expected in CASES]
    wanted += [(name, arguments, expected, what) for name, what, arguments, expected in variants()]
    wanted = [one for one in wanted if all(map(sendable, one[1]))]
    found = call_udfs(
        [as_typed(name, arguments) for name, arguments, _, _ in wanted],
        folder=tmp_path_factory.mktemp("state"),
    )
    by_name: dict[str, list[tuple[Any, Any, str]]] = {}
    for (name, arguments, expected, what), answer in zip(wanted, found, strict=True):
        by_name.setdefault(name, []).append((answer, expected, f"{what}: {arguments}"))
    yield by_name


@pytest.mark.parametrize("name", [own.name for own in COMPUTED])
def test_call_udf_gives_the_declared_and_the_exact_answers(
    answers: dict[str, list[tuple[Any, Any, str]]], name: str
) -> None:
    assert len(answers[name]) > 10
    for answer, expected, what in answers[name]:
        if isinstance(answer, list) and isinstance(expected, str):
            assert {cell for row in answer for cell in row} == {expected}, what
        else:
            assert close(answer, expected), (what, answer)


def test_answers_hold_only_what_com_can_carry(answers: dict[str, list[tuple[Any, Any, str]]]) -> None:
    for found in answers.values():
        for answer, _, what in found:
            rows = answer if isinstance(answer, list) else [[answer]]
            assert {type(cell) for row in rows for cell in row} <= {str, float}, what
            assert len({len(row) for row in rows}) == 1, what


@pytest.fixture(scope="module")
def exported() -> Iterator[ModuleType]:
    """The module as Excel's server imports it: off Windows xlwings' decorators do nothing, so put in place."""
    names = ("pythoncom", "pywintypes", "win32com", "win32com.client")
    before = {name: sys.modules.get(name) for name in (*names, "xlwings.udfs")}
    decorators = {name: getattr(xw, name) for name in ("func", "arg", "ret", "script")}
    for name in names:
        sys.modules[name] = ModuleType(name)
    sys.modules["pythoncom"].CoInitialize = None  # type: ignore[attr-defined]
    sys.modules["pywintypes"].com_error = OSError  # type: ignore[attr-defined]
    sys.modules["win32com.client"].Dispatch = None  # type: ignore[attr-defined]
    from xlwings import udfs as real

    for name, stand_in in {
        "func": real.xlfunc,
        "arg": real.xlarg,
        "ret": real.xlret,
        "script": real.xlsub,
    }.items():
        setattr(xw, name, stand_in)
    yield importlib.reload(udfs)
    for name, decorator in decorators.items():
        setattr(xw, name, decorator)
    for name, module in before.items():
        if module is None:
            sys.modules.pop(name, None)
        else:
            sys.modules[name] = module
    importlib.reload(udfs)


def faults(xlfunc: dict[str, Any]) -> list[str]:
    """What of an exported function breaks the rules for Excel, in words."""
    found = []
    if xlfunc["volatile"] or xlfunc["sub"] or not xlfunc["call_in_wizard"] or xlfunc["async_mode"]:
        found.append("volatile, a macro, shut out of the wizard, or asynchronous")
    if "expand" in xlfunc["ret"]["options"]:
        found.append("expand")
    if len(xlfunc["ret"]["doc"]) > 255:
        found.append("help too long")
    for argument in xlfunc["args"]:
        name, options = argument["name"], argument["options"]
        if name == "caller" or argument["vba"]:
            found.append(f"{name} asks for the caller")
        if argument["vararg"]:
            found.append(f"{name} takes any number of arguments")
        if options != {"convert": "raw"}:
            found.append(f"{name} has options {options}")
        if not 0 < len(argument["doc"]) <= 255 or argument["doc"].startswith("Positional"):
            found.append(f"{name} has no help")
    return found


def test_every_exported_function_keeps_the_rules(exported: ModuleType) -> None:
    found = {
        name: faults(value.__xlfunc__)
        for name, value in vars(exported).items()
        if hasattr(value, "__xlfunc__")
    }
    assert found == {own.name: [] for own in COMPUTED}


def test_a_broken_rule_is_found(exported: ModuleType) -> None:
    from xlwings import udfs as real

    def wrong(x: Any, caller: Any = None) -> None:
        """Help."""

    wrong.__annotations__ = {}
    real.xlret(expand="table")(wrong)
    real.xlfunc(volatile=True, call_in_wizard=False)(wrong)
    found = faults(wrong.__xlfunc__)  # type: ignore[attr-defined]
    assert [fault.split(" ")[0] for fault in found] == [
        "volatile,",
        "expand",
        "x",
        "x",
        "caller",
        "caller",
        "caller",
    ]


def test_names_arguments_help_and_category_are_those_of_the_declaration(exported: ModuleType) -> None:
    for own in COMPUTED:
        xlfunc = getattr(exported, own.name).__xlfunc__
        assert (xlfunc["name"], xlfunc["category"], xlfunc["ret"]["doc"]) == (
            own.name,
            own.category,
            own.help,
        )
        assert [(a["name"], a["doc"], "optional" in a) for a in xlfunc["args"]] == [
            (a.name, a.help, a.optional) for a in own.arguments
        ]


def test_the_generator_writes_one_wrapper_each() -> None:
    text = generate_wrappers("crm_xl.excel.udfs")
    heads = [line for line in text.splitlines() if line.startswith("Function ")]
    assert heads == [
        f"Function {own.name}({', '.join(('Optional ' if a.optional else '') + a.name for a in own.arguments)})"
        for own in sorted(COMPUTED, key=lambda own: own.name)
    ]
    assert text.isascii()


def failing(error: Exception) -> Any:
    def call(*arguments: Any) -> Any:
        raise error

    return SimpleNamespace(call=call)


def test_a_fault_of_the_input_becomes_an_error_with_its_reason() -> None:
    assert (
        answered(failing(CrmError("缺少列。", where="A1", hint="请补上。")), ())
        == "#VALUE!|A1：缺少列。请补上。"
    )
    assert answered(failing(ErrorValue(NUM, "太大。")), ()) == "#NUM!|太大。"
    assert answered(failing(ErrorValue("#N/A")), ()) == "#N/A"


def test_a_fault_of_ours_is_logged_without_values_and_shows_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm_xl.log.user_log_path", lambda *a, **k: tmp_path)
    answer = answered(failing(KeyError("张三 13800001234")), ())
    assert answer.startswith("#VALUE!|程序内部出错")
    log = (tmp_path / "crm_xl.log").read_text(encoding="utf-8")
    assert "KeyError" in log
    assert "张三" not in log + answer


def test_a_log_that_cannot_be_written_shows_no_traceback_either(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: Any, **more: Any) -> Path:
        raise OSError("disk full")

    monkeypatch.setattr("crm_xl.log.user_log_path", full)
    assert answered(failing(KeyError("x")), ()) == "#VALUE!|程序内部出错，且日志无法写入。"


def test_importing_the_functions_imports_no_analysis() -> None:
    code = (
        "import sys, crm_xl.functions; before = set(sys.modules);"
        "assert not {'pandas', 'numpy'} & before, 'declarations import numpy';"
        "import xlwings; theirs = set(sys.modules); import crm_xl.excel.udfs;"
        "print(sorted(name for name in set(sys.modules) - theirs))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=REPOSITORY, check=True, timeout=60
    )
    assert done.stdout.strip() == (
        "['crm_xl.answering', 'crm_xl.excel', 'crm_xl.excel.cells', 'crm_xl.excel.udfs', 'crm_xl.functions.errors']"
    )


def test_importing_the_functions_takes_a_fraction_of_importing_xlwings() -> None:
    code = (
        "import time; start = time.perf_counter(); import xlwings; middle = time.perf_counter();"
        "import crm_xl.excel.udfs; print(middle - start, time.perf_counter() - middle)"
    )
    seconds = []
    for _ in range(3):  # the best of three: a busy machine only ever adds
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            cwd=REPOSITORY,
            check=True,
            timeout=60,
        )
        theirs, ours = map(float, done.stdout.split())
        assert ours < theirs
        seconds.append(ours)
    assert min(seconds) <= 0.05
