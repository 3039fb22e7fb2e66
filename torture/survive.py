"""Deeds killed, or failed by the system, at each of their file operations and at random moments."""

from __future__ import annotations

import errno
import os
import random
import shutil
import signal
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from torture.child import End, Ended, run, surroundings
from torture.deeds import Deed
from torture.watch import Watch

BACKUPS = "备份"
_OURS = ".~crm_xl"
Files = dict[str, bytes]

# What the system may say at an operation, and to which it says so.
_CHANGES = frozenset(
    "open write half-write fsync rename remove mkdir rmdir truncate chmod chown link".split()
)
FAULTS = {
    "disk full": (errno.ENOSPC, frozenset({"open", "write", "mkdir", "fsync"}), True),
    "locked": (errno.EACCES, frozenset({"open", "rename", "remove"}), False),
    "input/output error": (errno.EIO, _CHANGES | {"read"}, False),
    "read-only disk": (errno.EROFS, _CHANGES, True),
    "share gone": (errno.ESTALE, _CHANGES | {"read"}, True),
}


@dataclass(kw_only=True)
class Figures:
    """What was done, and what went wrong: nothing may."""

    counts: Counter[str] = field(default_factory=Counter)
    operations: dict[str, Counter[str]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")  # seconds of work
    largest: tuple[float, str] = (0.0, "")  # gigabytes


class Trial:
    """A deed with what it finds and what it leaves when nothing happens.

    Args:
        deed: the deed.
        home: a folder for its own.
    """

    def __init__(self, deed: Deed, home: Path) -> None:
        self.deed = deed
        self._home = home
        self._start = home / "start"
        self._start.mkdir(parents=True)
        prepared = run(lambda: self._prepared())
        if prepared.end is not End.DONE:
            raise ValueError(f"{deed.name} cannot be prepared: {prepared.text}")
        self.before = files_of(self._start)
        with self.folder() as folder:
            self.steps = self._undisturbed(folder)
            self.after = files_of(folder)
        with self.folder() as folder:
            ended = run(lambda: self._acted(folder))
            self.seconds = ended.seconds
            again = files_of(folder)
        # A report holds the minute it was written: of such files only that they are whole can be said.
        self.unstable = {name for name in self.after if again.get(name) != self.after[name]}

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """A fresh folder as the deed finds it."""
        with tempfile.TemporaryDirectory(dir=self._home) as name:
            folder = Path(name) / "work"
            shutil.copytree(self._start, folder)
            yield folder

    def with_step(self, folder: Path, step: Callable[[int, str, str], None]) -> Ended:
        """The deed with something that happens before each file operation, which are numbered."""

        def act() -> list[str]:
            surroundings(folder)
            seen: list[str] = []

            def heard(operation: str, path: str) -> None:
                seen.append(operation)
                step(len(seen), operation, path)

            Watch([folder], heard, heard).install()
            self.deed.act(folder / "books")
            return seen

        return run(act)

    def _undisturbed(self, folder: Path) -> list[str]:
        ended = self.with_step(folder, lambda *_: None)
        if ended.end is not End.DONE:
            raise ValueError(f"{self.deed.name} fails undisturbed: {ended.text}")
        return list(ended.answer)

    def _prepared(self) -> None:
        surroundings(self._start)
        (self._start / "books").mkdir()
        self.deed.prepare(self._start / "books")

    def _acted(self, folder: Path) -> None:
        surroundings(folder)
        self.deed.act(folder / "books")

    def wrong(self, folder: Path) -> list[str]:
        """What is not as it should be in a folder in which the deed was cut short."""
        now = files_of(folder)
        faults = []
        for name in {*self.before, *now}:
            if _is_passing(name):
                continue
            if BACKUPS in Path(name).parts and name not in self.before:
                if now[name] not in (*self.before.values(), *self.after.values()):
                    faults.append(f"the backup {name} is not whole")
                continue
            if name not in now:
                if name in self.after:
                    faults.append(f"{name} is lost")
                continue
            if now[name] in (self.before.get(name), self.after.get(name)):
                continue
            if not (name in self.unstable and is_whole(folder / "books" / name)):
                faults.append(f"{name} is neither the old nor the new one")
        faults += [f"{name} was replaced without a backup" for name in self._unsaved(now)]
        return faults

    def _unsaved(self, now: Files) -> Iterator[str]:
        kept = [content for name, content in now.items() if BACKUPS in Path(name).parts]
        for name, content in self.before.items():
            replaced = name in now and now[name] != content and BACKUPS not in Path(name).parts
            if replaced and not name.endswith(self.deed.made_by_program) and content not in kept:
                yield name

    def wrong_after_the_next(self, folder: Path) -> list[str]:
        """What is not as it should be after the deed was done once more."""
        ended = run(lambda: self._acted(folder))
        if ended.end is End.REFUSED and "已" in ended.text:
            # What the killed run had finished stands in the way, as it would for a person, who moves it.
            for name in set(files_of(folder)) - set(self.before):
                if not _is_passing(name) and BACKUPS not in Path(name).parts:
                    (folder / "books" / name).unlink()
            for each in (folder / "books").iterdir():
                if each.is_dir() and not any(each.iterdir()):
                    each.rmdir()
            ended = run(lambda: self._acted(folder))
        faults = []
        if ended.end is not End.DONE:
            faults.append(f"the next run ended {ended.end.value}: {ended.text}")
        strays = [str(path.relative_to(folder)) for path in folder.rglob(f"{_OURS}*")]
        strays += [str(path.relative_to(folder)) for path in (folder / "tmp").iterdir()]
        faults += [f"{name} stays behind" for name in sorted(set(strays))]
        broken = [
            name for name in files_of(folder) if name.endswith((".xlsx", ".docx")) and not is_whole(folder / "books" / name)
            and self.before.get(name) != (folder / "books" / name).read_bytes()
        ]  # fmt: skip
        return faults + [
            f"{name} cannot be opened after the next run" for name in broken if BACKUPS not in name
        ]


def files_of(folder: Path) -> Files:
    """Every file that people see there, by its place."""
    books = folder / "books"
    return {
        path.relative_to(books).as_posix(): path.read_bytes()
        for path in sorted(books.rglob("*"))
        if path.is_file()
    }


def is_whole(path: Path) -> bool:
    """Whether a package opens and each of its parts matches its checksum; other files are taken as they are."""
    if path.suffix not in (".xlsx", ".xlsm", ".docx"):
        return True
    try:
        with zipfile.ZipFile(path) as package:
            return package.testzip() is None
    except (OSError, zipfile.BadZipFile):
        return False


def _is_passing(name: str) -> bool:
    return any(part.startswith(_OURS) for part in Path(name).parts)


def kill_at_every_operation(trial: Trial, figures: Figures) -> None:
    """The deed, killed once before each of its file operations (and amid each write)."""
    for number in range(1, len(trial.steps) + 1):
        with trial.folder() as folder:

            def step(count: int, operation: str, path: str, number: int = number) -> None:
                if count == number:
                    os.kill(os.getpid(), signal.SIGKILL)

            ended = trial.with_step(folder, step)
            what = f"{trial.deed.name} killed at operation {number} ({trial.steps[number - 1]})"
            if ended.end is not End.KILLED:
                figures.wrong.append(f"{what}: it went on, {ended.end.value} {ended.text}")
            figures.counts["operations killed"] += 1
            figures.operations.setdefault(trial.deed.name, Counter())[trial.steps[number - 1]] += 1
            figures.wrong += [f"{what}: {fault}" for fault in trial.wrong(folder)]
            figures.wrong += [f"{what}: {fault}" for fault in trial.wrong_after_the_next(folder)]


def kill_at_moments(trial: Trial, figures: Figures, moments: int, chance: random.Random) -> None:
    """The deed, killed at that many random moments; when it was done before, another moment is tried, an earlier one."""
    longest, killed, tries = trial.seconds, 0, 0
    while killed < moments and tries < 10 * moments:
        tries += 1
        with trial.folder() as folder:
            delay = chance.uniform(0, longest)
            ended = run(lambda folder=folder: trial._acted(folder), kill_after=delay)
            what = f"{trial.deed.name} killed after {delay:.4f} s"
            if ended.end is End.KILLED:
                killed += 1
                figures.counts["moments killed"] += 1
            else:
                longest = min(longest, ended.seconds)
            if ended.end not in (End.KILLED, End.DONE):
                figures.wrong.append(f"{what}: {ended.end.value} {ended.text}")
            figures.wrong += [f"{what}: {fault}" for fault in trial.wrong(folder)]
            figures.wrong += [f"{what}: {fault}" for fault in trial.wrong_after_the_next(folder)]


def fail_at_every_operation(trial: Trial, figures: Figures, fault: str) -> None:
    """The deed, refused by the system at each operation of the kind; some faults then stay."""
    code, kinds, stays = FAULTS[fault]
    for number, operation in enumerate(trial.steps, 1):
        if operation not in kinds:
            continue
        with trial.folder() as folder:

            def step(count: int, operation: str, path: str, number: int = number) -> None:
                if count == number or (stays and count > number and operation in kinds):
                    raise OSError(code, os.strerror(code), path)

            ended = trial.with_step(folder, step)
            what = f"{trial.deed.name}, {fault} at operation {number} ({operation})"
            figures.counts[f"{fault}: operations refused"] += 1
            if ended.end not in (End.DONE, End.REFUSED):
                figures.wrong.append(f"{what}: {ended.end.value} {ended.text}")
            figures.wrong += [f"{what}: {found}" for found in trial.wrong(folder)]


def take_the_folder_away(trial: Trial, figures: Figures) -> None:
    """The deed, whose folder is moved elsewhere before each operation in turn: what is in it stays whole."""
    for number in range(1, len(trial.steps) + 1):
        with trial.folder() as folder:
            away = folder / "away"

            def step(count: int, operation: str, path: str, number: int = number) -> None:
                if count == number:
                    os.rename(folder / "books", away)  # noqa: B023 - called before the folder changes

            ended = trial.with_step(folder, step)
            what = f"{trial.deed.name}, folder gone at operation {number} ({trial.steps[number - 1]})"
            figures.counts["folder gone: operations"] += 1
            if ended.end not in (End.DONE, End.REFUSED):
                figures.wrong.append(f"{what}: {ended.end.value} {ended.text}")
            if (folder / "books").exists():
                shutil.rmtree(folder / "books")
            away.rename(folder / "books")
            figures.wrong += [f"{what}: {found}" for found in trial.wrong(folder)]
