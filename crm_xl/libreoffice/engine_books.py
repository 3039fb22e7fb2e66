"""LibreOffice documents as xlwings asks for them."""

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
from crm_xl.libreoffice.engine_sheets import Sheets

if TYPE_CHECKING:
    from crm_xl.libreoffice.engine import App

_SPREADSHEET = "com.sun.star.sheet.SpreadsheetDocument"
_FILTERS = {
    ".xlsx": "Calc MS Excel 2007 XML",
    ".xlsm": "Calc MS Excel 2007 VBA XML",
    ".xls": "MS Excel 97",
    ".ods": "calc8",
}


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
        ranges = self.document.database_ranges
        key = (ranges.ElementNames, self.document.sheets.ElementNames)
        if self._ranges[0] != key:
            by_sheet: dict[int, list[Any]] = {}
            for native in map(ranges.getByName, key[0]):
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
