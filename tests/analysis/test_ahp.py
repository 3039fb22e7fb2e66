"""Weights and consistency against the published examples; facts transcribed, the publication named at each."""

from __future__ import annotations

from itertools import combinations
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_xl.analysis import ahp
from crm_xl.errors import CrmError
from crm_xl.tables import parameters as p

BLANK = np.nan


def triangle(*rows: list[float]) -> np.ndarray:
    """A judgement matrix from its rows right of the diagonal."""
    size = len(rows) + 1
    cells = np.full((size, size), BLANK)
    for place, row in enumerate(rows):
        cells[place, place + 1 :] = row
    return ahp.reciprocal(cells)


# Saaty 2008, Decision making with the analytic hierarchy process, Int. J. Services Sciences 1(1) 83-98.
DRINKS = ("coffee", "wine", "tea", "beer", "soda", "milk", "water")
DRINKS_JUDGED = triangle([9, 5, 2, 1, 1, 1 / 2], [1 / 3, 1 / 9, 1 / 9, 1 / 9, 1 / 9], [1 / 3, 1 / 4, 1 / 3, 1 / 9],
                         [1 / 2, 1, 1 / 3], [2, 1 / 2], [1 / 3])  # fmt: skip
# Saaty 2005, Theory and Applications of the Analytic Network Process: which city to live in.
CITIES = ("Bethesda", "Boston", "Pittsburgh", "Santa Fe")
CITY_CRITERIA = triangle([1 / 5, 3, 1 / 2, 5], [7, 1, 7], [1 / 4, 3], [7])
CITY_BY_CRITERION = {
    "Culture": triangle([1 / 2, 1, 1 / 2], [2.5, 1], [0.4]),
    "Family": triangle([2, 1 / 3, 4], [1 / 8, 2], [9]),
    "Housing": triangle([5, 1 / 2, 2.5], [1 / 9, 1 / 4], [7]),
    "Jobs": triangle([1 / 2, 3, 4], [6, 8], [1]),
    "Transportation": triangle([1.5, 1 / 2, 4], [1 / 3.5, 2.5], [9]),
}
# Bozóki, Fülöp, Rónyai 2010, On optimal completion of incomplete pairwise comparison matrices: c/d not judged.
INCOMPLETE = triangle([1, 5, 2], [3, 4], [BLANK])
# a before b before c before a, nine times each.
CIRCLE = triangle([9, 1 / 9], [9])


class TestPublishedExamples:
    def test_drinks(self) -> None:
        found = ahp.weigh(DRINKS_JUDGED, ri=p.RI_SAATY_2005)
        published = (0.177, 0.019, 0.042, 0.116, 0.190, 0.129, 0.327)
        assert found.weights == pytest.approx(published, abs=6e-4)
        assert found.cr == pytest.approx(0.022, abs=5e-4)
        assert found.consistent

    @pytest.mark.parametrize(
        ("ri", "cr"),
        [(p.RI_SAATY_1980, 0.0503), (p.RI_SAATY_2005, 0.0507), (p.RI_DONEGAN_DODD, 0.0532)],
    )
    def test_the_random_index_is_the_one_named(self, ri: str, cr: float) -> None:
        assert ahp.weigh(CITY_CRITERIA, ri=ri).cr == pytest.approx(cr, abs=5e-5)

    def test_drinks_by_donegan_and_dodd(self) -> None:
        assert ahp.weigh(DRINKS_JUDGED, ri=p.RI_DONEGAN_DODD).cr == pytest.approx(0.0235, abs=5e-5)

    def test_two_levels_give_the_published_ranking_of_cities(self) -> None:
        criteria = ahp.weigh(CITY_CRITERIA).weights
        local = np.array([ahp.weigh(matrix).weights for matrix in CITY_BY_CRITERION.values()])
        assert criteria @ local == pytest.approx((0.2291, 0.2748, 0.3852, 0.1110), abs=6e-5)

    def test_eigenvector_not_geometric_mean(self) -> None:
        # Row geometric means give water .3243; the eigenvector .3268 (data of Saaty 2008).
        assert ahp.weigh(DRINKS_JUDGED).weights[-1] == pytest.approx(0.3268, abs=5e-5)

    def test_an_incomplete_matrix_is_completed_where_lambda_is_least(self) -> None:
        found = ahp.weigh(INCOMPLETE, ri=p.RI_DONEGAN_DODD)
        assert found.matrix[2, 3] == pytest.approx(0.7303, abs=5e-5)
        assert found.matrix[3, 2] == pytest.approx(1 / found.matrix[2, 3])
        assert found.weights == pytest.approx((0.3738, 0.3920, 0.0985, 0.1357), abs=5e-5)
        assert found.cr == pytest.approx(0.0372, abs=5e-5)

    def test_weights_of_guide_003_come_back_from_their_own_ratios(self) -> None:
        weights = np.array([0.40, 0.25, 0.20, 0.15])
        found = ahp.weigh(weights[:, None] / weights[None, :])
        assert found.weights == pytest.approx(weights, abs=1e-12)
        assert found.cr == pytest.approx(0, abs=1e-12)
        assert found.worst is None


class TestConsistency:
    def test_three_items_by_hand(self) -> None:
        # a/b = 2, b/c = 1, a/c = 4. For three items λmax = 1 + d + 1/d with d³ = a/c ÷ (a/b · b/c) = 4 ÷ 2 = 2.
        found = ahp.weigh(triangle([2, 4], [1]))
        root = 2 ** (1 / 3)
        assert found.lambda_max == pytest.approx(1 + root + 1 / root)
        assert found.ci == pytest.approx((root + 1 / root - 2) / 2)
        assert found.cr == pytest.approx((root + 1 / root - 2) / 2 / 0.58)

    @pytest.mark.parametrize("matrix", [np.ones((1, 1)), triangle([9])])
    def test_up_to_two_items_cannot_contradict_one_another(self, matrix: np.ndarray) -> None:
        found = ahp.weigh(matrix)
        assert (found.ci, found.cr, found.worst) == (0.0, 0.0, None)
        found.require_consistent(["甲", "乙"])

    def test_a_circle_is_refused(self) -> None:
        # d³ = 1/9 ÷ (9 · 9) = 1/729, d = 1/9: λmax = 1 + 1/9 + 9, CI = (91/9 − 3) ÷ 2 = 32/9, CR = 32/9 ÷ 0.58.
        found = ahp.weigh(CIRCLE)
        assert found.weights == pytest.approx([1 / 3] * 3)
        assert found.cr == pytest.approx(32 / 9 / 0.58)
        with pytest.raises(CrmError, match=r"CR=6\.130，超过0\.10（RI取Saaty 1980）") as caught:
            found.require_consistent(["甲", "乙", "丙"], "参数!D2")
        assert caught.value.where == "参数!D2"

    def test_the_judgement_that_was_turned_round_is_named_and_what_would_be_consistent(self) -> None:
        # 1 : 2 : 4 : 8 throughout, but the first against the last typed as 8 instead of 1/8.
        right = np.array([1.0, 2.0, 4.0, 8.0])
        matrix = right[:, None] / right[None, :]
        matrix[0, 3], matrix[3, 0] = 8.0, 1 / 8
        found = ahp.weigh(matrix)
        assert not found.consistent
        worst = found.worst
        assert worst is not None
        assert (worst.first, worst.second, worst.ratio) == (0, 3, 8.0)
        assert worst.consistent == pytest.approx(1 / 8)
        assert worst.suggested == pytest.approx(1 / 8)
        assert worst.cr == pytest.approx(0, abs=1e-9)
        assert found.advice("甲乙丙丁") == (
            "“甲”比“丁”填了8，与其余判断一致的值约为1/8，建议改为1/8（改后CR为0.000）"
        )

    def test_advice_is_told_the_way_round_that_was_judged_more_important(self) -> None:
        right = np.array([8.0, 4.0, 2.0, 1.0])
        matrix = right[:, None] / right[None, :]
        matrix[0, 3], matrix[3, 0] = 1 / 8, 8.0
        assert ahp.weigh(matrix).advice("甲乙丙丁").startswith("“丁”比“甲”填了8，与其余判断一致的值约为1/8")

    def test_a_judgement_nothing_else_speaks_about_is_never_blamed(self) -> None:
        # a, b, c in a circle; d hangs on c alone.
        cells = np.full((4, 4), BLANK)
        cells[0, 1], cells[1, 2], cells[2, 0], cells[2, 3] = 9, 9, 9, 9
        worst = ahp.weigh(ahp.reciprocal(cells)).worst
        assert worst is not None
        assert {worst.first, worst.second} != {2, 3}


class TestReadingCells:
    def test_the_half_that_is_at_least_one_is_exact(self) -> None:
        matrix = ahp.reciprocal(np.array([[1, 0.33, 0.17], [3, 1, BLANK], [6, 2, 1]]))
        assert matrix[0].tolist() == [1, 1 / 3, 1 / 6]
        assert matrix[1].tolist() == [3, 1, 1 / 2]

    @pytest.mark.parametrize(
        ("cells", "words"),
        [
            ([[1, 0], [BLANK, 1]], "第1行第2列：判断值必须大于0，现为 0"),
            ([[1, -3], [BLANK, 1]], "第1行第2列：判断值必须大于0，现为 -3"),
            ([[1, np.inf], [BLANK, 1]], "第1行第2列：判断值必须大于0"),
            ([[1, 3], [0.5, 1]], "第2行第1列：与第1行第2列的 3 不互为倒数，现为 0.5。应为 1/3"),
            ([[2, 3], [BLANK, 1]], "第1行第1列：对角线应为1，现为 2"),
            ([[1, 3]], "应为方阵，现为1行2列"),
            (np.ones((16, 16)).tolist(), "一次最多比较15项，现为16项"),
            ([[1, BLANK], [BLANK, 1]], "“第1项”；“第2项”"),
        ],
    )
    def test_what_is_no_judgement_matrix_is_said_with_its_cell(
        self, cells: list[list[float]], words: str
    ) -> None:
        with pytest.raises(CrmError) as caught:
            ahp.reciprocal(np.array(cells, dtype=float))
        assert words in str(caught.value)

    def test_fifteen_items_are_weighed(self) -> None:
        weights = np.arange(1.0, 16.0)
        found = ahp.weigh(ahp.reciprocal(weights[:, None] / weights[None, :]))
        assert found.weights == pytest.approx(weights / weights.sum())

    def test_a_matrix_nobody_checked_is_our_mistake(self) -> None:
        with pytest.raises(ValueError, match="linked"):
            ahp.weigh(np.array([[1, BLANK], [BLANK, 1]]))
        with pytest.raises(ValueError, match="random index"):
            ahp.weigh(np.ones((3, 3)), ri="Saaty")


class TestGroups:
    def test_geometric_mean_by_hand(self) -> None:
        # 2 and 8 on average √16 = 4; turned round 1/4.
        group = ahp.geometric_mean([triangle([2]), triangle([8])])
        assert group == pytest.approx(np.array([[1, 4], [1 / 4, 1]]))

    def test_whoever_did_not_judge_a_pair_does_not_count_in_it(self) -> None:
        first, second = triangle([2, 6], [3]), triangle([8, BLANK], [3])
        group = ahp.geometric_mean([first, second])
        assert group[0, 1] == pytest.approx(4)
        assert group[0, 2] == pytest.approx(6)

    def test_a_pair_nobody_judged_stays_open(self) -> None:
        half = triangle([2, BLANK], [3])
        assert np.isnan(ahp.geometric_mean([half, half])[0, 2])


RATIOS = st.sampled_from([1 / 9, 1 / 7, 1 / 5, 1 / 3, 1 / 2, 1, 2, 3, 4, 5, 7, 9])


@st.composite
def judged(draw: st.DrawFn, complete: bool = True) -> np.ndarray:
    size = draw(st.integers(3, 6))
    cells = np.full((size, size), BLANK)
    for row, column in combinations(range(size), 2):
        # The first row is always there, so that everything is linked.
        if complete or row == 0 or draw(st.booleans()):
            cells[row, column] = draw(RATIOS)
    return ahp.reciprocal(cells)


class TestForAnyJudgements:
    @settings(deadline=None)
    @given(judged())
    def test_weights_are_the_principal_eigenvector(self, matrix: np.ndarray) -> None:
        found = ahp.weigh(matrix)
        assert found.weights.sum() == pytest.approx(1)
        assert (found.weights > 0).all()
        assert matrix @ found.weights == pytest.approx(found.lambda_max * found.weights)
        assert found.lambda_max >= len(matrix) - 1e-9  # Saaty: λmax ≥ n, equal only when consistent

    @settings(deadline=None)
    @given(judged(), st.randoms())
    def test_the_order_of_the_items_changes_nothing(self, matrix: np.ndarray, random: Random) -> None:
        order = list(range(len(matrix)))
        random.shuffle(order)
        shuffled = ahp.weigh(matrix[np.ix_(order, order)])
        assert shuffled.weights == pytest.approx(ahp.weigh(matrix).weights[order])
        assert shuffled.cr == pytest.approx(ahp.weigh(matrix).cr, abs=1e-9)

    @settings(max_examples=40, deadline=None)
    @given(judged(complete=False))
    def test_no_other_completion_has_a_smaller_lambda(self, matrix: np.ndarray) -> None:
        found = ahp.weigh(matrix)
        for row, column in zip(*np.nonzero(np.triu(np.isnan(matrix))), strict=True):
            for factor in (0.99, 1.01):
                other = found.matrix.copy()
                other[row, column] *= factor
                other[column, row] /= factor
                assert np.linalg.eigvals(other).real.max() >= found.lambda_max - 1e-9

    @settings(deadline=None)
    @given(judged(), st.integers(0, 5))
    def test_a_judgement_raised_never_lowers_the_weight_of_what_it_favours(
        self, matrix: np.ndarray, place: int
    ) -> None:
        column = 1 + place % (len(matrix) - 1)
        raised = matrix.copy()
        raised[0, column] *= 1.5
        raised[column, 0] /= 1.5
        before, after = ahp.weigh(matrix).weights, ahp.weigh(raised).weights
        assert after[0] > before[0]
        assert after[column] < before[column]

    @settings(max_examples=40, deadline=None)
    @given(judged())
    def test_the_consistent_value_of_the_worst_judgement_mends_most(self, matrix: np.ndarray) -> None:
        found = ahp.weigh(matrix)
        if found.worst is None:
            assert found.cr == pytest.approx(0, abs=1e-6)
            return

        def mended(first: int, second: int, value: float) -> float:
            other = matrix.copy()
            other[first, second], other[second, first] = value, 1 / value
            return ahp.weigh(other).lambda_max

        worst = found.worst
        best = mended(worst.first, worst.second, worst.consistent)
        assert best <= found.lambda_max + 1e-9
        # No change of any one judgement to any step of the scale does better.
        for first, second in combinations(range(len(matrix)), 2):
            for value in (1 / 9, 1 / 5, 1 / 2, 1, 2, 5, 9):
                assert mended(first, second, value) >= best - 1e-7
