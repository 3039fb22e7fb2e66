"""The mappings a person has confirmed, kept for the next export of the same shape.

A source is known by its set of headings, not by its name: next month's file is called otherwise, and a column
moved to another place is the same column.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from platformdirs import user_config_path

from crm_xl.errors import CrmError
from crm_xl.tables.headings import heading_key


def mapping_folder() -> Path:
    """The folder the mappings are kept in; perhaps not there yet."""
    return user_config_path("crm_xl", appauthor=False) / "mappings"


def remembered_file(headings: Iterable[str]) -> Path:
    """Where the mapping for that set of headings stands, if there is one."""
    keys = sorted({key for heading in headings if (key := heading_key(heading))})
    return mapping_folder() / f"{hashlib.sha256(chr(10).join(keys).encode()).hexdigest()[:24]}.toml"


def remember(headings: Iterable[str], toml: str) -> Path:
    """The file the mapping was written to, in place of an earlier one for the same headings.

    Raises:
        CrmError: the folder cannot be written.
    """
    path = remembered_file(headings)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        unfinished.write_text(toml, encoding="utf-8")
        unfinished.replace(path)
    except OSError as error:
        raise CrmError(
            f"对照表没能记住（{error.strerror}）。",
            where=str(path.parent),
            hint="请检查文件夹的权限或磁盘空间。",
        ) from None
    return path
