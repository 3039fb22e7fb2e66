"""A copy without Excel's macros: everything else in it is as it was."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from crm_xl import CrmError
from crm_xl.assets import WORKBOOK, asset
from crm_xl.libreoffice.plain_copy import plain_copy
from crm_xl.package.archive import Archive
from crm_xl.package.parts import Parts
from tests.builder.shipped import opened, parts
from tests.support.validator import validate

HOME = "xl/worksheets/sheet1.xml"  # its first row asks to enable macros
BUTTONS = "xl/drawings/vmlDrawing1.vml"  # those of the start page
CHANGED = {"[Content_Types].xml", "_rels/.rels", "xl/_rels/workbook.xml.rels"}


def test_macros_and_ribbon_are_gone_and_nothing_else(tmp_path: Path) -> None:
    source = asset(WORKBOOK)
    copy = plain_copy(source, tmp_path / "plain.xlsx")
    before, after = parts(source), parts(copy)
    assert set(before) - set(after) == {"xl/vbaProject.bin", "customUI/customUI14.xml"}
    assert {name for name in after if after[name] != before[name]} == {*CHANGED, BUTTONS, HOME}
    assert after[HOME].replace(b' hidden="1"', b"", 1) == before[HOME]
    assert [row for row, shown in opened(copy)["首页"].row_dimensions.items() if shown.hidden] == [1]
    assert before[BUTTONS].count(b"<x:FmlaMacro>") == before[BUTTONS].count(b"<v:shape ") > 0
    assert b"<v:shape " not in after[BUTTONS]
    left = b"".join(after[name] for name in CHANGED)
    assert not re.search(rb"vbaProject|customUI|macroEnabled", left)
    with Archive(copy) as archive:
        found = Parts(archive)
        assert (found.suffix, found.has_macros) == (".xlsx", False)
    assert opened(copy).sheetnames == opened(source).sheetnames


def test_comments_and_pictures_stay_where_buttons_go(tmp_path: Path) -> None:
    source, buttons = tmp_path / "a.xlsx", tmp_path / "buttons.xlsx"
    with xlsxwriter.Workbook(source) as book:
        sheet = book.add_worksheet("表")
        sheet.write_comment("B2", "一句批注")
        sheet.insert_button("D4", {"macro": "Run", "caption": "按"})
        sheet.insert_textbox("F8", "点我")
    edit = re.compile(rb"(<xdr:sp) macro=\"\"")
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(buttons, "w") as new:
        for name in old.namelist():
            new.writestr(name, edit.sub(rb'\1 macro="[0]!Run"', old.read(name)))
    before, after = parts(buttons), parts(plain_copy(buttons, tmp_path / "plain.xlsx"))
    vml, drawing = "xl/drawings/vmlDrawing1.vml", "xl/drawings/drawing1.xml"
    assert b'macro="[0]!Run"' in before[drawing]
    assert after[drawing] == before[drawing].replace(b'macro="[0]!Run"', b'macro=""')
    assert before[vml].count(b"<v:shape ") == 2
    assert after[vml].count(b"<v:shape ") == 1
    assert b'ObjectType="Note"' in after[vml]
    assert opened(tmp_path / "plain.xlsx")["表"]["B2"].comment.text == "一句批注"


@pytest.mark.slow
def test_the_copy_is_a_workbook_to_the_letter(tmp_path: Path) -> None:
    assert validate(plain_copy(asset(WORKBOOK), tmp_path / "plain.xlsx")) == []


def test_a_workbook_without_macros_is_copied_as_it_is(tmp_path: Path) -> None:
    source = asset("templates/customer_grading.xlsx")
    before, after = parts(source), parts(plain_copy(source, tmp_path / "plain.xlsx"))
    assert {name for name in before if after[name] != before[name]} <= CHANGED
    assert list(after) == list(before)


@pytest.mark.parametrize(("name", "complaint"), [("a.xlsm", "必须是 .xlsx"), ("there.xlsx", "文件已存在")])
def test_a_target_that_will_not_do_is_refused(tmp_path: Path, name: str, complaint: str) -> None:
    (tmp_path / "there.xlsx").write_bytes(b"mine")
    with pytest.raises(CrmError, match=complaint):
        plain_copy(asset(WORKBOOK), tmp_path / name)
    assert (tmp_path / "there.xlsx").read_bytes() == b"mine"


def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsm", "w") as out:
        out.writestr("readme.txt", "no workbook")
    with pytest.raises(CrmError):
        plain_copy(tmp_path / "a.xlsm", tmp_path / "b.xlsx")
    assert not (tmp_path / "b.xlsx").exists()
