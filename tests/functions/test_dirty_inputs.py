from __future__ import annotations

from typing import Any

import pytest

from crm_xl.functions import COMPUTED
from crm_xl.functions.declared import function
from tests.functions.dirty import CASES
from tests.functions.variants import called, close, variants


@pytest.mark.parametrize(("name", "arguments", "expected"), CASES)
def test_dirty_input_has_its_exact_answer(name: str, arguments: list[Any], expected: Any) -> None:
    assert close(called(function(name), arguments), expected)


@pytest.mark.parametrize(("name", "what", "arguments", "expected"), list(variants()), ids=lambda v: None)
def test_every_function_keeps_the_rules_for_blanks_errors_and_spellings(
    name: str, what: str, arguments: list[Any], expected: Any
) -> None:
    answer = called(function(name), arguments)
    if isinstance(answer, list) and isinstance(expected, str):
        assert {cell for row in answer for cell in row} == {expected}, what
    else:
        assert close(answer, expected), (what, answer)


def test_the_matrix_covers_every_function() -> None:
    assert {name for name, _, _ in CASES} == {own.name for own in COMPUTED}
