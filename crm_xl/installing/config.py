"""xlwings.conf: lines of "KEY","value" that xlwings' VBA reads in the code page of Windows.

Only our own line is ever touched; every other byte of a file stays as it was.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from crm_xl.installing.machine import Machine, encodable, expanded

NAME = "xlwings.conf"
INTERPRETER = "INTERPRETER_WIN"
_LINE = re.compile(r'\s*"([^"]*)"\s*,\s*"([^"]*)"\s*')


@dataclass(frozen=True, kw_only=True)
class Config:
    """A configuration file as text; `text` is None where there is no file."""

    path: Path
    text: str | None
    code_page: str

    @classmethod
    def read(cls, path: Path, code_page: str) -> Config:
        """What the file says; bytes that are no text of the code page survive being written again."""
        try:
            raw = path.read_bytes()
        except FileNotFoundError:
            return cls(path=path, text=None, code_page=code_page)
        return cls(path=path, text=raw.decode(code_page, errors="surrogateescape"), code_page=code_page)

    def get(self, key: str) -> str | None:
        """The first value of a key, as VBA finds it: in capitals or not; None without one."""
        for line in (self.text or "").splitlines():
            found = _LINE.fullmatch(line)
            if found and found[1].lower() == key.lower():
                return found[2]
        return None

    def with_value(self, key: str, value: str | None) -> Config:
        """The same file with the key's value replaced, added at the end, or (None) without the key."""
        lines = (self.text or "").splitlines(keepends=True)
        kept, put = [], False
        for line in lines:
            bare = line.rstrip("\r\n")
            found = _LINE.fullmatch(bare)
            if not found or found[1].lower() != key.lower():
                kept.append(line)
            elif value is not None and not put:
                kept.append(f'"{found[1]}","{value}"' + (line[len(bare) :] or "\r\n"))
                put = True
        if value is not None and not put:
            if kept and not kept[-1].endswith(("\r", "\n")):
                kept[-1] += "\r\n"
            kept.append(f'"{key}","{value}"\r\n')
        return Config(path=self.path, text="".join(kept), code_page=self.code_page)

    @property
    def content(self) -> bytes:
        """What to write."""
        return (self.text or "").encode(self.code_page, errors="surrogateescape")

    @property
    def says_nothing(self) -> bool:
        """Whether no line is left that means anything."""
        return not (self.text or "").strip()


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A value and where it was found."""

    value: str
    where: str


def user_file(machine: Machine) -> Path:
    """The configuration of the user; perhaps not there."""
    return Path(expanded(machine, "%USERPROFILE%")) / ".xlwings" / NAME


def found_setting(
    machine: Machine, key: str, sheet: dict[str, str] | None, folder: Path | None
) -> Setting | None:
    """The value xlwings goes by: of the workbook's own sheet, else the file beside it, else the user's file.

    Args:
        machine: whose.
        key: such as INTERPRETER_WIN.
        sheet: what the sheet xlwings.conf of the workbook says, by key in capitals; None without a workbook.
        folder: where the workbook lies; None where that is not known.
    """
    if sheet is not None and key in sheet:
        return Setting(value=expanded(machine, sheet[key]), where="工作表 xlwings.conf")
    places = [(folder / NAME, "工作簿旁的 xlwings.conf")] if folder is not None else []
    for path, where in (*places, (user_file(machine), "用户文件夹的 xlwings.conf")):
        if not encodable(machine, str(path)):
            continue  # VBA does not find it either
        value = Config.read(path, machine.code_page).get(key)
        if value is not None:
            return Setting(value=expanded(machine, value), where=where)
    return None
