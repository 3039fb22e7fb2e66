"""LibreOffice documents and their sheets as xlwings asks for them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlwings import base_classes as base

from crm_xl.errors import CrmError
from crm_xl.libreoffice.engine_base import Native, fills, not_offered, options, uno
from crm_xl.libreoffice.engine_document import Document
from crm_xl.libreoffice.engine_names import Names
from crm_xl.libreoffice.engine_range import Range
from crm_xl.libreoffice.engine_tables import Tables
from crm_xl.package.areas import LAST_COLUMN, LAST_ROW, Area

if TYPE_CHECKING:
    from crm_xl.libreoffice.engine import App

_SPREADSHEET = "com.sun.star.sheet.SpreadsheetDocument"
_FILTERS = {
    ".xlsx": "Calc MS Excel 2007 XML",
    ".xlsm": "Calc MS Excel 2007 VBA XML",
    ".xls": "MS Excel 97",
    ".ods": "calc8",
}


@fills(base.Sheet)
class Sheet:
    """One sheet.

    Args:
        book: where it is.
        native: UNO's object.
    """

    book: Book

    def __init__(self, book: Book, native: Any) -> None:
        self.book, self.native = book, native

    @property
    def api(self) -> Native:
        """UNO's object, and whether it is protected."""
        return Native(self.native, ProtectContents=self.native.isProtected, ProtectionMode=lambda: False)

    @property
    def name(self) -> str:
        """On its tab."""
        text: str = self.native.getName()
        return text

    @name.setter
    def name(self, value: str) -> None:
        self.native.setName(value)

    @property
    def index(self) -> int:
        """Its place among the sheets, from 1."""
        number: int = self.native.RangeAddress.Sheet
        return number + 1

    @property
    def tables(self) -> Tables:
        """Its tables."""
        return Tables(self)

    @property
    def names(self) -> Names:
        """The names that it alone knows."""
        return Names(self.book, self)

    @property
    def visible(self) -> bool:
        """Whether its tab is shown."""
        return bool(self.native.IsVisible)

    @visible.setter
    def visible(self, value: bool) -> None:
        self.native.IsVisible = value

    def cells_at(self, area: Area) -> Range:
        """A rectangle of its cells."""
        return Range(self, area)

    def cells_under(self, native: Any) -> Range:
        """The cells of an object of UNO's."""
        where = native.RangeAddress
        return Range(
            self, Area(where.StartRow + 1, where.StartColumn + 1, where.EndRow + 1, where.EndColumn + 1)
        )

    @property
    def cells(self) -> Range:
        """All cells."""
        return Range(self, Area(1, 1, LAST_ROW, LAST_COLUMN))

    @property
    def used_range(self) -> Range:
        """The cells up to the last that is not blank."""
        cursor = self.native.createCursor()
        cursor.gotoStartOfUsedArea(False)
        cursor.gotoEndOfUsedArea(True)
        return self.cells_under(cursor)

    def range(self, arg1: Any, arg2: Any = None) -> Range:
        """Cells by address ("A1:B2"), by name, by (row, column), or from one range to another.

        Raises:
            CrmError: the sheet knows no such cells.
        """
        first = self._area(arg1)
        if arg2 is None:
            return Range(self, first)
        second = self._area(arg2)
        return Range(
            self,
            Area(
                min(first.top, second.top), min(first.left, second.left),
                max(first.bottom, second.bottom), max(first.right, second.right),
            ),
        )  # fmt: skip

    def _area(self, given: Any) -> Area:
        if isinstance(given, tuple):
            row, column, height, width = (*given, 1, 1)[:4]
            return Area(row, column, row + height - 1, column + width - 1)
        if not isinstance(given, str):
            area: Area = given.area
            return area
        found = Area.parse(given)
        if found is not None:
            return found
        try:
            return self.cells_under(self.native.getCellRangeByName(given)).area
        except Exception as error:
            raise CrmError(
                f"工作表没有区域“{given}”。", where=self.name, hint="请核对地址或名称。"
            ) from error

    def activate(self) -> None:
        """Bring it to the front."""
        self.book.controller.setActiveSheet(self.native)

    select = activate

    def clear_contents(self) -> None:
        """Empty all cells; formats stay."""
        self.used_range.clear_contents()

    def clear_formats(self) -> None:
        """Take all formats off."""
        self.cells.clear_formats()

    def clear(self) -> None:
        """Empty all cells and take formats off."""
        self.cells.clear()

    def autofit(self, axis: str | None = None) -> None:
        """Make columns, rows or both as large as what they hold."""
        self.used_range.autofit(axis)

    def delete(self) -> None:
        """Remove it from the document."""
        self.book.document.model.Sheets.removeByName(self.name)


@fills(base.Sheets)
class Sheets:
    """The sheets of a book.

    Args:
        book: the book.
    """

    api: Any

    def __init__(self, book: Book) -> None:
        self._book = book
        self.api = book.document.model.Sheets

    def __call__(self, key: str | int) -> Sheet:
        """The sheet of that name or number, from 1."""
        if isinstance(key, int):
            return Sheet(self._book, self.api.getByIndex(key - 1))
        for name in self.api.ElementNames:
            if name.casefold() == key.casefold():
                return Sheet(self._book, self.api.getByName(name))
        raise KeyError(key)

    def __len__(self) -> int:
        number: int = self.api.Count
        return number

    def __iter__(self) -> Iterator[Sheet]:
        for index in range(len(self)):
            yield Sheet(self._book, self.api.getByIndex(index))

    def __contains__(self, key: str | int) -> bool:
        if isinstance(key, int):
            return 1 <= key <= len(self)
        return any(name.casefold() == key.casefold() for name in self.api.ElementNames)

    @property
    def active(self) -> Sheet:
        """The one in front."""
        return Sheet(self._book, self._book.controller.getActiveSheet())

    def add(self, before: Sheet | None = None, after: Sheet | None = None, name: str | None = None) -> Sheet:
        """A new sheet, in front of the active one where no place is said."""
        place = (before or self.active).index - 1 if after is None else after.index
        taken = set(self.api.ElementNames)
        number = len(taken) + 1
        while name is None or (name in taken and name == f"Sheet{number}"):
            name = f"Sheet{number}"
            number += 1
        self.api.insertNewByName(name, place)
        made = Sheet(self._book, self.api.getByName(name))
        made.activate()
        return made


@fills(base.Book)
class Book:
    """One document.

    Args:
        app: where it is open.
        model: UNO's object.
    """

    app: App

    def __init__(self, app: App, model: Any) -> None:
        self.app = app
        self.document = Document(model)
        self._ranges: tuple[Any, dict[int, list[Any]]] = ((), {})

    @property
    def api(self) -> Native:
        """UNO's object, whether it can be saved, and from which day it counts."""
        return Native(
            self.document.model,
            ReadOnly=self.document.model.isReadonly,
            Date1904=lambda: self.document.first_day.year == 1904,
            Application=lambda: self.app.api,
        )

    @property
    def controller(self) -> Any:
        """What shows it; a document loaded without a window has one too."""
        return self.document.model.CurrentController

    @property
    def fullname(self) -> str:
        """Its file; its title where it was never saved."""
        url = self.document.model.getURL()
        if not url:
            title: str = self.document.model.Title
            return title
        path: str = uno().fileUrlToSystemPath(url) if url.startswith("file:") else url
        return path

    @property
    def name(self) -> str:
        """Its file without the folder."""
        return Path(self.fullname).name

    @property
    def sheets(self) -> Sheets:
        """Its sheets."""
        return Sheets(self)

    @property
    def names(self) -> Names:
        """Its defined names, with those of its sheets."""
        return Names(self)

    def activate(self) -> None:
        """Bring it to the front."""
        frame = self.controller.Frame
        if frame is not None:
            frame.activate()

    def close(self) -> None:
        """Close it without saving."""
        self.document.model.close(True)

    def save(self, path: str | None = None, password: str | None = None) -> None:
        """Save it, under another name where one is given; the kind of file follows its ending.

        Raises:
            CrmError: the file cannot be written, is read-only or of a kind that is not known.
        """
        model = self.document.model
        target = Path(path or self.fullname).resolve()
        kind = _FILTERS.get(target.suffix.lower())
        if kind is None:
            raise CrmError(
                f"不能保存为“{target.suffix}”文件。",
                where=str(target),
                hint=f"请改用扩展名 {'、'.join(_FILTERS)}。",
            )
        extra = {} if password is None else {"Password": password}
        try:
            if path is None and model.hasLocation():
                model.store()
            else:
                model.storeAsURL(target.as_uri(), options(FilterName=kind, **extra))
        except Exception as error:
            raise CrmError(
                "文件无法保存。", where=str(target), hint="请检查文件是否只读或已在别处打开，再保存一次。"
            ) from error

    def to_pdf(self, path: str, quality: Any = None) -> None:
        """Print it into a PDF file."""
        self.document.model.storeToURL(Path(path).resolve().as_uri(), options(FilterName="calc_pdf_Export"))

    def database_ranges(self, sheet_index: int) -> list[Any]:
        """UNO's database ranges on a sheet; which sheet each lies on is asked once."""
        model = self.document.model
        key = (model.DatabaseRanges.ElementNames, model.Sheets.ElementNames)
        if self._ranges[0] != key:
            by_sheet: dict[int, list[Any]] = {}
            for native in model.DatabaseRanges:
                by_sheet.setdefault(native.DataArea.Sheet + 1, []).append(native)
            self._ranges = (key, by_sheet)
        return self._ranges[1].get(sheet_index, [])


@fills(base.Books)
class Books:
    """The spreadsheet documents that are open.

    Args:
        app: where.
    """

    api: Any
    app: App

    def __init__(self, app: App) -> None:
        self.app = app
        self.api = app.desktop

    def _all(self) -> list[Book]:
        components = self.api.getComponents()
        return [
            Book(self.app, each)
            for each in components or ()
            if hasattr(each, "supportsService") and each.supportsService(_SPREADSHEET)
        ]

    def __iter__(self) -> Iterator[Book]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __call__(self, key: str | int) -> Book:
        """The open document of that file name or number, from 1."""
        books = self._all()
        if isinstance(key, int):
            return books[key - 1]
        for book in books:
            if book.name.casefold() == key.casefold():
                return book
        raise KeyError(key)

    @property
    def active(self) -> Book:
        """The document in front.

        Raises:
            CrmError: none is open, or something else is in front.
        """
        model = self.api.getCurrentComponent()
        if model is None or not model.supportsService(_SPREADSHEET):
            raise CrmError("没有打开的表格文件。", hint="请先用 LibreOffice Calc 打开工作簿。")
        return Book(self.app, model)

    def add(self) -> Book:
        """A new document."""
        return Book(self.app, self._load("private:factory/scalc"))

    def open(self, fullname: str, *others: Any, **further: Any) -> Book:
        """A file, opened; read-only where asked for. Other options of Excel's are not offered.

        Raises:
            CrmError: there is no such file, it is open elsewhere, or is no spreadsheet.
        """
        given = dict(zip(("update_links", "read_only", "format", "password"), others, strict=False)) | further
        for name, value in [*given.items(), *((f"#{n}", each) for n, each in enumerate(others[4:], start=5))]:
            if value and name not in ("read_only", "password", "update_links"):
                raise not_offered(f"Books.open 的 {name}")
        path = Path(fullname).resolve()
        if not path.is_file():
            raise CrmError("文件不存在。", where=str(path), hint="请核对文件名和文件夹。")
        read_only = bool(given.get("read_only"))
        lock = path.with_name(f".~lock.{path.name}#")
        if lock.exists() and not read_only:
            raise CrmError(
                "文件已在别处用 LibreOffice 打开，或上次没有正常关闭。",
                where=str(path),
                hint=f"请先在那里保存并关闭；确认没有人打开后，删除同一文件夹里的 {lock.name} 再试。",
            )
        if not read_only and not os.access(path, os.W_OK):
            read_only = True
        extra = {"Password": given["password"]} if given.get("password") else {}
        model = self._load(path.as_uri(), ReadOnly=read_only, **extra)
        if model is None or not model.supportsService(_SPREADSHEET):
            if model is not None:
                model.close(True)
            raise CrmError(
                "LibreOffice 打不开这个文件。",
                where=str(path),
                hint="请确认它是 .xlsx、.xlsm 或 .ods 工作簿，没有损坏或加密。",
            )
        return Book(self.app, model)

    def _load(self, url: str, **settings: Any) -> Any:
        hidden = options(Hidden=not self.app.visible, **settings)
        return self.api.loadComponentFromURL(url, "_blank", 0, hidden)
