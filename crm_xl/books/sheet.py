"""One worksheet's XML written anew: table bodies replaced, everything else in it as it was.

The sheet is read as a stream and kept as text, row by row, because element trees of large outputs cost more
memory than the outputs themselves.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import quoteattr

from lxml import etree

from crm_xl.books.archive import damaged, refuse_document_type, to_bytes
from crm_xl.books.areas import Area, Move, column_number, follow_list
from crm_xl.books.cells import CellWriter
from crm_xl.books.parts import TablePart, children, local
from crm_xl.books.protocol import Cell
from crm_xl.books.scan import has_formulas
from crm_xl.errors import CrmError
from crm_xl.raw import column_letters

# A private-use character: it marks the place of the rows in the serialized rest of the sheet.
_MARK = "\ue0fe"
_FOLLOWING = frozenset({"conditionalFormatting", "dataValidation", "ignoredError", "protectedRange"})
_COPIED_ROW_ATTRIBUTES = frozenset({"ht", "customHeight"})


@dataclass(kw_only=True)
class TableEdit:
    """A table of the sheet and its new content."""

    table: TablePart
    headings: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    move: Move
    unfilter: bool = False  # a filter was set: rows it hid must show the new content
    body_styles: dict[int, str] = field(default_factory=dict)
    header_styles: dict[int, str] = field(default_factory=dict)
    totals: dict[int, tuple[str, str]] = field(default_factory=dict)  # attributes but the address, content

    @property
    def header_changes(self) -> bool:
        """Whether the heading cells must be written."""
        return self.table.header_rows > 0 and self.headings != self.table.headings

    def touches(self, row: int) -> bool:
        """Whether the table has, or will have, cells in the row."""
        return self.move.old.top <= row <= max(self.move.old.bottom, self.move.new.bottom)

    def source_columns(self) -> list[int]:
        """For each new column, the old one whose style it takes: the same heading's, else the same place's."""
        old = {heading.casefold(): index for index, heading in enumerate(self.table.headings)}
        last = len(self.table.headings) - 1
        left = self.table.area.left
        return [
            left + old.get(heading.casefold(), min(index, last))
            for index, heading in enumerate(self.headings)
        ]


@dataclass(frozen=True, kw_only=True)
class SheetResult:
    """The new XML, and whether cells with formulas were replaced or moved (the calculation chain is stale)."""

    xml: bytes
    formulas_touched: bool


@dataclass
class _Row:
    """A row that changes: its attributes, and the cells that stay, by column."""

    attributes: str
    kept: dict[int, str] = field(default_factory=dict)


class SheetWriter:
    """Writes one sheet anew.

    Args:
        xml: the sheet's part.
        book: the workbook's file name, for messages.
        sheet: the sheet's name.
        edits: the tables to write.
        cells: single cells to write, by (row, column).
        tables: all tables of the sheet, written or not.
        date1904: the workbook's date system.
    """

    def __init__(
        self,
        xml: bytes,
        *,
        book: str,
        sheet: str,
        edits: Sequence[TableEdit],
        cells: Mapping[tuple[int, int], Cell],
        tables: Sequence[TablePart],
        date1904: bool,
    ) -> None:
        self._xml = xml
        self._book = book
        self._sheet = sheet
        self._edits = edits
        self._cells = dict(cells)
        self._tables = tables
        self._date1904 = date1904
        self._rows: dict[int, str | _Row] = {}
        self._extent: Area | None = None
        self._letters: dict[str, int] = {}
        self._row_styles: dict[int, str] = {}
        self._formulas_touched = False
        self._orphaned: set[str] = set()
        self._any_formulas = has_formulas(xml)

    def write(self) -> SheetResult:
        """The sheet with all edits.

        Raises:
            CrmError: a table would grow over something else; the sheet is damaged.
        """
        self._check_tables_apart()
        root = self._stream()
        self._edit_rest(root)
        writer = CellWriter(prefix=self._prefix, date1904=self._date1904)
        self._write_headings(writer)
        self._write_single_cells(writer)
        self._write_totals()
        rows = "".join(self._finished_rows(writer))
        self._check_shared_formulas(rows)
        self._set_dimension(root)
        head, _, tail = to_bytes(root).partition(_MARK.encode())
        return SheetResult(xml=head + rows.encode() + tail, formulas_touched=self._formulas_touched)

    # Reading.

    def _stream(self) -> etree._Element:
        events = etree.iterparse(
            io.BytesIO(self._xml),
            events=("start", "end"),
            tag=("{*}worksheet", "{*}sheetData", "{*}row"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
        )
        touched = self._touched_rows()
        number = 0
        root: etree._Element | None = None
        sheet_data: etree._Element | None = None
        try:
            for event, element in events:
                if event == "start":
                    if root is None:
                        root = element
                        refuse_document_type(root, self._book, self._sheet)
                        self._namespace = etree.QName(root).namespace or ""
                    elif sheet_data is None and element.tag == self._tag("sheetData"):
                        sheet_data = element
                        self._learn_names(element)
                        self._column_styles = _column_styles(root)
                elif element.tag == self._tag("row") and sheet_data is not None:
                    number = int(element.get("r", number + 1))
                    element.set("r", str(number))
                    self._take_row(element, number, number in touched)
                    element.clear()
                    # The element itself belongs to the parser until its end; those before it are done with.
                    while element.getprevious() is not None:
                        del sheet_data[0]
        except (etree.XMLSyntaxError, ValueError) as error:
            raise damaged(self._book, f"工作表“{self._sheet}”") from error
        if root is None or sheet_data is None:
            raise damaged(self._book, f"工作表“{self._sheet}”")
        sheet_data[:] = []
        sheet_data.text = _MARK
        return root

    def _learn_names(self, sheet_data: etree._Element) -> None:
        self._prefix = f"{sheet_data.prefix}:" if sheet_data.prefix else ""
        self._prefixes = {uri: name for name, uri in sheet_data.nsmap.items() if name}
        # lxml repeats every namespace in scope on an element serialized alone; where rows go they are in scope.
        alone = etree.tostring(sheet_data, encoding="unicode", with_tail=False)
        self._declarations = alone[len(f"<{self._prefix}sheetData") :].removesuffix("/>")

    def _tag(self, name: str) -> str:
        return f"{{{self._namespace}}}{name}" if self._namespace else name

    def _touched_rows(self) -> set[int]:
        rows = {row for row, _ in self._cells}
        for edit in self._edits:
            rows.update(range(edit.move.old.top, max(edit.move.old.bottom, edit.move.new.bottom) + 1))
        return rows

    def _take_row(self, element: etree._Element, number: int, touched: bool) -> None:
        if style := element.get("s"):
            self._row_styles[number] = style
        if not touched:
            self._rows[number] = self._text(element)
            if len(element):
                first = self._column(element[0], number, 0)
                self._extend(number, first, self._column(element[-1], number, first + len(element) - 2))
            return
        row = _Row(self._row_attributes(element, number))
        edits = [edit for edit in self._edits if edit.touches(number)]
        column = 0
        for cell in element:
            column = self._column(cell, number, column)
            self._take_cell(row, cell, number, column, edits)
        self._rows[number] = row

    def _column(self, cell: etree._Element, number: int, previous: int) -> int:
        """The cell's column; a cell without an address follows the one before."""
        letters = cell.get("r", "").removesuffix(str(number))
        if not letters:
            return previous + 1
        found = self._letters.get(letters)
        if found is None:
            found = self._letters[letters] = column_number(letters)
        return found

    def _extend(self, row: int, left: int, right: int) -> None:
        extent = self._extent or Area(row, left, row, right)
        self._extent = Area(
            min(extent.top, row), min(extent.left, left), max(extent.bottom, row), max(extent.right, right)
        )

    def _take_cell(
        self, row: _Row, cell: etree._Element, number: int, column: int, edits: Sequence[TableEdit]
    ) -> None:
        for edit in edits:
            move = edit.move
            if move.old.left <= column <= move.old.right and number <= move.old.bottom:
                if number < move.old_body.top:
                    if style := cell.get("s"):
                        edit.header_styles[column] = style
                    if not edit.header_changes:
                        break
                elif number > move.old_body.bottom:
                    edit.totals[column] = self._moved(cell)
                elif number == move.old_body.top and (style := cell.get("s")):
                    edit.body_styles[column] = style
                self._release(cell)
                return
        else:
            for edit in edits:
                if edit.move.new.holds(number, column):
                    if len(cell):
                        raise self._in_the_way(edit, number, column)
                    return
        cell.set("r", f"{column_letters(column)}{number}")
        row.kept[column] = self._text(cell)

    def _release(self, cell: etree._Element) -> None:
        if not self._any_formulas:
            return
        for formula in cell.iterfind(self._tag("f")):
            self._formulas_touched = True
            if formula.get("t") == "shared" and formula.get("ref"):
                self._orphaned.add(formula.get("si", ""))

    def _moved(self, cell: etree._Element) -> tuple[str, str]:
        attributes = "".join(f" {key}={quoteattr(str(cell.get(key)))}" for key in ("s", "t") if cell.get(key))
        return attributes, "".join(self._text(child) for child in cell)

    def _text(self, element: etree._Element) -> str:
        text = etree.tostring(element, encoding="unicode", with_tail=False)
        return text.replace(self._declarations, "", 1)

    def _row_attributes(self, element: etree._Element, number: int) -> str:
        unhidden = any(
            edit.unfilter and edit.move.old_body.top <= number <= edit.move.old_body.bottom
            for edit in self._edits
        )
        shown = []
        for key, value in element.attrib.items():
            name = etree.QName(key)
            # `spans` only speeds loading up, and would no longer be true.
            if name.localname in ("spans", "r") or (unhidden and name.localname == "hidden"):
                continue
            if not name.namespace:
                shown.append(f" {name.localname}={quoteattr(str(value))}")
            elif prefix := self._prefixes.get(name.namespace):
                shown.append(f" {prefix}:{name.localname}={quoteattr(str(value))}")
        return "".join(shown)

    # Checking.

    def _check_tables_apart(self) -> None:
        written = {edit.table.name: edit.move.new for edit in self._edits}
        for edit in self._edits:
            for other in self._tables:
                area = written.get(other.name, other.area)
                if other.name != edit.table.name and edit.move.new.meets(area):
                    raise self._in_the_way(edit, area.top, max(area.left, edit.move.new.left))
            if edit.move.new.bottom > 1_048_576 or edit.move.new.right > 16_384:
                raise CrmError(
                    f"表 {edit.table.name} 要写入 {len(edit.rows):,} 行 {len(edit.headings):,} 列，超过 Excel 的上限。",
                    where=f"{self._book} {self._sheet}",
                    hint="请缩小数据范围（例如时间段）后再刷新。",
                )

    def _in_the_way(self, edit: TableEdit, row: int, column: int) -> CrmError:
        rows, columns = len(edit.rows), len(edit.headings)
        return CrmError(
            f"表 {edit.table.name} 需要写入 {rows} 行 {columns} 列，会盖住这里已有的内容，没有写入。",
            where=f"{self._sheet}!{column_letters(column)}{row}",
            hint="请把这里的内容移到别的工作表，再刷新。",
        )

    def _check_shared_formulas(self, rows: str) -> None:
        for index in self._orphaned:
            found = re.search(
                rf'<{self._prefix}c\b[^>]*\br="([A-Z]+[0-9]+)"[^>]*><{self._prefix}f[^>]*\bsi="{index}"', rows
            )
            if found:
                raise CrmError(
                    "这里的公式是从要刷新的表里拖过来的，刷新会让它失去来源，没有写入。",
                    where=f"{self._sheet}!{found.group(1)}",
                    hint="请在这个单元格里重新输入公式，再刷新。",
                )

    # Writing.

    def _row(self, number: int) -> _Row:
        row = self._rows.setdefault(number, _Row(""))
        if isinstance(row, str):
            raise ValueError(f"row {number} was not expected to change")
        return row

    def _style(self, row: int, column: int) -> str | None:
        return self._row_styles.get(row) or self._column_styles.get(column)

    def _write_headings(self, writer: CellWriter) -> None:
        for edit in self._edits:
            if not edit.header_changes:
                continue
            row = edit.move.old.top
            for index, (heading, source) in enumerate(zip(edit.headings, edit.source_columns(), strict=True)):
                column = edit.move.new.left + index
                style = edit.header_styles.get(source) or self._style(row, column)
                self._row(row).kept[column] = writer.cell(row, column, style, heading)

    def _write_single_cells(self, writer: CellWriter) -> None:
        for (row, column), value in self._cells.items():
            if any(edit.move.new.holds(row, column) for edit in self._edits):
                continue
            kept = self._row(row).kept
            style = self._style(row, column)
            if column in kept:
                cell = etree.fromstring(f"<r{self._declarations}>{kept[column]}</r>")[0]
                self._release(cell)
                style = cell.get("s") or style
            kept[column] = writer.cell(row, column, style, value)

    def _write_totals(self) -> None:
        for edit in self._edits:
            row = edit.move.new.bottom
            for column, (attributes, content) in edit.totals.items():
                if column <= edit.move.new.right:
                    address = f"{column_letters(column)}{row}"
                    tag = f"{self._prefix}c"
                    self._row(row).kept[column] = f'<{tag} r="{address}"{attributes}>{content}</{tag}>'

    def _finished_rows(self, writer: CellWriter) -> Iterator[str]:
        bodies = [self._body(edit, writer) for edit in self._edits]
        numbers = set(self._rows)
        for edit in self._edits:
            body = edit.move.new_body
            numbers.update(range(body.top, body.bottom + 1))
        tag = f"{self._prefix}row"
        for number in sorted(numbers):
            row = self._rows.get(number)
            if isinstance(row, str):
                yield row
                continue
            inside = [
                (edit, starts)
                for edit, starts in bodies
                if edit.move.new_body.top <= number <= edit.move.new_body.bottom
            ]
            if row is None:
                row = _Row(self._model_attributes([edit for edit, _ in inside]))
            cells = dict(row.kept)
            for edit, starts in inside:
                index = number - edit.move.new_body.top
                values = edit.rows[index] if index < len(edit.rows) else (None,) * len(starts)
                cells[edit.move.new.left] = writer.row(number, starts, values)
                self._extend(number, edit.move.new.left, edit.move.new.right)
            if row.kept:
                self._extend(number, min(row.kept), max(row.kept))
            if cells:
                content = "".join(cells[column] for column in sorted(cells))
                yield f'<{tag} r="{number}"{row.attributes}>{content}</{tag}>'

    def _body(self, edit: TableEdit, writer: CellWriter) -> tuple[TableEdit, list[tuple[str, str]]]:
        top = edit.move.old_body.top
        columns = range(edit.move.new.left, edit.move.new.right + 1)
        styles = [
            edit.body_styles.get(source) or self._style(top, column)
            for column, source in zip(columns, edit.source_columns(), strict=True)
        ]
        return edit, writer.starts(columns, styles)

    def _model_attributes(self, edits: Sequence[TableEdit]) -> str:
        """The height of the body's first row, for rows that did not exist."""
        for edit in edits:
            model = self._rows.get(edit.move.new_body.top)
            if isinstance(model, _Row):
                found = re.findall(r' (\w+)="([^"]*)"', model.attributes)
                return "".join(
                    f' {name}="{value}"' for name, value in found if name in _COPIED_ROW_ATTRIBUTES
                )
        return ""

    # The rest of the sheet.

    def _edit_rest(self, root: etree._Element) -> None:
        moves = [edit.move for edit in self._edits]
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
                for edit in self._edits:
                    if merged and merged.meets(edit.move.new) and not merged.meets(edit.move.old):
                        raise self._in_the_way(edit, merged.top, merged.left)

    def _set_dimension(self, root: etree._Element) -> None:
        for element in children(root, "dimension"):
            if self._extent is not None:
                element.set("ref", str(self._extent))


def _column_styles(root: etree._Element) -> dict[int, str]:
    found = {}
    for column in children(root, "cols", "col"):
        if style := column.get("style"):
            for number in range(int(column.get("min", "1")), int(column.get("max", "1")) + 1):
                found[number] = style
    return found
