"""The selfcheck: every function, every button and every table of an open workbook, looked at one by one.

It runs in any application that xlwings reaches, on a copy that is thrown away. What it says of the workbook names
places and counts, never the content of a cell.
"""

from __future__ import annotations

import math
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import pandas as pd
import xlwings as xw

from crm_xl.books.file import FileBook
from crm_xl.books.live import LiveBook
from crm_xl.commands import COMMANDS
from crm_xl.errors import CrmError
from crm_xl.excel import ribbon
from crm_xl.functions import FUNCTIONS, Function
from crm_xl.raw import RawTable, column_letters
from crm_xl.refreshing import refresh
from crm_xl.tables import TABLES
from crm_xl.tables.workshop import DRAFT

Tell = Callable[[str, float], None]

EXAMPLES_SHEET = "函数示例"
_FORMULA, _CALL = "公式", re.compile(r"=([A-Z][A-Z0-9_]*)\((.*)\)")
_REFRESH, _WHAT_IF, _IMPORT = "refresh", "whatif", "import"
_IMPORTED = "客户编号,客户名称\nSELFCHECK-1,自检客户\n"
_CLOSE = 1e-9
_MOST_PLACES = 3


class Part(StrEnum):
    """What is looked at, by its heading in the report."""

    FUNCTION = "函数"
    BUTTON = "按钮"
    TABLE = "表"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One function, button or table, and whether it is right.

    Attributes:
        part: what it is.
        name: how the program calls it.
        title: how the person calls it.
        wrong: what is wrong and where, without content of cells; empty where all is right.
        seconds: how long it took.
    """

    part: Part
    name: str
    title: str
    wrong: str = ""
    seconds: float = 0.0


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
    functions = list(_functions(book))
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
                part=Part.BUTTON, name=command.id, title=command.label, wrong=wrong, seconds=_since(started)
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


# --- Functions ------------------------------------------------------------------------------------------


def _functions(book: xw.Book) -> Iterator[Finding]:
    shown = _shown_examples(book)
    scratch = book.sheets.add(after=book.sheets[len(book.sheets) - 1])
    try:
        for function in FUNCTIONS:
            started = time.perf_counter()
            wrong = _declared(scratch, function) or shown.get(function.name, "")
            yield Finding(
                part=Part.FUNCTION,
                name=function.name,
                title=function.title,
                wrong=wrong,
                seconds=_since(started),
            )
    finally:
        scratch.delete()


def _declared(scratch: xw.Sheet, function: Function) -> str:
    """What is wrong with the answer to the function's declared example; empty where it is right."""
    expected = _rows(function.example.result)
    cells = scratch.range((1, 1), (len(expected), len(expected[0])))
    try:
        if len(expected) == len(expected[0]) == 1:
            cells.formula = function.formula
        else:
            cells.formula_array = function.formula
        got = cells.options(ndim=2, err_to_str=True).value
    finally:
        cells.clear()
    place = _first_difference(got, expected)
    if place is None:
        return ""
    row, column = place
    return f"{function.formula} 应得 {_shown(expected[row][column])}，得到 {_shown(got[row][column])}"


def _shown_examples(book: xw.Book) -> dict[str, str]:
    """What is wrong with the formulas of the example sheet, by function."""
    if EXAMPLES_SHEET not in [sheet.name for sheet in book.sheets]:
        return {}
    sheet = book.sheets[EXAMPLES_SHEET]
    rows = sheet.used_range.options(ndim=2, err_to_str=True).value
    known = {function.name: function for function in FUNCTIONS if function.compute}
    found = {}
    for number, row in enumerate(rows, start=1):
        call = _CALL.fullmatch(row[1]) if row[0] == _FORMULA and isinstance(row[1], str) else None
        if call is None or call[1] not in known or '"' in call[2]:
            continue  # a text in a formula is there to show an error
        arguments = [_argument(book, sheet, text) for text in call[2].split(",")]
        expected = _rows(known[call[1]].call(*arguments))
        got = [cells[1 : 1 + len(expected[0])] for cells in rows[number : number + len(expected)]]
        place = _first_difference(got, expected)
        if place is not None:
            cell = f"{column_letters(place[1] + 2)}{number + 1 + place[0]}"
            found[call[1]] = f"“{EXAMPLES_SHEET}”!{cell} 的结果与公式不符"
    return found


def _argument(book: xw.Book, sheet: xw.Sheet, text: str) -> Any:
    cells = (
        sheet.range(text)
        if re.fullmatch(r"[A-Z]+[0-9]+(:[A-Z]+[0-9]+)?", text)
        else book.names[text].refers_to_range
    )
    return cells.options(ndim=2, err_to_str=True).value


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
        yield Finding(part=Part.TABLE, name=name, title=table.title, wrong=wrong, seconds=_since(started))


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
        if not _same(one, other)
    ]
    if not places:
        return ""
    return f"{got.sheet}!{'、'.join(places[:_MOST_PLACES])} 等 {len(places)} 格与文件刷新的不同"


# --- Values ---------------------------------------------------------------------------------------------


def _rows(answer: Any) -> list[list[Any]]:
    return answer if isinstance(answer, list) else [[answer]]


def _first_difference(
    got: Sequence[Sequence[Any]], expected: Sequence[Sequence[Any]]
) -> tuple[int, int] | None:
    for row, cells in enumerate(expected):
        for column, cell in enumerate(cells):
            if row >= len(got) or column >= len(got[row]) or not _same(got[row][column], cell):
                return row, column
    return None


def _same(one: Any, other: Any) -> bool:
    """Whether two cells hold the same: numbers to nine digits, moments to the second, blank as empty text."""
    one, other = _plain(one), _plain(other)
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=_CLOSE, abs_tol=_CLOSE)
    if isinstance(one, datetime) and isinstance(other, datetime):
        return abs((one - other).total_seconds()) < 1
    return bool(one == other)


def _plain(value: Any) -> Any:
    if value is None or value == "" or value is pd.NaT or value != value:
        return ""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    # A cell tells a truth from a one only where it is formatted so.
    return float(value) if isinstance(value, bool | int | float) else value


def _shown(value: Any) -> str:
    return "空白" if value in (None, "") else f"{value}"


def _without_data(message: str, book: xw.Book) -> str:
    """A message without what it quotes of the workbook, but for sheets and words of ours, and without folders."""
    ours = {sheet.name for sheet in book.sheets} | {each.label for each in COMMANDS}
    ours |= {word for table in TABLES.values() for word in (table.title, *table.titles)}
    text = re.sub(r"“([^”]*)”", lambda quoted: quoted[0] if quoted[1] in ours else "“…”", message)
    return re.sub(r"(?:[A-Za-z]:)?[/\\](?:[^/\\\n，。：；]+[/\\])+", "…/", text).replace("\n", " ")


def _since(started: float) -> float:
    return time.perf_counter() - started
