"""The language of mappings: what it computes, what it refuses and where, and that it runs nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crm_xl.errors import CrmError
from crm_xl.sources.expression import FUNCTIONS, parse
from crm_xl.sources.vectors import Vector

ROWS = 5


def cells(*values: Any) -> Vector:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return Vector(sort="cells", values=array)


COLUMNS = {
    "数量": cells("2", "1,000", None, "abc", "3"),
    "单价": cells("￥1.5", "2", "3", "4", "x"),
    "单价(元)": cells("1", "2", "3", "4", "0"),
    "单号": cells("C1", "A2", " C3", None, "5"),
    "折扣": cells("80%", "100%", "50%", "1", "0.5"),
    "class": cells(1, 2, 3.0, 4, 5.5),
    "空": cells(None, "", None, None, None),
}


def compute(source: str) -> list[Any]:
    expression = parse(source, "映射 amount")
    assert set(expression.headings) <= set(COLUMNS)
    return list(expression.evaluate(COLUMNS.__getitem__, ROWS).cells())


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("class", [1, 2, 3.0, 4, 5.5]),
        ("'甲'", ["甲"] * 5),
        ("1+2*3-4/2", [5.0] * 5),
        ("-class", [-1.0, -2.0, -3.0, -4.0, -5.5]),
        ("class×2", [2.0, 4.0, 6.0, 8.0, 11.0]),
        ("（class ＋ 1） ÷ 2", [1.0, 1.5, 2.0, 2.5, 3.25]),
        ("class * 折扣", [0.8, 2.0, 1.5, 4.0, 2.75]),
        ("绝对值(-class)", [1.0, 2.0, 3.0, 4.0, 5.5]),
        ("round(class/3, 2)", [0.33, 0.67, 1.0, 1.33, 1.83]),
        ("class>2", [False, False, True, True, True]),
        ("class≤2 或 class = 4", [True, True, False, True, False]),
        ("class >= 2 AND not class <> 3", [False, False, True, False, False]),
        ("单号='A2'", [False, True, False, False, False]),
        ("单号≠'A2'", [True, False, True, True, True]),
        ("数量 > 2", [False, True, False, False, True]),
        ("数量 <> 2", [False, True, False, False, True]),
        ("开头是(单号, 'C')", [True, False, True, False, False]),
        ("ends_with(单号,“2”) 或 包含(单号,'C')", [True, True, True, False, False]),
        ("为空(单号)", [False, False, False, True, False]),
        ("去前缀(单号,'C')", ["1", "A2", "3", None, "5"]),
        ("左(单号, 1)&'-'&class", ["C-1", "A-2", "C-3", "-4", "5-5.5"]),
        ("空&空", [None] * 5),
        ("如果(class>2, '大', '小')", ["小", "小", "大", "大", "大"]),
        ("如果(class>2, class, '小')", ["小", "小", 3.0, 4, 5.5]),
        ("if_(开头是(单号,'C'), -数值(class), 数值(class))", [-1.0, 2.0, -3.0, 4.0, 5.5]),
        ("[单价(元)]+【单价(元)】", [2.0, 4.0, 6.0, 8.0, 0.0]),
        ("文本(class)", ["1", "2", "3", "4", "5.5"]),
    ],
)
def test_what_it_computes(source: str, expected: list[Any]) -> None:
    found = compute(source)
    assert [None if cell != cell else cell for cell in found] == [
        pytest.approx(cell) if isinstance(cell, float) else cell for cell in expected
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("数量*单价", [3.0, 2000.0, None, "abc", "x"]),
        ("单价*数量", [3.0, 2000.0, None, "abc", "x"]),
        ("-(数量+单价)", [-3.5, -1002.0, None, "abc", "x"]),
        ("数量/[单价(元)]", [2.0, 500.0, None, "abc", "#DIV/0!"]),
        ("如果(class>4, 数值(单价), 数值(数量))", [2.0, 1000.0, None, "abc", "x"]),
        ("如果(class<4, 数值(单价), class*2)", [1.5, 2.0, 3.0, 8.0, 11.0]),
    ],
)
def test_a_cell_that_cannot_be_read_comes_through_as_it_stands(source: str, expected: list[Any]) -> None:
    assert compute(source) == expected


def test_the_leftmost_unreadable_cell_is_the_one_reported() -> None:
    columns = {"a": cells("x"), "b": cells("y")}
    expression = parse("a*b", "映射")
    assert list(expression.evaluate(columns.__getitem__, 1).cells()) == ["x"]


@pytest.mark.parametrize(
    ("source", "place", "reason"),
    [
        ("", 1, "写法不对"),
        ("数量 单价", 4, "写法不对"),
        ("数量*单价 #注", 7, "写法不对"),
        ("数量.shape", 3, "写法不对"),
        ("数量[0]", 3, "写法不对"),
        ("lambda: 1", 7, "写法不对"),
        ("(数量:=1)", 4, "写法不对"),
        ("0x10", 1, "写法不对"),
        ("数量**2", 1, "不支持"),
        ("数量//2", 1, "不支持"),
        ("1<数量<2", 1, "不支持"),
        ("(数量,单价)", 1, "不支持"),
        ("1+f(数量)", 3, "没有函数“f”"),
        ("__import__('os')", 1, "没有函数"),
        ("绝对值(数量, 2)", 1, "要 1 个参数"),
        ("绝对值(*数量)", 5, "不支持"),
        ("开头是(单号, 单号)", 9, "要写引号里的文本"),
        ("左(单号, 'x')", 7, "要写一个数"),
        ("数量 and 单价", 1, "要用是非判断"),
        ("1+(数量>1)", 4, "不能当作数值"),
        ("单号 >= 'a'", 1, "只能比较相等"),
        ("数量 = 'a' + 1", 6, "文本不能参加计算"),
        ("1" * 501, 501, "超过"),
    ],
)
def test_what_it_refuses_and_where(source: str, place: int, reason: str) -> None:
    with pytest.raises(CrmError, match=reason) as error:
        parse(source, "m.toml amount")
    assert f"第 {place} 个字符" in error.value.problem
    assert error.value.where == "m.toml amount"


def test_words_of_python_are_ordinary_headings() -> None:
    assert parse("class + lambda*import", "x").headings == ("class", "lambda", "import")


PIECES = st.sampled_from(
    [
        *COLUMNS,
        *FUNCTIONS,
        *"+-*/(),&<>=.:[]{}'\"@~;!\\ \n",
        "且",
        "非",
        "or",
        "not",
        "1",
        "2.5",
        "'C'",
        "[单号]",
    ]
)


@given(st.one_of(st.text(max_size=30), st.lists(PIECES, max_size=12).map("".join)))
@example("-" * 500)
@example("非" * 250 + " 1")
@example("not " * 120 + "1>0")
@example("(" * 250 + ")" * 250)
@example("\0")
@example("'\ud800'")
def test_any_text_is_computed_or_refused_in_words(source: str) -> None:
    try:
        expression = parse(source, "映射")
    except CrmError as error:
        assert error.where == "映射"
        return
    empty = cells(*[None] * ROWS)
    result = expression.evaluate(lambda heading: COLUMNS.get(heading, empty), ROWS)
    assert len(result.cells()) == ROWS
    assert result.sort == expression.sort
