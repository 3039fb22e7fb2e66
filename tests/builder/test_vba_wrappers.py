from __future__ import annotations

import re
import subprocess
import sys

import pytest

from crm_xl.builder.vba_modules import own_modules, workbook_modules
from crm_xl.builder.vba_project import build_project
from crm_xl.builder.vba_texts import texts_module
from crm_xl.builder.wrappers import generate_wrappers, with_errors
from tests.support import olevba_reader
from tests.support.vba_checker import check
from tests.support.vba_samples import workbook_with

SAMPLE = "tests.support.sample_udfs"
EXPECTED = """\
Function SAMPLE_ADD(x, Optional y)
    If TypeOf Application.Caller Is Range Then On Error GoTo failed
    SAMPLE_ADD = FixErr(XLPy.CallUDF("tests.support.sample_udfs", "SAMPLE_ADD", Array(x, y), \
ThisWorkbook, Application.Caller), Application.Caller)
    Exit Function
failed:
    SAMPLE_ADD = CallFailed(Err.Description, Application.Caller)
End Function
"""


@pytest.fixture(scope="module")
def wrappers() -> str:
    return generate_wrappers(SAMPLE)


def test_a_wrapper_passes_results_and_failures_through_our_vba(wrappers: str) -> None:
    assert EXPECTED in wrappers


def test_each_exported_function_has_its_wrapper_and_nothing_else(wrappers: str) -> None:
    heads = [line for line in wrappers.splitlines() if line.startswith("Function ")]
    assert heads == [
        "Function SAMPLE_ADD(x, Optional y)",
        "Function SAMPLE_NOW()",
        "Function SAMPLE_TOTAL(ParamArray numbers())",
    ]
    assert wrappers.startswith('Attribute VB_Name = "xlwings_udfs"\n')
    assert "#If" not in wrappers


def test_what_stands_in_for_pywin32_stays_in_its_own_process() -> None:
    # In a process of its own too: whoever collects doctests has imported the sample already.
    code = (
        "import sys; from crm_xl.builder.wrappers import generate_wrappers\n"
        f"assert generate_wrappers({SAMPLE!r})\n"
        f"print({{'pythoncom', 'pywintypes', 'win32com', {SAMPLE!r}}} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_module_that_is_not_there_fails_the_build() -> None:
    with pytest.raises(ValueError, match=r"(?s)no wrappers of tests.nowhere.*No module named"):
        generate_wrappers("tests.nowhere")


GENERATED = """\
Function ONE()
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Range Then On Error GoTo failed
        ONE = XLPy.CallUDF("m", "ONE", Array(), ThisWorkbook, Application.Caller)
        Exit Function
    #Else
        ONE = XLPy.CallUDF("m", "ONE", Array())
        Exit Function
    #End If
failed:
    ONE = Err.Description
End Function
"""


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("Function ONE", "Sub ONE", "are macros"),
        ("#If App", "#If Office", "0 of them for Excel"),
        ("XLPy.CallUDF(", "XLPy.CallFunction(", "understood were"),
        ("Err.Description", "Err.Number", "understood were"),
    ],
)
def test_another_text_of_xlwings_fails_the_build(old: str, new: str, problem: str) -> None:
    assert "CallFailed" in with_errors(GENERATED)
    with pytest.raises(ValueError, match=problem):
        with_errors(GENERATED.replace(old, new))


def test_texts_are_written_by_number_and_in_short_lines() -> None:
    source = texts_module({"greeting": "客户" * 40})
    assert source.isascii()
    assert max(map(len, source.splitlines())) < 200
    assert source.count(f"ChrW({ord('客')})") == 40


def test_the_modules_of_the_workbook_make_a_sound_project(wrappers: str) -> None:
    sheets = ["shtStart", "shtOrders"]
    modules = workbook_modules(sheets, wrappers=wrappers)
    project = build_project(modules)
    package = workbook_with(project, sheets)
    assert check(project, package) == []
    assert olevba_reader.sources(package) == {
        module.name: "".join(line + "\r\n" for line in module.source.splitlines()) for module in modules
    }
    assert [module.name for module in modules] == [
        "ThisWorkbook",
        *sheets,
        "xlwings",
        "Dictionary",
        "CrmErrors",
        "CrmFunctions",
        "CrmOpen",
        "RibbonCRM",
        "CrmTexts",
        "xlwings_udfs",
    ]


def test_a_workbook_without_functions_has_no_wrappers() -> None:
    assert "xlwings_udfs" not in [module.name for module in workbook_modules(["Sheet1"])]


def test_of_our_own_functions_only_crm_why_is_offered_in_cells() -> None:
    offered = [
        name
        for module in own_modules()
        if "Option Private Module" not in module.source
        for name in re.findall(r"^(?:Public )?Function (\w+)", module.source, re.MULTILINE)
    ]
    assert offered == ["CRM_WHY"]
