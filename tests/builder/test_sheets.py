from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from lxml import etree
from openpyxl.utils import range_boundaries
from openpyxl.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from crm_xl.builder.layout import CONFIG, EXAMPLES, GUIDE, HELP, HOME, SheetKind, plan
from crm_xl.builder.specs import SHIPPED_BOOKS, WORKBOOK, BookSpec
from crm_xl.builder.theme import column_width, number_format
from crm_xl.builder.validation import FURTHER_ROWS, prompt, validation
from crm_xl.schema import Column, Kind, Role, Table
from crm_xl.tables import cells as named
from crm_xl.tables import inputs as i
from crm_xl.tables import parameters as p
from crm_xl.tables.card import ASSESSMENT_CARD, CARD_SHEET
from crm_xl.tables.choices import HIDDEN_SHEETS
from crm_xl.tables.dashboard import DASHBOARD_SHEET, KEY_FIGURES
from crm_xl.tables.outputs import CHART_SHEET
from crm_xl.tables.plans import REVIEWS
from crm_xl.widths import display_width
from tests.builder.shipped import committed, find_table, opened, parts, table_values

BOOKS = pytest.mark.parametrize("spec", SHIPPED_BOOKS, ids=lambda spec: spec.name)


PAGES = (SheetKind.DASHBOARD, SheetKind.CARD)  # blocks of fixed size, placed by hand


@cache
def book_of(spec: BookSpec) -> Workbook:
    return opened(committed(spec))


def validations_at(sheet: Worksheet, row: int, column: int) -> list[DataValidation]:
    coordinate = sheet.cell(row, column).coordinate
    return [rule for rule in sheet.data_validations.dataValidation if coordinate in rule.sqref]


@BOOKS
def test_every_table_stands_there_with_its_headings_in_order(spec: BookSpec) -> None:
    for table in spec.tables:
        sheet, _ = find_table(book_of(spec), table.name)
        headings = table_values(book_of(spec), table.name)[0]
        assert sheet.title == table.sheet
        assert tuple(headings[: len(table.columns)]) == table.titles
        assert table.open_ended or len(headings) == len(table.columns)


@BOOKS
def test_sheets_stand_in_reading_order_and_the_machinery_is_hidden(spec: BookSpec) -> None:
    sheets = book_of(spec).worksheets
    shown = [sheet.title for sheet in sheets if sheet.sheet_state == "visible"]
    assert [sheet.title for sheet in sheets][: len(shown)] == shown
    assert (shown[0], shown[1], shown[-1]) == (HOME, p.SHEET, GUIDE)
    tables = shown[2:-2] if spec.macros else shown[2:-1]
    assert (EXAMPLES in shown) == spec.macros and EXAMPLES not in tables
    roles = [next(t.role for t in spec.tables if t.sheet == name and not t.above) for name in tables]
    assert roles == sorted(roles, key=[Role.PARAMETER, Role.INPUT, Role.OUTPUT].index)
    hidden = {sheet.title for sheet in sheets} - set(shown)
    assert {t.sheet for t in spec.tables if t.sheet in HIDDEN_SHEETS} <= hidden
    assert hidden <= {*HIDDEN_SHEETS, HELP, CONFIG}


@BOOKS
def test_tables_that_share_a_sheet_leave_one_column_between(spec: BookSpec) -> None:
    for sheet in plan(spec):
        if sheet.kind in PAGES:
            continue
        for left, right in zip(sheet.placed, sheet.placed[1:], strict=False):
            assert not left.table.open_ended
            assert right.column == left.column + len(left.table.columns) + 1
            assert right.row == left.row


@BOOKS
def test_nothing_stands_below_a_table(spec: BookSpec) -> None:
    for table in spec.tables:
        if table.fixed_rows:  # it never grows
            continue
        sheet, found = find_table(book_of(spec), table.name)
        left, _, right, bottom = range_boundaries(found.ref)
        below = sheet.iter_rows(min_row=bottom + 1, min_col=left, max_col=right, values_only=True)
        assert not any(value for row in below for value in row), table.name


@BOOKS
def test_what_a_column_of_choices_is_shipped_with_is_among_them(spec: BookSpec) -> None:
    for table in spec.tables:
        if table.role is Role.OUTPUT:
            continue
        for column, *values in zip(*table_values(book_of(spec), table.name), strict=True):
            declared = next(c for c in table if c.title == column)
            choices = ("是", "否") if declared.kind is Kind.YESNO else declared.choices
            if (
                choices and declared.kind is not Kind.TEXT
            ):  # a text may say something else, and is asked about
                assert set(values) - {None} <= set(choices), (table.name, declared.name)


def choice_columns() -> list[tuple[Table, Column]]:
    typed = [table for table in WORKBOOK.tables if table.role is not Role.OUTPUT]
    return [(t, c) for t in typed for c in t if (c.choices or c.kind is Kind.YESNO) and not c.computed]


@pytest.mark.parametrize(
    ("table", "column"), choice_columns(), ids=lambda value: getattr(value, "name", value)
)
def test_a_choice_column_has_a_dropdown_and_room_to_grow(table: Table, column: Column) -> None:
    sheet, found = find_table(book_of(WORKBOOK), table.name)
    left, top, _, bottom = range_boundaries(found.ref)
    at = left + table.names.index(column.name)
    for row in (top + 1, bottom, bottom + (0 if table.fixed_rows else FURTHER_ROWS)):
        (rule,) = validations_at(sheet, row, at)
        assert rule.type == "list"
        assert rule.formula1 == f'"{",".join(column.choices or ("是", "否"))}"'
        assert (rule.errorStyle or "stop") == ("warning" if column.kind is Kind.TEXT else "stop")
        assert 0 < len(rule.prompt) <= 255
        assert len(rule.promptTitle) <= 32


@pytest.mark.parametrize("setting", p.GENERAL, ids=lambda setting: setting.name)
def test_each_setting_has_the_validation_of_its_own_kind(setting: p.Setting) -> None:
    sheet, found = find_table(book_of(WORKBOOK), p.SETTINGS_TABLE.name)
    left, top, _, _ = range_boundaries(found.ref)
    titles = [row[0] for row in table_values(book_of(WORKBOOK), p.SETTINGS_TABLE.name)]
    rules = validations_at(sheet, top + titles.index(setting.title), left + 1)
    expected = {Kind.CHOICE: "list", Kind.YESNO: "list", Kind.DATE: "date", Kind.INTEGER: "whole",
                Kind.PERCENT: "decimal", Kind.NUMBER: "decimal", Kind.MONEY: "decimal"}.get(setting.kind)  # fmt: skip
    assert [rule.type for rule in rules] == [expected]
    assert rules[0].prompt.startswith(("可选", "填是", "单位", setting.note[:4]))


def test_tags_and_tiers_are_chosen_from_the_parameters_but_others_only_warn() -> None:
    for table, name, list_name in (
        (i.TAGS, "tag", "CRM_LIST_TAGS"),
        (i.OVERRIDES, "tier", "CRM_LIST_TIERS"),
    ):
        sheet, found = find_table(book_of(WORKBOOK), table.name)
        left, top, _, _ = range_boundaries(found.ref)
        (rule,) = validations_at(sheet, top + 1, left + table.names.index(name))
        assert (rule.type, rule.formula1, rule.errorStyle) == ("list", list_name, "warning")
        assert re.fullmatch(r"tbl\w+\[\w+\]", book_of(WORKBOOK).defined_names[list_name].value)


@BOOKS
def test_every_cell_a_refresh_fills_has_its_name_and_holds_a_value(spec: BookSpec) -> None:
    book = book_of(spec)
    pages = (DASHBOARD_SHEET, CARD_SHEET)  # they say it once for all their blocks
    shown = [t for t in spec.of_role(Role.OUTPUT) if t.sheet not in (*HIDDEN_SHEETS, *pages)]
    shown += [table for table in spec.tables if table in (KEY_FIGURES, ASSESSMENT_CARD)]
    # 首页 says nothing of reviews and plans where there is no table of them.
    told_of = {named.REVIEWS: REVIEWS in spec.tables, named.PLANS: i.PLANS in spec.tables}
    names = [cell.name for cell in named.STATUS_CELLS if told_of.get(cell, True)]
    assert [cell for cell, there in told_of.items() if (cell.name in book.defined_names) != there] == []
    for name in [*names, *(named.note_name(table) for table in shown)]:
        ((sheet, address),) = book.defined_names[name].destinations
        assert book[sheet][address.replace("$", "")].value not in (None, "", "尚未刷新"), name
    assert (named.BANNER_NAME in book.defined_names) == spec.macros


@BOOKS
def test_the_blocks_that_formulas_read_are_named_with_their_headings(spec: BookSpec) -> None:
    blocks = [table for table in spec.tables if table.defined_name]
    assert len(blocks) > 5 or not spec.macros  # formulas are for the workbook that has functions
    for table in blocks:
        sheet, found = find_table(book_of(spec), table.name)
        ((name, area),) = book_of(spec).defined_names[table.defined_name].destinations
        assert (name, area.replace("$", "")) == (sheet.title, found.ref)


@BOOKS
def test_links_lead_to_sheets_that_are_there(spec: BookSpec) -> None:
    book = book_of(spec)
    for sheet in (book[HOME], book[p.SHEET]):
        links = [cell.hyperlink for row in sheet.iter_rows() for cell in row if cell.hyperlink]
        assert len(links) >= 4
        for link in links:
            name, _, address = link.location.rpartition("!")
            assert book[name.strip("'")][address].value
    linked = {cell.hyperlink.location.split("!")[0].strip("'") for row in book[HOME].iter_rows() for cell in row
              if cell.hyperlink}  # fmt: skip
    assert linked == {s.title for s in book.worksheets if s.sheet_state == "visible"} - {HOME}


@BOOKS
def test_charts_hold_the_values_they_show(spec: BookSpec) -> None:
    charts = {
        name: data for name, data in parts(committed(spec)).items() if name.startswith("xl/charts/chart")
    }
    assert bool(charts) == any(table.sheet == CHART_SHEET for table in spec.tables)
    for name, data in charts.items():
        root = etree.fromstring(data)
        for values in root.iterfind(".//{*}val/{*}numRef"):
            sheet, _, area = values.findtext("{*}f").rpartition("!")
            left, top, _, bottom = range_boundaries(area.replace("$", ""))
            heading = book_of(spec)[sheet.strip("'")].cell(top - 1, left).value
            cells = [row[0] for row in book_of(spec)[sheet.strip("'")].iter_rows(
                min_row=top, max_row=bottom, min_col=left, max_col=left, values_only=True)]  # fmt: skip
            cached = [float(point.text) for point in values.iterfind(".//{*}v")]
            assert cached == [float(cell) for cell in cells if cell is not None], name
            assert cached or "拐点" in heading, name  # a line may have no turn that stands out
        assert (
            root.find(".//{*}plotVisOnly") is None
        )  # else nothing shows: the blocks stand on a hidden sheet


@BOOKS
def test_pages_are_a4_landscape_with_headings_repeated(spec: BookSpec) -> None:
    for plan_, sheet in zip(plan(spec), book_of(spec).worksheets, strict=True):
        if plan_.hidden:
            continue
        assert sheet.page_setup.orientation == "landscape", sheet.title
        assert sheet.page_setup.paperSize == 9
        # Of a sheet on which people add rows all is printed that is there.
        typed_below = plan_.kind in (SheetKind.INPUT, SheetKind.PARAMETERS) and len(plan_.placed) == 1
        assert bool(sheet.print_area) != typed_below, sheet.title
        if plan_.placed and plan_.kind not in PAGES:
            assert sheet.print_title_rows == f"${plan_.top_heading_row + 1}:${plan_.heading_row + 1}"
            assert sheet.freeze_panes is not None


@BOOKS
def test_groups_of_columns_are_named_above_their_first_heading(spec: BookSpec) -> None:
    for plan_ in plan(spec):
        for placed in plan_.placed:
            if not placed.table.banded:
                continue
            cells = book_of(spec)[plan_.name][placed.row]  # the row above the headings, which has its number
            said = [cells[placed.column + offset].value for offset in range(len(placed.table.columns))]
            bands = [column.band for column in placed.table]
            assert [name for name in said if name] == list(dict.fromkeys(bands))
            assert all(said[bands.index(band)] == band for band in bands)


@BOOKS
def test_warnings_never_rest_on_colour_alone(spec: BookSpec) -> None:
    styles = etree.fromstring(parts(committed(spec))["xl/styles.xml"])
    conditional = set()
    for sheet in book_of(spec).worksheets:
        for rules in sheet.conditional_formatting:
            conditional |= {rule.dxfId for rule in rules.rules if rule.type == "beginsWith"}
    formats = styles.findall("{*}dxfs/{*}dxf")
    assert conditional
    for number in conditional:
        code = formats[number].find("{*}numFmt").get("formatCode")
        assert re.match(r'"[▲△] "@', code)


@BOOKS
def test_inputs_look_typed_and_computed_columns_do_not(spec: BookSpec) -> None:
    for table in spec.tables:
        if table.role is Role.PARAMETER or table is i.HISTORY:
            continue
        sheet, found = find_table(book_of(spec), table.name)
        for column, cell in zip(table, sheet[found.ref][1], strict=False):
            if cell.value is None and sheet.title in HIDDEN_SHEETS:  # a chart takes a formatted blank for 0
                continue
            typed = column.filled or (table.role is Role.INPUT and not column.computed)
            assert (cell.fill.fgColor.rgb == "FFFFFBE6") == typed, (table.name, column.name)
            assert cell.number_format == number_format(column, table.role)


def test_only_the_guide_is_protected_since_a_refresh_must_write() -> None:
    assert [s.title for s in book_of(WORKBOOK).worksheets if s.protection.sheet] == [GUIDE]


def test_the_guide_explains_every_column_whose_declaration_says_how() -> None:
    text = {cell for row in book_of(WORKBOOK)[GUIDE].iter_rows(values_only=True) for cell in row if cell}
    for table in WORKBOOK.tables:
        if table.sheet not in HIDDEN_SHEETS:
            assert {column.note for column in table if column.note and not column.computed} <= text, (
                table.name
            )


@BOOKS
def test_no_number_is_wider_than_its_column(spec: BookSpec) -> None:
    # Excel shows #### where a number or date does not fit.
    for table in spec.tables:
        sheet, found = find_table(book_of(spec), table.name)
        left = range_boundaries(found.ref)[0]
        for offset, column in enumerate(table):
            width = next(d.width for d in sheet.column_dimensions.values() if d.min <= left + offset <= d.max)
            widest = 0.0
            for row in sheet[found.ref][1:]:
                value = row[offset].value
                if isinstance(value, int | float) and column.kind is Kind.MONEY:
                    widest = max(widest, len(f"{value:,.2f}"))
                elif value is not None and column.kind in (Kind.DATE, Kind.DATETIME):
                    widest = max(widest, 10 if column.kind is Kind.DATE else 16)
            assert width >= widest + 1, (table.name, column.name)


class TestValidation:
    def test_a_column_without_note_or_choices_says_nothing(self) -> None:
        assert prompt(Column(name="a", title="甲", example="1")) == ""
        assert validation(Column(name="a", title="甲")) is None

    def test_a_prompt_says_choices_unit_and_note_and_fits(self) -> None:
        column = Column(name="a", title="甲", kind=Kind.MONEY, unit="元", note="注" * 300, required=True)
        assert prompt(column).startswith("必填。单位：元。注")
        assert len(prompt(column)) == 255

    def test_limits_reach_the_rule_and_its_message(self) -> None:
        rule = validation(Column(name="a", title="甲", kind=Kind.INTEGER, minimum=1, maximum=5))
        assert rule is not None
        assert (rule["validate"], rule["minimum"], rule["maximum"]) == ("integer", 1, 5)
        assert rule["error_message"] == "甲请填整数，不小于1、不大于5。"

    def test_an_open_list_only_warns(self) -> None:
        rule = validation(Column(name="a", title="甲", choices=("一", "二")))
        assert rule is not None
        assert (rule["validate"], rule["error_type"]) == ("list", "warning")

    def test_what_a_refresh_writes_is_not_validated(self) -> None:
        assert validation(Column(name="a", title="甲", kind=Kind.DATE, computed=True)) is None

    def test_choices_too_long_for_excel_are_our_mistake(self) -> None:
        with pytest.raises(ValueError, match="too long"):
            validation(Column(name="a", title="甲", kind=Kind.CHOICE, choices=("长" * 200, "宽" * 60)))


def test_a_chinese_character_counts_two() -> None:
    assert display_width("客户ID") == 6
    narrow = column_width(Column(name="a", title="编号"), ["1"], Role.INPUT)
    wide = column_width(Column(name="a", title="编号"), ["华东精密机械有限公司"], Role.INPUT)
    assert wide >= 20 > narrow


def test_every_sheet_kind_is_in_the_workbook() -> None:
    assert {sheet.kind for sheet in plan(WORKBOOK)} == set(SheetKind)


def test_the_shipped_files_are_small_enough_to_mail() -> None:
    assert all(Path(committed(spec)).stat().st_size < 3_000_000 for spec in SHIPPED_BOOKS)
