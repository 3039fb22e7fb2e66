"""A copy of a workbook that may leave the house: no phone, identity number, e-mail or person's name in full."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from crm_xl.books.atomic import replace_file
from crm_xl.books.file import FileBook
from crm_xl.books.version import refuse_newer
from crm_xl.errors import CrmError
from crm_xl.masking.known import cell_mask, known_values, plain_columns, secret_columns
from crm_xl.masking.package import Changes, redact_package
from crm_xl.masking.redactor import Redactor
from crm_xl.masking.sheetcells import SecretColumn, SheetRules
from crm_xl.package.archive import Archive, check_well_formed
from crm_xl.package.areas import Area
from crm_xl.package.parts import Parts
from crm_xl.raw import RawTable

Progress = Callable[[str, float], None]

SUFFIX = "_脱敏"


@dataclass(frozen=True, kw_only=True)
class MaskedCopy:
    """What was made: the file, and how many parts were left out because nobody can look into them."""

    path: Path
    removed: int

    @property
    def message(self) -> str:
        """The closing message."""
        removed = (
            f"；移除了 {self.removed} 个无法检查的部件（图片、嵌入对象、打印机设置等）"
            if self.removed
            else ""
        )
        return f"完成：脱敏副本已保存为 {self.path.name}{removed}。"


def mask_copy(
    path: str | Path, out: str | Path | None = None, *, progress: Progress = lambda _what, _share: None
) -> MaskedCopy:
    """A masked copy of a workbook; the workbook itself stays as it is.

    Masked are the secret columns of declared tables, and anywhere in the package phones, identity numbers, bank
    cards and e-mail addresses by their form, and the names of contacts and of personal customers that the tables
    hold. Formulas that would bring any of it back become values; pictures and embedded objects are left out.

    Args:
        path: an .xlsx or .xlsm file.
        out: the file to make; beside the workbook under its name with _脱敏 by default.
        progress: told what is being done and the share done.

    Raises:
        CrmError: the target exists or has another ending; the workbook cannot be read, is newer than the program,
            holds a data model, or calls a sheet, table or name by what must be masked. No file is made then.
    """
    source = Path(path)
    target = source.with_name(f"{source.stem}{SUFFIX}{source.suffix}") if out is None else Path(out)
    check_new(target, source)
    progress("读取工作簿", 0.0)
    book = FileBook(source, read_only=True)
    refuse_newer(book)  # it may hold secrets in columns that only a newer program knows
    places = book.tables()
    named = [name for name, place in places.items() if secret_columns(name, place.headings)]
    tables = book.read(named)
    redactor = Redactor(known_values(tables))
    progress("遮盖个人信息", 0.3)
    with Archive(source) as archive:
        parts = Parts(archive)
        redaction = redact_package(archive, parts, redactor, _rules(parts, tables))
        progress("写出副本", 0.8)
        write_new(target, archive, redaction.changes)
    progress("完成", 1.0)
    removed = sum(not part.casefold().endswith("calcchain.xml") for part in redaction.unreadable)
    return MaskedCopy(path=target, removed=removed)


def check_new(target: Path, source: Path) -> None:
    """Nothing; raises when a copy cannot be made under that name.

    Raises:
        CrmError: it exists already, or has another ending than the workbook.
    """
    if target.exists():
        raise CrmError(
            "文件已存在，没有覆盖。", where=target.name, hint="请用 --out 指定别的文件名，或先移走该文件。"
        )
    if target.suffix.lower() != source.suffix.lower():
        raise CrmError(
            "副本的扩展名要与原文件相同。", where=target.name, hint=f"请把扩展名写成 {source.suffix}。"
        )


def write_new(target: Path, archive: Archive, changes: Changes) -> None:
    """The changed package as a new file, which is there whole or not at all.

    Raises:
        CrmError: it cannot be written there.
    """

    def check(written: Path) -> None:
        with Archive(written) as copy:
            for part in copy.parts():
                content = copy.read(part)
                if part in changes and part.casefold().endswith((".xml", ".rels")):
                    check_well_formed(content, part)
            _ = Parts(copy).tables

    def write(file: BinaryIO) -> None:
        archive.copy(file, changes, comments=False)

    replace_file(target, write, check)


def _rules(parts: Parts, tables: dict[str, RawTable]) -> dict[str, SheetRules]:
    secrets: dict[str, list[SecretColumn]] = {}
    figures: dict[str, list[Area]] = {}
    for name, table in parts.tables.items():
        body, sheet = table.body, table.sheet.name
        if name in tables:
            for at, column in secret_columns(name, tables[name].headings).items():
                area = Area(body.top, body.left + at, body.bottom, body.left + at)
                secrets.setdefault(sheet, []).append(
                    SecretColumn(body=area, mask=cell_mask(tables[name], at, column))
                )
        for at in plain_columns(name, table.headings):
            figures.setdefault(sheet, []).append(Area(body.top, body.left + at, body.bottom, body.left + at))
    names = {*secrets, *figures}
    return {name: SheetRules(secrets=secrets.get(name, ()), figures=figures.get(name, ())) for name in names}
