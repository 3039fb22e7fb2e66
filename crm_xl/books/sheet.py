"""One worksheet's XML written anew: table bodies replaced, everything else in it as it was."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from lxml import etree

from crm_xl.books.cells import CellWriter
from crm_xl.books.edits import TableEdit, check_room
from crm_xl.books.links import relink
from crm_xl.books.protocol import Cell
from crm_xl.books.sheetrows import ROWS_MARK, KeptRow, SheetRows
from crm_xl.books.styles import Styles
from crm_xl.errors import CrmError
from crm_xl.package.archive import to_bytes
from crm_xl.package.areas import Area, follow_list
from crm_xl.package.parts import TablePart, children, local
from crm_xl.raw import column_letters

_FOLLOWING = frozenset({"conditionalFormatting", "dataValidation", "ignoredError", "protectedRange"})
_ROWS_TOGETHER = 4096
_COPIED_ROW_ATTRIBUTES = frozenset({"ht", "customHeight"})


@dataclass(frozen=True, kw_only=True)
class SheetResult:
    """The new XML, and whether cells with formulas were replaced or moved (the calculation chain is stale)."""

    xml: bytes
    formulas_touched: bool


def rewrite_sheet(
    xml: bytes,
    *,
    book: str,
    sheet: str,
    edits: Sequence[TableEdit],
    cells: Mapping[tuple[int, int], Cell],
    tables: Sequence[TablePart],
    date1904: bool,
    styles: Styles,
    sheets: Sequence[str],
) -> SheetResult:
    """The sheet with its tables and single cells written.

    Args:
        xml: the sheet's part.
        book: the workbook's file name, for messages.
        sheet: the sheet's name.
        edits: the tables to write.
        cells: values of single cells, by (row, column); inside a written table the table's content wins.
        tables: all tables of the sheet, written or not.
        date1904: the workbook's date system.
        styles: the workbook's formats; one for dates may be added.
        sheets: the names of the workbook's sheets, which links may lead to.

    Raises:
        CrmError: a table would grow over something else, or past the end of the sheet; the sheet is damaged.
    """
    check_room(edits, tables)
    found = SheetRows(xml, book=book, sheet=sheet, edits=edits, cells=cells)
    _follow_tables(found.root, edits)
    relink(found.root, edits, sheets)
    writer = _RowsWriter(found, edits, CellWriter(prefix=found.prefix, date1904=date1904), styles)
    # Encoded piece by piece, each while it is fresh: a large sheet is never held as text.
    rows = [piece.encode() for piece in writer.write(cells)]
    _check_shared_formulas(rows, found, sheet)
    for element in children(found.root, "dimension"):
        if found.extent is not None:
            element.set("ref", str(found.extent))
    head, _, tail = to_bytes(found.root).partition(ROWS_MARK.encode())
    return SheetResult(xml=b"".join((head, *rows, tail)), formulas_touched=found.formulas_touched)


class _RowsWriter:
    """Puts kept cells and new content together, row by row."""

    def __init__(
        self, found: SheetRows, edits: Sequence[TableEdit], writer: CellWriter, styles: Styles
    ) -> None:
        self._found = found
        self._edits = edits
        self._writer = writer
        self._styles = styles
        bodies = [edit.move.new_body for edit in edits]
        self._body_rows = [range(body.top, body.bottom + 1) for body in bodies]

    def write(self, cells: Mapping[tuple[int, int], Cell]) -> Iterator[str]:
        """All rows of the sheet as text, one or many at a time."""
        for edit in self._edits:
            if edit.header_changes:
                self._put_headings(edit)
            self._put_totals(edit)
        for (row, column), value in cells.items():
            if not any(edit.move.new.holds(row, column) for edit in self._edits):
                self._put_cell(row, column, value)
        return self._finished()

    def _row(self, number: int) -> KeptRow:
        row = self._found.rows.setdefault(number, KeptRow(""))
        if isinstance(row, str):
            raise ValueError(f"row {number} was not expected to change")
        return row

    def _style(self, row: int, column: int) -> str | None:
        return self._found.row_styles.get(row) or self._found.column_styles.get(column)

    def _put_headings(self, edit: TableEdit) -> None:
        row = edit.move.old.top
        for index, (heading, source) in enumerate(zip(edit.headings, edit.source_columns(), strict=True)):
            column = edit.move.new.left + index
            style = edit.header_styles.get(source) or self._style(row, column)
            self._row(row).kept[column] = self._writer.cell(row, column, style, heading)

    def _put_totals(self, edit: TableEdit) -> None:
        row, tag = edit.move.new.bottom, f"{self._found.prefix}c"
        for column, (attributes, content) in edit.totals.items():
            if column <= edit.move.new.right:
                address = f"{column_letters(column)}{row}"
                self._row(row).kept[column] = f'<{tag} r="{address}"{attributes}>{content}</{tag}>'

    def _put_cell(self, row: int, column: int, value: Cell) -> None:
        kept = self._row(row).kept
        style = self._style(row, column)
        if column in kept:
            cell = etree.fromstring(f"<r{self._found.declarations}>{kept[column]}</r>")[0]
            self._found.release(cell)
            style = cell.get("s") or style
        kept[column] = self._writer.cell(row, column, self._styles.fitting(style, [value]), value)

    def _finished(self) -> Iterator[str]:
        starts = [self._starts(edit) for edit in self._edits]
        rows = self._found.rows
        mixed = {number for number, row in rows.items() if isinstance(row, str) or row.kept}
        bounds: set[int] = set()
        for edit, body_rows in zip(self._edits, self._body_rows, strict=True):
            body = edit.move.new_body
            self._found.extend(body.top, body.left, body.right)
            self._found.extend(body.bottom, body.left, body.right)
            mixed.update(edit.row_styles)
            bounds.update((body_rows.start, body_rows.stop))
        bounds.update(mixed, (number + 1 for number in mixed))
        for first, end in pairwise(sorted(bounds)):
            # From here to there rows are alike.
            if first in mixed:
                yield self._mixed_row(first, starts)
            elif len(inside := [index for index, own in enumerate(self._body_rows) if first in own]) > 1:
                yield from (self._mixed_row(number, starts) for number in range(first, end))
            elif inside:
                for top in range(first, end, _ROWS_TOGETHER):
                    numbers = range(top, min(top + _ROWS_TOGETHER, end))
                    yield self._plain_rows(inside[0], numbers, starts[inside[0]])

    def _plain_rows(self, index: int, numbers: Sequence[int], starts: list[tuple[str, str]]) -> str:
        edit = self._edits[index]
        new = self._model_attributes([edit])
        tag = f"{self._found.prefix}row"
        kept = map(self._found.rows.get, numbers)
        attributes = [row.attributes if isinstance(row, KeptRow) else new for row in kept]
        openings = [f'<{tag} r="{number}"{shown}>' for number, shown in zip(numbers, attributes, strict=True)]
        first = numbers[0] - edit.move.new_body.top
        values = edit.rows[first : first + len(numbers)] or [(None,) * len(starts)]
        return self._writer.rows(numbers, openings, starts, values)

    def _mixed_row(self, number: int, starts: Sequence[list[tuple[str, str]]]) -> str:
        row = self._found.rows.get(number)
        if isinstance(row, str):
            return row
        inside = [
            (edit, own)
            for edit, own, rows in zip(self._edits, starts, self._body_rows, strict=True)
            if number in rows
        ]
        attributes = row.attributes if row else self._model_attributes([edit for edit, _ in inside])
        cells = dict(row.kept) if row else {}
        if cells:
            self._found.extend(number, min(cells), max(cells))
        for edit, own in inside:
            index = number - edit.move.new_body.top
            values = edit.rows[index] if index < len(edit.rows) else (None,) * len(own)
            if number in edit.row_styles:
                own = self._own_starts(edit, number, values)
            cells[edit.move.new.left] = self._writer.row(number, own, values)
        if not cells:
            return ""
        content = "".join([cells[column] for column in sorted(cells)])
        tag = f"{self._found.prefix}row"
        return f'<{tag} r="{number}"{attributes}>{content}</{tag}>'

    def _starts(self, edit: TableEdit) -> list[tuple[str, str]]:
        top = edit.move.old_body.top
        columns = range(edit.move.new.left, edit.move.new.right + 1)
        styles = [
            self._styles.fitting(
                edit.body_styles.get(source) or self._style(top, column), _ColumnOf(edit.rows, index)
            )
            for index, (column, source) in enumerate(zip(columns, edit.source_columns(), strict=True))
        ]
        return self._writer.starts(columns, styles)

    def _own_starts(self, edit: TableEdit, row: int, values: Sequence[Cell]) -> list[tuple[str, str]]:
        columns = range(edit.move.new.left, edit.move.new.right + 1)
        styles = [
            self._styles.fitting(edit.row_styles[row].get(column) or self._style(row, column), [value])
            for column, value in zip(columns, values, strict=True)
        ]
        return self._writer.starts(columns, styles)

    def _model_attributes(self, edits: Sequence[TableEdit]) -> str:
        """The height of the body's first row, for rows that did not exist."""
        for edit in edits:
            model = self._found.rows.get(edit.move.new_body.top)
            if isinstance(model, KeptRow) and model.attributes:
                found = re.findall(r' (\w+)="([^"]*)"', model.attributes)
                return "".join(
                    f' {name}="{value}"' for name, value in found if name in _COPIED_ROW_ATTRIBUTES
                )
        return ""


class _ColumnOf(Sequence[Cell]):
    """One column of rows, without a copy: mostly only its first value is looked at."""

    def __init__(self, rows: Sequence[Sequence[Cell]], index: int) -> None:
        self._rows = rows
        self._index = index

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, row: Any) -> Any:
        return self._rows[row][self._index]


def _follow_tables(root: etree._Element, edits: Sequence[TableEdit]) -> None:
    """Formats, validations and protected ranges that covered a table or its body cover it again."""
    moves = [edit.move for edit in edits]
    for element in root.iter():
        name = local(element)
        if name in _FOLLOWING:
            if areas := element.get("sqref"):
                element.set("sqref", follow_list(areas, moves))
            # The 2010 extensions hold the areas as an element.
            for extended in children(element, "sqref"):
                extended.text = follow_list(extended.text or "", moves)
        elif name == "mergeCell":
            merged = Area.parse(element.get("ref", ""))
            for edit in edits:
                if merged and merged.meets(edit.move.new) and not merged.meets(edit.move.old):
                    raise edit.in_the_way(merged.top, merged.left)


def _check_shared_formulas(rows: Iterable[bytes], found: SheetRows, sheet: str) -> None:
    """Refuses to leave formulas whose text stood in a cell that is gone."""
    tag = found.prefix
    for index in found.orphaned:
        of_index = re.compile(
            rf'<{tag}c\b[^>]*\br="([A-Z]+[0-9]+)"[^>]*><{tag}f[^>]*\bsi="{re.escape(index)}"'.encode()
        )
        # A piece holds whole rows, hence whole cells.
        if dependent := next(filter(None, map(of_index.search, rows)), None):
            raise CrmError(
                "这里的公式是从要刷新的表里拖过来的，刷新会让它失去来源，没有写入。",
                where=f"{sheet}!{dependent.group(1).decode()}",
                hint="请在这个单元格里重新输入公式，再刷新。",
            )
