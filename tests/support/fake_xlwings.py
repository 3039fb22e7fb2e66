"""An xlwings engine over a fake Excel: it counts calls, and any one of them can be made to fail.

    excel = FakeExcel(FakeWorkbook.load(path))
    LiveBook(excel.book())

A call is whatever crosses to Excel. Those that move values, change something or ask for a setting are counted
as `transfers`; those that only walk from one object to the next, or ask where something is, as `steps`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import xlwings as xw
from openpyxl.utils.cell import range_boundaries
from xlwings import base_classes as base

from tests.support.fake_excel import (
    ERROR_NUMBERS,
    Box,
    ExcelError,
    FakeSheet,
    FakeTable,
    FakeWorkbook,
    address,
    places,
)

_ERRORS = {number: text for text, number in ERROR_NUMBERS.items()}


class FakeExcel:
    """One Excel with one workbook.

    Args:
        workbook: its content.
        fail_at: the number of the call that fails, counted from 1.
        fails: how many calls from there on fail.
    """

    def __init__(self, workbook: FakeWorkbook, *, fail_at: int = 0, fails: int = 1) -> None:
        self.workbook = workbook
        self.settings: dict[str, Any] = {
            "screen_updating": True,
            "enable_events": True,
            "calculation": "automatic",
            "status_bar": False,
        }
        self.steps = self.transfers = 0
        self.fail_at, self.fails = fail_at, fails
        self.said: list[tuple[str, str]] = []  # (mode, text) of message boxes
        self.status: list[Any] = []
        self.ready = True

    @property
    def calls(self) -> int:
        return self.steps + self.transfers

    def step(self) -> None:
        self.steps += 1
        self._perhaps_fail()

    def transfer(self) -> None:
        self.transfers += 1
        self._perhaps_fail()

    def _perhaps_fail(self) -> None:
        if self.fail_at and self.fail_at <= self.calls < self.fail_at + self.fails:
            raise ExcelError(f"call {self.calls} was rejected")

    def book(self) -> xw.Book:
        return xw.Book(impl=Book(self))


class Engine:
    name, type = "fake", "desktop"

    @staticmethod
    def clean_value_data(data: Any, moment: Any, empty: Any, number: Any, err_to_str: bool) -> Any:
        """As xlwings does on Windows."""

        def cleaned(value: Any) -> Any:
            if value in ("", None):
                return empty
            if isinstance(value, datetime):
                return moment(
                    year=value.year, month=value.month, day=value.day, hour=value.hour,
                    minute=value.minute, second=value.second, microsecond=value.microsecond, tzinfo=None,
                )  # fmt: skip
            if type(value) is int and value in _ERRORS:
                return _ERRORS[value] if err_to_str else None
            return number(value) if number and isinstance(value, float) else value

        return [[cleaned(value) for value in row] for row in data]


def _setting(name: str) -> property:
    def get(self: App) -> Any:
        self.excel.transfer()
        return self.excel.settings[name]

    def put(self: App, value: Any) -> None:
        self.excel.transfer()
        self.excel.settings[name] = value
        if name == "status_bar":
            self.excel.status.append(value)

    return property(get, put)


class App(base.App):
    screen_updating = _setting("screen_updating")
    enable_events = _setting("enable_events")
    calculation = _setting("calculation")
    status_bar = _setting("status_bar")
    engine = Engine()

    def __init__(self, excel: FakeExcel) -> None:
        self.excel = excel

    @property
    def pid(self) -> int:
        self.excel.step()
        return 1

    def alert(self, prompt: str, title: str, buttons: str, mode: str, callback: Any) -> str:
        self.excel.transfer()
        self.excel.said.append((mode, prompt))
        return "ok"


class Book(base.Book):
    def __init__(self, excel: FakeExcel) -> None:
        self.excel = excel

    @property
    def api(self) -> Any:
        self.excel.step()
        workbook = self.excel.workbook
        application = SimpleNamespace(Ready=self.excel.ready)
        return SimpleNamespace(
            ReadOnly=workbook.read_only, Date1904=workbook.date1904, Application=application
        )

    @property
    def name(self) -> str:
        self.excel.step()
        return self.excel.workbook.name

    @property
    def app(self) -> App:
        self.excel.step()
        return App(self.excel)

    @property
    def sheets(self) -> Sheets:
        self.excel.step()
        return Sheets(self)

    @property
    def names(self) -> Names:
        self.excel.step()
        return Names(self)


class Sheets(base.Sheets):
    def __init__(self, book: Book) -> None:
        self.book = book

    def __call__(self, key: Any) -> Sheet:
        self.book.excel.step()
        sheets = self.book.excel.workbook.sheets
        return Sheet(
            self.book, sheets[key - 1] if isinstance(key, int) else self.book.excel.workbook.sheet(key)
        )

    def __len__(self) -> int:
        self.book.excel.step()
        return len(self.book.excel.workbook.sheets)

    def __iter__(self) -> Iterator[Sheet]:
        for sheet in self.book.excel.workbook.sheets:
            self.book.excel.step()
            yield Sheet(self.book, sheet)


class Sheet(base.Sheet):
    def __init__(self, book: Book, sheet: FakeSheet) -> None:
        self._book = book
        self.sheet = sheet
        self.excel = book.excel

    @property
    def api(self) -> Any:
        self.excel.step()
        return SimpleNamespace(ProtectContents=self.sheet.protected, ProtectionMode=False)

    @property
    def name(self) -> str:
        self.excel.step()
        return self.sheet.name

    @property
    def book(self) -> Book:
        self.excel.step()
        return self._book

    @property
    def tables(self) -> Tables:
        self.excel.step()
        return Tables(self)

    def range(self, arg1: Any, arg2: Any = None) -> Range:
        self.excel.step()
        left, top, right, bottom = range_boundaries(arg1)
        return Range(self, (top, left, bottom, right))

    def activate(self) -> None:
        self.excel.transfer()
        self.excel.workbook.active_sheet = self.sheet.name


class Range(base.Range):
    def __init__(self, sheet: Sheet, box: Box) -> None:
        self._sheet = sheet
        self.box = box
        self.excel = sheet.excel

    @property
    def sheet(self) -> Sheet:
        self.excel.step()
        return self._sheet

    @property
    def address(self) -> str:
        self.excel.step()
        return address(self.box)

    @property
    def api(self) -> Any:
        self.excel.step()
        return NativeRange(self)

    @property
    def raw_value(self) -> Any:
        self.excel.transfer()
        return as_handed_over(self._sheet.sheet.get(self.box))

    @raw_value.setter
    def raw_value(self, data: Any) -> None:
        self.excel.transfer()
        self._sheet.sheet.put(self.box, data)

    @property
    def number_format(self) -> str | None:
        self.excel.transfer()
        formats = self._sheet.sheet.formats
        found = {formats.get(place, "General") for place in places(self.box)}
        return found.pop() if len(found) == 1 else None

    @number_format.setter
    def number_format(self, code: str) -> None:
        self.excel.transfer()
        self._sheet.sheet.set_format(self.box, code)

    def clear(self) -> None:
        self.excel.transfer()
        self._sheet.sheet.clear(self.box, formats=True)

    def clear_contents(self) -> None:
        self.excel.transfer()
        self._sheet.sheet.clear(self.box, formats=False)

    def autofill(self, destination: xw.Range, type_: str) -> None:
        self.excel.transfer()
        if type_ != "fill_formats":
            raise ExcelError(f"this fake fills formats only, not {type_}")
        self._sheet.sheet.fill_formats(self.box, destination.impl.box)


class NativeRange:
    """What is asked of Excel's own object."""

    def __init__(self, cells: Range) -> None:
        self._cells = cells
        self._sheet = cells._sheet.sheet

    def __getattr__(self, name: str) -> Any:
        cells, sheet = self._cells, self._sheet
        if name == "HasFormula":
            return sheet.has_formula(cells.box)
        if name == "ClearHyperlinks":
            return self._clear_links
        if name == "Value2":
            cells.excel.transfer()
            return as_handed_over(sheet.get(cells.box, stored=True))
        raise AttributeError(name)

    def _clear_links(self) -> None:
        self._cells.excel.transfer()
        self._sheet.clear_links(self._cells.box)


def as_handed_over(rows: list[list[Any]]) -> Any:
    """A block as tuples, one cell as itself."""
    return rows[0][0] if len(rows) == len(rows[0]) == 1 else tuple(map(tuple, rows))


class Tables(base.Tables):
    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet

    def __iter__(self) -> Iterator[Table]:
        for table in self.sheet.sheet.tables:
            self.sheet.excel.step()
            yield Table(self.sheet, table)


class Table(base.Table):
    def __init__(self, sheet: Sheet, table: FakeTable) -> None:
        self.sheet = sheet
        self.table = table
        self.excel = sheet.excel

    @property
    def api(self) -> Any:
        self.excel.step()
        return SimpleNamespace(AutoFilter=SimpleNamespace(FilterMode=self.table.filtered))

    @property
    def name(self) -> str:
        self.excel.step()
        return self.table.name

    @property
    def range(self) -> Range:
        self.excel.step()
        return Range(self.sheet, self.table.box)

    @property
    def show_totals(self) -> bool:
        self.excel.step()
        return self.table.totals

    @show_totals.setter
    def show_totals(self, shown: bool) -> None:
        self.excel.transfer()
        self.sheet.sheet.show_totals(self.table, shown)

    @property
    def autofilter(self) -> AutoFilter:
        self.excel.step()
        return AutoFilter(self)

    def resize(self, target: xw.Range) -> None:
        self.excel.transfer()
        self.sheet.sheet.resize(self.table, target.impl.box)


class AutoFilter(base.AutoFilter):
    def __init__(self, table: Table) -> None:
        self.table = table

    def clear(self, field: int | None) -> None:
        self.table.excel.transfer()
        self.table.table.filtered = False


class Names(base.Names):
    def __init__(self, book: Book) -> None:
        self.book = book

    def __call__(self, key: Any) -> Name:
        self.book.excel.step()
        return Name(self.book, list(self.book.excel.workbook.names)[key - 1])

    def __len__(self) -> int:
        self.book.excel.step()
        return len(self.book.excel.workbook.names)


class Name(base.Name):
    def __init__(self, book: Book, name: str) -> None:
        self.book = book
        self._name = name

    @property
    def name(self) -> str:
        self.book.excel.step()
        return self._name

    @property
    def refers_to(self) -> str:
        self.book.excel.step()
        return self.book.excel.workbook.names[self._name]

    @refers_to.setter
    def refers_to(self, text: str) -> None:
        self.book.excel.transfer()
        if self._name not in self.book.excel.workbook.names:
            raise ExcelError(f"no name {self._name}")
        self.book.excel.workbook.names[self._name] = text
