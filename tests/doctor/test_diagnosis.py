"""What the diagnosis says of a computer: each fault is planted on a simulated Windows, named, and its remedy told."""

from __future__ import annotations

import base64
import hashlib
import shutil
import tomllib
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest
import xlsxwriter

from crm_xl import CrmError, assets, log, soffice
from crm_xl.commands import command
from crm_xl.commands import help as help_commands
from crm_xl.doctor import Finding, State, diagnose, report
from crm_xl.doctor import excel as excel_checks
from crm_xl.doctor import program as program_checks
from crm_xl.doctor.finding import anonymous
from crm_xl.extras import PURPOSES
from crm_xl.installing.config import user_file
from crm_xl.installing.install import install
from crm_xl.installing.layout import plan
from crm_xl.installing.source import source_of
from crm_xl.installing.windows import Windows
from crm_xl.report import drawings
from tests.installing.simulated import Simulated, wheelhouse

APP_PATH = r"SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\excel.exe"
OFFICE = r"SOFTWARE\Microsoft\Office"
SECURITY = r"Software\Microsoft\Office\16.0\Excel\Security"
POLICY = r"Software\Policies\Microsoft\Office\16.0\Excel\Security"
ASR = r"SOFTWARE\Policies\Microsoft\Windows Defender\Windows Defender Exploit Guard\ASR\Rules"
NO_CHILDREN = "d4f940ab-401b-4efc-aadc-ad5f3c50688a"
EXCEL_CLASS = "{00024500-0000-0000-C000-000000000046}"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Simulated:
    """A Windows with Excel on which the installation went well."""
    monkeypatch.setattr(log, "user_log_path", lambda *_, **__: tmp_path)
    made = Simulated(tmp_path / "disk")
    real = assets.asset(assets.WORKBOOK).read_bytes()
    install(
        made, source_of(wheelhouse=wheelhouse(tmp_path / "house", workbook=real)), None, lambda _title: None
    )
    folder = str(plan(made).books)
    made.values |= {
        (
            "HKLM",
            APP_PATH,
            "",
        ): r"C:\Office16\EXCEL.EXE",
        ("HKLM", OFFICE + r"\ClickToRun\Configuration", "VersionToReport"): "16.0.17928.20114",
        ("HKLM", OFFICE + r"\ClickToRun\Configuration", "Platform"): "x64",
        ("HKCR", r"Excel.Application\CLSID", ""): EXCEL_CLASS,
        ("HKCR", rf"CLSID\{EXCEL_CLASS}\LocalServer32", ""): r"C:\Office16\EXCEL.EXE /automation",
        ("HKCU", rf"{SECURITY}\Trusted Locations\Location7", "Path"): folder,
    }
    return made


def by_title(machine: Simulated, workbook: Path | None = None) -> dict[str, Finding]:
    return {finding.title: finding for finding in diagnose(workbook, machine)}


def environment(machine: Simulated) -> Path:
    (folder,) = plan(machine).home.glob("env-*")
    return folder


def test_after_a_good_installation_every_line_is_right(machine: Simulated) -> None:
    found = diagnose(None, machine)
    assert {finding.title for finding in found if finding.state is State.BAD} == set()
    titles = [finding.title for finding in found]
    assert titles[:3] == ["版本", "程序包", "随附文件"]
    assert {"工作簿", "Excel", "Excel 的 COM 组件", "解释器", "DLL", "宏", "受信任位置", "安全策略"} <= set(
        titles
    )
    assert by_title(machine)["DLL"].detail == "xlwings64-0.37.8.dll 在解释器旁边，版本相符"
    assert "64 位" in by_title(machine)["Excel"].detail


Plant = Callable[[Simulated], object]


def drop(root: str, key: str, name: str = "") -> Plant:
    return lambda machine: machine.values.pop((root, key, name))


def put(root: str, key: str, name: str, value: str | int) -> Plant:
    return lambda machine: machine.values.update({(root, key, name): value})


def conf(text: str) -> Plant:
    return lambda machine: user_file(machine).write_bytes(text.encode(machine.code_page))


def without_dlls(machine: Simulated) -> None:
    for path in environment(machine).rglob("xlwings*.dll"):
        path.unlink()


def other_dll(machine: Simulated) -> None:
    without_dlls(machine)
    (environment(machine) / "xlwings64-0.30.0.dll").write_bytes(b"old")


def changed_dll(machine: Simulated) -> None:
    packages = environment(machine) / "Lib" / "site-packages" / "xlwings-0.37.8.dist-info"
    packages.mkdir()
    mark = base64.urlsafe_b64encode(hashlib.sha256(b"as packed").digest()).decode().rstrip("=")
    (packages / "RECORD").write_text(f"../../xlwings64-0.37.8.dll,sha256={mark},9\n")


def without_pywin32(machine: Simulated) -> None:
    shutil.rmtree(environment(machine) / "Lib" / "site-packages" / "pywin32-312.dist-info")


def foreign_python(machine: Simulated) -> None:
    python = machine.root / "other" / "Scripts" / "python.exe"
    python.parent.mkdir(parents=True)
    python.write_bytes(b"exe")
    conf(f'"INTERPRETER_WIN","{python}"\r\n')(machine)


FAULTS: list[tuple[Plant, str, str, str]] = [
    (drop("HKLM", APP_PATH), "Excel", "没有找到", "桌面版"),
    (
        put("HKLM", APP_PATH, "", r"C:\Program Files\WindowsApps\O\EXCEL.EXE"),
        "Excel", "微软商店", "卸载商店版",
    ),
    (drop("HKCR", r"Excel.Application\CLSID"), "Excel 的 COM 组件", "没有登记", "修复"),
    (
        put("HKCR", rf"CLSID\{EXCEL_CLASS}\LocalServer32", "", r"C:\WPS\et.exe /automation"),
        "Excel 的 COM 组件", "别的程序占用", "WPS",
    ),
    (lambda machine: user_file(machine).unlink(), "解释器", "没有 INTERPRETER_WIN", "install.cmd"),
    (conf('"INTERPRETER_WIN",""\r\n'), "解释器", "是空白", "install.cmd"),
    (conf('"INTERPRETER_WIN","C:\\gone\\Scripts\\python.exe"\r\n'), "解释器", "文件不存在", "install.cmd"),
    (conf('"INTERPRETER_WIN","C:\\Program Files\\WindowsApps\\python.exe"\r\n'), "解释器", "微软商店", "python.org"),
    (foreign_python, "解释器", "没有 crm_xl", "install.cmd"),
    (without_pywin32, "解释器", "缺少 pywin32", "install.cmd"),
    (lambda machine: shutil.rmtree(machine.base_prefix), "解释器", "已被卸载", "装回"),
    (without_dlls, "DLL", "不在解释器旁边", "隔离区"),
    (other_dll, "DLL", "xlwings64-0.30.0.dll，而工作簿需要 xlwings64-0.37.8.dll", "版本不一致"),
    (changed_dll, "DLL", "与安装时不同", "隔离区"),
    (
        lambda machine: user_file(machine).write_bytes(user_file(machine).read_bytes() + b'"DEBUG UDFS","True"\r\n'),
        "xlwings 设置", "DEBUG UDFS", "False",
    ),
    (put("HKCU", SECURITY, "VBAWarnings", 4), "宏", "禁用了全部宏", "信任中心"),
    (put("HKCU", POLICY, "VBAWarnings", 4), "宏", "禁用了全部宏", "管理员"),
    (put("HKLM", ASR, NO_CHILDREN, "1"), "安全策略", "禁止 Office 启动", "管理员"),
]  # fmt: skip


@pytest.mark.parametrize(("plant", "title", "detail", "remedy"), FAULTS)
def test_a_planted_fault_is_named_with_its_remedy(
    machine: Simulated, plant: Plant, title: str, detail: str, remedy: str
) -> None:
    plant(machine)
    found = by_title(machine)[title]
    assert found.state is State.BAD
    assert detail in found.detail
    assert remedy in found.remedy


def test_a_trusted_place_covers_folders_below_only_where_excel_says_so(machine: Simulated) -> None:
    key = rf"{SECURITY}\Trusted Locations\Location7"
    machine.values["HKCU", key, "Path"] = str(plan(machine).books.parent)
    assert by_title(machine)["受信任位置"].state is State.NOTE
    machine.values["HKCU", key, "AllowSubFolders"] = 1
    assert by_title(machine)["受信任位置"].state is State.GOOD


def test_all_macros_allowed_is_told_as_unsafe(machine: Simulated) -> None:
    machine.values["HKCU", SECURITY, "VBAWarnings"] = 1
    assert by_title(machine)["宏"].state is State.NOTE


def test_another_add_in_of_xlwings_is_told_and_is_no_fault(machine: Simulated) -> None:
    start = machine.profile / "AppData" / "Roaming" / "Microsoft" / "Excel" / "XLSTART"
    start.mkdir(parents=True)
    (start / "xlwings.xlam").write_bytes(b"x")
    assert by_title(machine)["其他 xlwings"].state is State.NOTE


def test_an_office_of_32_bits_needs_the_dll_of_32_bits(machine: Simulated) -> None:
    machine.values["HKLM", OFFICE + r"\ClickToRun\Configuration", "Platform"] = "x86"
    assert "xlwings32-0.37.8.dll" in by_title(machine)["DLL"].detail


def test_where_bitness_is_not_known_both_dlls_are_asked_for(machine: Simulated) -> None:
    del machine.values["HKLM", OFFICE + r"\ClickToRun\Configuration", "Platform"]
    dlls = [finding.detail for finding in diagnose(None, machine) if finding.title == "DLL"]
    assert [detail[:9] for detail in dlls] == ["xlwings32", "xlwings64"]


def test_the_sheet_of_the_workbook_goes_before_the_files(machine: Simulated, tmp_path: Path) -> None:
    path = tmp_path / "own.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("xlwings.conf")
        sheet.write_row(0, 0, ["Interpreter_Win", "D:\\my\\python.exe"])
        sheet.write_row(2, 0, ["DEBUG UDFS", "True"])  # below a blank row: xlwings does not look there
    found = by_title(machine, path)
    assert "D:\\my\\python.exe（工作表 xlwings.conf）" in found["解释器"].detail
    assert "xlwings 设置" not in found


def test_the_shipped_workbook_names_no_interpreter() -> None:
    settings = excel_checks.sheet_settings(assets.asset(assets.WORKBOOK))
    assert settings["UDF MODULES"] == "crm_xl.excel.udfs"
    assert "INTERPRETER_WIN" not in settings


def test_a_file_from_the_internet_is_told(machine: Simulated) -> None:
    workbook = plan(machine).books / "CRM_Analysis.xlsm"
    workbook.with_name(workbook.name + ":Zone.Identifier").write_text("[ZoneTransfer]\nZoneId=3\n")
    assert "解除锁定" in by_title(machine)["工作簿来源"].remedy


def test_an_older_workbook_is_told(machine: Simulated, tmp_path: Path) -> None:
    path = tmp_path / "old.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("首页").write(0, 0, 0)
        book.define_name("CRM_SCHEMA_VERSION", "=首页!$A$1")
    assert "crm-xl upgrade" in by_title(machine, path)["工作簿"].remedy


def test_a_damaged_workbook_does_not_end_the_diagnosis(machine: Simulated, tmp_path: Path) -> None:
    path = tmp_path / "broken.xlsm"
    path.write_bytes(b"PK\x03\x04broken")
    found = by_title(machine, path)
    assert found["工作簿"].state is State.BAD
    assert found["宏"].state is State.GOOD


def test_a_check_that_fails_says_so_and_the_rest_is_told(
    machine: Simulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("registry of a kind nobody expected")

    monkeypatch.setattr(machine, "keys", broken)
    found = by_title(machine)
    assert found["受信任位置"].detail == "没能检查（RuntimeError）"
    assert "写入权限（日志文件夹）" in found


def test_a_folder_that_cannot_be_written_is_named(
    machine: Simulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(dir: Path) -> object:
        raise PermissionError(13, "denied")

    monkeypatch.setattr(program_checks.tempfile, "TemporaryFile", denied)
    assert by_title(machine)["写入权限（工作簿文件夹）"].state is State.BAD


# --- Elsewhere than on Windows ---------------------------------------------------------------------------


def test_on_linux_it_tells_what_is_not_here_and_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "user_log_path", lambda *_, **__: tmp_path)
    monkeypatch.setattr(soffice, "soffice", lambda: None)
    found = {finding.title: finding for finding in diagnose()}
    assert found["Excel"].state is State.NOT_HERE
    assert "install.cmd" in found["Excel"].remedy and "crm-xl libreoffice install" in found["Excel"].remedy
    assert found["LibreOffice"].state is State.BAD
    assert "apt install libreoffice-calc" in found["LibreOffice"].remedy
    assert not {"DLL", "宏", "解释器"} & set(found)


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A LibreOffice with Writer, and a user's home without our add-in; where its programs are."""
    monkeypatch.setattr(log, "user_log_path", lambda *_, **__: tmp_path)
    programs = tmp_path / "program"
    programs.mkdir()
    (programs / "libswlo.so").touch()
    there = soffice.Installed(
        program=programs / "soffice.bin", python=Path("/usr/bin/python3"), python_version=(3, 11)
    )
    monkeypatch.setattr(soffice, "installed", lambda: there)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", "")
    return programs


def test_on_linux_an_add_in_that_is_not_installed_is_told_with_the_command(office: Path) -> None:
    finding = {each.title: each for each in diagnose()}["LibreOffice 加载项"]
    assert finding.state is State.NOTE and "crm-xl libreoffice install" in finding.remedy
    package = office.parent / ".config/libreoffice/4/user/uno_packages/cache/uno_packages/lu1.tmp_"
    package.mkdir(parents=True)
    (package / soffice.ADD_IN).touch()
    assert {each.title: each for each in diagnose()}["LibreOffice 加载项"].state is State.GOOD


def test_on_linux_a_missing_writer_is_told_since_it_makes_the_pdf(office: Path) -> None:
    assert "LibreOffice Writer" not in {each.title for each in diagnose()}
    (office / "libswlo.so").unlink()
    finding = {each.title: each for each in diagnose()}["LibreOffice Writer"]
    assert "apt install libreoffice-writer" in finding.remedy


def test_without_a_chinese_font_it_is_told_before_a_report_lacks_its_charts(
    office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawings, "chinese_font", lambda: "")
    finding = {each.title: each for each in diagnose()}["中文字体"]
    assert finding.state is State.NOTE and "fonts-noto-cjk" in finding.remedy


def test_an_optional_part_that_is_missing_comes_with_its_command(
    office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = metadata.version

    def version(name: str) -> str:
        if name in ("psycopg", "sqlalchemy"):
            raise metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(program_checks.metadata, "version", version)
    finding = {each.title: each for each in diagnose()}["可选：从数据库导入"]
    assert finding.state is State.NOTE and "crm-xl extra sql" in finding.remedy


def test_with_excel_libreoffice_is_not_asked_for(machine: Simulated, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> None:
        raise CrmError("没有找到 LibreOffice。")

    monkeypatch.setattr(soffice, "installed", absent)
    assert by_title(machine)["LibreOffice"].state is State.NOT_HERE


# --- The report ------------------------------------------------------------------------------------------


def test_the_report_names_no_person_and_no_computer(machine: Simulated) -> None:
    machine.variables |= {"USERNAME": "wang", "COMPUTERNAME": "PC-17"}
    text = report(diagnose(None, machine), machine)
    assert str(machine.profile) not in text and "/wang" not in text
    assert "~/AppData/Local/crm_xl/env-0.1.0-1/Scripts/python.exe（用户文件夹的 xlwings.conf）" in text
    assert text.splitlines()[0].endswith("没有发现问题。")
    user_file(machine).unlink()
    assert "2 处需要处理（✘）" in report(diagnose(None, machine), machine)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (r"C:\Users\王敏\AppData", r"~\AppData"),
        (r"c:/users/王敏/x，下一句", "~/x，下一句"),
        (r"C:\Users\王敏", "~"),
        (r"C:\Users\王敏敏\x", r"C:\Users\王敏敏\x"),  # another person's folder is another name
        (r"D:\数据\王敏\x.xlsx", r"D:\数据\（用户）\x.xlsx"),
        (r"\\PC-17\c$", r"\\（电脑）\c$"),
        ("13800001234", "138****1234"),
    ],
)
def test_names_go_where_they_stand_by_themselves(tmp_path: Path, text: str, shown: str) -> None:
    machine = Simulated(tmp_path)
    machine.variables = {"USERPROFILE": r"C:\Users\王敏", "USERNAME": "王敏", "COMPUTERNAME": "PC-17"}
    assert anonymous(text, machine) == shown


def test_a_name_of_one_letter_does_not_eat_the_report(tmp_path: Path) -> None:
    machine = Simulated(tmp_path)
    machine.variables = {"USERPROFILE": "/home/a", "USERNAME": "a", "COMPUTERNAME": ""}
    assert anonymous("/home/a/b /usr/a/b", machine) == "~/b /usr/a/b"


def test_button_and_command_show_the_same_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "user_log_path", lambda *_, **__: tmp_path)
    file = tmp_path / "客户.xlsm"
    shutil.copyfile(assets.asset(assets.WORKBOOK), file)

    class Desk:
        pass

    desk = Desk()
    desk.file = file  # type: ignore[attr-defined]
    monkeypatch.setattr(soffice, "soffice", lambda: None)  # something to tell in full
    said = command("doctor").handler(desk, lambda *_: None)  # type: ignore[arg-type]
    machine = Windows()
    findings = diagnose(file, machine)
    saved = (tmp_path / "诊断.txt").read_text(encoding="utf-8")
    # Beside the time of day in the first line.
    assert saved.splitlines()[1:] == report(findings, machine).splitlines()[1:]
    assert "诊断：1 处需要处理（✘）。\n" in said
    for finding in findings:
        assert finding.title in said
        assert (finding.remedy in said) == (finding.state in (State.BAD, State.NOTE) or not finding.remedy)
    assert str(tmp_path / "诊断.txt") in said


def test_a_report_that_cannot_be_saved_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> Path:
        raise PermissionError(13, "denied")

    monkeypatch.setattr(help_commands, "log_file", refused)

    class Desk:
        file = None

    said = command("doctor").handler(Desk(), lambda *_: None)  # type: ignore[arg-type]
    assert said.startswith("客户分析诊断") and "✔ 版本" in said


def test_every_optional_part_it_names_is_one_that_the_project_declares() -> None:
    text = (Path(__file__).resolve().parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    assert set(PURPOSES) <= set(tomllib.loads(text)["project"]["optional-dependencies"])
