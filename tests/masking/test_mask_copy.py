"""The masked copy, unzipped and searched part by part."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from crm_xl.builder.specs import WORKBOOK
from crm_xl.errors import CrmError
from crm_xl.masking import mask_copy
from crm_xl.refreshing import check
from tests.books.samples import contents_of, edit_parts
from tests.builder.shipped import committed, opened
from tests.masking.planted import planted_book
from tests.support import secrets as s
from tests.support.office import SCRIPTS, Office
from tests.support.validator import validate


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    return planted_book(tmp_path / "客户.xlsx")


def test_the_planted_workbook_holds_every_secret(planted: Path) -> None:
    found = s.package_leaks(planted)
    assert set().union(*found.values()) == set(s.ALL)
    assert len(found) >= 15


def test_nothing_planted_is_left_anywhere_in_the_package(planted: Path) -> None:
    before = planted.read_bytes()
    made = mask_copy(planted)
    assert made.path.name == "客户_脱敏.xlsx"
    assert s.package_leaks(made.path) == {}
    assert planted.read_bytes() == before
    assert [path.name for path in sorted(planted.parent.iterdir())] == ["客户.xlsx", "客户_脱敏.xlsx"]


def test_what_is_nobodys_secret_stays(planted: Path) -> None:
    copy = mask_copy(planted).path
    book = openpyxl.load_workbook(copy)
    customers, contacts, orders = (book[name] for name in ("客户", "联系人", "订单"))
    assert [customers.cell(5, column).value for column in (1, 2, 3)] == ["C1", s.COMPANY, "企业"]
    assert customers["B6"].value == "慕容*晴"
    assert contacts["C5"].value == "王*明"
    assert contacts["F6"].value == "186****6666"
    # An amount that looks like a phone is an amount.
    assert orders["E5"].value == 13911112223
    own = book["我的笔记"]
    assert own["A7"].value == "=SUM(订单!E5:E6)"
    assert own["A4"].value == "电话186****6666"
    assert own["A3"].value == "手机139****2222，找王*明"
    assert own.tables["tblMine"].ref == "F1:G3"


def test_a_masked_copy_counts_the_same_money(planted: Path) -> None:
    original, masked = check(planted), check(mask_copy(planted).path)
    assert original.balance is not None
    assert masked.balance == original.balance
    assert masked.customers == original.customers


def test_masking_twice_changes_no_cell(planted: Path, tmp_path: Path) -> None:
    once = mask_copy(planted).path
    twice = mask_copy(once, tmp_path / "再.xlsx").path
    first, second = contents_of(once), contents_of(twice)
    sheets = [part for part in first if part.startswith(("xl/worksheets/sheet", "xl/sharedStrings"))]
    assert {part: second[part] for part in sheets} == {part: first[part] for part in sheets}


def test_an_existing_file_is_not_overwritten(planted: Path) -> None:
    mask_copy(planted)
    with pytest.raises(CrmError, match="文件已存在"):
        mask_copy(planted)
    with pytest.raises(CrmError, match="扩展名"):
        mask_copy(planted, planted.with_name("x.xlsm"))


@pytest.mark.parametrize(
    ("part", "old", "new", "kind"),
    [
        ("xl/workbook.xml", "我的笔记", s.NAMES[0], "工作表"),
        ("xl/workbook.xml", 'name="WHO"', f'name="{s.NAMES[1]}"', "名称"),
        ("xl/tables/table5.xml", 'displayName="tblMine"', f'displayName="{s.NAMES[1]}"', "表格"),
    ],
)
def test_a_thing_called_by_a_secret_is_refused_without_repeating_it(
    planted: Path, part: str, old: str, new: str, kind: str
) -> None:
    edit_parts(planted, {part: lambda data: data.replace(old.encode(), new.encode())})
    with pytest.raises(CrmError, match=kind) as caught:
        mask_copy(planted)
    assert s.leaks(str(caught.value)) == []
    assert not planted.with_name("客户_脱敏.xlsx").exists()


def test_a_data_model_is_refused(planted: Path) -> None:
    edit_parts(planted, {}, {"xl/model/item.data": b"x"})
    with pytest.raises(CrmError, match="数据模型"):
        mask_copy(planted)


def test_the_shipped_workbook_keeps_every_part_and_its_macros(tmp_path: Path) -> None:
    shipped = committed(WORKBOOK)
    made = mask_copy(shipped, tmp_path / "副本.xlsm")
    original = contents_of(shipped)
    assert contents_of(made.path).keys() == original.keys()
    assert contents_of(made.path)["xl/vbaProject.bin"] == original["xl/vbaProject.bin"]


@pytest.mark.slow
def test_the_validator_has_no_objection_to_a_masked_copy(planted: Path, tmp_path: Path) -> None:
    assert validate(mask_copy(committed(WORKBOOK), tmp_path / "副本.xlsm").path) == []
    # What was planted without a content type or a place to be read from is wrong before and after.
    before = {str(finding) for finding in validate(planted)}
    assert {str(finding) for finding in validate(mask_copy(planted).path)} <= before


@pytest.mark.slow
@pytest.mark.libreoffice
def test_libreoffice_opens_a_masked_copy_and_shows_the_masks(tmp_path: Path, office: Office) -> None:
    copy = mask_copy(committed(WORKBOOK), tmp_path / "副本.xlsm").path
    saved = tmp_path / "副本.xlsx"
    with office.private_copy(copy) as opened_copy:
        office.run(SCRIPTS / "save_as.py", opened_copy, saved, "Calc MS Excel 2007 XML")
    phones = [row[5].value for row in opened(saved)["联系人"].iter_rows(min_row=5, max_row=8)]
    assert phones == ["154****0001", "154****0002", "154****0003", "154****0004"]
