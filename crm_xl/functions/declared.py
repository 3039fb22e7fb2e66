"""Every worksheet function: one entry each, in a file per category.

To add one, add an entry and the function that computes it. Nothing of the analysis is imported here: Excel reads
these declarations when it starts.
"""

from __future__ import annotations

from crm_xl.functions import (
    declared_churn,
    declared_figures,
    declared_help,
    declared_rfm,
    declared_scores,
    declared_tiers,
    declared_weights,
)
from crm_xl.functions.declaration import Function

FUNCTIONS: tuple[Function, ...] = (
    *declared_scores.FUNCTIONS,
    *declared_tiers.FUNCTIONS,
    *declared_weights.FUNCTIONS,
    *declared_rfm.FUNCTIONS,
    *declared_churn.FUNCTIONS,
    *declared_figures.FUNCTIONS,
    *declared_help.FUNCTIONS,
)


def function(name: str) -> Function:
    """The function of that name.

    Raises:
        KeyError: there is none.
    """
    return _BY_NAME[name]


_BY_NAME = {function.name: function for function in FUNCTIONS}
# What Python computes; the rest are VBA's.
COMPUTED = tuple(function for function in FUNCTIONS if function.compute)
