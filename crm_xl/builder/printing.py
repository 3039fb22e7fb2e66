"""How a sheet of tables prints: A4 landscape, as few pages side by side as can be read, no table cut in two that fits on one."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from xlsxwriter.utility import xl_range_abs
from xlsxwriter.worksheet import Worksheet

from crm_xl.builder.author import Author
from crm_xl.builder.layout import REPEATED_COLUMNS, SheetKind, SheetPlan

A4 = 9
TEXT_WIDTH = 100.0  # characters, which the explanation above a table takes
UNSET_WIDTH = 8.43
_PAGE_WIDTH = 190.0  # characters; much beyond it a page is too small to read
_TWO_PAGES = 1.55 * _PAGE_WIDTH  # what is wider than this does not go on one page at all
_TITLE_ROWS = 2  # title and note of each table of 参数, above its headings
_ROWS_OF_A_PAGE = 45  # of 参数, below its headings
# Between the margins of A4 landscape Excel has room for 1040; without Calibri LibreOffice draws columns a third wider.
_PAGE_PIXELS = 780
_SMALLEST_SCALE, _LARGEST_SCALE = 48, 100

Columns = tuple[int, int]  # first and last, 0-based

_REPEATED: Columns = (0, REPEATED_COLUMNS - 1)


@dataclass(frozen=True, kw_only=True)
class Pages:
    """How the columns of a sheet are spread over pages side by side.

    Attributes:
        right: the last column that is printed.
        scale: per cent; None: as much as brings all columns onto one page.
        breaks: the first columns of the second page and those after it.
        repeated: the columns that every page begins with; None: pages of other tables, which have their own.
    """

    right: int
    scale: int | None = None
    breaks: tuple[int, ...] = ()
    repeated: Columns | None = None

    @property
    def head(self) -> Columns:
        """Where a text above the tables may stand: on the first page, right of what the others repeat of it.

        Columns that every page begins with would show the beginning of a long text again and again.
        """
        left = self.repeated[1] + 1 if self.repeated else 0
        return left, (self.breaks[0] - 1 if self.breaks else self.right)


def pages_of(author: Author, sheet: SheetPlan) -> Pages:
    """The pages of a sheet of tables; widths and charts of the sheet are known by now."""
    last = sheet.placed[-1]
    right = last.column + len(author.draft.blocks[last.table.name].headings) - 1
    right = max(right, author.chart_right.get(sheet.name, 0))
    while (width := width_of(author, sheet, (0, right))) < TEXT_WIDTH:
        right += 1
    alone = len(sheet.placed) == 1
    if width <= _PAGE_WIDTH or (alone and not last.table.banded and width <= _TWO_PAGES):
        # Charts on a page of their own would not say what they are of.
        return Pages(right=right)
    repeated = _REPEATED if alone else None
    pages = _packed(author, sheet, _pieces(author, sheet, right, repeated), repeated)
    widest = max(_pixels(author, sheet, page, _again(page, repeated)) for page in pages)
    scale = max(_SMALLEST_SCALE, min(_LARGEST_SCALE, int(100 * _PAGE_PIXELS / widest)))
    return Pages(right=right, scale=scale, breaks=tuple(first for first, _ in pages[1:]), repeated=repeated)


def print_setup(author: Author, sheet: SheetPlan, worksheet: Worksheet, pages: Pages) -> None:
    """Paper, margins, what repeats, and where pages begin."""
    bottom = max(placed.row + author.draft.body_rows(placed.table.name) for placed in sheet.placed)
    worksheet.set_landscape()
    worksheet.set_paper(A4)
    worksheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    worksheet.repeat_rows(sheet.top_heading_row, sheet.heading_row)
    worksheet.set_footer(f"&L&9{sheet.name}&C&9第 &P 页，共 &N 页&R&9{author.draft.spec.title}")
    if sheet.kind is SheetKind.OUTPUT:
        worksheet.print_area(0, 0, max(bottom, author.chart_bottom.get(sheet.name, 0)), pages.right)
    elif len(sheet.placed) > 1:
        _print_each_page(author, sheet, pages)
    # Else all that is there: people type below it.
    if pages.scale is None:
        worksheet.fit_to_pages(1, 0)
    else:
        worksheet.set_print_scale(pages.scale)
        worksheet.set_v_pagebreaks(list(pages.breaks))
    if pages.repeated is not None:
        worksheet.repeat_columns(*pages.repeated)


def _print_each_page(author: Author, sheet: SheetPlan, pages: Pages) -> None:
    """An area a page: beside the longest table of 参数 Excel would print pages of headings alone."""
    areas = []
    for first, after in zip((0, *pages.breaks), (*pages.breaks, pages.right + 1), strict=True):
        own = [placed for placed in sheet.placed if first <= placed.column < after]
        bottom = max(placed.row + author.draft.body_rows(placed.table.name) for placed in own)
        top = sheet.heading_row - _TITLE_ROWS if first else 0
        bottom = max(bottom, sheet.heading_row + _ROWS_OF_A_PAGE)  # people type below what is there
        areas.append(f"'{sheet.name}'!{xl_range_abs(top, first, bottom, after - 1)}")
    # XlsxWriter's own call takes one area.
    author.workbook.define_name(f"'{sheet.name}'!_xlnm.Print_Area", f"={','.join(areas)}")


def width_of(author: Author, sheet: SheetPlan, columns: Columns) -> float:
    """How many characters columns are wide."""
    return sum(author.widths.get((sheet.name, at), UNSET_WIDTH) for at in range(columns[0], columns[1] + 1))


def _pieces(author: Author, sheet: SheetPlan, right: int, repeated: Columns | None) -> list[Columns]:
    """What a page may begin with, from left to right without a gap.

    The columns of each table, or of each group of a table's columns, and of the charts to their right, stay
    together; those that no page has room for are single columns.
    """
    starts = [placed.column + offset for placed in sheet.placed for offset in placed.table.band_starts]
    if (chart_left := author.chart_left.get(sheet.name)) is not None:
        starts.append(chart_left)
    room = _PAGE_PIXELS * 100 / _SMALLEST_SCALE
    pieces: list[Columns] = []
    for first, after in zip(starts, [*starts[1:], right + 1], strict=True):
        piece = first, after - 1
        if _pixels(author, sheet, piece, _again(piece, repeated)) <= room:
            pieces.append(piece)
        else:
            pieces.extend((at, at) for at in range(first, after))
    return pieces


def _packed(
    author: Author, sheet: SheetPlan, pieces: Sequence[Columns], repeated: Columns | None
) -> list[Columns]:
    """The columns of each page: as few pages as can be read, and those about equally wide."""

    def packed(room: float) -> list[Columns]:
        pages = [pieces[0]]
        for piece in pieces[1:]:
            together = pages[-1][0], piece[1]
            if _pixels(author, sheet, together, _again(together, repeated)) <= room:
                pages[-1] = together
            else:
                pages.append(piece)
        return pages

    fewest = packed(_PAGE_PIXELS * 100 / _SMALLEST_SCALE)
    # A last page of one column, and the others squeezed, would be the fewest too.
    rooms = sorted(
        _pixels(author, sheet, (first, last), _again((first, last), repeated))
        for at, (first, _) in enumerate(pieces)
        for _, last in pieces[at:]
    )
    narrowest = bisect_left(rooms, True, key=lambda room: len(packed(room)) <= len(fewest))
    return packed(rooms[narrowest])


def _again(page: Columns, repeated: Columns | None) -> Columns | None:
    """What a page begins with beside its own columns: nothing on the first, which has them."""
    return repeated if page[0] > 0 else None


def _pixels(author: Author, sheet: SheetPlan, *ranges: Columns | None) -> float:
    """How wide columns are on a screen of 96 dots an inch: 7 a character, and 5 that every column has beside."""
    return sum(
        7 * width_of(author, sheet, own) + 5 * (own[1] - own[0] + 1) for own in ranges if own is not None
    )
