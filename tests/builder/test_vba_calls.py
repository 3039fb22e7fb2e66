"""The macros of the shipped workbook call nothing but what is declared here; what could do harm has one place each.

Read from the built file by an independent reader, not from our sources.
"""

from __future__ import annotations

import re

import pytest

from crm_xl.builder.specs import WORKBOOK
from crm_xl.builder.vba_modules import standalone_modules
from crm_xl.builder.vba_texts import TEXTS
from crm_xl.commands import COMMANDS
from crm_xl.functions import FUNCTIONS
from tests.builder.shipped import committed
from tests.support import olevba_reader, vba_names

LANGUAGE = frozenset(
    """
    and as boolean byref byval call case collection const date dim else end error exit explicit false for function
    goto if is like long module new next not nothing object on option optional or preserve private public redim
    resume select set string sub then to true tuple typeof variant
    """.split()
)
# Functions of VBA that look at a value, and constants.
VALUES = frozenset(
    """
    array chrw cstr cverr instr isarray iserror isobject lbound left len mid now replace str timeserial ubound ucase
    vartype vbcrlf vbexclamation vbstring
    """.split()
)
# What is asked of Excel: its own objects, this workbook, and a timer and help texts for our own macros.
EXCEL = frozenset(
    """
    activesheet add address alternativetext application argumentdescriptions calculatefull caller category cells
    count description entirerow err external hidden invalidate iribboncontrol iribbonui item macro macrooptions
    name names offset ontime operatingsystem range ready refersto referstorange remove saved shapes statusbar
    thisworkbook usedrange value worksheets
    """.split()
)
# Chosen by the user's eye alone: a message.
MESSAGES = frozenset({"createobject", "msgbox", "popup"})
# Into Python, by xlwings.
XLWINGS = frozenset({"calludf", "runpython", "xlpy"})
ALLOWED = LANGUAGE | VALUES | EXCEL | MESSAGES | XLWINGS
# None of these is ours to call; each starts, writes, sends, hides or fetches something.
HARMFUL = frozenset(
    """
    appactivate callbyname chdir copyfromrecordset createtextfile ddeexecute ddeinitiate declare deletefile environ
    evaluate executeexcel4macro export filecopy filesystemobject followhyperlink getobject import kill lib
    linksources mailitem mkdir open put querytables regwrite rmdir run saveas sendkeys sendmail setattr shell
    shellexecute system urldownloadtofile vbcomponents vbproject workbooks write xmlhttp
    """.split()
)


@pytest.fixture(scope="module")
def sources() -> dict[str, str]:
    found = olevba_reader.sources(committed(WORKBOOK).read_bytes())
    return {name: text.replace("\r\n", "\n") for name, text in found.items()}


@pytest.fixture(scope="module")
def ours(sources: dict[str, str]) -> dict[str, str]:
    others = {module.name for module in standalone_modules()}
    return {name: text for name, text in sources.items() if name not in others}


def undeclared(modules: dict[str, str]) -> dict[str, set[str]]:
    """Module -> names in it that neither the modules themselves nor the lists above declare."""
    own = set[str]().union(*map(vba_names.procedures, modules.values()))
    found = {
        name: vba_names.used(text) - vba_names.declared(text) - own - ALLOWED
        for name, text in modules.items()
    }
    return {name: names for name, names in found.items() if names}


def test_our_modules_call_only_what_is_declared(ours: dict[str, str]) -> None:
    assert undeclared(ours) == {}
    assert not ALLOWED & HARMFUL
    # A list that allows what nobody uses would let it in unseen.
    assert set[str]().union(*map(vba_names.used, ours.values())) >= ALLOWED - {"like"}


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('    Shell "cmd.exe"', "shell"),
        ('    VBA.Interaction.Shell "x"', "shell"),
        ("    Application.Run text", "run"),
        ("    x = Environ(1)", "environ"),
        ("    Open text For Output As #1", "open"),
        ('    ThisWorkbook.VBProject.VBComponents.Import "x.bas"', "vbproject"),
        ("    Application.ExecuteExcel4Macro text", "executeexcel4macro"),
        ("    [A1] = 1", "a1"),
    ],
)
def test_a_call_that_nobody_declared_is_found(ours: dict[str, str], line: str, name: str) -> None:
    spoiled = ours["RibbonCRM"].replace("    IsReady = True\n", f"    IsReady = True\n{line}\n")
    assert spoiled != ours["RibbonCRM"]
    assert name in undeclared({**ours, "RibbonCRM": spoiled})["RibbonCRM"]


def test_a_library_function_cannot_be_declared(ours: dict[str, str]) -> None:
    spoiled = 'Private Declare PtrSafe Function WinExec Lib "kernel32" (ByVal c As String) As Long\n'
    assert {"declare", "lib"} <= undeclared({**ours, "CrmOpen": spoiled + ours["CrmOpen"]})["CrmOpen"]


def test_the_one_object_that_is_made_shows_a_message(ours: dict[str, str]) -> None:
    whole = "\n".join(ours.values())
    made = re.findall(r"CreateObject\(.*?\)\.\w+", whole)
    assert made == ['CreateObject("WScript.Shell").Popup']
    assert whole.count("CreateObject") == 1
    assert vba_names.code(whole).casefold().count("popup") == 1


def test_texts_name_nothing_but_our_own_python_names_and_marks(ours: dict[str, str]) -> None:
    found = {text for source in ours.values() for text in vba_names.texts(source)}
    python = {text for text in found if "crm_xl" in text or "import" in text}
    assert python == {
        "import crm_xl.excel.ribbon as r; r.press('",
        "crm_xl.excel.ribbon",
        "crm_xl.excel.udfs",
    }
    functions = {function.name for function in FUNCTIONS}
    errors = {text for text in found if re.fullmatch(r"#[A-Z/0!?_]*", text)}
    names = {text for text in found if re.fullmatch(r"(CRM|CrmOpen\.CRM)_\w*|_READY|_help", text)}
    marks = {"", "'", "'!", "''", "')", "|", "Mac", "WScript.Shell", "=FALSE", "btn_", "*[!a-z_]*", "warm_up"}
    assert found - python - functions - set(TEXTS) - errors - names - marks == set()


def test_what_a_button_may_hand_to_python_is_a_name() -> None:
    assert [command.id for command in COMMANDS if not re.fullmatch("[a-z_]+", command.id)] == []


def test_the_other_modules_are_those_of_xlwings_letter_by_letter(sources: dict[str, str]) -> None:
    for module in standalone_modules():
        stored = [line for line in module.source.splitlines() if not line.startswith("Attribute ")]
        found = [line for line in sources[module.name].splitlines() if not line.startswith("Attribute ")]
        assert found == stored
    libraries = set(re.findall(r' Lib "([^"]+)"', sources["xlwings"]))
    assert libraries == {"libc.dylib", "KERNEL32", "xlwings64-0.37.8.dll", "xlwings32-0.37.8.dll"}
    assert "declare" not in vba_names.used(sources["Dictionary"])
