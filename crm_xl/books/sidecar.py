"""Tables too long for their sheet: cut there, and written whole to a CSV file beside the workbook.

A spreadsheet that opens a CSV file takes a text that begins with = + - or @ for a formula; such texts get an
apostrophe. Source: OWASP, CSV Injection.
"""

from __future__ import annotations

import contextlib
import csv
import io
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

from crm_xl.books.atomic import drafted
from crm_xl.books.protocol import Block, Book, Cell
from crm_xl.books.unbroken import unbroken
from crm_xl.package.areas import LAST_ROW
from crm_xl.tables import TABLES

_UNSEEN = ("Cc", "Cf")  # control and format signs
_DANGEROUS = tuple("=+-@\t\r\n＝＋－＠")


@dataclass(frozen=True, kw_only=True)
class Sidecar:
    """A table that goes to a file of its own, whole."""

    path: Path
    block: Block


def write_fitting(book: Book, blocks: Mapping[str, Block], cells: Mapping[str, Cell]) -> tuple[Path, ...]:
    """The CSV files that were written beside the book for the tables too long for it, after writing the book.

    Args:
        book: takes the blocks, each as far as its sheet or its declared maximum lets it.
        blocks: by table name.
        cells: by defined name.

    Raises:
        CrmError: the book or a CSV file cannot be written; the book is as it was before.
    """
    fitting, sidecars = fitted(book, blocks)
    with contextlib.ExitStack() as stack:
        # All of them finished before the book is written, so that no book names a file that cannot be made.
        drafts = [stack.enter_context(drafted(each.path, _writer(each.block))) for each in sidecars]
        with unbroken() if drafts else contextlib.nullcontext():
            book.write(fitting, cells)
            for draft in drafts:
                # What only this program makes, and makes anew every time, needs no backup.
                draft.put_in_place(kept=0)
    return tuple(sidecar.path for sidecar in sidecars)


def fitted(book: Book, blocks: Mapping[str, Block]) -> tuple[dict[str, Block], list[Sidecar]]:
    """The blocks as the book can hold them, and the files that hold the whole of those that were cut.

    A cut block says so in its last row.
    """
    places = book.tables()
    fitting, sidecars = dict(blocks), []
    for name, block in blocks.items():
        if name not in places:
            continue
        room = LAST_ROW - places[name].row
        most = min(room, TABLES[name].most_rows or room) if name in TABLES else room
        if len(block.rows) <= most:
            continue
        file = book.file
        kept, left = block.rows[: most - 1], len(block.rows) - most + 1
        sentence = f"另有 {left:,} 行没有列出"
        if file is not None:
            path = file.with_name(f"{file.stem}_{TABLES[name].title if name in TABLES else name}.csv")
            sidecars.append(Sidecar(path=path, block=block))
            sentence += f"；全部 {len(block.rows):,} 行见同一文件夹的“{path.name}”"
        last = (sentence, *[None] * (len(block.headings) - 1))
        fitting[name] = replace(block, rows=[*kept, last])
    return fitting, sidecars


def write_csv(path: Path, block: Block) -> None:
    """Write a table to a CSV file, whole or not at all; an earlier one of that name is kept as a backup.

    Raises:
        CrmError: the file cannot be written.
    """
    with drafted(path, _writer(block)) as draft:
        draft.put_in_place()


def safe_text(cell: Cell) -> Cell:
    r"""The cell as a CSV file may hold it: no text that a spreadsheet would take for a formula.

    >>> safe_text("=1+1"), safe_text(" ＝1"), safe_text("\ufeff=1"), safe_text("a=1"), safe_text(-5)
    ("'=1+1", "' ＝1", "'\ufeff=1", 'a=1', -5)
    """
    if isinstance(cell, str):
        # Some spreadsheets drop first what shows nothing: white space, a mark of byte order, signs of no width.
        return f"'{cell}" if cell.startswith(_DANGEROUS) or _seen(cell).startswith(_DANGEROUS) else cell
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, date) else cell


def _seen(text: str) -> str:
    """The text from its first sign on that anybody sees."""
    for place, sign in enumerate(text):
        if not sign.isspace() and unicodedata.category(sign) not in _UNSEEN:
            return text[place:]
    return ""


def _writer(block: Block) -> Callable[[BinaryIO], None]:
    def write(file: BinaryIO) -> None:
        # The mark at the beginning tells Excel that the text is UTF-8.
        target = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
        writer = csv.writer(target)
        writer.writerow(map(safe_text, block.headings))
        writer.writerows(map(safe_text, row) for row in block.rows)
        target.detach()

    return write
