"""AHP_WEIGHTS and AHP_CR of the sheet AHP权重: what the refresh says of a group, the formula says too."""

from __future__ import annotations

from typing import Any

import pytest

from crm_xl import CrmError, Settings
from crm_xl.analysis.triangle import triangle_table
from crm_xl.analysis.weights import ahp_weights
from crm_xl.functions.declared import function
from crm_xl.settings.triangle import read_triangle
from crm_xl.tables import parameters as p
from crm_xl.tables.workshop import AHP
from tests.support.judgements import chain, filled, square

# As 4 : 2 : 2 : 1; another judge as 1 : 2 : 2 : 4, so that the two together find nothing more important.
FOUR, ONE = chain("2", "2", "4", "1", "2", "2"), chain("1/2", "1/2", "1/4", "1", "1/2", "1/2")


def sheet(*squares: list[list[Any]]) -> list[list[Any]]:
    """The range CRM_AHP after a refresh, blanks as Excel hands them over."""
    table = triangle_table(Settings.default(), read_triangle(filled(*squares)))
    return [list(AHP.titles), *table.astype(object).where(table.notna(), "").to_numpy().tolist()]


def test_the_judgements_as_typed_and_as_refreshed_weigh_alike() -> None:
    expected = pytest.approx([4 / 9, 2 / 9, 2 / 9, 1 / 9])
    typed = [list(AHP.titles), *square(FOUR)]
    for area in (typed, sheet(square(FOUR))):
        assert [row[0] for row in function("AHP_WEIGHTS").call(area)] == expected
        assert function("AHP_CR").call(area) == pytest.approx(0, abs=1e-9)


def test_several_judges_are_their_geometric_mean_as_in_the_table() -> None:
    squares = square(FOUR), square(ONE, judge="乙")
    assert [row[0] for row in function("AHP_WEIGHTS").call(sheet(*squares))] == pytest.approx([0.25] * 4)
    raw = filled(*squares)
    table = ahp_weights(Settings.from_tables({raw.name: raw}))
    assert table["ahp"].tolist() == pytest.approx([0.25] * 4)


def test_a_group_is_named() -> None:
    items = ("行业排名", "需求匹配度", "行业潜力")
    area = [
        list(AHP.titles),
        *square(FOUR, card=p.CARD_FOUR),
        *square(chain("2", "4", "2", items=items), items=items, dimension="客户潜力", card=p.CARD_FOUR),
    ]
    weights = function("AHP_WEIGHTS").call(area, None, "客户潜力")
    assert [row[0] for row in weights] == pytest.approx([4 / 7, 2 / 7, 1 / 7])
    with pytest.raises(CrmError, match="没有名为“客户魅力”的比较组。可填：客户价值、客户潜力"):
        function("AHP_WEIGHTS").call(area, None, "客户魅力")


def test_nobody_has_judged_yet() -> None:
    assert function("AHP_WEIGHTS").call(sheet()) == ""
    assert function("AHP_CR").call(sheet()) == ""


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ({**FOUR, ("利润率", "年消费额"): "3"}, "不互为倒数"),
        ({**FOUR, ("利润率", "合作时长"): "稍重要"}, "判断值"),
        (chain("9", "1/9", "1", "9", "1", "1"), "判断前后不一致"),
    ],
)
def test_what_cannot_be_weighed_is_an_error_with_its_reason(
    pairs: dict[tuple[str, str], Any], words: str
) -> None:
    with pytest.raises(CrmError, match=words):
        function("AHP_WEIGHTS").call(sheet(square(pairs)))
