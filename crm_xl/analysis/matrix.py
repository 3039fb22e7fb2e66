"""The value-potential matrix of guide 003's case: four cells from two cuts (SPEC section 5)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from crm_xl.analysis.grading import TIE_TOLERANCE
from crm_xl.analysis.shares import shares
from crm_xl.analysis.tally import Flags
from crm_xl.settings.model import BOUND_TOLERANCE, General
from crm_xl.tables import parameters as p
from crm_xl.tables.outputs import NO_TRADE, PENDING, TOTAL
from crm_xl.tables.workshop import MATRIX

# (value is high, potential is high) -> cell
CELLS = {(True, True): "S", (True, False): "A", (False, True): "B", (False, False): "C"}
MEANINGS = {"S": "高价值高潜力", "A": "高价值低潜力", "B": "低价值高潜力", "C": "低价值低潜力"}
# Guide 003's case, step 3.
ADVICE = {
    "S": "大客户经理，每季度高层拜访，定制化产品研发支持",
    "A": "定期推送新品目录，组织技术交流会",
    "B": "线上渠道推送标准化产品，降低获客成本",
    "C": "自动化营销工具发送促销信息，减少人工投入",
}


def matrix_cell(
    value: ArrayLike, potential: ArrayLike, value_cut: ArrayLike, potential_cut: ArrayLike
) -> NDArray[np.object_]:
    """S, A, B or C: value and potential high, only value, only potential, neither.

    Args:
        value: none missing.
        potential: likewise.
        value_cut: who reaches it is high; one for all or one each. A miss by less than 1e-9 has reached it.
        potential_cut: likewise.
    """
    of_value = np.asarray(value, dtype=float) >= np.asarray(value_cut, dtype=float) - BOUND_TOLERANCE
    promising = np.asarray(potential, dtype=float) >= np.asarray(potential_cut, dtype=float) - BOUND_TOLERANCE
    return np.where(
        of_value,
        np.where(promising, CELLS[True, True], CELLS[True, False]),
        np.where(promising, CELLS[False, True], CELLS[False, False]),
    ).astype(object)


def matrix_cuts(value: ArrayLike, potential: ArrayLike, general: General) -> tuple[float, float]:
    """From where on value (万元) and potential are high, as 参数 asks: median, quantile, or fixed.

    Args:
        value: of the customers compared; missing ones do not count.
        potential: likewise.
        general: rule, quantile and fixed cuts; the fixed value cut is scaled like every amount threshold.

    Returns:
        Value cut and potential cut; missing where nobody has a value.
    """
    if general.matrix_rule == p.CUT_VALUE:
        return general.matrix_value_cut * general.amount_scale, general.matrix_potential_cut
    share = 0.5 if general.matrix_rule == p.CUT_MEDIAN else general.matrix_quantile
    return _quantile(value, share), _quantile(potential, share)


def place_in_matrix(
    value: ArrayLike, potential: ArrayLike, cuts: tuple[float, float], traded: Flags
) -> NDArray[np.object_]:
    """Each customer's cell; 无交易 for prospects, 待评估 where value or potential is missing.

    Args:
        value: 年消费额, 万元.
        potential: 行业增长率.
        cuts: as from matrix_cuts.
        traded: who ever ordered.
    """
    values, potentials = np.asarray(value, dtype=float), np.asarray(potential, dtype=float)
    cells = np.where(traded, PENDING, NO_TRADE).astype(object)
    known = traded & ~np.isnan(values) & ~np.isnan(potentials)
    cells[known] = matrix_cell(values[known], potentials[known], *cuts)
    return cells


def matrix_summary(cells: ArrayLike, value: ArrayLike, cuts: tuple[float, float]) -> pd.DataFrame:
    """MATRIX: customers and money per cell, 合计 last.

    Args:
        cells: as from place_in_matrix.
        value: 年消费额, 万元.
        cuts: as used, told in the notes.
    """
    own = np.asarray(cells, dtype=object)
    amounts = np.nan_to_num(np.asarray(value, dtype=float))
    names = [*CELLS.values(), *(name for name in (PENDING, NO_TRADE) if (own == name).any())]
    counts = [int((own == name).sum()) for name in names]
    sums = [float(amounts[own == name].sum()) for name in names]
    told = (
        ""
        if np.isnan(cuts).any()
        else f"年消费额≥{cuts[0]:.10g}万元为高价值，行业增长率≥{cuts[1]:.2%}为高潜力"
    )
    table = pd.DataFrame(
        {
            "cell": [*names, TOTAL],
            "meaning": [*(MEANINGS.get(name, "") for name in names), ""],
            "customers": [*counts, sum(counts)],
            "customer_share": [*shares(counts), 1.0 if sum(counts) else np.nan],
            "amount": [*sums, sum(sums)],
            "amount_share": [*shares(sums), 1.0 if sum(sums) > 0 else np.nan],
            "strategy": [*(ADVICE.get(name, "") for name in names), ""],
            "notes": [told, *[""] * len(names)],
        }
    )
    return table[list(MATRIX.names)]


def _quantile(values: ArrayLike, share: float) -> float:
    known = np.asarray(values, dtype=float)
    known = known[~np.isnan(known)]
    if not len(known):
        return np.nan
    cut = float(np.quantile(known, share))
    # Interpolating between two values may miss the one it should hit by the last bit.
    return cut - abs(cut) * TIE_TOLERANCE
