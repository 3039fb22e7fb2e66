"""The parts of installing by themselves: places, the configuration file, the offline packages."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_xl.errors import CrmError
from crm_xl.installing.config import Config, found_setting, user_file
from crm_xl.installing.layout import (
    LONGEST_MEMBER,
    check_interpreter,
    check_places,
    check_system,
    is_store,
    longest_member,
    plan,
)
from crm_xl.installing.machine import inside, long_paths, same_path
from crm_xl.installing.source import source_of
from tests.installing.simulated import Simulated, wheel, wheelhouse

NT_LONG = ("HKLM", r"SYSTEM\CurrentControlSet\Control\FileSystem", "LongPathsEnabled")


@pytest.fixture
def machine(tmp_path: Path) -> Simulated:
    return Simulated(tmp_path / "disk")


# --- Interpreter and places ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "found", "said"),
    [
        ({}, (3, 10), "太旧"),
        ({"bits": 32}, (3, 12), "32 位"),
        ({"base_prefix": Path(r"C:\Program Files\WindowsApps\Python.3.12")}, (3, 12), "微软商店"),
        ({"python": Path(r"C:\Users\w\AppData\Local\Microsoft\WindowsApps\python.exe")}, (3, 12), "微软商店"),
    ],
)
def test_an_interpreter_that_cannot_serve_excel_is_refused(
    machine: Simulated, change: dict[str, object], found: tuple[int, int], said: str
) -> None:
    check_interpreter(machine, (3, 11), (3, 11))
    for name, value in change.items():
        setattr(machine, name, value)
    with pytest.raises(CrmError, match=said):
        check_interpreter(machine, (3, 11), found)


def test_there_is_nothing_to_install_or_remove_elsewhere_than_on_windows(machine: Simulated) -> None:
    check_system(machine)
    machine.windows = False
    with pytest.raises(CrmError, match=r"只用于 Windows.*crm-xl libreoffice install"):
        check_system(machine)


def test_a_path_of_260_characters_is_refused_unless_windows_allows_it(machine: Simulated) -> None:
    # 122 of the folder, 37 of the environment in it, 125 of the longest file: 284 > 259.
    home = Path("C:" + "\\x" * 60)
    layout = plan(machine, home=home, books=Path("D:\\b"))
    check_places(machine, layout)
    machine.values[NT_LONG] = 0
    assert not long_paths(machine)
    with pytest.raises(CrmError, match=r"超过 Windows 的 260.*--home"):
        check_places(machine, layout)
    check_places(machine, plan(machine, home=Path("C:\\c"), books=Path("D:\\b")))


def test_excel_opens_no_path_beyond_218_characters(machine: Simulated) -> None:
    # "\CRM_Analysis.xlsm" is 18 characters: 200 + 18 = 218 is the last that goes.
    check_places(machine, plan(machine, home=Path("C:\\c"), books=Path("D:" + "b" * 198)))
    with pytest.raises(CrmError, match=r"219 个字符.*--books"):
        check_places(machine, plan(machine, home=Path("C:\\c"), books=Path("D:" + "b" * 199)))


def test_program_and_workbooks_lie_apart(machine: Simulated) -> None:
    with pytest.raises(CrmError, match="不能放在同一个文件夹"):
        check_places(machine, plan(machine, home=Path("C:\\a\\b"), books=Path("c:/A")))


def test_the_folder_of_one_user_is_not_that_of_another(tmp_path: Path) -> None:
    one, other = (Simulated(tmp_path / "d", user=user) for user in ("王敏", "李强"))
    assert plan(one).home != plan(other).home
    assert plan(one).data.parts[-4:-1] == ("王敏", "AppData", "Local")


@pytest.mark.parametrize(
    ("path", "folder", "holds"),
    [
        ("C:\\a\\b.exe", "c:/A", True),
        ("C:\\a", "C:\\a\\", True),
        ("C:\\ab\\c", "C:\\a", False),
        ("C:\\a\\..\\b", "C:\\a", False),
    ],
)
def test_paths_are_compared_as_windows_does(path: str, folder: str, holds: bool) -> None:
    assert inside(path, folder) is holds
    assert same_path(folder, folder.upper().replace("/", "\\"))


def test_a_store_program_is_known_by_its_folder() -> None:
    assert is_store(r"C:\Program Files\WindowsApps\Microsoft.Office")
    assert not is_store(r"C:\WindowsAppsOld\python.exe")


def test_the_longest_path_is_measured_where_there_are_wheels(tmp_path: Path) -> None:
    assert longest_member([]) == LONGEST_MEMBER
    made = wheel(tmp_path)
    assert longest_member([made]) == len("crm_xl/shipped/templates/customer_grading.xlsx")
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr("crm_xl/installing/machine.py", "")
    # 28 signs, and while it is compiled \__pycache__\ (12), .cpython-312 (12), c, and .123456789012345 (16).
    assert longest_member([made]) == 28 + 41


# --- xlwings.conf ----------------------------------------------------------------------------------------

KEYS = st.sampled_from(["INTERPRETER_WIN", "interpreter_win", "SHOW CONSOLE", "PYTHONPATH"])
LINES = st.lists(
    st.tuples(KEYS, st.text("路径C:\\ab ;", max_size=8)).map(lambda pair: f'"{pair[0]}","{pair[1]}"')
    | st.sampled_from(["", "# a note", '"broken', "汉字"]),
    max_size=6,
)


@given(LINES, st.sampled_from(["\n", "\r\n"]), st.booleans(), st.sampled_from(["utf-8", "cp936"]))
def test_only_our_own_line_ever_changes(lines: list[str], end: str, ended: bool, code_page: str) -> None:
    text = end.join(lines) + (end if lines and ended else "")
    before = Config(path=Path("x"), text=text, code_page=code_page)
    after = before.with_value("INTERPRETER_WIN", "C:\\new\\python.exe")
    assert after.get("interpreter_win") == "C:\\new\\python.exe"

    def others(config: Config) -> list[str]:
        found = (config.text or "").splitlines()
        return [line for line in found if not line.lower().startswith('"interpreter_win"')]

    assert others(after) == others(before)
    assert after.with_value("INTERPRETER_WIN", "C:\\new\\python.exe").content == after.content
    assert others(after.with_value("INTERPRETER_WIN", None)) == others(before)
    if before.get("INTERPRETER_WIN") is None and text.endswith(end):
        assert after.with_value("INTERPRETER_WIN", None).content == before.content


def test_bytes_that_are_no_text_survive(tmp_path: Path) -> None:
    path = tmp_path / "xlwings.conf"
    path.write_bytes(b'"A","\xff\xfe"\r\n')
    config = Config.read(path, "cp936").with_value("B", "1")
    assert config.content == b'"A","\xff\xfe"\r\n"B","1"\r\n'


def test_the_order_is_sheet_then_beside_the_workbook_then_the_user(
    machine: Simulated, tmp_path: Path
) -> None:
    key, folder = "INTERPRETER_WIN", tmp_path / "books"
    folder.mkdir()
    assert found_setting(machine, key, {}, folder) is None
    user = user_file(machine)
    user.parent.mkdir(parents=True)
    user.write_text('"INTERPRETER_WIN","%USERPROFILE%/u.exe"\n')
    found = found_setting(machine, key, {}, folder)
    assert found is not None
    assert (found.value, found.where) == (f"{machine.profile}/u.exe", "用户文件夹的 xlwings.conf")
    (folder / "xlwings.conf").write_text('"interpreter_win","D:\\b.exe"\n')
    beside = found_setting(machine, key, {}, folder)
    assert beside is not None and beside.value == "D:\\b.exe"
    # A blank on the sheet still goes before everything else.
    blank = found_setting(machine, key, {key: ""}, folder)
    assert blank is not None and (blank.value, blank.where) == ("", "工作表 xlwings.conf")


# --- Offline packages ------------------------------------------------------------------------------------


def test_a_whole_wheelhouse_is_taken(tmp_path: Path) -> None:
    house = wheelhouse(tmp_path)
    source = source_of(wheelhouse=house)
    assert (source.version, source.wheel) == ("0.1.0", house / "crm_xl-0.1.0-py3-none-any.whl")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda house: (house / "SHA256SUMS").unlink(), "校验文件"),
        (lambda house: next(house.glob("xlwings-*.whl")).unlink(), "缺少 xlwings-0.37.8"),
        (lambda house: next(house.glob("xlwings-*.whl")).write_bytes(b"x"), "与校验值不符"),
    ],
)
def test_a_spoilt_wheelhouse_is_refused(tmp_path: Path, spoil: object, said: str) -> None:
    house = wheelhouse(tmp_path)
    spoil(house)  # type: ignore[operator]
    with pytest.raises(CrmError, match=said):
        source_of(wheelhouse=house)


def test_a_wheelhouse_for_another_python_is_told_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = wheelhouse(tmp_path)
    monkeypatch.setattr("sys.version_info", (3, 14, 0))
    with pytest.raises(CrmError, match=r"用于 Python 3\.11，现在是 3\.14"):
        source_of(wheelhouse=house)


def test_a_file_that_is_no_wheel_of_ours_is_refused(tmp_path: Path) -> None:
    (tmp_path / "crm.whl").write_bytes(b"")
    with pytest.raises(CrmError, match="不是 crm_xl 的安装文件"):
        source_of(wheel=tmp_path / "crm.whl")


def test_our_own_package_never_comes_from_an_index() -> None:
    # Anybody could publish one under our name there.
    with pytest.raises(CrmError, match="--wheelhouse"):
        source_of()


def test_a_wheelhouse_without_us_is_refused(tmp_path: Path) -> None:
    (tmp_path / "SHA256SUMS").write_text("")
    with pytest.raises(CrmError, match="没有 crm_xl 本身"):
        source_of(wheelhouse=tmp_path)
