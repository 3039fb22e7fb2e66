"""The sheet 客户卡片 and its button: a customer is chosen, one page is written, and it keeps its shape."""

from __future__ import annotations

import shutil
from itertools import combinations
from pathlib import Path
from typing import cast

import pytest
from openpyxl.utils import get_column_letter, range_boundaries

from crm_xl import CrmError
from crm_xl.books.file import FileBook
from crm_xl.books.protocol import Block, Cell
from crm_xl.builder.build import template
from crm_xl.commands import OpenBook, command
from crm_xl.refreshing import refresh
from crm_xl.tables import card as d
from crm_xl.tables import outputs as o
from crm_xl.tables.cells import note_name
from tests.builder.shipped import find_table, opened, table_values

OLD = "旧的内容"


class Desk(FileBook):
    """A workbook file with somebody before it who sees one sheet."""

    seen = ""

    def show_sheet(self, name: str) -> None:
        self.seen = name


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template of guide 003, with a mark in its scores, which the card must leave alone."""
    path = template("customer_grading", tmp_path_factory.mktemp("card") / "分级.xlsx")
    book = FileBook(path)
    scores = book.read([o.SCORES.name])[o.SCORES.name]
    row = [OLD, *[None] * (len(scores.headings) - 1)]
    book.write({o.SCORES.name: Block(headings=scores.headings, rows=[row])}, {})
    return path


@pytest.fixture
def desk(made: Path, tmp_path: Path) -> Desk:
    path = tmp_path / "分级.xlsx"
    shutil.copyfile(made, path)
    return Desk(path)


def press(desk: Desk) -> str:
    return command("card").handler(cast(OpenBook, desk), lambda *_: None)


def choose(desk: Desk, customer: str | None) -> None:
    desk.write({d.CARD_CHOICE.name: Block(headings=d.CARD_CHOICE.titles, rows=[[customer]])}, {})


def form(path: Path) -> dict[Cell, Cell]:
    return {row[0]: row[1] for row in table_values(opened(path), d.ASSESSMENT_CARD.name)[1:] if row[0]}  # type: ignore[misc]


def test_the_card_of_the_customer_chosen_is_written_and_nothing_else(desk: Desk) -> None:
    choose(desk, "C0013")
    said = press(desk)
    found = form(desk.path)
    assert found["客户编号"] == "C0013"
    assert said.startswith(f"客户卡片完成：C0013 {found['客户名称']}，{found['客户分级']}")
    assert desk.seen == d.CARD_SHEET
    assert table_values(opened(desk.path), o.SCORES.name)[1][0] == OLD
    choose(desk, None)
    assert "C0013" not in press(desk)


def test_a_wrong_number_is_told_and_the_page_keeps_its_shape(desk: Desk) -> None:
    blocks = [table for table in d.CARD_BLOCKS if table.name in desk.tables()]

    def areas() -> list[str]:
        book = opened(desk.path)
        return [find_table(book, table.name)[1].ref for table in blocks]

    choose(desk, "C0013")
    press(desk)
    before = areas()
    choose(desk, "C9999")
    with pytest.raises(CrmError, match=r"^客户卡片!A4：分析范围内没有编号为“C9999”的客户"):
        press(desk)
    assert "C9999" in str(table_values(opened(desk.path), d.CUSTOMER_CARD.name)[1][0])
    choose(desk, "C0007")
    press(desk)
    assert areas() == before
    assert form(desk.path)["客户编号"] == "C0007"


def test_the_page(made: Path) -> None:
    book = opened(made)
    sheet = book[d.CARD_SHEET]
    boxes = {name: range_boundaries(area) for name, area in sheet.tables.items()}
    assert set(boxes) == {d.CARD_CHOICE.name, *(table.name for table in d.CARD_BLOCKS[:-1])}
    for (left, top, right, bottom), (left2, top2, right2, bottom2) in combinations(boxes.values(), 2):
        apart = right < left2 or right2 < left or bottom + 1 < top2 or bottom2 + 1 < top
        assert apart  # with room for a title above each
    page = sheet.page_setup
    assert page.orientation == "landscape" and sheet.sheet_properties.pageSetUpPr.fitToPage
    assert {page.fitToWidth, page.fitToHeight} <= {None, 1}  # one page, which is what a blank means
    right, bottom = (max(box[place] for box in boxes.values()) for place in (2, 3))
    printed = range_boundaries(str(sheet.print_area).split("!")[-1].replace("$", ""))
    assert printed[0] == printed[1] == 1 and printed[2] >= right and printed[3] >= bottom
    (rule,) = [rule for rule in sheet.data_validations.dataValidation if "A4" in rule.sqref]
    assert rule.formula1 == "CRM_LIST_CUSTOMER_ID"
    (chart,) = sheet._charts
    (series,) = chart.series
    _, table = find_table(book, d.CARD_MONTHS.name)
    first, top, _, bottom = range_boundaries(table.ref)
    column = get_column_letter(first + d.CARD_MONTHS.names.index("amount"))
    assert series.val.numRef.f == f"_图表数据!${column}${top + 1}:${column}${bottom}"


def test_a_whole_refresh_fills_the_card_too(desk: Desk) -> None:
    choose(desk, "C0007")
    results = refresh(desk.path)
    assert form(desk.path)["客户编号"] == "C0007"
    assert results.caption_of(d.ASSESSMENT_CARD.name) == FileBook(desk.path).value(
        note_name(d.ASSESSMENT_CARD)
    )
