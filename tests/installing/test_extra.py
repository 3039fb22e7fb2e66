"""`crm-xl extra`: an optional part goes into the Python that runs, by the bounds that our own package declares."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from crm_xl.errors import CrmError
from crm_xl.installing import extra
from crm_xl.installing.extra import add


def calls(patch: pytest.MonkeyPatch, code: int) -> list[list[str]]:
    """The commands that were run, each ending with that code."""
    made: list[list[str]] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        made.append(command)
        return subprocess.CompletedProcess(command, code)

    patch.setattr(extra.subprocess, "run", run)
    return made


def test_this_very_python_gets_the_part_of_our_own_package(monkeypatch: pytest.MonkeyPatch) -> None:
    made = calls(monkeypatch, 0)
    assert add("sql") == "完成：已装上“从数据库导入”所需的组件。"
    ((python, *_, what),) = made
    assert (python, what) == (sys.executable, "crm-xl[sql]")


def test_no_network_is_said_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    calls(monkeypatch, 1)
    with pytest.raises(CrmError, match=r"没能装上“超大文件与数据仓库”.*网络"):
        add("warehouse")


def test_a_part_that_does_not_exist_runs_nothing_and_names_those_that_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = calls(monkeypatch, 0)
    with pytest.raises(CrmError, match=r"没有“sqll”.*report、model、sql"):
        add("sqll")
    assert made == []


def test_parts_that_are_there_are_asked_of_no_index() -> None:
    """For real, with an index that does not answer: our own name is never looked up."""
    done = subprocess.run(
        [sys.executable, "-c", "from crm_xl.installing.extra import add; print(add('report'))"],
        capture_output=True, text=True, encoding="utf-8", check=False,
        env={"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_NO_INPUT": "1", "PIP_RETRIES": "0", "PYTHONUTF8": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "完成：已装上“Word 报告和其中的图”所需的组件。"
