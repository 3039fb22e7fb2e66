"""docs/install.zh-CN.md tells of what there is: scripts, parameters, steps, commands, messages."""

from __future__ import annotations

import re
from pathlib import Path

from crm_xl.installing.layout import BOOKS
from tests.installing.test_script import parameters

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = (REPOSITORY / "docs" / "install.zh-CN.md").read_text(encoding="utf-8")


def test_it_says_first_that_nobody_has_seen_it_on_windows() -> None:
    assert "还没有人在 Windows 电脑上走过这里的步骤" in "".join(PAGE.splitlines()[:5])


def test_the_files_and_parameters_it_names_exist() -> None:
    for name in re.findall(r"`(install\.\w+)", PAGE):
        assert (REPOSITORY / name).is_file(), name
    named = set(re.findall(r" -([A-Z]\w+)", re.sub(r"powershell.*", "", PAGE)))
    assert named == set(parameters()) - {"Wheelhouse"}


def test_the_steps_are_those_the_installer_tells() -> None:
    source = (REPOSITORY / "crm_xl" / "installing" / "install.py").read_text(encoding="utf-8")
    steps = re.findall(r'title="([^"]+)"', source)
    assert len(steps) == 6
    assert "、".join(steps) in PAGE


def test_the_start_menu_is_as_installed() -> None:
    source = (REPOSITORY / "crm_xl" / "installing" / "install.py").read_text(encoding="utf-8")
    entries = re.findall(r'^        \("([^"]+)", ', source, re.MULTILINE)
    assert len(entries) == 5
    assert f"{BOOKS}：{'、'.join(entries)}" in PAGE


def test_the_messages_it_explains_are_said_somewhere() -> None:
    folders = [REPOSITORY / "crm_xl" / name for name in ("installing", "doctor")]
    said = "".join(path.read_text(encoding="utf-8") for folder in folders for path in folder.glob("*.py"))
    said += (REPOSITORY / "install.ps1").read_text(encoding="utf-8-sig")
    for message in (
        "没有找到可用的 Python", "来自微软商店", "与校验值不符", "连不上网络", "装好的程序没能载入", "没有写入权限",
        "本机代码页没有的字符", "禁止 Office 启动其他程序", "被别的程序占用", "离线安装包用于 Python",
    ):  # fmt: skip
        assert message in said and message in PAGE, message
