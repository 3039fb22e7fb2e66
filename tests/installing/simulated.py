"""A Windows computer of one user, in a folder: its registry, its folders, and what pip would do there."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from crm_xl.installing.machine import Done

VERSION, XLWINGS = "0.1.0", "0.37.8"
_SHELL = r"Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders"
WORKBOOK, TEMPLATE, PAGE = b"the workbook", b"a template", b"a page of the manual"


def wheel(folder: Path, version: str = VERSION, workbook: bytes = WORKBOOK) -> Path:
    """Our own wheel, as far as installing looks into it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"crm_xl-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("crm_xl/shipped/workbook/CRM_Analysis.xlsm", workbook)
        archive.writestr("crm_xl/shipped/templates/customer_grading.xlsx", TEMPLATE)
        archive.writestr("crm_xl/shipped/manual/index.html", PAGE)
        archive.writestr("crm_xl/shipped/manual/images/home.png", PAGE)
    return path


def wheelhouse(folder: Path, **own: object) -> Path:
    """A folder with our wheel, xlwings' with its DLLs, and the sums of both."""
    wheel(folder, **own)  # type: ignore[arg-type]
    with zipfile.ZipFile(folder / f"xlwings-{XLWINGS}-cp311-cp311-win_amd64.whl", "w") as archive:
        for bits in (32, 64):
            name = f"xlwings{bits}-{XLWINGS}.dll"
            archive.writestr(f"xlwings-{XLWINGS}.data/data/{name}", name.encode())
        archive.writestr("pywin32-312.dist-info/METADATA", "Name: pywin32")
    sums = [
        f"{hashlib.sha256(each.read_bytes()).hexdigest()}  {each.name}"
        for each in sorted(folder.glob("*.whl"))
    ]
    (folder / "SHA256SUMS").write_text("\n".join(sums) + "\n", encoding="ascii")
    return folder


class Simulated:
    """The protocol of `crm_xl.installing.machine.Machine`.

    Args:
        root: a folder that stands for the disk.
        user: the user's name.
        code_page: of this Windows.
        documents: where the documents have been moved to; None: nobody has moved them.
    """

    def __init__(
        self, root: Path, *, user: str = "wang", code_page: str = "cp936", documents: Path | None = None
    ) -> None:
        self.windows = True
        self.bits = 64
        self.root, self.code_page = root, code_page
        self.profile = root / "Users" / user
        self.prefix = self.base_prefix = root / "Program Files" / "Python311"
        self.python = self.base_prefix / "python.exe"
        self.variables = {
            "USERPROFILE": str(self.profile),
            "APPDATA": str(self.profile / "AppData" / "Roaming"),
            "LOCALAPPDATA": str(self.profile / "AppData" / "Local"),
            "PROGRAMDATA": str(root / "ProgramData"),
            "USERNAME": user,
            "COMPUTERNAME": "PC-17",
        }
        self.values: dict[tuple[str, str, str], str | int] = {
            # Only names that exist; %…% as Windows stores them.
            ("HKCU", _SHELL, "Local AppData"): "%USERPROFILE%/AppData/Local",
            ("HKCU", _SHELL, "Programs"): "%APPDATA%/Microsoft/Windows/Start Menu/Programs",
            ("HKCU", _SHELL, "Personal"): str(documents) if documents else "%USERPROFILE%/Documents",
            # The folders of a test are long; that of a user is not.
            ("HKLM", r"SYSTEM\CurrentControlSet\Control\FileSystem", "LongPathsEnabled"): 1,
        }
        self.commands: list[list[str]] = []
        self.later: list[Path] = []
        self.private: list[Path] = []
        self.refuses: Callable[[list[str]], Done | None] = lambda command: None
        for folder in (self.base_prefix, self.profile / "Documents", root / "ProgramData"):
            folder.mkdir(parents=True, exist_ok=True)
        self.python.write_bytes(b"exe")

    @property
    def environment(self) -> Mapping[str, str]:
        return self.variables

    def registry(self, root: str, key: str, name: str = "") -> str | int | None:
        return self.values.get((root, key, name))

    def keys(self, root: str, key: str) -> tuple[str, ...]:
        below = {
            known[len(key) + 1 :].split("\\")[0]
            for where, known, _ in self.values
            if where == root and known.startswith(key + "\\")
        }
        return tuple(sorted(below))

    def run(self, command: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> Done:
        words = [str(word) for word in command]
        self.commands.append(words)
        if (refusal := self.refuses(words)) is not None:
            return refusal
        if words[1:3] == ["-m", "venv"]:
            scripts = Path(words[3]) / "Scripts"
            scripts.mkdir(parents=True)
            (scripts / "python.exe").write_bytes(b"exe")
            (Path(words[3]) / "pyvenv.cfg").write_text(f"home = {self.base_prefix}\nversion = 3.11.7\n")
        elif words[1:3] == ["-m", "pip"]:
            self._install(Path(words[0]).parent.parent, words)
        elif words[1] == "-c" and "metadata" in words[2]:
            return Done(code=0, output=f"{VERSION} {XLWINGS}\n")
        return Done(code=0, output="")

    def _install(self, environment: Path, words: list[str]) -> None:
        own = Path(words[-1].partition("file://")[2])
        wheels = [own]
        if "--find-links" in words:
            wheels += Path(words[words.index("--find-links") + 1]).glob("xlwings-*.whl")
        packages = environment / "Lib" / "site-packages"
        for each in wheels:
            with zipfile.ZipFile(each) as archive:
                for name in archive.namelist():
                    _, data, rest = name.partition(".data/data/")
                    target = environment / rest if data else packages / name
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(archive.read(name))
        (environment / "Scripts" / "crm-xl.exe").write_bytes(b"exe")

    def shortcut(self, link: Path, target: str, arguments: str, icon: str, *, python: Path) -> None:
        if not python.exists():
            raise OSError("no pywin32")
        link.write_text(f"{target}|{arguments}", encoding="utf-8")

    def only_mine(self, folder: Path) -> None:
        self.private.append(folder)

    def remove_later(self, folder: Path) -> None:
        self.later.append(folder)

    def disk(self) -> dict[str, bytes | None]:
        """Every file with its content and every folder (None), for comparing before and after."""
        return {
            str(path.relative_to(self.root)): path.read_bytes() if path.is_file() else None
            for path in self.root.rglob("*")
        }
