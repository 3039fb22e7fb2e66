"""The add-in in LibreOffice: the function wizard, the shipped workbook, reasons, speed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.formula import ArrayFormula

from crm_xl.builder.specs import SHIPPED_BOOKS, BookSpec
from crm_xl.commands import COMMANDS, TAB, Group
from crm_xl.commands.help import GUIDE_SHEET
from crm_xl.functions import FUNCTIONS
from crm_xl.libreoffice.plain_copy import plain_copy
from crm_xl.tables.outputs import LEDGER
from tests.builder.shipped import committed, opened
from tests.functions.variants import close
from tests.libreoffice.conftest import Calc
from tests.support.office import SCRIPTS

pytestmark = [pytest.mark.slow, pytest.mark.libreoffice]

Block = tuple[str, int, int, int, int, str]


def calculated(calc: Calc, workbook: Path, blocks: list[Block]) -> list[dict[str, Any]]:
    """What calculate.py tells of the blocks."""
    places, answers = workbook.with_suffix(".places.json"), workbook.with_suffix(".answers.json")
    places.write_text(json.dumps(blocks), encoding="utf-8")
    calc.office.run(SCRIPTS / "calculate.py", workbook, places, answers)
    found: list[dict[str, Any]] = json.loads(answers.read_text(encoding="utf-8"))
    return found


def test_the_function_wizard_tells_of_every_function_and_argument(calc: Calc) -> None:
    told = json.loads(calc.office.run(SCRIPTS / "wizard.py"))
    for own in FUNCTIONS:
        help_text, arguments = told[own.name]
        assert help_text == f"{own.title}：{own.help}"
        assert arguments == [[argument.name, argument.help] for argument in own.arguments]


def macro_book() -> BookSpec:
    (found,) = [spec for spec in SHIPPED_BOOKS if spec.macros]
    return found


def our_formulas(path: Path) -> list[tuple[Block, list[list[Any]]]]:
    """Every formula of ours in a workbook, its whole range, and the values stored with it."""
    names = "|".join(own.name for own in FUNCTIONS if own.compute)
    ours = re.compile(rf"=({names})\(")
    stored = opened(path, values=True)
    found = []
    for sheet in opened(path).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                value = cell.value
                text = value.text if isinstance(value, ArrayFormula) else value
                if not isinstance(text, str) or not ours.match(text):
                    continue
                area = value.ref if isinstance(value, ArrayFormula) else cell.coordinate
                left, top, right, bottom = range_boundaries(area)
                values = [
                    [own.value for own in cells]
                    for cells in stored[sheet.title].iter_rows(top, bottom, left, right)
                ]
                place = (sheet.title, top - 1, left - 1, bottom - top + 1, right - left + 1, text)
                found.append((place, values))
    return found


def test_the_shipped_workbook_computes_what_is_stored_in_it(calc: Calc, tmp_path: Path) -> None:
    plain = plain_copy(committed(macro_book()), tmp_path / "plain.xlsx")
    formulas = our_formulas(plain)
    called = {text.partition("(")[0][1:] for (*_, text), _ in formulas}
    assert called == {own.name for own in FUNCTIONS if own.compute}
    answers = calculated(calc, plain, [block for block, _ in formulas])
    for (block, stored), answer in zip(formulas, answers, strict=True):
        errors = {"#VALUE!": {"error": 519}}
        for own, row in zip(answer["loaded"], stored, strict=True):
            for cell, value in zip(own, row, strict=True):
                assert close(cell, errors.get(value, value)) or cell == errors.get(value, value or ""), block


@pytest.fixture
def failing(tmp_path: Path) -> tuple[Path, list[Block]]:
    """Cells that fail or are blank, and what CRM_WHY says of each; its answers stand in column D."""
    path = tmp_path / "why.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet, other = book.add_worksheet("失败"), book.add_worksheet("其 他")
        other.write_column(0, 0, [90, "优"])
        book.define_name("得分区", "='其 他'!$A$1:$A$2")
        sheet.write_formula(0, 0, '=PRIORITY("八十五")')
        sheet.write_formula(1, 0, "=CUSTOMER_TIER('其 他'!A2)")
        sheet.write_array_formula("A3:A4", "{=CUSTOMER_TIER('其 他'!A1:A2)}")
        sheet.write_array_formula("A5:A6", "{=CUSTOMER_TIER(得分区)}")
        sheet.write_formula(6, 0, "=GROWTH_RATE(5,0)")
        sheet.write_formula(7, 0, "=RFM_SCORE(5,{2,1})")
        sheet.write_formula(8, 0, '=CUSTOMER_TIER("优"&1)')
        sheet.write_formula(9, 0, "=CUSTOMER_TIER(A1:A2)")
        sheet.write_formula(10, 0, "=PRIORITY(85)")
        sheet.write_formula(11, 0, "=1/0")
        sheet.write_array_formula("A13:B13", "{=RFM_SCORE(5,{2;1})}")
        rows = range(13)
        for row in rows:
            sheet.write_formula(row, 3, f"=CRM_WHY(A{row + 1})")
        sheet.write_formula(13, 3, '=CRM_WHY("A1")')
    return path, [("失败", row, 3, 1, 1, f"=CRM_WHY(A{row + 1})") for row in rows]


def test_crm_why_gives_the_reason_and_its_line_in_the_log(
    calc: Calc, failing: tuple[Path, list[Block]]
) -> None:
    answers = calculated(calc, *failing)
    (log,) = calc.state.rglob("formulas.log")
    lines = log.read_text(encoding="utf-8").splitlines()
    nothing_kept = "没有记下原因：公式不是由本插件的一个函数构成，请把函数单独放在一个单元格里再看。"
    falling = "分界应从小到大。例如 30、90、180、365。"
    expected = {
        1: "得分：不是数字，请只写数字。",
        2: "得分：不是数字，请只写数字。",
        3: "",
        4: "得分第2行第1列：不是数字，请只写数字。",
        5: "",
        6: "得分第2行第1列：不是数字，请只写数字。",
        7: "基期为零或负数，增长率没有意义，故留空。",
        8: falling,
        9: nothing_kept,
        10: "所引用的单元格里已有错误值，请先查看那里。",
        11: "",
        12: nothing_kept,
        13: falling,
    }
    for which in ("loaded", "typed"):
        for number, answer in enumerate(answers, 1):
            ((text,),) = answer[which]
            reason, _, line = text.partition("（formulas.log 第")
            assert reason == expected[number], (which, number)
            if line:
                assert lines[int(line.removesuffix("行）")) - 1].endswith(f"：{reason}")
            else:
                assert reason in ("", nothing_kept, expected[10])


ROWS = 10_000


def scores(path: Path, *, one_call: bool) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for row in range(ROWS):
            sheet.write_number(row, 0, row / 100)
            if not one_call:
                sheet.write_formula(row, 1, f"=PRIORITY(A{row + 1})")
        if one_call:
            sheet.write_array_formula(0, 1, ROWS - 1, 1, f"{{=PRIORITY(A1:A{ROWS})}}")
    return path


@pytest.mark.parametrize(
    ("what", "one_call", "typed", "most"),
    [
        ("10,000 formulas of a loaded workbook", False, (), 10.0),
        ("10,000 formulas typed in", False, ("typed",), 4.0),
        ("one array formula over 10,000 rows", True, (), 0.4),
    ],
)
def test_speed(
    calc: Calc, tmp_path: Path, what: str, one_call: bool, typed: tuple[str, ...], most: float
) -> None:
    # Measured beside nine other jobs: 2.9, 1.3, 0.09. The limits are seconds of a processor, which a busy machine
    # makes longer as well, though not as much as seconds.
    workbook = scores(tmp_path / "s.xlsx", one_call=one_call)
    calc.office.run(SCRIPTS / "version.py")
    told = calc.office.run(SCRIPTS / "recalculate.py", workbook, str(calc.office.process_id), *typed)
    seconds, processor = map(float, told.split())
    print(f"{what}: {seconds:.2f} s, {processor:.2f} s of a processor")
    assert processor < most


def test_the_menu_has_every_command_in_its_group(calc: Calc) -> None:
    title, groups = json.loads(calc.office.run(SCRIPTS / "menu_entries.py", "org.crmxl.menu"))
    assert title == TAB
    assert groups == [
        [group, [[own.label, f"service:org.crmxl.Menu?{own.id}"] for own in COMMANDS if own.group is group]]
        for group in Group
    ]


def test_an_entry_of_the_menu_reaches_its_command(calc: Calc, tmp_path: Path) -> None:
    plain = plain_copy(committed(macro_book()), tmp_path / "plain.xlsx")
    urls = [f"service:org.crmxl.Menu?{name}" for name in ("ledger", "guide")]
    shown = json.loads(calc.office.run(SCRIPTS / "choose_menu.py", plain, *urls))
    assert shown == [LEDGER.sheet, GUIDE_SHEET]


def test_the_limits_of_libreoffice_are_those_the_page_tells_of(calc: Calc, tmp_path: Path) -> None:
    # docs/libreoffice.zh-CN.md; where one of these changes, the page has to.
    path = tmp_path / "limits.xlsx"
    formulas = [
        "=CUSTOMER_TIER(A1)",  # a blank cell
        "=CUSTOMER_TIER(A1:A1)",
        "=VALUE_TIER(B1,,0.5)",  # left out in the middle
        "=VALUE_TIER(B1,A1,0.5)",
        "=CUSTOMER_TIER(B1:C1)",  # a range with an error
    ]
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("界限")
        sheet.write_number("B1", 5)
        sheet.write_formula("C1", "=1/0")
        for row, formula in enumerate(formulas):
            sheet.write_formula(row, 4, formula)
    answers = calculated(
        calc, path, [("界限", row, 4, 1, 1, text.replace(",", ";")) for row, text in enumerate(formulas)]
    )
    assert [answer["loaded"][0][0] for answer in answers] == ["", "", "中", "高", {"error": 532}]
    assert [answer["typed"][0][0] for answer in answers] == ["潜在级", "", "高", "中", {"error": 504}]
