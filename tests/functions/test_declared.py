"""Declarations hold: examples, names that Excel and VBA accept, and the reference page."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from openpyxl.utils import FORMULAE

from crm_xl.builder.function_reference import function_reference
from crm_xl.functions import COMPUTED, FUNCTIONS, Argument, Example, Function
from crm_xl.functions.declared import function
from tests.functions.variants import close

REPOSITORY = Path(__file__).resolve().parents[2]

# MS-VBAL 3.3.5.2: reserved identifiers, and the words that mean something in some statements; then the names
# the generated wrappers use themselves.
VBA_WORDS = frozenset(
    "abs addressof and any array as attribute boolean byref byte byval call case cbool cbyte ccur cdate cdbl"
    " cdec cint circle clng clnglng clngptr close const csng cstr currency cvar cverr date debug declare defbool"
    " defbyte defcur defdate defdbl defint deflng defobj defsng defstr defvar dim do doevents double each else"
    " elseif empty end endif enum eqv erase event exit false fix for friend function get global gosub goto if imp"
    " implements in input inputb int integer is lbound len lenb let like linput local lock long longlong longptr"
    " loop lset me mod new next not nothing null on open option optional or paramarray preserve print private pset"
    " public put raiseevent redim rem resume return rset scale seek select set sgn shared single spc static stop"
    " string sub tab then to true type typeof ubound unlock until variant wend while with withevents write xor"
    " access alias append base binary class compare database decimal error explicit lib line module name object"
    " output property ptrsafe random read reset step text width"
    " application caller callfailed err failed fixerr range thisworkbook xlpy".split()
)


@pytest.mark.parametrize("declared", COMPUTED, ids=lambda own: own.name)
def test_the_declared_example_holds(declared: Function) -> None:
    assert close(declared.call(*declared.example.arguments), declared.example.result)


@pytest.mark.parametrize("declared", FUNCTIONS, ids=lambda own: own.name)
def test_names_are_free_in_excel_and_vba(declared: Function) -> None:
    assert declared.name not in FORMULAE, "Excel's own function would answer instead"
    assert not re.fullmatch(r"[A-Z]{1,3}\d+|R\d*C\d*", declared.name), "Excel would take it for a cell"
    taken = VBA_WORDS | {own.name.lower() for own in FUNCTIONS}
    assert not taken & {argument.name for argument in declared.arguments}


def test_a_name_of_excels_own_would_be_noticed() -> None:
    assert {"GROWTH", "VLOOKUP"} <= FORMULAE


@pytest.mark.parametrize("declared", COMPUTED, ids=lambda own: own.name)
def test_what_computes_takes_the_declared_arguments(declared: Function) -> None:
    module, _, name = declared.compute.partition(".")
    signature = inspect.signature(getattr(import_module(f"crm_xl.functions.{module}"), name))
    assert [(p.name, p.default is None) for p in signature.parameters.values()] == [
        (argument.name, argument.optional) for argument in declared.arguments
    ]


def test_names_are_given_once() -> None:
    assert len({own.name for own in FUNCTIONS}) == len(FUNCTIONS)


def test_only_the_reason_of_a_cell_is_answered_by_vba() -> None:
    assert [own.name for own in FUNCTIONS if own not in COMPUTED] == ["CRM_WHY"]
    with pytest.raises(ValueError, match="VBA answers"):
        function("CRM_WHY").call(1)
    # The argument's name as VBA has it, or the function wizard would show another.
    source = (REPOSITORY / "crm_xl" / "builder" / "vba" / "CrmFunctions.bas").read_text(encoding="ascii")
    (argument,) = function("CRM_WHY").arguments
    assert f"Public Function CRM_WHY(ByVal {argument.name} As Variant)" in source


def test_an_example_is_shown_as_the_formula_a_person_types() -> None:
    shown = Function(
        name="F",
        title="t",
        help="h",
        category="c",
        arguments=tuple(Argument(name=name, help="h") for name in "abc"),
        example=Example(arguments=([['客户"甲"', 1.5], [-2, True]], "2026-10-31", False), result=1),
        compute="m.f",
    )
    assert shown.formula == '=F({"客户""甲""",1.5;-2,TRUE},"2026-10-31",FALSE)'
    assert shown.syntax == "F(a, b, c)"


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"name": "lower"}, "no name of a function"),
        ({"help": "长" * 256}, "256 characters"),
        ({"help": ""}, "0 characters"),
        (
            {"arguments": (Argument(name="a", help="h", optional=True), Argument(name="b", help="h"))},
            "optional",
        ),
        ({"arguments": ()}, "the example gives 1 arguments"),
    ],
)
def test_a_wrong_declaration_is_refused(changes: dict[str, object], complaint: str) -> None:
    right = {
        "name": "F",
        "title": "t",
        "help": "h",
        "category": "c",
        "arguments": (Argument(name="a", help="h"),),
        "example": Example(arguments=(1,), result=1),
        "compute": "m.f",
    }
    Function(**right)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=complaint):
        Function(**{**right, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["Value", "1st", "值", ""])
def test_an_argument_name_vba_cannot_take_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not lower-case ASCII"):
        Argument(name=name, help="h")


def test_declarations_load_without_numpy_or_the_analysis() -> None:
    code = "import sys, crm_xl.functions; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=REPOSITORY
    )
    loaded = set(done.stdout.split())
    assert "crm_xl.functions.declared" in loaded
    assert not {"numpy", "pandas", "crm_xl.analysis", "crm_xl.settings", "crm_xl.tables"} & loaded


def test_the_reference_tells_of_every_function_and_argument() -> None:
    text = function_reference()
    for own in FUNCTIONS:
        assert f"\n### {own.name}\n" in text
        assert own.help in text
        assert not own.compute or own.formula in text
        assert all(f"| `{argument.name}`" in text for argument in own.arguments)
