"""The real computer, as far as it can be asked here, and with a stand-in for Python's winreg."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from crm_xl.installing import windows
from crm_xl.installing.machine import Done, Machine, expanded, shell_folder
from crm_xl.installing.windows import Windows


class Registry:
    """Python's winreg over a dictionary: (root, key, view) -> {name: value}."""

    HKEY_CURRENT_USER, HKEY_LOCAL_MACHINE, HKEY_CLASSES_ROOT = "cu", "lm", "cr"
    KEY_READ, KEY_WOW64_64KEY, KEY_WOW64_32KEY = 1, 256, 512

    def __init__(self, content: dict[tuple[str, str, int], dict[str, object]]) -> None:
        self.content = content

    def OpenKey(self, root: str, key: str, _reserved: int, access: int) -> Opened:  # noqa: N802
        view = access & ~self.KEY_READ
        if (root, key, view) not in self.content:
            raise FileNotFoundError(key)
        below = sorted(
            {
                k[len(key) + 1 :]
                for r, k, v in self.content
                if (r, v) == (root, view) and k.startswith(key + "\\")
            }
        )
        return Opened(self.content[root, key, view], below)

    def QueryValueEx(self, opened: Opened, name: str) -> tuple[object, int]:  # noqa: N802
        if name not in opened.values:
            raise FileNotFoundError(name)
        return opened.values[name], 1

    def QueryInfoKey(self, opened: Opened) -> tuple[int, int, int]:  # noqa: N802
        return len(opened.below), len(opened.values), 0

    def EnumKey(self, opened: Opened, index: int) -> str:  # noqa: N802
        return opened.below[index]


class Opened:
    def __init__(self, values: dict[str, object], below: list[str]) -> None:
        self.values, self.below = values, below

    def __enter__(self) -> Opened:
        return self

    def __exit__(self, *_: object) -> None:
        pass


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Registry:
    made = Registry(
        {
            ("lm", "A", 512): {"": "of 32 bits", "Only": "there"},
            ("lm", "A", 256): {"": "of 64 bits", "Number": 4, "Bytes": b"x"},
            ("cu", "B", 256): {},
            ("cu", "B\\One", 256): {},
            ("cu", "B\\Two", 256): {},
        }
    )
    monkeypatch.setattr(windows, "_winreg", lambda: made)
    monkeypatch.setattr(windows, "_views", lambda: (256, 512))
    return made


def test_the_view_of_64_bits_goes_before_the_one_of_32(registry: Registry) -> None:
    machine = Windows()
    assert machine.registry("HKLM", "A") == "of 64 bits"
    assert machine.registry("HKLM", "A", "Only") == "there"
    assert machine.registry("HKLM", "A", "Number") == 4


def test_what_is_not_there_or_is_no_text_or_number_is_nothing(registry: Registry) -> None:
    machine = Windows()
    assert machine.registry("HKLM", "A", "Bytes") is None
    assert machine.registry("HKCU", "Nothing", "X") is None
    assert machine.keys("HKCU", "B") == ("One", "Two")
    assert machine.keys("HKCU", "Nothing") == ()


def test_elsewhere_there_is_no_registry() -> None:
    machine: Machine = Windows()
    assert machine.windows is (sys.platform == "win32")
    assert machine.registry("HKCU", "Software") is None
    assert machine.keys("HKCU", "Software") == ()


def test_a_program_is_run_with_its_output_and_code() -> None:
    machine = Windows()
    said = machine.run(
        [sys.executable, "-c", "import os; print(os.environ['CRM_T'], '汉'); raise SystemExit(3)"],
        {"CRM_T": "字"},
    )
    assert said == Done(code=3, output="字 汉\n")
    assert machine.run(["no such program of ours"]).code == 127


def test_a_folder_is_closed_to_others_by_the_sid_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    machine, asked = Windows(), []
    answers = iter([Done(code=0, output='"pc\\王敏","S-1-5-21-7-8-9-1001"\r\n'), Done(code=0, output="")])
    monkeypatch.setattr(machine, "run", lambda command, *_: asked.append(command) or next(answers))
    machine.only_mine(Path("C:/ProgramData/crm_xl-1"))
    assert asked[1][:2] == ["icacls", Path("C:/ProgramData/crm_xl-1")]
    assert asked[1][2] == "/inheritance:r"  # rights of everybody come down from above
    assert "*S-1-5-21-7-8-9-1001:(OI)(CI)F" in asked[1]
    assert all(right.startswith("*S-1-5-") for right in asked[1][4:])


@pytest.mark.parametrize(
    "answers",
    [
        [Done(code=0, output="who?")],
        [Done(code=0, output='"x","S-1-5-21-1"'), Done(code=5, output="Access denied")],
    ],
)
def test_a_folder_that_stays_open_to_others_is_an_error(
    monkeypatch: pytest.MonkeyPatch, answers: list[Done]
) -> None:
    machine, given = Windows(), iter(answers)
    monkeypatch.setattr(machine, "run", lambda *_: next(given))
    with pytest.raises(OSError, match=r"whoami|icacls"):
        machine.only_mine(Path("x"))


def test_a_folder_in_use_is_left_to_a_command_that_outlives_us(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[tuple[str, dict[str, object]]] = []
    monkeypatch.setattr(subprocess, "Popen", lambda command, **options: started.append((command, options)))
    Windows().remove_later(Path("C:/Users/王 敏/crm_xl"))
    ((command, options),) = started
    assert command.startswith('cmd.exe /d /s /c "for /l %i in (1,1,10) do @(')
    assert 'rmdir /s /q "C:/Users/王 敏/crm_xl"' in command and command.endswith(')"')
    assert "crm_xl" not in str(options["cwd"])  # no program may stand in the folder it removes


def test_a_shortcut_that_was_not_made_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    machine = Windows()
    with pytest.raises(OSError, match="shortcut"):  # no pywin32 here
        machine.shortcut(tmp_path / "a.lnk", "t", "", "i", python=Path(sys.executable))


def test_the_lines_that_make_a_shortcut_ask_windows_for_what_it_has(tmp_path: Path) -> None:
    """Run with stand-ins for pywin32: target, arguments and icon are set before the link is saved."""
    (tmp_path / "pythoncom.py").write_text(
        "CLSCTX_INPROC_SERVER = 1\nIID_IPersistFile = 'file'\n"
        "class Link:\n"
        "    def __getattr__(self, name): return lambda *a: print(name, *a) or self\n"
        "def CoCreateInstance(*_): return Link()\n"
    )
    (tmp_path / "win32com").mkdir()
    (tmp_path / "win32com" / "__init__.py").write_text("")
    (tmp_path / "win32com" / "shell").mkdir()
    (tmp_path / "win32com" / "shell" / "__init__.py").write_text("")
    (tmp_path / "win32com" / "shell" / "shell.py").write_text("CLSID_ShellLink = IID_IShellLink = 'link'\n")
    command = [
        sys.executable,
        "-c",
        windows._MAKE_SHORTCUT,
        "诊断.lnk",
        "cmd.exe",
        '/k ""x" doctor"',
        "py.exe",
    ]
    done = subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", check=True,
        env={"PYTHONPATH": str(tmp_path), "PYTHONUTF8": "1"},
    )  # fmt: skip
    assert done.stdout.splitlines() == [
        "SetPath cmd.exe",
        'SetArguments /k ""x" doctor"',
        "SetIconLocation py.exe 0",
        "QueryInterface file",
        "Save 诊断.lnk 0",
    ]


def test_variables_are_expanded_as_windows_does_it() -> None:
    machine = SimpleNamespace(environment={"USERPROFILE": "C:\\Users\\王敏"})
    assert expanded(machine, "%UserProfile%\\x %NONE% 100%") == "C:\\Users\\王敏\\x %NONE% 100%"  # type: ignore[arg-type]


def test_where_windows_says_nothing_the_usual_folders_are_taken() -> None:
    machine = SimpleNamespace(environment={"USERPROFILE": "C:\\U"}, registry=lambda *_: None)
    assert shell_folder(machine, "Personal") == Path("C:\\U\\Documents")  # type: ignore[arg-type]
    assert shell_folder(machine, "Local AppData") == Path("C:\\U\\AppData\\Local")  # type: ignore[arg-type]
