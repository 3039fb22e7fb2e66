"""The lines of 看板: each with its turning points marked, in the chart as an independent reader finds it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree
from openpyxl.utils import range_boundaries
from openpyxl.workbook import Workbook

from crm_xl.builder.build import author_workbook, refreshed
from crm_xl.builder.draft import Draft
from crm_xl.builder.specs import BookSpec
from crm_xl.tables import dashboard as d
from crm_xl.tables import inputs as i
from crm_xl.tables import outputs as o
from tests.builder.shipped import find_table, opened, parts, table_values

SPEC = BookSpec(
    name="board",
    title="看板",
    purpose="看板",
    folder="",
    tables=(i.CUSTOMERS, i.ORDERS, o.TREND, *d.OUTPUTS),
    sample_step=3,
)
LINES = {"订单总额": "amount", "新增客户数": "new_customers", "活跃客户占比": "active_share"}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return author_workbook(Path(tmp_path_factory.mktemp("board")) / "board.xlsx", refreshed(Draft(SPEC)))


@pytest.fixture(scope="module")
def book(path: Path) -> Workbook:
    return opened(path)


@pytest.fixture(scope="module")
def charts(path: Path) -> dict[str, etree._Element]:
    """Title -> chart."""
    found = {}
    for name, data in parts(path).items():
        if name.startswith("xl/charts/chart"):
            root = etree.fromstring(data)
            found["".join(root.find(".//{*}title").itertext())] = root
    return found


def column(book: Workbook, table: str, name: str, names: tuple[str, ...]) -> tuple[str, tuple[int, ...]]:
    """The sheet, and left, top, right and bottom of a column's body."""
    sheet, found = find_table(book, table)
    left, top, _, bottom = range_boundaries(found.ref)
    place = left + names.index(name)
    return sheet.title, (place, top + 1, place, bottom)


def read(series: etree._Element) -> tuple[str, tuple[int, ...]]:
    sheet, _, area = series.findtext("{*}val/{*}numRef/{*}f").rpartition("!")
    return sheet.strip("'"), range_boundaries(area.replace("$", ""))


def series_of(chart: etree._Element) -> Iterator[etree._Element]:
    return chart.iterfind(".//{*}lineChart/{*}ser")


@pytest.mark.parametrize("title", LINES)
def test_a_line_reads_the_trend_and_its_marks_the_block(
    title: str, book: Workbook, charts: dict[str, etree._Element]
) -> None:
    line, turns = series_of(charts[title])
    assert read(line) == column(book, o.TREND.name, LINES[title], o.TREND.names)
    assert read(turns) == column(book, d.TREND_TURNS.name, f"{LINES[title]}_turn", d.TREND_TURNS.names)


@pytest.mark.parametrize("title", LINES)
def test_marks_are_told_from_the_line_by_their_shape_and_named_in_the_legend(
    title: str, charts: dict[str, etree._Element]
) -> None:
    line, turns = series_of(charts[title])
    assert turns.find("{*}marker/{*}symbol").get("val") == "diamond"
    assert line.find("{*}marker/{*}symbol").get("val") == "none"
    assert turns.find("{*}spPr/{*}ln/{*}noFill") is not None
    assert turns.find("{*}dLbls/{*}showVal").get("val") == "1"
    assert turns.findtext("{*}tx/{*}v") == "拐点"
    assert charts[title].find(".//{*}legend") is not None
    assert charts[title].find(".//{*}legend/{*}legendEntry/{*}delete") is None


def test_what_is_marked_lies_on_the_line(book: Workbook) -> None:
    trend, turns = (table_values(book, table.name)[1:] for table in (o.TREND, d.TREND_TURNS))
    assert [row[0] for row in trend] == [row[0] for row in turns]
    for name in LINES.values():
        here = o.TREND.names.index(name)
        there = d.TREND_TURNS.names.index(f"{name}_turn")
        marked = [
            (row[here], turn[there])
            for row, turn in zip(trend, turns, strict=True)
            if turn[there] is not None
        ]
        assert all(value == mark for value, mark in marked)
        assert 0 < len(marked) < len(trend)
