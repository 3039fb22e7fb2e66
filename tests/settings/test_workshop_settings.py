"""The settings of the grading workshop: presets, opinions on weights, limits of the schemes."""

from __future__ import annotations

from typing import Any

import pytest

from crm_xl import CrmError, Settings
from crm_xl.raw import RawTable
from crm_xl.settings.model import ExpertScore
from crm_xl.tables import parameters as p
from crm_xl.tables.shipped import SHIPPED


def having(**values: Any) -> dict[str, RawTable]:
    """The shipped settings with some values replaced; they stand at 参数!A1."""
    titles = {setting.name: setting.title for setting in p.GENERAL}
    wanted = {titles[name]: value for name, value in values.items()}
    rows = [[row[0], wanted.get(row[0], row[1]), *row[2:]] for row in SHIPPED[p.SETTINGS_TABLE.name]]
    return {
        p.SETTINGS_TABLE.name: RawTable.from_rows(
            p.SETTINGS_TABLE.name, [p.SETTINGS_TABLE.titles, *rows], sheet=p.SHEET
        )
    }


def place(name: str) -> str:
    return f"参数!B{[setting.name for setting in p.GENERAL].index(name) + 2}"


@pytest.mark.parametrize(
    ("values", "cell", "words"),
    [
        ({"potential_middle": 4.0}, "potential_high", "应大于“中潜力下限” 4，现为 4。"),
        ({"membership_gold": 13}, "membership_diamond", "应大于“黄金会员下限” 13，现为 13。"),
        ({"membership_silver": 11}, "membership_gold", "应大于“白银会员下限” 11，现为 10。"),
        ({"prospect_card": "没有的卡"}, "prospect_card", "没有名为“没有的卡”的评分卡。可填：价值评分卡"),
        (
            {"prospect_dimension": "客户魅力"},
            "prospect_dimension",
            "评分卡“四维评分卡”中没有维度“客户魅力”。可填：客户价值、客户潜力",
        ),
        ({"matrix_quantile": 1.2}, "matrix_quantile", "矩阵分位"),
        ({"ahp_ri": "Saaty"}, "ahp_ri", "AHP随机一致性指标"),
    ],
)
def test_a_wrong_setting_is_named_with_its_cell(values: dict[str, Any], cell: str, words: str) -> None:
    with pytest.raises(CrmError) as caught:
        Settings.from_tables(having(**values))
    assert place(cell) in str(caught.value)
    assert words in str(caught.value)


def test_settings_of_a_workbook_that_does_not_know_them_are_the_shipped_ones() -> None:
    older = [row for row in SHIPPED[p.SETTINGS_TABLE.name] if row[0] != "重点开发目标下限"]
    table = RawTable.from_rows(p.SETTINGS_TABLE.name, [p.SETTINGS_TABLE.titles, *older], sheet=p.SHEET)
    assert Settings.from_tables({table.name: table}).general.prospect_focus == 80


def test_a_book_of_cards_of_ones_own_needs_no_prospect_card() -> None:
    rows = [row for row in SHIPPED[p.INDICATORS.name] if row[0] != p.CARD_FOUR]
    table = RawTable.from_rows(p.INDICATORS.name, [p.INDICATORS.titles, *rows], sheet=p.SHEET)
    assert p.CARD_FOUR not in Settings.from_tables({table.name: table}).cards


def test_expert_scores_are_read_with_their_cells() -> None:
    experts = RawTable.from_rows(
        p.EXPERT_SCORES.name, [p.EXPERT_SCORES.titles, (p.CARD_VALUE, "利润率", 7, "乙", None)], sheet=p.SHEET
    )
    settings = Settings.from_tables({experts.name: experts})
    assert settings.expert_scores == (ExpertScore(card=p.CARD_VALUE, item="利润率", score=7.0, expert="乙"),)
    assert settings.expert_scores[0].where == "参数!C2"
    assert settings.opinion_faults == ()
