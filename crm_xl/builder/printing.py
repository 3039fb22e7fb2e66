"""How a sheet of tables prints: A4 landscape, as few pages side by side as can be read, no table cut in two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlsxwriter.worksheet import Worksheet

from crm_xl.builder.author import Author
from crm_xl.builder.layout import SheetKind, SheetPlan

A4 = 9
TEXT_WIDTH = 100.0  # characters, which the explanation above a table takes
UNSET_WIDTH = 8.43
_PAGE_WIDTH = 190.0  # characters; much beyond it a page is too small to read
_TWO_PAGES = 1.55 * _PAGE_WIDTH  # what is wider than this does not go on one page at all
_FULL_SIZE_WIDTH = 100.0  # characters that a page of 参数 takes at 100 %
# Between the margins of A4 landscape Excel has room for 1040; without Calibri LibreOffice draws columns a third wider.
_PAGE_PIXELS = 780
_SMALLEST_SCALE, _LARGEST_SCALE = 50, 100

Columns = tuple[int, int]  # first and last, 0-based

_REPEATED: Columns = (0, 1)  # who a row is about stands on every page


@dataclass(frozen=True, kw_only=True)
class Pages:
    """How the columns of a sheet are spread over pages side by side.

    Attributes:
        right: the last column that is printed.
        number: of pages, to which the columns are fitted; 0: at `scale`, with the breaks before `breaks`.
        scale: per cent.
        breaks: the first columns of the second page and those after it.
        repeated: the columns that every page begins with; None: pages of other tables, which have their own.
    """

    right: int
    number: int = 0
    scale: int = _LARGEST_SCALE
    breaks: tuple[int, ...] = ()
    repeated: Columns | None = None


def pages_of(author: Author, sheet: SheetPlan) -> Pages:
    """The pages of an input or output sheet; widths and charts of the sheet are known by now."""
    last = sheet.placed[-1]
    right = last.column + len(author.draft.blocks[last.table.name].headings) - 1
    right = max(right, author.chart_right.get(sheet.name, 0))
    while (width := _width(author, sheet, (0, right))) < TEXT_WIDTH:
        right += 1
    blocks = _blocks(author, sheet, right)
    alone = len(sheet.placed) == 1 and not last.table.banded
    if width <= _PAGE_WIDTH or (alone and width <= _TWO_PAGES):
        # Charts on a page of their own would not say what they are of.
        return Pages(right=right, number=1)
    room = _PAGE_PIXELS * 100 / _SMALLEST_SCALE
    if len(blocks) > 1 and all(_pixels(author, sheet, block) <= room for block in blocks):
        repeated = _REPEATED if last.table.banded else None
        pages = _packed(author, sheet, blocks, repeated)
        widest = max(
            _pixels(author, sheet, pages[0]), *(_pixels(author, sheet, p, repeated) for p in pages[1:])
        )
        scale = max(_SMALLEST_SCALE, min(_LARGEST_SCALE, int(100 * _PAGE_PIXELS / widest)))
        return Pages(
            right=right, scale=scale, breaks=tuple(first for first, _ in pages[1:]), repeated=repeated
        )
    number = max(1, round(width / _PAGE_WIDTH))
    return Pages(right=right, number=number, repeated=_REPEATED if number > 1 else None)


def print_setup(author: Author, sheet: SheetPlan, worksheet: Worksheet, pages: Pages) -> None:
    """Paper, margins, what repeats, and where pages begin."""
    bottom = max(placed.row + author.draft.body_rows(placed.table.name) for placed in sheet.placed)
    worksheet.set_landscape()
    worksheet.set_paper(A4)
    worksheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    worksheet.repeat_rows(sheet.top_heading_row, sheet.heading_row)
    worksheet.set_footer(f"&L&9{sheet.name}&C&9第 &P 页，共 &N 页&R&9{author.draft.spec.title}")
    if sheet.kind is SheetKind.PARAMETERS:
        # A dozen tables side by side: each starts a page, and the widest fits on one.
        widest = max(
            _width(author, sheet, (q.column, q.column + len(q.table.columns) - 1)) for q in sheet.placed
        )
        worksheet.set_print_scale(min(80, int(100 * _FULL_SIZE_WIDTH / widest)))
        worksheet.set_v_pagebreaks([placed.column for placed in sheet.placed[1:]])
        worksheet.print_area(0, 0, bottom, pages.right)
        return
    worksheet.print_area(0, 0, max(bottom, author.chart_bottom.get(sheet.name, 0)), pages.right)
    if pages.number:
        worksheet.fit_to_pages(pages.number, 0)
    else:
        worksheet.set_print_scale(pages.scale)
        worksheet.set_v_pagebreaks(list(pages.breaks))
    if pages.repeated is not None:
        worksheet.repeat_columns(*pages.repeated)


def _blocks(author: Author, sheet: SheetPlan, right: int) -> list[Columns]:
    """The columns of each table, or of each group of a table's columns, and of the charts to their right.

    They go from left to right without a gap.
    """
    starts = [placed.column + offset for placed in sheet.placed for offset in placed.table.band_starts]
    if (chart_left := author.chart_left.get(sheet.name)) is not None:
        starts.append(chart_left)
    return [(first, after - 1) for first, after in zip(starts, [*starts[1:], right + 1], strict=True)]


def _packed(
    author: Author, sheet: SheetPlan, blocks: Sequence[Columns], repeated: Columns | None
) -> list[Columns]:
    """The columns of each page: as many neighbours as fit on one together, and with what every page repeats."""
    pages = [blocks[0]]
    for block in blocks[1:]:
        together = pages[-1][0], block[1]
        again = _width(author, sheet, repeated) if repeated is not None and together[0] > 0 else 0.0
        if _width(author, sheet, together) + again <= _PAGE_WIDTH:
            pages[-1] = together
        else:
            pages.append(block)
    return pages


def _width(author: Author, sheet: SheetPlan, columns: Columns) -> float:
    """How many characters columns are wide."""
    return sum(author.widths.get((sheet.name, at), UNSET_WIDTH) for at in range(columns[0], columns[1] + 1))


def _pixels(author: Author, sheet: SheetPlan, *ranges: Columns | None) -> float:
    """How wide columns are on a screen of 96 dots an inch: 7 a character, and 5 that every column has beside."""
    return sum(
        7 * _width(author, sheet, own) + 5 * (own[1] - own[0] + 1) for own in ranges if own is not None
    )
