"""The offline packages: what would be missing on a Windows is seen here, and the real folder is whole."""

from __future__ import annotations

import hashlib
import subprocess
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

from crm_xl.errors import CrmError
from crm_xl.installing.source import EXTRAS, check_sums, source_of
from releasing import manual, release, wheelhouse
from releasing.wheelhouse import PYTHON, make, metadata_of, missing, write_sums

REPOSITORY = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def made_up(folder: Path, name: str, version: str, *requires: str, tag: str = "py3-none-any") -> Path:
    """A wheel that holds nothing but what it requires."""
    path = folder / f"{name}-{version}-{tag}.whl"
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    lines += [f"Requires-Dist: {each}" for each in requires]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}-{version}.dist-info/METADATA", "\n".join(lines) + "\n")
    return path


def names(requirements: list[Requirement]) -> set[str]:
    return {each.name for each in requirements}


def test_what_only_windows_asks_for_is_missed_here_too(tmp_path: Path) -> None:
    made_up(tmp_path, "crm_xl", "0.1.0", "xlwings==0.37.8", "pandas>=3", 'python-docx; extra == "report"')
    made_up(
        tmp_path,
        "xlwings",
        "0.37.8",
        'pywin32>=224; platform_system == "Windows"',
        'psutil; sys_platform == "darwin"',
    )
    made_up(tmp_path, "pandas", "3.1", 'tzdata; sys_platform == "win32"', 'old; python_version < "3.11"')
    assert names(missing(tmp_path, PYTHON)) == {"pywin32", "tzdata", "python-docx"}
    made_up(tmp_path, "pywin32", "312", tag="cp312-cp312-win_amd64")
    made_up(tmp_path, "tzdata", "2026.6")
    made_up(tmp_path, "python_docx", "1.2")
    assert missing(tmp_path, PYTHON) == []


def test_a_version_that_does_not_fit_is_missing(tmp_path: Path) -> None:
    made_up(tmp_path, "crm_xl", "0.1.0", "xlwings==0.37.8")
    made_up(tmp_path, "xlwings", "0.37.9")
    assert [str(each) for each in missing(tmp_path, PYTHON)] == ["xlwings==0.37.8"]


def test_extras_of_extras_are_followed(tmp_path: Path) -> None:
    made_up(tmp_path, "crm_xl", "0.1.0", 'ibis[duckdb]; extra == "report"')
    made_up(tmp_path, "ibis", "10", 'duckdb; extra == "duckdb"', 'polars; extra == "polars"')
    assert names(missing(tmp_path, PYTHON)) == {"duckdb"}


def test_sums_are_read_by_the_installer_and_by_sha256sum(tmp_path: Path) -> None:
    path = made_up(tmp_path, "crm_xl", "0.1.0")
    sums = write_sums(tmp_path, [path])
    assert sums.read_text() == f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
    check_sums(tmp_path)
    subprocess.run(
        ["sha256sum", "--check", "--strict", sums.name], cwd=tmp_path, check=True, capture_output=True
    )
    path.write_bytes(b"changed on its way")
    with pytest.raises(CrmError, match="与校验值不符"):
        check_sums(tmp_path)


def test_the_extras_that_are_installed_are_declared() -> None:
    assert set(EXTRAS.split(",")) <= set(PROJECT["optional-dependencies"])


def test_the_python_it_is_made_for_is_one_we_support() -> None:
    lowest = PROJECT["requires-python"].removeprefix(">=")
    assert tuple(map(int, PYTHON.split("."))) >= tuple(map(int, lowest.split(".")))


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release") / "wheelhouse"
    make(folder)
    return folder


@pytest.mark.slow
def test_the_real_wheelhouse_holds_everything_pyproject_asks_for(real: Path) -> None:
    there = {parse_wheel_filename(path.name)[0]: path for path in real.glob("*.whl")}
    asked = [Requirement(each) for each in PROJECT["dependencies"]]
    for extra in EXTRAS.split(","):
        asked += map(Requirement, PROJECT["optional-dependencies"][extra])
    for each in asked:
        version = parse_wheel_filename(there[canonicalize_name(each.name)].name)[1]
        assert each.specifier.contains(version), each
    assert "pywin32" in there and "pytest" not in there
    assert missing(real, PYTHON) == []
    tags = {path.name.rpartition("-")[2] for path in there.values()}
    assert tags == {"any.whl", "win_amd64.whl"}
    own = metadata_of(there[canonicalize_name("crm-xl")])
    assert {canonicalize_name(each.name) for each in own} >= {canonicalize_name(each.name) for each in asked}


@pytest.mark.slow
def test_the_real_wheelhouse_brings_both_dlls_and_the_workbook(real: Path) -> None:
    check_sums(real)
    (xlwings,) = real.glob("xlwings-*.whl")
    with zipfile.ZipFile(xlwings) as archive:
        inside = archive.namelist()
    for bits in (32, 64):
        assert any(name.endswith(f".data/data/xlwings{bits}-0.37.8.dll") for name in inside)
    (own,) = real.glob("crm_xl-*.whl")
    with zipfile.ZipFile(own) as archive:
        shipped = archive.read("crm_xl/shipped/workbook/CRM_Analysis.xlsm")
        assert "crm_xl/installing/__main__.py" in archive.namelist()
        for place in manual.pages().values():
            assert f"crm_xl/shipped/manual/{place}" in archive.namelist()
    assert shipped == (REPOSITORY / "workbook" / "CRM_Analysis.xlsm").read_bytes()


@pytest.mark.slow
def test_the_installer_takes_the_real_wheelhouse_and_no_other_python(
    real: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.version_info", (3, int(PYTHON.split(".")[1]), 4))
    assert source_of(wheelhouse=real).version == PROJECT["version"]
    monkeypatch.setattr("sys.version_info", (3, 11, 7))
    with pytest.raises(CrmError, match=rf"用于 Python {PYTHON}"):
        source_of(wheelhouse=real)


@pytest.mark.slow
def test_a_release_holds_everything_and_its_sums_are_right(real: Path, tmp_path: Path) -> None:
    made = tmp_path / "made"
    made.mkdir()
    files = {path.relative_to(made).as_posix() for path in release.assemble(made, real)}
    assert {
        f"crm_xl-{PROJECT['version']}-py3-none-any.whl", "CRM_Analysis.xlsm", "templates/customer_grading.xlsx",
        "install.ps1", "install.cmd", "install.html", "manual/index.html", "manual/windows-checklist.html",
        "CHANGELOG.md", "LICENSE.txt", "SHA256SUMS", "wheelhouse/SHA256SUMS",
    } <= files  # fmt: skip
    subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=made, check=True, capture_output=True
    )
    assert (made / "install.ps1").read_bytes() == (REPOSITORY / "install.ps1").read_bytes()


def test_a_release_is_made_of_what_is_committed(monkeypatch: pytest.MonkeyPatch) -> None:
    done = subprocess.CompletedProcess([], 0, stdout=" M crm_xl/cli.py\n", stderr="")
    monkeypatch.setattr(release.subprocess, "run", lambda *_, **__: done)
    with pytest.raises(SystemExit, match=r"crm_xl/cli\.py"):
        release.check_clean()


def test_a_stale_workbook_is_not_released(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def build(folder: Path) -> None:
        for spec in release.SHIPPED_BOOKS:
            (folder / spec.folder).mkdir(parents=True, exist_ok=True)
            (folder / spec.folder / spec.file_name).write_bytes(b"another")

    monkeypatch.setattr(release, "build", build)
    with pytest.raises(SystemExit, match=r"CRM_Analysis\.xlsm.*dev\.py build"):
        release.check_books(tmp_path)


def test_a_release_without_a_word_in_the_changelog_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    release.check_changelog()
    monkeypatch.setattr(release, "version", lambda: "9.9.9")
    with pytest.raises(SystemExit, match=r"9\.9\.9"):
        release.check_changelog()


def test_a_package_that_windows_lacks_ends_it_with_its_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def own(folder: Path) -> Path:
        return made_up(folder, "crm_xl", "0.1.0", "nowhere>=1")

    monkeypatch.setattr(wheelhouse, "build_own", own)
    monkeypatch.setattr(wheelhouse, "fetch", lambda *_: None)
    earlier = tmp_path / "wheelhouse"
    earlier.mkdir()
    (earlier / "kept.whl").write_bytes(b"x")
    with pytest.raises(SystemExit, match="nowhere"):
        make(earlier)
    assert [path.name for path in earlier.iterdir()] == ["kept.whl"]
