"""What an open workbook holds and in what state it is: its tables, its defined names, what stands in the way."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from crm_xl.books.protocol import Place
from crm_xl.errors import CrmError
from crm_xl.package.areas import Area, split_reference
from crm_xl.package.parts import SheetPart, TablePart

if TYPE_CHECKING:
    import xlwings as xw

# Above it, moving cells in one call strains the memory of Excel and of Python at once.
MOST_CELLS = 4_000_000
_PRINT_AREA = "print_area"


class CellReader:
    """Reads cells in one call each.

    `Range.value` would ask Excel for the range's sheet, workbook, application and process before every read,
    to learn which engine knows what the raw values mean. It is always the same.
    """

    def __init__(self, book: xw.Book) -> None:
        self._clean = book.app.engine.impl.clean_value_data

    def rows(self, cells: xw.Range) -> list[list[Any]]:
        """What stands in the cells, row by row; errors as their texts, blanks as None, moments without a zone."""
        return self._cleaned(cells.raw_value)

    def stored(self, cells: xw.Range) -> list[list[Any]]:
        """As `rows`, but moments are the numbers they are kept as: sooner had, and exactly what can be put back.

        On a Mac they are moments here too.
        """
        return self._cleaned(cells.raw_value if sys.platform == "darwin" else cells.api.Value2)

    def _cleaned(self, raw: Any) -> list[list[Any]]:
        if not isinstance(raw, list | tuple):
            raw = [[raw]]
        elif not isinstance(raw[0], list | tuple):
            raw = [raw]
        rows: list[list[Any]] = self._clean(raw, datetime, None, None, True)
        return rows


@dataclass(kw_only=True)
class LiveTable:
    """A table of the open workbook.

    Attributes:
        part: its place; headings and totals row are not known before they are asked for.
        table, sheet: the objects that stand for it in Excel.
        reader: reads its cells.
    """

    part: TablePart
    table: xw.Table
    sheet: xw.Sheet
    reader: CellReader

    def know_totals(self) -> None:
        """Ask whether its last row is one of totals."""
        self.part = replace(self.part, totals_rows=int(bool(self.table.show_totals)))

    def range(self, area: Area) -> xw.Range:
        """Cells of the table's sheet."""
        return self.sheet.range(str(area))

    def values(self, area: Area) -> list[list[Any]]:
        """What stands in cells of the table's sheet, row by row."""
        return [row for part in _portions(area) for row in self.reader.rows(self.range(part))]

    def stored(self, area: Area) -> list[list[Any]]:
        """What cells of the table's sheet hold, row by row, moments as numbers."""
        return [row for part in _portions(area) for row in self.reader.stored(self.range(part))]

    def clear_links(self, areas: Sequence[Area]) -> None:
        """Take links off cells, which keep content and look: those of a file refresh go before a formula's.

        LibreOffice keeps links in the text itself, which is written anew. On a Mac they stay.
        """
        if sys.platform == "darwin":
            return
        for area in areas:
            # `Hyperlinks.Delete` would take the formats as well.
            if clear := getattr(self.range(area).api, "ClearHyperlinks", None):
                clear()

    def put(self, area: Area, rows: Sequence[Sequence[Any]]) -> None:
        """Write a block of cells, as `Typed` has made it ready."""
        for part in _portions(area):
            first = part.top - area.top
            self.range(part).raw_value = rows[first : first + part.bottom - part.top + 1]


@dataclass(kw_only=True)
class LiveName:
    """A defined name of the open workbook."""

    name: xw.Name
    sheet: xw.Sheet | None = None

    @cached_property
    def text(self) -> str:
        """What it refers to, without the equals sign."""
        return (self.name.refers_to or "").removeprefix("=")

    @property
    def cell(self) -> tuple[str, Area] | None:
        """The sheet and place of the one cell it refers to, if it does."""
        areas = split_reference(self.text) or []
        if len(areas) != 1:
            return None
        _, sheet, area = areas[0]
        return (sheet, area) if (area.top, area.left) == (area.bottom, area.right) else None


class Places(Mapping[str, Place]):
    """The places of tables by name; the headings are read when a place is asked for."""

    def __init__(self, tables: Mapping[str, LiveTable]) -> None:
        self._tables = tables

    def __getitem__(self, name: str) -> Place:
        found = self._tables[name]
        found.know_totals()
        area = found.part.area
        cells = found.values(replace(area, bottom=area.top))
        headings = tuple("" if cell is None else str(cell).strip() for cell in cells[0])
        return replace(found.part, headings=headings).place

    def __contains__(self, name: object) -> bool:
        return name in self._tables

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)


def _portions(area: Area) -> Iterator[Area]:
    """The area in as few portions as can be moved at once: mostly itself."""
    height = max(1, MOST_CELLS // (area.right - area.left + 1))
    for top in range(area.top, area.bottom + 1, height):
        yield replace(area, top=top, bottom=min(area.bottom, top + height - 1))


def find_tables(book: xw.Book, reader: CellReader) -> dict[str, LiveTable]:
    """Every table of the workbook by name."""
    found = {}
    for index, sheet in enumerate(book.sheets):
        sheet_part = None
        for table in sheet.tables:
            area = Area.parse(table.range.address)
            assert area is not None  # Excel gives a table one rectangle
            sheet_part = sheet_part or SheetPart(name=sheet.name, part="", index=index)
            name = table.name
            part = TablePart(
                name=name, part="", sheet=sheet_part, area=area, header_rows=1, totals_rows=0, headings=()
            )
            found[name] = LiveTable(part=part, table=table, sheet=sheet, reader=reader)
    return found


def find_names(book: xw.Book) -> dict[str, LiveName]:
    """Every defined name of the workbook; one that only a sheet knows is called 'sheet'!name."""
    return {name.name: LiveName(name=name) for name in book.names}


def is_print_area(name: str) -> bool:
    """Whether a defined name, with its sheet, is the sheet's print area."""
    return name.rsplit("!", 1)[-1].casefold() == _PRINT_AREA


@dataclass(frozen=True, kw_only=True)
class NativeState:
    """What only the application's own objects tell.

    Attributes:
        date1904: whether day 0 is 1904-01-01.
        filtered: names of the tables that hide rows now.
    """

    date1904: bool
    filtered: frozenset[str]


def native_state(book: xw.Book, sheets: Iterable[xw.Sheet], tables: Mapping[str, LiveTable]) -> NativeState:
    """The state of a workbook that is about to be written, from what stands behind xlwings.

    Other applications than Excel for Windows do not have these properties, and are taken to be unprotected.

    Args:
        book: the workbook.
        sheets: the sheets that will be written.
        tables: the tables that will be written, by name.

    Raises:
        CrmError: read-only, a cell is being edited, or a sheet is protected; nothing has been touched.
    """
    if sys.platform == "darwin":  # appscript answers every property with a reference to it
        return NativeState(date1904=False, filtered=frozenset())
    native = book.api
    if getattr(native, "ReadOnly", False):
        raise CrmError(
            "工作簿是以只读方式打开的，刷新的结果无法保存。",
            where=book.name,
            hint="请另存为新文件，或关闭后以可编辑方式重新打开，再刷新。",
        )
    if not getattr(getattr(native, "Application", None), "Ready", True):
        raise CrmError(
            "Excel 正在编辑单元格或开着对话框。", where=book.name, hint="请按回车确认或按 Esc 取消后再试。"
        )
    errors = []
    for sheet in sheets:
        # Protection that lets macros write is none for us.
        if getattr(sheet.api, "ProtectContents", False) and not getattr(sheet.api, "ProtectionMode", False):
            errors.append(
                CrmError(
                    "工作表受保护，无法写入结果。",
                    where=sheet.name,
                    hint="请在“审阅”选项卡中撤消工作表保护后再刷新。",
                )
            )
    if errors:
        raise CrmError.of(errors)
    filtered = set()
    for name, found in tables.items():
        auto_filter = getattr(found.table.api, "AutoFilter", None)
        if auto_filter is not None and getattr(auto_filter, "FilterMode", False):
            filtered.add(name)
    return NativeState(date1904=counts_from_1904(book), filtered=frozenset(filtered))


def counts_from_1904(book: xw.Book) -> bool:
    """Whether the workbook's day 0 is 1904-01-01; on a Mac, which does not tell, no."""
    return sys.platform != "darwin" and bool(getattr(book.api, "Date1904", False))


def holds_formula(found: LiveTable) -> bool:
    """Whether a cell of the table's body holds a formula; on a Mac, which does not tell so for a block, no."""
    if sys.platform == "darwin":
        return False
    # Excel says nothing (None) where some cells do and others do not.
    return getattr(found.range(found.part.body).api, "HasFormula", False) is not False
