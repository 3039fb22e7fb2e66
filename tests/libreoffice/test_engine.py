"""The xlwings engine over UNO, asked what scripts ask that are written for Excel."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from crm_xl.errors import CrmError
from crm_xl.libreoffice import engine_base
from crm_xl.libreoffice.engine_base import fills, not_offered, uno
from tests.libreoffice.engine_session import Desk, desk

__all__ = ["desk"]


@pytest.fixture(scope="module")
def answers(desk: Desk) -> dict[str, Any]:
    return desk.run("engine_probe.py", desk.folder)


# What each question of support/uno/engine_probe.py is answered with.
EXPECTED = {
    "values": [
        ["a", "b", "c"],
        [1.0, 2.5, True],
        ["x", "7", "2024-02-29T12:30:00"],
        [None, 2.0, "#N/A"],
    ],
    "errors are blank": None,
    "formulas": ["", "=A2+1", "=#N/A"],
    "formats": ["BOOLEAN", None],
    "frame": True,
    "expand": "$E$1:$F$3",
    "region": "$E$1:$F$3",
    "ends": ["$A$3", "$C$1", "$E$1", "$H$1048576", "$F$1"],
    "table": ["$E$1:$F$3", ["t", "n"], [["甲", 1.0], ["乙", 2.0]]],
    "table of a cell": "T1",
    "update": "$E$1:$E$4",
    "names": {"k": '="hi"', "total": "=Sheet1!$A$1:$B$2"},
    "range of a name": ["$A$1:$B$2", "$A$1:$B$2"],
    "name changed": "=FALSE",
    "array": ["=A2:B2*2", 2.0, True, None],
    "looks": [[255, 0, 0], None, "0.00%"],
    "filled": [["one", "two", 2.0, "four"], "=1+1", [0, 255, 0], "0.000"],
    "settings": ["忙", False, "manual", "automatic"],
    "added sheet": ["第二", ["第二", "Sheet1"]],
    "no screen": "cancel",
    "native": [False, False, True, False],
    "kinds": [
        [[1.0, True, 1.0], [True, False, "2024-02-29T00:00:00"], [0.0, True, 2.0]],
        [
            [1.0, True, 1.0, "2024-02-29T00:00:00"],
            [True, False, "2024-02-29T00:00:00", True],
            [0.0, True, 2.0, 1.0],
        ],
        # 2024-02-29 is day 45351.
        [[1.0, 1.0, 1.0, 45351.0], [1.0, 0.0, 45351.0, 1.0], [0.0, 1.0, 2.0, 1.0]],
    ],
    "saved": [None, "new.xlsx", True],
    "found again": "new.xlsx",
}
# A refusal is one sentence of ours that says what to do.
REFUSED = {
    "refused": "LibreOffice 引擎不提供 Range.font。",
    "refused call": "LibreOffice 引擎不提供 App.run。",
    "unknown place": "没有区域“没有”",
    "too many cells": "请只读取用到的区域",
    "locked": "已在别处用 LibreOffice 打开",
    "damaged": "打不开这个文件",
    "unknown kind": "不能保存为“.docx”文件",
}


@pytest.mark.slow
@pytest.mark.libreoffice
@pytest.mark.parametrize("question", EXPECTED)
def test_scripts_for_excel_get_the_answers_of_excel(answers: dict[str, Any], question: str) -> None:
    assert answers[question] == EXPECTED[question]


@pytest.mark.slow
@pytest.mark.libreoffice
@pytest.mark.parametrize("question", REFUSED)
def test_what_is_not_offered_is_refused_in_a_sentence(answers: dict[str, Any], question: str) -> None:
    kind, text = answers[question]
    assert kind == "CrmError"
    assert REFUSED[question] in text
    assert "请" in text


@pytest.mark.slow
@pytest.mark.libreoffice
def test_hidden_totals_come_back_below_the_rows(answers: dict[str, Any]) -> None:
    hidden, area, row = answers["totals"]
    assert hidden == ["$E$1:$F$3", None]
    assert area == "$E$1:$F$3"
    assert row[0] == "合计"


@pytest.mark.slow
@pytest.mark.libreoffice
def test_a_block_of_another_shape_is_our_own_mistake(answers: dict[str, Any]) -> None:
    assert answers["unlike shape"][0] == "ValueError"


def test_everything_xlwings_leaves_to_an_engine_is_offered_or_refused() -> None:
    """A method that raises NotImplementedError would tell a person nothing."""
    code = (
        "import json, inspect; from xlwings import base_classes as base;"
        "from crm_xl.libreoffice import engine, engine_books, engine_names, engine_range, engine_sheets, engine_tables;"
        "own = {n: c for m in (engine, engine_books, engine_names, engine_range, engine_sheets, engine_tables)"
        " for n, c in vars(m).items() if inspect.isclass(c) and c.__module__ == m.__name__};"
        "code = lambda m: getattr(getattr(m, 'fget', m), '__code__', None);"
        "print(json.dumps([f'{n}.{k}' for n, c in own.items() if hasattr(base, n) for k in dir(c)"
        " if code(inspect.getattr_static(c, k)) and 'NotImplementedError' in code(inspect.getattr_static(c, k)).co_names]))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert json.loads(found) == []


def test_a_refusal_is_a_property_or_a_call_as_in_xlwings() -> None:
    class Base:
        @property
        def look(self) -> Any:
            raise NotImplementedError

        def act(self) -> Any:
            raise NotImplementedError

        def twice(self) -> int:
            return 2 * self.once()

        def once(self) -> int:
            raise NotImplementedError

    @fills(Base)
    class Own:
        def once(self) -> int:
            return 1

    own: Any = Own()
    assert own.twice() == 2
    for refused in (lambda: own.look, lambda: own.act(), lambda: setattr(own, "look", 1)):
        with pytest.raises(CrmError, match="LibreOffice 引擎不提供 Base"):
            refused()
    assert str(not_offered("x")).startswith("LibreOffice 引擎不提供 x。")


def test_another_python_is_told_which_one_to_use(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(engine_base, "import_module", missing)
    uno.cache_clear()
    with pytest.raises(CrmError, match=r"不能连接 LibreOffice.*python3"):
        uno()
    uno.cache_clear()


def test_the_engine_is_imported_without_uno(tmp_path: Path) -> None:
    """Windows and the tests' own Python have no uno."""
    code = "import sys; sys.modules['uno'] = None; import crm_xl.libreoffice.engine, crm_xl.libreoffice.menu"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path)
