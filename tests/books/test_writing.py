"""What a write leaves in the workbook, judged by openpyxl and by calamine."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
import xlsxwriter

from crm_xl.books.cells import CUT_MARK, MOST_CHARACTERS
from crm_xl.books.file import FileBook
from crm_xl.books.protocol import Block
from crm_xl.errors import CrmError
from tests.books.samples import book, contents_of, edit_all, edit_parts, to_strict

SHEET = "xl/worksheets/sheet1.xml"
TABLE = "xl/tables/table1.xml"
WORKBOOK = "xl/workbook.xml"


def _block(*rows: Sequence[Any], headings: Sequence[str] = ("甲", "乙")) -> Block:
    return Block(headings=tuple(headings), rows=rows)


def _write(path: Path, block: Block, name: str = "tblA", **cells: Any) -> Path:
    FileBook(path).write({name: block}, cells)
    return path


def _cells(path: Path, area: str) -> list[list[Any]]:
    sheet = openpyxl.load_workbook(path).worksheets[0]
    return [[cell.value for cell in row] for row in sheet[area]]


def _columns(path: Path, name: str = "tblA") -> list[list[object]]:
    return [list(column) for column in FileBook(path, read_only=True).read([name])[name].columns]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A workbook with tblA at B3:C5 of its only sheet."""
    return book(tmp_path / "a.xlsx", {"tblA": ("出", 3, 2, ["甲", "乙"], [["x", 1], ["y", 2]])})


TEXTS = [
    "=1+1",
    "+86 138",
    "-5",
    "@name",
    "  两边空格  ",
    "两\n行\t列",
    "<b>&\"'",
    "回\r车",
    "控\x01制\x1f",
    "_x0041_",
    "#DIV/0!",
    "00123",
    "😀中文",
    "]]>",
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_stays_that_text(path: Path, text: str) -> None:
    _write(path, _block((text, 1)))
    assert _columns(path)[0] == [text]
    cell = openpyxl.load_workbook(path).worksheets[0]["B4"]
    assert cell.data_type in ("s", "inlineStr")
    assert openpyxl.utils.escape.unescape(cell.value) == text


def test_characters_no_file_can_hold_are_escaped(path: Path) -> None:
    _write(path, _block(("a\ud800\uffffb", 1)))
    assert "a_xD800__xFFFF_b" in contents_of(path)[SHEET].decode()
    assert len(_columns(path)[0]) == 1


@pytest.mark.parametrize("character", ["字", "😀"])
def test_a_text_longer_than_a_cell_is_cut_and_says_so(path: Path, character: str) -> None:
    _write(
        path,
        _block(
            (character * 40_000, 1),
            (character * (MOST_CHARACTERS // len(character.encode("utf-16-le")) * 2), 2),
        ),
    )
    cut, whole = _columns(path)[0]
    assert cut.endswith(CUT_MARK)
    assert MOST_CHARACTERS - 2 < len(cut.encode("utf-16-le")) / 2 <= MOST_CHARACTERS
    assert whole == character * len(whole)


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (None, None),
        ("", None),
        (math.nan, None),
        (math.inf, None),
        (pd.NA, None),
        (pd.NaT, None),
        (np.float64("nan"), None),
        (0, 0),
        (0.1, 0.1),
        (-1e300, -1e300),
        (np.int64(7), 7),
        (np.float32(0.5), 0.5),
        (Decimal("1.25"), 1.25),
        (True, True),
        (np.bool_(False), False),
        (123456789012345678, "123456789012345678"),
    ],
)
def test_a_value_is_written_as_what_it_is(path: Path, value: object, read: object) -> None:
    _write(path, _block(("行", value)))
    assert _columns(path)[1] == [read]


def test_a_value_no_cell_can_hold_is_our_own_mistake(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(ValueError, match="list"):
        _write(path, _block(("x", [1])))
    with pytest.raises(ValueError, match="row 1"):
        _write(path, _block(("x", 1), ("y",)))
    with pytest.raises(ValueError, match="differ"):
        _write(path, _block(("x", 1), headings=("Ab", "aB")))
    assert path.read_bytes() == before


@pytest.mark.parametrize("date1904", [False, True])
def test_dates_are_serials_of_the_books_date_system(tmp_path: Path, date1904: bool) -> None:
    days: list[Any] = [
        dt.datetime(2024, 2, 29),
        dt.date(2025, 12, 31),
        pd.Timestamp("2024-05-01 13:45:07"),
        dt.datetime(1904, 1, 2, 12),
    ]
    old = [[dt.datetime(2020, 1, 1)]]
    path = book(tmp_path / "a.xlsx", {"tblA": ("出", 1, 1, ["日"], old)}, date1904=date1904)
    _write(path, Block(headings=("日",), rows=[(day,) for day in days]))
    read = [dt.datetime(2024, 2, 29), dt.datetime(2025, 12, 31), days[2].to_pydatetime(), days[3]]
    assert _columns(path) == [read]
    assert [row[0] for row in _cells(path, "A2:A5")] == read


def test_days_before_excels_calendar_are_text(path: Path) -> None:
    _write(path, _block((dt.date(1850, 6, 1), dt.datetime(1900, 1, 1))))
    assert _columns(path) == [["1850-06-01"], [dt.datetime(1900, 1, 1)]]


def test_a_table_grows_shrinks_and_empties(path: Path) -> None:
    for count in (5, 1, 0, 3):
        _write(path, _block(*[(f"r{number}", number) for number in range(count)]))
        table = openpyxl.load_workbook(path).worksheets[0].tables["tblA"]
        assert table.ref == table.autoFilter.ref == f"B3:C{3 + max(1, count)}"
        assert f'<dimension ref="B3:C{3 + max(1, count)}"/>' in contents_of(path)[SHEET].decode()
        assert _columns(path) == [[f"r{number}" for number in range(count)], list(range(count))]
        assert FileBook(path).tables()["tblA"].rows == max(1, count)
        assert not any(any(row) for row in _cells(path, f"A{4 + max(1, count)}:E20"))


def test_styles_follow_the_first_row_also_through_an_empty_table(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {"tblA": ("出", 1, 1, ["日", "数"], [[dt.datetime(2024, 1, 1), 1]])})
    _write(path, Block(headings=("日", "数"), rows=[]))
    _write(path, Block(headings=("日", "数"), rows=[(None, 1), (dt.date(2024, 3, 4), 2)]))
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert [sheet[f"A{row}"].number_format for row in (2, 3)] == ["yyyy-mm-dd hh:mm"] * 2
    assert sheet["A3"].value == dt.datetime(2024, 3, 4)


def test_rows_of_a_settings_table_keep_their_own_formats(tmp_path: Path) -> None:
    rows = [["日期", dt.datetime(2024, 1, 1)], ["数", 12], ["日期二", dt.datetime(2024, 5, 6)], ["数二", 1]]
    path = book(tmp_path / "a.xlsx", {"tblA": ("参数", 1, 1, ["甲", "乙"], rows)})
    _write(
        path,
        _block(
            ["日期", dt.datetime(2025, 1, 1)], ["数", 13], ["日期二", None], ["数二", dt.date(2025, 2, 3)]
        ),
    )
    sheet = openpyxl.load_workbook(path).worksheets[0]
    formats = [sheet[f"B{row}"].number_format for row in range(2, 6)]
    assert formats == ["yyyy-mm-dd hh:mm", "General", "yyyy-mm-dd hh:mm", "mm-dd-yy"]
    assert _columns(path)[1] == [dt.datetime(2025, 1, 1), 13, None, dt.datetime(2025, 2, 3)]


def test_new_cells_take_row_and_column_formats_where_the_template_has_no_cell(tmp_path: Path) -> None:
    def finish(workbook: xlsxwriter.Workbook) -> None:
        percent = workbook.add_format({"num_format": "0%"})
        workbook.get_worksheet_by_name("出").set_column("B:B", 10, percent)

    path = book(tmp_path / "a.xlsx", {"tblA": ("出", 1, 1, ["甲", "乙"], [])}, finish=finish)
    _write(path, _block(("x", 0.5), ("y", 0.25)))
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert [sheet[f"B{row}"].number_format for row in (2, 3)] == ["0%", "0%"]


@pytest.mark.parametrize(
    ("old", "days", "shown"),
    [
        (None, [None, dt.date(2024, 3, 4)], "mm-dd-yy"),
        (None, [dt.datetime(2024, 3, 4), pd.NaT, dt.datetime(2024, 3, 4, 12)], "m/d/yy h:mm"),
        (1.5, [dt.date(2024, 3, 4)], "mm-dd-yy"),
        (dt.datetime(2020, 1, 1), [dt.date(2024, 3, 4)], "yyyy-mm-dd hh:mm"),
        (dt.datetime(2020, 1, 1), [7], "yyyy-mm-dd hh:mm"),
        (None, [7, None], "General"),
    ],
)
def test_a_date_shows_as_one_also_where_the_template_has_no_format_for_it(
    tmp_path: Path, old: object, days: list[object], shown: str
) -> None:
    path = book(tmp_path / "a.xlsx", {"tblA": ("出", 1, 1, ["日"], [[old]])}, finish=_put("H1", 0))
    _write(path, Block(headings=("日",), rows=[(day,) for day in days]))
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert [sheet[f"A{row}"].number_format for row in range(2, 2 + len(days))] == [shown] * len(days)
    assert sheet["H1"].number_format == "General"


def test_a_date_in_a_single_cell_shows_as_one_and_keeps_the_rest_of_the_style(tmp_path: Path) -> None:
    def finish(workbook: xlsxwriter.Workbook) -> None:
        workbook.worksheets()[0].write("F1", "旧", workbook.add_format({"bold": True, "num_format": "0.0"}))
        workbook.define_name("A_DAY", "=出!$F$1")

    path = book(tmp_path / "a.xlsx", {"tblA": ("出", 1, 1, ["甲"], [["x"]])}, finish=finish)
    _write(path, Block(headings=("甲",), rows=[("y",)]), A_DAY=dt.date(2024, 3, 4))
    cell = openpyxl.load_workbook(path).worksheets[0]["F1"]
    assert (cell.value, cell.number_format, cell.font.bold) == (dt.datetime(2024, 3, 4), "mm-dd-yy", True)


def test_new_rows_have_the_height_of_the_first(tmp_path: Path) -> None:
    def finish(workbook: xlsxwriter.Workbook) -> None:
        workbook.get_worksheet_by_name("出").set_row(1, 33)

    path = book(tmp_path / "a.xlsx", {"tblA": ("出", 1, 1, ["甲", "乙"], [["x", 1]])}, finish=finish)
    _write(path, _block(("x", 1), ("y", 2)))
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert [sheet.row_dimensions[row].height for row in (2, 3)] == [33, 33]


def test_headings_change_in_the_sheet_and_in_the_table_part(path: Path) -> None:
    _write(path, _block(("n", 1, 2.5), headings=("丙<&>", "甲", "2024年\n1月")))
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert [cell.value for cell in sheet["B3:D3"][0]] == ["丙<&>", "甲", "2024年\n1月"]
    columns = sheet.tables["tblA"].tableColumns
    assert [column.name for column in columns] == ["丙<&>", "甲", "2024年\n1月"]
    assert 'name="2024年_x000A_1月"' in contents_of(path)[TABLE].decode()
    assert [column.id for column in columns] == [3, 1, 4]
    assert FileBook(path).tables()["tblA"].headings == ("丙<&>", "甲", "2024年\n1月")
    _write(path, _block(("只",), headings=("甲",)))
    assert _cells(path, "B3:D4") == [["甲", None, None], ["只", None, None]]


def test_unchanged_headings_are_not_rewritten(path: Path) -> None:
    before = re.findall(r'<c r="[BC]3".*?</c>', contents_of(path)[SHEET].decode())
    _write(path, _block(("n", 1)))
    assert re.findall(r'<c r="[BC]3".*?</c>', contents_of(path)[SHEET].decode()) == before != []


def _put(address: str, value: object) -> Callable[[xlsxwriter.Workbook], None]:
    return lambda workbook: workbook.worksheets()[0].write(address, value)


def _merge(area: str) -> Callable[[xlsxwriter.Workbook], None]:
    return lambda workbook: workbook.worksheets()[0].merge_range(area, "", workbook.add_format())


@pytest.mark.parametrize(
    ("finish", "block", "place"),
    [
        (_put("C9", "下方"), _block(*[("r", n) for n in range(6)]), "出!C9"),
        (_put("D4", "右边"), _block(("r", 1, 2), headings=("甲", "乙", "丙")), "出!D4"),
        (_put("D3", 0), _block(("r", 1, 2), headings=("甲", "乙", "丙")), "出!D3"),
        (_merge("A8:B8"), _block(*[("r", n) for n in range(6)]), "出!A8"),
    ],
)
def test_growing_over_something_else_is_refused_with_the_place(
    tmp_path: Path, finish: Callable[[xlsxwriter.Workbook], None], block: Block, place: str
) -> None:
    tables = {"tblA": ("出", 3, 2, ["甲", "乙"], [["x", 1], ["y", 2]])}
    path = book(tmp_path / "a.xlsx", tables, finish=finish)
    before = path.read_bytes()
    with pytest.raises(CrmError) as refused:
        _write(path, block)
    assert refused.value.where == place
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.xlsx"]


def test_growing_into_another_table_is_refused_even_where_it_is_blank(tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx",
        {"tblA": ("出", 1, 1, ["甲", "乙"], [["x", 1]]), "tblB": ("出", 4, 2, ["丙"], [])},
    )
    with pytest.raises(CrmError) as refused:
        _write(path, _block(*[("r", n) for n in range(4)]))
    assert refused.value.where == "出!B4"


def test_a_table_longer_than_a_sheet_is_refused(path: Path) -> None:
    class Endless(Sequence[Any]):
        def __len__(self) -> int:
            return 1_048_574

        def __getitem__(self, index: Any) -> Any:
            if index >= len(self):
                raise IndexError
            return ("x", 1)

    with pytest.raises(CrmError, match="超过 Excel 的上限"):
        _write(path, Block(headings=("甲", "乙"), rows=Endless()))


def test_content_below_stays_when_the_table_shrinks_or_grows_up_to_it(tmp_path: Path) -> None:
    tables = {"tblA": ("出", 1, 1, ["甲", "乙"], [["x", 1], ["y", 2]])}
    path = book(tmp_path / "a.xlsx", tables, finish=_put("B6", "合计"))
    for count in (4, 1):
        _write(path, _block(*[("r", n) for n in range(count)]))
        assert _cells(path, "A6:B6") == [[None, "合计"]]


def _with_totals(workbook: xlsxwriter.Workbook) -> None:
    columns = [
        {"header": "甲", "total_string": "合计"},
        {"header": "乙", "total_function": "sum", "total_value": 3},
    ]
    workbook.add_worksheet("总").add_table(
        "A1:B4", {"name": "tblT", "total_row": True, "columns": columns, "data": [["x", 1], ["y", 2]]}
    )


@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_totals_row_moves_with_the_body(tmp_path: Path, count: int) -> None:
    path = book(tmp_path / "a.xlsx", {}, finish=_with_totals)
    _write(path, _block(*[("r", n) for n in range(count)]), name="tblT")
    sheet = openpyxl.load_workbook(path).worksheets[0]
    bottom = count + 2
    assert [cell.value for cell in sheet[f"A{bottom}:B{bottom}"][0]] == ["合计", "=SUBTOTAL(109,[乙])"]
    assert sheet.tables["tblT"].ref == f"A1:B{bottom}"
    assert sheet.tables["tblT"].autoFilter.ref == f"A1:B{bottom - 1}"
    assert sheet.max_row == bottom
    assert _columns(path, "tblT") == [["r"] * count, list(range(count))]
    assert 'fullCalcOnLoad="1"' in contents_of(path)[WORKBOOK].decode()


def test_a_filter_is_lifted_and_its_rows_shown(tmp_path: Path) -> None:
    def finish(workbook: xlsxwriter.Workbook) -> None:
        workbook.worksheets()[0].set_row(4, None, None, {"hidden": True})

    path = book(
        tmp_path / "a.xlsx", {"tblA": ("出", 3, 2, ["甲", "乙"], [["x", 1], ["y", 2]])}, finish=finish
    )
    criteria = b'<filterColumn colId="0"><filters><filter val="x"/></filters></filterColumn></autoFilter>'
    edit_parts(
        path,
        {
            TABLE: lambda data: data.replace(
                b'<autoFilter ref="B3:C5"/>', b'<autoFilter ref="B3:C5">' + criteria
            )
        },
    )
    assert b"filterColumn" in contents_of(path)[TABLE]
    _write(path, _block(("p", 1), ("q", 2)))
    assert b"filterColumn" not in contents_of(path)[TABLE]
    assert not openpyxl.load_workbook(path).worksheets[0].row_dimensions[5].hidden


def _add_chain(path: Path, address: str) -> None:
    """XlsxWriter writes no calculation chain; Excel does."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain"
    content = "application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"
    link = f'<Relationship Id="rId99" Type="{kind}" Target="calcChain.xml"/></Relationships>'
    override = f'<Override PartName="/xl/calcChain.xml" ContentType="{content}"/></Types>'
    edit_parts(
        path,
        {
            "[Content_Types].xml": lambda data: data.replace(b"</Types>", override.encode()),
            "xl/_rels/workbook.xml.rels": lambda data: data.replace(b"</Relationships>", link.encode()),
        },
        {"xl/calcChain.xml": f'<calcChain xmlns="{main}"><c r="{address}" i="1"/></calcChain>'.encode()},
    )


def test_formulas_in_the_body_give_way_to_values_and_the_chain_goes(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {"tblA": ("出", 1, 1, ["甲", "乙"], [["x", ("=1+1", 2)]])})
    formula = b"<calculatedColumnFormula>1+1</calculatedColumnFormula></tableColumn>"
    edit_parts(
        path,
        {
            TABLE: lambda data: data.replace(b'name="\xe4\xb9\x99"/>', b'name="\xe4\xb9\x99">' + formula),
        },
    )
    _add_chain(path, "B2")
    assert formula in contents_of(path)[TABLE]
    _write(path, _block(("p", 7)))
    after = contents_of(path)
    assert _columns(path) == [["p"], [7]]
    assert "xl/calcChain.xml" not in after
    assert not any(b"calcChain" in data or b"calculatedColumnFormula" in data for data in after.values())
    assert b"<f>" not in after[SHEET]


def test_a_chain_that_names_no_replaced_cell_stays(tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx", {"tblA": ("出", 1, 1, ["甲", "乙"], [["x", 1]])}, finish=_put("H1", "=1+1")
    )
    _add_chain(path, "H1")
    before = contents_of(path)["xl/calcChain.xml"]
    _write(path, _block(("p", 7)))
    assert contents_of(path)["xl/calcChain.xml"] == before


@pytest.mark.parametrize("settings", [b"", b'<calcPr calcId="191029"/>'])
@pytest.mark.parametrize("formulas", [False, True])
def test_calculation_on_opening_is_asked_for_only_where_there_are_formulas(
    tmp_path: Path, settings: bytes, formulas: bool
) -> None:
    finish = _put("H1", "=1+1") if formulas else None
    path = book(tmp_path / "a.xlsx", {"tblA": ("出", 1, 1, ["甲", "乙"], [["x", 1]])}, finish=finish)
    edit_parts(path, {WORKBOOK: lambda data: re.sub(rb"<calcPr[^>]*/>", settings, data)})
    _write(path, _block(("p", 7)))
    workbook = contents_of(path)[WORKBOOK]
    assert workbook.count(b'fullCalcOnLoad="1"') == formulas
    assert workbook.find(b"<sheets>") < workbook.find(b"<calcPr") or not (formulas or settings)
    openpyxl.load_workbook(path)


def test_single_cells_keep_their_style_and_may_be_new(tmp_path: Path) -> None:
    def finish(workbook: xlsxwriter.Workbook) -> None:
        sheet = workbook.worksheets()[0]
        sheet.write("F1", "旧", workbook.add_format({"bold": True}))
        sheet.write("F2", "=1+1")
        for name, address in (
            ("A_TEXT", "$F$1"),
            ("A_FORMULA", "$F$2"),
            ("A_NEW", "$H$40"),
            ("AN_AREA", "$F$1:$F$2"),
        ):
            workbook.define_name(name, f"=出!{address}")

    path = book(tmp_path / "a.xlsx", {"tblA": ("出", 1, 1, ["甲", "乙"], [["x", 1]])}, finish=finish)
    _write(path, _block(("p", 7)), A_TEXT="新", a_formula=2.5, A_NEW=True, AN_AREA="不写", A_NOWHERE="不写")
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert [sheet[address].value for address in ("F1", "F2", "H40", "B2")] == ["新", 2.5, True, 7]
    assert sheet["F1"].font.bold
    assert '<dimension ref="A1:H40"/>' in contents_of(path)[SHEET].decode()


def test_a_formula_that_lives_off_a_replaced_cell_is_refused_with_its_place(path: Path) -> None:
    master = b'<f t="shared" ref="C4:D4" si="0">B4</f>'
    edit_parts(
        path,
        {
            SHEET: lambda data: data.replace(
                b'<c r="C4"><v>1</v></c>',
                b'<c r="C4">' + master + b'<v>1</v></c><c r="D4"><f t="shared" si="0"/><v>1</v></c>',
            )
        },
    )
    assert master in contents_of(path)[SHEET]
    with pytest.raises(CrmError) as refused:
        _write(path, _block(("p", 7)))
    assert refused.value.where == "出!D4"


@pytest.mark.parametrize("cells_too", [False, True])
def test_sheets_without_addresses_are_written_right(path: Path, cells_too: bool) -> None:
    pattern = rb'(<(?:c|row)) r="\w+"' if cells_too else rb'(<row) r="\w+"'

    def strip(data: bytes) -> bytes:
        # Without addresses the first row is row 1 and the first cell column A.
        data = data.replace(b"<sheetData>", b"<sheetData><row/><row/>")
        if cells_too:
            data = re.sub(rb'(<row r="[345]"[^>]*>)', rb"\1<c/>", data)
        return re.sub(pattern, rb"\1", data)

    edit_parts(path, {SHEET: strip})
    assert _columns(path) == [["x", "y"], [1, 2]]
    _write(path, _block(("p", 7), ("q", 8), ("r", 9)))
    assert _cells(path, "A3:C6") == [[None, "甲", "乙"], [None, "p", 7], [None, "q", 8], [None, "r", 9]]


def test_a_strict_workbook_stays_strict(path: Path) -> None:
    edit_all(path, to_strict)
    _write(path, _block(("p", 7), ("q", 8)))
    assert _columns(path) == [["p", "q"], [7, 8]]
    assert not any(b"schemas.openxmlformats.org/spreadsheetml" in data for data in contents_of(path).values())


def test_a_prefixed_sheet_is_written_with_its_prefix(path: Path) -> None:
    def prefixed(data: bytes) -> bytes:
        text = re.sub(r"<(/?)([A-Za-z])", r"<\1x:\2", data.decode().split("?>", 1)[1])
        return text.replace('xmlns="', 'xmlns:x="').encode()

    edit_parts(path, {SHEET: prefixed, TABLE: prefixed, WORKBOOK: prefixed})
    _write(path, _block(("p", 7, 1), ("q", 8, 2), headings=("甲", "乙", "丙")))
    assert _columns(path) == [["p", "q"], [7, 8], [1, 2]]
    assert _cells(path, "B3:D5") == [["甲", "乙", "丙"], ["p", 7, 1], ["q", 8, 2]]


def test_names_the_book_does_not_have_are_passed_over(path: Path) -> None:
    before = contents_of(path)
    FileBook(path).write({"tblNone": _block(("p", 7))}, {"NOWHERE": 1})
    assert contents_of(path) == before


def test_a_column_name_of_the_body_follows_and_others_stay(tmp_path: Path) -> None:
    names = {
        "COLUMN": "$C$4:$C$5",
        "BODY": "$B$4:$C$5",
        "WHOLE": "$B$3:$C$5",
        "ONE": "$C$4",
        "WIDE": "$A$4:$D$5",
    }

    def finish(workbook: xlsxwriter.Workbook) -> None:
        for name, area in names.items():
            workbook.define_name(name, f"='出 表'!{area}")

    tables = {"tblA": ("出 表", 3, 2, ["甲", "乙"], [["x", 1], ["y", 2]])}
    path = book(tmp_path / "a.xlsx", tables, finish=finish)
    _write(path, _block(*[("r", n, n) for n in range(4)], headings=("甲", "乙", "丙")))
    found = {name: each.attr_text for name, each in openpyxl.load_workbook(path).defined_names.items()}
    assert found == {
        "COLUMN": "'出 表'!$C$4:$C$7",
        "BODY": "'出 表'!$B$4:$D$7",
        "WHOLE": "'出 表'!$B$3:$D$7",
        "ONE": "'出 表'!$C$4",
        "WIDE": "'出 表'!$A$4:$D$5",
    }
