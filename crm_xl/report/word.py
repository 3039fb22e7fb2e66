"""A report as a Word file: heading styles, table of contents, captions, page numbers, the block to sign in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from crm_xl.palette import HEADING, WARNING
from crm_xl.report.content import Drawing, Grid, Heading, Paragraph, Report, Review
from crm_xl.report.figures import shown, text_of
from crm_xl.schema import NUMERIC, TEMPORAL, Column, Kind
from crm_xl.tables import TABLES
from crm_xl.widths import display_width

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import _Cell
    from docx.text.paragraph import Paragraph as WordParagraph
    from docx.text.run import Run

FONT = "微软雅黑"
CONTENTS = "目录"
SIGN_HEADINGS = ("部门", "审核意见", "签字", "日期")
NO_PICTURE = "（本机没有中文字体，图未画出；数据见上表。）"
NOTHING_TO_DRAW = "（没有可画的数据。）"
_PICTURE_CM = 16.0
_HEADING_POINTS = (16, 13, 11)
_PAGE_CM = 16.2
_CELL_CM, _SIGN_CM = 0.5, 0.175  # a cell's margins; a Latin character of the tables' size
_LONG_CM = 6.0
_HEADING_LINES, _FEWEST_SIGNS = 3, 6
_SHORT_ROWS = 8  # of a table that is not spread over two pages
_UNBROKEN = NUMERIC | TEMPORAL | {Kind.ID}


def word(report: Report, pictures: Mapping[int, bytes | None], *, no_font: bool = False) -> bytes:
    """The content of a .docx file.

    Args:
        report: what it says.
        pictures: index of a drawing among the parts -> its PNG; None for one without a point to show.
        no_font: the machine could draw no Chinese.
    """
    import docx

    document = docx.Document()
    _page(document)
    _styles(document)
    document.core_properties.title = report.title
    document.core_properties.author = "crm_xl"
    document.core_properties.comments = ""
    document.add_paragraph(report.title, style="Title")
    for line in report.subtitle:
        document.add_paragraph(line, style="Subtitle")
    _contents(document, [part for part in report.parts if isinstance(part, Heading)])
    tables = drawings = 0
    for index, part in enumerate(report.parts):
        match part:
            case Heading():
                document.add_heading(part.text, level=part.level)
            case Paragraph():
                _paragraph(document, part, report)
            case Grid():
                tables += 1
                document.add_paragraph(
                    f"表{tables}　{part.caption}", style="Caption"
                ).paragraph_format.keep_with_next = True
                _grid(document, part, report)
            case Drawing():
                drawings += 1
                if (png := pictures.get(index)) is not None:
                    from docx.shared import Cm

                    document.add_picture(BytesIO(png), width=Cm(_PICTURE_CM))
                    _describe(document, part.caption)
                    document.paragraphs[-1].paragraph_format.keep_with_next = True
                else:
                    document.add_paragraph(NO_PICTURE if no_font else NOTHING_TO_DRAW)
                document.add_paragraph(f"图{drawings}　{part.caption}", style="Caption")
            case Review():
                _review(document, part)
    target = BytesIO()
    document.save(target)
    return target.getvalue()


def _page(document: Document) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm

    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.4)
    section.top_margin = section.bottom_margin = Cm(2.2)
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for text, field in (("第 ", "PAGE"), (" 页，共 ", "NUMPAGES"), (" 页", "")):
        footer.add_run(text)
        if field:
            _field(footer, field, "1")


def _styles(document: Document) -> None:
    from docx.shared import Pt, RGBColor

    names = ("Normal", "Title", "Subtitle", "Caption", "List Bullet", "Heading 1", "Heading 2", "Heading 3")
    for name in names:
        style: Any = document.styles[name]
        style.font.name = FONT
        # Word takes Chinese from a font of its own: without this they come in the theme's.
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for key in list(fonts.keys()):
            if key.endswith("Theme"):
                del fonts.attrib[key]
        for script in ("eastAsia", "ascii", "hAnsi"):
            fonts.set(_w(script), FONT)
    document.styles["Normal"].font.size = Pt(10.5)
    for level, points in enumerate(_HEADING_POINTS, 1):
        heading: Any = document.styles[f"Heading {level}"]
        heading.font.size, heading.font.color.rgb = Pt(points), RGBColor.from_string(HEADING[1:])
    caption: Any = document.styles["Caption"]
    caption.font.size, caption.font.bold = Pt(9), False
    caption.font.color.rgb = RGBColor.from_string("595959")


def _contents(document: Document, headings: list[Heading]) -> None:
    """A field that Word fills when it opens the file; until then it lists the headings."""
    from docx.enum.text import WD_BREAK

    paragraph = document.add_paragraph(CONTENTS)
    paragraph.runs[0].bold = True
    body = document.add_paragraph()
    run = _begin(body, r'TOC \o "1-2" \h \z \u', dirty=True)
    for number, heading in enumerate(h for h in headings if h.level <= 2):
        if number:
            run.add_break()
        run = body.add_run(("　" if heading.level == 2 else "") + heading.text)
    _end(body)
    document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)


def _paragraph(document: Document, part: Paragraph, report: Report) -> None:
    from docx.shared import RGBColor

    text = text_of(part.sentence, report.tables)
    paragraph = document.add_paragraph(style="List Bullet" if part.bullet else "Normal")
    run = paragraph.add_run(f"▲ {text}" if part.warning else text)
    if part.warning:
        run.bold, run.font.color.rgb = True, RGBColor.from_string(WARNING[1:])


def _grid(document: Document, part: Grid, report: Report) -> None:
    from docx.shared import Cm

    table, frame = TABLES[part.table], report.tables[part.table]
    columns = [table.column(name) for name in part.columns]
    rows = range(len(frame)) if part.rows is None else part.rows
    grid = document.add_table(rows=1, cols=len(columns), style="Light Grid Accent 1")
    texts = [[shown(frame[column.name].iloc[row], column) for row in rows] for column in columns]
    widths = column_widths(columns, texts)
    _mark_row(grid.rows[0], "w:tblHeader")  # which every page repeats
    for cell, column in zip(grid.rows[0].cells, columns, strict=True):
        _fill(cell, column.title, bold=True)
    for said in zip(*texts, strict=True):
        row = grid.add_row()
        _mark_row(row, "w:cantSplit")  # half a row on either page is read as two
        for cell, column, text in zip(row.cells, columns, said, strict=True):
            _fill(cell, text, right=column.kind in NUMERIC)
    _keep_together(grid, left_out=bool(part.left_out))
    grid.autofit = False
    for at, width in enumerate(widths):
        grid.columns[at].width = Cm(width)  # Word goes by the cells, others by the column
        for cell in grid.columns[at].cells:
            cell.width = Cm(width)
    if part.left_out:
        document.add_paragraph(f"另有 {part.left_out:,} 行，见工作簿“{table.sheet}”。", style="Caption")
    document.add_paragraph()


def _keep_together(grid: Any, *, left_out: bool) -> None:
    """A short table stays on one page; of a longer one no single row stands alone on a page.

    Args:
        grid: headings and rows.
        left_out: whether a line below says that there are more, which stays with the last row.
    """
    last = len(grid.rows) - 1
    kept = set(range(last)) if last <= _SHORT_ROWS else {0, 1, last - 1}
    if left_out:
        kept.add(last)
    for number in kept:
        for cell in grid.rows[number].cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True


def column_widths(columns: Sequence[Column], texts: Sequence[Sequence[str]]) -> list[float]:
    """Centimetres for each column of a page: numbers, days and ids are never broken, texts share the rest and wrap.

    Args:
        columns: as declared; a heading wraps, to three lines where it must.
        texts: the cells of each column as they are printed.
    """
    wanted, least = [], []
    for column, cells in zip(columns, texts, strict=True):
        heading, longest = display_width(column.title), max(map(display_width, cells), default=0)
        whole = column.kind in _UNBROKEN
        wanted.append(min(_room(max(heading, longest)), _LONG_CM))
        least.append(
            min(wanted[-1], _room(max(longest if whole else 0, -(-heading // _HEADING_LINES), _FEWEST_SIGNS)))
        )
    if sum(wanted) <= _PAGE_CM:
        return [_PAGE_CM * width / sum(wanted) for width in wanted]
    more = [width - small for width, small in zip(wanted, least, strict=True)]
    left = _PAGE_CM - sum(least)
    if left < 0:  # so many columns that all must give way
        return [_PAGE_CM * width / sum(least) for width in least]
    return [small + left * own / sum(more) for small, own in zip(least, more, strict=True)]


def _room(signs: float) -> float:
    return _CELL_CM + _SIGN_CM * signs


def _fill(cell: _Cell, text: str, *, bold: bool = False, right: bool = False) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph = cell.paragraphs[0]
    run = paragraph.add_run(text)
    run.font.size, run.bold = Pt(8.5), bold
    paragraph.paragraph_format.space_after = Pt(0)
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _mark_row(row: Any, what: str) -> None:
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement(what))


def _review(document: Document, part: Review) -> None:
    from docx.shared import Cm

    grid = document.add_table(rows=1, cols=len(SIGN_HEADINGS), style="Table Grid")
    for cell, heading in zip(grid.rows[0].cells, SIGN_HEADINGS, strict=True):
        _fill(cell, heading, bold=True)
    for department in part.departments:
        row = grid.add_row()
        row.height = Cm(1.8)
        _fill(row.cells[0], department)


def _describe(document: Document, caption: str) -> None:
    """What a screen reader says of the last picture."""
    shape = document.inline_shapes[len(document.inline_shapes) - 1]
    shape._inline.docPr.set("descr", caption)


def _field(paragraph: WordParagraph, code: str, result: str) -> None:
    _begin(paragraph, code)
    paragraph.add_run(result)
    _end(paragraph)


def _begin(paragraph: WordParagraph, code: str, *, dirty: bool = False) -> Run:
    from docx.oxml import OxmlElement

    _mark(paragraph, "begin", dirty=dirty)
    instruction = OxmlElement("w:instrText")
    instruction.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    instruction.text = f" {code} "
    paragraph.add_run()._r.append(instruction)
    return _mark(paragraph, "separate")


def _end(paragraph: WordParagraph) -> None:
    _mark(paragraph, "end")


def _mark(paragraph: WordParagraph, kind: str, *, dirty: bool = False) -> Run:
    from docx.oxml import OxmlElement

    mark = OxmlElement("w:fldChar")
    mark.set(_w("fldCharType"), kind)
    if dirty:
        mark.set(_w("dirty"), "true")
    run = paragraph.add_run()
    run._r.append(mark)
    return run


def _w(name: str) -> str:
    from docx.oxml.ns import qn

    return str(qn(f"w:{name}"))
