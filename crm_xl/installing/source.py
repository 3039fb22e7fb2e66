"""Where the packages come from: our own always from a file, others from an index or a folder that is checked first."""

from __future__ import annotations

import hashlib
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from crm_xl.errors import CrmError
from crm_xl.extras import BUTTONS

EXTRAS = ",".join(BUTTONS)
SUMS = "SHA256SUMS"
_OWN = re.compile(r"crm_xl-(\d+\.\d+\.\d+)-py3-none-any\.whl")
_BUILT_FOR = re.compile(r"-cp3(\d+)-cp3\d+-win_amd64\.whl")
_REMEDY = "请重新取得完整的离线安装包。"


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where packages come from.

    Attributes:
        wheel: our own. Never from an index: whoever took our name there would be let in.
        wheelhouse: a folder with wheels of everything, used without a network; None: from an index.
        version: of crm_xl.
    """

    wheel: Path
    wheelhouse: Path | None
    version: str

    @property
    def arguments(self) -> list[str]:
        """What pip is told to install, and from where."""
        offline = ["--no-index", "--find-links", str(self.wheelhouse)] if self.wheelhouse else []
        return [*offline, f"crm-xl[{EXTRAS}] @ {self.wheel.resolve().as_uri()}"]


def source_of(wheel: Path | None = None, wheelhouse: Path | None = None) -> Source:
    """The source that a command names.

    Args:
        wheel: of crm_xl.
        wheelhouse: a folder with the wheels of everything; crm_xl's own stands in it unless `wheel` names it.

    Raises:
        CrmError: a file is missing, was changed on its way, or was built for another Python.
    """
    if wheelhouse is not None:
        check_sums(wheelhouse)
        _check_python(wheelhouse, sys.version_info[1])
        if wheel is None:
            found = [each for each in sorted(wheelhouse.glob("crm_xl-*.whl")) if _OWN.fullmatch(each.name)]
            if not found:
                raise CrmError("离线安装包里没有 crm_xl 本身。", where=str(wheelhouse), hint=_REMEDY)
            wheel = found[-1]
    if wheel is None:
        raise CrmError(
            "请指定从哪里安装。",
            hint="用 --wheelhouse 指定发行包里的 wheelhouse 文件夹，或双击发行包里的 install.cmd。",
        )
    named = _OWN.fullmatch(wheel.name)
    if named is None or not wheel.is_file():
        raise CrmError(
            "这不是 crm_xl 的安装文件。", where=str(wheel), hint="文件名形如 crm_xl-0.1.0-py3-none-any.whl。"
        )
    return Source(wheel=wheel, wheelhouse=wheelhouse, version=named[1])


def check_sums(folder: Path) -> None:
    """Nothing; every file that the list of sums names is there as it was packed.

    Raises:
        CrmError: there is no list, a file is missing, or was changed.
    """
    try:
        lines = (folder / SUMS).read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        raise CrmError(f"离线安装包里没有可读的校验文件 {SUMS}。", where=str(folder), hint=_REMEDY) from None
    for line in lines:
        wanted, _, name = line.partition("  ")
        path = folder / name
        if not path.is_file():
            raise CrmError(f"离线安装包缺少 {name}。", where=str(folder), hint=_REMEDY)
        if hashlib.sha256(path.read_bytes()).hexdigest() != wanted:
            raise CrmError(
                f"离线安装包里的 {name} 与校验值不符，可能损坏或被改动。", where=str(folder), hint=_REMEDY
            )


def _check_python(folder: Path, minor: int) -> None:
    built = {int(found[1]) for each in folder.glob("*.whl") if (found := _BUILT_FOR.search(each.name))}
    if built and minor not in built:
        raise CrmError(
            f"这个离线安装包用于 Python {'、'.join(f'3.{each}' for each in sorted(built))}，现在是 3.{minor}。",
            where=str(folder),
            hint="请安装相符的 64 位 Python，或取得相符的离线安装包。",
        )
