"""Our VBA, run by LibreOffice: opening, help, true errors, reasons, the ribbon.

LibreOffice has no xlwings, no ribbon, no Application.Caller, and gives nothing for the value of a cell in error:
there a stub takes their place (tests/support/vba). Everything else runs as it is shipped.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
import xlsxwriter

from crm_xl.builder.vba_modules import (
    class_module,
    document_module,
    own_modules,
    standard_module,
    workbook_code,
)
from crm_xl.builder.vba_project import Module, build_project
from crm_xl.builder.vba_texts import TEXTS, texts_module
from crm_xl.builder.wrappers import generate_wrappers
from tests.support.office import SCRIPTS, Office
from tests.support.vba_checker import check

pytestmark = [pytest.mark.slow, pytest.mark.libreoffice]

STUBS = Path(__file__).parents[1] / "support" / "vba"
# What the stub answers instead of Excel and xlwings. Basic cannot name a method Call.
STANDS_IN = {
    "Application.MacroOptions": "xlwings.MacroOptions",
    "Application.OnTime": "xlwings.OnTime",
    "label = Application.Caller": "label = xlwings.buttonName",
    "ActiveSheet.Shapes(label).AlternativeText": "xlwings.AlternativeText(label)",
    "Application.Ready": "xlwings.Ready()",
    "Application.Caller": "xlwings.StubCaller()",
    " As IRibbonUI": " As Object",
    "value = target.Value": "value = xlwings.ValueOf(target)",
    "XLPy.Call(": "XLPy.Invoke(",
    'CreateObject("WScript.Shell").Popup': "xlwings.Popup",
}
HELP = [
    ["函数", "类别", "说明", "参数1", "参数2"],
    ["CRM_WHY", "客户分析", "单元格为何出错", "单元格"],
    ["SAMPLE_ADD", "客户分析", "x" * 300, "第一", "y" * 300],
    ["SAMPLE_NOW", "客户分析", "没有参数"],
]


def staged(text: str) -> str:
    for real, stub in STANDS_IN.items():
        text = text.replace(real, stub)
    return text


SCENARIO = """\
Attribute VB_Name = "Scenario"
Option Explicit

Public Function Main() As String
    Dim control As New FakeControl
    Dim values(0 To 1, 0 To 2) As Variant
    Dim block As Variant
    Dim index As Long
    {body}
    Main = AllSaid()
End Function
"""


def chars(text: str) -> str:
    """A VBA expression for a text that is not ASCII."""
    return " & ".join(f"ChrW({ord(char)})" for char in text)


class Stage:
    """A workbook with our VBA in it, opened anew in LibreOffice for each scenario."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office = office
        self.path = folder / "客户 'A'.xlsm"
        self.wrappers = generate_wrappers("tests.support.sample_udfs")

    def run(self, *lines: str, wrappers: str | None = None) -> list[str]:
        """What the VBA lines said, item by item; each `Say` is one."""
        self._build(SCENARIO.format(body="\n    ".join(lines)), wrappers or self.wrappers)
        with self.office.private_copy(self.path) as copy:
            return self.office.run(SCRIPTS / "run_vba.py", copy, "Scenario.Main").split("\n")[:-1]

    def _build(self, scenario: str, wrappers: str) -> None:
        ours = [*own_modules(), standard_module(texts_module()), standard_module(wrappers)]
        project = build_project(
            [
                document_module("ThisWorkbook", "document_workbook", workbook_code()),
                document_module("Sheet1", "document_sheet"),
                document_module("Sheet2", "document_sheet"),
                *(Module(name=one.name, kind=one.kind, source=staged(one.source)) for one in ours),
                *(standard_module(path.read_text(encoding="ascii")) for path in sorted(STUBS.glob("*.bas"))),
                *(class_module(path.read_text(encoding="ascii")) for path in sorted(STUBS.glob("*.cls"))),
                standard_module(scenario),
            ]
        )
        workbook = xlsxwriter.Workbook(self.path)
        workbook.add_vba_project(BytesIO(project), is_stream=True)
        workbook.set_vba_name("ThisWorkbook")
        start = workbook.add_worksheet("首页")
        start.set_vba_name("Sheet1")
        start.write("A1", "启用宏")
        start.write("C4", "7")
        hidden = workbook.add_worksheet("_help")
        hidden.set_vba_name("Sheet2")
        hidden.hide()
        for row, texts in enumerate(HELP):
            hidden.write_row(row, 0, texts)
        workbook.define_name("CRM_BANNER", "=首页!$A$1:$C$2")
        workbook.define_name("CRM_SCHEMA_VERSION", "=首页!$C$4")
        workbook.define_name("CRM_UNDO_READY", "=FALSE")
        workbook.define_name("CRM_CHECK_READY", "=TRUE")
        workbook.close()
        assert check(project, self.path) == []


@pytest.fixture(scope="module")
def stage(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return Stage(office, tmp_path_factory.mktemp("vba"))


BOOK = "'客户 ''A''.xlsm'!"


def test_opening_hides_the_banner_registers_help_and_schedules_the_warm_up(stage: Stage) -> None:
    said = stage.run(
        "Say Noted()",
        'Say CellAt("A1").EntireRow.Hidden',
        'Say CellAt("A3").EntireRow.Hidden',
        "Say ThisWorkbook.Saved",
    )
    assert said == [
        f"help: {BOOK}CRM_WHY | 客户分析 | 单元格为何出错 | 单元格",
        f"help: {BOOK}SAMPLE_ADD | 客户分析 | {'x' * 255} | 第一 | {'y' * 255}",
        f"help: {BOOK}SAMPLE_NOW | 客户分析 | 没有参数",
        f"timer: {BOOK}CrmOpen.CRM_WarmUp",
        "",
        "True",
        "False",
        "True",
    ]


def test_closing_stops_the_timer_that_would_open_the_workbook_again(stage: Stage) -> None:
    said = stage.run("Noted", "CRM_Closing", "Say Noted()", "CRM_Closing", "Say Noted()")
    assert said == [f"timer off: {BOOK}CrmOpen.CRM_WarmUp", "", ""]


def test_a_timer_that_has_run_is_not_stopped(stage: Stage) -> None:
    assert stage.run("CRM_WarmUp", "Noted", "CRM_Closing", "Say Noted()") == [""]


def test_warming_up_asks_python_whether_it_fits_the_workbook(stage: Stage) -> None:
    asked = "call: crm_xl.excel.ribbon.warm_up"
    assert stage.run("Noted", "CRM_WarmUp", "Say Noted()") == [f"{asked}(7)", ""]
    old = stage.run("Noted", 'CellAt("C4").Value = "old"', "CRM_WarmUp", "Say Noted()")
    assert old == [f"{asked}(old)", f"told: {TEXTS['title']}: too old", ""]


def test_without_python_opening_is_silent(stage: Stage) -> None:
    said = stage.run("Noted", "fails = True", "CRM_WarmUp", "Say Noted()", "CRM_Closing", "Say Noted()")
    clear = f"{BOOK}CrmOpen.CRM_ClearStatus"
    assert said == [f"timer: {clear}", "", f"timer off: {clear}", ""]


def test_without_python_a_press_says_what_to_do(stage: Stage) -> None:
    ran, told, *rest = stage.run("Noted", "fails = True", 'CRM_Press "refresh"', "Say Noted()")
    assert ran == "run: import crm_xl.excel.ribbon as r; r.press('refresh')"
    assert told.strip() == f"told: {TEXTS['title']}: {TEXTS['no_python']}"
    assert "no server" in "".join(rest)


def test_chinese_texts_survive_an_ascii_source(stage: Stage) -> None:
    assert stage.run(*(f'Say CrmText("{key}")' for key in TEXTS)) == list(TEXTS.values())


def test_error_texts_become_error_values(stage: Stage) -> None:
    numbers = {
        "#NULL!": 2000,
        "#DIV/0!": 2007,
        "#VALUE!": 2015,
        "#REF!": 2023,
        "#NAME?": 2029,
        "#NUM!": 2036,
        "#N/A": 2042,
        "#GETTING_DATA": 2043,
        "#SPILL!": 2045,
        "#CONNECT!": 2046,
        "#BLOCKED!": 2047,
        "#UNKNOWN!": 2048,
        "#FIELD!": 2049,
        "#CALC!": 2050,
        "#N/A|why": 2042,
    }
    said = stage.run(*(f'Say FixErr("{text}", Empty)' for text in numbers))
    assert said == [f"<Error {number}>" for number in numbers.values()]


def test_what_is_no_error_stays_as_it_is(stage: Stage) -> None:
    kept = ["", "text", "# 1", "#n/a", "#N/A ", "1 #N/A", "#N/AX|reason", "|", "#|"]
    assert stage.run(*(f'Say FixErr("{text}", Empty)' for text in kept)) == kept
    assert stage.run("Say FixErr(1.5, Empty)", "Say FixErr(True, Empty)", "Say FixErr(Empty, Empty)") == [
        "1.5",
        "True",
        "",
    ]


def test_a_row_keeps_its_places_and_each_cell_its_reason(stage: Stage) -> None:
    said = stage.run(
        'Say FixErr(Array("#N/A", 1, "#VALUE!|third", "text"), CellAt("B20"))',
        *(f'Say KeptFor("{place}")' for place in ("B20", "C20", "D20", "E20")),
    )
    assert said == ["<Error 2042>;1;<Error 2015>;text;", "", "", "third", ""]


def test_a_block_keeps_its_places_and_each_cell_its_reason(stage: Stage) -> None:
    said = stage.run(
        'values(0, 0) = "#DIV/0!|first"',
        "values(0, 1) = 2.5",
        'values(0, 2) = "# no error"',
        'values(1, 0) = ""',
        'values(1, 1) = "#NUM!|fifth"',
        'values(1, 2) = "#N/A"',
        'block = FixErr(values, CellAt("B10"))',
        "Say block(0, 0)",
        "Say block(0, 1)",
        "Say block(0, 2)",
        "Say block(1, 0)",
        "Say block(1, 1)",
        "Say block(1, 2)",
        *(f'Say KeptFor("{place}")' for place in ("B10", "C11", "D11", "C10")),
    )
    block = ["<Error 2007>", "2.5", "# no error", "", "<Error 2036>", "<Error 2042>"]
    assert said == [*block, "first", "fifth", "", ""]


def test_a_reason_is_kept_for_its_cell_until_the_next_result(stage: Stage) -> None:
    reason = "权重之和必须为 1"
    said = stage.run(
        f'Say FixErr("#N/A|" & {chars(reason)}, CellAt("A5"))',
        'Say KeptFor("A5")',
        'Say KeptFor("A6")',
        'Say FixErr("#N/A|other", CellAt("A5"))',
        'Say KeptFor("A5")',
        'Say FixErr(3, CellAt("A5"))',
        'Say KeptFor("A5")',
    )
    assert said == ["<Error 2042>", reason, "", "<Error 2042>", "other", "3", ""]


def test_the_oldest_reason_makes_room_for_the_newest(stage: Stage) -> None:
    said = stage.run(
        "For index = 1 To 5001",
        'FixErr "#N/A|number " & index, CellAt("D" & index)',
        "Next index",
        *(f'Say KeptFor("{place}")' for place in ("D1", "D2", "D5001")),
    )
    assert said == ["", "number 2", "number 5001"]


def test_why_tells_the_reason_of_a_cell_in_error(stage: Stage) -> None:
    said = stage.run(
        'FixErr "#N/A|too few", CellAt("A5")',
        'Say CRM_WHY(CellAt("A5"))',
        'Say CRM_WHY(CellAt("A6"))',
        'Say CRM_WHY(CellAt("C4"))',
        "Say CRM_WHY(CVErr(2042))",
        "Say CRM_WHY(5)",
    )
    assert said == ["too few", TEXTS["why_unknown"], "", TEXTS["why_not_a_cell"], ""]


def test_an_empty_cell_can_say_why_it_is_empty(stage: Stage) -> None:
    said = stage.run(
        'Say FixErr("#|no base", CellAt("B5"))',
        'Say CRM_WHY(CellAt("B5"))',
        'Say FixErr(Array(1, "#|no growth"), CellAt("B20"))',
        'Say CRM_WHY(CellAt("C20"))',
        'Say CRM_WHY(CellAt("C21"))',
    )
    assert said == ["", "no base", "1;;", "no growth", ""]


def test_a_wrapper_returns_true_errors_and_keeps_the_reason_of_its_caller(stage: Stage) -> None:
    said = stage.run(
        "Noted",
        "Say SAMPLE_ADD(4)",
        'Say SAMPLE_ADD("#NUM!|too few")',
        'Say KeptFor("B7")',
        "Say SAMPLE_TOTAL(5, 6)",
        "Say Noted()",
        "fails = True",
        "Say SAMPLE_ADD(4)",
        'Say KeptFor("B7")',
    )
    called = [
        f"udf: tests.support.sample_udfs.{name}" for name in ("SAMPLE_ADD", "SAMPLE_ADD", "SAMPLE_TOTAL")
    ]
    assert said[:8] == ["4", "<Error 2036>", "too few", "5", *called, ""]
    assert said[8] == "<Error 2015>"
    assert "no server" in said[9]


def test_a_ribbon_control_and_a_form_button_press_the_same_command(stage: Stage) -> None:
    said = stage.run(
        "Noted",
        'control.ID = "check"',
        "CRM_OnLoad control",
        "CRM_OnAction control",
        'buttonName = "btn_check"',
        "CRM_ButtonPressed",
        "Say Noted()",
    )
    pressed = ["run: import crm_xl.excel.ribbon as r; r.press('check')", "invalidate"]
    assert said == [*pressed, *pressed, ""]


def test_a_button_that_excel_named_itself_is_known_by_its_alternative_text(stage: Stage) -> None:
    said = stage.run(
        "Noted",
        'buttonName = "Button 1"',
        "CRM_ButtonPressed",
        "Say Noted()",
        'buttonName = "Button 2"',
        "CRM_ButtonPressed",
        "Say Noted()",
    )
    assert said == ["run: import crm_xl.excel.ribbon as r; r.press('check')", "", ""]


def test_nothing_is_pressed_while_a_cell_is_being_edited(stage: Stage) -> None:
    said = stage.run("Noted", "editing = True", 'CRM_Press "check"', "Say Noted()")
    assert said == [f"told: {TEXTS['title']}: {TEXTS['editing']}", ""]


@pytest.mark.parametrize("id", ["", "x'); import os; r.press('y", "refresh ", "Refresh", "a.b", "a(1)"])
def test_a_button_cannot_hand_python_anything_but_a_name(stage: Stage, id: str) -> None:
    assert stage.run("Noted", f'CRM_Press "{id}"', "Say Noted()")[0] == ""


def test_a_command_rests_while_its_name_says_false(stage: Stage) -> None:
    said = stage.run(
        'Say EnabledOf("undo")',
        'Say EnabledOf("check")',
        'Say EnabledOf("refresh")',
        "Noted",
        'CRM_Press "undo"',
        "Say Noted()",
    )
    assert said == ["False", "True", "True", ""]


def test_everything_the_stub_stands_in_for_is_still_called() -> None:
    sources = "".join(module.source for module in own_modules())
    assert [real for real in STANDS_IN if real not in sources] == []


def test_vba_that_does_not_compile_says_nothing(stage: Stage) -> None:
    """What the other tests rely on: a broken wrapper shows."""
    assert stage.run("Say 1") == ["1"]
    assert stage.run("Say 1", wrappers=stage.wrappers.replace("End Function", "End Sub", 1)) == []
