"""An xlwings engine over UNO: what is written for xlwings runs on the documents of a LibreOffice.

    engine = add_engine(context)          # in LibreOffice, or connected to one
    book = xw.Book("客户.xlsx")            # or engine.apps.active.books.active

It offers books, sheets, cells, formulas, number formats, tables, names and the status bar; the rest refuses in a
sentence. See engine_base.py.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import xlwings as xw
from xlwings import base_classes as base

from crm_xl.libreoffice.engine_base import Native, fills, struct
from crm_xl.libreoffice.engine_books import Book, Books
from crm_xl.libreoffice.engine_dialogs import files_chosen, message
from crm_xl.libreoffice.engine_document import clean_rows
from crm_xl.libreoffice.engine_range import Range
from crm_xl.soffice import check_version

NAME = "libreoffice"
_FULL = 100


@fills(base.App)
class App:
    """A running LibreOffice.

    Args:
        engine: of which it is part.
        context: its component context, as UNO gives it.
    """

    enable_events = True  # calls from here set off no event handlers
    display_alerts = True
    interactive = True

    desktop: Any
    pid: int
    visible: bool
    engine: LibreOfficeEngine

    def __init__(self, engine: LibreOfficeEngine, context: Any) -> None:
        self.engine = engine
        self.context = context
        self.desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        self.visible = not _is_headless(context)
        self._screen_updating = True
        self._indicator: Any = None
        self._status: Any = False
        # A bridge does not tell the process at its other end; xlwings needs one number for one application.
        self.pid = os.getpid()

    @property
    def api(self) -> Native:
        """UNO's desktop, and Excel's way to choose files; a person at a cell is no hindrance here."""
        return Native(
            self.desktop, Ready=lambda: True, GetOpenFilename=lambda: partial(files_chosen, self.context)
        )

    @property
    def version(self) -> str:
        """Of LibreOffice: "7.4.7.2"."""
        return office_version(self.context)

    @property
    def books(self) -> Books:
        """The spreadsheet documents that are open."""
        return Books(self)

    @property
    def selection(self) -> Range | None:
        """The cells marked in the document in front; None where something else is."""
        book = self.books.active
        marked = book.controller.getSelection()
        return book.sheets.active.cells_under(marked) if hasattr(marked, "RangeAddress") else None

    def activate(self, steal_focus: bool = False) -> None:
        """Nothing: documents are brought forward one by one."""

    @property
    def screen_updating(self) -> bool:
        """Whether documents are drawn as they change."""
        return self._screen_updating

    @screen_updating.setter
    def screen_updating(self, value: bool) -> None:
        if value == self._screen_updating:
            return
        for book in self.books:
            if value:
                book.document.model.unlockControllers()
            else:
                book.document.model.lockControllers()
        self._screen_updating = value

    @property
    def calculation(self) -> str:
        """Whether formulas compute by themselves: "automatic" or "manual"."""
        return (
            "automatic"
            if all(b.document.model.isAutomaticCalculationEnabled() for b in self.books)
            else "manual"
        )

    @calculation.setter
    def calculation(self, value: str) -> None:
        for book in self.books:
            book.document.model.enableAutomaticCalculation(value != "manual")

    def calculate(self) -> None:
        """Compute every formula anew."""
        for book in self.books:
            book.document.model.calculateAll()

    @property
    def status_bar(self) -> str | bool:
        """What it says; False where it is LibreOffice's own."""
        said: str | bool = self._status
        return said

    @status_bar.setter
    def status_bar(self, value: str | bool) -> None:
        if self._indicator is None and value is not False:
            frame = self.desktop.getCurrentFrame() or self.books.active.controller.Frame
            self._indicator = frame.createStatusIndicator()
            self._indicator.start(str(value), _FULL)
        elif value is False and self._indicator is not None:
            self._indicator.end()
            self._indicator = None
        elif self._indicator is not None:
            self._indicator.setText(str(value))
        self._status = value

    def alert(self, prompt: str, title: str | None, buttons: str, mode: str | None, callback: Any) -> str:
        """Which button the person pressed; at once "cancel" where LibreOffice runs without a screen."""
        if not self.visible:
            return "cancel"
        frame = self.desktop.getCurrentFrame()
        window = frame.getContainerWindow() if frame is not None else None
        return message(self.context, window, prompt, title, buttons, mode)

    def quit(self) -> None:
        """End LibreOffice."""
        self.desktop.terminate()


@fills(base.Apps)
class Apps:
    """The one LibreOffice the engine is connected to.

    Args:
        app: that one.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    def keys(self) -> list[int]:
        """The number that stands for it."""
        return [self._app.pid]

    def __iter__(self) -> Iterator[App]:
        yield self._app

    def __len__(self) -> int:
        return 1

    def __getitem__(self, pid: int) -> App:
        if pid != self._app.pid:
            raise KeyError(pid)
        return self._app

    def add(self, **_: Any) -> Any:
        """The one that runs: another is not started from here."""
        return xw.App(impl=self._app)


class LibreOfficeEngine:
    """What xlwings asks an engine for.

    Args:
        context: the component context of a running LibreOffice, as UNO gives it.
    """

    name, type = NAME, "desktop"

    def __init__(self, context: Any) -> None:
        self.apps = Apps(App(self, context))

    @staticmethod
    def prepare_xl_data_element(value: Any, _options: Any) -> Any:
        """A value on its way into a cell: what NumPy and pandas have for it as Python has it."""
        # Nothing but NaN and NaT differs from itself.
        if value is None or value != value:
            return ""
        if hasattr(value, "to_pydatetime"):
            return value.to_pydatetime()
        return value.item() if hasattr(value, "item") and getattr(value, "ndim", None) == 0 else value

    @staticmethod
    def clean_value_data(
        data: Sequence[Sequence[Any]],
        moment: Callable[..., Any],
        empty: Any,
        number: Callable[[float], Any] | None,
        err_to_str: bool,
    ) -> list[list[Any]]:
        """Values on their way out of cells, as the options of the read ask for them."""
        return clean_rows(data, moment, empty, number, errors_as_text=err_to_str)


def add_engine(context: Any) -> Any:
    """The engine for a running LibreOffice, as xlwings has it: added to its engines and active.

    Args:
        context: its component context, as UNO gives it.

    Raises:
        CrmError: LibreOffice is too old.
    """
    major, minor = map(int, office_version(context).split(".")[:2])
    check_version((major, minor))
    engine = xw.Engine(impl=LibreOfficeEngine(context))
    if engine.name in xw.engines.engines_by_name:
        xw.engines.engines[:] = [each for each in xw.engines.engines if each.name != engine.name]
    xw.engines.add(engine)
    engine.activate()
    return engine


def open_book(context: Any, model: Any) -> Any:
    """A document of a running LibreOffice as xlwings has it."""
    engine = add_engine(context)
    return xw.Book(impl=Book(engine.impl.apps[os.getpid()], model))


def office_version(context: Any) -> str:
    """Of a running LibreOffice: "7.4.7.2"."""
    return str(_setting(context, "/org.openoffice.Setup/Product", "ooSetupVersionAboutBox"))


def _setting(context: Any, node: str, name: str) -> Any:
    provider = context.ServiceManager.createInstanceWithContext(
        "com.sun.star.configuration.ConfigurationProvider", context
    )
    path = struct("beans.NamedValue", Name="nodepath", Value=node)
    access = provider.createInstanceWithArguments("com.sun.star.configuration.ConfigurationAccess", (path,))
    return getattr(access, name)


def _is_headless(context: Any) -> bool:
    """Whether it runs without a screen, where a message box would wait for nobody."""
    toolkit = context.ServiceManager.createInstanceWithContext("com.sun.star.awt.Toolkit", context)
    return toolkit.getTopWindowCount() == 0 and not _has_frames(context)


def _has_frames(context: Any) -> bool:
    desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    return any(
        frame.getContainerWindow().isVisible() for frame in desktop.getFrames() if frame.getContainerWindow()
    )
