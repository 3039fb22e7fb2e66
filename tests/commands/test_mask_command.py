"""脱敏导出: a copy beside the saved workbook, under a name that is free."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

from crm_xl.commands import OpenBook, command
from crm_xl.errors import CrmError
from tests.masking.planted import planted_book
from tests.support import secrets as s


@dataclass
class Saved:
    """As much of an open workbook as the command asks for."""

    file: Path | None
    name: str = "客户.xlsx"


def press(file: Path | None) -> str:
    return command("mask").handler(cast(OpenBook, Saved(file)), lambda *_: None)


def test_each_press_makes_a_new_copy_without_personal_data(tmp_path: Path) -> None:
    file = planted_book(tmp_path / "客户.xlsx")
    first, second = press(file), press(file)
    assert "客户_脱敏.xlsx" in first
    assert "客户_脱敏2.xlsx" in second
    assert "以最近一次保存为准" in first
    for name in ("客户_脱敏.xlsx", "客户_脱敏2.xlsx"):
        assert s.package_leaks(tmp_path / name) == {}


def test_a_workbook_that_was_never_saved_says_so() -> None:
    with pytest.raises(CrmError, match="还没有保存"):
        press(None)
