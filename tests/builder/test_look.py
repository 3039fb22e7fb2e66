from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from crm_xl.builder.build import author_workbook, refreshed
from crm_xl.builder.draft import Draft
from crm_xl.builder.specs import SHIPPED_BOOKS, BookSpec
from crm_xl.schema import Role
from tests.support.office import Office

ROWS = 30  # of each table: the look of a sheet, not all its pages


@pytest.mark.slow
@pytest.mark.libreoffice
@pytest.mark.parametrize("spec", SHIPPED_BOOKS, ids=lambda spec: spec.name)
def test_printed_pages_show_every_sheet_chart_and_number(
    office: Office, tmp_path: Path, spec: BookSpec
) -> None:
    draft = refreshed(Draft(spec))
    draft.blocks = {
        table.name: replace(draft.blocks[table.name], rows=draft.blocks[table.name].rows[:ROWS])
        if table.role is not Role.PARAMETER
        else draft.blocks[table.name]
        for table in spec.tables
    }
    pdf = office.convert_to_pdf(author_workbook(tmp_path / spec.file_name, draft), tmp_path)
    printed = subprocess.run(["pdftotext", pdf, "-"], capture_output=True, text=True, check=True).stdout
    assert "###" not in printed  # a number or date wider than its column
    titles = [sheet.name for sheet in draft.sheets if not sheet.hidden][1:]
    assert [title for title in titles if title not in printed] == []
    charts = [
        "各级客户数",
        "各级年总消费额占比",
        "客户数（家）",
        "月度订单总额与活跃客户占比",
        "订单总额（万元）",
    ]
    assert [title for title in charts if title not in printed] == []
    assert all(f"{row[0]}" in printed for row in draft.blocks["tblTierChart"].rows)
    # One page wide, apart from tables too wide to read on one.
    assert printed.count("\f") < 2 * len(draft.sheets)
