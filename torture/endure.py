"""Every reader on damaged and hostile files: a sentence or right work, in bounded time and memory, nothing elsewhere."""

from __future__ import annotations

import random
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from crm_xl.analysis.progress import quiet
from crm_xl.books.file import FileBook
from crm_xl.importing import plan_import
from crm_xl.masking import mask_copy
from crm_xl.refreshing import check, refresh
from crm_xl.report import write_report
from crm_xl.sources import Rules, read_files
from crm_xl.tables.inputs import ORDERS
from tests.support.xlsb import write_xlsb
from torture.child import End, run, surroundings
from torture.damage import Damaged, cut, flipped, rewritten
from torture.deeds import DATE, customers_book
from torture.survive import Figures

MOST_SECONDS = 30
MOST_MEMORY = 1 << 30
_ORDER_LINES = [
    ["订单编号", "客户编号", "订单日期", "消费金额", "毛利"],
    *([f"S{n}", f"C{n % 6}", datetime(2026, 1 + n % 6, 3), 100.5 + n, 10] for n in range(40)),
]


def originals(folder: Path, *, with_libreoffice: bool = True) -> dict[str, bytes]:
    """The sound files that damage is done to, by ending; those that this machine can make."""
    workbook = customers_book(folder / "a.xlsx")
    refresh(workbook, analysis_date=DATE)
    lines = "\n".join(",".join(f"{cell:%Y-%m-%d}" if isinstance(cell, datetime) else str(cell) for cell in row)
                      for row in _ORDER_LINES)  # fmt: skip
    found = {".xlsx": workbook.read_bytes(), ".csv": lines.encode("utf-8-sig")}
    binary = folder / "a.xlsb"
    write_xlsb(binary, {ORDERS.sheet: _ORDER_LINES})
    found[".xlsb"] = binary.read_bytes()
    return found | (_through_libreoffice(folder, lines) if with_libreoffice else {})


def _through_libreoffice(folder: Path, lines: str) -> dict[str, bytes]:
    """The formats that only a spreadsheet program writes."""
    import subprocess

    from crm_xl.soffice import clean_environment, soffice

    program = soffice()
    if program is None:
        return {}
    source = folder / "orders.csv"
    source.write_text(lines, encoding="utf-8")
    found = {}
    for ending in ("xls", "ods"):
        profile = (folder / "profile").as_uri()
        for _ in range(2):  # a fresh profile may make the program end once
            subprocess.run(
                [str(program), f"-env:UserInstallation={profile}", "--headless", "--norestore", "--convert-to",
                 ending, "--outdir", str(folder), str(source)],
                env=clean_environment(), capture_output=True, timeout=180, check=False,
            )  # fmt: skip
            if (folder / f"orders.{ending}").exists():
                found[f".{ending}"] = (folder / f"orders.{ending}").read_bytes()
                break
    return found


def random_damage(files: dict[str, bytes], each: int, chance: random.Random) -> Iterator[Damaged]:
    """So many damaged variants of every file by every kind of damage."""
    for suffix, content in files.items():
        kinds: list[tuple[str, Callable[[bytes, random.Random], bytes]]] = [
            ("flipped", flipped),
            ("cut", cut),
        ]
        if content.startswith(b"PK"):
            kinds.append(("rewritten", rewritten))
        for kind, damage in kinds:
            for number in range(each * (3 if kind == "rewritten" else 1)):
                made = damage(content, chance)
                yield Damaged(name=f"{suffix} {kind} {number}", suffix=suffix, make=lambda made=made: made)


def _refresh(path: Path) -> None:
    refresh(path, analysis_date=DATE)


def _check(path: Path) -> None:
    check(path)


def _mask(path: Path) -> None:
    mask_copy(path, path.with_name(f"m{path.suffix}"))


def _report(path: Path) -> None:
    write_report(path, path.with_suffix(".docx"))


def _import(path: Path) -> None:
    workbook = FileBook(customers_book(path.with_name("into.xlsx")))
    incoming = read_files([path], Rules(remembered=False), quiet, (0.0, 0.5))
    plan_import(workbook, incoming, progress=quiet).carry_out(workbook)


BOOK_READERS: dict[str, Callable[[Path], None]] = {
    "check": _check, "refresh": _refresh, "mask": _mask, "import": _import,
}  # fmt: skip
_MADE = {"a.xlsx", "m.xlsx", "a.docx", "into.xlsx", "备份"}


def endure(damaged: Iterable[Damaged], figures: Figures, *, report: bool = False) -> None:
    """Every reader that takes such a file, on each of them.

    Args:
        damaged: the files.
        figures: take what was found.
        report: whether a Word report is asked for too, which takes seconds where a file is sound after all.
    """
    for each in damaged:
        readers = dict(BOOK_READERS) if each.suffix == ".xlsx" else {"import": _import}
        if report and each.suffix == ".xlsx":
            readers["report"] = _report
        figures.counts["files damaged"] += 1
        with tempfile.TemporaryDirectory() as name:
            _endured(each, readers, Path(name), figures)


def _endured(each: Damaged, readers: dict[str, Callable[[Path], None]], home: Path, figures: Figures) -> None:
    content = each.make()
    for what, reader in readers.items():
        folder = home / what
        (folder / "books").mkdir(parents=True)
        path = folder / "books" / f"a{each.suffix}"
        path.write_bytes(content)

        def act(folder: Path = folder, path: Path = path, reader: Any = reader) -> None:
            surroundings(folder)
            reader(path)

        ended = run(act, most_work=MOST_SECONDS, more_memory=MOST_MEMORY)
        figures.counts[f"readers: {ended.end.value}"] += 1
        place = f"{what} of {each.name}"
        figures.slowest = max(figures.slowest, (ended.work, place))
        figures.largest = max(figures.largest, (ended.gigabytes, place))
        if ended.end not in (End.DONE, End.REFUSED):
            figures.wrong.append(f"{place}: {ended.end.value} after {ended.work:.1f} s of work: {ended.text}")
        strays = [entry.name for entry in home.iterdir() if entry.name not in readers]
        strays += [entry.name for entry in folder.iterdir() if entry.name not in ("books", "tmp", "home")]
        strays += [entry.name for entry in (folder / "tmp").iterdir()] if (folder / "tmp").exists() else []
        strays += [entry.name for entry in (folder / "books").iterdir()
                   if entry.name not in _MADE and entry != path and not entry.name.startswith(".~crm_xl")]  # fmt: skip
        if ended.end in (End.DONE, End.REFUSED):
            strays += [entry.name for entry in (folder / "books").glob(".~crm_xl*")]
        figures.wrong += [f"{place}: {stray} was written" for stray in strays]
        if ended.end is End.DONE:
            figures.wrong += [
                f"{place}: {file} is no package" for file in _unsound(folder / "books", path, what)
            ]
        elif what != "import" and path.read_bytes() != content:
            figures.wrong.append(f"{place}: the file was changed")
        shutil.rmtree(folder)


def _unsound(folder: Path, path: Path, what: str) -> list[str]:
    """The workbooks made that are no packages."""
    made = {"refresh": [path], "mask": [folder / "m.xlsx"], "import": [folder / "into.xlsx"]}.get(what, [])
    return [file.name for file in made if file.suffix == ".xlsx" and not zipfile.is_zipfile(file)]
