"""Weights from people: judgements, scores, equality; arithmetic by hand."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_xl.analysis.expert import equal_weights, expert_weights, rating_spread
from crm_xl.analysis.weights import (
    BETWEEN,
    ahp_weights,
    levels_of,
    opinion_notes,
    weigh_card,
    weighed,
    with_weights,
)
from crm_xl.builder.samples.trials import trial_rows
from crm_xl.errors import CrmError
from crm_xl.raw import RawTable
from crm_xl.settings import Settings
from crm_xl.settings.model import ExpertScore, Judgement
from crm_xl.tables import inputs as i
from crm_xl.tables import parameters as p
from crm_xl.tables.workshop import AHP, AHP_WEIGHTS, RATING_SPREAD
from tests.support.judgements import filled, square
from tests.support.metric_rows import metric_rows

SHIPPED = Settings.default()
ITEMS = ("年消费额", "利润率", "合作时长", "交叉购买率")


def judged(
    first: str, second: str, ratio: float | None, judge: str = "甲", card: str = p.CARD_VALUE
) -> Judgement:
    return Judgement(
        card=card, first=first, second=second, ratio=ratio, judge=judge, where=f"参数!{first}{second}"
    )


def consistent(weights: tuple[float, ...] = (8, 4, 2, 1), judge: str = "甲") -> list[Judgement]:
    """All six judgements of the value card as these weights have them."""
    return [
        judged(ITEMS[a], ITEMS[b], weights[a] / weights[b], judge) for a in range(4) for b in range(a + 1, 4)
    ]


def scored(expert: str, *scores: float | None) -> list[ExpertScore]:
    return [
        ExpertScore(card=p.CARD_VALUE, item=item, score=score, expert=expert, where=f"参数!{expert}{item}")
        for item, score in zip(ITEMS, scores, strict=True)
    ]


def having(
    judgements: list[Judgement] | None = None, scores: list[ExpertScore] | None = None, **general: str
) -> Settings:
    return replace(
        SHIPPED,
        judgements=tuple(judgements or ()),
        expert_scores=tuple(scores or ()),
        general=replace(SHIPPED.general, **general),
    )


class TestExpertScoring:
    def test_each_experts_scores_are_made_to_sum_first(self) -> None:
        # 8, 5, 4, 3 of 20: .40 .25 .20 .15. 90, 60, 30, 20 of 200: .45 .30 .15 .10. Means .425 .275 .175 .125.
        found = expert_weights(np.array([[8, 5, 4, 3], [90, 60, 30, 20.0]]), ["甲", "乙"])
        assert found.weights == pytest.approx([0.425, 0.275, 0.175, 0.125])
        # Two values: standard deviation = difference ÷ √2 = .05 ÷ 1.4142 throughout.
        assert found.spread == pytest.approx([0.05 / 2**0.5] * 4)
        assert (found.experts, found.left_out) == (2, ())

    def test_one_expert_has_no_spread(self) -> None:
        assert expert_weights(np.array([[3.0, 1.0]]), ["甲"]).spread.tolist() == [0, 0]

    def test_who_left_an_item_out_enters_nothing(self) -> None:
        found = expert_weights(np.array([[1, 1.0], [9, np.nan], [0, 0]]), ["甲", "乙", "丙"])
        assert found.weights.tolist() == [0.5, 0.5]
        assert found.left_out == ("乙", "丙")

    @pytest.mark.parametrize(
        ("scores", "words"),
        [([[1, np.nan]], "没有一位专家给全部指标打了分"), ([[1, -2]], "李强的打分中有负数")],
    )
    def test_what_gives_no_weights_is_said(self, scores: list[list[float]], words: str) -> None:
        with pytest.raises(CrmError, match=words):
            expert_weights(np.array(scores, dtype=float), ["李强"])

    @given(st.lists(st.tuples(*[st.integers(1, 100)] * 3), min_size=1, max_size=6), st.integers(2, 50))
    def test_the_scale_an_expert_uses_does_not_matter(self, rows: list[tuple[int, ...]], factor: int) -> None:
        scores = np.array(rows, dtype=float)
        other = scores.copy()
        other[0] *= factor
        names = [str(n) for n in range(len(rows))]
        assert expert_weights(other, names).weights == pytest.approx(expert_weights(scores, names).weights)

    def test_ratings_that_lie_apart_are_shown(self) -> None:
        ratings = pd.DataFrame({name: np.nan for name in i.RATINGS.names}, index=range(5), dtype=object)
        ratings["customer_id"] = ["C2", "C1", "C2", "C1", "C3"]
        for name in ("need_match", "brand_synergy"):
            ratings[name] = ratings[name].astype(float)
        ratings["need_match"] = [0.9, 0.5, 0.5, np.nan, 0.1]
        ratings["brand_synergy"] = [4, 3, 4, 5, 1.0]
        found = rating_spread(ratings, metric_rows({"customer_name": "一"}, {"customer_name": "二"}, {}))
        assert tuple(found.columns) == RATING_SPREAD.names
        # 3 and 5: standard deviation 2 ÷ √2; .9 and .5: .4 ÷ √2. C2 agrees on 4; C3 was rated once.
        assert found[["customer_id", "customer_name", "field", "raters"]].to_numpy().tolist() == [
            ["C1", "一", "品牌协同效应", 2], ["C2", "二", "需求匹配度", 2],
        ]  # fmt: skip
        assert found["mean"].tolist() == pytest.approx([4, 0.7])
        assert found["spread"].tolist() == pytest.approx([2**0.5, 0.4 / 2**0.5])
        assert found[["lowest", "highest"]].to_numpy().tolist() == [[3, 5], [0.5, 0.9]]


class TestLevels:
    def test_a_card_is_weighed_dimension_by_dimension_and_above(self) -> None:
        levels = levels_of(SHIPPED.cards[p.CARD_MANUFACTURING])
        assert list(levels) == [BETWEEN, "客户价值", "合作稳定性", "行业影响力"]
        assert levels[BETWEEN] == ("客户价值", "合作稳定性", "行业影响力")

    def test_one_item_needs_no_weight(self) -> None:
        assert list(levels_of(SHIPPED.cards[p.CARD_RETAIL])) == [BETWEEN, "活跃度"]

    def test_dimensions_can_be_judged_as_well(self) -> None:
        pairs = [judged(a, b, r, card=p.CARD_MANUFACTURING) for a, b, r in
                 (("客户价值", "合作稳定性", 2), ("客户价值", "行业影响力", 4), ("合作稳定性", "行业影响力", 2))]  # fmt: skip
        levels = {
            level.dimension: level
            for level in weigh_card(SHIPPED.cards[p.CARD_MANUFACTURING], pairs, [], p.RI_SAATY_1980)
        }
        # 4 : 2 : 1
        assert levels[BETWEEN].proposed[p.WEIGHTS_AHP] == pytest.approx([4 / 7, 2 / 7, 1 / 7])
        assert p.WEIGHTS_AHP not in levels["客户价值"].proposed


class TestTable:
    def test_every_source_stands_beside_the_weights_in_force(self) -> None:
        table = ahp_weights(having(consistent(), scored("甲", 8, 5, 4, 3)))
        assert tuple(table.columns) == AHP_WEIGHTS.names
        assert table["item"].tolist() == list(ITEMS)
        assert table["current"].tolist() == pytest.approx([0.4, 0.25, 0.2, 0.15])
        # 8 : 4 : 2 : 1 of 15
        assert table["ahp"].tolist() == pytest.approx([8 / 15, 4 / 15, 2 / 15, 1 / 15])
        assert table["expert"].tolist() == pytest.approx([0.4, 0.25, 0.2, 0.15])
        assert table["equal"].tolist() == [0.25] * 4
        assert table.loc[0, "verdict"] == "通过"
        assert table.loc[0, "cr"] == pytest.approx(0, abs=1e-9)

    def test_sample_judgements_are_consistent(self) -> None:
        table = RawTable.from_rows(AHP.name, [AHP.titles, *trial_rows()[AHP.name]])
        settings = Settings.from_tables({AHP.name: table})
        weights = ahp_weights(settings)
        assert weights["verdict"].tolist()[0] == "通过"
        assert weights["ahp"].sum() == pytest.approx(1)
        assert opinion_notes(settings) == ()

    def test_a_group_is_its_geometric_mean(self) -> None:
        # One says 16 : 4 : 2 : 1, the other 4 : 4 : 2 : 1; the first item's ratios average to 8 : 4, 8 : 2, 8 : 1.
        table = ahp_weights(having(consistent((16, 4, 2, 1), "甲") + consistent((4, 4, 2, 1), "乙")))
        assert table["ahp"].tolist() == pytest.approx([8 / 15, 4 / 15, 2 / 15, 1 / 15])
        assert "2人判断，取几何平均" in table.loc[0, "notes"]

    def test_judgements_left_open_are_completed_and_counted(self) -> None:
        chain = [j for j in consistent() if (j.first, j.second) in set(pairwise(ITEMS))]
        table = ahp_weights(having([*chain, judged(ITEMS[0], ITEMS[3], None)]))
        assert table["ahp"].tolist() == pytest.approx([8 / 15, 4 / 15, 2 / 15, 1 / 15])
        assert "3对未判断" in table.loc[0, "notes"]

    def test_contradiction_gives_no_weights_and_names_the_cell(self) -> None:
        wrong = [j for j in consistent() if (j.first, j.second) != (ITEMS[0], ITEMS[3])]
        table = ahp_weights(having([*wrong, judged(ITEMS[0], ITEMS[3], 1 / 8)], scored("甲", 8, 5, 4, 3)))
        assert table["ahp"].isna().all()
        assert table.loc[0, "verdict"] == "未通过"
        assert table.loc[0, "cr"] > 0.1
        # 8 : 1 is what the others say; typed 1/8, so told the other way round: 8 instead of 1/8.
        assert "“交叉购买率”比“年消费额”填了8，与其余判断一致的值约为1/8" in table.loc[0, "worst"]
        assert "参数!年消费额交叉购买率：判断前后不一致" in table.loc[0, "notes"]
        # The rest is computed.
        assert table["expert"].tolist() == pytest.approx([0.4, 0.25, 0.2, 0.15])

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            (
                [judged("利润率", "年消费额", 3)],
                "参数!利润率年消费额：“利润率”比“年消费额”填了 3，与同一人另一处的判断 1/2 ",
            ),
            ([judged("年消费额", "利润率", 5)], "与同一人另一处的判断 2 不互为倒数。请改为 2"),
            ([judged("年消费额", "利润率", -1, "乙")], "判断值必须大于0，现为 -1"),
        ],
    )
    def test_judgements_that_cannot_be_are_said_with_their_cell(
        self, more: list[Judgement], words: str
    ) -> None:
        table = ahp_weights(having(consistent() + more))
        assert table["ahp"].isna().all()
        assert words in table.loc[0, "notes"]

    def test_a_reciprocal_rounded_as_people_type_it_is_no_contradiction(self) -> None:
        table = ahp_weights(having([*consistent((9, 3, 3, 1)), judged("利润率", "年消费额", 0.33)]))
        assert table["ahp"].tolist() == pytest.approx([9 / 16, 3 / 16, 3 / 16, 1 / 16])

    def test_too_few_judgements_name_what_is_missing(self) -> None:
        table = ahp_weights(having([judged("年消费额", "利润率", 2), judged("合作时长", "交叉购买率", 2)]))
        assert "请至少补上“年消费额”与“合作时长”的比较" in table.loc[0, "notes"]

    def test_an_expert_who_scored_twice_is_said(self) -> None:
        table = ahp_weights(having([], scored("甲", 8, 5, 4, 3) + scored("甲", 8, 5, 4, 3)))
        assert table["expert"].isna().all()
        assert "甲给“年消费额”打了两次分" in table.loc[0, "notes"]


class TestUnknownNames:
    @pytest.mark.parametrize(
        ("settings", "words"),
        [
            (having([judged("年消费额", "利润率", 2, card="旧卡")]), "参数!年消费额利润率：没有名为“旧卡”的评分卡"),
            (having([judged("年消费额", "销售额", 2)]), "“年消费额”与“销售额”不是评分卡“价值评分卡”中同一层的两项"),
            (having([judged("年消费额", "年消费额", 2)]), "“年消费额”与自身比较"),
            (having([], [ExpertScore(card=p.CARD_VALUE, item="销售额", score=1, expert="甲", where="参数!C9")]),
             "参数!C9：评分卡“价值评分卡”中没有需要定权重的“销售额”"),
            (having([], [ExpertScore(card="旧卡", item="年消费额", score=1, expert="甲")]), "没有名为“旧卡”的评分卡"),
        ],
    )  # fmt: skip
    def test_each_is_a_sentence_with_its_cell(self, settings: Settings, words: str) -> None:
        (note,) = opinion_notes(settings)
        assert words in note

    @pytest.mark.parametrize("typed", [0, -2, "x", 12])
    def test_a_judgement_that_is_no_judgement_stops_nothing_but_itself(self, typed: object) -> None:
        table = filled(square({("年消费额", "利润率"): typed}))
        settings = Settings.from_tables({table.name: table})
        (note,) = opinion_notes(settings)
        assert note.startswith("AHP权重!I5：判断值")
        assert ahp_weights(settings)["ahp"].isna().all()


class TestWeighing:
    def test_typed_weights_are_the_default(self) -> None:
        assert weighed(SHIPPED) == (SHIPPED, ())

    @pytest.mark.parametrize(
        ("source", "weights"),
        [
            (p.WEIGHTS_AHP, [8 / 15, 4 / 15, 2 / 15, 1 / 15]),
            (p.WEIGHTS_EXPERT, [0.25, 0.25, 0.4, 0.1]),
            (p.WEIGHTS_EQUAL, [0.25] * 4),
        ],
    )
    def test_the_default_card_takes_the_weights_of_the_chosen_source(
        self, source: str, weights: list[float]
    ) -> None:
        settings, notes = weighed(having(consistent(), scored("甲", 25, 25, 40, 10), weight_source=source))
        assert list(settings.card.weights.values()) == pytest.approx(weights)
        assert notes == (f"评分卡“价值评分卡”的权重取自{source}",)
        assert settings.cards[p.CARD_FOUR] == SHIPPED.cards[p.CARD_FOUR]

    def test_a_source_without_usable_data_leaves_the_typed_weights_and_says_why(self) -> None:
        circle = [judged(ITEMS[a], ITEMS[b], 9) for a, b in ((0, 1), (1, 2), (2, 0))] + [
            judged(ITEMS[0], ITEMS[3], 1)
        ]
        settings, notes = weighed(having(circle, weight_source=p.WEIGHTS_AHP))
        assert settings.card == SHIPPED.card
        assert notes[0].startswith("“客户价值”沿用手工权重：")
        assert "判断前后不一致" in notes[0]
        _, notes = weighed(having([], weight_source=p.WEIGHTS_EXPERT))
        assert notes == ("“客户价值”沿用手工权重：没有专家打分数据",)

    def test_weights_of_every_level_sum_to_one_afterwards(self) -> None:
        card = SHIPPED.cards[p.CARD_FOUR]
        levels = {name: equal_weights(len(items)) for name, items in levels_of(card).items()}
        assert sum(with_weights(card, levels).weights.values()) == pytest.approx(1)
        assert with_weights(card, {}) == card

    @pytest.mark.parametrize("weights", [[1.0], [0.5, 0.5, 0.5, 0.5], [1.5, -0.5, 0, 0]])
    def test_weights_nobody_checked_are_our_mistake(self, weights: list[float]) -> None:
        with pytest.raises(ValueError, match="weights that sum"):
            with_weights(SHIPPED.card, {"客户价值": weights})
