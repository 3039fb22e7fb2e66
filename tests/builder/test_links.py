"""The places that a built workbook names lead to their cells."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm_xl.books.file import FileBook
from crm_xl.books.links import MOST_LINKED_ROWS
from crm_xl.books.protocol import Block, Cell
from crm_xl.builder.build import author_workbook
from crm_xl.builder.draft import Draft
from crm_xl.builder.specs import CUSTOMER_GRADING
from crm_xl.tables.outputs import CHECKS, LEDGER
from tests.builder.shipped import find_table, opened
from tests.support.validator import validate

SPEC = CUSTOMER_GRADING
TEXTS = ["订单!C17", "客户!第8行", "订单.csv 第3行", "没有这张表!A1", "=订单!A1"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook with a ledger of places, longer than is linked, and a check that names several."""

    def row(width: int, at: int | None, place: str) -> tuple[Cell, ...]:
        return tuple(place if index == at else "字" for index in range(width))

    draft = Draft(SPEC)
    places = {LEDGER: TEXTS + ["订单!B9"] * MOST_LINKED_ROWS, CHECKS: ["订单!C17、订单!C18 等", ""]}
    draft.write(
        {
            table.name: Block(
                headings=table.titles,
                rows=[row(len(table.columns), table.linked, text) for text in texts],
                linked=table.linked,
            )
            for table, texts in places.items()
        },
        {},
    )
    return author_workbook(tmp_path_factory.mktemp("built") / SPEC.file_name, draft)


def _links(path: Path, name: str) -> dict[int, str]:
    """Row of the table's body, 1-based -> where the link in it leads."""
    sheet, table = find_table(opened(path), name)
    found = {}
    for number, cells in enumerate(sheet[table.ref]):
        for cell in cells:
            if cell.hyperlink:
                found[number] = cell.hyperlink.location
    return found


def test_the_ledger_leads_to_the_cells_it_names(built: Path) -> None:
    links = _links(built, LEDGER.name)
    assert {number: links[number] for number in (1, 2)} == {1: "'订单'!C17", 2: "'客户'!A8"}
    assert not links.keys() & {3, 4, 5}
    assert (len(links), max(links), links[6]) == (MOST_LINKED_ROWS - 3, MOST_LINKED_ROWS, "'订单'!B9")
    assert _links(built, CHECKS.name) == {1: "'订单'!C17"}


def test_a_linked_cell_looks_as_its_table_does_and_says_the_same(built: Path) -> None:
    sheet, table = find_table(opened(built), LEDGER.name)
    assert LEDGER.linked is not None
    cells = [row[LEDGER.linked] for row in sheet[table.ref]][1:]
    assert [cell.value for cell in cells[:5]] == TEXTS
    assert len({cell.style_id for cell in cells}) == 1
    assert {cell.data_type for cell in cells} == {"s"}


@pytest.mark.slow
def test_the_validator_has_no_objection_before_or_after_a_refresh(built: Path, tmp_path: Path) -> None:
    assert validate(built) == []
    out = tmp_path / built.name
    block = Block(headings=LEDGER.titles, rows=[("表", "客户!C9", *"一二三四五", 1.0)], linked=LEDGER.linked)
    FileBook(built, out).write({LEDGER.name: block}, {})
    assert _links(out, LEDGER.name) == {1: "'客户'!C9"}
    assert _links(out, CHECKS.name) == _links(built, CHECKS.name)
    assert validate(out) == []
