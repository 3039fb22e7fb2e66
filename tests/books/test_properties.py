"""Whatever is written in whatever order, tables hold exactly that and their neighbours nothing else."""

from __future__ import annotations

import string
import tempfile
from pathlib import Path
from typing import Any

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from crm_xl.books.cells import escape_text
from crm_xl.books.file import FileBook
from crm_xl.books.protocol import Block
from crm_xl.package.areas import Area, split_reference
from crm_xl.package.parts import unescape
from tests.books.samples import book, contents_of

values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**14), 10**14),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=12),
)
rows_of_two = st.lists(st.tuples(values, values), max_size=8)
columns = st.integers(1, 16_384)
lines = st.integers(1, 1_048_576)


def _expected(rows: list[tuple[Any, ...]], width: int) -> list[list[Any]]:
    """The rows as they are read back: trailing blank ones belong to no table."""
    kept = list(rows)
    while kept and all(value is None for value in kept[-1]):
        kept.pop()
    return [[row[index] for row in kept] for index in range(width)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.none() | rows_of_two, st.none() | rows_of_two), min_size=1, max_size=4))
def test_side_by_side_tables_hold_what_was_written_and_leave_their_neighbours(
    writes: list[tuple[list[tuple[Any, Any]] | None, list[tuple[Any, Any]] | None]],
) -> None:
    foreign = {"D3": "中间", "D6": 6.5, "G4": "右边", "A1": "标题", "G20": "远处", "A30": "下方"}

    def finish(workbook: Any) -> None:
        style = workbook.add_format({"bold": True})
        for address, value in foreign.items():
            workbook.worksheets()[0].write(address, value, style)

    left: list[tuple[Any, Any]] = [("x", 1)]
    right: list[tuple[Any, Any]] = [("y", 2), ("z", 3)]
    with tempfile.TemporaryDirectory() as folder:
        path = book(
            Path(folder) / "a.xlsx",
            {"tblL": ("出", 3, 2, ["甲", "乙"], left), "tblR": ("出", 4, 5, ["丙", "丁"], right)},
            finish=finish,
        )
        for new_left, new_right in writes:
            blocks = {}
            if new_left is not None:
                left, blocks["tblL"] = new_left, Block(headings=("甲", "乙"), rows=new_left)
            if new_right is not None:
                right, blocks["tblR"] = new_right, Block(headings=("丙", "丁"), rows=new_right)
            FileBook(path).write(blocks, {})
        found = FileBook(path, read_only=True).read(["tblL", "tblR"])
        assert [list(column) for column in found["tblL"].columns] == _expected(left, 2)
        assert [list(column) for column in found["tblR"].columns] == _expected(right, 2)
        sheet = openpyxl.load_workbook(path).worksheets[0]
        tables = [Area.parse(table.ref) for table in sheet.tables.values()]
        assert tables == [Area(3, 2, 3 + max(1, len(left)), 3), Area(4, 5, 4 + max(1, len(right)), 6)]
        others = {
            cell.coordinate: cell.value
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None and not any(area.holds(cell.row, cell.column) for area in tables)
        }
        assert others == foreign
        assert all(sheet[address].font.bold for address in foreign)
        assert sheet.calculate_dimension() == "A1:G30"
        assert b'<dimension ref="A1:G30"/>' in contents_of(path)["xl/worksheets/sheet1.xml"]


@given(lines, columns, lines, columns, st.booleans())
def test_an_area_is_read_as_it_is_written(
    top: int, left: int, bottom: int, right: int, absolute: bool
) -> None:
    area = Area(min(top, bottom), min(left, right), max(top, bottom), max(left, right))
    assert Area.parse(area.text(absolute=absolute)) == area


@given(
    st.lists(
        st.tuples(st.text(string.printable + "客户'!,", min_size=1), lines, columns), min_size=1, max_size=3
    )
)
def test_a_reference_is_read_whatever_the_sheets_are_called(cells: list[tuple[str, int, int]]) -> None:
    quoted = [f"'{name.replace(chr(39), chr(39) * 2)}'!" for name, _, _ in cells]
    areas = [Area(row, column, row, column) for _, row, column in cells]
    text = ",".join(before + area.text(absolute=True) for before, area in zip(quoted, areas, strict=True))
    found = split_reference(text)
    assert found == [
        (before, name, area) for before, (name, _, _), area in zip(quoted, cells, areas, strict=True)
    ]


@given(st.text(st.characters(codec=None)))
def test_every_text_survives_the_xml(text: str) -> None:
    escaped = escape_text(text)
    assert unescape(etree.fromstring(f"<t>{escaped}</t>").text or "") == text
