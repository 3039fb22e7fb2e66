"""The triangles of AHP权重 as read: what a cell says, what it cannot say, and where."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_xl import Settings
from crm_xl.raw import RawTable
from crm_xl.settings.triangle import ratio_of, read_triangle
from crm_xl.tables.workshop import AHP, ITEM_COLUMNS
from tests.support.judgements import chain, filled, square


@pytest.mark.parametrize(
    ("typed", "ratio"),
    [
        (3, 3.0), ("3", 3.0), ("1/3", 1 / 3), ("１／３", 1 / 3), (" 1 / 7 ", 1 / 7), (0.33, 1 / 3), ("2.5", 2.5), (0.4, 0.4),
        (0.11, 1 / 9), (9, 9.0), (None, None), ("", None), ("（1/3）", None), ("(3)", None),
    ],
)  # fmt: skip
def test_what_a_cell_says(typed: Any, ratio: float | None) -> None:
    assert ratio_of(typed) == pytest.approx(ratio)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (0, "应大于0，现为 0"), (-2, "应大于0，现为 -2"), (12, "应在1/9至9之间，现为 12"), ("1/0", "应大于0"),
        ("1/12", "应在1/9至9之间"), ("稍重要", "数字"), (datetime(2026, 1, 3), "大概是输入“1/3”时变的"),
    ],
)  # fmt: skip
def test_what_no_cell_can_say_is_a_sentence_with_the_cell(typed: Any, words: str) -> None:
    # 利润率 is the second column of squares: 第2项 is the ninth column of the table, I; 年消费额 stands in row 5.
    found = read_triangle(filled(square({("年消费额", "利润率"): typed})))
    (fault,) = found.faults
    assert fault.where == "AHP权重!I5"
    assert fault.problem.startswith("判断值") and words in fault.problem
    (judgement,) = found.judgements
    assert judgement.ratio is None


def test_a_judgement_names_its_cell_and_may_be_typed_on_either_side() -> None:
    found = read_triangle(filled(square({("年消费额", "利润率"): "2", ("交叉购买率", "年消费额"): "1/3"})))
    assert [(j.first, j.second, j.ratio, j.judge, j.where) for j in found.judgements] == [
        ("年消费额", "利润率", 2.0, "甲", "AHP权重!I5"),
        ("交叉购买率", "年消费额", pytest.approx(1 / 3), "甲", "AHP权重!H8"),
    ]


@given(st.permutations(range(4)))
def test_sorting_the_table_changes_no_judgement(order: list[int]) -> None:
    rows = square(chain("2", "3", "4", "1/2", "5", "6"))
    plain = read_triangle(filled(rows)).judgements
    mixed = read_triangle(filled([rows[place] for place in order])).judgements
    assert sorted(mixed, key=str) == sorted(plain, key=str)
    assert {(j.first, j.second) for j in mixed} == set(chain(*"123456"))


@pytest.mark.parametrize(
    ("pair", "cell", "where", "words"),
    [
        (("利润率", "利润率"), "2", "AHP权重!I6", "应为1，现为 2"),
        (("利润率", "利润率"), "1", "", ""),
    ],
)
def test_an_item_is_as_important_as_itself(pair: tuple[str, str], cell: str, where: str, words: str) -> None:
    found = read_triangle(filled(square({pair: cell})))
    assert [fault.where for fault in found.faults] == ([where] if where else [])
    assert all(words in fault.problem for fault in found.faults)
    assert found.judgements == ()


def test_a_column_without_an_item_takes_no_judgement() -> None:
    rows = square({})
    rows[0][AHP.names.index(ITEM_COLUMNS[6])] = "3"
    (fault,) = read_triangle(filled(rows)).faults
    assert fault.where == "AHP权重!N5"
    assert "这一组没有第7项" in fault.problem


def test_one_judge_with_two_squares_of_one_group_is_told() -> None:
    found = read_triangle(filled(square(chain(*"211211")), square(chain(*"311311"))))
    assert [fault.where for fault in found.faults] == [f"AHP权重!D{row}" for row in range(9, 13)]
    assert "评判人“甲”对“客户价值”的第1项有两行" in found.faults[0].problem
    assert {j.ratio for j in found.judgements if j.first == "年消费额"} == {2.0, 1.0}


def test_a_line_without_a_number_judges_nothing_and_is_told() -> None:
    rows = square(chain(*"211211"))
    rows[0][AHP.names.index("number")] = None
    found = read_triangle(filled(rows))
    assert [fault.where for fault in found.faults] == ["AHP权重!第5行"]
    assert {j.first for j in found.judgements} == {"利润率", "合作时长"}
    assert len(found.set_aside) == 1


@pytest.mark.parametrize("number", ["一", "第1"])
def test_a_number_that_is_none_is_told(number: str) -> None:
    rows = square(chain(*"211211"))
    rows[0][AHP.names.index("number")] = number
    (fault, *_) = read_triangle(filled(rows)).faults
    assert fault.where == "AHP权重!D5"


def test_a_table_without_its_columns_is_told_and_stops_nothing() -> None:
    raw = RawTable.from_rows(AHP.name, [["评分卡", "项目"], ["价值评分卡", "利润率"]], sheet=AHP.sheet)
    settings = Settings.from_tables({AHP.name: raw})
    assert settings.judgements == ()
    assert [str(fault) for fault in settings.opinion_faults] == [
        "AHP权重：“AHP判断”缺少列“比较组”。请从原始工作簿复制这张表。",
        "AHP权重：“AHP判断”缺少列“序号”。请从原始工作簿复制这张表。",
    ]


def test_no_table_no_judgement() -> None:
    assert read_triangle(None).judgements == Settings.default().judgements == ()
