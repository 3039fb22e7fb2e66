"""Weights from pairwise judgements: principal eigenvector, consistency, the worst judgement (guide 003, AHP).

Source: Saaty's eigenvector method; judgements that were not made are completed so that λmax is least (Bozóki,
Fülöp, Rónyai 2010, On optimal completion of incomplete pairwise comparison matrices).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from crm_xl.analysis.growth import Floats
from crm_xl.errors import CrmError
from crm_xl.settings.triangle import RECIPROCAL_TOLERANCE
from crm_xl.tables import parameters as p

CR_LIMIT = 0.10
MOST_ITEMS = 15  # as far as every table of random indices goes
SCALE = tuple(range(1, 10))

# Random indices by number of items, from 3 on. Saaty 1980, The Analytic Hierarchy Process; Saaty 2005, Theory and
# Applications of the Analytic Network Process, p. 31; Donegan & Dodd 1991, Math. Comput. Modelling 15(10) 135-137.
RANDOM_INDEX: Mapping[str, tuple[float, ...]] = {
    p.RI_SAATY_1980: (0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59),
    p.RI_SAATY_2005: (0.52, 0.89, 1.11, 1.25, 1.35, 1.40, 1.45, 1.49, 1.52, 1.54, 1.56, 1.58, 1.59),
    p.RI_DONEGAN_DODD: (
        0.4914, 0.8286, 1.0591, 1.1797, 1.2519, 1.3171, 1.3733, 1.4055, 1.4213, 1.4497, 1.4643, 1.4822, 1.4969,
    ),
}  # fmt: skip

_SETTLED = 1e-12
_MOST_ROUNDS = 2000


@dataclass(frozen=True, kw_only=True)
class WorstJudgement:
    """The judgement without which the others agree best.

    Attributes:
        first, second: places of the two items.
        ratio: as judged.
        consistent: the value that fits the other judgements.
        suggested: the step of Saaty's scale, 1/9 to 9, nearest to it.
        cr: the consistency ratio once the suggestion stands there.
    """

    first: int
    second: int
    ratio: float
    consistent: float
    suggested: float
    cr: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Ahp:
    """What a set of judgements comes to.

    Attributes:
        judged: the reciprocal matrix, missing where nobody judged.
        matrix: the same with the missing judgements completed.
        weights: they sum to 1.
        lambda_max: principal eigenvalue.
        ri: name of the table of random indices.
    """

    judged: Floats
    matrix: Floats
    weights: Floats
    lambda_max: float
    ri: str

    @property
    def ci(self) -> float:
        """The consistency index (λmax − n) ÷ (n − 1); 0 for up to two items."""
        size = len(self.weights)
        return 0.0 if size <= 2 else max(0.0, (self.lambda_max - size) / (size - 1))

    @property
    def cr(self) -> float:
        """The consistency ratio CI ÷ RI; 0 for up to two items, which cannot contradict one another.

        For incomplete judgements the same RI is used, as published examples do.
        """
        size = len(self.weights)
        return 0.0 if size <= 2 else self.ci / RANDOM_INDEX[self.ri][size - 3]

    @property
    def consistent(self) -> bool:
        """Whether the weights may be used: CR at most 0.10."""
        return self.cr <= CR_LIMIT + 1e-9

    @cached_property
    def worst(self) -> WorstJudgement | None:
        """The judgement whose removal lowers λmax most; None where no judgement contradicts the others."""
        if len(self.weights) <= 2 or self.ci <= 1e-9:
            return None
        best: tuple[float, int, int, float] | None = None
        for first, second in zip(*np.nonzero(np.triu(~np.isnan(self.judged), 1)), strict=True):
            without = self.judged.copy()
            without[first, second] = without[second, first] = np.nan
            if len(_groups(without)) > 1:
                continue  # nothing else says how these two compare
            completed, _, value = _complete(without)
            # The first of equals, so that the answer does not hang on the last bit.
            if best is None or value < best[0] - 1e-9:
                best = (value, int(first), int(second), float(completed[first, second]))
        if best is None:
            return None
        _, first, second, fitting = best
        suggested = nearest_step(fitting)
        mended = self.judged.copy()
        mended[first, second], mended[second, first] = suggested, 1 / suggested
        return WorstJudgement(
            first=first,
            second=second,
            ratio=float(self.judged[first, second]),
            consistent=fitting,
            suggested=suggested,
            cr=weigh(mended, ri=self.ri).cr,
        )

    def advice(self, items: Sequence[str]) -> str:
        """The worst judgement in words: "“a”比“b”填了9，与其余判断一致的值约为2.1，建议改为2"."""
        worst = self.worst
        if worst is None:
            return ""
        # Told the way round in which it reads "more important than".
        first, second, flip = worst.first, worst.second, worst.ratio < 1
        ratio, fitting, step = (
            (1 / v if flip else v) for v in (worst.ratio, worst.consistent, worst.suggested)
        )
        if flip:
            first, second = second, first
        after = f"改后CR为{worst.cr:.3f}" + ("" if worst.cr <= CR_LIMIT + 1e-9 else "，仍须复核其他判断")
        told = f"“{items[first]}”比“{items[second]}”填了{ratio_text(ratio)}"
        if abs(step - ratio) < 1e-9:
            beyond = "超出1/9至9的刻度，须复核其余判断" if step in (1 / 9, 9) else "已是最接近的刻度"
            return f"{told}，与其余判断一致的值约为{ratio_text(fitting)}，{beyond}"
        return f"{told}，与其余判断一致的值约为{ratio_text(fitting)}，建议改为{ratio_text(step)}（{after}）"

    def require_consistent(self, items: Sequence[str], where: str = "") -> None:
        """Nothing, when the judgements may be used.

        Raises:
            CrmError: CR is above 0.10; names the worst judgement and what would be consistent.
        """
        if not self.consistent:
            advice = self.advice(items)
            raise CrmError(
                f"判断前后不一致：CR={self.cr:.3f}，超过{CR_LIMIT:.2f}（RI取{self.ri}）。",
                where=where,
                hint=f"{advice}。" if advice else "请复核各项判断。",
            )


def weigh(judged: Floats, *, ri: str = p.RI_SAATY_1980) -> Ahp:
    """The weights of a reciprocal matrix, NaN where nobody judged.

    Args:
        judged: square; a_ij · a_ji = 1, as `reciprocal` makes it; its judgements link every item to every other.
        ri: a name in RANDOM_INDEX.

    Raises:
        ValueError: no such RI, items that nothing links, or more items than MOST_ITEMS.
    """
    if ri not in RANDOM_INDEX or not 1 <= len(judged) <= MOST_ITEMS or len(_groups(judged)) > 1:
        raise ValueError("not a linked judgement matrix of 1 to 15 items with a known random index")
    matrix, weights, lambda_max = _complete(judged)
    return Ahp(judged=judged, matrix=matrix, weights=weights, lambda_max=lambda_max, ri=ri)


def reciprocal(cells: Floats, items: Sequence[str] | None = None) -> Floats:
    """The judgement matrix of a square of cells: both triangles filled, NaN where neither cell says anything.

    Where both cells of a pair are filled, the one of at least 1 is taken: 3 is exact, its 0.33 is rounded.

    Args:
        cells: NaN for a blank; the diagonal may be blank.
        items: names for messages; default 第1项, 第2项, ….

    Raises:
        CrmError: not square, too large, not positive, not reciprocal, or judgements that do not link all items;
            the place is "第2行第1列".
    """
    size = len(cells)
    if cells.shape != (size, size) or not size:
        raise CrmError(
            f"判断矩阵应为方阵，现为{cells.shape[0]}行{cells.shape[-1]}列。",
            hint="请引用行数与列数相同的区域。",
        )
    names = items or [f"第{number}项" for number in range(1, size + 1)]
    if size > MOST_ITEMS:
        raise CrmError(f"一次最多比较{MOST_ITEMS}项，现为{size}项。", hint="请先归为几个维度，再逐层比较。")
    faults = []
    matrix = np.full(cells.shape, np.nan)
    for row, column in np.ndindex(size, size):
        value, other = float(cells[row, column]), float(cells[column, row])
        where = f"第{row + 1}行第{column + 1}列"
        if np.isnan(value):
            continue
        if not 0 < value < np.inf:
            faults.append(
                CrmError(
                    f"判断值必须大于0，现为 {value:g}。",
                    where=where,
                    hint="同等重要填1，较不重要填倒数如1/3。",
                )
            )
        elif row == column and abs(value - 1) > RECIPROCAL_TOLERANCE:
            faults.append(CrmError(f"对角线应为1，现为 {value:g}。", where=where, hint="每项与自身比较填1。"))
        elif row > column and other > 0 and not are_reciprocal(value, other):
            faults.append(
                CrmError(
                    f"与第{column + 1}行第{row + 1}列的 {other:g} 不互为倒数，现为 {value:g}。",
                    where=where,
                    hint=f"应为 {ratio_text(1 / other)}，或清空其中一格。",
                )
            )
        else:
            given = np.isnan(other) or value >= 1 or (other < 1 and row < column)
            if given and row != column:
                matrix[row, column], matrix[column, row] = value, 1 / value
    if faults:
        raise CrmError.of(faults)
    np.fill_diagonal(matrix, 1.0)
    require_linked(matrix, names)
    return matrix


def are_reciprocal(ratio: float, other: float) -> bool:
    """Whether two cells say the same of a pair, each from its own side, as people round."""
    return abs(ratio * other - 1) <= RECIPROCAL_TOLERANCE


def require_linked(matrix: Floats, items: Sequence[str], where: str = "") -> None:
    """Nothing, when the judgements link every item to every other.

    Raises:
        CrmError: they fall into groups between which nobody judged.
    """
    groups = _groups(matrix)
    if len(groups) > 1:
        first, second = (items[group[0]] for group in groups[:2])
        listed = "；".join("、".join(f"“{items[place]}”" for place in group) for group in groups)
        raise CrmError(
            f"判断不足，以下各组之间没有任何比较：{listed}。",
            where=where,
            hint=f"请至少补上“{first}”与“{second}”的比较。",
        )


def geometric_mean(matrices: Sequence[Floats]) -> Floats:
    """The group's matrix: per pair the geometric mean over those who judged it; NaN where nobody did.

    The only mean that keeps a_ij · a_ji = 1 (Aczél & Saaty 1983).
    """
    stacked = np.log(np.stack(list(matrices)))
    judged = ~np.isnan(stacked)
    count = judged.sum(axis=0)
    total = np.where(judged, stacked, 0.0).sum(axis=0)
    mean: Floats = np.exp(np.divide(total, count, out=np.full(count.shape, np.nan), where=count > 0))
    return mean


def nearest_step(ratio: float) -> float:
    """The step of Saaty's scale, 1/9 to 9, nearest to a ratio, in proportion."""
    steps = np.array([*(1 / step for step in SCALE[:0:-1]), *map(float, SCALE)])
    return float(steps[np.argmin(np.abs(np.log(steps) - np.log(ratio)))])


def ratio_text(ratio: float) -> str:
    """A judgement as people write it: whole steps and their fractions, else two or three figures.

    >>> ratio_text(3.0), ratio_text(1 / 7), ratio_text(2.137), ratio_text(0.01234)
    ('3', '1/7', '2.14', '0.0123')
    """
    if abs(ratio - round(ratio)) < 1e-9:
        return str(round(ratio))
    if ratio < 1 and abs(1 / ratio - round(1 / ratio)) < 1e-9:
        return f"1/{round(1 / ratio)}"
    return f"{ratio:.3g}"


def _complete(judged: Floats) -> tuple[Floats, Floats, float]:
    """The matrix with λmax least over what is missing, its weights, and λmax.

    ln λmax is convex in the logarithms of the missing entries. Its derivative by ln a_ij is
    a_ij u_i v_j − a_ji u_j v_i (u, v: left and right principal eigenvectors), so that at the minimum
    a_ij² = (v_i / v_j)(u_j / u_i); the iteration sets just that, from the log least squares completion on.
    """
    missing = np.isnan(judged)
    if not missing.any():
        weights, _, value = _principal(judged)
        return judged, weights, value
    potential = _least_squares(judged)
    matrix = np.where(missing, np.exp(potential[:, None] - potential[None, :]), judged)
    for _ in range(_MOST_ROUNDS):
        right, left, value = _principal(matrix)
        lean = np.sqrt(right / left)
        step = np.log(lean[:, None] / lean[None, :])[missing] - np.log(matrix[missing])
        matrix[missing] *= np.exp(step)
        if np.abs(step).max() < _SETTLED:
            break
    weights, _, value = _principal(matrix)
    return matrix, weights, value


def _least_squares(judged: Floats) -> Floats:
    """Log weights x with x_i − x_j nearest to ln a_ij over what was judged, their sum 0."""
    known = ~np.isnan(judged)
    logs = np.log(np.where(known, judged, 1.0))
    laplacian = np.diag(known.sum(axis=1)) - known.astype(float)
    size = len(judged)
    # Adding 1/n everywhere pins the sum and leaves the differences as they are.
    solved: Floats = np.linalg.solve(laplacian + 1 / size, logs.sum(axis=1))
    return solved


def _principal(matrix: Floats) -> tuple[Floats, Floats, float]:
    """Right and left principal eigenvectors, each summing to 1, and the eigenvalue."""
    right, value = _perron(matrix)
    left, _ = _perron(matrix.T)
    return right, left, value


def _perron(matrix: Floats) -> tuple[Floats, float]:
    values, vectors = np.linalg.eig(matrix)
    place = int(np.argmax(values.real))
    vector = np.abs(vectors[:, place].real)
    return vector / vector.sum(), float(values[place].real)


def _groups(matrix: Floats) -> list[list[int]]:
    """The items that judgements link, directly or over others, in order."""
    left = set(range(len(matrix)))
    known = ~np.isnan(matrix)
    groups = []
    while left:
        reached, front = set[int](), {min(left)}
        while front:
            reached |= front
            front = {int(n) for place in front for n in np.flatnonzero(known[place])} - reached
        groups.append(sorted(reached))
        left -= reached
    return groups
