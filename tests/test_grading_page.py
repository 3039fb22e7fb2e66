"""The page on grading tells the truth: its formulas give its results, its examples come out as it says."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from crm_xl.analysis.breaks import natural_breaks
from crm_xl.analysis.expert import expert_weights
from crm_xl.builder.samples.trials import trial_rows
from crm_xl.commands import COMMANDS
from crm_xl.functions.declared import function
from crm_xl.tables import TABLES
from crm_xl.tables import inputs as i
from crm_xl.tables import parameters as p
from crm_xl.tables import workshop as w
from tests import test_workshop as book
from tests.support.judgements import chain, filled, square

REPOSITORY = Path(__file__).resolve().parents[1]
PAGE = (REPOSITORY / "docs" / "manual" / "grading.zh-CN.md").read_text(encoding="utf-8")
EXAMPLES = [
    (lines[at], lines[at + 1])
    for block in re.findall(r"```formula\n(.*?)```", PAGE, re.DOTALL)
    for lines in [block.splitlines()]
    for at in range(0, len(lines), 2)
]


def section(number: int) -> str:
    """The text of a numbered section."""
    (found,) = re.findall(rf"^## {number}\. .*?(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE)
    return str(found)


def cell(text: str) -> object:
    """A constant as Excel reads it."""
    return text.strip('"') if text.startswith('"') else float(text)


def arguments(text: str) -> list[object]:
    """The constants and array constants between a function's brackets."""
    parts = re.findall(r'\{[^}]*\}|"[^"]*"|[^,{}"]+', text)
    return [
        [[cell(one) for one in row.split(",")] for row in part[1:-1].split(";")]
        if part[0] == "{"
        else cell(part)
        for part in parts
    ]


def flat(result: object) -> list[object]:
    return [value for part in result for value in flat(part)] if isinstance(result, list) else [result]


@pytest.mark.parametrize(("formula", "expected"), EXAMPLES, ids=[formula for formula, _ in EXAMPLES])
def test_a_formula_gives_the_result_below_it(formula: str, expected: str) -> None:
    found = re.fullmatch(r"=([A-Z_]+)\((.*)\)", formula)
    assert found is not None
    results = flat(function(found[1]).call(*arguments(found[2])))
    cells = expected.split(";")
    assert len(results) == len(cells)
    for result, shown in zip(results, cells, strict=True):
        assert result == shown if isinstance(result, str) else result == pytest.approx(float(shown), abs=5e-5)


def test_every_method_has_a_worked_example() -> None:
    assert [number for number in range(1, 10) if "**例**" not in section(number)] == []
    assert len(EXAMPLES) >= 7


def test_sheets_and_buttons_it_sends_to_exist() -> None:
    titles = {name for table in TABLES.values() for name in (table.title, table.sheet)}
    labels = {command.label for command in COMMANDS}
    rows = re.findall(r"^\| [^|]+ \| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE)[1:]
    assert len(rows) == 7
    for sheets, buttons in rows:
        assert set(sheets.split("、")) <= titles
        assert set(buttons.split("、")) <= labels
    for setting in ("指标权重来源", "抽样种子", "计算存活概率", "分级方法", "AHP评判人"):
        assert f"“{setting}”" in PAGE
        assert setting in {own.title for own in p.GENERAL}


def test_natural_breaks_of_the_example() -> None:
    found = natural_breaks([1, 2, 10, 11, 12, 50], 3)
    assert (found.lowers, found.within) == ((10, 50), pytest.approx(2.5))
    assert "0.5 + 2 + 0 = 2.5" in section(3) and "界限是 10 和 50" in section(3)


def test_the_method_of_the_example() -> None:
    plain = book.run(book.tables())
    assert book.by_customer(plain, "tblScores")["tier"].value_counts().to_dict() == {
        "重点级": 3,
        "战略级": 1,
        "潜在级": 1,
    }
    chosen = {p.SETTINGS_TABLE.name: book.settings(分级方法=p.TIERS_BREAKS)}
    scores = book.by_customer(book.run(book.tables(), **chosen), "tblScores")
    assert scores["tier"].value_counts().to_dict() == {"普通级": 2, "战略级": 1, "重点级": 1, "潜在级": 1}
    assert "距重点级差 2.5 分" in scores.loc["E", "explanation"]
    assert "“距重点级差 2.5 分”" in section(3)
    assert all(
        name in section(3) for name in p.GENERAL[[own.name for own in p.GENERAL].index("tier_method")].choices
    )


def test_the_triangle_of_the_example_gives_the_weights_of_its_formula() -> None:
    pairs = chain("2", "2", "4", "1", "2", "2")
    results = book.run(book.tables(), **{w.AHP.name: filled(square(pairs))})
    weights = results.tables[w.AHP.name]["weight"].dropna()
    assert [f"{weight:.1%}" for weight in weights] == ["44.4%", "22.2%", "22.2%", "11.1%"]
    assert "44.4%、22.2%、22.2%、11.1%" in section(4)


def test_the_sample_draft_is_the_one_it_names() -> None:
    drafted = {(row[0], row[1]): row[4] for row in trial_rows()[w.DRAFT.name]}
    assert drafted == {
        ("指标权重", "年消费额"): 0.35,
        ("指标权重", "利润率"): 0.30,
        ("分级下限", "重点级"): 78,
    }
    assert "年消费额 35%、利润率 30%、重点级下限 78" in section(8)


def test_its_pictures_are_there() -> None:
    pictures = re.findall(r"!\[[^]]*\]\(([^)]+)\)", PAGE)
    assert pictures and all((REPOSITORY / "docs" / "manual" / name).exists() for name in pictures)


def test_experts_of_the_example() -> None:
    found = expert_weights(np.array([[8.0, 5, 4, 3], [9, 6, 3, 2]]), ["甲", "乙"])
    assert found.weights == pytest.approx([0.425, 0.275, 0.175, 0.125])
    assert found.spread == pytest.approx([0.05 / 2**0.5] * 4)  # of a sample of two, 3.5 %
    assert "42.5%、27.5%、17.5%、12.5%" in section(5) and "标准差 3.5%" in section(5)


def test_movement_of_the_example() -> None:
    past = book.history_of(book.run(book.tables()))
    given = book.tables(date=book.SECOND, E=0.20, F=0.05)
    results = book.run(given, book.SECOND, **{i.HISTORY.name: past})
    scores = book.by_customer(results, "tblScores").loc[["E", "F"]]
    assert scores["shown_tier"].tolist() == ["重点级", "普通级"]
    assert scores["score"].tolist() == [74.5, 70.0]
    assert book.by_customer(results, w.MOVERS.name).loc["F", "reason"] in section(7)


def test_trial_of_the_example() -> None:
    before = book.run(book.tables())
    assert sorted(before.tables["tblScores"]["score"]) == [48, 76, 76, 78.5, 94.5]
    assert "94.5、78.5、76、76、48" in section(8)
    tried = book.run(book.tables(), **{w.DRAFT.name: book.drafted(before, 重点级=78)}).tables[w.WHAT_IF.name]
    row = tried.set_index("tier").loc["重点级"]
    assert (row["customers"], row["draft_customers"], row["amount_change"]) == (3, 1, -800)
    assert "3 家变 1 家，移出年消费 800 万元" in section(8)
