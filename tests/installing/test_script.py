"""install.ps1, which no PowerShell has run here: its grammar, its words, and what it hands over to Python."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import tree_sitter
import tree_sitter_powershell

from crm_xl.installing.__main__ import parser
from crm_xl.installing.install import LOWEST_PYTHON
from crm_xl.installing.source import _BUILT_FOR, _OWN
from releasing.wheelhouse import PYTHON

REPOSITORY = Path(__file__).resolve().parents[2]
SCRIPT = (REPOSITORY / "install.ps1").read_bytes()
TEXT = SCRIPT.decode("utf-8-sig").replace("\r\n", "\n")
# What PowerShell itself sets.
AUTOMATIC = {
    "psscriptroot",
    "lastexitcode",
    "matches",
    "_",
    "null",
    "true",
    "false",
    "env:pythonpath",
    "env:pythonutf8",
}
# Rights that only an administrator has, settings of the whole machine, code fetched and run unseen.
FORBIDDEN = re.compile(
    r"RunAs|-Verb\b|HKLM|HKEY_LOCAL_MACHINE|Set-ExecutionPolicy|\$env:ProgramFiles|Invoke-Expression|\biex\b"
    r"|Invoke-WebRequest|\biwr\b|DownloadString|Start-BitsTransfer|Remove-Item|schtasks|netsh|setx",
    re.IGNORECASE,
)  # fmt: skip
NEWER_POWERSHELL = re.compile(r"\?\?|\?\.|&&|\|\||\$IsWindows|-Parallel\b|\bclean\s*\{")


def tree(source: str) -> tree_sitter.Tree:
    language = tree_sitter.Language(tree_sitter_powershell.language())
    return tree_sitter.Parser(language).parse(source.encode())


def nodes(node: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    yield node
    for child in node.children:
        yield from nodes(child)


def code() -> str:
    """The script without comments and without what stands in single quotes."""
    without = re.sub(r"<#.*?#>", "", TEXT, flags=re.DOTALL)
    without = re.sub(r"^\s*#.*$", "", without, flags=re.MULTILINE)
    return re.sub(r"'[^'\n]*'", "''", without)


def parameters() -> list[str]:
    (block,) = re.findall(r"^param\(\n(.*?)^\)", TEXT, re.DOTALL | re.MULTILINE)
    return re.findall(r"\[\w+\]\$(\w+)", block)


def test_windows_powershell_reads_it_as_utf8() -> None:
    assert SCRIPT.startswith(b"\xef\xbb\xbf")
    assert b"\xef\xbb\xbf" not in SCRIPT[3:]


def test_its_grammar_is_powershell() -> None:
    assert not tree(TEXT).root_node.has_error


@pytest.mark.parametrize(
    "broken", [("{ return '' }", "{ return '' "), ("'-m', ", "'-m, "), ("if ($Uninstall)", "if $Uninstall")]
)
def test_a_broken_script_would_be_found(broken: tuple[str, str]) -> None:
    assert broken[0] in TEXT
    assert tree(TEXT.replace(*broken, 1)).root_node.has_error


def test_it_asks_for_no_rights_and_fetches_no_code() -> None:
    assert FORBIDDEN.findall(TEXT) == []
    assert FORBIDDEN.search("Start-Process powershell -Verb RunAs")


def test_windows_powershell_5_knows_every_word() -> None:
    assert NEWER_POWERSHELL.findall(code()) == []
    assert NEWER_POWERSHELL.search("$a ?? $b")


def test_every_parameter_is_explained_and_used() -> None:
    explained = re.findall(r"^\.PARAMETER (\w+)$", TEXT, re.MULTILINE)
    assert explained == parameters()
    for name in parameters():
        assert len(re.findall(rf"\${name}\b", TEXT)) >= 2, name


def test_every_variable_is_set_before_it_is_used() -> None:
    # -StrictMode would stop the script at the first that is not.
    known = set(AUTOMATIC)
    for node in nodes(tree(TEXT).root_node):
        if node.type != "variable":
            continue
        name = TEXT.encode()[node.start_byte + 1 : node.end_byte].decode().lower().strip("{}")
        rest = TEXT.encode()[node.end_byte : node.end_byte + 20].decode(errors="ignore")
        declared = re.match(r"\s*(=(?!=)|,|\)|\+=| in )", rest) is not None
        if declared:
            known.add(name)
        assert name in known, name


def test_it_hands_over_what_python_takes() -> None:
    options = {option for action in parser()._actions for option in action.option_strings}
    handed = set(re.findall(r"'(--[a-z]+)'", TEXT))
    assert handed == {"--wheel", "--wheelhouse", "--home", "--books", "--uninstall"}
    assert handed <= options
    assert "'-m', 'crm_xl.installing'" in TEXT


def test_it_knows_wheels_by_the_names_that_python_knows() -> None:
    assert _OWN.fullmatch("crm_xl-0.1.0-py3-none-any.whl")
    assert TEXT.count("'crm_xl-*.whl'") == 1
    patterns = set(re.findall(r"-match '([^']+)'", TEXT))
    assert len(patterns) == 1
    pattern = patterns.pop()
    name = "numpy-2.5.5-cp312-cp312-win_amd64.whl"
    ours, theirs = _BUILT_FOR.search(name), re.search(pattern, name)
    assert ours and theirs and ours[1] == theirs[1] == "12"


def test_it_asks_for_the_python_that_the_packages_are_built_for() -> None:
    assert f"$Oldest = {LOWEST_PYTHON[0] * 100 + LOWEST_PYTHON[1]}" in TEXT
    assert f"$Wanted = '{PYTHON}'" in TEXT


def test_the_probe_says_version_bits_and_path() -> None:
    (probe,) = re.findall(r"^\$Probe = '([^']+)'$", TEXT, re.MULTILINE)
    assert '"' not in probe  # Windows PowerShell loses them on the way to a program
    said = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True).stdout
    version, bits, path = said.strip().split(" ", 2)
    assert int(version) == sys.version_info[0] * 100 + sys.version_info[1]
    assert (bits, path) == ("64", sys.executable)


def test_the_file_to_double_click_starts_it() -> None:
    data = (REPOSITORY / "install.cmd").read_bytes()
    assert data.isascii()
    assert b'-File "%~dp0install.ps1" %*' in data
    assert data.count(b"\r\n") == data.count(b"\n")


def test_python_runs_the_installer_straight_from_a_wheel(tmp_path: Path) -> None:
    """As the script does it, with the wheel as PYTHONPATH and nothing installed (-S)."""
    wheel = tmp_path / "安装 包" / "crm_xl-0.1.0-py3-none-any.whl"
    wheel.parent.mkdir()
    with zipfile.ZipFile(wheel, "w") as archive:
        for path in sorted((REPOSITORY / "crm_xl").rglob("*.py")):
            archive.write(path, path.relative_to(REPOSITORY))
    done = subprocess.run(
        [sys.executable, "-S", "-m", "crm_xl.installing", "--wheel", str(wheel)],
        capture_output=True, text=True, encoding="utf-8", check=False, cwd=tmp_path,
        env={"PYTHONPATH": str(wheel), "PYTHONUTF8": "1"},
    )  # fmt: skip
    # Through every import up to the first question, which Windows alone answers with yes.
    assert done.returncode == 2
    assert "只用于 Windows" in done.stderr
