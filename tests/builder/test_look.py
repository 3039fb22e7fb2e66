from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from lxml import etree

from crm_xl.builder.build import author_workbook
from crm_xl.builder.specs import SHIPPED_BOOKS, BookSpec
from crm_xl.tables.outputs import CHART_SHEET
from tests.builder.shipped import parts, short_draft
from tests.support.office import Office


def titles_of(chart: bytes) -> list[str]:
    """The titles of a chart and of its axes."""
    root = etree.fromstring(chart)
    return ["".join(title.itertext("{*}t")) for title in root.iterfind(".//{*}title")]


@pytest.mark.slow
@pytest.mark.libreoffice
@pytest.mark.parametrize("spec", SHIPPED_BOOKS, ids=lambda spec: spec.name)
def test_printed_pages_show_every_sheet_chart_and_number(
    office: Office, tmp_path: Path, spec: BookSpec
) -> None:
    draft = short_draft(spec)
    workbook = author_workbook(tmp_path / spec.file_name, draft)
    pdf = office.convert_to_pdf(workbook, tmp_path)
    printed = subprocess.run(["pdftotext", pdf, "-"], capture_output=True, text=True, check=True).stdout
    assert "###" not in printed  # a number or date wider than its column
    titles = [sheet.name for sheet in draft.sheets if not sheet.hidden][1:]
    assert [title for title in titles if title not in printed] == []
    charts = [name for name in parts(workbook) if name.startswith("xl/charts/chart")]
    words = {word for name in charts for word in titles_of(parts(workbook)[name])}
    assert bool(words) == any(table.sheet == CHART_SHEET for table in spec.tables)
    said = "".join(printed.split())  # a title may break where its letters change
    assert [word for word in sorted(words) if "".join(word.split()) not in said] == []
    # One page wide, apart from tables too wide to read on one.
    assert printed.count("\f") < 3 * len(draft.sheets)
