"""Where the pages of an output sheet begin: between its tables and charts, never through one."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from crm_xl.builder.build import author_workbook, refreshed
from crm_xl.builder.draft import Draft
from crm_xl.builder.layout import SheetPlan
from crm_xl.builder.specs import BookSpec
from crm_xl.schema import Table
from crm_xl.tables import choices as c
from crm_xl.tables import inputs as i
from crm_xl.tables import outputs as o
from crm_xl.tables import service_reports as s
from tests.builder.shipped import parts

SPEC = BookSpec(
    name="printed",
    title="打印",
    purpose="打印",
    folder="",
    tables=(
        i.CUSTOMERS,
        i.ORDERS,
        i.TICKETS,
        i.CHURNED,
        *s.CHOICES,
        *s.OUTPUTS,
        o.TIER_SUMMARY,
        o.TIER_CHART,
        *c.LISTS,
    ),
)


@cache
def plan() -> tuple[SheetPlan, ...]:
    return Draft(SPEC, samples=False).sheets


@pytest.fixture(scope="module")
def sheets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Sheet name -> its XML."""
    path = author_workbook(
        Path(tmp_path_factory.mktemp("printed")) / "printed.xlsx", Draft(SPEC, samples=False)
    )
    found = parts(path)
    return {
        sheet.name: found[f"xl/worksheets/sheet{number}.xml"].decode()
        for number, sheet in enumerate(plan(), 1)
    }


def breaks(xml: str) -> list[int]:
    """The columns, from 0, before which a page begins."""
    found = re.search(r"<colBreaks.*?</colBreaks>", xml)
    return [int(number) for number in re.findall(r'<brk id="(\d+)"', found[0])] if found else []


def starts(name: str) -> list[int]:
    return [placed.column for sheet in plan() if sheet.name == name for placed in sheet.placed]


@pytest.mark.parametrize("table", [s.SERVICE_REPORT, s.CHURN_REPORT], ids=lambda table: table.name)
def test_pages_begin_with_tables(sheets: dict[str, str], table: Table) -> None:
    pages = breaks(sheets[table.sheet])
    assert pages
    assert set(pages) <= set(starts(table.sheet)[1:])


def test_charts_print_on_the_page_of_their_table(sheets: dict[str, str]) -> None:
    """On one of their own nothing would say what they are of."""
    xml = sheets[s.PROFILE_REPORT.sheet]
    assert breaks(xml) == []
    assert "fitToPage" in xml


def test_broken_pages_are_scaled_and_not_squeezed_onto_one(sheets: dict[str, str]) -> None:
    xml = sheets[s.SERVICE_REPORT.sheet]
    assert breaks(xml)
    assert "fitToPage" not in xml  # Excel would pass over the breaks
    scale = re.search(r'<pageSetup[^>]* scale="(\d+)"', xml)
    assert scale
    assert 50 <= int(scale[1]) <= 100


def test_a_table_and_its_charts_that_fit_stay_on_one_page(sheets: dict[str, str]) -> None:
    xml = sheets[o.TIER_SUMMARY.sheet]
    assert breaks(xml) == []
    assert "fitToPage" in xml


def test_the_refreshed_reports_fill_the_blocks_that_their_charts_read() -> None:
    draft = refreshed(Draft(SPEC))
    for block in (s.PROFILE_INDUSTRY_CHART, s.PROFILE_REGION_CHART, s.COMPLAINT_CHART, s.CHURN_REASON_CHART):
        rows = draft.blocks[block.name].rows
        assert len(rows) == block.fixed_rows
        assert rows[0][0] and rows[0][1] > 0
