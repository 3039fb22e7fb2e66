"""A table of a sheet and the content it is to get."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from crm_xl.books.protocol import Block, Cell
from crm_xl.errors import CrmError
from crm_xl.package.areas import LAST_COLUMN, LAST_ROW, Area, Move
from crm_xl.package.parts import TablePart
from crm_xl.raw import column_letters

# Longer tables are lists of one kind, and looking at each of their cells would cost a third of the time.
_MOST_ROWS_WITH_STYLES = 1000
_LONGEST_HEADING = 255


@dataclass(kw_only=True)
class TableEdit:
    """A table of the sheet and its new content."""

    table: TablePart
    headings: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    move: Move
    linked: int | None = None  # the column of places
    unfilter: bool = False  # a filter was set: rows it hid must show the new content
    body_styles: dict[int, str] = field(default_factory=dict)
    row_styles: dict[int, dict[int, str]] = field(default_factory=dict)  # by row, where rows keep their own
    header_styles: dict[int, str] = field(default_factory=dict)
    totals: dict[int, tuple[str, str]] = field(default_factory=dict)  # attributes but the address, content

    @property
    def header_changes(self) -> bool:
        """Whether the heading cells must be written."""
        return self.table.header_rows > 0 and self.headings != self.table.headings

    @property
    def keeps_row_styles(self) -> bool:
        """Whether each row keeps its own formats: a settings table holds dates, shares and texts in one column."""
        same = self.move.new_body == self.move.old_body and self.headings == self.table.headings
        return same and len(self.rows) <= _MOST_ROWS_WITH_STYLES

    def touches(self, row: int) -> bool:
        """Whether the table has, or will have, cells in the row."""
        return self.move.old.top <= row <= max(self.move.old.bottom, self.move.new.bottom)

    def replaces(self, row: int, left: int, right: int) -> bool:
        """Whether all cells from one column to another of a row go, and none is a model for styles."""
        old, body = self.move.old, self.move.old_body
        return (
            not self.keeps_row_styles
            and body.top < row <= body.bottom
            and old.left <= left
            and right <= old.right
        )

    def source_columns(self) -> list[int]:
        """For each new column, the old one whose style it takes: the same heading's, else the same place's."""
        old = {heading.casefold(): index for index, heading in enumerate(self.table.headings)}
        last = len(self.table.headings) - 1
        left = self.table.area.left
        return [
            left + old.get(heading.casefold(), min(index, last))
            for index, heading in enumerate(self.headings)
        ]

    def linked_areas(self) -> list[Area]:
        """The cells whose links are the table's own: its column of places, as it was and as it will be."""
        if self.linked is None:
            return []
        old, new = self.move.old_body, self.move.new_body
        before, after = self.source_columns()[self.linked], self.move.new.left + self.linked
        if before == after:
            return [Area(new.top, after, max(old.bottom, new.bottom), after)]
        return [Area(old.top, before, old.bottom, before), Area(new.top, after, new.bottom, after)]

    def in_the_way(self, row: int, column: int) -> CrmError:
        """The error for a cell, or another table, that the grown table would cover."""
        return CrmError(
            f"表 {self.table.name} 需要写入 {len(self.rows)} 行 {len(self.headings)} 列，"
            "会盖住这里已有的内容，没有写入。",
            where=f"{self.table.sheet.name}!{column_letters(column)}{row}",
            hint="请把这里的内容移到别的工作表，再刷新。",
        )


def check_room(edits: Sequence[TableEdit], tables: Sequence[TablePart]) -> None:
    """Nothing, when every table written fits on its sheet and meets no other table there.

    Args:
        edits: the tables to write.
        tables: all tables of the same sheet, written or not.

    Raises:
        CrmError: a table would pass the end of the sheet, or cover another one.
    """
    written = {edit.table.name: edit.move.new for edit in edits}
    for edit in edits:
        new = edit.move.new
        if new.bottom > LAST_ROW or new.right > LAST_COLUMN:
            raise CrmError(
                f"表 {edit.table.name} 要写入 {len(edit.rows):,} 行 {len(edit.headings):,} 列，超过 Excel 的上限。",
                where=edit.table.sheet.name,
                hint="请缩小数据范围（例如时间段）后再刷新。",
            )
        for other in tables:
            area = written.get(other.name, other.area)
            if other.name != edit.table.name and new.meets(area):
                raise edit.in_the_way(max(area.top, new.top), max(area.left, new.left))


def check_block(name: str, block: Block) -> None:
    """Nothing, when a table can hold the block.

    Raises:
        ValueError: headings repeat or are too long, a row has another number of cells, or the linked column is
            not there: the caller's mistake.
    """
    folded = [heading.casefold() for heading in block.headings]
    if len(set(folded)) != len(folded) or not all(block.headings) or not folded:
        raise ValueError(f"{name}: headings must be there and differ: {block.headings}")
    if any(len(heading) > _LONGEST_HEADING for heading in block.headings):
        raise ValueError(f"{name}: a heading is longer than {_LONGEST_HEADING} characters")
    if block.linked is not None and not 0 <= block.linked < len(folded):
        raise ValueError(f"{name}: there is no column {block.linked} to link")
    for index, row in enumerate(block.rows):
        if len(row) != len(folded):
            raise ValueError(f"{name}: row {index} has {len(row)} cells for {len(folded)} headings")


def moves_by_sheet(
    edits: Iterable[TableEdit], tables: Iterable[TablePart]
) -> tuple[dict[str, list[Move]], dict[str, list[Area]]]:
    """The moves of the written tables, and the areas of all other tables, both by sheet.

    Args:
        edits: the tables to write.
        tables: all tables of the workbook.
    """
    moves: dict[str, list[Move]] = {}
    written = set()
    for edit in edits:
        moves.setdefault(edit.table.sheet.name, []).append(edit.move)
        written.add(edit.table.name)
    unmoved: dict[str, list[Area]] = {}
    for table in tables:
        if table.name not in written:
            unmoved.setdefault(table.sheet.name, []).append(table.area)
    return moves, unmoved
