from __future__ import annotations

import re
import shutil
import zipfile
from pathlib import Path

import pytest
from lxml import etree

from crm_xl.books.protocol import Block
from crm_xl.builder.build import XLWINGS_SETTINGS, build, template
from crm_xl.builder.draft import Draft
from crm_xl.builder.layout import CONFIG, HOME, plan
from crm_xl.builder.pages import PAGES
from crm_xl.builder.specs import CUSTOMER_GRADING, SHIPPED_BOOKS, WORKBOOK, BookSpec
from crm_xl.builder.zipfix import normalised
from crm_xl.errors import CrmError
from crm_xl.refreshing import refresh
from crm_xl.schema import Role
from crm_xl.tables import TABLES
from tests.builder.shipped import committed, find_table, opened, parts, table_values
from tests.support.validator import validate
from tests.support.vba_checker import check

INPUT_NAMES = [table.name for table in WORKBOOK.of_role(Role.INPUT)]
BOOKS = pytest.mark.parametrize("spec", SHIPPED_BOOKS, ids=lambda spec: spec.name)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    build(folder)
    return folder


def test_two_builds_give_the_same_bytes(built: Path, tmp_path: Path) -> None:
    made = build(tmp_path)
    assert len(made) == len(SHIPPED_BOOKS) + len(PAGES)
    for path in made:
        assert path.read_bytes() == (built / path.relative_to(tmp_path)).read_bytes(), path.name


@BOOKS
def test_the_committed_book_is_what_the_declarations_make(built: Path, spec: BookSpec) -> None:
    # Part by part: another zlib may pack the same parts into other bytes.
    rebuilt = parts(built / spec.folder / spec.file_name)
    present = parts(committed(spec))
    assert list(present) == list(rebuilt)
    assert [name for name in present if present[name] != rebuilt[name]] == [], "run: python dev.py build"


@pytest.mark.slow
@BOOKS
def test_microsofts_validator_finds_nothing(spec: BookSpec) -> None:
    assert validate(committed(spec)) == []


@pytest.mark.slow
def test_microsofts_validator_finds_nothing_in_an_empty_template(tmp_path: Path) -> None:
    path = template("customer_grading", tmp_path / "empty.xlsx", with_samples=False)
    assert validate(path) == []


def test_the_vba_checker_finds_nothing() -> None:
    path = committed(WORKBOOK)
    assert check(parts(path)["xl/vbaProject.bin"], path) == []


def test_only_the_workbook_has_macros() -> None:
    assert "xl/vbaProject.bin" not in parts(committed(CUSTOMER_GRADING))


def test_code_names_are_ascii_and_differ() -> None:
    names = [sheet.code_name for sheet in plan(WORKBOOK)]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"Sheet[A-Za-z]{1,26}", name) for name in names)


@BOOKS
def test_excel_does_not_recalculate_on_opening(spec: BookSpec) -> None:
    root = etree.fromstring(parts(committed(spec))["xl/workbook.xml"])
    (properties,) = root.iterfind("{*}calcPr")
    assert dict(properties.attrib) == {"calcId": "191029"}


@BOOKS
def test_no_number_format_makes_a_currency_of_a_number(spec: BookSpec) -> None:
    # Excel hands currency cells to Python as Decimals of four digits.
    styles = parts(committed(spec))["xl/styles.xml"].decode()
    formats = re.findall(r'formatCode="(.*?)"', styles)
    assert len(formats) >= 5
    assert [code for code in formats if re.search(r"[¥￥$€]|_\(|_-", code)] == []


def test_xlwings_finds_its_settings_from_a1_down() -> None:
    sheet = opened(committed(WORKBOOK))[CONFIG]
    assert [[cell.value for cell in row] for row in sheet.iter_rows(max_col=2)] == [
        list(setting) for setting in XLWINGS_SETTINGS
    ]
    assert sheet.sheet_state == "hidden"
    assert "INTERPRETER_WIN" not in dict(XLWINGS_SETTINGS)  # a value here would override the user's own file


@BOOKS
def test_outputs_hold_what_a_refresh_of_the_file_computes(spec: BookSpec, tmp_path: Path) -> None:
    copy = tmp_path / spec.file_name
    shutil.copyfile(committed(spec), copy)
    refresh(copy)
    before, after = opened(committed(spec)), opened(copy)
    for table in spec.of_role(Role.OUTPUT):
        stored, computed = table_values(before, table.name), table_values(after, table.name)
        assert len(stored) == len(computed)
        for before_row, after_row in zip(stored, computed, strict=True):
            assert [same(*pair) for pair in zip(before_row, after_row, strict=True)] == [True] * len(
                stored[0]
            )


def same(stored: object, computed: object) -> bool:
    """Equal; numbers to the digits that the file keeps."""
    if isinstance(stored, float) or isinstance(computed, float):
        return stored == pytest.approx(computed, rel=1e-11)
    return stored == computed


def test_all_four_tiers_and_the_undecided_show_in_the_summary() -> None:
    rows = table_values(opened(committed(WORKBOOK)), "tblTierSummary")
    counts = {row[0]: row[1] for row in rows[1:]}
    assert list(counts)[:4] == ["战略级客户", "重点级客户", "普通级客户", "潜在级客户"]
    assert all(isinstance(count, int | float) and count >= 8 for count in counts.values())


def test_an_empty_template_holds_parameters_and_no_data(tmp_path: Path) -> None:
    book = opened(template("customer_grading", tmp_path / "empty.xlsx", with_samples=False))
    for table in CUSTOMER_GRADING.tables:
        body = table_values(book, table.name)[1:]
        if not table.above:  # a choice may be blank: everything
            assert any(any(row) for row in body) == (table.role is Role.PARAMETER), table.name


def test_the_empty_workbook_holds_parameters_and_answers_formulas_but_no_data(tmp_path: Path) -> None:
    path = template("CRM_Analysis", tmp_path / "empty.xlsm", with_samples=False)
    book = opened(path)
    for name in INPUT_NAMES:
        assert not any(any(row) for row in table_values(book, name)[1:]), name
    assert table_values(book, "tblCardBlock")[1][0] == "年消费额"
    assert "没有有效订单" in str(table_values(book, "tblScores")[1][0])
    assert "尚未刷新" in {cell.value for row in book[HOME].iter_rows() for cell in row}
    assert check(parts(path)["xl/vbaProject.bin"], path) == []


def test_columns_of_an_empty_book_are_as_wide_as_those_of_a_filled_one(tmp_path: Path) -> None:
    # A refresh of a file changes no widths: names and reasons must fit where nothing stood.
    empty, filled = (
        template("customer_grading", tmp_path / f"{given}.xlsx", with_samples=given)
        for given in (False, True)
    )
    for name in ("tblScores", "tblWarnings", "tblOrders"):
        widths = []
        for path in (empty, filled):
            sheet, table = find_table(opened(path), name)
            (left, right) = (
                cell.column for cell in sheet[table.ref][0][:: len(TABLES[name].columns) - 1][:2]
            )
            widths.append(
                [
                    each.width
                    for each in sheet.column_dimensions.values()
                    if left <= each.min and each.max <= right
                ]
            )
        assert widths[0] and widths[0] == widths[1], name


def test_an_unknown_template_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        template("nonsense", tmp_path / "x.xlsx")


def test_the_workbook_holds_every_declared_table() -> None:
    assert {table.name for table in WORKBOOK.tables} == set(TABLES)


def test_a_refresh_does_not_write_parameters() -> None:
    with pytest.raises(ValueError, match="tblTiers"):
        Draft(CUSTOMER_GRADING).write({"tblTiers": Block(headings=(), rows=())}, {})


def test_a_draft_takes_its_last_write_back_once() -> None:
    draft = Draft(CUSTOMER_GRADING)
    empty = draft.blocks["tblScores"]
    draft.write({"tblScores": Block(headings=empty.headings, rows=[(1,) * 11])}, {"CRM_STATUS": "x"})
    assert draft.cells and draft.blocks["tblScores"].rows
    draft.restore()
    assert (draft.cells, draft.blocks["tblScores"]) == ({}, empty)
    with pytest.raises(CrmError, match="没有可以撤销的刷新"):
        draft.restore()


def test_a_draft_says_where_its_tables_will_stand() -> None:
    draft = Draft(WORKBOOK)
    book = opened(committed(WORKBOOK))
    raw = draft.read(["tblOrders", "tblTiers", "tblNone"])
    assert set(raw) == {"tblOrders", "tblTiers"}
    for name, table in raw.items():
        sheet, found = next((s, s.tables[name]) for s in book.worksheets if name in s.tables)
        assert (table.sheet, table.cell(0, table.headings[0])) == (
            sheet.title,
            f"{sheet.title}!{sheet[found.ref][1][0].coordinate}",
        )


def test_a_package_loses_the_marks_of_the_machine_that_made_it(tmp_path: Path) -> None:
    made = []
    for system, year in ((0, 2001), (3, 2020)):
        path = tmp_path / f"{system}.zip"
        with zipfile.ZipFile(path, "w") as package:
            entry = zipfile.ZipInfo("a.xml", (year, 2, 3, 4, 5, 6))
            entry.create_system = system
            package.writestr(entry, b"<a/>" * 100)
        made.append(path.read_bytes())
    assert made[0] != made[1]
    assert normalised(made[0]) == normalised(made[1])
