"""The selfcheck: every function, every button and every table of an open workbook, looked at one by one.

It runs in any application that xlwings reaches, on a copy that is thrown away. What it says of the workbook names
places and counts, never the content of a cell.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import xlwings as xw

from crm_xl.books.file import FileBook
from crm_xl.books.live import LiveBook
from crm_xl.commands import COMMANDS
from crm_xl.errors import CrmError
from crm_xl.excel import ribbon
from crm_xl.excel.selfcheck_finding import Finding, Part, same, since
from crm_xl.excel.selfcheck_functions import check_functions
from crm_xl.raw import RawTable, column_letters
from crm_xl.refreshing import refresh
from crm_xl.tables import TABLES
from crm_xl.tables.workshop import DRAFT

Tell = Callable[[str, float], None]

_REFRESH, _WHAT_IF, _IMPORT = "refresh", "whatif", "import"
_IMPORTED = "客户编号,客户名称\nSELFCHECK-1,自检客户\n"
_MOST_PLACES = 3


class _Desk(LiveBook):
    """The workbook with somebody in front of it who chooses one made-up file and says yes to everything."""

    def __init__(self, book: xw.Book, folder: Path) -> None:
        super().__init__(book)
        self._folder = folder

    def choose_files(self) -> list[Path]:
        """One file with a made-up customer."""
        chosen = self._folder / "selfcheck.csv"
        chosen.write_text(_IMPORTED, encoding="utf-8")
        return [chosen]

    def confirm(self, question: str) -> bool:
        """Always."""
        return True


def examine(book: xw.Book, folder: Path, tell: Tell = lambda what, share: None) -> list[Finding]:
    """What was found, in the order functions, buttons, tables.

    Args:
        book: a saved copy of a workbook, open; it is changed.
        folder: for files of its own; the caller removes it.
        tell: told what is being looked at and the share done.
    """
    tell("函数", 0.0)
    functions = list(check_functions(book))
    tell("按钮", 0.3)
    original = folder / f"original{Path(book.fullname).suffix}"
    original.write_bytes(Path(book.fullname).read_bytes())
    buttons: list[Finding] = []
    tables: list[Finding] = []
    # The import changes the inputs, so that no file refresh would compare any more.
    for command in sorted(COMMANDS, key=lambda each: each.id == _IMPORT):
        if command.id == _WHAT_IF:
            _draft_a_figure(book)
        started = time.perf_counter()
        message, mode = ribbon.outcome(command.id, book, _Desk(book, folder))
        wrong = _without_data(message, book) if mode != "info" else ""
        buttons.append(
            Finding(
                part=Part.BUTTON, name=command.id, title=command.label, wrong=wrong, seconds=since(started)
            )
        )
        if command.id == _REFRESH:
            tell("表", 0.6)
            tables = list(_tables(book, original))
            tell("按钮", 0.8)
    tell("完成", 1.0)
    return [*functions, *buttons, *tables]


def _draft_a_figure(book: xw.Book) -> None:
    """Try a figure a little below the one in use, as a person would: without one there is nothing to try out."""
    drafts = LiveBook(book).read([DRAFT.name]).get(DRAFT.name)
    if drafts is None or not len(drafts):
        return
    titles = {column.name: column.title for column in DRAFT}
    current = drafts.columns[drafts.headings.index(titles["current"])][-1]
    if isinstance(current, float | int):
        column = drafts.column + drafts.headings.index(titles["draft"])
        book.sheets[drafts.sheet].range((drafts.row + len(drafts), column)).value = current * 0.99


# --- Excel ----------------------------------------------------------------------------------------------


def examine_in_excel(workbook: Path, tell: Tell = lambda what, share: None) -> tuple[list[Finding], str]:
    """What was found in an Excel of its own, and its version. The workbook stays as it is.

    Args:
        workbook: a file.
        tell: told what is being looked at and the share done.

    Raises:
        CrmError: Excel is missing, or does not open the workbook.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        copy = Path(shutil.copy(workbook, folder))
        try:
            app = xw.App(visible=False, add_book=False)
        except Exception as error:
            raise CrmError(
                "没有找到 Excel，或它没有启动。", hint="请先确认 Excel 能正常打开，再运行一次。"
            ) from error
        try:
            app.display_alerts = False
            book = _opened(app, copy)
            return examine(book, Path(folder), tell), f"Excel {app.version}"
        finally:
            app.kill()


def _opened(app: xw.App, file: Path) -> xw.Book:
    try:
        return app.books.open(str(file))
    except Exception as error:
        raise CrmError(
            "Excel 打不开工作簿。",
            where=file.name,
            hint="请先手动打开一次：若提示宏被禁用，请把文件夹加入受信任位置，或在文件属性中解除锁定。",
        ) from error


# --- Tables ---------------------------------------------------------------------------------------------


def _tables(book: xw.Book, original: Path) -> Iterator[Finding]:
    """Every declared table, as the button has written it and as the file refresh writes it."""
    refresh(original)
    expected = FileBook(original, read_only=True).read(TABLES)
    got = LiveBook(book).read(TABLES)
    for name, table in TABLES.items():
        started = time.perf_counter()
        if name in got and name in expected:
            wrong = _difference(got[name], expected[name])
        else:
            wrong = f"工作簿里没有表 {name}；请从原始工作簿复制回来"
        yield Finding(part=Part.TABLE, name=name, title=table.title, wrong=wrong, seconds=since(started))


def _difference(got: RawTable, expected: RawTable) -> str:
    """Where two tables differ; empty where they do not."""
    if got.headings != expected.headings:
        return f"{got.sheet}：标题行与文件刷新的不同"
    if len(got) != len(expected):
        return f"{got.sheet}：{len(got)} 行，文件刷新得到 {len(expected)} 行"
    places = [
        f"{column_letters(got.column + number)}{got.row + 1 + row}"
        for number, (ours, theirs) in enumerate(zip(got.columns, expected.columns, strict=True))
        for row, (one, other) in enumerate(zip(ours, theirs, strict=True))
        if not same(one, other)
    ]
    if not places:
        return ""
    return f"{got.sheet}!{'、'.join(places[:_MOST_PLACES])} 等 {len(places)} 格与文件刷新的不同"


def _without_data(message: str, book: xw.Book) -> str:
    """A message without what it quotes of the workbook, but for sheets and words of ours, and without folders."""
    ours = {sheet.name for sheet in book.sheets} | {each.label for each in COMMANDS}
    ours |= {word for table in TABLES.values() for word in (table.title, *table.titles)}
    text = re.sub(r"“([^”]*)”", lambda quoted: quoted[0] if quoted[1] in ours else "“…”", message)
    return re.sub(r"(?:[A-Za-z]:)?[/\\](?:[^/\\\n，。：；]+[/\\])+", "…/", text).replace("\n", " ")
