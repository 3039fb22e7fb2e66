"""The rows of a worksheet, read as a stream: unchanged ones as text, changing ones as the cells that stay.

Element trees of large outputs would cost more memory than the outputs themselves.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import quoteattr

from lxml import etree

from crm_xl.books.edits import TableEdit
from crm_xl.package.archive import damaged, refuse_document_type
from crm_xl.package.areas import Area, column_number
from crm_xl.package.parts import children
from crm_xl.package.scan import has_formulas
from crm_xl.raw import column_letters

_DECLARATIONS = re.compile(r'<[\w.:-]+((?: xmlns(?::[\w.-]+)?="[^"]*")*)')
# A private-use character: it marks the place of the rows in the serialized rest of the sheet.
ROWS_MARK = "\ue0fe"


@dataclass
class KeptRow:
    """A row that changes: its attributes, and the cells that stay, by column."""

    attributes: str
    kept: dict[int, str] = field(default_factory=dict)


class SheetRows:
    """What a sheet holds, seen from the tables to be written.

    Args:
        xml: the sheet's part.
        book: the workbook's file name, for messages.
        sheet: the sheet's name.
        edits: the tables to write; the styles and totals found are noted in them.
        cells: (row, column) of further cells that change.

    Attributes:
        root: the sheet without rows; ROWS_MARK stands in their place.
        rows: by row number.
        row_styles, column_styles: styles of whole rows and columns.
        extent: the smallest area around all cells that stay.
        formulas_touched: whether a formula goes or moves.
        orphaned: shared formulas whose first cell goes.
        prefix: namespace prefix of the elements, with its colon.
        declarations: the namespaces in scope where rows stand, as attributes.

    Raises:
        CrmError: a table would grow over something else; the sheet is damaged.
    """

    def __init__(
        self,
        xml: bytes,
        *,
        book: str,
        sheet: str,
        edits: Sequence[TableEdit],
        cells: Iterable[tuple[int, int]],
    ) -> None:
        self._book = book
        self._sheet = sheet
        self._edits = edits
        self._cells = frozenset(cells)
        self._letters: dict[str, int] = {}
        self._any_formulas = has_formulas(xml)
        self.rows: dict[int, str | KeptRow] = {}
        self.row_styles: dict[int, str] = {}
        self.column_styles: dict[int, str] = {}
        self.extent: Area | None = None
        self.formulas_touched = False
        self.orphaned: set[str] = set()
        self.root = self._read(xml)

    def _read(self, xml: bytes) -> etree._Element:
        events = etree.iterparse(
            io.BytesIO(xml),
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
                        self.column_styles = _column_styles(root)
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
        sheet_data.text = ROWS_MARK
        return root

    def _learn_names(self, sheet_data: etree._Element) -> None:
        self.prefix = f"{sheet_data.prefix}:" if sheet_data.prefix else ""
        self._prefixes = {uri: name for name, uri in sheet_data.nsmap.items() if name}
        # lxml repeats every namespace in scope on an element serialized alone; where rows go they are in scope.
        alone = etree.tostring(sheet_data, encoding="unicode", with_tail=False)
        declared = _DECLARATIONS.match(alone)
        self.declarations = declared.group(1) if declared else ""

    def _tag(self, name: str) -> str:
        return f"{{{self._namespace}}}{name}" if self._namespace else name

    def _touched_rows(self) -> set[int]:
        rows = {row for row, _ in self._cells}
        for edit in self._edits:
            rows.update(range(edit.move.old.top, max(edit.move.old.bottom, edit.move.new.bottom) + 1))
        return rows

    def _take_row(self, element: etree._Element, number: int, touched: bool) -> None:
        if style := element.get("s"):
            self.row_styles[number] = style
        first = self._column(element[0], number, 0) if len(element) else 0
        last = self._column(element[-1], number, first + len(element) - 2) if len(element) else 0
        if not touched:
            self.rows[number] = self._text(element)
            if last:
                self.extend(number, first, last)
            return
        row = KeptRow(self._row_attributes(element, number))
        edits = [edit for edit in self._edits if edit.touches(number)]
        if any(edit.replaces(number, first, last) for edit in edits):
            self.release(element)
        else:
            column = 0
            for cell in element:
                column = self._column(cell, number, column)
                self._take_cell(row, cell, number, column, edits)
        self.rows[number] = row

    def _column(self, cell: etree._Element, number: int, previous: int) -> int:
        """The cell's column; a cell without an address follows the one before."""
        letters = cell.get("r", "").removesuffix(str(number))
        if not letters:
            return previous + 1
        found = self._letters.get(letters)
        if found is None:
            found = self._letters[letters] = column_number(letters)
        return found

    def extend(self, row: int, left: int, right: int) -> None:
        """Notes that the row holds cells from one column to another."""
        extent = self.extent or Area(row, left, row, right)
        self.extent = Area(
            min(extent.top, row), min(extent.left, left), max(extent.bottom, row), max(extent.right, right)
        )

    def _take_cell(
        self, row: KeptRow, cell: etree._Element, number: int, column: int, edits: Sequence[TableEdit]
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
                else:
                    self._note_style(edit, number, column, cell.get("s"))
                self.release(cell)
                return
        else:
            for edit in edits:
                if edit.move.new.holds(number, column):
                    if len(cell):
                        raise edit.in_the_way(number, column)
                    return
        cell.set("r", f"{column_letters(column)}{number}")
        row.kept[column] = self._text(cell)

    def _note_style(self, edit: TableEdit, number: int, column: int, style: str | None) -> None:
        if style and number == edit.move.old_body.top:
            edit.body_styles[column] = style
        if edit.keeps_row_styles:
            styles = edit.row_styles.setdefault(number, {})
            if style:
                styles[column] = style

    def release(self, element: etree._Element) -> None:
        """Notes the formulas of a cell, or of a whole row, that goes or moves."""
        if not self._any_formulas:
            return
        for formula in element.iter(self._tag("f")):
            self.formulas_touched = True
            if formula.get("t") == "shared" and formula.get("ref"):
                self.orphaned.add(formula.get("si", ""))

    def _moved(self, cell: etree._Element) -> tuple[str, str]:
        attributes = "".join(f" {key}={quoteattr(str(cell.get(key)))}" for key in ("s", "t") if cell.get(key))
        return attributes, "".join(self._text(child) for child in cell)

    def _text(self, element: etree._Element) -> str:
        text = etree.tostring(element, encoding="unicode", with_tail=False)
        return text.replace(self.declarations, "", 1)

    def _row_attributes(self, element: etree._Element, number: int) -> str:
        unhidden = any(
            edit.unfilter and edit.move.old_body.top <= number <= edit.move.old_body.bottom
            for edit in self._edits
        )
        shown = []
        for key, value in element.attrib.items():
            key = str(key)
            # `spans` only speeds loading up, and would no longer be true.
            if key in ("spans", "r") or (unhidden and key == "hidden"):
                continue
            if key.startswith("{"):
                name = etree.QName(key)
                prefix = self._prefixes.get(name.namespace or "")
                if prefix is None:
                    continue
                key = f"{prefix}:{name.localname}"
            shown.append(f" {key}={quoteattr(str(value))}")
        return "".join(shown)


def _column_styles(root: etree._Element) -> dict[int, str]:
    found = {}
    for column in children(root, "cols", "col"):
        if style := column.get("style"):
            for number in range(int(column.get("min", "1")), int(column.get("max", "1")) + 1):
                found[number] = style
    return found
