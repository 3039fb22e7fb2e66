"""What stands above the tables of a sheet is read whole on the page where it begins, and only there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import pytest
from openpyxl.cell.cell import Cell
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

from crm_xl.builder.build import author_workbook
from crm_xl.builder.layout import SheetKind, SheetPlan
from crm_xl.builder.specs import SHIPPED_BOOKS, BookSpec
from crm_xl.tables import parameters as p
from crm_xl.widths import display_width
from tests.builder.shipped import opened, short_draft

KINDS = (SheetKind.INPUT, SheetKind.OUTPUT, SheetKind.PARAMETERS)
MOST_COLUMNS = 16_384
UNSET, FONT_SIZE, LINE = (
    8.43,
    10,
    12.5,
)  # what Excel takes for a column, what widths are counted in, and points


@pytest.fixture(scope="module", params=SHIPPED_BOOKS, ids=lambda spec: spec.name)
def sheets(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> list[tuple[SheetPlan, Worksheet]]:
    """The sheets of tables of one of the books, refreshed, as they are planned and as the file has them."""
    spec: BookSpec = request.param
    draft = short_draft(spec)
    path = Path(tmp_path_factory.mktemp("heads")) / spec.file_name
    book = opened(author_workbook(path, draft))
    return [(plan, book[plan.name]) for plan in draft.sheets if plan.kind in KINDS]


def widths(sheet: Worksheet) -> Mapping[int, float]:
    """Column, from 1 -> its width in characters."""
    found = {}
    for dimension in sheet.column_dimensions.values():
        found.update(dict.fromkeys(range(dimension.min, dimension.max + 1), dimension.width))
    return found


def room(sheet: Worksheet, left: int, right: int) -> float:
    """The characters that columns take, both ends included."""
    known = widths(sheet)
    return sum(known.get(column, UNSET) for column in range(left, right + 1))


def pages(sheet: Worksheet) -> list[tuple[int, int]]:
    """The first and the last column, from 1, of each page side by side."""
    if not sheet.print_area:  # all that is there, however long a text
        right = MOST_COLUMNS
    elif "," in sheet.print_area:  # 参数: an area a page
        areas = [range_boundaries(area.split("!")[1]) for area in sheet.print_area.split(",")]
        return [(left, right) for left, _, right, _ in areas]
    else:
        right = range_boundaries(sheet.print_area.split("!")[1])[2]
    starts = [1, *(found.id + 1 for found in sheet.col_breaks.brk)]
    return [(start, after - 1) for start, after in zip(starts, [*starts[1:], right + 1], strict=True)]


def texts(plan: SheetPlan, sheet: Worksheet) -> Iterator[list[Cell]]:
    """Rows above the tables and their groups of columns: the cells with text, from left to right, choices left out."""
    chosen = (plan.choice.row + 1, plan.choice.row + 2) if plan.choice else ()
    for row in sheet.iter_rows(max_row=plan.top_heading_row):
        if row[0].row not in chosen and (said := [cell for cell in row if cell.value is not None]):
            yield said


def test_no_text_above_the_tables_is_wider_than_its_page(sheets: list[tuple[SheetPlan, Worksheet]]) -> None:
    read = 0
    for plan, sheet in sheets:
        merged = {(area.min_row, area.min_col): area for area in sheet.merged_cells.ranges}
        for row in texts(plan, sheet):
            for cell, following in pairwise([*row, None]):
                place = (sheet.title, cell.coordinate)
                _, last = next(page for page in pages(sheet) if page[0] <= cell.column <= page[1])
                area = merged.get((cell.row, cell.column))
                wide = max(map(display_width, str(cell.value).splitlines())) * cell.font.sz / FONT_SIZE
                if cell.alignment.wrap_text:
                    right = area.max_col if area else cell.column
                    assert right <= last, place
                    tall = sum(
                        -(
                            -display_width(line)
                            * cell.font.sz
                            // (FONT_SIZE * room(sheet, cell.column, right))
                        )
                        for line in str(cell.value).splitlines()
                    )
                    bottom = area.max_row if area else cell.row
                    points = sum(sheet.row_dimensions[at].height or 15 for at in range(cell.row, bottom + 1))
                    assert tall * LINE <= points, place
                else:
                    right = min(last, following.column - 1) if following else last
                    assert wide <= room(sheet, cell.column, right), place
                read += 1
    assert read > 2 * len(sheets)


def test_further_pages_begin_with_the_title_and_no_part_of_another_text(
    sheets: list[tuple[SheetPlan, Worksheet]],
) -> None:
    found = [(plan, sheet) for plan, sheet in sheets if sheet.print_title_cols]
    assert found
    for plan, sheet in found:
        assert len(pages(sheet)) > 1, sheet.title
        assert sheet.print_title_cols.replace("$", "") == "A:B"
        above = [cell for row in texts(plan, sheet) for cell in row]
        assert [cell.coordinate for cell in above if cell.column <= 2] == ["A1"]
        assert plan.choice is None or plan.choice.column == 2, sheet.title


def test_a_choice_stands_at_the_left_edge_unless_further_pages_would_show_it(
    sheets: list[tuple[SheetPlan, Worksheet]],
) -> None:
    for plan, sheet in sheets:
        if plan.choice and not sheet.print_title_cols:
            assert plan.choice.column == 0, sheet.title


def test_rows_that_people_add_are_printed_too(sheets: list[tuple[SheetPlan, Worksheet]]) -> None:
    """An area that ended where the samples end would leave out what is typed below."""
    for plan, sheet in sheets:
        if plan.kind is SheetKind.INPUT:
            assert not sheet.print_area, sheet.title


def test_each_table_of_parameters_is_printed_on_one_page_across(
    sheets: list[tuple[SheetPlan, Worksheet]],
) -> None:
    ((plan, sheet),) = [found for found in sheets if found[0].name == p.SHEET]
    areas = [range_boundaries(area.split("!")[1]) for area in sheet.print_area.split(",")]
    assert 1 < len(areas) <= len(plan.placed)
    for table in sheet.tables.values():
        left, top, right, bottom = range_boundaries(table.ref)
        (area,) = [found for found in areas if found[0] <= left and right <= found[2]]
        assert area[1] < top and bottom <= area[3], table.name
