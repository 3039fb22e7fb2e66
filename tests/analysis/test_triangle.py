"""The triangles written back: nothing typed is lost, the other half is computed, and a second refresh changes nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_xl import Settings
from crm_xl.analysis.triangle import NOT_YET, SET_ASIDE, saaty_steps, triangle_table
from crm_xl.analysis.weights import BETWEEN, levels_of
from crm_xl.raw import RawTable
from crm_xl.settings.triangle import ratio_of, read_triangle
from crm_xl.tables import parameters as p
from crm_xl.tables.workshop import AHP, HEAD_MARK, ITEM_COLUMNS, MOST_COMPARED
from tests.support.judgements import ITEMS, chain, filled, square

SHIPPED = Settings.default()


def written(raw: RawTable | None, settings: Settings = SHIPPED) -> pd.DataFrame:
    return triangle_table(settings, read_triangle(raw))


def found_again(table: pd.DataFrame) -> RawTable:
    """The table as the next refresh finds it in the workbook."""
    rows = table.astype(object).where(table.notna(), None).to_numpy().tolist()
    return RawTable.from_rows(AHP.name, [AHP.titles, *rows], sheet=AHP.sheet, row=4)


def having(**general: Any) -> Settings:
    return replace(SHIPPED, general=replace(SHIPPED.general, **general))


def cells(table: pd.DataFrame) -> list[list[Any]]:
    """The square of four by four of the first group, blanks as None."""
    body = table.loc[table["number"].notna(), list(ITEM_COLUMNS[:4])].head(4).astype(object)
    return body.where(body.notna(), None).to_numpy().tolist()


def test_a_first_refresh_draws_the_triangles_of_the_default_card() -> None:
    table = written(None)
    assert tuple(table.columns) == AHP.names
    assert table["item"].tolist() == [HEAD_MARK, *ITEMS]
    assert table.loc[0, list(ITEM_COLUMNS)].tolist() == [*ITEMS, *[None] * 5]
    assert table["finding"].tolist()[0] == NOT_YET
    assert cells(table) == [["1" if a == b else None for b in range(4)] for a in range(4)]


def test_several_dimensions_have_a_triangle_each_and_one_above_them() -> None:
    table = written(None, having(scorecard=p.CARD_FOUR))
    heads = table[table["item"] == HEAD_MARK]
    assert heads["dimension"].tolist() == [BETWEEN, "客户价值", "客户潜力", "客户风险", "客户战略"]
    assert table["number"].count() == 4 + 4 + 3 + 3 + 3


def test_the_other_half_and_the_figures_are_written_beside() -> None:
    # 4 : 2 : 2 : 1 of 9.
    table = written(filled(square(chain("2", 2, "4", "1", "2", 2.0))))
    assert cells(table) == [
        ["1", "2", 2, "4"],
        ["（1/2）", "1", "1", "2"],
        ["（1/2）", "（1）", "1", 2.0],
        ["（1/4）", "（1/2）", "（1/2）", "1"],
    ]
    assert table["weight"].tolist()[1:] == pytest.approx([4 / 9, 2 / 9, 2 / 9, 1 / 9])
    assert table.loc[0, "cr"] == pytest.approx(0, abs=1e-9)
    assert table.loc[0, "finding"] == "通过"


def test_a_judgement_typed_below_the_diagonal_moves_up() -> None:
    table = written(filled(square({("利润率", "年消费额"): "1/3", ("合作时长", "年消费额"): 0.5})))
    assert cells(table)[0] == ["1", "3", "2", None]
    assert [row[0] for row in cells(table)] == ["1", "（1/3）", "（1/2）", None]


def test_a_lower_half_that_contradicts_the_upper_is_said_with_its_cell_and_stays() -> None:
    typed = chain("2", "2", "4", "1", "2", "2") | {("利润率", "年消费额"): "3"}
    raw = filled(square(typed))
    table = written(raw)
    assert cells(table)[1][0] == "3"
    assert table["weight"].isna().all()
    # 利润率 stands in row 6, 第1项 is column H.
    assert (
        "AHP权重!H6：“利润率”比“年消费额”填了 3，与同一人另一处的判断 1/2 不互为倒数。请改为 1/2，或清空其中一格"
        in table.loc[0, "finding"]
    )
    # One that agrees, as people round, goes into brackets.
    assert (
        cells(written(filled(square(chain("3", *"24122") | {("利润率", "年消费额"): 0.33}))))[1][0]
        == "（1/3）"
    )


def test_judgements_that_do_not_hang_together_name_the_worst_and_its_cell() -> None:
    # As 8 : 4 : 2 : 1 but for the last of the first row, 1/8 instead of 8.
    table = written(filled(square(chain("2", "4", "1/8", "2", "4", "2"))))
    assert table["weight"].isna().all()
    assert table.loc[0, "cr"] > 0.1
    assert "AHP权重!K5：判断前后不一致" in table.loc[0, "finding"]
    assert "“交叉购买率”比“年消费额”填了8" in table.loc[0, "finding"]


def test_judgements_left_open_are_completed_and_counted() -> None:
    # 8 : 4 : 2 : 1 of 15 from neighbours alone.
    pairs = {(ITEMS[0], ITEMS[1]): 2, (ITEMS[1], ITEMS[2]): 2, (ITEMS[2], ITEMS[3]): 2}
    table = written(filled(square(pairs)))
    assert table["weight"].tolist()[1:] == pytest.approx([8 / 15, 4 / 15, 2 / 15, 1 / 15])
    assert table.loc[0, "finding"] == "通过；3对未判断，按最一致的值补全"


def test_too_few_judgements_name_what_is_missing() -> None:
    table = written(filled(square({(ITEMS[0], ITEMS[1]): 2, (ITEMS[2], ITEMS[3]): 2})))
    assert "请至少补上“年消费额”与“合作时长”的比较" in table.loc[0, "finding"]


def test_an_unreadable_cell_stays_and_is_told() -> None:
    table = written(filled(square(chain("2", "2", "4", "1", "2", "稍重要"))))
    assert cells(table)[2][3] == "稍重要"
    assert cells(table)[3][2] is None
    assert table.loc[0, "finding"].startswith("AHP权重!K7：判断值")


def test_judges_named_in_the_settings_have_a_square_each_and_whoever_judged_keeps_his() -> None:
    table = written(filled(square(chain(*"224122"), judge="丙")), having(ahp_judges="甲、乙"))
    heads = table[table["item"] == HEAD_MARK]
    assert heads["judge"].tolist() == ["甲", "乙", "丙"]
    assert heads["finding"].tolist() == [NOT_YET, NOT_YET, "通过"]
    # An empty square of nobody in particular goes when somebody is named.
    assert set(written(found_again(written(None)), having(ahp_judges="甲"))["judge"]) == {"甲"}


def test_another_card_that_somebody_judged_keeps_its_squares() -> None:
    items = ("消费频次", "客单价", "活跃度")
    pairs = {("消费频次", "客单价"): 2, ("客单价", "活跃度"): 1}
    raw = filled(square(pairs, items=items, dimension=BETWEEN, card=p.CARD_RETAIL))
    table = written(raw)
    assert table.loc[table["item"] == HEAD_MARK, "card"].tolist() == [
        p.CARD_VALUE,
        p.CARD_RETAIL,
        p.CARD_RETAIL,
    ]


def test_items_in_another_order_keep_their_judgements() -> None:
    turned = square({("利润率", "年消费额"): "1/2"}, items=("利润率", "年消费额", "合作时长", "交叉购买率"))
    assert cells(written(filled(turned)))[0] == ["1", "2", None, None]


def test_judgements_on_items_that_are_gone_are_set_aside_and_never_lost() -> None:
    items = ("年消费额", "利润率", "忠诚度", "交叉购买率")
    raw = filled(square(chain("2", "3", "4", "2", "2", "1", items=items), items=items))
    table = written(raw)
    # What still can be compared stays in force.
    assert cells(table)[0] == ["1", "2", None, "4"]
    aside = table[table["number"].isna() & (table["item"] != HEAD_MARK)]
    assert aside["item"].tolist() == list(items[:3])  # nothing is typed in the row of the last
    assert aside[["item_3"]].iloc[0].tolist() == ["3"]
    assert SET_ASIDE in table["finding"].tolist()
    again = written(found_again(table))
    pd.testing.assert_frame_equal(again.drop(columns="finding"), table.drop(columns="finding"))
    assert SET_ASIDE in again["finding"].tolist()


def test_a_card_that_is_gone_is_set_aside() -> None:
    table = written(filled(square(chain(*"224122"), card="旧卡")))
    assert table.loc[table["card"] == "旧卡", "item"].tolist() == [HEAD_MARK, *ITEMS[:3]]
    assert read_triangle(found_again(table)).judgements == ()


def test_more_items_than_a_person_can_compare_are_told() -> None:
    card = SHIPPED.cards[p.CARD_VALUE]
    (dimension,) = card.dimensions
    many = tuple(replace(dimension.indicators[0], name=f"指标{n}", weight=0.1) for n in range(10))
    wide = replace(card, dimensions=(replace(dimension, indicators=many),))
    table = written(None, replace(SHIPPED, cards={**SHIPPED.cards, card.name: wide}))
    assert table["finding"].tolist() == [f"这一组有10项，一次最多比较{MOST_COMPARED}项，请拆成几个维度"]


def test_the_steps_offered_are_those_of_saaty() -> None:
    steps = saaty_steps()["step"].tolist()
    assert steps == [*"987654321", *(f"1/{n}" for n in range(2, 10))]
    assert np.prod([ratio_of(step) for step in steps]) == pytest.approx(1)


TYPED = st.sampled_from([None, "1/3", "3", 3.0, 0.33, "2.5", "稍重要", "（1/3）", 0, 20, 1])


@given(st.lists(TYPED, min_size=16, max_size=16), st.sampled_from(["", "甲", "乙、甲"]))
def test_two_refreshes_leave_what_one_leaves_and_no_judgement_changes(typed: list[Any], judges: str) -> None:
    pairs = {(a, b): typed[4 * x + y] for x, a in enumerate(ITEMS) for y, b in enumerate(ITEMS)}
    settings = having(ahp_judges=judges)
    before = read_triangle(filled(square(pairs)))
    once = triangle_table(settings, before)
    after = read_triangle(found_again(once))
    twice = triangle_table(settings, after)
    # The places that sentences name are those of the table as found: before the first refresh a row higher.
    pd.testing.assert_frame_equal(twice.drop(columns="finding"), once.drop(columns="finding"))
    pd.testing.assert_frame_equal(triangle_table(settings, read_triangle(found_again(twice))), twice)

    def said(judgements: Any) -> dict[frozenset[str], set[float]]:
        found: dict[frozenset[str], set[float]] = {}
        for j in judgements:
            if j.ratio is not None:
                towards = j.ratio if j.first < j.second else 1 / j.ratio
                found.setdefault(frozenset((j.first, j.second)), set()).add(round(towards, 1))
        return found

    kept, had = said(after.judgements), said(before.judgements)
    assert kept.keys() == had.keys()
    # Of two that agree, 3 and 0.33, one is left.
    assert all(values <= had[pair] for pair, values in kept.items())


@pytest.mark.parametrize("card", SHIPPED.cards)
def test_every_group_of_every_card_has_a_triangle(card: str) -> None:
    table = written(None, having(scorecard=card))
    drawn = table.loc[table["number"].notna()].groupby("dimension", sort=False)["item"].apply(tuple).to_dict()
    assert drawn == levels_of(SHIPPED.cards[card])
