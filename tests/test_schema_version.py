"""The version that workbooks carry goes up when what people fill in changes, and older workbooks come along.

`tests/expected/schema-N.txt` lists what people fill in at version N. When this test fails, a declaration has changed:
raise SCHEMA_VERSION in crm_xl/tables/cells.py, write the new list beside the old ones (`python -m
tests.test_schema_version` prints it), and rebuild. The lists of earlier versions stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_xl.books.file import FileBook
from crm_xl.errors import CrmError
from crm_xl.refreshing import refresh
from crm_xl.schema import Column, Role, Table
from crm_xl.tables import TABLES
from crm_xl.tables.cells import SCHEMA_VERSION, STATUS_CELLS
from crm_xl.tables.headings import match_headings
from crm_xl.tables.inputs import ORDERS
from crm_xl.tables.outputs import TIER_SUMMARY
from crm_xl.tables.parameters import GENERAL, SETTINGS_TABLE, TIERS
from crm_xl.upgrading import Upgraded, is_yours, upgrade

EXPECTED = Path(__file__).parent / "expected"
# Built on 2026-11-22 from the first declarations that were committed, cut down to 15 customers; its user has set
# 期间月数 to 6 and the lower end of 重点级 to 72.
FIRST = EXPECTED / "version_1.xlsx"


def listing() -> str:
    """What people fill in: tables, columns, settings, and the cells that macros and upgrades look for."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    for table in sorted(filter(is_yours, TABLES.values()), key=lambda table: table.name):
        yield f"{table.name} {table.title}"
        yield from (f"  {_column(table, column)}" for column in table if _is_typed(table, column))
    yield from (f"setting {setting.title} {setting.kind}" for setting in GENERAL)
    yield from (f"cell {cell.name}" for cell in STATUS_CELLS)


def _is_typed(table: Table, column: Column) -> bool:
    """Whether people type it, or the rows they fill in are found by it; the rest a refresh writes anew."""
    return (
        column.filled or column.name in table.key or (table.role is not Role.OUTPUT and not column.computed)
    )


def _column(table: Table, column: Column) -> str:
    marks = [column.name, column.title, column.kind]
    marks += ["key"] * (column.name in table.key) + ["required"] * column.required
    return " ".join(marks)


def test_what_people_fill_in_is_as_this_version_lists_it() -> None:
    listed = EXPECTED / f"schema-{SCHEMA_VERSION}.txt"
    assert listed.exists() and listing() == listed.read_text(encoding="utf-8"), __doc__


def test_every_version_has_a_list_of_its_own() -> None:
    lists = [
        (EXPECTED / f"schema-{version}.txt").read_text("utf-8") for version in range(1, SCHEMA_VERSION + 1)
    ]
    assert len(set(lists)) == SCHEMA_VERSION


@pytest.mark.parametrize("change", ["renamed", "gone", "required"])
def test_a_change_would_be_found(monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    first, *rest = ORDERS.columns
    columns = {
        "renamed": (Column(name=first.name, title="单号", kind=first.kind, required=True), *rest),
        "gone": tuple(rest),
        "required": (first, *(Column(name=each.name, title=each.title, required=True) for each in rest)),
    }[change]
    monkeypatch.setitem(
        TABLES, ORDERS.name, Table(name=ORDERS.name, title=ORDERS.title, role=ORDERS.role, columns=columns)
    )
    with pytest.raises(AssertionError):
        test_what_people_fill_in_is_as_this_version_lists_it()


# --- A workbook of the first version ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Upgraded:
    return upgrade(FIRST, tmp_path_factory.mktemp("upgraded") / "客户.xlsm")


def cells(path: Path, name: str) -> list[dict[str, object]]:
    """The rows of a table by English column name."""
    raw = FileBook(path, read_only=True).read([name])[name]
    at = match_headings(TABLES[name], raw.headings)
    return [{column: raw.columns[index][row] for column, index in at.items()} for row in range(len(raw))]


def test_it_is_not_refreshed_as_if_it_were_of_today(tmp_path: Path) -> None:
    with pytest.raises(CrmError, match=r"版本 1）比程序（版本 \d+）旧.*crm-xl upgrade"):
        refresh(FIRST, out=tmp_path / "x.xlsx")
    assert not (tmp_path / "x.xlsx").exists()


def test_its_rows_and_settings_come_along(upgraded: Upgraded) -> None:
    assert upgraded.before == 1
    old, new = cells(FIRST, ORDERS.name), cells(upgraded.path, ORDERS.name)
    assert [row["order_id"] for row in new] == [row["order_id"] for row in old]
    assert [row["amount"] for row in new] == [row["amount"] for row in old]
    settings = {row["title"]: row["value"] for row in cells(upgraded.path, SETTINGS_TABLE.name)}
    assert settings["期间月数"] == 6
    assert {row["tier"]: row["lower"] for row in cells(upgraded.path, TIERS.name)}["重点级"] == 72
    assert cells(upgraded.path, TIER_SUMMARY.name)[-1]["customers"] == 15


def test_what_today_has_no_place_for_is_named_with_its_place(upgraded: Upgraded) -> None:
    # The judgements of AHP stood in a list then, and stand in a triangle now.
    assert any("tblAhp" in sentence and "参数!" in sentence for sentence in upgraded.left)
    assert any("下次到期" in sentence for sentence in upgraded.left)


if __name__ == "__main__":
    print(listing(), end="")
