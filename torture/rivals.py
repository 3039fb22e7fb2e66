"""Two who write one workbook, and one who has it open."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from crm_xl.books.atomic import backups
from crm_xl.books.file import FileBook
from crm_xl.books.protocol import Block
from crm_xl.refreshing import refresh
from torture.child import End, Ended, run, surroundings
from torture.deeds import BOOK, DATE, Deed
from torture.survive import Figures, Trial, is_whole


def both_at_once(trial: Trial, figures: Figures, rounds: int) -> None:
    """Two refreshes of one workbook that begin together: one of them writes, or both one after the other."""
    for number in range(rounds):
        with trial.folder() as folder:
            ends = _together(folder, lambda: refresh(folder / "books" / BOOK, analysis_date=DATE))
            figures.counts["pairs of refreshes"] += 1
            figures.counts["pairs of which one was refused"] += ends.count(End.REFUSED.value)
            what = f"two refreshes at once, round {number + 1}"
            if ends.count(End.DONE.value) < 1 or set(ends) - {End.DONE.value, End.REFUSED.value}:
                figures.wrong.append(f"{what}: {ends}")
            workbook = folder / "books" / BOOK
            kept = backups(workbook)
            if len(kept) != ends.count(End.DONE.value) or not all(map(is_whole, [workbook, *kept])):
                figures.wrong.append(f"{what}: {len(kept)} backups of {ends}, or one that cannot be opened")
            strays = [path.name for path in (folder / "books").glob(".~crm_xl*")]
            figures.wrong += [f"{what}: {name} stays behind" for name in strays]


def _together(folder: Path, act: Callable[[], object]) -> list[str]:
    """How two processes ended that do the same at the same moment."""

    def both() -> list[str]:
        surroundings(folder)
        begin = time.monotonic() + 0.05
        reading, writing = os.pipe()
        children = []
        for _ in range(2):
            child = os.fork()
            if child == 0:
                time.sleep(max(0.0, begin - time.monotonic()))
                ended: Ended = run(lambda: _silently(act))
                os.write(writing, f"{ended.end.value}\n".encode())
                os._exit(0)
            children.append(child)
        for child in children:
            os.waitpid(child, 0)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            return pipe.read().split()

    return list(run(both).answer or [])


def _silently(act: Callable[[], object]) -> None:
    act()


def interleaved(trial: Trial, figures: Figures) -> None:
    """A colleague who writes at each operation of ours in turn: neither loses what the other wrote unsaved."""
    for number in range(1, len(trial.steps) + 1):
        with trial.folder() as folder:
            workbook = folder / "books" / BOOK
            theirs: list[bytes] = []

            def step(count: int, operation: str, path: str, number: int = number) -> None:
                if count == number:
                    # As Excel saves: a file beside it, put in its place.
                    other = workbook.with_name("excel-saves.tmp")  # noqa: B023
                    other.write_bytes(trial.before[BOOK] + b"\0theirs")
                    os.replace(other, workbook)  # noqa: B023

            ended = trial.with_step(folder, step)
            theirs.append(trial.before[BOOK] + b"\0theirs")
            figures.counts["writes of a colleague in between"] += 1
            now = workbook.read_bytes()
            kept = [path.read_bytes() for path in backups(workbook)]
            what = f"{trial.deed.name}, a colleague saves at operation {number} ({trial.steps[number - 1]})"
            if theirs[0] != now and theirs[0] not in kept:
                figures.wrong.append(f"{what}: what the colleague saved is lost")
            if ended.end not in (End.DONE, End.REFUSED):
                figures.wrong.append(f"{what}: {ended.end.value} {ended.text}")


def opened_elsewhere(trial: Trial, figures: Figures) -> None:
    """The deed while Excel, WPS or LibreOffice has the workbook open: refused, nothing touched."""
    for owner in (f"~${BOOK}", f".~{BOOK}", f".~lock.{BOOK}#"):
        with trial.folder() as folder:
            (folder / "books" / owner).write_bytes(b"")
            ended = trial.with_step(folder, lambda *_: None)
            figures.counts["open elsewhere"] += 1
            if ended.end is not End.REFUSED or "打开" not in ended.text:
                figures.wrong.append(f"{trial.deed.name} with {owner}: {ended.end.value} {ended.text}")
            if (folder / "books" / BOOK).read_bytes() != trial.before[BOOK]:
                figures.wrong.append(f"{trial.deed.name} with {owner}: the workbook was changed")


def careless(folder: Path) -> None:
    """A writer as it must not be: straight into the file. The harness has to find it out."""
    path = folder / BOOK
    content = FileBook(path, read_only=True).read(["tblA"])["tblA"]
    beside = folder / "neu.xlsx"
    FileBook(path, beside).write({"tblA": Block(headings=content.headings, rows=[("x",)] * 50)}, {})
    data = beside.read_bytes()
    beside.unlink()
    with path.open("wb") as file:
        file.write(data)


def careless_deed(sound: Deed) -> Deed:
    """A deed that writes carelessly, with what a sound one begins with."""
    return Deed(name="careless", prepare=sound.prepare, act=careless)
