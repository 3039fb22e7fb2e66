"""Installing: what stands in the way is said with the remedy; twice has the effect of once; nothing is left behind."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from pathlib import Path

import pytest
from lxml import etree

from crm_xl import CrmError
from crm_xl import soffice as program
from crm_xl.commands import COMMANDS
from crm_xl.functions import FUNCTIONS
from crm_xl.libreoffice import basic, environment, idl
from crm_xl.libreoffice.extension import extension
from crm_xl.libreoffice.install import install, uninstall
from crm_xl.libreoffice.words import EXTENSION_ID
from tests.libreoffice.conftest import importable
from tests.support.office import SCRIPTS, Office

HERE = [Path("/somewhere")]


def parts(package: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(package)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def test_the_same_declarations_give_the_same_extension() -> None:
    assert extension(HERE) == extension(HERE)
    assert extension(HERE) != extension([Path("/elsewhere")])


def test_the_extension_holds_every_function_and_command() -> None:
    found = parts(extension(HERE))
    environment_file = json.loads(found["environment.json"])
    assert list(environment_file["methods"].values()) == [own.name for own in FUNCTIONS]
    text = found["XCrmXl.idl"].decode("ascii")
    assert all(f" {method}(" in text for method in environment_file["methods"])
    menu = found["Addons.xcu"].decode("utf-8")
    assert all(f"?{own.id}<" in menu for own in COMMANDS)
    listed = etree.fromstring(found["META-INF/manifest.xml"])
    assert {next(iter(entry.attrib.values())) for entry in listed} < set(found)


def test_arguments_keep_their_order_when_sorted_by_name() -> None:
    for line in idl.interface().splitlines():
        names = [part.split()[-1] for part in line.partition("(")[2].rstrip(");").split(",") if part]
        assert names == sorted(names)


def test_a_forwarder_says_what_was_left_out() -> None:
    (own,) = [own for own in FUNCTIONS if own.name == "PRIORITY"]
    source = basic.modules()["CrmXlFunctions"]
    body = source[source.index(f"Function {own.name}(") :].partition("End Function")[0]
    assert body.splitlines() == [
        "Function PRIORITY(Optional a1, Optional a2)",
        "If IsMissing(a1) Then a1 = Empty",
        "If IsMissing(a2) Then a2 = Empty",
        "PRIORITY = CrmXlCells(CrmXlService().priority(a1, a2))",
    ]


@pytest.mark.parametrize(
    ("found", "complaint"),
    [
        ({"soffice": None}, "没有找到 LibreOffice。.*sudo apt install libreoffice-calc python3-uno"),
        ({"version": (7, 2)}, r"LibreOffice 7\.2 太旧。请升级到 7\.4 以上版本。"),
        ({"uno_python": None}, "没有带 Python（uno）.*sudo apt install"),
        ({"printed": "3 9"}, r"Python 是 3\.9，本程序需要 3\.11 以上.*请安装更新的 LibreOffice"),
    ],
)
def test_an_unsuitable_libreoffice_is_named_with_its_remedy(
    monkeypatch: pytest.MonkeyPatch, found: dict[str, object], complaint: str
) -> None:
    answers = {
        "soffice": Path("/p/soffice"),
        "version": (24, 2),
        "uno_python": Path("/p/python"),
        "printed": "3 11",
    }
    answers |= found
    monkeypatch.setattr(program, "soffice", lambda: answers["soffice"])
    monkeypatch.setattr(program, "uno_python", lambda: answers["uno_python"])
    monkeypatch.setattr(program, "_office_version", lambda _: answers["version"])
    monkeypatch.setattr(program, "_printed", lambda *_: answers["printed"])
    with pytest.raises(CrmError, match=complaint):
        program.installed()


def test_a_suitable_libreoffice_is_told_with_the_version_of_its_python(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(program, "soffice", lambda: Path("/p/soffice"))
    monkeypatch.setattr(program, "uno_python", lambda: Path("/p/python"))
    monkeypatch.setattr(program, "_office_version", lambda _: None)  # it does not say
    monkeypatch.setattr(program, "_printed", lambda *_: "3 12\n")
    assert program.installed().python_version == (3, 12)


def wheel(folder: Path, version: str) -> None:
    """A package that pip can install without a network."""
    name = f"crm_xl_sample-{version}.dist-info"
    with zipfile.ZipFile(folder / f"crm_xl_sample-{version}-py3-none-any.whl", "w") as out:
        out.writestr("crm_xl_sample.py", f"version = {version!r}\n")
        out.writestr(f"{name}/METADATA", f"Metadata-Version: 2.1\nName: crm-xl-sample\nVersion: {version}\n")
        out.writestr(f"{name}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        out.writestr(f"{name}/RECORD", "")


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of packages that stands for the network."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    wheel(folder, "1.0")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setattr(environment, "requirements", lambda: ["crm-xl-sample"])
    return folder


def test_packages_are_fetched_once_and_again_when_others_are_asked_for(
    shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, packages = environment.provide((3, 11), tmp_path / "home")
    assert (code / "crm_xl" / "functions" / "declared.py").exists()
    assert next(code.glob("crm_xl-*.dist-info/METADATA")).exists()
    sample = packages / "crm_xl_sample.py"
    assert "1.0" in sample.read_text(encoding="utf-8")
    wheel(shelf, "2.0")
    (code / "crm_xl" / "stale.py").touch()
    environment.provide((3, 11), tmp_path / "home")
    assert "1.0" in sample.read_text(encoding="utf-8"), "nothing new was asked for"
    assert not (code / "crm_xl" / "stale.py").exists()
    monkeypatch.setattr(environment, "requirements", lambda: ["crm-xl-sample>=2"])
    environment.provide((3, 11), tmp_path / "home")
    assert "2.0" in sample.read_text(encoding="utf-8")
    environment.remove(tmp_path / "home")
    assert not (tmp_path / "home").exists()


def test_a_package_that_cannot_be_fetched_is_said_and_tried_again_next_time(
    shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "requirements", lambda: ["crm-xl-sample>=3"])
    for _ in range(2):
        with pytest.raises(CrmError, match=r"没能取得适用于 Python 3\.11 的程序包：.*请检查网络"):
            environment.provide((3, 11), tmp_path / "home")


def test_a_python_without_pip_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "requirements", lambda: ["crm-xl-sample"])
    bare = tmp_path / "python"
    bare.write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n', encoding="utf-8")
    bare.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(bare))
    with pytest.raises(CrmError, match=r"没有 pip.*-m ensurepip"):
        environment.provide((3, 11), tmp_path / "home")


def test_packages_that_its_python_cannot_import_are_said_before_anything_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = program.Installed(
        program=Path("/p/soffice"), python=Path(sys.executable), python_version=sys.version_info[:2]
    )
    environment.check(office, HERE)  # this Python has them all
    (tmp_path / "rapidfuzz.py").write_text("raise ImportError('built for another Python')", encoding="utf-8")
    with pytest.raises(CrmError, match=r"不能使用.*ImportError: built for another Python") as refused:
        environment.check(office, [tmp_path])
    assert refused.value.where == sys.executable
    monkeypatch.setattr(environment, "_TRY_SECONDS", 0.01)
    with pytest.raises(CrmError, match=r"0\.01 秒没有回答"):
        environment.check(office, HERE)
    monkeypatch.undo()
    (tmp_path / "rapidfuzz.py").unlink()
    (tmp_path / "crm_xl").mkdir()  # without the modules of the menu
    (tmp_path / "crm_xl" / "__init__.py").touch()
    with pytest.raises(CrmError, match=r"不能使用.*No module named 'crm_xl\.libreoffice'"):
        environment.check(office, [tmp_path])


def test_packages_that_could_not_be_imported_are_fetched_again(
    shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = program.Installed(
        program=Path("/p/soffice"), python=Path(sys.executable), python_version=sys.version_info[:2]
    )
    monkeypatch.setattr("crm_xl.libreoffice.install.installed", lambda: office)
    monkeypatch.setattr(environment, "home", lambda version: tmp_path / "home")
    environment.provide(office.python_version, tmp_path / "home")
    sample = tmp_path / "home" / "packages" / "crm_xl_sample.py"
    for _ in range(2):
        sample.write_text("damaged", encoding="utf-8")
        with pytest.raises(CrmError, match="NameError"):
            install()
        (_, packages) = environment.provide(office.python_version, tmp_path / "home")
        assert packages == sample.parent
        assert "1.0" in sample.read_text(encoding="utf-8")


def test_what_is_needed_is_what_the_project_declares_for_itself_and_its_menu() -> None:
    needed = environment.requirements()
    assert any(each.startswith("pandas") for each in needed)
    assert any(each.startswith("python-docx") for each in needed)  # for 生成报告
    assert any(each.startswith("scikit-learn") for each in needed)  # for 分级方法
    assert not any(name in each for each in needed for name in ("pytest", "duckdb", "extra", "crm-xl"))


@pytest.mark.slow
@pytest.mark.libreoffice
def test_install_update_and_removal_leave_the_profile_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, paths = Office(tmp_path), importable(tmp_path / "packages")
    monkeypatch.setattr(environment, "home", lambda version: tmp_path / "home")
    (tmp_path / "home").mkdir()

    def state() -> list[str]:
        """Its extensions, and our modules of Basic."""
        listed = office.run(SCRIPTS / "extensions.py").split()
        office.stop()
        standard = office.profile / "user" / "basic" / "Standard"
        return listed + sorted(path.stem for path in standard.glob("CrmXl*"))

    profile = office.profile
    own = [EXTENSION_ID, *sorted(basic.modules())]
    assert install(profile=profile, paths=paths).startswith(
        f"已安装 LibreOffice 加载项：{len(FUNCTIONS)} 个函数"
    )
    assert state() == own
    assert install(profile=profile, paths=paths).startswith("已更新")
    assert state() == own
    assert uninstall(profile=profile) == "已卸载 LibreOffice 加载项。"
    assert state() == []
    assert not (tmp_path / "home").exists()
    assert uninstall(profile=profile) == "LibreOffice 里没有安装本加载项。"


@pytest.mark.slow
@pytest.mark.libreoffice
def test_a_libreoffice_that_runs_is_not_touched(tmp_path: Path) -> None:
    running = Office(tmp_path)
    try:
        running.run(SCRIPTS / "version.py")
        with pytest.raises(CrmError, match=r"LibreOffice 正在运行.*关闭全部 LibreOffice 窗口"):
            install(profile=running.profile, paths=importable(tmp_path / "packages"))
        assert running.run(SCRIPTS / "version.py").strip()
    finally:
        running.stop()
