"""Installing for one user on a simulated Windows: what is there afterwards, and what is there when it fails."""

from __future__ import annotations

import errno
import itertools
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from crm_xl.errors import CrmError
from crm_xl.installing import steps
from crm_xl.installing import uninstall as removing
from crm_xl.installing.__main__ import main
from crm_xl.installing.config import user_file
from crm_xl.installing.install import Installed, install
from crm_xl.installing.layout import Layout, plan
from crm_xl.installing.machine import Done
from crm_xl.installing.record import read_record
from crm_xl.installing.source import Source, source_of
from crm_xl.installing.uninstall import uninstall
from tests.installing.simulated import PAGE, TEMPLATE, WORKBOOK, Simulated, wheelhouse

REPOSITORY = Path(__file__).resolve().parents[2]


def quiet(_title: str) -> None:
    pass


@pytest.fixture
def machine(tmp_path: Path) -> Simulated:
    return Simulated(tmp_path / "disk")


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return source_of(wheelhouse=wheelhouse(tmp_path / "wheelhouse"))


def newer(tmp_path: Path, version: str = "0.2.0", workbook: bytes = b"a newer workbook") -> Source:
    return source_of(wheelhouse=wheelhouse(tmp_path / version, version=version, workbook=workbook))


def conf(machine: Simulated) -> str:
    return user_file(machine).read_bytes().decode(machine.code_page)


def put(machine: Simulated, source: Source, layout: Layout | None = None) -> Installed:
    return install(machine, source, layout, quiet)


def test_everything_is_where_windows_keeps_this_users_things(machine: Simulated, source: Source) -> None:
    done = put(machine, source)
    home = machine.profile / "AppData" / "Local" / "crm_xl"
    environment = home / "env-0.1.0-1"
    for name in ("xlwings32-0.37.8.dll", "xlwings64-0.37.8.dll"):
        assert (environment / "Scripts" / name).read_bytes() == name.encode()
    assert conf(machine) == f'"INTERPRETER_WIN","{environment / "Scripts" / "python.exe"}"\r\n'
    books = machine.profile / "Documents" / "客户分析"
    assert (books / "CRM_Analysis.xlsm").read_bytes() == WORKBOOK
    assert (books / "模板" / "customer_grading.xlsx").read_bytes() == TEMPLATE
    assert (books / "手册" / "index.html").read_bytes() == PAGE
    assert (books / "手册" / "images" / "home.png").read_bytes() == PAGE
    menu = machine.profile / "AppData/Roaming/Microsoft/Windows/Start Menu/Programs/客户分析"
    links = {path.stem: path.read_text(encoding="utf-8") for path in menu.iterdir()}
    assert links["客户分析工作簿"] == f"{books / 'CRM_Analysis.xlsm'}|"
    assert links["使用手册"] == f"{books / '手册' / 'index.html'}|"
    # cmd /k takes the outer quotation marks away: set "PATH=…;%PATH%"&cd /d "…"&crm-xl --help
    words = links["命令行"].partition("|/k ")[2]
    assert words == f'"set "PATH={environment / "Scripts"};%PATH%"&cd /d "{books}"&crm-xl --help"'
    assert 'crm-xl.exe" install --uninstall' in links["卸载客户分析"]
    assert 'crm-xl.exe" doctor' in links["诊断"]
    assert done.record == read_record(plan(machine))
    assert done.notes == ()
    assert str(done.workbook) in done.message
    assert machine.private == []


def test_nothing_is_installed_over_a_network_when_a_wheelhouse_is_given(
    machine: Simulated, source: Source
) -> None:
    put(machine, source)
    (pip,) = [command for command in machine.commands if "pip" in command]
    assert "--no-index" in pip and pip[-1].startswith("crm-xl[report,model] @ file://")


def test_documents_that_onedrive_has_moved_are_found(tmp_path: Path, source: Source) -> None:
    moved = tmp_path / "disk" / "Users" / "wang" / "OneDrive - 公司" / "文档"
    machine = Simulated(tmp_path / "disk", documents=moved)
    assert put(machine, source).workbook == moved / "客户分析" / "CRM_Analysis.xlsm"


def test_a_user_whose_name_is_not_ascii_gets_a_program_folder_that_is(tmp_path: Path, source: Source) -> None:
    machine = Simulated(tmp_path / "disk", user="王敏")
    done = put(machine, source)
    home = Path(done.record.environment).parent
    assert home.parent == tmp_path / "disk" / "ProgramData" and home.name.isascii()
    assert machine.private == [home]  # nobody else may write there
    assert str(home) in conf(machine)
    again = put(machine, source)
    assert Path(again.record.environment).parent == home


def test_a_user_folder_that_vba_cannot_read_is_told_with_the_remedy(tmp_path: Path, source: Source) -> None:
    machine = Simulated(tmp_path / "disk", user="王敏", code_page="cp1252")
    before = machine.disk()
    with pytest.raises(CrmError, match=r"代码页.*--books"):
        put(machine, source)
    assert machine.disk() == before
    books = tmp_path / "disk" / "CRM"
    done = put(machine, source, plan(machine, books=books))
    assert (books / "xlwings.conf").is_file() and not user_file(machine).exists()
    assert "放在工作簿旁边" in done.message


# --- What is there already -------------------------------------------------------------------------------


def test_other_settings_of_xlwings_stay_and_a_dead_interpreter_is_replaced(
    machine: Simulated, source: Source
) -> None:
    file = user_file(machine)
    file.parent.mkdir(parents=True)
    written = '"SHOW CONSOLE","True"\n"interpreter_win","C:\\gone\\python.exe"\n"LICENSE_KEY","键"\n'.encode(
        "cp936"
    )
    file.write_bytes(written + b"\xff\xff\n")  # no text of the code page
    put(machine, source)
    lines = file.read_bytes().split(b"\n")
    assert lines[0] == b'"SHOW CONSOLE","True"'
    assert lines[2:] == ['"LICENSE_KEY","键"'.encode("cp936"), b"\xff\xff", b""]
    assert b"env-0.1.0-1" in lines[1]
    assert file.with_name("xlwings.conf.crm_xl-backup").read_bytes() == written + b"\xff\xff\n"
    uninstall(machine, tell=quiet)
    assert file.read_bytes() == written + b"\xff\xff\n"
    assert [path.name for path in file.parent.iterdir()] == ["xlwings.conf"]


def test_another_living_xlwings_of_the_user_is_left_alone(machine: Simulated, source: Source) -> None:
    other = machine.root / "conda" / "python.exe"
    other.parent.mkdir()
    other.write_bytes(b"exe")
    file = user_file(machine)
    file.parent.mkdir(parents=True)
    file.write_text(f'"INTERPRETER_WIN","{other}"\n')
    before = file.read_bytes()
    done = put(machine, source)
    assert file.read_bytes() == before
    beside = done.workbook.parent / "xlwings.conf"
    assert "env-0.1.0-1" in beside.read_text()
    assert str(other) in done.message and "没有改动它" in done.message
    uninstall(machine, tell=quiet)
    assert file.read_bytes() == before and not beside.exists()


def test_a_workbook_with_the_users_data_is_never_written_over(
    machine: Simulated, source: Source, tmp_path: Path
) -> None:
    workbook = put(machine, source).workbook
    workbook.write_bytes(b"a year of work")
    done = put(machine, source)
    assert workbook.read_bytes() == b"a year of work"
    assert [path.name for path in workbook.parent.glob("*.xlsm")] == ["CRM_Analysis.xlsm"]
    done = put(machine, newer(tmp_path))
    assert workbook.read_bytes() == b"a year of work"
    assert workbook.with_name("CRM_Analysis 0.2.0.xlsm").read_bytes() == b"a newer workbook"
    assert "crm-xl upgrade" in done.message
    stayed = uninstall(machine, tell=quiet)
    assert workbook.read_bytes() == b"a year of work"
    assert [path.name for path in workbook.parent.iterdir()] == ["CRM_Analysis.xlsm"]
    assert any("里面有您的内容" in sentence for sentence in stayed)


def test_a_workbook_that_was_there_before_us_is_the_users(machine: Simulated, source: Source) -> None:
    books = machine.profile / "Documents" / "客户分析"
    books.mkdir()
    (books / "CRM_Analysis.xlsm").write_bytes(b"from a colleague")
    put(machine, source)
    assert (books / "CRM_Analysis.xlsm").read_bytes() == b"from a colleague"
    assert (books / "CRM_Analysis 0.1.0.xlsm").read_bytes() == WORKBOOK


def test_an_untouched_workbook_is_renewed(machine: Simulated, source: Source, tmp_path: Path) -> None:
    put(machine, source)
    done = put(machine, newer(tmp_path))
    assert done.workbook.read_bytes() == b"a newer workbook"
    assert done.notes == ()


def test_installing_again_leaves_one_environment(machine: Simulated, source: Source) -> None:
    put(machine, source)
    done = put(machine, source)
    assert [path.name for path in plan(machine).home.glob("env-*")] == ["env-0.1.0-2"]
    assert "env-0.1.0-2" in conf(machine)
    assert done.record.config_made


def test_what_an_installation_that_broke_off_has_left_goes(machine: Simulated, source: Source) -> None:
    half = plan(machine).home / "env-0.1.0-1" / "Lib"
    half.mkdir(parents=True)
    (half / "half.py").write_text("x")
    plan(machine).record.write_text('{"version": "0.1')  # a record cut short
    done = put(machine, source)
    assert not half.exists() and Path(done.record.environment).name == "env-0.1.0-2"


# --- What goes wrong -------------------------------------------------------------------------------------


def files(machine: Simulated) -> dict[str, bytes | None]:
    return machine.disk()


@pytest.mark.parametrize(
    ("where", "output", "said"),
    [
        ("venv", "Error: ensurepip is not available", "没能建立环境"),
        ("pip", "ERROR: Could not find a version that satisfies the requirement pandas", "离线安装包不全"),
        ("pythoncom", "ImportError: DLL load failed: blocked by your organization", "公司策略"),
    ],
)
def test_a_step_that_fails_leaves_everything_as_it_was(
    machine: Simulated, source: Source, where: str, output: str, said: str
) -> None:
    def refuse(command: list[str]) -> Done | None:
        hit = where in command or (command[1] == "-c" and where in command[2])
        return Done(code=1, output=output) if hit else None

    machine.refuses = refuse
    before = files(machine)
    with pytest.raises(CrmError, match=f"{said}.*已恢复到安装之前的状态"):
        put(machine, source)
    assert files(machine) == before


def test_without_a_network_it_is_said_plainly(machine: Simulated, tmp_path: Path, source: Source) -> None:
    machine.refuses = lambda command: (
        Done(code=1, output="WARNING: Retrying\nERROR: Max retries exceeded: Failed to resolve host")
        if "pip" in command
        else None
    )
    before = files(machine)
    with pytest.raises(CrmError, match=r"连不上网络.*wheelhouse"):
        put(machine, Source(wheel=source.wheel, wheelhouse=None, version="0.1.0"))
    assert files(machine) == before


def test_a_dll_that_the_antivirus_took_is_missed_at_once(machine: Simulated, source: Source) -> None:
    def take(command: list[str]) -> Done | None:
        if command[1] == "-c" and "metadata" in command[2]:
            (Path(command[0]).parent.parent / "xlwings64-0.37.8.dll").unlink()
        return None

    machine.refuses = take
    before = files(machine)
    with pytest.raises(CrmError, match=r"缺少 xlwings64-0\.37\.8\.dll.*隔离区"):
        put(machine, source)
    assert files(machine) == before


def fail_at(patch: pytest.MonkeyPatch, at: int) -> None:
    """Let the n-th replacement of a file or making of a folder fail."""
    calls = itertools.count(1)

    def failing(real: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object, **options: object) -> object:
            if next(calls) == at:
                raise OSError(errno.ENOSPC, "no room", str(arguments[0]))
            return real(*arguments, **options)

        return call

    patch.setattr(os, "replace", failing(os.replace))
    patch.setattr(Path, "mkdir", failing(Path.mkdir))


def user_setting(machine: Simulated) -> bytes:
    """What the user had in xlwings.conf: an interpreter that is gone, and something else."""
    file = user_file(machine)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b'"INTERPRETER_WIN","C:\\gone\\python.exe"\r\n"SHOW CONSOLE","True"\r\n')
    return file.read_bytes()


@pytest.mark.parametrize("has_config", [False, True], ids=["no xlwings.conf", "an xlwings.conf"])
def test_killed_at_any_moment_the_next_installation_is_whole_and_can_be_removed(
    tmp_path: Path, source: Source, has_config: bool
) -> None:
    """At every file operation the power fails: nothing is undone. Installing again and removing leaves no trace."""
    for at in range(1, 100):
        machine = Simulated(tmp_path / f"disk{at}")
        setting = user_setting(machine) if has_config else None
        before = {name for name, content in files(machine).items() if content is not None}
        with pytest.MonkeyPatch.context() as patch:
            fail_at(patch, at)
            patch.setattr(steps, "_undo", lambda _undos: [])
            try:
                put(machine, source)
            except CrmError:
                killed = True
            else:
                killed = False
        done = put(machine, source)
        assert done.workbook.read_bytes() == WORKBOOK
        assert conf(machine).count("INTERPRETER_WIN") == 1 and done.record.environment in conf(machine)
        assert [Path(done.record.environment)] == list(plan(machine).home.glob("env-*"))
        assert uninstall(machine, tell=quiet) == []
        after = {name for name, content in files(machine).items() if content is not None}
        assert after == before, at
        if setting is not None:
            assert user_file(machine).read_bytes() == setting
        if not killed:
            break
    assert at > 8


def test_an_environment_that_excel_still_uses_is_removed_later(
    machine: Simulated, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Path(put(machine, source).record.environment)

    def locked(_folder: Path) -> None:
        raise PermissionError(errno.EACCES, "in use", "xlwings64-0.37.8.dll")

    monkeypatch.setattr(removing, "remove_tree", locked)
    second = Path(put(machine, source).record.environment)
    assert machine.later == [first]
    assert str(second) in conf(machine)


@pytest.mark.parametrize("with_earlier", [False, True], ids=["fresh", "over an earlier one"])
def test_whichever_file_operation_fails_everything_is_as_it_was(
    machine: Simulated, source: Source, tmp_path: Path, with_earlier: bool
) -> None:
    """Every replacement of a file and every folder made, one after the other, is refused once."""
    if with_earlier:
        put(machine, source)
        source = newer(tmp_path)
    before = files(machine)
    for at in range(1, 100):
        with pytest.MonkeyPatch.context() as patch:
            fail_at(patch, at)
            try:
                put(machine, source)
            except CrmError as error:
                assert "磁盘空间不足" in str(error)
            else:
                break
        assert files(machine) == before, at
    assert at > 8


def test_read_only_documents_are_told_before_the_long_work(
    machine: Simulated, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.mkdir

    def mkdir(path: Path, *arguments: object, **options: object) -> None:
        if "Documents" in path.parts:
            raise PermissionError(errno.EACCES, "denied", str(path))
        real(path, *arguments, **options)  # type: ignore[arg-type]

    before = files(machine)
    monkeypatch.setattr(Path, "mkdir", mkdir)
    with pytest.raises(CrmError, match=r"没有写入权限.*--books"):
        put(machine, source)
    assert files(machine) == before
    assert machine.commands == []


def test_a_stop_from_the_keyboard_takes_everything_back(machine: Simulated, source: Source) -> None:
    def stop(command: list[str]) -> Done | None:
        if "pip" in command:
            raise KeyboardInterrupt
        return None

    machine.refuses = stop
    before = files(machine)
    with pytest.raises(KeyboardInterrupt):
        put(machine, source)
    assert files(machine) == before


# --- Removing --------------------------------------------------------------------------------------------


def test_removing_leaves_the_disk_as_it_was_before_installing(machine: Simulated, source: Source) -> None:
    before = files(machine)
    put(machine, source)
    logs = plan(machine).data / "Logs"
    logs.mkdir()
    (logs / "crm_xl.log").write_text("x")
    assert uninstall(machine, tell=quiet) == []
    gone = files(machine)
    # Folders that Windows itself always has were not there in the simulation.
    assert {name for name in set(gone) - set(before) if gone[name] is not None} == set()
    assert not plan(machine).home.exists()
    assert set(before) <= set(gone)


def test_what_people_have_taught_the_program_stays_and_is_named(machine: Simulated, source: Source) -> None:
    put(machine, source)
    taught = plan(machine).data / "mappings" / "a.toml"
    taught.parent.mkdir()
    taught.write_text("x")
    (sentence,) = uninstall(machine, tell=quiet)
    assert taught.exists() and "mappings" in sentence


def test_a_program_that_removes_itself_is_removed_when_it_has_ended(
    machine: Simulated, source: Source
) -> None:
    done = put(machine, source)
    machine.prefix = Path(done.record.environment)
    uninstall(machine, tell=quiet)
    assert machine.later == [plan(machine).home]
    assert not plan(machine).record.exists()


def test_a_file_in_use_is_named_and_the_rest_goes(
    machine: Simulated, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = put(machine, source)
    real = Path.unlink

    def unlink(path: Path, missing_ok: bool = False) -> None:
        if path == done.workbook:
            raise PermissionError(errno.EACCES, "in use", str(path))
        real(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", unlink)
    (sentence,) = uninstall(machine, tell=quiet)
    assert str(done.workbook) in sentence and "关闭 Excel" in sentence
    assert not user_file(machine).exists()


def test_removing_what_is_not_there_is_said(machine: Simulated) -> None:
    with pytest.raises(CrmError, match="没有为当前用户安装过"):
        uninstall(machine, tell=quiet)


# --- The command -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [[], ["--uninstall"]], ids=["install", "remove"])
def test_elsewhere_than_on_windows_the_way_out_is_named(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert "crm-xl libreoffice install" in capsys.readouterr().err


def test_it_runs_from_the_checkout_with_the_standard_library_alone() -> None:
    # As it does from the wheel, before anything is installed: -S leaves every installed package out.
    done = subprocess.run(
        [sys.executable, "-S", "-m", "crm_xl.installing", "--help"],
        capture_output=True, text=True, encoding="utf-8", cwd=REPOSITORY, check=True,
        env={"PYTHONPATH": str(REPOSITORY), "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert "--wheelhouse" in done.stdout
