"""Every function as a formula in a workbook that LibreOffice opens: declared examples, dirty input, whole ranges."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from crm_xl.functions import COMPUTED
from crm_xl.functions.declared import function
from crm_xl.spellings import ERROR_VALUES
from tests.functions.dirty import CASES
from tests.functions.variants import called, close, variants
from tests.libreoffice.conftest import Calc
from tests.libreoffice.formula_book import ERRORS, Asked, FormulaBook, cell_of
from tests.support.office import SCRIPTS

pytestmark = [pytest.mark.slow, pytest.mark.libreoffice]


@dataclass(frozen=True, kw_only=True)
class Answered:
    asked: Asked
    loaded: list[list[Any]]
    typed: list[list[Any]]
    formula: str


def holdable(cell: Any) -> bool:
    """Whether a cell of LibreOffice can hold it; Excel's newer errors, it cannot."""
    return cell not in ERROR_VALUES or cell in ERRORS if isinstance(cell, str) else cell != -2146826243


def sendable(asked: Asked) -> bool:
    """Whether a sheet can hold the arguments: every range has a cell."""
    blocks = [value for value in asked.arguments if isinstance(value, list)]
    return all(block and block[0] for block in blocks) and all(map(holdable, asked.flat))


def as_libreoffice_sees_it(asked: Asked) -> Asked:
    """The same call with what LibreOffice makes of it.

    A range with an error is answered by LibreOffice itself. Dates and truths are numbers there, so where one is
    no date and no truth to us, the answer is that to the number.
    """
    errors = [cell for cell in asked.flat if isinstance(cell, str) and cell in ERRORS]
    if errors:
        expected: Any = errors[0]
    elif any(isinstance(cell, bool | date) for cell in asked.flat):
        expected = called(function(asked.name), cell_of(asked.arguments))
    else:
        return asked
    return Asked(name=asked.name, arguments=asked.arguments, expected=expected, what=asked.what)


def every_call() -> list[Asked]:
    asked = [
        Asked(
            name=own.name, arguments=list(own.example.arguments), expected=own.example.result, what="example"
        )
        for own in COMPUTED
    ]
    asked += [Asked(name=n, arguments=a, expected=e, what="dirty") for n, a, e in CASES]
    asked += [Asked(name=n, arguments=a, expected=e, what=w) for n, w, a, e in variants()]
    return [as_libreoffice_sees_it(own) for own in asked if sendable(own)]


@pytest.fixture(scope="module")
def answers(calc: Calc, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[Answered]]]:
    folder = tmp_path_factory.mktemp("formulas")
    asked = every_call()
    book = FormulaBook(folder / "formulas.xlsx")
    book.write(asked)
    (folder / "places.json").write_text(json.dumps(book.places), encoding="utf-8")
    calc.office.run(SCRIPTS / "calculate.py", book.path, folder / "places.json", folder / "answers.json")
    found = json.loads((folder / "answers.json").read_text(encoding="utf-8"))
    by_name: dict[str, list[Answered]] = {}
    for own, answer in zip(asked, found, strict=True):
        by_name.setdefault(own.name, []).append(Answered(asked=own, **answer))
    yield by_name


def shown(expected: Any) -> Any:
    """An expected cell as LibreOffice holds it: an error by its number, a blank with a reason as a blank."""
    text, bar, _ = expected.partition("|") if isinstance(expected, str) else ("", "", "")
    if text == "#" and bar:
        return ""
    return {"error": ERRORS[text]} if text in ERRORS else expected


def agree(found: list[list[Any]], asked: Asked) -> bool:
    rows = [[shown(cell) for cell in row] for row in asked.rows]
    if (
        len(rows) == 1
        and len(rows[0]) == 1
        and "error" in (rows[0][0] if isinstance(rows[0][0], dict) else {})
    ):
        return all(cell == rows[0][0] for row in found for cell in row)
    return len(found) == len(rows) and all(
        len(own) == len(row)
        and all(close(cell, value) or cell == value for cell, value in zip(own, row, strict=True))
        for own, row in zip(found, rows, strict=True)
    )


def agree_typed(own: Answered) -> bool:
    """As `agree`; a range with an error is refused with LibreOffice's own Err:504, whatever the error."""
    blocks = [value for value in own.asked.arguments if isinstance(value, list)]
    if any(cell in ERRORS for block in blocks for row in block for cell in row if isinstance(cell, str)):
        return all(isinstance(cell, dict) for row in own.typed for cell in row)
    return agree(own.typed, own.asked)


@pytest.mark.parametrize("name", [own.name for own in COMPUTED])
def test_a_loaded_workbook_shows_the_exact_answers(answers: dict[str, list[Answered]], name: str) -> None:
    assert len(answers[name]) > 10
    wrong = [
        (own.asked, own.formula, own.loaded) for own in answers[name] if not agree(own.loaded, own.asked)
    ]
    assert wrong == []


@pytest.mark.parametrize("name", [own.name for own in COMPUTED])
def test_a_formula_typed_in_shows_the_same(answers: dict[str, list[Answered]], name: str) -> None:
    method = name.replace("_", "")
    assert all(f"=ORG.CRMXL.ADDIN.{method}(" in own.formula for own in answers[name])
    # To a typed formula LibreOffice hands a single blank cell as 0: the page for LibreOffice says so.
    comparable = [
        own for own in answers[name] if not any(value in (None, "") for value in own.asked.arguments)
    ]
    assert len(comparable) > 10
    wrong = [(own.asked, own.formula, own.typed) for own in comparable if not agree_typed(own)]
    assert wrong == []


def test_a_wrong_answer_would_be_found() -> None:
    asked = Asked(name="PRIORITY", arguments=[[[85], ["x"]]], expected=[["S"], ["#VALUE!|得分"]])
    assert agree([["S"], [{"error": 519}]], asked)
    assert not agree([["A"], [{"error": 519}]], asked)
    assert not agree([["S"], [{"error": 503}]], asked)
    assert not agree([["S"]], asked)


def test_reasons_of_all_errors_are_in_the_log(answers: dict[str, list[Answered]], calc: Calc) -> None:
    (log,) = calc.state.rglob("formulas.log")
    lines = set(log.read_text(encoding="utf-8").splitlines())
    expected = {
        f"{name}：{' '.join(cell.partition('|')[2].split())}"
        for name, found in answers.items()
        for own in found
        for row in own.asked.rows
        for cell in row
        if isinstance(cell, str) and cell.startswith("#") and "|" in cell
    }
    assert len(expected) > 50
    assert expected <= lines
    assert len(lines) == len(log.read_text(encoding="utf-8").splitlines())
    # Reasons may quote what stands in a cell; personal data in them is masked by those who write them.
    assert not any("13800001234" in line for line in lines)


def test_nothing_went_wrong_inside(answers: dict[str, list[Answered]], calc: Calc) -> None:
    assert answers
    assert list(Path(calc.state).rglob("crm_xl.log")) == []
