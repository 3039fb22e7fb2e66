"""The report of a workbook: chapters, tables, charts, and numbers that come from the tables."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from pathlib import Path

import docx
import pandas as pd
import pytest

from crm_xl import CrmError, Settings, analyze
from crm_xl.analysis.results import Results
from crm_xl.builder.samples import sample_rows
from crm_xl.raw import RawTable
from crm_xl.report import write_report, writing
from crm_xl.report.compose import compose
from crm_xl.report.content import Drawing, Grid, Heading, Paragraph, Review
from crm_xl.report.drawings import picture
from crm_xl.report.figures import Cite, Count, shown, text_of
from crm_xl.report.markdown import markdown
from crm_xl.report.word import column_widths, word
from crm_xl.schema import NUMERIC, TEMPORAL
from crm_xl.tables import TABLES
from crm_xl.tables import inputs as i
from crm_xl.tables import outputs as o

SHIPPED = Path(__file__).resolve().parents[2] / "workbook" / "CRM_Analysis.xlsm"
CHAPTERS = ["分析目标与背景", "数据说明", "核心发现", "问题诊断", "改进建议", "后续行动计划", "审核"]


def raw(name: str) -> RawTable:
    return RawTable.from_rows(name, [TABLES[name].titles, *sample_rows()[name]], sheet=TABLES[name].sheet)


@pytest.fixture(scope="module")
def results() -> Results:
    return analyze({name: raw(name) for name in sample_rows()}, today="2026-11-01")


def test_the_chapters_stand_in_the_order_of_guide_002(results: Results) -> None:
    headings = [part.text for part in compose(results).parts if isinstance(part, Heading) and part.level == 1]
    assert headings == CHAPTERS


def test_every_number_of_a_sentence_stands_in_a_table_of_the_report(results: Results) -> None:
    """A cited cell is shown, row and column, by a grid of the report, or counted from an output."""
    report = compose(results)
    cells = set()
    for part in report.parts:
        if isinstance(part, Grid):
            size = len(report.tables[part.table])
            rows = range(size) if part.rows is None else part.rows
            cells |= {(part.table, row, column) for row in rows for column in part.columns}
    cited = 0
    for part in report.parts:
        if not isinstance(part, Paragraph):
            continue
        for piece in part.sentence:
            # Rows read and kept are told as sentences alone: a table of them would say the same.
            if isinstance(piece, Cite) and piece.table != o.LEDGER_SUMMARY.name:
                cited += 1
                assert (piece.table, piece.row, piece.column) in cells, text_of(part.sentence, report.tables)
    assert cited > 20


def test_one_changed_source_cell_changes_sentence_table_and_chart(results: Results) -> None:
    """Ten million more for one customer: the tiers' total is in a sentence, in the table and in the pie."""
    rows = [list(row) for row in sample_rows()[i.ORDERS.name]]
    names = TABLES[i.ORDERS.name].names
    amount, date, status = (names.index(n) for n in ("amount", "order_date", "status"))
    at = next(
        n
        for n, row in enumerate(rows)
        if row[status] == "已确认" and str(row[date]) >= "2026-10" and float(row[amount]) > 0
    )
    rows[at][amount] = float(rows[at][amount]) + 10_000_000
    tables = {name: raw(name) for name in sample_rows()}
    tables[i.ORDERS.name] = RawTable.from_rows(
        i.ORDERS.name, [TABLES[i.ORDERS.name].titles, *rows], sheet="订单"
    )
    changed = analyze(tables, today="2026-11-01")

    def first(outcome: Results) -> tuple[str, float, bytes | None]:
        report = compose(outcome)
        sentence = next(
            text_of(p.sentence, report.tables) for p in report.parts
            if isinstance(p, Paragraph) and any(isinstance(x, Cite) and x.table == o.TIER_SUMMARY.name for x in p.sentence)
        )  # fmt: skip
        total = float(report.tables[o.TIER_SUMMARY.name]["amount"].iloc[-1])
        pie = next(p for p in report.parts if isinstance(p, Drawing) and p.table == o.TIER_SUMMARY.name)
        return sentence, total, picture(pie, report.tables)

    before, after = first(results), first(changed)
    assert after[1] == pytest.approx(before[1] + 1000)
    assert before[0] != after[0]
    assert f"{after[1]:,.2f} 万元" in after[0]
    assert before[2] != after[2]


def test_the_word_file_has_styles_contents_pages_and_a_block_to_sign(results: Results) -> None:
    report = compose(results)
    drawings = [n for n, part in enumerate(report.parts) if isinstance(part, Drawing)]
    png = picture(report.parts[drawings[0]], report.tables)  # type: ignore[arg-type]
    document = docx.Document(_file(word(report, dict.fromkeys(drawings, png))))
    styles = {p.style.name for p in document.paragraphs}  # type: ignore[union-attr]
    assert {"Title", "Heading 1", "Heading 2", "Caption"} <= styles
    assert [p.text for p in document.paragraphs if p.style.name == "Heading 1"] == CHAPTERS  # type: ignore[union-attr]
    xml = document.element.xml
    assert r'TOC \o "1-2"' in xml
    assert "NUMPAGES" in document.sections[0].footer.paragraphs[0]._p.xml
    assert [cell.text for cell in document.tables[-1].columns[0].cells] == ["部门", "业务部门", "数据部门"]
    assert len(document.inline_shapes) == len(drawings) >= 3


def test_word_and_markdown_show_the_same_cells(results: Results) -> None:
    report = compose(results)
    text = markdown(report, {})
    document = docx.Document(_file(word(report, {})))
    grids = [part for part in report.parts if isinstance(part, Grid)]
    for grid, table in zip(grids, document.tables, strict=False):
        frame = report.tables[grid.table]
        rows = range(len(frame)) if grid.rows is None else grid.rows
        expected = [
            [shown(frame[c].iloc[r], TABLES[grid.table].column(c)) for c in grid.columns] for r in rows
        ]
        assert [[cell.text for cell in row.cells] for row in table.rows][1:] == expected
        for line in expected:
            assert (
                "| "
                + " | ".join(re.sub(r"([\\`*_{}\[\]<>#|!~])", r"\\\1", " ".join(c.split())) for c in line)
                + " |"
                in text
            )


def test_a_report_without_orders_says_what_is_missing() -> None:
    alone = analyze({i.CUSTOMERS.name: raw(i.CUSTOMERS.name)}, today="2026-11-01")
    report = compose(alone)
    text = markdown(report, {})
    assert "缺少数据表“订单”" in text
    assert [p.text for p in report.parts if isinstance(p, Heading) and p.level == 1] == CHAPTERS
    assert isinstance(report.parts[-1], Review)


def test_text_that_looks_like_markup_stays_text(results: Results) -> None:
    goal = "提升 <b>续费</b> | # 目标 [x](y) =1+1"
    settings = replace(results.settings, general=replace(results.settings.general, report_goal=goal))
    report = compose(replace(results, settings=settings))
    text = markdown(report, {})
    assert r"\<b\>续费\</b\> \| \# 目标 \[x\](y) =1+1" in text
    assert goal in [p.text for p in docx.Document(_file(word(report, {}))).paragraphs]


def test_files_are_written_whole_and_an_earlier_report_is_kept(tmp_path: Path) -> None:
    out = tmp_path / "报告.docx"
    out.write_bytes(b"earlier")
    made = write_report(SHIPPED, out, with_markdown=True)
    assert made.files == (out, tmp_path / "报告.md")
    assert zipfile.ZipFile(out).testzip() is None
    kept = list((tmp_path / "备份").iterdir())
    assert [path.read_bytes() for path in kept] == [b"earlier"]
    links = re.findall(r"\]\((报告_图/\d\d\.png)\)", (tmp_path / "报告.md").read_text(encoding="utf-8"))
    assert len(links) == made.drawn >= 3
    assert all((tmp_path / link).read_bytes()[:4] == b"\x89PNG" for link in links)


def test_a_name_of_another_kind_is_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(CrmError, match=r"\.docx"):
        write_report(tmp_path / "none.xlsx", tmp_path / "报告.pdf")


def test_without_a_chinese_font_the_report_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "chinese_font", lambda: "")
    made = write_report(SHIPPED, tmp_path / "报告.docx")
    assert made.drawn == 0
    assert "没有中文字体" in made.message
    texts = [p.text for p in docx.Document(str(tmp_path / "报告.docx")).paragraphs]
    assert any("图未画出" in text for text in texts)


def test_warnings_wear_a_mark(results: Results) -> None:
    report = compose(results)
    counted = [
        p
        for p in report.parts
        if isinstance(p, Paragraph) and any(isinstance(x, Count) for x in p.sentence) and p.warning
    ]
    assert counted
    assert "**▲ 流失预警" in markdown(report, {})


def test_settings_hold_the_goal() -> None:
    assert Settings.default().general.report_goal


def test_a_chart_without_a_point_is_none(results: Results) -> None:
    drawing = Drawing(
        caption="空",
        kind=next(p.kind for p in compose(results).parts if isinstance(p, Drawing)),
        table=o.TIER_SUMMARY.name,
        label="tier",
        values=("amount",),
    )
    frame = results.tables[o.TIER_SUMMARY.name].assign(amount=float("nan"))
    assert picture(drawing, {o.TIER_SUMMARY.name: pd.DataFrame(frame)}) is None


def _file(content: bytes) -> object:
    from io import BytesIO

    return BytesIO(content)


def test_numbers_and_days_are_never_broken_and_a_row_stays_on_its_page(results: Results) -> None:
    """A page of nine columns: 重要价值客户 may wrap, 155,662.38 may not; a character is 0.175 cm, a cell's margins 0.5."""
    report = compose(results)
    for grid in (part for part in report.parts if isinstance(part, Grid)):
        table, frame = TABLES[grid.table], report.tables[grid.table]
        columns = [table.column(name) for name in grid.columns]
        rows = range(len(frame)) if grid.rows is None else grid.rows
        texts = [[shown(frame[column.name].iloc[row], column) for row in rows] for column in columns]
        widths = column_widths(columns, texts)
        assert sum(widths) == pytest.approx(16.2)
        for column, cells, width in zip(columns, texts, widths, strict=True):
            if column.kind in NUMERIC | TEMPORAL:
                assert width >= 0.5 + 0.175 * max(map(len, cells), default=0) - 1e-9, (
                    table.title,
                    column.title,
                )
    document = docx.Document(_file(word(report, {})))
    body = [row for table in document.tables for row in table.rows[1:]]
    assert (
        sum(bool(row._tr.xpath("w:trPr/w:cantSplit")) for row in body) == len(body) - 2
    )  # the block to sign


def test_no_row_of_a_table_stands_alone_on_a_page(results: Results) -> None:
    """Word keeps a paragraph with the next: the headings with two rows, the last row with the one before it."""
    report = compose(results)
    document = docx.Document(_file(word(report, {})))
    seen = set()
    for grid, table in zip(
        [part for part in report.parts if isinstance(part, Grid)], document.tables, strict=False
    ):
        kept = [bool(row.cells[0].paragraphs[0].paragraph_format.keep_with_next) for row in table.rows]
        assert kept[0] and kept[-2], grid.caption
        assert kept[-1] == bool(grid.left_out), (
            grid.caption
        )  # with the line that says how many more there are
        if len(kept) > 9:
            assert kept[1] and not all(kept[:-1]), grid.caption
        else:
            assert all(kept[:-1]), grid.caption  # a short table is not spread over two pages
        seen.add(len(kept) > 9)
    assert seen == {True, False}
