"""What is installed: written last of all, read by the next installation, the diagnosis and by removing."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

from crm_xl.installing.layout import Layout


@dataclass(kw_only=True)
class Record:
    """What is installed, in words that JSON has.

    Attributes:
        version: of crm_xl.
        environment: its folder.
        books: the folder of the workbooks.
        files: path -> digest of workbook and templates as we put them there.
        links: shortcuts.
        config: the xlwings.conf that holds our line.
        config_made: whether we made that file.
        previous: the interpreter it named before.
    """

    version: str
    environment: str
    books: str
    files: dict[str, str] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)
    config: str = ""
    config_made: bool = False
    previous: str | None = None

    @property
    def content(self) -> bytes:
        """The record as its file holds it."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1).encode()


def read_record(layout: Layout) -> Record | None:
    """What the last whole installation left; None without one, also where it is damaged."""
    try:
        return Record(**json.loads(layout.record.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
