"""Workbook, templates and manual on the user's shelf: put there, renewed while untouched, never written over once used."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from crm_xl.installing.layout import MANUAL, TEMPLATES, WORKBOOK, Layout
from crm_xl.installing.steps import Undo, write_file


@dataclass(frozen=True, kw_only=True)
class Shelved:
    """What lies where now.

    Attributes:
        ours: path -> digest of every file as we put it there.
        kept: files of ours that the user has worked in; they were left as they are.
        beside: the new workbooks put beside those.
    """

    ours: Mapping[str, str]
    kept: tuple[Path, ...]
    beside: tuple[Path, ...]


def digest(content: bytes) -> str:
    """What a file's content is known by."""
    return hashlib.sha256(content).hexdigest()


def untouched(path: Path, known: Mapping[str, str]) -> bool:
    """Whether a file is as one of our installations put it there."""
    return path.is_file() and known.get(str(path)) == digest(path.read_bytes())


def shipped_files(environment: Path) -> dict[str, Path]:
    """Name on the shelf -> file in the environment's package."""
    shipped = environment / "Lib" / "site-packages" / "crm_xl" / "shipped"
    files = {WORKBOOK: shipped / "workbook" / WORKBOOK}
    files |= {f"{TEMPLATES}/{path.name}": path for path in sorted((shipped / "templates").glob("*.xlsx"))}
    pages = shipped / "manual"
    files |= {
        f"{MANUAL}/{path.relative_to(pages).as_posix()}": path
        for path in sorted(pages.rglob("*"))
        if path.is_file()
    }
    return files


def put(
    layout: Layout, environment: Path, version: str, known: Mapping[str, str], undos: list[Undo]
) -> Shelved:
    """Put every shipped file on the shelf.

    A file that is as we left it is renewed. One that is not holds the user's work: it stays, and the new one goes
    beside it under a name with the version, once.

    Args:
        layout: where the shelf is.
        environment: that holds the package.
        version: of crm_xl.
        known: path -> digest, from the installations before.
        undos: gets what takes every change back.

    Raises:
        OSError: a file cannot be written.
    """
    ours: dict[str, str] = {}
    kept, beside = [], []
    for name, source in shipped_files(environment).items():
        content = source.read_bytes()
        target = layout.books / name
        if (
            target.exists()
            and not untouched(target, known)
            and digest(target.read_bytes()) != digest(content)
        ):
            kept.append(target)
            if str(target) in known:
                ours[str(target)] = known[str(target)]
            if known.get(str(target)) == digest(content):
                continue  # the same release again: nothing newer to offer
            target = target.with_name(f"{target.stem} {version}{target.suffix}")
            if target.exists():
                if untouched(target, known):
                    ours[str(target)] = known[str(target)]
                continue
            beside.append(target)
        if not target.exists() or digest(target.read_bytes()) != digest(content):
            write_file(target, content, undos)
        ours[str(target)] = digest(content)
    return Shelved(ours=ours, kept=tuple(kept), beside=tuple(beside))
