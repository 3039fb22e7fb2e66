"""Strict macro security: the add-in is no macro and computes as ever; a workbook with Excel's macros is refused."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from crm_xl.builder.specs import WORKBOOK
from crm_xl.errors import CrmError
from crm_xl.libreoffice import engine
from crm_xl.libreoffice.plain_copy import plain_copy
from crm_xl.soffice import OLDEST
from tests.builder.shipped import committed
from tests.libreoffice.conftest import Calc, importable
from tests.support.office import SCRIPTS

# The example that shows what a wrong argument gives.
MEANT = {'{=PRIORITY("八十五")}': "#VALUE!"}


@pytest.mark.slow
@pytest.mark.libreoffice
def test_functions_and_menu_do_without_macros_and_excels_macros_are_named(
    calc: Calc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_XL_PATHS", os.pathsep.join(map(str, importable(tmp_path / "packages"))))
    macros = Path(shutil.copy(committed(WORKBOOK), tmp_path / "客户 分析.xlsm"))
    plain = plain_copy(macros, tmp_path / "plain.xlsx")
    told = json.loads(calc.office.run(SCRIPTS / "security.py", plain, macros, seconds=300))
    assert told["as it comes"] == told["very high"] == told["no macros"] == MEANT
    assert told["with macros"] > len(MEANT)  # why that workbook is refused
    assert told["said"] == [
        "客户 分析.xlsm：这份工作簿带有 Excel 的宏，其中的函数与加载项同名：宏安全性不允许运行宏时，公式会显示 #VALUE!；"
        '允许运行时，算出的也不是加载项的结果。请关闭它，运行 crm-xl libreoffice workbook "客户 分析.xlsm"，'
        "再用 LibreOffice 打开得到的 .xlsx。"
    ]


def test_a_libreoffice_that_is_too_old_is_told_before_anything_is_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The engine asks the LibreOffice it is connected to; the installer asks the program."""
    monkeypatch.setattr(engine, "office_version", lambda _: "7.3.7.2")
    with pytest.raises(CrmError, match=r"^LibreOffice 7\.3 太旧。请升级到 7\.4 以上版本。$"):
        engine.add_engine(None)
    assert OLDEST == (7, 4)
