"""What the output tables held before a refresh, kept on disk: the Python that wrote them may be gone when it is wanted.

The files hold business data: only this user may read them, and old ones are removed.
"""

from __future__ import annotations

import json
import os
import re
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from crm_xl.books.live_values import ErrorText
from crm_xl.books.protocol import Block, Cell
from crm_xl.errors import CrmError

MOST_KEPT = 10
KEPT_FOR_DAYS = 7
_VERSION = 1
_DAY = 24 * 3600
_MARK = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """The whole former content of tables by name, and of single cells by defined name."""

    tables: Mapping[str, Block]
    cells: Mapping[str, Cell]


def save(snapshot: Snapshot) -> str:
    """The mark under which the snapshot was put on disk; the oldest ones there are removed.

    Raises:
        CrmError: the disk does not take it.
    """
    mark = uuid.uuid4().hex
    content = {
        "version": _VERSION,
        "tables": {
            name: {
                "headings": block.headings,
                "rows": [_marked(row) for row in block.rows],
                "linked": block.linked,
            }
            for name, block in snapshot.tables.items()
        },
        "cells": dict(zip(snapshot.cells, _marked(list(snapshot.cells.values())), strict=True)),
    }
    try:
        folder = _folder()
        path = _path(folder, mark)
        # Created with its permissions: there is no moment in which others could open it.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with open(descriptor, "w", encoding="utf-8") as file:
                # In one piece: only that is done by compiled code.
                file.write(json.dumps(content, ensure_ascii=False, default=_encoded))
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise CrmError(
            "无法保存撤销用的副本，没有写入任何结果。",
            where=str(user_cache_path("crm_xl", appauthor=False)),
            hint="请检查磁盘空间与该文件夹的写入权限后再刷新。",
        ) from error
    _prune(folder)
    return mark


def load(mark: str) -> Snapshot | None:
    """The snapshot under that mark; None where it is not on this computer (any more)."""
    if not _MARK.fullmatch(mark):
        return None
    try:
        text = _path(_folder(), mark).read_text(encoding="utf-8")
        content = json.loads(text, object_hook=_decoded)
    except (OSError, ValueError):
        return None
    if content.get("version") != _VERSION:
        return None
    return Snapshot(
        tables={
            name: Block(headings=tuple(block["headings"]), rows=block["rows"], linked=block.get("linked"))
            for name, block in content["tables"].items()
        },
        cells=content["cells"],
    )


def discard(mark: str) -> None:
    """Remove a snapshot that nothing needs any more."""
    _path(_folder(), mark).unlink(missing_ok=True)


def _folder() -> Path:
    folder = user_cache_path("crm_xl", appauthor=False) / "undo"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder


def _path(folder: Path, mark: str) -> Path:
    return folder / f"{mark}.json"


def _prune(folder: Path) -> None:
    ages = []
    for path in folder.glob("*.json"):
        try:
            ages.append((path.stat().st_mtime, path))
        except OSError:
            continue  # another Excel removed it meanwhile
    ages.sort(key=lambda pair: pair[0], reverse=True)
    oldest = time.time() - KEPT_FOR_DAYS * _DAY
    for index, (modified, path) in enumerate(ages):
        if index >= MOST_KEPT or modified < oldest:
            path.unlink(missing_ok=True)


def _marked(cells: Sequence[Cell]) -> Sequence[Cell]:
    """Cells with the errors among them told apart from texts, which JSON would write alike."""
    if ErrorText not in map(type, cells):
        return cells
    return [{"error": str(cell)} if type(cell) is ErrorText else cell for cell in cells]


def _encoded(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"moment": value.replace(tzinfo=None).isoformat()}
    if isinstance(value, date):
        return {"moment": datetime(value.year, value.month, value.day).isoformat()}
    raise ValueError(f"a cell does not hold {type(value).__name__}")


def _decoded(found: dict[str, Any]) -> Any:
    if set(found) == {"error"}:
        return ErrorText(found["error"])
    if set(found) == {"moment"}:
        return datetime.fromisoformat(found["moment"])
    return found
