"""What holds of the repository as a whole: sizes, pins, words, paths, and that the README tells the truth."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import crm_xl
import dev
from tests.support import validator

REPOSITORY = Path(__file__).resolve().parents[1]
MOST_LINES = 400
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
# Put together here, so that this file does not itself hold what it looks for.
UNFINISHED = re.compile(rf"\b(?:{'|'.join(('TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X:'))})")
WORKPLACE = re.compile("|".join((r"/wor" + "k/", r"\.lib" + "rary", r"/ro" + "ot/", r"/tmp/bash" + "_jobs")))
REGISTRY = re.compile(
    "|".join((r"registry\.np" + r"mjs", r"npm" + r"mirror", r"pypi\.or" + "g/", r"/sim" + "ple/"))
)


def tracked(*endings: str) -> list[Path]:
    """Files that git knows, or that are new and not ignored, with one of the endings (all without one)."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, check=True).stdout.decode()
    files = [REPOSITORY / name for name in listed.split("\0") if name]
    return [path for path in files if path.is_file() and (not endings or path.suffix in endings)]


def places(pattern: re.Pattern[str], files: list[Path]) -> list[str]:
    """Every line of text files in which a pattern occurs, as "file:line: text"."""
    found = []
    for path in files:
        data = path.read_bytes()
        if b"\0" in data:  # workbook, picture
            continue
        for number, line in enumerate(data.decode("utf-8").splitlines(), 1):
            if pattern.search(line):
                found.append(f"{path.relative_to(REPOSITORY)}:{number}: {line.strip()[:100]}")
    return found


def test_no_file_of_the_package_outgrows_a_reader() -> None:
    files = [path for path in tracked(".py") if path.is_relative_to(REPOSITORY / "crm_xl")]
    assert files
    sizes = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {name: lines for name, lines in sizes.items() if lines > MOST_LINES} == {}


def test_nothing_is_marked_unfinished() -> None:
    assert places(UNFINISHED, tracked()) == []


def test_no_path_of_a_developers_machine_is_in_the_repository() -> None:
    assert places(WORKPLACE, tracked()) == []


def test_no_registry_is_named() -> None:
    assert places(REGISTRY, tracked()) == []


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (UNFINISHED, "# TO" + "DO: later"),
        (WORKPLACE, "path = '/wor" + "k/main'"),
        (REGISTRY, '"resolved": "https://registry.np' + 'mjs.org/x"'),
    ],
)
def test_the_needles_find_what_they_are_for(pattern: re.Pattern[str], text: str) -> None:
    assert pattern.search(text)


def test_vba_sources_are_ascii() -> None:
    # The VBA project stores the code page of the machine that saves it: anything else would turn to noise.
    files = tracked(".bas", ".cls", ".frm")
    assert files
    assert [path.name for path in files if not path.read_bytes().isascii()] == []


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_every_command_a_readme_shows_exists(name: str) -> None:
    text = (REPOSITORY / name).read_text(encoding="utf-8")
    shown = set(re.findall(r"python3? dev\.py (\w+)", text))
    assert {"demo", "test"} <= shown
    assert shown <= set(dev.COMMANDS)


def test_make_is_an_alias_of_every_command() -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    targets = re.search(r"^(.+):\n\t\$\(PYTHON\) dev\.py \$@", makefile, re.MULTILINE)
    assert targets is not None
    assert set(targets[1].split()) == set(dev.COMMANDS)


def test_continuous_integration_runs_what_the_readme_says() -> None:
    script = (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8")
    commands = [line for line in script.splitlines() if line.startswith("python3 dev.py")]
    assert [line.split()[2] for line in commands] == ["lint", "test"]
    assert "set -euo pipefail" in script


def test_the_version_stands_in_one_place_only() -> None:
    version = PROJECT["project"]["version"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    assert getattr(crm_xl, "__version__", version) == version
    assert f"## {version}" in (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")


def test_xlwings_is_pinned_to_the_version_installed() -> None:
    # Its DLL, its VBA module and its package must be one version.
    from importlib.metadata import version

    (pin,) = [name for name in PROJECT["project"]["dependencies"] if name.startswith("xlwings")]
    assert pin == f"xlwings=={version('xlwings')}"


def test_the_lock_file_pins_the_validator_for_every_system_without_addresses() -> None:
    lock = json.loads((validator.LOCK / "package-lock.json").read_text(encoding="utf-8"))
    declared = json.loads((validator.LOCK / "package.json").read_text(encoding="utf-8"))
    packages = {name.rpartition("/")[2]: entry for name, entry in lock["packages"].items() if name}
    systems = ("darwin-arm64", "darwin-x64", "linux-arm64", "linux-x64", "win32-arm64", "win32-x64")
    assert set(packages) == {"ooxml-validator", *(f"ooxml-validator-{system}" for system in systems)}
    assert {entry["version"] for entry in packages.values()} == set(declared["dependencies"].values())
    assert not any("resolved" in entry for entry in packages.values())


class TestDev:
    def test_an_unknown_command_lists_those_there_are(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert dev.main(["tset"]) == 2
        assert "demo, test" in capsys.readouterr().out

    def test_help_names_every_command(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert dev.main([]) == 0
        printed = capsys.readouterr().out
        assert all(f"dev.py {name}" in printed for name in dev.COMMANDS)

    def test_libreoffice_runs_in_a_row_until_one_fails(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        ran, codes = [], iter([0, 0, 1])
        monkeypatch.setattr(dev, "environment", lambda extras: None)
        monkeypatch.setattr(dev, "package_validator", lambda: None)
        monkeypatch.setattr(dev, "spreadsheet_program", lambda: True)
        monkeypatch.setattr(dev, "run", lambda command: ran.append(command[-4:]) or next(codes))
        assert dev.main(["libreoffice", "--times", "5", "-k", "menu"]) == 1
        assert ran == [["-m", "libreoffice", "-k", "menu"]] * 3
        told = capsys.readouterr().out.splitlines()
        assert [line.split(" after ")[0] for line in told] == [
            "run 1 of 5: passed", "run 2 of 5: passed", "run 3 of 5: failed"
        ]  # fmt: skip
        assert dev.main(["libreoffice", "--times", "ten"]) == 2

    def test_a_stamp_counts_only_for_the_present_declaration(self, tmp_path: Path) -> None:
        stamp = tmp_path / "stamp.json"
        assert dev.installed_extras(stamp) is None
        stamp.write_text(json.dumps({"fingerprint": dev.fingerprint(), "extras": ["test"]}))
        assert dev.installed_extras(stamp) == {"test"}
        stamp.write_text(json.dumps({"fingerprint": "of yesterday", "extras": ["test"]}))
        assert dev.installed_extras(stamp) is None

    def test_without_root_the_command_to_type_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(dev, "may_install_packages", lambda: False)
        with pytest.raises(dev.SetUpError, match=r"sudo apt-get install .* poppler-utils"):
            dev.debian_packages(["poppler-utils"], "pdftoppm")

    def test_a_python_without_ensurepip_is_told_which_package_brings_it(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(dev, "VENV", tmp_path / ".venv")
        monkeypatch.setattr(dev, "STAMP", tmp_path / ".venv" / "stamp.json")
        monkeypatch.setattr(dev, "may_install_packages", lambda: False)
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
        with pytest.raises(dev.SetUpError, match=r"python3\.\d+-venv"):
            dev.environment()

    def test_a_step_that_fails_shows_what_it_printed(self, capsys: pytest.CaptureFixture[str]) -> None:
        failing = [sys.executable, "-c", "print('no room left'); raise SystemExit(3)"]
        with pytest.raises(dev.SetUpError, match="unpack failed"):
            dev.step("unpack", failing)
        assert "no room left" in capsys.readouterr().out

    def test_tests_are_left_out_openly_on_a_desk_and_never_in_ci(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        from tests.support import office

        monkeypatch.setattr(office, "missing_packages", lambda: ["libreoffice-calc"])
        monkeypatch.setattr(dev, "may_install_packages", lambda: False)
        monkeypatch.delenv("CI", raising=False)
        assert dev.spreadsheet_program() is False
        assert "apt-get install" in capsys.readouterr().out
        monkeypatch.setenv("CI", "true")
        with pytest.raises(dev.SetUpError):
            dev.spreadsheet_program()
