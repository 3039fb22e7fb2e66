"""One workbook per owner: what is in each, and that nothing of anybody else is, in any part."""

from __future__ import annotations

import math
import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from crm_xl.books.file import FileBook
from crm_xl.builder.layout import plan
from crm_xl.builder.specs import WORKBOOK
from crm_xl.errors import CrmError
from crm_xl.refreshing import check, refresh
from crm_xl.splitting import OUR_SHEETS, UNASSIGNED, Split, safe_file_name, split
from crm_xl.tables import inputs as i
from tests.books.samples import book, edit_parts
from tests.builder.shipped import committed
from tests.masking.planted import planted_book
from tests.support import secrets as s
from tests.support.validator import validate


def column(path: Path, table: str, heading: str) -> list[Any]:
    raw = FileBook(path, read_only=True).read([table])[table]
    return list(raw.columns[raw.headings.index(heading)])


def texts(path: Path) -> str:
    """Every part, decoded, one after the other."""
    with zipfile.ZipFile(path) as package:
        return "\n".join(package.read(name).decode("utf-8", "replace") for name in package.namelist())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Split:
    """The shipped workbook, split."""
    return split(committed(WORKBOOK), tmp_path_factory.mktemp("split") / "out")


def test_every_customer_is_in_one_file_and_only_there(made: Split) -> None:
    shipped = committed(WORKBOOK)
    customers = dict(
        zip(
            column(shipped, "tblCustomers", "客户编号"),
            column(shipped, "tblCustomers", "负责人"),
            strict=True,
        )
    )
    assert set(made.files) == {owner or UNASSIGNED for owner in customers.values()}
    seen: list[str] = []
    for owner, path in made.files.items():
        mine = column(path, "tblCustomers", "客户编号")
        assert {customers[customer] or UNASSIGNED for customer in mine} == {owner}
        seen += set(mine)
        for table in (i.ORDERS, i.CONTACTS, i.INTERACTIONS, i.TICKETS, i.HISTORY):
            assert set(column(path, table.name, "客户编号")) <= set(mine)
        assert set(column(path, "tblScores", "客户编号")) == set(mine)
    assert sorted(seen) == sorted(set(customers))
    assert sorted(path.name for path in made.folder.iterdir()) == sorted(p.name for p in made.files.values())


def test_no_other_customers_number_name_or_contact_is_in_any_part(made: Split) -> None:
    raw = FileBook(committed(WORKBOOK), read_only=True).read(["tblCustomers", "tblContacts", "tblOrders"])
    of: dict[str, set[str]] = {}
    for table, headings in {
        "tblCustomers": ("客户编号", "客户名称"), "tblOrders": ("订单编号",),
        "tblContacts": ("联系人编号", "姓名", "手机", "邮箱"),
    }.items():  # fmt: skip
        found = raw[table]
        ids = found.columns[found.headings.index("客户编号")]
        for heading in headings:
            for customer, value in zip(ids, found.columns[found.headings.index(heading)], strict=True):
                if value is not None:
                    of.setdefault(customer, set()).add(str(value))
    examples = {column.example for table in i.INPUTS for column in table}
    for path in made.files.values():
        mine = set(column(path, "tblCustomers", "客户编号"))
        allowed = examples.union(*(values for customer, values in of.items() if customer in mine))
        foreign = set().union(*(values for customer, values in of.items() if customer not in mine)) - allowed
        assert len(foreign) > 1000
        # As words: a score of 84.10000000003 is nobody's phone.
        words = set(re.findall(r"[^<>\s\"]+", texts(path)))
        assert sorted(foreign & words) == []


def test_each_file_is_refreshed_for_its_customers_as_of_the_same_day(made: Split, tmp_path: Path) -> None:
    whole = check(committed(WORKBOOK))
    amounts = []
    for path in made.files.values():
        result = refresh(path, out=tmp_path / path.name, analysis_date=whole.analysis_date)
        scores = result.tables["tblScores"]
        assert column(path, "tblScores", "客户编号") == scores["customer_id"].tolist()
        assert column(path, "tblScores", "综合得分") == [
            None if math.isnan(score) else pytest.approx(score) for score in scores["score"]
        ]
        assert result.balance is not None
        amounts.append(result.balance.money_in)
    assert whole.balance is not None
    assert made.left_out == 0
    assert sum(amounts) == pytest.approx(whole.balance.money_in, abs=0.005)


def planted_split(tmp_path: Path) -> tuple[Path, Path]:
    """The files of 赵经理 (the company) and of 钱经理 (the person)."""
    files = split(planted_book(tmp_path / "客户.xlsx"), tmp_path / "out").files
    return files["赵经理"], files["钱经理"]


def test_nothing_of_the_other_owner_is_left_in_any_part(tmp_path: Path) -> None:
    company, person = planted_split(tmp_path)
    theirs = (s.PERSON, s.NAMES[2], s.PLAIN_LANDLINE, s.PHONES[1], s.E_MAILS[1], s.ID_NUMBERS[1], s.NAMES[1])
    assert s.package_leaks(company, theirs) == {}
    assert s.package_leaks(person, (s.COMPANY, s.NAMES[0], s.PHONES[0], s.E_MAILS[0], s.ID_NUMBERS[0])) == {}


def test_a_sheet_of_the_users_own_is_emptied_and_the_file_still_opens(tmp_path: Path) -> None:
    made = split(planted_book(tmp_path / "客户.xlsx"), tmp_path / "out")
    assert made.emptied == 1
    assert "1 张自建工作表" in made.message
    for path in made.files.values():
        book = openpyxl.load_workbook(path)
        assert book.sheetnames[-1] == "我的笔记"
        assert book["我的笔记"].calculate_dimension() == "A1:A1"
        assert "tblMine" not in FileBook(path, read_only=True).tables()


def test_our_sheets_are_those_the_builder_makes() -> None:
    assert {sheet.name for sheet in plan(WORKBOOK) if not sheet.placed} == OUR_SHEETS


@pytest.mark.parametrize(
    ("owner", "safe"),
    [("王敏", "王敏"), ("a/b\\c:d*e?f", "a_b_c_d_e_f"), ("NUL", "_NUL"), ("com1.txt", "_com1.txt"), ("王.", "王"),
     ("\x07\n", "__"), ("长" * 300, "长" * 60), ("...", "_")],
)  # fmt: skip
def test_names_of_owners_become_names_windows_takes(owner: str, safe: str) -> None:
    assert safe_file_name(owner) == safe


def test_files_that_are_there_are_not_overwritten(tmp_path: Path) -> None:
    book = planted_book(tmp_path / "客户.xlsx")
    split(book, tmp_path / "out")
    before = {path: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    with pytest.raises(CrmError, match="没有覆盖"):
        split(book, tmp_path / "out")
    assert {path: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_a_book_without_owners_says_what_is_missing(tmp_path: Path) -> None:
    book = planted_book(tmp_path / "客户.xlsx")
    edit_parts(
        book,
        {name: lambda data: data.replace("负责人".encode(), "某人".encode())
         for name in ("xl/sharedStrings.xml", "xl/tables/table1.xml", "xl/tables/table3.xml")},
    )  # fmt: skip
    with pytest.raises(CrmError, match="负责人"):
        split(book)
    assert not (tmp_path / "客户_拆分").exists()


@pytest.mark.slow
def test_the_validator_has_no_objection_to_a_split_file(made: Split) -> None:
    assert validate(next(iter(made.files.values()))) == []


def test_a_customer_numbered_like_a_cell_moves_no_table(tmp_path: Path) -> None:
    """Five even and six odd numbers: the customers of one owner end in D9 or D10, which is a number of the other's."""
    rows = [[f"D{n}", f"公司{n}", "企业", ("王敏", "李强")[n % 2]] for n in range(1, 12)]
    titles = [
        i.CUSTOMERS.column(each).title for each in ("customer_id", "customer_name", "customer_type", "owner")
    ]
    source = book(tmp_path / "a.xlsx", {
        "tblCustomers": ("客户", 4, 1, titles, rows), "tblScores": ("客户评分", 4, 1, ("客户编号",), [["D1"]]),
    })  # fmt: skip
    made = split(source, tmp_path / "out")
    for owner, ends in (("王敏", b'ref="A4:D9"'), ("李强", b'ref="A4:D10"')):
        assert len(column(made.files[owner], "tblCustomers", "客户编号")) == (5 if owner == "王敏" else 6)
        with zipfile.ZipFile(made.files[owner]) as package:
            tables = [package.read(name) for name in package.namelist() if "tables/" in name]
        assert sum(ends in table for table in tables) == 1
