"""The row of choices above a report: where it stands, what it offers, what it shows before anybody chose."""

from __future__ import annotations

import zipfile
from collections import Counter
from pathlib import Path

import pytest
from lxml import etree
from openpyxl.utils import range_boundaries
from openpyxl.workbook import Workbook

from crm_xl.builder.build import template
from crm_xl.builder.draft import Draft
from crm_xl.builder.layout import SheetKind, plan
from crm_xl.builder.specs import TEMPLATES, WORKBOOK
from crm_xl.schema import Role
from crm_xl.tables import TABLES, choices
from crm_xl.tables.cells import note_name
from tests.builder.shipped import find_table, opened, table_values

SPEC = TEMPLATES["crm_reports"]
CHOICES = [table for table in SPEC.tables if table.above]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return template("crm_reports", tmp_path_factory.mktemp("choices") / SPEC.file_name)


@pytest.fixture(scope="module")
def book(file: Path) -> Workbook:
    return opened(file)


def test_each_choice_has_its_report_and_the_lists_it_offers() -> None:
    for spec in (WORKBOOK, *TEMPLATES.values()):
        names = {table.name for table in spec.tables}
        for table in spec.tables:
            if table.above:
                assert table.above in names, (spec.name, table.name)
                offered = {listed.names[0]: listed.name for listed in choices.LISTS}
                assert {offered[column.name] for column in table if column.name in offered} <= names


def test_it_stands_between_the_title_and_its_report(book: Workbook) -> None:
    for table in CHOICES:
        sheet, found = find_table(book, table.name)
        _, top, right, bottom = range_boundaries(found.ref)
        report, below = find_table(book, table.above)
        headings = range_boundaries(below.ref)[1]
        assert report is sheet
        assert bottom == top + 1  # one row
        ((_, caption),) = book.defined_names[note_name(TABLES[table.above])].destinations
        written = int(caption.replace("$", "").lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        assert bottom < written < headings
        # Nothing that another table's title or caption says is written over it, or by it.
        merged = [
            area for area in sheet.merged_cells.ranges if area.min_row <= bottom and area.max_row >= top
        ]
        assert [str(area) for area in merged if area.min_col <= right] == []


def test_it_shows_what_a_blank_would_mean(book: Workbook) -> None:
    for table in CHOICES:
        values = dict(zip(table.names, table_values(book, table.name)[1], strict=True))
        assert values["period"] == choices.PERIOD_AS_SET
        assert {values[name] for name in ("owner", "industry", "region")} == {choices.EVERYTHING}
        assert (values["start"], values["end"]) == (None, None)
        assert values.get("grain", choices.GRAIN_MONTH) == choices.GRAIN_MONTH


def test_names_come_from_the_lists_and_may_be_others(book: Workbook) -> None:
    for table in CHOICES:
        sheet, found = find_table(book, table.name)
        left, top, _, _ = range_boundaries(found.ref)
        for name, listed in (("owner", choices.OWNER_LIST), ("region", choices.REGION_LIST)):
            cell = sheet.cell(top + 1, left + table.names.index(name)).coordinate
            (rule,) = [r for r in sheet.data_validations.dataValidation if cell in r.sqref]
            title = listed.column(name).title
            assert (rule.type, rule.formula1, rule.errorStyle) == (
                "list",
                f"CRM_LIST_{name.upper()}",
                "warning",
            )
            assert book.defined_names[rule.formula1].value == f"{listed.name}[{title}]"
            # Below the one row there is the report: nothing to choose.
            assert all(cell == str(area) for area in rule.sqref.ranges)


def test_no_name_is_defined_twice(file: Path) -> None:
    with zipfile.ZipFile(file) as package:
        root = etree.fromstring(package.read("xl/workbook.xml"))
    names = Counter(
        name.get("name") for name in root.iterfind(".//{*}definedName") if not name.get("localSheetId")
    )
    assert [name for name, times in names.items() if times > 1] == []


def test_tables_that_share_a_sheet_begin_below_the_choice_on_one_row() -> None:
    for sheet in plan(WORKBOOK):
        if sheet.choice and sheet.kind is SheetKind.OUTPUT:  # a card has places of its own
            assert {placed.row for placed in sheet.placed} == {sheet.heading_row}
            assert sheet.heading_row >= sheet.choice.row + (3 if len(sheet.placed) == 1 else 4)


def test_a_refresh_of_the_draft_never_writes_a_choice() -> None:
    draft = Draft(SPEC)
    with pytest.raises(ValueError, match="does not write"):
        draft.write({CHOICES[0].name: draft.blocks[CHOICES[0].name]}, {})
    assert all(table.role is Role.PARAMETER for table in CHOICES)
