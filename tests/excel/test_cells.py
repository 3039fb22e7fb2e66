"""Arguments as Excel hands them over, as cells."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from crm_xl.excel.cells import cells_of
from crm_xl.functions.cells import grid


class ComTime(datetime):
    """A kind of its own, as pywin32 has one."""


SPILL = -2146826243
MOMENT = ComTime(2026, 10, 31, 8, 30, 15, 250, tzinfo=UTC)
PLAIN = datetime(2026, 10, 31, 8, 30, 15, 250)


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        (1.5, [[1.5]]),
        ("", [[None]]),
        (None, [[None]]),
        (MOMENT, [[PLAIN]]),
        (SPILL, [["#SPILL!"]]),
        ((30.0, 90.0, ""), [[30.0, 90.0, None]]),  # an array typed into the formula
        ((("C1", MOMENT, 2.0), ("", None, True)), [["C1", PLAIN, 2.0], [None, None, True]]),
        (((Decimal("1.25"), -2146826281.0),), [[Decimal("1.25"), -2146826281.0]]),  # a float is a number
        (((-2146826281, -2146826246),), [["#DIV/0!", "#N/A"]]),
    ],
)
def test_cells_are_plain_values(argument: Any, expected: list[list[Any]]) -> None:
    found = grid(cells_of(argument)).tolist()
    assert found == expected
    assert [[type(cell) for cell in row] for row in found] == [
        [type(cell) for cell in row] for row in expected
    ]


def test_a_block_without_anything_to_change_is_not_copied() -> None:
    block = (("甲", 1.0, None), ("乙", 2.0, True))
    assert cells_of(block) is block
