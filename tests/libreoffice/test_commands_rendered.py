"""Every sheet of what we ship, as people see it: pictures are kept, and what a picture must not show is looked for."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from lxml import etree
from matplotlib.image import imread

from crm_xl.builder.build import author_workbook
from crm_xl.builder.specs import SHIPPED_BOOKS, BookSpec
from crm_xl.tables.outputs import CHART_SHEET
from tests.builder.shipped import parts, short_draft
from tests.support.office import SCRIPTS, Office

pytestmark = [pytest.mark.slow, pytest.mark.libreoffice]

PICTURES = Path(__file__).resolve().parents[2] / "output" / "rendered"
SECONDS = 300
DARKEST_OF_A_BLANK_PAGE = 0.9


def looked_at(office: Office, workbook: Path) -> dict[str, Any]:
    """What support/uno/look.py sees in a workbook."""
    answer = workbook.with_suffix(".look.json")
    office.run(SCRIPTS / "look.py", workbook, answer, seconds=SECONDS)
    found: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("spec", SHIPPED_BOOKS, ids=lambda spec: spec.name)
def test_every_sheet_is_shown_whole(office: Office, tmp_path: Path, spec: BookSpec) -> None:
    draft = short_draft(spec)
    workbook = author_workbook(tmp_path / spec.file_name, draft)
    found = looked_at(office, workbook)
    assert found["sheets"] == [sheet.name for sheet in draft.sheets if not sheet.hidden]
    shown = {sheet.name for sheet in draft.sheets if not sheet.hidden}
    assert set(found["tables"]) == {table.name for table in spec.tables if table.sheet in shown}
    assert bool(found["charts"]) == any(table.sheet == CHART_SHEET for table in spec.tables)
    assert [chart for chart in found["charts"] if not chart["numbers"]] == []
    assert found["narrow"] == []
    assert found["cut"] == []
    folder = PICTURES / spec.name
    shutil.rmtree(folder, ignore_errors=True)
    pictures = office.render_png(workbook, folder)
    assert len(pictures) >= len(found["sheets"])
    printed = subprocess.run(
        ["pdftotext", folder / f"{spec.name}.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout
    assert "###" not in printed  # a number or date wider than its column
    assert [page.name for page in pictures if imread(page).min() > DARKEST_OF_A_BLANK_PAGE] == []
    titles = [sheet.name for sheet in draft.sheets if not sheet.hidden][1:]
    assert [title for title in titles if title not in printed] == []
    said = "".join(printed.split())  # a title may break where its letters change
    content = parts(workbook)
    charts = [name for name in content if name.startswith("xl/charts/chart")]
    words = {word for name in charts for word in titles_of(content[name])}
    assert bool(words) == bool(found["charts"])
    assert [word for word in sorted(words) if "".join(word.split()) not in said] == []
    # One page wide, apart from tables too wide to read on one.
    assert printed.count("\f") < 3 * len(draft.sheets)


def titles_of(chart: bytes) -> list[str]:
    """The titles of a chart and of its axes."""
    root = etree.fromstring(chart)
    return ["".join(title.itertext("{*}t")) for title in root.iterfind(".//{*}title")]


def test_what_is_not_shown_whole_is_found(office: Office, tmp_path: Path) -> None:
    """The check can fail: a number, a text and a wrapped text without room, and a chart of nothing."""
    path = tmp_path / "narrow.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("窄")
        wrapped = book.add_format({"text_wrap": True})
        sheet.set_column(0, 2, 6)
        sheet.set_row(2, 12)
        sheet.add_table(0, 0, 2, 2, {"name": "t", "columns": [{"header": head} for head in "abc"]})
        sheet.write_row(
            1, 0, [123456789.25, "一段放不下的文字，旁边有字", "x"], book.add_format({"num_format": "0.00"})
        )
        sheet.write_row(2, 0, [1, "短", "y"])
        sheet.write(2, 1, "一段折行的文字，行高只够一行", wrapped)
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=窄!$F$1:$F$3"})
        sheet.insert_chart("H2", chart)
        full = book.add_chart({"type": "column"})
        full.add_series({"values": "=窄!$A$2:$A$3"})
        sheet.insert_chart("H20", full)
    found = looked_at(office, path)
    assert [chart["numbers"] for chart in found["charts"]] == [0, 2]
    assert [place.split()[0] for place in found["narrow"]] == ["$窄.$A$2"]
    assert [place.split(" needs")[0] for place in found["cut"]] == ["窄 row 3", "$窄.$B$2"]
